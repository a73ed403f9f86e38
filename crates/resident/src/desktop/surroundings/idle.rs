//! Whether the user has been away from keyboard and mouse for a while.

use crate::desktop::bus::Bus;
use tokio::sync::mpsc;

/// Tells when the user goes idle for the given time, and when they are back.
#[derive(Debug)]
pub struct IdleWatch {
    told: mpsc::Receiver<bool>,
}

impl IdleWatch {
    /// Watches for `minutes` of idleness; 0: never. `None` where the desktop does not tell.
    ///
    /// Asked in this order: X11 (an alarm on the server's idle counter), GNOME (Mutter's idle monitor), logind (the
    /// desktop's own idle hint). Each tells by itself; nothing is polled. Windows and macOS only answer: they are asked
    /// when the time can be over at the earliest, and now and then while the user is away.
    pub async fn start(minutes: u16) -> Option<Self> {
        if minutes == 0 {
            None
        } else {
            Self::after(std::time::Duration::from_secs(u64::from(minutes) * 60)).await
        }
    }

    /// Whether somebody here would tell. logind alone only passes on what the desktop says, and many say nothing: it
    /// counts once it was told something.
    #[cfg(target_os = "linux")]
    pub async fn is_possible(bus: &Bus) -> bool {
        use super::{idle_bus, x11};
        x11::is_session() || idle_bus::has_mutter(bus).await || idle_bus::login_was_told().await
    }

    /// Whether the system answers.
    #[cfg(not(target_os = "linux"))]
    #[expect(clippy::unused_async, reason = "as on Linux")]
    pub async fn is_possible(_bus: &Bus) -> bool {
        crate::desktop::native::idle_for().is_some()
    }

    /// Waits for the next change: true when idle, false when back. `None`: the desktop has stopped telling.
    pub async fn changed(&mut self) -> Option<bool> {
        self.told.recv().await
    }

    #[cfg(target_os = "linux")]
    pub(super) async fn after(time: std::time::Duration) -> Option<Self> {
        use super::{idle_bus, idle_x11};
        let (tell, told) = mpsc::channel(8);
        let found = idle_x11::watch(time, tell.clone())
            || idle_bus::watch_mutter(time, tell.clone()).await
            || idle_bus::watch_login(time, tell).await;
        found.then_some(Self { told })
    }

    #[cfg(not(target_os = "linux"))]
    #[expect(clippy::unused_async, reason = "as on Linux")]
    pub(super) async fn after(time: std::time::Duration) -> Option<Self> {
        use crate::desktop::native::idle_for;
        let (tell, told) = mpsc::channel(8);
        idle_for()?;
        tokio::spawn(super::idle_asked::watch(time, idle_for, tell));
        Some(Self { told })
    }
}
