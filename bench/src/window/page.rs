//! What is measured in the page itself, by its own clock: WebDriver's way there and back would be in it otherwise.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use carillon_tests_app::{Window, quoted};
use serde_json::Value;

use crate::report::{percentile, sorted};

/// The time between two frames that were asked for one after the other: whatever keeps the page from drawing makes one
/// of them long.
const FRAMES: &str = "
    const bench = window.bench = { frames: [], go: true };
    let last = performance.now();
    const frame = () => {
        const now = performance.now();
        bench.frames.push(now - last);
        last = now;
        if (bench.go) requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
    return true";

/// How long each key takes from its arrival in the window until the frame in which it has its effect is drawn. `SEEN`
/// looks whether it had.
const KEYS: &str = "
    const bench = window.bench = { keys: [], frames: [] };
    addEventListener('keydown', (event) => {
        const began = Math.min(event.timeStamp, performance.now());
        const before = SEEN;
        const look = () => {
            if (SEEN === before) return requestAnimationFrame(look);
            // What is asked for in a frame runs before it is drawn; what is put off there, behind it.
            setTimeout(() => bench.keys.push(performance.now() - began));
        };
        requestAnimationFrame(look);
    }, true);
    return true";

/// Milliseconds of every frame since [`watch_frames`].
#[derive(Debug)]
pub(crate) struct Frames(pub(crate) Vec<f64>);

impl Frames {
    pub(crate) fn longest(&self) -> f64 {
        self.0.iter().copied().fold(0.0, f64::max)
    }

    pub(crate) fn percentile(&self, percent: usize) -> f64 {
        percentile(&sorted(&self.0), percent)
    }
}

pub(crate) async fn watch_frames(window: &Window) {
    window.script(FRAMES).await;
}

pub(crate) async fn frames(window: &Window) -> Frames {
    let script = "window.bench.go = false; return window.bench.frames";
    Frames(numbers(&window.script(script).await))
}

/// Begins to measure keys, whose effect is another value of a script's expression.
pub(crate) async fn watch_keys(window: &Window, seen: &str) {
    window.script(&KEYS.replace("SEEN", seen)).await;
}

/// What `count` keys took.
pub(crate) async fn keys(window: &Window, count: usize) -> Vec<f64> {
    let there = format!("return window.bench.keys.length >= {count}");
    window.shows("every key's effect", &there).await;
    numbers(&window.script("return window.bench.keys").await)
}

/// Clicks an element, and answers how many milliseconds it takes until what `there` says is true and drawn.
pub(crate) async fn click_until(window: &Window, css: &str, there: &str) -> f64 {
    window.find(css).await;
    let script = format!(
        "const bench = window.bench = {{ took: null }};
        const began = performance.now();
        document.querySelector({css}).click();
        const look = () => {{
            if (!({there})) return requestAnimationFrame(look);
            setTimeout(() => (bench.took = performance.now() - began));
        }};
        requestAnimationFrame(look);
        return true",
        css = quoted(css),
    );
    window.script(&script).await;
    window
        .shows(there, "return window.bench.took !== null")
        .await;
    number(&window.script("return window.bench.took").await)
}

/// When the page made this mark, in milliseconds since 1970.
pub(crate) async fn marked(window: &Window, name: &str) -> f64 {
    let mark = format!("performance.getEntriesByName({})[0]", quoted(name));
    let there = format!("return {mark} !== undefined");
    window.shows(name, &there).await;
    number(
        &window
            .script(&format!("return performance.timeOrigin + {mark}.startTime"))
            .await,
    )
}

/// The same clock, here.
pub(crate) fn now() -> f64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.unwrap_or(Duration::ZERO).as_secs_f64() * 1000.0
}

pub(crate) fn number(value: &Value) -> f64 {
    value.as_f64().expect("a number")
}

fn numbers(value: &Value) -> Vec<f64> {
    let values = value.as_array().expect("numbers");
    values.iter().map(number).collect()
}
