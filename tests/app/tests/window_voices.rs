//! A voice message from one real window to another: a real sound server's microphone hears a tone, and the other side's
//! speaker plays it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::ops::RangeInclusive;
use std::time::Duration;

use carillon_tests_app::{Heard, Post, Screen, Tour, Window};
use carillon_tests_servers::{Kind, until};

const TONE: u32 = 440;
/// The pitch is measured in eighths of a semitone.
const TONE_HZ: RangeInclusive<f32> = 435.0..=445.0;
/// The longest rest within what is played.
const REST: Duration = Duration::from_secs(1);

/// Waits until the bar shows so many seconds.
async fn recorded(window: &Window, seconds: u64) {
    let script = format!(
        "const [minutes, seconds] = (document.querySelector('[data-test=voice-time]')?.textContent ?? '0:0').split(':');
         return Number(minutes) * 60 + Number(seconds) >= {seconds}"
    );
    window.shows("so long a recording", &script).await;
}

/// What Bob hears once he presses this.
async fn heard_after(post: &Post, window: &Window, button: &str) -> Heard {
    let speaker = &post.bob.desktop.speaker;
    speaker.silent_for(REST).await;
    let silence = speaker.mark();
    window.click(button).await;
    speaker.heard_since(silence).await.0
}

#[tokio::test]
async fn a_voice_message_is_spoken_sent_and_heard_on_prosody() {
    a_voice_message(Kind::Prosody).await;
}

#[tokio::test]
async fn a_voice_message_is_spoken_sent_and_heard_on_ejabberd() {
    a_voice_message(Kind::Ejabberd).await;
}

async fn a_voice_message(kind: Kind) {
    let folder = tempfile::tempdir().unwrap();
    let screen = Screen::start(folder.path()).await;
    let post = Post::before(&screen, kind).await;
    let microphone = &post.alice.desktop.speaker;
    microphone.whistle(TONE);
    let bob = post.bob.open_window().await;
    bob.choose_contact(&post.alice_account.jid).await;
    let alice = post.alice.open_window().await;
    alice.choose_contact(&post.bob_account.jid).await;
    let mut from = Tour::over(kind, &screen, &post.alice, &alice).await;
    let mut to = Tour::over(kind, &screen, &post.bob, &bob).await;

    // One that is thought better of.
    alice.click("[data-test=voice-record]").await;
    recorded(&alice, 1).await;
    let level = "return parseFloat(document.querySelector('[data-test=voice-bar] .level span').style.width) > 30";
    alice.shows("the level", level).await;
    from.see_narrow_too("voice-recording").await;
    alice.click("[data-test=voice-cancel]").await;
    alice.lacks("[data-test=voice-bar]").await;
    until("the microphone is closed", || microphone.ears() == 0).await;

    alice.click("[data-test=voice-record]").await;
    recorded(&alice, 3).await;
    assert_eq!(microphone.ears(), 1);
    alice.click("[data-test=voice-send]").await;
    alice.lacks("[data-test=voice-bar]").await;
    until("the microphone is closed", || microphone.ears() == 0).await;
    alice.find("[data-test=file] [data-test=player]").await;

    bob.find("[data-test=file] [data-test=show-pictures]").await;
    to.see_narrow_too("voice-asked").await;
    bob.lacks("[data-test=player]").await;
    bob.click("[data-test=show-pictures]").await;
    bob.find("[data-test=play]").await;
    assert_eq!(post.gate.seen().fetched, 0, "before it is played");
    let heard = heard_after(&post, &bob, "[data-test=play]").await;
    assert!(TONE_HZ.contains(&heard.pitch_hz), "{heard:?}");
    let spoken = 3_000..4_500;
    assert!(spoken.contains(&heard.sounding.as_millis()), "{heard:?}");
    bob.find("[data-test=play]").await;

    // Faster, at the same pitch.
    bob.click("[data-test=speed]").await;
    bob.click("[data-test=speed]").await;
    bob.reads("[data-test=speed]", "2").await;
    let faster = heard_after(&post, &bob, "[data-test=play]").await;
    assert!(TONE_HZ.contains(&faster.pitch_hz), "{faster:?}");
    let share = faster.sounding.as_secs_f32() / heard.sounding.as_secs_f32();
    assert!((0.4..0.65).contains(&share), "{heard:?} became {faster:?}");

    // Held in the middle.
    let speaker = &post.bob.desktop.speaker;
    speaker.silent_for(REST).await;
    let silence = speaker.mark();
    bob.click("[data-test=play]").await;
    speaker.begins_since(silence).await;
    bob.click("[data-test=pause]").await;
    bob.find("[data-test=play]").await;
    let (held, _) = speaker.heard_since(silence).await;
    assert!(held.sounding < faster.sounding, "{held:?}");
    to.see_narrow_too("voice-held").await;
    from.album.finish();
    to.album.finish();
}
