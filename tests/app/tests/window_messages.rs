//! What is done with messages that were said long ago, with several at once, and with what cannot be read: in the real
//! window, by its own menus, with slixmpp on the other side. Photographed dark and light.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // in the functions that the tests share

use carillon_tests_app::{AtScreen, Meeting, Tour, Window, quoted};
use carillon_tests_servers::{Kind, Peer};
use serde_json::{Value, json};

const COMPOSER: &str = "[data-test=composer]";
/// WebDriver's code for the Escape key (WebDriver, section 17.4.2).
const ESCAPE: &str = "\u{E00C}";

/// Waits until the page says this for a moment.
async fn is_told(window: &Window, words: &str) {
    window.reads(".toasts", words).await;
}

/// What the clipboard holds, by pasting it where one writes. The field is empty afterwards.
async fn pasted(at: &AtScreen, window: &Window) -> String {
    window.click(COMPOSER).await;
    at.screen.xdotool(&["key", "ctrl+v"]).expect("keys");
    let script = format!("return document.querySelector('{COMPOSER}').value || null");
    let value = window.at_rest("what was pasted", &script).await;
    window.find(COMPOSER).await.clear().await.unwrap();
    value.as_str().unwrap().to_owned()
}

#[tokio::test]
async fn messages_are_styled_pinned_forwarded_selected_copied_and_deleted_on_prosody() {
    much_is_done_with_messages(Kind::Prosody).await;
}

#[tokio::test]
async fn messages_are_styled_pinned_forwarded_selected_copied_and_deleted_on_ejabberd() {
    much_is_done_with_messages(Kind::Ejabberd).await;
}

async fn much_is_done_with_messages(kind: Kind) {
    let mut at = AtScreen::prepared(kind).await;
    let Meeting {
        alice: person,
        alice_account,
        server,
        ..
    } = &mut at.meeting;
    let carol = server.add_account("carol", "a carol").await;
    server
        .befriend((alice_account, "Alice"), (&carol, "Carol"))
        .await;
    person.online(server, alice_account).await;
    let (alice, bob) = (&at.meeting.alice_account.jid, &at.meeting.bob_account);
    let mut peer = Peer::eloquent(&at.meeting.server, bob).await;
    let mut carol = Peer::online(&at.meeting.server, &carol).await;
    let window = at.meeting.alice.open_window().await;
    for body in [
        "> When is tea?\n*At five*, _as ever_, not ~at four~ but `17:00`",
        "```\nscones = 2\njam = True\n```",
        "The garden gate is open",
        "Bring a hat",
    ] {
        peer.message(alice, body).await;
    }
    window.choose_contact(&bob.jid).await;
    window.shows_message("Bring a hat").await;
    window.say("The red one").await;
    for style in [
        "blockquote",
        "strong",
        "em",
        "s",
        "code",
        "[data-test=code]",
    ] {
        window.find(&format!("[data-test=message] {style}")).await;
    }
    is_read(&window, &mut peer, alice).await;
    let mut tour = Tour::over(kind, &at.screen, &at.meeting.alice, &window).await;
    tour.see("messages-styled").await;

    let gate = window.message("The garden gate is open").await;
    window.in_message_menu(&gate, "copy-text").await;
    assert_eq!(pasted(&at, &window).await, "The garden gate is open");
    pins(&window, &gate, &mut tour).await;

    window.in_message_menu(&gate, "forward").await;
    window.write("[data-test=search-forward]", "Car").await;
    let one = format!("[data-test=forward-one][data-jid={}]", quoted(carol.jid()));
    window.click(&one).await;
    tour.see("messages-forward").await;
    window
        .click("[data-test=forward-form] [data-test=submit]")
        .await;
    carol.expect_message("The garden gate is open").await;
    window.lacks("[data-test=dialog]").await;

    let hat = window.message("Bring a hat").await;
    window.in_message_menu(&hat, "select").await;
    window.click(&format!("{gate} [data-test=choose]")).await;
    window.reads("[data-test=selected]", "2").await;
    tour.see("messages-selected").await;
    window.click("[data-test=copy-selected]").await;
    is_told(&window, "2 messages copied").await;
    let both = pasted(&at, &window).await;
    let lines: Vec<&str> = both.lines().collect();
    assert_eq!(lines.len(), 2, "{both}");
    assert!(lines[0].ends_with("Bob: The garden gate is open"), "{both}");
    assert!(lines[1].ends_with("Bob: Bring a hat"), "{both}");

    window.in_message_menu(&hat, "select").await;
    window.click(&format!("{gate} [data-test=choose]")).await;
    window.click("[data-test=delete-selected]").await;
    tour.see("messages-delete").await;
    window.click("[data-test=confirm]").await;
    window.lacks(&hat).await;
    window.lacks(&gate).await;
    window.shows_message("The red one").await;
    window.lacks("[data-test=select-bar]").await;
    tour.album.finish();
}

/// Bob's client has shown my words, and says so.
async fn is_read(window: &Window, peer: &mut Peer, alice: &str) {
    let heard = peer
        .understands("message", |it| it.text("body") == "The red one")
        .await;
    let mark = json!({"to": alice, "about": heard.text("id")});
    peer.does("mark", mark).await;
    window.delivery_is("The red one", "read").await;
}

async fn pins(window: &Window, gate: &str, tour: &mut Tour<'_>) {
    window.in_message_menu(gate, "pin").await;
    window
        .reads("[data-test=pins]", "The garden gate is open")
        .await;
    tour.see("messages-pinned").await;
    window.click("[data-test=pinned]").await;
    window.find(&format!("{gate}.found")).await;
    window.click("[data-test=unpin]").await;
    window.lacks("[data-test=pins]").await;
}

#[tokio::test]
async fn words_are_found_in_a_chat_and_in_everything_and_lead_to_their_place_on_prosody() {
    words_are_found(Kind::Prosody).await;
}

#[tokio::test]
async fn words_are_found_in_a_chat_and_in_everything_and_lead_to_their_place_on_ejabberd() {
    words_are_found(Kind::Ejabberd).await;
}

async fn words_are_found(kind: Kind) {
    let at = AtScreen::on(kind).await;
    let (alice, bob) = (&at.meeting.alice_account.jid, &at.meeting.bob_account);
    let mut peer = Peer::online(&at.meeting.server, bob).await;
    let mut carol = at.meeting.stranger("carol").await;
    let window = at.meeting.alice.open_window().await;
    // An open chat stays at its end; one that is opened later begins with what is new.
    window.choose_contact(&bob.jid).await;
    peer.message(alice, "The dormouse sleeps in the teapot")
        .await;
    for nth in 1..60 {
        peer.message(alice, &format!("Story {nth} of the treacle well"))
            .await;
    }
    peer.message(alice, "Is the dormouse awake?").await;
    carol.message(alice, "A dormouse of my own").await;
    window.shows_message("Is the dormouse awake?").await;
    let mut tour = Tour::over(kind, &at.screen, &at.meeting.alice, &window).await;

    window.in_chat_menu("find-in-chat").await;
    // What is typed before is taken for what was there, and typed over.
    window.has_focus("[data-test=find]").await;
    window.write("[data-test=find]", "dormouse").await;
    window.reads("[data-test=find-count]", "1 of 2").await;
    let newest = window.message("Is the dormouse awake?").await;
    window.find(&format!("{newest}.found")).await;
    tour.see("find-in-chat").await;
    window.click("[data-test=find-older]").await;
    window.reads("[data-test=find-count]", "2 of 2").await;
    is_led_to(&window, "The dormouse sleeps in the teapot").await;
    window.write_anew("[data-test=find]", "caterpillar").await;
    let none =
        "return /^[^0-9]+$/.test(document.querySelector('[data-test=find-count]').innerText)";
    window.shows("that nothing is found", none).await;
    window.click("[data-test=find-close]").await;
    window.lacks("[data-test=find-bar]").await;

    window.go("contacts").await;
    window.click("[data-test=search-everything]").await;
    tour.see("search-advice").await;
    window.write("[data-test=search-words]", "dormouse").await;
    window
        .reads("[data-test=search-pane]", "in the teapot")
        .await;
    window.choose("[data-test=search-by]", "somebody").await;
    window.write("[data-test=search-person]", "Bob").await;
    let only_bobs =
        "const hits = [...document.querySelectorAll('[data-test=hit]')].map((it) => it.innerText);
        return hits.length === 2 && hits.every((it) => it.startsWith('Bob'))";
    window.shows("Bob's words alone", only_bobs).await;
    tour.see("search-by-somebody").await;
    let oldest = "[...document.querySelectorAll('[data-test=hit]')].find((it) => it.innerText.includes('teapot')).click()";
    window.script(oldest).await;
    is_led_to(&window, "The dormouse sleeps in the teapot").await;
    tour.see("search-led").await;
    window
        .write_anew("[data-test=search-words]", "jabberwock")
        .await;
    window.find("[data-test=search-none]").await;
    tour.see("search-none").await;
    window.click("[data-test=search-close]").await;
    tour.album.finish();
}

/// Waits until a message is marked as found, and is on screen.
async fn is_led_to(window: &Window, words: &str) {
    let there = format!(
        "const found = document.querySelector('[data-test=message].found .body');
         if (found?.textContent !== {}) return false;
         const [it, list] = [found, document.querySelector('[data-test=messages]')].map((it) => it.getBoundingClientRect());
         return it.top >= list.top && it.bottom <= list.bottom",
        quoted(words)
    );
    window.shows(&format!("{words:?} as found"), &there).await;
}

#[tokio::test]
async fn what_came_encrypted_is_a_card_and_a_click_tells_who_sent_it_on_prosody() {
    what_came_encrypted(Kind::Prosody).await;
}

#[tokio::test]
async fn what_came_encrypted_is_a_card_and_a_click_tells_who_sent_it_on_ejabberd() {
    what_came_encrypted(Kind::Ejabberd).await;
}

async fn what_came_encrypted(kind: Kind) {
    let at = AtScreen::on(kind).await;
    let (alice, bob) = (&at.meeting.alice_account.jid, &at.meeting.bob_account);
    let mut peer = Peer::online(&at.meeting.server, bob).await;
    let window = at.meeting.alice.open_window().await;
    window.choose_contact(&bob.jid).await;
    let sealed = "<message to='TO' type='chat' id='sealed-1'>
        <encrypted xmlns='eu.siacs.conversations.axolotl'><header sid='7'><key rid='9'>QUJD</key><iv>QUJD</iv></header>
          <payload>QUJD</payload></encrypted>
        <encryption xmlns='urn:xmpp:eme:0' namespace='eu.siacs.conversations.axolotl' name='OMEMO'/>
        <body>I sent you an OMEMO encrypted message</body><store xmlns='urn:xmpp:hints'/></message>";
    peer.raw(&sealed.replace("TO", alice)).await;
    window.reads("[data-test=encrypted]", "OMEMO").await;
    let mut tour = Tour::over(kind, &at.screen, &at.meeting.alice, &window).await;
    tour.see("message-encrypted").await;
    let answer =
        "Your message came encrypted, and I cannot read it here. Please send it to me unencrypted.";
    window.click("[data-test=tell-unreadable]").await;
    peer.expect_message(answer).await;
    window.shows_message(answer).await;
    window.find("[data-test=tell-unreadable]:disabled").await;
    let popups = at.meeting.alice.desktop.notifications.popups();
    let told: Vec<&str> = popups.iter().map(|popup| popup.body.as_str()).collect();
    assert!(!told.iter().any(|body| body.contains("QUJD")), "{told:?}");

    chat_goes(&at, &window, &bob.jid, &mut tour).await;
    tour.album.finish();
}

/// The chat is taken out into a file, and deleted.
async fn chat_goes(at: &AtScreen, window: &Window, bob: &str, tour: &mut Tour<'_>) {
    let folder = at.meeting.alice.folder().join("taken out");
    std::fs::create_dir_all(&folder).unwrap();
    window.in_chat_menu("export-chat").await;
    window
        .choose("[data-test=export-format]", "json_lines")
        .await;
    tour.see("chat-export").await;
    window.click("[data-test=export-chat-begin]").await;
    let process = at.meeting.alice.window_process().unwrap();
    at.screen.save_into(process, &folder).await;
    window
        .find("[data-test=dialog] [data-test=work][data-state=finished]")
        .await;
    tour.see("chat-exported").await;
    window.press(ESCAPE).await;
    window.lacks("[data-test=dialog]").await;
    let written = std::fs::read_to_string(folder.join("carillon-Bob.jsonl")).unwrap();
    let lines: Vec<Value> = written
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let said = |line: &Value| {
        line.to_string()
            .contains("Please send it to me unencrypted")
    };
    assert!(lines.iter().any(said), "{written}");

    window.in_chat_menu("delete-chat").await;
    tour.see("chat-delete").await;
    window.click("[data-test=confirm]").await;
    window.find("[data-test=no-chat]").await;
    window.choose_contact(bob).await;
    window.lacks("[data-test=message]").await;
    tour.see("chat-empty").await;
}
