//! Rooms that one makes and keeps in order, and who is in them.

use carillon_core::chat::Author;
use carillon_core::ids::ChatRef;
use carillon_core::room::{Affiliation, Moderation, Role, RoomCause, RoomState};
use carillon_core::session::{RoomReply, RoomWish};
use carillon_engine::{Desk, DeskError, RoomAnswer, RoomNow, RoomPlan};
use carillon_tests_servers::{Kind, until_some};
use jid::BareJid;
use std::time::Duration;
use tokio::time::timeout;

use crate::person::Person;
use crate::stage::Stage;

/// An answer that takes longer does not come.
const PATIENCE: Duration = Duration::from_secs(60);

/// Asks, and gives what the room or the server grants.
async fn is_granted(
    person: &Person,
    job: impl FnOnce(&mut Desk) -> Result<RoomAnswer, DeskError> + Send + 'static,
) -> RoomReply {
    let answer = person.does(job).await.expect("it is asked");
    timeout(PATIENCE, answer)
        .await
        .expect("an answer comes")
        .expect("the session lasts")
        .expect("it is granted")
}

pub(crate) async fn wishes(person: &Person, room: &ChatRef, wish: RoomWish) -> RoomReply {
    let room = room.clone();
    is_granted(person, move |desk| {
        desk.ask_room(room.account, &room.jid.to_bare(), wish)
    })
    .await
}

pub(crate) async fn sees_room(
    person: &Person,
    room: &ChatRef,
    what: &str,
    wanted: impl Fn(&RoomNow) -> bool + Clone + Send + 'static,
) -> RoomNow {
    let room = room.clone();
    person
        .sees(&format!("the room {what}"), move |desk| {
            desk.room(&room).unwrap().filter(|now| wanted(now))
        })
        .await
}

/// Bob makes a room, and is in it.
pub(crate) async fn makes(stage: &Stage, bob: &Person, name: &str, public: bool) -> ChatRef {
    let service: BareJid = stage.rooms().parse().unwrap();
    let plan = RoomPlan {
        name: format!("{name} of {}", stage.account("bob").name),
        public,
    };
    let wanted = plan.clone();
    let jid = bob
        .does(move |desk| desk.room_address(&service, &wanted))
        .await
        .unwrap();
    let room = bob.chat(&jid);
    let (made, called) = (room.clone(), plan.name.clone());
    bob.does(move |desk| desk.create_room(&made, plan))
        .await
        .unwrap();
    let now = sees_room(bob, &room, "as mine", move |now| {
        now.state == RoomState::Joined && now.about.name == called
    })
    .await;
    assert_eq!(now.me.unwrap().affiliation, Affiliation::Owner);
    room
}

/// Whether a list names an address; all of its parts are read.
async fn is_listed(person: &Person, of: &ChatRef, wanted: &BareJid) -> bool {
    let mut after = None;
    loop {
        let RoomReply::Items(found) = wishes(person, of, RoomWish::Items { after }).await else {
            panic!("no list came");
        };
        if found.items.iter().any(|item| item.jid == *wanted) {
            return true;
        }
        after = found.more_behind;
        if after.is_none() {
            return false;
        }
    }
}

pub(crate) async fn a_room_is_made_found_kept_in_order_and_closed(stage: Stage) {
    let bob = stage.person("bob").await;
    let mut alice = stage.peer("alice").await;
    let room = makes(&stage, &bob, "Tea", true).await;

    let server = bob.chat(&stage.domain().parse().unwrap());
    let service = bob.chat(&stage.rooms().parse().unwrap());
    assert!(
        is_listed(&bob, &server, &service.jid.to_bare()).await,
        "where rooms are"
    );
    let rooms = wishes(&bob, &service, RoomWish::Service).await;
    assert_eq!(rooms, RoomReply::Service(true));
    // ejabberd leaves a room out of its list that does not say within 100 ms how full it is.
    until_some("the room is found", async || {
        is_listed(&bob, &service, &room.jid.to_bare())
            .await
            .then_some(())
    })
    .await;

    alice.join(room.jid.as_str(), "Alice").await;
    let of = room.clone();
    let seen = bob
        .sees("Alice in the room", move |desk| {
            desk.occupants_after(&of, None, 9)
                .unwrap()
                .into_iter()
                .next()
        })
        .await;
    assert_eq!(
        (seen.nick.as_str(), seen.role),
        ("Alice", Role::Participant)
    );
    assert_eq!(seen.jid.unwrap().as_str(), stage.account("alice").jid);

    wishes(&bob, &room, RoomWish::Topic("Scones".to_owned())).await;
    alice
        .expect("the topic", |it| {
            it.xml().contains("<subject>Scones</subject>")
        })
        .await;
    wishes(&bob, &room, RoomWish::Nick("Robert".to_owned())).await;
    sees_room(&bob, &room, "with my new nick", |now| now.nick == "Robert").await;

    let RoomReply::Settings(form) = wishes(&bob, &room, RoomWish::ReadSettings).await else {
        panic!("no settings came");
    };
    assert!(form.value("muc#roomconfig_roomname").is_some(), "{form:?}");

    // The embedded server has no moderation.
    if stage.kind() != Kind::Embedded {
        let of = room.clone();
        is_granted(&bob, move |desk| {
            desk.moderate(&of, "Alice", Moderation::Kick, "Enough")
        })
        .await;
        alice
            .expect("its end in the room", |it| {
                it.xml().contains("307") && it.xml().contains("Enough")
            })
            .await;
        sees_room(&bob, &room, "without Alice", |now| now.occupants == 1).await;
    }

    let words = "Over".to_owned();
    wishes(&bob, &room, RoomWish::Close { words }).await;
    let now = sees_room(&bob, &room, "closed", |now| {
        matches!(now.state, RoomState::Refused { .. })
    })
    .await;
    let RoomState::Refused { trouble } = now.state else {
        unreachable!();
    };
    assert_eq!(trouble.cause, RoomCause::Closed);
}

pub(crate) async fn a_private_room_lets_in_whom_i_invite(stage: Stage) {
    let bob = stage.person("bob").await;
    let mut alice = stage.peer("alice").await;
    let room = makes(&stage, &bob, "Secrets", false).await;
    // The embedded server's rooms are all open.
    if stage.kind() != Kind::Embedded {
        let now = sees_room(&bob, &room, "as it was wished", |now| {
            now.about.members_only
        })
        .await;
        assert!(now.about.hidden && now.about.persistent, "{now:?}");
        // ejabberd shows it to those who are in it.
        let carol = stage.person("carol").await;
        let service = carol.chat(&stage.rooms().parse().unwrap());
        assert!(
            !is_listed(&carol, &service, &room.jid.to_bare()).await,
            "it is hidden"
        );
    }
    let (of, alices) = (room.clone(), stage.account("alice").jid.parse().unwrap());
    bob.does(move |desk| desk.invite_to_room(&of, vec![alices], "Come in"))
        .await
        .unwrap();
    let address = room.jid.to_string();
    alice
        .expect("the invitation", |it| {
            it.xml().contains("Come in") && it.xml().contains(&address)
        })
        .await;
    alice.join(&address, "Alice").await;
    sees_room(&bob, &room, "with Alice", |now| now.occupants == 2).await;
}

pub(crate) async fn what_i_said_on_another_device_is_mine(stage: Stage) {
    let first = stage.person("bob").await;
    let mut alice = stage.peer("alice").await;
    let room = makes(&stage, &first, "Tea", true).await;
    alice.join(room.jid.as_str(), "Alice").await;
    first.says(&room.jid, "Said on the first").await;
    alice.expect_message("Said on the first").await;

    let second = stage.person("bob").await;
    let joined = room.clone();
    second
        .does(move |desk| desk.enter_room(&joined, "Robert", ""))
        .await
        .unwrap();
    let now = sees_room(&second, &room, "and what it can do", |now| {
        now.state == RoomState::Joined && !now.about.name.is_empty()
    })
    .await;
    let heard = second.receives(&room.jid, "Said on the first").await;
    let marked = now.about.names_occupants;
    assert_eq!(heard.author == Author::Me, marked, "{heard:?} {now:?}");
    assert!(marked || stage.kind() == Kind::Ejabberd, "{now:?}");

    first.says(&room.jid, "And once more").await;
    let heard = second.receives(&room.jid, "And once more").await;
    assert_eq!(heard.author == Author::Me, marked, "{heard:?}");
    let bodies = second.bodies(&room.jid).await;
    assert_eq!(bodies, ["Said on the first", "And once more"], "each once");
}

/// Nothing but what my account keeps tells it (XEP-0490): in a room nobody is told what was read. The embedded server
/// keeps nothing for my devices.
pub(crate) async fn what_i_saw_in_a_room_is_seen_on_my_other_device(stage: Stage) {
    if stage.kind() == Kind::Embedded {
        return;
    }
    let first = stage.person("bob").await;
    let mut alice = stage.peer("alice").await;
    let room = makes(&stage, &first, "Tea", true).await;
    alice.join(room.jid.as_str(), "Alice").await;
    let second = stage.person("bob").await;
    let inside = |now: &RoomNow| now.state == RoomState::Joined && !now.about.name.is_empty();
    sees_room(&second, &room, "without being told", inside).await;

    for said in ["Who reads this?", "And this?"] {
        alice.say_in_room(room.jid.as_str(), said).await;
        let heard = first.receives(&room.jid, said).await;
        second.receives(&room.jid, said).await;
        let (of, other) = (room.clone(), second.chat(&room.jid));
        let unread = second.does(move |desk| desk.reader().unread(&other)).await;
        assert_eq!(unread.unwrap(), 1, "{said}");
        first
            .does(move |desk| desk.mark_seen(&of, heard.id))
            .await
            .unwrap();
        let other = second.chat(&room.jid);
        second
            .sees("what the first has seen", move |desk| {
                (desk.reader().unread(&other).unwrap() == 0).then_some(())
            })
            .await;
    }
}

/// One by one on Prosody (XEP-0402), in one piece on ejabberd (XEP-0048); the embedded server keeps no rooms.
pub(crate) async fn my_account_remembers_the_rooms_that_i_enter(stage: Stage) {
    let first = stage.person("bob").await;
    let room = makes(&stage, &first, "Tea", true).await;
    let still = wishes(&first, &room, RoomWish::WhetherInside).await;
    assert_eq!(still, RoomReply::Done);
    let (key, line) = (
        format!("bookmarks.{}", room.account.0),
        format!("1 {}", room.jid),
    );
    if stage.kind() == Kind::Embedded {
        let kept = first.does(move |desk| desk.reader().meta(&key)).await;
        return assert_eq!(kept.unwrap().unwrap_or_default(), "");
    }
    first
        .sees("that its account keeps the room", move |desk| {
            let kept = desk.reader().meta(&key).unwrap()?;
            kept.contains(&line).then_some(())
        })
        .await;
    let second = stage.person("bob").await;
    let inside = |now: &RoomNow| now.state == RoomState::Joined;
    sees_room(&second, &room, "without being told", inside).await;
}
