//! The engine between a scripted server and its outputs, in paused time: each story is a transcript.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a story that does not go as told ends"
)]

mod alerted_once;
mod answers;
mod archive;
mod archive_again;
mod archive_ahead;
mod arriving;
mod avatars;
mod calm;
mod changes;
mod connecting;
mod csi;
mod details;
mod files;
mod gaps;
mod going_on;
mod inside;
mod inviting;
mod later;
mod likeness;
mod missed;
mod moved;
mod moving;
mod of_self;
mod owing;
mod people;
mod privacy;
mod private;
mod private_past;
mod private_safety;
mod quiet;
mod raised;
mod replies;
mod requests;
mod room_avatars;
mod room_bookmarks;
mod room_lists;
mod room_making;
mod room_notify;
mod room_people;
mod rooms;
mod search;
mod seen_marks;
mod sending;
mod stage;
mod strays;
mod taking_in;
mod together;
mod told;
mod tray;
mod trouble;
mod waking;
mod watching;
mod words;
