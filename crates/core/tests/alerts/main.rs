//! The alert decision as a table: every row of what Carillon promises, each case with a name of its own.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[macro_use]
mod stage;

mod calm;
mod hours;
mod kinds;
mod later;
mod presets;
mod properties;
mod rooms;
mod scopes;
mod settings;
mod silence;
mod stories;
mod watches;
