//! What is not rung: follow-ups, floods, mutes, and an engine that has nothing to do.

use crate::stage::{MORNING, Stage, jid};
use crate::words::says;
use carillon_core::alerts::{EventKind, Known, Preview, Whose};
use carillon_core::privacy::WhoMayWrite;
use carillon_core::session::Incoming;
use carillon_core::settings::Mute;
use carillon_engine::Output;
use std::collections::HashSet;
use std::sync::atomic::Ordering;

const BOB: &str = "bob@example.org";

fn flood(messages: u32, people: u32) -> Vec<Incoming> {
    (0..messages)
        .map(|n| {
            says(
                &format!("friend{}@example.org", n % people),
                &format!("m{n}"),
                "Hello",
            )
        })
        .collect()
}

async fn open_to_everyone() -> (Stage, crate::stage::Session) {
    Stage::online_with(|s| s.privacy.who_may_write = WhoMayWrite::Everyone).await
}

#[tokio::test(start_paused = true)]
async fn a_follow_up_shows_without_a_second_sound() {
    let (mut stage, session) = Stage::online().await;
    session.hears(says(BOB, "m1", "Hello")).await;
    session.hears(says(BOB, "m2", "again")).await;
    let told = stage.told().await;
    let second = &told.rings()[1].plan;
    assert!(second.popup.is_some() && second.sound.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_lively_chat_sounds_again_five_seconds_after_the_last_sound() {
    let (mut stage, session) = Stage::online().await;
    let mut sounds = Vec::new();
    for second in 0..6 {
        session
            .hears(says(BOB, &format!("m{second}"), "Hello"))
            .await;
        sounds.push(stage.told().await.rings()[0].plan.sound.is_some());
        stage.passes(1).await;
    }
    assert_eq!(sounds, [true, false, false, false, false, true]);
}

#[tokio::test(start_paused = true)]
async fn what_was_seen_sounds_again_at_once() {
    let (mut stage, session) = Stage::online().await;
    session.hears(says(BOB, "m1", "Hello")).await;
    session
        .hears(Incoming::SeenElsewhere {
            chat: jid(BOB),
            id: "m1".to_owned(),
        })
        .await;
    stage.told().await;
    session.hears(says(BOB, "m2", "again")).await;
    assert!(stage.told().await.alert().plan.sound.is_some());
}

#[tokio::test(start_paused = true)]
async fn a_flood_fills_few_popups_and_few_sounds() {
    let (mut stage, session) = open_to_everyone().await;
    session.hears_all(flood(200, 40)).await;
    let told = stage.told().await;
    let popups: HashSet<&str> = told
        .rings()
        .into_iter()
        .filter(|ring| ring.plan.popup.is_some())
        .map(|ring| ring.plan.replace_key.as_str())
        .collect();
    let sounds = told
        .rings()
        .into_iter()
        .filter(|ring| ring.plan.sound.is_some())
        .count();
    assert!(popups.len() <= 6, "{popups:?}");
    assert!(sounds <= 5, "{sounds}");
}

#[tokio::test(start_paused = true)]
async fn the_summary_of_a_flood_says_how_many_messages_in_how_many_chats() {
    let (mut stage, session) = open_to_everyone().await;
    session.hears_all(flood(200, 40)).await;
    let told = stage.told().await;
    let last = told.summaries().pop().unwrap();
    assert_eq!((last.content.messages, last.content.chats), (200, 40));
}

#[tokio::test(start_paused = true)]
async fn the_summary_of_a_flood_tells_no_single_message() {
    let (mut stage, session) = open_to_everyone().await;
    session.hears_all(flood(200, 40)).await;
    let told = stage.told().await;
    assert!(
        told.summaries()
            .iter()
            .all(|ring| ring.content.text.is_empty())
    );
}

#[tokio::test(start_paused = true)]
async fn the_next_flood_begins_to_count_anew() {
    let (mut stage, session) = open_to_everyone().await;
    session.hears_all(flood(200, 40)).await;
    stage.passes(60).await;
    stage.told().await;
    let next = (0..10).map(|n| says(&format!("other{n}@example.org"), "m1", "Hello"));
    session.hears_all(next).await;
    let told = stage.told().await;
    let last = told.summaries().pop().unwrap();
    assert_eq!((last.content.messages, last.content.chats), (10, 10));
}

#[tokio::test(start_paused = true)]
async fn the_count_of_a_flood_is_exact() {
    let (stage, session) = open_to_everyone().await;
    session.hears_all(flood(1_000, 7)).await;
    assert_eq!(stage.tray().await.unread, 1_000);
}

#[tokio::test(start_paused = true)]
async fn behind_a_locked_screen_the_open_chat_rings_like_any_other() {
    let (mut stage, session) = Stage::online().await;
    let chat = stage.chat(BOB);
    stage
        .surroundings
        .send_modify(|around| around.chat_in_front = Some(chat));
    session.hears(says(BOB, "m1", "Hello")).await;
    assert!(stage.told().await.alerted().is_empty());
    stage
        .surroundings
        .send_modify(|around| around.locked = Known::Yes);
    session.hears(says(BOB, "m2", "Are you there?")).await;
    let told = stage.told().await;
    let plan = &told.alert().plan;
    assert_eq!(plan.kind, EventKind::Message);
    assert!(plan.sound.is_some() && plan.preview == Preview::Nothing);
    stage
        .surroundings
        .send_modify(|around| around.locked = Known::No);
    session.hears(says(BOB, "m3", "Ah")).await;
    assert!(stage.told().await.alerted().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_flood_that_lasts_a_minute_is_heard_no_more_than_one_of_a_second() {
    let (mut stage, session) = open_to_everyone().await;
    let mut sounds = 0;
    for second in 0..60 {
        let said = (0..20).map(|n| {
            says(
                &format!("friend{n}@example.org"),
                &format!("m{second}-{n}"),
                "Hello",
            )
        });
        session.hears_all(said).await;
        let told = stage.told().await;
        let rings = told.rings();
        sounds += rings
            .iter()
            .filter(|ring| ring.plan.sound.is_some())
            .count();
        stage.passes(1).await;
    }
    assert_eq!(sounds, 6, "five popups and their summary");
}

#[tokio::test(start_paused = true)]
async fn a_samples_ring_does_not_make_a_flood() {
    let (mut stage, session) = Stage::online().await;
    for _ in 0..10 {
        stage
            .call(|desk| desk.try_alert(EventKind::Message, &Whose::default(), "Bob", "Hello"))
            .await
            .unwrap();
    }
    stage.told().await;
    session.hears(says(BOB, "m1", "Hello")).await;
    assert!(stage.told().await.summaries().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_sample_rings_while_muted_and_leaves_no_row() {
    let (mut stage, _session) = Stage::online().await;
    stage
        .call(|desk| desk.set_mute(Some(Mute::Forever)))
        .await
        .unwrap();
    stage
        .call(|desk| desk.try_alert(EventKind::RoomInvite, &Whose::default(), "Room", "Come"))
        .await
        .unwrap();
    assert_eq!(stage.told().await.alerted(), [EventKind::RoomInvite]);
    assert_eq!(stage.stored().activity(None, 10).unwrap(), []);
}

#[tokio::test(start_paused = true)]
async fn while_muted_nothing_rings_but_everything_counts() {
    let (mut stage, session) = Stage::online().await;
    stage
        .call(|desk| desk.set_mute(Some(Mute::Forever)))
        .await
        .unwrap();
    session.hears(says(BOB, "m1", "Hello")).await;
    assert!(stage.told().await.alerted().is_empty());
    let tray = stage.tray().await;
    assert!(tray.muted && tray.unread == 1);
}

#[tokio::test(start_paused = true)]
async fn a_mute_is_lifted_when_it_is_due() {
    let (mut stage, session) = Stage::online().await;
    let at = MORNING.plus_millis(60_000);
    stage
        .call(move |desk| desk.set_mute(Some(Mute::Until { at })))
        .await
        .unwrap();
    stage.told().await;
    stage.passes(60).await;
    assert!(stage.told().await.has(|one| *one == Output::Own));
    session.hears(says(BOB, "m1", "Hello")).await;
    assert_eq!(stage.told().await.alerted(), [EventKind::Message]);
}

#[tokio::test(start_paused = true)]
async fn a_mute_survives_a_restart() {
    let stage = Stage::new().await;
    stage
        .call(|desk| desk.set_mute(Some(Mute::Forever)))
        .await
        .unwrap();
    let stage = stage.restarts().await;
    assert_eq!(stage.call(|desk| desk.mute()).await, Some(Mute::Forever));
}

#[tokio::test(start_paused = true)]
async fn an_idle_engine_never_wakes() {
    let (stage, session) = Stage::online().await;
    session.hears(says(BOB, "m1", "Hello")).await;
    stage.passes(60).await;
    let before = stage.clock_asked.load(Ordering::Relaxed);
    stage.passes(7 * 24 * 3_600).await;
    // Whoever wakes asks for the time.
    assert_eq!(stage.clock_asked.load(Ordering::Relaxed), before);
}

#[tokio::test(start_paused = true)]
async fn outputs_that_nobody_takes_are_counted_and_a_popup_s_newest_words_are_said_later() {
    let (mut stage, session) = open_to_everyone().await;
    session.hears_all(flood(2_000, 7)).await;
    let kept = stage.told().await;
    assert!(kept.0.len() <= 1_024);
    stage.passes(1).await;
    let told = stage.told().await;
    assert!(told.has(|one| matches!(one, Output::LeftOut(left) if *left > 0)));
    let summary = told.0.iter().find_map(|one| match one {
        Output::Ring(ring) => Some((ring.content.messages, ring.content.chats)),
        _ => None,
    });
    assert_eq!(summary, Some((2_000, 7)), "{told:#?}");
}

#[tokio::test(start_paused = true)]
async fn an_engine_whose_outputs_nobody_will_ever_take_rests_too() {
    let (mut stage, session) = Stage::online().await;
    stage.outputs_close();
    session.hears(says(BOB, "m1", "Hello")).await;
    stage.passes(60).await;
    let before = stage.clock_asked.load(Ordering::Relaxed);
    stage.passes(3_600).await;
    assert_eq!(stage.clock_asked.load(Ordering::Relaxed), before);
}

#[tokio::test(start_paused = true)]
async fn a_popup_is_shown_before_its_row_in_the_activity_list_is_written() {
    let (mut stage, session) = Stage::online().await;
    let mut outputs = stage.outputs_are_taken();
    let (order, mut orders) = tokio::sync::mpsc::channel(8);
    let list = stage.another_reader();
    // As in the resident: the first task of all hears the engine, and hands on to another one what is to be shown.
    let popups = tokio::spawn(async move {
        orders.recv().await.unwrap();
        list.activity(None, 10).unwrap().len()
    });
    let hears = async {
        while let Some(output) = outputs.recv().await {
            if matches!(output, Output::Ring(_)) {
                order.send(()).await.unwrap();
                return;
            }
        }
    };
    tokio::join!(hears, session.hears(says(BOB, "m1", "Hello")));
    assert_eq!(popups.await.unwrap(), 0, "the popup waited for the row");
    assert_eq!(stage.stored().activity(None, 10).unwrap().len(), 1);
}
