//! What costs what. Figures are printed; only ratios and plans are asserted, for machines differ.

use super::{Profile, jid};
use crate::{Store, history::page_query};
use carillon_core::{
    chat::{HistoryAnchor, HistoryPage},
    ids::{ChatRef, MessageId, Timestamp},
};
use std::time::{Duration, Instant};

const LONG: i64 = 100_000;

/// A chat of 100,000 messages and one of ten.
fn long_and_short() -> (Profile, ChatRef, ChatRef) {
    let mut profile = Profile::new();
    profile.hear("long@example.org", "first", "Hello");
    for n in 0..10 {
        profile.hear("short@example.org", &n.to_string(), "Hello");
    }
    profile
        .store
        .connection
        .execute_batch(&format!(
            "BEGIN;
             WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {LONG})
             INSERT INTO message (chat, author, nick, sender_id, stanza_id, body, at, written_here, seen,
                                  wants_receipt, markable)
             SELECT (SELECT id FROM chat WHERE jid = 'long@example.org'), 1, '', 'id' || i, 'sid' || i,
                    'Message number ' || i || ', of a usual length for a chat', i, 0, 1, 0, 1 FROM n;
             UPDATE chat SET last_message = (SELECT MAX(id) FROM message) WHERE jid = 'long@example.org';
             COMMIT;"
        ))
        .unwrap();
    let (long, short) = (
        profile.chat("long@example.org"),
        profile.chat("short@example.org"),
    );
    (profile, long, short)
}

/// The fastest of many: what it costs when nothing else runs.
fn cost<T>(mut work: impl FnMut() -> T) -> Duration {
    (0..200)
        .map(|_| {
            let began = Instant::now();
            std::hint::black_box(work());
            began.elapsed()
        })
        .min()
        .unwrap()
}

#[test]
fn a_chat_of_100_000_messages_opens_like_one_of_ten() {
    let (profile, long, short) = long_and_short();
    let reader = profile.store.reader().unwrap();
    let open =
        |chat: &ChatRef, anchor| -> HistoryPage { reader.history(chat, anchor, 10).unwrap() };
    let middle = HistoryAnchor::Before {
        message: MessageId(LONG / 2),
    };
    let short_cost = cost(|| open(&short, HistoryAnchor::Newest));
    let (newest, scrolled) = (
        cost(|| open(&long, HistoryAnchor::Newest)),
        cost(|| open(&long, middle)),
    );
    println!(
        "page of 10: of ten {short_cost:?}, newest of 100,000 {newest:?}, its middle {scrolled:?}"
    );
    println!(
        "page of 200 of 100,000: {:?}",
        cost(|| reader.history(&long, HistoryAnchor::Newest, 200).unwrap())
    );
    assert!(newest < short_cost * 5 && scrolled < short_cost * 5);

    let list = cost(|| reader.chats().unwrap());
    println!(
        "chat list: {list:?}, unread total: {:?}",
        cost(|| reader.unread_total().unwrap())
    );
    assert!(list < short_cost * 10);
    println!(
        "a reader opens in {:?}",
        cost(|| profile.store.reader().unwrap())
    );

    let path = profile.path();
    drop((profile.store, reader));
    let size = std::fs::metadata(&path).unwrap().len() / 1024;
    println!(
        "opening a database of {size} KiB: {:?}",
        cost_of_opening(&path)
    );
    let reader = crate::Reader::open(&path).unwrap();
    let began = Instant::now();
    reader.check().unwrap();
    println!("checking all of it: {:?}", began.elapsed());
}

fn cost_of_opening(path: &std::path::Path) -> Duration {
    (0..3)
        .map(|_| {
            let began = Instant::now();
            drop(Store::open(path).unwrap());
            began.elapsed()
        })
        .min()
        .unwrap()
}

#[test]
fn whom_i_have_written_to_and_what_reactions_name_is_found_by_an_index_and_without_a_sort() {
    let profile = Profile::new();
    let found = plan(&profile, crate::private::WRITTEN_TO);
    let by_index = "SEARCH message USING INDEX message_written_to (chat=? AND <expr>=?)";
    assert!(found.contains(by_index), "{found}");
    for (query, index) in crate::changes::NAMED.into_iter().zip([
        "message_by_sender_id (chat=? AND sender_id=?)",
        "message_by_origin_id (chat=? AND origin_id=?)",
    ]) {
        let found = plan(&profile, query);
        assert!(found.contains(index), "{query}: {found}");
        assert!(!found.contains("TEMP B-TREE"), "{query}: {found}");
    }
}

fn plan(profile: &Profile, query: &str) -> String {
    let mut explain = profile
        .store
        .connection
        .prepare(&format!("EXPLAIN QUERY PLAN {query}"))
        .unwrap();
    let parameters = explain.parameter_count();
    let steps = explain
        .query_map(
            rusqlite::params_from_iter((0..parameters).map(|_| 1)),
            |row| row.get::<_, String>(3),
        )
        .unwrap();
    steps.map(Result::unwrap).collect::<Vec<_>>().join("; ")
}

#[test]
fn a_page_is_found_by_its_index_alone() {
    let profile = Profile::new();
    let message = MessageId(5);
    for anchor in [
        HistoryAnchor::Newest,
        HistoryAnchor::Before { message },
        HistoryAnchor::After { message },
    ] {
        let plan = plan(&profile, &page_query(anchor));
        assert!(
            plan.starts_with("SEARCH message USING INDEX message_in_order (chat=? AND place"),
            "{plan}"
        );
        assert!(!plan.contains("TEMP B-TREE"), "{plan}");
    }
}

/// What is asked for every message or every look at a chat, and the index that has to answer it.
const EVERYDAY: [(&str, &str); 9] = [
    ("SELECT id FROM message WHERE chat = ?1 AND stanza_id = ?2", "message_by_stanza_id (chat=? AND stanza_id=?)"),
    (
        "SELECT id, body, written_here FROM message
         WHERE chat = ?1 AND sender_id = ?2 AND author = ?3 AND nick = ?4 ORDER BY id DESC LIMIT ?5",
        "message_by_sender_id (chat=? AND sender_id=? AND author=? AND nick=?)",
    ),
    ("UPDATE message SET seen = 1 WHERE chat = ?1 AND seen = 0 AND place <= ?2", "message_unseen (chat=? AND place<?)"),
    (
        "UPDATE message SET delivery = 3 WHERE chat = ?1 AND delivery IN (1, 2) AND place < ?2",
        "message_unread_there (chat=? AND place<?)",
    ),
    ("SELECT COUNT(*) FROM message WHERE delivery = 0", "message_waiting"),
    // Once read whole, traces and all, for every hundredth event: half of what a burst cost.
    ("SELECT MAX(COUNT(*) - ?1, 0) FROM activity", "COVERING INDEX activity_by_account"),
    ("SELECT MAX(place) FROM message WHERE chat = ?1", "message_in_order (chat=?)"),
    (
        "SELECT place FROM message WHERE chat = ?1 AND settled = 1 ORDER BY place DESC LIMIT 1",
        "message_in_order (chat=?)",
    ),
    (
        "SELECT message.id FROM message JOIN chat ON chat.id = message.chat
         WHERE author = 0 AND sender_id = ?3 AND chat.account = ?1 AND (?2 IS NULL OR chat.jid = ?2)",
        "message_own_by_id (sender_id=?)",
    ),
];

#[test]
fn nothing_that_is_done_for_every_message_reads_a_whole_chat() {
    let profile = Profile::new();
    for (query, index) in EVERYDAY {
        let plan = plan(&profile, query);
        assert!(plan.contains(index), "{query}: {plan}");
        assert!(!plan.contains("TEMP B-TREE"), "{query}: {plan}");
    }
}

#[test]
fn no_statement_is_parsed_again_for_another_value() {
    let profile = Profile::new();
    for connection in [
        &profile.store.connection,
        &profile.store.reader().unwrap().connection,
    ] {
        for (query, _) in EVERYDAY
            .into_iter()
            .filter(|(query, _)| query.starts_with("SELECT"))
        {
            let mut statement = connection.prepare(query).unwrap();
            for value in 0..4 {
                let values = (0..statement.parameter_count()).map(|_| value);
                let mut rows = statement.query(rusqlite::params_from_iter(values)).unwrap();
                while rows.next().unwrap().is_some() {}
            }
            let again = statement.get_status(rusqlite::StatementStatus::RePrepare);
            assert_eq!(again, 0, "{query}");
        }
    }
}

#[test]
fn rows_a_second_committed_and_durable() {
    let mut profile = Profile::new();
    let per_second = |count: u32, took: Duration| f64::from(count) / took.as_secs_f64();
    let (committed, durable) = (2_000, 200);
    let messages: Vec<_> = (0..committed)
        .map(|n| profile.said("bob@example.org", &format!("id{n}"), "Hello there"))
        .collect();
    let (mut each, mut flushes) = (Vec::new(), Vec::new());
    for batch in messages.chunks(20) {
        for message in batch {
            let began = Instant::now();
            profile.store.receive(message).unwrap();
            each.push(began.elapsed());
        }
        let began = Instant::now();
        profile.store.flush().unwrap();
        flushes.push(began.elapsed());
    }
    let committed_took: Duration = each.iter().sum();
    each.sort();
    flushes.sort();
    println!(
        "committed: p50 {:?}, p99 {:?}, max {:?}",
        each[1_000], each[1_980], each[1_999]
    );
    println!("flush: p50 {:?}, max {:?}", flushes[50], flushes[99]);
    let bob = jid("bob@example.org");
    let began = Instant::now();
    for n in 0..durable {
        let id = format!("u{n}");
        profile
            .store
            .queue_message(profile.alice, &bob, &id, "Hello there", Timestamp(1), false)
            .unwrap();
    }
    let durable_took = began.elapsed();
    println!(
        "committed: {:.0} rows/s ({:?} each), durable: {:.0} rows/s ({:?} each)",
        per_second(committed, committed_took),
        committed_took / committed,
        per_second(durable, durable_took),
        durable_took / durable,
    );
}
