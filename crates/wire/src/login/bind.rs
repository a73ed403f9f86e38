//! Resource binding (RFC 6120 §7).

use super::problem::bind_problem;
use super::{stanza, unexpected};
use crate::ns;
use crate::stanza::{Build, error_of};
use crate::transport::Transport;
use carillon_core::session::SessionProblem;
use jid::{BareJid, FullJid};
use minidom::Element;

/// Only one request is under way here, and nobody else can speak on the stream before it is bound.
const ID: &str = "bind";

pub(super) async fn bind<T: Transport>(
    transport: &mut T,
    features: &Element,
    account: &BareJid,
    resource: Option<&str>,
) -> Result<FullJid, SessionProblem> {
    if !features.has_child("bind", ns::BIND) {
        return Err(unexpected(features, "features with resource binding"));
    }
    let mut bind = Element::new_in(ns::BIND, "bind");
    if let Some(resource) = resource {
        bind = bind.holding_text("resource", resource);
    }
    let request = Element::stanza("iq")
        .with("type", "set")
        .with("id", ID)
        .holding(bind);
    transport.send(std::slice::from_ref(&request)).await?;
    let answer = stanza(transport).await?;
    if !answer.is("iq", ns::JABBER_CLIENT) || answer.attr("id") != Some(ID) {
        return Err(unexpected(&answer, "the answer to resource binding"));
    }
    if answer.attr("type") != Some("result") {
        let refusal = error_of(&answer);
        return Err(bind_problem(&refusal.condition, &refusal.text));
    }
    let jid = answer
        .get_child("bind", ns::BIND)
        .and_then(|bind| bind.get_child("jid", ns::BIND))
        .and_then(|jid| FullJid::new(&jid.text()).ok())
        .ok_or_else(|| unexpected(&answer, "an address with a resource"))?;
    // Everything that is checked against the own address would be checked against a stranger's.
    if jid.to_bare() != *account {
        return Err(SessionProblem::Protocol {
            detail: format!("the server bound {jid}, not {account}"),
        });
    }
    Ok(jid)
}
