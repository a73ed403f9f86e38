//! Prosody, ejabberd and the embedded server, each as a person would run it.

mod crowd;
mod prosody;

use std::collections::BTreeSet;
use std::net::TcpListener;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use tempfile::TempDir;

use crate::bare::BareStream;
use crate::binary::binary;
use crate::certificate;
use crate::peer::Peer;
use crate::process::Process;
use crate::wait::STARTED;

pub(crate) use prosody::PART_SECRET;

/// Which server. A test of the wire runs against each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Debian's Prosody 0.12.
    Prosody,
    /// Debian's ejabberd 23.
    Ejabberd,
    /// `carillon serve`; its executable is [`binary`]`("carillon")`.
    Embedded,
}

/// An account on a [`TestServer`].
#[derive(Debug, Clone)]
pub struct Account {
    /// The bare address.
    pub jid: String,
    /// Its local part.
    pub name: String,
    /// In clear, as a person would type it.
    pub password: String,
}

/// What a server has beside the usual; see the fields of [`TestServer`].
#[derive(Debug, Default)]
struct With {
    resume_window: Option<Duration>,
    sasl2: bool,
    beside: Option<String>,
    files_at: Option<u16>,
    parts: bool,
    moderation_today: bool,
}

/// A running server. Dropping it ends the server and deletes its data.
#[derive(Debug)]
pub struct TestServer {
    kind: Kind,
    domain: &'static str,
    http_port: u16,
    tcp_port: u16,
    tls_port: u16,
    /// Who issued its certificate, as DER.
    authority: Vec<u8>,
    /// For how long a stream can be resumed; `None`: as the server has it.
    resume_window: Option<Duration>,
    /// With SASL2, Bind 2 and tokens.
    sasl2: bool,
    /// Another address of this computer where it is found over TCP.
    beside: Option<String>,
    /// The port of this computer that it names as its files' address.
    files_at: Option<u16>,
    /// Where it lets in a part of its own that another program runs.
    parts_port: Option<u16>,
    /// Its rooms speak XEP-0425 as it is today.
    moderation_today: bool,
    process: Option<Process>,
    // Last, so that the server is gone before its folder is.
    folder: TempDir,
}

impl TestServer {
    /// Starts a server of `kind` and waits until it answers on its WebSocket.
    ///
    /// # Panics
    /// When it does not start; its log is in the message.
    pub async fn start(kind: Kind) -> Self {
        Self::start_with(kind, &[]).await
    }

    /// As [`TestServer::start`]; a stream whose link broke can be resumed for `window` and no longer (XEP-0198). In
    /// whole seconds.
    ///
    /// # Panics
    /// As [`TestServer::start`].
    pub async fn start_forgetful(kind: Kind, window: Duration) -> Self {
        let with = With {
            resume_window: Some(window),
            ..With::default()
        };
        Self::begin(kind, &[], with).await
    }

    /// Prosody with SASL2, Bind 2 and tokens (XEP-0388, XEP-0386, XEP-0484).
    ///
    /// # Panics
    /// As [`TestServer::start`].
    pub async fn start_with_sasl2() -> Self {
        let with = With {
            sasl2: true,
            ..With::default()
        };
        Self::begin(Kind::Prosody, &[], with).await
    }

    /// Prosody that is found over TCP at `address` too, one of this computer's.
    ///
    /// # Panics
    /// As [`TestServer::start`].
    pub async fn start_beside(address: &str) -> Self {
        let with = With {
            beside: Some(address.to_owned()),
            ..With::default()
        };
        Self::begin(Kind::Prosody, &[], with).await
    }

    /// Prosody or ejabberd that names this port of the computer as its files' address, a [`crate::FileGate`]'s for
    /// example, and takes files of up to 64 MiB.
    ///
    /// # Panics
    /// As [`TestServer::start`].
    pub async fn start_with_files_at(kind: Kind, port: u16) -> Self {
        let with = With {
            files_at: Some(port),
            ..With::default()
        };
        Self::begin(kind, &[], with).await
    }

    /// Prosody with a part that another program runs, see [`crate::Searcher`].
    ///
    /// # Panics
    /// As [`TestServer::start`].
    pub async fn start_with_a_part() -> Self {
        let with = With {
            parts: true,
            ..With::default()
        };
        Self::begin(Kind::Prosody, &[], with).await
    }

    /// Prosody whose rooms speak of moderation as XEP-0425 does today; Debian's module speaks its version 0.2.
    ///
    /// # Panics
    /// As [`TestServer::start`].
    pub async fn start_with_moderation_of_today() -> Self {
        let with = With {
            moderation_today: true,
            ..With::default()
        };
        Self::begin(Kind::Prosody, &[], with).await
    }

    /// As [`TestServer::start`], with an account for each of these names and passwords; see [`TestServer::account`].
    ///
    /// # Panics
    /// As [`TestServer::start`] and [`TestServer::add_account`].
    pub async fn start_with(kind: Kind, people: &[(String, String)]) -> Self {
        Self::begin(kind, people, With::default()).await
    }

    async fn begin(kind: Kind, people: &[(String, String)], with: With) -> Self {
        let domain = match kind {
            Kind::Embedded => "localhost",
            Kind::Prosody | Kind::Ejabberd => "carillon.test",
        };
        let folder = tempfile::Builder::new()
            .prefix("carillon-server-")
            .tempdir()
            .expect("a temporary folder");
        let mut server = Self {
            kind,
            domain,
            http_port: free_port(),
            tcp_port: free_port(),
            tls_port: free_port(),
            authority: certificate::issue(folder.path(), domain),
            resume_window: with.resume_window,
            sasl2: with.sasl2,
            beside: with.beside,
            files_at: with.files_at,
            parts_port: with.parts.then(free_port),
            moderation_today: with.moderation_today,
            process: None,
            folder,
        };
        if kind == Kind::Embedded {
            // In-band it makes ten at once, and then one in half a minute.
            let lines = people
                .iter()
                .map(|(name, password)| format!("{name} {password}\n"));
            std::fs::write(server.accounts(), lines.collect::<String>()).expect("the accounts");
        }
        server.run().await;
        if kind != Kind::Embedded {
            for (name, password) in people {
                server.add_account(name, password).await;
            }
        }
        server
    }

    /// The account of this name, which is there already.
    #[must_use]
    pub fn account(&self, name: &str, password: &str) -> Account {
        Account {
            jid: format!("{name}@{}", self.domain),
            name: name.to_owned(),
            password: password.to_owned(),
        }
    }

    fn accounts(&self) -> PathBuf {
        self.folder.path().join("accounts")
    }

    /// The WebSocket's address (RFC 7395), in clear, on loopback.
    #[must_use]
    pub fn url(&self) -> String {
        let path = match self.kind {
            Kind::Prosody | Kind::Embedded => "xmpp-websocket",
            Kind::Ejabberd => "ws",
        };
        format!("ws://127.0.0.1:{}/{path}", self.http_port)
    }

    /// The domain of its accounts. It resolves nowhere: clients are told [`TestServer::url`].
    #[must_use]
    pub fn domain(&self) -> &str {
        self.domain
    }

    /// The domain of its rooms.
    #[must_use]
    pub fn rooms(&self) -> String {
        format!("rooms.{}", self.domain)
    }

    /// Which server it is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The port of RFC 6120 over TCP, where the server has one.
    #[must_use]
    pub fn tcp_port(&self) -> Option<u16> {
        (self.kind != Kind::Embedded).then_some(self.tcp_port)
    }

    /// Where it is found over TCP, by TLS that is agreed on (RFC 6120 §5).
    ///
    /// # Panics
    /// For a server that has none.
    #[must_use]
    pub fn starttls_address(&self) -> String {
        let port = self.tcp_port().expect("a server on TCP");
        format!("xmpp://127.0.0.1:{port}")
    }

    /// Where it is found over TCP, inside TLS from the first byte (XEP-0368).
    ///
    /// # Panics
    /// For a server that has none.
    #[must_use]
    pub fn tls_address(&self) -> String {
        assert_ne!(self.kind, Kind::Embedded, "it is not on TCP");
        format!("xmpps://127.0.0.1:{}", self.tls_port)
    }

    /// The folder of all that it keeps.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Who issued its certificate, as DER.
    #[must_use]
    pub fn authority(&self) -> &[u8] {
        &self.authority
    }

    /// Makes an account, in-band.
    ///
    /// # Panics
    /// When the server refuses.
    pub async fn add_account(&self, name: &str, password: &str) -> Account {
        let mut stream = BareStream::open(&self.url(), self.domain)
            .await
            .expect("a stream to register on");
        stream.register(name, password).await.expect("an account");
        self.account(name, password)
    }

    /// Makes two accounts contacts of each other, each with a name for the other, and leaves both offline.
    pub async fn befriend(&self, one: (&Account, &str), other: (&Account, &str)) {
        let mut left = Peer::online(self, one.0).await;
        let mut right = Peer::online(self, other.0).await;
        left.subscription(right.jid(), "subscribe").await;
        right.expect_presence(left.jid(), "subscribe").await;
        right.subscription(left.jid(), "subscribed").await;
        right.subscription(left.jid(), "subscribe").await;
        left.expect_presence(right.jid(), "subscribe").await;
        left.subscription(right.jid(), "subscribed").await;
        right.expect_presence(left.jid(), "subscribed").await;
        left.name(&other.0.jid, other.1).await;
        right.name(&one.0.jid, one.1).await;
        left.log_out().await;
        right.log_out().await;
    }

    /// A file with who issued its certificate, for `SSL_CERT_FILE`.
    ///
    /// # Panics
    /// When it cannot be written.
    #[must_use]
    pub fn authority_file(&self) -> PathBuf {
        let file = self.folder.path().join("authority.pem");
        let text = BASE64_STANDARD.encode(&self.authority);
        let lines: Vec<&str> = text
            .as_bytes()
            .chunks(64)
            .map(|line| std::str::from_utf8(line).expect("letters"))
            .collect();
        let pem = format!(
            "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
            lines.join("\n")
        );
        std::fs::write(&file, pem).expect("a file in the server's folder");
        file
    }

    /// `kill -9`, as a crash would be.
    pub fn kill(&mut self) {
        if let Some(process) = &mut self.process {
            process.kill();
        }
        self.process = None;
    }

    /// Starts it again after [`TestServer::kill`], on the same ports and data.
    pub async fn run(&mut self) {
        self.process = Some(match self.kind {
            Kind::Prosody => self.prosody(),
            Kind::Ejabberd => self.ejabberd(),
            Kind::Embedded => self.embedded(),
        });
        let (url, domain) = (self.url(), self.domain);
        let process = self.process.as_mut().expect("just started");
        let deadline = tokio::time::Instant::now() + STARTED;
        loop {
            process.assert_running();
            match BareStream::open(&url, domain).await {
                // The embedded server names its address once all its accounts are made.
                Ok(_) if self.kind != Kind::Embedded || process.output().contains(&url) => return,
                Ok(_) => tokio::time::sleep(std::time::Duration::from_millis(20)).await,
                Err(error) if tokio::time::Instant::now() > deadline => {
                    panic!(
                        "{:?} does not answer: {error}\n{}",
                        self.kind,
                        process.output()
                    )
                }
                Err(_) => tokio::time::sleep(std::time::Duration::from_millis(20)).await,
            }
        }
    }

    /// What it has logged so far.
    #[must_use]
    pub fn log(&self) -> String {
        self.process
            .as_ref()
            .map(Process::output)
            .unwrap_or_default()
    }

    fn ejabberd(&self) -> Process {
        let folder = self.folder.path();
        let text = std::fs::read_to_string(config("ejabberd.yml"))
            .expect("ejabberd.yml")
            .replace("/var/lib/ejabberd", &folder.to_string_lossy())
            .replace("5222", &self.tcp_port.to_string())
            .replace("5223", &self.tls_port.to_string())
            .replace("5280", &self.http_port.to_string());
        let text = match self.resume_window {
            None => text,
            Some(window) => {
                let option = format!("mod_stream_mgmt:\n    resume_timeout: {}", window.as_secs());
                text.replace("mod_stream_mgmt:", &option)
            }
        };
        let text = match self.files_at {
            None => text,
            Some(port) => text.replace(
                &format!("put_url: http://127.0.0.1:{}", self.http_port),
                &format!("put_url: http://127.0.0.1:{port}"),
            ),
        };
        let file = folder.join("ejabberd.yml");
        std::fs::write(&file, text).expect("the configuration in the test's folder");
        Process::spawn("ejabberd", folder, ejabberd_command(folder, &file))
    }

    fn embedded(&self) -> Process {
        let mut command = Process::command(binary("carillon"));
        command
            .arg("serve")
            .arg("--data")
            .arg(self.folder.path().join("data"));
        command.args(["--port", &self.http_port.to_string()]);
        command.arg("--accounts").arg(self.accounts());
        Process::spawn("embedded", self.folder.path(), command)
    }
}

/// Prosody in the foreground.
#[must_use]
pub fn prosody_command(config: &Path) -> Command {
    let mut command = Process::command("prosody");
    command.args(["-F", "--config"]).arg(config);
    command
}

/// ejabberd in the foreground, with what it keeps beside its database in `folder`. Without a node name: then there
/// is one process, and no port mapper that outlives it.
#[must_use]
pub fn ejabberd_command(folder: &Path, config: &Path) -> Command {
    let mut command = Process::command("erl");
    command
        .args(["-noinput", "+sbwt", "none", "-mnesia", "dir"])
        .arg(format!("\"{}\"", folder.join("mnesia").display()))
        .args(["-s", "ejabberd"])
        .env("ERL_LIBS", library_folder())
        .env("EJABBERD_CONFIG_PATH", config)
        .env("EJABBERD_LOG_PATH", folder.join("ejabberd-full.log"))
        .env("ERL_CRASH_DUMP_BYTES", "0")
        .env("ERL_EPMD_ADDRESS", "127.0.0.1");
    command
}

/// Below those that the system gives out by itself, to whoever connects or listens anywhere: it would give one away
/// while its server is starting, or is away.
const PORTS: Range<u16> = 12_000..32_000;

/// A port that nobody listens on now, and that this process was not given before. Another test may take it before
/// the server does: so seldom that a server which fails to start is the better answer than a lock.
///
/// # Panics
/// When there is none.
#[must_use]
pub fn free_port() -> u16 {
    static GIVEN: Mutex<BTreeSet<u16>> = Mutex::new(BTreeSet::new());
    (0..PORTS.len())
        .map(|_| fastrand::u16(PORTS))
        .filter(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok())
        .find(|port| GIVEN.lock().expect("the ports").insert(*port))
        .expect("a free port")
}

fn config(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("config")
        .join(name)
}

/// Where Debian keeps ejabberd's Erlang code on this architecture.
fn library_folder() -> String {
    format!("/usr/lib/{}-linux-gnu", std::env::consts::ARCH)
}
