//! Addresses a user does not want to hear from (XEP-0191).

use jid::Jid;
use minidom::Element;

use super::Router;
use super::iq::Sender;
use crate::ns;
use crate::stanza::{Build, Condition, el};
use crate::store::StoreError;

/// Addresses one user may block.
const MOST_BLOCKED: usize = 1000;

/// The forms under which an address may have been blocked (XEP-0191 §4).
fn forms(jid: &Jid) -> [String; 4] {
    let domain = jid.domain().to_string();
    let on_domain = jid
        .resource()
        .map_or_else(|| domain.clone(), |resource| format!("{domain}/{resource}"));
    [
        jid.to_string(),
        jid.to_bare().to_string(),
        on_domain,
        domain,
    ]
}

/// Whether a block list covers an address.
pub(super) fn matches_any(blocked: &[String], jid: &Jid) -> bool {
    !blocked.is_empty() && forms(jid).iter().any(|form| blocked.contains(form))
}

impl Router {
    /// Whether `name` blocks `jid`. Nobody blocks their own account.
    pub(super) fn blocks(&self, name: &str, jid: &Jid) -> Result<bool, StoreError> {
        if self
            .account_jid(name)
            .is_some_and(|own| own == jid.to_bare())
        {
            return Ok(false);
        }
        let forms = forms(jid);
        self.store
            .blocks_any(name, &forms.each_ref().map(String::as_str))
    }

    pub(super) fn block_list(&mut self, sender: &Sender) -> Result<Option<Element>, Condition> {
        if let Some(session) = self.sessions.get_mut(sender.conn) {
            session.wants_blocklist = true;
        }
        let list = self.store.blocked(&sender.name)?;
        Ok(Some(with_items(el("blocklist", ns::BLOCKING), &list)))
    }

    pub(super) fn block(
        &mut self,
        sender: &Sender,
        request: &Element,
    ) -> Result<Option<Element>, Condition> {
        let jids = jids(request)?;
        let before = self.store.blocked(&sender.name)?;
        if jids.is_empty() {
            return Err(Condition::BadRequest);
        }
        if before.len() + jids.len() > MOST_BLOCKED {
            return Err(Condition::ResourceConstraint);
        }
        // Before the block is in force, the newly blocked see the user go (XEP-0191 §3.3).
        self.tell_watchers(sender, &before, &jids, false)?;
        self.store.block(&sender.name, &jids)?;
        self.push_blocking(sender, &with_items(el("block", ns::BLOCKING), &jids));
        Ok(None)
    }

    pub(super) fn unblock(
        &mut self,
        sender: &Sender,
        request: &Element,
    ) -> Result<Option<Element>, Condition> {
        let jids = jids(request)?;
        let before = self.store.blocked(&sender.name)?;
        let freed = if jids.is_empty() {
            before.clone()
        } else {
            jids.clone()
        };
        self.store.unblock(&sender.name, &freed)?;
        let left = self.store.blocked(&sender.name)?;
        self.tell_watchers(sender, &left, &freed, true)?;
        self.push_blocking(sender, &with_items(el("unblock", ns::BLOCKING), &jids));
        Ok(None)
    }

    /// Shows the user's presence, or its end, to the contacts that `changed` covers and `others` does not.
    fn tell_watchers(
        &mut self,
        sender: &Sender,
        others: &[String],
        changed: &[String],
        here: bool,
    ) -> Result<(), Condition> {
        for item in self.store.watchers(&sender.name)? {
            let jid = item.contact.clone().into();
            if matches_any(changed, &jid) && !matches_any(others, &jid) {
                self.show_all(&sender.name, &item.contact, here)?;
            }
        }
        Ok(())
    }

    fn push_blocking(&mut self, sender: &Sender, change: &Element) {
        for conn in self
            .sessions
            .select(&sender.name, |session| session.wants_blocklist)
        {
            let Some(to) = self
                .sessions
                .get(conn)
                .map(|session| session.jid.to_string())
            else {
                continue;
            };
            let id = self.token();
            let push = el("iq", ns::CLIENT)
                .set("type", "set")
                .set("id", id)
                .set("to", to)
                .put(change.clone());
            self.send(conn, &push);
        }
    }
}

fn jids(request: &Element) -> Result<Vec<String>, Condition> {
    request
        .children()
        .filter(|child| child.is("item", ns::BLOCKING))
        .map(|item| {
            let jid = item.attr("jid").ok_or(Condition::BadRequest)?;
            Jid::new(jid)
                .map(|jid| jid.to_string())
                .map_err(|_| Condition::JidMalformed)
        })
        .collect()
}

fn with_items(list: Element, jids: &[String]) -> Element {
    jids.iter().fold(list, |list, jid| {
        list.put(el("item", ns::BLOCKING).set("jid", jid.as_str()))
    })
}
