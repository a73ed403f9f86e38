//! What comes along besides the contacts: rooms, and what I say of myself.

use super::*;

#[tokio::test(start_paused = true)]
async fn the_new_account_says_of_me_what_the_old_one_said() {
    let (stage, mut old, mut new) = moved(Vec::new()).await;
    begins(&stage, ALL).await.unwrap();
    let request = says_moved(&mut old).await;
    done(&old, request).await;
    let Outgoing::AskPerson {
        request,
        question: PersonQuestion::Card,
        ..
    } = one(&mut old).await
    else {
        panic!("the card is not read");
    };
    let answer = Err(refusal("item-not-found", ""));
    old.hears(Incoming::Person { request, answer }).await;
    let Outgoing::AskPerson {
        request,
        question: PersonQuestion::OldCard,
        ..
    } = one(&mut old).await
    else {
        panic!("the older form is not read");
    };
    let name = CardField {
        kind: CardKind::Name,
        text: "Alice Liddell".to_owned(),
    };
    let place = CardField {
        kind: CardKind::Address,
        text: "Oxford".to_owned(),
    };
    let answer = Ok(PersonAnswer::Card {
        fields: vec![name.clone(), place],
    });
    old.hears(Incoming::Person { request, answer }).await;
    let Outgoing::WriteCard { request, fields } = one(&mut new).await else {
        panic!("the card is not written");
    };
    assert_eq!(fields, [name]);
    done(&new, request).await;
    assert_eq!(
        standing(&stage).await.state,
        MoveState::Finished,
        "no nick, no picture"
    );
}

fn den(nick: &str) -> Bookmark {
    Bookmark {
        room: jid("den@rooms.example.org"),
        name: "Den".to_owned(),
        autojoin: false,
        nick: nick.to_owned(),
        password: String::new(),
        extensions: String::new(),
        notify: None,
    }
}

/// The move of one room, which is on its way to the new account when both links break and come back.
async fn room_on_its_way() -> (Stage, Session, Session) {
    let (mut stage, mut old, mut new) = moved(Vec::new()).await;
    old.hears(Incoming::Bookmarks(vec![den("Ali")])).await;
    let wish = MoveWish {
        rooms: true,
        ..MoveWish::default()
    };
    begins(&stage, wish).await.unwrap();
    let request = says_moved(&mut old).await;
    done(&old, request).await;
    new.says().await;
    assert_eq!(new.bookmarked.len(), 1);
    old.loses_its_link().await;
    new.loses_its_link().await;
    let (mut old, mut new) = sessions(&mut stage).await;
    come_online_as_known(&mut old, &mut new).await;
    (stage, old, new)
}

#[tokio::test(start_paused = true)]
async fn after_a_sign_in_no_room_goes_before_it_is_known_what_both_accounts_keep() {
    let (stage, old, mut new) = room_on_its_way().await;
    let room_step = async || standing(&stage).await.steps[1];
    new.says().await;
    old.hears(Incoming::Bookmarks(vec![den("Ali")])).await;
    new.says().await;
    assert_eq!(new.bookmarked, [], "the new account may have its own");
    assert_eq!(room_step().await.done, 0, "and it is not lost");
    new.hears(Incoming::Bookmarks(vec![den("Lis")])).await;
    new.says().await;
    assert_eq!(new.bookmarked, [], "what it keeps stays");
    assert_eq!(room_step().await.done, 1);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_keeps_no_rooms_holds_no_move_up() {
    let (stage, old, new) = room_on_its_way().await;
    old.hears(Incoming::NoBookmarks).await;
    assert_eq!(standing(&stage).await.state, MoveState::Running);
    new.hears(Incoming::NoBookmarks).await;
    assert_eq!(standing(&stage).await.state, MoveState::Finished);
}

#[tokio::test(start_paused = true)]
async fn what_i_was_called_when_the_move_began_comes_along_after_a_restart() {
    let (stage, mut old, _new) = moved(friends()).await;
    let nick = Told::Nick("Ali".to_owned());
    let from = jid("alice@example.org");
    let told = nick.clone();
    old.hears(Incoming::Told { from, told }).await;
    begins(&stage, ALL).await.unwrap();
    says_moved(&mut old).await;

    let mut stage = stage.restarts_with(both).await;
    let (mut old, mut new) = sessions(&mut stage).await;
    come_online_as_known(&mut old, &mut new).await;
    let said = old.says().await;
    let request = said.iter().find_map(|one| match one {
        Outgoing::SayMoved { request, .. } => Some(*request),
        _ => None,
    });
    done(&old, request.unwrap()).await;
    let mut called = Vec::new();
    loop {
        let said = new.says().await;
        let mut requests = Vec::new();
        for one in said {
            match one {
                Outgoing::RosterSet { request, .. } => requests.push(request),
                Outgoing::Subscription {
                    step: SubscriptionStep::Subscribe(wish),
                    ..
                } => called.push(wish.nick),
                Outgoing::Tell { told, .. } => {
                    assert_eq!(told, nick);
                    assert_eq!(called, ["Ali"]);
                    return;
                }
                _ => {}
            }
        }
        assert!(!requests.is_empty(), "no nick is told");
        for request in requests {
            done(&new, request).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn rooms_come_along_beside_the_nick_that_is_still_there() {
    let (stage, mut old, mut new) = moved(Vec::new()).await;
    let den = jid("den@rooms.example.org");
    let kept = Bookmark {
        room: den.clone(),
        name: "Den".to_owned(),
        autojoin: true,
        nick: "Ali".to_owned(),
        password: "pw".to_owned(),
        extensions: String::new(),
        notify: None,
    };
    old.hears(Incoming::Bookmark(Box::new(kept.clone()))).await;
    let event = joined_as("Ali");
    let room = den.clone();
    old.hears(Incoming::Room { room, event }).await;
    old.says().await;
    let wish = MoveWish {
        rooms: true,
        ..MoveWish::default()
    };
    begins(&stage, wish).await.unwrap();
    let request = says_moved(&mut old).await;
    done(&old, request).await;
    new.says().await;
    let (request, bookmark) = new.bookmarked.remove(0);
    let nick = "Ali_".to_owned();
    assert_eq!(bookmark, Bookmark { nick, ..kept });
    done(&new, request).await;
    let Outgoing::JoinRoom {
        room,
        nick,
        password,
        ..
    } = one(&mut new).await
    else {
        panic!("the room is not entered");
    };
    assert_eq!(
        (room, nick.as_str(), password.as_str()),
        (den, "Ali_", "pw")
    );
    assert_eq!(standing(&stage).await.state, MoveState::Finished);
}
