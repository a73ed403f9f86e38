//! RFC 7395, RFC 6120 §4–7: from the first byte to a bound resource.

use std::collections::VecDeque;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use carillon_xml::{Frame, Limits, XmlError, parse};
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};

use super::World;
use crate::router::ConnId;

pub(super) const OPEN: &str =
    "<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='localhost' version='1.0'/>";
const SASL: &str = "urn:ietf:params:xml:ns:xmpp-sasl";

impl World {
    #[track_caller]
    pub(super) fn hear(&mut self, conn: ConnId) -> minidom::Element {
        let text = self.next_raw(conn).expect("nothing was received");
        parse(&text, &Limits::STANZA).unwrap()
    }

    pub(super) fn opened(&mut self) -> ConnId {
        let conn = self.connect();
        self.send_raw(conn, OPEN);
        self.inboxes.insert(conn, VecDeque::new());
        conn
    }

    /// Ends with this stream error.
    #[track_caller]
    fn ends_with(&mut self, conn: ConnId, condition: &str) {
        let mut error = self.hear(conn);
        if error.is("open", "urn:ietf:params:xml:ns:xmpp-framing") {
            error = self.hear(conn);
        }
        assert!(
            error.is("error", "http://etherx.jabber.org/streams"),
            "{error:?}"
        );
        assert!(
            error.has_child(condition, "urn:ietf:params:xml:ns:xmpp-streams"),
            "{error:?}"
        );
        assert!(
            self.hear(conn)
                .is("close", "urn:ietf:params:xml:ns:xmpp-framing")
        );
        assert!(self.is_closed(conn));
    }

    /// Sends one SASL element and gives the answer's name and text, or the failure's condition.
    fn sasl(&mut self, conn: ConnId, name: &str, message: &str) -> (String, String) {
        let mechanism = if name == "auth" {
            " mechanism='SCRAM-SHA-256'"
        } else {
            ""
        };
        let text = BASE64.encode(message);
        self.send_raw(
            conn,
            &format!("<{name} xmlns='{SASL}'{mechanism}>{text}</{name}>"),
        );
        let answer = self.hear(conn);
        if answer.name() == "failure" {
            let condition = answer.children().next().unwrap().name().to_owned();
            return (answer.name().to_owned(), condition);
        }
        let text = String::from_utf8(BASE64.decode(answer.text()).unwrap()).unwrap();
        (answer.name().to_owned(), text)
    }

    /// A login by the book. Gives the last answer.
    pub(super) fn log_in(&mut self, conn: ConnId, user: &str, password: &str) -> (String, String) {
        let bare = format!("n={user},r=clientnonce");
        let (name, challenge) = self.sasl(conn, "auth", &format!("n,,{bare}"));
        if name != "challenge" {
            return (name, challenge);
        }
        let (last, _) = answer(&bare, &challenge, password);
        self.sasl(conn, "response", &last)
    }
}

fn hmac(key: &[u8], data: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(data.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

/// A client's last message and the server's proof to expect (RFC 5802 §3).
fn answer(bare: &str, challenge: &str, password: &str) -> (String, String) {
    let part = |n: usize| {
        challenge
            .split(',')
            .nth(n)
            .unwrap()
            .split_once('=')
            .unwrap()
            .1
    };
    let salt = BASE64.decode(part(1)).unwrap();
    let salted = pbkdf2::pbkdf2_hmac_array::<Sha256, 32>(
        password.as_bytes(),
        &salt,
        part(2).parse().unwrap(),
    );
    let without = format!("c=biws,r={}", part(0));
    let message = format!("{bare},{challenge},{without}");
    let client_key = hmac(&salted, "Client Key");
    let signature = hmac(&Sha256::digest(&client_key), &message);
    let proof: Vec<u8> = client_key
        .iter()
        .zip(signature)
        .map(|(a, b)| a ^ b)
        .collect();
    let server = hmac(&hmac(&salted, "Server Key"), &message);
    (
        format!("{without},p={}", BASE64.encode(proof)),
        format!("v={}", BASE64.encode(server)),
    )
}

#[test]
fn a_stream_opens_with_features() {
    let mut world = World::new(&["alice"]);
    let conn = world.connect();
    world.send_raw(conn, OPEN);
    let open = world.hear(conn);
    assert!(open.is("open", "urn:ietf:params:xml:ns:xmpp-framing"));
    assert_eq!(
        (open.attr("from"), open.attr("version")),
        (Some("localhost"), Some("1.0"))
    );
    assert!(open.attr("id").is_some_and(|id| id.len() >= 16));
    let features = world.hear(conn);
    assert!(features.is("features", "http://etherx.jabber.org/streams"));
    let mechanisms = features.get_child("mechanisms", SASL).unwrap();
    assert_eq!(
        mechanisms
            .children()
            .map(minidom::Element::text)
            .collect::<Vec<_>>(),
        ["SCRAM-SHA-256"]
    );
    assert!(features.has_child("register", "http://jabber.org/features/iq-register"));
}

#[test]
fn a_login_ends_with_a_bound_resource() {
    let mut world = World::new(&["alice"]);
    let conn = world.opened();
    let bare = "n=Alice,r=clientnonce";
    let (name, challenge) = world.sasl(conn, "auth", &format!("n,a=alice@localhost,{bare}"));
    assert_eq!(name, "challenge");
    let (last, proof) = answer(bare, &challenge, "secret");
    let gs2 = BASE64.encode("n,a=alice@localhost,");
    let without = last.replace("c=biws", &format!("c={gs2}"));
    assert_eq!(
        world.sasl(conn, "response", &without).1,
        "not-authorized",
        "a proof covers its header"
    );

    let (name, challenge) = world.sasl(conn, "auth", &format!("n,,{bare}"));
    assert_eq!(name, "challenge");
    let (last, proof_again) = answer(bare, &challenge, "secret");
    assert_ne!(proof, proof_again);
    assert_eq!(
        world.sasl(conn, "response", &last),
        ("success".to_owned(), proof_again)
    );

    world.send_raw(conn, OPEN);
    assert_eq!(world.hear(conn).name(), "open");
    let features = world.hear(conn);
    assert!(features.has_child("bind", "urn:ietf:params:xml:ns:xmpp-bind"));
    assert!(features.has_child("ver", "urn:xmpp:features:rosterver"));
    assert!(!features.has_child("mechanisms", SASL));
    world.send_raw(conn, "<iq xmlns='jabber:client' type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>");
    let bound = world.hear(conn);
    let jid = bound
        .get_child("bind", "urn:ietf:params:xml:ns:xmpp-bind")
        .unwrap()
        .children()
        .next()
        .unwrap()
        .text();
    assert!(
        jid.starts_with("alice@localhost/") && jid.len() > 30,
        "{jid}"
    );
}

#[test]
fn wrong_passwords_and_unknown_users_look_the_same() {
    let mut world = World::new(&["alice"]);
    let conn = world.opened();
    assert_eq!(world.log_in(conn, "alice", "wrong").1, "not-authorized");
    assert_eq!(world.log_in(conn, "nobody", "secret").1, "not-authorized");
    assert_eq!(world.log_in(conn, "a=2Cb@", "secret").1, "not-authorized");
    assert_eq!(world.log_in(conn, "alice", "wrong").1, "not-authorized");
    world.ends_with(conn, "policy-violation");
}

#[test]
fn guessing_is_slowed_down_and_the_right_password_works_again_later() {
    let mut world = World::new(&["alice"]);
    for _ in 0..5 {
        let conn = world.opened();
        for _ in 0..2 {
            assert_eq!(world.log_in(conn, "alice", "wrong").1, "not-authorized");
        }
    }
    let conn = world.opened();
    assert_eq!(
        world.log_in(conn, "alice", "secret").1,
        "temporary-auth-failure"
    );
    world.wait(7);
    assert_eq!(world.log_in(conn, "alice", "secret").0, "success");
}

#[test]
fn other_mechanisms_and_nonsense_are_refused() {
    let mut world = World::new(&["alice"]);
    let conn = world.opened();
    world.send_raw(
        conn,
        &format!("<auth xmlns='{SASL}' mechanism='PLAIN'>AGFsaWNlAHNlY3JldA==</auth>"),
    );
    assert!(world.hear(conn).has_child("invalid-mechanism", SASL));
    assert_eq!(
        world.sasl(conn, "response", "c=biws").1,
        "malformed-request"
    );
    assert_eq!(
        world
            .sasl(conn, "auth", "n,a=bob@localhost,n=alice,r=clientnonce")
            .1,
        "invalid-authzid"
    );
    world.send_raw(
        conn,
        &format!("<auth xmlns='{SASL}' mechanism='SCRAM-SHA-256'>!</auth>"),
    );
    assert!(world.hear(conn).has_child("incorrect-encoding", SASL));
    world.ends_with(conn, "policy-violation");
}

#[test]
fn nothing_is_done_for_who_has_not_logged_in() {
    let mut world = World::new(&["alice"]);
    for early in [
        "<message xmlns='jabber:client' to='alice@localhost'><body>x</body></message>",
        "<presence xmlns='jabber:client'/>",
        "<iq xmlns='jabber:client' type='get' id='1'><query xmlns='jabber:iq:roster'/></iq>",
    ] {
        let conn = world.connect();
        world.send_raw(conn, early);
        world.ends_with(conn, "not-authorized");
        let conn = world.opened();
        world.send_raw(conn, early);
        world.ends_with(conn, "not-authorized");
    }
}

#[test]
fn streams_that_go_wrong_end_with_the_right_error() {
    let mut world = World::friends(&["alice"]);
    for (text, condition) in [
        (
            "<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='other' version='1.0'/>",
            "host-unknown",
        ),
        (
            "<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' version='1.0'/>",
            "host-unknown",
        ),
        (
            "<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='localhost' version='2.0'/>",
            "unsupported-version",
        ),
        (
            "<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='localhost'/>",
            "unsupported-version",
        ),
        (
            "<reopen xmlns='urn:ietf:params:xml:ns:xmpp-framing'/>",
            "unsupported-stanza-type",
        ),
        ("<open/>", "not-authorized"),
        ("<open", "not-well-formed"),
        ("<a/><b/>", "not-well-formed"),
        ("<!DOCTYPE a><a/>", "restricted-xml"),
        ("<a><!-- --></a>", "restricted-xml"),
        ("<a>&lol;</a>", "restricted-xml"),
    ] {
        let conn = world.connect();
        world.send_raw(conn, text);
        world.ends_with(conn, condition);
        world.send_raw(conn, OPEN);
        assert_eq!(world.next_raw(conn), None, "nothing is read after the end");
    }
    let conn = world.connect();
    let effects = world
        .router
        .frame(conn, Err(XmlError::TooDeep { limit: 64 }), world.now);
    world.carry_out(effects);
    world.ends_with(conn, "policy-violation");

    let conn = world.conn("alice/1");
    world.send_raw(conn, OPEN);
    world.ends_with(conn, "bad-format");
}

#[test]
fn a_second_client_with_the_same_resource_replaces_the_first() {
    let mut world = World::friends(&["alice", "bob"]);
    let old = world.conn("alice/1");
    world.bind("alice/1");
    world.get(
        "bob/1",
        "<presence type='unavailable' from='alice@localhost/1'/>",
    );
    world.ends_with(old, "conflict");
    world.send("alice/1", "<presence/>");
    world.get("bob/1", "<presence from='alice@localhost/1'/>");
}

#[test]
fn a_client_that_takes_its_leave_is_answered_and_gone() {
    let mut world = World::friends(&["alice", "bob"]);
    let conn = world.conn("alice/1");
    world.send_raw(conn, "<close xmlns='urn:ietf:params:xml:ns:xmpp-framing'/>");
    assert!(matches!(
        Frame::parse(&world.next_raw(conn).unwrap(), &Limits::STANZA),
        Ok(Frame::Close {
            see_other_uri: None
        })
    ));
    assert!(world.is_closed(conn));
    world.get(
        "bob/1",
        "<presence type='unavailable' from='alice@localhost/1'/>",
    );
    world.cut("alice/1");
    world.silent("bob/1");
}

#[test]
fn a_shutdown_is_told_to_everybody() {
    let mut world = World::friends(&["alice"]);
    let (conn, silent) = (world.conn("alice/1"), world.connect());
    let effects = world.router.shut_down();
    world.carry_out(effects);
    world.ends_with(conn, "system-shutdown");
    world.ends_with(silent, "system-shutdown");
}
