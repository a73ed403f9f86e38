//! Files that are dragged out of another program and dropped on a chat, and a picture that is pasted from the clipboard: by
//! the mouse and the keyboard of a real screen, from a program of GTK's (XDND), through a real server.

#![allow(clippy::unwrap_used)] // in the functions that the tests share

use std::path::Path;

use carillon_tests_app::{Cargo, Neighbour, Sender, Shown, noise, quoted};
use carillon_tests_servers::{Process, until_some};

const OVERLAY: &str = "[data-test=drop]";
const CARD: &str = "[data-test=send-card]";

/// Where Alice's window is, beside the other program's.
async fn beside(stage: &Sender) -> Shown {
    let process = stage.post.alice.window_process().unwrap();
    let own = until_some("the window is seen", async || stage.screen.shown(process)).await;
    let moved = ["windowmove", "--sync", &own.id, "400", "120"];
    stage.screen.xdotool(&moved).unwrap();
    stage.screen.shown(process).unwrap()
}

/// Whether the window says that what is dragged can be let go here.
async fn feels_it(stage: &Sender) -> bool {
    let script = format!(
        "return document.querySelector({}) !== null",
        quoted(OVERLAY)
    );
    stage.window.script(&script).await == true
}

/// Photographs the window as narrow as it can be, then wide.
async fn photograph(stage: &Sender, own: &Shown, name: &str) {
    for width in ["380", "980"] {
        let sized = ["windowsize", &own.id, width, "700"];
        stage.screen.xdotool(&sized).unwrap();
        let there = format!("return innerWidth === {width}");
        stage.window.shows("its new width", &there).await;
        stage.window.screenshot(&format!("{name}-{width}")).await;
    }
}

/// A file's address, as file managers write it (RFC 8089).
fn address(path: &Path) -> String {
    let escape = |byte: u8| match byte {
        b'/' | b'.' | b'-' | b'_' | b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => {
            char::from(byte).to_string()
        }
        other => format!("%{other:02X}"),
    };
    let escaped: String = path.to_str().unwrap().bytes().map(escape).collect();
    format!("file://{escaped}")
}

#[tokio::test]
async fn files_that_are_dropped_on_a_chat_are_looked_at_and_go() {
    let mut stage = Sender::open().await;
    let (words, more) = (noise(40_000), noise(70_000));
    // As people call their files, and as few programs expect them.
    let files = [
        stage.file("Minutes of May.pdf", &words),
        stage.file("50 % Größe #2.bin", &more),
    ];
    let target = beside(&stage).await;
    let addresses = files.each_ref().map(|path| address(path));
    let neighbour = Neighbour::with(&stage.screen, Cargo::Dragged(&addresses)).await;

    neighbour
        .drag_over(&target, async || feels_it(&stage).await)
        .await;
    stage.window.reads(OVERLAY, "Drop").await;
    stage.screen.screenshot("drop-over");
    neighbour.drop().await;
    for file in &files {
        let name = file.file_name().unwrap().to_str().unwrap();
        stage.window.reads(CARD, name).await;
    }
    stage.window.lacks(OVERLAY).await;
    assert!(neighbour.has_said("given"));
    assert!(!neighbour.has_said("failed"));
    assert_eq!(
        stage.bob.names().await,
        Vec::<String>::new(),
        "looked at first"
    );
    photograph(&stage, &target, "drop-card").await;

    stage.window.click("[data-test=send-files]").await;
    for (file, bytes) in files.iter().zip([&words, &more]) {
        let name = file.file_name().unwrap().to_str().unwrap();
        let handed = stage.bob.until_handed(name).await;
        let came = stage.bob.contents(&handed, stage.folder.path()).await;
        assert!(came == *bytes, "{name}: {} bytes came", came.len());
    }
}

#[tokio::test]
async fn what_is_dragged_away_again_or_is_no_file_is_not_sent() {
    let mut stage = Sender::open().await;
    let target = beside(&stage).await;
    let file = address(&stage.file("tea.txt", b"tea"));
    let neighbour = Neighbour::with(&stage.screen, Cargo::Dragged(&[file])).await;
    neighbour
        .drag_over(&target, async || feels_it(&stage).await)
        .await;
    neighbour.back();
    stage.window.lacks(OVERLAY).await;
    neighbour.drop().await;
    drop(neighbour);
    stage.window.lacks(CARD).await;

    // A link out of a browser leads the window nowhere.
    let links = ["https://evil.example/tea", "javascript:window.caught=1"].map(str::to_owned);
    let place = stage.window.script("return location.href").await;
    let neighbour = Neighbour::with(&stage.screen, Cargo::Dragged(&links)).await;
    neighbour
        .drag_over(&target, async || feels_it(&stage).await)
        .await;
    neighbour.drop().await;
    stage
        .window
        .reads(".toasts", "Only files of this computer")
        .await;
    stage.window.lacks(CARD).await;
    stage.window.lacks(OVERLAY).await;
    assert_eq!(stage.window.script("return location.href").await, place);
    let caught = stage.window.script("return window.caught ?? null").await;
    assert_eq!(caught, serde_json::Value::Null);
    stage.window.say("Still here").await;
    stage.bob.until_said("Still here").await;
    assert_eq!(stage.bob.messages().await.len(), 1);
}

#[tokio::test]
async fn a_picture_on_the_clipboard_is_pasted_by_its_key_and_goes_as_a_picture() {
    let mut stage = Sender::open().await;
    let picture = stage.folder.path().join("garden.png");
    let mut command = Process::command("convert");
    // What goes over a clipboard has eight bits for each colour.
    command.args(["-size", "640x400", "plasma:tomato-steelblue", "-depth", "8"]);
    assert!(command.arg(&picture).status().unwrap().success());
    let own = beside(&stage).await;
    let _painter = Neighbour::with(&stage.screen, Cargo::Copied(&picture)).await;

    stage.window.click("[data-test=composer]").await;
    let screen = &stage.screen;
    screen
        .xdotool(&["windowactivate", "--sync", &own.id])
        .unwrap();
    screen.xdotool(&["key", "ctrl+v"]).unwrap();
    stage
        .window
        .find(&format!("{CARD} [data-test=preview]"))
        .await;
    photograph(&stage, &own, "paste-card").await;
    stage.window.click("[data-test=send-files]").await;
    stage.window.lacks(CARD).await;
    let handed = until_some("the picture", async || stage.bob.files().await.pop()).await;
    let name = handed["name"].as_str().unwrap();
    assert!(name.ends_with(".png"), "{name}");
    let came = stage.bob.contents(&handed, stage.folder.path()).await;
    let copy = stage.folder.path().join("came.png");
    std::fs::write(&copy, came).unwrap();
    let mut compare = Process::command("compare");
    compare.args(["-metric", "AE"]).args([&picture, &copy]);
    let compared = compare.arg("null:").output().unwrap();
    let differing = String::from_utf8_lossy(&compared.stderr);
    assert_eq!(differing.trim(), "0", "points that differ");
}
