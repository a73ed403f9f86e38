//! Somebody who pretends to be a server.

use std::path::Path;

use carillon_tests_servers::{Process, free_port, until_some};

/// A server that shows a certificate which nobody vouches for.
#[derive(Debug)]
pub struct Impostor {
    port: u16,
    _process: Process,
}

impl Impostor {
    /// Starts it on a free port of `localhost`, with its files in `folder`.
    ///
    /// # Panics
    /// When `openssl` does not do what it is asked.
    pub async fn start(folder: &Path) -> Self {
        let (key, certificate) = (folder.join("key.pem"), folder.join("certificate.pem"));
        let port = free_port();
        let mut made = Process::command("openssl");
        made.args("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes".split(' '))
            .args(["-subj", "/CN=localhost", "-keyout"])
            .arg(&key)
            .arg("-out")
            .arg(&certificate);
        assert!(
            made.output().expect("openssl").status.success(),
            "a certificate"
        );
        let mut command = Process::command("openssl");
        command
            .args(["s_server", "-quiet", "-accept", &port.to_string(), "-key"])
            .arg(&key)
            .arg("-cert")
            .arg(&certificate);
        let process = Process::spawn("impostor", folder, command);
        until_some("the impostor listens", async || {
            tokio::net::TcpStream::connect(("127.0.0.1", port))
                .await
                .ok()
        })
        .await;
        Self {
            port,
            _process: process,
        }
    }

    /// Where an XMPP server would be.
    #[must_use]
    pub fn url(&self) -> String {
        format!("wss://localhost:{}/xmpp-websocket", self.port)
    }
}
