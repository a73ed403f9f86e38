//! Whose alert rules are which: rows, mutes and marks of everybody, a profile, an account, a group or a chat.

use super::{on_desk, rule_words};
use crate::house::House;
use crate::settings_file::SettingsError;
use carillon_core::alerts::{
    self as core, ActiveProfile, AlertRows, AlertRules, EffectiveRow, EventKind, MuteFor, Override,
    Preset, RowSentence, RuleBook, Scope,
};
use carillon_core::ids::AccountId;
use carillon_core::settings::Mute;
use carillon_engine::{Desk, edits};
use carillon_link::alerts::{AlertRowChange, AlertRowView, AlertRowsView, Whose};
use carillon_link::contract::{SetAlertRow, SetOverride};
use carillon_link::{Refusal, RefusalCode};
use jid::BareJid;
use jiff::tz::TimeZone;
use std::sync::Arc;

/// The accounts of this profile: rules name them by their addresses, windows by their numbers.
pub(super) struct Accounts(Vec<(AccountId, BareJid)>);

impl Accounts {
    pub(super) async fn of(house: &House) -> Result<Self, Refusal> {
        on_desk(house, |desk| Ok(Self::on(desk))).await
    }

    pub(super) fn on(desk: &Desk) -> Self {
        let states = desk.account_states().into_iter();
        Self(states.map(|one| (one.id, one.settings.jid)).collect())
    }

    pub(super) fn address(&self, id: AccountId) -> Result<&BareJid, Refusal> {
        let found = self.0.iter().find(|(known, _)| *known == id);
        found
            .map(|(_, jid)| jid)
            .ok_or_else(|| gone("there is no such account"))
    }

    pub(super) fn id(&self, address: &BareJid) -> Option<AccountId> {
        let found = self.0.iter().find(|(_, jid)| jid == address);
        found.map(|(id, _)| *id)
    }

    /// The scope that an override has for somebody; `None` for everybody and for profiles.
    fn scope(&self, whose: &Whose) -> Result<Option<Scope>, Refusal> {
        Ok(match whose {
            Whose::Everybody | Whose::Profile { .. } => None,
            Whose::Account { account } => Some(Scope::Account {
                account: Arc::new(self.address(*account)?.clone()),
            }),
            Whose::Group { account, name } => {
                let account = account.map(|id| self.address(id).cloned().map(Arc::new));
                Some(Scope::Group {
                    account: account.transpose()?,
                    group: name.clone(),
                })
            }
            Whose::Chat { chat } => Some(Scope::Chat {
                account: Arc::new(self.address(chat.account)?.clone()),
                chat: chat.bare(),
            }),
        })
    }
}

fn gone(what: &str) -> Refusal {
    Refusal::new(RefusalCode::Gone, what)
}

/// Changes the alert rules, unless that makes them too many or too long.
pub(super) async fn change_rules(
    house: &House,
    change: impl FnOnce(&mut AlertRules) -> Result<(), Refusal>,
) -> Result<(), Refusal> {
    let changed = house.try_change_settings(|settings| {
        let mut rules = AlertRules::clone(&settings.alerts);
        change(&mut rules).map_err(NotChanged::Refused)?;
        let (rules, left_out) = rules.bounded();
        settings.alerts = Arc::new(rules);
        match rule_words(&left_out) {
            Some(words) => Err(NotChanged::Refused(Refusal::new(
                RefusalCode::BadRules,
                words,
            ))),
            None => Ok(()),
        }
    });
    changed.await.map_err(NotChanged::refusal)
}

enum NotChanged {
    Refused(Refusal),
    NotWritten(SettingsError),
}

impl NotChanged {
    fn refusal(self) -> Refusal {
        match self {
            Self::Refused(refusal) => refusal,
            Self::NotWritten(error) => Refusal::new(RefusalCode::Storage, error.to_string()),
        }
    }
}

impl From<SettingsError> for NotChanged {
    fn from(error: SettingsError) -> Self {
        Self::NotWritten(error)
    }
}

/// Changes what is set in one scope; an override without an opinion goes.
fn change_override(rules: &mut AlertRules, scope: Scope, change: impl FnOnce(&mut Override)) {
    let known = rules.overrides.iter().position(|one| one.scope == scope);
    match known.and_then(|at| rules.overrides.get_mut(at).map(|one| (at, one))) {
        Some((at, one)) => {
            change(one);
            if one.is_empty() {
                rules.overrides.remove(at);
            }
        }
        None => {
            let mut one = Override::of(scope);
            change(&mut one);
            if !one.is_empty() {
                rules.overrides.push(one);
            }
        }
    }
}

async fn change_rows(
    house: &House,
    whose: &Whose,
    change: impl FnOnce(&mut AlertRows) + Send,
) -> Result<(), Refusal> {
    let scope = Accounts::of(house).await?.scope(whose)?;
    change_rules(house, |rules| {
        match (scope, whose) {
            (Some(scope), _) => change_override(rules, scope, |one| change(&mut one.rows)),
            (None, Whose::Profile { name }) => {
                let found = rules.profiles.iter_mut().find(|one| one.name == *name);
                let profile = found.ok_or_else(|| gone("there is no such profile"))?;
                change(&mut profile.rows);
            }
            (None, _) => change(&mut rules.rows),
        }
        Ok(())
    })
    .await
}

pub(super) async fn set_row(house: &House, ask: SetAlertRow) -> Result<(), Refusal> {
    let SetAlertRow { whose, kind, row } = ask;
    change_rows(house, &whose, |rows| rows.set(kind, row)).await
}

pub(super) async fn reset(house: &House, whose: Whose) -> Result<(), Refusal> {
    change_rows(house, &whose, |rows| *rows = AlertRows::default()).await
}

/// The scope of a mute and of marks.
async fn own_scope(house: &House, whose: &Whose) -> Result<Scope, Refusal> {
    let scope = Accounts::of(house).await?.scope(whose)?;
    let words = "a mute and marks of their own are for an account, a group or a chat";
    scope.ok_or_else(|| Refusal::new(RefusalCode::BadRules, words))
}

pub(super) async fn set_override(house: &House, ask: SetOverride) -> Result<(), Refusal> {
    let scope = own_scope(house, &ask.whose).await?;
    if ask.mute.is_some() {
        house.ringer.stop_sounds();
    }
    change_rules(house, |rules| {
        change_override(rules, scope, |one| {
            one.mute = ask.mute;
            one.break_through = ask.break_through;
            one.discreet = ask.discreet;
        });
        Ok(())
    })
    .await
}

pub(super) async fn mute(
    house: &House,
    whose: &Whose,
    until: MuteFor,
) -> Result<Option<Mute>, Refusal> {
    let scope = own_scope(house, whose).await?;
    let now = on_desk(house, |desk| Ok(desk.now())).await?;
    let mute = until.mute(now, &TimeZone::system());
    if mute.is_some() {
        house.ringer.stop_sounds();
    }
    change_rules(house, |rules| {
        edits::set_mute(rules, &scope, mute);
        Ok(())
    })
    .await?;
    Ok(mute)
}

pub(super) async fn rows(house: &House, whose: Whose) -> Result<AlertRowsView, Refusal> {
    let asked = whose.clone();
    let (now, effective, scope, all, profile) = on_desk(house, move |desk| {
        Ok((
            desk.now(),
            effective(desk, &asked),
            Accounts::on(desk).scope(&asked),
            desk.mute(),
            desk.active_profile(),
        ))
    })
    .await?;
    let (effective, scope) = (effective?, scope?);
    let own = house.read_settings(|settings| own(&settings.alerts, &whose, scope.as_ref()))?;
    let row = |effective: EffectiveRow| AlertRowView {
        kind: effective.kind,
        own: own.rows.get(effective.kind).cloned().unwrap_or_default(),
        sentence: RowSentence::of(&effective),
        effective,
    };
    let mute = match whose {
        Whose::Everybody => all,
        _ => own.mute.filter(|mute| mute.holds(now)),
    };
    Ok(AlertRowsView {
        rows: effective.into_iter().map(row).collect(),
        mute,
        break_through: own.break_through,
        discreet: own.discreet,
        profile,
        whose,
    })
}

/// The scopes that have a say in what somebody's panel shows.
#[derive(Default)]
pub(super) struct Asked {
    account: Option<AccountId>,
    jid: Option<BareJid>,
    groups: Vec<String>,
    profile: Option<ActiveProfile>,
}

impl Asked {
    pub(super) fn of(desk: &Desk, whose: &Whose) -> Result<Self, Refusal> {
        let named = |name: &str| desk.rule_book().profile_named(name);
        let mut asked = Self::default();
        match whose {
            Whose::Everybody => return Ok(asked),
            Whose::Profile { name } => {
                let found = named(name);
                asked.profile = Some(found.ok_or_else(|| gone("there is no such profile"))?);
                return Ok(asked);
            }
            Whose::Account { account } => asked.account = Some(*account),
            Whose::Group { account, name } => {
                asked.groups.push(name.clone());
                asked.account = *account;
            }
            Whose::Chat { chat } => {
                let contact = desk.contact(chat);
                asked.groups = contact.map_or_else(Vec::new, |one| one.groups);
                asked.account = Some(chat.account);
                asked.jid = Some(chat.bare());
            }
        }
        asked.profile = desk.active_profile().as_deref().and_then(named);
        Ok(asked)
    }

    pub(super) fn whose(&self) -> core::Whose<'_> {
        core::Whose {
            account: self.account,
            jid: self.jid.as_ref(),
            groups: &self.groups,
            profile: self.profile,
        }
    }
}

/// The row of every kind, as it holds for somebody.
fn effective(desk: &Desk, whose: &Whose) -> Result<Vec<EffectiveRow>, Refusal> {
    let asked = Asked::of(desk, whose)?;
    let row = |kind| desk.rule_book().effective(kind, &asked.whose());
    Ok(EventKind::ALL.map(row).into())
}

/// What is set in a scope itself.
fn own(rules: &AlertRules, whose: &Whose, scope: Option<&Scope>) -> Result<Own, Refusal> {
    let rows = |rows: &AlertRows| Own {
        rows: rows.clone(),
        ..Own::default()
    };
    match (scope, whose) {
        (Some(scope), _) => {
            let found = rules.overrides.iter().find(|one| one.scope == *scope);
            Ok(found.map_or_else(Own::default, |one| Own {
                rows: one.rows.clone(),
                mute: one.mute,
                break_through: one.break_through,
                discreet: one.discreet,
            }))
        }
        (None, Whose::Profile { name }) => {
            let found = rules.profiles.iter().find(|one| one.name == *name);
            found
                .map(|one| rows(&one.rows))
                .ok_or_else(|| gone("there is no such profile"))
        }
        (None, _) => Ok(rows(&rules.rows)),
    }
}

#[derive(Default)]
struct Own {
    rows: AlertRows,
    mute: Option<Mute>,
    break_through: Option<bool>,
    discreet: Option<bool>,
}

pub(super) async fn apply_preset(house: &House, preset: Preset) -> Result<(), Refusal> {
    change_rules(house, |rules| {
        rules.rows = preset.rows();
        Ok(())
    })
    .await
}

pub(super) fn preset_changes(house: &House, preset: Preset) -> Vec<AlertRowChange> {
    let book = |rows: AlertRows| {
        let rules = AlertRules {
            rows,
            ..AlertRules::default()
        };
        RuleBook::new(Arc::new(rules), &[])
    };
    let before = book(house.read_settings(|settings| settings.alerts.rows.clone()));
    let after = book(preset.rows());
    let sentence =
        |book: &RuleBook, kind| RowSentence::of(&book.effective(kind, &core::Whose::default()));
    let change = |kind| AlertRowChange {
        before: sentence(&before, kind),
        after: sentence(&after, kind),
    };
    EventKind::ALL
        .into_iter()
        .map(change)
        .filter(|change| change.before != change.after)
        .collect()
}
