//! Accounts whose owner has gone to another one (XEP-0283). The statement stands on the old account, for those who see
//! its presence; who says that they are somebody's new address is believed only when that statement names them.

use super::Session;
use super::pending::{Answerer, Asked};
use crate::ns;
use crate::stanza::{Build, error_of};
use carillon_core::session::{Incoming, StanzaProblem};
use jid::BareJid;
use minidom::Element;

/// The one item of the node (§4.1).
const ITEM: &str = "current";

impl Session {
    /// Publishes where I have gone (§4.1), to those whom my presence goes to (§6.1), or takes it back.
    pub(super) fn say_moved(&mut self, request: u64, to: Option<&BareJid>) {
        let item = Element::new_in(ns::PUBSUB, "item").with("id", ITEM);
        let payload = Element::new_in(ns::PUBSUB, "pubsub");
        let payload = match to {
            Some(to) => {
                let moved =
                    Element::new_in(ns::MOVED, "moved").holding_text("new-jid", to.as_str());
                let publish = Element::new_in(ns::PUBSUB, "publish")
                    .with("node", ns::MOVED)
                    .holding(item.holding(moved));
                payload
                    .holding(publish)
                    .holding(super::told::options("presence"))
            }
            None => payload.holding(
                Element::new_in(ns::PUBSUB, "retract")
                    .with("node", ns::MOVED)
                    .with("notify", "true")
                    .holding(item),
            ),
        };
        let asked = match to {
            Some(_) => Asked::Request(request),
            None => Asked::Retracted(request),
        };
        self.ask("set", Answerer::Account, asked, payload);
    }

    /// What was never there is taken back too.
    pub(super) fn hear_retracted(&mut self, iq: &Element, request: u64, failed: bool) {
        let problem = failed.then(|| error_of(iq));
        let result = match problem {
            Some(problem) if problem.condition != "item-not-found" => Err(problem),
            _ => Ok(()),
        };
        self.tell(Incoming::Outcome { request, result });
    }

    /// Asks for somebody's statement (§4.3). Only their bare address answers.
    pub(super) fn ask_moved(&mut self, request: u64, of: BareJid) {
        let item = Element::new_in(ns::PUBSUB, "item").with("id", ITEM);
        let items = Element::new_in(ns::PUBSUB, "items")
            .with("node", ns::MOVED)
            .holding(item);
        let payload = Element::new_in(ns::PUBSUB, "pubsub").holding(items);
        self.ask("get", Answerer::Person(of), Asked::Moved(request), payload);
    }

    pub(super) fn hear_moved(&mut self, iq: &Element, request: u64, failed: bool) {
        let found = if failed { gone_to(iq) } else { statement(iq) };
        let none = || match failed {
            true => error_of(iq),
            false => StanzaProblem {
                condition: "item-not-found".to_owned(),
                text: String::new(),
            },
        };
        self.tell(Incoming::Moved {
            request,
            answer: found.ok_or_else(none),
        });
    }
}

/// The address that a statement names; `None` for none, more than one, or that of a device.
fn statement(iq: &Element) -> Option<BareJid> {
    let items = iq
        .get_child("pubsub", ns::PUBSUB)?
        .get_child("items", ns::PUBSUB)
        .filter(|items| items.attr("node") == Some(ns::MOVED))?;
    let item = items
        .children()
        .find(|child| child.is("item", ns::PUBSUB) && child.attr("id") == Some(ITEM))?;
    let moved = item.get_child("moved", ns::MOVED)?;
    let mut named = moved
        .children()
        .filter(|child| child.is("new-jid", ns::MOVED));
    let (one, more) = (named.next()?, named.next());
    BareJid::new(one.text().trim())
        .ok()
        .filter(|_| more.is_none())
}

/// An account that is no more may say in its error where its owner went (§4.3, RFC 6120 §8.3.3.5).
fn gone_to(iq: &Element) -> Option<BareJid> {
    let said = iq
        .get_child("error", ns::JABBER_CLIENT)?
        .get_child("gone", ns::XMPP_STANZAS)?
        .text();
    let address = said.trim().strip_prefix("xmpp:")?;
    BareJid::new(address).ok()
}
