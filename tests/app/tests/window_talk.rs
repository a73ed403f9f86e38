//! What people make of messages and of rooms, in the real window and by its own menus; slixmpp is on the other side, and
//! says what its plug-ins understood. Photographed light and dark.

use carillon_tests_app::{AtScreen, Tour, quoted};
use carillon_tests_servers::{Kind, Peer};
use serde_json::json;

const COMPOSER: &str = "[data-test=composer]";
/// WebDriver's codes for the Enter and the Escape key (WebDriver, section 17.4.2).
const ENTER: char = '\u{E007}';
const ESCAPE: &str = "\u{E00C}";

#[tokio::test]
async fn a_message_is_answered_felt_about_corrected_found_and_taken_back_on_prosody() {
    much_is_made_of_a_message(Kind::Prosody).await;
}

#[tokio::test]
async fn a_message_is_answered_felt_about_corrected_found_and_taken_back_on_ejabberd() {
    much_is_made_of_a_message(Kind::Ejabberd).await;
}

async fn much_is_made_of_a_message(kind: Kind) {
    let at = AtScreen::on(kind).await;
    let (alice, bob) = (&at.meeting.alice_account.jid, &at.meeting.bob_account);
    let mut peer = Peer::eloquent(&at.meeting.server, bob).await;
    let window = at.meeting.alice.open_window().await;
    let question = peer.message(alice, "Tea at five?").await;
    window.choose_contact(&bob.jid).await;
    let asked = window.message("Tea at five?").await;
    let mut tour = Tour::over(kind, &at.screen, &at.meeting.alice, &window).await;

    window.in_message_menu(&asked, "reply").await;
    window.reads("[data-test=replying]", "Tea at five?").await;
    window.say("Gladly, with jm").await;
    let answer = window.message("Gladly, with jm").await;
    window
        .reads(&format!("{answer} [data-test=quote]"), "Tea at five?")
        .await;
    let heard = peer
        .understands("message_reply", |it| it.text("about") == question)
        .await;
    assert_eq!(heard.text("body"), "Gladly, with jm");
    let words = |it: &carillon_tests_servers::Happened| it.text("body").ends_with("with jm");
    let id = peer
        .understands("message", words)
        .await
        .text("id")
        .to_owned();

    window.in_message_menu(&asked, "quick").await;
    window.find(&format!("{asked} [data-test=reaction]")).await;
    let heard = peer
        .understands("reactions", |it| it.text("about") == question)
        .await;
    assert!(!heard.text("signs").is_empty());
    let felt = json!({"to": alice, "about": id, "signs": ["🎉"]});
    peer.does("react", felt).await;
    window
        .reads(&format!("{answer} [data-test=reactions]"), "🎉")
        .await;

    window.in_message_menu(&answer, "correct").await;
    window.find("[data-test=correcting]").await;
    let instead = format!("Gladly, with jam{ENTER}");
    window.write_anew(COMPOSER, &instead).await;
    window.shows_message("Gladly, with jam").await;
    peer.understands("message_correction", |it| it.text("about") == id)
        .await;
    tour.see("talk-answered").await;
    window.click(&format!("{answer} [data-test=edited]")).await;
    for version in ["with jm", "with jam"] {
        window.reads("[data-test=versions]", version).await;
    }
    tour.see("talk-versions").await;
    window.press(ESCAPE).await;
    window.lacks("[data-test=versions]").await;

    window.click("[data-test=search-everything]").await;
    window.write("[data-test=search-words]", "five").await;
    window.reads("[data-test=hit]", "Tea at five?").await;
    window.click("[data-test=hit]").await;
    window.find(&format!("{asked}.found")).await;
    // All of the chat is on screen: nothing leads to its end, and lies over it.
    let leads = "return [document.querySelector('[data-test=to-newest]') !== null]";
    let leads = window.at_rest("what leads to the newest", leads).await;
    assert_eq!(leads, json!([false]));
    tour.see("talk-found").await;
    window.click("[data-test=search-close]").await;

    window.in_message_menu(&answer, "retract").await;
    window.click("[data-test=confirm]").await;
    window
        .find(&format!("{answer} [data-test=retracted]"))
        .await;
    peer.understands("message_retract", |it| it.text("about") == id)
        .await;
    tour.album.finish();
}

#[tokio::test]
async fn a_room_is_made_filled_given_a_topic_and_kept_in_order_on_prosody() {
    a_room_is_kept_in_order(Kind::Prosody).await;
}

#[tokio::test]
async fn a_room_is_made_filled_given_a_topic_and_kept_in_order_on_ejabberd() {
    a_room_is_kept_in_order(Kind::Ejabberd).await;
}

async fn a_room_is_kept_in_order(kind: Kind) {
    let at = AtScreen::on(kind).await;
    let bob = &at.meeting.bob_account;
    let mut peer = Peer::eloquent(&at.meeting.server, bob).await;
    let window = at.meeting.alice.open_window().await;
    let mut tour = Tour::over(kind, &at.screen, &at.meeting.alice, &window).await;

    window.makes_a_room("Tea party", false).await;
    window.in_chat_menu("invite-to-room").await;
    let one = format!("[data-test=invite-one][data-jid={}]", quoted(&bob.jid));
    window.click(&one).await;
    window
        .click("[data-test=invite-form] [data-test=submit]")
        .await;
    // The room is for members alone, so that it has to let him in itself.
    let invited = peer.understands("groupchat_invite", |_| true).await;
    let room = invited.text("room").to_owned();
    peer.join(&room, "Bob").await;

    window.in_chat_menu("room-topic").await;
    let field = "[data-test=words-form] input";
    window.write(field, &format!("Scones{ENTER}")).await;
    peer.understands("groupchat_subject", |it| it.text("subject") == "Scones")
        .await;
    window.reads("[data-test=chat-header]", "Scones").await;

    peer.say_in_room(&room, "Is there jam?").await;
    window.shows_message("Is there jam?").await;
    window.write(COMPOSER, "@B").await;
    window.reads("[data-test=mentions]", "Bob").await;
    tour.see("room-mention").await;
    window.write(COMPOSER, &format!("{ENTER}there is")).await;
    window.click("[data-test=send]").await;
    peer.understands("groupchat_message", |it| {
        it.text("body").contains("Bob") && it.text("body").ends_with("there is")
    })
    .await;

    window.click("[data-test=people-button]").await;
    window.click("[data-test=person][data-nick=Bob]").await;
    window.find("[data-test=moderate-kick]").await;
    tour.see("room-moderation").await;
    window.click("[data-test=moderate-kick]").await;
    window.click("[data-test=confirm]").await;
    window.lacks("[data-test=person][data-nick=Bob]").await;
    peer.expect("its end in the room", |it| {
        it.kind() == "presence" && it.text("type") == "unavailable" && it.xml().contains("307")
    })
    .await;
    tour.album.finish();
}
