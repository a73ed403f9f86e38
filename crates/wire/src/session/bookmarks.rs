//! Rooms that my account keeps for my devices (XEP-0402).

use super::Session;
use super::notify;
use super::pending::{Answerer, Asked};
use super::private::{AskedTogether, Where};
use crate::ns;
use crate::stanza::Build;
use carillon_core::room::Bookmark;
use carillon_core::session::Incoming;
use carillon_xml::{Limits, parse, write};
use jid::BareJid;
use minidom::Element;

/// So many are taken of what an account keeps.
pub(super) const MOST: usize = 1_000;
/// Characters of a name, a nick or a password.
const LONGEST: usize = 500;
/// Bytes of what other clients keep there. Longer ones are not read, so that they are not cut short when they go back.
const LONGEST_EXTENSIONS: usize = 32 << 10;

impl Session {
    pub(super) fn ask_bookmarks(&mut self) {
        let items = Element::new_in(ns::PUBSUB, "items").with("node", ns::BOOKMARKS);
        let query = Element::new_in(ns::PUBSUB, "pubsub").holding(items);
        self.ask("get", Answerer::Account, Asked::Bookmarks, query);
    }

    pub(super) fn hear_bookmarks(&mut self, iq: &Element, failed: bool) {
        // Nothing was ever kept there: the first who keeps something makes the node.
        let none = failed && crate::stanza::error_of(iq).condition == "item-not-found";
        let refused = failed && !none;
        let items = iq
            .get_child("pubsub", ns::PUBSUB)
            .and_then(|pubsub| pubsub.get_child("items", ns::PUBSUB))
            .filter(|items| !failed && items.attr("node") == Some(ns::BOOKMARKS));
        let all = items.map(|items| {
            let items = items.children().filter(|item| item.is("item", ns::PUBSUB));
            items.filter_map(bookmark).take(MOST).collect()
        });
        let all: Vec<Bookmark> = all.unwrap_or_default();
        if all.is_empty() && !self.keeping.unified {
            return self.ask_together(AskedTogether::List { single: !refused });
        }
        if refused {
            tracing::info!("the server keeps no rooms for my devices");
            return self.tell(Incoming::NoBookmarks);
        }
        self.keeping.place = Where::Single;
        self.tell(Incoming::Bookmarks(all));
    }

    /// An event about bookmarks: only my own account speaks of mine.
    pub(super) fn hear_bookmark_event(&mut self, owner: &BareJid, event: &Element) {
        if *owner != self.me.bare {
            return tracing::warn!("somebody else's bookmarks were dropped");
        }
        if matches!(event.name(), "purge" | "delete") {
            return self.tell(Incoming::BookmarkGone { room: None });
        }
        for child in event.children().take(MOST) {
            if child.is("item", ns::PUBSUB_EVENT) {
                if let Some(one) = bookmark(child) {
                    self.tell(Incoming::Bookmark(Box::new(one)));
                }
            } else if child.is("retract", ns::PUBSUB_EVENT)
                && let Some(room) = child.attr("id").and_then(room)
            {
                self.tell(Incoming::BookmarkGone { room: Some(room) });
            }
        }
    }

    pub(super) fn keep_bookmark(&mut self, request: u64, bookmark: Box<Bookmark>) {
        let asked = match self.keeping.place {
            Where::Single => Asked::Request(request),
            Where::Unknown | Where::Open => Asked::Kept(request, bookmark.clone()),
            Where::Together => return self.keep_together(request, *bookmark),
        };
        self.publish_bookmark(asked, &bookmark);
    }

    fn publish_bookmark(&mut self, asked: Asked, bookmark: &Bookmark) {
        let mut conference = Element::new_in(ns::BOOKMARKS, "conference")
            .with("autojoin", if bookmark.autojoin { "true" } else { "false" });
        if !bookmark.name.is_empty() {
            conference = conference.with("name", &bookmark.name);
        }
        for (name, text) in [("nick", &bookmark.nick), ("password", &bookmark.password)] {
            if !text.is_empty() {
                conference = conference.holding_text(name, text);
            }
        }
        if let Some(extensions) = extensions(bookmark) {
            conference = conference.holding(extensions);
        }
        let item = Element::new_in(ns::PUBSUB, "item")
            .with("id", bookmark.room.as_str())
            .holding(conference);
        let publish = Element::new_in(ns::PUBSUB, "publish")
            .with("node", ns::BOOKMARKS)
            .holding(item);
        let payload = Element::new_in(ns::PUBSUB, "pubsub")
            .holding(publish)
            .holding(Element::new_in(ns::PUBSUB, "publish-options").holding(options()));
        self.ask("set", Answerer::Account, asked, payload);
    }
}

/// What is kept beside a bookmark, with what of it is mine.
pub(super) fn extensions(bookmark: &Bookmark) -> Option<Element> {
    // It was read here, and written by nobody else.
    let kept = parse(&bookmark.extensions, &Limits::STANZA).ok();
    notify::with(kept, bookmark.notify)
}

/// For nobody's eyes but mine: a server that cannot promise that keeps nothing (XEP-0402 §3.2, XEP-0223 §3).
pub(super) fn options() -> Element {
    for_me_alone("publish-options", Some("max"))
}

/// How a node is made (`node_config`), by itself or with what is published there first (`publish-options`), that holds
/// `most` items, a number or `max`, for nobody but me. Without `most` it is there, and only nobody else may read it.
pub(super) fn for_me_alone(form: &str, most: Option<&str>) -> Element {
    let field = |name: &str, value: &str| {
        Element::new_in(ns::DATA_FORMS, "field")
            .with("var", name)
            .holding_text("value", value)
    };
    let form_type = format!("{}#{form}", ns::PUBSUB);
    let fields = [
        Some(field("FORM_TYPE", &form_type).with("type", "hidden")),
        most.map(|_| field("pubsub#persist_items", "true")),
        most.map(|most| field("pubsub#max_items", most)),
        most.map(|_| field("pubsub#send_last_published_item", "never")),
        Some(field("pubsub#access_model", "whitelist")),
    ];
    fields.into_iter().flatten().fold(
        Element::new_in(ns::DATA_FORMS, "x").with("type", "submit"),
        Build::holding,
    )
}

pub(super) fn room(id: &str) -> Option<BareJid> {
    BareJid::new(id).ok().filter(|room| room.node().is_some())
}

fn bookmark(item: &Element) -> Option<Bookmark> {
    let room = room(item.attr("id")?)?;
    read(
        room,
        item.get_child("conference", ns::BOOKMARKS)?,
        ns::BOOKMARKS,
    )
}

/// What is kept of a room, in the words of XEP-0402 or XEP-0048; `None` when it is too much.
pub(super) fn read(room: BareJid, conference: &Element, words: &'static str) -> Option<Bookmark> {
    let short = |text: &str| text.chars().take(LONGEST).collect::<String>();
    let text = |name: &'static str| {
        let child = conference.get_child(name, words);
        short(&child.map(Element::text).unwrap_or_default())
    };
    let beside = conference.get_child("extensions", ns::BOOKMARKS);
    let extensions = beside.map(write).unwrap_or_default();
    if extensions.len() > LONGEST_EXTENSIONS {
        tracing::warn!(%room, "a bookmark with too much in it was left alone");
        return None;
    }
    Some(Bookmark {
        room,
        name: short(conference.attr("name").unwrap_or_default()),
        autojoin: matches!(conference.attr("autojoin"), Some("true" | "1")),
        nick: text("nick"),
        password: text("password"),
        extensions,
        notify: beside.and_then(notify::read),
    })
}
