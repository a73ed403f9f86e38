//! Signing in bound to the channel (RFC 5802 §6), and an offer that was changed on the way (XEP-0474).

use super::stage::{DOMAIN, PASSWORD, config};
use super::tcp_server::{Client, HEADER};
use crate::config::ConnectConfig;
use crate::login::{Proof, open, sign_in};
use crate::transport::{Connected, Framing, Link, Route, Tcp, Tls};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use carillon_core::connection::Binding::{TlsExporter, TlsServerEndPoint};
use carillon_core::connection::{Mechanism, TransportKind};
use carillon_core::session::SessionProblem;
use sasl::common::Password;
use sasl::common::scram::{ScramProvider, Sha256};
use tokio::io::{DuplexStream, duplex};

const SALT: &[u8] = b"pepper";

fn features(mechanisms: &[&str], bindings: Option<&[&str]>) -> String {
    let list: String = mechanisms
        .iter()
        .map(|name| format!("<mechanism>{name}</mechanism>"))
        .collect();
    let bindings = bindings.map(|bindings| {
        let list: String = bindings
            .iter()
            .map(|name| format!("<channel-binding type='{name}'/>"))
            .collect();
        format!("<sasl-channel-binding xmlns='urn:xmpp:sasl-cb:0'>{list}</sasl-channel-binding>")
    });
    format!(
        "<stream:features><mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>{list}</mechanisms>{}\
         </stream:features>",
        bindings.unwrap_or_default()
    )
}

/// A link inside TLS to which can be bound, and its other end.
fn joined(tls: Option<Tls>) -> (Connected, Server) {
    let (client, server) = duplex(1 << 20);
    let link: Box<dyn Link> = Box::new(client);
    let route = Route {
        transport: TransportKind::DirectTls,
        host: DOMAIN.to_owned(),
        port: 5223,
        proxy: None,
        tls,
        failed: Vec::new(),
    };
    let framing = Framing::Tcp(Box::new(Tcp::new(link)));
    let server = Server {
        client: Client::on(server),
    };
    let connected = Connected {
        framing,
        route,
        own_address: None,
    };
    (connected, server)
}

fn tls() -> Option<Tls> {
    Some(Tls::with_bindings(vec![
        (TlsExporter, b"exported".to_vec()),
        (TlsServerEndPoint, b"certificate".to_vec()),
    ]))
}

struct Server {
    client: Client<DuplexStream>,
}

/// A client's first message, taken apart.
struct First {
    mechanism: String,
    header: String,
    bare: String,
}

impl Server {
    async fn opens(&mut self, features: &str) {
        self.client.hears("<stream:stream", ">").await;
        self.client.says(&format!("{HEADER}{features}")).await;
    }

    async fn data(&mut self, name: &str) -> (String, String) {
        let said = self
            .client
            .hears(&format!("<{name}"), &format!("</{name}>"))
            .await;
        let (head, data) = said.split_once('>').unwrap();
        let data = data.split_once('<').unwrap().0;
        let data = String::from_utf8(STANDARD.decode(data).unwrap()).unwrap();
        (head.to_owned(), data)
    }

    async fn first(&mut self) -> First {
        let (head, message) = self.data("auth").await;
        let mechanism = head.split_once("mechanism='").unwrap().1;
        let mechanism = mechanism.split_once('\'').unwrap().0.to_owned();
        let at = message.find("n=alice").unwrap();
        First {
            mechanism,
            header: message[..at].to_owned(),
            bare: message[at..].to_owned(),
        }
    }

    async fn says(&mut self, name: &str, data: &str) {
        let data = STANDARD.encode(data);
        let text = format!("<{name} xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>{data}</{name}>");
        self.client.says(&text).await;
    }

    /// SCRAM-SHA-256 to its end with a server that knows the password; gives what the client bound.
    async fn proves(&mut self, first: &First, extension: &str) -> Vec<u8> {
        let nonce = first.bare.split_once(",r=").unwrap().1;
        let challenge = format!(
            "r={nonce}server,s={},i=4096{extension}",
            STANDARD.encode(SALT)
        );
        self.says("challenge", &challenge).await;
        let (_, last) = self.data("response").await;
        let (unproven, _) = last.rsplit_once(",p=").unwrap();
        let salted = Sha256::derive(&Password::Plain(PASSWORD.to_owned()), SALT, 4096).unwrap();
        let dialogue = format!("{},{challenge},{unproven}", first.bare);
        let key = Sha256::hmac(b"Server Key", &salted).unwrap();
        let signature = STANDARD.encode(Sha256::hmac(dialogue.as_bytes(), &key).unwrap());
        self.says("success", &format!("v={signature}")).await;
        let bound = unproven
            .strip_prefix("c=")
            .unwrap()
            .split_once(',')
            .unwrap()
            .0;
        STANDARD.decode(bound).unwrap()
    }

    async fn binds(&mut self) {
        self.opens(
            "<stream:features><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></stream:features>",
        )
        .await;
        self.client.hears("<iq", "</iq>").await;
        self.client
            .says(
                "<iq type='result' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>\
                 <jid>alice@example.org/phone</jid></bind></iq>",
            )
            .await;
    }
}

async fn signing_in(
    tls: Option<Tls>,
    config: ConnectConfig,
    script: impl AsyncFnOnce(&mut Server),
) -> Result<Proof, SessionProblem> {
    let (mut connected, mut server) = joined(tls);
    let client = async {
        let signed_in = sign_in(&mut connected, &config, None, [7; 8]).await;
        drop(connected);
        signed_in.map(|entry| entry.proof)
    };
    let (signed_in, ()) = tokio::join!(client, script(&mut server));
    signed_in
}

const ALL: &[&str] = &["SCRAM-SHA-256-PLUS", "SCRAM-SHA-256", "SCRAM-SHA-1"];

#[tokio::test]
async fn the_proof_is_bound_to_the_channel_where_both_ends_can() {
    let told: [(&[&str], _, &[u8]); 2] = [
        (
            &["tls-server-end-point", "tls-exporter"],
            TlsExporter,
            b"p=tls-exporter,,exported",
        ),
        (
            &["tls-unique", "tls-server-end-point"],
            TlsServerEndPoint,
            b"p=tls-server-end-point,,certificate",
        ),
    ];
    for (bindings, binding, wanted) in told {
        let proof = signing_in(tls(), config(), async |server| {
            server.opens(&features(ALL, Some(bindings))).await;
            let first = server.first().await;
            assert_eq!(first.mechanism, "SCRAM-SHA-256-PLUS");
            assert_eq!(server.proves(&first, "").await, wanted);
            server.binds().await;
        })
        .await;
        let proof = proof.unwrap();
        assert_eq!(proof.mechanism, Mechanism::ScramSha256Plus);
        assert_eq!(proof.binding, Some(binding));
    }
}

#[tokio::test]
async fn without_a_list_of_bindings_nothing_is_bound_and_nothing_is_claimed() {
    let told = [
        (tls(), ALL, None, "n,,"),
        (tls(), ALL, Some(&["tls-unique"][..]), "n,,"),
        (tls(), &["SCRAM-SHA-256"], None, "y,,"),
        (None, &["SCRAM-SHA-256"], None, "n,,"),
    ];
    for (tls, mechanisms, bindings, header) in told {
        let proof = signing_in(tls, config(), async |server| {
            server.opens(&features(mechanisms, bindings)).await;
            let first = server.first().await;
            assert_eq!(
                (first.mechanism.as_str(), first.header.as_str()),
                ("SCRAM-SHA-256", header)
            );
            assert_eq!(server.proves(&first, "").await, header.as_bytes());
            server.binds().await;
        })
        .await;
        assert_eq!(proof.unwrap().binding, None);
    }
}

#[tokio::test]
async fn a_server_that_confirms_its_offer_is_told_so() {
    let bindings: &[&str] = &["tls-exporter", "tls-server-end-point"];
    let joined = "SCRAM-SHA-1\u{1e}SCRAM-SHA-256\u{1e}SCRAM-SHA-256-PLUS\u{1f}tls-exporter\u{1e}tls-server-end-point";
    let hash = STANDARD.encode(Sha256::hash(joined.as_bytes()));
    let proof = signing_in(tls(), config(), async |server| {
        server.opens(&features(ALL, Some(bindings))).await;
        let first = server.first().await;
        server.proves(&first, &format!(",x=y,h={hash}")).await;
        server.binds().await;
    })
    .await;
    assert!(proof.unwrap().offer_confirmed);
}

#[tokio::test]
async fn an_offer_that_was_changed_on_the_way_gets_no_proof() {
    let joined = "SCRAM-SHA-1\u{1e}SCRAM-SHA-256\u{1e}SCRAM-SHA-256-PLUS\u{1f}tls-exporter";
    let hash = STANDARD.encode(Sha256::hash(joined.as_bytes()));
    let changed: [(&[&str], Option<&[&str]>); 5] = [
        (&["SCRAM-SHA-256", "SCRAM-SHA-1"], Some(&["tls-exporter"])),
        (&["SCRAM-SHA-256"], None),
        (ALL, None),
        (ALL, Some(&[])),
        (ALL, Some(&["tls-exporter", "tls-unique"])),
    ];
    for (mechanisms, bindings) in changed {
        let end = signing_in(tls(), config(), async |server| {
            server.opens(&features(mechanisms, bindings)).await;
            let first = server.first().await;
            let nonce = first.bare.split_once(",r=").unwrap().1;
            let challenge = format!("r={nonce}s,s=cGVwcGVy,i=4096,h={hash}");
            server.says("challenge", &challenge).await;
            assert_eq!(server.client.hears_all().await, "");
        })
        .await;
        assert_eq!(end, Err(SessionProblem::ServerNotProven));
    }
    println!("proofs given for a changed offer: 0 of {}", changed.len());
}

/// What is said to a server after its offer.
async fn after_offer(
    tls: Option<Tls>,
    config: ConnectConfig,
    mechanisms: &[&str],
) -> (SessionProblem, String) {
    let mut said = String::new();
    let end = signing_in(tls, config, async |server| {
        server
            .opens(&features(mechanisms, Some(&["tls-exporter"])))
            .await;
        said = server.client.hears_all().await;
    })
    .await;
    (end.expect_err("it is refused"), said)
}

#[tokio::test]
async fn an_offer_weaker_than_before_is_refused_before_anything_is_said() {
    let weaker: [(Mechanism, &[&str]); 5] = [
        (
            Mechanism::ScramSha256Plus,
            &["SCRAM-SHA-256", "SCRAM-SHA-1"],
        ),
        (Mechanism::ScramSha256Plus, &["SCRAM-SHA-1-PLUS"]),
        (Mechanism::ScramSha512, &["SCRAM-SHA-256"]),
        (Mechanism::ScramSha1, &["PLAIN"]),
        (Mechanism::ScramSha1, &[]),
    ];
    for (before, offer) in weaker {
        let config = ConnectConfig {
            pinned: Some(before),
            allow_plain: true,
            ..config()
        };
        let (problem, said) = after_offer(tls(), config, offer).await;
        let wanted = SessionProblem::Downgraded {
            before: before.name().to_owned(),
            offered: offer.join(", "),
        };
        assert_eq!(problem, wanted);
        assert!(problem.is_final());
        assert_eq!(said, "");
    }
    println!(
        "passwords or proofs sent: 0 of {} weaker offers",
        weaker.len()
    );
}

#[tokio::test]
async fn the_password_itself_leaves_only_inside_tls_and_with_leave() {
    let allowed = || ConnectConfig {
        allow_plain: true,
        ..config()
    };
    for (tls, config) in [(tls(), config()), (None, allowed()), (None, config())] {
        let (problem, said) = after_offer(tls, config, &["PLAIN"]).await;
        assert!(matches!(problem, SessionProblem::NoSafeMechanism { .. }));
        assert_eq!(said, "");
    }
    let proof = signing_in(tls(), allowed(), async |server| {
        server.opens(&features(&["PLAIN"], None)).await;
        let (_, message) = server.data("auth").await;
        assert_eq!(message, format!("\0alice\0{PASSWORD}"));
        server.says("success", "").await;
        server.binds().await;
    })
    .await;
    assert_eq!(proof.unwrap().mechanism, Mechanism::Plain);
}

#[tokio::test]
async fn a_wrong_password_itself_is_final() {
    let allowed = ConnectConfig {
        allow_plain: true,
        ..config()
    };
    let end = signing_in(tls(), allowed, async |server| {
        server.opens(&features(&["PLAIN"], None)).await;
        server.data("auth").await;
        let no = "<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><not-authorized/></failure>";
        server.client.says(no).await;
    })
    .await;
    assert_eq!(end, Err(SessionProblem::PasswordRefused));
}

#[tokio::test]
async fn a_stream_opens_over_tcp_as_over_anything_else() {
    let (mut connected, mut server) = joined(None);
    let offer = features(ALL, None);
    let (heard, ()) = tokio::join!(open(&mut connected, DOMAIN), server.opens(&offer));
    assert!(heard.unwrap().has_child("mechanisms", crate::ns::SASL));
}
