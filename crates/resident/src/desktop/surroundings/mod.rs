//! What the desktop says of itself: Do Not Disturb, the lock, full screen, idleness. Told by signals, kept as values, never asked
//! on the way of an alert. What no desktop tells stays unknown; unknown never counts as true.

mod capabilities;
#[cfg(target_os = "linux")]
mod disturb;
#[cfg(target_os = "linux")]
mod disturb_settings;
#[cfg(target_os = "linux")]
mod full_screen;
mod idle;
#[cfg(any(not(target_os = "linux"), test))]
mod idle_asked;
#[cfg(target_os = "linux")]
mod idle_bus;
#[cfg(target_os = "linux")]
mod idle_x11;
#[cfg(target_os = "linux")]
mod locked;
#[cfg(target_os = "linux")]
mod property;
#[cfg(any(not(target_os = "linux"), test))]
mod seen;
#[cfg(target_os = "linux")]
mod x11;

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests;

use super::bus::Bus;
use super::native::Stage;
use carillon_core::alerts::Surroundings;
use tokio::sync::watch;

pub use capabilities::{Capabilities, Capability, capabilities};
pub use idle::IdleWatch;
#[cfg(not(target_os = "linux"))]
pub(crate) use seen::Seen;
#[cfg(target_os = "windows")]
pub(crate) use seen::of_windows;

/// Keeps the desktop's part of `surroundings` true until its receivers are gone. The window's part is not touched.
/// Must be called inside a tokio runtime.
///
/// On Linux X11's window managers tell what covers the screen; under Wayland it stays unknown. Windows and macOS are
/// asked when their event loop on `stage` hears that something may have changed, never on a timer of
/// its own; macOS tells nobody of its Focus.
pub fn watch(bus: &Bus, stage: &Stage, surroundings: watch::Sender<Surroundings>) {
    #[cfg(target_os = "linux")]
    {
        let _nothing_native = stage;
        tokio::spawn(disturb::watch(bus.clone(), surroundings.clone()));
        tokio::spawn(locked::watch(bus.clone(), surroundings.clone()));
        tokio::spawn(full_screen::watch(surroundings));
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _no_bus = bus;
        stage.tell(super::native::Order::Watch(surroundings));
    }
}
