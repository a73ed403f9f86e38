//! One person's desktop.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use carillon_tests_servers::Process;
use tempfile::TempDir;

use crate::bus::Bus;
use crate::notifications::Notifications;
use crate::screen::Screen;
use crate::speaker::Speaker;
use crate::tray::TrayHost;
use crate::wayland::Wayland;

/// By this variable every process of a desktop is known, whoever started it.
const OWNER: &str = "CARILLON_TEST_DESKTOP";

/// What the resident logs: more than by default, so that a failure can be understood, and so that secrets which
/// only a fuller log would tell are found.
const LOG: &str =
    "info,carillon_resident=debug,carillon_engine=debug,carillon_wire=debug,carillon_store=debug";

/// Bus, popups, tray and speaker of one person, and the home folder of what runs there. Dropping it ends every
/// process that was started on it.
#[derive(Debug)]
pub struct Desktop {
    /// Records popups.
    pub notifications: Notifications,
    /// Records tray icons.
    pub tray: TrayHost,
    /// Records sounds.
    pub speaker: Speaker,
    /// The session bus of all of them.
    pub bus: Bus,
    /// Where windows appear: variables of the environment.
    session: Vec<(&'static str, String)>,
    // Last, so that all are gone before their folder is.
    folder: TempDir,
}

impl Desktop {
    /// A desktop without a screen: most of Carillon needs none.
    pub async fn start() -> Self {
        Self::in_session(Vec::new()).await
    }

    /// A desktop on `screen`.
    pub async fn on(screen: &Screen) -> Self {
        Self::in_session(vec![("DISPLAY", screen.name().to_owned())]).await
    }

    /// A desktop in a Wayland session.
    pub async fn in_wayland(session: &Wayland) -> Self {
        let variables = [
            ("WAYLAND_DISPLAY", session.socket()),
            ("XDG_SESSION_TYPE", "wayland"),
            ("GDK_BACKEND", "wayland"),
        ];
        Self::in_session(
            variables
                .map(|(name, value)| (name, value.to_owned()))
                .to_vec(),
        )
        .await
    }

    async fn in_session(session: Vec<(&'static str, String)>) -> Self {
        // Short: the path of a socket ends at 108 bytes.
        let folder = tempfile::Builder::new()
            .prefix("cd-")
            .tempdir()
            .expect("a temporary folder");
        let path = folder.path();
        for inner in ["home", "run", "bin"] {
            std::fs::create_dir(path.join(inner)).expect("a folder of the desktop");
        }
        private(&path.join("run"));
        let bus = Bus::start(path).await;
        let notifications = Notifications::start(&bus).await;
        let tray = TrayHost::start(&bus).await;
        let speaker = Speaker::start(path).await;
        Self {
            notifications,
            tray,
            speaker,
            bus,
            session,
            folder,
        }
    }

    /// The folder of everything that belongs to this desktop.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// `$HOME`.
    #[must_use]
    pub fn home(&self) -> PathBuf {
        self.folder().join("home")
    }

    /// `$XDG_RUNTIME_DIR`.
    #[must_use]
    pub fn runtime(&self) -> PathBuf {
        self.folder().join("run")
    }

    /// Where programs of the test's own lie; they are found before the machine's.
    #[must_use]
    pub fn programs(&self) -> PathBuf {
        self.folder().join("bin")
    }

    /// A command that runs on this desktop, and knows nothing of the machine's own.
    #[must_use]
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Process::command(program);
        let mut path = self.programs().into_os_string();
        path.push(":");
        path.push(std::env::var_os("PATH").unwrap_or_default());
        command
            .env_clear()
            .env("PATH", path)
            .env("LANG", "C.UTF-8")
            .env("HOME", self.home())
            .env("XDG_RUNTIME_DIR", self.runtime())
            .env("XDG_CURRENT_DESKTOP", "Test")
            .env("DBUS_SESSION_BUS_ADDRESS", self.bus.address())
            .env("RUST_BACKTRACE", "1")
            .env("CARILLON_LOG", LOG)
            // Without it GTK would look for an accessibility bus for 25 s.
            .env("NO_AT_BRIDGE", "1")
            .env("GTK_A11Y", "none")
            .env(OWNER, self.folder())
            .envs(self.speaker.environment())
            .envs(self.session.iter().map(|(name, value)| (name, value)));
        command
    }

    /// The ids of all processes on this desktop, whoever started them.
    #[must_use]
    pub fn processes(&self) -> Vec<u32> {
        let marker = format!("{OWNER}={}\0", self.folder().display());
        let numbers = std::fs::read_dir("/proc").expect("/proc").flatten();
        let numbers = numbers.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        numbers
            .filter(|id: &u32| belongs(*id, marker.as_bytes()))
            .collect()
    }

    /// The processes of Carillon's open windows, whatever profile they belong to.
    #[must_use]
    pub fn window_processes(&self) -> Vec<u32> {
        let mut processes = self.processes();
        processes.retain(|id| {
            std::fs::read_to_string(format!("/proc/{id}/comm"))
                .is_ok_and(|name| name.trim() == "carillon-window")
        });
        processes
    }
}

impl Drop for Desktop {
    fn drop(&mut self) {
        // More than once: a window that loses its resident starts another before it is killed itself.
        for _ in 0..20 {
            let left = self.processes();
            if left.is_empty() {
                return;
            }
            for id in left {
                let _ = Command::new("kill")
                    .args(["-KILL", &id.to_string()])
                    .stderr(Stdio::null())
                    .status();
            }
        }
    }
}

fn belongs(process: u32, marker: &[u8]) -> bool {
    let environment = std::fs::read(format!("/proc/{process}/environ")).unwrap_or_default();
    environment.windows(marker.len()).any(|part| part == marker)
}

fn private(folder: &Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700))
        .expect("a private folder");
}
