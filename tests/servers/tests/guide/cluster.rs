//! Two nodes of ejabberd on one machine, from the files and by the commands of the guide.
//!
//! The guide's machines, 10.0.0.1 and 10.0.0.2, are 127.0.0.1 and 127.0.0.2 here; the database's, 10.0.0.3, is
//! 127.0.0.1. Nodes find each other at one fixed port of their machine, so no port mapper outlives them.

use std::path::{Path, PathBuf};
use std::time::Duration;

use carillon_engine::wire::CertificateDer;
use carillon_tests_servers::{Account, Process, free_port, until_some, until_started};
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout, timeout_at};

use crate::database::Database;
use crate::files::{Certified, DOMAIN, block, certified, changed, own};

const PASSWORD: &str = "through the looking-glass";
/// How long a command of the administrator may take: Erlang starts anew for each.
const COMMAND: Duration = Duration::from_secs(60);

/// One machine of the guide.
pub(crate) struct Node {
    /// `ejabberd@ADDRESS`.
    name: String,
    folder: PathBuf,
    tls_port: u16,
    process: Option<Process>,
}

impl Node {
    /// Writes what the guide says into a folder that is the machine's `/etc/ejabberd` and `/var/lib/ejabberd`.
    fn new(
        folder: PathBuf,
        address: &str,
        distribution: u16,
        database: u16,
        certified: &Certified,
    ) -> Self {
        let (etc, lib) = (folder.join("etc"), folder.join("lib"));
        std::fs::create_dir_all(&etc).unwrap();
        std::fs::create_dir_all(&lib).unwrap();
        let tls_port = free_port();
        let config = changed(&own("ejabberd.yml"), "diff ejabberd.yml");
        let config = changed(&config, "diff ejabberd.yml of each node")
            .replace("/var/lib/ejabberd", &lib.to_string_lossy())
            .replace("/etc/ejabberd", &etc.to_string_lossy())
            .replace("5222", &free_port().to_string())
            .replace("5223", &tls_port.to_string())
            .replace("5443", &free_port().to_string())
            .replace("10.0.0.3", "127.0.0.1")
            .replace("5432", &database.to_string());
        std::fs::write(etc.join("ejabberd.yml"), config).unwrap();
        let control = block("sh ejabberdctl.cfg")
            .replace("10.0.0.1", address)
            .replace("5210", &distribution.to_string());
        std::fs::write(etc.join("ejabberdctl.cfg"), control).unwrap();
        std::fs::write(etc.join("inetrc"), "").unwrap();
        let both = format!("{}{}", certified.chain, certified.key);
        std::fs::write(etc.join("ejabberd.pem"), both).unwrap();
        write_cookie(&lib.join(".erlang.cookie"));
        write_ejabberdctl(&folder.join("ejabberdctl"));
        Self {
            name: format!("ejabberd@{address}"),
            folder,
            tls_port,
            process: None,
        }
    }

    /// Where Carillon finds it.
    pub(crate) fn address(&self) -> String {
        format!("xmpps://127.0.0.1:{}", self.tls_port)
    }

    fn ejabberdctl(&self, arguments: &[&str]) -> std::process::Command {
        let lib = self.folder.join("lib");
        let mut command = Process::command(self.folder.join("ejabberdctl"));
        command.arg("--config-dir").arg(self.folder.join("etc"));
        command.arg("--logs").arg(&self.folder);
        command.arg("--spool").arg(&lib).args(arguments);
        // Where Erlang looks for the cookie; Debian's user has its home there.
        command.env("HOME", lib);
        command
    }

    /// Starts it, again too, and waits until it serves.
    pub(crate) async fn run(&mut self) {
        let command = self.ejabberdctl(&["foreground"]);
        self.process = Some(Process::spawn("ejabberd", &self.folder, command));
        self.serves().await;
    }

    async fn serves(&self) {
        let process = self.process.as_ref().expect("it was started");
        until_started("a node that serves", async || {
            process.assert_running();
            let port = ("127.0.0.1", self.tls_port);
            TcpStream::connect(port).await.ok()
        })
        .await;
        // It listens before it has started, and joins no cluster until then.
        until_started("a node that has started", async || {
            process.assert_running();
            let mut command = tokio::process::Command::from(self.ejabberdctl(&["status"]));
            let answer = timeout(COMMAND, command.kill_on_drop(true).output()).await;
            let words = answer.ok()?.ok()?.stdout;
            let words = String::from_utf8_lossy(&words);
            words.contains("is running in that node").then_some(())
        })
        .await;
    }

    /// `kill -9`, as a crash would be.
    pub(crate) fn kill(&mut self) {
        self.process.take().expect("it runs").kill();
    }

    /// Says something to the node as its administrator, who is told that it worked.
    pub(crate) async fn told(&self, arguments: &[&str]) -> String {
        let deadline = Instant::now() + COMMAND;
        loop {
            let mut command = tokio::process::Command::from(self.ejabberdctl(arguments));
            let answer = timeout_at(deadline, command.kill_on_drop(true).output()).await;
            let answer = answer.expect("an answer in time").unwrap();
            let words = String::from_utf8_lossy(&answer.stdout).into_owned();
            // On a busy machine Erlang gives up knocking, and has done nothing then.
            if !words.contains("nodedown") {
                assert!(answer.status.success(), "{arguments:?}: {answer:?}");
                return words;
            }
        }
    }

    /// Makes an account, as the guide says.
    pub(crate) async fn registers(&self, name: &str) -> Account {
        self.told(&["register", name, DOMAIN, PASSWORD]).await;
        Account {
            jid: format!("{name}@{DOMAIN}"),
            name: name.to_owned(),
            password: PASSWORD.to_owned(),
        }
    }
}

/// Both nodes, joined.
pub(crate) struct Cluster {
    pub(crate) one: Node,
    pub(crate) two: Node,
    pub(crate) authority: CertificateDer<'static>,
    // Last, so that the nodes are gone before their database and folder are.
    _database: Database,
    _folder: TempDir,
}

impl Cluster {
    /// Does what the guide says, in its order.
    pub(crate) async fn as_the_guide_says() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let certified = certified();
        let distribution = free_port();
        let database = Database::start(&folder.path().join("database")).await;
        let node = |name: &str, address: &str| {
            Node::new(
                folder.path().join(name),
                address,
                distribution,
                database.port,
                &certified,
            )
        };
        let (mut one, mut two) = (node("one", "127.0.0.1"), node("two", "127.0.0.2"));
        one.run().await;
        two.run().await;
        let mut said = String::new();
        for line in block("sh on the second machine").lines() {
            let line = line.replace("10.0.0.1", "127.0.0.1");
            let words: Vec<_> = line.split_whitespace().collect();
            let (program, arguments) = words.split_first().expect("a command");
            assert_eq!(*program, "ejabberdctl");
            said = two.told(arguments).await;
        }
        two.serves().await;
        for node in [&one, &two] {
            assert!(said.contains(&node.name), "the last lists both: {said}");
        }
        Self {
            one,
            two,
            authority: certified.authority,
            _database: database,
            _folder: folder,
        }
    }

    /// Waits until a node that came back has the other's tables.
    pub(crate) async fn is_whole(&self) {
        until_some("a cluster of two", async || {
            let said = self.one.told(&["list_cluster"]).await;
            said.contains(&self.two.name).then_some(())
        })
        .await;
    }
}

/// Erlang takes a cookie only from a file that nobody else may read.
fn write_cookie(file: &Path) {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut options = std::fs::File::options();
    let mut cookie = options
        .create(true)
        .write(true)
        .mode(0o400)
        .open(file)
        .unwrap();
    cookie.write_all(b"KFJEDDMTEGGLIRSVQPOA").unwrap();
}

/// Debian's own, but for whoever runs the test instead of the user `ejabberd`, and without a shell in between, so
/// that the node ends with the test.
fn write_ejabberdctl(file: &Path) {
    let text = std::fs::read_to_string("/usr/sbin/ejabberdctl").expect("Debian's ejabberd");
    let text = text
        .replace("INSTALLUSER=ejabberd\n", "INSTALLUSER=\n")
        .replace(
            "as_current_user) \"$@\" ;;",
            "as_current_user) exec \"$@\" ;;",
        );
    assert!(text.contains("INSTALLUSER=\n") && text.contains("exec \"$@\""));
    std::fs::write(file, text).unwrap();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(file, mode).unwrap();
}
