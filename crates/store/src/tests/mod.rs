//! Stories of the whole store, told through what it offers.

mod archive;
mod changes;
mod contradictions;
mod conversations;
#[cfg(target_os = "linux")]
mod crash;
mod damage;
mod deleted;
mod disk;
mod duplicates;
mod errands;
#[cfg(target_os = "linux")]
mod failed_read;
#[cfg(target_os = "linux")]
mod failed_sync;
mod files;
mod foreign;
mod imports;
mod invitations;
mod kill;
mod migration;
mod moderated;
mod moves;
mod named_twice;
mod outgoing;
mod own_marks;
mod people;
mod private;
mod properties;
mod reactions;
mod replies;
mod retractions;
mod salvage;
mod search;
mod search_files;
mod search_scale;
mod seen;
mod speed;
mod streams;
mod timers;
mod together;
mod tray;

use crate::{NewMessage, Received, Store};
use carillon_core::{
    BareJid,
    chat::Author,
    ids::{AccountId, ChatRef, MessageId, Timestamp},
};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A profile with one account, gone when the test ends.
struct Profile {
    store: Store,
    alice: AccountId,
    folder: TempDir,
}

impl Profile {
    fn new() -> Self {
        Self::within(tempfile::tempdir().unwrap())
    }

    fn within(folder: TempDir) -> Self {
        let mut store = Store::open(&folder.path().join("carillon.db")).unwrap();
        let alice = store.account_id(&jid("alice@example.org")).unwrap();
        Self {
            store,
            alice,
            folder,
        }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("carillon.db")
    }

    fn chat(&self, with: &str) -> ChatRef {
        ChatRef {
            account: self.alice,
            jid: jid(with).into(),
        }
    }

    /// What a contact says, as it comes from the network.
    fn said(&self, by: &str, id: &str, body: &str) -> NewMessage {
        NewMessage {
            account: self.alice,
            chat: jid(by).into(),
            author: Author::Contact,
            sender_id: Some(id.to_owned()),
            origin_id: None,
            stanza_id: None,
            body: body.to_owned(),
            at: Timestamp(1_000),
            seen: false,
            in_requests: false,
            room: false,
            under_my_nick: false,
            wants_receipt: false,
            markable: false,
            occupant: None,
            said_to: None,
            file: None,
            about: None,
            encryption: None,
            unstyled: false,
            reply: None,
        }
    }

    fn hear(&mut self, by: &str, id: &str, body: &str) -> MessageId {
        let said = self.said(by, id, body);
        new(self.store.receive(&said).unwrap())
    }

    /// Numbers straight from the tables.
    fn count(&self, query: &str) -> i64 {
        self.store
            .connection
            .query_row(query, [], |row| row.get(0))
            .unwrap()
    }
}

/// In memory where the system has such a folder: for tests that sync thousands of times and do not depend on it.
fn quick_folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() {
        tempfile::tempdir_in(memory).unwrap()
    } else {
        tempfile::tempdir().unwrap()
    }
}

fn jid(text: &str) -> BareJid {
    BareJid::new(text).unwrap()
}

fn new(received: Received) -> MessageId {
    match received {
        Received::New(id) => id,
        other => panic!("a new message was taken for {other:?}"),
    }
}
