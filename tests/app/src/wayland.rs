//! A Wayland session without a monitor.

use std::path::Path;

use carillon_tests_servers::{Process, until};

use crate::bus::Bus;
use crate::wayland_elsewhere::Elsewhere;

/// A compositor. Several people may share it.
#[derive(Debug)]
pub struct Wayland {
    socket: String,
    compositor: Process,
    // After the compositor, which ends before its bus.
    bus: Option<Bus>,
}

impl Wayland {
    /// Starts Mutter, the compositor of GNOME, with its socket and logs in `folder`, which only its owner may read.
    pub async fn start(folder: &Path) -> Self {
        let bus = Bus::start(folder).await;
        let mut command = Process::command("mutter");
        command
            .args(["--headless", "--wayland", "--no-x11", "--sm-disable"])
            .args(["--virtual-monitor", "1280x800"])
            .args(["--wayland-display", "wayland-test"])
            .env("XDG_RUNTIME_DIR", folder)
            .env("HOME", folder)
            .env("DBUS_SESSION_BUS_ADDRESS", bus.address())
            .env_remove("DISPLAY")
            .env_remove("WAYLAND_DISPLAY");
        let compositor = Process::spawn("mutter", folder, command);
        let socket = folder.join("wayland-test");
        until("the compositor listens", || {
            compositor.assert_running();
            socket.exists()
        })
        .await;
        Self {
            bus: Some(bus),
            ..Self::of(compositor, &socket)
        }
    }

    /// The session of a compositor that listens already.
    pub(crate) fn of(compositor: Process, socket: &Path) -> Self {
        Self {
            socket: socket.to_string_lossy().into_owned(),
            compositor,
            bus: None,
        }
    }

    /// Opens another program over the whole screen of Mutter.
    ///
    /// # Panics
    /// When the compositor is not Mutter.
    pub async fn elsewhere(&self, folder: &Path) -> Elsewhere {
        let bus = self.bus.as_ref().expect("Mutter's bus");
        Elsewhere::open(folder, &self.socket, bus).await
    }

    /// For `WAYLAND_DISPLAY`: the whole path, so that it is found from any runtime folder.
    #[must_use]
    pub fn socket(&self) -> &str {
        &self.socket
    }

    /// What the compositor logged.
    #[must_use]
    pub fn log(&self) -> String {
        self.compositor.output()
    }
}
