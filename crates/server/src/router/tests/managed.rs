//! XEP-0198: acknowledgements, and clients that go on after a broken connection.

use super::World;
use crate::router::ConnId;
use crate::router::stream::Phase;

pub(super) const SM: &str = "xmlns='urn:xmpp:sm:3'";
pub(super) const R: &str = "<r xmlns='urn:xmpp:sm:3'/>";
pub(super) const STANZAS: &str = "urn:ietf:params:xml:ns:xmpp-stanzas";
/// When the world begins.
pub(super) const TEN: &str = "10:00:00.000";

pub(super) fn letter(to: &str, id: &str) -> String {
    format!("<message type='chat' to='{to}' id='{id}'><body>hello</body></message>")
}

pub(super) fn fresh(id: &str) -> String {
    format!("<message type='chat' id='{id}'><body>hello</body></message>")
}

pub(super) fn late(id: &str, time: &str) -> String {
    format!(
        "<message type='chat' id='{id}'><body>hello</body>\
         <delay xmlns='urn:xmpp:delay' from='localhost' stamp='2026-11-22T{time}Z'/></message>"
    )
}

pub(super) fn a(h: u32) -> String {
    format!("<a {SM} h='{h}'/>")
}

impl World {
    /// The client has stream management from now on. Gives the stream's id.
    pub(super) fn manage(&mut self, client: &str) -> String {
        self.drop_inbox(client);
        self.send(client, &format!("<enable {SM} resume='true'/>"));
        let conn = self.conn(client);
        let enabled = self.hear(conn);
        assert!(enabled.is("enabled", "urn:xmpp:sm:3"), "{enabled:?}");
        assert_eq!(enabled.attr("resume"), Some("true"));
        assert_eq!(enabled.attr("max"), Some("300"));
        enabled.attr("id").unwrap().to_owned()
    }

    pub(super) fn says(&mut self, to: &str, id: &str) {
        self.send("alice/1", &letter(to, id));
    }

    /// The same client, or one that says so, logs in on a new connection and wishes to go on.
    pub(super) fn resume(&mut self, client: &str, id: &str, h: u32) -> ConnId {
        let conn = self.connect();
        let (name, _) = client.split_once('/').unwrap();
        let phase = Phase::Binding(name.to_owned());
        self.router.phases.insert(conn, phase);
        self.clients.insert(client.to_owned(), conn);
        self.send(client, &format!("<resume {SM} previd='{id}' h='{h}'/>"));
        conn
    }

    /// A new client becomes available; what it gets after the presences.
    pub(super) fn arrive(&mut self, client: &str) {
        self.bind(client);
        self.manage(client);
        self.send(client, "<presence/>");
        let inbox = self.inboxes.get_mut(&self.clients[client]).unwrap();
        inbox.retain(|text| !text.starts_with("<presence"));
    }

    pub(super) fn waiting(&self, name: &str) -> usize {
        self.router.store.waiting(name).unwrap().len()
    }
}

#[test]
fn both_sides_count_and_the_server_asks_once_for_what_it_sent() {
    let mut world = World::friends(&["alice", "bob"]);
    world.manage("bob/1");
    world.ask("bob/1", R, &a(0));
    world.says("bob@localhost", "1");
    world.get("bob/1", &fresh("1"));
    world.get("bob/1", R);
    world.says("bob@localhost", "2");
    world.get("bob/1", &fresh("2"));
    world.silent("bob/1");
    world.send("bob/1", &a(1));
    world.get("bob/1", R);
    world.send("bob/1", &a(1));
    world.silent("bob/1");
    world.send("bob/1", &a(2));
    world.silent("bob/1");
    world.send("bob/1", &letter("alice@localhost", "3"));
    world.send("bob/1", "<presence/>");
    world.drop_inbox("bob/1");
    world.ask("bob/1", R, &a(2));
}

#[test]
fn without_it_nothing_is_new() {
    let mut world = World::friends(&["alice", "bob"]);
    world.says("bob@localhost", "1");
    world.get("bob/1", &fresh("1"));
    world.all_silent();
    world.cut("bob/1");
    world.get(
        "alice/1",
        "<presence type='unavailable' from='bob@localhost/1'/>",
    );
    assert_eq!(world.waiting("bob"), 0);
    world.send("alice/1", R);
    assert!(world.is_closed(world.conn("alice/1")));
}

#[test]
fn a_count_that_can_not_be_ends_the_stream() {
    let mut world = World::friends(&["alice", "bob"]);
    world.manage("bob/1");
    world.says("bob@localhost", "1");
    world.drop_inbox("bob/1");
    world.send("bob/1", &a(2));
    world.get(
        "bob/1",
        &format!(
            "<error xmlns='http://etherx.jabber.org/streams'>\
             <undefined-condition xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>\
             <handled-count-too-high {SM} h='2' send-count='1'/></error>"
        ),
    );
    assert!(world.is_closed(world.conn("bob/1")));
    assert_eq!(world.waiting("bob"), 1, "what it had not handled waits");
}

#[test]
fn a_broken_connection_is_not_seen_and_the_client_goes_on_where_it_was() {
    let mut world = World::friends(&["alice", "bob"]);
    let id = world.manage("bob/1");
    world.send("bob/1", &letter("alice@localhost", "b"));
    world.hush();
    for id in ["1", "2"] {
        world.says("bob@localhost", id);
    }
    world.send("bob/1", &a(1));
    let old = world.conn("bob/1");
    world.cut("bob/1");
    world.wait(60);
    world.says("bob@localhost", "3");
    world.send("alice/1", "<presence><show>away</show></presence>");
    world.drop_inbox("alice/1");
    let new = world.resume("bob/1", &id, 1);
    world.get("bob/1", &format!("<resumed {SM} previd='{id}' h='1'/>"));
    world.get("bob/1", &late("2", TEN));
    world.get("bob/1", &late("3", "10:01:00.000"));
    world.get(
        "bob/1",
        "<presence from='alice@localhost/1'><show>away</show></presence>",
    );
    world.get("bob/1", R);
    world.send("bob/1", &a(4));
    world.says("bob@localhost/1", "4");
    world.get("bob/1", &fresh("4"));
    world.get("bob/1", R);
    world.all_silent();
    assert_eq!(
        world.waiting("bob"),
        0,
        "what was acknowledged is forgotten"
    );
    assert_ne!(old, new);
    world.wait(600);
    world.all_silent();
    assert!(!world.is_closed(new), "the old alarm is nobody's");
}

#[test]
fn who_comes_back_before_the_break_is_noticed_takes_the_session_along() {
    let mut world = World::friends(&["alice", "bob"]);
    let id = world.manage("bob/1");
    world.says("bob@localhost", "1");
    let old = world.conn("bob/1");
    world.hush();
    world.resume("bob/1", &id, 0);
    assert!(
        world
            .hear(old)
            .has_child("conflict", "urn:ietf:params:xml:ns:xmpp-streams")
    );
    assert!(world.is_closed(old));
    world.get("bob/1", &format!("<resumed {SM} previd='{id}' h='0'/>"));
    world.get("bob/1", &late("1", TEN));
    world.get("bob/1", R);
    let effects = world.router.gone(old, world.now);
    world.carry_out(effects);
    world.says("bob@localhost", "2");
    world.get("bob/1", &fresh("2"));
    world.all_silent();
}

#[test]
fn a_stream_that_is_over_or_another_s_can_not_be_resumed() {
    let mut world = World::friends(&["alice", "bob"]);
    let id = world.manage("bob/1");
    world.send("bob/1", &letter("alice@localhost", "b"));
    world.cut("bob/1");
    world.resume("alice/2", &id, 0);
    let unknown = format!("<failed {SM}><item-not-found xmlns='{STANZAS}'/></failed>");
    world.get("alice/2", &unknown);
    world.wait(301);
    world.resume("bob/1", &id, 0);
    world.get(
        "bob/1",
        &format!("<failed {SM} h='1'><item-not-found xmlns='{STANZAS}'/></failed>"),
    );
    world.ask(
        "bob/1",
        &format!("<resume {SM} previd='x' h='0'/>"),
        &unknown,
    );
    world.ask(
        "bob/1",
        &format!("<resume {SM} previd='x' h='-1'/>"),
        &format!("<failed {SM}><bad-request xmlns='{STANZAS}'/></failed>"),
    );
    world.ask(
        "bob/1",
        &format!("<enable {SM}/>"),
        &format!("<failed {SM}><unexpected-request xmlns='{STANZAS}'/></failed>"),
    );
    assert!(!world.is_closed(world.conn("bob/1")), "it may still bind");
}

#[test]
fn a_resumption_that_claims_too_much_ends_and_one_that_claims_too_little_fails() {
    let mut world = World::friends(&["alice", "bob"]);
    let id = world.manage("bob/1");
    for id in ["1", "2"] {
        world.says("bob@localhost", id);
    }
    world.send("bob/1", &a(1));
    world.cut("bob/1");
    let conn = world.resume("bob/1", &id, 3);
    let error = world.hear(conn);
    assert!(error.has_child("handled-count-too-high", "urn:xmpp:sm:3"));
    world.resume("bob/1", &id, 0);
    world.get(
        "bob/1",
        &format!("<failed {SM} h='0'><item-not-found xmlns='{STANZAS}'/></failed>"),
    );
    world.arrive("bob/2");
    world.get("bob/2", &late("2", TEN));
    world.get("bob/2", R);
    world.silent("bob/2");
}
