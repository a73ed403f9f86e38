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
        // Where it is not announced, the invitation may be another server's: it is nobody's business here (§3).
        if let Some(token) = wanted.token
            && features.has_child("register", ns::IBR_TOKEN)
        {
            let token = Element::new_in(ns::PARS, "preauth").with("token", token.reveal());
            match ask(transport, domain, "set", "reg0", token).await {
                Err(RegisterProblem::NotAcceptable { .. } | RegisterProblem::NotOffered) => {
                    return Err(RegisterProblem::BadToken);
                }
                other => other?,
            };
        }
        let query = Element::new_in(ns::REGISTER, "query");
        let form = ask(transport, domain, "get", "reg1", query).await?;
        check(&form)?;
        let query = Element::new_in(ns::REGISTER, "query")
            .holding_text("username", wanted.name)
            .holding_text("password", wanted.password.reveal());
        ask(transport, domain, "set", "reg2", query).await?;
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
        _ => Err(refusal(error_of(&answer))),
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

fn refusal(problem: StanzaProblem) -> RegisterProblem {
    match problem.condition.as_str() {
        "conflict" => RegisterProblem::Conflict,
        "service-unavailable" | "feature-not-implemented" | "not-allowed" | "forbidden" => {
            RegisterProblem::NotOffered
        }
        _ => RegisterProblem::NotAcceptable {
            text: if problem.text.is_empty() {
                problem.condition
            } else {
                problem.text
            },
        },
    }
}
