//! Files to where a slot leads, and what is said there (XEP-0363).

use super::downloads::{Folder, way};
use super::stage::{DOMAIN, FULL, Stage};
use super::web::{Web, redirect, status};
use crate::stanza::Build;
use crate::transfer::{Progress, SystemLookUp, TransferProblem, Upload, upload_by};
use carillon_core::files::{FileTold, SlotHeader, Thumbnail};
use carillon_core::session::{Incoming, IncomingMessage, NoSlot, Outgoing, UploadSlot};
use carillon_xml::write;
use minidom::Element;
use std::sync::Arc;
use std::sync::atomic::Ordering;

fn slot(put: String) -> UploadSlot {
    UploadSlot {
        get: put.clone(),
        put,
        headers: vec![
            (SlotHeader::Authorization, "Bearer a.b.c".to_owned()),
            (SlotHeader::Cookie, "k=v".to_owned()),
        ],
    }
}

async fn put(
    address: String,
    bytes: &[u8],
    own: Option<u16>,
) -> (Result<(), TransferProblem>, u64) {
    let folder = Folder::new();
    let file = folder.0.join("file");
    std::fs::write(&file, bytes).unwrap();
    let job = Upload {
        slot: slot(address),
        file,
        size: bytes.len() as u64,
        media_type: "image/png".to_owned(),
        way: way(own),
    };
    let progress = Arc::new(Progress::new(0));
    let done = upload_by(&job, &progress, Arc::new(SystemLookUp)).await;
    (done, progress.load(Ordering::Relaxed))
}

#[tokio::test]
async fn a_file_goes_whole_with_the_slots_headers_and_nothing_else() {
    let own = Web::serve(|_| status("201 Created")).await;
    let bytes: Vec<u8> = (0..300_000_u32).map(|i| i.to_le_bytes()[0]).collect();
    let (done, progress) = put(
        format!("http://127.0.0.1:{}/f", own.port),
        &bytes,
        Some(own.port),
    )
    .await;
    assert_eq!(done, Ok(()));
    assert_eq!(progress, 300_000);
    let asked = own.asked().remove(0);
    assert_eq!(asked.body, bytes);
    let mut lines: Vec<String> = asked
        .head
        .trim_end()
        .lines()
        .map(str::to_ascii_lowercase)
        .collect();
    assert_eq!(lines.remove(0), "put /f http/1.1");
    lines.sort();
    let host = format!("host: 127.0.0.1:{}", own.port);
    assert_eq!(
        lines,
        [
            "accept: */*",
            "authorization: bearer a.b.c",
            "content-length: 300000",
            "content-type: image/png",
            "cookie: k=v",
            &host
        ]
    );
}

#[tokio::test]
async fn the_headers_are_for_nobody_behind_a_redirect() {
    let canary = Web::serve(|_| status("201 Created")).await;
    let to = canary.port;
    let own = Web::serve(move |_| redirect(&format!("http://127.0.0.1:{to}/f"))).await;
    let (done, _) = put(
        format!("http://127.0.0.1:{}/f", own.port),
        b"abc",
        Some(own.port),
    )
    .await;
    assert!(matches!(done, Err(TransferProblem::Refused { .. })));
    assert_eq!(canary.hits(), 0);
}

#[tokio::test]
async fn a_slot_on_this_computer_is_used_only_where_the_server_is_there_too() {
    let canary = Web::serve(|_| status("201 Created")).await;
    for address in [
        "http://127.0.0.1",
        "https://127.0.0.1",
        "http://localhost",
        "http://[::1]",
    ] {
        for own in [None, Some(canary.port.wrapping_add(1))] {
            let (done, _) = put(format!("{address}:{}/f", canary.port), b"abc", own).await;
            assert!(
                matches!(done, Err(TransferProblem::Refused { .. })),
                "{address}"
            );
        }
    }
    assert_eq!(canary.hits(), 0);
}

#[tokio::test]
async fn what_the_service_says_is_told() {
    for (line, code, may_pass) in [
        ("403 Forbidden", 403, false),
        ("413 Payload Too Large", 413, false),
        ("429 Too Many Requests", 429, true),
        ("507 Insufficient Storage", 507, true),
    ] {
        let own = Web::serve(move |_| status(line)).await;
        let (done, _) = put(
            format!("http://127.0.0.1:{}/f", own.port),
            b"abc",
            Some(own.port),
        )
        .await;
        let problem = done.unwrap_err();
        assert_eq!(problem, TransferProblem::Status { status: code });
        assert_eq!(problem.may_pass(), may_pass);
    }
}

fn wish(request: u64, size: u64) -> Outgoing {
    Outgoing::Slot {
        request,
        name: "a.png".to_owned(),
        size,
        media_type: "image/png".to_owned(),
    }
}

const ITEMS: &str = "http://jabber.org/protocol/disco#items";
const INFO: &str = "http://jabber.org/protocol/disco#info";
const SERVICE: &str = "upload.example.org";

/// Has the session find out what the server's parts are; answers the ids of its questions: items, the server, the part.
async fn asks_for_the_service(stage: &mut Stage) -> (String, String, String) {
    let id = |iq: minidom::Element| iq.attr("id").unwrap().to_owned();
    let items = id(stage.recv().await);
    let server = id(stage.recv().await);
    stage.send(&format!(
        "<iq type='result' id='{items}' from='{DOMAIN}'><query xmlns='{ITEMS}'><item jid='{SERVICE}'/>\
         <item jid='not an address@@'/></query></iq>"
    ));
    let part = id(stage.recv().await);
    stage.send(&format!(
        "<iq type='result' id='{server}' from='{DOMAIN}'><query xmlns='{INFO}'/></iq>"
    ));
    (items, server, part)
}

fn service_info(id: &str, from: &str) -> String {
    format!(
        "<iq type='result' id='{id}' from='{from}'><query xmlns='{INFO}'><feature var='urn:xmpp:http:upload:0'/>\
         <x xmlns='jabber:x:data' type='result'><field var='FORM_TYPE' type='hidden'><value>urn:xmpp:http:upload:0</value></field>\
         <field var='max-file-size'><value>5000</value></field></x></query></iq>"
    )
}

#[tokio::test(start_paused = true)]
async fn the_service_is_found_when_the_first_file_is_sent_and_asked_for_each() {
    let mut stage = Stage::online().await;
    stage.ask(wish(7, 300)).await;
    let (_, _, part) = asks_for_the_service(&mut stage).await;
    stage.send(&service_info(&part, SERVICE));
    let asked = stage.recv().await;
    let id = asked.attr("id").unwrap().to_owned();
    assert_eq!(asked.attr("to"), Some(SERVICE));
    let request = asked
        .get_child("request", "urn:xmpp:http:upload:0")
        .unwrap();
    assert_eq!(request.attr("filename"), Some("a.png"));
    assert_eq!(request.attr("size"), Some("300"));
    let told = stage
        .tells(&format!(
            "<iq type='result' id='{id}' from='{SERVICE}'><slot xmlns='urn:xmpp:http:upload:0'>\
             <put url='https://up.example.org/p'><header name='authorization'>Basic Zm9v</header>\
             <header name='Host'>inside</header></put><get url='https://up.example.org/g'/></slot></iq>"
        ))
        .await;
    let place = UploadSlot {
        put: "https://up.example.org/p".to_owned(),
        headers: vec![(SlotHeader::Authorization, "Basic Zm9v".to_owned())],
        get: "https://up.example.org/g".to_owned(),
    };
    assert_eq!(
        told,
        [Incoming::Slot {
            request: 7,
            answer: Box::new(Ok(place))
        }]
    );

    // The next one is not looked for again, and one that is too large is not asked for.
    stage.ask(wish(8, 5001)).await;
    let too_large = NoSlot::TooLarge { most: Some(5000) };
    assert_eq!(
        stage.told().await,
        Incoming::Slot {
            request: 8,
            answer: Box::new(Err(too_large))
        }
    );
    stage.nothing_written();
    stage.ask(wish(9, 5000)).await;
    assert_eq!(stage.recv().await.attr("to"), Some(SERVICE));
}

#[tokio::test(start_paused = true)]
async fn nobody_but_the_service_gives_a_slot() {
    let mut stage = Stage::online().await;
    stage.ask(wish(7, 300)).await;
    let (_, _, part) = asks_for_the_service(&mut stage).await;
    for forger in [
        "evil.example",
        DOMAIN,
        "upload.example.org/x",
        "alice@example.org",
    ] {
        assert_eq!(stage.tells(&service_info(&part, forger)).await, []);
    }
    stage.send(&service_info(&part, SERVICE));
    let id = stage.recv().await.attr("id").unwrap().to_owned();
    let slot = "<slot xmlns='urn:xmpp:http:upload:0'><put url='https://evil.example/p'/><get url='https://evil.example/g'/></slot>";
    for forger in [
        "evil.example",
        DOMAIN,
        "upload.example.org/x",
        "alice@example.org",
    ] {
        let forged = format!("<iq type='result' id='{id}' from='{forger}'>{slot}</iq>");
        assert_eq!(stage.tells(&forged).await, []);
    }
    assert_eq!(
        stage
            .tells(&format!("<iq type='result' id='{id}'>{slot}</iq>"))
            .await,
        []
    );
}

#[tokio::test(start_paused = true)]
async fn a_server_that_takes_no_files_is_told_apart_from_one_that_does_not_take_this_one() {
    let mut stage = Stage::online().await;
    stage.ask(wish(7, 300)).await;
    let (_, _, part) = asks_for_the_service(&mut stage).await;
    let told = stage
        .tells(&format!(
            "<iq type='error' id='{part}' from='{SERVICE}'><error type='cancel'/></iq>"
        ))
        .await;
    assert_eq!(
        told,
        [Incoming::Slot {
            request: 7,
            answer: Box::new(Err(NoSlot::NoService))
        }]
    );

    stage.ask(wish(8, 300)).await;
    let (_, _, part) = asks_for_the_service(&mut stage).await;
    stage.send(&service_info(&part, SERVICE));
    let mut id = stage.recv().await.attr("id").unwrap().to_owned();
    let stanzas = "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'";
    let answers = [
        (
            format!(
                "<error type='modify'><not-acceptable {stanzas}/><file-too-large xmlns='urn:xmpp:http:upload:0'>\
                <max-file-size>20</max-file-size></file-too-large></error>"
            ),
            "no file of this size",
        ),
        (
            format!("<error type='wait'><resource-constraint {stanzas}/></error>"),
            "now: resource-constraint",
        ),
        (
            format!(
                "<error type='cancel'><not-allowed {stanzas}/><text {stanzas}>no</text></error>"
            ),
            "does not take it: no",
        ),
    ];
    for (number, (error, words)) in (9..).zip(answers) {
        let told = stage
            .tells(&format!(
                "<iq type='error' id='{id}' from='{SERVICE}'>{error}</iq>"
            ))
            .await;
        let [Incoming::Slot { answer, .. }] = told.as_slice() else {
            panic!("{told:?}")
        };
        let why = answer.as_ref().as_ref().unwrap_err().to_string();
        assert!(why.ends_with(words), "{why}");
        stage.ask(wish(number, 300)).await;
        id = stage.recv().await.attr("id").unwrap().to_owned();
    }
    for slot in [
        "",
        "<slot xmlns='urn:xmpp:http:upload:0'/>",
        "<slot xmlns='urn:xmpp:http:upload:0'><put url='https://a.example/'/></slot>",
        "<slot xmlns='urn:xmpp:http:upload:0'><put url='https://a.example/'><header name='Cookie'>a&#10;Host: x</header></put>\
         <get url='https://a.example/'/></slot>",
    ] {
        let told = stage
            .tells(&format!(
                "<iq type='result' id='{id}' from='{SERVICE}'>{slot}</iq>"
            ))
            .await;
        let [Incoming::Slot { answer, .. }] = told.as_slice() else {
            panic!("{told:?}")
        };
        assert!(
            matches!(**answer, Err(NoSlot::Unusable { .. })),
            "{slot}: {answer:?}"
        );
        stage.ask(wish(20, 300)).await;
        id = stage.recv().await.attr("id").unwrap().to_owned();
    }
}

fn told() -> FileTold {
    FileTold {
        size: Some(42),
        thumbnail: Thumbnail::of(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x03\0\0\0\x02".to_vec()),
        ..FileTold::called(Some("my <photo>.png"), Some("image/png"))
            .of_sides(Some(3), Some(2))
            .of_length(Some(12_345))
            .of_sha256(Some(&[0xab; 32]))
    }
}

async fn sent(stage: &mut Stage) -> Element {
    stage
        .ask(Outgoing::File {
            to: "bob@example.net".parse().unwrap(),
            id: "f1".to_owned(),
            address: ADDRESS.to_owned(),
            file: Box::new(told()),
            to_room: false,
        })
        .await;
    stage.recv().await
}

async fn heard(stage: &mut Stage, xml: &str) -> IncomingMessage {
    let told = stage.tells(xml).await.pop();
    match told {
        Some(Incoming::Message(message)) => message,
        other => panic!("{other:?}"),
    }
}

const ADDRESS: &str = "https://up.example.org/g?a=1&b=2";

#[tokio::test(start_paused = true)]
async fn a_files_address_stands_in_the_words_and_beside_them() {
    let mut stage = Stage::online().await;
    let said = sent(&mut stage).await;
    let words = said.get_child("body", "jabber:client").unwrap().text();
    let beside = said.get_child("x", "jabber:x:oob").unwrap();
    assert_eq!(words, ADDRESS);
    assert_eq!(
        beside.get_child("url", "jabber:x:oob").unwrap().text(),
        words
    );
    assert_eq!(said.attr("id"), Some("f1"));
}

#[tokio::test(start_paused = true)]
async fn what_is_told_of_a_file_comes_as_it_went() {
    let mut stage = Stage::online().await;
    let mut said = sent(&mut stage).await;
    let fallback = said.get_child("fallback", "urn:xmpp:fallback:0").unwrap();
    assert_eq!(fallback.attr("for"), Some("urn:xmpp:sfs:0"));
    let sharing = said.get_child("file-sharing", "urn:xmpp:sfs:0").unwrap();
    assert_eq!(sharing.attr("disposition"), Some("inline"));
    let file = sharing
        .get_child("file", "urn:xmpp:file:metadata:0")
        .unwrap();
    let small = file.get_child("thumbnail", "urn:xmpp:thumbs:1").unwrap();
    let tells = ["media-type", "width", "height"].map(|name| small.attr(name).unwrap_or_default());
    assert_eq!(tells, ["image/png", "3", "2"]);
    // The other way round, as it comes from somebody else.
    for taken_out in [None, Some("x"), Some("body")] {
        if let Some(name) = taken_out {
            let ns = said.children().find(|c| c.name() == name).unwrap().ns();
            said.remove_child(name, ns.as_str());
        }
        let coming = said
            .clone()
            .with("from", "bob@example.net/x")
            .with("to", FULL);
        let heard = heard(&mut stage, &write(&coming)).await;
        assert_eq!(heard.body, ADDRESS, "{taken_out:?}");
        assert_eq!(heard.file.as_deref(), Some(&told()), "{taken_out:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_told_counts_only_for_the_address_in_the_words() {
    let mut stage = Stage::online().await;
    let sharing = |target: &str, name: &str| {
        format!(
            "<file-sharing xmlns='urn:xmpp:sfs:0'><file xmlns='urn:xmpp:file:metadata:0'><name>{name}</name>\
             <size>-1</size><width>9999999999</width><height>1</height>\
             <hash xmlns='urn:xmpp:hashes:2' algo='sha-256'>!</hash></file><sources>\
             <url-data xmlns='http://jabber.org/protocol/url-data' target='{target}'/></sources></file-sharing>"
        )
    };
    let oob = "<x xmlns='jabber:x:oob'><url>https://a.example/1</url></x>";
    let plain = Some(FileTold::default());
    let named = Some(FileTold::called(Some("passwd"), None));
    let here = sharing("https://a.example/1", "../../etc/passwd");
    for (words, beside, told) in [
        ("https://a.example/1", format!("{oob}{here}"), named.clone()),
        ("https://a.example/1", here.clone(), named),
        (
            "https://a.example/1",
            format!("{oob}{}", sharing("https://b.example/2", "x")),
            plain.clone(),
        ),
        (
            "https://a.example/1",
            format!("{oob}{here}{here}"),
            plain.clone(),
        ),
        (
            "https://a.example/1",
            format!("{oob}{}", sharing("file:///etc/passwd", "x")),
            plain,
        ),
        ("look at this", here.clone(), None),
        ("look at this", sharing("javascript:alert(1)", "x"), None),
    ] {
        let xml = format!(
            "<message from='bob@example.net/x' type='chat'><body>{words}</body>{beside}</message>"
        );
        let heard = heard(&mut stage, &xml).await;
        assert_eq!(heard.body, words);
        assert_eq!(heard.file.map(|file| *file), told, "{words} {beside}");
    }
}
