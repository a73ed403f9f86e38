//! Presence, subscriptions, roster and block list.

use super::stage::{ME, Stage, id};
use carillon_core::contact::{Availability, Presence, ResourcePresence, RosterItem, Subscription};
use carillon_core::session::{Incoming, Outgoing, StanzaProblem, SubscriptionStep, Wish};
use jid::BareJid;

fn bob() -> BareJid {
    BareJid::new("bob@example.net").unwrap()
}

fn device(resource: &str, priority: i8, availability: Availability, status: &str) -> Incoming {
    Incoming::Presence {
        from: bob(),
        device: ResourcePresence {
            idle_since: None,
            resource: resource.to_owned(),
            priority,
            presence: Presence {
                availability,
                status: status.to_owned(),
            },
        },
    }
}

#[tokio::test(start_paused = true)]
async fn presence_is_told_as_it_is_and_leniently() {
    let mut stage = Stage::online().await;
    let shown = [
        (
            "<presence from='bob@example.net/a'/>",
            device("a", 0, Availability::Available, ""),
        ),
        (
            "<presence from='bob@example.net/a'><show>away</show><status>tea</status><priority>5</priority></presence>",
            device("a", 5, Availability::Away, "tea"),
        ),
        (
            "<presence from='bob@example.net/a'><show>dnd</show></presence>",
            device("a", 0, Availability::Busy, ""),
        ),
        (
            "<presence from='bob@example.net/a'><show>xa</show><priority>-1</priority></presence>",
            device("a", -1, Availability::ExtendedAway, ""),
        ),
        (
            "<presence from='bob@example.net/a'><show>chat</show></presence>",
            device("a", 0, Availability::Available, ""),
        ),
        (
            "<presence from='bob@example.net/a'><show>levitating</show><priority>1000</priority></presence>",
            device("a", 0, Availability::Available, ""),
        ),
        (
            "<presence from='bob@example.net/a' type='unavailable'><status>bye</status></presence>",
            device("a", 0, Availability::Offline, "bye"),
        ),
        (
            "<presence from='bob@example.net' type='unavailable'/>",
            device("", 0, Availability::Offline, ""),
        ),
    ];
    for (xml, told) in shown {
        assert_eq!(stage.tells(xml).await, [told], "{xml}");
    }
}

#[tokio::test(start_paused = true)]
async fn presence_that_shows_nothing_is_skipped() {
    let mut stage = Stage::online().await;
    for xml in [
        "<presence from='bob@example.net/a' type='probe'/>",
        "<presence from='bob@example.net/a' type='error'><error type='cancel'/></presence>",
        "<presence from='bob@example.net/a' type='something-new'/>",
        "<presence from='alice@example.org/phone'/>",
        "<presence/>",
        "<presence from='not an address@@'/>",
    ] {
        assert_eq!(stage.tells(xml).await, [], "{xml}");
    }
    let mine = stage
        .tells("<presence from='alice@example.org/other'><show>away</show></presence>")
        .await;
    assert!(matches!(&mine[..], [Incoming::Presence { from, .. }] if from.as_str() == ME));
}

#[tokio::test(start_paused = true)]
async fn the_steps_of_a_subscription_are_told() {
    let mut stage = Stage::online().await;
    let ask = stage
        .tells(
            "<presence from='bob@example.net' type='subscribe'><status>it is me</status>\
             <nick xmlns='http://jabber.org/protocol/nick'>Bob</nick></presence>",
        )
        .await;
    let step = SubscriptionStep::Subscribe(Wish {
        nick: "Bob".to_owned(),
        text: "it is me".to_owned(),
        ..Wish::default()
    });
    assert_eq!(ask, [Incoming::Subscription { from: bob(), step }]);
    for (kind, step) in [
        ("subscribed", SubscriptionStep::Subscribed),
        ("unsubscribe", SubscriptionStep::Unsubscribe),
        ("unsubscribed", SubscriptionStep::Unsubscribed),
    ] {
        let told = stage
            .tells(&format!("<presence from='bob@example.net' type='{kind}'/>"))
            .await;
        assert_eq!(
            told,
            [Incoming::Subscription {
                from: bob(),
                step: step.clone()
            }]
        );
        stage.ask(Outgoing::Subscription { to: bob(), step }).await;
        stage
            .expect(&format!("<presence to='bob@example.net' type='{kind}'/>"))
            .await;
    }
    assert_eq!(
        stage
            .tells(&format!("<presence from='{ME}' type='subscribe'/>"))
            .await,
        []
    );
}

#[tokio::test(start_paused = true)]
async fn my_presence_carries_capabilities_and_my_absence_does_not() {
    let mut stage = Stage::online().await;
    stage
        .ask(Outgoing::Presence {
            idle_since: None,
            availability: Availability::Busy,
            status: "writing".to_owned(),
        })
        .await;
    let shown = stage.recv().await;
    assert_eq!(
        shown.get_child("show", "jabber:client").unwrap().text(),
        "dnd"
    );
    let caps = shown
        .get_child("c", "http://jabber.org/protocol/caps")
        .unwrap();
    assert_eq!(caps.attr("node"), Some("https://carillon.im"));
    stage
        .ask(Outgoing::Presence {
            idle_since: None,
            availability: Availability::Offline,
            status: String::new(),
        })
        .await;
    stage.expect("<presence type='unavailable'/>").await;
}

#[tokio::test(start_paused = true)]
async fn roster_pushes_are_told_and_answered() {
    for from in ["", " from='alice@example.org'"] {
        let mut stage = Stage::online().await;
        stage.send(&format!(
            "<iq type='set' id='p1'{from}><query xmlns='jabber:iq:roster' ver='v2'><item jid='Eve@Example.net' \
             name='Eve' subscription='none' ask='subscribe'><group>b</group><group>a</group><group>b</group>\
             <group/></item></query></iq>"
        ));
        let (told, answers) = stage.settled().await;
        let item = RosterItem {
            jid: BareJid::new("eve@example.net").unwrap(),
            name: "Eve".to_owned(),
            groups: ["a".to_owned(), "b".to_owned()].into(),
            subscription: Subscription::None,
            ask: true,
        };
        assert_eq!(
            told,
            [Incoming::RosterPush {
                version: Some("v2".to_owned()),
                item
            }]
        );
        assert_eq!(answers[0].attr("type"), Some("result"));
        let told = stage
            .tells(
                "<iq type='set' id='p2'><query xmlns='jabber:iq:roster'>\
                 <item jid='eve@example.net' subscription='remove'/></query></iq>",
            )
            .await;
        let jid = BareJid::new("eve@example.net").unwrap();
        assert_eq!(told, [Incoming::RosterRemoved { version: None, jid }]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_roster_push_of_none_or_two_is_a_bad_request() {
    let mut stage = Stage::online().await;
    for items in [
        "",
        "<item jid='a@b.c'/><item jid='d@b.c'/>",
        "<item/>",
        "<item jid='@'/>",
    ] {
        stage.send(&format!(
            "<iq type='set' id='p'><query xmlns='jabber:iq:roster'>{items}</query></iq>"
        ));
        let (told, answers) = stage.settled().await;
        assert_eq!(told, []);
        assert_eq!(answers[0].attr("type"), Some("error"));
    }
}

#[tokio::test(start_paused = true)]
async fn one_bad_line_does_not_hide_the_roster() {
    let mut stage = Stage::connected();
    stage.signs_in().await;
    stage.send(&format!(
        "<iq type='result' id='{}'><query xmlns='jabber:iq:roster'><item jid='@@'/><item/>\
         <item jid='bob@example.net' subscription='nonsense'/></query></iq>",
        id(3)
    ));
    stage.told().await;
    let Incoming::Roster {
        items: Some(items),
        version: None,
    } = stage.told().await
    else {
        panic!("a roster");
    };
    assert_eq!(items.len(), 1);
    assert_eq!(items[0].subscription, Subscription::None);
}

#[tokio::test(start_paused = true)]
async fn an_unchanged_roster_comes_as_nothing() {
    let mut stage = Stage::connected();
    stage.signs_in().await;
    stage.send(&format!("<iq type='result' id='{}'/>", id(3)));
    stage.told().await;
    assert_eq!(
        stage.told().await,
        Incoming::Roster {
            version: None,
            items: None
        }
    );
}

#[tokio::test(start_paused = true)]
async fn changes_of_mine_have_an_outcome() {
    let mut stage = Stage::online().await;
    stage
        .ask(Outgoing::RosterSet {
            request: 1,
            jid: bob(),
            name: "Bob".to_owned(),
            groups: vec!["Friends".to_owned()],
        })
        .await;
    stage
        .expect(&format!(
            "<iq id='{}' type='set'><query xmlns='jabber:iq:roster'><item jid='bob@example.net' name='Bob'>\
             <group>Friends</group></item></query></iq>",
            id(6)
        ))
        .await;
    let told = stage
        .tells(&format!("<iq type='result' id='{}'/>", id(6)))
        .await;
    assert_eq!(
        told,
        [Incoming::Outcome {
            request: 1,
            result: Ok(())
        }]
    );

    stage
        .ask(Outgoing::RosterRemove {
            request: 2,
            jid: bob(),
        })
        .await;
    stage
        .expect(&format!(
            "<iq id='{}' type='set'><query xmlns='jabber:iq:roster'><item jid='bob@example.net' \
             subscription='remove'/></query></iq>",
            id(7)
        ))
        .await;
    let told = stage
        .tells(&format!(
            "<iq type='error' id='{}'><error type='cancel'><item-not-found \
             xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>",
            id(7)
        ))
        .await;
    let problem = StanzaProblem {
        condition: "item-not-found".to_owned(),
        text: String::new(),
    };
    assert_eq!(
        told,
        [Incoming::Outcome {
            request: 2,
            result: Err(problem)
        }]
    );
}

#[tokio::test(start_paused = true)]
async fn blocking_is_said_and_heard() {
    let mut stage = Stage::online().await;
    stage
        .ask(Outgoing::Block {
            request: 1,
            jids: vec![bob()],
        })
        .await;
    stage
        .expect(&format!(
            "<iq id='{}' type='set'><block xmlns='urn:xmpp:blocking'><item jid='bob@example.net'/></block></iq>",
            id(6)
        ))
        .await;
    let block = "<iq type='set' id='p'><block xmlns='urn:xmpp:blocking'><item jid='bob@example.net'/></block></iq>";
    assert_eq!(stage.tells(block).await, [Incoming::Blocked(vec![bob()])]);
    let unblock = block
        .replace("block ", "unblock ")
        .replace("/block", "/unblock");
    assert_eq!(
        stage.tells(&unblock).await,
        [Incoming::Unblocked(vec![bob()])]
    );
    let all =
        format!("<iq type='set' id='p' from='{ME}'><unblock xmlns='urn:xmpp:blocking'/></iq>");
    assert_eq!(stage.tells(&all).await, [Incoming::Unblocked(Vec::new())]);
    let unreadable =
        "<iq type='set' id='p'><unblock xmlns='urn:xmpp:blocking'><item jid='@@'/></unblock></iq>";
    assert_eq!(
        stage.tells(unreadable).await,
        [],
        "one unreadable address is not all addresses"
    );
    stage
        .ask(Outgoing::Unblock {
            request: 2,
            jids: Vec::new(),
        })
        .await;
    assert_eq!(
        stage.settled().await.1.len(),
        0,
        "an empty list would unblock everybody"
    );
}

#[tokio::test(start_paused = true)]
async fn since_when_a_device_was_not_used_is_told_and_heard() {
    let mut stage = Stage::online().await;
    let told = stage
        .tells(
            "<presence from='bob@example.net/desk'><show>away</show>\
             <idle xmlns='urn:xmpp:idle:1' since='1970-01-01T00:00:05Z'/></presence>",
        )
        .await;
    let five = Some(carillon_core::ids::Timestamp(5_000));
    assert!(matches!(&told[..], [Incoming::Presence { device, .. }] if device.idle_since == five));
    let told = stage
        .tells("<presence from='bob@example.net/desk'><idle xmlns='urn:xmpp:idle:1' since='soon'/></presence>")
        .await;
    assert!(
        matches!(&told[..], [Incoming::Presence { device, .. }] if device.idle_since.is_none())
    );
    for (idle_since, said) in [(five, true), (None, false)] {
        stage
            .ask(Outgoing::Presence {
                availability: Availability::Away,
                status: String::new(),
                idle_since,
            })
            .await;
        let shown = stage.recv().await;
        let idle = shown.get_child("idle", "urn:xmpp:idle:1");
        let since = idle.and_then(|idle| idle.attr("since"));
        assert_eq!(since, said.then_some("1970-01-01T00:00:05.000Z"));
    }
}
