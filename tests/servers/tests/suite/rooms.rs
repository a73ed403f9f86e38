//! Invitations to rooms, from another client, and what is said there.

use carillon_core::alerts::EventKind;
use carillon_core::chat::{Author, ChatKind, Delivery};
use carillon_core::ids::ChatRef;
use carillon_core::room::{InviteVia, PrivateState, RoomState};
use carillon_tests_servers::Peer;
use jid::BareJid;

use crate::person::Person;
use crate::stage::Stage;

/// Bob, and Alice in a room of hers.
async fn bob_and_a_room(stage: &Stage) -> (Person, Peer, String) {
    let bob = stage.person("bob").await;
    let mut alice = stage.peer("alice").await;
    let room = stage.room("tea");
    alice.join(&room, "Alice").await;
    (bob, alice, room)
}

async fn is_invited(bob: &mut Person, alice: &Peer, room: &str, via: InviteVia) {
    let ring = bob.rings(EventKind::RoomInvite).await;
    assert_eq!(ring.content.text, "The kettle is on");
    let inviter = ring.content.inviter.expect("an inviter");
    // Prosody hides who an occupant is.
    assert!([alice.jid(), "Alice"].contains(&&*inviter), "{inviter}");
    let invites = bob.does(|desk| desk.reader().invites()).await.unwrap();
    assert_eq!(invites.len(), 1);
    assert_eq!(invites[0].room.as_str(), room);
    assert_eq!(invites[0].via, via);
}

async fn accepts(bob: &mut Person) -> ChatRef {
    let chat = bob
        .does(|desk| {
            let invite = desk.reader().invites().unwrap()[0].id;
            desk.accept_invite(invite).unwrap()
        })
        .await;
    is_in(bob, &chat).await;
    let waiting = bob.does(|desk| desk.reader().invites()).await.unwrap();
    assert_eq!(waiting, []);
    chat
}

async fn is_in(bob: &Person, chat: &ChatRef) {
    let chat = chat.clone();
    bob.sees("itself in the room with Alice", move |desk| {
        let room = desk.room(&chat).unwrap()?;
        (room.state == RoomState::Joined && room.occupants == 2).then_some(())
    })
    .await;
}

/// Each says something, and the other hears it.
async fn they_talk(bob: &Person, alice: &mut Peer, room: &BareJid, about: &str) {
    let question = format!("More {about}?");
    alice.say_in_room(room.as_str(), &question).await;
    let heard = bob.receives(room, &question).await;
    let nick = "Alice".to_owned();
    assert_eq!(heard.author, Author::Occupant { nick });

    let answer = format!("I love {about}");
    let said = bob.says(room, &answer).await;
    let received = alice.expect_message(&answer).await;
    assert_eq!(received.text("type"), "groupchat");
    bob.sees_delivery(said, Delivery::Sent).await;
    // The room sends everybody everything, also to who said it.
    alice.say_in_room(room.as_str(), "So do I").await;
    bob.receives(room, "So do I").await;
    let once = bob.bodies(room).await;
    assert_eq!(once, [question, answer, "So do I".to_owned()]);
}

pub(crate) async fn an_invitation_through_the_room_is_accepted(stage: Stage) {
    let (mut bob, mut alice, room) = bob_and_a_room(&stage).await;
    alice
        .invite(&room, bob.jid.as_str(), "The kettle is on")
        .await;
    is_invited(&mut bob, &alice, &room, InviteVia::Mediated).await;

    let chat = accepts(&mut bob).await;
    they_talk(&bob, &mut alice, &chat.bare(), "scones").await;
    let kind = bob.does(move |desk| desk.reader().chat_kind(&chat)).await;
    assert_eq!(kind.unwrap(), Some(ChatKind::Room));
    assert_eq!(bob.rang(), [], "what is said in a room does not ring");
}

pub(crate) async fn an_invitation_past_the_room_is_accepted(stage: Stage) {
    let (mut bob, mut alice, room) = bob_and_a_room(&stage).await;
    alice
        .invite_directly(&room, bob.jid.as_str(), "The kettle is on")
        .await;
    is_invited(&mut bob, &alice, &room, InviteVia::Direct).await;

    let chat = accepts(&mut bob).await;
    they_talk(&bob, &mut alice, &chat.bare(), "jam").await;
}

pub(crate) async fn an_invitation_is_declined(stage: Stage) {
    let (mut bob, mut alice, room) = bob_and_a_room(&stage).await;
    alice
        .invite(&room, bob.jid.as_str(), "The kettle is on")
        .await;
    is_invited(&mut bob, &alice, &room, InviteVia::Mediated).await;

    bob.does(|desk| {
        let invite = desk.reader().invites().unwrap()[0].id;
        desk.decline_invite(invite).unwrap();
    })
    .await;

    let bobs = bob.jid.to_string();
    alice
        .expect("Bob's regrets", |it| {
            it.text("from") == room && it.xml().contains("<decline") && it.xml().contains(&bobs)
        })
        .await;
    let waiting = bob.does(|desk| desk.reader().invites()).await.unwrap();
    assert_eq!(waiting, []);
    let rooms = bob.does(|desk| desk.reader().chats()).await.unwrap();
    assert_eq!(rooms, [], "a room that was not entered is no chat");
}

pub(crate) async fn a_room_is_entered_again_after_a_restart(stage: Stage) {
    let (mut bob, mut alice, room) = bob_and_a_room(&stage).await;
    alice
        .invite(&room, bob.jid.as_str(), "The kettle is on")
        .await;
    is_invited(&mut bob, &alice, &room, InviteVia::Mediated).await;
    let chat = accepts(&mut bob).await;
    they_talk(&bob, &mut alice, &chat.bare(), "cream").await;
    let before = bob.bodies(&chat.jid).await;

    let at_home = bob.leaves().await;
    let bob = at_home.signs_in().await;
    is_in(&bob, &chat).await;
    alice.say_in_room(&room, "Welcome back").await;
    bob.receives(&chat.jid, "Welcome back").await;
    // The room repeats what was said before, and it is there once all the same.
    let expected = [before, vec!["Welcome back".to_owned()]].concat();
    assert_eq!(bob.bodies(&chat.jid).await, expected);
}

/// What other clients put beside what is for one alone.
const MARK: &str = "<x xmlns='http://jabber.org/protocol/muc#user'/>";

async fn sees_state(bob: &Person, chat: &ChatRef, wanted: PrivateState) {
    let chat = chat.clone();
    bob.sees(&format!("{wanted:?} in {chat:?}"), move |desk| {
        let now = desk.private(&chat).unwrap()?;
        (now.state == wanted).then_some(())
    })
    .await;
}

pub(crate) async fn two_in_a_room_talk_alone(stage: Stage) {
    let (mut bob, mut alice, room) = bob_and_a_room(&stage).await;
    alice
        .invite(&room, bob.jid.as_str(), "The kettle is on")
        .await;
    is_invited(&mut bob, &alice, &room, InviteVia::Mediated).await;
    let tea = accepts(&mut bob).await;
    let of = tea.clone();
    let nick = bob.does(move |desk| desk.room(&of).unwrap().unwrap().nick);
    let bobs = format!("{room}/{}", nick.await);
    let hers = ChatRef {
        account: tea.account,
        jid: format!("{room}/Alice").parse().unwrap(),
    };
    bob.forgets();

    alice.message_with(&bobs, "Psst", MARK).await;
    let heard = bob.receives(&hers.jid, "Psst").await;
    let nick = "Alice".to_owned();
    assert_eq!(heard.author, Author::Occupant { nick });
    let ring = bob.rings(EventKind::Message).await;
    assert_eq!(ring.event.chat(), Some(hers.clone()));
    sees_state(&bob, &hers, PrivateState::Ready).await;
    let said = bob.says(&hers.jid, "Yes?").await;
    let received = alice.expect_message("Yes?").await;
    assert_eq!(
        (received.text("type"), received.text("from")),
        ("chat", &*bobs)
    );
    bob.sees_delivery(said, Delivery::Sent).await;
    assert_eq!(
        bob.bodies(&tea.jid).await,
        [""; 0],
        "the room hears nothing of it"
    );

    // Where there is an archive, it brings them back as they were, and none of them twice.
    let at_home = bob.leaves().await;
    let bob = at_home.signs_in().await;
    is_in(&bob, &tea).await;
    assert_eq!(bob.bodies(&hers.jid).await, ["Psst", "Yes?"]);
    assert_eq!(bob.bodies(&tea.jid).await, [""; 0]);
    let people = bob.does(|desk| desk.reader().chats()).await.unwrap();
    let kinds: Vec<_> = people.iter().map(|chat| chat.kind).collect();
    assert!(!kinds.contains(&ChatKind::Contact), "{people:?}");

    let leaves = format!("<presence to='{room}/Alice' type='unavailable'/>");
    alice.raw(&leaves).await;
    sees_state(&bob, &hers, PrivateState::Gone).await;
}
