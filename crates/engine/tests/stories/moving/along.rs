//! What comes along besides the contacts: rooms, and what I say of myself.

use super::*;

#[tokio::test(start_paused = true)]
async fn the_new_account_says_of_me_what_the_old_one_said() {
    let (stage, mut old, mut new) = moved(Vec::new()).await;
    begins(&stage, ALL).await.unwrap();
    let request = says_moved(&mut old).await;
    done(&old, request).await;
    for question in [PersonQuestion::Nick, PersonQuestion::Card] {
        let request = asked(&mut old, question).await;
        let answer = Err(refusal("item-not-found", ""));
        old.hears(Incoming::Person { request, answer }).await;
    }
    let request = asked(&mut old, PersonQuestion::OldCard).await;
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

/// The one thing that the old account is asked of me.
async fn asked(session: &mut Session, wanted: PersonQuestion) -> u64 {
    match one(session).await {
        Outgoing::AskPerson {
            request, question, ..
        } if question == wanted => request,
        other => panic!("{wanted:?}: {other:?}"),
    }
}

/// A move without contacts and rooms, once the old account has said where I go.
async fn said_so(stage: &Stage, old: &mut Session) {
    begins(stage, ALL).await.unwrap();
    let request = says_moved(old).await;
    done(old, request).await;
}

#[tokio::test(start_paused = true)]
async fn what_i_am_called_is_asked_of_a_server_that_does_not_tell_it_by_itself() {
    let (stage, mut old, mut new) = moved(Vec::new()).await;
    said_so(&stage, &mut old).await;
    let request = asked(&mut old, PersonQuestion::Nick).await;
    let nick = "Ali".to_owned();
    let answer = Ok(PersonAnswer::Nick { nick: nick.clone() });
    old.hears(Incoming::Person { request, answer }).await;
    let Outgoing::Tell { request, told } = one(&mut new).await else {
        panic!("the nick is not told");
    };
    assert_eq!(told, Told::Nick(nick));
    done(&new, request).await;
    asked(&mut old, PersonQuestion::Card).await;
}

/// A picture as others make it: no square, and no PNG.
const PHOTO: &[u8] = b"\xff\xd8\xff\xc0\0\x11\x08\0\x78\0\xa0";

#[tokio::test(start_paused = true)]
async fn my_picture_comes_along_as_it_is_also_when_it_was_taken_off_meanwhile() {
    let (stage, mut old, mut new) = moved(Vec::new()).await;
    let from = jid("alice@example.org");
    let hash = AvatarHash([7; 20]);
    let source = AvatarSource::Pep;
    let shows = |hash| Incoming::Avatar {
        from: from.clone(),
        source,
        hash,
    };
    old.hears(shows(Some(hash))).await;
    let Outgoing::Picture { request, .. } = one(&mut old).await else {
        panic!("it is not fetched");
    };
    let alice = stage.alice;
    let bytes = Some(PHOTO.to_vec());
    old.hears(Incoming::Picture { request, bytes }).await;
    stage
        .call(move |desk| desk.picture_is_kept(alice, request, true))
        .await;
    said_so(&stage, &mut old).await;
    old.hears(shows(None)).await;
    for question in [
        PersonQuestion::Nick,
        PersonQuestion::Card,
        PersonQuestion::OldCard,
    ] {
        let request = asked(&mut old, question).await;
        let answer = Err(refusal("item-not-found", ""));
        old.hears(Incoming::Person { request, answer }).await;
    }
    let Outgoing::Picture {
        request, avatar, ..
    } = one(&mut old).await
    else {
        panic!("the picture is not read");
    };
    assert_eq!(avatar, Avatar { hash, source });
    let bytes = Some(PHOTO.to_vec());
    old.hears(Incoming::Picture { request, bytes }).await;
    let Outgoing::ShowPicture { picture, .. } = one(&mut new).await else {
        panic!("the picture is not shown");
    };
    let picture = picture.unwrap();
    assert_eq!(picture.bytes, PHOTO);
    let read = picture.picture;
    assert_eq!((read.width, read.height), (160, 120));
    assert_eq!(read.media_type, "image/jpeg");
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
