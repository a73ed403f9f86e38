//! Stories: what a server says and what the session makes of it.

mod answers;
mod certificates;
mod discovering;
mod forgery;
mod going_on;
mod frames;
mod host_meta;
mod issuing;
mod link;
mod messages;
mod people;
mod registering;
mod robustness;
mod rooms;
mod signing_in;
mod stage;
mod stream_counts;
mod stream_traffic;
