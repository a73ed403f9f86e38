//! Contacts in a file that [`super::roster`] has written, or somebody else: nothing in it is believed but what is a contact.

use super::Unfinished;
use carillon_core::contact::RosterItem;
use carillon_link::views_own::{RosterOf, RosterSource};
use serde::Deserialize;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

/// No contact list is longer than this, in bytes.
const LARGEST: u64 = 64 * 1024 * 1024;

#[derive(Deserialize)]
struct Line {
    account: String,
    #[serde(flatten)]
    item: RosterItem,
}

/// Whose contacts a file holds.
pub(crate) fn look_into_roster(path: &Path) -> Result<RosterSource, Unfinished> {
    let mut source = RosterSource {
        path: path.display().to_string(),
        accounts: Vec::new(),
        unreadable: 0,
    };
    read(path, |line| {
        let Some(line) = line else {
            source.unreadable += 1;
            return;
        };
        let known = |one: &&mut RosterOf| one.account == line.account;
        match source.accounts.iter_mut().find(known) {
            Some(one) => one.contacts += 1,
            None => source.accounts.push(RosterOf {
                account: line.account,
                contacts: 1,
            }),
        }
    })?;
    Ok(source)
}

/// The contacts of one account, and how many lines are none at all.
pub(crate) fn contacts_of(path: &Path, whose: &str) -> Result<(Vec<RosterItem>, u32), Unfinished> {
    let (mut contacts, mut unreadable) = (Vec::new(), 0);
    read(path, |line| match line {
        Some(line) if line.account == whose => contacts.push(line.item),
        Some(_) => {}
        None => unreadable += 1,
    })?;
    Ok((contacts, unreadable))
}

fn read(path: &Path, mut take: impl FnMut(Option<Line>)) -> Result<(), Unfinished> {
    let told = fs::metadata(path).map_err(Unfinished::Folder)?;
    // A pipe would be waited for.
    if !told.is_file() || told.len() > LARGEST {
        let words = "it is no file of contacts";
        return Err(Unfinished::Folder(io::Error::other(words)));
    }
    let file = File::open(path).map_err(Unfinished::Folder)?;
    // It may grow while it is read.
    for line in BufReader::new(file.take(LARGEST)).split(b'\n') {
        let line = line.map_err(Unfinished::Folder)?;
        if !line.trim_ascii().is_empty() {
            take(serde_json::from_slice(&line).ok());
        }
    }
    Ok(())
}
