//! Entering, being in and leaving rooms.

use super::stage::Stage;
use carillon_core::chat::Author;
use carillon_core::contact::{Availability, Presence};
use carillon_core::room::{Occupant, RoomCause, RoomTrouble};
use carillon_core::session::{Incoming, Origin, Outgoing, RoomEvent};
use jid::{BareJid, Jid};

const USER: &str = "http://jabber.org/protocol/muc#user";

fn den() -> BareJid {
    BareJid::new("den@rooms.example.net").unwrap()
}

fn event(event: RoomEvent) -> Incoming {
    Incoming::Room { room: den(), event }
}

fn joined(nick: &str) -> Incoming {
    event(RoomEvent::Joined {
        me: Box::new(called(nick)),
        created: false,
    })
}

/// An occupant of whom the room says nothing in particular.
fn called(nick: &str) -> Occupant {
    Occupant {
        nick: nick.to_owned(),
        presence: Presence {
            availability: Availability::Available,
            status: String::new(),
        },
        ..Occupant::default()
    }
}

fn left(cause: RoomCause, by: &str, words: &str) -> Incoming {
    event(RoomEvent::Left {
        trouble: Some(trouble(cause, by, words)),
    })
}

fn trouble(cause: RoomCause, by: &str, words: &str) -> RoomTrouble {
    RoomTrouble {
        cause,
        by: by.to_owned(),
        words: words.to_owned(),
    }
}

/// Presence of an occupant with status codes.
pub(super) fn occupant(nick: &str, kind: &str, codes: &[&str]) -> String {
    let codes: String = codes
        .iter()
        .map(|code| format!("<status code='{code}'/>"))
        .collect();
    format!(
        "<presence from='den@rooms.example.net/{nick}'{kind}><x xmlns='{USER}'>{codes}</x></presence>"
    )
}

pub(super) const GONE: &str = " type='unavailable'";

async fn joining() -> Stage {
    let mut stage = Stage::online().await;
    let join = Outgoing::JoinRoom {
        room: den(),
        nick: "Ali".to_owned(),
        history: 20,
        password: String::new(),
    };
    stage.ask(join).await;
    let question = stage.recv().await;
    assert_eq!(question.attr("to"), Some("den@rooms.example.net"));
    let presence = stage.recv().await;
    assert_eq!(presence.attr("to"), Some("den@rooms.example.net/Ali"));
    let muc = presence
        .get_child("x", "http://jabber.org/protocol/muc")
        .unwrap();
    let history = muc
        .get_child("history", "http://jabber.org/protocol/muc")
        .unwrap();
    assert_eq!(history.attr("maxstanzas"), Some("20"));
    stage
}

pub(super) async fn inside() -> Stage {
    let mut stage = joining().await;
    assert_eq!(
        stage.tells(&occupant("Ali", "", &["110"])).await,
        [joined("Ali")]
    );
    let subject = "<message from='den@rooms.example.net' type='groupchat'><subject/></message>";
    assert_eq!(
        stage.tells(subject).await,
        [event(RoomEvent::Subject {
            text: String::new()
        })]
    );
    stage
}

#[tokio::test(start_paused = true)]
async fn a_room_is_entered_when_it_shows_me_to_myself() {
    let mut stage = joining().await;
    let bob = event(RoomEvent::Occupant(Box::new(Occupant {
        presence: Presence {
            availability: Availability::Away,
            status: String::new(),
        },
        ..called("Bob")
    })));
    let shown = occupant("Bob", "", &[]).replace("<x ", "<show>away</show><x ");
    assert_eq!(stage.tells(&shown).await, [bob]);
    // The room may give me another nick (210).
    assert_eq!(
        stage.tells(&occupant("Ali2", "", &["110", "210"])).await,
        [joined("Ali2")]
    );
}

#[tokio::test(start_paused = true)]
async fn history_is_told_as_delayed_and_what_follows_the_subject_as_live() {
    let mut stage = joining().await;
    stage.tells(&occupant("Ali", "", &["110"])).await;
    let say = |stamp: &str| {
        format!(
            "<message from='den@rooms.example.net/Bob' type='groupchat' id='g1'><body>x</body>{stamp}</message>"
        )
    };
    let by_bob =
        "<delay xmlns='urn:xmpp:delay' from='bob@example.net' stamp='2026-11-22T10:00:00Z'/>";
    let by_room =
        "<delay xmlns='urn:xmpp:delay' from='den@rooms.example.net' stamp='2026-11-22T10:00:00Z'/>";
    let origin = async |stage: &mut Stage, xml: String| match &stage.tells(&xml).await[..] {
        [Incoming::Message(message)] => {
            assert_eq!(
                message.author,
                Author::Occupant {
                    nick: "Bob".to_owned()
                }
            );
            assert_eq!(message.chat, den());
            assert!(!message.wants_receipt && !message.markable);
            message.origin
        }
        other => panic!("{other:?}"),
    };
    assert_eq!(origin(&mut stage, say(by_bob)).await, Origin::Delayed);
    assert_eq!(origin(&mut stage, say(by_room)).await, Origin::Delayed);
    let subject = "<message from='den@rooms.example.net/Bob' type='groupchat'><subject>Cats</subject></message>";
    assert_eq!(
        stage.tells(subject).await,
        [event(RoomEvent::Subject {
            text: "Cats".to_owned()
        })]
    );
    assert_eq!(origin(&mut stage, say("")).await, Origin::Live);
    assert_eq!(
        origin(&mut stage, say(by_bob)).await,
        Origin::Live,
        "an occupant can't hide what he says"
    );
    assert_eq!(origin(&mut stage, say(by_room)).await, Origin::Delayed);
}

#[tokio::test(start_paused = true)]
async fn what_i_say_comes_back_as_mine() {
    let mut stage = inside().await;
    stage
        .ask(Outgoing::Message {
            to: den().into(),
            id: "g1".to_owned(),
            body: "hi".to_owned(),
            to_room: true,
        })
        .await;
    let said = stage.recv().await;
    assert_eq!(said.attr("type"), Some("groupchat"));
    assert!(
        !said.has_child("request", "urn:xmpp:receipts"),
        "a room's receipts would be a flood"
    );
    let echo = "<message from='den@rooms.example.net/Ali' type='groupchat' id='g1'><body>hi</body></message>";
    let told = stage.tells(echo).await;
    assert!(
        matches!(&told[..], [Incoming::Message(m)] if m.author == Author::Me && m.id.as_deref() == Some("g1")),
        "{told:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn typing_in_a_room_has_a_nick() {
    let mut stage = inside().await;
    let typing = "<message from='den@rooms.example.net/Bob' type='groupchat'>\
        <composing xmlns='http://jabber.org/protocol/chatstates'/></message>";
    let told = Incoming::Typing {
        chat: den(),
        nick: Some("Bob".to_owned()),
        composing: true,
    };
    assert_eq!(stage.tells(typing).await, [told]);
    assert_eq!(stage.tells(&typing.replace("/Bob", "/Ali")).await, []);
    assert_eq!(stage.tells(&typing.replace("/Bob", "")).await, []);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_told_in_the_rooms_words() {
    let refusal = |text: &str| {
        format!(
            "<presence from='den@rooms.example.net/Ali' type='error'><x xmlns='http://jabber.org/protocol/muc'/>\
             <error type='auth'><registration-required xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>{text}</error></presence>"
        )
    };
    let worded = "<text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>members only</text>";
    for (text, words) in [("", ""), (worded, "members only")] {
        let mut stage = joining().await;
        let told = event(RoomEvent::Refused {
            trouble: trouble(RoomCause::MembersOnly, "", words),
        });
        assert_eq!(stage.tells(&refusal(text)).await, [told]);
        assert_eq!(
            stage.tells(&occupant("Ali", "", &["110"])).await,
            [],
            "it is over"
        );
    }
    let mut stage = inside().await;
    assert_eq!(
        stage.tells(&refusal("")).await,
        [],
        "an error later does not put me out"
    );
}

#[tokio::test(start_paused = true)]
async fn going_of_my_own_will_has_no_reason_and_being_put_out_has_one() {
    let mut stage = inside().await;
    stage
        .ask(Outgoing::LeaveRoom {
            room: den(),
            nick: "Ali".to_owned(),
        })
        .await;
    stage
        .expect("<presence to='den@rooms.example.net/Ali' type='unavailable'/>")
        .await;
    assert_eq!(
        stage.tells(&occupant("Ali", GONE, &["110"])).await,
        [event(RoomEvent::Left { trouble: None })]
    );

    let causes = [
        (
            "<status code='110'/><status code='307'/><item><actor nick='Bob'/></item>",
            left(RoomCause::Kicked, "Bob", ""),
        ),
        (
            "<status code='110'/><status code='301'/><item><reason>spam</reason></item>",
            left(RoomCause::Banned, "", "spam"),
        ),
        ("<status code='332'/>", left(RoomCause::ShutDown, "", "")),
        (
            "<status code='307'/><status code='333'/>",
            left(RoomCause::ConnectionBroke, "", ""),
        ),
        (
            "<destroy><reason>moved</reason></destroy>",
            left(RoomCause::Closed, "", "moved"),
        ),
        ("<destroy/>", left(RoomCause::Closed, "", "")),
        ("", left(RoomCause::Other, "", "")),
    ];
    for (cause, told) in causes {
        let mut stage = inside().await;
        let out = occupant("Ali", GONE, &[]).replace("</x>", &format!("{cause}</x>"));
        assert_eq!(stage.tells(&out).await, [told], "{cause}");
        let echo =
            "<message from='den@rooms.example.net/Bob' type='groupchat'><body>x</body></message>";
        assert_eq!(
            stage.tells(echo).await,
            [],
            "what comes later is no room of mine"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_new_nick_is_not_a_leave() {
    let mut stage = inside().await;
    let told = stage.tells(&occupant("Ali", GONE, &["110", "303"])).await;
    assert_eq!(told, []);
    assert_eq!(
        stage.tells(&occupant("Lis", "", &["110"])).await,
        [joined("Lis")]
    );
    let bob = event(RoomEvent::Gone {
        nick: "Bob".to_owned(),
        renamed: Some("Rob".to_owned()),
    });
    let renamed = occupant("Bob", GONE, &["303"]).replace("</x>", "<item nick='Rob'/></x>");
    assert_eq!(stage.tells(&renamed).await, [bob]);
}

#[tokio::test(start_paused = true)]
async fn my_presence_goes_to_my_rooms_too() {
    let mut stage = inside().await;
    stage
        .ask(Outgoing::Presence {
            idle_since: None,
            availability: Availability::Away,
            status: String::new(),
        })
        .await;
    assert_eq!(stage.recv().await.attr("to"), None);
    let to_room = stage.recv().await;
    assert_eq!(to_room.attr("to"), Some("den@rooms.example.net/Ali"));
    assert_eq!(
        to_room.get_child("show", "jabber:client").unwrap().text(),
        "away"
    );
}

#[tokio::test(start_paused = true)]
async fn a_nick_that_no_address_can_hold_is_refused_here() {
    let mut stage = Stage::online().await;
    stage
        .ask(Outgoing::JoinRoom {
            room: den(),
            nick: String::new(),
            history: 0,
            password: String::new(),
        })
        .await;
    assert!(matches!(
        stage.told().await,
        Incoming::Room {
            event: RoomEvent::Refused { .. },
            ..
        }
    ));
    stage.nothing_written();
}

#[tokio::test(start_paused = true)]
async fn an_invitation_is_declined_through_the_room() {
    let mut stage = Stage::online().await;
    let to = Jid::new("bob@example.net").unwrap();
    stage.ask(Outgoing::DeclineInvite { room: den(), to }).await;
    stage
        .expect(&format!(
            "<message to='den@rooms.example.net'><x xmlns='{USER}'><decline to='bob@example.net'/></x></message>"
        ))
        .await;
}

#[tokio::test(start_paused = true)]
async fn an_inviter_whom_the_room_hides_is_named_and_answered_as_an_occupant() {
    let mut stage = Stage::online().await;
    let invited = stage
        .tells(&format!(
            "<message from='den@rooms.example.net'><x xmlns='{USER}'><invite from='den@rooms.example.net/Bob'/></x>\
             </message>"
        ))
        .await;
    let [Incoming::Invite { from, .. }] = &invited[..] else {
        panic!("{invited:?}")
    };
    assert_eq!(from.as_str(), "den@rooms.example.net/Bob");
    let to = from.clone();
    stage.ask(Outgoing::DeclineInvite { room: den(), to }).await;
    stage
        .expect(&format!(
            "<message to='den@rooms.example.net'><x xmlns='{USER}'><decline to='den@rooms.example.net/Bob'/></x>\
             </message>"
        ))
        .await;
}

#[tokio::test(start_paused = true)]
async fn what_was_said_under_my_nick_before_i_came_in_is_not_mine() {
    let mut stage = joining().await;
    stage.tells(&occupant("Ali", "", &["110"])).await;
    let say = |rest: &str| {
        format!(
            "<message from='den@rooms.example.net/Ali' type='groupchat' id='g1'><body>x</body>{rest}</message>"
        )
    };
    let delayed =
        "<delay xmlns='urn:xmpp:delay' from='den@rooms.example.net' stamp='2026-11-22T10:00:00Z'/>";
    let author = async |stage: &mut Stage, xml: String| match &stage.tells(&xml).await[..] {
        [Incoming::Message(message)] => message.author.clone(),
        other => panic!("{other:?}"),
    };
    let somebody = Author::Occupant {
        nick: "Ali".to_owned(),
    };
    assert_eq!(author(&mut stage, say(delayed)).await, somebody);
    // What I say while the room has not set a subject yet.
    assert_eq!(author(&mut stage, say("")).await, Author::Me);
    stage
        .tells("<message from='den@rooms.example.net' type='groupchat'><subject/></message>")
        .await;
    assert_eq!(author(&mut stage, say("")).await, Author::Me);
    assert_eq!(author(&mut stage, say(delayed)).await, somebody);
}
