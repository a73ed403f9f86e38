//! The window, as a person sees it: the real one, with its web view, before the real resident; its times are taken in
//! the page, and what it costs from outside. Only the server is a scripted one.

mod burden;
mod busy;
mod fill;
mod opening;
mod page;
mod room;
mod roster;
mod searching;
mod stage;

use std::time::Instant;

use carillon_tests_app::{Person, Screen, Window};
use carillon_tests_servers::Account;

use crate::report::{Report, percentile, sorted};
use fill::{Much, fill};
use stage::{Cast, JID, PASSWORD, Stage};

/// A profile as most people have one.
const USUAL: Much = Much {
    contacts: 50,
    chats: 20,
    messages: 2_000,
    in_room: 0,
    occupants: 0,
};
/// As much as anybody has.
const BIG: Much = Much {
    contacts: 10_000,
    chats: 500,
    messages: 900_000,
    in_room: 100_000,
    occupants: OCCUPANTS,
};
const OCCUPANTS: usize = 2_000;
/// Contacts of the big profile that are there.
const PRESENT: usize = 1_000;
/// For a quick look.
const QUICK: usize = 20;

/// How much of everything is measured.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pace {
    quick: bool,
    times: usize,
    much: Much,
}

impl Pace {
    pub(crate) const fn new(quick: bool) -> Self {
        if !quick {
            return Self {
                quick,
                times: 12,
                much: BIG,
            };
        }
        Self {
            quick,
            times: 3,
            much: Much {
                messages: BIG.messages / QUICK,
                in_room: BIG.in_room / QUICK,
                ..BIG
            },
        }
    }
}

/// With a profile as most people have one: how long opening takes, and what an open window costs.
pub(crate) async fn usual(pace: Pace, report: &mut Report) {
    let (screen, _folder) = screen().await;
    let mut home = Home::furnish(&screen, &USUAL, 10, 0).await;
    opening::measure(&screen, &home, "", pace.times, report).await;
    report.save();
    opening::measure_open(&screen, &home, pace.quick, report).await;
    home.alice.quit().await;
    report.save();
}

/// A profile with as much as anybody has beside an empty one, without a window.
pub(crate) async fn burden(pace: Pace, report: &mut Report) {
    burden::measure(pace, report).await;
    report.save();
}

/// With many contacts and nothing else.
pub(crate) async fn roster(pace: Pace, report: &mut Report) {
    let (screen, _folder) = screen().await;
    let much = Much {
        chats: 0,
        messages: 0,
        in_room: 0,
        ..pace.much
    };
    let mut home = Home::furnish(&screen, &much, PRESENT, 0).await;
    roster::measure(&screen, &home, pace.times, report).await;
    home.alice.quit().await;
    report.save();
}

/// With as much as anybody has: opening, searching, a large room, and much that comes in.
pub(crate) async fn big(pace: Pace, report: &mut Report) {
    let (screen, _folder) = screen().await;
    let mut home = Home::furnish(&screen, &pace.much, PRESENT, OCCUPANTS).await;
    opening::measure(&screen, &home, "_big", pace.times, report).await;
    report.save();
    let searches = if pace.quick { 50 } else { 400 };
    searching::measure(&home, searches, report).await;
    report.save();
    let window = home.alice.open_window().await;
    window.go("chats").await;
    room::measure(&home, &window, pace.times, report).await;
    report.save();
    busy::measure(&screen, &home, &window, pace.quick, report).await;
    drop(window);
    home.alice.quit().await;
    report.save();
}

async fn screen() -> (Screen, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    (Screen::start(folder.path()).await, folder)
}

/// Alice, her profile and her server.
struct Home {
    alice: Person,
    stage: Stage,
    much: Much,
}

impl Home {
    /// Her resident runs, is online and has no window.
    async fn furnish(screen: &Screen, much: &Much, present: usize, occupants: usize) -> Self {
        let alice = Person::on(screen, "Alice").await;
        let cast = Cast { present, occupants };
        let mut home = Self::prepare(alice, much, cast).await;
        let alice = &mut home.alice;
        alice.start_with(&[("CARILLON_LOG", "warn")]).await;
        alice.until_online().await;
        home
    }

    /// Nothing of Carillon runs yet.
    async fn prepare(mut alice: Person, much: &Much, cast: Cast) -> Self {
        let stage = Stage::start(cast).await;
        alice.desktop.speaker.stop_recording().await;
        let account = Account {
            jid: JID.to_owned(),
            name: "alice".to_owned(),
            password: PASSWORD.to_owned(),
        };
        alice.add_account_at(&stage.url, &account).await;
        let begun = Instant::now();
        fill(&alice.profile(), much);
        eprintln!(
            "a profile with {} contacts and {} messages, written in {:.1} s",
            much.contacts,
            much.messages + much.in_room,
            begun.elapsed().as_secs_f64()
        );
        Self {
            alice,
            stage,
            much: *much,
        }
    }
}

/// Clicks on the icon in the tray; answers the window and the milliseconds from the click until its list was drawn.
async fn click_on_tray(alice: &Person) -> (Window, f64) {
    let tray = alice.desktop.tray.item().await;
    let clicked = page::now();
    tray.activate().await;
    let window = alice.window().await;
    let drawn = page::marked(&window, opening::MARK).await;
    (window, drawn - clicked)
}

fn median(values: &[f64]) -> f64 {
    percentile(&sorted(values), 50)
}
