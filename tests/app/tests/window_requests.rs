//! Who asks waits in Requests, and is answered there.

use carillon_tests_app::{AtScreen, Window, looks_at, quoted};
use carillon_tests_servers::Kind;

fn card(kind: &str, jid: &str) -> String {
    format!("[data-test=request-{kind}][data-jid={}]", quoted(jid))
}

async fn answer(window: &Window, card: &str, button: &str) {
    window.click(&format!("{card} [data-test={button}]")).await;
}

#[tokio::test]
async fn contact_requests_are_accepted_declined_and_blocked_on_their_cards() {
    let at = AtScreen::on(Kind::Embedded).await;
    let alice = &at.meeting.alice_account.jid;
    let (mut carol, mut dave, mut mallory) = (
        at.meeting.stranger("carol").await,
        at.meeting.stranger("dave").await,
        at.meeting.stranger("mallory").await,
    );
    let (carols, daves, mallorys) = (
        carol.jid().to_owned(),
        dave.jid().to_owned(),
        mallory.jid().to_owned(),
    );
    for peer in [&mut carol, &mut dave, &mut mallory] {
        peer.subscription(alice, "subscribe").await;
    }
    at.meeting
        .alice
        .until_status("three requests", |status| status["requests"] == 3)
        .await;
    let window = at.meeting.alice.open_window().await;
    window.go("requests").await;

    let card = |jid: &str| card("contact", jid);
    answer(&window, &card(&carols), "accept").await;
    carol.expect_presence(alice, "subscribed").await;
    carol.expect_presence(alice, "subscribe").await;
    window.lacks(&card(&carols)).await;

    answer(&window, &card(&daves), "decline").await;
    dave.expect_presence(alice, "unsubscribed").await;
    window.lacks(&card(&daves)).await;

    answer(&window, &card(&mallorys), "block").await;
    window.click("[data-test=confirm]").await;
    window.find("[data-test=no-requests]").await;
    window.go("contacts").await;
    window
        .find(&format!(
            "[data-test=contact-row][data-jid={}]",
            quoted(&carols)
        ))
        .await;

    window.go_to_sheet("privacy").await;
    window.reads("main", &mallorys).await;
    window.click("[data-test=unblock]").await;
    window.lacks("[data-test=unblock]").await;
    window.reads("main", "Nobody is blocked").await;
}

#[tokio::test]
async fn a_stranger_s_message_is_accepted_into_a_chat() {
    let at = AtScreen::on(Kind::Embedded).await;
    let mut erin = at.meeting.stranger("erin").await;
    erin.message(&at.meeting.alice_account.jid, "We met at the fair")
        .await;
    at.meeting
        .alice
        .until_status("a request", |status| status["requests"] == 1)
        .await;
    let window = at.meeting.alice.open_window().await;
    window.go("requests").await;
    let card = card("stranger", erin.jid());
    window.reads(&card, "We met at the fair").await;

    answer(&window, &card, "accept").await;

    window.shows_message("We met at the fair").await;
    window.say("So we did").await;
    erin.expect_message("So we did").await;
}

#[tokio::test]
async fn an_invitation_is_joined_on_its_card_and_is_a_chat_then_on_prosody() {
    an_invitation_is_joined(Kind::Prosody).await;
}

#[tokio::test]
async fn an_invitation_is_joined_on_its_card_and_is_a_chat_then_on_ejabberd() {
    an_invitation_is_joined(Kind::Ejabberd).await;
}

async fn an_invitation_is_joined(kind: Kind) {
    let at = AtScreen::on(kind).await;
    let mut bob = at.meeting.bob_unseen().await;
    bob.available().await;
    let room = format!("tea@{}", at.meeting.server.rooms());
    bob.join(&room, "Bob").await;
    bob.invite(&room, &at.meeting.alice_account.jid, "Tea at five?")
        .await;
    at.meeting
        .alice
        .until_status("an invitation", |status| status["requests"] == 1)
        .await;
    let window = at.meeting.alice.open_window().await;
    window.go("requests").await;
    let card = card("invite", &room);
    window.reads(&card, "Tea at five?").await;

    answer(&window, &card, "join").await;

    at.meeting
        .alice
        .until_status("the room", looks_at(&room))
        .await;
    window
        .reads("[data-test=chat-presence]", "2 people here")
        .await;
    bob.say_in_room(&room, "Welcome").await;
    window.shows_message("Welcome").await;
    window.say("Thank you").await;
    bob.expect("Alice in the room", |it| it.xml().contains("Thank you"))
        .await;
}
