//! Requests (iq): who answers, and what is refused.

use super::World;

fn error(kind: &str, condition: &str) -> String {
    format!(
        "<iq type='error' id='i'><error type='{kind}'><{condition} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>"
    )
}

#[test]
fn the_server_says_what_it_is() {
    let mut world = World::friends(&["alice"]);
    world.ask("alice/1", "<iq type='get' to='localhost' id='i'><query xmlns='http://jabber.org/protocol/disco#items'/></iq>",
        "<iq type='result' id='i'><query xmlns='http://jabber.org/protocol/disco#items'><item jid='rooms.localhost' name='Rooms'/></query></iq>");
    world.ask("alice/1", "<iq type='get' to='localhost' id='i'><query xmlns='jabber:iq:version'/></iq>",
        "<iq type='result' id='i'><query xmlns='jabber:iq:version'><name>Carillon embedded server</name><version>*</version></query></iq>");
    world.send("alice/1", "<iq type='get' to='localhost' id='i'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>");
    let conn = world.conn("alice/1");
    let info = world.next_raw(conn).unwrap();
    for feature in [
        "urn:xmpp:carbons:2",
        "urn:xmpp:blocking",
        "urn:xmpp:ping",
        "jabber:iq:register",
        "jabber:iq:version",
    ] {
        assert!(
            info.contains(&format!("<feature var='{feature}'/>")),
            "{feature} in {info}"
        );
    }
    for absent in ["urn:xmpp:mam:2", "urn:xmpp:sm:3", "pubsub", "vcard"] {
        assert!(!info.contains(absent), "{absent} in {info}");
    }
}

#[test]
fn pings_are_answered_by_whom_they_are_for() {
    let mut world = World::friends(&["alice", "bob"]);
    for to in ["", " to='localhost'", " to='alice@localhost'"] {
        world.ask(
            "alice/1",
            &format!("<iq type='get'{to} id='i'><ping xmlns='urn:xmpp:ping'/></iq>"),
            "<iq type='result' id='i'/>",
        );
    }
    world.send(
        "alice/1",
        "<iq type='get' to='bob@localhost/1' id='i'><ping xmlns='urn:xmpp:ping'/></iq>",
    );
    world.get("bob/1", "<iq type='get' from='alice@localhost/1' to='bob@localhost/1' id='i'><ping xmlns='urn:xmpp:ping'/></iq>");
    world.silent("alice/1");
    world.send("bob/1", "<iq type='result' to='alice@localhost/1' id='i'/>");
    world.get(
        "alice/1",
        "<iq type='result' from='bob@localhost/1' id='i'/>",
    );
}

#[test]
fn what_is_not_there_is_unavailable() {
    let mut world = World::friends(&["alice", "bob"]);
    for (to, payload) in [
        ("localhost", "<vCard xmlns='vcard-temp'/>"),
        ("localhost/x", "<ping xmlns='urn:xmpp:ping'/>"),
        ("alice@localhost", "<query xmlns='urn:xmpp:mam:2'/>"),
        (
            "alice@localhost",
            "<pubsub xmlns='http://jabber.org/protocol/pubsub'/>",
        ),
        ("bob@localhost", "<vCard xmlns='vcard-temp'/>"),
        ("bob@localhost/gone", "<ping xmlns='urn:xmpp:ping'/>"),
        (
            "nobody@localhost",
            "<query xmlns='http://jabber.org/protocol/disco#info'/>",
        ),
        ("rooms.localhost", "<vCard xmlns='vcard-temp'/>"),
    ] {
        world.ask(
            "alice/1",
            &format!("<iq type='get' to='{to}' id='i'>{payload}</iq>"),
            &error("cancel", "service-unavailable"),
        );
    }
    world.ask(
        "alice/1",
        "<iq type='get' to='else.example' id='i'><ping xmlns='urn:xmpp:ping'/></iq>",
        &error("cancel", "remote-server-not-found"),
    );
    world.ask("alice/1", "<iq type='get' to='localhost' id='i'><query xmlns='http://jabber.org/protocol/disco#info' node='n'/></iq>", &error("cancel", "item-not-found"));
}

#[test]
fn requests_that_break_the_rules_are_bad() {
    let mut world = World::friends(&["alice"]);
    for bad in [
        "<iq type='get' id='i'/>",
        "<iq type='get' id='i'><a xmlns='a'/><b xmlns='b'/></iq>",
    ] {
        world.ask("alice/1", bad, &error("modify", "bad-request"));
    }
    world.ask(
        "alice/1",
        "<iq type='get' to='a@b@c' id='i'><ping xmlns='urn:xmpp:ping'/></iq>",
        &error("modify", "jid-malformed"),
    );
    // Without a proper type there is nobody to answer (RFC 6120 §8.2.3): silence, and the stream goes on.
    for unanswerable in [
        "<iq id='i'><a xmlns='a'/></iq>",
        "<iq type='result' id='i'/>",
        "<iq type='error' id='i' to='localhost'/>",
    ] {
        world.send("alice/1", unanswerable);
    }
    world.all_silent();
}

#[test]
fn an_account_shows_itself_to_those_who_may_see_it() {
    let mut world = World::friends(&["alice", "bob"]);
    let info = "<iq type='get' to='bob@localhost' id='i'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>";
    world.send("alice/1", info);
    let conn = world.conn("alice/1");
    assert!(world.next_raw(conn).unwrap().contains("category='account'"));
    world
        .router
        .set_account(
            "eve",
            &crate::sasl::scram::Credentials::derive("x", vec![1], 1).unwrap(),
        )
        .unwrap();
    world.online("eve/1");
    world.ask("eve/1", info, &error("cancel", "service-unavailable"));
}

#[test]
fn what_is_no_stanza_ends_the_stream() {
    for odd in [
        "<r xmlns='urn:xmpp:sm:3'/>",
        "<enable xmlns='urn:xmpp:sm:2'/>",
        "<message xmlns='jabber:server'/>",
        "<foo xmlns='jabber:client'/>",
    ] {
        let mut world = World::friends(&["alice"]);
        world.send("alice/1", odd);
        world.get("alice/1", "<error xmlns='http://etherx.jabber.org/streams'><unsupported-stanza-type xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></error>");
        assert!(world.is_closed(world.conn("alice/1")));
    }
}
