//! RFC 6121 §4 and XEP-0191.

use super::World;

#[test]
fn coming_changing_and_going_is_seen_by_friends() {
    let mut world = World::friends(&["alice", "bob"]);
    world.bind("bob/2");
    world.send(
        "bob/2",
        "<presence><show>away</show><status>tea</status></presence>",
    );
    world.get("alice/1", "<presence from='bob@localhost/2' to='alice@localhost'><show>away</show><status>tea</status></presence>");
    world.get("bob/1", "<presence from='bob@localhost/2' to='bob@localhost'><show>away</show><status>tea</status></presence>");
    world.get(
        "bob/2",
        "<presence from='bob@localhost/2'><show>away</show><status>tea</status></presence>",
    );
    world.get("bob/2", "<presence from='bob@localhost/1'/>");
    world.get("bob/2", "<presence from='alice@localhost/1'/>");
    world.all_silent();
    world.send("bob/2", "<presence/>");
    world.get("alice/1", "<presence from='bob@localhost/2'/>");
    world.hush();
    world.send(
        "bob/2",
        "<presence type='unavailable'><status>bye</status></presence>",
    );
    world.get(
        "alice/1",
        "<presence type='unavailable' from='bob@localhost/2'><status>bye</status></presence>",
    );
    world.get(
        "bob/1",
        "<presence type='unavailable' from='bob@localhost/2'><status>bye</status></presence>",
    );
    world.get(
        "bob/2",
        "<presence type='unavailable' from='bob@localhost/2'><status>bye</status></presence>",
    );
    world.all_silent();
}

#[test]
fn a_broken_connection_is_an_absence() {
    let mut world = World::friends(&["alice", "bob"]);
    world.cut("bob/1");
    world.get(
        "alice/1",
        "<presence type='unavailable' from='bob@localhost/1' to='alice@localhost'/>",
    );
    world.all_silent();
}

#[test]
fn a_stranger_sees_nothing() {
    let mut world = World::friends(&["alice", "bob"]);
    world
        .router
        .set_account(
            "eve",
            &crate::sasl::scram::Credentials::derive("x", vec![1], 1).unwrap(),
        )
        .unwrap();
    world.online("eve/1");
    world.send("bob/1", "<presence><show>dnd</show></presence>");
    world.silent("eve/1");
    world.ask(
        "eve/1",
        "<presence type='probe' to='bob@localhost'/>",
        "<presence type='unsubscribed' from='bob@localhost' to='eve@localhost'/>",
    );
    world.silent("eve/1");
}

#[test]
fn a_friend_may_ask_again() {
    let mut world = World::friends(&["alice", "bob"]);
    world.ask(
        "alice/1",
        "<presence type='probe' to='bob@localhost'/>",
        "<presence from='bob@localhost/1'/>",
    );
    world.all_silent();
}

#[test]
fn presence_to_one_person_ends_with_the_session() {
    let mut world = World::new(&["alice", "bob"]);
    world.online("alice/1");
    world.online("bob/1");
    world.send(
        "alice/1",
        "<presence to='bob@localhost'><status>just you</status></presence>",
    );
    world.get(
        "bob/1",
        "<presence from='alice@localhost/1'><status>just you</status></presence>",
    );
    world.cut("alice/1");
    world.get(
        "bob/1",
        "<presence type='unavailable' from='alice@localhost/1'/>",
    );
    world.all_silent();
}

#[test]
fn a_priority_that_is_no_number_is_refused() {
    let mut world = World::friends(&["alice"]);
    for priority in ["high", "128", "-129", "1.5"] {
        world.ask(
            "alice/1",
            &format!("<presence id='p'><priority>{priority}</priority></presence>"),
            "<presence type='error' id='p'><error type='modify'><bad-request xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></presence>",
        );
    }
    world.ask("alice/1", "<presence type='present' id='p'/>", "<presence type='error' id='p'><error type='modify'><bad-request xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></presence>");
}

const BLOCK_BOB: &str = "<iq type='set' id='b'><block xmlns='urn:xmpp:blocking'><item jid='bob@localhost'/></block></iq>";

#[test]
fn who_is_blocked_sees_me_go_and_reaches_me_no_more() {
    let mut world = World::friends(&["alice", "bob"]);
    world.ask(
        "alice/1",
        "<iq type='get' id='l'><blocklist xmlns='urn:xmpp:blocking'/></iq>",
        "<iq type='result' id='l'><blocklist xmlns='urn:xmpp:blocking'/></iq>",
    );
    world.send("alice/1", BLOCK_BOB);
    world.get("alice/1", "<iq type='set' id='*' to='alice@localhost/1'><block xmlns='urn:xmpp:blocking'><item jid='bob@localhost'/></block></iq>");
    world.get("alice/1", "<iq type='result' id='b'/>");
    world.get(
        "bob/1",
        "<presence type='unavailable' from='alice@localhost/1'/>",
    );
    world.all_silent();

    world.ask("bob/1", "<message type='chat' to='alice@localhost' id='m'><body>x</body></message>", "<message type='error' id='m'><error type='cancel'><service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>");
    world.ask("bob/1", "<iq type='get' to='alice@localhost/1' id='i'><query xmlns='jabber:iq:version'/></iq>", "<iq type='error' id='i'><error type='cancel'><service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>");
    world.send("bob/1", "<presence><show>away</show></presence>");
    world.drop_inbox("bob/1");
    world.send("bob/1", "<presence to='alice@localhost/1'/>");
    world.send("bob/1", "<presence type='probe' to='alice@localhost'/>");
    world.send("bob/1", "<presence type='subscribe' to='alice@localhost'/>");
    world.all_silent();
    world.send("alice/1", "<presence><show>xa</show></presence>");
    world.drop_inbox("alice/1");
    world.silent("bob/1");

    world.ask("alice/1", "<message type='chat' to='bob@localhost/1' id='o'><body>x</body></message>", "<message type='error' id='o'><error type='cancel'><not-acceptable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/><blocked xmlns='urn:xmpp:blocking:errors'/></error></message>");

    world.send("alice/1", "<iq type='set' id='u'><unblock xmlns='urn:xmpp:blocking'><item jid='bob@localhost'/></unblock></iq>");
    world.get("alice/1", "<iq type='set' id='*'><unblock xmlns='urn:xmpp:blocking'><item jid='bob@localhost'/></unblock></iq>");
    world.get("alice/1", "<iq type='result' id='u'/>");
    world.get(
        "bob/1",
        "<presence from='alice@localhost/1'><show>xa</show></presence>",
    );
    world.all_silent();
}

#[test]
fn messages_that_waited_from_somebody_blocked_meanwhile_are_not_delivered() {
    let mut world = World::friends(&["alice", "bob"]);
    world.cut("alice/1");
    world.send(
        "bob/1",
        "<message type='chat' to='alice@localhost'><body>x</body></message>",
    );
    world.bind("alice/1");
    world.ask("alice/1", BLOCK_BOB, "<iq type='result' id='b'/>");
    world.send("alice/1", "<presence/>");
    world.get("alice/1", "<presence from='alice@localhost/1'/>");
    world.silent("alice/1");
}

#[test]
fn a_whole_domain_can_be_blocked_and_everything_freed_at_once() {
    let mut world = World::friends(&["alice", "bob"]);
    world.ask("alice/1", "<iq type='set' id='b'><block xmlns='urn:xmpp:blocking'><item jid='localhost'/></block></iq>", "<iq type='result' id='b'/>");
    world.hush();
    world.ask("bob/1", "<message type='chat' to='alice@localhost' id='m'><body>x</body></message>", "<message type='error' id='m'><error type='cancel'><service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>");
    world.send(
        "alice/1",
        "<message type='chat' to='alice@localhost'><body>to myself</body></message>",
    );
    world.get(
        "alice/1",
        "<message type='chat'><body>to myself</body></message>",
    );
    world.ask(
        "alice/1",
        "<iq type='set' id='u'><unblock xmlns='urn:xmpp:blocking'/></iq>",
        "<iq type='result' id='u'/>",
    );
    world.get("bob/1", "<presence from='alice@localhost/1'/>");
    world.send(
        "bob/1",
        "<message type='chat' to='alice@localhost' id='m'><body>x</body></message>",
    );
    world.get(
        "alice/1",
        "<message type='chat' id='m'><body>x</body></message>",
    );
    world.ask("alice/1", "<iq type='set' id='e'><block xmlns='urn:xmpp:blocking'/></iq>", "<iq type='error' id='e'><error type='modify'><bad-request xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>");
}
