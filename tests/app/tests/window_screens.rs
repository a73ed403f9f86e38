//! Every screen and dialog, light and dark, wide and narrow, in every language: photographed, and looked over by axe.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // in the functions that the tests share

use carillon_tests_app::{AtScreen, Impostor, LOOKS, Tour, Walk, Window, alert_row, fill, quoted};
use carillon_tests_servers::{Kind, Peer};
use serde_json::{Value, json};

/// Sends the form, and waits for a refusal of this kind.
async fn is_refused(window: &Window, problem: &str) {
    window.click("[data-test=submit]").await;
    let problem = format!("[data-test=error][data-problem={problem}]");
    window.find(&problem).await;
}

#[tokio::test]
async fn the_first_screens() {
    let mut at = AtScreen::prepared(Kind::Embedded).await;
    let impostor = Impostor::start(at.screen.folder()).await;
    let url = at.meeting.server.url();
    at.meeting.server.add_account("hatter", "no room").await;
    at.meeting.alice.start().await;
    let window = at.meeting.alice.open_window().await;
    window.find("[data-test=welcome]").await;
    let mut tour = Tour::new(&at.screen, &at.meeting.alice, &window).await;
    for look in LOOKS {
        let mut walk = tour.walk(look).await;
        walk.see("welcome").await;
        window.click("[data-test=choose-sign-in]").await;
        window.click("[data-test=submit]").await;
        window.click("summary").await;
        window.find("details[open]").await;
        walk.see("sign-in").await;
        let (jid, wrong) = (("jid", "hatter@localhost"), ("password", "plenty of room"));
        fill(&window, &[jid, wrong, ("connect", &url)]).await;
        window.click("[name=secret][value=file]").await;
        is_refused(&window, "password_refused").await;
        walk.see("sign-in-wrong-password").await;
        fill(&window, &[("connect", &impostor.url())]).await;
        is_refused(&window, "certificate").await;
        walk.see("sign-in-certificate").await;
        window.click(".actions button:first-child").await;
        for (screen, button) in [
            ("create-account", "choose-create"),
            ("try-out-explained", "choose-tryout"),
        ] {
            window.click(&format!("[data-test={button}]")).await;
            walk.see(screen).await;
            window.click(".actions button:first-child").await;
        }
        tour.album.add(walk);
    }

    let account =
        json!({"jid": "hatter@localhost", "password": "no room", "connect": url, "secret": "file"});
    window.ask("sign_in", account).await;
    window.find("[data-test=own-status]").await;
    at.meeting.alice.until_online().await;
    for look in LOOKS {
        let mut walk = tour.walk(look).await;
        window.go("chats").await;
        walk.see("empty-chats").await;
        fill_search(&window, "dormouse").await;
        window.lacks("[data-test=people]").await;
        walk.see("empty-search").await;
        fill_search(&window, "").await;
        window.go("contacts").await;
        walk.see("empty-contacts").await;
        window.go("requests").await;
        window.find("[data-test=no-requests]").await;
        walk.see("empty-requests").await;
        window.go("activity").await;
        window.find("[data-test=no-activity]").await;
        walk.see("empty-activity").await;
        tour.album.add(walk);
    }
    tour.album.finish();
}

async fn fill_search(window: &Window, words: &str) {
    let script = format!(
        "const field = document.querySelector('[data-test=search]');
         field.value = {};
         field.dispatchEvent(new Event('input', {{ bubbles: true }}))",
        quoted(words)
    );
    window.script(&script).await;
}

/// Whom Alice meets every day.
struct Company {
    bob: Peer,
    _others: [Peer; 2],
    account: Value,
    room: String,
}

impl Company {
    /// Somebody to talk with, somebody who asks, a room that invites, somebody with a long name whose words are not
    /// read yet, and a friend who has not answered.
    async fn around(at: &AtScreen, window: &Window) -> Self {
        let alice = &at.meeting.alice_account.jid;
        let overview = window.ask("overview", json!({})).await;
        let account = overview["accounts"][0]["id"].clone();
        let mut bob = at.meeting.bob().await;
        let mut carol = at.meeting.stranger("carol").await;
        let mut rabbit = at.meeting.stranger("rabbit").await;
        for body in [
            "Hello Alice!",
            "Have you seen https://example.org/looking-glass?page=2 already? It goes on for quite a while, and then \
             some more, so that a line has to break.",
            "/me waves",
            "🎉",
        ] {
            bob.message(alice, body).await;
        }
        bob.show(
            "away",
            "At the garden, back at five, or a bit later if the tea is good",
        )
        .await;
        let room = format!("tea@{}", at.meeting.server.rooms());
        bob.join(&room, "Bob").await;
        bob.invite(&room, alice, "Tea at five?").await;
        let contact = |jid: &str| json!({"account": account, "jid": jid});
        for asking in [&mut rabbit, &mut carol] {
            asking.subscription(alice, "subscribe").await;
        }
        at.meeting
            .alice
            .until_status("two requests and the invitation", |status| {
                status["requests"] == 3
            })
            .await;
        let late = json!({"contact": contact(rabbit.jid())});
        window.ask("accept_request", late).await;
        rabbit.subscription(alice, "subscribed").await;
        for (jid, name, group) in [
            (
                rabbit.jid(),
                "The White Rabbit, who is late for a very important date",
                "Wonderland",
            ),
            (&at.meeting.bob_account.jid, "Bob", "Friends"),
        ] {
            let change = json!({"contact": contact(jid), "name": name, "groups": [group]});
            window.ask("change_contact", change).await;
        }
        let asked = json!({"account": account, "jid": "caterpillar@carillon.test", "name": "Caterpillar", "groups": ["Wonderland"], "text": ""});
        window.ask("add_contact", asked).await;
        rabbit.message(alice, "Oh dear! Oh dear!").await;
        rabbit
            .message(
                alice,
                "I shall be too late, and the Duchess will be so angry",
            )
            .await;
        carol.message(alice, "We met at Lewis's").await;
        at.meeting
            .alice
            .until_status("everything", |status| {
                status["requests"] == 3 && status["unread"] == 6
            })
            .await;
        Self {
            bob,
            _others: [carol, rabbit],
            account,
            room,
        }
    }
}

#[tokio::test]
async fn the_screens_of_every_day() {
    let at = AtScreen::on(Kind::Prosody).await;
    let window = at.meeting.alice.open_window().await;
    window.find("[data-test=own-status]").await;
    let mut company = Company::around(&at, &window).await;
    let bob = &at.meeting.bob_account.jid;
    window.choose_contact(bob).await;
    window.say("Now I have!").await;
    window.delivery_is("Now I have!", "sent").await;
    let mut tour = Tour::new(&at.screen, &at.meeting.alice, &window).await;
    for look in LOOKS {
        let mut walk = tour.walk(look).await;
        talking(&window, &mut walk, bob).await;
        people(&window, &mut walk, bob).await;
        settings(&window, &mut walk).await;
        tour.album.add(walk);
    }

    let carol = json!({"contact": {"account": company.account, "jid": "carol@carillon.test"}});
    window.ask("block", carol).await;
    window.go("requests").await;
    // Her card goes, and the others move up: a click would hit nothing.
    window.lacks("[data-test=request-contact]").await;
    window
        .click("[data-test=request-invite] [data-test=join]")
        .await;
    window.find("[data-test=composer]:enabled").await;
    company
        .bob
        .say_in_room(&company.room, "The kettle is on.")
        .await;
    window.shows_message("The kettle is on.").await;
    for look in LOOKS {
        let mut walk = tour.walk(look).await;
        rarer(&at, &window, &mut walk, &company.room).await;
        tour.album.add(walk);
    }
    tour.album.finish();
}

/// Chats, and what opens over them.
async fn talking(window: &Window, walk: &mut Walk<'_>, bob: &str) {
    walk.back().await;
    window.go("chats").await;
    walk.back().await;
    walk.see("chats").await;
    for (button, shown, screen) in [
        ("own-status", "availability-busy", "own-status"),
        ("mute", "mute-hour", "mute-menu"),
    ] {
        window.click(&format!("[data-test={button}]")).await;
        let shown = format!("[data-test={shown}]");
        window.find(&shown).await;
        walk.see(screen).await;
        walk.close(&shown).await;
    }
    window
        .click(&format!("[data-test=chat-row][data-jid={}]", quoted(bob)))
        .await;
    window.shows_message("Now I have!").await;
    walk.see("chat").await;
    window.click("[data-test=emoji]").await;
    window.find("[data-emoji='0']").await;
    walk.see("emoji").await;
    walk.close("[data-test=emoji-picker]").await;
    window.click("[data-test=chat-menu]").await;
    window.find("[data-test=block]").await;
    walk.see("chat-menu").await;
    walk.close("[data-test=block]").await;
    for (item, shown, screen) in [
        ("edit-contact", "contact-form", "dialog-edit-contact"),
        ("remove-contact", "confirm", "dialog-remove-contact"),
        ("block", "confirm", "dialog-block"),
        ("watch-contact", "watch-form", "dialog-watch"),
    ] {
        window.click("[data-test=chat-menu]").await;
        window.click(&format!("[data-test={item}]")).await;
        window.find(&format!("[data-test={shown}]")).await;
        walk.see(screen).await;
        walk.close_dialog().await;
    }
    window.click("[data-test=chat-menu]").await;
    window.click("[data-test=chat-alerts]").await;
    window.find("[data-test=scope-mute]").await;
    window.choose("[data-test=add-difference]", "message").await;
    window.find(&alert_row("message")).await;
    walk.see("alerts-of-a-contact").await;
    window.click("main [data-test=back]").await;
    window.find("[data-test=composer]").await;
    walk.back().await;
}

/// Contacts, requests, and what happened.
async fn people(window: &Window, walk: &mut Walk<'_>, bob: &str) {
    window.go("contacts").await;
    window.contact_is(bob, "away").await;
    walk.see("contacts").await;
    window.click("[data-test=add-contact]").await;
    window.find("[data-test=contact-form]").await;
    walk.see("dialog-add-contact").await;
    fill(window, &[("jid", bob)]).await;
    window.find("form .wrong:not(:empty)").await;
    walk.see("dialog-add-contact-known").await;
    walk.close_dialog().await;
    fill_search(window, "r").await;
    window.find("[data-test=people] h2").await;
    walk.see("search").await;
    fill_search(window, "").await;
    window.go("requests").await;
    window.find("[data-test=request-contact]").await;
    walk.see("requests").await;
    window.go("activity").await;
    window.click("[data-test=activity-entry] summary").await;
    walk.see("activity").await;
}

/// Every sheet, and a row of the alerts that was tried and changed.
async fn settings(window: &Window, walk: &mut Walk<'_>) {
    for sheet in [
        "alerts", "privacy", "accounts", "general", "tryout", "about",
    ] {
        window.go_to_sheet(sheet).await;
        window.find("main h1").await;
        if sheet == "alerts" {
            window.find("[data-test=alert-row]").await;
        }
        walk.see(&format!("settings-{sheet}")).await;
        walk.back().await;
    }
    window.go_to_sheet("alerts").await;
    let row = alert_row("contact_request");
    window.find(&row).await;
    window
        .script(&format!(
            "document.querySelector({row:?}).scrollIntoView({{ block: 'start' }})"
        ))
        .await;
    window.click(&format!("{row} [data-test=try]")).await;
    window.find(&format!("{row} [data-test=tried]")).await;
    if walk.narrow() {
        window.click(&format!("{row} [aria-expanded=false]")).await;
        window.find(&format!("{row} [data-test=cell-popup]")).await;
        walk.see("settings-alerts-row").await;
    } else {
        window
            .click(&format!("{row} [data-test=at-popup] [data-cell]"))
            .await;
        let editor = "[data-test=cell-editor]";
        window.find(&format!("{editor} select")).await;
        walk.see("settings-alerts-row").await;
        walk.close(editor).await;
    }
    window.click("[data-test=preset-sight_only]").await;
    window.find("[data-test=preset-changes]").await;
    walk.see("dialog-preset").await;
    walk.close_dialog().await;
    for (tab, shown) in [
        ("profiles", "profile-choice"),
        ("quiet", "quiet-hours"),
        ("watches", "no-watches"),
        ("what-if", "what-if"),
        ("more", "packs"),
    ] {
        window.click(&format!("[data-test=tab-{tab}]")).await;
        window.find(&format!("[data-test={shown}]")).await;
        walk.see(&format!("settings-alerts-{tab}")).await;
    }
    window.click("[data-test=tab-events]").await;
    walk.back().await;
    window.go_to_sheet("accounts").await;
    window.click("[data-test=change-account]").await;
    window.find("[data-test=new-password]").await;
    walk.see("settings-accounts-change").await;
    window.click("form .actions button[type=button]").await;
    window.click("[data-test=remove-account]").await;
    window.find("[data-test=confirm]").await;
    walk.see("dialog-remove-account").await;
    walk.close_dialog().await;
    walk.back().await;
}

/// A room, an address from outside, and people who are blocked.
async fn rarer(at: &AtScreen, window: &Window, walk: &mut Walk<'_>, room: &str) {
    walk.back().await;
    window.go("chats").await;
    walk.back().await;
    window
        .click(&format!("[data-test=chat-row][data-jid={}]", quoted(room)))
        .await;
    window.shows_message("The kettle is on.").await;
    walk.see("room").await;
    let address = format!("xmpp:{room}?join");
    let opened = at.meeting.alice.run(&[&address], "").await;
    assert!(opened.status.success(), "{address}");
    window.find("[data-test=uri-agree]").await;
    walk.see("dialog-join-room").await;
    walk.close_dialog().await;
    walk.back().await;
    window.go_to_sheet("privacy").await;
    window.find("[data-test=unblock]").await;
    walk.see("settings-privacy-blocked").await;
    walk.back().await;
}
