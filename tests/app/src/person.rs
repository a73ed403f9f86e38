//! Carillon as one person runs it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use carillon_tests_servers::{Account, DEADLINE, Process, TestServer, binary, until_some};
use serde_json::Value;
use tokio::io::AsyncWriteExt;
use tokio::time::timeout;

use crate::desktop::Desktop;
use crate::network::Network;
use crate::screen::Screen;
use crate::visitor::Visitor;
use crate::wayland::Wayland;
use crate::window::{Handover, Window};

/// A desktop with a profile of Carillon, and the resident once it is started.
#[derive(Debug)]
pub struct Person {
    /// For messages of tests, and the profile's folder.
    pub name: String,
    resident: Option<Process>,
    handover: Handover,
    // Last, since it ends what the resident may have started.
    /// What the person sits before.
    pub desktop: Desktop,
}

impl Person {
    /// Somebody without a screen: a window cannot open.
    pub async fn new(name: &str) -> Self {
        Self::before(name, Desktop::start().await)
    }

    /// Somebody with a screen.
    pub async fn on(screen: &Screen, name: &str) -> Self {
        Self::before(name, Desktop::on(screen).await)
    }

    /// Somebody in a Wayland session.
    pub async fn in_wayland(session: &Wayland, name: &str) -> Self {
        Self::before(name, Desktop::in_wayland(session).await)
    }

    fn before(name: &str, desktop: Desktop) -> Self {
        Self {
            name: name.to_owned(),
            resident: None,
            handover: Handover::new(),
            desktop,
        }
    }

    /// The profile's folder.
    #[must_use]
    pub fn profile(&self) -> PathBuf {
        self.desktop.folder().join("profile")
    }

    /// `carillon --profile DIR …`, to be run on the desktop.
    #[must_use]
    pub fn carillon(&self, arguments: &[&str]) -> Command {
        let mut command = self.on_profile(&binary("carillon"));
        command.args(arguments);
        command
    }

    fn on_profile(&self, program: &Path) -> Command {
        let mut command = self.desktop.command(program);
        command.envs(self.handover.environment());
        command.env("CARILLON_WINDOW", window_program());
        command.arg("--profile").arg(self.profile());
        command
    }

    /// Runs a command to its end, with `input` on its standard input.
    ///
    /// # Panics
    /// When it cannot be started, or does not end by itself.
    pub async fn run(&self, arguments: &[&str], input: &str) -> Output {
        let mut command = tokio::process::Command::from(self.carillon(arguments));
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        let mut child = command.spawn().expect("carillon starts");
        // A command that refuses at once may not read it.
        let _ = child
            .stdin
            .take()
            .expect("its input")
            .write_all(input.as_bytes())
            .await;
        let output = timeout(DEADLINE, child.wait_with_output()).await;
        output
            .unwrap_or_else(|_| panic!("carillon {arguments:?} does not end"))
            .expect("its output")
    }

    /// Adds an account by the command line, its password in a file.
    ///
    /// # Panics
    /// When the command fails, with what it said.
    pub async fn add_account(&self, server: &TestServer, account: &Account) {
        self.add_account_at(&server.url(), account).await;
    }

    /// The same, with the address of the server.
    ///
    /// # Panics
    /// As [`Person::add_account`].
    pub async fn add_account_at(&self, url: &str, account: &Account) {
        let arguments = [
            "account",
            "add",
            &account.jid,
            "--password-stdin",
            "--connect",
            url,
            "--store",
            "file",
        ];
        let output = self
            .run(&arguments, &format!("{}\n", account.password))
            .await;
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success(),
            "{} cannot add {}: {said}",
            self.name,
            account.jid
        );
    }

    /// Starts the resident without a window, and waits until it answers.
    pub async fn start(&mut self) {
        self.start_with(&[]).await;
    }

    /// As [`Person::start`], with more or other variables in its environment.
    pub async fn start_with(&mut self, environment: &[(&str, &str)]) {
        self.spawn_with(environment);
        self.until_answered().await;
    }

    /// As [`Person::start_with`], with a network of its own.
    pub async fn start_in(&mut self, network: &Network, environment: &[(&str, &str)]) {
        let mut command = network.command(&self.carillon(&["--background"]));
        command.envs(environment.iter().copied());
        self.resident = Some(Process::spawn("resident", self.desktop.folder(), command));
        self.until_answered().await;
    }

    async fn until_answered(&mut self) {
        until_some("the resident answers", async || {
            self.resident
                .as_mut()
                .expect("just started")
                .assert_running();
            self.try_status().await
        })
        .await;
    }

    /// Starts the resident without a window, and does not wait.
    pub fn spawn(&mut self) {
        self.spawn_with(&[]);
    }

    /// As [`Person::spawn`], with more or other variables in its environment.
    pub fn spawn_with(&mut self, environment: &[(&str, &str)]) {
        let mut command = self.carillon(&["--background"]);
        command.envs(environment.iter().copied());
        self.resident = Some(Process::spawn("resident", self.desktop.folder(), command));
    }

    /// Adds the account, starts the resident, and waits until it is online.
    pub async fn online(&mut self, server: &TestServer, account: &Account) {
        self.add_account(server, account).await;
        self.start().await;
        self.until_online().await;
    }

    /// Waits until the resident says that all its accounts are connected.
    pub async fn until_online(&self) {
        let online = |status: &Value| {
            status["accounts"].as_array().is_some_and(|accounts| {
                !accounts.is_empty()
                    && accounts
                        .iter()
                        .all(|account| account["connection"]["kind"] == "online")
            })
        };
        self.until_status("every account is online", online).await;
    }

    /// Waits until `wanted` accepts the status.
    ///
    /// # Panics
    /// When the resident ends meanwhile, or the status does not come.
    pub async fn until_status(&self, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        until_some(what, async || {
            if let Some(resident) = &self.resident {
                resident.assert_running();
            }
            self.try_status().await.filter(|status| wanted(status))
        })
        .await
    }

    /// `carillon status --json`.
    ///
    /// # Panics
    /// When no resident answers.
    pub async fn status(&self) -> Value {
        self.try_status().await.expect("the resident answers")
    }

    async fn try_status(&self) -> Option<Value> {
        let output = self.run(&["status", "--json"], "").await;
        output
            .status
            .success()
            .then(|| serde_json::from_slice(&output.stdout).ok())
            .flatten()
    }

    /// Comes to the resident as a tool.
    ///
    /// # Panics
    /// When it does not listen.
    pub async fn tool(&self) -> Visitor {
        let socket = Visitor::socket(&self.desktop, &self.profile());
        Visitor::tool(&socket).await.expect("the resident listens")
    }

    /// The resident's process id.
    ///
    /// # Panics
    /// When it was not started.
    #[must_use]
    pub fn resident_id(&self) -> u32 {
        self.resident.as_ref().expect("a resident").id()
    }

    /// `kill -9` for the resident.
    pub fn kill9(&mut self) {
        if let Some(mut resident) = self.resident.take() {
            resident.kill();
        }
    }

    /// `carillon quit`, until the resident has gone.
    ///
    /// # Panics
    /// When it does not go.
    pub async fn quit(&mut self) {
        let output = self.run(&["quit"], "").await;
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        self.until_gone().await;
    }

    /// Waits until the resident has ended by itself.
    ///
    /// # Panics
    /// When it does not, or ends with an error.
    pub async fn until_gone(&mut self) {
        let resident = self.resident.take().expect("a resident");
        let status = until_some("the resident has gone", async || resident.ended()).await;
        assert!(
            status.success(),
            "the resident ended with {status}:\n{}",
            resident.output()
        );
    }

    /// Everything that the resident wrote.
    #[must_use]
    pub fn log(&self) -> String {
        self.resident
            .as_ref()
            .map(Process::output)
            .unwrap_or_default()
    }

    /// Opens a window as the desktop entry does, and drives it.
    pub async fn open_window(&self) -> Window {
        let output = self.run(&[], "").await;
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        self.window().await
    }

    /// Starts a window by itself, without asking a resident for it: the window sees to one. It has a port of its own
    /// for its driver, since others may have taken that of a window which was killed.
    #[must_use]
    pub fn spawn_window(&mut self) -> Process {
        self.handover = Handover::new();
        let command = self.on_profile(&window_program());
        Process::spawn("window", self.desktop.folder(), command)
    }

    /// Drives the window that Carillon has opened or is about to.
    pub async fn window(&self) -> Window {
        Window::attach_to_page(&self.handover, self.desktop.folder()).await
    }

    /// The process of the open window.
    #[must_use]
    pub fn window_process(&self) -> Option<u32> {
        self.desktop.window_processes().first().copied()
    }

    /// Where the window's own log and the resident's are.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.desktop.folder()
    }
}

fn window_program() -> PathBuf {
    std::env::var_os("CARILLON_WINDOW_BIN").map_or_else(
        || binary("carillon").with_file_name("carillon-window"),
        PathBuf::from,
    )
}
