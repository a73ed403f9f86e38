//! Alert rules as a file of their own, to be taken elsewhere.

use super::rules::{Accounts, change_rules};
use crate::desktop::sound::packs::Shelf;
use crate::house::House;
use crate::settings_file::rules_alone::{self, ReadRules};
use carillon_core::alerts::{AlertRows, AlertRules, Icon, PackName, Row, Scope, Sound};
use carillon_link::alerts::{ExportedAlerts, ImportedAlerts};
use carillon_link::contract::ImportAlerts;
use carillon_link::{Refusal, RefusalCode};
use jid::BareJid;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

pub(super) async fn export(house: &House, path: String) -> Result<ExportedAlerts, Refusal> {
    let rules = house.read_settings(|settings| settings.alerts.clone());
    let own_files: Vec<String> = own_files(&rules).into_iter().collect();
    let to = absolute(&path)?;
    let shelf = Shelf::of(house.profile.data());
    let packs = packs(&rules).into_iter().map(|pack| shelf.place(&pack));
    let packs = packs.map(|place| place.display().to_string()).collect();
    on_the_disk(move || rules_alone::write(&to, &rules)).await?;
    Ok(ExportedAlerts {
        path,
        own_files,
        packs,
    })
}

pub(super) async fn import(house: &House, ask: ImportAlerts) -> Result<ImportedAlerts, Refusal> {
    let accounts = Accounts::of(house).await?;
    let from = absolute(&ask.path)?;
    let shelf = Shelf::of(house.profile.data());
    let (read, missing_files, missing_packs) = on_the_disk(move || {
        let read = rules_alone::read(&from)?;
        let mut missing = own_files(&read.rules);
        missing.retain(|path| !Path::new(path).is_file());
        let mut missing_packs = packs(&read.rules);
        missing_packs.retain(|pack| !shelf.has(pack));
        Ok((read, missing, missing_packs))
    })
    .await?;
    let ReadRules {
        rules,
        left_out,
        trouble,
        unknown,
    } = read;
    let imported = ImportedAlerts {
        rows: number(rules.rows.len()),
        profiles: number(rules.profiles.len()),
        overrides: number(rules.overrides.len()),
        elsewhere: number(elsewhere(&rules, &accounts)),
        watches: number(rules.watches.len()),
        quiet: number(rules.quiet.len()),
        left_out: left_out.into_iter().map(Into::into).collect(),
        trouble,
        unknown,
        missing_files: missing_files.into_iter().collect(),
        missing_packs: missing_packs.iter().map(ToString::to_string).collect(),
    };
    if !ask.look_only {
        change_rules(house, |known| {
            *known = rules;
            Ok(())
        })
        .await?;
    }
    Ok(imported)
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// The resident's working folder means nothing to a user.
fn absolute(path: &str) -> Result<PathBuf, Refusal> {
    let path = PathBuf::from(path);
    if path.is_absolute() {
        return Ok(path);
    }
    let words = format!("{} is no full path", path.display());
    Err(Refusal::new(RefusalCode::BadFile, words))
}

async fn on_the_disk<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, rules_alone::NotTraded> + Send + 'static,
) -> Result<T, Refusal> {
    let bad = |words: String| Refusal::new(RefusalCode::BadFile, words);
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done.map_err(|error| bad(error.to_string())),
        Err(error) => Err(bad(error.to_string())),
    }
}

/// How many are for accounts that are not here.
fn elsewhere(rules: &AlertRules, accounts: &Accounts) -> usize {
    let missing = |account: &BareJid| accounts.id(account).is_none();
    let overrides = rules.overrides.iter().filter(|one| match &one.scope {
        Scope::Account { account } | Scope::Chat { account, .. } => missing(account),
        Scope::Group { account, .. } => account.as_deref().is_some_and(missing),
    });
    let watches = rules.watches.iter().filter(|one| missing(&one.account));
    overrides.count() + watches.count()
}

/// The files of the user's own that the rules point to.
fn own_files(rules: &AlertRules) -> BTreeSet<String> {
    all_rows(rules).flat_map(files).collect()
}

/// The imported sound packs that the rules name.
fn packs(rules: &AlertRules) -> BTreeSet<PackName> {
    let named = |row: &Row| match &row.sound {
        Some(Sound::Pack(sound)) => Some(sound.pack.clone()),
        _ => None,
    };
    all_rows(rules).filter_map(named).collect()
}

fn all_rows(rules: &AlertRules) -> impl Iterator<Item = &Row> {
    let profiles = rules.profiles.iter().map(|one| &one.rows);
    let overrides = rules.overrides.iter().map(|one| &one.rows);
    let all = std::iter::once(&rules.rows)
        .chain(profiles)
        .chain(overrides);
    let rows = all.flat_map(|rows: &AlertRows| rows.iter().map(|(_, row)| row));
    let watches = rules.watches.iter().map(|one| &one.row);
    rows.chain(watches)
}

fn files(row: &Row) -> impl Iterator<Item = String> {
    let sound = match &row.sound {
        Some(Sound::File(path)) => Some(path.clone()),
        _ => None,
    };
    let icon = match &row.icon {
        Some(Icon::File(path)) => Some(path.clone()),
        _ => None,
    };
    sound.into_iter().chain(icon)
}
