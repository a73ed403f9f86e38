//! What is remembered of a stream that can be resumed.

use super::{Profile, jid};
use crate::Arrival;
use carillon_core::chat::Delivery;
use carillon_core::ids::Timestamp;
use carillon_core::session::{StreamRoom, StreamState};

fn stream(id: &str) -> StreamState {
    StreamState {
        id: id.to_owned(),
        jid: "alice@example.org/desk".parse().unwrap(),
        location: Some("node2.example.org:5222".to_owned()),
        handled: 0,
        rooms: Vec::new(),
    }
}

impl Profile {
    fn begins(&mut self, id: &str) {
        self.store.begin_stream(self.alice, &stream(id)).unwrap();
    }

    fn handled(&self) -> u32 {
        self.store.stream(self.alice).unwrap().unwrap().handled
    }

    fn writes(&mut self, number: u32, id: &str) {
        self.store.note_written(self.alice, number, id).unwrap();
    }
}

#[test]
fn a_stream_is_remembered_with_its_rooms_until_it_ends() {
    let mut profile = Profile::new();
    assert_eq!(profile.store.stream(profile.alice).unwrap(), None);
    profile.begins("s1");
    let (den, alice) = (jid("den@rooms.example.org"), profile.alice);
    profile
        .store
        .set_room(alice, &den, "Ali", "", true)
        .unwrap();
    profile
        .store
        .set_names_occupants(alice, &den, true)
        .unwrap();
    let hall = jid("hall@rooms.example.org");
    profile
        .store
        .set_room(alice, &hall, "Ali", "", false)
        .unwrap();
    let expected = StreamState {
        rooms: vec![StreamRoom {
            jid: den,
            nick: "Ali".to_owned(),
            names_occupants: true,
        }],
        ..stream("s1")
    };
    assert_eq!(profile.store.stream(alice).unwrap(), Some(expected));
    profile.store.end_stream(alice).unwrap();
    assert_eq!(profile.store.stream(alice).unwrap(), None);
}

#[test]
fn a_message_and_its_count_are_stored_together() {
    let mut profile = Profile::new();
    profile.begins("s1");
    let said = profile.said("bob@example.org", "b1", "hi");
    let arrival = Arrival {
        counted: Some(u32::MAX),
        ..Arrival::default()
    };
    profile.store.receive_by(&said, &arrival).unwrap();
    assert_eq!(profile.handled(), u32::MAX);
    profile.store.flush_counts(&[(profile.alice, 3)]).unwrap();
    assert_eq!(profile.handled(), 3);
}

#[test]
fn counts_alone_are_not_worth_a_sync() {
    let mut profile = Profile::new();
    profile.begins("s1");
    profile.store.flush().unwrap();
    let flushes = |profile: &Profile| profile.store.meta("store.flushes").unwrap();
    let before = flushes(&profile);
    profile.store.flush_counts(&[(profile.alice, 5)]).unwrap();
    profile.store.flush().unwrap();
    assert_eq!((flushes(&profile), profile.handled()), (before.clone(), 5));
    profile.hear("bob@example.org", "b1", "hi");
    profile.store.flush_counts(&[(profile.alice, 6)]).unwrap();
    assert_ne!(flushes(&profile), before);
}

#[test]
fn after_a_restart_the_servers_count_says_which_rows_it_has() {
    let mut profile = Profile::new();
    profile.begins("s1");
    for (number, id) in [(u32::MAX, "m1"), (1, "e1"), (2, "m2")] {
        profile.writes(number, id);
    }
    let reached = profile.store.reached_earlier(profile.alice, 1).unwrap();
    assert_eq!(reached, ["e1", "m1"], "the order does not matter");
    let again = profile.store.reached_earlier(profile.alice, 9).unwrap();
    assert_eq!(again, [""; 0], "the numbers are given anew");
}

#[test]
fn what_was_acknowledged_or_written_on_an_earlier_stream_is_forgotten() {
    let mut profile = Profile::new();
    profile.begins("s1");
    profile.writes(1, "m1");
    profile.writes(2, "m2");
    let (bob, alice) = (jid("bob@example.org"), profile.alice);
    profile
        .store
        .queue_message(alice, &bob, "m1", "hi", Timestamp(1), false)
        .unwrap();
    let changed = profile
        .store
        .reached(alice, &["m1".to_owned()], true)
        .unwrap();
    let message = profile.store.message(changed[0]).unwrap().unwrap();
    assert_eq!(message.delivery, Some(Delivery::Sent));
    assert_eq!(profile.count("SELECT COUNT(*) FROM stream_row"), 1);
    profile.begins("s2");
    assert_eq!(profile.count("SELECT COUNT(*) FROM stream_row"), 0);
}

#[test]
fn without_a_stream_nothing_is_numbered() {
    let mut profile = Profile::new();
    profile.writes(1, "m1");
    assert_eq!(profile.count("SELECT COUNT(*) FROM stream_row"), 0);
}
