//! Voice messages without a window: spoken into a real sound server's microphone, sent, and heard by the other side.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use carillon_tests_app::{Letters, Person, Post, heaviest, megabytes, weight};
use carillon_tests_servers::{Kind, until, until_some};
use serde_json::{Value, json};

/// A'. What is heard is measured in eighths of a semitone.
const TONE: u32 = 440;
const TONE_HZ: std::ops::RangeInclusive<f32> = 435.0..=445.0;
/// More than recording and encoding a few seconds take.
const MOST_MORE: u64 = 8_000_000;

/// Records until there are so many milliseconds, and gives how loud it was at most, 0 to 100.
async fn recorded(letters: &mut Letters, milliseconds: u64) -> u64 {
    letters.tool.must("begin_recording", json!({})).await;
    let mut loudest = 0;
    until_some("so long a recording", async || {
        let now = letters.tool.must("read_recording", json!({})).await;
        loudest = loudest.max(now["level"].as_u64().unwrap());
        (now["milliseconds"].as_u64().unwrap() >= milliseconds).then_some(())
    })
    .await;
    letters.tool.must("stop_recording", json!({})).await;
    loudest
}

#[tokio::test]
async fn a_voice_message_is_heard_as_it_was_spoken() {
    let post = Post::online(Kind::Prosody).await;
    let microphone = &post.alice.desktop.speaker;
    microphone.whistle(TONE);
    let mut alice = Letters::of(&post.alice, &post.bob_account.jid).await;
    let resident = post.alice.resident_id();
    let before = weight(resident);

    let (loudest, most) = heaviest(resident, recorded(&mut alice, 3_000)).await;
    println!(
        "recording 3 s: private {:.1} MB before, at most {:.1} MB meanwhile",
        megabytes(before),
        megabytes(most)
    );
    assert!(loudest > 30, "the level is {loudest} of 100");
    assert!(most < before + MOST_MORE, "{before} became {most} bytes");
    until("the microphone is closed", || microphone.ears() == 0).await;
    let now = alice.tool.must("read_recording", json!({})).await;
    let spoken = now["milliseconds"].as_u64().unwrap();
    let id = format!("{:032x}", fastrand::u128(..));
    let ask = json!({"chat": alice.chat, "id": id});
    alice.tool.must("send_recording", ask).await;

    let mut bob = Letters::of(&post.bob, &post.alice_account.jid).await;
    let voice = until_some("the voice message", async || bob.files().await.pop()).await;
    assert_eq!(voice["media_type"], "audio/flac", "{voice}");
    let played = json!({"message": voice["message"], "from": 0, "speed": 100});
    let refused = bob.tool.ask("play_file", played.clone()).await;
    assert!(refused.is_err(), "nobody was asked yet");
    assert_eq!(
        post.gate.seen().fetched,
        0,
        "nothing is fetched before that"
    );
    let ask = json!({"chat": bob.chat, "shown": true});
    bob.tool.must("choose_pictures", ask).await;

    let speaker = &post.bob.desktop.speaker;
    speaker.silent_for(std::time::Duration::from_secs(1)).await;
    let silence = speaker.mark();
    bob.tool.must("play_file", played).await;
    let (heard, _) = speaker.heard_since(silence).await;
    assert!(TONE_HZ.contains(&heard.pitch_hz), "{heard:?}");
    let lost = spoken.abs_diff(u64::try_from(heard.sounding.as_millis()).unwrap());
    assert!(lost < 400, "{spoken} ms were spoken: {heard:?}");
    until_some("nothing plays any more", async || {
        let playing = bob.tool.must("read_playing", json!({})).await;
        (playing == Value::Null).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_microphone_is_closed_when_the_tool_that_opened_it_has_gone() {
    let mut alice = Person::new("Alice").await;
    let microphone = &alice.desktop.speaker;
    microphone.whistle(TONE);
    alice.start().await;
    let mut tool = alice.tool().await;
    tool.must("begin_recording", json!({})).await;
    until("somebody listens", || alice.desktop.speaker.ears() == 1).await;
    drop(tool);
    until("nobody listens", || alice.desktop.speaker.ears() == 0).await;
    let now = alice.tool().await.must("read_recording", json!({})).await;
    assert_eq!(now, Value::Null);
}
