//! Stories: what a server says and what the session makes of it.

mod answers;
mod archive;
mod binding;
mod certificates;
mod client_state;
mod discovering;
mod forgery;
mod frames;
mod going_on;
mod host_meta;
mod issuing;
mod link;
mod messages;
mod people;
mod proxies;
mod reaching;
mod registering;
mod robustness;
mod rooms;
mod signing_in;
mod stage;
mod stream_counts;
mod stream_traffic;
mod tcp;
mod tcp_server;
