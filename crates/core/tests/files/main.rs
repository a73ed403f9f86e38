//! What strangers say about files, and what is made of it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod addresses;
mod briefs;
mod headers;
mod names;
mod pictures;
mod told;
