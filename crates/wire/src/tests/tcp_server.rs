//! The server's side of a stream over TCP, as a script has it.

use super::issuing::Shown;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tokio_rustls::server::TlsStream;

/// Only a test that fails waits so long, on a machine however busy.
const DEADLINE: Duration = Duration::from_secs(60);

pub(super) const HEADER: &str = "<?xml version='1.0'?><stream:stream xmlns='jabber:client' \
    xmlns:stream='http://etherx.jabber.org/streams' from='example.org' id='s1' version='1.0'>";
pub(super) const STARTTLS: &str = "<stream:features><starttls \
    xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls></stream:features>";
pub(super) const PROCEED: &str = "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";

/// A port of this computer.
pub(super) async fn listening() -> (TcpListener, u16) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    (listener, port)
}

/// One client.
pub(super) struct Client<S> {
    link: S,
    pub(super) heard: String,
}

pub(super) async fn accept(listener: &TcpListener) -> Client<TcpStream> {
    let (link, _) = timeout(DEADLINE, listener.accept()).await.unwrap().unwrap();
    link.set_nodelay(true).unwrap();
    Client::on(link)
}

impl Client<TcpStream> {
    /// Goes on inside TLS; `Err` when the client does not want this certificate.
    pub(super) async fn secured(
        self,
        shown: Shown,
    ) -> std::io::Result<Client<TlsStream<TcpStream>>> {
        let link = timeout(DEADLINE, shown.acceptor().accept(self.link))
            .await
            .unwrap()?;
        Ok(Client::on(link))
    }

    /// Agrees on TLS, and goes on inside it.
    pub(super) async fn agrees(
        mut self,
        shown: Shown,
    ) -> std::io::Result<Client<TlsStream<TcpStream>>> {
        self.hears("<stream:stream", ">").await;
        self.says(&format!("{HEADER}{STARTTLS}")).await;
        self.hears("<starttls", "/>").await;
        self.says(PROCEED).await;
        self.secured(shown).await
    }
}

impl Client<TlsStream<TcpStream>> {
    /// What this end has to bind to (RFC 9266).
    pub(super) fn exported(&self) -> Vec<u8> {
        let (_, tls) = self.link.get_ref();
        tls.export_keying_material(vec![0; 32], b"EXPORTER-Channel-Binding", None)
            .unwrap()
    }

    /// The name that was asked for, and the protocol that was agreed on.
    pub(super) fn asked(&self) -> (Option<String>, Option<Vec<u8>>) {
        let (_, tls) = self.link.get_ref();
        (
            tls.server_name().map(str::to_owned),
            tls.alpn_protocol().map(<[u8]>::to_vec),
        )
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Client<S> {
    pub(super) fn on(link: S) -> Self {
        Self {
            link,
            heard: String::new(),
        }
    }

    /// The link itself, with whatever was not heard yet lost.
    pub(super) fn into_link(self) -> S {
        self.link
    }

    pub(super) async fn says(&mut self, text: &str) {
        self.link.write_all(text.as_bytes()).await.unwrap();
        self.link.flush().await.unwrap();
    }

    /// Takes what the client says, up to `end` behind `begin`.
    pub(super) async fn hears(&mut self, begin: &str, end: &str) -> String {
        loop {
            if let Some(from) = self.heard.find(begin)
                && let Some(length) = self.heard[from..].find(end)
            {
                let rest = self.heard.split_off(from + length + end.len());
                return std::mem::replace(&mut self.heard, rest);
            }
            assert!(self.more().await, "the client went after {:?}", self.heard);
        }
    }

    /// All that the client says until it goes.
    pub(super) async fn hears_all(&mut self) -> String {
        while self.more().await {}
        std::mem::take(&mut self.heard)
    }

    async fn more(&mut self) -> bool {
        let mut buffer = [0; 4096];
        match timeout(DEADLINE, self.link.read(&mut buffer))
            .await
            .unwrap()
        {
            Ok(0) | Err(_) => false,
            Ok(count) => {
                self.heard
                    .push_str(&String::from_utf8_lossy(&buffer[..count]));
                true
            }
        }
    }
}
