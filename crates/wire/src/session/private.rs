//! Rooms that my account keeps for my devices where the server does not take them one by one (XEP-0402): all in one
//! piece (XEP-0048) in its private storage (XEP-0049), where older clients look for them too.
//!
//! Only one of both places is written. Rooms that lie there one by one are the account's; else those of the older place;
//! where there are none at all, they are kept one by one if the server takes that.

use super::Session;
use super::bookmarks::{MOST, extensions, room};
use super::pending::{Answerer, Asked};
use crate::ns;
use crate::stanza::{Build, error_of};
use carillon_core::room::Bookmark;
use carillon_core::session::{Incoming, StanzaProblem};
use carillon_xml::write;
use jid::BareJid;
use minidom::Element;
use std::collections::HashSet;

/// Bytes of the piece. A server may end the stream at 256 KiB, and the account would have lost all its rooms.
const LONGEST: usize = 200_000;
/// Who refuses so to keep a room by itself will refuse again.
const FOR_GOOD: [&str; 9] = [
    "bad-request",
    "conflict",
    "feature-not-implemented",
    "forbidden",
    "item-not-found",
    "not-acceptable",
    "not-allowed",
    // What ejabberd 23 says of an option that it does not know.
    "resource-constraint",
    "service-unavailable",
];

/// Where my account keeps rooms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Where {
    /// That is not known yet.
    #[default]
    Unknown,
    /// One by one.
    Single,
    /// Nowhere so far.
    Open,
    /// In one piece.
    Together,
}

/// What is to be remembered of the rooms that my account keeps.
#[derive(Debug, Default)]
pub(super) struct Keeping {
    pub(super) place: Where,
    /// The server shows older clients what lies there one by one (XEP-0402 §6).
    pub(super) unified: bool,
    /// To be changed in the piece, with the numbers of the requests.
    waiting: Vec<(u64, Bookmark)>,
    /// The piece is being read or written for that.
    busy: bool,
}

/// Why the piece was asked for, or given back.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum AskedTogether {
    /// To know what is kept; whether rooms could be kept one by one.
    List { single: bool },
    /// To be changed.
    ForChange,
    /// It was changed, for these requests.
    Changed(Vec<u64>),
}

impl Session {
    pub(super) fn ask_together(&mut self, why: AskedTogether) {
        let storage = Element::new_in(ns::STORAGE_BOOKMARKS, "storage");
        let query = Element::new_in(ns::PRIVATE, "query").holding(storage);
        self.ask("get", Answerer::Account, Asked::Together(why), query);
    }

    pub(super) fn hear_together(&mut self, iq: &Element, why: AskedTogether, failed: bool) {
        let storage = iq
            .get_child("query", ns::PRIVATE)
            .and_then(|query| query.get_child("storage", ns::STORAGE_BOOKMARKS))
            .filter(|_| !failed);
        match why {
            AskedTogether::List { single } => self.hear_list(storage, single, failed),
            AskedTogether::ForChange if failed => self.refuse_waiting(&error_of(iq)),
            AskedTogether::ForChange => self.change_together(storage),
            AskedTogether::Changed(requests) => {
                let result = if failed { Err(error_of(iq)) } else { Ok(()) };
                for request in requests {
                    let result = result.clone();
                    self.tell(Incoming::Outcome { request, result });
                }
                self.keeping.busy = false;
                self.change_waiting();
            }
        }
    }

    fn hear_list(&mut self, storage: Option<&Element>, single: bool, failed: bool) {
        if failed && !single {
            tracing::info!("the server keeps no rooms for my devices");
            return self.tell(Incoming::NoBookmarks);
        }
        let all = storage.map(conferences).unwrap_or_default();
        self.keeping.place = match (failed, single, all.is_empty()) {
            (true, _, _) => Where::Single,
            (false, true, true) => Where::Open,
            (false, _, _) => Where::Together,
        };
        self.tell(Incoming::Bookmarks(all));
    }

    /// The piece was changed, by whatever client: a server that keeps it for older and newer ones alike says so
    /// (XEP-0411 §3). Only my own account speaks of it.
    pub(super) fn hear_together_event(&mut self, owner: &BareJid, event: &Element) {
        if *owner != self.me.bare {
            return tracing::warn!("somebody else's bookmarks were dropped");
        }
        let storage = event
            .children()
            .filter(|child| child.is("item", ns::PUBSUB_EVENT))
            .find_map(|item| item.get_child("storage", ns::STORAGE_BOOKMARKS));
        let all = storage.map(conferences).unwrap_or_default();
        let first = self.keeping.place == Where::Open && !all.is_empty();
        if first {
            // Another device of mine was the first to keep something.
            self.keeping.place = Where::Together;
        }
        if storage.is_some() && self.keeping.place == Where::Together {
            self.tell(Incoming::Bookmarks(all));
        }
    }

    /// The answer to the first room that was to be kept by itself.
    pub(super) fn hear_kept(
        &mut self,
        request: u64,
        bookmark: Bookmark,
        result: Result<(), StanzaProblem>,
    ) {
        let for_good = |problem: &StanzaProblem| FOR_GOOD.contains(&problem.condition.as_str());
        match &result {
            Ok(()) => self.keeping.place = Where::Single,
            Err(problem) if for_good(problem) && self.keeping.place != Where::Single => {
                self.keeping.place = Where::Together;
                return self.keep_together(request, bookmark);
            }
            Err(_) => {}
        }
        self.tell(Incoming::Outcome { request, result });
    }

    /// Changes a room in the piece; one after the other, since each change needs all of it.
    pub(super) fn keep_together(&mut self, request: u64, bookmark: Bookmark) {
        self.keeping.waiting.push((request, bookmark));
        self.change_waiting();
    }

    fn change_waiting(&mut self) {
        if !self.keeping.busy && !self.keeping.waiting.is_empty() {
            self.keeping.busy = true;
            self.ask_together(AskedTogether::ForChange);
        }
    }

    fn refuse_waiting(&mut self, problem: &StanzaProblem) {
        self.keeping.busy = false;
        for (request, _) in std::mem::take(&mut self.keeping.waiting) {
            let result = Err(problem.clone());
            self.tell(Incoming::Outcome { request, result });
        }
    }

    fn change_together(&mut self, storage: Option<&Element>) {
        let empty = Element::new_in(ns::STORAGE_BOOKMARKS, "storage");
        let storage = storage.unwrap_or(&empty).clone();
        let waiting = &self.keeping.waiting;
        let changed = waiting.iter().fold(storage, |storage, (_, bookmark)| {
            with_room(&storage, bookmark)
        });
        if write(&changed).len() > LONGEST {
            return self.refuse_waiting(&StanzaProblem {
                condition: "policy-violation".to_owned(),
                text: "the account keeps too much".to_owned(),
            });
        }
        let waiting = std::mem::take(&mut self.keeping.waiting);
        let requests = waiting.into_iter().map(|(request, _)| request).collect();
        let asked = Asked::Together(AskedTogether::Changed(requests));
        let query = Element::new_in(ns::PRIVATE, "query").holding(changed);
        self.ask("set", Answerer::Account, asked, query);
    }
}

fn is_of(child: &Element, of: &BareJid) -> bool {
    child.is("conference", ns::STORAGE_BOOKMARKS)
        && child.attr("jid").and_then(room).as_ref() == Some(of)
}

/// The rooms in the piece, each once.
fn conferences(storage: &Element) -> Vec<Bookmark> {
    let mut known = HashSet::new();
    storage
        .children()
        .filter(|child| child.is("conference", ns::STORAGE_BOOKMARKS))
        .filter_map(|child| {
            let room = child.attr("jid").and_then(room)?;
            super::bookmarks::read(room, child, ns::STORAGE_BOOKMARKS)
        })
        .filter(|one| known.insert(one.room.clone()))
        .take(MOST)
        .collect()
}

/// The piece with a room as it is to be; what nobody here understands stays.
fn with_room(storage: &Element, bookmark: &Bookmark) -> Element {
    let mut piece = Element::new_in(ns::STORAGE_BOOKMARKS, "storage");
    for child in storage.children() {
        if !is_of(child, &bookmark.room) {
            piece.append_child(child.clone());
        }
    }
    let mut conference = Element::new_in(ns::STORAGE_BOOKMARKS, "conference")
        .with("jid", bookmark.room.as_str())
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
    let before = storage
        .children()
        .find(|child| is_of(child, &bookmark.room));
    let ours = |child: &Element| {
        child.is("nick", ns::STORAGE_BOOKMARKS)
            || child.is("password", ns::STORAGE_BOOKMARKS)
            || child.is("extensions", ns::BOOKMARKS)
    };
    for child in before.into_iter().flat_map(Element::children) {
        if !ours(child) {
            conference.append_child(child.clone());
        }
    }
    piece.holding(conference)
}
