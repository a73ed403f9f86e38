//! XEP-0077: accounts are made, changed and removed.

use super::World;
use super::logins::OPEN;
use crate::router::ConnId;
use crate::sasl::scram::Credentials;

fn register(name: &str, password: &str) -> String {
    format!(
        "<iq xmlns='jabber:client' type='set' id='reg'><query xmlns='jabber:iq:register'>\
         <username>{name}</username><password>{password}</password></query></iq>"
    )
}

impl World {
    /// What the blocking pool does.
    fn stretch(&mut self) {
        for derivation in std::mem::take(&mut self.derivations) {
            let credentials =
                Credentials::derive(&derivation.password, derivation.salt, derivation.iterations);
            let effects = self
                .router
                .derived(derivation.ticket, credentials.as_ref(), self.now);
            self.carry_out(effects);
        }
    }

    /// The outcome of a registration: "" or the error's condition.
    fn registers(&mut self, conn: ConnId, name: &str, password: &str) -> String {
        self.send_raw(conn, &register(name, password));
        self.stretch();
        let answer = self.hear(conn);
        assert_eq!(answer.attr("id"), Some("reg"));
        let error = answer.get_child("error", "jabber:client");
        error
            .map(|error| error.children().next().unwrap().name().to_owned())
            .unwrap_or_default()
    }
}

#[test]
fn an_account_is_made_and_used() {
    let mut world = World::new(&[]);
    let conn = world.opened();
    world.send_raw(
        conn,
        "<iq xmlns='jabber:client' type='get' id='f'><query xmlns='jabber:iq:register'/></iq>",
    );
    let form = world.hear(conn);
    let query = form.get_child("query", "jabber:iq:register").unwrap();
    assert!(
        query.has_child("username", "jabber:iq:register")
            && query.has_child("password", "jabber:iq:register")
    );
    assert_eq!(world.registers(conn, "Alice", "wonder land"), "");
    assert_eq!(world.registers(conn, "alice", "other"), "conflict");
    assert_eq!(world.log_in(conn, "alice", "wonder land").0, "success");
}

#[test]
fn accounts_that_can_not_be_are_refused() {
    let mut world = World::new(&[]);
    let conn = world.opened();
    for (name, password) in [
        ("", "x"),
        ("a b", "x"),
        ("a@b", "x"),
        ("alice", ""),
        ("alice", "\u{200e}"),
    ] {
        assert_eq!(
            world.registers(conn, name, password),
            "not-acceptable",
            "{name:?} {password:?}"
        );
    }
    world.send_raw(conn, "<iq xmlns='jabber:client' type='set' id='reg'><query xmlns='jabber:iq:register'><username>a</username></query></iq>");
    assert!(
        world
            .hear(conn)
            .get_child("error", "jabber:client")
            .is_some()
    );
}

#[test]
fn two_who_want_one_name_at_once_do_not_both_get_it() {
    let mut world = World::new(&[]);
    let (first, second) = (world.opened(), world.opened());
    world.send_raw(first, &register("alice", "one"));
    world.send_raw(second, &register("alice", "two"));
    world.stretch();
    assert_eq!(world.hear(first).attr("type"), Some("result"));
    assert_eq!(world.hear(second).attr("type"), Some("error"));
    assert_eq!(world.log_in(second, "alice", "one").0, "success");
}

#[test]
fn registrations_are_rationed() {
    let mut world = World::new(&[]);
    let conn = world.opened();
    let outcomes: Vec<String> = (0..12)
        .map(|n| world.registers(conn, &format!("user{n}"), "x"))
        .collect();
    assert!(outcomes[..10].iter().all(String::is_empty), "{outcomes:?}");
    assert_eq!(
        outcomes[10..],
        ["resource-constraint", "resource-constraint"]
    );
    world.wait(30);
    assert_eq!(world.registers(conn, "later", "x"), "");
}

#[test]
fn a_server_without_registration_says_so() {
    let mut world = World::new(&[]);
    world.router.registration = false;
    let conn = world.connect();
    world.send_raw(conn, OPEN);
    world.hear(conn);
    assert!(
        !world
            .hear(conn)
            .has_child("register", "http://jabber.org/features/iq-register")
    );
    assert_eq!(world.registers(conn, "alice", "x"), "service-unavailable");
}

#[test]
fn a_password_is_changed() {
    let mut world = World::friends(&["alice"]);
    world.send("alice/1", "<iq type='set' id='p'><query xmlns='jabber:iq:register'><username>alice</username><password>new</password></query></iq>");
    world.stretch();
    world.get("alice/1", "<iq type='result' id='p'/>");
    let conn = world.opened();
    assert_eq!(world.log_in(conn, "alice", "secret").1, "not-authorized");
    assert_eq!(world.log_in(conn, "alice", "new").0, "success");
    world.ask("alice/1", "<iq type='set' id='p'><query xmlns='jabber:iq:register'><username>bob</username><password>new</password></query></iq>", "<iq type='error' id='p'><error type='cancel'><not-allowed xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>");
}

#[test]
fn an_account_is_removed_with_all_that_belongs_to_it() {
    let mut world = World::friends(&["alice", "bob"]);
    let conn = world.conn("alice/1");
    world.send(
        "alice/1",
        "<iq type='set' id='d'><query xmlns='jabber:iq:register'><remove/></query></iq>",
    );
    world.get(
        "bob/1",
        "<presence type='unavailable' from='alice@localhost/1'/>",
    );
    world.hush();
    assert!(world.is_closed(conn));
    world.ask("bob/1", "<message type='chat' to='alice@localhost' id='m'><body>x</body></message>", "<message type='error' id='m'><error type='cancel'><service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>");
    world.ask("bob/1", "<iq type='get' id='r'><query xmlns='jabber:iq:roster'/></iq>", "<iq type='result' id='r'><query xmlns='jabber:iq:roster' ver='*'><item jid='alice@localhost' name='Alice' subscription='none'/></query></iq>");
    let conn = world.opened();
    assert_eq!(world.log_in(conn, "alice", "secret").1, "not-authorized");
}

#[test]
fn who_asked_an_account_that_is_removed_is_refused() {
    let mut world = World::new(&["alice", "bob"]);
    world.online("alice/1");
    world.online("bob/1");
    world.send("bob/1", "<presence type='subscribe' to='alice@localhost'/>");
    world.hush();
    world.send(
        "alice/1",
        "<iq type='set' id='d'><query xmlns='jabber:iq:register'><remove/></query></iq>",
    );
    world.get("bob/1", "<iq type='set' id='*'><query xmlns='jabber:iq:roster' ver='*'><item jid='alice@localhost' subscription='none'/></query></iq>");
    world.get(
        "bob/1",
        "<presence type='unsubscribed' from='alice@localhost'/>",
    );
    world.silent("bob/1");
}
