//! The server's side of SASL2, as a script has it.

use super::stage::{DOMAIN, PASSWORD, Stage, config};
use crate::config::ConnectConfig;
use crate::run::Earlier;
use crate::transport::{Route, Tls};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use carillon_core::connection::Binding::TlsExporter;
use carillon_core::connection::TransportKind;
use carillon_core::session::StreamState;
use carillon_xml::{Frame, Limits};
use jid::FullJid;
use minidom::Element;
use sasl::common::Password;
use sasl::common::scram::{ScramProvider, Sha256};

pub(super) const SASL2: &str = "urn:xmpp:sasl:2";
pub(super) const ME_HERE: &str = "alice@example.org/Carillon~1";
pub(super) const CHANNEL: &[u8] = b"exported";
/// All that can be asked for within the exchange.
pub(super) const ALL_INLINE: &str = "<sm xmlns='urn:xmpp:sm:3'/><bind xmlns='urn:xmpp:bind:0'><inline>\
    <feature var='urn:xmpp:carbons:2'/><feature var='urn:xmpp:csi:0'/><feature var='urn:xmpp:sm:3'/>\
    </inline></bind>";
pub(super) const BOUND: &str = "<bound xmlns='urn:xmpp:bind:0'>\
    <enabled xmlns='urn:xmpp:sm:3' id='new' resume='true'/></bound>";
const SALT: &[u8] = b"pepper";

/// A server's offer, in the old words and in the new ones.
pub(super) fn offer(old: &[&str], new: &[&str], inline: &str, bindings: &[&str]) -> String {
    let list = |names: &[&str]| -> String {
        let one = |name: &&str| format!("<mechanism>{name}</mechanism>");
        names.iter().map(one).collect()
    };
    let types = |name: &&str| format!("<channel-binding type='{name}'/>");
    let types: String = bindings.iter().map(types).collect();
    format!(
        "<features xmlns='http://etherx.jabber.org/streams'>\
         <mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>{}</mechanisms>\
         <authentication xmlns='{SASL2}'>{}<inline>{inline}</inline></authentication>\
         <sasl-channel-binding xmlns='urn:xmpp:sasl-cb:0'>{types}</sasl-channel-binding></features>",
        list(old),
        list(new)
    )
}

pub(super) fn earlier() -> Earlier {
    Earlier {
        stream: Some(StreamState {
            id: "before".to_owned(),
            jid: FullJid::new(ME_HERE).unwrap(),
            location: None,
            handled: 3,
            rooms: Vec::new(),
        }),
        asleep: None,
    }
}

/// A link inside TLS to which can be bound.
pub(super) fn in_tls() -> Option<Route> {
    Some(Route {
        transport: TransportKind::DirectTls,
        host: DOMAIN.to_owned(),
        port: 5223,
        proxy: None,
        tls: Some(Tls::with_bindings(vec![(TlsExporter, CHANNEL.to_vec())])),
        failed: Vec::new(),
    })
}

/// A server that counts how often the client had to wait for it.
pub(super) struct Server {
    pub(super) stage: Stage,
    pub(super) trips: u32,
    client_spoke: bool,
}

impl Server {
    pub(super) fn new(stage: Stage) -> Self {
        Self {
            stage,
            trips: 0,
            client_spoke: false,
        }
    }

    pub(super) fn of(config: ConnectConfig, earlier: Earlier) -> Self {
        Self::new(Stage::connected_over(in_tls(), config, 64, earlier))
    }

    pub(super) fn in_clear(earlier: Earlier) -> Self {
        Self::new(Stage::connected_over(None, config(), 64, earlier))
    }

    pub(super) async fn hears(&mut self) -> Element {
        self.client_spoke = true;
        self.stage.recv().await
    }

    pub(super) fn says(&mut self, xml: &str) {
        self.trips += u32::from(std::mem::take(&mut self.client_spoke));
        self.stage.send(xml);
    }

    /// The stream begins, and who is asked for is known.
    pub(super) async fn opens(&mut self, features: &str) {
        self.client_spoke = true;
        let text = self.stage.recv_text().await;
        let Ok(Frame::Open { to, .. }) = Frame::parse(&text, &Limits::STANZA) else {
            panic!("the client does not open the stream");
        };
        assert_eq!(to.as_deref(), Some(DOMAIN));
        self.says("<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' from='example.org' id='s1' version='1.0'/>");
        self.stage.send_raw(features);
    }

    /// SCRAM-SHA-256 up to the server's last word, which is the caller's: what was asked for, and the signature.
    pub(super) async fn proves(&mut self, namespace: &str, extension: &str) -> (Element, String) {
        let request = self.hears().await;
        let first = match request.get_child("initial-response", SASL2) {
            Some(data) => decoded(&data.text()),
            None => decoded(&request.text()),
        };
        let first = &first[first.find("n=alice").expect("SCRAM")..];
        let nonce = first.split_once(",r=").unwrap().1;
        let challenge = format!(
            "r={nonce}server,s={},i=4096{extension}",
            STANDARD.encode(SALT)
        );
        let data = STANDARD.encode(&challenge);
        self.says(&format!(
            "<challenge xmlns='{namespace}'>{data}</challenge>"
        ));
        let last = decoded(&self.hears().await.text());
        let unproven = last.rsplit_once(",p=").unwrap().0;
        let salted = Sha256::derive(&Password::Plain(PASSWORD.to_owned()), SALT, 4096).unwrap();
        let dialogue = format!("{first},{challenge},{unproven}");
        let key = Sha256::hmac(b"Server Key", &salted).unwrap();
        let signature = Sha256::hmac(dialogue.as_bytes(), &key).unwrap();
        (request, format!("v={}", STANDARD.encode(signature)))
    }

    /// Lets the client in.
    pub(super) fn lets_in(&mut self, data: &[u8], identity: &str, inside: &str) {
        self.says(&success(Some(data), &named(identity), inside));
        // A stanza that is none: nobody counts it.
        self.says(
            "<features xmlns='http://etherx.jabber.org/streams'><sm xmlns='urn:xmpp:sm:3'/>\
             <bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></features>",
        );
    }

    /// All questions are answered, which were asked at once; the client is online.
    pub(super) async fn answers_first_requests(&mut self) {
        let mut requests = Vec::new();
        loop {
            let asked = self.hears().await;
            match asked.name() {
                "presence" if asked.attr("type").is_none() => break,
                "iq" => requests.push(asked),
                _ => {}
            }
        }
        for request in requests {
            let id = request.attr("id").unwrap();
            let from = request.attr("to").map(|to| format!(" from='{to}'"));
            let payload = request.children().next().unwrap();
            let payload = match payload.name() {
                "query" => format!("<query xmlns='{}'/>", payload.ns()),
                _ => String::new(),
            };
            self.says(&format!(
                "<iq type='result' id='{id}'{}>{payload}</iq>",
                from.unwrap_or_default()
            ));
        }
    }
}

fn decoded(text: &str) -> String {
    String::from_utf8(STANDARD.decode(text).unwrap()).unwrap()
}

pub(super) fn named(identity: &str) -> String {
    format!("<authorization-identifier>{identity}</authorization-identifier>")
}

pub(super) fn success(data: Option<&[u8]>, identity: &str, inside: &str) -> String {
    let data = data.map(|data| {
        let data = STANDARD.encode(data);
        format!("<additional-data>{data}</additional-data>")
    });
    let data = data.unwrap_or_default();
    format!("<success xmlns='{SASL2}'>{data}{identity}{inside}</success>")
}
