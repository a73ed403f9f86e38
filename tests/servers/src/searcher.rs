//! A service that finds rooms by words (XEP-0433): a part of Prosody that slixmpp runs.

use serde_json::Value;

use crate::peer::{python, scripts};
use crate::process::Process;
use crate::server::{PART_SECRET, TestServer};
use crate::wait::until;

/// The service; what it answers is told in `searcher.py`. Dropping it ends it.
#[derive(Debug)]
pub struct Searcher {
    address: String,
    process: Process,
}

impl Searcher {
    /// Starts it as the part of a server that was started for it, and waits until it is let in.
    ///
    /// # Panics
    /// When it is not, or `tests/setup-peer` has not been run.
    pub async fn of(server: &TestServer) -> Self {
        let address = server.part();
        let mut command = Process::command(python());
        command
            .arg(scripts().join("searcher.py"))
            .args([&address, PART_SECRET, &server.parts_port().to_string()])
            .args([&server.rooms()])
            .env("PYTHONDONTWRITEBYTECODE", "1");
        let process = Process::spawn("searcher", server.folder(), command);
        until("the service is let in", || {
            process.assert_running();
            process.output().contains("{\"ready\"")
        })
        .await;
        Self { address, process }
    }

    /// Its address.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// What it was asked, in order: `{"from": …, "form": {field: [value]}, "set": {element: text}}`; `form` is `null` where
    /// the form itself was asked for.
    ///
    /// # Panics
    /// When it said something else.
    #[must_use]
    pub fn asked(&self) -> Vec<Value> {
        let output = self.process.output();
        let lines = output.lines().filter(|line| line.starts_with("{\"from\""));
        lines
            .map(|line| serde_json::from_str(line).expect("JSON from the service"))
            .collect()
    }
}
