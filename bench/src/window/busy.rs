//! The page while much comes in, and while somebody types.

use carillon_tests_app::{Screen, Window};

use super::Home;
use super::page::{frames, keys, watch_frames, watch_keys};
use super::stage::Rush;
use crate::report::{Report, percentile, sorted};

/// The longest that the page may stand still, and the most that a letter may take to appear: a frame. In milliseconds.
const STALL: f64 = 50.0;
const FRAME: f64 = 16.0;
const RUSH: Rush = Rush {
    presences: 550,
    messages: 100,
    seconds: 10,
};
const TYPED: &str = "the quick brown fox jumps over the lazy dog ";

/// In the room, which is open.
pub(super) async fn measure(
    screen: &Screen,
    home: &Home,
    window: &Window,
    quick: bool,
    report: &mut Report,
) {
    eprintln!(
        "{} presences and {} messages a second",
        RUSH.presences, RUSH.messages
    );
    let newest = "[data-test=to-newest]";
    if window
        .script(&format!(
            "return document.querySelector('{newest}') !== null"
        ))
        .await
        == true
    {
        window.click(newest).await;
    }
    home.stage.rush(Rush { seconds: 2, ..RUSH }).await;
    watch_frames(window).await;
    let seconds = if quick { 3 } else { RUSH.seconds };
    home.stage.rush(Rush { seconds, ..RUSH }).await;
    let frames = frames(window).await;
    let count = frames.0.len();
    report.add(
        "ui_longest_frame_ms",
        frames.longest(),
        "ms",
        Some(STALL),
        count,
    );
    report.add("ui_p95_frame_ms", frames.percentile(95), "ms", None, count);
    types(screen, window, quick, report).await;
}

async fn types(screen: &Screen, window: &Window, quick: bool, report: &mut Report) {
    eprintln!("typing");
    window.click("[data-test=composer]").await;
    watch_keys(
        window,
        "document.querySelector('[data-test=composer]').value",
    )
    .await;
    let rounds = if quick { 1 } else { 4 };
    for _ in 0..rounds {
        let typed = screen.xdotool(&["type", "--delay", "90", TYPED]);
        typed.expect("keys");
    }
    let count = rounds * TYPED.len();
    let took = sorted(&keys(window, count).await);
    report.add(
        "typing_p95_ms",
        percentile(&took, 95),
        "ms",
        Some(FRAME),
        count,
    );
    report.add("typing_p50_ms", percentile(&took, 50), "ms", None, count);
}
