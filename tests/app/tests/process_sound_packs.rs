//! Sounds of the user's own: a pack is heard as its row says, and a mute ends what plays.

#![allow(clippy::unwrap_used)] // in the functions that the tests share

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use carillon_tests_app::{Meeting, NoAnswer, Speaker, Visitor};
use serde_json::{Value, json};

/// A tone that is none of Carillon's.
fn tone(folder: &Path, name: &str, seconds: &str, hertz: &str) -> PathBuf {
    std::fs::create_dir_all(folder).unwrap();
    let file = folder.join(name);
    let made = Command::new("sox")
        .args(["-n", "-r", "44100"])
        .arg(&file)
        .args(["synth", seconds, "sine", hertz])
        .status();
    assert!(made.unwrap().success());
    file
}

async fn window(meeting: &Meeting) -> Visitor {
    let alice = &meeting.alice;
    let socket = Visitor::socket(&alice.desktop, &alice.profile());
    Visitor::window(&socket).await.unwrap()
}

async fn set_sound(window: &mut Visitor, sound: &Value) {
    let ask = json!({
        "whose": {"kind": "everybody"}, "kind": "message", "row": {"sound": sound},
    });
    window.must("set_alert_row", ask).await;
}

#[tokio::test]
async fn a_sound_of_an_imported_pack_is_heard() {
    let meeting = Meeting::on_prosody().await;
    let folder = meeting.alice.desktop.folder().join("download");
    let own = tone(&folder, "own.wav", "0.6", "1300");
    std::fs::write(
        folder.join("pack.toml"),
        "name = \"Woods\"\nauthor = \"Ada\"\nlicence = \"CC0-1.0\"\n[sounds]\nmessage = \"own.wav\"\n\
         mention = \"../profile/settings.toml\"\nthunder = \"own.wav\"\n",
    )
    .unwrap();
    let mut window = window(&meeting).await;
    let path = folder.display().to_string();
    let pack = window
        .must("import_sound_pack", json!({"path": path}))
        .await;
    assert_eq!(pack["sounds"][0]["sound"], "pack:Woods/message");
    let refused: Vec<&Value> = pack["refused"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["why"])
        .collect();
    assert_eq!(refused, ["outside_the_pack", "unknown_event"]);
    let expected = Speaker::expected(&own);
    // The pack lives in the profile now.
    std::fs::remove_dir_all(folder).unwrap();
    let packs = window.must("read_sound_packs", json!({})).await;
    assert_eq!(packs[0]["name"], "Woods");
    assert_eq!(packs[0]["origin"], "imported");
    set_sound(&mut window, &pack["sounds"][0]["sound"]).await;

    let mut bob = meeting.bob_unseen().await;
    let speaker = &meeting.alice.desktop.speaker;
    let silence = speaker.mark();
    bob.message("alice@carillon.test", "Tea at five?").await;
    let (heard, _) = speaker.heard_since(silence).await;
    assert!(heard.resembles(&expected), "{heard:?}");
}

#[tokio::test]
async fn a_mute_ends_a_long_sound_at_once() {
    let meeting = Meeting::on_prosody().await;
    let long = tone(meeting.alice.desktop.folder(), "long.wav", "20", "700");
    let mut window = window(&meeting).await;
    set_sound(&mut window, &json!(format!("file:{}", long.display()))).await;
    let speaker = &meeting.alice.desktop.speaker;
    let silence = speaker.mark();
    window
        .must(
            "try_alert",
            json!({"kind": "message", "whose": {"kind": "everybody"}}),
        )
        .await;
    speaker.begins_since(silence).await;

    let muted = Instant::now();
    window.must("mute_all", json!({"until": "1h"})).await;

    let (heard, end) = speaker.heard_since(silence).await;
    let late = (heard.onset + heard.length).saturating_duration_since(muted);
    println!("silent {late:?} after the mute");
    assert!(late < Duration::from_secs(5), "of 20 s: {late:?}");
    let after = speaker.heard_within(end, Duration::from_secs(1)).await;
    assert!(after.is_none(), "{after:?}");
}

#[tokio::test]
async fn a_sound_that_is_gone_is_heard_as_the_chime() {
    let meeting = Meeting::on_prosody().await;
    let mut window = window(&meeting).await;
    set_sound(&mut window, &json!("pack:Nowhere/message")).await;
    let speaker = &meeting.alice.desktop.speaker;
    let silence = speaker.mark();
    window
        .must(
            "try_alert",
            json!({"kind": "message", "whose": {"kind": "everybody"}}),
        )
        .await;
    let (heard, _) = speaker.heard_since(silence).await;
    let chime = carillon_tests_app::built_in("chime");
    assert!(heard.resembles(&chime), "{heard:?}");
}

#[tokio::test]
async fn a_damaged_sound_ends_nothing_and_is_heard_as_the_chime() {
    let meeting = Meeting::on_prosody().await;
    let secret = meeting.alice.desktop.folder().join("secret-folder");
    let bad = tone(&secret, "bad.wav", "0.3", "700");
    let mut bytes = std::fs::read(&bad).unwrap();
    // The rate (RIFF WAVE, `nSamplesPerSec`): decoders divide by it.
    bytes[24..28].fill(0);
    std::fs::write(&bad, &bytes).unwrap();
    let resident = meeting.alice.resident_id();
    let mut window = window(&meeting).await;
    let checked = window
        .ask("check_sound", json!({"path": bad.display().to_string()}))
        .await;
    assert!(matches!(checked, Err(NoAnswer::Refused(_))), "{checked:?}");

    set_sound(&mut window, &json!(format!("file:{}", bad.display()))).await;
    let speaker = &meeting.alice.desktop.speaker;
    let silence = speaker.mark();
    let everybody = json!({"kind": "message", "whose": {"kind": "everybody"}});
    window.must("try_alert", everybody).await;
    let (heard, _) = speaker.heard_since(silence).await;
    let chime = carillon_tests_app::built_in("chime");
    assert!(heard.resembles(&chime), "{heard:?}");
    assert_eq!(meeting.alice.status().await["pid"], resident);
    let log = meeting.alice.log();
    for word in ["panicked", "secret-folder"] {
        assert!(!log.contains(word), "{log}");
    }
}
