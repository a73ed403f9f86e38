//! Making an account (XEP-0077).

use super::stage::{DOMAIN, PASSWORD, wire};
use crate::config::Secret;
use crate::register::{RegisterProblem, Wanted, register_over};
use crate::transport::LinkEnd;
use carillon_xml::{Limits, open_tag, parse};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};

const FIELDS: &str = "<query xmlns='jabber:iq:register'><username/><password/></query>";

struct Server {
    written: UnboundedReceiver<String>,
    say: UnboundedSender<Result<String, LinkEnd>>,
}

impl Server {
    fn send(&self, text: &str) {
        self.say.send(Ok(text.to_owned())).unwrap();
    }

    async fn recv(&mut self) -> String {
        self.written.recv().await.unwrap()
    }

    async fn opens(&mut self) {
        self.recv().await;
        self.send(&open_tag(None, Some(DOMAIN), Some("s"), None));
        self.send("<features xmlns='http://etherx.jabber.org/streams'/>");
    }

    async fn opens_to_the_invited(&mut self) {
        self.recv().await;
        self.send(&open_tag(None, Some(DOMAIN), Some("s"), None));
        self.send(
            "<features xmlns='http://etherx.jabber.org/streams'><register xmlns='urn:xmpp:ibr-token:0'/></features>",
        );
    }

    async fn answers(&mut self, kind: &str, id: &str, payload: &str) {
        let request = parse(&self.recv().await, &Limits::STANZA).unwrap();
        assert_eq!(
            (request.attr("id"), request.attr("to")),
            (Some(id), Some(DOMAIN))
        );
        self.send(&format!(
            "<iq xmlns='jabber:client' type='{kind}' id='{id}' from='{DOMAIN}'>{payload}</iq>"
        ));
    }
}

async fn registering(script: impl AsyncFnOnce(&mut Server)) -> Result<(), RegisterProblem> {
    registering_with(None, script).await
}

async fn registering_with(
    token: Option<&str>,
    script: impl AsyncFnOnce(&mut Server),
) -> Result<(), RegisterProblem> {
    let token = token.map(|token| Secret::new(token.to_owned()));
    let (mut wire, written, say) = wire();
    let mut server = Server { written, say };
    let password = Secret::new(PASSWORD.to_owned());
    let client = async {
        let wanted = Wanted {
            domain: DOMAIN,
            name: "alice",
            password: &password,
            token: token.as_ref(),
        };
        let answer = register_over(&mut wire, &wanted).await;
        drop(wire);
        answer
    };
    let (answer, ()) = tokio::join!(client, script(&mut server));
    answer
}

fn error(condition: &str, text: &str) -> String {
    format!(
        "<error type='cancel'><{condition} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>\
         <text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>{text}</text></error>"
    )
}

#[tokio::test(start_paused = true)]
async fn a_name_and_a_password_make_an_account() {
    let made = registering(async |server| {
        server.opens().await;
        server.answers("result", "reg1", FIELDS).await;
        let request = server.recv().await;
        assert_eq!(
            request,
            "<iq xmlns='jabber:client' id='reg2' to='example.org' type='set'><query xmlns='jabber:iq:register'>\
             <username>alice</username><password>wonder,land=</password></query></iq>"
        );
        server.send("<iq xmlns='jabber:client' type='result' id='reg2'/>");
    })
    .await;
    assert_eq!(made, Ok(()));
}

#[tokio::test(start_paused = true)]
async fn refusals_are_told_apart() {
    let not_acceptable = |text: &str| RegisterProblem::NotAcceptable {
        text: text.to_owned(),
    };
    let refusals = [
        ("conflict", RegisterProblem::Conflict),
        ("not-acceptable", not_acceptable("words")),
        (
            "resource-constraint",
            RegisterProblem::Later {
                text: "words".to_owned(),
            },
        ),
        ("not-allowed", RegisterProblem::NotOffered),
    ];
    for (condition, problem) in refusals {
        let refused = registering(async |server| {
            server.opens().await;
            server.answers("result", "reg1", FIELDS).await;
            server
                .answers("error", "reg2", &error(condition, "words"))
                .await;
        })
        .await;
        assert_eq!(refused, Err(problem));
    }
    let refused = registering(async |server| {
        server.opens().await;
        server
            .answers("error", "reg1", &error("service-unavailable", ""))
            .await;
    })
    .await;
    assert_eq!(refused, Err(RegisterProblem::NotOffered));
}

#[tokio::test(start_paused = true)]
async fn a_form_for_people_is_told_with_its_page() {
    let forms = [
        (
            "<query xmlns='jabber:iq:register'><instructions>Visit us</instructions>\
             <x xmlns='jabber:x:oob'><url>https://example.org/new</url></x></query>",
            Some("https://example.org/new".to_owned()),
        ),
        (
            "<query xmlns='jabber:iq:register'><instructions>Visit us</instructions>\
             <x xmlns='jabber:x:data' type='form'/></query>",
            None,
        ),
    ];
    for (form, url) in forms {
        let refused = registering(async |server| {
            server.opens().await;
            server.answers("result", "reg1", form).await;
        })
        .await;
        let instructions = "Visit us".to_owned();
        assert_eq!(
            refused,
            Err(RegisterProblem::NeedsForm { url, instructions })
        );
    }
}

#[tokio::test(start_paused = true)]
async fn who_is_invited_shows_it_before_asking_for_an_account() {
    let made = registering_with(Some("t0ken"), async |server| {
        server.opens_to_the_invited().await;
        assert_eq!(
            server.recv().await,
            "<iq xmlns='jabber:client' id='reg0' to='example.org' type='set'>\
             <preauth xmlns='urn:xmpp:pars:0' token='t0ken'/></iq>"
        );
        server.send("<iq xmlns='jabber:client' type='result' id='reg0'/>");
        server.answers("result", "reg1", FIELDS).await;
        server.answers("result", "reg2", "").await;
    })
    .await;
    assert_eq!(made, Ok(()));
}

#[tokio::test(start_paused = true)]
async fn an_invitation_that_is_not_good_any_more_is_said_and_makes_nothing() {
    for condition in ["item-not-found", "not-acceptable", "forbidden", "gone"] {
        let refused = registering_with(Some("old"), async |server| {
            server.opens_to_the_invited().await;
            server.answers("error", "reg0", &error(condition, "")).await;
        })
        .await;
        assert_eq!(refused, Err(RegisterProblem::BadToken));
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_knows_no_invitations_learns_of_none() {
    let made = registering_with(Some("t0ken"), async |server| {
        server.opens().await;
        server.answers("result", "reg1", FIELDS).await;
        server.answers("result", "reg2", "").await;
    })
    .await;
    assert_eq!(made, Ok(()));
}

/// How it ends for somebody who was invited when this is answered with this error.
async fn invited_and_refused(at: &str, error: &str) -> RegisterProblem {
    let refused = registering_with(Some("t0ken"), async |server| {
        server.opens_to_the_invited().await;
        for (id, answer) in [("reg0", ""), ("reg1", FIELDS), ("reg2", "")] {
            if id == at {
                server.answers("error", id, error).await;
                return;
            }
            server.answers("result", id, answer).await;
        }
    });
    refused.await.unwrap_err()
}

#[tokio::test(start_paused = true)]
async fn what_stops_somebody_who_was_invited_is_told_for_what_it_is() {
    let words = || "words".to_owned();
    let wait = "<error type='wait'><policy-violation xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>";
    let later = |text: &str| RegisterProblem::Later {
        text: text.to_owned(),
    };
    let refused = RegisterProblem::NotAcceptable { text: words() };
    let cases = [
        (
            "reg0",
            error("service-unavailable", "words"),
            RegisterProblem::NotOffered,
        ),
        (
            "reg0",
            error("resource-constraint", "words"),
            later("words"),
        ),
        ("reg0", wait.to_owned(), later("policy-violation")),
        (
            "reg0",
            error("internal-server-error", "words"),
            refused.clone(),
        ),
        // Good until now, and used by somebody else meanwhile.
        (
            "reg2",
            error("item-not-found", "words"),
            RegisterProblem::BadToken,
        ),
        (
            "reg2",
            error("conflict", "words"),
            RegisterProblem::Conflict,
        ),
        // Another name was invited.
        ("reg2", error("not-allowed", "words"), refused.clone()),
        ("reg2", error("not-acceptable", "words"), refused),
        ("reg2", wait.to_owned(), later("policy-violation")),
        (
            "reg1",
            error("service-unavailable", ""),
            RegisterProblem::NotOffered,
        ),
    ];
    for (at, error, problem) in cases {
        assert_eq!(
            invited_and_refused(at, &error).await,
            problem,
            "{at} {error}"
        );
    }
}
