//! What one does every day, in the real window and by its own buttons and fields; slixmpp is on the other side.

#![allow(clippy::unwrap_used)] // in the functions that the tests share

use carillon_tests_app::{AtScreen, Visitor, Window, quoted};
use carillon_tests_servers::{Happened, Kind, Peer, until, until_some};
use serde_json::json;

/// WebDriver's code for the Enter key (WebDriver, section 17.4.2).
const ENTER: char = '\u{E007}';
/// The same for the Escape key.
const ESCAPE: &str = "\u{E00C}";
const FORM: &str = "[data-test=contact-form]";
const COMPOSER: &str = "[data-test=composer]";

fn row(jid: &str) -> String {
    format!("[data-test=contact-row][data-jid={}]", quoted(jid))
}

/// Opens the chat's menu, and chooses from it.
async fn choose_from_menu(window: &Window, item: &str) {
    window.click("[data-test=chat-menu]").await;
    window.click(&format!("[data-test={item}]")).await;
}

#[tokio::test]
async fn somebody_is_asked_by_address_renamed_put_into_a_group_and_removed_on_prosody() {
    a_contact_comes_and_goes(Kind::Prosody).await;
}

#[tokio::test]
async fn somebody_is_asked_by_address_renamed_put_into_a_group_and_removed_on_ejabberd() {
    a_contact_comes_and_goes(Kind::Ejabberd).await;
}

async fn a_contact_comes_and_goes(kind: Kind) {
    let at = AtScreen::on(kind).await;
    let alice = &at.meeting.alice_account;
    let mut carol = at.meeting.stranger("carol").await;
    let carols = carol.jid().to_owned();
    // What Alice's own other device hears is what the server has kept.
    let mut elsewhere = Peer::log_in(&at.meeting.server, alice).await;
    let window = at.meeting.alice.open_window().await;

    window.click("[data-test=add-contact]").await;
    let field = |name: &str| format!("{FORM} [name={name}]");
    window.write(&field("jid"), &carols).await;
    window.write(&field("text"), "We met at the fair").await;
    window.click(&format!("{FORM} [data-test=submit]")).await;
    let asked = carol.expect_presence(&alice.jid, "subscribe").await;
    assert_eq!(asked.text("status"), "We met at the fair");
    carol.subscription(&alice.jid, "subscribed").await;
    window.go("contacts").await;
    window.contact_is(&carols, "available").await;

    window.choose_contact(&carols).await;
    choose_from_menu(&window, "edit-contact").await;
    window
        .write_anew(&field("name"), "Carol of the choir")
        .await;
    let new_group = format!("{FORM} input.new");
    window.write(&new_group, &format!("Singers{ENTER}")).await;
    window.click(&format!("{FORM} [data-test=submit]")).await;
    window.lacks(FORM).await;
    window.reads(&row(&carols), "Carol of the choir").await;
    let headings = "return [...document.querySelectorAll('[data-test=group-row]')].some((it) => it.innerText.includes('Singers'))";
    window.shows("the group's heading", headings).await;
    window
        .reads("[data-test=chat-header]", "Carol of the choir")
        .await;
    elsewhere
        .expect("her new name and group", |it| {
            let kept = |part| it.xml().contains(part);
            it.kind() == "iq" && kept("Carol of the choir") && kept(">Singers<")
        })
        .await;

    choose_from_menu(&window, "remove-contact").await;
    window.click("[data-test=confirm]").await;
    window.lacks(&row(&carols)).await;
    carol.expect_presence(&alice.jid, "unsubscribe").await;
    elsewhere
        .expect("that she is gone", |it| {
            it.kind() == "iq" && it.xml().contains(&carols) && it.xml().contains("\"remove\"")
        })
        .await;
}

#[tokio::test]
async fn own_status_and_its_words_are_seen_by_others_on_prosody() {
    own_status(Kind::Prosody).await;
}

#[tokio::test]
async fn own_status_and_its_words_are_seen_by_others_on_ejabberd() {
    own_status(Kind::Ejabberd).await;
}

async fn own_status(kind: Kind) {
    let at = AtScreen::on(kind).await;
    let alice = at.meeting.alice_account.jid.clone();
    let mut bob = at.meeting.bob().await;
    let window = at.meeting.alice.open_window().await;
    let mut sees = async |kind: &str, show: &str, status: &str| {
        bob.expect(&format!("Alice {kind} {show} {status:?}"), |it| {
            it.kind() == "presence"
                && it.text("from").starts_with(&alice)
                && (it.text("type"), it.text("show"), it.text("status")) == (kind, show, status)
        })
        .await
    };

    window.click("[data-test=own-status]").await;
    let words = "[data-test=status-text]";
    window.write(words, "Painting the roses").await;
    window.click("[data-test=availability-busy]").await;
    sees("available", "dnd", "Painting the roses").await;
    window
        .reads("[data-test=own-words]", "Painting the roses")
        .await;

    window.click("[data-test=own-status]").await;
    window.write_anew(words, &format!("Red ones{ENTER}")).await;
    sees("available", "dnd", "Red ones").await;
    window.lacks(words).await;

    window.click("[data-test=own-status]").await;
    window.click("[data-test=availability-offline]").await;
    sees("unavailable", "", "Red ones").await;
    window.click("[data-test=own-status]").await;
    window.click("[data-test=availability-available]").await;
    sees("available", "", "Red ones").await;
}

#[tokio::test]
async fn typing_is_seen_on_both_sides_and_an_emoji_is_picked_on_prosody() {
    typing_and_an_emoji(Kind::Prosody).await;
}

#[tokio::test]
async fn typing_is_seen_on_both_sides_and_an_emoji_is_picked_on_ejabberd() {
    typing_and_an_emoji(Kind::Ejabberd).await;
}

async fn typing_and_an_emoji(kind: Kind) {
    let at = AtScreen::on(kind).await;
    let alice = &at.meeting.alice_account.jid;
    let mut bob = at.meeting.bob().await;
    bob.message(alice, "Look!").await;
    let window = at.meeting.alice.open_window().await;
    window.choose_contact(&at.meeting.bob_account.jid).await;
    window.shows_message("Look!").await;

    types(&mut bob, alice, "composing").await;
    window.reads("[data-test=typing]", "Bob").await;
    types(&mut bob, alice, "paused").await;
    window.lacks("[data-test=typing] .dots").await;

    window.write(COMPOSER, "At you").await;
    bob.expect("that Alice types", |it| {
        it.kind() == "message" && it.xml().contains("<composing")
    })
    .await;

    window.click("[data-test=emoji]").await;
    window
        .write("[data-test=emoji-search]", "waving hand")
        .await;
    window
        .click("[data-emoji='0'][aria-label='waving hand']")
        .await;
    window.lacks("[data-test=emoji-picker]").await;
    window.click("[data-test=send]").await;
    window.shows_message("At you👋").await;
    bob.expect_message("At you👋").await;
}

async fn types(peer: &mut Peer, to: &str, state: &str) {
    let xml = format!(
        "<message to='{to}' type='chat'><{state} xmlns='http://jabber.org/protocol/chatstates'/></message>"
    );
    peer.raw(&xml).await;
}

#[tokio::test]
async fn what_failed_says_why_and_arrives_when_it_is_tried_again_on_prosody() {
    what_failed(Kind::Prosody).await;
}

#[tokio::test]
async fn what_failed_says_why_and_arrives_when_it_is_tried_again_on_ejabberd() {
    what_failed(Kind::Ejabberd).await;
}

async fn what_failed(kind: Kind) {
    let at = AtScreen::on(kind).await;
    let window = at.meeting.alice.open_window().await;
    window.click("[data-test=add-contact]").await;
    let address = format!("{FORM} [name=jid]");
    window.write(&address, "dormouse@carillon.test").await;
    window.click(&format!("{FORM} [data-test=submit]")).await;
    window.choose_contact("dormouse@carillon.test").await;
    window.say("Wake up").await;
    window.delivery_is("Wake up", "failed").await;
    // What the server answered (RFC 6120, section 8.3.3).
    window
        .reads("[role=status].failed", "nobody takes it there")
        .await;

    let mut dormouse = at.meeting.stranger("dormouse").await;
    window.click("[data-test=retry]").await;

    dormouse.expect_message("Wake up").await;
    window.delivery_is("Wake up", "sent").await;
    window.lacks("[data-test=retry]").await;
    dormouse.ping().await;
    let again = |it: &&Happened| it.text("body") == "Wake up";
    assert_eq!(dormouse.left().iter().filter(again).count(), 0, "once");
}

#[tokio::test]
async fn an_account_is_made_on_a_server_from_the_first_screen_on_prosody() {
    an_account_is_made(Kind::Prosody).await;
}

#[tokio::test]
async fn an_account_is_made_on_a_server_from_the_first_screen_on_ejabberd() {
    an_account_is_made(Kind::Ejabberd).await;
}

async fn an_account_is_made(kind: Kind) {
    let mut at = AtScreen::prepared(kind).await;
    at.meeting.alice.start().await;
    let window = at.meeting.alice.open_window().await;
    window.click("[data-test=choose-create]").await;
    // Bob was here first.
    window.write("[name=jid]", "bob@carillon.test").await;
    for field in ["password", "repeat"] {
        window
            .write(&format!("[name={field}]"), "plenty of room")
            .await;
    }
    window.click("summary").await;
    window
        .write("[name=connect]", &at.meeting.server.url())
        .await;
    window.click("[name=secret][value=file]").await;
    window.click("[data-test=submit]").await;
    window.find("[data-test=error][data-code=name_taken]").await;

    window
        .write_anew("[name=jid]", "hatter@carillon.test")
        .await;
    window.click("[data-test=submit]").await;

    window.find("[data-test=own-status]").await;
    at.meeting.alice.until_online().await;
    // Who else has the password is let in with it too.
    let hatter = at.meeting.server.account("hatter", "plenty of room");
    let mut elsewhere = Peer::log_in(&at.meeting.server, &hatter).await;
    elsewhere
        .message("hatter@carillon.test", "A note to myself")
        .await;
    window.go("chats").await;
    window
        .find("[data-test=chat-row][data-jid='hatter@carillon.test']")
        .await;
}

#[tokio::test]
async fn what_was_typed_and_not_sent_is_there_again() {
    let mut at = AtScreen::on(Kind::Embedded).await;
    let bob = at.meeting.bob_account.jid.clone();
    let window = at.meeting.alice.open_window().await;
    window.choose_contact(&bob).await;

    // Nobody waits until a draft is kept.
    let types = async || window.write(COMPOSER, "Half a thou").await;
    at.screen.close_window_of(&at.meeting.alice, types).await;
    drop(window);
    at.meeting.alice.quit().await;
    at.meeting.alice.start().await;
    at.meeting.alice.until_online().await;

    let window = at.meeting.alice.open_window().await;
    window.choose_contact(&bob).await;
    let there = format!("return document.querySelector('{COMPOSER}')?.value === 'Half a thou'");
    window
        .shows("what was typed last before the window closed", &there)
        .await;
    window.say("ght").await;
    window.shows_message("Half a thought").await;
    window.go("contacts").await;
    window.choose_contact(&bob).await;
    let empty = format!("return document.querySelector('{COMPOSER}')?.value === ''");
    window.shows("no draft any more", &empty).await;
}

#[tokio::test]
async fn what_is_typed_after_the_word_about_the_tray_was_put_aside_is_kept() {
    let mut at = AtScreen::on(Kind::Embedded).await;
    let bob = at.meeting.bob_account.jid.clone();
    let window = at.meeting.alice.open_window().await;
    window.choose_contact(&bob).await;
    window.say("So that there is a chat").await;
    at.meeting.alice.desktop.tray.die().await;
    let alice = &at.meeting.alice;
    alice
        .until_status("no tray", |status| status["tray"] == false)
        .await;
    let process = alice.window_process().unwrap();
    let shown = until_some("the window is seen", async || at.screen.shown(process)).await;
    at.screen.close(&shown);
    window.find("[data-test=close-anyway]").await;
    window.press(ESCAPE).await;
    window.lacks("[data-test=dialog]").await;

    window.write(COMPOSER, "Half a thought").await;
    at.screen.close(&shown);

    until("the window has gone", || alice.window_process().is_none()).await;
    let socket = Visitor::socket(&alice.desktop, &alice.profile());
    let mut tool = Visitor::tool(&socket).await.unwrap();
    until_some("the draft is kept", async || {
        let overview = tool.must("read_overview", json!({})).await;
        (overview["chats"][0]["draft"] == "Half a thought").then_some(())
    })
    .await;
}
