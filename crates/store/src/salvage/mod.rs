//! A damaged database is set aside, and what can still be read of it goes into the new one.
//!
//! The new one is filled beside the damaged one and takes its place only when it is whole: a kill at any moment leaves
//! either the damaged one, which is tried again, or a filled one, which is put in its place.

mod copying;
mod graft;
mod mending;
mod source;

use crate::damage::{SetAside, is_whole_after_all, set_aside, sync_folder, with_ending};
use crate::{Result, Store, StoreError, schema};
use carillon_core::ids::{MessageId, Timestamp};
use copying::Copying;
use rusqlite::Connection;
use source::Source;
use std::{fs, io, path::Path};

/// What is being filled.
const FILLING: &str = ".rescuing";
/// What was filled, and waits for its place.
const FILLED: &str = ".rescued";

/// What came back of a damaged database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Saved {
    /// Messages that are in the new database.
    pub messages: u32,
    /// Conversations that are in the new database.
    pub chats: u32,
}

/// What became of a damaged database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recovery {
    /// Where it lies now, as it was.
    pub aside: SetAside,
    /// What of it is in the new one.
    pub saved: Saved,
}

/// Sets a damaged database aside, as [`set_aside`] does, and leaves what can be read of it in its place, for
/// [`Store::open`]. Ids stay what they were. Newer messages are read before older ones; once `give_up` answers `true`
/// the rest is left where it is. The archives are asked again for what lies behind the first gap.
///
/// No connection to the database may be open.
///
/// # Errors
/// [`StoreError::DiskFull`] and [`StoreError::ReadOnly`] before anything was changed; else if a file cannot be renamed.
pub fn recover(path: &Path, now: Timestamp, give_up: &dyn Fn() -> bool) -> Result<Recovery> {
    let filled = with_ending(path, FILLED);
    let saved = match filled_before(&filled) {
        Some(saved) => saved,
        None => fill(path, &filled, give_up)?,
    };
    let aside = set_aside(path, now)?;
    if filled.exists() {
        fs::rename(&filled, path).map_err(|error| StoreError::io(&error))?;
        if let Some(folder) = path.parent() {
            sync_folder(folder);
        }
    }
    // A suspicion was about what lies aside now: the new one must not have to be read as a whole once more.
    is_whole_after_all(path);
    Ok(Recovery { aside, saved })
}

/// Whether a recovery was interrupted when its new database was filled already.
pub(crate) fn is_unfinished(path: &Path) -> bool {
    with_ending(path, FILLED).exists()
}

fn filled_before(filled: &Path) -> Option<Saved> {
    if !filled.exists() {
        return None;
    }
    match tried(filled, try_out) {
        Ok(saved) => Some(saved),
        Err(error) => {
            tracing::warn!(%error, "what was saved before cannot be used");
            clear(filled);
            None
        }
    }
}

fn fill(path: &Path, filled: &Path, give_up: &dyn Fn() -> bool) -> Result<Saved> {
    let filling = with_ending(path, FILLING);
    clear(&filling);
    let saved = copy_into(&filling, path, give_up).and_then(|any| {
        if !any {
            return Ok(Saved::default());
        }
        // Each text was looked at when it was copied: reading all of them again would come on top of the time there is.
        let saved = tried(&filling, ask_for_all)?;
        let file = fs::File::open(&filling).and_then(|file| file.sync_all());
        file.and_then(|()| fs::rename(&filling, filled))
            .map_err(|error| StoreError::io(&error))?;
        Ok(saved)
    });
    clear(&filling);
    match saved {
        Err(error @ (StoreError::DiskFull | StoreError::ReadOnly { .. })) => Err(error),
        Err(error) => {
            tracing::error!(%error, "nothing of the damaged database could be saved");
            Ok(Saved::default())
        }
        Ok(saved) => Ok(saved),
    }
}

/// Answers whether anything came over.
fn copy_into(filling: &Path, path: &Path, give_up: &dyn Fn() -> bool) -> Result<bool> {
    let target = schema::open_to_write(filling)?.connection;
    // Nobody reads it before it is whole, and what a crash leaves of it is thrown away.
    let _: String =
        target.pragma_update_and_check(None, "journal_mode", "MEMORY", |row| row.get(0))?;
    target.pragma_update(None, "synchronous", "OFF")?;
    let fresh = graft::first_page(filling)?;
    let source = Source::open(path, give_up);
    let listed = source.as_ref().is_ok_and(Source::knows_all_tables);
    let mut any = listed && copy_all(&source, &target)?;
    if !any {
        let grafted = with_ending(filling, "-grafted");
        if graft::graft(path, &grafted, &fresh).map_err(|error| StoreError::io(&error))? {
            any = copy_all(&Source::open(&grafted, give_up), &target)?;
        }
    }
    if !any && !listed {
        any = copy_all(&source, &target)?;
    }
    Ok(any)
}

fn copy_all(source: &Result<Source<'_>>, target: &Connection) -> Result<bool> {
    let source = match source {
        Ok(source) => source,
        Err(error) => {
            tracing::warn!(%error, "the damaged database cannot be read as it is");
            return Ok(false);
        }
    };
    let tx = target.unchecked_transaction()?;
    let mut copying = Copying::new(source, &tx);
    copying.all()?;
    mending::mend(source, &tx, copying.first_gap())?;
    let any = copying.rows() > 0;
    if any {
        tx.commit()?;
    }
    Ok(any)
}

/// What was saved must never be the next damage.
fn tried(path: &Path, trial: fn(&Store) -> Result<()>) -> Result<Saved> {
    let store = Store::open(path)?;
    trial(&store)?;
    let count = |table: &str| -> Result<u32> {
        let query = format!("SELECT COUNT(*) FROM {table}");
        Ok(store.connection.query_row(&query, [], |row| row.get(0))?)
    };
    Ok(Saved {
        messages: count("message")?,
        chats: count("chat")?,
    })
}

/// Asks for everything that a start and its first window ask for: SQLite does not see that an address is none.
fn ask_for_all(store: &Store) -> Result<()> {
    for (account, _) in store.accounts()? {
        store.roster(account)?;
        store.blocked(account)?;
        store.rooms(account)?;
        store.last_seen(account)?;
        store.waiting_after(account, MessageId(0), u32::MAX)?;
        store.errands_after(account, 0, u32::MAX)?;
        store.archive_cursor(account, None)?;
    }
    store.invites()?;
    store.contact_requests()?;
    store.stranger_requests()?;
    store.activity(None, crate::ACTIVITY_KEPT)?;
    store.alert_timers()?;
    store.tray_marks()?;
    store.chats()?;
    Ok(())
}

/// As [`ask_for_all`], and reads all that was ever said: SQLite does not see that a text is none either.
pub(crate) fn try_out(store: &Store) -> Result<()> {
    ask_for_all(store)?;
    let mut texts = store
        .connection
        .prepare("SELECT nick, body, failure, sender_id, stanza_id FROM message NOT INDEXED")?;
    let mut rows = texts.query([])?;
    while let Some(row) = rows.next()? {
        for column in 0..5 {
            row.get_ref(column)?
                .as_str_or_null()
                .map_err(|error| StoreError::damaged(error.to_string()))?;
        }
    }
    Ok(())
}

/// Removes a file of our own with all that SQLite puts beside it.
fn clear(path: &Path) {
    for ending in [
        "-grafted-wal",
        "-grafted-shm",
        "-grafted",
        "-wal",
        "-shm",
        "-journal",
        "",
    ] {
        match fs::remove_file(with_ending(path, ending)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                tracing::warn!(%error, "what was left of saving a database could not be removed");
            }
            _ => {}
        }
    }
}
