//! Private conversations in rooms: for whom they are, and where they go.

use super::search::{ask, index_all, words};
use super::{Profile, new};
use crate::{NewMessage, NewTransfer, PastPrivate, recover};
use carillon_core::chat::{Author, ChatKind, HistoryAnchor};
use carillon_core::files::FileTrouble;
use carillon_core::ids::{ChatRef, Timestamp};
use carillon_core::room::RoomNotify;
use carillon_core::search::{SearchBy, SearchQuery};

const ROOM: &str = "choir@rooms.example.org";

fn with(profile: &Profile, nick: &str) -> ChatRef {
    ChatRef {
        account: profile.alice,
        jid: format!("{ROOM}/{nick}").parse().unwrap(),
    }
}

/// Something that was said under this address at this time.
fn past<'a>(chat: &'a ChatRef, occupant: Option<&'a str>, at: i64) -> PastPrivate<'a> {
    PastPrivate {
        address: &chat.jid,
        entry: None,
        occupant,
        at: Timestamp(at),
    }
}

/// Eva says something to me alone.
fn whispers(profile: &mut Profile, occupant: Option<&str>, id: &str) {
    let said = NewMessage {
        chat: with(profile, "Eva").jid,
        author: Author::Occupant {
            nick: "Eva".to_owned(),
        },
        occupant: occupant.map(str::to_owned),
        ..profile.said(ROOM, id, "psst")
    };
    new(profile.store.receive(&said).unwrap());
}

fn writes(profile: &mut Profile, id: &str) {
    let eva = with(profile, "Eva");
    let at = Timestamp(5);
    profile
        .store
        .queue_message(eva.account, &eva.jid, id, "yes?", at, false)
        .unwrap();
}

#[test]
fn it_is_no_contact_s_chat_and_not_the_room_s() {
    let mut profile = Profile::new();
    let room = profile.chat(ROOM);
    let (account, jid) = (profile.alice, room.bare());
    profile
        .store
        .set_room(account, &jid, "alice", "Choir", true)
        .unwrap();
    profile
        .store
        .set_room_notify(account, &jid, Some(RoomNotify::Never), false)
        .unwrap();
    whispers(&mut profile, Some("id:eva"), "w1");
    let eva = with(&profile, "Eva");
    let line = profile.store.chat(&eva).unwrap().unwrap();
    assert_eq!((line.kind, line.unread), (ChatKind::Private, 1));
    assert_eq!(
        (line.name.as_str(), line.room.as_deref()),
        ("Eva", Some("Choir"))
    );
    let of_room = profile.store.chat(&room).unwrap().unwrap();
    assert_eq!(
        (of_room.kind, of_room.unread, of_room.room),
        (ChatKind::Room, 0, None)
    );
    assert_eq!(profile.store.chats().unwrap().len(), 2);
    assert_eq!(profile.store.stranger_requests().unwrap(), []);
    profile.store.check().unwrap();
}

#[test]
fn what_i_write_remembers_for_whom_it_was() {
    let mut profile = Profile::new();
    let eva = with(&profile, "Eva");
    whispers(&mut profile, Some("id:eva"), "w1");
    assert_eq!(profile.store.private_with(&eva).unwrap(), None);
    profile.store.set_private(&eva, "id:eva").unwrap();
    writes(&mut profile, "a1");
    profile.store.set_private(&eva, "id:mallory").unwrap();
    writes(&mut profile, "a2");
    let waiting = profile.store.waiting(profile.alice).unwrap();
    let said_to: Vec<_> = waiting.iter().map(|one| one.said_to.as_deref()).collect();
    assert_eq!(said_to, [Some("id:eva"), Some("id:mallory")]);
    let page = profile
        .store
        .history(&eva, HistoryAnchor::Newest, 10)
        .unwrap();
    let occupants: Vec<_> = page
        .messages
        .iter()
        .map(|one| one.occupant.as_deref())
        .collect();
    assert_eq!(
        occupants,
        [Some("id:eva"), Some("id:eva"), Some("id:mallory")]
    );
}

fn song(to: &ChatRef) -> NewTransfer {
    NewTransfer {
        chat: to.clone(),
        room: false,
        stanza_id: "f1".to_owned(),
        name: "song.flac".to_owned(),
        media_type: "audio/flac".to_owned(),
        size: 3,
        content: "00".repeat(32),
        thumbnail: None,
        length: Some(12_000),
        at: Timestamp(5),
    }
}

#[test]
fn a_file_that_is_tried_again_stays_for_the_one_for_whom_it_was() {
    let mut profile = Profile::new();
    let eva = with(&profile, "Eva");
    profile.store.set_private(&eva, "id:eva").unwrap();
    let id = profile.store.queue_transfer(&song(&eva)).unwrap().unwrap();
    profile.store.set_private(&eva, "id:mallory").unwrap();
    assert!(!profile.store.retry_transfer(id).unwrap());
    profile.store.set_private(&eva, "id:eva").unwrap();
    assert!(profile.store.retry_transfer(id).unwrap());
    let address = "https://up.example/song.flac";
    profile
        .store
        .hand_over(id, address, None, Timestamp(6))
        .unwrap();
    let waiting = profile.store.waiting(profile.alice).unwrap();
    assert_eq!(waiting[0].said_to.as_deref(), Some("id:eva"));
}

#[test]
fn a_file_for_somebody_else_is_given_up_and_not_handed_over() {
    let mut profile = Profile::new();
    let eva = with(&profile, "Eva");
    profile.store.set_private(&eva, "id:eva").unwrap();
    let file = song(&eva);
    let id = profile.store.queue_transfer(&file).unwrap().unwrap();
    profile.store.set_private(&eva, "id:mallory").unwrap();
    let given_up = profile.store.transfer(id).unwrap().unwrap();
    assert_eq!(given_up.failure, Some(FileTrouble::SomebodyElse));
    let handed = profile
        .store
        .hand_over(id, "https://up.example/song.flac", None, Timestamp(6))
        .unwrap();
    assert_eq!(handed, None);
}

#[test]
fn it_follows_a_nick_and_never_into_another_conversation() {
    let mut profile = Profile::new();
    let (eva, eve) = (with(&profile, "Eva"), with(&profile, "Eve"));
    whispers(&mut profile, Some("id:eva"), "w1");
    profile.store.set_private(&eva, "id:eva").unwrap();
    let at = Timestamp(9);
    assert!(profile.store.follow_nick(&eva, &eve.jid, at).unwrap());
    assert_eq!(profile.store.chat(&eva).unwrap(), None);
    assert_eq!(
        profile.store.private_with(&eve).unwrap().as_deref(),
        Some("id:eva")
    );
    whispers(&mut profile, Some("id:mallory"), "w2");
    assert!(!profile.store.follow_nick(&eva, &eve.jid, at).unwrap());
    assert_eq!(profile.store.unread(&eva).unwrap(), 1);
}

#[test]
fn who_is_kept_out_stays_so_until_it_is_taken_back() {
    let mut profile = Profile::new();
    let (eva, eve) = (with(&profile, "Eva"), with(&profile, "Eve"));
    profile.store.block_occupant(&eva, Some("id:eva")).unwrap();
    profile.store.block_occupant(&eve, None).unwrap();
    profile.store.block_occupant(&eva, Some("id:zed")).unwrap();
    profile
        .store
        .unblock_occupant(&eva, Some("id:zed"))
        .unwrap();
    let out = profile.store.blocked_occupants(profile.alice).unwrap();
    assert_eq!(
        out,
        [
            (eva.jid.clone(), Some("id:eva".to_owned())),
            (eve.jid.clone(), None)
        ]
    );
    profile
        .store
        .unblock_occupant(&eva, Some("id:eva"))
        .unwrap();
    let out = profile.store.blocked_occupants(profile.alice).unwrap();
    assert_eq!(out, [(eve.jid, None)]);
    assert!(profile.store.blocked(profile.alice).unwrap().is_empty());
}

#[test]
fn what_is_saved_of_a_damaged_database_is_whole() {
    let mut profile = Profile::new();
    let eva = with(&profile, "Eva");
    whispers(&mut profile, Some("id:eva"), "w1");
    profile.store.set_private(&eva, "id:eva").unwrap();
    profile.store.block_occupant(&eva, Some("id:eva")).unwrap();
    let eve = with(&profile, "Eve");
    let until = Timestamp(5_000);
    assert!(profile.store.follow_nick(&eva, &eve.jid, until).unwrap());
    let (path, alice) = (profile.path(), profile.alice);
    profile.store = crate::Store::open(&profile.folder.path().join("other.db")).unwrap();
    recover(&path, Timestamp(7), &|| false).unwrap();
    let saved = crate::Store::open(&path).unwrap();
    assert_eq!(saved.chat_kind(&eve).unwrap(), Some(ChatKind::Private));
    assert_eq!(saved.private_with(&eve).unwrap().as_deref(), Some("id:eva"));
    let home = saved.private_home(alice, &past(&eva, None, 5_000)).unwrap();
    assert_eq!(home.as_ref(), Some(&eve.jid));
    assert_eq!(saved.blocked_occupants(alice).unwrap().len(), 1);
}

#[test]
fn an_address_of_before_leads_on_for_its_time_and_for_its_own_occupant() {
    let mut profile = Profile::new();
    let [eva, eve, evi] = ["Eva", "Eve", "Evi"].map(|nick| with(&profile, nick));
    whispers(&mut profile, Some("id:eva"), "w1");
    profile.store.set_private(&eva, "id:eva").unwrap();
    for (from, to, at) in [(&eva, &eve, 100), (&eve, &evi, 200)] {
        let moved = profile.store.follow_nick(from, &to.jid, Timestamp(at));
        assert!(moved.unwrap());
    }
    // Somebody else had her first nick in between, and is called something else too.
    whispers(&mut profile, Some("id:mallory"), "w2");
    profile.store.set_private(&eva, "id:mallory").unwrap();
    let mal = with(&profile, "Mal");
    let moved = profile.store.follow_nick(&eva, &mal.jid, Timestamp(300));
    assert!(moved.unwrap());
    let home = |of: &ChatRef, occupant, at| {
        let past = past(of, occupant, at);
        profile.store.private_home(profile.alice, &past).unwrap()
    };
    let (hers, theirs) = (Some(evi.jid.clone()), Some(mal.jid.clone()));
    for (of, occupant, at, found) in [
        (&eva, None, 100, &hers),
        (&eva, None, 101, &theirs),
        (&eva, None, 301, &None),
        (&eve, None, 200, &hers),
        (&eve, None, 201, &None),
        (&evi, None, 1, &None),
        (&eva, Some("id:eva"), 999, &hers),
        (&eva, Some("id:mallory"), 1, &theirs),
        (&eva, Some("id:zed"), 1, &None),
    ] {
        let is = home(of, occupant, at);
        assert_eq!(&is, found, "{} {occupant:?} {at}", of.jid);
    }
}

#[test]
fn it_is_found_by_its_words_and_stays_when_the_room_is_deleted() {
    let mut profile = Profile::new();
    let (eva, room) = (with(&profile, "Eva"), profile.chat(ROOM));
    profile
        .store
        .set_room(profile.alice, &room.bare(), "alice", "Choir", true)
        .unwrap();
    whispers(&mut profile, Some("id:eva"), "w1");
    profile.store.set_private(&eva, "id:eva").unwrap();
    writes(&mut profile, "a1");
    index_all(&mut profile.store);
    let found = |profile: &Profile, query: SearchQuery| {
        let hits = ask(&mut profile.store.reader().unwrap(), &query).hits;
        let said = hits.into_iter().map(|hit| (hit.chat, hit.text));
        said.collect::<Vec<_>>()
    };
    let psst = [(eva.clone(), "psst".to_owned())];
    assert_eq!(found(&profile, words("psst")), psst);
    let by = SearchBy::Occupant {
        nick: "Eva".to_owned(),
    };
    let by_eva = SearchQuery {
        by,
        ..words("psst")
    };
    assert_eq!(found(&profile, by_eva), psst);
    let chat = Some(room.clone());
    let in_room = SearchQuery { chat, ..words("") };
    assert_eq!(found(&profile, in_room), []);
    let chat = Some(eva.clone());
    let in_chat = SearchQuery { chat, ..words("") };
    assert_eq!(found(&profile, in_chat).len(), 2);

    assert!(profile.store.delete_chat(&room).unwrap());
    assert_eq!(found(&profile, words("psst")), psst);
    let line = profile.store.chat(&eva).unwrap().unwrap();
    // The room's name is gone with it; its address still says which it was.
    assert_eq!(
        (line.name.as_str(), line.room.as_deref()),
        ("Eva", Some("choir"))
    );
    assert!(profile.store.delete_chat(&eva).unwrap());
    assert_eq!(found(&profile, words("psst")), []);
}
