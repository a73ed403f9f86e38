//! The server's side: it listens on loopback, knows one password, and says what the script says.

use crate::link::{Link, TcpLink, Way};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures_util::SinkExt;
use minidom::Element;
use sasl::common::Password;
use sasl::common::scram::{ScramProvider, Sha256};
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::handshake::server::{Request, Response};
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::protocol::Message;

/// Longer than any answer on loopback takes, even on a busy machine.
const DEADLINE: Duration = Duration::from_secs(60);
const SALT: &[u8] = b"pepper";
/// The fewest that a client takes without a warning (RFC 7677 §4).
const ITERATIONS: u32 = 4096;

/// The one account of a server.
#[derive(Debug, Clone)]
pub struct Account {
    /// The full address that it binds.
    pub full: String,
    /// Its password.
    pub password: String,
}

impl Account {
    /// The bare address.
    ///
    /// # Panics
    /// When the full address has no resource.
    #[must_use]
    pub fn bare(&self) -> &str {
        self.full.split_once('/').expect("a full address").0
    }

    /// The domain.
    ///
    /// # Panics
    /// When the address has no node.
    #[must_use]
    pub fn domain(&self) -> &str {
        self.bare().split_once('@').expect("an address").1
    }
}

/// A listening server.
#[derive(Debug)]
pub struct ScriptedServer {
    listener: TcpListener,
    way: Way,
}

impl ScriptedServer {
    /// Listens on a free port of this computer for clients that come by this way.
    ///
    /// # Panics
    /// When there is none.
    pub async fn listen(way: Way) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        Self { listener, way }
    }

    /// Where clients find it.
    ///
    /// # Panics
    /// When the socket has no address.
    #[must_use]
    pub fn url(&self) -> String {
        let address = self.listener.local_addr().expect("an address");
        match self.way {
            Way::WebSocket => format!("ws://{address}/xmpp-websocket"),
            Way::Tcp => format!("xmpp://{address}"),
        }
    }

    /// The next client that connects.
    ///
    /// # Panics
    /// When none comes, or it does not ask for XMPP.
    pub async fn accept(&self) -> Conversation {
        timeout(DEADLINE, self.accept_whenever())
            .await
            .expect("a client connects")
    }

    /// As [`ScriptedServer::accept`], however late it comes.
    pub async fn accept_whenever(&self) -> Conversation {
        if self.way == Way::Tcp {
            // It asks for TLS first. Told that there is none, it comes again, because this is its own computer.
            let mut asked = self.accept_tcp().await;
            asked.opens("example.org", "").await;
            return self.accept_tcp().await;
        }
        let tcp = self.connection().await;
        #[allow(clippy::result_large_err, reason = "the library's own signature")]
        let answer = |request: &Request, mut response: Response| {
            assert_eq!(request.headers()["sec-websocket-protocol"], "xmpp");
            let name = HeaderValue::from_static("xmpp");
            response
                .headers_mut()
                .insert("sec-websocket-protocol", name);
            Ok(response)
        };
        let socket = tokio_tungstenite::accept_hdr_async(tcp, answer)
            .await
            .expect("a WebSocket");
        Conversation {
            link: Link::WebSocket(Box::new(socket)),
        }
    }

    async fn accept_tcp(&self) -> Conversation {
        let link = Link::Tcp(Box::new(TcpLink::new(self.connection().await)));
        Conversation { link }
    }

    async fn connection(&self) -> TcpStream {
        let (tcp, _) = self.listener.accept().await.expect("a connection");
        tcp.set_nodelay(true).expect("a socket");
        tcp
    }
}

/// One client's stream.
#[derive(Debug)]
pub struct Conversation {
    link: Link,
}

impl Conversation {
    /// Says a stanza, with its namespace left out in the script, or anything else as it is.
    ///
    /// # Panics
    /// When the client is gone.
    pub async fn send(&mut self, text: &str) {
        let text = in_client_namespace(text);
        self.link.send(&text).await.expect("the client listens");
    }

    /// As [`Conversation::send`]; `false` when the client is gone.
    pub async fn tries_to_send(&mut self, text: &str) -> bool {
        self.link.send(&in_client_namespace(text)).await.is_ok()
    }

    /// Says a WebSocket message of any kind.
    ///
    /// # Panics
    /// When the client is gone, or came by another way.
    pub async fn send_frame(&mut self, message: Message) {
        let Link::WebSocket(socket) = &mut self.link else {
            panic!("there are no frames");
        };
        socket.send(message).await.expect("the client listens");
    }

    /// Puts these bytes on the connection as they are, below any framing; `false` when the client does not take them
    /// any more.
    pub async fn send_bytes(&mut self, bytes: &[u8]) -> bool {
        let sent = async { self.link.connection().write_all(bytes).await.is_ok() };
        timeout(DEADLINE, sent).await.unwrap_or(false)
    }

    /// Says that the stream ends.
    ///
    /// # Panics
    /// When the client is gone.
    pub async fn closes(&mut self) {
        self.link.close().await.expect("the client listens");
    }

    /// Hears the next element.
    ///
    /// # Panics
    /// When nothing comes, or it is no element.
    pub async fn recv(&mut self) -> Element {
        timeout(DEADLINE, self.link.recv())
            .await
            .expect("the client says something")
            .expect("the client is there")
    }

    /// Hears the next element, however late it comes; `None` when the client is gone.
    pub async fn recv_whenever(&mut self) -> Option<Element> {
        self.link.recv().await
    }

    /// Waits until the client is gone.
    ///
    /// # Panics
    /// When it stays.
    pub async fn ended(&mut self) {
        let gone = async { while self.link.recv().await.is_some() {} };
        timeout(DEADLINE, gone).await.expect("the client goes");
    }

    /// Hears the next element of this name; the others are skipped.
    pub async fn recv_named(&mut self, name: &str) -> Element {
        loop {
            let element = self.recv().await;
            if element.name() == name {
                return element;
            }
        }
    }

    /// Opens the stream with these features.
    pub async fn opens(&mut self, domain: &str, features: &str) {
        self.link.expects_opening();
        self.recv_named("open").await;
        self.link.open(domain).await.expect("the client listens");
        let features =
            format!("<features xmlns='http://etherx.jabber.org/streams'>{features}</features>");
        self.send(&features).await;
    }

    /// Signs `account` in by SCRAM-SHA-256 and binds it.
    pub async fn signs_in(&mut self, account: &Account) {
        self.signs_in_offering(account, "").await;
    }

    /// As [`Conversation::signs_in`], with these features offered beside the binding.
    pub async fn signs_in_offering(&mut self, account: &Account, features: &str) {
        let domain = account.domain().to_owned();
        self.opens(
            &domain,
            "<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>\
             <mechanism>SCRAM-SHA-256</mechanism></mechanisms>",
        )
        .await;
        self.proves(&account.password).await;
        let bind = "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>";
        self.opens(&domain, &format!("{bind}{features}")).await;
        let bind = self.recv_named("iq").await;
        let id = bind.attr("id").unwrap_or_default();
        self.send(&format!(
            "<iq type='result' id='{id}'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>\
             <jid>{}</jid></bind></iq>",
            account.full
        ))
        .await;
    }

    /// SCRAM (RFC 5802 §3) with a client that knows the password.
    async fn proves(&mut self, password: &str) {
        let first = self.first().await;
        let challenge = first.challenge();
        self.send_sasl("challenge", &challenge).await;
        let last = self.proof().await;
        let (unproven, _proof) = last.rsplit_once(",p=").expect("a proof");
        let signature = first.signature(password, &challenge, unproven);
        self.send_sasl("success", &format!("v={signature}")).await;
    }

    /// The client's first message.
    ///
    /// # Panics
    /// When it says something else.
    pub async fn first(&mut self) -> First {
        let auth = self.recv_named("auth").await;
        let message = decoded(&auth);
        let bare = message.strip_prefix("n,,").expect("no channel binding");
        First(bare.to_owned())
    }

    /// The client's last message.
    ///
    /// # Panics
    /// When it says something else.
    pub async fn proof(&mut self) -> String {
        decoded(&self.recv_named("response").await)
    }

    /// Says something about the authentication; `data` goes out in Base64.
    pub async fn send_sasl(&mut self, name: &str, data: &str) {
        let data = STANDARD.encode(data);
        self.send(&format!(
            "<{name} xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>{data}</{name}>"
        ))
        .await;
    }
}

/// `client-first-message-bare` (RFC 5802 §7).
#[derive(Debug)]
pub struct First(String);

impl First {
    /// The client's nonce.
    ///
    /// # Panics
    /// When it has none.
    #[must_use]
    pub fn nonce(&self) -> &str {
        self.0.split_once(",r=").expect("a nonce").1
    }

    /// What an honest server asks.
    #[must_use]
    pub fn challenge(&self) -> String {
        let (nonce, salt) = (self.nonce(), STANDARD.encode(SALT));
        format!("r={nonce}server,s={salt},i={ITERATIONS}")
    }

    /// By what a server shows that it knows the password.
    ///
    /// # Panics
    /// Never: the lengths are right.
    #[must_use]
    pub fn signature(&self, password: &str, challenge: &str, unproven: &str) -> String {
        let dialogue = format!("{},{challenge},{unproven}", self.0);
        let key = Sha256::hmac(b"Server Key", &salted(password)).expect("a key");
        let signature = Sha256::hmac(dialogue.as_bytes(), &key).expect("a signature");
        STANDARD.encode(signature)
    }
}

/// `SaltedPassword`. It takes long, and a test asks for it again and again.
fn salted(password: &str) -> Vec<u8> {
    static KNOWN: Mutex<BTreeMap<String, Vec<u8>>> = Mutex::new(BTreeMap::new());
    let mut known = KNOWN.lock().expect("nobody panics with it");
    let derive = || {
        let password = Password::Plain(password.to_owned());
        Sha256::derive(&password, SALT, ITERATIONS).expect("a key")
    };
    known
        .entry(password.to_owned())
        .or_insert_with(derive)
        .clone()
}

fn decoded(element: &Element) -> String {
    let data = STANDARD.decode(element.text()).expect("Base64");
    String::from_utf8(data).expect("UTF-8")
}

fn in_client_namespace(xml: &str) -> String {
    let is_stanza = ["message", "presence", "iq"].iter().any(|name| {
        xml.strip_prefix('<')
            .and_then(|xml| xml.strip_prefix(name))
            .is_some_and(|rest| rest.starts_with([' ', '>', '/']))
    });
    match xml.find([' ', '>', '/']) {
        Some(end) if is_stanza => {
            format!("{} xmlns='jabber:client'{}", &xml[..end], &xml[end..])
        }
        _ => xml.to_owned(),
    }
}
