//! The rules as they are asked: made ready once for each change of the settings, so that a decision looks up and never
//! searches. The rules themselves stay where the settings have them; beside them is only what finds them.

use super::hours::{Hours, LocalNow};
use super::kinds::EventKind;
use super::lookup::{LevelRef, Scoped, Whose};
use super::places::Places;
use super::rows::AlertRows;
use super::rules::{
    Activation, AlertRules, Override, Profile, ProfileChoice, QuietHours, Scope, Watch,
};
use crate::contact::Availability;
use crate::ids::{AccountId, Timestamp};
use crate::settings::Mute;
use jid::{BareJid, Jid};
use jiff::tz::TimeZone;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// What is set in one scope.
#[derive(Debug, Clone, Copy)]
pub(super) struct Layer<'a> {
    pub(super) rows: &'a AlertRows,
    pub(super) mute: Option<Mute>,
    pub(super) break_through: Option<bool>,
    pub(super) discreet: Option<bool>,
}

impl<'a> From<&'a Override> for Layer<'a> {
    fn from(one: &'a Override) -> Self {
        Self {
            rows: &one.rows,
            mute: one.mute,
            break_through: one.break_through,
            discreet: one.discreet,
        }
    }
}

impl<'a> From<&'a Profile> for Layer<'a> {
    fn from(profile: &'a Profile) -> Self {
        Self {
            rows: &profile.rows,
            mute: None,
            break_through: None,
            discreet: None,
        }
    }
}

/// What is set for a group: on which account, and its place in the settings. Of two groups of a contact the earlier is
/// asked first.
#[derive(Debug)]
struct OfGroup {
    account: Option<AccountId>,
    place: usize,
}

/// Where it stands in the settings what is set for one account and its people.
#[derive(Debug, Default)]
struct People {
    own: Option<usize>,
    chats: Places,
    watches: Places,
}

/// All rules, in the form in which decisions ask them.
#[derive(Debug, Default)]
pub struct RuleBook {
    pub(super) rules: Arc<AlertRules>,
    groups: HashMap<String, Vec<OfGroup>>,
    people: HashMap<AccountId, People>,
}

impl RuleBook {
    /// The rules of these settings, for the accounts that there are. What is set for another account is left out.
    #[must_use]
    pub fn new(rules: Arc<AlertRules>, accounts: &[(AccountId, BareJid)]) -> Self {
        let mut making = Making::new(accounts);
        for (place, one) in rules.overrides.iter().enumerate() {
            making.take(place, &one.scope);
        }
        for (place, watch) in rules.watches.iter().enumerate() {
            if let Some(account) = making.account(&watch.account) {
                let people = making.people.entry(account).or_default();
                people.watches.push((&watch.contact, place));
            }
        }
        let (groups, people) = making.done();
        Self {
            rules,
            groups,
            people,
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
        let rules = &self.rules;
        if rules.profiles.is_empty() {
            return None;
        }
        let local = LocalNow::new(now, zone);
        let holds = |hours: &Hours| {
            local
                .as_ref()
                .and_then(|local| hours.end_in(local))
                .is_some()
        };
        let fits = |profile: &Profile| match (&rules.active_profile, &profile.when) {
            (ProfileChoice::None, _) => false,
            (ProfileChoice::Named(name), _) => *name == profile.name,
            (ProfileChoice::Automatic, Activation::ByHand) => false,
            (ProfileChoice::Automatic, Activation::OwnStatus { shows }) => shows.contains(&own),
            (ProfileChoice::Automatic, Activation::Schedule { hours }) => hours.iter().any(holds),
        };
        rules.profiles.iter().position(fits).map(ActiveProfile)
    }

    /// The profile of a name, whether it holds or not.
    #[must_use]
    pub fn profile_named(&self, name: &str) -> Option<ActiveProfile> {
        let mut profiles = self.rules.profiles.iter();
        let at = profiles.position(|one| one.name == name);
        at.map(ActiveProfile)
    }

    /// A profile's name.
    #[must_use]
    pub fn profile_name(&self, profile: ActiveProfile) -> Option<&str> {
        let profile = self.rules.profiles.get(profile.0)?;
        Some(&profile.name)
    }

    /// The quiet hours that are not switched off.
    fn quiet(&self) -> impl Iterator<Item = &QuietHours> {
        self.rules.quiet.iter().filter(|one| !one.off)
    }

    /// The quiet hours that hold now, and when quiet ends for good; `None` for the end when it never does.
    pub(super) fn quiet_at(
        &self,
        now: Timestamp,
        zone: &TimeZone,
    ) -> Option<(&QuietHours, Timestamp)> {
        self.quiet().next()?;
        let local = LocalNow::new(now, zone)?;
        let holds = |one: &&QuietHours| one.hours.end_in(&local).is_some();
        let first = self.quiet().find(holds)?;
        let latest = |at: Timestamp| {
            let local = LocalNow::new(at, zone)?;
            self.quiet()
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
        let mut quiet = self.quiet();
        quiet.any(|one| one.tell_after && one.hours.end_at(now, zone).is_some())
    }

    /// Whether the kind, or a row that it inherits from, is marked to break through.
    pub(super) fn kind_breaks_through(&self, kind: EventKind) -> bool {
        let marked = &self.rules.break_through;
        !marked.is_empty() && kind.chain().any(|one| marked.contains(&one))
    }

    /// The watch that a contact's coming fulfils.
    pub(super) fn watch(
        &self,
        account: AccountId,
        contact: &BareJid,
        now: Timestamp,
        gone_for: Option<i64>,
    ) -> Option<&Watch> {
        let places = self.people.get(&account)?.watches.of(contact);
        let mut watches = places.filter_map(|at| self.rules.watches.get(at));
        watches.find(|watch| {
            let lives = watch.expires.is_none_or(|end| now < end);
            let away = i64::from(watch.after_hours) * 3_600_000;
            let is_long_enough = away == 0 || gone_for.is_some_and(|gone| gone >= away);
            watch.contact == *contact && lives && is_long_enough
        })
    }

    /// Whether a watch is open.
    pub(super) fn waits_for_somebody(&self, now: Timestamp) -> bool {
        let places = self.people.values().flat_map(|one| one.watches.all());
        let mut watches = places.filter_map(|at| self.rules.watches.get(at));
        watches.any(|watch| watch.expires.is_none_or(|end| now < end))
    }

    /// What is set in any scope; of scopes with the same rows one.
    pub(super) fn layers(&self) -> Vec<Layer<'_>> {
        let profiles = self.rules.profiles.iter().map(Layer::from);
        let groups = self.groups.values().flatten().map(|one| one.place);
        let people = self.people.values();
        let people = people.flat_map(|one| one.own.into_iter().chain(one.chats.all()));
        let overrides = groups
            .chain(people)
            .filter_map(|at| self.rules.overrides.get(at));
        let mut known = HashSet::new();
        profiles
            .chain(overrides.map(Layer::from))
            .filter(|layer| known.insert(layer.rows.place()))
            .collect()
    }

    fn layer(&self, place: usize) -> Option<Layer<'_>> {
        self.rules.overrides.get(place).map(Layer::from)
    }

    /// What is set for a contact or a room. Where something is set twice for the same scope, what stands first holds.
    fn layer_of_chat(&self, people: &People, jid: &Jid) -> Option<Layer<'_>> {
        let places = people.chats.of(jid);
        let mut found = places.filter_map(|at| self.rules.overrides.get(at));
        let is_theirs =
            |one: &&Override| matches!(&one.scope, Scope::Chat { chat, .. } if **chat == *jid);
        found.find(is_theirs).map(Layer::from)
    }

    /// The scopes that have a say about somebody, strongest first, without the settings for everybody.
    pub(super) fn scopes<'a>(&'a self, whose: &Whose<'a>) -> Vec<Scoped<'a>> {
        let mut scopes = Vec::with_capacity(6);
        let people = whose.account.and_then(|account| self.people.get(&account));
        if let (Some(account), Some(people)) = (whose.account, people)
            && let Some(jid) = whose.jid
            && let Some(layer) = self.layer_of_chat(people, jid)
        {
            scopes.push(Scoped::new(LevelRef::Chat(account, jid), layer));
        }
        self.push_groups(whose, &mut scopes);
        let own = people.and_then(|people| self.layer(people.own?));
        if let (Some(account), Some(layer)) = (whose.account, own) {
            scopes.push(Scoped::new(LevelRef::Account(account), layer));
        }
        if let Some(profile) = whose.profile.and_then(|at| self.rules.profiles.get(at.0)) {
            let level = LevelRef::Profile(&profile.name);
            scopes.push(Scoped::new(level, profile.into()));
        }
        scopes
    }

    fn push_groups<'a>(&'a self, whose: &Whose<'a>, scopes: &mut Vec<Scoped<'a>>) {
        if self.groups.is_empty() {
            return;
        }
        let mut found: Vec<(usize, Scoped<'a>)> = Vec::new();
        for group in whose.groups {
            let Some((name, all)) = self.groups.get_key_value(group.as_str()) else {
                continue;
            };
            let own = all
                .iter()
                .filter(|one| one.account.is_none() || one.account == whose.account);
            let layers = own.filter_map(|one| Some((one.place, self.layer(one.place)?)));
            found.extend(
                layers.map(|(place, layer)| (place, Scoped::new(LevelRef::Group(name), layer))),
            );
        }
        found.sort_by_key(|(place, _)| *place);
        scopes.extend(found.into_iter().map(|(_, scoped)| scoped));
    }
}

/// One of the profiles of a [`RuleBook`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ActiveProfile(usize);

/// The people of an account, while a book is made.
#[derive(Default)]
struct PeopleInMaking<'a> {
    own: Option<usize>,
    chats: Vec<(&'a Jid, usize)>,
    watches: Vec<(&'a Jid, usize)>,
}

/// What is known while a book is made.
struct Making<'a> {
    accounts: HashMap<&'a BareJid, AccountId>,
    groups: HashMap<String, Vec<OfGroup>>,
    people: HashMap<AccountId, PeopleInMaking<'a>>,
}

impl<'a> Making<'a> {
    fn new(accounts: &'a [(AccountId, BareJid)]) -> Self {
        Self {
            accounts: accounts.iter().map(|(id, jid)| (jid, *id)).collect(),
            groups: HashMap::new(),
            people: HashMap::new(),
        }
    }

    fn account(&self, jid: &BareJid) -> Option<AccountId> {
        self.accounts.get(jid).copied()
    }

    fn take(&mut self, place: usize, scope: &'a Scope) {
        match scope {
            Scope::Account { account } => {
                if let Some(account) = self.account(account) {
                    let people = self.people.entry(account).or_default();
                    people.own.get_or_insert(place);
                }
            }
            Scope::Chat { account, chat } => {
                if let Some(account) = self.account(account) {
                    let people = self.people.entry(account).or_default();
                    people.chats.push((chat, place));
                }
            }
            Scope::Group { account, group } => {
                let known = account.as_ref().map(|account| self.account(account));
                // A group of an account that is gone.
                if known == Some(None) {
                    return;
                }
                let account = known.flatten();
                let all = self.groups.entry(group.clone()).or_default();
                all.push(OfGroup { account, place });
            }
        }
    }

    fn done(self) -> (HashMap<String, Vec<OfGroup>>, HashMap<AccountId, People>) {
        let people = self.people.into_iter().map(|(account, people)| {
            let ready = People {
                own: people.own,
                chats: Places::new(&people.chats),
                watches: Places::new(&people.watches),
            };
            (account, ready)
        });
        (self.groups, people.collect())
    }
}
