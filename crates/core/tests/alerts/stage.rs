//! A moment with rules, an event and all around it, and a plan in one line of words.

use carillon_core::alerts::{
    AlertEvent, AlertPlan, AlertRules, Attention, CellSource, Context, EventKind, Freshness, Icon,
    Known, LaterWhy, Level, Outcome, PopupForm, Preview, Recent, Rule, RuleBook, Sound,
    Surroundings, TrayAction, decide,
};
use carillon_core::contact::Availability;
use carillon_core::ids::{AccountId, ChatRef, Timestamp};
use carillon_core::room::RoomNotify;
use carillon_core::settings::Mute;
use jid::BareJid;
use jiff::tz::TimeZone;
use std::sync::Arc;

/// Account 1 is `me@example.org`, account 2 `work@example.org`.
pub(crate) fn accounts() -> Vec<(AccountId, BareJid)> {
    vec![
        (AccountId(1), jid("me@example.org")),
        (AccountId(2), jid("work@example.org")),
    ]
}

pub(crate) fn jid(text: &str) -> BareJid {
    text.parse().unwrap()
}

/// A moment; by default noon of a Wednesday in UTC, a live event of Bob's on account 1.
pub(crate) struct Scene {
    pub(crate) rules: AlertRules,
    pub(crate) event: AlertEvent,
    pub(crate) now: Timestamp,
    pub(crate) zone: TimeZone,
    pub(crate) own: Availability,
    pub(crate) mute: Option<Mute>,
    pub(crate) surroundings: Surroundings,
    pub(crate) groups: Vec<String>,
    pub(crate) other_device: Option<Timestamp>,
    pub(crate) notify: Option<RoomNotify>,
    pub(crate) settled: bool,
    pub(crate) recent: Recent,
}

pub(crate) fn on(kind: EventKind) -> Scene {
    Scene {
        rules: AlertRules::default(),
        event: AlertEvent::live(kind, AccountId(1), Some(jid("bob@example.org"))),
        now: moment("2026-11-18T12:00:00Z"),
        zone: TimeZone::UTC,
        own: Availability::Available,
        mute: None,
        surroundings: Surroundings::default(),
        groups: Vec::new(),
        other_device: None,
        notify: None,
        settled: true,
        recent: Recent::default(),
    }
}

/// Zones by their rules, so that no test needs the system's data.
pub(crate) fn berlin() -> TimeZone {
    TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap()
}

pub(crate) fn new_york() -> TimeZone {
    TimeZone::posix("EST5EDT,M3.2.0,M11.1.0").unwrap()
}

pub(crate) fn tokyo() -> TimeZone {
    TimeZone::posix("JST-9").unwrap()
}

pub(crate) fn kathmandu() -> TimeZone {
    TimeZone::posix("<+0545>-5:45").unwrap()
}

pub(crate) fn moment(text: &str) -> Timestamp {
    text.parse::<jiff::Timestamp>().unwrap().into()
}

/// Rules as they stand in the settings file, without the leading `alerts.` of each table.
pub(crate) fn rules(toml: &str) -> AlertRules {
    toml_edit::de::from_str(toml).unwrap_or_else(|error| panic!("{error}\n{toml}"))
}

impl Scene {
    pub(crate) fn rules(mut self, toml: &str) -> Self {
        self.rules = rules(toml);
        self
    }

    /// The wall clock in the scene's zone: set the zone first.
    pub(crate) fn at(mut self, wall: &str) -> Self {
        let wall: jiff::civil::DateTime = wall.parse().unwrap();
        self.now = self.zone.to_timestamp(wall).unwrap().into();
        self
    }

    pub(crate) fn at_moment(mut self, text: &str) -> Self {
        self.now = moment(text);
        self
    }

    pub(crate) fn zone(mut self, zone: TimeZone) -> Self {
        self.zone = zone;
        self
    }

    pub(crate) fn of(mut self, address: &str) -> Self {
        self.event.jid = Some(jid(address));
        self
    }

    pub(crate) fn on_account(mut self, id: i64) -> Self {
        self.event.account = AccountId(id);
        self
    }

    pub(crate) fn groups(mut self, groups: &[&str]) -> Self {
        self.groups = groups.iter().map(|&group| group.to_owned()).collect();
        self
    }

    pub(crate) fn own(mut self, own: Availability) -> Self {
        self.own = own;
        self
    }

    pub(crate) fn busy(self) -> Self {
        self.own(Availability::Busy)
    }

    pub(crate) fn muted(mut self) -> Self {
        self.mute = Some(Mute::Forever);
        self
    }

    pub(crate) fn muted_for(mut self, seconds: i64) -> Self {
        let at = self.now.plus_millis(seconds * 1_000);
        self.mute = Some(Mute::Until { at });
        self
    }

    pub(crate) fn in_front(mut self, address: &str) -> Self {
        self.surroundings.chat_in_front = Some(ChatRef {
            account: AccountId(1),
            jid: jid(address).into(),
        });
        self
    }

    pub(crate) fn around(mut self, change: impl FnOnce(&mut Surroundings)) -> Self {
        change(&mut self.surroundings);
        self
    }

    pub(crate) fn disturbing(self, known: Known) -> Self {
        self.around(|it| it.do_not_disturb = known)
    }

    pub(crate) fn event(mut self, change: impl FnOnce(&mut AlertEvent)) -> Self {
        change(&mut self.event);
        self
    }

    pub(crate) fn seen(self) -> Self {
        self.event(|event| event.seen = true)
    }

    pub(crate) fn history(self) -> Self {
        self.event(|event| event.freshness = Freshness::History)
    }

    pub(crate) fn sample(self) -> Self {
        self.event(|event| event.sample = true)
    }

    pub(crate) fn gone_for(self, seconds: i64) -> Self {
        self.event(|event| event.gone_for = Some(seconds * 1_000))
    }

    pub(crate) fn turn(self, why: LaterWhy) -> Self {
        self.event(|event| event.turn = Some(why))
    }

    pub(crate) fn unsettled(mut self) -> Self {
        self.settled = false;
        self
    }

    pub(crate) fn other_device(mut self, seconds_ago: i64) -> Self {
        self.other_device = Some(self.now.plus_millis(-seconds_ago * 1_000));
        self
    }

    /// Lets another event of this kind and address have happened so many milliseconds ago, and remembers what it did.
    pub(crate) fn after(mut self, kind: EventKind, address: &str, millis_ago: i64) -> Self {
        let now = self.now;
        let event = AlertEvent::live(kind, self.event.account, Some(jid(address)));
        let this = std::mem::replace(&mut self.event, event);
        self.now = now.plus_millis(-millis_ago);
        let plan = self.decide();
        self.recent.note(&plan, self.now);
        self.now = now;
        self.event = this;
        self
    }

    /// Lets so many strangers to each other have written within the last second.
    pub(crate) fn after_messages_of(mut self, people: usize) -> Self {
        for number in 0..people {
            self = self.after(
                EventKind::Message,
                &format!("friend{number}@example.org"),
                500,
            );
        }
        self
    }

    /// Lets so many people have asked to be contacts within the last second.
    pub(crate) fn after_requests_of(mut self, people: usize) -> Self {
        for number in 0..people {
            self = self.after(
                EventKind::ContactRequest,
                &format!("friend{number}@example.org"),
                500,
            );
        }
        self
    }

    /// The event's room is to tell of this only.
    pub(crate) fn notify(mut self, notify: RoomNotify) -> Self {
        self.notify = Some(notify);
        self
    }

    /// Lets time pass.
    pub(crate) fn later(mut self, millis: i64) -> Self {
        self.now = self.now.plus_millis(millis);
        self
    }

    pub(crate) fn with<T>(&self, ask: impl FnOnce(&RuleBook, &Context<'_>) -> T) -> T {
        let book = RuleBook::new(Arc::new(self.rules.clone()), &accounts());
        let context = Context {
            now: self.now,
            zone: &self.zone,
            surroundings: &self.surroundings,
            own: self.own,
            mute: self.mute,
            recent: &self.recent,
            presence_settled: self.settled,
            groups: &self.groups,
            other_device: self.other_device,
            notify: self.notify,
        };
        ask(&book, &context)
    }

    pub(crate) fn decide(&self) -> AlertPlan {
        self.with(|book, context| decide(book, &self.event, context))
    }

    /// Decides, and remembers what was shown and played.
    pub(crate) fn happen(&mut self) -> AlertPlan {
        let plan = self.decide();
        self.recent.note(&plan, self.now);
        plan
    }

    pub(crate) fn told(&self) -> String {
        told(&self.decide(), self.now)
    }
}

/// A plan in words: what is seen, heard and counted, or `nothing`; behind a bar the rules that had a say beside rows.
pub(crate) fn told(plan: &AlertPlan, now: Timestamp) -> String {
    let mut parts = Vec::new();
    if let Outcome::Later(later) = plan.outcome {
        let seconds = later.at.millis_since(now) / 1_000;
        parts.push(format!("in {seconds} s: {:?}", later.why));
    }
    if let Some(popup) = &plan.popup {
        let kind = if popup.sticky { "sticky" } else { "banner" };
        let seconds = popup.seconds.map_or_else(String::new, |s| format!(" {s}s"));
        let preview = match popup.preview {
            Preview::Full => "",
            Preview::Sender => " sender",
            Preview::Nothing => " discreet",
        };
        let form = match popup.form {
            PopupForm::Single => "",
            PopupForm::Summary => " summary",
            PopupForm::Friends => " friends",
        };
        parts.push(format!("{kind}{seconds}{preview}{form}"));
    }
    if let Some(sound) = &plan.sound {
        let volume = match sound.volume.per_cent() {
            60 => String::new(),
            other => format!(" {other}%"),
        };
        parts.push(format!("{}{volume}", sound_name(&sound.sound)));
    }
    if plan.speak {
        parts.push("voice".to_owned());
    }
    match plan.tray {
        TrayAction::None => {}
        TrayAction::Badge => parts.push("badge".to_owned()),
        TrayAction::Blink => parts.push("blink".to_owned()),
    }
    match plan.attention {
        Attention::None => {}
        Attention::Flash => parts.push("flash".to_owned()),
        Attention::Once => parts.push("once".to_owned()),
        Attention::UntilSeen => parts.push("until seen".to_owned()),
    }
    if let Some(repeat) = &plan.repeat {
        parts.push(format!(
            "again {}x{}s",
            repeat.times,
            repeat.every_millis() / 1_000
        ));
    }
    if plan.breaks_through {
        parts.push("through".to_owned());
    }
    if plan.ends_watch.is_some() {
        parts.push("ends watch".to_owned());
    }
    if parts.is_empty() {
        parts.push("nothing".to_owned());
    }
    let why = why(plan);
    let bar = if why.is_empty() { "" } else { " | " };
    format!("{}{bar}{why}", parts.join(", "))
}

fn sound_name(sound: &Sound) -> String {
    let text = sound.to_string();
    text.strip_prefix("builtin:")
        .map(str::to_owned)
        .unwrap_or(text)
}

fn why(plan: &AlertPlan) -> String {
    let mut rules: Vec<String> = Vec::new();
    for step in &plan.trace {
        let name = match &step.rule {
            Rule::Row { .. } => continue,
            Rule::Muted { level } => format!("Muted by {}", level_name(level)),
            Rule::Discreet { level } => format!("Discreet by {}", level_name(level)),
            Rule::BreakThrough { level } => format!("BreakThrough by {}", level_name(level)),
            Rule::QuietHours { hours } => format!("QuietHours {hours}"),
            Rule::RoomNotify { notify, .. } => format!("RoomNotify {}", notify.name()),
            Rule::Escalation { step } => format!("Escalation {step}"),
            other => format!("{other:?}"),
        };
        if !rules.contains(&name) {
            rules.push(name);
        }
    }
    rules.join(", ")
}

pub(crate) fn level_name(level: &Level) -> String {
    match level {
        Level::BuiltIn => "default".to_owned(),
        Level::Settings => "settings".to_owned(),
        Level::Profile { name } => format!("profile {name}"),
        Level::Account { account } => format!("account {account}"),
        Level::Group { name } => format!("group {name}"),
        Level::Chat { chat } => format!("chat {}", chat.jid),
        Level::Watch { chat } => format!("watch {}", chat.jid),
    }
}

pub(crate) fn source_name(source: &CellSource) -> String {
    format!("{} / {}", level_name(&source.level), source.row.name())
}

/// Where the sound comes from, and what it is.
pub(crate) fn sound_from(scene: &Scene) -> String {
    let plan = scene.decide();
    let source = plan.trace.iter().find_map(|step| match &step.rule {
        Rule::Row { source, .. } if step.cell == carillon_core::alerts::Cell::Sound => Some(source),
        _ => None,
    });
    let sound = plan
        .sound
        .map_or("none".to_owned(), |it| sound_name(&it.sound));
    format!("{sound} from {}", source_name(source.unwrap()))
}

pub(crate) fn icon_name(plan: &AlertPlan) -> String {
    match &plan.icon {
        Icon::Avatar => "avatar".to_owned(),
        Icon::Builtin(name) => name.clone(),
        Icon::File(path) => path.clone(),
    }
}

/// One test for each line: its name, the scene, and the plan in words.
macro_rules! cases {
    ($($name:ident: $scene:expr => $told:expr;)*) => {$(
        #[test]
        fn $name() {
            assert_eq!($scene.told(), $told);
        }
    )*};
}

/// One test for each line: its name, the scene, and which sound is heard, from which scope and row.
macro_rules! sounds {
    ($($name:ident: $scene:expr => $told:expr;)*) => {$(
        #[test]
        fn $name() {
            assert_eq!($crate::stage::sound_from(&$scene), $told);
        }
    )*};
}
