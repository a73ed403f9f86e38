//! What a server is told of whether anybody would notice what it holds back (XEP-0352).

use super::stage::{FEATURES_MANAGED, FULL, Stage, config, id};
use crate::run::Earlier;
use carillon_core::session::{Incoming, Outgoing, StreamState};
use jid::BareJid;

const FEATURES: &str = "<features xmlns='http://etherx.jabber.org/streams'>\
    <bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/><sm xmlns='urn:xmpp:sm:3'/>\
    <csi xmlns='urn:xmpp:csi:0'/></features>";
const INACTIVE: &str = "<inactive xmlns='urn:xmpp:csi:0'/>";
const ACTIVE: &str = "<active xmlns='urn:xmpp:csi:0'/>";

/// Signed in on a managed stream at a server of this name.
async fn at(features: &str, name: &str) -> Stage {
    let mut stage = Stage::connected();
    stage.authenticates().await;
    stage.opens(features).await;
    stage.binds().await;
    stage
        .expect("<enable xmlns='urn:xmpp:sm:3' resume='true'/>")
        .await;
    stage.send("<enabled xmlns='urn:xmpp:sm:3' id='s1' resume='true' max='600'/>");
    for number in 1..=5 {
        let asked = stage.recv().await;
        assert_eq!(asked.attr("id"), Some(id(number).as_str()));
        let from = if number == 1 {
            " from='example.org'"
        } else {
            ""
        };
        stage.send(&format!(
            "<iq type='result' id='{}'{from}><query xmlns='http://jabber.org/protocol/disco#info'>\
             <identity category='server' type='im' name='{name}'/></query></iq>",
            id(number)
        ));
    }
    assert_eq!(stage.recv().await.name(), "presence");
    while stage.told().await != Incoming::Counted(5) {}
    stage
}

async fn says(stage: &Stage, active: bool) {
    stage.ask(Outgoing::ClientState { active }).await;
}

fn stream() -> StreamState {
    StreamState {
        id: "s1".to_owned(),
        jid: FULL.parse().unwrap(),
        location: None,
        handled: 5,
        rooms: Vec::new(),
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_takes_it_is_told_and_nobody_counts_it() {
    let mut stage = at(FEATURES, "Prosody").await;
    says(&stage, false).await;
    stage.expect(INACTIVE).await;
    says(&stage, true).await;
    stage.expect(ACTIVE).await;
    let message = Outgoing::Message {
        to: BareJid::new("bob@example.net").unwrap().into(),
        id: "m1".to_owned(),
        body: "x".to_owned(),
        to_room: false,
    };
    stage.ask(message).await;
    stage.recv().await;
    let number = Incoming::Numbered {
        number: 7,
        id: "m1".to_owned(),
    };
    assert_eq!(
        stage.told().await,
        number,
        "six stanzas were written before"
    );
}

#[tokio::test(start_paused = true)]
async fn a_server_that_does_not_offer_it_is_told_nothing() {
    let mut stage = at(FEATURES_MANAGED, "Prosody").await;
    says(&stage, false).await;
    says(&stage, true).await;
    let (_, written) = stage.settled().await;
    assert!(written.is_empty(), "{written:?}");
}

#[tokio::test(start_paused = true)]
async fn a_server_that_would_keep_messages_too_never_hears_that_i_am_inactive() {
    let mut stage = at(FEATURES, "MongooseIM").await;
    says(&stage, false).await;
    says(&stage, true).await;
    stage.expect(ACTIVE).await;
}

#[tokio::test(start_paused = true)]
async fn on_a_stream_that_goes_on_it_can_be_said_again() {
    let mut stage = at(FEATURES, "Prosody").await;
    says(&stage, false).await;
    stage.expect(INACTIVE).await;
    stage.cut();
    let ended = stage.over().await;
    let earlier = Earlier {
        stream: Some(stream()),
        asleep: ended.asleep,
    };
    let mut stage = Stage::connected_after(config(), 64, earlier);
    stage.authenticates().await;
    stage.opens(FEATURES).await;
    stage.recv().await;
    stage.send("<resumed xmlns='urn:xmpp:sm:3' previd='s1' h='6'/>");
    assert_eq!(stage.told().await, Incoming::Resumed);
    stage.nothing_written();
    says(&stage, false).await;
    stage.expect(INACTIVE).await;
}
