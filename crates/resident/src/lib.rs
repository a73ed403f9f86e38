//! The resident's rooms: everything of the binary `carillon` that can be tested without starting it.
//!
//! Links neither GTK nor WebKit, and is the only one that speaks to the desktop: popups, sound, tray, keyring.

pub mod avatars;
pub mod cli;
pub mod clicks;
pub mod desktop;
mod disk;
pub mod door;
pub mod fault;
pub mod house;
pub mod life;
pub mod lock;
pub mod own;
pub mod present;
pub mod ringer;
pub mod settings_file;
pub mod shrinking;
pub mod thumbnails;
pub mod traycare;
pub mod tryout;
pub mod windows;
pub mod words;
