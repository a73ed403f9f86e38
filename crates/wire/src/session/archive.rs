//! Archives (XEP-0313): a question has an id of its own, only who was asked may answer, and what answers nothing
//! that was asked is dropped (CVE-2019-16237).

use super::Session;
use super::direct::Way;
use super::iq::announces;
use super::pending::{Answerer, Asked};
use super::rooms::about::room_about;
use super::rooms::{Stage, is_marked, moderation_in_archive, occupant_id};
use crate::ns;
use crate::stanza::{Build, error_of, moment, stamp_of};
use carillon_core::chat::Author;
use carillon_core::session::{
    ArchivePage, ArchivePlace, ArchiveQuery, Archived, Incoming, IncomingMessage, Origin,
    RoomEvent, StanzaProblem,
};
use jid::{BareJid, Jid};
use minidom::Element;

/// A server may give fewer than were asked for, and not many more.
const SURPLUS: usize = 50;

/// A page that is coming.
#[derive(Debug)]
pub(super) struct Coming {
    query: String,
    request: u64,
    room: Option<BareJid>,
    max: usize,
    entries: Vec<Archived>,
    /// More came than was asked for.
    flooded: bool,
}

impl Session {
    pub(super) fn ask_archive(&mut self, query: ArchiveQuery) {
        let id = self.ids.next();
        let answerer = match &query.room {
            Some(room) => Answerer::Room(room.clone()),
            None => Answerer::Account,
        };
        let max = usize::try_from(query.max).unwrap_or(usize::MAX);
        let payload = question(&id, &query);
        self.ask("set", answerer, Asked::Archive(query.request), payload);
        self.coming.push(Coming {
            query: id,
            request: query.request,
            room: query.room,
            max: max.saturating_add(SURPLUS),
            entries: Vec::new(),
            flooded: false,
        });
    }

    /// Asks a room whether it keeps an archive.
    pub(super) fn ask_room(&mut self, room: BareJid) {
        let answerer = Answerer::Room(room.clone());
        let info = Element::new_in(ns::DISCO_INFO, "query");
        self.ask("get", answerer, Asked::RoomInfo(room), info);
    }

    /// What a room can do. Asked twice, once before I am in, it tells of its archive and its picture the second time.
    pub(super) fn hear_room_info(&mut self, room: BareJid, iq: &Element) {
        let named = announces(iq, ns::SID);
        let archive = named && announces(iq, ns::MAM);
        let (Some(place), Some(about)) = (self.rooms.place(&room), room_about(iq)) else {
            return;
        };
        place.names_entries = named;
        place.moderates_as_of_old = announces(iq, ns::MODERATE_OLD) && !announces(iq, ns::MODERATE);
        place.names_occupants = about.names_occupants;
        if place.stage == Stage::Joining {
            // Whose marks may be believed is known before anybody is shown.
            return self.tell_room(room, RoomEvent::About(Box::new(about)));
        }
        self.tell_about(&room, about, iq);
        if archive {
            self.tell_room(room, RoomEvent::HasArchive);
        }
    }

    /// A room does not say what it can do.
    pub(super) fn hear_no_room_info(&mut self, room: BareJid) {
        tracing::debug!(%room, "a room says nothing of itself");
        let place = self.rooms.place(&room);
        if place.is_some_and(|place| place.stage != Stage::Joining) {
            self.tell_room(room, RoomEvent::SaysNothing);
        }
    }

    /// An entry of an archive.
    pub(super) fn hear_result(&mut self, message: &Element, result: &Element) {
        let from = message.attr("from");
        let query = result.attr("queryid");
        let asked = self.coming.iter().position(|coming| {
            let answers = match &coming.room {
                Some(room) => from == Some(room.as_str()),
                None => self.me.is_account(from),
            };
            answers && query == Some(&coming.query)
        });
        let (Some(place), true) = (asked, self.is_for_me(message)) else {
            return tracing::warn!("an archive's entry that was not asked for was dropped");
        };
        let Some(id) = result.attr("id").filter(|id| !id.is_empty()) else {
            return tracing::warn!("an archive's entry without an id was dropped");
        };
        let room = self
            .coming
            .get(place)
            .and_then(|coming| coming.room.clone());
        let forwarded = result.get_child("forwarded", ns::FORWARD);
        let at = forwarded
            .and_then(|forwarded| forwarded.get_child("delay", ns::DELAY))
            .and_then(stamp_of);
        let inner =
            forwarded.and_then(|forwarded| forwarded.get_child("message", ns::JABBER_CLIENT));
        let mut what = match (inner, room) {
            (Some(inner), Some(room)) => match moderation_in_archive(inner, &room, id) {
                Some(gone) => vec![Incoming::Message(gone)],
                None => self.said_in_room(inner, &room).into_iter().collect(),
            },
            (Some(inner), None) => self.said_in_chat(inner),
            (None, _) => Vec::new(),
        };
        for told in &mut what {
            if let Incoming::Message(message) = told {
                message.origin = Origin::Archive;
                message.stanza_id = Some(id.to_owned());
                message.at = at;
            }
        }
        let id = id.to_owned();
        if let Some(coming) = self.coming.get_mut(place) {
            coming.take(Archived { id, at, what });
        }
    }

    /// A message of a chat, as if it came by another device: what it says of messages is told, what it wants now is
    /// over.
    fn said_in_chat(&mut self, inner: &Element) -> Vec<Incoming> {
        // What a room said itself, an invitation for one, is over.
        let by_room = inner.has_child("x", ns::MUC_USER) && !is_marked(inner);
        if matches!(inner.attr("type"), Some("groupchat" | "error" | "headline")) || by_room {
            return Vec::new();
        }
        let Some(from) = self.me.sender(inner) else {
            return Vec::new();
        };
        let way = if from.to_bare() == self.me.bare {
            match inner.attr("to").map(Jid::new) {
                Some(Ok(to)) => Way::Sent { to },
                _ => return Vec::new(),
            }
        } else if self.is_for_me(inner) && (from.is_full() || !self.rooms.has(&from.to_bare())) {
            Way::Received
        } else {
            return Vec::new();
        };
        let before = std::mem::take(&mut self.tell);
        self.hear_direct(inner, &from, &way);
        let told = std::mem::replace(&mut self.tell, before);
        let asks = inner.has_child("request", ns::RECEIPTS) && way == Way::Received;
        let kept = told.into_iter().filter_map(|told| match told {
            Incoming::Message(message) => Some(Incoming::Message(IncomingMessage {
                wants_receipt: asks && !message.chat.is_full(),
                ..message
            })),
            Incoming::Receipt { .. }
            | Incoming::Displayed { .. }
            | Incoming::SeenElsewhere { .. } => Some(told),
            // Invitations, for one: they are answered or not by now.
            _ => None,
        });
        kept.collect()
    }

    fn said_in_room(&mut self, inner: &Element, room: &BareJid) -> Option<Incoming> {
        let from = Jid::new(inner.attr("from")?).ok()?;
        let nick = from.resource()?.as_str().to_owned();
        if from.to_bare() != *room || inner.attr("type") != Some("groupchat") {
            return None;
        }
        let mut said = super::change::said(inner)?;
        super::reply::take_reply(inner, &mut said, None);
        let file = super::shared::handed_over(inner, &said.body);
        let place = self.rooms.place(room);
        let occupant = place
            .as_ref()
            .and_then(|place| place.occupant(inner, &nick, false));
        let mine = place.is_some_and(|place| place.marks_me(occupant_id(inner).as_deref()));
        Some(Incoming::Message(IncomingMessage {
            chat: room.clone().into(),
            from,
            // My nick alone says nothing: while I was away it was anybody's.
            author: if mine {
                Author::Me
            } else {
                Author::Occupant { nick }
            },
            id: super::direct::id_of(inner),
            origin_id: super::direct::origin_id_of(inner),
            stanza_id: None,
            body: said.body,
            at: None,
            origin: Origin::Archive,
            wants_receipt: false,
            markable: false,
            file,
            occupant,
            about: said.about,
            encryption: said.encryption,
            unstyled: said.unstyled,
            reply: said.reply,
        }))
    }

    /// The end of a page.
    pub(super) fn hear_page_end(&mut self, iq: &Element, request: u64, failed: bool) {
        let place = self
            .coming
            .iter()
            .position(|coming| coming.request == request);
        let Some(coming) = place.map(|place| self.coming.remove(place)) else {
            return;
        };
        let answer = match iq.get_child("fin", ns::MAM) {
            _ if failed => Err(error_of(iq)),
            _ if coming.flooded => Err(nonsense("the archive gave more than was asked for")),
            Some(fin) => Ok(coming.page(fin)),
            None => Err(nonsense("the archive's answer has no end")),
        };
        self.tell(Incoming::Archive { request, answer });
    }
}

impl Coming {
    fn take(&mut self, entry: Archived) {
        if self.entries.len() < self.max {
            self.entries.push(entry);
        } else {
            self.flooded = true;
        }
    }

    fn page(self, fin: &Element) -> ArchivePage {
        let set = fin.get_child("set", ns::RSM);
        let text = |name: &str| {
            let child = set?.get_child(name, ns::RSM)?;
            Some(child.text()).filter(|text| !text.is_empty())
        };
        // What the server says of itself may be missing; what it gave is there.
        let first = text("first").or_else(|| self.entries.first().map(|one| one.id.clone()));
        let last = text("last").or_else(|| self.entries.last().map(|one| one.id.clone()));
        let is = |name: &str| {
            fin.attr(name)
                .map(|value| matches!(value.trim(), "true" | "1"))
        };
        ArchivePage {
            first,
            last,
            complete: is("complete").unwrap_or(false),
            stable: is("stable").unwrap_or(true),
            count: text("count").and_then(|count| count.trim().parse().ok()),
            entries: self.entries,
        }
    }
}

fn nonsense(text: &str) -> StanzaProblem {
    StanzaProblem {
        condition: "undefined-condition".to_owned(),
        text: text.to_owned(),
    }
}

fn question(id: &str, query: &ArchiveQuery) -> Element {
    let mut form = Element::new_in(ns::DATA_FORMS, "x")
        .with("type", "submit")
        .holding(field("FORM_TYPE", Some("hidden"), ns::MAM));
    if let Some(with) = &query.with {
        form = form.holding(field("with", None, with.as_str()));
    }
    if let ArchivePlace::Since(at) = &query.place {
        form = form.holding(field("start", None, &moment(*at)));
    }
    let set = Element::new_in(ns::RSM, "set")
        .holding(Element::new_in(ns::RSM, "max").saying(&query.max.to_string()));
    let set = match &query.place {
        ArchivePlace::After(entry) => set.holding(Element::new_in(ns::RSM, "after").saying(entry)),
        ArchivePlace::Before(entry) => {
            set.holding(Element::new_in(ns::RSM, "before").saying(entry))
        }
        ArchivePlace::Newest => set.holding(Element::new_in(ns::RSM, "before")),
        ArchivePlace::Since(_) => set,
    };
    Element::new_in(ns::MAM, "query")
        .with("queryid", id)
        .holding(form)
        .holding(set)
}

fn field(name: &str, kind: Option<&str>, value: &str) -> Element {
    Element::new_in(ns::DATA_FORMS, "field")
        .with("var", name)
        .with_some("type", kind)
        .holding_text("value", value)
}
