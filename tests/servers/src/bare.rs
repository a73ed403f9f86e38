//! One WebSocket that carries XMPP (RFC 7395), and no client: frames go out and come in as text.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::{Error as WsError, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

const FRAMING: &str = "urn:ietf:params:xml:ns:xmpp-framing";
/// A machine may be busy with much else.
const ANSWER: Duration = Duration::from_secs(30);

/// Why a bare stream did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum BareError {
    /// No TCP connection.
    #[error("no connection: {0}")]
    Connect(#[from] std::io::Error),
    /// The WebSocket's handshake or framing failed.
    #[error("WebSocket: {0}")]
    WebSocket(#[from] Box<WsError>),
    /// The URL is not `ws://host:port/path`.
    #[error("not a ws:// address: {0}")]
    Url(String),
    /// The server said something else than expected.
    #[error("expected {expected}, got {got}")]
    Unexpected {
        /// What would have been right.
        expected: &'static str,
        /// The frame that came.
        got: String,
    },
    /// The server closed the socket, or said nothing for half a minute.
    #[error("no answer")]
    Silence,
}

/// An open stream. See the module's text.
#[derive(Debug)]
pub struct BareStream {
    socket: WebSocketStream<TcpStream>,
    domain: String,
    /// What the server offered last.
    pub features: String,
}

impl BareStream {
    /// Connects, opens the stream and reads its features.
    ///
    /// # Errors
    /// See [`BareError`].
    pub async fn open(url: &str, domain: &str) -> Result<Self, BareError> {
        let mut request = url
            .into_client_request()
            .map_err(|_| BareError::Url(url.to_owned()))?;
        request
            .headers_mut()
            .insert("Sec-WebSocket-Protocol", HeaderValue::from_static("xmpp"));
        let authority = request
            .uri()
            .authority()
            .ok_or_else(|| BareError::Url(url.to_owned()))?
            .as_str();
        let tcp = TcpStream::connect(authority).await?;
        // Nagle's algorithm would hold a small frame back for 40 ms.
        tcp.set_nodelay(true)?;
        let (socket, response) = client_async(request, tcp).await.map_err(Box::new)?;
        let protocol = response
            .headers()
            .get("Sec-WebSocket-Protocol")
            .and_then(|value| value.to_str().ok());
        if protocol != Some("xmpp") {
            return Err(unexpected(
                "the subprotocol xmpp",
                protocol.unwrap_or("none"),
            ));
        }
        let mut stream = Self {
            socket,
            domain: domain.to_owned(),
            features: String::new(),
        };
        stream.restart().await?;
        Ok(stream)
    }

    async fn restart(&mut self) -> Result<(), BareError> {
        self.send(&format!(
            "<open xmlns='{FRAMING}' to='{}' version='1.0'/>",
            self.domain
        ))
        .await?;
        let open = self.receive().await?;
        if !open.starts_with("<open") {
            return Err(unexpected("<open/>", &open));
        }
        self.features = self.receive().await?;
        Ok(())
    }

    /// Makes an account in-band (XEP-0077 section 3.1), on a stream that has not signed in.
    ///
    /// # Errors
    /// [`BareError::Unexpected`] with the server's reason, or as [`BareStream::open`].
    pub async fn register(&mut self, name: &str, password: &str) -> Result<(), BareError> {
        let xml = format!(
            "<iq xmlns='jabber:client' type='set' id='register' to='{}'><query xmlns='jabber:iq:register'>\
             <username>{name}</username><password>{password}</password></query></iq>",
            self.domain
        );
        self.send(&xml).await?;
        let answer = self.receive().await?;
        let accepted = attribute(&answer, "type") == Some("result");
        if accepted {
            Ok(())
        } else {
            Err(unexpected("the account made", &answer))
        }
    }

    /// Signs in by PLAIN, binds `resource` and becomes available: what a benchmark's floor needs, and no more.
    ///
    /// # Errors
    /// See [`BareError`].
    pub async fn sign_in(
        &mut self,
        name: &str,
        password: &str,
        resource: &str,
    ) -> Result<(), BareError> {
        self.sign_in_unseen(name, password, resource).await?;
        self.send("<presence xmlns='jabber:client'/>").await
    }

    /// As [`BareStream::sign_in`], but says nothing to anybody: it can write, and is not there for others.
    ///
    /// # Errors
    /// See [`BareError`].
    pub async fn sign_in_unseen(
        &mut self,
        name: &str,
        password: &str,
        resource: &str,
    ) -> Result<(), BareError> {
        self.authenticate(name, password).await?;
        self.send(&format!(
            "<iq xmlns='jabber:client' type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>\
             <resource>{resource}</resource></bind></iq>"
        ))
        .await?;
        let bound = self.receive().await?;
        if attribute(&bound, "type") != Some("result") {
            return Err(unexpected("the resource bound", &bound));
        }
        Ok(())
    }

    /// Proves by PLAIN who it is, and opens the stream anew; binds nothing, so that an earlier stream can go on.
    ///
    /// # Errors
    /// See [`BareError`].
    pub async fn authenticate(&mut self, name: &str, password: &str) -> Result<(), BareError> {
        let secret = BASE64.encode(format!("\0{name}\0{password}"));
        self.send(&format!(
            "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>{secret}</auth>"
        ))
        .await?;
        let answer = self.receive().await?;
        if !answer.starts_with("<success") {
            return Err(unexpected("<success/>", &answer));
        }
        self.restart().await
    }

    /// Writes one frame, and returns when the socket has taken it.
    ///
    /// # Errors
    /// [`BareError::WebSocket`] when the connection is gone.
    pub async fn send(&mut self, xml: &str) -> Result<(), BareError> {
        self.socket
            .send(Message::text(xml))
            .await
            .map_err(|error| Box::new(error).into())
    }

    /// The next text frame.
    ///
    /// # Errors
    /// [`BareError::Silence`] when none comes.
    pub async fn receive(&mut self) -> Result<String, BareError> {
        loop {
            match timeout(ANSWER, self.socket.next()).await {
                Ok(Some(Ok(Message::Text(text)))) => return Ok(text.as_str().to_owned()),
                Ok(Some(Ok(_))) => {}
                Ok(Some(Err(error))) => return Err(Box::new(error).into()),
                Ok(None) | Err(_) => return Err(BareError::Silence),
            }
        }
    }
}

fn unexpected(expected: &'static str, got: &str) -> BareError {
    BareError::Unexpected {
        expected,
        got: got.to_owned(),
    }
}

/// The value of the attribute `name` in the first tag of `xml`, as it is written there.
#[must_use]
pub fn attribute<'xml>(xml: &'xml str, name: &str) -> Option<&'xml str> {
    let tag = &xml[..xml.find('>')?];
    let start = [format!(" {name}='"), format!(" {name}=\"")]
        .iter()
        .find_map(|head| Some(tag.find(head)? + head.len()))?;
    let value = &tag[start..];
    Some(&value[..value.find(tag.as_bytes()[start - 1] as char)?])
}
