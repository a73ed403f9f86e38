//! Making an account (XEP-0077).

use crate::config::{RegisterConfig, Secret};
use crate::connect::connect;
use crate::farewell::leave;
use crate::login::{open, stanza, unexpected, within};
use crate::ns;
use crate::stanza::{Build, error_of};
use crate::transport::Transport;
use carillon_core::session::{SessionProblem, StanzaProblem};
use minidom::Element;

/// Why no account was made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RegisterProblem {
    /// The server lets nobody register this way.
    #[error("the server makes no accounts this way")]
    NotOffered,
    /// The name is taken.
    #[error("the name is taken")]
    Conflict,
    /// The server does not take this name or password, or not now.
    #[error("the server refused: {text}")]
    NotAcceptable {
        /// In the server's words.
        text: String,
    },
    /// The server takes no registrations now: too many were asked for, or it is busy (RFC 6120 §8.3.2, `wait`). There is no
    /// account.
    #[error("the server wants this tried again later: {text}")]
    Later {
        /// In the server's words.
        text: String,
    },
    /// The server does not know the invitation, or it was used, or has ended (XEP-0445 §4).
    #[error("the invitation is not good any more")]
    BadToken,
    /// The server wants to know more than a name and a password, often that a person asks.
    #[error("the server wants its form filled in")]
    NeedsForm {
        /// A page on the web that does the same, where the server names one.
        url: Option<String>,
        /// In the server's words.
        instructions: String,
    },
    /// There was no stream to ask on.
    #[error(transparent)]
    Session(#[from] SessionProblem),
}

/// Makes an account on the server that the address names. It does not sign in.
///
/// # Errors
/// Why there is no account. After [`RegisterProblem::Session`] of kind `Lost` there may be one.
pub async fn register(config: RegisterConfig) -> Result<(), RegisterProblem> {
    let domain = config.account.domain().as_str();
    let mut transport = connect(&config.destination()).await?;
    let Some(name) = config.account.node() else {
        return Err(RegisterProblem::NotAcceptable {
            text: "an address without a name".to_owned(),
        });
    };
    let wanted = Wanted {
        domain,
        name: name.as_str(),
        password: &config.password,
        token: config.token.as_ref(),
    };
    let answer = register_over(&mut transport, &wanted).await;
    leave(&mut transport).await;
    answer
}

/// The account that is wished for.
pub(crate) struct Wanted<'a> {
    pub(crate) domain: &'a str,
    pub(crate) name: &'a str,
    pub(crate) password: &'a Secret,
    pub(crate) token: Option<&'a Secret>,
}

pub(crate) async fn register_over<T: Transport>(
    transport: &mut T,
    wanted: &Wanted<'_>,
) -> Result<(), RegisterProblem> {
    let domain = wanted.domain;
    within(async {
        let features = open(transport, domain).await?;
        let mut refused: Refused = of_anybody;
        // Where it is not announced, the invitation may be another server's: it is nobody's business here (§3).
        if let Some(token) = wanted.token
            && features.has_child("register", ns::IBR_TOKEN)
        {
            let token = Element::new_in(ns::PARS, "preauth").with("token", token.reveal());
            ask(transport, domain, "set", "reg0", token, of_token).await?;
            refused = of_invited;
        }
        let query = Element::new_in(ns::REGISTER, "query");
        let form = ask(transport, domain, "get", "reg1", query, refused).await?;
        check(&form)?;
        let query = Element::new_in(ns::REGISTER, "query")
            .holding_text("username", wanted.name)
            .holding_text("password", wanted.password.reveal());
        ask(transport, domain, "set", "reg2", query, refused).await?;
        Ok(())
    })
    .await
}

async fn ask<T: Transport>(
    transport: &mut T,
    domain: &str,
    kind: &'static str,
    id: &'static str,
    query: Element,
    refused: Refused,
) -> Result<Element, RegisterProblem> {
    let iq = Element::stanza("iq")
        .with("type", kind)
        .with("to", domain)
        .with("id", id)
        .holding(query);
    transport
        .send(std::slice::from_ref(&iq))
        .await
        .map_err(SessionProblem::from)?;
    let answer = stanza(transport).await?;
    if !answer.is("iq", ns::JABBER_CLIENT) || answer.attr("id") != Some(id) {
        return Err(unexpected(&answer, "the answer about registration").into());
    }
    match answer.attr("type") {
        Some("result") => Ok(answer),
        _ if wants_patience(&answer) => Err(RegisterProblem::Later {
            text: text_of(error_of(&answer)),
        }),
        _ => Err(refused(error_of(&answer))),
    }
}

/// Whether a name and a password are all that is asked for (XEP-0077 §3.1).
fn check(form: &Element) -> Result<(), RegisterProblem> {
    let Some(query) = form.get_child("query", ns::REGISTER) else {
        return Err(RegisterProblem::NotOffered);
    };
    if query.has_child("username", ns::REGISTER) && query.has_child("password", ns::REGISTER) {
        return Ok(());
    }
    let text = |name, namespace| query.get_child(name, namespace).map(Element::text);
    let url = query
        .get_child("x", ns::OOB)
        .and_then(|x| x.get_child("url", ns::OOB))
        .map(Element::text);
    if url.is_none() && !query.has_child("x", ns::DATA_FORMS) {
        return Err(RegisterProblem::NotOffered);
    }
    Err(RegisterProblem::NeedsForm {
        url,
        instructions: text("instructions", ns::REGISTER).unwrap_or_default(),
    })
}

/// What an error means at one of the steps.
type Refused = fn(StanzaProblem) -> RegisterProblem;

/// An invitation was shown. What says that it is not good differs from server to server.
fn of_token(problem: StanzaProblem) -> RegisterProblem {
    match problem.condition.as_str() {
        "item-not-found" | "not-acceptable" | "forbidden" | "gone" | "not-authorized" => {
            RegisterProblem::BadToken
        }
        _ => of_anybody(problem),
    }
}

/// The invitation was good, so that the server does make accounts: another name may be free, or the one that was invited.
fn of_invited(problem: StanzaProblem) -> RegisterProblem {
    match problem.condition.as_str() {
        "item-not-found" | "gone" => RegisterProblem::BadToken,
        "not-allowed" | "forbidden" => not_acceptable(problem),
        _ => of_anybody(problem),
    }
}

fn of_anybody(problem: StanzaProblem) -> RegisterProblem {
    match problem.condition.as_str() {
        "conflict" => RegisterProblem::Conflict,
        "service-unavailable" | "feature-not-implemented" | "not-allowed" | "forbidden" => {
            RegisterProblem::NotOffered
        }
        _ => not_acceptable(problem),
    }
}

fn not_acceptable(problem: StanzaProblem) -> RegisterProblem {
    RegisterProblem::NotAcceptable {
        text: text_of(problem),
    }
}

fn text_of(problem: StanzaProblem) -> String {
    match problem.text.is_empty() {
        true => problem.condition,
        false => problem.text,
    }
}

/// Whether the same may be taken later.
fn wants_patience(answer: &Element) -> bool {
    let error = answer.get_child("error", ns::JABBER_CLIENT);
    error.is_some_and(|error| {
        error.attr("type") == Some("wait")
            || error.has_child("resource-constraint", ns::XMPP_STANZAS)
    })
}
