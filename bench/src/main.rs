//! Measures the real app. See README.md beside this crate for what each figure means.

// A measurement that cannot be taken ends the run, and says what failed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod archive;
mod away;
mod catch_up;
mod decide;
mod floor;
mod full_rules;
mod hot;
mod latency;
mod parts;
mod reconnect;
mod report;
mod rows;
mod script;
mod size;
mod slope;
mod sound_onset;
mod start;
mod weight;
mod window;

use carillon_tests_app::{Person, Screen};
use carillon_tests_servers::{Account, Kind, TestServer};

use crate::floor::Floor;
use crate::latency::{Latency, Sender};
use crate::parts::{Parts, number};
use crate::reconnect::Times;
use crate::report::Report;

/// Messages whose latency is measured.
const MESSAGES: usize = 500;
/// Of those, with rules of every kind.
const FULL_MESSAGES: usize = 200;
/// Starts whose time is measured.
const STARTS: usize = 20;
/// Sounds whose onset is measured, with the device open and with it closed.
const SOUNDS: (usize, usize) = (20, 5);
/// Messages that were missed, and for a quick look.
const MISSED: usize = 100_000;
const QUICK_MISSED: usize = 2_000;
/// Messages that become rows one by one, and at once; and for a quick look.
const ROWS: (usize, usize) = (1_000, 20_000);
const QUICK_ROWS: (usize, usize) = (100, 1_000);
/// Events after which nothing may have grown; and for a quick look.
const EVENTS: usize = 2_000_000;
const QUICK_EVENTS: usize = 100_000;
/// Links that come back; and for a quick look.
const TIMES: Times = Times {
    resumes: 30,
    reconnects: 12,
};
const QUICK_TIMES: Times = Times {
    resumes: 5,
    reconnects: 3,
};
/// Senders, in turn: the chat of each has been silent for five seconds when it rings again.
const SENDERS: usize = 8;

// One thread: the clock is read where the socket is written, and where the call arrives.
#[tokio::main(flavor = "current_thread")]
async fn main() {
    if let Some(order) = std::env::args().nth(1) {
        if order == sound_onset::PLAYER {
            sound_onset::play();
            return;
        }
        match order.strip_prefix(hot::HOT) {
            Some(times) => hot::run(times.parse().expect("how often")).await,
            None => floor::receive(&order).await,
        }
        return;
    }
    let parts = Parts::chosen();
    let messages = number("CARILLON_BENCH_MESSAGES", MESSAGES);
    let quick = messages < MESSAGES;
    let mut report = Report::default();
    if parts.has("size") {
        size::measure(&mut report);
        report.save();
    }
    if parts.has("decide") {
        decide::measure(&mut report);
        report.save();
    }
    if parts.has("rows") {
        let (single, many) = if quick { QUICK_ROWS } else { ROWS };
        rows::measure(single, many, &mut report).await;
        report.save();
    }
    if parts.has("reconnect") {
        let times = if quick { QUICK_TIMES } else { TIMES };
        reconnect::measure(&times, &mut report).await;
        report.save();
    }
    if parts.has("catchup") {
        let missed = if quick { QUICK_MISSED } else { MISSED };
        catch_up::measure(number("CARILLON_BENCH_MISSED", missed), &mut report).await;
        report.save();
    }
    if parts.has("slope") {
        let events = if quick { QUICK_EVENTS } else { EVENTS };
        slope::measure(number("CARILLON_BENCH_EVENTS", events), &mut report).await;
        report.save();
    }
    let pace = window::Pace::new(quick);
    if parts.has("window") {
        window::usual(pace, &mut report).await;
    }
    if parts.has("burden") {
        window::burden(pace, &mut report).await;
    }
    if parts.has("roster") {
        window::roster(pace, &mut report).await;
    }
    if parts.has("big") {
        window::big(pace, &mut report).await;
    }
    if parts.has("sound") || parts.has("app") {
        let server = TestServer::start(Kind::Prosody).await;
        if parts.has("sound") {
            sound(&server, &mut report).await;
        }
        if parts.has("app") {
            app(&server, messages, &mut report).await;
        }
    }
    report.print();
}

async fn sound(server: &TestServer, report: &mut Report) {
    eprintln!(
        "sounds, {} with the device open, {} with it closed",
        SOUNDS.0, SOUNDS.1
    );
    let listener = server.add_account("listener", "bench").await;
    sound_onset::measure(server, &listener, SOUNDS, report).await;
    report.save();
}

/// Start, memory, idleness and alerts, on a desktop with a screen.
async fn app(server: &TestServer, messages: usize, report: &mut Report) {
    let alice_account = server.add_account("alice", "bench").await;
    let friends = befriend_all(server, &alice_account).await;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let screen = Screen::start(folder.path()).await;
    let mut alice = Person::on(&screen, "Alice").await;
    alice.desktop.speaker.stop_recording().await;
    alice.add_account(server, &alice_account).await;

    eprintln!("start to online, {STARTS} starts each");
    start::measure(
        &mut alice,
        server,
        &alice_account,
        &friends[0],
        STARTS,
        report,
    )
    .await;
    report.save();

    alice.start().await;
    alice.until_online().await;
    weight::fresh(&alice, report).await;

    let mut senders = Vec::new();
    for friend in &friends {
        senders.push(Sender::sign_in(server, friend).await);
    }
    let floor = Floor::start(server, &alice.desktop).await;
    let warm = messages.min(100);
    eprintln!("alerts, {messages} messages each, from {SENDERS} senders");
    let mut latency = Latency::default();
    latency.measure(0..warm, &mut senders, &alice, &floor).await;
    let quick = messages < MESSAGES;
    weight::open_and_close(&alice, &screen, quick).await;
    weight::idle(&alice, warm, quick, report).await;
    report.save();
    latency
        .measure(warm..messages, &mut senders, &alice, &floor)
        .await;
    latency.tell("alert_latency", report);
    report.save();

    weight::window(&alice, report).await;
    alice.quit().await;
    report.save();

    let full = messages.min(FULL_MESSAGES);
    eprintln!("alerts with rules of every kind, {full} messages each");
    let names: Vec<_> = friends.iter().map(|friend| friend.jid.clone()).collect();
    full_rules::start_with(&mut alice, &alice_account.jid, &names).await;
    let mut with_rules = Latency::default();
    with_rules
        .measure(messages..messages + full, &mut senders, &alice, &floor)
        .await;
    with_rules.tell("alert_latency_full", report);
    alice.quit().await;
    report.save();
}

async fn befriend_all(server: &TestServer, alice: &Account) -> Vec<Account> {
    let mut friends = Vec::new();
    for number in 0..SENDERS {
        let friend = server
            .add_account(&format!("friend{number}"), "bench")
            .await;
        server
            .befriend((alice, "Alice"), (&friend, &format!("Friend {number}")))
            .await;
        friends.push(friend);
    }
    friends
}
