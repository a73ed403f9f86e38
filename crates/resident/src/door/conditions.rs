//! Profiles, quiet hours, watches and the other rules that are not rows.

use super::on_desk;
use super::rules::{Accounts, active_profile, change_rules};
use crate::house::House;
use carillon_core::alerts::{AlertRules, Profile, ProfileChoice, Row, Watch};
use carillon_core::ids::ChatRef;
use carillon_link::alerts::{AlertConditionsView, AlertProfilesView, WatchView};
use carillon_link::contract::AddWatch;
use carillon_link::{Refusal, RefusalCode};
use jiff::tz::TimeZone;

pub(super) async fn profiles(house: &House) -> Result<AlertProfilesView, Refusal> {
    let active = active_profile(house);
    let active = on_desk(house, move |desk| {
        let name = active(desk).and_then(|one| desk.rule_book().profile_name(one));
        Ok(name.map(str::to_owned))
    })
    .await?;
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
    let quiet_until = on_desk(house, |desk| {
        let zone = TimeZone::system();
        Ok(desk.rule_book().quiet_until(desk.now(), &zone))
    })
    .await?;
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
    let watches = house.read_settings(|settings| settings.alerts.watches.clone());
    on_desk(house, move |desk| {
        let accounts = Accounts::on(desk);
        let now = desk.now();
        let view = |watch: Watch| {
            let chat = ChatRef {
                account: accounts.id(&watch.account)?,
                jid: watch.contact,
            };
            Some(WatchView {
                name: desk.display_name(&chat),
                chat,
                once: watch.once,
                expires: watch.expires,
                after_hours: watch.after_hours,
            })
        };
        let lives = |watch: &Watch| watch.expires.is_none_or(|end| now < end);
        Ok(watches.into_iter().filter(lives).filter_map(view).collect())
    })
    .await
}

pub(super) async fn add_watch(house: &House, ask: AddWatch) -> Result<(), Refusal> {
    let accounts = Accounts::of(house).await?;
    let account = accounts.address(ask.chat.account)?.clone();
    let now = on_desk(house, |desk| Ok(desk.now())).await?;
    change_rules(house, |rules| {
        let contact = ask.chat.jid;
        let same = |watch: &Watch| watch.account == account && watch.contact == contact;
        let row = rules
            .watches
            .iter()
            .find(|watch| same(watch))
            .map_or_else(Row::default, |watch| watch.row.clone());
        // Those whose time is over go on the way.
        rules
            .watches
            .retain(|watch| !same(watch) && watch.expires.is_none_or(|end| now < end));
        rules.watches.push(Watch {
            account,
            contact,
            once: ask.once,
            expires: ask.expires,
            after_hours: ask.after_hours,
            row,
        });
        Ok(())
    })
    .await
}

pub(super) async fn remove_watch(house: &House, chat: ChatRef) -> Result<(), Refusal> {
    let accounts = Accounts::of(house).await?;
    let account = accounts.address(chat.account)?;
    change_rules(house, |rules| {
        rules
            .watches
            .retain(|watch| watch.account != *account || watch.contact != chat.jid);
        Ok(())
    })
    .await
}
