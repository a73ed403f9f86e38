//! A room in which much was said, and many are.

use carillon_tests_app::{Window, quoted};
use serde_json::json;

use super::page::{click_until, frames, number, watch_frames};
use super::stage::ROOM;
use super::{Home, median};
use crate::report::{Report, percentile, sorted};
use crate::weight::pss_of;

/// The most that a burst of occupants may take, and the longest that the page may stand still in it, in milliseconds.
const JOINED: f64 = 1_000.0;
const STALL: f64 = 50.0;
/// Frames of scrolling, each by so many pixels, and the most milliseconds that all of them may take.
const SCROLLED: usize = 1_500;
const BY: usize = 300;
const LONGEST: usize = 30_000;
/// Of all messages one in ten is the room's. A page that draws none that is so many older has not scrolled.
const OLDER: f64 = 5_000.0;

pub(super) async fn measure(home: &Home, window: &Window, times: usize, report: &mut Report) {
    eprintln!("a room with {} people", super::OCCUPANTS);
    // Beside the room the first chat that is none.
    window.find("[data-test=chat-row]").await;
    let people = "return [...document.querySelectorAll('[data-test=chat-row]')]
        .map((it) => it.dataset.jid).find((jid) => jid.startsWith('contact'))";
    let person = window.script(people).await;
    let [row, other] = [ROOM, person.as_str().expect("a chat")]
        .map(|jid| format!("[data-test=chat-row][data-jid={}]", quoted(jid)));
    opens(window, &row).await;
    joins(window, times.min(5), report).await;

    let (mut room, mut chat) = (Vec::new(), Vec::new());
    for time in 0..=times {
        let there = opens(window, &other).await;
        let here = opens(window, &row).await;
        if time > 0 {
            chat.push(there);
            room.push(here);
        }
    }
    report.add("room_open_ms", median(&room), "ms", None, times);
    let p95 = percentile(&sorted(&room), 95);
    report.add("room_open_p95_ms", p95, "ms", None, times);
    report.add("chat_open_ms", median(&chat), "ms", None, times);
    scrolls(home, window, report).await;
}

/// Until the newest message is drawn.
async fn opens(window: &Window, row: &str) -> f64 {
    let there = format!(
        "document.querySelector({row})?.ariaCurrent === 'true'
            && document.querySelector('[data-test=chat-header] h2')?.textContent
                === document.querySelector({row}).querySelector('.name').textContent
            && [...document.querySelectorAll('[data-test=message]')].some((it) => getComputedStyle(it).visibility === 'visible')",
        row = quoted(row),
    );
    click_until(window, row, &there).await
}

/// Enters the room, its people shown beside it, until the page says how many there are.
async fn joins(window: &Window, times: usize, report: &mut Report) {
    window.click("[data-test=people-button]").await;
    let everybody = super::OCCUPANTS + 1;
    let ask = json!({"room": {"account": 1, "jid": ROOM}});
    let (mut took, mut longest) = (Vec::new(), Vec::new());
    for time in 0..=times {
        watch_frames(window).await;
        let joins = format!(
            "const began = performance.now();
            const bench = window.bench;
            bench.took = null;
            __TAURI_INTERNALS__.invoke('join_room', {{ ask: {ask} }});
            const look = () => {{
                const says = document.querySelector('[data-test=chat-presence]').textContent.replace(/\\D/g, '');
                const list = document.querySelectorAll('[data-test=room-panel] [data-index]').length > 0;
                if (says !== '{everybody}' || !list) return requestAnimationFrame(look);
                setTimeout(() => (bench.took = performance.now() - began));
            }};
            requestAnimationFrame(look);
            return true"
        );
        window.script(&joins).await;
        window
            .shows("everybody", "return window.bench.took !== null")
            .await;
        let now = number(&window.script("return window.bench.took").await);
        let stall = frames(window).await.longest();
        if time > 0 {
            took.push(now);
            longest.push(stall);
        }
        window.ask("leave_room", ask.clone()).await;
        let left = "return document.querySelector('[data-test=room-panel] [data-index]') === null";
        window.shows("an empty room", left).await;
    }
    window.ask("join_room", ask).await;
    let says = format!(
        "return document.querySelector('[data-test=chat-presence]').textContent.replace(/\\D/g, '') === '{everybody}'"
    );
    window.shows("everybody again", &says).await;
    window.click("[data-test=close-people]").await;
    report.add(
        "room_join_2000_ms",
        median(&took),
        "ms",
        Some(JOINED),
        times,
    );
    report.add(
        "room_join_longest_frame_ms",
        longest.iter().copied().fold(0.0, f64::max),
        "ms",
        Some(STALL),
        times,
    );
}

/// Far up, frame by frame.
async fn scrolls(home: &Home, window: &Window, report: &mut Report) {
    let memory = || -> f64 { home.alice.desktop.processes().into_iter().map(pss_of).sum() };
    let before = memory();
    let newest = oldest(window).await;
    watch_frames(window).await;
    let scroll = format!(
        "const box = document.querySelector('[data-test=messages]');
        const end = performance.now() + {LONGEST};
        window.bench.left = {SCROLLED};
        const step = () => {{
            box.scrollTop -= {BY};
            window.bench.left = performance.now() < end ? window.bench.left - 1 : 0;
            if (window.bench.left > 0) requestAnimationFrame(step);
        }};
        requestAnimationFrame(step);
        return true"
    );
    window.script(&scroll).await;
    window
        .shows("the end of scrolling", "return window.bench.left <= 0")
        .await;
    let frames = frames(window).await;
    let reached = oldest(window).await;
    assert!(
        reached <= newest - OLDER,
        "scrolled from message {newest} only to {reached}"
    );
    let count = frames.0.len();
    report.add(
        "room_scroll_p95_frame_ms",
        frames.percentile(95),
        "ms",
        Some(STALL),
        count,
    );
    report.add(
        "room_scroll_longest_frame_ms",
        frames.longest(),
        "ms",
        Some(STALL),
        count,
    );
    report.add("room_scroll_memory_mb", memory() - before, "MB", None, 1);
}

/// The number of the oldest message that is drawn, when the list has come to rest.
async fn oldest(window: &Window) -> f64 {
    let numbers = "const said = [...document.querySelectorAll('[data-test=message] .body')]
            .map((it) => /^Number (\\d+):/.exec(it.textContent)?.[1])
            .filter((it) => it !== undefined)
            .map(Number);
        return said.length > 0 ? Math.min(...said) : null";
    number(&window.at_rest("what is drawn of the room", numbers).await)
}
