//! Reactions and retractions: what says something only of another message.

use super::changes::{ROOM, copied, in_room, mark, message};
use super::stage::{ME, Stage};
use carillon_core::chat::Author;
use carillon_core::session::{About, Change, Outgoing};
use jid::BareJid;

fn given(attributes: &str, of: &str, signs: &str, rest: &str) -> String {
    format!(
        "<message {attributes}><reactions xmlns='urn:xmpp:reactions:0' id='{of}'>{signs}</reactions>{rest}</message>"
    )
}

fn signs(of: &str, signs: &[&str]) -> Option<About> {
    Some(About {
        target: of.to_owned(),
        change: Change::Reactions(signs.iter().map(|sign| (*sign).to_owned()).collect()),
    })
}

#[tokio::test(start_paused = true)]
async fn reactions_are_told_without_words_and_only_signs() {
    let mut stage = Stage::online().await;
    let bob = "from='bob@example.net/x' type='chat' id='r1'";
    let two = "<reaction>👍</reaction><reaction>🎉</reaction>";
    let told = message(&mut stage, &given(bob, "m1", two, "")).await;
    assert_eq!(
        (told.about, told.body.as_str()),
        (signs("m1", &["👍", "🎉"]), "")
    );
    let none = message(&mut stage, &given(bob, "m1", "", "")).await;
    assert_eq!(none.about, signs("m1", &[]));
    let no_signs = "<reaction>yes</reaction><reaction>&lt;b&gt;</reaction><reaction/><reaction>👍</reaction>\
        <reaction>👍</reaction>";
    let told = message(&mut stage, &given(bob, "m1", no_signs, "")).await;
    assert_eq!(told.about, signs("m1", &["👍"]));
    let words = "<body>&gt; Hello\n👍</body><fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:reactions:0'/>";
    let told = message(&mut stage, &given(bob, "m1", two, words)).await;
    assert_eq!(
        (told.about, told.body.as_str()),
        (signs("m1", &["👍", "🎉"]), "")
    );
    for hidden in [
        "<body>words</body>",
        "<body>words</body><fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:reply:0'/>",
    ] {
        let told = message(&mut stage, &given(bob, "m1", two, hidden)).await;
        assert_eq!(
            (told.about, told.body.as_str()),
            (None, "words"),
            "words are not lost"
        );
    }
    let mut n = 0;
    for (of, more) in [
        ("r1", ""),
        ("", ""),
        ("m1", "<reactions xmlns='urn:xmpp:reactions:0' id='m2'/>"),
    ] {
        assert_eq!(stage.tells(&given(bob, of, two, more)).await, []);
        n += 1;
    }
    let to_bob = given(
        "from='bob@example.net/x' to='mallory@evil.example' id='r1'",
        "m1",
        two,
        "",
    );
    let mine = given(
        "from='alice@example.org/other' to='bob@example.net' id='r1'",
        "m1",
        two,
        "",
    );
    let forged =
        copied("sent", &mine).replacen(&format!("from='{ME}'"), "from='mallory@evil.example'", 1);
    for xml in [
        to_bob,
        forged,
        given(
            "from='choir@rooms.example.net/bob' type='groupchat' id='r1'",
            "m1",
            two,
            "",
        ),
    ] {
        assert_eq!(stage.tells(&xml).await, []);
        n += 1;
    }
    println!("forged reactions accepted: 0 of {n}");
    let mine = message(&mut stage, &copied("sent", &mine)).await;
    assert_eq!(
        (mine.author, mine.about),
        (Author::Me, signs("m1", &["👍", "🎉"]))
    );
}

#[tokio::test(start_paused = true)]
async fn in_a_room_reactions_tell_who_gave_them() {
    let mut stage = Stage::online().await;
    in_room(&mut stage, "<feature var='urn:xmpp:occupant-id:0'/>").await;
    let bob = format!("from='{ROOM}/bob' type='groupchat' id='r1'");
    let told = message(
        &mut stage,
        &given(&bob, "s1", "<reaction>👍</reaction>", &mark("b1")),
    )
    .await;
    assert_eq!(
        (told.about, told.occupant.as_deref()),
        (signs("s1", &["👍"]), Some("id:b1"))
    );
}

#[tokio::test(start_paused = true)]
async fn my_signs_are_written_without_words_and_for_the_archive() {
    let mut stage = Stage::online().await;
    stage
        .ask(Outgoing::About {
            to: BareJid::new("bob@example.net").unwrap().into(),
            id: "r1".to_owned(),
            about: signs("m1", &["👍", "🎉"]).unwrap(),
            body: String::new(),
            to_room: false,
        })
        .await;
    stage
        .expect(
            "<message id='r1' to='bob@example.net' type='chat'><origin-id xmlns='urn:xmpp:sid:0' id='r1'/>\
             <reactions xmlns='urn:xmpp:reactions:0' id='m1'><reaction>👍</reaction><reaction>🎉</reaction></reactions>\
             <store xmlns='urn:xmpp:hints'/></message>",
        )
        .await;
}

fn retracted(attributes: &str, of: &str, rest: &str) -> String {
    format!(
        "<message {attributes}><retract xmlns='urn:xmpp:message-retract:1' id='{of}'/>{rest}</message>"
    )
}

fn retraction(of: &str) -> Option<About> {
    Some(About {
        target: of.to_owned(),
        change: Change::Retraction,
    })
}

#[tokio::test(start_paused = true)]
async fn a_retraction_is_told_without_its_words() {
    let mut stage = Stage::online().await;
    let bob = "from='bob@example.net/x' type='chat' id='r1'";
    let words = "<body>I took something back</body><fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:message-retract:1'/>";
    for rest in ["", words, "<body>without a mark</body>"] {
        let told = message(&mut stage, &retracted(bob, "m1", rest)).await;
        assert_eq!((told.about, told.body.as_str()), (retraction("m1"), ""));
    }
    let mine = retracted(
        "from='alice@example.org/other' to='bob@example.net' id='r2'",
        "m1",
        words,
    );
    let told = message(&mut stage, &copied("sent", &mine)).await;
    assert_eq!((told.author, told.about), (Author::Me, retraction("m1")));
    let mut n = 0;
    for of in ["r1", ""] {
        assert_eq!(stage.tells(&retracted(bob, of, "")).await, []);
        n += 1;
    }
    for xml in [
        retracted(
            "from='bob@example.net/x' to='mallory@evil.example' id='r1'",
            "m1",
            "",
        ),
        copied("sent", &mine).replacen(&format!("from='{ME}'"), "from='mallory@evil.example'", 1),
        copied(
            "sent",
            &mine.replace("alice@example.org/other", "mallory@evil.example/x"),
        ),
        retracted(
            &format!("from='{ROOM}/bob' type='groupchat' id='r1'"),
            "m1",
            "",
        ),
        retracted(
            bob,
            "m1",
            "<retract xmlns='urn:xmpp:message-retract:1' id='m2'/>",
        ),
    ] {
        assert_eq!(stage.tells(&xml).await, [], "{xml}");
        n += 1;
    }
    println!("forged retractions accepted: 0 of {n}");
}

/// Only the room says what its moderators take back; an occupant who looks like it takes back nothing.
#[tokio::test(start_paused = true)]
async fn an_occupant_is_no_moderator() {
    let mut stage = Stage::online().await;
    in_room(&mut stage, "<feature var='urn:xmpp:occupant-id:0'/>").await;
    for from in [format!("{ROOM}/bob"), ROOM.to_owned()] {
        let xml = format!(
            "<message from='{from}' type='groupchat' id='r1'>{}<retract xmlns='urn:xmpp:message-retract:1' id='s1'>\
             <moderated xmlns='urn:xmpp:message-moderate:1' by='{ROOM}/carol'/></retract></message>",
            mark("b1")
        );
        assert_eq!(stage.tells(&xml).await, []);
    }
    let own = retracted(
        &format!("from='{ROOM}/bob' type='groupchat' id='r1'"),
        "s1",
        &mark("b1"),
    );
    let told = message(&mut stage, &own).await;
    assert_eq!(
        (told.about, told.occupant.as_deref()),
        (retraction("s1"), Some("id:b1"))
    );
}

#[tokio::test(start_paused = true)]
async fn what_i_take_back_is_written_with_words_for_those_who_know_no_retractions() {
    let mut stage = Stage::online().await;
    stage
        .ask(Outgoing::About {
            to: BareJid::new("bob@example.net").unwrap().into(),
            id: "r1".to_owned(),
            about: retraction("m1").unwrap(),
            body: String::new(),
            to_room: false,
        })
        .await;
    stage
        .expect(
            "<message id='r1' to='bob@example.net' type='chat'><origin-id xmlns='urn:xmpp:sid:0' id='r1'/>\
             <body>/me has taken back a message, which your client goes on showing.</body>\
             <retract xmlns='urn:xmpp:message-retract:1' id='m1'/>\
             <fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:message-retract:1'/>\
             <store xmlns='urn:xmpp:hints'/></message>",
        )
        .await;
}
