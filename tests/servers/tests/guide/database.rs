//! PostgreSQL for the nodes, as the guide says, on a port and in a folder of the test's own.

use std::path::{Path, PathBuf};
use std::process::Command;

use carillon_tests_servers::{Process, free_port, until_some};

/// As in the guide's configuration.
const PASSWORD: &str = "SECRET";
const SCHEMA: &str = "/usr/share/ejabberd/sql/pg.sql";

pub(crate) struct Database {
    pub(crate) port: u16,
    _process: Process,
}

impl Database {
    /// Starts it with the user, the database and the tables of ejabberd.
    pub(crate) async fn start(folder: &Path) -> Self {
        let (programs, data, secret) = (programs(), folder.join("data"), folder.join("secret"));
        std::fs::create_dir(folder).unwrap();
        std::fs::write(&secret, PASSWORD).unwrap();
        let mut install = Command::new("install");
        install.args(["-d", "-m", "700"]);
        if is_root() {
            // PostgreSQL refuses to run as root, and its user must reach its folder.
            let mode: std::fs::Permissions = std::os::unix::fs::PermissionsExt::from_mode(0o755);
            for one in folder.ancestors().take(2) {
                std::fs::set_permissions(one, std::fs::Permissions::clone(&mode)).unwrap();
            }
            std::fs::set_permissions(&secret, mode).unwrap();
            install.args(["-o", "postgres"]);
        }
        works(install.arg(&data)).await;
        let mut prepare = as_its_user(&programs.join("initdb"));
        prepare.args([
            "--username=ejabberd",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
        ]);
        prepare
            .args(["--locale=C", "--no-sync", "--pgdata"])
            .arg(&data);
        works(prepare.arg("--pwfile").arg(&secret)).await;

        let port = free_port();
        let mut serve = as_its_user(&programs.join("postgres"));
        serve.args(["-h", "127.0.0.1", "-k", "", "-p", &port.to_string(), "-D"]);
        let process = Process::spawn("postgres", folder, {
            serve.arg(&data);
            serve
        });
        let client = |program: &str| {
            let mut command = Command::new(programs.join(program));
            command.args(["-h", "127.0.0.1", "-U", "ejabberd", "-p", &port.to_string()]);
            command.env("PGPASSWORD", PASSWORD);
            command
        };
        until_some("a database", async || {
            process.assert_running();
            let made = tokio::process::Command::from(client("createdb"))
                .arg("ejabberd")
                .output()
                .await
                .unwrap();
            made.status.success().then_some(())
        })
        .await;
        let mut tables = client("psql");
        works(tables.args(["-q", "-v", "ON_ERROR_STOP=1", "-f", SCHEMA, "ejabberd"])).await;
        Self {
            port,
            _process: process,
        }
    }
}

async fn works(command: &mut Command) {
    let mut whole = Command::new(command.get_program());
    whole.args(command.get_args());
    for (name, value) in command.get_envs() {
        whole.env(name, value.unwrap_or_default());
    }
    let done = tokio::process::Command::from(whole).output().await.unwrap();
    assert!(done.status.success(), "{command:?}: {done:?}");
}

/// A program of the server, for somebody who is not root, that ends with the test.
fn as_its_user(program: &Path) -> Command {
    if !is_root() {
        return Process::command(program);
    }
    // The kernel forgets whose end to follow where the user changes: it is said again.
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]);
    command.args(["--pdeathsig", "KILL", "--"]).arg(program);
    command
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// Where Debian keeps the programs of the version that is installed.
fn programs() -> PathBuf {
    std::fs::read_dir("/usr/lib/postgresql")
        .expect("Debian's PostgreSQL")
        .map(|version| version.unwrap().path().join("bin"))
        .find(|bin| bin.join("initdb").exists())
        .expect("PostgreSQL's server")
}
