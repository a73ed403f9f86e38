//! Who is what to a room, and who may change it.

use crate::stage::{Session, Stage, jid, occupant};
use carillon_core::room::{Affiliated, Affiliation, AffiliationList, Occupant, Role};
use carillon_core::session::{Incoming, Outgoing, RoomEvent, RoomReply, RoomWish};
use carillon_engine::{DeskError, RoomAnswer};

const ROOM: &str = "tea@rooms.example.org";

/// Alice is in the room as that.
async fn inside(affiliation: Affiliation) -> (Stage, Session) {
    let (mut stage, mut session) = Stage::online().await;
    let room = stage.chat(ROOM);
    stage.call(move |desk| desk.join_room(&room)).await.unwrap();
    let me = Occupant {
        role: Role::Moderator,
        affiliation,
        ..occupant("alice")
    };
    let event = RoomEvent::Joined {
        me: Box::new(me),
        created: false,
    };
    let room = jid(ROOM);
    session.hears(Incoming::Room { room, event }).await;
    session.says().await;
    stage.told().await;
    (stage, session)
}

/// What is asked of the room, with its number.
async fn asked(session: &mut Session) -> Vec<(u64, RoomWish)> {
    let said = session.says().await;
    said.into_iter()
        .filter_map(|one| match one {
            Outgoing::Room {
                request,
                room,
                wish,
            } if room == jid(ROOM) => Some((request, *wish)),
            _ => None,
        })
        .collect()
}

async fn makes(
    stage: &Stage,
    who: &'static str,
    affiliation: Affiliation,
) -> Result<RoomAnswer, DeskError> {
    let room = stage.chat(ROOM);
    stage
        .call(move |desk| desk.set_affiliation(&room, jid(who), affiliation, "because"))
        .await
}

#[tokio::test(start_paused = true)]
async fn a_list_is_asked_of_the_room_and_handed_on() {
    let (stage, mut session) = inside(Affiliation::Admin).await;
    let wish = RoomWish::People(Affiliation::Member);
    let room = stage.chat(ROOM);
    let answer = stage
        .call(move |desk| desk.ask_room(room.account, &room.bare(), wish))
        .await
        .unwrap();
    let questions = asked(&mut session).await;
    let [(request, RoomWish::People(Affiliation::Member))] = questions.as_slice() else {
        panic!("{questions:?}");
    };
    let bob = Affiliated {
        jid: jid("bob@example.org"),
        nick: String::new(),
        words: String::new(),
    };
    let list = AffiliationList {
        people: vec![bob],
        left_out: 0,
    };
    session
        .hears(Incoming::RoomAnswer {
            request: *request,
            answer: Ok(RoomReply::People(list.clone())),
        })
        .await;
    assert_eq!(answer.await.unwrap(), Ok(RoomReply::People(list)));
}

#[tokio::test(start_paused = true)]
async fn an_owner_makes_owners_and_an_admin_does_not() {
    let (stage, mut session) = inside(Affiliation::Owner).await;
    makes(&stage, "bob@example.org", Affiliation::Owner)
        .await
        .unwrap();
    let wanted = RoomWish::Affiliation {
        jid: jid("bob@example.org"),
        affiliation: Affiliation::Owner,
        words: "because".to_owned(),
    };
    let wishes = asked(&mut session).await;
    assert_eq!(
        wishes.iter().map(|(_, wish)| wish).collect::<Vec<_>>(),
        [&wanted]
    );

    let (stage, mut session) = inside(Affiliation::Admin).await;
    for above in [Affiliation::Owner, Affiliation::Admin] {
        let refused = makes(&stage, "bob@example.org", above).await;
        assert!(matches!(refused, Err(DeskError::Gone)));
    }
    assert_eq!(asked(&mut session).await, []);
    for below in [Affiliation::Member, Affiliation::Outcast, Affiliation::None] {
        makes(&stage, "bob@example.org", below).await.unwrap();
    }
    assert_eq!(asked(&mut session).await.len(), 3);
}

#[tokio::test(start_paused = true)]
async fn who_is_no_admin_changes_nothing() {
    let (stage, mut session) = inside(Affiliation::Member).await;
    let refused = makes(&stage, "bob@example.org", Affiliation::Outcast).await;
    assert!(matches!(refused, Err(DeskError::Gone)));
    assert_eq!(asked(&mut session).await, []);
}
