//! What the desktop says of itself: Do Not Disturb, the lock, idleness. Told by signals, kept as values, never asked
//! on the way of an alert. What no desktop tells stays unknown; unknown never counts as true.

#[cfg(target_os = "linux")]
mod disturb;
mod idle;
#[cfg(target_os = "linux")]
mod idle_bus;
#[cfg(target_os = "linux")]
mod idle_x11;
#[cfg(target_os = "linux")]
mod locked;
#[cfg(target_os = "linux")]
mod property;

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests;

use super::bus::Bus;
use carillon_core::alerts::Surroundings;
use tokio::sync::watch;

pub use idle::IdleWatch;

/// Keeps the desktop's part of `surroundings` true until its receivers are gone. The window's part is not touched.
/// Must be called inside a tokio runtime.
///
/// Full screen stays unknown: neither X11's window managers nor Wayland tell it in a way that holds.
pub fn watch(bus: &Bus, surroundings: watch::Sender<Surroundings>) {
    #[cfg(target_os = "linux")]
    {
        tokio::spawn(disturb::watch(bus.clone(), surroundings.clone()));
        tokio::spawn(locked::watch(bus.clone(), surroundings));
    }
    // Windows and macOS hold back the popup by themselves; their sound follows what core knows, which is nothing.
    #[cfg(not(target_os = "linux"))]
    drop((bus.clone(), surroundings));
}
