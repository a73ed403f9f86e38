//! What a contact's clock shows (XEP-0202), in their panel in the real window: slixmpp answers from other zones, and nonsense.

#![allow(clippy::unwrap_used)] // in the functions that the tests share

use carillon_tests_app::{AtScreen, LOOKS, Tour, Window, quoted};
use carillon_tests_servers::{Kind, Peer};
use serde_json::json;

/// WebDriver's code for the Escape key (WebDriver, section 17.4.2).
const ESCAPE: &str = "\u{E00C}";
const CLOCK: &str = "[data-test=device] [data-test=local-time]";

/// Waits until the panel names the time that a place has by the tables of time zones, give or take the minute in which it
/// is read.
async fn shows_the_time_of(window: &Window, place: &str) {
    let script = format!(
        "const told = document.querySelector({})?.innerText ?? '';
         const zone = {{ weekday: 'short', hour: 'numeric', minute: '2-digit', timeZone: {} }};
         const language = navigator.languages.find((tag) => tag.startsWith('en')) ?? 'en';
         const there = new Intl.DateTimeFormat(language, zone);
         return [-60_000, 0, 60_000].some((aside) => told === `there it is ${{there.format(Date.now() + aside)}}`)",
        quoted(CLOCK),
        quoted(place)
    );
    window.shows(&format!("the time of {place}"), &script).await;
}

#[tokio::test]
async fn a_contact_s_panel_tells_what_time_it_is_where_they_are() {
    let at = AtScreen::on(Kind::Prosody).await;
    let mut bob = Peer::eloquent(&at.meeting.server, &at.meeting.bob_account).await;
    let window = at.meeting.alice.open_window().await;
    window.choose_contact(bob.jid()).await;
    let mut tour = Tour::new(&at.screen, &at.meeting.alice, &window).await;

    // Neither has another time in summer.
    for (tzo, place) in [
        ("+05:45", "Asia/Kathmandu"),
        ("-09:30", "Pacific/Marquesas"),
    ] {
        bob.does("clock", json!({ "tzo": tzo })).await;
        window.in_chat_menu("contact-details").await;
        shows_the_time_of(&window, place).await;
        window.reads("[data-test=device]", "Slixmpp").await;
        if tzo.starts_with('+') {
            for look in [&LOOKS[1], &LOOKS[2], &LOOKS[0]] {
                let mut walk = tour.walk(look).await;
                walk.see("details-clock").await;
                tour.album.add(walk);
            }
        }
        window.press(ESCAPE).await;
        window.lacks("[data-test=dialog]").await;
    }

    // What is no zone is no reason to show a time, nor to hide the rest.
    for tzo in ["+99:00", "", "<b>", "tomorrow"] {
        bob.does("clock", json!({ "tzo": tzo })).await;
        window.in_chat_menu("contact-details").await;
        // Which program it is stands there once all that was asked is answered.
        window.reads("[data-test=device]", "Slixmpp").await;
        window.lacks(CLOCK).await;
        window.press(ESCAPE).await;
        window.lacks("[data-test=dialog]").await;
    }
    tour.album.finish();
}
