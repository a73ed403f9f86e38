//! Up to where my devices have seen chats (XEP-0490): kept by my account, for nobody's eyes but mine.

use super::Session;
use super::pending::{Answerer, Asked};
use crate::ns;
use crate::stanza::Build;
use carillon_core::session::{Incoming, SeenMark};
use jid::BareJid;
use minidom::Element;

/// So many chats are taken of what an account keeps.
const MOST: usize = 5_000;
/// As many chats as ejabberd lets a node hold unless it is told otherwise.
const MOST_IN_NUMBERS: &str = "1000";
/// Bytes of an archive's id.
const LONGEST: usize = 1_000;

/// What servers say that do not take from who publishes how many items a node holds, or do not know `max`: ejabberd 23
/// says the last.
const REFUSES_MAX: [&str; 3] = ["bad-request", "not-acceptable", "resource-constraint"];

impl Session {
    /// A server that cannot promise to keep something private (XEP-0223 §3) is neither asked nor told.
    pub(super) fn ask_seen_marks(&mut self) {
        if !self.keeps_privately {
            return;
        }
        let items = Element::new_in(ns::PUBSUB, "items").with("node", ns::DISPLAYED);
        let query = Element::new_in(ns::PUBSUB, "pubsub").holding(items);
        self.ask("get", Answerer::Account, Asked::SeenMarks, query);
    }

    pub(super) fn hear_seen_marks(&mut self, iq: &Element, failed: bool) {
        // Nothing was ever kept there: the first who keeps something makes the node.
        let none = failed && crate::stanza::error_of(iq).condition == "item-not-found";
        if failed && !none {
            return tracing::info!("the server keeps for no device of mine what was seen");
        }
        let items = iq
            .get_child("pubsub", ns::PUBSUB)
            .and_then(|pubsub| pubsub.get_child("items", ns::PUBSUB))
            .filter(|items| items.attr("node") == Some(ns::DISPLAYED));
        let all = items.map(|items| self.seen_marks(items, ns::PUBSUB));
        self.tell(Incoming::SeenMarks {
            all: all.unwrap_or_default(),
            whole: true,
        });
    }

    /// Only my own account says what I have seen.
    pub(super) fn hear_seen_marks_event(&mut self, owner: &BareJid, items: &Element) {
        if *owner != self.me.bare {
            return tracing::warn!("what somebody else has seen was dropped");
        }
        let all = self.seen_marks(items, ns::PUBSUB_EVENT);
        if !all.is_empty() {
            self.tell(Incoming::SeenMarks { all, whole: false });
        }
    }

    fn seen_marks(&self, items: &Element, words: &'static str) -> Vec<SeenMark> {
        let items = items.children().filter(|item| item.is("item", words));
        let marks = items.take(MOST).filter_map(|item| self.seen_mark(item));
        marks.collect()
    }

    /// `None` where it is of somebody in a room, or the id is anybody's but my server's and the room's.
    fn seen_mark(&self, item: &Element) -> Option<SeenMark> {
        let chat = BareJid::new(item.attr("id")?).ok()?;
        let mut ids = item
            .get_child("displayed", ns::DISPLAYED)?
            .children()
            .filter(|child| child.is("stanza-id", ns::SID));
        let (one, more) = (ids.next()?, ids.next());
        let entry = one
            .attr("id")
            .filter(|id| (1..=LONGEST).contains(&id.len()))?;
        let by = BareJid::new(one.attr("by")?).ok()?;
        let room = by == chat && by != self.me.bare;
        if more.is_some() || !(room || by == self.me.bare) {
            return None;
        }
        Some(SeenMark {
            chat,
            entry: entry.to_owned(),
            room,
        })
    }

    pub(super) fn keep_seen_mark(&mut self, mark: SeenMark) {
        if self.keeps_privately {
            self.publish_seen_mark(mark);
        }
    }

    /// Nobody waits for this: what cannot be kept is not. `most`: it was to make room for as many as there can be; several
    /// may be refused so before the first refusal is here.
    pub(super) fn hear_seen_mark_kept(&mut self, mark: SeenMark, most: bool, iq: &Element) {
        let problem = crate::stanza::error_of(iq);
        if most && REFUSES_MAX.contains(&problem.condition.as_str()) {
            self.makes_room_by_publishing = false;
            return self.make_seen_node(mark);
        }
        tracing::info!(?problem, "what was seen is not kept");
    }

    /// The node is made by itself, with room for many; one that is there already stays as it is.
    fn make_seen_node(&mut self, mark: SeenMark) {
        let create = Element::new_in(ns::PUBSUB, "create").with("node", ns::DISPLAYED);
        let form = super::bookmarks::for_me_alone("node_config", Some(MOST_IN_NUMBERS));
        let payload = Element::new_in(ns::PUBSUB, "pubsub")
            .holding(create)
            .holding(Element::new_in(ns::PUBSUB, "configure").holding(form));
        let asked = Asked::SeenNode(Box::new(mark));
        self.ask("set", Answerer::Account, asked, payload);
    }

    pub(super) fn publish_seen_mark(&mut self, mark: SeenMark) {
        let by = if mark.room { &mark.chat } else { &self.me.bare };
        let id = Element::new_in(ns::SID, "stanza-id")
            .with("by", by.as_str())
            .with("id", &mark.entry);
        let item = Element::new_in(ns::PUBSUB, "item")
            .with("id", mark.chat.as_str())
            .holding(Element::new_in(ns::DISPLAYED, "displayed").holding(id));
        let publish = Element::new_in(ns::PUBSUB, "publish")
            .with("node", ns::DISPLAYED)
            .holding(item);
        let most = self.makes_room_by_publishing;
        let form = super::bookmarks::for_me_alone("publish-options", most.then_some("max"));
        let payload = Element::new_in(ns::PUBSUB, "pubsub")
            .holding(publish)
            .holding(Element::new_in(ns::PUBSUB, "publish-options").holding(form));
        let asked = Asked::SeenMark(Box::new(mark), most);
        self.ask("set", Answerer::Account, asked, payload);
    }
}
