//! Accounts, contacts, strangers and who is blocked.

use super::{Profile, jid, new};
use crate::{NewMessage, RosterChange};
use carillon_core::{
    chat::{Author, ChatKind},
    contact::{RosterItem, Subscription},
    ids::{ChatRef, Timestamp},
};

fn contact(address: &str, subscription: Subscription, ask: bool) -> RosterItem {
    RosterItem {
        jid: jid(address),
        name: String::new(),
        groups: ["Choir".to_owned(), "\"Work\"".to_owned()].into(),
        subscription,
        ask,
    }
}

#[test]
fn an_account_keeps_its_id_and_a_removed_ones_is_never_given_again() {
    let mut profile = Profile::new();
    let alice = jid("alice@example.org");
    assert_eq!(profile.store.account_id(&alice).unwrap(), profile.alice);
    profile.store.remove_account(profile.alice).unwrap();
    assert_eq!(profile.store.accounts().unwrap(), []);
    assert_ne!(profile.store.account_id(&alice).unwrap(), profile.alice);
}

#[test]
fn a_removed_account_leaves_nothing_behind() {
    let mut profile = Profile::new();
    let (alice, bob) = (profile.alice, jid("bob@example.org"));
    profile.hear("bob@example.org", "b1", "Hello");
    profile
        .store
        .set_room(alice, &jid("choir@rooms.example.org"), "Al", "Choir", true)
        .unwrap();
    profile
        .store
        .replace_roster(
            alice,
            Some("1"),
            vec![contact("bob@example.org", Subscription::Both, false)],
        )
        .unwrap();
    profile
        .store
        .add_blocked(alice, std::slice::from_ref(&bob))
        .unwrap();
    profile
        .store
        .add_contact_request(alice, &bob, "", "", None, Timestamp(1))
        .unwrap();
    profile.store.remove_account(alice).unwrap();
    for table in [
        "account",
        "chat",
        "message",
        "room",
        "roster_item",
        "blocked",
        "contact_request",
    ] {
        assert_eq!(
            profile.count(&format!("SELECT COUNT(*) FROM {table}")),
            0,
            "{table}"
        );
    }
}

#[test]
fn a_whole_roster_tells_what_is_different() {
    let mut profile = Profile::new();
    let (bob, carol) = (
        contact("bob@example.org", Subscription::None, true),
        contact("carol@example.org", Subscription::Both, false),
    );
    let dave = contact("dave@example.org", Subscription::From, false);
    let first = profile
        .store
        .replace_roster(
            profile.alice,
            Some("v1"),
            vec![dave.clone(), bob.clone(), carol.clone()],
        )
        .unwrap();
    assert_eq!(first.changed.len(), 3);

    let bob_accepted = contact("bob@example.org", Subscription::To, false);
    let second = profile
        .store
        .replace_roster(
            profile.alice,
            None,
            vec![bob_accepted.clone(), carol.clone()],
        )
        .unwrap();
    assert_eq!(
        second.changed,
        [RosterChange {
            before: Some(bob),
            after: bob_accepted.clone()
        }]
    );
    assert!(second.changed[0].is_request_accepted());
    assert_eq!(second.removed, [dave.jid]);
    assert_eq!(
        profile.store.roster(profile.alice).unwrap(),
        [bob_accepted, carol]
    );
    assert_eq!(profile.store.roster_version(profile.alice).unwrap(), None);
}

#[test]
fn a_push_tells_when_my_request_was_accepted() {
    let mut profile = Profile::new();
    let mut push = |subscription, ask| {
        let item = contact("bob@example.org", subscription, ask);
        profile
            .store
            .apply_roster_item(profile.alice, Some(""), item)
            .unwrap()
            .is_request_accepted()
    };
    assert!(!push(Subscription::None, false));
    assert!(!push(Subscription::None, true), "asked");
    assert!(
        !push(Subscription::From, true),
        "they asked too, and I let them"
    );
    assert!(push(Subscription::Both, false), "they let me");
    assert!(!push(Subscription::Both, false), "known");
    assert_eq!(
        profile
            .store
            .roster_version(profile.alice)
            .unwrap()
            .as_deref(),
        Some("")
    );
    let bob = jid("bob@example.org");
    assert!(
        profile
            .store
            .remove_roster_item(profile.alice, Some("2"), &bob)
            .unwrap()
            .is_some()
    );
    assert!(
        profile
            .store
            .remove_roster_item(profile.alice, Some("3"), &bob)
            .unwrap()
            .is_none()
    );
    assert_eq!(
        profile.store.roster_item(profile.alice, &bob).unwrap(),
        None
    );
}

#[test]
fn the_block_list_follows_the_server() {
    let mut profile = Profile::new();
    let [bob, eve, mallory] = ["bob@example.org", "eve@example.org", "mallory.example"].map(jid);
    let (alice, store) = (profile.alice, &mut profile.store);
    store
        .replace_block_list(alice, &[eve.clone(), bob.clone()])
        .unwrap();
    store
        .add_blocked(alice, &[mallory.clone(), eve.clone()])
        .unwrap();
    store.remove_blocked(alice, &[bob]).unwrap();
    assert_eq!(store.blocked(alice).unwrap(), [eve, mallory]);
    store.remove_blocked(alice, &[]).unwrap();
    assert!(store.blocked(alice).unwrap().is_empty());
}

#[test]
fn a_contact_request_that_the_server_repeats_is_new_once() {
    let mut profile = Profile::new();
    let (alice, eve) = (profile.alice, jid("eve@example.org"));
    let store = &mut profile.store;
    assert!(
        store
            .add_contact_request(alice, &eve, "Eve", "Hi", None, Timestamp(1))
            .unwrap()
    );
    assert!(
        !store
            .add_contact_request(alice, &eve, "Eve", "Hi again", None, Timestamp(2))
            .unwrap()
    );
    let requests = store.contact_requests().unwrap();
    assert_eq!(
        (requests.len(), requests[0].text.as_str(), requests[0].at),
        (1, "Hi again", Timestamp(1))
    );
    assert!(store.remove_contact_request(alice, &eve).unwrap());
    assert!(!store.remove_contact_request(alice, &eve).unwrap());
    assert!(
        store
            .add_contact_request(alice, &eve, "Eve", "Hi", None, Timestamp(3))
            .unwrap()
    );
}

fn from_stranger(profile: &Profile, id: &str) -> NewMessage {
    NewMessage {
        in_requests: true,
        wants_receipt: true,
        ..profile.said("eve@example.org", id, "Hello, you do not know me")
    }
}

#[test]
fn a_stranger_waits_in_requests_until_accepted_and_then_gets_the_receipts() {
    let mut profile = Profile::new();
    let (alice, eve) = (profile.alice, jid("eve@example.org"));
    for id in ["e1", "e2"] {
        let said = from_stranger(&profile, id);
        profile.store.receive(&said).unwrap();
    }
    assert!(profile.store.chats().unwrap().is_empty());
    let waiting = profile.store.stranger_requests().unwrap();
    assert_eq!(
        (waiting.len(), waiting[0].messages, &waiting[0].jid),
        (1, 2, &eve)
    );
    assert!(!profile.store.is_accepted(alice, &eve).unwrap());

    assert_eq!(
        profile.store.accept_stranger(alice, &eve).unwrap(),
        ["e1", "e2"]
    );
    assert!(profile.store.is_accepted(alice, &eve).unwrap());
    assert!(profile.store.stranger_requests().unwrap().is_empty());
    assert_eq!(profile.store.chats().unwrap()[0].unread, 2);
    assert!(
        profile
            .store
            .accept_stranger(alice, &eve)
            .unwrap()
            .is_empty(),
        "told once"
    );
    assert!(
        !profile.store.delete_stranger(alice, &eve).unwrap(),
        "no stranger any more"
    );
}

#[test]
fn a_deleted_stranger_leaves_nothing() {
    let mut profile = Profile::new();
    let said = from_stranger(&profile, "e1");
    let id = new(profile.store.receive(&said).unwrap());
    assert!(
        profile
            .store
            .delete_stranger(profile.alice, &said.chat.to_bare())
            .unwrap()
    );
    assert_eq!(profile.store.message(id).unwrap(), None);
    assert_eq!(profile.store.unread_total().unwrap().in_requests, 0);
}

#[test]
fn whom_i_write_to_may_answer() {
    let mut profile = Profile::new();
    let said = from_stranger(&profile, "e1");
    profile.store.receive(&said).unwrap();
    let chat = profile.chat("eve@example.org");
    profile
        .store
        .queue_message(
            profile.alice,
            &chat.jid,
            "u1",
            "Who are you?",
            Timestamp(2),
            false,
        )
        .unwrap();
    assert!(profile.store.is_accepted(profile.alice, &chat.jid).unwrap());
    assert!(!profile.store.is_in_requests(&chat).unwrap());
}

#[test]
fn whom_i_wrote_to_from_another_device_may_answer_too() {
    let mut profile = Profile::new();
    let said = from_stranger(&profile, "e1");
    profile.store.receive(&said).unwrap();
    let carbon = NewMessage {
        author: Author::Me,
        in_requests: true,
        ..from_stranger(&profile, "m1")
    };
    profile.store.receive(&carbon).unwrap();
    assert!(
        !profile
            .store
            .is_in_requests(&profile.chat("eve@example.org"))
            .unwrap()
    );
}

#[test]
fn a_stranger_who_becomes_a_contact_leaves_requests() {
    let mut profile = Profile::new();
    let said = from_stranger(&profile, "e1");
    profile.store.receive(&said).unwrap();
    let item = contact("eve@example.org", Subscription::Both, false);
    profile
        .store
        .apply_roster_item(profile.alice, None, item)
        .unwrap();
    let kind = profile
        .store
        .chat_kind(&profile.chat("eve@example.org"))
        .unwrap();
    assert_eq!(kind, Some(ChatKind::Contact));
}

#[test]
fn a_removed_contact_is_a_stranger_again() {
    let mut profile = Profile::new();
    let chat = profile.chat("eve@example.org");
    profile
        .store
        .accept_stranger(profile.alice, &chat.bare())
        .unwrap();
    let item = contact("eve@example.org", Subscription::Both, false);
    profile
        .store
        .apply_roster_item(profile.alice, None, item)
        .unwrap();
    profile.hear("eve@example.org", "e1", "Hello");
    profile
        .store
        .remove_roster_item(profile.alice, None, &chat.bare())
        .unwrap();
    assert!(!profile.store.is_accepted(profile.alice, &chat.jid).unwrap());
    assert!(
        !profile.store.is_in_requests(&chat).unwrap(),
        "the chat stays until they write"
    );
    let said = from_stranger(&profile, "e2");
    profile.store.receive(&said).unwrap();
    assert!(profile.store.is_in_requests(&chat).unwrap());
}

#[test]
fn a_room_s_picture_is_kept_as_long_as_its_chat() {
    use carillon_core::avatar::{Avatar, AvatarHash, AvatarSource};
    let mut profile = Profile::new();
    let alice = profile.alice;
    let (tea, coffee) = (
        jid("tea@rooms.example.org"),
        jid("coffee@rooms.example.org"),
    );
    profile
        .store
        .set_room(alice, &tea, "Alice", "Tea", true)
        .unwrap();
    let (hash, source) = (AvatarHash([1; 20]), AvatarSource::Vcard);
    let shown = Some(Avatar { hash, source });
    for room in [&tea, &coffee] {
        profile.store.set_avatar(alice, room, shown).unwrap();
    }
    let kept = profile.store.avatars(alice).unwrap();
    assert_eq!(kept, [(tea.clone(), Avatar { hash, source })]);
    let chat = ChatRef {
        account: alice,
        jid: tea.into(),
    };
    let listed = profile.store.chat(&chat).unwrap().unwrap();
    assert_eq!(listed.avatar, Some(hash));
    profile.store.delete_chat(&chat).unwrap();
    assert_eq!(profile.store.avatars(alice).unwrap(), []);
}

#[test]
fn which_picture_somebody_shows_is_kept_of_contacts_and_of_myself_alone() {
    use carillon_core::avatar::{Avatar, AvatarHash, AvatarSource};
    let mut profile = Profile::new();
    let alice = profile.alice;
    let roster = vec![contact("bob@example.org", Subscription::Both, false)];
    profile.store.replace_roster(alice, None, roster).unwrap();
    let (one, other) = (AvatarHash([1; 20]), AvatarHash([2; 20]));
    let shown = |hash| Avatar {
        hash,
        source: AvatarSource::Vcard,
    };
    for person in [
        "bob@example.org",
        "alice@example.org",
        "mallory@evil.example",
    ] {
        let kept = profile
            .store
            .set_avatar(alice, &jid(person), Some(shown(one)));
        kept.unwrap();
    }
    let of_bob = Some(shown(other));
    profile
        .store
        .set_avatar(alice, &jid("bob@example.org"), of_bob)
        .unwrap();
    let mut all = profile.store.avatars(alice).unwrap();
    all.sort_by(|one, other| one.0.cmp(&other.0));
    let wanted = [
        (jid("alice@example.org"), shown(one)),
        (jid("bob@example.org"), shown(other)),
    ];
    assert_eq!(all, wanted);
    assert_eq!(profile.store.avatar_hashes().unwrap(), [one, other].into());
    assert!(profile.store.has_avatar(one).unwrap());
    profile.store.forget_avatars(&[one]).unwrap();
    assert!(!profile.store.has_avatar(one).unwrap());
    profile
        .store
        .replace_roster(alice, None, Vec::new())
        .unwrap();
    assert_eq!(profile.store.avatars(alice).unwrap(), []);
}
