//! The words of Carillon and its decisions.
//!
//! This crate knows what a message, a contact, a setting and an alert are, and decides what rings.
//! It must never know tokio, SQL, Tauri, XML, sockets, files or a clock: whatever time, randomness
//! or identity a decision needs is handed to it.

pub mod alerts;
pub mod avatar;
pub mod backoff;
pub mod chat;
pub mod connection;
pub mod contact;
pub mod files;
pub mod form;
pub mod ids;
pub mod invitation;
pub mod look_alike;
pub mod mood;
pub mod moving;
pub mod person;
pub mod privacy;
pub mod reaction;
pub mod reply;
pub mod room;
pub mod roster;
pub mod search;
pub mod session;
pub mod settings;
pub mod tray;

pub use jid::{BareJid, FullJid, Jid};
