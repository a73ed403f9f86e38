//! Which picture a room shows (XEP-0486), who may say so, and how an owner gives it one.

use super::stage::Stage;
use carillon_core::avatar::{Avatar, AvatarHash, AvatarSource, OwnPicture};
use carillon_core::files::Picture;
use carillon_core::session::{Incoming, Outgoing, RoomEvent, RoomReply, RoomWish};
use jid::BareJid;
use minidom::Element;
use sha1::{Digest, Sha1};

const HASH: &str = "0101010101010101010101010101010101010101";
const OTHER: &str = "0202020202020202020202020202020202020202";
const KNOWS_PICTURES: &str = "<feature var='vcard-temp'/>";
const CHANGED: &str = "<message from='den@rooms.example.net' type='groupchat'>\
    <x xmlns='http://jabber.org/protocol/muc#user'><status code='104'/></x></message>";

fn den() -> BareJid {
    BareJid::new("den@rooms.example.net").unwrap()
}

fn id_of(iq: &Element) -> String {
    iq.attr("id").unwrap().to_owned()
}

fn answer(id: &str, payload: &str) -> String {
    format!("<iq type='result' from='den@rooms.example.net' id='{id}'>{payload}</iq>")
}

fn about(id: &str, features: &str, hashes: &[&str]) -> String {
    let values: String = hashes
        .iter()
        .map(|hash| format!("<value>{hash}</value>"))
        .collect();
    let field = if hashes.is_empty() {
        String::new()
    } else {
        format!("<field var='muc#roominfo_avatarhash' type='text-multi'>{values}</field>")
    };
    let form = format!("<x xmlns='jabber:x:data' type='result'>{field}</x>");
    let info = "http://jabber.org/protocol/disco#info";
    answer(
        id,
        &format!("<query xmlns='{info}'>{features}{form}</query>"),
    )
}

fn shows_photo(from: &str, photo: &str) -> String {
    format!("<presence from='{from}'><x xmlns='vcard-temp:x:update'>{photo}</x></presence>")
}

/// Alice is in the room.
async fn inside() -> Stage {
    let mut stage = Stage::online().await;
    stage
        .ask(Outgoing::JoinRoom {
            room: den(),
            nick: "Ali".to_owned(),
            history: 0,
            password: String::new(),
        })
        .await;
    stage.recv().await;
    stage.recv().await;
    let me = "<presence from='den@rooms.example.net/Ali'>\
        <x xmlns='http://jabber.org/protocol/muc#user'><status code='110'/></x></presence>";
    stage.tells(me).await;
    stage
}

/// What is told and what is written when the server says this.
async fn after(stage: &mut Stage, xml: &str) -> (Vec<Incoming>, Vec<Element>) {
    stage.send(xml);
    stage.settled().await
}

/// The one stanza that is written then.
async fn written_after(stage: &mut Stage, xml: &str) -> Element {
    let written = after(stage, xml).await.1;
    <[Element; 1]>::try_from(written)
        .map(|[one]| one)
        .unwrap_or_else(|other| panic!("{other:?}"))
}

/// The pictures that are told, each `Some` with its hash or `None`.
fn pictures(told: &[Incoming]) -> Vec<Option<String>> {
    told.iter()
        .filter_map(|told| match told {
            Incoming::Room {
                room,
                event: RoomEvent::Picture { hash },
            } if *room == den() => Some(hash.map(|hash| hash.to_string())),
            _ => None,
        })
        .collect()
}

fn some(hash: &str) -> Vec<Option<String>> {
    vec![Some(hash.to_owned())]
}

async fn says(stage: &mut Stage, features: &str, hashes: &[&str]) -> Vec<Option<String>> {
    stage.ask(Outgoing::RoomInfo { room: den() }).await;
    let id = id_of(&stage.recv().await);
    pictures(&stage.tells(&about(&id, features, hashes)).await)
}

#[tokio::test(start_paused = true)]
async fn a_room_names_its_picture_where_it_tells_of_itself() {
    let mut stage = inside().await;
    assert_eq!(says(&mut stage, KNOWS_PICTURES, &[HASH]).await, some(HASH));
    let several = ["nonsense", OTHER, HASH];
    assert_eq!(
        says(&mut stage, KNOWS_PICTURES, &several).await,
        some(OTHER)
    );
    assert_eq!(says(&mut stage, KNOWS_PICTURES, &[]).await, [None]);
}

#[tokio::test(start_paused = true)]
async fn a_room_that_knows_of_no_pictures_says_nothing_of_one() {
    let mut stage = inside().await;
    assert_eq!(says(&mut stage, "", &[]).await, Vec::new());
}

#[tokio::test(start_paused = true)]
async fn a_room_that_shows_it_in_presence_need_not_name_it() {
    let mut stage = inside().await;
    let photo = format!("<photo>{HASH}</photo>");
    let told = stage
        .tells(&shows_photo("den@rooms.example.net", &photo))
        .await;
    assert_eq!(pictures(&told), some(HASH));
    assert_eq!(says(&mut stage, KNOWS_PICTURES, &[]).await, Vec::new());
    let told = stage
        .tells(&shows_photo("den@rooms.example.net", "<photo/>"))
        .await;
    assert_eq!(pictures(&told), [None]);
}

#[tokio::test(start_paused = true)]
async fn an_occupants_picture_is_not_the_rooms() {
    let mut stage = inside().await;
    let photo = format!("<photo>{HASH}</photo>");
    for from in ["den@rooms.example.net/Bob", "rooms.example.net"] {
        let told = stage.tells(&shows_photo(from, &photo)).await;
        assert_eq!(pictures(&told), Vec::<Option<String>>::new(), "{from}");
    }
    for nonsense in ["<photo>nonsense</photo>", ""] {
        let told = stage
            .tells(&shows_photo("den@rooms.example.net", nonsense))
            .await;
        assert_eq!(told, [], "{nonsense}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_room_that_has_changed_is_asked_one_time_after_the_other() {
    let mut stage = inside().await;
    let first = written_after(&mut stage, CHANGED).await;
    assert_eq!(first.attr("to"), Some("den@rooms.example.net"));
    for _ in 0..5 {
        assert_eq!(after(&mut stage, CHANGED).await, (Vec::new(), Vec::new()));
    }
    let answer = about(&id_of(&first), KNOWS_PICTURES, &[HASH]);
    let (told, asked) = after(&mut stage, &answer).await;
    assert_eq!(pictures(&told), some(HASH));
    let [second] = asked.as_slice() else {
        panic!("{asked:?}");
    };
    let answer = about(&id_of(second), KNOWS_PICTURES, &[OTHER]);
    let (told, asked) = after(&mut stage, &answer).await;
    assert_eq!((pictures(&told), asked), (some(OTHER), Vec::new()));
}

#[tokio::test(start_paused = true)]
async fn nobody_in_the_room_says_that_it_has_changed() {
    let mut stage = inside().await;
    for from in ["den@rooms.example.net/Bob", "bob@example.net/desk"] {
        let claim = CHANGED.replace("den@rooms.example.net", from);
        assert_eq!(after(&mut stage, &claim).await.1, Vec::new(), "{from}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_picture_is_on_the_rooms_card_in_any_of_its_formats() {
    let mut stage = inside().await;
    let hash = AvatarHash(Sha1::digest(b"small").into());
    let source = AvatarSource::Vcard;
    stage
        .ask(Outgoing::Picture {
            request: 7,
            of: den(),
            avatar: Avatar { hash, source },
        })
        .await;
    let asked = stage.recv().await;
    assert_eq!(asked.attr("to"), Some("den@rooms.example.net"));
    let photo = |data: &str| format!("<PHOTO><BINVAL>{data}</BINVAL></PHOTO>");
    let card = format!(
        "<vCard xmlns='vcard-temp'>{}{}</vCard>",
        photo("bGFyZ2U="),
        photo("c21hbGw=")
    );
    let forged = answer(&id_of(&asked), &card).replace("net' id", "net/Bob' id");
    assert_eq!(stage.tells(&forged).await, []);
    let told = stage.tells(&answer(&id_of(&asked), &card)).await;
    let bytes = Some(b"small".to_vec());
    assert_eq!(told, [Incoming::Picture { request: 7, bytes }]);
}

async fn shows(stage: &mut Stage, png: Option<&[u8]>) -> Element {
    let picture = png.map(|png| OwnPicture {
        bytes: png.to_vec(),
        picture: Picture {
            width: 192,
            height: 120,
            media_type: "image/webp",
        },
    });
    stage
        .ask(Outgoing::Room {
            request: 7,
            room: den(),
            wish: Box::new(RoomWish::ShowPicture(picture)),
        })
        .await;
    let read = stage.recv().await;
    assert_eq!(
        (read.attr("type"), read.attr("to")),
        (Some("get"), Some("den@rooms.example.net"))
    );
    read
}

fn card_of(iq: &Element) -> String {
    assert_eq!(
        (iq.attr("type"), iq.attr("to")),
        (Some("set"), Some("den@rooms.example.net"))
    );
    carillon_xml::write(iq.children().next().unwrap())
}

fn refused(id: &str, condition: &str) -> String {
    format!(
        "<iq type='error' from='den@rooms.example.net' id='{id}'><error type='cancel'>\
         <{condition} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>"
    )
}

#[tokio::test(start_paused = true)]
async fn an_owner_gives_a_room_a_picture_and_what_else_stands_on_its_card_stays() {
    let mut stage = inside().await;
    let read = shows(&mut stage, Some(b"small")).await;
    let known = "<vCard xmlns='vcard-temp'><DESC>Tea</DESC><PHOTO><BINVAL>bGFyZ2U=</BINVAL></PHOTO></vCard>";
    let write = written_after(&mut stage, &answer(&id_of(&read), known)).await;
    assert_eq!(
        card_of(&write),
        "<vCard xmlns='vcard-temp'><DESC>Tea</DESC><PHOTO><TYPE>image/webp</TYPE>\
         <BINVAL>c21hbGw=</BINVAL></PHOTO></vCard>"
    );
    let (told, again) = after(&mut stage, &answer(&id_of(&write), "")).await;
    let done = Incoming::RoomAnswer {
        request: 7,
        answer: Ok(RoomReply::Done),
    };
    assert_eq!(told, [done]);
    // Whether it has changed is asked, too.
    let info = "http://jabber.org/protocol/disco#info";
    assert!(matches!(again.as_slice(), [one] if one.has_child("query", info)));
}

#[tokio::test(start_paused = true)]
async fn a_room_without_a_card_gets_one_and_an_empty_one_takes_the_picture_away() {
    let mut stage = inside().await;
    let read = shows(&mut stage, None).await;
    let none = refused(&id_of(&read), "item-not-found");
    let write = written_after(&mut stage, &none).await;
    assert_eq!(card_of(&write), "<vCard xmlns='vcard-temp'/>");
}

#[tokio::test(start_paused = true)]
async fn a_card_that_cannot_be_read_is_not_written_over() {
    let mut stage = inside().await;
    let read = shows(&mut stage, Some(b"small")).await;
    let unreadable = refused(&id_of(&read), "service-unavailable");
    let (told, written) = after(&mut stage, &unreadable).await;
    assert!(
        matches!(told.as_slice(), [Incoming::RoomAnswer { request: 7, answer: Err(problem) }]
            if problem.condition == "service-unavailable"),
        "{told:?}"
    );
    assert_eq!(written, []);
}

#[tokio::test(start_paused = true)]
async fn a_card_that_no_server_would_take_is_not_sent() {
    let mut stage = inside().await;
    let read = shows(&mut stage, Some(&[7; 150_000])).await;
    let known = format!(
        "<vCard xmlns='vcard-temp'><DESC>{}</DESC></vCard>",
        "x".repeat(60_000)
    );
    let (told, written) = after(&mut stage, &answer(&id_of(&read), &known)).await;
    assert!(
        matches!(
            told.as_slice(),
            [Incoming::RoomAnswer { answer: Err(_), .. }]
        ),
        "{told:?}"
    );
    assert_eq!(written, []);
}
