//! Alerts that are read aloud, by a speech-dispatcher of the test's own.

#![allow(clippy::unwrap_used, clippy::expect_used)] // in the functions that the tests share

use carillon_tests_app::{Meeting, Visitor};
use carillon_tests_servers::DEADLINE;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::mpsc;
use tokio::time::timeout;

/// Listens where speech-dispatcher would, and tells what it reads, and when it is to be silent.
fn speech_dispatcher(meeting: &Meeting) -> mpsc::UnboundedReceiver<String> {
    let folder = meeting.alice.desktop.runtime().join("speech-dispatcher");
    std::fs::create_dir_all(&folder).unwrap();
    let listener = UnixListener::bind(folder.join("speechd.sock")).unwrap();
    let (tell, told) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, tell.clone()));
        }
    });
    told
}

async fn serve(stream: UnixStream, tell: mpsc::UnboundedSender<String>) {
    let (input, mut output) = stream.into_split();
    let mut lines = BufReader::new(input).lines();
    let mut text = None;
    while let Ok(Some(line)) = lines.next_line().await {
        let answer = match (&mut text, line.as_str()) {
            (Some(_), ".") => {
                tell.send(text.take().unwrap()).unwrap();
                "225-1\r\n225 OK MESSAGE QUEUED\r\n"
            }
            (Some(text), words) => {
                *text += words;
                continue;
            }
            (None, "SPEAK") => {
                text = Some(String::new());
                "230 OK RECEIVING DATA\r\n"
            }
            (None, "CANCEL SELF") => {
                tell.send("(silent)".to_owned()).unwrap();
                "210 OK CANCELED\r\n"
            }
            _ => "200 OK\r\n",
        };
        if output.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}

async fn next(told: &mut mpsc::UnboundedReceiver<String>) -> String {
    timeout(DEADLINE, told.recv())
        .await
        .expect("something is read")
        .unwrap()
}

async fn set_row(window: &mut Visitor, row: Value) {
    let ask = json!({"whose": {"kind": "everybody"}, "kind": "message", "row": row});
    window.must("set_alert_row", ask).await;
}

/// A mute, taken back.
async fn silence(window: &mut Visitor, told: &mut mpsc::UnboundedReceiver<String>) {
    window.must("mute_all", json!({"until": "1h"})).await;
    assert_eq!(next(told).await, "(silent)");
    window.must("mute_all", json!({"until": "none"})).await;
}

#[tokio::test]
async fn a_message_is_read_as_far_as_its_preview_goes_until_a_mute() {
    let meeting = Meeting::on_prosody().await;
    let mut told = speech_dispatcher(&meeting);
    let alice = &meeting.alice;
    let socket = Visitor::socket(&alice.desktop, &alice.profile());
    let mut window = Visitor::window(&socket).await.unwrap();
    set_row(&mut window, json!({"speak": true})).await;
    let mut bob = meeting.bob_unseen().await;
    bob.message("alice@carillon.test", "<b>Tea</b> at five?")
        .await;
    assert_eq!(next(&mut told).await, "Bob. <b>Tea</b> at five?");
    silence(&mut window, &mut told).await;

    let sample = "Alex. This is how it looks and sounds.";
    for (row, expected) in [
        (json!({"speak": true, "popup": "none"}), sample),
        (
            json!({"speak": true, "preview": "sender"}),
            "Alex. New message",
        ),
        (
            json!({"speak": true, "popup": "none", "preview": "nothing"}),
            "New message",
        ),
    ] {
        set_row(&mut window, row).await;
        window
            .must(
                "try_alert",
                json!({"kind": "message", "whose": {"kind": "everybody"}}),
            )
            .await;
        assert_eq!(next(&mut told).await, expected);
        silence(&mut window, &mut told).await;
    }
    let known = window.must("read_alert_capabilities", json!({})).await;
    let speech = known
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["ability"] == "speech");
    assert_eq!(speech.unwrap()["works"]["kind"], "yes");
}
