//! XEP-0198: what becomes of what was in the socket of a client that does not come back.

use super::World;
use super::managed::{R, SM, STANZAS, TEN, a, fresh, late};

const ENABLE_CARBONS: &str = "<iq type='set' id='c'><enable xmlns='urn:xmpp:carbons:2'/></iq>";

#[test]
fn what_a_killed_client_had_not_handled_goes_to_the_one_that_takes_its_place_at_once() {
    let mut world = World::friends(&["alice", "bob"]);
    world.manage("bob/1");
    for id in ["1", "2", "3"] {
        world.says("bob@localhost", id);
    }
    world.send("bob/1", &a(1));
    world.cut("bob/1");
    world.says("bob@localhost/1", "4");
    world.wait(2);
    world.arrive("bob/2");
    for id in ["2", "3", "4"] {
        world.get("bob/2", &late(id, TEN));
    }
    world.get("bob/2", R);
    world.send("bob/2", &a(6));
    world.says("bob@localhost", "5");
    world.get("bob/2", &fresh("5"));
    world.get("bob/2", R);
    world.send("bob/2", &a(7));
    world.hush();
    world.wait(400);
    world.get(
        "bob/2",
        "<presence type='unavailable' from='bob@localhost/1'/>",
    );
    world.get("bob/2", R);
    world.silent("bob/2");
    assert_eq!(world.waiting("bob"), 0);
}

#[test]
fn it_does_not_matter_whether_the_break_is_noticed_before_the_new_client_or_after() {
    let mut world = World::friends(&["alice", "bob"]);
    world.manage("bob/1");
    world.says("bob@localhost", "1");
    world.arrive("bob/2");
    world.drop_inbox("bob/2");
    world.cut("bob/1");
    world.get("bob/2", &late("1", TEN));
    world.silent("bob/2");
}

#[test]
fn the_same_resource_bound_anew_gets_it_by_the_store() {
    let mut world = World::friends(&["alice", "bob"]);
    world.manage("bob/1");
    world.says("bob@localhost", "1");
    world.cut("bob/1");
    world.wait(5);
    world.arrive("bob/1");
    world.get("bob/1", &late("1", TEN));
    world.get("bob/1", R);
    for kind in ["type='unavailable' ", ""] {
        world.get(
            "alice/1",
            &format!("<presence {kind}from='bob@localhost/1'/>"),
        );
    }
}

#[test]
fn when_the_time_is_over_contacts_learn_it_requests_fail_and_messages_wait() {
    let mut world = World::friends(&["alice", "bob"]);
    world.manage("bob/1");
    world.says("bob@localhost/1", "1");
    world.cut("bob/1");
    world.send(
        "alice/1",
        "<iq type='get' to='bob@localhost/1' id='v'><query xmlns='jabber:iq:version'/></iq>",
    );
    world.wait(299);
    world.silent("alice/1");
    world.wait(1);
    world.get(
        "alice/1",
        "<presence type='unavailable' from='bob@localhost/1'/>",
    );
    world.get(
        "alice/1",
        &format!("<iq type='error' id='v'><error type='cancel'><service-unavailable xmlns='{STANZAS}'/></error></iq>"),
    );
    world.all_silent();
    world.arrive("bob/2");
    world.get("bob/2", &late("1", TEN));
}

#[test]
fn when_the_time_is_over_another_client_gets_the_messages() {
    let mut world = World::friends(&["alice", "bob"]);
    world.online("bob/2");
    world.manage("bob/2");
    world.hush();
    world.says("bob@localhost/2", "1");
    world.cut("bob/2");
    world.all_silent();
    world.wait(300);
    world.get(
        "bob/1",
        "<presence type='unavailable' from='bob@localhost/2'/>",
    );
    world.get("bob/1", &late("1", TEN));
    world.silent("bob/1");
    assert_eq!(world.waiting("bob"), 0);
}

#[test]
fn a_client_that_sleeps_takes_nothing_away_from_one_that_does_not() {
    let mut world = World::friends(&["alice", "bob"]);
    world.online("bob/2");
    let id = world.manage("bob/1");
    world.send("bob/1", "<presence><priority>5</priority></presence>");
    world.cut("bob/1");
    world.hush();
    world.says("bob@localhost", "1");
    world.get("bob/2", &fresh("1"));
    world.resume("bob/1", &id, 1);
    world.get("bob/1", &format!("<resumed {SM} previd='{id}' h='1'/>"));
    world.get("bob/1", &late("1", TEN));
    world.cut("bob/1");
    world.wait(300);
    world.hush();
    world.arrive("bob/3");
    world.get("bob/3", R);
    world.silent("bob/3");
}

#[test]
fn who_writes_to_a_client_that_was_killed_reaches_the_one_that_took_its_place() {
    let mut world = World::friends(&["alice", "bob"]);
    world.manage("bob/1");
    world.cut("bob/1");
    world.arrive("bob/2");
    world.hush();
    world.says("bob@localhost/1", "1");
    world.get("bob/2", &fresh("1"));
    world.silent("bob/2");
    world.send(
        "alice/1",
        "<message type='chat' to='bob@localhost/1' id='p'><body>psst</body><no-copy xmlns='urn:xmpp:hints'/></message>",
    );
    world.silent("bob/2");
    world.wait(300);
    world.get("bob/2", "<presence type='unavailable'/>");
    world.get("bob/2", "<message type='chat' id='p'><body>psst</body><no-copy xmlns='urn:xmpp:hints'/><delay xmlns='urn:xmpp:delay' from='localhost' stamp='*'/></message>");
}

#[test]
fn two_clients_that_got_it_are_not_given_it_again_until_both_failed_to_handle_it() {
    let mut world = World::friends(&["alice", "bob"]);
    world.online("bob/2");
    for client in ["bob/1", "bob/2"] {
        world.manage(client);
    }
    world.hush();
    world.says("bob@localhost", "1");
    world.cut("bob/1");
    assert_eq!(world.waiting("bob"), 0, "bob/2 has it in its hands");
    world.cut("bob/2");
    assert_eq!(world.waiting("bob"), 1);
    world.arrive("bob/3");
    world.get("bob/3", &late("1", TEN));
    world.get("bob/3", R);
    world.wait(300);
    world.get("bob/3", "<presence type='unavailable'/>");
    world.get("bob/3", "<presence type='unavailable'/>");
    world.silent("bob/3");
}

#[test]
fn a_copy_that_was_not_handled_counts_as_much_as_the_message() {
    let mut world = World::friends(&["alice", "bob"]);
    world.online("bob/2");
    world.ask("bob/2", ENABLE_CARBONS, "<iq type='result' id='c'/>");
    world.manage("bob/1");
    world.manage("bob/2");
    world.hush();
    world.says("bob@localhost/1", "1");
    world.cut("bob/1");
    world.cut("bob/2");
    world.arrive("bob/3");
    world.get("bob/3", &late("1", TEN));
    world.get("bob/3", R);
    world.silent("bob/3");

    world.hush();
    world.online("bob/4");
    world.ask("bob/4", ENABLE_CARBONS, "<iq type='result' id='c'/>");
    world.says("bob@localhost/3", "2");
    world.cut("bob/3");
    world.cut("bob/4");
    world.arrive("bob/5");
    let conn = world.conn("bob/5");
    while let Some(text) = world.next_raw(conn) {
        assert!(!text.contains("id='2'"), "bob/4 has it as a copy: {text}");
    }
}

#[test]
fn a_forged_copy_is_kept_as_what_it_is() {
    let mut world = World::friends(&["mallory", "bob"]);
    world.manage("bob/1");
    let forged = "<message type='chat' to='bob@localhost' id='f'><received xmlns='urn:xmpp:carbons:2'><forwarded xmlns='urn:xmpp:forward:0'><message xmlns='jabber:client' from='alice@localhost/1' to='bob@localhost'><body>x</body></message></forwarded></received></message>";
    world.send("mallory/1", forged);
    world.cut("bob/1");
    let kept = world.router.store.waiting("bob").unwrap();
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0].sender, "mallory@localhost/1");
}

#[test]
fn typing_and_what_asks_not_to_be_kept_is_for_this_session_only() {
    let mut world = World::friends(&["alice", "bob"]);
    let id = world.manage("bob/1");
    world.cut("bob/1");
    let typing = "<message type='chat' to='bob@localhost'><composing xmlns='http://jabber.org/protocol/chatstates'/></message>";
    world.send("alice/1", typing);
    assert_eq!(world.waiting("bob"), 0);
    world.resume("bob/1", &id, 0);
    world.get("bob/1", &format!("<resumed {SM} previd='{id}' h='0'/>"));
    world.get("bob/1", "<message type='chat'><composing xmlns='http://jabber.org/protocol/chatstates'/><delay xmlns='urn:xmpp:delay' from='localhost' stamp='*'/></message>");
}

#[test]
fn what_had_waited_in_the_store_is_forgotten_when_it_is_acknowledged_and_not_before() {
    let mut world = World::friends(&["alice", "bob"]);
    world.cut("bob/1");
    for id in ["1", "2"] {
        world.says("bob@localhost", id);
    }
    world.bind("bob/2");
    let id = world.manage("bob/2");
    world.send("bob/2", "<presence/>");
    assert_eq!(world.waiting("bob"), 2);
    // Two presences and the first message.
    world.send("bob/2", &a(3));
    assert_eq!(world.waiting("bob"), 1);
    world.send("bob/2", "<presence><priority>-1</priority></presence>");
    world.send("bob/2", "<presence/>");
    world.drop_inbox("bob/2");
    world.cut("bob/2");
    world.resume("bob/2", &id, 3);
    world.get("bob/2", &format!("<resumed {SM} previd='{id}' h='3'/>"));
    world.get("bob/2", &late("2", TEN));
    world.get("bob/2", "<presence><priority>-1</priority></presence>");
    world.get("bob/2", "<presence/>");
    world.get("bob/2", R);
    world.silent("bob/2");
    world.send("bob/2", &a(6));
    assert_eq!(world.waiting("bob"), 0);
}

#[test]
fn a_shutdown_keeps_what_nobody_has_handled() {
    let mut world = World::friends(&["alice", "bob"]);
    world.online("bob/2");
    world.manage("bob/1");
    world.manage("bob/2");
    world.says("bob@localhost/1", "1");
    world.says("bob@localhost/2", "2");
    world.cut("bob/1");
    world.says("bob@localhost/1", "3");
    let effects = world.router.shut_down();
    world.carry_out(effects);
    let kept = world.router.store.waiting("bob").unwrap();
    let ids: Vec<_> = kept
        .iter()
        .map(|w| w.stanza.split("id='").nth(1).unwrap()[..1].to_owned())
        .collect();
    assert_eq!(ids, ["1", "2", "3"]);
    assert!(world.router.sessions.all().next().is_none());
}

#[test]
fn a_stream_that_is_not_to_be_resumed_ends_with_its_connection() {
    let mut world = World::friends(&["alice", "bob"]);
    world.send("bob/1", &format!("<enable {SM}/>"));
    world.get("bob/1", &format!("<enabled {SM}/>"));
    world.says("bob@localhost", "1");
    world.cut("bob/1");
    world.get("alice/1", "<presence type='unavailable'/>");
    assert_eq!(world.waiting("bob"), 1);
}

#[test]
fn sleepers_are_few_and_the_oldest_goes_first() {
    let mut world = World::friends(&["alice", "bob"]);
    world.cut("bob/1");
    for n in 0..10 {
        world.arrive(&format!("bob/s{n}"));
        world.cut(&format!("bob/s{n}"));
        world.wait(1);
    }
    assert_eq!(world.router.sessions.of("bob").count(), 4);
    world.hush();
    world.wait(300);
    for n in 6..10 {
        world.get(
            "alice/1",
            &format!("<presence type='unavailable' from='bob@localhost/s{n}'/>"),
        );
    }
    world.silent("alice/1");
}

#[test]
fn a_client_that_never_acknowledges_is_given_up_and_nothing_is_lost() {
    let mut world = World::friends(&["alice", "bob"]);
    world.manage("bob/1");
    let long = "x".repeat(200_000);
    for n in 0..60 {
        world.send(
            "alice/1",
            &format!("<message type='headline' to='bob@localhost/1' id='{n}'><body>{long}</body></message>"),
        );
        if n == 30 {
            world.says("bob@localhost", "keep");
        }
    }
    assert!(!world.is_closed(world.conn("bob/1")));
    for _ in 0..4 {
        world.send(
            "alice/1",
            &format!("<message type='headline' to='bob@localhost/1'><body>{long}</body></message>"),
        );
    }
    assert!(world.is_closed(world.conn("bob/1")));
    assert_eq!(world.waiting("bob"), 1);
}
