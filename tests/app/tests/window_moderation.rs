//! Messages that a moderator takes back for everybody in a room (XEP-0425), in the real window: on Debian's Prosody, whose
//! module speaks version 0.2 of the document, and on the same with a module of ours that speaks it as it is today, which
//! slixmpp's plug-in understands and asks for. Who may not claims it too, in all the ways that there are. Photographed dark
//! and light, wide and narrow.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // in the functions that the tests share

use carillon_tests_app::{AtScreen, Letters, Person, Tour};
use carillon_tests_servers::{Kind, Peer, TestServer, until_some};
use serde_json::{Value, json};

const COMPOSER: &str = "[data-test=composer]";
const FORM: &str = "[data-test=words-form]";
/// WebDriver's code for the Escape key (WebDriver, section 17.4.2).
const ESCAPE: &str = "\u{E00C}";

/// Says something in a room. Gives the room's name for it, as slixmpp reads it (XEP-0359).
async fn says(peer: &mut Peer, room: &str, words: &str) -> String {
    peer.say_in_room(room, words).await;
    let heard = peer
        .understands("groupchat_message", |it| it.text("body") == words)
        .await;
    heard.text("stanza_id").to_owned()
}

/// All ways in which somebody in a room may claim that a message was taken back.
fn claims(room: &str, entry: &str) -> Vec<String> {
    let today = format!(
        "<retract xmlns='urn:xmpp:message-retract:1' id='{entry}'>
           <moderated xmlns='urn:xmpp:message-moderate:1' by='{room}/Alice'/><reason>Rude</reason></retract>"
    );
    let of_old = format!(
        "<apply-to xmlns='urn:xmpp:fasten:0' id='{entry}'>
           <moderated xmlns='urn:xmpp:message-moderate:0' by='{room}/Alice'>
             <retract xmlns='urn:xmpp:message-retract:0'/><reason>Rude</reason></moderated></apply-to>"
    );
    let said =
        |what: &String| format!("<message type='groupchat' to='{room}' id='f'>{what}</message>");
    let asked = [
        format!(
            "<apply-to xmlns='urn:xmpp:fasten:0' id='{entry}'><moderate xmlns='urn:xmpp:message-moderate:0'>
               <retract xmlns='urn:xmpp:message-retract:0'/></moderate></apply-to>"
        ),
        format!(
            "<moderate xmlns='urn:xmpp:message-moderate:1' id='{entry}'>
               <retract xmlns='urn:xmpp:message-retract:1'/></moderate>"
        ),
    ]
    .map(|what| format!("<iq type='set' to='{room}' id='ask-{}'>{what}</iq>", what.len()));
    [
        said(&today),
        said(&of_old),
        said(&format!("{today}{of_old}")),
    ]
    .into_iter()
    .chain(asked)
    .collect()
}

#[tokio::test]
async fn a_message_is_taken_back_for_everybody_by_a_moderator_and_by_nobody_else() {
    let at = AtScreen::on(Kind::Prosody).await;
    by_a_moderator_and_by_nobody_else(at, false).await;
}

#[tokio::test]
async fn a_message_is_taken_back_in_a_room_that_speaks_of_it_as_today() {
    let at = AtScreen::at(TestServer::start_with_moderation_of_today().await).await;
    by_a_moderator_and_by_nobody_else(at, true).await;
}

async fn by_a_moderator_and_by_nobody_else(at: AtScreen, today: bool) {
    let (meeting, screen) = (&at.meeting, &at.screen);
    let mut bob = Peer::eloquent(&meeting.server, &meeting.bob_account).await;
    let carol = meeting
        .server
        .add_account("carol", "mischief managed")
        .await;
    let mut carol = Peer::eloquent(&meeting.server, &carol).await;
    let window = meeting.alice.open_window().await;
    let room = window.makes_a_room("Tea party", true).await;
    window.choose_chat(&room).await;
    bob.join(&room, "Bob").await;
    carol.join(&room, "Carol").await;
    let mut tour = Tour::new(screen, &meeting.alice, &window).await;
    if today {
        tour = tour.blind();
    }
    let stamps = says(&mut bob, &room, "Buy my stamps").await;
    let question = says(&mut carol, &room, "Is there jam?").await;
    let rude = window.message("Buy my stamps").await;
    let kept = window.message("Is there jam?").await;

    // Nobody but a moderator: the server and the window both leave it.
    for claim in claims(&room, &question) {
        bob.raw(&claim).await;
    }
    bob.ping().await;
    bob.say_in_room(&room, "Tried everything").await;
    window.shows_message("Tried everything").await;
    window.lacks("[data-test=retracted]").await;

    window.in_message_menu(&rude, "moderate-message").await;
    window
        .write(&format!("{FORM} input"), "No trade at the table")
        .await;
    tour.see_narrow_too("moderation-asked").await;
    window.click(&format!("{FORM} [data-test=confirm]")).await;
    window.lacks("[data-test=dialog]").await;
    let gone = format!("{rude} [data-test=retracted]");
    for words in ["Removed by", "No trade at the table"] {
        window.reads(&gone, words).await;
    }
    window.find(&kept).await;
    window.shows_message("Is there jam?").await;
    tour.see_narrow_too("moderation-done").await;
    for peer in [&mut bob, &mut carol] {
        let of = format!("id='{stamps}'");
        let also = of.replace('\'', "\"");
        let heard = peer
            .expect("the room's word", |it| {
                it.text("from") == room
                    && it.xml().contains("No trade at the table")
                    && (it.xml().contains(&of) || it.xml().contains(&also))
            })
            .await;
        assert_eq!(heard.text("type"), "groupchat");
        if today {
            let understood = peer.understands("moderated_message", |it| it.text("about") == stamps);
            assert_eq!(understood.await.text("reason"), "No trade at the table");
        }
    }
    // What is gone can be taken back by nobody any more.
    window
        .lacks(&format!("{rude} [data-test=message-menu]"))
        .await;
    is_gone_elsewhere(&at, &room).await;
    tour.album.finish();
}

/// Another device of Alice's, which was not there, learns from the room's archive that it is gone.
async fn is_gone_elsewhere(at: &AtScreen, room: &str) {
    let mut elsewhere = Person::new("Alice elsewhere").await;
    elsewhere
        .online(&at.meeting.server, &at.meeting.alice_account)
        .await;
    let mut letters = Letters::of(&elsewhere, room).await;
    let ask = json!({ "room": letters.chat });
    until_some("the room on another device", async || {
        let view = letters.tool.ask("read_room", ask.clone()).await.ok()?;
        (view["state"]["kind"] == "joined").then_some(())
    })
    .await;
    let messages = until_some("the room's past", async || {
        let messages = letters.messages().await;
        let said = |words: &str| messages.iter().any(|it| it["body"] == words);
        let gone = messages.iter().any(|it| it["retracted"] == true);
        (gone && said("Is there jam?") && said("Tried everything")).then_some(messages)
    })
    .await;
    let gone: Vec<&Value> = messages
        .iter()
        .filter(|it| it["retracted"] == true)
        .collect();
    assert_eq!(gone.len(), 1, "{messages:#?}");
    assert_eq!(gone[0]["body"], "");
    assert!(!format!("{messages:?}").contains("stamps"), "{messages:#?}");
    let words = until_some("why", async || {
        let messages = letters.messages().await;
        let gone = messages.iter().find(|it| it["retracted"] == true)?;
        gone["moderated"]["words"]
            .as_str()
            .filter(|words| !words.is_empty())
            .map(str::to_owned)
    })
    .await;
    assert_eq!(words, "No trade at the table");
    elsewhere.quit().await;
}

#[tokio::test]
async fn where_a_room_cannot_nothing_is_offered() {
    let at = AtScreen::on(Kind::Ejabberd).await;
    let mut bob = Peer::eloquent(&at.meeting.server, &at.meeting.bob_account).await;
    let window = at.meeting.alice.open_window().await;
    let room = window.makes_a_room("Tea party", true).await;
    bob.join(&room, "Bob").await;
    bob.say_in_room(&room, "Buy my stamps").await;
    let rude = window.message("Buy my stamps").await;
    window.has_role("Bob", "participant").await;
    window.shows_people(false).await;
    window
        .click(&format!("{rude} [data-test=message-menu]"))
        .await;
    window.find("[data-test=reply]").await;
    window.lacks("[data-test=moderate-message]").await;
    window.press(ESCAPE).await;
}

#[tokio::test]
async fn what_a_moderator_takes_back_with_another_program_leaves_the_window() {
    let at = AtScreen::at(TestServer::start_with_moderation_of_today().await).await;
    let mut bob = Peer::eloquent(&at.meeting.server, &at.meeting.bob_account).await;
    let room = format!("tea@{}", at.meeting.server.rooms());
    bob.join(&room, "Bob").await;
    let window = at.meeting.alice.open_window().await;
    window.find("[data-test=own-status]").await;
    let chat = Letters::of(&at.meeting.alice, &room).await.chat;
    let enter = json!({"room": chat, "nick": "Alice", "password": null});
    window.ask("enter_room", enter).await;
    window.choose_chat(&room).await;
    window.find(&format!("{COMPOSER}:enabled")).await;
    let rude = says(&mut bob, &room, "Jam is for fools").await;
    let shown = window.message("Jam is for fools").await;
    // She is no moderator.
    window
        .click(&format!("{shown} [data-test=message-menu]"))
        .await;
    window.find("[data-test=reply]").await;
    window.lacks("[data-test=moderate-message]").await;
    window.press(ESCAPE).await;
    window.lacks("[data-test=reply]").await;

    let taken = json!({"room": room, "about": rude, "reason": "I was cross"});
    bob.does("moderate", taken).await;
    let gone = format!("{shown} [data-test=retracted]");
    for words in ["Removed by", "Bob", "I was cross"] {
        window.reads(&gone, words).await;
    }
    let none = "return [...document.querySelectorAll('[data-test=messages], [data-test=chat-row]')]
        .every((it) => !it.textContent.includes('for fools'))";
    window.shows("none of the words", none).await;
}
