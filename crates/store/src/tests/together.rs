//! Messages that are stored together become what they become one by one.

use super::{Profile, jid};
use crate::{Arrival, Came, Errand, NewMessage, Received, StoreError};
use carillon_core::{
    chat::Author,
    ids::{AccountId, Timestamp},
    session::{About, Change, StreamState},
};

/// All that a message can leave behind.
const LEFT: [&str; 6] = [
    "SELECT id, chat, author, sender_id, stanza_id, body, at, seen, place, settled FROM message ORDER BY id",
    "SELECT id, jid, kind, accepted, unread, last_message, 0, 0, 0, 0 FROM chat ORDER BY id",
    "SELECT account, room, entry, at, 0, 0, 0, 0, 0, 0 FROM archive ORDER BY room",
    "SELECT account, handled, 0, 0, 0, 0, 0, 0, 0, 0 FROM stream",
    "SELECT id, kind, jid, stanza_id, about, 0, 0, 0, 0, 0 FROM errand ORDER BY id",
    "SELECT chat, message, kind, target, words, 0, 0, 0, 0, 0 FROM change ORDER BY id",
];

fn left_by(profile: &Profile) -> Vec<Vec<String>> {
    let rows = LEFT.map(|query| {
        let mut query = profile.store.connection.prepare(query).unwrap();
        let rows = query.query_map([], |row| {
            let value = |column| row.get::<_, rusqlite::types::Value>(column);
            let values: Vec<_> = (0..10).map(value).collect::<rusqlite::Result<_>>()?;
            Ok(format!("{values:?}"))
        });
        rows.unwrap().map(Result::unwrap).collect()
    });
    rows.to_vec()
}

fn profile() -> Profile {
    let mut profile = Profile::new();
    let stream = StreamState {
        id: "s".to_owned(),
        jid: "alice@example.org/desk".parse().unwrap(),
        location: None,
        handled: 0,
        rooms: Vec::new(),
    };
    profile.store.begin_stream(profile.alice, &stream).unwrap();
    profile
}

/// A little of everything that can happen, in an order in which one changes what the next one becomes.
fn a_lively_minute(profile: &Profile) -> Vec<(NewMessage, Arrival)> {
    let bob = |id: &str, body: &str| profile.said("bob@example.org", id, body);
    let stranger = |id: &str, body: &str| NewMessage {
        in_requests: true,
        ..profile.said("mallory@example.net", id, body)
    };
    let room = |nick: &str, id: &str| NewMessage {
        room: true,
        author: Author::Occupant {
            nick: nick.to_owned(),
        },
        stanza_id: Some(format!("room-{id}")),
        ..profile.said("choir@rooms.example.org", id, "La la la")
    };
    let corrects = |id: &str, target: &str| NewMessage {
        about: Some(About {
            target: target.to_owned(),
            change: Change::Correction,
        }),
        ..bob(id, "Other words")
    };
    let archived = |id: &str, entry: &str| NewMessage {
        stanza_id: Some(entry.to_owned()),
        ..bob(id, "Hello")
    };
    let mine = NewMessage {
        author: Author::Me,
        ..profile.said("mallory@example.net", "mine", "Who are you?")
    };
    let said = [
        bob("a1", "Hello"),
        bob("a2", "Are you there?"),
        bob("a1", "Hello"),
        room("Tenor", "r1"),
        archived("a3", "e3"),
        stranger("x1", "Buy"),
        stranger("x2", "Buy now"),
        mine,
        NewMessage {
            in_requests: false,
            ..stranger("x3", "A friend")
        },
        corrects("c1", "a2"),
        corrects("c2", "of-nothing"),
        bob("a4", "So much to say"),
        room("Alto", "r2"),
        archived("a5", "e5"),
        NewMessage {
            seen: true,
            ..room("Tenor", "r3")
        },
        bob("a6", "The last word"),
    ];
    let arrival = |(nth, new): (usize, &NewMessage)| Arrival {
        counted: Some(u32::try_from(nth).unwrap() + 1),
        gapless: nth != 13,
        overtakes: false,
        receipt: (new.author == Author::Contact && !new.in_requests).then(|| {
            let to = "bob@example.org/phone".parse().unwrap();
            let of = new.sender_id.clone().unwrap();
            (format!("receipt-{nth}"), Errand::Receipt { to, of })
        }),
    };
    let arrivals: Vec<_> = said.iter().enumerate().map(arrival).collect();
    said.into_iter().zip(arrivals).collect()
}

#[test]
fn together_they_become_what_they_become_one_by_one() {
    let mut one_by_one = profile();
    let minute = a_lively_minute(&one_by_one);
    let mut became = Vec::new();
    for (new, arrival) in &minute {
        let received = one_by_one.store.receive_by(new, arrival).unwrap();
        let unread = one_by_one
            .store
            .unread(&one_by_one.chat(new.chat.as_str()))
            .unwrap();
        became.push(Came { received, unread });
    }
    for size in 1..=minute.len() {
        let mut together = profile();
        let mut all = Vec::new();
        for some in minute.chunks(size) {
            all.extend(together.store.receive_all(some).unwrap());
        }
        assert_eq!(all, became, "{size} at a time");
        assert_eq!(left_by(&together), left_by(&one_by_one), "{size} at a time");
    }
}

#[test]
fn what_waits_for_one_of_them_finds_it() {
    let mut profile = profile();
    let retraction = NewMessage {
        about: Some(About {
            target: "a2".to_owned(),
            change: Change::Retraction,
        }),
        body: String::new(),
        ..profile.said("bob@example.org", "c1", "")
    };
    assert_eq!(profile.store.receive(&retraction), Ok(Received::Kept));
    let said = ["a1", "a2", "a3"].map(|id| {
        let new = profile.said("bob@example.org", id, "Hello");
        (new, Arrival::default())
    });
    profile.store.receive_all(&said).unwrap();
    assert_eq!(
        profile.count("SELECT COUNT(*) FROM message WHERE retracted = 1 AND sender_id = 'a2'"),
        1
    );
}

#[test]
fn where_one_cannot_be_stored_none_is() {
    let mut profile = profile();
    let before = left_by(&profile);
    let good = profile.said("bob@example.org", "a1", "Hello");
    let of_nobody = NewMessage {
        account: AccountId(99),
        chat: jid("eve@example.org").into(),
        at: Timestamp(5),
        ..good.clone()
    };
    let came = [good, of_nobody].map(|new| (new, Arrival::default()));
    assert_eq!(profile.store.receive_all(&came), Err(StoreError::Gone));
    assert_eq!(left_by(&profile), before);
}
