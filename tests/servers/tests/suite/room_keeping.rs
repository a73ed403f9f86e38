//! What owners and admins do with a room: its picture, and who is what to it.

use carillon_core::avatar::{AvatarHash, OwnPicture};
use carillon_core::files::Picture;
use carillon_core::ids::ChatRef;
use carillon_core::room::{Affiliation, RoomState};
use carillon_core::session::{RoomReply, RoomWish};
use carillon_engine::Output;
use carillon_tests_servers::Kind;
use jid::BareJid;

use crate::files::a_picture;
use crate::own_rooms::{makes, sees_room, wishes};
use crate::person::Person;
use crate::stage::Stage;

/// Takes the picture that the room shows, as the resident would.
async fn is_brought(person: &mut Person, png: &[u8]) -> AvatarHash {
    let picture = person
        .is_told("the room's picture", |output| match output {
            Output::Picture(picture) if picture.bytes == png => Some(picture.clone()),
            _ => None,
        })
        .await;
    let hash = picture.hash;
    person
        .does(move |desk| desk.picture_is_kept(picture.account, picture.request, true))
        .await;
    hash
}

async fn sees_picture(person: &Person, room: &ChatRef, wanted: Option<AvatarHash>) {
    let room = room.clone();
    person
        .sees("the room's picture in the list", move |desk| {
            let listed = desk.reader().chat(&room).unwrap()?;
            (listed.avatar == wanted).then_some(())
        })
        .await;
}

/// Set by its owner, learnt by who is in it and by who comes in, taken away again (XEP-0486). The embedded server's rooms
/// have none.
pub(crate) async fn a_room_shows_its_picture(stage: Stage) {
    if stage.kind() == Kind::Embedded {
        return;
    }
    let mut bob = stage.person("bob").await;
    let room = makes(&stage, &bob, "Tea", true).await;
    sees_room(&bob, &room, "that can have pictures", |now| {
        now.about.pictures
    })
    .await;
    let png = a_picture()[..3_000].to_vec();
    let picture = OwnPicture {
        bytes: png.clone(),
        picture: Picture {
            width: 192,
            height: 192,
            media_type: "image/png",
        },
    };
    let shown = wishes(&bob, &room, RoomWish::ShowPicture(Some(picture))).await;
    assert_eq!(shown, RoomReply::Done);
    let hash = is_brought(&mut bob, &png).await;
    sees_picture(&bob, &room, Some(hash)).await;

    let mut carol = stage.person("carol").await;
    let hers = carol.chat(&room.jid);
    let joined = hers.clone();
    carol
        .does(move |desk| desk.join_room(&joined))
        .await
        .unwrap();
    assert_eq!(is_brought(&mut carol, &png).await, hash);
    sees_picture(&carol, &hers, Some(hash)).await;

    let taken = wishes(&bob, &room, RoomWish::ShowPicture(None)).await;
    assert_eq!(taken, RoomReply::Done);
    sees_picture(&bob, &room, None).await;
    sees_picture(&carol, &hers, None).await;
}

async fn listed(person: &Person, room: &ChatRef, affiliation: Affiliation) -> Vec<String> {
    let RoomReply::People(list) = wishes(person, room, RoomWish::People(affiliation)).await else {
        panic!("no list came");
    };
    list.people.iter().map(|one| one.jid.to_string()).collect()
}

async fn makes_into(person: &Person, room: &ChatRef, who: &BareJid, affiliation: Affiliation) {
    let (room, who) = (room.clone(), who.clone());
    let answer = person
        .does(move |desk| desk.set_affiliation(&room, who, affiliation, "because"))
        .await
        .expect("it is asked");
    let answer = answer.await.expect("the session lasts");
    assert_eq!(answer, Ok(RoomReply::Done));
}

/// The embedded server keeps no such lists.
pub(crate) async fn a_room_s_lists_are_read_and_changed(stage: Stage) {
    if stage.kind() == Kind::Embedded {
        return;
    }
    let bob = stage.person("bob").await;
    let room = makes(&stage, &bob, "Tea", true).await;
    let me = bob.jid.to_string();
    assert_eq!(listed(&bob, &room, Affiliation::Owner).await, [me.as_str()]);
    let carol: BareJid = stage.account("carol").jid.parse().unwrap();
    let ranks = [
        Affiliation::Member,
        Affiliation::Admin,
        Affiliation::Outcast,
    ];
    for affiliation in ranks {
        makes_into(&bob, &room, &carol, affiliation).await;
        for other in ranks {
            let found = listed(&bob, &room, other).await;
            let there = found.contains(&carol.to_string());
            assert_eq!(there, other == affiliation, "{affiliation:?} {found:?}");
        }
    }
    makes_into(&bob, &room, &carol, Affiliation::None).await;
    for affiliation in ranks {
        assert_eq!(listed(&bob, &room, affiliation).await, Vec::<String>::new());
    }

    // The last owner stays one.
    let (of, mine) = (room.clone(), bob.jid.clone());
    let answer = bob
        .does(move |desk| desk.set_affiliation(&of, mine, Affiliation::Member, ""))
        .await
        .expect("it is asked");
    let refused = answer.await.expect("the session lasts").unwrap_err();
    let known = ["conflict", "not-allowed", "forbidden"];
    assert!(known.contains(&refused.condition.as_str()), "{refused:?}");
    let now = sees_room(&bob, &room, "as before", |now| {
        now.state == RoomState::Joined
    })
    .await;
    assert_eq!(now.me.unwrap().affiliation, Affiliation::Owner);
}
