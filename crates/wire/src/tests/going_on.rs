//! A managed stream (XEP-0198), as the server sees it.

use super::stage::{DOMAIN, FEATURES_MANAGED, FULL, Stage, config};
use crate::run::Earlier;
use carillon_core::session::{Incoming, Outgoing, SessionProblem, StreamRoom, StreamState};
use jid::{BareJid, Jid};
use std::time::Duration;
use tokio::time::{Instant, sleep};

pub(super) fn message(id: &str) -> Outgoing {
    Outgoing::Message {
        to: BareJid::new("bob@example.net").unwrap().into(),
        id: id.to_owned(),
        body: "x".to_owned(),
        to_room: false,
    }
}

fn reached(ids: &[&str]) -> Incoming {
    Incoming::Reached {
        ids: ids.iter().map(|id| (*id).to_owned()).collect(),
    }
}

pub(super) fn numbered(number: u32, id: &str) -> Incoming {
    Incoming::Numbered {
        number,
        id: id.to_owned(),
    }
}

pub(super) fn stream(handled: u32) -> StreamState {
    StreamState {
        id: "s1".to_owned(),
        jid: FULL.parse().unwrap(),
        location: None,
        handled,
        rooms: Vec::new(),
    }
}

/// The next that is told, but for counts.
async fn told(stage: &mut Stage) -> Incoming {
    loop {
        match stage.told().await {
            Incoming::Counted(_) => {}
            other => return other,
        }
    }
}

/// Signed in on a managed stream; seven stanzas have come and six were written.
pub(super) async fn managed() -> Stage {
    let mut stage = Stage::connected();
    stage.authenticates().await;
    stage.opens(FEATURES_MANAGED).await;
    stage.binds().await;
    stage
        .expect("<enable xmlns='urn:xmpp:sm:3' resume='true'/>")
        .await;
    stage.send("<enabled xmlns='urn:xmpp:sm:3' id='s1' resume='true' max='600'/>");
    stage.answers_first_requests().await;
    loop {
        match stage.told().await {
            Incoming::Resumable(state) => assert_eq!(state, stream(0)),
            Incoming::Counted(5) => return stage,
            _ => {}
        }
    }
}

async fn says(stage: &mut Stage, id: &str) {
    stage.ask(message(id)).await;
    let written = stage.recv().await;
    assert_eq!(written.attr("id"), Some(id), "{written:?}");
}

/// The client asks how far the server is.
async fn asks(stage: &mut Stage) {
    stage.expect("<r xmlns='urn:xmpp:sm:3'/>").await;
}

#[tokio::test(start_paused = true)]
async fn a_message_has_reached_the_server_when_it_is_acknowledged() {
    let mut stage = managed().await;
    says(&mut stage, "m1").await;
    asks(&mut stage).await;
    assert_eq!(stage.told().await, numbered(7, "m1"));
    stage.send("<a xmlns='urn:xmpp:sm:3' h='7'/>");
    assert_eq!(stage.told().await, reached(&["m1"]));
    stage.nothing_written();
}

#[tokio::test(start_paused = true)]
async fn a_receipt_that_is_a_row_has_its_own_id_and_is_acknowledged() {
    let mut stage = managed().await;
    let what = Outgoing::Receipt {
        to: Jid::new("bob@example.net/x").unwrap(),
        id: "theirs".to_owned(),
    };
    stage
        .ask(Outgoing::Kept {
            id: "k1".to_owned(),
            what: Box::new(what),
        })
        .await;
    stage
        .expect(
            "<message type='chat' to='bob@example.net/x' id='k1'>\
             <received xmlns='urn:xmpp:receipts' id='theirs'/><store xmlns='urn:xmpp:hints'/></message>",
        )
        .await;
    asks(&mut stage).await;
    assert_eq!(stage.told().await, numbered(7, "k1"));
    stage.send("<a xmlns='urn:xmpp:sm:3' h='7'/>");
    assert_eq!(stage.told().await, reached(&["k1"]));
}

#[tokio::test(start_paused = true)]
async fn so_is_an_invitation_that_is_declined() {
    let mut stage = managed().await;
    let what = Outgoing::DeclineInvite {
        room: BareJid::new("den@rooms.example.net").unwrap(),
        to: Jid::new("bob@example.net").unwrap(),
    };
    stage
        .ask(Outgoing::Kept {
            id: "k1".to_owned(),
            what: Box::new(what),
        })
        .await;
    stage
        .expect(
            "<message to='den@rooms.example.net' id='k1'><x xmlns='http://jabber.org/protocol/muc#user'>\
             <decline to='bob@example.net'/></x></message>",
        )
        .await;
    asks(&mut stage).await;
    assert_eq!(stage.told().await, numbered(7, "k1"));
    stage.send("<a xmlns='urn:xmpp:sm:3' h='7'/>");
    assert_eq!(stage.told().await, reached(&["k1"]));
}

#[tokio::test(start_paused = true)]
async fn the_server_hears_of_a_stanza_when_it_is_stored() {
    let mut stage = managed().await;
    stage.send("<message from='bob@example.net/x' type='chat' id='b1'><body>hi</body></message>");
    stage.send("<r xmlns='urn:xmpp:sm:3'/>");
    assert!(matches!(stage.told().await, Incoming::Message(_)));
    assert_eq!(stage.told().await, Incoming::Counted(6));
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    stage.nothing_written();
    stage.ask(Outgoing::Handled(6)).await;
    stage.expect("<a xmlns='urn:xmpp:sm:3' h='6'/>").await;
}

#[tokio::test(start_paused = true)]
async fn what_nobody_can_read_counts_as_well() {
    let mut stage = managed().await;
    stage.send_raw("<message xmlns='jabber:client' to=><body/></message>");
    assert_eq!(stage.told().await, Incoming::Counted(6));
    stage.send("<presence from='bob@example.net/x'><show>elsewhere</show></presence>");
    assert!(matches!(stage.told().await, Incoming::Presence { .. }));
    assert_eq!(stage.told().await, Incoming::Counted(7));
}

#[tokio::test(start_paused = true)]
async fn a_count_that_cannot_be_ends_the_stream() {
    let mut stage = managed().await;
    stage.send("<a xmlns='urn:xmpp:sm:3' h='99'/>");
    let error = stage.recv_text().await;
    assert!(
        error.contains("undefined-condition") && error.contains("handled-count-too-high"),
        "{error}"
    );
    let ended = stage.over().await;
    assert!(
        matches!(ended.result, Err(SessionProblem::Protocol { .. })),
        "{:?}",
        ended.result
    );
    assert!(ended.asleep.is_none(), "nothing of it is trusted");
}

#[tokio::test(start_paused = true)]
async fn a_managed_link_is_asked_upon_waking_and_given_time_to_answer() {
    let mut stage = managed().await;
    tokio::time::sleep(Duration::from_secs(250)).await;
    stage.ask(Outgoing::Ping).await;
    asks(&mut stage).await;
    tokio::time::sleep(Duration::from_secs(9)).await;
    stage.send("<a xmlns='urn:xmpp:sm:3' h='6'/>");
    assert_eq!(stage.settled().await.1.len(), 0);

    stage.ask(Outgoing::Ping).await;
    asks(&mut stage).await;
    let asked = Instant::now();
    let ended = stage.over().await;
    assert_eq!(asked.elapsed().as_secs(), 10);
    assert!(ended.asleep.is_some(), "it goes on over the next link");
}

#[tokio::test(start_paused = true)]
async fn after_a_cut_the_session_goes_on_where_it_was() {
    let mut stage = managed().await;
    for id in ["m1", "m2"] {
        stage.ask(message(id)).await;
    }
    stage.recv().await;
    stage.recv().await;
    asks(&mut stage).await;
    stage.send("<message from='bob@example.net/x' type='chat' id='b1'><body>hi</body></message>");
    stage.settled().await;
    stage.cut();
    let ended = stage.over().await;
    assert!(matches!(ended.result, Err(SessionProblem::Lost { .. })));

    // One stanza and the fence came, and the fence was not stored.
    let earlier = Earlier {
        stream: Some(stream(6)),
        asleep: ended.asleep,
    };
    let mut stage = Stage::connected_after(config(), 64, earlier);
    stage.authenticates().await;
    stage.opens(FEATURES_MANAGED).await;
    stage
        .expect("<resume xmlns='urn:xmpp:sm:3' h='6' previd='s1'/>")
        .await;
    stage.send("<resumed xmlns='urn:xmpp:sm:3' h='7' previd='s1'/>");
    assert_eq!(stage.told().await, Incoming::Resumed);
    assert_eq!(stage.told().await, reached(&["m1"]));
    assert_eq!(stage.recv().await.attr("id"), Some("m2"));
    assert_eq!(
        stage.recv().await.attr("id"),
        Some("fence1"),
        "its answer too"
    );
    asks(&mut stage).await;
    stage.send("<a xmlns='urn:xmpp:sm:3' h='9'/>");
    assert_eq!(stage.told().await, reached(&["m2"]));
    says(&mut stage, "m3").await;
    assert_eq!(stage.told().await, numbered(10, "m3"));
}

const CONFLICT: &str = "<error xmlns='http://etherx.jabber.org/streams'><conflict \
    xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></error>";

#[tokio::test(start_paused = true)]
async fn a_stream_that_an_attempt_of_before_takes_over_is_tried_again() {
    let stage = managed().await;
    stage.send_raw(CONFLICT);
    let problem = stage.ends().await.unwrap_err();
    assert!(
        matches!(problem, SessionProblem::Lost { .. }),
        "{problem:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn another_client_in_the_place_of_a_session_that_lasted_is_told_to_the_user() {
    let stage = managed().await;
    tokio::time::sleep(Duration::from_secs(61)).await;
    stage.send_raw(CONFLICT);
    assert_eq!(stage.ends().await, Err(SessionProblem::Replaced));
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_is_given_up_leaves_asleep_what_was_asleep() {
    let mut stage = managed().await;
    stage.cut();
    let asleep = stage.over().await.asleep;
    assert!(asleep.is_some());
    let earlier = Earlier {
        stream: Some(stream(5)),
        asleep,
    };
    let mut stage = Stage::connected_after(config(), 64, earlier);
    stage.opens_for_login().await;
    stage.recv_auth().await;
    stage.incoming.close();
    let ended = stage.over().await;
    assert_eq!(ended.result, Ok(()));
    assert!(ended.asleep.is_some(), "for the next attempt");
}

#[tokio::test(start_paused = true)]
async fn a_session_that_was_cut_before_it_knew_what_the_server_offers_begins_anew() {
    let mut stage = Stage::connected();
    stage.authenticates().await;
    stage.opens(FEATURES_MANAGED).await;
    stage.binds().await;
    stage
        .expect("<enable xmlns='urn:xmpp:sm:3' resume='true'/>")
        .await;
    stage.send("<enabled xmlns='urn:xmpp:sm:3' id='s1' resume='true' max='600'/>");
    stage.cut();
    let ended = stage.over().await;
    assert!(matches!(ended.result, Err(SessionProblem::Lost { .. })));
    assert!(
        ended.asleep.is_none(),
        "it would never read an archive that it does not know of"
    );
}

#[tokio::test(start_paused = true)]
async fn what_the_session_had_no_time_to_write_is_written_after_the_cut() {
    let mut stage = managed().await;
    stage.cut();
    // Both are there when the session looks: the cut, and the message.
    stage.ask(message("late")).await;
    let ended = stage.over().await;
    let earlier = Earlier {
        stream: Some(stream(5)),
        asleep: ended.asleep,
    };
    let mut stage = Stage::connected_after(config(), 64, earlier);
    stage.authenticates().await;
    stage.opens(FEATURES_MANAGED).await;
    stage.recv().await;
    stage.send("<resumed xmlns='urn:xmpp:sm:3' h='6' previd='s1'/>");
    assert_eq!(stage.told().await, Incoming::Resumed);
    assert_eq!(stage.recv().await.attr("id"), Some("late"));
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_is_over_says_what_it_had_handled_and_the_rest_is_the_engines() {
    for (failed, expected) in [
        (
            "<failed xmlns='urn:xmpp:sm:3' h='7'/>",
            Some(reached(&["m1"])),
        ),
        ("<failed xmlns='urn:xmpp:sm:3'/>", None),
        ("<failed xmlns='urn:xmpp:sm:3' h='99'/>", None),
    ] {
        let mut stage = managed().await;
        for id in ["m1", "m2"] {
            stage.ask(message(id)).await;
            stage.recv().await;
        }
        stage.cut();
        let ended = stage.over().await;
        let earlier = Earlier {
            stream: Some(stream(5)),
            asleep: ended.asleep,
        };
        let mut stage = Stage::connected_after(config(), 64, earlier);
        stage.authenticates().await;
        stage.opens(FEATURES_MANAGED).await;
        stage.recv().await;
        stage.send(failed);
        stage.binds().await;
        stage
            .expect("<enable xmlns='urn:xmpp:sm:3' resume='true'/>")
            .await;
        stage.send("<enabled xmlns='urn:xmpp:sm:3' id='s2' resume='true'/>");
        stage.answers_first_requests().await;
        if let Some(expected) = expected {
            assert_eq!(stage.told().await, expected, "before {failed}");
        }
        assert!(matches!(stage.told().await, Incoming::Online { .. }));
        stage.nothing_written();
    }
}

#[tokio::test(start_paused = true)]
async fn after_a_restart_the_stream_goes_on_and_all_is_asked_for_anew() {
    let room = BareJid::new("den@rooms.example.net").unwrap();
    let earlier = Earlier {
        stream: Some(StreamState {
            rooms: vec![StreamRoom {
                jid: room.clone(),
                nick: "Ali".to_owned(),
                names_occupants: false,
            }],
            ..stream(40)
        }),
        asleep: None,
    };
    let mut stage = Stage::connected_after(config(), 64, earlier);
    stage.authenticates().await;
    stage.opens(FEATURES_MANAGED).await;
    stage
        .expect("<resume xmlns='urn:xmpp:sm:3' h='40' previd='s1'/>")
        .await;
    stage.send("<resumed xmlns='urn:xmpp:sm:3' h='12' previd='s1'/>");
    stage.send("<message from='bob@example.net/x' type='chat' id='b1'><body>hi</body></message>");
    stage.send(&format!(
        "<message from='{room}/Bob' type='groupchat' id='r1'><body>all</body></message>"
    ));
    assert_eq!(stage.told().await, Incoming::ReachedEarlier(12));
    // Whoever is killed here still has rows with numbers behind 12: no other stanza may take one of them.
    sleep(Duration::from_secs(30)).await;
    stage.nothing_written();
    stage.ask(Outgoing::EarlierSettled).await;
    stage.expect("<presence type='unavailable'/>").await;
    stage.answers_first_requests().await;
    assert!(matches!(stage.told().await, Incoming::Online { .. }));
    assert!(matches!(told(&mut stage).await, Incoming::Message(_)));
    let Incoming::Message(said) = told(&mut stage).await else {
        panic!("the room is heard");
    };
    assert_eq!(said.chat, room);
    says(&mut stage, "m1").await;
}

#[tokio::test(start_paused = true)]
async fn another_stream_than_the_one_asked_for_is_refused() {
    let earlier = Earlier {
        stream: Some(stream(1)),
        asleep: None,
    };
    let mut stage = Stage::connected_after(config(), 64, earlier);
    stage.authenticates().await;
    stage.opens(FEATURES_MANAGED).await;
    stage.recv().await;
    stage.send("<resumed xmlns='urn:xmpp:sm:3' h='12' previd='s2'/>");
    let problem = stage.ends().await.unwrap_err();
    assert!(matches!(problem, SessionProblem::Protocol { .. }));
}

#[tokio::test(start_paused = true)]
async fn a_server_that_refuses_is_asked_by_ping() {
    let mut stage = Stage::connected();
    stage.authenticates().await;
    stage.opens(FEATURES_MANAGED).await;
    stage.binds().await;
    stage.recv().await;
    stage.send("<failed xmlns='urn:xmpp:sm:3'><unexpected-request/></failed>");
    stage.answers_first_requests().await;
    while !matches!(stage.told().await, Incoming::BlockList(_)) {}
    says(&mut stage, "m1").await;
    let ping = stage.recv().await;
    assert!(ping.has_child("ping", "urn:xmpp:ping"));
    let id = ping.attr("id").unwrap();
    stage.send(&format!("<iq type='result' id='{id}' from='{DOMAIN}'/>"));
    assert_eq!(stage.told().await, reached(&["m1"]));
}

#[tokio::test(start_paused = true)]
async fn the_good_bye_acknowledges_all_that_is_stored() {
    let mut stage = managed().await;
    stage.ask(Outgoing::Handled(5)).await;
    stage.ask(Outgoing::Close).await;
    stage.expect("<a xmlns='urn:xmpp:sm:3' h='5'/>").await;
    assert!(stage.recv_text().await.contains("close"));
    stage.send("<a xmlns='urn:xmpp:sm:3' h='6'/>");
    stage.cut();
    let ended = stage.over().await;
    assert_eq!(ended.result, Ok(()));
    assert!(ended.asleep.is_none(), "it is over for good");
}

#[tokio::test(start_paused = true)]
async fn what_is_said_right_before_the_good_bye_is_asked_for() {
    let mut stage = managed().await;
    stage.ask(message("m1")).await;
    stage.ask(Outgoing::Close).await;
    assert_eq!(stage.recv().await.attr("id"), Some("m1"));
    asks(&mut stage).await;
    assert!(stage.recv_text().await.contains("close"));
    stage.send("<a xmlns='urn:xmpp:sm:3' h='7'/>");
    stage.send_raw("<close xmlns='urn:ietf:params:xml:ns:xmpp-framing'/>");
    assert_eq!(told(&mut stage).await, numbered(7, "m1"));
    assert_eq!(told(&mut stage).await, reached(&["m1"]));
    assert_eq!(stage.ends().await, Ok(()));
}

#[tokio::test(start_paused = true)]
async fn what_is_said_right_before_the_good_bye_is_asked_for_also_while_something_is_being_asked() {
    let mut stage = managed().await;
    says(&mut stage, "m1").await;
    asks(&mut stage).await;
    stage.ask(message("m2")).await;
    stage.ask(Outgoing::Close).await;
    assert_eq!(stage.recv().await.attr("id"), Some("m2"));
    asks(&mut stage).await;
    assert!(stage.recv_text().await.contains("close"));
    stage.send("<a xmlns='urn:xmpp:sm:3' h='7'/>");
    stage.send("<a xmlns='urn:xmpp:sm:3' h='8'/>");
    stage.send_raw("<close xmlns='urn:ietf:params:xml:ns:xmpp-framing'/>");
    let mut rows = Vec::new();
    while rows.len() < 2 {
        if let Incoming::Reached { ids } = stage.told().await {
            rows.extend(ids);
        }
    }
    assert_eq!(rows, ["m1", "m2"]);
}
