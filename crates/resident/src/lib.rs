//! The resident's rooms: everything of the binary `carillon` that can be tested without starting it.
//!
//! Links neither GTK nor WebKit, and is the only one that speaks to the desktop: popups, sound, tray, keyring.

pub mod desktop;
pub mod settings_file;
pub mod words;
