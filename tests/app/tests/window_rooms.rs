//! Rooms from their first day to their last, in the real window: by who owns them, and by who finds them. slixmpp is in
//! them too, and says what came to it. Photographed dark and light.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // in the functions that the tests share

use carillon_tests_app::{AtScreen, Person, Tour, Window, quoted};
use carillon_tests_servers::{Kind, Peer, until_some};
use serde_json::json;

const COMPOSER: &str = "[data-test=composer]";
/// WebDriver's codes for the Escape and the right arrow key (WebDriver, section 17.4.2).
const ESCAPE: &str = "\u{E00C}";
const RIGHT: &str = "\u{E014}";
const CAROL: &str = "carol@carillon.test";

/// A window, somebody in the room, and what is photographed.
struct Stage<'a> {
    window: &'a Window,
    bob: Peer,
    room: String,
    tour: Tour<'a>,
}

#[tokio::test]
async fn a_room_is_kept_by_its_owner_on_prosody() {
    a_room_is_kept_by_its_owner(Kind::Prosody).await;
}

#[tokio::test]
async fn a_room_is_kept_by_its_owner_on_ejabberd() {
    a_room_is_kept_by_its_owner(Kind::Ejabberd).await;
}

async fn a_room_is_kept_by_its_owner(kind: Kind) {
    let at = AtScreen::on(kind).await;
    let bob = Peer::eloquent(&at.meeting.server, &at.meeting.bob_account).await;
    let window = at.meeting.alice.open_window().await;
    window.find("[data-test=own-status]").await;
    let mut tour = Tour::over(kind, &at.screen, &at.meeting.alice, &window).await;

    window.looks_for_rooms().await;
    tour.see("rooms-none").await;
    window.describes_a_room("Tea party", true).await;
    tour.see("room-create").await;
    let room = window.makes_the_room().await;
    let mut stage = Stage {
        window: &window,
        bob,
        room,
        tour,
    };
    stage.bob.join(&stage.room, "Bob").await;
    window.has_role("Bob", "participant").await;

    settings(&mut stage).await;
    let carol = at.meeting.stranger("carol").await;
    password(&mut stage, carol).await;
    nick(&mut stage).await;
    picture(&mut stage).await;
    lists(&mut stage).await;
    voice(&mut stage).await;
    privately(&mut stage).await;
    end(stage).await;
}

/// The room's own form: what it says of itself, and who comes in.
async fn settings(stage: &mut Stage<'_>) {
    let Stage { window, tour, .. } = stage;
    window.in_chat_menu("room-settings").await;
    let field = |var: &str| format!("[data-test=field][data-var='muc#roomconfig_{var}'] input");
    window
        .write_anew(&field("roomdesc"), "Scones at five")
        .await;
    tour.see("room-settings").await;
    // ejabberd asks beside the password whether there is one.
    let asked = "[...document.querySelectorAll('[data-var=\"muc#roomconfig_passwordprotectedroom\"] input:not(:checked)')]
        .forEach((it) => it.click())";
    window.script(asked).await;
    window.write_anew(&field("roomsecret"), "jam").await;
    window
        .click("[data-test=room-settings-form] [data-test=submit]")
        .await;
    window.lacks("[data-test=dialog]").await;
    window.shows_people(true).await;
    window
        .reads("[data-test=room-about]", "Scones at five")
        .await;
}

/// What was set is what the room asks for.
async fn password(stage: &mut Stage<'_>, mut carol: Peer) {
    let Stage { window, room, .. } = stage;
    let enter = |password: &str| {
        format!(
            "<presence to='{room}/Carol'><x xmlns='http://jabber.org/protocol/muc'>{password}</x></presence>"
        )
    };
    carol.raw(&enter("")).await;
    carol
        .expect("a closed door", |it| {
            it.text("type") == "error" && it.xml().contains("not-authorized")
        })
        .await;
    carol.raw(&enter("<password>jam</password>")).await;
    window.has_role("Carol", "participant").await;
    let leaves = format!("<presence to='{room}/Carol' type='unavailable'/>");
    carol.raw(&leaves).await;
    window.lacks("[data-test=person][data-nick=Carol]").await;
}

async fn nick(stage: &mut Stage<'_>) {
    let Stage {
        window, bob, tour, ..
    } = stage;
    window.in_chat_menu("room-nick").await;
    window
        .write_anew("[data-test=words-form] input", "Queen of Hearts")
        .await;
    tour.see("room-nick").await;
    window
        .click("[data-test=words-form] [data-test=confirm]")
        .await;
    window.has_role("Queen of Hearts", "moderator").await;
    bob.expect("the new nick", |it| {
        it.text("type") == "unavailable"
            && it.xml().contains("303")
            && it.xml().contains("Queen of Hearts")
    })
    .await;
}

async fn picture(stage: &mut Stage<'_>) {
    let Stage { window, tour, .. } = stage;
    let shown = "[data-test=chat-header] [data-test=avatar-picture]";
    window.lacks(shown).await;
    window.in_chat_menu("room-avatar").await;
    window.give_picture("[data-test=avatar-file]").await;
    let part = "[data-test=avatar-part]";
    let key = window.find(part).await.send_keys(RIGHT).await;
    key.expect("a key for the part");
    tour.see("room-picture").await;
    window.click("[data-test=avatar-set]").await;
    window.lacks("[data-test=dialog]").await;
    window.find(shown).await;
}

/// Somebody becomes a member, then is banned, both on the lists.
async fn lists(stage: &mut Stage<'_>) {
    let Stage { window, tour, .. } = stage;
    window.shows_people(true).await;
    window.click("[data-test=room-lists]").await;
    window.find("[data-test=listed]").await;
    window.click("[data-test=list-member]").await;
    window.write("[data-test=list-address]", CAROL).await;
    window.click("[data-test=list-add]").await;
    let carol = format!("[data-test=listed][data-jid={}]", quoted(CAROL));
    window.find(&carol).await;
    tour.see("room-lists").await;
    let choice = format!("{carol} [data-test=listed-as]");
    window.choose(&choice, "outcast").await;
    window.lacks(&carol).await;
    window.click("[data-test=list-outcast]").await;
    window.find(&carol).await;
    window.press(ESCAPE).await;
    window.lacks("[data-test=dialog]").await;
}

async fn voice(stage: &mut Stage<'_>) {
    let Stage { window, bob, .. } = stage;
    for (act, role) in [("revoke_voice", "visitor"), ("grant_voice", "participant")] {
        window.in_menu_of("Bob", &format!("moderate-{act}")).await;
        window
            .click("[data-test=words-form] [data-test=confirm]")
            .await;
        window.has_role("Bob", role).await;
        let wanted = [format!("\"{role}\""), format!("'{role}'")];
        bob.expect(role, |it| {
            it.text("from").ends_with("/Bob") && wanted.iter().any(|one| it.xml().contains(one))
        })
        .await;
    }
}

/// Between two of the room, seen by nobody else.
async fn privately(stage: &mut Stage<'_>) {
    let Stage {
        window,
        bob,
        room,
        tour,
    } = stage;
    window.in_menu_of("Bob", "write-privately").await;
    window
        .find("[data-test=private-bar][data-state=ready]")
        .await;
    window.say("Between you and me").await;
    let heard = bob.expect_message("Between you and me").await;
    assert_eq!(heard.text("type"), "chat");
    assert_eq!(heard.text("from"), format!("{room}/Queen of Hearts"));
    bob.message(&format!("{room}/Queen of Hearts"), "And nobody else")
        .await;
    window.shows_message("And nobody else").await;
    tour.see("room-private").await;
    window.click("[data-test=to-room]").await;
    window
        .reads("[data-test=chat-header] h2", "Tea party")
        .await;
    let said = "return document.querySelector('[data-test=messages]')?.innerText.includes('nobody else') ?? true";
    assert_eq!(window.script(said).await, false);
}

/// Bob is banned, and the room is closed.
async fn end(stage: Stage<'_>) {
    let Stage {
        window,
        mut bob,
        mut tour,
        ..
    } = stage;
    window.in_menu_of("Bob", "moderate-ban").await;
    window
        .write("[data-test=words-form] input", "Enough jam")
        .await;
    tour.see("room-ban").await;
    window
        .click("[data-test=words-form] [data-test=confirm]")
        .await;
    bob.expect("his ban", |it| {
        it.text("type") == "unavailable" && it.xml().contains("301")
    })
    .await;
    window.lacks("[data-test=person][data-nick=Bob]").await;

    window.in_chat_menu("close-room").await;
    tour.see("room-close").await;
    window
        .click("[data-test=words-form] [data-test=confirm]")
        .await;
    window.find("[data-test=no-chat]").await;
    tour.album.finish();
}

#[tokio::test]
async fn a_room_with_a_password_is_found_entered_and_left_on_prosody() {
    a_room_with_a_password(Kind::Prosody).await;
}

#[tokio::test]
async fn a_room_with_a_password_is_found_entered_and_left_on_ejabberd() {
    a_room_with_a_password(Kind::Ejabberd).await;
}

async fn a_room_with_a_password(kind: Kind) {
    let at = AtScreen::on(kind).await;
    let mut bob = Peer::eloquent(&at.meeting.server, &at.meeting.bob_account).await;
    let room = format!("tea@{}", at.meeting.server.rooms());
    bob.join(&room, "Bob").await;
    has_a_password(&mut bob, &room).await;
    let window = at.meeting.alice.open_window().await;
    window.find("[data-test=own-status]").await;
    let mut tour = Tour::over(kind, &at.screen, &at.meeting.alice, &window).await;

    finds(&window, &room, &mut tour).await;
    let form = "[data-test=enter-room-form]";
    window.find(form).await;
    tour.see("room-enter").await;
    window.click(&format!("{form} [data-test=submit]")).await;
    window
        .reads("[data-test=chat-presence]", "This room asks for a password")
        .await;
    window.find(&format!("{COMPOSER}:disabled")).await;
    window.in_chat_menu("join-room").await;
    window
        .write(&format!("{form} input[type=password]"), "jam")
        .await;
    tour.see("room-password").await;
    window.click(&format!("{form} [data-test=submit]")).await;
    window.find(&format!("{COMPOSER}:enabled")).await;
    bob.say_in_room(&room, "There you are").await;
    window.shows_message("There you are").await;

    window.has_role("Bob", "moderator").await;
    window.choose("[data-test=room-notify]", "always").await;
    tour.see("room-people").await;
    window.click("[data-test=close-people]").await;
    is_kept_elsewhere(&at, &room).await;

    window.in_chat_menu("leave-room").await;
    window.find("[data-test=no-chat]").await;
    bob.expect_presence(&room, "unavailable").await;

    bob.invite(&room, &at.meeting.alice_account.jid, "Once more?")
        .await;
    window.go("requests").await;
    let card = format!("[data-test=request-invite][data-jid={}]", quoted(&room));
    window.reads(&card, "Once more?").await;
    tour.see("room-invited").await;
    window.click(&format!("{card} [data-test=decline]")).await;
    window.lacks(&card).await;
    bob.expect("her answer", |it| it.xml().contains("decline"))
        .await;
    tour.album.finish();
}

/// Bob's room takes in who knows the password, and can be found.
async fn has_a_password(bob: &mut Peer, room: &str) {
    let fields: String = [
        ("FORM_TYPE", "http://jabber.org/protocol/muc#roomconfig"),
        ("muc#roomconfig_roomname", "Tea at the hatter's"),
        ("muc#roomconfig_publicroom", "1"),
        ("muc#roomconfig_passwordprotectedroom", "1"),
        ("muc#roomconfig_roomsecret", "jam"),
    ]
    .map(|(var, value)| {
        let value = value.replace('\'', "&apos;");
        format!("<field var='{var}'><value>{value}</value></field>")
    })
    .concat();
    bob.raw(&format!(
        "<iq type='set' to='{room}' id='has-a-password'><query xmlns='http://jabber.org/protocol/muc#owner'>
           <x xmlns='jabber:x:data' type='submit'>{fields}</x></query></iq>"
    ))
    .await;
    bob.expect("what the room tells of its settings", |it| {
        it.kind() == "message" && it.xml().contains("104")
    })
    .await;
}

/// Finds the room in the list. ejabberd leaves one out that does not say within 100 ms how full it is.
async fn finds(window: &Window, room: &str, tour: &mut Tour<'_>) {
    let found = format!("[data-test=found-room][data-jid={}]", quoted(room));
    let there = format!("return document.querySelector({}) !== null", quoted(&found));
    until_some("the room in the list", async || {
        window.looks_for_rooms().await;
        if window.script(&there).await == true {
            return Some(());
        }
        window.press(ESCAPE).await;
        window.lacks("[data-test=dialog]").await;
        None
    })
    .await;
    tour.see("rooms-found").await;
    window.click(&found).await;
}

/// Another device of Alice's has the room, and what it tells of, from the account's bookmarks.
async fn is_kept_elsewhere(at: &AtScreen, room: &str) {
    let mut elsewhere = Person::new("Alice elsewhere").await;
    elsewhere
        .online(&at.meeting.server, &at.meeting.alice_account)
        .await;
    let mut tool = elsewhere.tool().await;
    let overview = tool.must("read_overview", json!({})).await;
    let account = overview["accounts"][0]["id"].clone();
    let chat = json!({"account": account, "jid": room});
    until_some("the room on another device", async || {
        let view = tool.ask("read_room", json!({ "room": chat })).await.ok()?;
        (view["state"]["kind"] == "joined" && view["notify"] == "always").then_some(())
    })
    .await;
    elsewhere.quit().await;
}
