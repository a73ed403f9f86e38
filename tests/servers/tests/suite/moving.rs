//! Alice moves to another account, and Bob takes her over.

use carillon_core::alerts::EventKind;
use carillon_core::connection::Proxy;
use carillon_core::contact::Subscription;
use carillon_core::ids::{AccountId, ChatRef};
use carillon_core::moving::{AccountMove, MoveClaim, MoveState, MoveWish};
use carillon_core::person::PersonQuestion;
use carillon_core::room::RoomState;
use carillon_core::settings::{AccountSettings, SecretStore};
use carillon_engine::{DeskError, Line};
use carillon_tests_servers::{DEADLINE, Kind};
use jid::BareJid;
use tokio::time::timeout;

use crate::person::Person;
use crate::stage::Stage;

/// The second account of a profile.
const SECOND: AccountId = AccountId(2);

/// Alice signs in with Carol's account too, which is hers here.
async fn signs_in_twice(alice: &mut Person, stage: &Stage) -> BareJid {
    let new: BareJid = stage.account("carol").jid.parse().unwrap();
    let settings = AccountSettings {
        connect: Some(stage.url().to_owned()),
        secret: SecretStore::File,
        proxy: Proxy::Direct,
        ..AccountSettings::new(new.clone())
    };
    alice.chooses(|chosen| chosen.accounts.push(settings)).await;
    alice
        .sees("both accounts online", |desk| {
            let states = desk.account_states();
            let online = states.iter().all(|one| matches!(one.line, Line::Online(_)));
            (states.len() == 2 && online).then_some(())
        })
        .await;
    new
}

async fn moves(alice: &Person, wish: MoveWish) -> AccountMove {
    let id = alice.id;
    alice
        .does(move |desk| desk.begin_move(id, SECOND, wish))
        .await
        .unwrap();
    alice
        .sees("the end of the move", |desk| {
            let moving = desk.account_states().swap_remove(0).moving?;
            (moving.state != MoveState::Running).then_some(moving)
        })
        .await
}

pub(crate) async fn a_contact_takes_over_who_has_moved(stage: Stage) {
    let (mut alice, mut bob) = stage.friends().await;
    let old = alice.jid.clone();
    let known = bob.chat(&old);
    bob.asks(move |desk| desk.change_contact(&known, "Ali", &["Wonderland".to_owned()]))
        .await;
    let hers = alice.chat(&bob.jid);
    alice
        .asks(move |desk| desk.change_contact(&hers, "Bobby", &["Friends".to_owned()]))
        .await;
    let room = alice.chat(&stage.room("tea").parse().unwrap());
    let entered = room.clone();
    alice
        .does(move |desk| desk.enter_room(&entered, "Alice", ""))
        .await
        .unwrap();
    let inside = |chat: ChatRef| {
        move |desk: &carillon_engine::Desk| {
            let now = desk.room(&chat).unwrap()?;
            (now.state == RoomState::Joined).then_some(now)
        }
    };
    alice.sees("itself in the room", inside(room.clone())).await;

    let new = signs_in_twice(&mut alice, &stage).await;
    let wish = MoveWish {
        rooms: true,
        profile: true,
        alerts: false,
    };
    let moved = moves(&alice, wish).await;
    if stage.kind() == Kind::Embedded {
        // It has no personal eventing: nothing can be said there, so nobody is told.
        assert_eq!(moved.state, MoveState::Stopped, "{moved:?}");
        return assert_eq!(moved.troubles.len(), 1);
    }
    assert_eq!(
        (moved.state, &moved.troubles),
        (MoveState::Finished, &vec![])
    );
    let there = ChatRef {
        account: SECOND,
        jid: room.jid,
    };
    let now = alice
        .sees("its other self in the room", inside(there))
        .await;
    assert_eq!(now.nick, "Alice_");

    let ring = bob.rings(EventKind::ContactRequest).await;
    assert_eq!(ring.event.jid.as_ref(), Some(&new));
    let claim = bob
        .sees("that she was Alice", |desk| {
            let requests = desk.reader().contact_requests().unwrap();
            requests
                .into_iter()
                .find_map(|one| one.moved)
                .filter(|claim| claim.proven)
        })
        .await;
    assert_eq!(claim.from, old);
    let contact = bob.chat(&new);
    bob.asks(move |desk| desk.take_over(&contact)).await;
    bob.is_friend_of(&new).await;
    let contact = bob.contact(&new).await.unwrap();
    assert_eq!(
        (contact.name.as_str(), contact.groups),
        ("Ali", vec!["Wonderland".to_owned()])
    );
    // The old address brings nobody else.
    bob.sees_contact(
        &old,
        "as gone, and as who sees me no more",
        move |contact| {
            contact.moved_to.as_ref() == Some(&new) && contact.subscription == Subscription::To
        },
    )
    .await;
    let bobs = ChatRef {
        account: SECOND,
        jid: bob.jid.clone().into(),
    };
    let contact = alice
        .sees("Bob as a friend of the new account", move |desk| {
            desk.contact(&bobs)
                .filter(|contact| contact.subscription == Subscription::Both)
        })
        .await;
    assert_eq!(
        (contact.name.as_str(), contact.groups),
        ("Bobby", vec!["Friends".to_owned()])
    );
}

pub(crate) async fn who_says_that_they_were_alice_is_not_believed(stage: Stage) {
    let (alice, mut bob) = stage.friends().await;
    let mut mallory = stage.peer("carol").await;
    let new: BareJid = stage.account("carol").jid.parse().unwrap();
    let (to, old) = (bob.jid.clone(), alice.jid.clone());
    let claim = format!(
        "<presence xmlns='jabber:client' type='subscribe' to='{to}'><moved xmlns='urn:xmpp:moved:1'>\
         <old-jid>{old}</old-jid></moved></presence>"
    );
    mallory.raw(&claim).await;
    bob.rings(EventKind::ContactRequest).await;
    // What her account is asked next it answers next: it has said by then that it says nothing.
    let hers = bob.chat(&old);
    let card = bob
        .does(move |desk| desk.ask_person(&hers, None, PersonQuestion::Card))
        .await
        .unwrap();
    timeout(DEADLINE, card).await.unwrap().unwrap().ok();
    let requests = bob.does(|desk| desk.reader().contact_requests()).await;
    let claim = requests.unwrap().remove(0).moved;
    let (from, proven) = (old, false);
    assert_eq!(claim, Some(MoveClaim { from, proven }));
    let claimed = bob.chat(&new);
    let taken = bob
        .does(move |desk| desk.take_over(&claimed).map(drop))
        .await;
    assert_eq!(taken, Err(DeskError::Gone), "nothing was proven");
}
