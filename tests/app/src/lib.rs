//! A desktop whose every part is real and can be asked what it saw: screen, bus, popups, tray and speaker.
//!
//! A [`Desktop`] is what one person sits before. Carillon's own programs run on it as a [`Person`], without knowing
//! that they are watched. Popups are recorded by [`Notifications`], a real notification service; the tray by
//! [`TrayHost`], a real host; sounds by [`Speaker`], which records a real sound server's sink. A [`Window`] is the
//! web view, driven by WebDriver.
//!
//! Nothing here knows Carillon's crates: the app is asked only what a person or a script could ask it.

// This library is part of tests: a step that fails ends the test, and says what failed.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr
)]

mod at_screen;
mod bus;
mod chooser;
mod crash;
mod desktop;
mod files;
mod impostor;
mod installed;
mod letters;
mod markup;
mod matrix;
mod meeting;
mod memory;
mod microphone;
mod neighbour;
mod network;
mod notifications;
mod page;
mod pair;
mod person;
mod pitch;
mod popup;
mod post;
mod screen;
mod sender;
mod shown;
mod sounds;
mod speaker;
mod talk;
mod tour;
mod tray;
mod tray_item;
mod visitor;
mod walk;
mod wayland;
mod wayland_elsewhere;
mod wayland_panel;
mod wayland_sway;
mod window;

pub use at_screen::AtScreen;
pub use bus::Bus;
pub use crash::kill9;
pub use desktop::Desktop;
pub use files::files;
pub use impostor::Impostor;
pub use installed::Installed;
pub use letters::{Letters, noise};
pub use markup::escaped;
pub use matrix::{alert_cell, alert_row};
pub use meeting::Meeting;
pub use memory::{heaviest, megabytes, weight};
pub use neighbour::{Cargo, Neighbour};
pub use network::{Network, apart};
pub use notifications::{Closed, Notifications};
pub use page::quoted;
pub use pair::{Pair, looks_at};
pub use person::Person;
pub use pitch::Heard;
pub use popup::Popup;
pub use post::Post;
pub use screen::{Screen, screenshots};
pub use sender::Sender;
pub use shown::Shown;
pub use sounds::built_in;
pub use speaker::{Mark, Speaker};
pub use tour::{Tour, fill};
pub use tray::TrayHost;
pub use tray_item::{MenuEntry, TrayIcon, TrayItem};
pub use visitor::{NoAnswer, Visitor, frame, hello, read};
pub use walk::{Album, LOOKS, Look, Walk, take_axe_in};
pub use wayland::Wayland;
pub use wayland_elsewhere::Elsewhere;
pub use wayland_sway::{Sway, Toplevel};
pub use window::{Handover, Window};
