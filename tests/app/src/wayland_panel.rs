//! What a person clicks on a Wayland desktop, and what the compositor gives for it.

use std::path::Path;

use carillon_tests_servers::{Process, until, until_some};

/// A window with one button, which the compositor knows as `panel`. It takes the place of popups and of the tray
/// that a desktop draws itself.
#[derive(Debug)]
pub(crate) struct Panel(Process);

impl Panel {
    /// Opens it, its log in `folder`. `whole_screen` covers everything else.
    pub(crate) fn open(folder: &Path, socket: &str, whole_screen: bool) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/wayland_panel.py");
        // Debian's own Python has GTK's bindings; one from elsewhere may not.
        let mut command = Process::command("/usr/bin/python3");
        command
            .arg(script)
            .args(whole_screen.then_some("whole-screen"))
            .env("WAYLAND_DISPLAY", socket)
            .env("GDK_BACKEND", "wayland")
            .env("XDG_RUNTIME_DIR", folder)
            .env("HOME", folder)
            .env("NO_AT_BRIDGE", "1")
            .env("DBUS_SESSION_BUS_ADDRESS", "disabled:");
        Self(Process::spawn("panel", folder, command))
    }

    /// Waits until it is there: a click before that would be lost.
    pub(crate) async fn shown(&self) {
        until("the panel is there", || {
            self.assert_running();
            self.0.output().contains("shown\n")
        })
        .await;
    }

    pub(crate) fn assert_running(&self) {
        self.0.assert_running();
    }

    /// The token for a click on the button, which `click` does.
    pub(crate) async fn token(&self, click: impl AsyncFnOnce()) -> String {
        let before = self.0.output().len();
        click().await;
        let token = async || {
            let output = self.0.output();
            let (told, _) = output
                .get(before..)?
                .split_once("token ")?
                .1
                .split_once('\n')?;
            Some(told.to_owned())
        };
        until_some("a token for the click", token).await
    }
}
