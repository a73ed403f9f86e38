//! RFC 6121 §8, XEP-0160, XEP-0280, XEP-0334.

use super::World;

const HELLO: &str = "<message type='chat' to='bob@localhost' id='1'><body>hello</body></message>";
const ENABLE: &str = "<iq type='set' id='c'><enable xmlns='urn:xmpp:carbons:2'/></iq>";

fn with_carbons(world: &mut World, client: &str) {
    world.online(client);
    world.ask(client, ENABLE, "<iq type='result' id='c'/>");
    world.hush();
}

#[test]
fn a_message_reaches_a_friend() {
    let mut world = World::friends(&["alice", "bob"]);
    world.send("alice/1", HELLO);
    world.get(
        "bob/1",
        "<message type='chat' from='alice@localhost/1' to='bob@localhost' id='1'><body>hello</body></message>",
    );
    world.all_silent();
}

#[test]
fn the_sender_is_who_the_server_knows() {
    let mut world = World::friends(&["alice", "bob", "mallory"]);
    world.send(
        "mallory/1",
        "<message type='chat' from='alice@localhost/1' to='bob@localhost'><body>I am Alice</body></message>",
    );
    world.get(
        "bob/1",
        "<message type='chat' from='mallory@localhost/1'><body>I am Alice</body></message>",
    );
}

#[test]
fn a_message_without_address_goes_to_oneself() {
    let mut world = World::friends(&["alice"]);
    world.send(
        "alice/1",
        "<message type='chat'><body>note</body></message>",
    );
    world.get(
        "alice/1",
        "<message type='chat' to='alice@localhost'><body>note</body></message>",
    );
    world.all_silent();
}

#[test]
fn the_highest_priority_gets_it_and_equals_all_do() {
    let mut world = World::friends(&["alice", "bob"]);
    world.online("bob/2");
    world.online("bob/3");
    world.send("bob/3", "<presence><priority>5</priority></presence>");
    world.hush();
    world.send("alice/1", HELLO);
    world.get(
        "bob/3",
        "<message type='chat' id='1'><body>hello</body></message>",
    );
    world.all_silent();
    world.send("bob/2", "<presence><priority>5</priority></presence>");
    world.hush();
    world.send("alice/1", HELLO);
    world.get(
        "bob/2",
        "<message type='chat' id='1'><body>hello</body></message>",
    );
    world.get(
        "bob/3",
        "<message type='chat' id='1'><body>hello</body></message>",
    );
    world.all_silent();
}

#[test]
fn a_headline_goes_to_every_resource_that_is_not_negative() {
    let mut world = World::friends(&["alice", "bob"]);
    world.online("bob/2");
    world.online("bob/3");
    world.send("bob/2", "<presence><priority>9</priority></presence>");
    world.send("bob/3", "<presence><priority>-1</priority></presence>");
    world.hush();
    world.send(
        "alice/1",
        "<message type='headline' to='bob@localhost'><body>news</body></message>",
    );
    world.get(
        "bob/1",
        "<message type='headline'><body>news</body></message>",
    );
    world.get(
        "bob/2",
        "<message type='headline'><body>news</body></message>",
    );
    world.all_silent();
}

#[test]
fn a_full_address_reaches_that_resource_only() {
    let mut world = World::friends(&["alice", "bob"]);
    world.online("bob/2");
    world.hush();
    world.send(
        "alice/1",
        "<message to='bob@localhost/2' type='chat'><body>you</body></message>",
    );
    world.get(
        "bob/2",
        "<message type='chat' to='bob@localhost/2'><body>you</body></message>",
    );
    world.all_silent();
}

#[test]
fn a_chat_to_a_resource_that_is_gone_goes_to_another() {
    let mut world = World::friends(&["alice", "bob"]);
    world.send(
        "alice/1",
        "<message to='bob@localhost/gone' type='chat'><body>you</body></message>",
    );
    world.get(
        "bob/1",
        "<message type='chat' to='bob@localhost/gone'><body>you</body></message>",
    );
    world.send(
        "alice/1",
        "<message to='bob@localhost/gone' id='n'><body>you</body></message>",
    );
    world.get("alice/1", "<message type='error' id='n'><error type='cancel'><service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>");
    world.all_silent();
}

#[test]
fn a_message_waits_for_who_is_away_and_is_delivered_once_with_its_time() {
    let mut world = World::friends(&["alice", "bob"]);
    world.cut("bob/1");
    world.hush();
    world.send("alice/1", HELLO);
    world.wait(60);
    world.send(
        "alice/1",
        "<message type='chat' to='bob@localhost' id='2'><body>again</body></message>",
    );
    world.all_silent();
    world.bind("bob/1");
    world.send("bob/1", "<presence/>");
    world.get("bob/1", "<presence from='bob@localhost/1'/>");
    world.get("bob/1", "<presence from='alice@localhost/1'/>");
    world.get("bob/1", "<message type='chat' id='1' from='alice@localhost/1'><body>hello</body><delay xmlns='urn:xmpp:delay' from='localhost' stamp='2026-11-22T10:00:00.000Z'/></message>");
    world.get("bob/1", "<message type='chat' id='2'><body>again</body><delay xmlns='urn:xmpp:delay' from='localhost' stamp='2026-11-22T10:01:00.000Z'/></message>");
    world.silent("bob/1");
    world.bind("bob/2");
    world.send("bob/2", "<presence/>");
    world.get("bob/2", "<presence from='bob@localhost/2'/>");
    world.get("bob/2", "<presence from='bob@localhost/1'/>");
    world.get("bob/2", "<presence from='alice@localhost/1'/>");
    world.silent("bob/2");
}

#[test]
fn a_resource_with_negative_priority_gets_nothing_until_it_rises() {
    let mut world = World::friends(&["alice", "bob"]);
    world.send("bob/1", "<presence><priority>-1</priority></presence>");
    world.hush();
    world.send("alice/1", HELLO);
    world.all_silent();
    world.send("bob/1", "<presence><priority>0</priority></presence>");
    world.get("bob/1", "<presence><priority>0</priority></presence>");
    world.get("bob/1", "<message type='chat' id='1'><body>hello</body><delay xmlns='urn:xmpp:delay' from='*' stamp='*'/></message>");
    world.silent("bob/1");
}

#[test]
fn what_was_not_written_before_the_connection_broke_comes_again() {
    let mut world = World::friends(&["alice", "bob"]);
    world.cut("bob/1");
    world.send("alice/1", HELLO);
    world.hush();
    world.writing = false;
    world.bind("bob/1");
    world.send("bob/1", "<presence/>");
    world.online("bob/2");
    world.cut("bob/2");
    world.cut("bob/1");
    world.writing = true;
    world.bind("bob/3");
    world.send("bob/3", "<presence/>");
    world.get("bob/3", "<presence/>");
    world.get("bob/3", "<presence/>");
    world.get("bob/3", "<message type='chat' id='1'><body>hello</body><delay xmlns='urn:xmpp:delay' from='*' stamp='*'/></message>");
    world.silent("bob/3");
}

#[test]
fn while_waiting_messages_are_on_their_way_another_client_does_not_get_them_too() {
    let mut world = World::friends(&["alice", "bob"]);
    world.cut("bob/1");
    world.send("alice/1", HELLO);
    world.writing = false;
    world.bind("bob/1");
    world.send("bob/1", "<presence/>");
    world.bind("bob/2");
    world.send("bob/2", "<presence/>");
    world.get("bob/2", "<presence from='bob@localhost/2'/>");
    world.get("bob/2", "<presence from='bob@localhost/1'/>");
    world.get("bob/2", "<presence from='alice@localhost/1'/>");
    world.silent("bob/2");
}

#[test]
fn typing_and_what_asks_not_to_be_kept_is_not_kept() {
    let mut world = World::friends(&["alice", "bob"]);
    world.cut("bob/1");
    world.hush();
    for passing in [
        "<message type='chat' to='bob@localhost'><composing xmlns='http://jabber.org/protocol/chatstates'/></message>",
        "<message type='chat' to='bob@localhost'><active xmlns='http://jabber.org/protocol/chatstates'/><thread>t</thread></message>",
        "<message type='chat' to='bob@localhost'><body>x</body><no-store xmlns='urn:xmpp:hints'/></message>",
        "<message type='headline' to='bob@localhost'><body>x</body></message>",
        "<message type='error' to='bob@localhost'/>",
    ] {
        world.send("alice/1", passing);
    }
    world.all_silent();
    world.send("alice/1", "<message type='chat' to='bob@localhost'><received xmlns='urn:xmpp:receipts' id='9'/></message>");
    world.bind("bob/1");
    world.send("bob/1", "<presence/>");
    world.get("bob/1", "<presence/>");
    world.get("bob/1", "<presence/>");
    world.get("bob/1", "<message type='chat'><received xmlns='urn:xmpp:receipts' id='9'/><delay xmlns='urn:xmpp:delay' from='*' stamp='*'/></message>");
    world.silent("bob/1");
}

#[test]
fn too_much_that_waits_is_refused_and_the_sender_told() {
    let mut world = World::friends(&["alice", "bob"]);
    world.cut("bob/1");
    world.hush();
    let long = "x".repeat(900_000);
    let message =
        format!("<message type='chat' to='bob@localhost' id='l'><body>{long}</body></message>");
    for _ in 0..9 {
        world.send("alice/1", &message);
    }
    world.all_silent();
    world.send("alice/1", &message);
    world.get("alice/1", "<message type='error' id='l'><error type='cancel'><service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>");
}

#[test]
fn who_is_not_there_can_not_be_written_to() {
    let mut world = World::friends(&["alice"]);
    for (to, kind, condition) in [
        ("nobody@localhost", "cancel", "service-unavailable"),
        ("localhost", "cancel", "service-unavailable"),
        ("bob@elsewhere.example", "cancel", "remote-server-not-found"),
        ("@", "modify", "jid-malformed"),
    ] {
        world.send(
            "alice/1",
            &format!("<message type='chat' to='{to}' id='1'><body>x</body></message>"),
        );
        world.get("alice/1", &format!("<message type='error' id='1'><error type='{kind}'><{condition} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>"));
    }
    world.send(
        "alice/1",
        "<message type='groupchat' to='alice@localhost' id='1'><body>x</body></message>",
    );
    world.get("alice/1", "<message type='error' id='1'><error type='cancel'><service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>");
    world.send(
        "alice/1",
        "<message type='error' to='nobody@localhost' id='1'/>",
    );
    world.all_silent();
}

#[test]
fn my_other_clients_see_what_i_receive_and_send() {
    let mut world = World::friends(&["alice", "bob"]);
    with_carbons(&mut world, "bob/2");
    world.send("bob/1", "<presence><priority>1</priority></presence>");
    world.hush();
    world.send("alice/1", HELLO);
    world.get(
        "bob/1",
        "<message type='chat' id='1'><body>hello</body></message>",
    );
    world.get("bob/2", "<message type='chat' from='bob@localhost' to='bob@localhost/2'><received xmlns='urn:xmpp:carbons:2'><forwarded xmlns='urn:xmpp:forward:0'><message xmlns='jabber:client' type='chat' from='alice@localhost/1' to='bob@localhost' id='1'><body>hello</body></message></forwarded></received></message>");
    world.send(
        "bob/1",
        "<message type='chat' to='alice@localhost' id='2'><body>hi</body></message>",
    );
    world.get(
        "alice/1",
        "<message type='chat' id='2'><body>hi</body></message>",
    );
    world.get("bob/2", "<message type='chat' from='bob@localhost' to='bob@localhost/2'><sent xmlns='urn:xmpp:carbons:2'><forwarded xmlns='urn:xmpp:forward:0'><message xmlns='jabber:client' type='chat' from='bob@localhost/1' to='alice@localhost' id='2'><body>hi</body></message></forwarded></sent></message>");
    world.all_silent();
    world.ask(
        "bob/2",
        "<iq type='set' id='d'><disable xmlns='urn:xmpp:carbons:2'/></iq>",
        "<iq type='result' id='d'/>",
    );
    world.send("alice/1", HELLO);
    world.get(
        "bob/1",
        "<message type='chat' id='1'><body>hello</body></message>",
    );
    world.all_silent();
}

#[test]
fn no_copies_of_what_is_private() {
    let mut world = World::friends(&["alice", "bob"]);
    with_carbons(&mut world, "bob/2");
    with_carbons(&mut world, "alice/2");
    for (private, rest) in [
        ("<private xmlns='urn:xmpp:carbons:2'/>", ""),
        (
            "<no-copy xmlns='urn:xmpp:hints'/>",
            "<no-copy xmlns='urn:xmpp:hints'/>",
        ),
    ] {
        world.send(
            "alice/1",
            &format!(
                "<message type='chat' to='bob@localhost/1'><body>psst</body>{private}</message>"
            ),
        );
        world.get(
            "bob/1",
            &format!("<message type='chat'><body>psst</body>{rest}</message>"),
        );
        world.all_silent();
    }
    world.send(
        "alice/1",
        "<message type='headline' to='bob@localhost/1'><body>x</body></message>",
    );
    world.get("bob/1", "<message type='headline'><body>x</body></message>");
    world.all_silent();
}

#[test]
fn a_note_to_myself_comes_once_to_each_client() {
    let mut world = World::friends(&["alice"]);
    with_carbons(&mut world, "alice/2");
    world.send(
        "alice/1",
        "<message type='chat' to='alice@localhost'><body>note</body></message>",
    );
    world.get(
        "alice/1",
        "<message type='chat'><body>note</body></message>",
    );
    world.get(
        "alice/2",
        "<message type='chat'><body>note</body></message>",
    );
    world.all_silent();
}

#[test]
fn a_forged_copy_is_an_ordinary_message() {
    // CVE-2017-5589: the server must not strip or bless it; `from` tells the client.
    let mut world = World::friends(&["mallory", "bob"]);
    let forged = "<message type='chat' from='bob@localhost' to='bob@localhost'><received xmlns='urn:xmpp:carbons:2'/></message>";
    world.send("mallory/1", forged);
    world.get("bob/1", "<message type='chat' from='mallory@localhost/1'><received xmlns='urn:xmpp:carbons:2'/></message>");
}

#[test]
fn what_did_not_leave_before_the_connection_broke_waits_for_the_next() {
    let mut world = World::friends(&["alice", "bob"]);
    world.send("alice/1", HELLO);
    world.send(
        "alice/1",
        "<message type='chat' to='bob@localhost/1' id='2'><body>you</body></message>",
    );
    world.send(
        "alice/1",
        "<message type='headline' to='bob@localhost'><body>news</body></message>",
    );
    world.send("alice/1", "<presence><show>away</show></presence>");
    world.cut_unread("bob/1");
    world.hush();
    world.bind("bob/2");
    world.send("bob/2", "<presence/>");
    world.get("bob/2", "<presence from='bob@localhost/2'/>");
    world.get(
        "bob/2",
        "<presence from='alice@localhost/1'><show>away</show></presence>",
    );
    for (id, body) in [("1", "hello"), ("2", "you")] {
        world.get("bob/2", &format!("<message type='chat' id='{id}'><body>{body}</body><delay xmlns='urn:xmpp:delay' from='*' stamp='*'/></message>"));
    }
    world.silent("bob/2");
}

#[test]
fn what_did_not_leave_goes_to_another_client_unless_that_has_a_copy() {
    let mut world = World::friends(&["alice", "bob"]);
    world.online("bob/2");
    world.send("bob/1", "<presence><priority>5</priority></presence>");
    world.hush();
    world.send("alice/1", HELLO);
    world.cut_unread("bob/1");
    world.get(
        "bob/2",
        "<presence type='unavailable' from='bob@localhost/1'/>",
    );
    world.get(
        "bob/2",
        "<message type='chat' id='1'><body>hello</body></message>",
    );

    world.online("bob/1");
    world.send("bob/1", "<presence><priority>5</priority></presence>");
    world.drop_inbox("bob/2");
    world.ask("bob/2", ENABLE, "<iq type='result' id='c'/>");
    world.hush();
    world.send("alice/1", HELLO);
    world.drop_inbox("bob/2");
    world.cut_unread("bob/1");
    world.get(
        "bob/2",
        "<presence type='unavailable' from='bob@localhost/1'/>",
    );
    world.silent("bob/2");
}
