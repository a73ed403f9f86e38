//! What people tell of themselves, and how they become contacts: in the real window, with slixmpp and a second Carillon on
//! the other side. Photographed dark and light.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // in the functions that the tests share

use carillon_tests_app::{AtScreen, Person, Tour, Window, fill, quoted};
use carillon_tests_servers::{Happened, Kind, Peer};
use serde_json::json;

/// WebDriver's codes for the Enter, the Escape and the right arrow key (WebDriver, section 17.4.2).
const ENTER: char = '\u{E007}';
const ESCAPE: &str = "\u{E00C}";
const RIGHT: &str = "\u{E014}";

/// A PNG of one point, in base64.
const POINT: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

fn row(jid: &str) -> String {
    format!("[data-test=contact-row][data-jid={}]", quoted(jid))
}

/// Closes the dialog by Escape.
async fn leave_dialog(window: &Window) {
    window.press(ESCAPE).await;
    window.lacks("[data-test=dialog]").await;
}

#[tokio::test]
async fn who_i_am_is_seen_by_others_and_who_they_are_by_me_on_prosody() {
    who_i_am_and_who_they_are(Kind::Prosody).await;
}

#[tokio::test]
async fn who_i_am_is_seen_by_others_and_who_they_are_by_me_on_ejabberd() {
    who_i_am_and_who_they_are(Kind::Ejabberd).await;
}

async fn who_i_am_and_who_they_are(kind: Kind) {
    let at = AtScreen::on(kind).await;
    let mut bob = Peer::eloquent(&at.meeting.server, &at.meeting.bob_account).await;
    let window = at.meeting.alice.open_window().await;
    let mut tour = Tour::over(kind, &at.screen, &at.meeting.alice, &window).await;
    me(&at, &window, &mut bob, &mut tour).await;
    them(&at, &window, bob, &mut tour).await;
    tour.album.finish();
}

/// My picture, of which a part is chosen, my card, nickname and mood.
async fn me(at: &AtScreen, window: &Window, bob: &mut Peer, tour: &mut Tour<'_>) {
    window.go_to_sheet("accounts").await;
    window.click("[data-test=change-avatar]").await;
    window.give_picture("[data-test=avatar-file]").await;
    let part = "[data-test=avatar-part]";
    let seen = format!("return document.querySelector('{part}')?.toDataURL() ?? null");
    let before = window.at_rest("the part that is shown", &seen).await;
    let nearer = "const zoom = document.querySelector('[data-test=avatar-zoom]');
        zoom.value = 2;
        zoom.dispatchEvent(new Event('input', { bubbles: true }))";
    window.script(nearer).await;
    let key = window.find(part).await.send_keys(RIGHT).await;
    key.expect("a key for the part");
    let after = window.at_rest("another part", &seen).await;
    assert_ne!(before, after, "the part has moved");
    tour.see("people-picture").await;
    window.click("[data-test=avatar-set]").await;
    window.lacks("[data-test=dialog]").await;
    window
        .find("[data-test=account] [data-test=avatar-picture]")
        .await;
    let told = bob
        .understands("avatar_metadata_publish", |it| {
            !it.text("hashes").is_empty()
        })
        .await;
    let of = json!({"jid": at.meeting.alice_account.jid, "hash": told.text("hashes")});
    let got = bob.does("picture_of", of).await;
    assert_eq!(got["hash"], told.text("hashes"));

    window.click("[data-test=change-profile]").await;
    window
        .write(
            "[data-test=profile-form] [name=name]:enabled",
            "Alice Liddell",
        )
        .await;
    tour.see("people-profile").await;
    window.click("[data-test=save-profile]").await;
    window.lacks("[data-test=dialog]").await;
    let of = json!({"jid": at.meeting.alice_account.jid});
    assert_eq!(bob.does("card_of", of).await["name"], "Alice Liddell");
    // A server that keeps both as one takes the picture off when the card comes without it (XEP-0398).
    bob.ping().await;
    let taken_off = |it: &Happened| {
        it.text("what") == "avatar_metadata_publish" && it.text("hashes").is_empty()
    };
    assert!(!bob.left().iter().any(taken_off), "{:?}", bob.left());

    window.write_anew("[data-test=own-nick]", "Lissy").await;
    window.click("[data-test=save-nick]").await;
    bob.understands("user_nick_publish", |it| it.text("nick") == "Lissy")
        .await;
    tour.see("people-account").await;

    window.go("contacts").await;
    window.click("[data-test=own-status]").await;
    window.choose("[data-test=own-mood]", "curious").await;
    bob.understands("user_mood_publish", |it| it.text("value") == "curious")
        .await;
    window
        .write(
            "[data-test=own-mood-words]",
            &format!("and curiouser{ENTER}"),
        )
        .await;
    bob.understands("user_mood_publish", |it| it.text("text") == "and curiouser")
        .await;
    tour.see("people-mood").await;
    window.press(ESCAPE).await;
    window.lacks("[data-test=own-mood]").await;
}

/// Bob's picture, card, nickname, mood and devices in his panel, and when he was there last.
async fn them(at: &AtScreen, window: &Window, mut bob: Peer, tour: &mut Tour<'_>) {
    let jid = &at.meeting.bob_account.jid;
    bob.show("away", "Up a ladder").await;
    bob.does("picture", json!({"png": POINT})).await;
    bob.does("nick", json!({"nick": "Bobby"})).await;
    bob.does("mood", json!({"value": "proud", "text": "of the roof"}))
        .await;
    let card = json!({"name": "Robert Builder", "email": "robert@carillon.test"});
    bob.does("card", card).await;
    window
        .find(&format!("{} [data-test=avatar-picture]", row(jid)))
        .await;
    window.reads(&row(jid), "Up a ladder").await;
    window.choose_contact(jid).await;
    window.in_chat_menu("contact-details").await;
    for (part, words) in [
        ("status", "Up a ladder"),
        ("mood", "of the roof"),
        ("nick", "Bobby"),
        ("device", "Slixmpp"),
        ("card-field", "Robert Builder"),
    ] {
        window
            .reads(&format!("[data-test=dialog] [data-test={part}]"), words)
            .await;
    }
    tour.see("people-details").await;
    window.click("[data-test=use-nick]").await;
    window.reads(&row(jid), "Bobby").await;
    leave_dialog(window).await;

    bob.log_out().await;
    window.contact_is(jid, "offline").await;
    window.in_chat_menu("contact-details").await;
    window.find("[data-test=last-seen]").await;
    window
        .reads("[data-test=card-field]", "Robert Builder")
        .await;
    tour.see("people-details-offline").await;
    leave_dialog(window).await;
}

/// What the open dialog's link gives.
async fn link(window: &Window) -> String {
    let script = "return document.querySelector('[data-test=invitation-link]')?.value || null";
    let link = window.at_rest("a link", script).await;
    link.as_str().unwrap().to_owned()
}

/// The token in a link.
fn token(link: &str) -> String {
    let after = link.split("preauth=").nth(1).expect("a token");
    after.split([';', '&']).next().unwrap().to_owned()
}

#[tokio::test]
async fn a_friend_is_invited_by_a_link_and_another_to_an_account_on_prosody() {
    friends_are_invited(Kind::Prosody).await;
}

#[tokio::test]
async fn a_friend_is_invited_by_a_link_on_ejabberd() {
    friends_are_invited(Kind::Ejabberd).await;
}

async fn friends_are_invited(kind: Kind) {
    let at = AtScreen::on(kind).await;
    let mut carol = at.meeting.stranger("carol").await;
    let window = at.meeting.alice.open_window().await;
    window.find("[data-test=own-status]").await;
    let mut tour = Tour::over(kind, &at.screen, &at.meeting.alice, &window).await;
    window.click("[data-test=own-status]").await;
    window.click("[data-test=own-invitation]").await;
    window.find("[data-test=invitation-qr] path").await;
    let invitation = link(&window).await;
    tour.see("invitation").await;
    window.click("[data-test=invitation-copy]").await;
    window.reads("[data-test=invitation-copy]", "Copied").await;
    leave_dialog(&window).await;

    let asks = format!(
        "<presence to='{}' type='subscribe'><preauth xmlns='urn:xmpp:pars:0' token='{}'/></presence>",
        at.meeting.alice_account.jid,
        token(&invitation)
    );
    carol.raw(&asks).await;
    carol
        .expect_presence(&at.meeting.alice_account.jid, "subscribed")
        .await;
    window.go("contacts").await;
    window.find(&row(carol.jid())).await;
    window.go("requests").await;
    window.find("[data-test=no-requests]").await;
    tour.album.finish();
    // This server lets users invite to an account too.
    if kind == Kind::Prosody {
        window.go("contacts").await;
        window.click("[data-test=own-status]").await;
        window.click("[data-test=own-invitation]").await;
        let another = link(&window).await;
        assert_ne!(token(&another), token(&invitation), "one for each");
        makes_an_account(&at, &another).await;
    }
}

/// Dinah has no account, and opens the link.
async fn makes_an_account(at: &AtScreen, link: &str) {
    let mut dinah = Person::on(&at.screen, "Dinah").await;
    dinah.start().await;
    let opened = dinah.run(&[link], "").await;
    assert!(opened.status.success(), "{link}");
    let window = dinah.window().await;
    window.find("[data-test=uri-register]").await;
    let mut tour = Tour::new(&at.screen, &dinah, &window).await;
    tour.see("invitation-opened").await;
    window.click("[data-test=uri-register]").await;
    window.find("[data-test=account-form]").await;
    tour.see("invitation-form").await;
    window.click("summary").await;
    let url = at.meeting.server.url();
    fill(
        &window,
        &[
            ("jid", "dinah@carillon.test"),
            ("password", "mice and bats"),
            ("repeat", "mice and bats"),
            ("connect", &url),
        ],
    )
    .await;
    window.click("[name=secret][value=file]").await;
    window.click("[data-test=submit]").await;
    window.find("[data-test=own-status]").await;
    dinah.until_online().await;
    tour.album.finish();
}

/// As `bob`, with a Cyrillic letter.
const LIKE_BOB: &str = "b\u{43e}b";

#[tokio::test]
async fn who_can_be_taken_for_a_contact_is_marked_in_words_wherever_they_are_named_on_prosody() {
    who_can_be_taken_for_a_contact(Kind::Prosody).await;
}

#[tokio::test]
async fn who_can_be_taken_for_a_contact_is_marked_in_words_wherever_they_are_named_on_ejabberd() {
    who_can_be_taken_for_a_contact(Kind::Ejabberd).await;
}

async fn who_can_be_taken_for_a_contact(kind: Kind) {
    let at = AtScreen::on(kind).await;
    let (alice, bob) = (&at.meeting.alice_account.jid, &at.meeting.bob_account.jid);
    let mut other = at.meeting.stranger(LIKE_BOB).await;
    let address = other.jid().to_owned();
    let window = at.meeting.alice.open_window().await;
    window.find("[data-test=own-status]").await;
    let mut tour = Tour::over(kind, &at.screen, &at.meeting.alice, &window).await;
    let words = format!("Looks like “{bob}”, but is somebody else.");

    window.click("[data-test=add-contact]").await;
    window
        .write("[data-test=contact-form] [name=jid]", &address)
        .await;
    window.reads("[data-test=contact-form]", &words).await;
    tour.see("look-alike-add").await;
    window
        .click("[data-test=contact-form] [data-test=submit]")
        .await;
    other.expect_presence(alice, "subscribe").await;
    window.lacks("[data-test=dialog]").await;
    window.go("contacts").await;
    window
        .reads(&row(&address), "Not “Bob”, only looks so")
        .await;
    window
        .find(&format!("{} [data-test=look-alike]", row(bob)))
        .await;
    tour.see("look-alike-contacts").await;
    window.choose_contact(&address).await;
    window.in_chat_menu("remove-contact").await;
    window.click("[data-test=confirm]").await;
    window.lacks(&row(&address)).await;
    window
        .lacks(&format!("{} [data-test=look-alike]", row(bob)))
        .await;

    other.subscription(alice, "subscribe").await;
    let asked = at
        .meeting
        .alice
        .desktop
        .notifications
        .next_popup("for the request", |popup| popup.summary.contains(LIKE_BOB))
        .await;
    // Names that come from elsewhere are kept from turning what stands around them.
    let told = asked.body.replace(['\u{2068}', '\u{2069}'], "");
    assert!(told.contains(&words), "{asked:?}");
    window.go("requests").await;
    window.reads("[data-test=request-contact]", &words).await;
    tour.album.finish();
}
