//! Searches in a million messages, asked over the link as the window asks.

use std::time::Instant;

use carillon_tests_app::Visitor;
use serde_json::json;

use super::Home;
use super::fill::wanted;
use crate::report::{Report, percentile, sorted};

/// The most that nineteen of twenty searches may take, in milliseconds.
const TARGET: f64 = 20.0;
/// What the window asks for at once.
const PAGE: u32 = 50;

pub(super) async fn measure(home: &Home, times: usize, report: &mut Report) {
    eprintln!("{times} searches");
    let socket = Visitor::socket(&home.alice.desktop, &home.alice.profile());
    let mut window = Visitor::tool(&socket).await.expect("the resident listens");
    let (mut took, mut found) = (Vec::new(), 0);
    // As many before, for what is read from the disk for the first time.
    for number in 0..times * 2 {
        let query = json!({"words": wanted(number), "chat": null, "by": {"kind": "anyone"}, "from": null, "until": null});
        let ask = json!({"query": query, "before": null, "limit": PAGE});
        let asked = Instant::now();
        let answer = window.must("search", ask).await;
        if number >= times {
            took.push(asked.elapsed().as_secs_f64() * 1000.0);
            found += usize::from(!answer["hits"].as_array().expect("hits").is_empty());
        }
    }
    assert!(
        found > times / 2,
        "{found} of {times} searches found something"
    );
    let took = sorted(&took);
    report.add(
        "search_1m_p95_ms",
        percentile(&took, 95),
        "ms",
        Some(TARGET),
        times,
    );
    report.add("search_1m_p50_ms", percentile(&took, 50), "ms", None, times);
    report.add(
        "search_1m_longest_ms",
        percentile(&took, 100),
        "ms",
        None,
        times,
    );
}
