//! Alerts that wait, come again, and end when they are seen anywhere.

use crate::stage::{Session, Stage, jid};
use crate::words::says;
use carillon_core::alerts::repeat::{Repeat, Sense};
use carillon_core::alerts::rules::QuietHours;
use carillon_core::alerts::{EventKind, Hours, Known, PopupForm, Row, Surroundings};
use carillon_core::session::{Incoming, IncomingMessage};
use carillon_core::settings::{Mute, Settings};
use jiff::tz::TimeZone;
use std::sync::Arc;
use std::sync::atomic::Ordering;

pub(crate) const BOB: &str = "bob@example.org";

/// Messages come again every ten seconds, three times.
fn repeating(settings: &mut Settings) {
    let row = Row {
        repeat: Some(Repeat {
            times: 3,
            every: 10,
            escalate: Vec::new(),
        }),
        ..Row::default()
    };
    settings.alerts_mut().rows.set(EventKind::Message, row);
}

pub(crate) async fn uses_the_phone(session: &Session) {
    session
        .hears(Incoming::UsedElsewhere { chat: jid(BOB) })
        .await;
}

async fn seen_on_the_phone(session: &Session, id: &str) {
    session
        .hears(Incoming::SeenElsewhere {
            chat: jid(BOB),
            id: id.to_owned(),
        })
        .await;
}

impl Stage {
    /// The outcomes of the Activity list, the oldest first.
    pub(crate) fn outcomes(&self) -> Vec<(String, String)> {
        let mut rows = self.stored().activity(None, 1_000).unwrap();
        rows.reverse();
        rows.into_iter()
            .map(|one| (one.row.kind, one.row.outcome))
            .collect()
    }

    pub(crate) fn outcomes_of(&self, kind: EventKind) -> Vec<String> {
        let rows = self.outcomes().into_iter();
        rows.filter(|(of, _)| of == kind.name())
            .map(|(_, outcome)| outcome)
            .collect()
    }

    fn timers(&self) -> usize {
        self.stored().alert_timers().unwrap().len()
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_read_on_the_phone_within_the_grace_never_rings() {
    let (mut stage, session) = Stage::online().await;
    uses_the_phone(&session).await;
    session.hears(says(BOB, "m1", "Hello")).await;
    assert!(stage.told().await.alerted().is_empty());
    assert_eq!(stage.outcomes_of(EventKind::Message), ["later"]);
    stage.passes(5).await;
    seen_on_the_phone(&session, "m1").await;
    stage.passes(60).await;
    assert!(stage.told().await.alerted().is_empty());
    assert_eq!(stage.outcomes_of(EventKind::Message), ["silent"]);
    assert_eq!(stage.timers(), 0);
}

#[tokio::test(start_paused = true)]
async fn what_nobody_reads_on_the_phone_rings_when_the_grace_is_over() {
    let (mut stage, session) = Stage::online().await;
    uses_the_phone(&session).await;
    session.hears(says(BOB, "m1", "Hello")).await;
    stage.passes(9).await;
    assert!(stage.told().await.alerted().is_empty());
    stage.passes(1).await;
    let told = stage.told().await;
    assert_eq!(told.alert().content.text, "Hello");
    assert!(told.alert().plan.sound.is_some());
    assert_eq!(stage.outcomes_of(EventKind::Message), ["alerted"]);
}

#[tokio::test(start_paused = true)]
async fn the_phone_in_another_chat_or_long_ago_delays_nothing() {
    let (mut stage, session) = Stage::online().await;
    uses_the_phone(&session).await;
    stage.passes(60).await;
    session.hears(says(BOB, "m1", "Hello")).await;
    assert_eq!(stage.told().await.alerted(), [EventKind::Message]);
}

#[tokio::test(start_paused = true)]
async fn of_several_that_wait_one_alert_tells_all_and_each_row_has_its_outcome() {
    let (mut stage, session) = Stage::online().await;
    uses_the_phone(&session).await;
    for second in 0..3 {
        session
            .hears(says(BOB, &format!("m{second}"), "Hello"))
            .await;
        stage.passes(1).await;
    }
    stage.passes(60).await;
    let told = stage.told().await;
    assert_eq!(told.alert().content.messages, 3);
    assert_eq!(stage.outcomes_of(EventKind::Message), ["alerted"; 3]);
}

#[tokio::test(start_paused = true)]
async fn an_answer_from_the_phone_is_a_read_chat() {
    let (mut stage, session) = Stage::online().await;
    session.hears(says(BOB, "m1", "Hello")).await;
    stage.told().await;
    let answer = IncomingMessage {
        author: carillon_core::chat::Author::Me,
        origin: carillon_core::session::Origin::Carbon,
        ..crate::words::message(BOB, "phone", "Hi")
    };
    session.hears(Incoming::Message(answer)).await;
    let told = stage.told().await;
    assert_eq!(told.withdrawn().len(), 2, "{told:#?}");
    assert_eq!(stage.tray().await.unread, 0);
    session.hears(says(BOB, "m2", "And?")).await;
    assert!(stage.told().await.alerted().is_empty(), "the phone is used");
}

#[tokio::test(start_paused = true)]
async fn an_unread_message_comes_again_at_most_so_often() {
    let (mut stage, session) = Stage::online_with(repeating).await;
    session.hears(says(BOB, "m1", "Hello")).await;
    let mut heard = Vec::new();
    for _ in 0..6 {
        let told = stage.told().await;
        heard.push(
            told.rings()
                .iter()
                .filter(|ring| ring.plan.sound.is_some())
                .count(),
        );
        stage.passes(10).await;
    }
    assert_eq!(heard, [1, 1, 1, 1, 0, 0]);
    assert_eq!(stage.timers(), 0);
    assert_eq!(stage.outcomes_of(EventKind::Message), ["alerted"]);
}

#[tokio::test(start_paused = true)]
async fn a_repetition_ends_when_it_is_read_on_another_device() {
    let (mut stage, session) = Stage::online_with(repeating).await;
    session.hears(says(BOB, "m1", "Hello")).await;
    stage.passes(10).await;
    stage.told().await;
    seen_on_the_phone(&session, "m1").await;
    stage.passes(60).await;
    assert!(stage.told().await.alerted().is_empty());
    assert_eq!(stage.outcomes_of(EventKind::Message), ["alerted"]);
}

#[tokio::test(start_paused = true)]
async fn a_repetition_ends_when_its_popup_is_waved_away() {
    let (mut stage, session) = Stage::online_with(repeating).await;
    session.hears(says(BOB, "m1", "Hello")).await;
    let key = stage.told().await.alert().plan.replace_key.clone();
    stage.call(move |desk| desk.dismissed(&key)).await;
    stage.passes(60).await;
    assert!(stage.told().await.alerted().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_repetition_is_silent_while_everything_is_muted() {
    let (mut stage, session) = Stage::online_with(repeating).await;
    session.hears(says(BOB, "m1", "Hello")).await;
    stage.told().await;
    stage
        .call(|desk| desk.set_mute(Some(Mute::Forever)))
        .await
        .unwrap();
    stage.passes(60).await;
    assert!(stage.told().await.alerted().is_empty());
    assert_eq!(stage.outcomes_of(EventKind::Message), ["alerted"]);
}

/// How often something is heard within two minutes.
async fn sounds(stage: &mut Stage) -> usize {
    stage.passes(120).await;
    let told = stage.told().await;
    let rings = told.rings();
    rings
        .iter()
        .filter(|ring| ring.plan.sound.is_some())
        .count()
}

#[tokio::test(start_paused = true)]
async fn a_repetition_goes_on_after_a_mute_as_often_as_it_has_left() {
    let (mut stage, session) = Stage::online_with(repeating).await;
    session.hears(says(BOB, "m1", "Hello")).await;
    stage.passes(10).await;
    assert_eq!(stage.told().await.alerted(), [EventKind::Message; 2]);
    let at = crate::stage::MORNING.plus_millis(1_800_000);
    stage
        .call(move |desk| desk.set_mute(Some(Mute::Until { at })))
        .await
        .unwrap();
    assert_eq!(sounds(&mut stage).await, 0);
    stage.passes(1_800).await;
    assert_eq!(sounds(&mut stage).await, 2, "three in all");
    assert_eq!(stage.timers(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_repetition_goes_on_when_a_mute_for_ever_is_lifted() {
    let (mut stage, session) = Stage::online_with(repeating).await;
    session.hears(says(BOB, "m1", "Hello")).await;
    stage.told().await;
    let mute = |mute| move |desk: &mut carillon_engine::Desk| desk.set_mute(mute);
    stage.call(mute(Some(Mute::Forever))).await.unwrap();
    assert_eq!(sounds(&mut stage).await, 0);
    stage.call(mute(None)).await.unwrap();
    assert_eq!(sounds(&mut stage).await, 3);
}

#[tokio::test(start_paused = true)]
async fn a_repetition_goes_on_when_a_mute_is_lifted_in_another_run() {
    let (mut stage, session) = Stage::online_with(repeating).await;
    session.hears(says(BOB, "m1", "Hello")).await;
    stage.told().await;
    let mute = |mute| move |desk: &mut carillon_engine::Desk| desk.set_mute(mute);
    stage.call(mute(Some(Mute::Forever))).await.unwrap();
    assert_eq!(sounds(&mut stage).await, 0);
    let mut stage = stage.restarts_with(repeating).await;
    stage.call(mute(None)).await.unwrap();
    stage.passes(5).await;
    let told = stage.told().await;
    assert!(told.alert().plan.sound.is_some(), "at once");
}

#[tokio::test(start_paused = true)]
async fn a_repetition_goes_on_after_the_quiet_hours() {
    let (mut stage, session) = Stage::online_with(|settings| {
        repeating(settings);
        settings.alerts_mut().quiet.push(QuietHours {
            hours: Hours {
                days: Vec::new(),
                from: "08:01".parse().unwrap(),
                to: "09:00".parse().unwrap(),
            },
            off: false,
            tell_after: false,
        });
    })
    .await;
    stage
        .call(|desk| desk.live_in(Arc::new(|| TimeZone::UTC)))
        .await;
    stage.passes(55).await;
    session.hears(says(BOB, "m1", "Hello")).await;
    assert_eq!(stage.told().await.alerted(), [EventKind::Message]);
    assert_eq!(sounds(&mut stage).await, 0);
    stage.passes(3_600).await;
    assert_eq!(sounds(&mut stage).await, 3);
}

#[tokio::test(start_paused = true)]
async fn a_repetition_goes_on_when_the_desktop_may_be_disturbed_again() {
    let (mut stage, session) = Stage::online_with(repeating).await;
    session.hears(says(BOB, "m1", "Hello")).await;
    stage.told().await;
    let disturbed = |known| move |around: &mut Surroundings| around.do_not_disturb = known;
    stage.surroundings.send_modify(disturbed(Known::Yes));
    assert_eq!(sounds(&mut stage).await, 0);
    stage.surroundings.send_modify(disturbed(Known::No));
    assert_eq!(sounds(&mut stage).await, 3);
}

#[tokio::test(start_paused = true)]
async fn what_is_read_while_muted_does_not_come_again() {
    let (mut stage, session) = Stage::online_with(repeating).await;
    session.hears(says(BOB, "m1", "Hello")).await;
    stage.told().await;
    let mute = |mute| move |desk: &mut carillon_engine::Desk| desk.set_mute(mute);
    stage.call(mute(Some(Mute::Forever))).await.unwrap();
    stage.passes(60).await;
    seen_on_the_phone(&session, "m1").await;
    stage.call(mute(None)).await.unwrap();
    assert_eq!(sounds(&mut stage).await, 0);
    assert_eq!(stage.timers(), 0);
}

#[tokio::test(start_paused = true)]
async fn an_engine_whose_repetition_is_muted_hardly_wakes() {
    let (stage, session) = Stage::online_with(repeating).await;
    session.hears(says(BOB, "m1", "Hello")).await;
    let muted = stage.call(|desk| desk.set_mute(Some(Mute::Forever)));
    muted.await.unwrap();
    stage.passes(60).await;
    let before = stage.clock_asked.load(Ordering::Relaxed);
    stage.passes(3_000).await;
    assert_eq!(stage.clock_asked.load(Ordering::Relaxed), before);
}

#[tokio::test(start_paused = true)]
async fn an_escalation_begins_with_the_popup_and_the_sound_joins() {
    let (mut stage, session) = Stage::online_with(|settings| {
        let row = Row {
            repeat: Some(Repeat {
                times: 1,
                every: 10,
                escalate: vec![Sense::Popup, Sense::Sound],
            }),
            ..Row::default()
        };
        settings.alerts_mut().rows.set(EventKind::Message, row);
    })
    .await;
    session.hears(says(BOB, "m1", "Hello")).await;
    assert!(stage.told().await.alert().plan.sound.is_none());
    stage.passes(10).await;
    assert!(stage.told().await.alert().plan.sound.is_some());
}

#[tokio::test(start_paused = true)]
async fn what_waits_survives_a_restart_and_rings_once() {
    let (stage, session) = Stage::online().await;
    uses_the_phone(&session).await;
    session.hears(says(BOB, "m1", "Hello")).await;
    stage.passes(2).await;
    let mut stage = stage.restarts().await;
    stage.passes(20).await;
    let told = stage.told().await;
    assert_eq!(told.alert().content.text, "Hello");
    assert_eq!(stage.outcomes_of(EventKind::Message), ["alerted"]);
    assert_eq!(stage.timers(), 0);
}

#[tokio::test(start_paused = true)]
async fn what_waits_survives_a_kill_too() {
    let (stage, session) = Stage::online().await;
    uses_the_phone(&session).await;
    session.hears(says(BOB, "m1", "Hello")).await;
    let mut stage = stage.killed().await;
    stage.passes(20).await;
    assert_eq!(stage.told().await.alerted(), [EventKind::Message]);
}

#[tokio::test(start_paused = true)]
async fn what_waited_is_forgotten_with_its_account() {
    let (mut stage, session) = Stage::online().await;
    uses_the_phone(&session).await;
    session.hears(says(BOB, "m1", "Hello")).await;
    let alice = stage.alice;
    stage
        .call(move |desk| desk.forget_account(alice))
        .await
        .unwrap();
    stage.passes(60).await;
    assert!(stage.told().await.alerted().is_empty());
    assert_eq!(stage.timers(), 0);
}

#[tokio::test(start_paused = true)]
async fn an_engine_with_nothing_more_to_repeat_rests() {
    let (stage, session) = Stage::online_with(repeating).await;
    session.hears(says(BOB, "m1", "Hello")).await;
    stage.passes(120).await;
    let before = stage.clock_asked.load(Ordering::Relaxed);
    stage.passes(24 * 3_600).await;
    assert_eq!(stage.clock_asked.load(Ordering::Relaxed), before);
}

#[tokio::test(start_paused = true)]
async fn an_invitation_to_be_friends_comes_again_until_it_is_answered() {
    let (mut stage, session) = Stage::online_with(|settings| {
        let row = Row {
            repeat: Some(Repeat {
                times: 9,
                every: 10,
                escalate: Vec::new(),
            }),
            ..Row::default()
        };
        settings
            .alerts_mut()
            .rows
            .set(EventKind::ContactRequest, row);
    })
    .await;
    session.hears(crate::words::asks("carol@example.org")).await;
    stage.passes(10).await;
    assert_eq!(stage.told().await.alerted(), [EventKind::ContactRequest; 2]);
    let carol = stage.chat("carol@example.org");
    stage
        .call(move |desk| desk.decline_request(&carol))
        .await
        .unwrap();
    stage.passes(60).await;
    assert!(stage.told().await.alerted().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_flood_of_five_thousand_is_bounded_exact_and_every_message_has_one_outcome() {
    let (mut stage, session) = Stage::online_with(|settings| {
        settings.privacy.who_may_write = carillon_core::privacy::WhoMayWrite::Everyone;
    })
    .await;
    let mut told = Vec::new();
    for part in 0..50 {
        let part = (part * 100..(part + 1) * 100).map(|n: u32| {
            says(
                &format!("friend{}@example.org", n % 40),
                &format!("m{n}"),
                "Hello",
            )
        });
        session.hears_all(part).await;
        told.extend(stage.told().await.0);
    }
    let told = crate::told::Told(told);
    let sounds = told
        .rings()
        .iter()
        .filter(|ring| ring.plan.sound.is_some())
        .count();
    let single = told
        .rings()
        .iter()
        .filter(|ring| {
            ring.plan
                .popup
                .as_ref()
                .is_some_and(|popup| popup.form == PopupForm::Single)
        })
        .count();
    assert!(
        sounds <= 6 && single <= 6,
        "{sounds} sounds, {single} popups"
    );
    let last = told.summaries().pop().unwrap().content.clone();
    assert_eq!((last.messages, last.chats), (5_000, 40));
    assert_eq!(stage.tray().await.unread, 5_000);
    let rows = stage.stored().activity(None, 10_000).unwrap();
    assert_eq!(rows.len(), 5_000);
    assert!(
        rows.iter()
            .all(|one| ["alerted", "silent"].contains(&one.row.outcome.as_str()))
    );
    assert_eq!(stage.timers(), 0);
}
