//! The edges to the desktop. Each shows or tells one thing, and each may be missing without stopping the rest.
//!
//! Nothing here decides: what rings is decided in `carillon_core`, these rooms carry it out. No edge blocks its
//! caller, none asks the desktop anything on the way of an alert, and none polls. On Linux they share one
//! connection to the session bus ([`bus::Bus`]).

pub mod autostart;
pub mod bus;
pub mod launcher;
pub mod native;
pub mod popups;
#[cfg(target_os = "linux")]
pub mod proxies;
pub mod recording;
pub mod secrets;
pub mod sound;
pub mod speech;
pub mod surroundings;
pub mod tray;
pub mod wake;
pub mod window;
pub mod written;

#[cfg(test)]
#[cfg(target_os = "linux")]
mod test_bus;
