//! RFC 6121 §2 and §3 between two users.

use super::World;

fn roster(ver: &str) -> String {
    format!("<iq type='get' id='r'><query xmlns='jabber:iq:roster'{ver}/></iq>")
}

#[test]
fn a_request_is_asked_accepted_and_both_see_each_other() {
    let mut world = World::new(&["alice", "bob"]);
    world.online("alice/1");
    world.online("bob/1");
    world.send(
        "alice/1",
        "<presence type='subscribe' to='bob@localhost/1'><status>It is me</status></presence>",
    );
    world.get("alice/1", "<iq type='set' id='*'><query xmlns='jabber:iq:roster' ver='*'><item jid='bob@localhost' subscription='none' ask='subscribe'/></query></iq>");
    world.get("bob/1", "<presence type='subscribe' from='alice@localhost' to='bob@localhost'><status>It is me</status></presence>");
    world.all_silent();

    world.send(
        "bob/1",
        "<presence type='subscribed' to='alice@localhost'/>",
    );
    world.get("bob/1", "<iq type='set' id='*'><query xmlns='jabber:iq:roster' ver='*'><item jid='alice@localhost' subscription='from'/></query></iq>");
    world.get("alice/1", "<iq type='set' id='*'><query xmlns='jabber:iq:roster' ver='*'><item jid='bob@localhost' subscription='to'/></query></iq>");
    world.get(
        "alice/1",
        "<presence type='subscribed' from='bob@localhost' to='alice@localhost'/>",
    );
    world.get(
        "alice/1",
        "<presence from='bob@localhost/1' to='alice@localhost'/>",
    );
    world.all_silent();

    world.send("bob/1", "<presence type='subscribe' to='alice@localhost'/>");
    world.send(
        "alice/1",
        "<presence type='subscribed' to='bob@localhost'/>",
    );
    world.hush();
    world.ask("alice/1", &roster(""), "<iq type='result' id='r'><query xmlns='jabber:iq:roster' ver='*'><item jid='bob@localhost' subscription='both'/></query></iq>");
    world.ask("bob/1", &roster(""), "<iq type='result' id='r'><query xmlns='jabber:iq:roster' ver='*'><item jid='alice@localhost' subscription='both'/></query></iq>");
}

#[test]
fn a_request_waits_for_the_next_login_and_is_not_in_the_roster() {
    let mut world = World::new(&["alice", "bob"]);
    world.online("alice/1");
    world.send("alice/1", "<presence type='subscribe' to='bob@localhost'/>");
    world.bind("bob/1");
    world.ask(
        "bob/1",
        &roster(""),
        "<iq type='result' id='r'><query xmlns='jabber:iq:roster' ver='*'/></iq>",
    );
    for _ in 0..2 {
        world.send("bob/1", "<presence/>");
        world.get("bob/1", "<presence/>");
        world.get(
            "bob/1",
            "<presence type='subscribe' from='alice@localhost'/>",
        );
        world.silent("bob/1");
        world.send("bob/1", "<presence type='unavailable'/>");
        world.drop_inbox("bob/1");
    }
    world.send(
        "bob/1",
        "<presence type='unsubscribed' to='alice@localhost'/>",
    );
    world.drop_inbox("alice/1");
    world.send("bob/1", "<presence/>");
    world.get("bob/1", "<presence/>");
    world.silent("bob/1");
}

#[test]
fn a_refusal_is_told() {
    let mut world = World::new(&["alice", "bob"]);
    world.online("alice/1");
    world.online("bob/1");
    world.send("alice/1", "<presence type='subscribe' to='bob@localhost'/>");
    world.hush();
    world.send(
        "bob/1",
        "<presence type='unsubscribed' to='alice@localhost'/>",
    );
    world.get("alice/1", "<iq type='set' id='*'><query xmlns='jabber:iq:roster' ver='*'><item jid='bob@localhost' subscription='none'/></query></iq>");
    world.get(
        "alice/1",
        "<presence type='unsubscribed' from='bob@localhost'/>",
    );
    world.all_silent();
}

#[test]
fn a_friendship_that_is_ended_hides_both_again() {
    let mut world = World::friends(&["alice", "bob"]);
    world.send("alice/1", "<iq type='set' id='x'><query xmlns='jabber:iq:roster'><item jid='bob@localhost' subscription='remove'/></query></iq>");
    world.get("alice/1", "<iq type='set' id='*'><query xmlns='jabber:iq:roster' ver='*'><item jid='bob@localhost' subscription='remove'/></query></iq>");
    world.get(
        "alice/1",
        "<presence type='unavailable' from='bob@localhost/1'/>",
    );
    world.get("alice/1", "<iq type='result' id='x'/>");
    world.get(
        "bob/1",
        "<presence type='unavailable' from='alice@localhost/1'/>",
    );
    world.get("bob/1", "<iq type='set' id='*'><query xmlns='jabber:iq:roster' ver='*'><item jid='alice@localhost' name='Alice' subscription='to'/></query></iq>");
    world.get(
        "bob/1",
        "<presence type='unsubscribe' from='alice@localhost'/>",
    );
    world.get("bob/1", "<iq type='set' id='*'><query xmlns='jabber:iq:roster' ver='*'><item jid='alice@localhost' name='Alice' subscription='none'/></query></iq>");
    world.get(
        "bob/1",
        "<presence type='unsubscribed' from='alice@localhost'/>",
    );
    world.all_silent();
    world.send("bob/1", "<presence><show>away</show></presence>");
    world.silent("alice/1");
    world.ask("alice/1", "<iq type='set' id='x'><query xmlns='jabber:iq:roster'><item jid='bob@localhost' subscription='remove'/></query></iq>", "<iq type='error' id='x'><error type='cancel'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>");
}

#[test]
fn an_approval_in_advance_answers_the_request() {
    let mut world = World::new(&["alice", "bob"]);
    world.online("alice/1");
    world.online("bob/1");
    world.send(
        "bob/1",
        "<presence type='subscribed' to='alice@localhost'/>",
    );
    world.get("bob/1", "<iq type='set' id='*'><query xmlns='jabber:iq:roster' ver='*'><item jid='alice@localhost' subscription='none' approved='true'/></query></iq>");
    world.all_silent();
    world.send("alice/1", "<presence type='subscribe' to='bob@localhost'/>");
    world.get("bob/1", "<iq type='set' id='*'><query xmlns='jabber:iq:roster' ver='*'><item jid='alice@localhost' subscription='from' approved='true'/></query></iq>");
    world.silent("bob/1");
    world.get("alice/1", "<iq type='set' id='*'><query xmlns='jabber:iq:roster' ver='*'><item jid='bob@localhost' subscription='none' ask='subscribe'/></query></iq>");
    world.get("alice/1", "<iq type='set' id='*'><query xmlns='jabber:iq:roster' ver='*'><item jid='bob@localhost' subscription='to'/></query></iq>");
    world.get(
        "alice/1",
        "<presence type='subscribed' from='bob@localhost'/>",
    );
    world.get("alice/1", "<presence from='bob@localhost/1'/>");
    world.all_silent();
}

#[test]
fn a_request_to_nobody_is_met_with_silence() {
    let mut world = World::friends(&["alice"]);
    world.send(
        "alice/1",
        "<presence type='subscribe' to='nobody@localhost'/>",
    );
    world.get("alice/1", "<iq type='set' id='*'><query xmlns='jabber:iq:roster' ver='*'><item jid='nobody@localhost' subscription='none' ask='subscribe'/></query></iq>");
    world.all_silent();
    world.ask("alice/1", "<presence type='subscribe' to='a@else.example' id='s'/>", "<presence type='error' id='s'><error type='cancel'><remote-server-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></presence>");
}

#[test]
fn names_and_groups_are_kept_and_told_to_every_client_that_wants_the_roster() {
    let mut world = World::friends(&["alice", "bob"]);
    world.online("alice/2");
    world.bind("alice/3");
    world.hush();
    world.send("alice/1", "<iq type='set' id='s'><query xmlns='jabber:iq:roster'><item jid='bob@localhost/x' name='Bobby' subscription='none'><group>Work</group><group>Chess</group></item></query></iq>");
    let push = "<iq type='set' id='*'><query xmlns='jabber:iq:roster' ver='*'><item jid='bob@localhost' name='Bobby' subscription='both'><group>Chess</group><group>Work</group></item></query></iq>";
    world.get("alice/1", push);
    world.get("alice/1", "<iq type='result' id='s'/>");
    world.get("alice/2", push);
    world.all_silent();
}

#[test]
fn a_roster_that_makes_no_sense_is_refused() {
    let mut world = World::friends(&["alice", "bob"]);
    for (items, kind, condition) in [
        ("", "modify", "bad-request"),
        (
            "<item jid='a@localhost'/><item jid='b@localhost'/>",
            "modify",
            "bad-request",
        ),
        ("<item/>", "modify", "bad-request"),
        ("<item jid='@'/>", "modify", "bad-request"),
        ("<item jid='alice@localhost'/>", "cancel", "not-allowed"),
        (
            "<item jid='a@localhost'><group/></item>",
            "modify",
            "not-acceptable",
        ),
        (
            "<item jid='a@localhost'><group>G</group><group>G</group></item>",
            "modify",
            "bad-request",
        ),
    ] {
        world.ask(
            "alice/1",
            &format!("<iq type='set' id='s'><query xmlns='jabber:iq:roster'>{items}</query></iq>"),
            &format!("<iq type='error' id='s'><error type='{kind}'><{condition} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>"),
        );
    }
    world.ask("alice/1", "<iq type='get' to='bob@localhost' id='s'><query xmlns='jabber:iq:roster'/></iq>", "<iq type='error' id='s'><error type='cancel'><service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>");
}

fn version(world: &mut World, client: &str) -> String {
    world.send(client, &roster(""));
    let conn = world.conn(client);
    let text = world.next_raw(conn).unwrap();
    text.split("ver='")
        .nth(1)
        .unwrap()
        .split('\'')
        .next()
        .unwrap()
        .to_owned()
}

#[test]
fn a_client_that_knows_an_older_roster_gets_what_changed() {
    let mut world = World::new(&["alice"]);
    world.bind("alice/1");
    let set = |jid: &str, rest: &str| {
        format!(
            "<iq type='set' id='s'><query xmlns='jabber:iq:roster'><item jid='{jid}'{rest}/></query></iq>"
        )
    };
    world.send("alice/1", &set("a@localhost", " name='A'"));
    world.send("alice/1", &set("b@localhost", " name='B'"));
    world.hush();
    let ver = version(&mut world, "alice/1");
    world.ask(
        "alice/1",
        &roster(&format!(" ver='{ver}'")),
        "<iq type='result' id='r'/>",
    );
    world.silent("alice/1");

    world.bind("alice/2");
    world.send("alice/2", &set("c@localhost", ""));
    world.send("alice/2", &set("a@localhost", " subscription='remove'"));
    world.cut("alice/1");
    world.bind("alice/1");
    world.ask(
        "alice/1",
        &roster(&format!(" ver='{ver}'")),
        "<iq type='result' id='r'/>",
    );
    world.get("alice/1", "<iq type='set' id='*'><query xmlns='jabber:iq:roster' ver='*'><item jid='c@localhost' subscription='none'/></query></iq>");
    world.get("alice/1", "<iq type='set' id='*'><query xmlns='jabber:iq:roster' ver='*'><item jid='a@localhost' subscription='remove'/></query></iq>");
    world.silent("alice/1");
    for foreign in ["", "other-1", "1", "x"] {
        world.send("alice/1", &roster(&format!(" ver='{foreign}'")));
        world.get("alice/1", "<iq type='result' id='r'><query xmlns='jabber:iq:roster' ver='*'><item jid='b@localhost' name='B' subscription='none'/><item jid='c@localhost' subscription='none'/></query></iq>");
    }
}

#[test]
fn befriended_accounts_are_told_at_once() {
    let mut world = World::new(&["alice", "bob"]);
    world.online("alice/1");
    world.online("bob/1");
    let effects = world
        .router
        .befriend("alice", "bob", world.now)
        .unwrap()
        .unwrap();
    world.carry_out(effects);
    world.get("alice/1", "<iq type='set' id='*'><query xmlns='jabber:iq:roster' ver='*'><item jid='bob@localhost' name='Bob' subscription='both'/></query></iq>");
    world.get("alice/1", "<presence from='bob@localhost/1'/>");
    world.get("bob/1", "<iq type='set' id='*'><query xmlns='jabber:iq:roster' ver='*'><item jid='alice@localhost' name='Alice' subscription='both'/></query></iq>");
    world.get("bob/1", "<presence from='alice@localhost/1'/>");
    world.all_silent();
    assert!(
        world
            .router
            .befriend("alice", "nobody", world.now)
            .unwrap()
            .is_none()
    );
}

#[test]
fn a_blocked_friend_who_ends_the_friendship_is_not_heard_but_no_longer_a_friend() {
    let mut world = World::friends(&["alice", "bob"]);
    world.send("bob/1", "<iq type='set' id='b'><block xmlns='urn:xmpp:blocking'><item jid='alice@localhost'/></block></iq>");
    world.hush();
    world.send("alice/1", "<iq type='set' id='x'><query xmlns='jabber:iq:roster'><item jid='bob@localhost' subscription='remove'/></query></iq>");
    for subscription in ["to", "none"] {
        world.get("bob/1", &format!("<iq type='set' id='*'><query xmlns='jabber:iq:roster' ver='*'><item jid='alice@localhost' name='Alice' subscription='{subscription}'/></query></iq>"));
    }
    world.silent("bob/1");
}
