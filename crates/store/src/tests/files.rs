//! Files: sent once, received as they were named, kept as long as they are needed.

use super::{Profile, jid, new};
use crate::{FileHere, NewMessage, NewTransfer, Queued, Store};
use carillon_core::chat::{Author, Delivery};
use carillon_core::files::{FileBrief, FileKind, FileTold, FileTrouble, Thumbnail};
use carillon_core::ids::{ChatRef, Timestamp, TransferId};

const CONTENT: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

fn photo(chat: ChatRef, id: &str) -> NewTransfer {
    NewTransfer {
        chat,
        room: false,
        stanza_id: id.to_owned(),
        name: "photo.jpg".to_owned(),
        media_type: "image/jpeg".to_owned(),
        size: 3,
        content: CONTENT.to_owned(),
        thumbnail: small(),
        length: None,
        at: Timestamp(5),
    }
}

fn small() -> Option<Thumbnail> {
    let small = Thumbnail::of(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x03\0\0\0\x02".to_vec());
    assert!(small.is_some());
    small
}

fn queue(profile: &mut Profile, id: &str) -> TransferId {
    let chat = profile.chat("bob@example.org");
    profile
        .store
        .queue_transfer(&photo(chat, id))
        .unwrap()
        .unwrap()
}

#[test]
fn a_file_waits_until_a_message_hands_it_over_once() {
    let mut profile = Profile::new();
    let id = queue(&mut profile, "f1");
    assert_eq!(queue(&mut profile, "f1"), id);
    let chat = profile.chat("bob@example.org");
    assert_eq!(
        profile
            .store
            .waiting_transfers(profile.alice)
            .unwrap()
            .len(),
        1
    );
    assert_eq!(profile.store.waiting(profile.alice).unwrap(), []);

    let address = "https://up.example.org/f1/photo.jpg";
    let queued = profile
        .store
        .hand_over(id, address, Some((4, 3)), Timestamp(9))
        .unwrap();
    let Some(Queued::New(message)) = queued else {
        panic!("{queued:?}")
    };
    assert_eq!(profile.store.transfers_in(&chat).unwrap(), []);
    let waiting = profile.store.waiting(profile.alice).unwrap();
    assert_eq!(waiting.len(), 1);
    assert_eq!(
        (
            waiting[0].id.as_str(),
            waiting[0].body.as_str(),
            waiting[0].file
        ),
        ("f1", address, true)
    );
    let file = profile.store.file(message).unwrap().unwrap();
    assert_eq!(
        (file.name.as_str(), file.size, file.picture),
        ("photo.jpg", Some(3), Some((4, 3)))
    );
    assert_eq!(file.content.as_deref(), Some(CONTENT));
    assert_eq!(file.told.thumbnail, small());

    // Whoever tries it again, after whatever end: the message is there.
    assert_eq!(
        profile
            .store
            .hand_over(id, "https://other.example/", None, Timestamp(9))
            .unwrap(),
        None
    );
    assert_eq!(
        profile.store.queue_transfer(&photo(chat, "f1")).unwrap(),
        None
    );
    let shown = profile.store.message(message).unwrap().unwrap();
    assert_eq!(
        (shown.delivery, shown.body.as_str()),
        (Some(Delivery::Waiting), address)
    );
}

#[test]
fn what_was_queued_is_there_after_a_restart_and_what_was_cancelled_is_not() {
    let mut profile = Profile::new();
    let (kept, gone) = (queue(&mut profile, "f1"), queue(&mut profile, "f2"));
    assert!(profile.store.cancel_transfer(gone).unwrap());
    assert!(!profile.store.cancel_transfer(gone).unwrap());
    let (path, alice) = (profile.path(), profile.alice);
    let folder = profile.folder;
    drop(profile.store);
    let mut store = Store::open(&path).unwrap();
    let waiting = store.waiting_transfers(alice).unwrap();
    assert_eq!(waiting.iter().map(|one| one.id).collect::<Vec<_>>(), [kept]);
    assert_eq!(
        store
            .hand_over(gone, "https://a.example/", None, Timestamp(1))
            .unwrap(),
        None
    );
    assert_eq!(
        store
            .contents_in_use()
            .unwrap()
            .into_iter()
            .collect::<Vec<_>>(),
        [CONTENT]
    );
    drop(folder);
}

#[test]
fn a_file_that_was_given_up_waits_only_when_it_is_to_be_tried_again() {
    let mut profile = Profile::new();
    let id = queue(&mut profile, "f1");
    assert!(!profile.store.retry_transfer(id).unwrap());
    let why = FileTrouble::NotNow {
        why: "tomorrow".to_owned(),
    };
    assert!(profile.store.fail_transfer(id, &why).unwrap());
    assert_eq!(profile.store.waiting_transfers(profile.alice).unwrap(), []);
    let shown = profile
        .store
        .transfers_in(&profile.chat("bob@example.org"))
        .unwrap();
    assert_eq!(shown[0].failure, Some(why));
    assert!(profile.store.retry_transfer(id).unwrap());
    assert_eq!(
        profile
            .store
            .waiting_transfers(profile.alice)
            .unwrap()
            .len(),
        1
    );
}

#[test]
fn a_message_hands_over_a_file_only_where_its_words_are_the_address() {
    let mut profile = Profile::new();
    for (n, (body, marked, name)) in [
        (
            "https://up.example.org/x/my%20photo.jpg",
            true,
            Some("my photo.jpg"),
        ),
        (" https://up.example.org/x/%2e%2e%2fa\n", true, Some("a")),
        ("https://up.example.org/x/photo.jpg", false, None),
        ("look: https://up.example.org/x/photo.jpg", true, None),
        ("https://a.example/ https://b.example/", true, None),
        ("file:///etc/passwd", true, None),
        ("photo.jpg", true, None),
    ]
    .into_iter()
    .enumerate()
    {
        let said = NewMessage {
            file: marked.then(Box::default),
            ..profile.said("bob@example.org", &format!("m{n}"), body)
        };
        let message = new(profile.store.receive(&said).unwrap());
        let file = profile.store.file(message).unwrap();
        assert_eq!(file.as_ref().map(|file| file.name.as_str()), name, "{body}");
        if let Some(file) = file {
            assert_eq!(
                (file.author, file.content, file.size),
                (Author::Contact, None, None)
            );
        }
    }
}

#[test]
fn a_file_that_came_is_needed_as_long_as_its_message() {
    let mut profile = Profile::new();
    let said = NewMessage {
        file: Some(Box::default()),
        ..profile.said("bob@example.org", "m", "https://up.example.org/x/a.png")
    };
    let message = new(profile.store.receive(&said).unwrap());
    let here = FileHere {
        content: CONTENT.to_owned(),
        size: 3,
        media_type: "image/png".to_owned(),
        picture: Some((1, 2)),
    };
    assert!(profile.store.file_came(message, &here).unwrap());
    assert_eq!(
        profile.store.file(message).unwrap().unwrap().picture,
        Some((1, 2))
    );
    assert_eq!(profile.store.contents_in_use().unwrap().len(), 1);
    profile
        .store
        .delete_chat(&profile.chat("bob@example.org"))
        .unwrap();
    assert_eq!(profile.store.file(message).unwrap(), None);
    assert!(!profile.store.file_came(message, &here).unwrap());
    assert_eq!(profile.store.contents_in_use().unwrap().len(), 0);
}

#[test]
fn whose_pictures_are_shown_is_remembered() {
    let mut profile = Profile::new();
    let (bob, eve) = (
        profile.chat("bob@example.org"),
        profile.chat("eve@example.org"),
    );
    assert_eq!(profile.store.shows_pictures(&bob).unwrap(), None);
    profile.store.choose_pictures(&bob, true).unwrap();
    profile.store.choose_pictures(&eve, true).unwrap();
    profile.store.choose_pictures(&eve, false).unwrap();
    assert_eq!(profile.store.shows_pictures(&bob).unwrap(), Some(true));
    assert_eq!(profile.store.shows_pictures(&eve).unwrap(), Some(false));
    assert_eq!(
        profile
            .store
            .shows_pictures(&ChatRef {
                account: bob.account,
                jid: jid("x@example.org").into()
            })
            .unwrap(),
        None
    );
}

#[test]
fn what_a_sender_says_of_a_file_is_there_after_a_restart_and_the_name_is_safe() {
    let mut profile = Profile::new();
    let told = FileTold {
        size: Some(9),
        thumbnail: small(),
        ..FileTold::called(Some("../notes"), Some("image/png"))
            .of_sides(Some(640), Some(480))
            .of_length(Some(12_000))
            .of_sha256(Some(&[1; 32]))
    };
    let said = NewMessage {
        file: Some(Box::new(told.clone())),
        ..profile.said("bob@example.org", "m", "https://up.example.org/x")
    };
    let message = new(profile.store.receive(&said).unwrap());
    let path = profile.path();
    drop(profile.store);
    let store = Store::open(&path).unwrap();
    let file = store.file(message).unwrap().unwrap();
    assert_eq!((file.name.as_str(), file.kind()), ("notes", "image/png"));
    assert_eq!(file.told, FileTold { name: None, ..told });
    assert_eq!((file.size, file.picture, file.content), (None, None, None));
}

#[test]
fn a_list_a_quote_and_a_search_say_a_files_kind_and_name() {
    let mut profile = Profile::new();
    let told = FileTold::called(Some("voice-1.flac"), None).of_length(Some(12_000));
    let said = NewMessage {
        file: Some(Box::new(told)),
        ..profile.said("bob@example.org", "m", "https://up.example.org/x")
    };
    new(profile.store.receive(&said).unwrap());
    let brief = FileBrief {
        kind: FileKind::Voice,
        name: "voice-1.flac".to_owned(),
        length: Some(12_000),
    };
    assert_eq!(profile.store.chats().unwrap()[0].last_file, Some(brief));
    let words = profile.said("bob@example.org", "n", "Hear it?");
    new(profile.store.receive(&words).unwrap());
    assert_eq!(profile.store.chats().unwrap()[0].last_file, None);
}

#[test]
fn what_an_earlier_version_noted_of_a_failure_is_still_told() {
    let mut profile = Profile::new();
    let id = queue(&mut profile, "f1");
    let path = profile.path();
    let noted = |words: &str| {
        let connection = rusqlite::Connection::open(&path).unwrap();
        let set = "UPDATE transfer SET failure = ?1, trouble = NULL";
        connection.execute(set, [words]).unwrap();
    };
    for (words, trouble) in [
        (
            "the other side answered with 413",
            FileTrouble::Other {
                why: "the other side answered with 413".to_owned(),
            },
        ),
        ("recipient-unavailable", FileTrouble::SomebodyElse),
    ] {
        noted(words);
        let now = profile.store.transfer(id).unwrap().unwrap();
        assert_eq!(now.failure, Some(trouble));
    }
}

#[test]
fn every_reason_is_read_as_it_was_noted() {
    let mut profile = Profile::new();
    let id = queue(&mut profile, "f1");
    let why = || "no".to_owned();
    let all = [
        FileTrouble::Another,
        FileTrouble::NoService,
        FileTrouble::TooLarge,
        FileTrouble::Gone,
        FileTrouble::Refused { why: why() },
        FileTrouble::NotNow { why: why() },
        FileTrouble::NoAnswer,
        FileTrouble::Unreachable { why: why() },
        FileTrouble::NotFetched,
        FileTrouble::NotHere,
        FileTrouble::Disk { why: why() },
        FileTrouble::SomebodyElse,
        FileTrouble::Other { why: why() },
    ];
    for trouble in all {
        assert!(profile.store.fail_transfer(id, &trouble).unwrap());
        let now = profile.store.transfer(id).unwrap().unwrap();
        assert_eq!(now.failure, Some(trouble));
    }
}
