//! A window of somebody who has ten thousand contacts and has spoken with none of them: it opens with all of them.

use carillon_tests_app::Screen;

use super::page::{keys, watch_keys};
use super::{Home, click_on_tray, median};
use crate::report::{Report, percentile, sorted};

/// The most that a key may take until the list shows what it leaves, in milliseconds: a frame.
const FRAME: f64 = 16.0;
/// Each of these keys changes what is found.
const TYPED: [&str; 8] = [
    "1",
    "2",
    "3",
    "4",
    "BackSpace",
    "BackSpace",
    "BackSpace",
    "BackSpace",
];
/// Which rows are drawn.
const SHOWN: &str = "[...document.querySelectorAll('[data-test=people] [data-index]')].map((it) => it.dataset.jid).join()";

pub(super) async fn measure(screen: &Screen, home: &Home, times: usize, report: &mut Report) {
    eprintln!("a roster of {}", home.much.contacts);
    let mut took = Vec::new();
    for time in 0..=times {
        let (window, drawn) = click_on_tray(&home.alice).await;
        window.find("[data-test=contact-row]").await;
        screen.close_window_of(&home.alice, async || {}).await;
        drop(window);
        if time > 0 {
            took.push(drawn);
        }
    }
    report.add(
        "roster_10k_first_paint_ms",
        median(&took),
        "ms",
        None,
        times,
    );

    let (window, _) = click_on_tray(&home.alice).await;
    let all = "return document.querySelectorAll('[data-test=people] [data-index]').length > 0";
    window.shows("the list", all).await;
    window.click("[data-test=search]").await;
    watch_keys(&window, SHOWN).await;
    let mut typed = 0;
    for _ in 0..times {
        let mut arguments = vec!["key", "--delay", "120"];
        arguments.extend(TYPED);
        screen.xdotool(&arguments).expect("keys");
        typed += TYPED.len();
    }
    let took = sorted(&keys(&window, typed).await);
    report.add(
        "roster_filter_ms",
        percentile(&took, 95),
        "ms",
        Some(FRAME),
        typed,
    );
    report.add(
        "roster_filter_p50_ms",
        percentile(&took, 50),
        "ms",
        None,
        typed,
    );
    screen.close_window_of(&home.alice, async || {}).await;
}
