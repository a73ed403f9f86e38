//! Which picture somebody shows, who may say so, and what may come when it is fetched.

use super::stage::Stage;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use carillon_core::avatar::{Avatar, AvatarHash, AvatarSource, LARGEST, OwnPicture};
use carillon_core::files::Picture;
use carillon_core::session::{Incoming, Outgoing};
use sha1::{Digest, Sha1};

const BOB: &str = "bob@example.net";
const HASH: &str = "0101010101010101010101010101010101010101";

fn announcement(from: &str, info: &str) -> String {
    event(&format!(" from='{from}'"), &item(info))
}

fn item(info: &str) -> String {
    format!(
        "<items node='urn:xmpp:avatar:metadata'><item id='{HASH}'>\
         <metadata xmlns='urn:xmpp:avatar:metadata'>{info}</metadata></item></items>"
    )
}

fn event(head: &str, what: &str) -> String {
    format!(
        "<message type='headline' to='alice@example.org/phone'{head}>\
         <event xmlns='http://jabber.org/protocol/pubsub#event'>{what}</event></message>"
    )
}

fn info(more: &str) -> String {
    format!("<info id='{HASH}' {more}/>")
}

fn shown(from: &str, source: AvatarSource, hash: Option<AvatarHash>) -> Incoming {
    let from = from.parse().unwrap();
    Incoming::Avatar { from, source, hash }
}

#[tokio::test(start_paused = true)]
async fn a_picture_is_announced_by_eventing() {
    let mut stage = Stage::online().await;
    let told = stage
        .tells(&announcement(BOB, &info("bytes='2000' type='image/png'")))
        .await;
    assert_eq!(
        told,
        [shown(BOB, AvatarSource::Pep, Some(AvatarHash([1; 20])))]
    );
    let mine = stage
        .tells(&announcement(
            "alice@example.org",
            &info("bytes='1' type='image/jpeg'"),
        ))
        .await;
    assert_eq!(
        mine,
        [shown(
            "alice@example.org",
            AvatarSource::Pep,
            Some(AvatarHash([1; 20]))
        )]
    );
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_shown_is_no_picture() {
    let mut stage = Stage::online().await;
    let none = [
        announcement(BOB, ""),
        announcement(
            BOB,
            &info("bytes='10' type='image/png' url='https://evil.example/bob.png'"),
        ),
        announcement(BOB, &info("bytes='262145' type='image/png'")),
        announcement(BOB, &info("bytes='10' type='image/svg+xml'")),
        announcement(
            BOB,
            "<info id='../../etc/passwd' bytes='10' type='image/png'/>",
        ),
        event(
            &format!(" from='{BOB}'"),
            "<items node='urn:xmpp:avatar:metadata'><retract id='x'/></items>",
        ),
        event(
            &format!(" from='{BOB}'"),
            "<purge node='urn:xmpp:avatar:metadata'/>",
        ),
        event(
            &format!(" from='{BOB}'"),
            "<delete node='urn:xmpp:avatar:metadata'/>",
        ),
    ];
    for stanza in none {
        assert_eq!(
            stage.tells(&stanza).await,
            [shown(BOB, AvatarSource::Pep, None)],
            "{stanza}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn the_picture_beside_an_address_is_taken() {
    let mut stage = Stage::online().await;
    let both = format!(
        "<info id='{}' bytes='9' type='image/png' url='https://example.net/large.png'/>{}",
        "02".repeat(20),
        info("bytes='9' type='image/png'")
    );
    let told = stage.tells(&announcement(BOB, &both)).await;
    assert_eq!(
        told,
        [shown(BOB, AvatarSource::Pep, Some(AvatarHash([1; 20])))]
    );
}

/// Each of these says that the picture of Bob, or mine, is another one, and is none of them (CVE-2023-28686).
#[tokio::test(start_paused = true)]
async fn events_speak_only_for_the_account_that_they_came_from() {
    let mut stage = Stage::online().await;
    let picture = item(&info("bytes='9' type='image/png'"));
    let forged = |outer: &str, direction: &str| {
        let inner = event(" from='bob@example.net' xmlns='jabber:client'", &picture);
        format!(
            "<message from='{outer}'><{direction} xmlns='urn:xmpp:carbons:2'>\
             <forwarded xmlns='urn:xmpp:forward:0'>{inner}</forwarded></{direction}></message>"
        )
    };
    let mut attacks = Vec::new();
    for device in [
        "bob@example.net/desk",
        "alice@example.org/other",
        "alice@example.org/phone",
        "example.net",
        "Alice@example.org",
        "alice@Example.Org",
        "",
        "@",
        "mallory@evil.example/bob@example.net",
    ] {
        attacks.push(event(&format!(" from='{device}'"), &picture));
    }
    for outer in [
        "mallory@evil.example",
        "bob@example.net",
        "alice@example.org",
        "alice@example.org/other",
    ] {
        attacks.push(forged(outer, "received"));
        attacks.push(forged(outer, "sent"));
        attacks.push(format!(
            "<message from='{outer}'><result xmlns='urn:xmpp:mam:2' queryid='x' id='y'>\
             <forwarded xmlns='urn:xmpp:forward:0'>{}</forwarded></result></message>",
            event(" from='bob@example.net' xmlns='jabber:client'", &picture)
        ));
    }
    for kind in ["error", "groupchat"] {
        attacks.push(event(" from='bob@example.net'", &picture).replace("headline", kind));
    }
    attacks.push(
        event(" from='bob@example.net'", &picture)
            .replace("to='alice@example.org/phone'", "to='carol@example.org'"),
    );
    let said = attacks.len();
    let mut accepted = 0;
    for attack in attacks {
        let told = stage.tells(&attack).await;
        accepted += told
            .iter()
            .filter(|one| matches!(one, Incoming::Avatar { .. }))
            .count();
    }
    assert_eq!(accepted, 0);
    println!("forged announcements of pictures accepted: 0 of {said}");
    // And who speaks for themselves in somebody else's name speaks for themselves.
    let mallory = event(
        " from='mallory@evil.example'",
        &picture.replace("<item ", "<item publisher='bob@example.net' "),
    );
    let told = stage.tells(&mallory).await;
    assert_eq!(
        told,
        [shown(
            "mallory@evil.example",
            AvatarSource::Pep,
            Some(AvatarHash([1; 20]))
        )]
    );
}

#[tokio::test(start_paused = true)]
async fn the_photo_of_a_vcard_is_announced_in_presence() {
    let mut stage = Stage::online().await;
    let presence = |photo: &str| {
        format!(
            "<presence from='bob@example.net/desk'><x xmlns='vcard-temp:x:update'>{photo}</x></presence>"
        )
    };
    let some = shown(BOB, AvatarSource::Vcard, Some(AvatarHash([1; 20])));
    let none = shown(BOB, AvatarSource::Vcard, None);
    for (photo, wanted) in [
        (format!("<photo>{HASH}</photo>"), Some(some)),
        ("<photo/>".to_owned(), Some(none)),
        (String::new(), None),
        ("<photo>nonsense</photo>".to_owned(), None),
    ] {
        let mut told = stage.tells(&presence(&photo)).await;
        assert!(matches!(told.pop(), Some(Incoming::Presence { .. })));
        assert_eq!(told.pop(), wanted, "{photo}");
    }
}

async fn shows_mine(stage: &mut Stage, picture: Option<&[u8]>) -> minidom::Element {
    let picture = picture.map(|png| OwnPicture {
        bytes: png.to_vec(),
        picture: Picture {
            width: 192,
            height: 120,
            media_type: "image/webp",
        },
    });
    let request = 3;
    stage.ask(Outgoing::ShowPicture { request, picture }).await;
    stage.recv().await
}

fn published<'a>(iq: &'a minidom::Element, node: &str) -> &'a minidom::Element {
    const PUBSUB: &str = "http://jabber.org/protocol/pubsub";
    assert_eq!((iq.attr("type"), iq.attr("to")), (Some("set"), None));
    let pubsub = iq.get_child("pubsub", PUBSUB).unwrap();
    let publish = pubsub.get_child("publish", PUBSUB).unwrap();
    assert_eq!(publish.attr("node"), Some(node));
    publish.get_child("item", PUBSUB).unwrap()
}

#[tokio::test(start_paused = true)]
async fn my_picture_is_there_before_it_is_announced() {
    let mut stage = Stage::online().await;
    let (packed, hash) = packed(b"mine");
    let data = shows_mine(&mut stage, Some(b"mine")).await;
    let item = published(&data, "urn:xmpp:avatar:data");
    assert_eq!(item.attr("id"), Some(hash.to_string().as_str()));
    assert_eq!(item.children().next().unwrap().text(), packed);
    stage.send(&format!(
        "<iq type='result' id='{}'/>",
        data.attr("id").unwrap()
    ));
    let metadata = stage.recv().await;
    let item = published(&metadata, "urn:xmpp:avatar:metadata");
    assert_eq!(item.attr("id"), Some(hash.to_string().as_str()));
    let info = item.children().next().unwrap().children().next().unwrap();
    let said =
        ["id", "type", "bytes", "width", "height"].map(|name| info.attr(name).unwrap().to_owned());
    assert_eq!(
        said,
        [hash.to_string().as_str(), "image/webp", "4", "192", "120"]
    );
    let answer = format!("<iq type='result' id='{}'/>", metadata.attr("id").unwrap());
    let (request, result) = (3, Ok(()));
    assert_eq!(
        stage.tells(&answer).await,
        [Incoming::Outcome { request, result }]
    );
}

#[tokio::test(start_paused = true)]
async fn a_picture_of_mine_that_the_server_refuses_is_not_announced() {
    let mut stage = Stage::online().await;
    let data = shows_mine(&mut stage, Some(b"mine")).await;
    let refusal = format!(
        "<iq type='error' id='{}'><error type='modify'><not-acceptable \
         xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>",
        data.attr("id").unwrap()
    );
    let told = stage.tells(&refusal).await;
    assert!(matches!(
        told.as_slice(),
        [Incoming::Outcome {
            request: 3,
            result: Err(_)
        }]
    ));
    stage.nothing_written();
}

#[tokio::test(start_paused = true)]
async fn to_show_no_picture_is_announced_too() {
    let mut stage = Stage::online().await;
    let metadata = shows_mine(&mut stage, None).await;
    let item = published(&metadata, "urn:xmpp:avatar:metadata");
    assert_eq!(item.children().next().unwrap().children().count(), 0);
    let answer = format!("<iq type='result' id='{}'/>", metadata.attr("id").unwrap());
    let (request, result) = (3, Ok(()));
    assert_eq!(
        stage.tells(&answer).await,
        [Incoming::Outcome { request, result }]
    );
}

fn packed(bytes: &[u8]) -> (String, AvatarHash) {
    (
        STANDARD.encode(bytes),
        AvatarHash(Sha1::digest(bytes).into()),
    )
}

fn by_eventing(data: &str) -> String {
    format!(
        "<pubsub xmlns='http://jabber.org/protocol/pubsub'><items node='urn:xmpp:avatar:data'><item id='x'>\
         <data xmlns='urn:xmpp:avatar:data'>{data}</data></item></items></pubsub>"
    )
}

fn by_vcard(data: &str) -> String {
    format!(
        "<vCard xmlns='vcard-temp'><PHOTO><TYPE>image/png</TYPE><BINVAL>{data}</BINVAL></PHOTO></vCard>"
    )
}

/// Asks Bob for a picture, and tells what came of an answer.
async fn fetched(
    source: AvatarSource,
    hash: AvatarHash,
    from: &str,
    kind: &str,
    payload: &str,
) -> Vec<Incoming> {
    let mut stage = Stage::online().await;
    let of = BOB.parse().unwrap();
    let avatar = Avatar { hash, source };
    stage
        .ask(Outgoing::Picture {
            request: 7,
            of,
            avatar,
        })
        .await;
    let asked = stage.recv().await;
    assert_eq!(
        (asked.attr("to"), asked.attr("type")),
        (Some(BOB), Some("get"))
    );
    let id = asked.attr("id").unwrap();
    stage
        .tells(&format!("<iq type='{kind}' id='{id}'{from}>{payload}</iq>"))
        .await
}

#[tokio::test(start_paused = true)]
async fn a_picture_that_is_what_was_announced_is_taken_over() {
    let bytes = b"any bytes at all".to_vec();
    let (data, hash) = packed(&bytes);
    let (first, rest) = data.split_at(5);
    let answer = [Incoming::Picture {
        request: 7,
        bytes: Some(bytes),
    }];
    let from = " from='bob@example.net'";
    let folded = by_eventing(&format!("{first}\n  {rest}"));
    assert_eq!(
        fetched(AvatarSource::Pep, hash, from, "result", &folded).await,
        answer
    );
    assert_eq!(
        fetched(AvatarSource::Vcard, hash, from, "result", &by_vcard(&data)).await,
        answer
    );
}

#[tokio::test(start_paused = true)]
async fn a_picture_that_is_not_what_was_announced_is_none() {
    let (data, hash) = packed(b"one");
    let (other, _) = packed(b"another");
    let (huge, of_huge) = packed(&vec![0; LARGEST + 3]);
    let from = " from='bob@example.net'";
    let none = [Incoming::Picture {
        request: 7,
        bytes: None,
    }];
    for (hash, kind, payload) in [
        (hash, "result", by_eventing(&other)),
        (hash, "result", by_eventing("no base64 !")),
        (hash, "result", by_vcard(&data)),
        (hash, "result", String::new()),
        (hash, "error", by_eventing(&data)),
        (of_huge, "result", by_eventing(&huge)),
    ] {
        assert_eq!(
            fetched(AvatarSource::Pep, hash, from, kind, &payload).await,
            none
        );
    }
}

#[tokio::test(start_paused = true)]
async fn only_whoever_was_asked_answers() {
    let (data, hash) = packed(b"one");
    let mut accepted = 0;
    let others = [
        "",
        " from='alice@example.org'",
        " from='bob@example.net/desk'",
        " from='mallory@evil.example'",
        " from='example.net'",
        " from='BOB@example.net'",
    ];
    for from in others {
        accepted += fetched(AvatarSource::Pep, hash, from, "result", &by_eventing(&data))
            .await
            .len();
    }
    assert_eq!(accepted, 0);
    println!("forged pictures accepted: 0 of {}", others.len());
}
