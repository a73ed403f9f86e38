//! Whatever clients say, in whatever order, the router goes on, and nobody can speak for somebody else.

use proptest::prelude::*;

use super::World;

fn address() -> impl Strategy<Value = String> {
    let known = [
        "",
        "localhost",
        "alice@localhost",
        "bob@localhost",
        "alice@localhost/1",
        "bob@localhost/1",
        "bob@localhost/9",
        "nobody@localhost",
        "rooms.localhost",
        "tea@rooms.localhost",
        "tea@rooms.localhost/A",
        "tea@rooms.localhost/B",
        "a@else.example",
        "@",
        "localhost/x",
    ];
    proptest::sample::select(known.to_vec()).prop_map(str::to_owned)
}

fn payload() -> impl Strategy<Value = String> {
    let known = [
        "",
        "<body>x</body>",
        "<subject>s</subject>",
        "<priority>-1</priority>",
        "<priority>7</priority>",
        "<show>away</show>",
        "<x xmlns='http://jabber.org/protocol/muc'/>",
        "<x xmlns='http://jabber.org/protocol/muc#user'><invite to='bob@localhost'/></x>",
        "<x xmlns='http://jabber.org/protocol/muc#user'><decline to='alice@localhost'/></x>",
        "<query xmlns='jabber:iq:roster'/>",
        "<query xmlns='jabber:iq:roster' ver='x-1'/>",
        "<query xmlns='jabber:iq:roster'><item jid='bob@localhost' name='B'><group>g</group></item></query>",
        "<query xmlns='jabber:iq:roster'><item jid='bob@localhost' subscription='remove'/></query>",
        "<query xmlns='http://jabber.org/protocol/disco#info'/>",
        "<query xmlns='http://jabber.org/protocol/disco#items'/>",
        "<query xmlns='http://jabber.org/protocol/muc#owner'/>",
        "<query xmlns='http://jabber.org/protocol/muc#owner'><destroy/></query>",
        "<query xmlns='http://jabber.org/protocol/muc#owner'><x xmlns='jabber:x:data' type='submit'/></query>",
        "<ping xmlns='urn:xmpp:ping'/>",
        "<enable xmlns='urn:xmpp:carbons:2'/>",
        "<blocklist xmlns='urn:xmpp:blocking'/>",
        "<block xmlns='urn:xmpp:blocking'><item jid='alice@localhost'/></block>",
        "<unblock xmlns='urn:xmpp:blocking'/>",
        "<private xmlns='urn:xmpp:carbons:2'/>",
        "<query xmlns='jabber:iq:register'/>",
    ];
    proptest::sample::select(known.to_vec()).prop_map(str::to_owned)
}

/// What a client may say about its stream, sensible or not.
fn management() -> impl Strategy<Value = String> {
    let known = [
        "<enable xmlns='urn:xmpp:sm:3' resume='true'/>",
        "<enable xmlns='urn:xmpp:sm:3'/>",
        "<r xmlns='urn:xmpp:sm:3'/>",
        "<a xmlns='urn:xmpp:sm:3' h='0'/>",
        "<a xmlns='urn:xmpp:sm:3' h='1'/>",
        "<a xmlns='urn:xmpp:sm:3' h='4294967295'/>",
        "<a xmlns='urn:xmpp:sm:3' h='x'/>",
        "<resume xmlns='urn:xmpp:sm:3' previd='p' h='0'/>",
    ];
    proptest::sample::select(known.to_vec()).prop_map(str::to_owned)
}

fn stanza() -> impl Strategy<Value = String> {
    let kinds = [
        (
            "message",
            ["", "chat", "groupchat", "headline", "error", "odd"],
        ),
        (
            "presence",
            [
                "",
                "unavailable",
                "subscribe",
                "subscribed",
                "unsubscribe",
                "unsubscribed",
            ],
        ),
        (
            "presence",
            ["", "probe", "error", "odd", "unavailable", "subscribe"],
        ),
        ("iq", ["get", "set", "result", "error", "", "get"]),
    ];
    (
        proptest::sample::select(kinds.to_vec()),
        0..6_usize,
        address(),
        address(),
        payload(),
    )
        .prop_map(|((name, types), kind, to, from, payload)| {
            let attribute = |name: &str, value: &str| {
                if value.is_empty() {
                    String::new()
                } else {
                    format!(" {name}='{value}'")
                }
            };
            format!(
                "<{name}{}{}{} id='i'>{payload}</{name}>",
                attribute("type", types[kind]),
                attribute("to", &to),
                attribute("from", &from)
            )
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn no_conversation_breaks_the_router_or_forges_a_sender(
        says in proptest::collection::vec((0..3_usize, prop_oneof![9 => stanza(), 1 => management()]), 1..60),
    ) {
        let mut world = World::friends(&["alice", "bob", "eve"]);
        for (who, stanza) in says {
            let client = ["alice/1", "bob/1", "eve/1"][who];
            if world.is_closed(world.conn(client)) {
                break;
            }
            world.hush();
            world.send(client, &stanza);
            let sender = client.replace('/', "@localhost/");
            for other in ["alice/1", "bob/1", "eve/1"] {
                let conn = world.conn(other);
                while let Some(text) = world.next_raw(conn) {
                    let got = carillon_xml::parse(&text, &carillon_xml::Limits::STANZA).unwrap();
                    let fresh_message = got.name() == "message"
                        && got.has_child("body", "jabber:client")
                        && !got.has_child("delay", "urn:xmpp:delay");
                    if fresh_message {
                        let from = got.attr("from").unwrap_or_default();
                        let by_sender = from == sender || from.starts_with("tea@rooms.localhost/");
                        prop_assert!(by_sender, "{client} sent {stanza} and {other} got {text}");
                    }
                }
            }
        }
    }
}
