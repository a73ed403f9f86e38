//! Who can be taken for somebody else: their popups say so, and nobody else's.

use crate::private::{comes, inside, whispered, whispers};
use crate::stage::{Session, Stage, contact};
use crate::words::says;
use carillon_core::contact::Subscription;
use carillon_core::privacy::WhoMayWrite;
use carillon_core::session::Incoming;

const BOB: &str = "bob@example.org";
/// With a Cyrillic letter.
const FORGED: &str = "b\u{43e}b@example.org";

/// Everybody may write to me, and Bob is my contact.
async fn open_to_everyone() -> (Stage, Session) {
    let everyone = |s: &mut carillon_core::settings::Settings| {
        s.privacy.who_may_write = WhoMayWrite::Everyone;
    };
    let (mut stage, session) = Stage::online_with(everyone).await;
    let item = contact(BOB, Subscription::Both);
    let version = None;
    session.hears(Incoming::RosterPush { version, item }).await;
    stage.told().await;
    (stage, session)
}

async fn popup_warns_of(stage: &mut Stage) -> Option<String> {
    let told = stage.told().await;
    told.alert().content.looks_like.clone()
}

#[tokio::test(start_paused = true)]
async fn whose_address_looks_like_a_contact_s_is_told_where_everybody_may_write() {
    let (mut stage, session) = open_to_everyone().await;
    session.hears(says(FORGED, "m1", "Hello")).await;
    assert_eq!(popup_warns_of(&mut stage).await.as_deref(), Some(BOB));
}

#[tokio::test(start_paused = true)]
async fn contacts_are_who_they_are() {
    let (mut stage, session) = open_to_everyone().await;
    let item = contact(FORGED, Subscription::Both);
    let version = None;
    session.hears(Incoming::RosterPush { version, item }).await;
    stage.told().await;
    session.hears(says(FORGED, "m1", "Hello")).await;
    assert_eq!(popup_warns_of(&mut stage).await, None);
}

#[tokio::test(start_paused = true)]
async fn whose_nick_looks_like_another_one_of_the_room_is_told() {
    let (mut stage, session) = inside().await;
    comes(&session, "\u{415}va", "mallory").await;
    whispers(&session, "\u{415}va", "w1").await;
    assert_eq!(popup_warns_of(&mut stage).await.as_deref(), Some("Eva"));
}

#[tokio::test(start_paused = true)]
async fn the_summary_of_a_flood_warns_of_nobody() {
    let (mut stage, session) = inside().await;
    for n in 0..40 {
        let (known, forged) = (format!("Eva{n}"), format!("\u{415}va{n}"));
        comes(&session, &known, &format!("id{n}")).await;
        comes(&session, &forged, &format!("forged{n}")).await;
    }
    let flood = (0..200).map(|n| {
        let nick = format!("\u{415}va{}", n % 40);
        Incoming::Message(whispered(&nick, &format!("m{n}"), "psst"))
    });
    session.hears_all(flood.collect::<Vec<_>>()).await;
    let told = stage.told().await;
    let summaries = told.summaries();
    assert!(!summaries.is_empty());
    for summary in summaries {
        assert_eq!(summary.content.looks_like, None);
    }
}
