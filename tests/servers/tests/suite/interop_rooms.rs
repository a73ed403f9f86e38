//! The same in a room, where it is the room's names for messages that count, and the ways into one.

use carillon_core::alerts::EventKind;
use carillon_core::chat::Author;
use carillon_core::ids::ChatRef;
use carillon_core::reply::Reply;
use carillon_core::room::InviteVia;
use carillon_core::session::RoomWish;
use carillon_tests_servers::Happened;
use serde_json::json;

use crate::interop::Two;
use crate::own_rooms::{makes, sees_room, wishes};
use crate::stage::Stage;

pub(crate) async fn they_meet(stage: &Stage, two: &mut Two) {
    let public = makes(stage, &two.bob, "Tea", true).await;
    let private = makes(stage, &two.bob, "Secrets", false).await;
    // Until then he would invite past it.
    sees_room(&two.bob, &private, "as it was wished", |now| {
        now.about.members_only
    })
    .await;
    for (room, event) in [
        (&public, "groupchat_direct_invite"),
        (&private, "groupchat_invite"),
    ] {
        is_invited_by_bob(two, room, event).await;
    }
    talk(two, &public).await;
    two.bob.forgets();
    let hers = stage.room("parlour");
    two.peer.join(&hers, "Carol").await;
    for via in [InviteVia::Mediated, InviteVia::Direct] {
        invites_bob(two, &hers, via).await;
    }
}

async fn is_invited_by_bob(two: &mut Two, room: &ChatRef, event: &str) {
    let (of, carol) = (room.clone(), two.carol.clone());
    two.bob
        .does(move |desk| desk.invite_to_room(&of, vec![carol], "The kettle is on"))
        .await
        .unwrap();
    let address = room.jid.to_string();
    let heard = two
        .peer
        .understands(event, |it| it.text("room") == address)
        .await;
    assert_eq!(heard.text("reason"), "The kettle is on");
    two.peer.join(&address, "Carol").await;
    sees_room(&two.bob, room, "with Carol", |now| now.occupants == 2).await;
}

async fn invites_bob(two: &mut Two, room: &str, via: InviteVia) {
    let words = "The kettle is on";
    match via {
        InviteVia::Mediated => two.peer.invite(room, &two.bobs, words).await,
        InviteVia::Direct => two.peer.invite_directly(room, &two.bobs, words).await,
    }
    let ring = two.bob.rings(EventKind::RoomInvite).await;
    assert_eq!(ring.content.text, words);
    let invites = two.bob.does(|desk| desk.reader().invites()).await.unwrap();
    let [invite] = &invites[..] else {
        panic!("{invites:?}")
    };
    assert_eq!((invite.room.as_str(), invite.via), (room, via));
    let id = invite.id;
    two.bob
        .does(move |desk| desk.decline_invite(id))
        .await
        .unwrap();
}

async fn talk(two: &mut Two, room: &ChatRef) {
    let address = room.jid.to_string();
    let groupchat = "groupchat";
    wishes(&two.bob, room, RoomWish::Topic("Scones".to_owned())).await;
    two.peer
        .understands("groupchat_subject", |it| it.text("subject") == "Scones")
        .await;
    let nick = sees_room(&two.bob, room, "with me", |now| now.me.is_some())
        .await
        .nick;

    two.peer.say_in_room(&address, "Tea at five?").await;
    let question = heard_in(two, &address, "Tea at five?").await;
    let asked = two.bob.receives(&room.jid, "Tea at five?").await;
    assert_eq!(
        asked.author,
        Author::Occupant {
            nick: "Carol".to_owned()
        }
    );

    let answer = two
        .bob_answers(&room.jid.to_bare(), "Gladly", asked.id)
        .await;
    let answered = two
        .carol_understands("message_reply", question.text("stanza_id"))
        .await;
    assert_eq!(answered.text("body"), "Gladly");
    assert_eq!(answered.text("quote"), "> Carol:\n> Tea at five?\n");
    assert_eq!(answered.text("author"), format!("{address}/Carol"));
    let gladly = heard_in(two, &address, "> Carol:\n> Tea at five?\nGladly").await;
    assert_eq!(gladly.text("nick"), nick);
    let said = json!({"to": address, "body": "With jam", "about": gladly.text("stanza_id"),
        "author": format!("{address}/{nick}"), "quote": "Gladly", "type": groupchat});
    two.peer.does("reply", said).await;
    let with_jam = two.bob.receives(&room.jid, "With jam").await;
    let Some(Reply::Known { message, .. }) = with_jam.reply else {
        panic!("{with_jam:?}")
    };
    assert_eq!(message, answer);
    let jam = two
        .peer
        .understands("groupchat_message", |it| {
            it.text("body").ends_with("With jam")
        })
        .await;

    two.bob_reacts(asked.id, &["👍"]).await;
    let given = two
        .carol_understands("reactions", question.text("stanza_id"))
        .await;
    assert_eq!(given.text("signs"), "👍");
    let said = json!({"to": address, "about": gladly.text("stanza_id"), "signs": ["🎉"], "type": groupchat});
    two.peer.does("react", said).await;
    let felt = two
        .bob_sees_change(answer, "what Carol feels", |it| !it.reactions.is_empty())
        .await;
    assert_eq!(
        (felt.reactions[0].emoji.as_str(), felt.reactions[0].mine),
        ("🎉", false)
    );

    two.bob_corrects(answer, "Gladly, at six").await;
    let corrected = two
        .carol_understands("message_correction", gladly.text("id"))
        .await;
    assert!(
        corrected.text("body").ends_with("Gladly, at six"),
        "{corrected:?}"
    );
    let said =
        json!({"to": address, "about": jam.text("id"), "body": "With butter", "type": groupchat});
    two.peer.does("correct", said).await;
    two.bob_sees_change(with_jam.id, "Carol's other words", |it| {
        it.body == "With butter"
    })
    .await;

    two.bob_retracts(answer).await;
    two.carol_understands("message_retract", gladly.text("stanza_id"))
        .await;
    let said = json!({"to": address, "about": jam.text("stanza_id"), "type": groupchat});
    two.peer.does("retract", said).await;
    two.bob_sees_change(with_jam.id, "that Carol took it back", |it| it.retracted)
        .await;
    let all = two.bob.history(&room.jid).await;
    assert_eq!(all.len(), 3, "nothing of it is a message: {all:?}");
}

/// The room's words, as the peer heard them back from it.
async fn heard_in(two: &mut Two, room: &str, body: &str) -> Happened {
    two.peer
        .understands("groupchat_message", |it| {
            it.text("body") == body && it.text("from").starts_with(room)
        })
        .await
}
