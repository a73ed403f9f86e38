//! Searching in much. Figures are printed; what is asserted does not depend on the machine.

use super::Profile;
use super::search::{OCTOBER, ask, words};
use crate::ToIndex;
use carillon_core::{ids::MessageId, search::SearchQuery};
use rusqlite::Connection;
use std::time::Instant;

const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyz";

/// So many messages in three chats, by two people, over a year; the words are as unequally frequent as in a language.
pub(super) fn many(connection: &Connection, count: u32) {
    let mut words = Vec::new();
    let mut seed: u64 = 7;
    let mut chance = move || {
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize
    };
    for n in 0..20_000_usize {
        let letters = 2 + (n + 1).ilog2() as usize / 3 + chance() % 4;
        words.push(
            (0..letters)
                .map(|_| char::from(LETTERS[chance() % LETTERS.len()]))
                .collect::<String>(),
        );
    }
    connection.execute_batch("BEGIN").unwrap();
    for jid in ["m1@example.org", "m2@example.org"] {
        let insert = "INSERT OR IGNORE INTO chat (account, jid, kind) VALUES (1, ?1, 'contact')";
        connection.execute(insert, [jid]).unwrap();
    }
    let mut insert = connection
        .prepare(
            "INSERT INTO message (chat, author, nick, body, at, written_here, seen, wants_receipt, markable, place)
             VALUES ((SELECT id FROM chat ORDER BY id LIMIT 1 OFFSET ?1), 1, '', ?2, ?3, 0, 1, 0, 0, ?4)",
        )
        .unwrap();
    for n in 0..count {
        let mut body = format!("message {n}");
        for _ in 0..8 {
            // As in a language: half of all words are the few that are said most.
            let bits = chance() % 15;
            let rank = (1 << bits) + chance() % (1 << bits);
            body.push(' ');
            body.push_str(&words[rank.min(words.len() - 1)]);
        }
        let at = OCTOBER + i64::from(n) * 30_000;
        insert
            .execute(rusqlite::params![n % 3, body, at, i64::from(n) << 20])
            .unwrap();
    }
    drop(insert);
    connection.execute_batch("COMMIT").unwrap();
}

/// What a user types; every fortieth is what everybody says each time.
fn queries(connection: &Connection) -> Vec<String> {
    let mut bodies = connection
        .prepare("SELECT body FROM message WHERE id % 997 = 0 ORDER BY id LIMIT 200")
        .unwrap();
    let bodies = bodies.query_map([], |row| row.get::<_, String>(0)).unwrap();
    let bodies: Vec<_> = bodies.map(|body| body.unwrap()).collect();
    let mut queries = Vec::new();
    for (n, body) in bodies.iter().enumerate() {
        let said: Vec<_> = body.split(' ').collect();
        let word = said[2 + n % 8];
        queries.push(match n % 40 {
            0 => "message".to_owned(),
            1..=8 => format!("{word} {}", said[3]),
            9..=16 => format!("\"{} {}\"", said[4], said[5]),
            17..=24 => word.chars().take(3).collect(),
            25..=32 => word.chars().take(2).collect(),
            _ => word.to_owned(),
        });
    }
    queries
}

/// `CARILLON_SEARCH_ROWS` says how many messages there are instead of 20,000. The figures are printed.
#[test]
fn a_large_store_is_indexed_and_searched() {
    let rows = std::env::var("CARILLON_SEARCH_ROWS")
        .ok()
        .and_then(|rows| rows.parse().ok());
    let rows: u32 = rows.unwrap_or(20_000);
    let mut profile = Profile::new();
    profile.hear("bob@example.org", "1", "the needle");
    many(&profile.store.connection, rows);
    let began = Instant::now();
    let mut steps = Vec::new();
    loop {
        let step = Instant::now();
        let left = profile.store.index_words(64).unwrap();
        steps.push(step.elapsed());
        if left == ToIndex::Nothing {
            break;
        }
    }
    let took = began.elapsed();
    steps.sort();
    let at = |part: usize| steps[(steps.len() - 1) * part / 100];
    println!(
        "{rows} rows indexed in {took:?}, {:.0} a second; a step of 64: p50 {:?}, p99 {:?}, max {:?}",
        f64::from(rows) / took.as_secs_f64(),
        at(50),
        at(99),
        at(100)
    );
    assert_eq!(
        profile.count("SELECT COUNT(*) FROM message_words"),
        i64::from(rows) + 1
    );
    assert_eq!(profile.found_now(&words("needle")), [MessageId(1)]);
    let mut reader = profile.store.reader().unwrap();
    let chat = profile.chat("m1@example.org");
    let mut took = Vec::new();
    let mut slowest = (std::time::Duration::ZERO, String::new());
    for typed in queries(&profile.store.connection) {
        let began = Instant::now();
        let found = ask(&mut reader, &words(&typed));
        let one = began.elapsed();
        assert!(!found.hits.is_empty(), "{typed}");
        if one > slowest.0 {
            slowest = (one, typed.clone());
        }
        took.push(one);
        let found = ask(
            &mut reader,
            &SearchQuery {
                chat: Some(chat.clone()),
                ..words(&typed)
            },
        );
        assert!(found.hits.iter().all(|hit| hit.chat == chat));
    }
    took.sort();
    println!(
        "{} searches: p50 {:?}, p95 {:?}, max {:?} ({})",
        took.len(),
        took[took.len() / 2],
        took[took.len() * 95 / 100],
        slowest.0,
        slowest.1
    );
    let size = std::fs::metadata(profile.path()).unwrap().len() >> 20;
    let of = |table: &str| {
        profile.count(&format!(
            "SELECT SUM(pgsize) >> 20 FROM dbstat WHERE name LIKE '{table}'"
        ))
    };
    println!(
        "the file has {size} MiB, the index {} of them",
        of("message_words%")
    );
}
