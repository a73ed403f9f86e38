//! Frames that RFC 6455 and RFC 7395 forbid, or allow in odd ways, and streams that begin wrongly: bytes, through a real
//! socket.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout
)]

use carillon_core::session::{Incoming, SessionProblem};
use carillon_tests_flows::{Scene, Way};

/// What becomes of the session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// It ends, because rules were broken.
    Broken,
    /// It ends, as when a link is lost.
    Lost,
    /// It goes on, and a message was told.
    Told,
    /// It goes on, and nothing was told.
    Silent,
}
use End::{Broken, Lost, Silent, Told};

const MESSAGE: &str =
    "<message xmlns='jabber:client' from='bob@example.net/x'><body>hi</body></message>";
const TEXT: u8 = 1;
const BINARY: u8 = 2;
const CLOSE: u8 = 8;
const PING: u8 = 9;
const PONG: u8 = 10;
const LAST: u8 = 0x80;

/// A frame (RFC 6455 §5.2) with this first byte.
fn frame(first: u8, payload: impl AsRef<[u8]>) -> Vec<u8> {
    let payload = payload.as_ref();
    let mut bytes = vec![first];
    match u8::try_from(payload.len()) {
        Ok(short @ ..126) => bytes.push(short),
        _ => {
            bytes.push(126);
            bytes.extend(u16::try_from(payload.len()).unwrap().to_be_bytes());
        }
    }
    bytes.extend(payload);
    bytes
}

fn text(payload: impl AsRef<[u8]>) -> Vec<u8> {
    frame(LAST | TEXT, payload)
}

fn closing(code: u16, words: &[u8]) -> Vec<u8> {
    frame(LAST | CLOSE, [&code.to_be_bytes()[..], words].concat())
}

/// A message in as many frames as it has bytes.
fn shredded() -> Vec<u8> {
    let bytes = MESSAGE.as_bytes();
    let last = bytes.len() - 1;
    let piece = |(at, byte): (usize, &u8)| {
        let first = if at == 0 { TEXT } else { 0 } | if at == last { LAST } else { 0 };
        frame(first, [*byte])
    };
    bytes.iter().enumerate().flat_map(piece).collect()
}

fn masked() -> Vec<u8> {
    let mut bytes = text(MESSAGE);
    bytes[1] |= 0x80;
    bytes.splice(2..2, [0; 4]);
    bytes
}

const FRAMING: &str = "urn:ietf:params:xml:ns:xmpp-framing";

fn frames() -> Vec<(&'static str, Vec<u8>, End)> {
    let (begin, end) = MESSAGE.split_at(20);
    let length = |bytes: &[u8]| [&[LAST | TEXT, 127], bytes].concat();
    vec![
        ("an ordinary frame", text(MESSAGE), Told),
        (
            "two pieces",
            [frame(TEXT, begin), frame(LAST, end)].concat(),
            Told,
        ),
        ("a piece for each byte", shredded(), Told),
        (
            "a ping between two pieces",
            [
                frame(TEXT, begin),
                frame(LAST | PING, "?"),
                frame(LAST, end),
            ]
            .concat(),
            Told,
        ),
        (
            "empty pieces",
            [
                frame(TEXT, ""),
                frame(0, ""),
                frame(0, MESSAGE),
                frame(LAST, ""),
            ]
            .concat(),
            Told,
        ),
        ("an answer to no ping", frame(LAST | PONG, "x"), Silent),
        ("an empty frame", text(""), Silent),
        ("white space", text(" "), Silent),
        ("white space in front", text(format!(" {MESSAGE}")), Silent),
        ("white space behind", text(format!("{MESSAGE} \n")), Told),
        ("two elements", text(format!("{MESSAGE}{MESSAGE}")), Silent),
        ("half an element", text(begin), Silent),
        (
            "an element over two frames",
            [text(begin), text(end)].concat(),
            Silent,
        ),
        (
            "another namespace",
            text("<message xmlns='urn:x' from='bob@example.net/x'><body>hi</body></message>"),
            Silent,
        ),
        (
            "no namespace",
            text("<message from='bob@example.net/x'><body>hi</body></message>"),
            Silent,
        ),
        (
            "the server's namespace",
            text(
                "<message xmlns='jabber:server' from='bob@example.net/x'><body>hi</body></message>",
            ),
            Silent,
        ),
        (
            "an unknown element of the framing",
            text(format!(
                "<message xmlns='{FRAMING}' from='bob@example.net/x'/>"
            )),
            Silent,
        ),
        (
            "a stream as over TCP",
            text(
                "<stream:stream xmlns='jabber:client' \
                 xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>",
            ),
            Silent,
        ),
        ("the end of one", text("</stream:stream>"), Silent),
        (
            "a second opening",
            text(format!(
                "<open xmlns='{FRAMING}' from='example.org' version='1.0'/>"
            )),
            Broken,
        ),
        ("a binary frame", frame(LAST | BINARY, MESSAGE), Broken),
        ("text that goes on as nothing", frame(LAST, MESSAGE), Broken),
        (
            "text in the midst of text",
            [frame(TEXT, begin), text(MESSAGE)].concat(),
            Broken,
        ),
        ("an unknown kind of frame", frame(LAST | 3, MESSAGE), Broken),
        ("an unknown kind of control", frame(LAST | 11, "x"), Broken),
        ("a reserved bit", frame(LAST | TEXT | 0x40, MESSAGE), Broken),
        ("a ping in pieces", frame(PING, "x"), Broken),
        (
            "a ping that is too long",
            frame(LAST | PING, "x".repeat(126)),
            Broken,
        ),
        ("a mask", masked(), Broken),
        ("text that is not UTF-8", text(b"<a>\xff</a>"), Broken),
        (
            "a letter over two pieces",
            [
                frame(
                    TEXT,
                    &b"<message xmlns='jabber:client' from='bob@example.net/x'><body>\xc3"[..],
                ),
                frame(LAST, &b"\xa9</body></message>"[..]),
            ]
            .concat(),
            Told,
        ),
        (
            "half a letter at the end",
            [frame(TEXT, &b"<a>\xc3"[..]), frame(LAST, &b"</a>"[..])].concat(),
            Broken,
        ),
        (
            "65 MiB announced",
            length(&[0, 0, 0, 0, 4, 16, 0, 0]),
            Broken,
        ),
        (
            "2^63 bytes announced",
            length(&[0x80, 0, 0, 0, 0, 0, 0, 0]),
            Broken,
        ),
        ("2^64 - 1 bytes announced", length(&[0xff; 8]), Broken),
        ("a WebSocket's end", closing(1000, b"bye"), Lost),
        (
            "one with a redirect",
            closing(1000, b"wss://evil.example/"),
            Lost,
        ),
        ("one without a reason", frame(LAST | CLOSE, ""), Lost),
        ("one with half a reason", frame(LAST | CLOSE, "x"), Broken),
        (
            "a stream's end",
            text(format!("<close xmlns='{FRAMING}'/>")),
            Lost,
        ),
        (
            "one with a redirect",
            text(format!(
                "<close xmlns='{FRAMING}' see-other-uri='wss://evil.example/'/>"
            )),
            Lost,
        ),
    ]
}

#[tokio::test]
async fn frames_are_taken_as_the_rfcs_say() {
    let frames = frames();
    let mut left = None;
    for (name, bytes, expected) in &frames {
        let mut scene: Scene = match left.take() {
            Some(scene) => scene,
            None => Scene::online(Way::WebSocket).await,
        };
        assert!(scene.server.send_bytes(bytes).await);
        match expected {
            Told | Silent => {
                let (told, _) = scene.settled().await;
                let messages = told
                    .iter()
                    .filter(|one| matches!(one, Incoming::Message(_)));
                let wanted = usize::from(*expected == Told);
                assert_eq!(
                    (messages.count(), told.len()),
                    (wanted, wanted),
                    "{name}: {told:?}"
                );
                left = Some(scene);
            }
            Broken | Lost => {
                let end = scene.ends().await;
                let as_told = match expected {
                    Broken => matches!(end, Err(SessionProblem::Protocol { .. })),
                    _ => matches!(end, Err(SessionProblem::Lost { .. })),
                };
                assert!(as_told, "{name}: {end:?}");
            }
        }
    }
    println!("frames taken as the RFCs say: {0} of {0}", frames.len());
    assert_eq!(frames.len(), 41);
}

const SASL: &str = "<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>\
    <mechanism>SCRAM-SHA-256</mechanism></mechanisms>";

/// What servers answer to the opening of a stream, by WebSocket and over TCP; it is not the beginning of one.
fn beginnings() -> Vec<(&'static str, String, String)> {
    let streams = "http://etherx.jabber.org/streams";
    let open = format!("<open xmlns='{FRAMING}' from='example.org' id='s' version='1.0'/>");
    let header = format!(
        "<stream:stream xmlns='jabber:client' xmlns:stream='{streams}' from='example.org' id='s' \
         version='1.0'>"
    );
    let features = format!("<features xmlns='{streams}'>{SASL}</features>");
    let mut all = vec![
        ("nothing but features", features.clone(), features.clone()),
        (
            "an opening of another namespace",
            open.replace(FRAMING, "urn:x"),
            header.replace(streams, "urn:x"),
        ),
        (
            "the wrong framing",
            header.clone() + "</stream:stream>",
            open.clone(),
        ),
        (
            "an end",
            format!("<close xmlns='{FRAMING}'/>"),
            "</stream:stream>".to_owned(),
        ),
        ("text", "hello".to_owned(), "hello".to_owned()),
        (
            "a page of the web",
            "HTTP/1.1 400 Bad Request\r\n\r\n".to_owned(),
            "HTTP/1.1 400 Bad Request\r\n\r\n".to_owned(),
        ),
    ];
    // Behind a true opening, in the place of features.
    for (name, second) in [
        ("a second opening", None),
        ("features of another namespace", Some(features.replace(streams, "urn:x"))),
        ("features of none", Some(format!("<features>{SASL}</features>"))),
        ("a message", Some(MESSAGE.to_owned())),
        (
            "success without a question",
            Some("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>".to_owned()),
        ),
        (
            "a challenge without a question",
            Some("<challenge xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>cj14</challenge>".to_owned()),
        ),
        (
            "an earlier stream resumed",
            Some("<resumed xmlns='urn:xmpp:sm:3' previd='s' h='0'/>".to_owned()),
        ),
        (
            "an address bound",
            Some(
                "<iq xmlns='jabber:client' type='result' id='bind'><bind \
                 xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>alice@example.org/x</jid></bind></iq>"
                    .to_owned(),
            ),
        ),
        (
            "TLS that nobody asked for",
            Some("<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>".to_owned()),
        ),
    ] {
        let by_web = second.clone().unwrap_or_else(|| open.clone());
        let by_tcp = second.unwrap_or_else(|| header.clone() + "</stream:stream>");
        // A script says both in one go; over a WebSocket they are told apart by this.
        all.push((name, format!("{open}\0{by_web}"), format!("{header}{by_tcp}")));
    }
    all
}

#[tokio::test]
async fn a_stream_that_begins_wrongly_is_told_nothing() {
    let mut tried = 0;
    for way in Way::ALL {
        for (name, by_web, by_tcp) in beginnings() {
            let mut scene = Scene::connected(way).await;
            assert_eq!(scene.server.recv().await.name(), "open");
            match way {
                Way::WebSocket => {
                    for frame in by_web.split('\0') {
                        scene.server.send_bytes(&text(frame)).await;
                    }
                }
                Way::Tcp => {
                    scene.server.send_bytes(by_tcp.as_bytes()).await;
                }
            }
            let next = scene.server.recv().await;
            assert_eq!(next.name(), "close", "{name} by {way:?}: {next:?}");
            let end = scene.ends().await;
            assert!(
                matches!(
                    end,
                    Err(SessionProblem::Protocol { .. } | SessionProblem::Lost { .. })
                ),
                "{name} by {way:?}: {end:?}"
            );
            tried += 1;
        }
    }
    println!("streams that begin wrongly and were told something: 0 of {tried}");
    assert_eq!(tried, 30);
}
