//! The rules as they are asked: made once for each change of the settings, so that a decision looks up and never
//! searches.

use super::hours::{Hours, LocalNow};
use super::kinds::EventKind;
use super::lookup::{LevelRef, Scoped, Whose};
use super::rows::{AlertRows, Row, RowsInUse};
use super::rules::{
    Activation, AlertRules, OtherDevice, Override, PresenceRules, ProfileChoice, QuietHours, Scope,
};
use crate::contact::Availability;
use crate::ids::{AccountId, Timestamp};
use crate::settings::Mute;
use jid::BareJid;
use jiff::tz::TimeZone;
use std::collections::{HashMap, HashSet};

/// What is set in one scope.
#[derive(Debug)]
pub(super) struct Layer {
    /// Equal rows are kept once, however many contacts have them.
    pub(super) rows: AlertRows,
    pub(super) mute: Option<Mute>,
    pub(super) break_through: Option<bool>,
    pub(super) discreet: Option<bool>,
}

/// A group's layer, with its place in the settings: of two groups of a contact the earlier is asked first.
#[derive(Debug)]
struct GroupLayer {
    account: Option<AccountId>,
    place: usize,
    layer: Layer,
}

#[derive(Debug)]
pub(super) struct WaitingFor {
    pub(super) once: bool,
    expires: Option<Timestamp>,
    after_hours: u16,
    pub(super) row: Row,
}

/// What is set for one account and its people.
#[derive(Debug, Default)]
struct People {
    own: Option<Layer>,
    chats: HashMap<BareJid, Layer>,
    watches: HashMap<BareJid, Vec<WaitingFor>>,
}

#[derive(Debug)]
struct CompiledProfile {
    name: String,
    when: Activation,
    layer: Layer,
}

/// All rules, in the form in which decisions ask them.
#[derive(Debug, Default)]
pub struct RuleBook {
    pub(super) rows: AlertRows,
    choice: ProfileChoice,
    profiles: Vec<CompiledProfile>,
    groups: HashMap<String, Vec<GroupLayer>>,
    people: HashMap<AccountId, People>,
    quiet: Vec<QuietHours>,
    break_through: Vec<EventKind>,
    pub(super) presence: PresenceRules,
    pub(super) other_device: OtherDevice,
}

impl RuleBook {
    /// The rules of these settings, for the accounts that there are. What is set for another account is left out.
    #[must_use]
    pub fn new(rules: &AlertRules, accounts: &[(AccountId, BareJid)]) -> Self {
        let mut making = Making::new(accounts);
        let mut book = Self {
            rows: rules.rows.clone(),
            choice: rules.active_profile.clone(),
            quiet: rules.quiet.iter().filter(|one| !one.off).cloned().collect(),
            break_through: rules.break_through.clone(),
            presence: rules.presence.clone(),
            other_device: rules.other_device.clone(),
            ..Self::default()
        };
        for profile in &rules.profiles {
            book.profiles.push(CompiledProfile {
                name: profile.name.clone(),
                when: profile.when.clone(),
                layer: Layer {
                    rows: making.rows.shared(profile.rows.clone()),
                    mute: None,
                    break_through: None,
                    discreet: None,
                },
            });
        }
        for (place, one) in rules.overrides.iter().enumerate() {
            book.take(place, one, &mut making);
        }
        for watch in &rules.watches {
            let Some(account) = making.account(&watch.account) else {
                continue;
            };
            let people = book.people.entry(account).or_default();
            let waiting = people.watches.entry(watch.contact.clone()).or_default();
            waiting.push(WaitingFor {
                once: watch.once,
                expires: watch.expires,
                after_hours: watch.after_hours,
                row: watch.row.clone(),
            });
        }
        book
    }

    /// Where something is set twice for the same scope, what stands first holds.
    fn take(&mut self, place: usize, one: &Override, making: &mut Making<'_>) {
        let layer = Layer {
            rows: making.rows.shared(one.rows.clone()),
            mute: one.mute,
            break_through: one.break_through,
            discreet: one.discreet,
        };
        match &one.scope {
            Scope::Account { account } => {
                if let Some(account) = making.account(account) {
                    self.people
                        .entry(account)
                        .or_default()
                        .own
                        .get_or_insert(layer);
                }
            }
            Scope::Chat { account, chat } => {
                if let Some(account) = making.account(account) {
                    let people = self.people.entry(account).or_default();
                    people.chats.entry(chat.clone()).or_insert(layer);
                }
            }
            Scope::Group { account, group } => {
                let known = account.as_ref().map(|account| making.account(account));
                // A group of an account that is gone.
                if known == Some(None) {
                    return;
                }
                let account = known.flatten();
                let layers = self.groups.entry(group.clone()).or_default();
                layers.push(GroupLayer {
                    account,
                    place,
                    layer,
                });
            }
        }
    }

    /// The profile that holds: the one chosen by hand, else the first whose status or schedule fits.
    #[must_use]
    pub fn active_profile(
        &self,
        now: Timestamp,
        zone: &TimeZone,
        own: Availability,
    ) -> Option<ActiveProfile> {
        if self.profiles.is_empty() {
            return None;
        }
        let local = LocalNow::new(now, zone);
        let holds = |hours: &Hours| {
            local
                .as_ref()
                .and_then(|local| hours.end_in(local))
                .is_some()
        };
        let fits = |profile: &CompiledProfile| match (&self.choice, &profile.when) {
            (ProfileChoice::None, _) => false,
            (ProfileChoice::Named(name), _) => *name == profile.name,
            (ProfileChoice::Automatic, Activation::ByHand) => false,
            (ProfileChoice::Automatic, Activation::OwnStatus { shows }) => shows.contains(&own),
            (ProfileChoice::Automatic, Activation::Schedule { hours }) => hours.iter().any(holds),
        };
        self.profiles.iter().position(fits).map(ActiveProfile)
    }

    /// The profile of a name, whether it holds or not.
    #[must_use]
    pub fn profile_named(&self, name: &str) -> Option<ActiveProfile> {
        let at = self.profiles.iter().position(|one| one.name == name);
        at.map(ActiveProfile)
    }

    /// A profile's name.
    #[must_use]
    pub fn profile_name(&self, profile: ActiveProfile) -> Option<&str> {
        self.profiles.get(profile.0).map(|one| one.name.as_str())
    }

    /// The quiet hours that hold now, and when quiet ends for good; `None` for the end when it never does.
    pub(super) fn quiet_at(
        &self,
        now: Timestamp,
        zone: &TimeZone,
    ) -> Option<(&QuietHours, Timestamp)> {
        let local = (!self.quiet.is_empty()).then(|| LocalNow::new(now, zone))??;
        let holds = |one: &&QuietHours| one.hours.end_in(&local).is_some();
        let first = self.quiet.iter().find(holds)?;
        let latest = |at: Timestamp| {
            let local = LocalNow::new(at, zone)?;
            self.quiet
                .iter()
                .filter_map(|one| one.hours.end_in(&local))
                .max()
        };
        let mut end = latest(now)?;
        // One stretch may run into the next; a week that is quiet throughout ends somewhere all the same.
        for _ in 0..16 {
            match latest(end) {
                Some(later) if later > end => end = later,
                _ => break,
            }
        }
        Some((first, end))
    }

    /// When the quiet hours that hold now end; `None` when none do.
    #[must_use]
    pub fn quiet_until(&self, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        self.quiet_at(now, zone).map(|(_, end)| end)
    }

    /// Whether what came in quiet hours that hold at `now` is to be told when they end.
    pub(super) fn tells_after(&self, now: Timestamp, zone: &TimeZone) -> bool {
        let mut quiet = self.quiet.iter();
        quiet.any(|one| one.tell_after && one.hours.end_at(now, zone).is_some())
    }

    /// Whether the kind, or a row that it inherits from, is marked to break through.
    pub(super) fn kind_breaks_through(&self, kind: EventKind) -> bool {
        !self.break_through.is_empty() && kind.chain().any(|one| self.break_through.contains(&one))
    }

    /// The watch that a contact's coming fulfils.
    pub(super) fn watch(
        &self,
        account: AccountId,
        contact: &BareJid,
        now: Timestamp,
        gone_for: Option<i64>,
    ) -> Option<&WaitingFor> {
        let waiting = self.people.get(&account)?.watches.get(contact)?;
        waiting.iter().find(|watch| {
            let lives = watch.expires.is_none_or(|end| now < end);
            let away = i64::from(watch.after_hours) * 3_600_000;
            lives && (away == 0 || gone_for.is_some_and(|gone| gone >= away))
        })
    }

    /// Whether a watch is open.
    pub(super) fn waits_for_somebody(&self, now: Timestamp) -> bool {
        let people = self.people.values();
        let mut watches = people.flat_map(|people| people.watches.values().flatten());
        watches.any(|watch| watch.expires.is_none_or(|end| now < end))
    }

    /// What is set in any scope; of scopes with equal rows one.
    pub(super) fn layers(&self) -> Vec<&Layer> {
        let profiles = self.profiles.iter().map(|one| &one.layer);
        let groups = self.groups.values().flatten().map(|one| &one.layer);
        let people = self.people.values();
        let people = people.flat_map(|one| one.own.iter().chain(one.chats.values()));
        let mut known = HashSet::new();
        profiles
            .chain(groups)
            .chain(people)
            .filter(|layer| known.insert(layer.rows.place()))
            .collect()
    }

    /// The scopes that have a say about somebody, strongest first, without the settings for everybody.
    pub(super) fn scopes<'a>(&'a self, whose: &Whose<'a>) -> Vec<Scoped<'a>> {
        let mut scopes = Vec::with_capacity(6);
        let people = whose.account.and_then(|account| self.people.get(&account));
        if let (Some(account), Some(people)) = (whose.account, people)
            && let Some(jid) = whose.jid
            && let Some(layer) = people.chats.get(jid)
        {
            scopes.push(Scoped::new(LevelRef::Chat(account, jid), layer));
        }
        self.push_groups(whose, &mut scopes);
        if let (Some(account), Some(layer)) =
            (whose.account, people.and_then(|one| one.own.as_ref()))
        {
            scopes.push(Scoped::new(LevelRef::Account(account), layer));
        }
        if let Some(profile) = whose.profile.and_then(|at| self.profiles.get(at.0)) {
            scopes.push(Scoped::new(
                LevelRef::Profile(&profile.name),
                &profile.layer,
            ));
        }
        scopes
    }

    fn push_groups<'a>(&'a self, whose: &Whose<'a>, scopes: &mut Vec<Scoped<'a>>) {
        if self.groups.is_empty() {
            return;
        }
        let mut found: Vec<(usize, Scoped<'a>)> = Vec::new();
        for group in whose.groups {
            let Some((name, layers)) = self.groups.get_key_value(group.as_str()) else {
                continue;
            };
            let own = layers
                .iter()
                .filter(|one| one.account.is_none() || one.account == whose.account);
            found
                .extend(own.map(|one| (one.place, Scoped::new(LevelRef::Group(name), &one.layer))));
        }
        found.sort_by_key(|(place, _)| *place);
        scopes.extend(found.into_iter().map(|(_, scoped)| scoped));
    }
}

/// One of the profiles of a [`RuleBook`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ActiveProfile(usize);

/// What is shared while a book is made.
struct Making<'a> {
    accounts: HashMap<&'a BareJid, AccountId>,
    rows: RowsInUse,
}

impl<'a> Making<'a> {
    fn new(accounts: &'a [(AccountId, BareJid)]) -> Self {
        Self {
            accounts: accounts.iter().map(|(id, jid)| (jid, *id)).collect(),
            rows: RowsInUse::default(),
        }
    }

    fn account(&self, jid: &BareJid) -> Option<AccountId> {
        self.accounts.get(jid).copied()
    }
}
