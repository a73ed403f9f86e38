//! Files that are not what they should be: no panic, nothing thrown away.

use super::{Profile, jid, quick_folder};
use crate::{NewMessage, SetAside, Store, StoreError, recover, set_aside, suspect};
use carillon_core::{
    chat::{ChatKind, Delivery, HistoryAnchor},
    ids::{ActivityId, ChatRef, MessageId, Timestamp},
};
use std::{fs, path::Path};

const NOW: Timestamp = Timestamp(1_795_338_300_000);

/// Numbers that look random and are the same in every run (xorshift, Marsaglia 2003).
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit as u64).unwrap()
    }
}

#[test]
fn what_is_no_database_is_kept_aside_under_the_time_and_a_new_one_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("carillon.db");
    fs::write(&path, "Dear diary").unwrap();
    fs::write(folder.path().join("carillon.db-wal"), "more").unwrap();
    assert!(matches!(
        Store::open(&path),
        Err(StoreError::Damaged { .. })
    ));

    let SetAside { database } = set_aside(&path, NOW).unwrap();
    assert_eq!(
        database,
        folder.path().join("carillon.db.damaged-20261122T090500Z")
    );
    assert_eq!(fs::read_to_string(&database).unwrap(), "Dear diary");
    let wal = folder
        .path()
        .join("carillon.db.damaged-20261122T090500Z-wal");
    assert_eq!(fs::read_to_string(wal).unwrap(), "more");
    Store::open(&path).unwrap();
}

#[test]
fn setting_aside_twice_in_a_second_overwrites_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("carillon.db");
    let names: Vec<_> = ["first", "second"]
        .iter()
        .map(|text| {
            fs::write(&path, text).unwrap();
            set_aside(&path, NOW).unwrap().database
        })
        .collect();
    assert_eq!(fs::read_to_string(&names[0]).unwrap(), "first");
    assert_eq!(fs::read_to_string(&names[1]).unwrap(), "second");
}

#[test]
fn another_programs_database_is_not_taken_over() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("carillon.db");
    let other = rusqlite::Connection::open(&path).unwrap();
    other
        .execute_batch("CREATE TABLE recipe (name TEXT)")
        .unwrap();
    drop(other);
    assert!(matches!(
        Store::open(&path),
        Err(StoreError::Damaged { .. })
    ));
}

#[test]
fn a_table_that_is_gone_is_damage() {
    let mut profile = Profile::new();
    profile
        .store
        .connection
        .execute_batch("DROP TABLE invite")
        .unwrap();
    assert!(matches!(
        profile.store.invites(),
        Err(StoreError::Damaged { .. })
    ));
    assert!(matches!(
        profile.store.remove_invite(carillon_core::ids::InviteId(1)),
        Err(StoreError::Damaged { .. })
    ));
}

#[test]
fn an_address_that_is_none_is_damage() {
    let mut profile = Profile::new();
    profile.hear("bob@example.org", "1", "Hello");
    profile
        .store
        .connection
        .execute("UPDATE chat SET jid = 'b ob@@'", [])
        .unwrap();
    assert!(matches!(
        profile.store.chats(),
        Err(StoreError::Damaged { .. })
    ));
}

/// The check of everything would take too long while the user waits for the first window.
#[test]
fn a_large_database_opens_at_once_and_its_messages_are_checked_afterwards() {
    let mut profile = Profile::new();
    let path = profile.path();
    profile.hear("bob@example.org", "1", "Hello");
    profile
        .store
        .connection
        .execute_batch(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
             INSERT INTO message (chat, author, nick, body, at, written_here, seen, wants_receipt, markable)
             SELECT chat.id, 1, '', hex(zeroblob(500)), i, 0, 1, 0, 0 FROM n, chat",
        )
        .unwrap();
    drop(profile.store);
    let mut bytes = fs::read(&path).unwrap();
    assert!(bytes.len() as u64 > crate::schema::CHECKED_WHOLE);
    let page = bytes.len() / 2 / 4096 * 4096;
    bytes[page..page + 8].fill(0xff);
    fs::write(&path, bytes).unwrap();

    let store = Store::open(&path).unwrap();
    assert!(!store.was_checked());
    assert!(matches!(store.check(), Err(StoreError::Damaged { .. })));
    drop(store);

    suspect(&path).unwrap();
    for _ in 0..2 {
        let again = Store::open(&path);
        assert!(matches!(again, Err(StoreError::Damaged { .. })));
    }
    set_aside(&path, NOW).unwrap();
    assert!(Store::open(&path).unwrap().was_checked());
}

#[test]
fn what_was_suspected_and_is_whole_is_looked_at_once() {
    let profile = Profile::new();
    let path = profile.path();
    drop(profile.store);
    suspect(&path).unwrap();
    assert!(Store::open(&path).unwrap().was_checked());
    assert!(!profile.folder.path().join("carillon.db.suspect").exists());
}

/// A profile in use, as its files: some thousands of rows, some of them still in the WAL when `in_wal`.
fn used_profile(folder: &Path, in_wal: bool) -> (Vec<u8>, Option<Vec<u8>>) {
    let mut profile = Profile::within(quick_folder());
    for n in 0..150 {
        for by in ["bob@example.org", "carol@example.org", "dave@example.org"] {
            profile.hear(
                by,
                &n.to_string(),
                &format!("{by} says {n}, and that is that"),
            );
        }
    }
    profile
        .store
        .save_draft(&profile.chat("bob@example.org"), "Half a", Timestamp(1))
        .unwrap();
    profile
        .store
        .connection
        .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
        .unwrap();
    if in_wal {
        for n in 150..180 {
            profile.hear("bob@example.org", &n.to_string(), "in the log");
        }
    }
    let path = folder.join("copy.db");
    fs::copy(profile.path(), &path).unwrap();
    let log = in_wal.then(|| fs::read(profile.folder.path().join("carillon.db-wal")).unwrap());
    (fs::read(path).unwrap(), log)
}

/// Turns bits, overwrites a stretch or cuts the end off.
fn harm(bytes: &mut Vec<u8>, dice: &mut Dice) {
    match dice.below(4) {
        0 => bytes.truncate(1 + dice.below(bytes.len() - 1)),
        1 => {
            let start = dice.below(bytes.len());
            let end = (start + 1 + dice.below(600)).min(bytes.len());
            for byte in &mut bytes[start..end] {
                *byte = u8::try_from(dice.below(256)).unwrap();
            }
        }
        // The first page holds the header and the schema: a third of all harm goes there.
        kind => {
            let reach = if kind == 2 { bytes.len() } else { 4096 };
            for _ in 0..=dice.below(16) {
                let place = dice.below(reach);
                bytes[place] ^= 1 << dice.below(8);
            }
        }
    }
}

/// Everything that is asked of a store in a day. Errors are fine, panics are not.
fn use_it(store: &mut Store) -> Result<(), StoreError> {
    let alice = store.account_id(&jid("alice@example.org"))?;
    let chat = ChatRef {
        account: alice,
        jid: jid("bob@example.org").into(),
    };
    store.accounts()?;
    store.roster(alice)?;
    store.rooms(alice)?;
    store.invites()?;
    store.contact_requests()?;
    store.stranger_requests()?;
    store.activity(Some(ActivityId(9)), 10)?;
    for shown in store.chats()? {
        store.history(&shown.chat, HistoryAnchor::Newest, 200)?;
        store.first_unseen(&shown.chat)?;
    }
    store.queue_message(alice, &chat.jid, "u1", "Hello", Timestamp(1), false)?;
    store.waiting(alice)?;
    store.advance(alice, None, "u1", Delivery::Sent)?;
    store.advance_up_to(alice, &chat.jid, "u1")?;
    store.receive(&NewMessage {
        chat: jid("carol@example.org").into(),
        ..heard(&chat)
    })?;
    store.receive(&heard(&chat))?;
    store.mark_seen(alice, &chat.jid, MessageId(i64::MAX))?;
    store.ensure_chat(&chat, ChatKind::Contact)?;
    store.delete_chat(&chat)?;
    store.flush()?;
    store.remove_account(alice)
}

fn heard(chat: &ChatRef) -> NewMessage {
    NewMessage {
        account: chat.account,
        chat: chat.jid.clone(),
        author: carillon_core::chat::Author::Contact,
        sender_id: Some("17".to_owned()),
        origin_id: None,
        stanza_id: Some("s17".to_owned()),
        body: "Hello".to_owned(),
        at: Timestamp(1),
        seen: false,
        in_requests: false,
        room: false,
        under_my_nick: false,
        wants_receipt: false,
        markable: true,
        occupant: None,
        said_to: None,
        file: None,
        about: None,
        encryption: None,
        unstyled: false,
        reply: None,
    }
}

/// How often each thing happened to a harmed database.
#[derive(Debug, Default)]
struct Outcomes {
    refused_as_damaged: u32,
    refused_otherwise: u32,
    damage_found_in_use: u32,
    other_error_in_use: u32,
    usable: u32,
    messages_saved: u32,
}

/// Opens a harmed database. When it is refused it must be as it was, setting it aside must keep every byte, and what
/// comes back of it must be of use.
fn try_it(path: &Path, harmed: &[u8], outcomes: &mut Outcomes, save: bool) {
    match Store::open(path) {
        Ok(mut store) => match use_it(&mut store) {
            Ok(()) => outcomes.usable += 1,
            Err(StoreError::Damaged { .. }) => {
                outcomes.damage_found_in_use += 1;
                drop(store);
                comes_back_after_use(path);
            }
            Err(error) => {
                println!("in use: {error}");
                outcomes.other_error_in_use += 1;
            }
        },
        Err(refusal) => {
            match refusal {
                StoreError::Damaged { .. } => outcomes.refused_as_damaged += 1,
                _ => {
                    println!("refused: {refusal}");
                    outcomes.refused_otherwise += 1;
                }
            }
            assert_eq!(
                fs::read(path).unwrap(),
                harmed,
                "a refused database was changed: {refusal}"
            );
            if !save {
                let aside = set_aside(path, NOW).unwrap().database;
                assert_eq!(fs::read(aside).unwrap(), harmed);
                return;
            }
            let recovery = recover(path, NOW, &|| false).unwrap();
            assert_eq!(fs::read(recovery.aside.database).unwrap(), harmed);
            outcomes.messages_saved += recovery.saved.messages;
            use_it(&mut Store::open(path).unwrap()).unwrap();
        }
    }
}

/// The next start looks again, or finds that what was damaged is gone.
fn comes_back_after_use(path: &Path) {
    suspect(path).unwrap();
    let mut store = match Store::open(path) {
        Err(StoreError::Damaged { .. }) => {
            recover(path, NOW, &|| false).unwrap();
            Store::open(path).unwrap()
        }
        other => other.unwrap(),
    };
    use_it(&mut store).unwrap();
}

#[test]
fn five_hundred_harmed_databases_never_panic_and_are_never_thrown_away() {
    let folder = quick_folder();
    let (whole, _) = used_profile(folder.path(), false);
    let mut dice = Dice(0x5eed_cafe_f00d_0001);
    let mut outcomes = Outcomes::default();
    for n in 0..500 {
        let place = folder.path().join(n.to_string());
        fs::create_dir(&place).unwrap();
        let path = place.join("carillon.db");
        let mut harmed = whole.clone();
        harm(&mut harmed, &mut dice);
        fs::write(&path, &harmed).unwrap();
        // Saving takes longest.
        try_it(&path, &harmed, &mut outcomes, n % 5 == 0);
        fs::remove_dir_all(&place).unwrap();
    }
    println!("{outcomes:?}");
    assert!(outcomes.refused_as_damaged > 100, "{outcomes:?}");
}

/// So many of its bits are turned, one database after the other; `CARILLON_FLIPS` asks for more of them.
#[test]
fn three_hundred_turned_bits_never_panic_and_what_is_left_can_be_used() {
    let turned = std::env::var("CARILLON_FLIPS").map_or(300, |flips| flips.parse().unwrap());
    let folder = quick_folder();
    let (whole, _) = used_profile(folder.path(), false);
    let mut dice = Dice(0x5eed_cafe_f00d_0003);
    let mut outcomes = Outcomes::default();
    for n in 0..turned {
        let place = folder.path().join(n.to_string());
        fs::create_dir(&place).unwrap();
        let path = place.join("carillon.db");
        let mut harmed = whole.clone();
        let at = dice.below(harmed.len());
        harmed[at] ^= 1 << dice.below(8);
        fs::write(&path, &harmed).unwrap();
        try_it(&path, &harmed, &mut outcomes, true);
        fs::remove_dir_all(&place).unwrap();
    }
    println!("{turned} bits: {outcomes:?}");
    assert!(outcomes.usable > 0, "{outcomes:?}");
    // Everything else would be met again at every start.
    assert_eq!(outcomes.other_error_in_use, 0, "{outcomes:?}");
}

#[test]
fn a_harmed_log_never_panics_and_keeps_what_was_before_it() {
    let folder = quick_folder();
    let (whole, log) = used_profile(folder.path(), true);
    let log = log.unwrap();
    let mut dice = Dice(0x5eed_cafe_f00d_0002);
    let mut outcomes = Outcomes::default();
    for n in 0..100 {
        let place = folder.path().join(n.to_string());
        fs::create_dir(&place).unwrap();
        let path = place.join("carillon.db");
        let mut harmed = log.clone();
        harm(&mut harmed, &mut dice);
        fs::write(&path, &whole).unwrap();
        fs::write(place.join("carillon.db-wal"), &harmed).unwrap();
        if let Ok(store) = Store::open(&path) {
            let kept: i64 = store
                .connection
                .query_row("SELECT COUNT(*) FROM message", [], |row| row.get(0))
                .unwrap();
            assert!(
                kept >= 450,
                "{kept} of 450 that were in the database itself"
            );
        }
        try_it(&path, &fs::read(&path).unwrap(), &mut outcomes, true);
        fs::remove_dir_all(&place).unwrap();
    }
    println!("{outcomes:?}");
}
