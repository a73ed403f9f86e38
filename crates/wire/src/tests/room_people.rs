//! Who is in a room, as the room shows them, and whose marks are believed (XEP-0421).

use super::stage::Stage;
use carillon_core::chat::Author;
use carillon_core::contact::{Availability, Presence};
use carillon_core::room::{Affiliation, Occupant, Role, RoomAbout};
use carillon_core::session::{Incoming, Outgoing, RoomEvent};
use jid::BareJid;

const MARKS: &str = "<feature var='urn:xmpp:occupant-id:0'/>";

fn den() -> BareJid {
    BareJid::new("den@rooms.example.net").unwrap()
}

/// Presence of somebody in the room, with what the room says of them.
fn shown(nick: &str, item: &str, more: &str) -> String {
    format!(
        "<presence from='den@rooms.example.net/{nick}'>{more}\
         <x xmlns='http://jabber.org/protocol/muc#user'>{item}</x></presence>"
    )
}

fn mark(id: &str) -> String {
    format!("<occupant-id xmlns='urn:xmpp:occupant-id:0' id='{id}'/>")
}

/// Enters a room that announces these features before anybody is shown.
async fn enters(features: &str) -> Stage {
    let mut stage = Stage::online().await;
    stage
        .ask(Outgoing::JoinRoom {
            room: den(),
            nick: "Ali".to_owned(),
            history: 20,
            password: String::new(),
        })
        .await;
    let question = stage.recv().await;
    stage.recv().await;
    let id = question.attr("id").unwrap().to_owned();
    let told = stage.tells(&about(&id, features)).await;
    assert!(
        matches!(
            told.as_slice(),
            [Incoming::Room {
                event: RoomEvent::About(_),
                ..
            }]
        ),
        "whose marks count is known before anybody is shown: {told:?}"
    );
    let me = shown("Ali", "<status code='110'/>", &mark("of-ali"));
    assert_eq!(stage.tells(&me).await.len(), 1);
    stage
        .tells("<message from='den@rooms.example.net' type='groupchat'><subject/></message>")
        .await;
    stage
}

fn about(id: &str, features: &str) -> String {
    format!(
        "<iq type='result' from='den@rooms.example.net' id='{id}'>\
         <query xmlns='http://jabber.org/protocol/disco#info'>{features}</query></iq>"
    )
}

fn only(told: Vec<Incoming>) -> Occupant {
    match <[Incoming; 1]>::try_from(told) {
        Ok(
            [
                Incoming::Room {
                    event: RoomEvent::Occupant(occupant),
                    ..
                },
            ],
        ) => *occupant,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn somebody_is_shown_with_role_rank_words_mark_and_address() {
    let mut stage = enters(MARKS).await;
    let item = "<item role='moderator' affiliation='admin' jid='bob@example.net/x'/>";
    let more = format!("<show>dnd</show><status>cooking</status>{}", mark("of-bob"));
    let bob = Occupant {
        nick: "Bob".to_owned(),
        role: Role::Moderator,
        affiliation: Affiliation::Admin,
        presence: Presence {
            availability: Availability::Busy,
            status: "cooking".to_owned(),
        },
        id: Some("of-bob".to_owned()),
        jid: Some(BareJid::new("bob@example.net").unwrap()),
    };
    assert_eq!(only(stage.tells(&shown("Bob", item, &more)).await), bob);
}

#[tokio::test(start_paused = true)]
async fn whatever_a_room_says_of_somebody_makes_an_occupant() {
    let mut stage = enters("").await;
    let rows = [
        ("", Role::Participant, Affiliation::None),
        (
            "<item role='visitor' affiliation='none'/>",
            Role::Visitor,
            Affiliation::None,
        ),
        (
            "<item role='none' affiliation='outcast'/>",
            Role::Visitor,
            Affiliation::Outcast,
        ),
        (
            "<item role='king' affiliation='god'/>",
            Role::Participant,
            Affiliation::None,
        ),
        (
            "<item role='participant' affiliation='member' jid='@'/>",
            Role::Participant,
            Affiliation::Member,
        ),
    ];
    for (item, role, affiliation) in rows {
        let bob = only(stage.tells(&shown("Bob", item, "")).await);
        assert_eq!(
            (bob.role, bob.affiliation, bob.jid),
            (role, affiliation, None),
            "{item}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn long_words_are_cut_and_marks_that_no_room_makes_are_left_out() {
    let mut stage = enters(MARKS).await;
    let long = "x".repeat(5_000);
    let more = format!("<status>{long}</status>{}", mark(&long));
    let bob = only(stage.tells(&shown("Bob", "", &more)).await);
    assert_eq!(bob.presence.status.len(), 300);
    assert_eq!(bob.id, None);
    let two = format!("{}{}", mark("of-ali"), mark("of-bob"));
    assert_eq!(only(stage.tells(&shown("Bob", "", &two)).await).id, None);
}

#[tokio::test(start_paused = true)]
async fn what_somebody_says_of_themselves_in_the_rooms_words_counts_for_nothing() {
    let mut stage = enters("").await;
    let claim = "<x xmlns='http://jabber.org/protocol/muc#user'>\
        <item role='moderator' affiliation='owner' jid='boss@example.net'/><status code='110'/></x>";
    let item = "<item role='visitor' affiliation='none'/>";
    let bob = only(stage.tells(&shown("Bob", item, claim)).await);
    assert_eq!(
        (bob.role, bob.affiliation),
        (Role::Visitor, Affiliation::None)
    );
    assert_eq!(bob.jid, None);
}

#[tokio::test(start_paused = true)]
async fn a_room_says_what_it_is_like() {
    let mut stage = enters("").await;
    stage.ask(Outgoing::RoomInfo { room: den() }).await;
    let id = stage.recv().await.attr("id").unwrap().to_owned();
    let features = "<identity category='conference' type='text' name=' The den '/>\
        <feature var='muc_membersonly'/><feature var='muc_hidden'/><feature var='muc_persistent'/>\
        <feature var='muc_passwordprotected'/><feature var='muc_moderated'/><feature var='muc_nonanonymous'/>\
        <feature var='urn:xmpp:occupant-id:0'/>\
        <x xmlns='jabber:x:data' type='result'><field var='muc#roominfo_description'><value>Tea</value></field></x>";
    let about = RoomAbout {
        name: "The den".to_owned(),
        description: "Tea".to_owned(),
        names_occupants: true,
        moderates: false,
        members_only: true,
        password: true,
        moderated: true,
        addresses_shown: true,
        persistent: true,
        hidden: true,
        pictures: false,
    };
    let told = stage.tells(&self::about(&id, features)).await;
    let event = RoomEvent::About(Box::new(about));
    assert_eq!(told, [Incoming::Room { room: den(), event }]);
}

/// Who said it, by the room's marks; every other combination is somebody else, or forged.
#[tokio::test(start_paused = true)]
async fn my_words_from_another_device_are_mine_by_the_rooms_mark_and_by_nobody_elses() {
    let delayed =
        "<delay xmlns='urn:xmpp:delay' from='den@rooms.example.net' stamp='2026-11-22T10:00:00Z'/>";
    let two = format!("{}{}", mark("of-ali"), mark("of-ali"));
    let (mut forged, mut accepted) = (0, 0);
    for features in [MARKS, ""] {
        let mut stage = enters(features).await;
        for nick in ["Ali", "Bob", "ali", "Ali "] {
            for id in [
                String::new(),
                mark("of-ali"),
                mark("of-bob"),
                mark(""),
                mark("OF-ALI"),
                two.clone(),
            ] {
                for delay in ["", delayed] {
                    let said = format!(
                        "<message from='den@rooms.example.net/{nick}' type='groupchat' id='g1'><body>x</body>{id}{delay}</message>"
                    );
                    let told = stage.tells(&said).await;
                    let mine =
                        matches!(&told[..], [Incoming::Message(m)] if m.author == Author::Me);
                    let marked = features == MARKS && id == mark("of-ali");
                    let live_echo = nick == "Ali" && delay.is_empty();
                    assert_eq!(mine, marked || live_echo, "{features} {said}");
                    forged += u32::from(!(marked || live_echo));
                    accepted += u32::from(mine && !(marked || live_echo));
                }
            }
        }
    }
    println!("words that others said taken for mine: {accepted} of {forged}");
    assert!(forged > 60, "the table shrank to {forged}");
}
