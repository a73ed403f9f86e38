//! The chat list, histories, drafts, rooms, invitations and what happened.

use super::{Profile, jid, new};
use crate::{ACTIVITY_KEPT, ActivityRow, HISTORY_LIMIT, NewMessage, RoomRow, StoreError};
use carillon_core::{
    chat::{Author, ChatKind, HistoryAnchor, HistoryPage},
    contact::{RosterItem, Subscription},
    ids::{MessageId, Timestamp},
    room::{InviteVia, RoomNotify},
};

#[test]
fn the_list_shows_the_newest_first_by_name_and_first_words() {
    let mut profile = Profile::new();
    let bob = RosterItem {
        jid: jid("bob@example.org"),
        name: "Bob B.".to_owned(),
        groups: [].into(),
        subscription: Subscription::Both,
        ask: false,
    };
    profile
        .store
        .apply_roster_item(profile.alice, None, bob)
        .unwrap();
    profile
        .store
        .set_room(
            profile.alice,
            &jid("choir@rooms.example.org"),
            "Al",
            "The Choir",
            true,
        )
        .unwrap();
    let long = "ä".repeat(500);
    let say = |by: &str, at: i64| NewMessage {
        at: Timestamp(at),
        ..profile.said(by, "1", &long)
    };
    let (bob, carol) = (say("bob@example.org", 30), say("carol@example.org", 20));
    profile.store.receive(&bob).unwrap();
    profile.store.receive(&carol).unwrap();
    profile
        .store
        .save_draft(&profile.chat("dave@example.org"), "Hi D", Timestamp(25))
        .unwrap();

    let chats = profile.store.chats().unwrap();
    let names: Vec<&str> = chats.iter().map(|chat| chat.name.as_str()).collect();
    assert_eq!(names, ["Bob B.", "dave", "carol", "The Choir"]);
    assert_eq!(chats[0].last_text, "ä".repeat(120));
    assert_eq!(
        (chats[0].unread, chats[0].last_is_mine, chats[0].last_at),
        (1, false, Some(Timestamp(30)))
    );
    assert_eq!((chats[1].draft.as_str(), chats[1].last_at), ("Hi D", None));
    assert_eq!(chats[3].kind, ChatKind::Room);

    profile
        .store
        .queue_message(
            profile.alice,
            &jid("carol@example.org"),
            "u1",
            "Yes",
            Timestamp(40),
            false,
        )
        .unwrap();
    let first = profile.store.chats().unwrap().remove(0);
    assert_eq!(
        (
            first.name.as_str(),
            first.last_text.as_str(),
            first.last_is_mine
        ),
        ("carol", "Yes", true)
    );
}

#[test]
fn the_chat_list_is_read_from_its_top_in_parts_or_line_by_line() {
    let mut profile = Profile::new();
    let names = ["ann", "bob", "carol", "dave", "erin"].map(|name| format!("{name}@example.org"));
    for (number, name) in names.iter().enumerate() {
        let said = NewMessage {
            at: Timestamp(100 - i64::try_from(number).unwrap() / 2),
            ..profile.said(name, "1", "Hi")
        };
        profile.store.receive(&said).unwrap();
    }
    let stranger = NewMessage {
        in_requests: true,
        ..profile.said("zoe@example.org", "1", "Buy now")
    };
    profile.store.receive(&stranger).unwrap();
    let store = &profile.store;
    let all = store.chats().unwrap();
    assert_eq!(all.len(), 5);
    let places: Vec<_> = all
        .iter()
        .map(|one| (one.stands_at, one.last_message))
        .collect();
    let mut sorted = places.clone();
    sorted.sort_by_key(|(at, message)| std::cmp::Reverse((*at, *message)));
    assert_eq!(places, sorted, "a line tells where it stands");

    assert_eq!(store.newest_chats(2).unwrap(), all[..2]);
    let (mut parts, mut after) = (Vec::new(), None);
    loop {
        let part = store.chats_after(after.as_ref(), 2).unwrap();
        after = part.last().map(|one| one.chat.clone());
        if part.is_empty() {
            break;
        }
        parts.extend(part);
    }
    let in_order: Vec<String> = parts.iter().map(|one| one.chat.jid.to_string()).collect();
    assert_eq!(in_order, names);
    for one in &all {
        assert_eq!(store.chat(&one.chat).unwrap().as_ref(), Some(one));
    }
    for none in ["zoe@example.org", "nobody@example.org"] {
        assert_eq!(store.chat(&profile.chat(none)).unwrap(), None);
    }
}

fn bodies(page: &HistoryPage) -> Vec<&str> {
    page.messages
        .iter()
        .map(|message| message.body.as_str())
        .collect()
}

#[test]
fn a_history_is_read_page_by_page_in_both_directions() {
    let mut profile = Profile::new();
    let ids: Vec<MessageId> = (0..7)
        .map(|n| {
            profile.hear("carol@example.org", &n.to_string(), "between");
            profile.hear("bob@example.org", &n.to_string(), &n.to_string())
        })
        .collect();
    let chat = profile.chat("bob@example.org");
    let read = |anchor, limit| profile.store.history(&chat, anchor, limit).unwrap();

    let newest = read(HistoryAnchor::Newest, 3);
    assert_eq!(
        (bodies(&newest), newest.more_before, newest.more_after),
        (vec!["4", "5", "6"], true, false)
    );
    let before = read(HistoryAnchor::Before { message: ids[4] }, 4);
    assert_eq!(
        (bodies(&before), before.more_before, before.more_after),
        (vec!["0", "1", "2", "3"], false, true)
    );
    let after = read(HistoryAnchor::After { message: ids[2] }, 2);
    assert_eq!(
        (bodies(&after), after.more_before, after.more_after),
        (vec!["3", "4"], true, true)
    );
    let end = read(HistoryAnchor::After { message: ids[6] }, 2);
    assert_eq!(
        (bodies(&end), end.more_before, end.more_after),
        (vec![], true, false)
    );
    let start = read(HistoryAnchor::Before { message: ids[0] }, 2);
    assert_eq!(
        (bodies(&start), start.more_before, start.more_after),
        (vec![], false, true)
    );
}

#[test]
fn a_chat_that_is_not_there_has_an_empty_history() {
    let profile = Profile::new();
    let page = profile
        .store
        .history(&profile.chat("bob@example.org"), HistoryAnchor::Newest, 10)
        .unwrap();
    assert_eq!(
        page,
        HistoryPage {
            messages: vec![],
            more_before: false,
            more_after: false
        }
    );
}

#[test]
fn no_page_is_longer_than_the_limit() {
    let mut profile = Profile::new();
    for n in 0..=HISTORY_LIMIT {
        profile.hear("bob@example.org", &n.to_string(), "Hello");
    }
    let page = profile
        .store
        .history(
            &profile.chat("bob@example.org"),
            HistoryAnchor::Newest,
            u32::MAX,
        )
        .unwrap();
    assert_eq!(
        (page.messages.len(), page.more_before),
        (HISTORY_LIMIT as usize, true)
    );
}

#[test]
fn an_occupants_nick_stays_with_their_words() {
    let mut profile = Profile::new();
    let author = Author::Occupant {
        nick: "Bob".to_owned(),
    };
    let said = NewMessage {
        author: author.clone(),
        room: true,
        ..profile.said("choir@rooms.example.org", "1", "Hello")
    };
    profile.store.receive(&said).unwrap();
    let chat = profile.chat("choir@rooms.example.org");
    let page = profile
        .store
        .history(&chat, HistoryAnchor::Newest, 1)
        .unwrap();
    assert_eq!(page.messages[0].author, author);
    assert_eq!(
        profile.store.chat_kind(&chat).unwrap(),
        Some(ChatKind::Room)
    );
}

#[test]
fn a_draft_survives_a_restart_and_is_forgotten_when_emptied() {
    let mut profile = Profile::new();
    let chat = profile.chat("bob@example.org");
    profile
        .store
        .save_draft(&chat, "Half a sen", Timestamp(5))
        .unwrap();
    profile.store = crate::Store::open(&profile.path()).unwrap();
    assert_eq!(profile.store.draft(&chat).unwrap(), "Half a sen");
    profile.store.save_draft(&chat, "", Timestamp(6)).unwrap();
    assert_eq!(profile.store.draft(&chat).unwrap(), "");
    let other = profile.chat("carol@example.org");
    profile.store.save_draft(&other, "", Timestamp(6)).unwrap();
    assert_eq!(
        profile.store.chat_kind(&other).unwrap(),
        None,
        "an empty draft makes no chat"
    );
}

#[test]
fn a_deleted_chat_takes_its_messages_along_but_not_what_happened() {
    let mut profile = Profile::new();
    let message = profile.hear("bob@example.org", "1", "Hello");
    let row = happened(&profile, Some(message));
    profile.store.add_activity(&row).unwrap();
    let chat = profile.chat("bob@example.org");
    profile.store.delete_chat(&chat).unwrap();
    assert_eq!(profile.store.message(message).unwrap(), None);
    assert!(profile.store.chats().unwrap().is_empty());
    let kept = profile.store.activity(None, 10).unwrap();
    assert_eq!((kept.len(), kept[0].row.message), (1, None));
    assert_ne!(
        profile.hear("bob@example.org", "2", "Hello"),
        message,
        "ids are not given twice"
    );
}

#[test]
fn a_room_is_known_with_my_nick_and_whether_to_enter_it() {
    let mut profile = Profile::new();
    let room = jid("choir@rooms.example.org");
    profile
        .store
        .set_room(profile.alice, &room, "Al", "", true)
        .unwrap();
    profile
        .store
        .set_room(profile.alice, &room, "Alice", "The Choir", false)
        .unwrap();
    let known = RoomRow {
        jid: room,
        nick: "Alice".to_owned(),
        name: "The Choir".to_owned(),
        joined: false,
        notify: None,
        notify_news: false,
        names_occupants: false,
    };
    let rooms = profile.store.rooms(profile.alice).unwrap();
    assert_eq!(rooms, std::slice::from_ref(&known));
    let never = Some(RoomNotify::Never);
    profile
        .store
        .set_room_notify(profile.alice, &known.jid, never, true)
        .unwrap();
    profile
        .store
        .set_room(profile.alice, &known.jid, "Alice", "The Choir", false)
        .unwrap();
    profile
        .store
        .set_names_occupants(profile.alice, &known.jid, true)
        .unwrap();
    let told = RoomRow {
        notify: never,
        notify_news: true,
        names_occupants: true,
        ..known
    };
    assert_eq!(profile.store.rooms(profile.alice).unwrap(), [told]);
    profile
        .store
        .delete_chat(&profile.chat("choir@rooms.example.org"))
        .unwrap();
    assert_eq!(profile.store.rooms(profile.alice).unwrap(), []);
}

#[test]
fn an_invitation_waits_once_until_it_is_answered() {
    let mut profile = Profile::new();
    let (alice, store) = (profile.alice, &mut profile.store);
    let [room, bob, carol] = [
        "choir@rooms.example.org",
        "bob@example.org",
        "carol@example.org",
    ]
    .map(jid);
    let first = store
        .add_invite(alice, &room, &bob, "Sing!", InviteVia::Direct, Timestamp(1))
        .unwrap()
        .unwrap();
    let again = store
        .add_invite(
            alice,
            &room,
            &bob,
            "Sing!",
            InviteVia::Mediated,
            Timestamp(2),
        )
        .unwrap();
    assert_eq!(again, None);
    assert!(
        store
            .add_invite(alice, &room, &carol, "", InviteVia::Direct, Timestamp(3))
            .unwrap()
            .is_some()
    );
    let waits = store.invite(first).unwrap().unwrap();
    assert_eq!(
        (waits.from, waits.via, waits.at),
        (bob.clone().into(), InviteVia::Mediated, Timestamp(1))
    );
    assert_eq!(store.invites().unwrap().len(), 2);

    store.remove_invite(first).unwrap();
    assert_eq!(store.invite(first).unwrap(), None);
    let later = store
        .add_invite(alice, &room, &bob, "", InviteVia::Direct, Timestamp(4))
        .unwrap();
    assert!(later.is_some_and(|later| later != first));
}

fn happened(profile: &Profile, message: Option<MessageId>) -> ActivityRow {
    ActivityRow {
        account: Some(profile.alice),
        kind: "message".to_owned(),
        jid: Some(jid("bob@example.org").into()),
        at: Timestamp(7),
        outcome: "popup, sound".to_owned(),
        trace: r#"[{"cell":"sound","from":"generic"}]"#.to_owned(),
        message,
    }
}

#[test]
fn what_happened_is_listed_newest_first_and_page_by_page() {
    let mut profile = Profile::new();
    let row = happened(&profile, None);
    let nobody = ActivityRow {
        account: None,
        jid: None,
        ..row.clone()
    };
    let first = profile.store.add_activity(&row).unwrap();
    let second = profile.store.add_activity(&nobody).unwrap();
    let all = profile.store.activity(None, 10).unwrap();
    assert_eq!(
        all.iter().map(|stored| stored.id).collect::<Vec<_>>(),
        [second, first]
    );
    assert_eq!(all[0].row, nobody);
    assert_eq!(
        profile.store.activity(Some(second), 10).unwrap()[0].row,
        row
    );
    let broken = ActivityRow {
        trace: "[".to_owned(),
        ..row
    };
    assert!(matches!(
        profile.store.add_activity(&broken),
        Err(StoreError::Bug { .. })
    ));
}

#[test]
fn only_the_newest_of_what_happened_is_kept() {
    let mut profile = Profile::new();
    profile
        .store
        .connection
        .execute_batch(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12049)
             INSERT INTO activity (kind, at, outcome, trace) SELECT 'message', i, '', '[]' FROM n",
        )
        .unwrap();
    let row = happened(&profile, None);
    for _ in 0..100 {
        profile.store.add_activity(&row).unwrap();
    }
    let kept = profile.count("SELECT COUNT(*) FROM activity");
    assert!(
        (i64::from(ACTIVITY_KEPT)..i64::from(ACTIVITY_KEPT) + 100).contains(&kept),
        "{kept}"
    );
    assert_eq!(profile.store.activity(None, 1).unwrap()[0].row, row);
}

#[test]
fn small_things_are_kept_by_their_key() {
    let mut profile = Profile::new();
    assert_eq!(profile.store.meta("mute.until").unwrap(), None);
    profile.store.set_meta("mute.until", "5").unwrap();
    profile.store.set_meta("mute.until", "9").unwrap();
    assert_eq!(
        profile.store.meta("mute.until").unwrap().as_deref(),
        Some("9")
    );
    profile.store.remove_meta("mute.until").unwrap();
    assert_eq!(profile.store.meta("mute.until").unwrap(), None);
}

#[test]
fn the_two_kinds_of_one_invitation_are_one_though_the_room_gives_a_nick() {
    let mut profile = Profile::new();
    let (alice, store) = (profile.alice, &mut profile.store);
    let room: carillon_core::BareJid = jid("choir@rooms.example.org");
    let mut add = |from: &str, via, at| {
        let from = carillon_core::Jid::new(from).unwrap();
        store
            .add_invite(alice, &room, &from, "", via, Timestamp(at))
            .unwrap()
    };
    let first = add("bob@example.org/phone", InviteVia::Direct, 1);
    assert!(first.is_some());
    assert_eq!(add("bob@example.org/desk", InviteVia::Direct, 60_000), None);
    assert_eq!(add("bob@example.org", InviteVia::Direct, 60_000), None);
    let nick = "choir@rooms.example.org/Bob";
    assert_eq!(add(nick, InviteVia::Mediated, 4_000), None);
    assert!(add(nick, InviteVia::Mediated, 70_000).is_some());
    assert!(
        add("choir@rooms.example.org/Carol", InviteVia::Mediated, 70_001).is_some(),
        "two nicks of a room are two people"
    );
}

#[test]
fn the_wish_to_be_shown_as_written_is_kept() {
    let mut profile = Profile::new();
    for (id, unstyled) in [("1", true), ("2", false)] {
        let said = NewMessage {
            unstyled,
            ..profile.said("bob@example.org", id, "> _ <")
        };
        let message = new(profile.store.receive(&said).unwrap());
        let shown = profile.store.message(message).unwrap().unwrap();
        assert_eq!(shown.unstyled, unstyled);
    }
}
