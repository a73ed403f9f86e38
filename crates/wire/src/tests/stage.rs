//! A scripted server at the other end of a link in memory. Time is paused: waiting costs nothing.

use crate::config::{ConnectConfig, Secret};
use crate::ids::Ids;
use crate::run::{Earlier, Ended, Surroundings, revoke_over, run_over};
use crate::transport::{LinkEnd, Received, Route, Transport};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use carillon_core::session::{Incoming, Outgoing, SessionProblem};
use carillon_xml::{Frame, Limits, open_tag, parse, write};
use jid::BareJid;
use minidom::Element;
use sasl::common::Password;
use sasl::common::scram::{ScramProvider, Sha256};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::timeout;

pub(super) const ME: &str = "alice@example.org";
pub(super) const FULL: &str = "alice@example.org/phone";
pub(super) const DOMAIN: &str = "example.org";
pub(super) const PASSWORD: &str = "wonder,land=";
const FEATURES_TLS: &str = "<features xmlns='http://etherx.jabber.org/streams'><mechanisms \
    xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>PLAIN</mechanism>\
    <mechanism>SCRAM-SHA-1</mechanism><mechanism>SCRAM-SHA-256</mechanism></mechanisms></features>";
pub(super) const FEATURES_BIND: &str = "<features xmlns='http://etherx.jabber.org/streams'>\
    <bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></features>";
/// The same, with stream management.
pub(super) const FEATURES_MANAGED: &str = "<features xmlns='http://etherx.jabber.org/streams'>\
    <bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/><sm xmlns='urn:xmpp:sm:3'/></features>";
const SALT: &[u8] = b"pepper";
/// Longer than anything that is waited for; in paused time it is over at once when nothing happens.
const PATIENCE: Duration = Duration::from_secs(3600);

/// One end of a link in memory.
pub(super) struct Wire {
    out: mpsc::UnboundedSender<String>,
    back: mpsc::UnboundedReceiver<Result<String, LinkEnd>>,
    route: Option<Route>,
    stranded: Arc<AtomicBool>,
}

impl Transport for Wire {
    async fn open(&mut self, domain: &str, from: Option<&str>) -> Result<(), LinkEnd> {
        self.write(open_tag(Some(domain), from, None, None))
    }

    async fn send(&mut self, stanzas: &[Element]) -> Result<(), LinkEnd> {
        stanzas
            .iter()
            .try_for_each(|stanza| self.write(write(stanza)))
    }

    async fn receive(&mut self) -> Result<Received, LinkEnd> {
        let gone = || Err(LinkEnd::Broken("the script is over".to_owned()));
        let text = self.back.recv().await.unwrap_or_else(gone)?;
        Ok(match Frame::parse(&text, &Limits::STANZA) {
            Ok(frame) => Received::Frame(frame),
            Err(error) => Received::Unreadable(error),
        })
    }

    async fn close(&mut self) -> Result<(), LinkEnd> {
        self.write(carillon_xml::close_tag())
    }

    async fn end(&mut self) {}

    fn route(&self) -> Option<&Route> {
        self.route.as_ref()
    }

    fn is_stranded(&self) -> bool {
        self.stranded.load(Ordering::Relaxed)
    }
}

impl Wire {
    fn write(&self, text: String) -> Result<(), LinkEnd> {
        self.out
            .send(text)
            .map_err(|_| LinkEnd::Broken("the script is over".to_owned()))
    }
}

/// A link in memory: the client's end, what it wrote, and what it will read.
pub(super) fn wire() -> (
    Wire,
    mpsc::UnboundedReceiver<String>,
    mpsc::UnboundedSender<Result<String, LinkEnd>>,
) {
    let (out, written) = mpsc::unbounded_channel();
    let (say, back) = mpsc::unbounded_channel();
    let wire = Wire {
        out,
        back,
        route: None,
        stranded: Arc::default(),
    };
    (wire, written, say)
}

/// The server's and the engine's side of one session.
pub(super) struct Stage {
    written: mpsc::UnboundedReceiver<String>,
    say: Option<mpsc::UnboundedSender<Result<String, LinkEnd>>>,
    pub(super) outgoing: Option<mpsc::Sender<Outgoing>>,
    pub(super) incoming: mpsc::Receiver<Incoming>,
    session: JoinHandle<Ended>,
    /// The address that the link was made from is gone.
    pub(super) stranded: Arc<AtomicBool>,
    /// All that the client wrote.
    pub(super) transcript: String,
    fences: u32,
}

pub(super) fn config() -> ConnectConfig {
    let account = BareJid::new(ME).unwrap();
    ConnectConfig {
        resource: Some("phone".to_owned()),
        roster_version: Some(String::new()),
        ..ConnectConfig::new(account, Secret::new(PASSWORD.to_owned()))
    }
}

/// A stanza, with its namespace left out in the script.
pub(super) fn stanza(xml: &str) -> Element {
    parse(&in_client_namespace(xml), &Limits::STANZA).unwrap()
}

fn in_client_namespace(xml: &str) -> String {
    let end = xml.find(['>', '/', ' ']).expect("a start tag");
    let head = &xml[..xml.find('>').expect("a start tag")];
    if head.contains(" xmlns=") {
        xml.to_owned()
    } else {
        format!("{} xmlns='jabber:client'{}", &xml[..end], &xml[end..])
    }
}

impl Stage {
    /// A client that has just connected.
    pub(super) fn connected() -> Self {
        Self::connected_with(config(), 64)
    }

    pub(super) fn connected_with(config: ConnectConfig, room: usize) -> Self {
        Self::connected_after(config, room, Earlier::default())
    }

    /// A client that has been here before.
    pub(super) fn connected_after(config: ConnectConfig, room: usize, earlier: Earlier) -> Self {
        Self::connected_over(None, config, room, earlier)
    }

    /// The same over a link of which is known how it was made.
    pub(super) fn connected_over(
        route: Option<Route>,
        config: ConnectConfig,
        room: usize,
        earlier: Earlier,
    ) -> Self {
        let (mut wire, written, say) = wire();
        wire.route = route;
        let stranded = Arc::clone(&wire.stranded);
        let (outgoing, requests) = mpsc::channel(64);
        let (told, incoming) = mpsc::channel(room);
        let surroundings = Surroundings {
            ids: Ids::from_seed([0; 8]),
            fresh: [7; 8],
            clock: || jiff::Timestamp::UNIX_EPOCH,
        };
        let session = tokio::spawn(async move {
            run_over(&mut wire, config, surroundings, earlier, requests, told).await
        });
        Self {
            written,
            say: Some(say),
            outgoing: Some(outgoing),
            incoming,
            session,
            stranded,
            transcript: String::new(),
            fences: 0,
        }
    }

    /// A client that has its token forgotten; what came of that is sent by the way that is answered.
    pub(super) fn revoking(
        route: Option<Route>,
        config: ConnectConfig,
    ) -> (Self, oneshot::Receiver<Result<bool, SessionProblem>>) {
        let (mut wire, written, say) = wire();
        wire.route = route;
        let stranded = Arc::clone(&wire.stranded);
        let (done, answer) = oneshot::channel();
        let session = tokio::spawn(async move {
            let _ = done.send(revoke_over(&mut wire, &config).await);
            Ended {
                result: Ok(()),
                asleep: None,
            }
        });
        let stage = Self {
            written,
            say: Some(say),
            outgoing: None,
            incoming: mpsc::channel(1).1,
            session,
            stranded,
            transcript: String::new(),
            fences: 0,
        };
        (stage, answer)
    }

    /// A client that is signed in and has told so; its first requests are answered.
    pub(super) async fn online() -> Self {
        let mut stage = Self::connected();
        stage.signs_in().await;
        stage.answers_first_requests().await;
        while !matches!(stage.told().await, Incoming::BlockList(_)) {}
        stage
    }

    /// The same at a server that keeps for nobody's eyes but mine what it is told to.
    pub(super) async fn online_keeping_privately() -> Self {
        let mut stage = Self::connected();
        stage.signs_in().await;
        let options = "<feature var='http://jabber.org/protocol/pubsub#publish-options'/></query>";
        let keeps = |payload: &str| payload.replace("</query>", options);
        stage.answers_requests(keeps).await;
        while !matches!(stage.told().await, Incoming::BlockList(_)) {}
        stage
    }

    /// The server says something.
    pub(super) fn send(&self, xml: &str) {
        self.send_raw(&in_client_namespace(xml));
    }

    /// The server says something that need not be XML.
    pub(super) fn send_raw(&self, text: &str) {
        let say = self.say.as_ref().expect("the link is cut");
        let _ = say.send(Ok(text.to_owned()));
    }

    /// The link breaks.
    pub(super) fn cut(&mut self) {
        self.say = None;
    }

    /// The client writes something; nothing else is waited for.
    pub(super) async fn recv(&mut self) -> Element {
        let text = self.recv_text().await;
        parse(&text, &Limits::STANZA).unwrap()
    }

    pub(super) async fn recv_text(&mut self) -> String {
        let text = timeout(PATIENCE, self.written.recv())
            .await
            .expect("the client writes")
            .expect("the client lives");
        self.transcript.push_str(&text);
        text
    }

    /// The client writes exactly this.
    pub(super) async fn expect(&mut self, xml: &str) {
        assert_eq!(write(&self.recv().await), write(&stanza(xml)));
    }

    /// The client has nothing more to write.
    pub(super) fn nothing_written(&mut self) {
        if let Ok(text) = self.written.try_recv() {
            panic!("the client wrote {text}");
        }
    }

    /// The engine asks for something.
    pub(super) async fn ask(&self, what: Outgoing) {
        let outgoing = self.outgoing.as_ref().expect("the engine is gone");
        outgoing.send(what).await.expect("the session lives");
    }

    /// The engine is told something.
    pub(super) async fn told(&mut self) -> Incoming {
        timeout(PATIENCE, self.incoming.recv())
            .await
            .expect("the session tells something")
            .expect("the session lives")
    }

    /// All that the server has said was looked at; what the engine was told of it, and what was answered.
    pub(super) async fn settled(&mut self) -> (Vec<Incoming>, Vec<Element>) {
        self.fences += 1;
        let id = format!("fence{}", self.fences);
        self.send(&format!(
            "<iq type='get' id='{id}' from='{DOMAIN}'><ping xmlns='urn:xmpp:ping'/></iq>"
        ));
        let mut answers = Vec::new();
        loop {
            let answer = self.recv().await;
            if answer.attr("id") == Some(&id) {
                break;
            }
            answers.push(answer);
        }
        // The fence is answered before it is known whether all was told, but told things leave at once.
        tokio::time::sleep(Duration::from_millis(1)).await;
        let mut told = Vec::new();
        while let Ok(what) = self.incoming.try_recv() {
            told.push(what);
        }
        (told, answers)
    }

    /// What the engine is told when the server says this.
    pub(super) async fn tells(&mut self, xml: &str) -> Vec<Incoming> {
        self.send(xml);
        self.settled().await.0
    }

    /// How the session ends.
    pub(super) async fn ends(self) -> Result<(), SessionProblem> {
        self.over().await.result
    }

    /// How the session ends, and what is left of it.
    pub(super) async fn over(self) -> Ended {
        let Self {
            session,
            say,
            outgoing,
            incoming,
            written,
            ..
        } = self;
        let end = timeout(PATIENCE, session).await.expect("the session ends");
        drop((say, outgoing, incoming, written));
        end.unwrap()
    }

    pub(super) async fn opens(&mut self, features: &str) {
        let Ok(Frame::Open { to, .. }) = Frame::parse(&self.recv_text().await, &Limits::STANZA)
        else {
            panic!("the client does not open the stream");
        };
        assert_eq!(to.as_deref(), Some(DOMAIN));
        self.send_raw(&open_tag(None, Some(DOMAIN), Some("s1"), None));
        self.send_raw(features);
    }

    pub(super) async fn opens_for_login(&mut self) {
        self.opens(FEATURES_TLS).await;
    }

    /// The client's first message of SCRAM; the mechanism and the message after its header.
    pub(super) async fn recv_auth(&mut self) -> (String, String) {
        let auth = self.recv().await;
        assert_eq!(auth.name(), "auth");
        let text = String::from_utf8(STANDARD.decode(auth.text()).unwrap()).unwrap();
        let bare = text.strip_prefix("n,,").expect("no channel binding");
        (auth.attr("mechanism").unwrap().to_owned(), bare.to_owned())
    }

    /// The server says a step of SASL.
    pub(super) fn send_sasl(&self, name: &str, data: &str) {
        let data = STANDARD.encode(data);
        self.send(&format!(
            "<{name} xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>{data}</{name}>"
        ));
    }

    /// The whole of SCRAM-SHA-256 with a server that knows the password; the server's last word is the caller's.
    pub(super) async fn proves(&mut self) -> String {
        let (mechanism, first) = self.recv_auth().await;
        assert_eq!(mechanism, "SCRAM-SHA-256");
        let nonce = first.split_once(",r=").unwrap().1.to_owned();
        let challenge = format!("r={nonce}server,s={},i=4096", STANDARD.encode(SALT));
        self.send_sasl("challenge", &challenge);
        let response = self.recv().await;
        let last = String::from_utf8(STANDARD.decode(response.text()).unwrap()).unwrap();
        let (unproven, proof) = last.rsplit_once(",p=").unwrap();
        let salted = Sha256::derive(&Password::Plain(PASSWORD.to_owned()), SALT, 4096).unwrap();
        let dialogue = format!("{first},{challenge},{unproven}");
        let stored = Sha256::hash(&Sha256::hmac(b"Client Key", &salted).unwrap());
        let signature = Sha256::hmac(dialogue.as_bytes(), &stored).unwrap();
        let proof = STANDARD.decode(proof).unwrap();
        let key: Vec<u8> = proof.iter().zip(signature).map(|(a, b)| a ^ b).collect();
        assert_eq!(Sha256::hash(&key), stored, "the client knows the password");
        let server_key = Sha256::hmac(b"Server Key", &salted).unwrap();
        STANDARD.encode(Sha256::hmac(dialogue.as_bytes(), &server_key).unwrap())
    }

    pub(super) async fn authenticates(&mut self) {
        self.opens_for_login().await;
        let signature = self.proves().await;
        self.send_sasl("success", &format!("v={signature}"));
    }

    pub(super) async fn signs_in(&mut self) {
        self.authenticates().await;
        self.opens(FEATURES_BIND).await;
        self.binds().await;
    }

    pub(super) async fn binds(&mut self) {
        self.expect(
            "<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>\
             <resource>phone</resource></bind></iq>",
        )
        .await;
        self.send(&format!(
            "<iq type='result' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>\
             <jid>{FULL}</jid></bind></iq>"
        ));
    }

    /// disco twice, roster, carbons, block list; then the presence is there too.
    pub(super) async fn answers_first_requests(&mut self) {
        self.answers_requests(str::to_owned).await;
    }

    async fn answers_requests(&mut self, payload_of: impl Fn(&str) -> String) {
        for (number, from, payload) in FIRST_ANSWERS {
            let request = self.recv().await;
            assert_eq!(request.attr("id"), Some(id(*number).as_str()));
            self.send(&format!(
                "<iq type='result' id='{}'{from}>{}</iq>",
                id(*number),
                payload_of(payload)
            ));
        }
        assert_eq!(self.recv().await.name(), "presence");
    }
}

/// The client's ids, in order.
pub(super) fn id(number: u32) -> String {
    format!("0000000000000000-{number}")
}

const FIRST_ANSWERS: &[(u32, &str, &str)] = &[
    (
        1,
        " from='example.org'",
        "<query xmlns='http://jabber.org/protocol/disco#info'><feature var='urn:xmpp:carbons:2'/>\
         <feature var='urn:xmpp:blocking'/></query>",
    ),
    (
        2,
        "",
        "<query xmlns='http://jabber.org/protocol/disco#info'><feature var='urn:xmpp:mam:2'/>\
         <feature var='urn:xmpp:sid:0'/></query>",
    ),
    (
        3,
        "",
        "<query xmlns='jabber:iq:roster' ver='v1'><item jid='bob@example.net' name='Bob' \
         subscription='both'><group>Friends</group></item></query>",
    ),
    (4, "", ""),
    (5, "", "<blocklist xmlns='urn:xmpp:blocking'/>"),
];
