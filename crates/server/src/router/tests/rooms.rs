//! XEP-0045, XEP-0249 and XEP-0410 between real sessions.

use super::World;

const JOIN: &str = "<x xmlns='http://jabber.org/protocol/muc'/>";

fn enter(world: &mut World, client: &str, nick: &str) {
    world.send(
        client,
        &format!("<presence to='tea@rooms.localhost/{nick}'>{JOIN}</presence>"),
    );
}

/// A room presence as everybody sees it.
fn shown(nick: &str, client: &str, affiliation: &str, role: &str, codes: &[u16]) -> String {
    let (name, resource) = client.split_once('/').unwrap();
    let codes: String = codes
        .iter()
        .map(|code| format!("<status code='{code}'/>"))
        .collect();
    format!(
        "<presence from='tea@rooms.localhost/{nick}'><x xmlns='http://jabber.org/protocol/muc#user'>\
         <item affiliation='{affiliation}' role='{role}' jid='{name}@localhost/{resource}'/>{codes}</x>\
         <occupant-id xmlns='urn:xmpp:occupant-id:0' id='*'/></presence>"
    )
}

fn gone(nick: &str, client: &str, affiliation: &str, codes: &[u16]) -> String {
    shown(nick, client, affiliation, "none", codes).replacen(
        "<presence ",
        "<presence type='unavailable' ",
        1,
    )
}

const NO_SUBJECT: &str =
    "<message type='groupchat' from='tea@rooms.localhost'><subject/></message>";

/// Alice made the room, Bob is in it too.
fn two() -> World {
    let mut world = World::friends(&["alice", "bob", "carol"]);
    enter(&mut world, "alice/1", "Alice");
    enter(&mut world, "bob/1", "Bob");
    world.hush();
    world
}

fn said(nick: &str, text: &str) -> String {
    format!(
        "<message type='groupchat' id='1' from='tea@rooms.localhost/{nick}'><body>{text}</body>\
         <occupant-id xmlns='urn:xmpp:occupant-id:0' id='*'/>\
         <stanza-id xmlns='urn:xmpp:sid:0' id='*' by='tea@rooms.localhost'/></message>"
    )
}

#[test]
fn who_enters_first_owns_the_room_and_who_comes_next_sees_who_is_there() {
    let mut world = World::friends(&["alice", "bob"]);
    enter(&mut world, "alice/1", "Alice");
    world.get(
        "alice/1",
        &shown("Alice", "alice/1", "owner", "moderator", &[100, 110, 201]),
    );
    world.get("alice/1", NO_SUBJECT);
    world.ask(
        "alice/1",
        "<iq type='set' to='tea@rooms.localhost' id='o'><query xmlns='http://jabber.org/protocol/muc#owner'><x xmlns='jabber:x:data' type='submit'/></query></iq>",
        "<iq type='result' id='o'/>",
    );
    enter(&mut world, "bob/1", "Bob");
    world.get(
        "bob/1",
        &shown("Alice", "alice/1", "owner", "moderator", &[]),
    );
    world.get(
        "bob/1",
        &shown("Bob", "bob/1", "none", "participant", &[100, 110]),
    );
    world.get("bob/1", NO_SUBJECT);
    world.get(
        "alice/1",
        &shown("Bob", "bob/1", "none", "participant", &[]),
    );
    world.all_silent();
}

#[test]
fn what_is_said_reaches_everybody_with_the_same_id() {
    let mut world = two();
    world.send(
        "bob/1",
        "<message type='groupchat' to='tea@rooms.localhost' id='1'><body>tea?</body></message>",
    );
    world.get("alice/1", &said("Bob", "tea?"));
    world.get("bob/1", &said("Bob", "tea?"));
    world.all_silent();
}

#[test]
fn who_enters_later_is_told_what_was_said_last() {
    let mut world = two();
    world.send(
        "bob/1",
        "<message type='groupchat' to='tea@rooms.localhost' id='1'><body>tea?</body></message>",
    );
    world.send("alice/1", "<message type='groupchat' to='tea@rooms.localhost' id='s'><subject>Tea</subject></message>");
    world.hush();
    enter(&mut world, "carol/1", "Carol");
    world.get(
        "carol/1",
        &shown("Alice", "alice/1", "owner", "moderator", &[]),
    );
    world.get(
        "carol/1",
        &shown("Bob", "bob/1", "none", "participant", &[]),
    );
    world.get(
        "carol/1",
        &shown("Carol", "carol/1", "none", "participant", &[100, 110]),
    );
    let delayed = said("Bob", "tea?").replace("</message>", "<delay xmlns='urn:xmpp:delay' from='tea@rooms.localhost' stamp='2026-11-22T10:00:00.000Z'/></message>");
    world.get("carol/1", &delayed);
    world.get("carol/1", "<message type='groupchat' id='s' from='tea@rooms.localhost/Alice'><subject>Tea</subject><occupant-id xmlns='urn:xmpp:occupant-id:0' id='*'/><stanza-id xmlns='urn:xmpp:sid:0' id='*' by='*'/></message>");
    world.silent("carol/1");
    world.send(
        "carol/1",
        "<presence to='tea@rooms.localhost/Carol' type='unavailable'/>",
    );
    world.hush();
    world.send("carol/1", "<presence to='tea@rooms.localhost/Carol'><x xmlns='http://jabber.org/protocol/muc'><history maxstanzas='0'/></x></presence>");
    for _ in 0..3 {
        let conn = world.conn("carol/1");
        assert!(world.next_raw(conn).unwrap().starts_with("<presence"));
    }
    let conn = world.conn("carol/1");
    assert!(
        world.next_raw(conn).unwrap().contains("<subject>"),
        "no history, only the subject"
    );
}

#[test]
fn an_invitation_goes_through_the_room_also_to_who_is_away() {
    let mut world = two();
    world.cut("carol/1");
    world.hush();
    world.send("alice/1", "<message to='tea@rooms.localhost'><x xmlns='http://jabber.org/protocol/muc#user'><invite to='carol@localhost'><reason>Cake!</reason></invite></x></message>");
    world.all_silent();
    world.bind("carol/1");
    world.send("carol/1", "<presence/>");
    for _ in 0..3 {
        let conn = world.conn("carol/1");
        assert!(world.next_raw(conn).unwrap().starts_with("<presence"));
    }
    world.get("carol/1", "<message id='*' from='tea@rooms.localhost' to='carol@localhost'><x xmlns='http://jabber.org/protocol/muc#user'><invite from='alice@localhost'><reason>Cake!</reason></invite></x><delay xmlns='urn:xmpp:delay' from='*' stamp='*'/></message>");
    world.drop_inbox("alice/1");
    world.send("carol/1", "<message to='tea@rooms.localhost'><x xmlns='http://jabber.org/protocol/muc#user'><decline to='alice@localhost'><reason>Busy</reason></decline></x></message>");
    world.get("alice/1", "<message id='*' from='tea@rooms.localhost' to='alice@localhost'><x xmlns='http://jabber.org/protocol/muc#user'><decline from='carol@localhost'><reason>Busy</reason></decline></x></message>");
    world.silent("alice/1");
}

#[test]
fn only_who_is_inside_invites_and_nobody_invites_who_blocks_them() {
    let mut world = two();
    let invite = |to: &str| {
        format!(
            "<message to='tea@rooms.localhost' id='m'><x xmlns='http://jabber.org/protocol/muc#user'><invite to='{to}'/></x></message>"
        )
    };
    world.ask("carol/1", &invite("alice@localhost"), "<message type='error' id='m'><error type='modify'><not-acceptable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>");
    world.send("carol/1", "<iq type='set' id='b'><block xmlns='urn:xmpp:blocking'><item jid='bob@localhost'/></block></iq>");
    world.hush();
    world.ask("bob/1", &invite("carol@localhost"), "<message type='error' id='m'><error type='cancel'><service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>");
    world.all_silent();
}

#[test]
fn a_direct_invitation_is_a_message_like_any_other() {
    let mut world = two();
    let invitation = "<message to='carol@localhost'><x xmlns='jabber:x:conference' jid='tea@rooms.localhost' reason='Cake!'/></message>";
    world.send("bob/1", invitation);
    world.get("carol/1", "<message><x xmlns='jabber:x:conference' jid='tea@rooms.localhost' reason='Cake!'/></message>");
}

#[test]
fn leaving_and_losing_the_connection_are_seen() {
    let mut world = two();
    world.send(
        "bob/1",
        "<presence to='tea@rooms.localhost/Bob' type='unavailable'/>",
    );
    world.get("alice/1", &gone("Bob", "bob/1", "none", &[]));
    world.get("bob/1", &gone("Bob", "bob/1", "none", &[110]));
    world.all_silent();
    enter(&mut world, "bob/1", "Bob");
    world.hush();
    world.cut("alice/1");
    world.get(
        "bob/1",
        "<presence type='unavailable' from='alice@localhost/1'/>",
    );
    world.get("bob/1", &gone("Alice", "alice/1", "owner", &[]));
    world.silent("bob/1");
}

#[test]
fn a_room_is_gone_with_its_last_occupant_and_nobody_slips_into_a_new_one() {
    let mut world = two();
    world.cut("alice/1");
    world.send("bob/1", "<presence type='unavailable'/>");
    world.hush();
    world.ask("carol/1", "<iq type='get' to='rooms.localhost' id='i'><query xmlns='http://jabber.org/protocol/disco#items'/></iq>", "<iq type='result' id='i'><query xmlns='http://jabber.org/protocol/disco#items'/></iq>");
    // Only a change of status, from a client that does not know that the room is gone.
    world.ask("carol/1", "<presence to='tea@rooms.localhost/Carol' id='p'><show>away</show></presence>", "<presence type='error' id='p'><error type='modify'><not-acceptable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></presence>");
}

#[test]
fn nicks_are_taken_once_and_can_be_changed() {
    let mut world = two();
    world.ask("carol/1", &format!("<presence to='tea@rooms.localhost/Bob' id='p'>{JOIN}</presence>"), "<presence type='error' id='p'><error type='cancel'><conflict xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></presence>");
    world.ask("carol/1", &format!("<presence to='tea@rooms.localhost' id='p'>{JOIN}</presence>"), "<presence type='error' id='p'><error type='modify'><jid-malformed xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></presence>");
    world.send("bob/1", "<presence to='tea@rooms.localhost/Bobby'/>");
    let moved = |codes: &str| {
        format!(
            "<presence type='unavailable' from='tea@rooms.localhost/Bob'><x xmlns='http://jabber.org/protocol/muc#user'><item affiliation='none' role='participant' jid='bob@localhost/1' nick='Bobby'/>{codes}</x><occupant-id xmlns='urn:xmpp:occupant-id:0' id='*'/></presence>"
        )
    };
    world.get("alice/1", &moved("<status code='303'/>"));
    world.get(
        "alice/1",
        &shown("Bobby", "bob/1", "none", "participant", &[]),
    );
    world.get("bob/1", &moved("<status code='303'/><status code='110'/>"));
    world.get(
        "bob/1",
        &shown("Bobby", "bob/1", "none", "participant", &[110]),
    );
    world.all_silent();
}

#[test]
fn two_clients_of_one_person_share_a_nick() {
    let mut world = two();
    world.online("bob/2");
    world.hush();
    enter(&mut world, "bob/2", "Bob");
    world.hush();
    world.send(
        "alice/1",
        "<message type='groupchat' to='tea@rooms.localhost' id='1'><body>both</body></message>",
    );
    for client in ["alice/1", "bob/1", "bob/2"] {
        world.get(client, &said("Alice", "both"));
    }
    world.send(
        "bob/2",
        "<presence to='tea@rooms.localhost/Bob' type='unavailable'/>",
    );
    world.get("bob/2", &gone("Bob", "bob/2", "none", &[110]));
    world.all_silent();
}

#[test]
fn whispers_reach_one_and_outsiders_nobody() {
    let mut world = two();
    world.send(
        "alice/1",
        "<message type='chat' to='tea@rooms.localhost/Bob' id='w'><body>psst</body></message>",
    );
    world.get("bob/1", "<message type='chat' from='tea@rooms.localhost/Alice' id='w'><body>psst</body><x xmlns='http://jabber.org/protocol/muc#user'/></message>");
    world.all_silent();
    for (message, kind, condition) in [
        (
            "<message type='groupchat' to='tea@rooms.localhost' id='m'><body>x</body></message>",
            "modify",
            "not-acceptable",
        ),
        (
            "<message type='chat' to='tea@rooms.localhost/Bob' id='m'><body>x</body></message>",
            "modify",
            "not-acceptable",
        ),
        (
            "<message type='groupchat' to='none@rooms.localhost' id='m'><body>x</body></message>",
            "cancel",
            "item-not-found",
        ),
        (
            "<message to='tea@rooms.localhost' id='m'><body>x</body></message>",
            "modify",
            "bad-request",
        ),
        (
            "<message to='rooms.localhost' id='m'><body>x</body></message>",
            "cancel",
            "service-unavailable",
        ),
    ] {
        world.ask("carol/1", message, &format!("<message type='error' id='m'><error type='{kind}'><{condition} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>"));
    }
    world.all_silent();
}

#[test]
fn a_client_can_ask_whether_it_is_still_inside() {
    let mut world = two();
    let ping =
        "<iq type='get' to='tea@rooms.localhost/Bob' id='i'><ping xmlns='urn:xmpp:ping'/></iq>";
    world.ask("bob/1", ping, "<iq type='result' id='i'/>");
    world.ask("carol/1", ping, "<iq type='error' id='i'><error type='modify'><not-acceptable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>");
}

#[test]
fn ids_that_only_the_room_may_give_are_taken_from_messages() {
    let mut world = two();
    world.send("bob/1", "<message type='groupchat' to='tea@rooms.localhost' id='1'><body>tea?</body><occupant-id xmlns='urn:xmpp:occupant-id:0' id='forged'/><stanza-id xmlns='urn:xmpp:sid:0' by='tea@rooms.localhost' id='forged'/></message>");
    let conn = world.conn("alice/1");
    let got = world.next_raw(conn).unwrap();
    assert!(
        !got.contains("forged") && got.matches("stanza-id").count() == 1,
        "{got}"
    );
}

#[test]
fn an_owner_names_and_destroys_the_room() {
    let mut world = two();
    let owner = |inner: &str| {
        format!(
            "<iq type='set' to='tea@rooms.localhost' id='o'><query xmlns='http://jabber.org/protocol/muc#owner'>{inner}</query></iq>"
        )
    };
    world.ask("bob/1", &owner("<destroy/>"), "<iq type='error' id='o'><error type='auth'><forbidden xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>");
    world.ask("alice/1", &owner("<x xmlns='jabber:x:data' type='submit'><field var='muc#roomconfig_roomname'><value>Tea at five</value></field></x>"), "<iq type='result' id='o'/>");
    world.ask("carol/1", "<iq type='get' to='rooms.localhost' id='i'><query xmlns='http://jabber.org/protocol/disco#items'/></iq>", "<iq type='result' id='i'><query xmlns='http://jabber.org/protocol/disco#items'><item jid='tea@rooms.localhost' name='Tea at five'/></query></iq>");
    world.send(
        "alice/1",
        &owner("<destroy><reason>Over</reason></destroy>"),
    );
    world.get("alice/1", "<presence type='unavailable' from='tea@rooms.localhost/Alice'><x xmlns='http://jabber.org/protocol/muc#user'><item affiliation='none' role='none'/><destroy><reason>Over</reason></destroy><status code='110'/></x></presence>");
    world.get("alice/1", "<iq type='result' id='o'/>");
    world.get("bob/1", "<presence type='unavailable' from='tea@rooms.localhost/Bob'><x xmlns='http://jabber.org/protocol/muc#user'><item affiliation='none' role='none'/><destroy><reason>Over</reason></destroy><status code='110'/></x></presence>");
    world.all_silent();
}
