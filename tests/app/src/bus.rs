//! A session bus of the test's own.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use carillon_tests_servers::{Process, until_some};
use zbus::Connection;
use zbus::connection::Builder;

/// A `dbus-daemon` that starts no service by itself: a notification service of the machine's would otherwise step
/// in for the test's own. Ends with its value.
#[derive(Debug)]
pub struct Bus {
    address: String,
    _daemon: Process,
}

impl Bus {
    /// Starts the daemon with its socket and log in `folder`, and waits until it answers.
    pub async fn start(folder: &Path) -> Self {
        let address = format!("unix:path={}/bus", folder.display());
        let config = folder.join("bus.conf");
        let text = format!(
            "<busconfig><type>session</type><listen>{address}</listen><auth>EXTERNAL</auth>\
             <policy context='default'><allow send_destination='*'/><allow receive_sender='*'/><allow own='*'/></policy>\
             </busconfig>"
        );
        std::fs::write(&config, text).expect("the bus's configuration");
        let mut command = Process::command("dbus-daemon");
        command
            .arg("--nofork")
            .arg(format!("--config-file={}", config.display()));
        let bus = Self {
            address,
            _daemon: Process::spawn("bus", folder, command),
        };
        let first = until_some("the bus answers", async || bus.try_connect().await.ok()).await;
        drop(first);
        bus
    }

    /// For `DBUS_SESSION_BUS_ADDRESS`.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// A new connection.
    ///
    /// # Panics
    /// When the bus has gone.
    pub async fn connect(&self) -> Connection {
        self.try_connect().await.expect("the bus answers")
    }

    async fn try_connect(&self) -> zbus::Result<Connection> {
        self.builder().build().await
    }

    /// A connection to be made with names and objects on it.
    pub fn builder(&self) -> Builder<'static> {
        Builder::address(self.address.as_str())
    }

    /// Starts a real keyring (gnome-keyring) on this bus, unlocked, its files under `home`.
    pub async fn start_keyring(&self, home: &Path, runtime: &Path) -> Process {
        let mut command = Process::command("sh");
        command
            .args(["-c", "printf test | exec gnome-keyring-daemon --foreground --components=secrets --unlock"])
            .env("DBUS_SESSION_BUS_ADDRESS", &self.address)
            .env("HOME", home)
            .env("XDG_RUNTIME_DIR", runtime)
            .env("XDG_DATA_HOME", home.join(".local/share"));
        let keyring = Process::spawn("keyring", runtime, command);
        let connection = self.connect().await;
        let dbus = zbus::fdo::DBusProxy::new(&connection)
            .await
            .expect("the bus's own object");
        until_some("the keyring is on the bus", async || {
            let name = "org.freedesktop.secrets".try_into().ok()?;
            dbus.name_has_owner(name).await.ok().filter(|owned| *owned)
        })
        .await;
        keyring
    }
}

/// Runs `program`, feeds it `input`, and returns what it printed. For small tools such as an image converter.
///
/// # Panics
/// When it fails.
pub(crate) fn filter(program: &str, arguments: &[&str], input: &[u8]) -> Vec<u8> {
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{program}: {error}"));
    child
        .stdin
        .take()
        .expect("its input")
        .write_all(input)
        .expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success(), "{program} failed");
    output.stdout
}
