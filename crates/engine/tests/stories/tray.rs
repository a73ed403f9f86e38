//! What counts in the tray and what stands beside the count, until it is seen.

use crate::stage::{Session, Stage, jid};
use crate::words::{asks, comes, goes, refusal, said_while_away, says};
use carillon_core::alerts::{EventKind, Known, Row, TrayAction};
use carillon_core::session::Incoming;
use carillon_core::settings::Settings;

const BOB: &str = "bob@example.org";
const CAROL: &str = "carol@example.org";

/// Rows with this and nothing else.
fn with(tray: TrayAction, kinds: &'static [EventKind]) -> impl FnOnce(&mut Settings) {
    move |settings| {
        for kind in kinds {
            let row = Row {
                tray: Some(tray),
                ..Row::default()
            };
            settings.alerts_mut().rows.set(*kind, row);
        }
    }
}

/// Bob has not been there since Alice came.
async fn friends_count() -> (Stage, Session) {
    let kinds = &[EventKind::ContactAvailable, EventKind::ContactStatus];
    let (mut stage, session) = Stage::online_with(with(TrayAction::Badge, kinds)).await;
    stage.passes(40).await;
    stage.told().await;
    (stage, session)
}

impl Stage {
    async fn shows(&self) -> (u32, Option<EventKind>) {
        let tray = self.tray().await;
        (tray.unread, tray.overlay.map(|overlay| overlay.kind))
    }

    async fn looks(&mut self) {
        self.surroundings.send_modify(|now| now.looked_at = true);
        self.told().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_message_whose_row_leaves_the_tray_alone_counts_neither_now_nor_after_a_restart() {
    let choose = with(TrayAction::None, &[EventKind::Message]);
    let (mut stage, session) = Stage::online_with(choose).await;
    session.hears(says(BOB, "m1", "Tea?")).await;
    stage.told().await;
    assert_eq!(stage.shows().await, (0, None));
    let bob = stage.chat(BOB);
    assert_eq!(stage.stored().unread(&bob).unwrap(), 1, "in the window");
    let stage = stage.killed().await;
    assert_eq!(stage.shows().await, (0, None));
}

#[tokio::test(start_paused = true)]
async fn a_message_that_counts_is_shown_with_its_icon_over_a_restart_until_it_is_seen() {
    let (mut stage, session) = Stage::online().await;
    session.hears(says(BOB, "m1", "Tea?")).await;
    stage.told().await;
    assert_eq!(stage.shows().await, (1, Some(EventKind::Message)));
    let stage = stage.killed().await;
    assert_eq!(stage.shows().await, (1, Some(EventKind::Message)));
    let bob = stage.chat(BOB);
    let message = stage.stored().first_unseen(&bob).unwrap().unwrap();
    stage
        .call(move |desk| desk.mark_seen(&bob, message))
        .await
        .unwrap();
    assert_eq!(stage.shows().await, (0, None));
    let stage = stage.restarts().await;
    assert_eq!(stage.shows().await, (0, None));
}

#[tokio::test(start_paused = true)]
async fn a_night_of_messages_counts_as_the_row_of_what_was_missed_says() {
    let choose = with(TrayAction::None, &[EventKind::Missed]);
    let (mut stage, session) = Stage::online_with(choose).await;
    session.hears(said_while_away(BOB, "m1", "Asleep?")).await;
    stage.passes(10).await;
    stage.told().await;
    assert_eq!(stage.shows().await, (0, None));
    session.hears(says(BOB, "m2", "Awake?")).await;
    stage.told().await;
    assert_eq!(stage.shows().await, (1, Some(EventKind::Message)));
}

#[tokio::test(start_paused = true)]
async fn the_summary_of_an_earlier_run_leaves_the_tray_when_all_was_read() {
    let (mut stage, session) = Stage::online().await;
    session.hears(said_while_away(BOB, "m1", "Asleep?")).await;
    stage.passes(10).await;
    stage.told().await;
    assert_eq!(stage.shows().await, (1, Some(EventKind::Missed)));
    let stage = stage.killed().await;
    assert_eq!(stage.shows().await, (1, Some(EventKind::Missed)));
    let bob = stage.chat(BOB);
    let message = stage.stored().first_unseen(&bob).unwrap().unwrap();
    stage
        .call(move |desk| desk.mark_seen(&bob, message))
        .await
        .unwrap();
    assert_eq!(stage.shows().await, (0, None));
}

#[tokio::test(start_paused = true)]
async fn the_call_of_somebody_who_is_blocked_leaves_the_tray() {
    let (mut stage, session) = Stage::online().await;
    session.hears(Incoming::Attention { from: jid(BOB) }).await;
    stage.told().await;
    assert_eq!(stage.shows().await, (1, Some(EventKind::Attention)));
    session.hears(Incoming::Blocked(vec![jid(BOB)])).await;
    stage.told().await;
    assert_eq!(stage.shows().await, (0, None));
}

#[tokio::test(start_paused = true)]
async fn a_request_whose_row_leaves_the_tray_alone_waits_uncounted() {
    let choose = with(TrayAction::None, &[EventKind::ContactRequest]);
    let (mut stage, session) = Stage::online_with(choose).await;
    session.hears(asks(CAROL)).await;
    stage.told().await;
    assert_eq!(stage.shows().await, (0, None));
    let stage = stage.restarts().await;
    assert_eq!(stage.shows().await, (0, None));
    assert_eq!(stage.stored().contact_requests().unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_friend_who_comes_counts_until_the_user_has_looked_at_a_window() {
    let (mut stage, session) = friends_count().await;
    session.hears(comes(BOB)).await;
    stage.told().await;
    let friend = (1, Some(EventKind::ContactAvailable));
    assert_eq!(stage.shows().await, friend);
    let mut stage = stage.killed().await;
    assert_eq!(stage.shows().await, friend);
    stage.looks().await;
    assert_eq!(stage.shows().await, (0, None));
    let stage = stage.restarts().await;
    assert_eq!(stage.shows().await, (0, None));
}

#[tokio::test(start_paused = true)]
async fn a_friend_who_has_gone_again_counts_no_more() {
    let (mut stage, session) = friends_count().await;
    session.hears(comes(BOB)).await;
    session.hears(goes(BOB)).await;
    stage.told().await;
    assert_eq!(stage.shows().await, (0, None));
}

#[tokio::test(start_paused = true)]
async fn who_comes_before_the_users_eyes_does_not_count_and_behind_a_locked_screen_does() {
    let (mut stage, session) = friends_count().await;
    stage.looks().await;
    session.hears(comes(BOB)).await;
    stage.told().await;
    assert_eq!(stage.shows().await, (0, None));
    session.hears(goes(BOB)).await;
    stage.passes(600).await;
    stage
        .surroundings
        .send_modify(|now| now.locked = Known::Yes);
    session.hears(comes(BOB)).await;
    stage.told().await;
    assert_eq!(stage.shows().await.0, 1);
}

#[tokio::test(start_paused = true)]
async fn a_message_that_failed_counts_until_its_chat_was_in_front() {
    let (mut stage, session) = Stage::online().await;
    let bob = stage.chat(BOB);
    stage
        .call(move |desk| desk.send_message(&bob, "o1", "Hi"))
        .await
        .unwrap();
    session
        .hears(Incoming::MessageFailed {
            chat: jid(BOB).into(),
            id: "o1".to_owned(),
            problem: refusal("service-unavailable", ""),
        })
        .await;
    stage.told().await;
    assert_eq!(stage.shows().await, (1, Some(EventKind::MessageFailed)));
    stage.looks().await;
    assert_eq!(stage.shows().await.0, 1, "some other chat");
    let bob = stage.chat(BOB);
    stage
        .surroundings
        .send_modify(|now| now.chat_in_front = Some(bob));
    stage.told().await;
    assert_eq!(stage.shows().await, (0, None));
}

#[tokio::test(start_paused = true)]
async fn of_much_that_was_not_seen_the_strongest_stands_beside_the_count() {
    let (mut stage, session) = friends_count().await;
    session.hears(comes(BOB)).await;
    session.hears(says(BOB, "m1", "Tea?")).await;
    session.hears(asks(CAROL)).await;
    stage.told().await;
    assert_eq!(stage.shows().await, (3, Some(EventKind::ContactRequest)));
    let carol = stage.chat(CAROL);
    stage
        .call(move |desk| desk.decline_request(&carol))
        .await
        .unwrap();
    assert_eq!(stage.shows().await, (2, Some(EventKind::Message)));
}
