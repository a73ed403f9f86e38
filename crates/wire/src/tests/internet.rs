//! All hosts that there are for a test: a proxy (RFC 9110 §9.3.6) that knows where each of them is on this computer,
//! and what name servers say.

use super::issuing::Shown;
use super::tcp_server::accept;
use crate::discovery::Names;
use crate::discovery::srv::Record;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A host and its port, and the port of this computer behind which they are.
type Place = (&'static str, u16, u16);

pub(super) struct Internet {
    port: u16,
    asked: Arc<Mutex<Vec<String>>>,
    serving: JoinHandle<()>,
}

impl Drop for Internet {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Internet {
    pub(super) async fn of(places: &[Place]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let places: Arc<[Place]> = places.into();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&asked);
        let serving = tokio::spawn(async move {
            while let Ok((tcp, _)) = listener.accept().await {
                tokio::spawn(carries(tcp, Arc::clone(&places), Arc::clone(&log)));
            }
        });
        Self {
            port,
            asked,
            serving,
        }
    }

    /// The proxy's address.
    pub(super) fn proxy(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The `host:port` of all who were asked for.
    pub(super) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

/// One client, wherever it wants to go.
async fn carries(mut tcp: TcpStream, places: Arc<[Place]>, log: Arc<Mutex<Vec<String>>>) {
    let mut request = String::new();
    while !request.ends_with("\r\n\r\n") {
        let Ok(byte) = tcp.read_u8().await else {
            return;
        };
        request.push(char::from(byte));
    }
    let Some(wanted) = request
        .strip_prefix("CONNECT ")
        .and_then(|rest| rest.split(' ').next())
    else {
        log.lock().unwrap().push(request);
        return;
    };
    log.lock().unwrap().push(wanted.to_owned());
    let found = places
        .iter()
        .find(|(host, port, _)| wanted == format!("{host}:{port}"));
    let Some((_, _, here)) = found else {
        let _ = tcp.write_all(b"HTTP/1.1 502 Bad Gateway\r\n\r\n").await;
        return;
    };
    let Ok(mut there) = TcpStream::connect(("127.0.0.1", *here)).await else {
        return;
    };
    let _ = tcp.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await;
    let _ = copy_bidirectional(&mut tcp, &mut there).await;
}

/// Answers one request with this, whatever it asks for, if the client wants this certificate.
pub(super) async fn answers_http(listener: &TcpListener, shown: Shown, body: &str) {
    let Ok(tls) = accept(listener).await.secured(shown).await else {
        return;
    };
    let mut link = tls.into_link();
    let mut request = [0; 4096];
    if link.read(&mut request).await.is_ok_and(|count| count > 0) {
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
            body.len()
        );
        let _ = link.write_all(format!("{head}{body}").as_bytes()).await;
        let _ = link.shutdown().await;
    }
}

/// What name servers say.
pub(super) struct Zone {
    pub(super) direct: Vec<Record>,
    pub(super) starttls: Vec<Record>,
}

impl Names for Zone {
    async fn srv(&self, service: &str, _domain: &str) -> Result<Vec<Record>, String> {
        match service {
            "_xmpps-client._tcp" => Ok(self.direct.clone()),
            "_xmpp-client._tcp" => Ok(self.starttls.clone()),
            other => panic!("{other}"),
        }
    }
}
