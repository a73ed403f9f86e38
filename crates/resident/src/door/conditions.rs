//! Profiles, quiet hours, watches and the other rules that are not rows.

use super::on_desk;
use super::rules::{Accounts, change_rules};
use crate::house::House;
use carillon_core::alerts::{AlertRules, Profile, ProfileChoice, Watch};
use carillon_core::ids::ChatRef;
use carillon_engine::{WatchNow, edits};
use carillon_link::alerts::{AlertConditionsView, AlertProfilesView, WatchView};
use carillon_link::contract::AddWatch;
use carillon_link::{Refusal, RefusalCode};

pub(super) async fn profiles(house: &House) -> Result<AlertProfilesView, Refusal> {
    let active = on_desk(house, |desk| Ok(desk.active_profile())).await?;
    Ok(house.read_settings(|settings| AlertProfilesView {
        profiles: settings.alerts.profiles.clone(),
        choice: settings.alerts.active_profile.clone(),
        active,
    }))
}

pub(super) async fn set_profiles(house: &House, profiles: Vec<Profile>) -> Result<(), Refusal> {
    change_rules(house, |rules| {
        rules.profiles = profiles;
        if !is_there(rules, &rules.active_profile) {
            rules.active_profile = ProfileChoice::Automatic;
        }
        Ok(())
    })
    .await
}

pub(super) async fn choose_profile(house: &House, choice: ProfileChoice) -> Result<(), Refusal> {
    change_rules(house, |rules| {
        if !is_there(rules, &choice) {
            return Err(Refusal::new(RefusalCode::Gone, "there is no such profile"));
        }
        rules.active_profile = choice;
        Ok(())
    })
    .await
}

fn is_there(rules: &AlertRules, choice: &ProfileChoice) -> bool {
    match choice {
        ProfileChoice::Named(name) => rules.profiles.iter().any(|one| one.name == *name),
        ProfileChoice::Automatic | ProfileChoice::None => true,
    }
}

pub(super) async fn conditions(house: &House) -> Result<AlertConditionsView, Refusal> {
    let quiet_until = on_desk(house, |desk| Ok(desk.quiet_until())).await?;
    Ok(house.read_settings(|settings| {
        let rules = &settings.alerts;
        AlertConditionsView {
            quiet: rules.quiet.clone(),
            quiet_until,
            break_through: rules.break_through.clone(),
            keywords: rules.keywords.clone(),
            presence: rules.presence.clone(),
            other_device: rules.other_device.clone(),
        }
    }))
}

/// Sets one of the rules that stand by themselves.
pub(super) async fn set(
    house: &House,
    change: impl FnOnce(&mut AlertRules),
) -> Result<(), Refusal> {
    change_rules(house, |rules| {
        change(rules);
        Ok(())
    })
    .await
}

pub(super) async fn watches(house: &House) -> Result<Vec<WatchView>, Refusal> {
    on_desk(house, |desk| {
        let watches = desk.watches().into_iter().filter(|one| !one.expired);
        let view = |one: WatchNow| WatchView {
            name: desk.display_name(&one.chat),
            chat: one.chat,
            once: one.watch.once,
            expires: one.watch.expires,
            after_hours: one.watch.after_hours,
        };
        Ok(watches.map(view).collect())
    })
    .await
}

pub(super) async fn add_watch(house: &House, ask: AddWatch) -> Result<(), Refusal> {
    let (watch, now) = on_desk(house, move |desk| {
        let watch = desk.new_watch(&ask.chat, ask.once, ask.expires, ask.after_hours)?;
        Ok((watch, desk.now()))
    })
    .await?;
    set(house, |rules| {
        let same =
            |known: &&Watch| known.account == watch.account && known.contact == watch.contact;
        // What was set by hand in the row of an earlier one stays.
        let row = rules
            .watches
            .iter()
            .find(same)
            .map(|known| known.row.clone());
        edits::forget_expired(rules, now);
        let row = row.unwrap_or_default();
        edits::add_watch(rules, Watch { row, ..watch });
    })
    .await
}

pub(super) async fn remove_watch(house: &House, chat: ChatRef) -> Result<(), Refusal> {
    let accounts = Accounts::of(house).await?;
    let account = accounts.address(chat.account)?;
    set(house, |rules| {
        edits::remove_watch(rules, account, &chat.bare());
    })
    .await
}
