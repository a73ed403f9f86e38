//! What was said is found by its words, and the index follows what is stored.

use super::{Profile, jid, new};
use crate::{Found, Queued, Reader, Store, ToIndex};
use carillon_core::{
    chat::{Author, ChatKind},
    ids::{ChatRef, MessageId, Timestamp},
    search::{SearchBy, SearchQuery},
};
use proptest::prelude::*;

const DAY: i64 = 86_400_000;
/// 2026-10-01T00:00:00Z
pub(super) const OCTOBER: i64 = 1_790_812_800_000;

pub(super) fn index_all(store: &mut Store) {
    while store.index_words(64).unwrap() != ToIndex::Nothing {}
}

pub(super) fn ask(reader: &mut Reader, query: &SearchQuery) -> Found {
    let found = reader.search(query, None, 100, Box::new(|| false));
    found.unwrap().expect("nobody stops it")
}

pub(super) fn words(words: &str) -> SearchQuery {
    SearchQuery {
        words: words.to_owned(),
        ..SearchQuery::default()
    }
}

impl Profile {
    fn found(&mut self, query: &SearchQuery) -> Vec<MessageId> {
        index_all(&mut self.store);
        self.found_now(query)
    }

    pub(super) fn found_now(&self, query: &SearchQuery) -> Vec<MessageId> {
        let found = ask(&mut self.store.reader().unwrap(), query);
        found.hits.into_iter().map(|hit| hit.message).collect()
    }

    fn hear_in_room(&mut self, nick: &str, id: &str, body: &str) -> MessageId {
        let mut said = self.said("tea@rooms.example.org", id, body);
        said.author = Author::Occupant {
            nick: nick.to_owned(),
        };
        said.room = true;
        new(self.store.receive(&said).unwrap())
    }
}

#[test]
fn words_phrases_case_and_accents() {
    let mut profile = Profile::new();
    let cafe = profile.hear("bob@example.org", "1", "See you at the Café tomorrow");
    let other = profile.hear("carol@example.org", "2", "You see, tomorrow is a cafe day");
    assert_eq!(profile.found(&words("CAFE tomor")), [other, cafe]);
    assert_eq!(profile.found(&words("\"see you\"")), [cafe]);
    assert_eq!(profile.found(&words("\"see yo")), [cafe]);
    assert_eq!(profile.found(&words("\"see yo\"")), []);
    assert_eq!(profile.found(&words("café nothing")), []);
    assert_eq!(profile.found(&words("afe")), []);
    assert_eq!(profile.found(&words("  ")), []);
}

#[test]
fn signs_of_the_index_s_own_language_are_only_signs() {
    let mut profile = Profile::new();
    let said = profile.hear(
        "bob@example.org",
        "1",
        "body: either AND or \"neither\" NEAR (it)",
    );
    for typed in [
        "body:",
        "AND",
        "NEAR(",
        "\"neither\" OR",
        "either*",
        "{marks}: body",
        "^body -it",
    ] {
        let expected: &[MessageId] = if typed.contains("marks") {
            &[]
        } else {
            &[said]
        };
        assert_eq!(profile.found(&words(typed)), expected, "{typed}");
    }
    // Its own marks are no words of anybody's.
    assert_eq!(profile.found(&words("zqa1")), []);
}

#[test]
fn by_person_by_chat_and_by_date() {
    let mut profile = Profile::new();
    let at = |profile: &mut Profile, id: &str, day: i64| {
        let mut said = profile.said("bob@example.org", id, "the word");
        said.at = Timestamp(OCTOBER + day * DAY);
        new(profile.store.receive(&said).unwrap())
    };
    let september = at(&mut profile, "1", -2);
    let october = at(&mut profile, "2", 3);
    let november = at(&mut profile, "3", 33);
    let carol = profile.hear("carol@example.org", "4", "the word");
    let (alice, bob) = (profile.alice, jid("bob@example.org"));
    let queued = profile
        .store
        .queue_message(alice, &bob, "mine", "my word", Timestamp(OCTOBER), false)
        .unwrap();
    let Queued::New(mine) = queued else {
        panic!("{queued:?}");
    };
    let dora = profile.hear_in_room("Dora", "5", "the word");
    let eve = profile.hear_in_room("Eve", "6", "the word");
    let mut found = |query: SearchQuery| {
        profile.found(&SearchQuery {
            words: "word".to_owned(),
            ..query
        })
    };
    let nick = |nick: &str| SearchBy::Occupant {
        nick: nick.to_owned(),
    };
    assert_eq!(
        found(SearchQuery {
            by: nick("Dora"),
            ..SearchQuery::default()
        }),
        [dora]
    );
    assert_eq!(
        found(SearchQuery {
            by: nick("dora"),
            ..SearchQuery::default()
        }),
        []
    );
    let contacts = SearchQuery {
        by: SearchBy::Contact,
        ..SearchQuery::default()
    };
    assert_eq!(found(contacts), [carol, november, october, september]);
    assert_eq!(
        found(SearchQuery {
            by: SearchBy::Me,
            ..SearchQuery::default()
        }),
        [mine]
    );
    assert_eq!(
        found(SearchQuery {
            by: nick("Eve"),
            ..SearchQuery::default()
        }),
        [eve]
    );
    let bob = Some(ChatRef {
        account: alice,
        jid: bob.into(),
    });
    let days = |from, until| SearchQuery {
        chat: bob.clone(),
        by: SearchBy::Contact,
        from: Some(Timestamp(OCTOBER + from * DAY)),
        until: Some(Timestamp(OCTOBER + until * DAY)),
        ..SearchQuery::default()
    };
    assert_eq!(found(days(0, 31)), [october]);
    assert_eq!(found(days(-2, -1)), [september]);
    assert_eq!(found(days(-2, 34)), [november, october, september]);
    assert_eq!(found(days(-36_500, 36_500)), [november, october, september]);
    assert_eq!(
        found(SearchQuery {
            from: Some(Timestamp(OCTOBER + 4 * DAY)),
            ..SearchQuery::default()
        }),
        [november]
    );
}

#[test]
fn what_waits_in_requests_is_not_found_until_it_is_accepted() {
    let mut profile = Profile::new();
    let mut said = profile.said("eve@example.org", "1", "the word");
    said.in_requests = true;
    let said = new(profile.store.receive(&said).unwrap());
    assert_eq!(profile.found(&words("word")), []);
    let (alice, eve) = (profile.alice, jid("eve@example.org"));
    profile.store.accept_stranger(alice, &eve).unwrap();
    assert_eq!(profile.found(&words("word")), [said]);
}

#[test]
fn the_index_follows_what_is_deleted_and_what_is_said_otherwise() {
    let mut profile = Profile::new();
    let kept = profile.hear("bob@example.org", "1", "first words");
    let gone = profile.hear("carol@example.org", "2", "first words");
    assert_eq!(profile.found(&words("first")), [gone, kept]);
    let change = "UPDATE message SET body = 'second words' WHERE id = ?1";
    profile.store.connection.execute(change, [kept.0]).unwrap();
    profile
        .store
        .delete_chat(&profile.chat("carol@example.org"))
        .unwrap();
    // Not yet in the index, and all the same not found any more.
    assert_eq!(profile.found_now(&words("words")), [kept]);
    assert_eq!(profile.found(&words("first")), []);
    assert_eq!(profile.found(&words("second")), [kept]);
    assert_eq!(profile.count("SELECT COUNT(*) FROM message_words"), 1);
    profile.store.check().unwrap();
}

#[test]
fn the_hits_of_a_chat_come_in_its_order() {
    let mut profile = Profile::new();
    let one = profile.hear("bob@example.org", "1", "a word");
    let two = profile.hear("bob@example.org", "2", "a word");
    profile.hear("bob@example.org", "3", "nothing");
    profile.hear("carol@example.org", "4", "a word");
    let swap = "UPDATE message SET place = -place WHERE id IN (1, 2)";
    profile.store.connection.execute(swap, []).unwrap();
    index_all(&mut profile.store);
    let chat = profile.chat("bob@example.org");
    let mut reader = profile.store.reader().unwrap();
    let found = reader
        .find_in_chat(&chat, "wor", Box::new(|| false))
        .unwrap();
    assert_eq!(found.unwrap(), [two, one]);
    let found = reader.find_in_chat(&chat, "!", Box::new(|| false)).unwrap();
    assert_eq!(found.unwrap(), []);
}

#[test]
fn an_answer_goes_on_behind_the_one_before() {
    let mut profile = Profile::new();
    let all: Vec<_> = (0..250)
        .map(|n| profile.hear("bob@example.org", &n.to_string(), "a word"))
        .collect();
    index_all(&mut profile.store);
    let mut reader = profile.store.reader().unwrap();
    let (mut found, mut before) = (Vec::new(), None);
    loop {
        let page = reader.search(&words("word"), before, 100, Box::new(|| false));
        let page = page.unwrap().unwrap();
        found.extend(page.hits.iter().map(|hit| hit.message));
        before = found.last().copied();
        if !page.more {
            break;
        }
    }
    found.reverse();
    assert_eq!(found, all);
}

#[test]
fn a_search_that_nobody_wants_any_more_ends() {
    let mut profile = Profile::new();
    profile.hear("bob@example.org", "1", "a word");
    super::search_scale::many(&profile.store.connection, 20_000);
    index_all(&mut profile.store);
    let mut reader = profile.store.reader().unwrap();
    let missing = SearchQuery {
        until: Some(Timestamp(-1)),
        ..words("message")
    };
    let stopped = reader
        .search(&missing, None, 100, Box::new(|| true))
        .unwrap();
    assert_eq!(stopped, None);
    // The connection is as good as before.
    assert_eq!(ask(&mut reader, &words("word")).hits.len(), 1);
}

#[test]
fn what_was_there_before_the_index_follows_in_steps_the_newest_first() {
    let mut profile = Profile::new();
    let old: Vec<_> = (0..150)
        .map(|n| profile.hear("bob@example.org", &n.to_string(), "a word"))
        .collect();
    let connection = &profile.store.connection;
    let as_migrated =
        "UPDATE words_known SET (oldest, newest) = (SELECT MAX(id), MAX(id) FROM message)";
    connection.execute(as_migrated, []).unwrap();
    assert_eq!(profile.store.to_index().unwrap(), ToIndex::Old);
    assert_eq!(profile.store.index_words(100).unwrap(), ToIndex::Old);
    let found = profile.found_now(&words("word"));
    assert_eq!(found.first(), old.last());
    assert_eq!(found.len(), 100);
    let told = ask(&mut profile.store.reader().unwrap(), &words("word"));
    assert!(told.incomplete && !told.more);
    // A kill in between: it goes on where it was, and what comes meanwhile has precedence.
    let path = profile.path();
    profile.store = Store::open(&path).unwrap();
    let late = profile.hear("bob@example.org", "late", "a word");
    assert_eq!(profile.store.to_index().unwrap(), ToIndex::New);
    assert_eq!(profile.store.index_words(1).unwrap(), ToIndex::Old);
    assert_eq!(profile.found_now(&words("word"))[0], late);
    index_all(&mut profile.store);
    assert_eq!(profile.count("SELECT COUNT(*) FROM message_words"), 151);
    assert!(!ask(&mut profile.store.reader().unwrap(), &words("word")).incomplete);
}

#[test]
fn a_pasted_book_ends_a_step_and_is_found_by_its_beginning() {
    let mut profile = Profile::new();
    let book = format!("begin {}end", "filler ".repeat(20_000));
    let first = profile.hear("bob@example.org", "1", &book);
    profile.hear("bob@example.org", "2", &book);
    profile.hear("bob@example.org", "3", "short");
    profile.store.index_words(64).unwrap();
    assert_eq!(profile.store.to_index().unwrap(), ToIndex::New);
    assert!(profile.found(&words("begin")).contains(&first));
    assert_eq!(profile.found(&words("end")), []);
    let hit = ask(&mut profile.store.reader().unwrap(), &words("begin"))
        .hits
        .remove(0);
    assert!(hit.text.chars().count() < 300);
}

#[test]
fn what_is_saved_of_a_damaged_database_is_found_again() {
    let mut profile = Profile::new();
    let said: Vec<_> = (0..20)
        .map(|n| profile.hear("bob@example.org", &n.to_string(), "a word"))
        .collect();
    index_all(&mut profile.store);
    let path = profile.path();
    profile
        .store
        .connection
        .execute(
            "UPDATE message_words_data SET block = x'00' WHERE id > 10",
            [],
        )
        .unwrap();
    profile.store = Store::open(&profile.folder.path().join("other.db")).unwrap();
    crate::recover(&path, Timestamp(1_795_338_300_000), &|| false).unwrap();
    profile.store = Store::open(&path).unwrap();
    assert_eq!(profile.found_now(&words("word")), []);
    let mut found = profile.found(&words("word"));
    found.reverse();
    assert_eq!(found, said);
    profile.store.check().unwrap();
}

#[test]
fn the_index_is_not_what_a_start_waits_for() {
    let mut profile = Profile::new();
    profile.hear("bob@example.org", "1", "a word");
    let large = i64::try_from(crate::schema::CHECKED_WHOLE).unwrap();
    let filler = "UPDATE message SET body = 'a word ' || hex(zeroblob(?1))";
    profile.store.connection.execute(filler, [large]).unwrap();
    index_all(&mut profile.store);
    // Whoever looked at the index would not open it.
    let damage = "UPDATE message_words_data SET block = x'00' WHERE id > 10";
    profile.store.connection.execute(damage, []).unwrap();
    let path = profile.path();
    profile
        .store
        .connection
        .execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")
        .unwrap();
    profile.store = Store::open(&profile.folder.path().join("other.db")).unwrap();
    let size = std::fs::metadata(&path).unwrap().len();
    assert!(size > crate::schema::CHECKED_WHOLE, "{size}");
    let opened = Store::open(&path).unwrap();
    assert!(!opened.was_checked());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Against a reading of all messages: whole words of few letters, so that much is found.
    #[test]
    fn what_is_found_is_what_is_there(
        said in proptest::collection::vec("[abA ]{1,8}", 1..30),
        typed in "[abB \"]{0,8}",
        gone in proptest::collection::vec(any::<prop::sample::Index>(), 0..4),
    ) {
        let mut profile = Profile::new();
        let mut known = Vec::new();
        for (n, body) in said.iter().enumerate() {
            known.push((profile.hear("bob@example.org", &n.to_string(), body), body.to_lowercase()));
            if n % 3 == 0 {
                profile.store.index_words(2).unwrap();
            }
        }
        for one in gone {
            let at = one.index(known.len());
            let body = "b a".to_owned();
            profile.store.connection.execute("UPDATE message SET body = ?2 WHERE id = ?1", (known[at].0.0, &body)).unwrap();
            known[at].1 = body;
        }
        let parts = carillon_core::search::parts(&typed.to_lowercase());
        let holds = |body: &str| parts.iter().all(|part| {
            let said: Vec<_> = body.split_whitespace().collect();
            said.windows(part.words.len()).any(|window| {
                window.iter().zip(&part.words).enumerate().all(|(n, (said, typed))| {
                    let last = n + 1 == part.words.len();
                    said == typed || last && part.open && said.starts_with(typed.as_str())
                })
            })
        });
        let mut expected: Vec<_> = known.iter().filter(|(_, body)| holds(body)).map(|(id, _)| *id).collect();
        expected.reverse();
        if parts.is_empty() {
            expected.clear();
        }
        prop_assert_eq!(profile.found(&words(&typed)), expected);
    }

    #[test]
    fn nothing_that_is_typed_is_an_error(typed in any::<String>(), body in any::<String>()) {
        let mut profile = Profile::new();
        profile.hear("bob@example.org", "1", &body);
        index_all(&mut profile.store);
        let mut reader = profile.store.reader().unwrap();
        ask(&mut reader, &words(&typed));
        reader.find_in_chat(&profile.chat("bob@example.org"), &typed, Box::new(|| false)).unwrap();
    }
}

#[test]
fn a_chat_without_words_and_limits_is_no_search() {
    let mut profile = Profile::new();
    profile.hear("bob@example.org", "1", "a word");
    profile
        .store
        .ensure_chat(&profile.chat("tea@rooms.example.org"), ChatKind::Room)
        .unwrap();
    assert_eq!(profile.found(&SearchQuery::default()), []);
    let all_of = |with: &str| SearchQuery {
        chat: Some(profile.chat(with)),
        ..SearchQuery::default()
    };
    let (bobs, nobodys) = (all_of("bob@example.org"), all_of("nobody@example.org"));
    assert_eq!(profile.found(&bobs).len(), 1);
    assert_eq!(profile.found(&nobodys), []);
}
