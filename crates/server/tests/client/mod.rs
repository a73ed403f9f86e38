//! A very small XMPP client: one WebSocket, one text at a time, and SCRAM by a library that the server does not use.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // Helpers of tests are tests.
#![allow(dead_code)] // Each test program uses a part.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use carillon_server::Server;
use carillon_xml::{Limits, parse};
use futures_util::{SinkExt, StreamExt};
use minidom::Element;
use sasl::client::Mechanism;
use sasl::client::mechanisms::Scram;
use sasl::common::scram::Sha256;
use sasl::common::{ChannelBinding, Credentials};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{WebSocketStream, client_async};

/// For one answer. Far more than it ever takes: only a test that fails waits for it.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) const OPEN: &str =
    "<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='localhost' version='1.0'/>";

pub(crate) struct Client {
    pub(crate) socket: WebSocketStream<TcpStream>,
    pub(crate) jid: String,
}

impl Client {
    /// A WebSocket on which nothing was said.
    pub(crate) async fn connect(server: &Server) -> Client {
        let mut request = server.url().into_client_request().unwrap();
        request
            .headers_mut()
            .insert("sec-websocket-protocol", "xmpp".parse().unwrap());
        let stream = TcpStream::connect(server.address()).await.unwrap();
        stream.set_nodelay(true).unwrap();
        let (socket, response) = client_async(request, stream).await.unwrap();
        assert_eq!(response.headers()["sec-websocket-protocol"], "xmpp");
        Client {
            socket,
            jid: String::new(),
        }
    }

    /// A stream with its features.
    pub(crate) async fn open(server: &Server) -> Client {
        let mut client = Client::connect(server).await;
        client.reopen().await;
        client
    }

    pub(crate) async fn reopen(&mut self) -> Element {
        self.send(OPEN).await;
        assert_eq!(self.next().await.name(), "open");
        let features = self.next().await;
        assert_eq!(features.name(), "features");
        features
    }

    pub(crate) async fn register(server: &Server, name: &str, password: &str) {
        let mut client = Client::open(server).await;
        client
            .send(&format!(
                "<iq xmlns='jabber:client' type='set' id='reg'><query xmlns='jabber:iq:register'>\
                 <username>{name}</username><password>{password}</password></query></iq>"
            ))
            .await;
        assert_eq!(client.next().await.attr("type"), Some("result"));
    }

    /// Logs in; `Err` holds the failure's condition.
    pub(crate) async fn authenticate(&mut self, name: &str, password: &str) -> Result<(), String> {
        let credentials = Credentials::default()
            .with_username(name)
            .with_password(password)
            .with_channel_binding(ChannelBinding::None);
        let mut scram = Scram::<Sha256>::from_credentials(credentials).unwrap();
        let first = BASE64.encode(scram.initial());
        self.send(&format!(
            "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='SCRAM-SHA-256'>{first}</auth>"
        ))
        .await;
        let challenge = self.next().await;
        if challenge.name() == "failure" {
            return Err(challenge.children().next().unwrap().name().to_owned());
        }
        let response = scram
            .response(&BASE64.decode(challenge.text()).unwrap())
            .unwrap();
        let response = BASE64.encode(response);
        self.send(&format!(
            "<response xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>{response}</response>"
        ))
        .await;
        let outcome = self.next().await;
        if outcome.name() == "failure" {
            return Err(outcome.children().next().unwrap().name().to_owned());
        }
        scram
            .success(&BASE64.decode(outcome.text()).unwrap())
            .expect("the server's own proof");
        Ok(())
    }

    /// A session with a bound resource.
    pub(crate) async fn log_in(
        server: &Server,
        name: &str,
        password: &str,
        resource: &str,
    ) -> Client {
        let mut client = Client::open(server).await;
        client.authenticate(name, password).await.unwrap();
        client.reopen().await;
        let bound = client
            .ask(&format!(
                "<iq xmlns='jabber:client' type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>\
                 <resource>{resource}</resource></bind></iq>"
            ))
            .await;
        client.jid = bound
            .children()
            .next()
            .unwrap()
            .children()
            .next()
            .unwrap()
            .text();
        client
    }

    /// A session that has its roster and is available.
    pub(crate) async fn online(
        server: &Server,
        name: &str,
        password: &str,
        resource: &str,
    ) -> Client {
        let mut client = Client::log_in(server, name, password, resource).await;
        client.ask("<iq xmlns='jabber:client' type='get' id='roster'><query xmlns='jabber:iq:roster'/></iq>").await;
        client.send("<presence xmlns='jabber:client'/>").await;
        let own = client.jid.clone();
        client
            .wait_for(|stanza| stanza.attr("from") == Some(own.as_str()))
            .await;
        client
    }

    pub(crate) async fn send(&mut self, text: &str) {
        self.socket.send(Message::text(text)).await.unwrap();
    }

    /// The next text, or nothing if the connection ended.
    pub(crate) async fn next_text(&mut self) -> Option<String> {
        loop {
            match timeout(PATIENCE, self.socket.next())
                .await
                .expect("the server is silent")?
            {
                Ok(Message::Text(text)) => return Some(text.to_string()),
                Ok(Message::Close(_)) | Err(_) => return None,
                Ok(_) => {}
            }
        }
    }

    pub(crate) async fn next(&mut self) -> Element {
        let text = self.next_text().await.expect("the connection ended");
        parse(&text, &Limits::STANZA).unwrap()
    }

    /// Skips stanzas until one fits.
    pub(crate) async fn wait_for(&mut self, fits: impl Fn(&Element) -> bool) -> Element {
        loop {
            let stanza = self.next().await;
            if fits(&stanza) {
                return stanza;
            }
        }
    }

    /// Skips stanzas until a message with this body.
    pub(crate) async fn wait_for_body(&mut self, body: &str) -> Element {
        self.wait_for(|stanza| {
            stanza
                .get_child("body", "jabber:client")
                .is_some_and(|child| child.text() == body)
        })
        .await
    }

    /// Sends an iq and gives its answer, which must be a result.
    pub(crate) async fn ask(&mut self, iq: &str) -> Element {
        self.send(iq).await;
        let id = parse(iq, &Limits::STANZA)
            .unwrap()
            .attr("id")
            .unwrap()
            .to_owned();
        let answer = self
            .wait_for(|stanza| {
                stanza.name() == "iq"
                    && stanza.attr("id") == Some(&id)
                    && stanza.attr("type") != Some("set")
            })
            .await;
        assert_eq!(answer.attr("type"), Some("result"), "{answer:?}");
        answer
    }
}
