//! Authentication, and a stream or a resource with it (XEP-0388, XEP-0386).

use super::sasl2_server::{
    ALL_INLINE, BOUND, ME_HERE, SASL2, Server, earlier, named, offer, success,
};
use super::stage::{FEATURES_BIND, FULL, Stage, config, id, stanza};
use crate::config::ConnectConfig;
use crate::login::Managed;
use crate::run::Earlier;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use carillon_core::connection::Mechanism;
use carillon_core::session::{Incoming, Outgoing, SessionProblem};
use carillon_xml::write;
use sasl::common::scram::{ScramProvider, Sha256};

const OLD: &str = "urn:ietf:params:xml:ns:xmpp-sasl";
const SCRAM: &[&str] = &["SCRAM-SHA-256"];

fn all() -> String {
    offer(SCRAM, SCRAM, ALL_INLINE, &[])
}

async fn signs_in(inside: &str, earlier: Earlier) -> (Server, minidom::Element) {
    let mut server = Server::in_clear(earlier);
    server.opens(&all()).await;
    let (request, signature) = server.proves(SASL2, "").await;
    server.lets_in(signature.as_bytes(), ME_HERE, inside);
    (server, request)
}

#[tokio::test(start_paused = true)]
async fn a_resource_carbons_and_a_managed_stream_come_with_the_authentication() {
    let (mut server, request) = signs_in(BOUND, Earlier::default()).await;
    assert!(server.stage.transcript.contains("from='alice@example.org'"));
    let bind = request.get_child("bind", "urn:xmpp:bind:0").unwrap();
    assert_eq!(
        write(bind),
        "<bind xmlns='urn:xmpp:bind:0'><tag>phone-0707070707070707</tag><enable xmlns='urn:xmpp:carbons:2'/>\
         <enable xmlns='urn:xmpp:sm:3' resume='true'/></bind>"
    );
    for number in 1..=4 {
        let asked = server.hears().await;
        assert_eq!(asked.attr("id"), Some(id(number).as_str()));
        assert!(!asked.has_child("enable", "urn:xmpp:carbons:2"));
    }
    assert_eq!(server.hears().await.name(), "presence");
    // Neither was it counted what is offered now, nor is anything enabled again.
    server.says("<r xmlns='urn:xmpp:sm:3'/>");
    server
        .stage
        .expect("<a xmlns='urn:xmpp:sm:3' h='0'/>")
        .await;
    for number in [1, 2] {
        let from = if number == 1 {
            " from='example.org'"
        } else {
            ""
        };
        let info = "<query xmlns='http://jabber.org/protocol/disco#info'/>";
        server.says(&format!(
            "<iq type='result' id='{}'{from}>{info}</iq>",
            id(number)
        ));
    }
    let Incoming::Online { jid, features } = server.stage.told().await else {
        panic!("it is not online");
    };
    assert_eq!(jid.to_string(), ME_HERE);
    assert!(features.carbons);
    let told = server.stage.told().await;
    assert!(matches!(told, Incoming::Resumable(stream) if stream.id == "new"));
}

#[tokio::test(start_paused = true)]
async fn an_earlier_stream_goes_on_with_the_authentication() {
    let resumed = "<resumed xmlns='urn:xmpp:sm:3' previd='before' h='2'/>";
    let (mut server, request) = signs_in(resumed, earlier()).await;
    let resume = request.get_child("resume", "urn:xmpp:sm:3").unwrap();
    assert_eq!(resume.attr("previd"), Some("before"));
    assert_eq!(resume.attr("h"), Some("3"));
    assert!(request.has_child("bind", "urn:xmpp:bind:0"));
    assert_eq!(server.stage.told().await, Incoming::ReachedEarlier(2));
    server.stage.ask(Outgoing::EarlierSettled).await;
    server.answers_first_requests().await;
    let Incoming::Online { jid, .. } = server.stage.told().await else {
        panic!("it is not online");
    };
    assert_eq!(jid.to_string(), ME_HERE);
}

#[tokio::test(start_paused = true)]
async fn an_earlier_stream_that_is_over_is_counted_and_followed_by_a_new_one() {
    let over = "<failed xmlns='urn:xmpp:sm:3' h='2'>\
        <item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></failed>";
    let (mut server, _) = signs_in(&format!("{over}{BOUND}"), earlier()).await;
    server.answers_first_requests().await;
    assert_eq!(server.stage.told().await, Incoming::ReachedEarlier(2));
    assert!(matches!(server.stage.told().await, Incoming::Online { .. }));
    assert!(matches!(server.stage.told().await, Incoming::Resumable(_)));
}

#[tokio::test(start_paused = true)]
async fn that_a_stream_is_over_is_believed_only_when_it_was_asked_for() {
    let mut server = Server::in_clear(earlier());
    server.opens(&offer(SCRAM, SCRAM, "", &[])).await;
    let (request, signature) = server.proves(SASL2, "").await;
    assert!(!request.has_child("resume", "urn:xmpp:sm:3"));
    let unasked = "<failed xmlns='urn:xmpp:sm:3' h='9'/>";
    server.lets_in(signature.as_bytes(), ME_HERE, unasked);
    let asked = server.hears().await;
    assert!(asked.is("resume", "urn:xmpp:sm:3"), "{}", write(&asked));
}

#[test]
fn the_answer_that_names_a_stream_is_never_printed() {
    let answer = stanza("<enabled xmlns='urn:xmpp:sm:3' id='secret' resume='true'/>");
    let managed = Managed::Answered(answer);
    assert_eq!(format!("{managed:?}"), "Answered");
}

#[tokio::test(start_paused = true)]
async fn what_is_not_offered_within_is_asked_for_behind() {
    let bind = "<bind xmlns='urn:xmpp:bind:0'/>";
    for (inline, earlier) in [("", Earlier::default()), (bind, earlier())] {
        let earlier_is_there = earlier.stream.is_some();
        let mut server = Server::in_clear(earlier);
        server.opens(&offer(SCRAM, SCRAM, inline, &[])).await;
        let (request, signature) = server.proves(SASL2, "").await;
        // A resource would end the stream that is to go on.
        assert!(!request.has_child("bind", "urn:xmpp:bind:0"));
        server.lets_in(signature.as_bytes(), "alice@example.org", "");
        if earlier_is_there {
            assert_eq!(server.hears().await.name(), "resume");
            server.says("<failed xmlns='urn:xmpp:sm:3' h='1'/>");
        }
        server.stage.binds().await;
        assert_eq!(server.hears().await.name(), "enable");
        server.answers_first_requests().await;
        if earlier_is_there {
            assert_eq!(server.stage.told().await, Incoming::ReachedEarlier(1));
        }
        let online = server.stage.told().await;
        assert!(matches!(online, Incoming::Online { jid, .. } if jid.to_string() == FULL));
    }
}

#[tokio::test(start_paused = true)]
async fn a_bound_resource_is_managed_when_only_the_new_features_say_so() {
    let mut server = Server::in_clear(Earlier::default());
    let bind = "<bind xmlns='urn:xmpp:bind:0'/>";
    server.opens(&offer(SCRAM, SCRAM, bind, &[])).await;
    let (_, signature) = server.proves(SASL2, "").await;
    server.lets_in(
        signature.as_bytes(),
        ME_HERE,
        "<bound xmlns='urn:xmpp:bind:0'/>",
    );
    assert_eq!(server.hears().await.name(), "enable");
}

#[tokio::test(start_paused = true)]
async fn nobody_is_believed_who_lets_in_without_proof_or_somebody_else() {
    let mut tried = 0;
    let mut refused = async |data: Option<&str>, identity: &str, inside: &str, earlier: Earlier| {
        let mut server = Server::in_clear(earlier);
        server.opens(&all()).await;
        let (_, signature) = server.proves(SASL2, "").await;
        let data = data.map(|data| data.replace("{right}", &signature));
        let data = data.as_deref().map(str::as_bytes);
        server.says(&success(data, identity, inside));
        tried += 1;
        server.stage.ends().await.expect_err("it is not believed")
    };
    let wrong = format!("v={}", STANDARD.encode([0_u8; 32]));
    let unproven = [
        None,
        Some(""),
        Some("v="),
        Some(wrong.as_str()),
        Some("e=other-error"),
        Some("x=1,{right}"),
    ];
    for data in unproven {
        let problem = refused(data, &named(ME_HERE), BOUND, Earlier::default()).await;
        assert_eq!(problem, SessionProblem::ServerNotProven, "{data:?}");
    }
    let me = named(ME_HERE);
    let strangers = [
        String::new(),
        named(""),
        named("alice@example.org"),
        named("mallory@example.org/x"),
        named("alice@evil.example/x"),
        named("@/"),
        format!("{me}{}", named("mallory@example.org/x")),
        "<authorization-identifier xmlns='other'>alice@example.org/x</authorization-identifier>"
            .to_owned(),
    ];
    for identity in strangers {
        let problem = refused(Some("{right}"), &identity, BOUND, Earlier::default()).await;
        assert!(
            matches!(problem, SessionProblem::Protocol { .. }),
            "{identity}: {problem:?}"
        );
    }
    let resumed = |name: &str| format!("<resumed xmlns='urn:xmpp:sm:3' previd='{name}' h='0'/>");
    for (name, before) in [("other", earlier()), ("before", Earlier::default())] {
        let problem = refused(Some("{right}"), &me, &resumed(name), before).await;
        assert!(matches!(problem, SessionProblem::Protocol { .. }));
    }
    println!("forged SASL2 successes accepted: 0 of {tried}");
}

#[tokio::test(start_paused = true)]
async fn a_success_without_a_challenge_proves_nothing() {
    let mut server = Server::in_clear(Earlier::default());
    server.opens(&all()).await;
    server.hears().await;
    server.says(&success(None, &named(ME_HERE), BOUND));
    assert_eq!(
        server.stage.ends().await,
        Err(SessionProblem::ServerNotProven)
    );
}

#[tokio::test(start_paused = true)]
async fn refusals_mean_the_same_in_sasl2() {
    let not = |name: &str| format!("<failure xmlns='{SASL2}'><{name} xmlns='{OLD}'/></failure>");
    let answers = [
        (not("not-authorized"), "PasswordRefused"),
        (not("account-disabled"), "AccountRefused"),
        (not("temporary-auth-failure"), "Lost"),
        (not("invalid-mechanism"), "NoSafeMechanism"),
        // In the namespace of SASL2, as an older Prosody has it.
        (
            format!("<failure xmlns='{SASL2}'><malformed-request/></failure>"),
            "Protocol",
        ),
        (
            format!("<continue xmlns='{SASL2}'><tasks><task>TOTP</task></tasks></continue>"),
            "AccountRefused",
        ),
        (format!("<success xmlns='{OLD}'/>"), "Protocol"),
    ];
    for (answer, kind) in answers {
        let mut server = Server::in_clear(Earlier::default());
        server.opens(&all()).await;
        server.proves(SASL2, "").await;
        server.says(&answer);
        let problem = format!("{:?}", server.stage.ends().await.unwrap_err());
        assert!(problem.starts_with(kind), "{answer}: {problem}");
    }
}

#[tokio::test(start_paused = true)]
async fn sasl2_that_offers_less_than_what_stands_beside_it_is_left_alone() {
    let stronger: &[&str] = &["SCRAM-SHA-1", "SCRAM-SHA-256"];
    for new in [&["SCRAM-SHA-1"][..], &["PLAIN"], &[]] {
        let mut server = Server::in_clear(Earlier::default());
        server.opens(&offer(stronger, new, ALL_INLINE, &[])).await;
        let request = server.hears().await;
        assert_eq!(request.name(), "auth");
        assert_eq!(request.attr("mechanism"), Some("SCRAM-SHA-256"));
    }
}

#[tokio::test(start_paused = true)]
async fn taking_sasl2_out_or_putting_it_in_gains_nothing() {
    let weak: &[&str] = &["SCRAM-SHA-1", "PLAIN"];
    let offers = [
        offer(weak, weak, ALL_INLINE, &[]),
        offer(weak, &[], "", &[]),
        offer(&[], weak, ALL_INLINE, &[]),
        offer(&[], &["SCRAM-SHA-256-PLUS"], ALL_INLINE, &[]),
        format!(
            "<features xmlns='http://etherx.jabber.org/streams'><mechanisms xmlns='{OLD}'>\
             <mechanism>SCRAM-SHA-1</mechanism></mechanisms></features>"
        ),
    ];
    for features in &offers {
        let pinned = ConnectConfig {
            pinned: Some(Mechanism::ScramSha256),
            allow_plain: true,
            ..config()
        };
        let mut server = Server::of(pinned, earlier());
        server.opens(features).await;
        let words = server.stage.recv_text().await;
        assert!(words.starts_with("<close"), "{words}");
        let problem = server.stage.ends().await.unwrap_err();
        assert!(
            matches!(problem, SessionProblem::Downgraded { .. }),
            "{problem:?}"
        );
    }
    println!(
        "proofs given to weaker offers with SASL2: 0 of {}",
        offers.len()
    );
}

#[tokio::test(start_paused = true)]
async fn the_offer_of_sasl2_is_confirmed_as_it_was_made() {
    for (list, believed) in [
        ("SCRAM-SHA-1\u{1e}SCRAM-SHA-256\u{1f}", true),
        ("SCRAM-SHA-1\u{1f}", false),
    ] {
        let hash = STANDARD.encode(Sha256::hash(list.as_bytes()));
        let mut server = Server::in_clear(Earlier::default());
        let both: &[&str] = &["SCRAM-SHA-256", "SCRAM-SHA-1"];
        server.opens(&offer(SCRAM, both, ALL_INLINE, &[])).await;
        if believed {
            server.proves(SASL2, &format!(",h={hash}")).await;
        } else {
            let request = server.hears().await;
            let first = request.get_child("initial-response", SASL2).unwrap().text();
            let first = String::from_utf8(STANDARD.decode(first).unwrap()).unwrap();
            let nonce = first.split_once(",r=").unwrap().1;
            let challenge = STANDARD.encode(format!("r={nonce}s,s=cGVwcGVy,i=4096,h={hash}"));
            server.says(&format!(
                "<challenge xmlns='{SASL2}'>{challenge}</challenge>"
            ));
            assert_eq!(
                server.stage.ends().await,
                Err(SessionProblem::ServerNotProven)
            );
        }
    }
}

#[tokio::test(start_paused = true)]
async fn sasl2_spares_round_trips() {
    let mut before = Server::new(Stage::connected());
    before
        .opens(&offer(SCRAM, &[], "", &[]).replace(SASL2, "none"))
        .await;
    let (_, signature) = before.proves(OLD, "").await;
    let data = STANDARD.encode(signature);
    before.says(&format!("<success xmlns='{OLD}'>{data}</success>"));
    before.opens(FEATURES_BIND).await;
    before.hears().await;
    before.says(&format!(
        "<iq type='result' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>{FULL}</jid></bind></iq>"
    ));
    before.answers_first_requests().await;
    assert!(matches!(before.stage.told().await, Incoming::Online { .. }));

    let (mut after, _) = signs_in(BOUND, Earlier::default()).await;
    after.answers_first_requests().await;
    assert!(matches!(after.stage.told().await, Incoming::Online { .. }));
    println!(
        "round trips to Online: {} before, {} by SASL2",
        before.trips, after.trips
    );
    assert_eq!((before.trips, after.trips), (6, 4));
}
