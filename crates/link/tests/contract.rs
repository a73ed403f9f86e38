//! The TypeScript that the web UI is checked against is the contract as it is now.

#![allow(clippy::unwrap_used, clippy::panic)]

use carillon_link::contract::typescript_map;
use carillon_link::{Command, Event, Refusal};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use ts_rs::{Config, TS};

fn committed() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ui/src/lib/contract")
}

fn export_to(folder: &Path) {
    let config = Config::new().with_out_dir(folder).with_large_int("number");
    Command::export_all(&config).unwrap();
    Event::export_all(&config).unwrap();
    Refusal::export_all(&config).unwrap();
    carillon_link::views::Overview::export_all(&config).unwrap();
    carillon_link::views::ChatView::export_all(&config).unwrap();
    carillon_link::views::OccupantPage::export_all(&config).unwrap();
    carillon_link::views::FoundRooms::export_all(&config).unwrap();
    carillon_core::room::Channels::export_all(&config).unwrap();
    carillon_core::room::AffiliationList::export_all(&config).unwrap();
    carillon_link::views::Standing::export_all(&config).unwrap();
    carillon_link::views::ContactPage::export_all(&config).unwrap();
    carillon_link::views::ChatPage::export_all(&config).unwrap();
    carillon_link::views::ContactsNow::export_all(&config).unwrap();
    carillon_link::views::ChatsNow::export_all(&config).unwrap();
    carillon_link::alerts::AlertSettingsView::export_all(&config).unwrap();
    carillon_link::alerts::ActivityEntry::export_all(&config).unwrap();
    carillon_link::alerts::AlertRowsView::export_all(&config).unwrap();
    carillon_link::alerts::AlertRowChange::export_all(&config).unwrap();
    carillon_link::alerts::AlertProfilesView::export_all(&config).unwrap();
    carillon_link::alerts::AlertConditionsView::export_all(&config).unwrap();
    carillon_link::alerts::WatchView::export_all(&config).unwrap();
    carillon_link::alerts::AlertExplanation::export_all(&config).unwrap();
    carillon_link::alerts::AlertCapability::export_all(&config).unwrap();
    carillon_link::alerts::ExportedAlerts::export_all(&config).unwrap();
    carillon_link::alerts::ImportedAlerts::export_all(&config).unwrap();
    carillon_link::alerts::SoundPackView::export_all(&config).unwrap();
    carillon_link::views_own::SearchPage::export_all(&config).unwrap();
    carillon_link::views_own::FoundInChat::export_all(&config).unwrap();
    carillon_link::views_own::WorkView::export_all(&config).unwrap();
    carillon_link::views_own::HistorySource::export_all(&config).unwrap();
    carillon_link::views_own::RosterSource::export_all(&config).unwrap();
    carillon_link::views_people::InvitationView::export_all(&config).unwrap();
    carillon_link::views_files::LookedAt::export_all(&config).unwrap();
    carillon_link::views_files::FileView::export_all(&config).unwrap();
    carillon_link::views_files::PictureFile::export_all(&config).unwrap();
    carillon_link::views_files::PlayingView::export_all(&config).unwrap();
    carillon_link::views_files::RecordingView::export_all(&config).unwrap();
    carillon_link::views_files::TransferView::export_all(&config).unwrap();
    carillon_link::views::NewAccount::export_all(&config).unwrap();
    carillon_link::views::AvatarView::export_all(&config).unwrap();
    carillon_core::person::ContactDetails::export_all(&config).unwrap();
    carillon_core::person::PersonAnswer::export_all(&config).unwrap();
    carillon_link::views::SentMessage::export_all(&config).unwrap();
    carillon_link::views::Status::export_all(&config).unwrap();
    carillon_core::chat::Message::export_all(&config).unwrap();
    carillon_core::look_alike::LookAlike::export_all(&config).unwrap();
    carillon_core::room::NotInvited::export_all(&config).unwrap();
    carillon_core::chat::Version::export_all(&config).unwrap();

    let names = typescript_names(folder);
    let mut index =
        String::from("// Made from crates/link by its test `contract`; not edited by hand.\n");
    for name in &names {
        index.push_str(&format!("export type {{ {name} }} from \"./{name}\";\n"));
    }
    let map = typescript_map(&config);
    let used: BTreeSet<&str> = map.split(|sign: char| !sign.is_alphanumeric()).collect();
    for name in names.iter().filter(|name| used.contains(name.as_str())) {
        index.push_str(&format!("import type {{ {name} }} from \"./{name}\";\n"));
    }
    index.push('\n');
    index.push_str(&map);
    std::fs::write(folder.join("index.ts"), index).unwrap();
}

fn typescript_names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = files(folder)
        .into_keys()
        .filter_map(|name| name.strip_suffix(".ts").map(str::to_owned))
        .filter(|name| name != "index")
        .collect();
    names.sort();
    names
}

fn files(folder: &Path) -> BTreeMap<String, String> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return BTreeMap::new();
    };
    entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read_to_string(&path).unwrap())
        })
        .collect()
}

/// `CARILLON_WRITE_CONTRACT=1 cargo test -p carillon-link` writes it anew.
#[test]
fn the_committed_typescript_is_the_contract_as_it_is() {
    let fresh = tempfile::tempdir().unwrap();
    export_to(fresh.path());
    if std::env::var_os("CARILLON_WRITE_CONTRACT").is_some() {
        std::fs::remove_dir_all(committed()).ok();
        std::fs::create_dir_all(committed()).unwrap();
        for (name, text) in files(fresh.path()) {
            std::fs::write(committed().join(name), text).unwrap();
        }
    }
    assert_eq!(
        files(&committed()),
        files(fresh.path()),
        "the contract changed: write it anew"
    );
}
