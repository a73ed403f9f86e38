//! What the server answers itself: for the domain, and on behalf of accounts.

use jid::Jid;
use minidom::Element;

use super::Router;
use super::iq::{Reply, Sender};
use crate::ns;
use crate::stanza::{Build, Condition, el};

/// What the server can do, as it says at its domain (XEP-0030).
const SERVER_FEATURES: [&str; 8] = [
    ns::DISCO_INFO,
    ns::DISCO_ITEMS,
    ns::BLOCKING,
    ns::CARBONS,
    ns::PING,
    ns::REGISTER,
    ns::VERSION,
    "msgoffline",
];

/// What an account can do for others and for its owner.
const ACCOUNT_FEATURES: [&str; 4] = [ns::DISCO_INFO, ns::DISCO_ITEMS, ns::CARBONS, ns::PING];

/// Builds the answer to a disco#info request.
pub(crate) fn disco_info(
    category: &str,
    kind: &str,
    name: Option<&str>,
    features: &[&str],
) -> Element {
    let mut identity = el("identity", ns::DISCO_INFO)
        .set("category", category)
        .set("type", kind);
    if let Some(name) = name {
        identity = identity.set("name", name);
    }
    let info = el("query", ns::DISCO_INFO).put(identity);
    features.iter().fold(info, |info, feature| {
        info.put(el("feature", ns::DISCO_INFO).set("var", *feature))
    })
}

/// The one payload of a request.
fn payload(iq: &Element) -> Result<&Element, Condition> {
    iq.children().next().ok_or(Condition::BadRequest)
}

fn is_get(iq: &Element) -> bool {
    iq.attr("type") == Some("get")
}

/// Whether a disco request asks for a node; none exist here.
fn no_node(payload: &Element) -> Result<(), Condition> {
    match payload.attr("node") {
        None | Some("") => Ok(()),
        Some(_) => Err(Condition::ItemNotFound),
    }
}

impl Router {
    /// A request to the domain.
    pub(super) fn server_iq(
        &mut self,
        to: &Jid,
        iq: &Element,
    ) -> Result<Option<Element>, Condition> {
        if to.resource().is_some() {
            return Err(Condition::ServiceUnavailable);
        }
        let payload = payload(iq)?;
        if payload.is("query", ns::DISCO_INFO) && is_get(iq) {
            no_node(payload)?;
            Ok(Some(disco_info(
                "server",
                "im",
                Some("Carillon"),
                &SERVER_FEATURES,
            )))
        } else if payload.is("query", ns::DISCO_ITEMS) && is_get(iq) {
            no_node(payload)?;
            let rooms = el("item", ns::DISCO_ITEMS)
                .set("jid", self.rooms.domain())
                .set("name", "Rooms");
            let items = el("query", ns::DISCO_ITEMS).put(rooms);
            Ok(Some(match self.upload_item() {
                Some(upload) => items.put(upload),
                None => items,
            }))
        } else if payload.is("query", ns::VERSION) && is_get(iq) {
            Ok(Some(
                el("query", ns::VERSION)
                    .put(el("name", ns::VERSION).say("Carillon embedded server"))
                    .put(el("version", ns::VERSION).say(env!("CARGO_PKG_VERSION"))),
            ))
        } else if payload.is("ping", ns::PING) && is_get(iq) {
            Ok(None)
        } else {
            Err(Condition::ServiceUnavailable)
        }
    }

    /// A request of a session to its own account, or without an address.
    pub(super) fn own_iq(&mut self, sender: &Sender, iq: &Element) -> Result<Reply, Condition> {
        let payload = payload(iq)?;
        let get = is_get(iq);
        if payload.is("query", ns::ROSTER) {
            return self.roster_iq(sender, iq);
        }
        if payload.is("query", ns::REGISTER) {
            return self.register_own(sender.conn, iq, &sender.name);
        }
        let answer = match (payload.name(), get) {
            ("enable" | "disable", false) if payload.has_ns(ns::CARBONS) => {
                if let Some(session) = self.sessions.get_mut(sender.conn) {
                    session.carbons = payload.name() == "enable";
                }
                None
            }
            ("blocklist", true) if payload.has_ns(ns::BLOCKING) => self.block_list(sender)?,
            ("block", false) if payload.has_ns(ns::BLOCKING) => self.block(sender, payload)?,
            ("unblock", false) if payload.has_ns(ns::BLOCKING) => self.unblock(sender, payload)?,
            // RFC 3921 §3: does nothing, for old clients.
            ("session", false) if payload.has_ns(ns::SESSION) => None,
            ("ping", true) if payload.has_ns(ns::PING) => None,
            _ => self.account_disco(payload, get)?,
        };
        Ok(Reply::Now(answer))
    }

    /// A request to another user's account: only those who may see the user learn that there is one.
    pub(super) fn account_iq(
        &mut self,
        sender: &Sender,
        name: &str,
        iq: &Element,
    ) -> Result<Option<Element>, Condition> {
        let sees = self.store.account_exists(name)?
            && self
                .store
                .roster_item(name, &sender.bare())?
                .is_some_and(|item| item.state.is_seen());
        if !sees {
            return Err(Condition::ServiceUnavailable);
        }
        self.account_disco(payload(iq)?, is_get(iq))
    }

    fn account_disco(&self, payload: &Element, get: bool) -> Result<Option<Element>, Condition> {
        if payload.is("query", ns::DISCO_INFO) && get {
            no_node(payload)?;
            Ok(Some(disco_info(
                "account",
                "registered",
                None,
                &ACCOUNT_FEATURES,
            )))
        } else if payload.is("query", ns::DISCO_ITEMS) && get {
            Ok(Some(el("query", ns::DISCO_ITEMS)))
        } else {
            Err(Condition::ServiceUnavailable)
        }
    }
}
