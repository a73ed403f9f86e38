//! Keeps the tray icon true: state, count, attention, tooltip and menu.

use crate::desktop::launcher::Launcher;
use crate::desktop::tray::{Tray, TrayLabels, TrayView};
use crate::house::House;
use carillon_core::alerts::{Attention, TrayAction};
use carillon_core::settings::OwnAvailability;
use carillon_core::tray::{TrayInput, tray_state};
use carillon_engine::Ring;
use fluent_bundle::FluentValue;
use std::collections::BTreeSet;
use tokio::sync::watch;

/// What the tray shows, and what still waits to be seen.
pub struct TrayCare {
    tray: Tray,
    /// What launchers show: the count, and whether something urgently wants to be seen.
    launcher: watch::Sender<(u32, bool)>,
    input: TrayInput,
    /// Keys of what asked for attention until it is seen.
    unseen: BTreeSet<String>,
}

impl TrayCare {
    /// Takes the tray into care.
    #[must_use]
    pub fn new(tray: Tray, launcher: Launcher) -> Self {
        let (told, shown) = watch::channel((0, false));
        tokio::spawn(keep_launcher(launcher, shown));
        Self {
            tray,
            launcher: told,
            input: TrayInput::default(),
            unseen: BTreeSet::new(),
        }
    }

    /// The engine's part of the tray changed.
    pub fn changed(&mut self, house: &House, input: TrayInput) {
        self.input = input;
        // Calls for attention and accounts that need the user count nowhere, and wait all the same.
        if input.unread == 0 && !input.attention {
            self.unseen.clear();
        }
        self.show(house);
    }

    /// Something rang.
    pub fn rang(&mut self, house: &House, ring: &Ring) {
        let kept =
            ring.plan.attention == Attention::UntilSeen || ring.plan.tray == TrayAction::Blink;
        if kept && !ring.event.sample {
            self.unseen.insert(ring.plan.replace_key.clone());
            self.show(house);
        }
    }

    /// Something was seen or handled.
    pub fn seen(&mut self, house: &House, key: &str) {
        if self.unseen.remove(key) {
            self.show(house);
        }
    }

    /// Draws what is true now.
    pub fn show(&mut self, house: &House) {
        let attention = !self.unseen.is_empty();
        self.launcher.send_if_modified(|shown| {
            let now = (self.input.unread, attention);
            std::mem::replace(shown, now) != now
        });
        self.tray.show(view(
            house,
            TrayInput {
                attention,
                ..self.input
            },
        ));
    }
}

/// Tells launchers the newest count; they are slow sometimes, and nobody here waits for them.
async fn keep_launcher(launcher: Launcher, mut shown: watch::Receiver<(u32, bool)>) {
    while shown.changed().await.is_ok() {
        let (count, urgent) = *shown.borrow_and_update();
        launcher.show(count, urgent).await;
    }
}

/// What the tray shows for `input`.
#[must_use]
pub fn view(house: &House, input: TrayInput) -> TrayView {
    let own = house.settings().general.availability;
    TrayView {
        state: tray_state(input),
        status: own,
        title: person(house),
        tooltip: tooltip(house, input, own),
        labels: labels(house),
    }
}

fn labels(house: &House) -> TrayLabels {
    let words = house.words();
    TrayLabels {
        open: words.say("tray-open"),
        status: words.say("tray-status"),
        available: words.say("tray-available"),
        away: words.say("tray-away"),
        extended_away: words.say("tray-extended-away"),
        busy: words.say("tray-busy"),
        offline: words.say("tray-offline"),
        mute_hour: words.say("tray-mute"),
        unmute: words.say("tray-unmute"),
        quit: words.say("tray-quit"),
    }
}

/// Whose Carillon it is, so that two of them can be told apart.
fn person(house: &House) -> String {
    match (
        crate::tryout::role(&house.profile),
        house.settings().accounts.first(),
    ) {
        (Some(role), _) => capitalised(role),
        (None, Some(account)) => account.jid.to_string(),
        (None, None) => "Carillon".to_owned(),
    }
}

/// Whose it is, how they show, and what is unread.
fn tooltip(house: &House, input: TrayInput, own: OwnAvailability) -> String {
    let words = house.words();
    let state = if input.availability.is_online() {
        words.say(status_key(own))
    } else if input.connecting {
        words.say("tray-connecting")
    } else {
        words.say("tray-offline")
    };
    let mut parts = vec![person(house), state];
    if input.unread > 0 {
        parts.push(words.say_with("tray-unread", &[("count", FluentValue::from(input.unread))]));
    }
    if input.muted {
        parts.push(words.say("tray-muted"));
    }
    parts.join(" · ")
}

const fn status_key(own: OwnAvailability) -> &'static str {
    match own {
        OwnAvailability::Available => "tray-available",
        OwnAvailability::Away => "tray-away",
        OwnAvailability::ExtendedAway => "tray-extended-away",
        OwnAvailability::Busy => "tray-busy",
        OwnAvailability::Offline => "tray-offline",
    }
}

fn capitalised(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}
