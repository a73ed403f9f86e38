//! What is asked of rooms, and of the servers where rooms are.

use super::super::Session;
use super::super::pending::{Answerer, Asked};
use super::moderated::take_back;
use super::{Awaited, Stage, Wanted};
use crate::ns;
use crate::stanza::{Build, show_into, submitted};
use carillon_core::room::{Affiliation, Role};
use carillon_core::session::{Incoming, RoomReply, RoomWish, StanzaProblem};
use jid::BareJid;
use minidom::Element;

/// So many rooms are asked for at once.
const PAGE: &str = "100";

impl Session {
    pub(in crate::session) fn ask_room_for(&mut self, request: u64, room: BareJid, wish: RoomWish) {
        let (kind, wanted, payload) = match wish {
            RoomWish::Items { after } => ("get", Wanted::Items, items(after.as_deref())),
            RoomWish::Service => {
                let info = Element::new_in(ns::DISCO_INFO, "query");
                ("get", Wanted::Service, info)
            }
            RoomWish::Searches => {
                let info = Element::new_in(ns::DISCO_INFO, "query");
                ("get", Wanted::Searches, info)
            }
            RoomWish::Search { words, after } => {
                return self.ask_search_form(request, room, words, after);
            }
            RoomWish::Open => {
                let form = Element::new_in(ns::DATA_FORMS, "x").with("type", "submit");
                ("set", Wanted::Word, owner().holding(form))
            }
            RoomWish::ReadSettings => ("get", Wanted::Settings, owner()),
            RoomWish::SetSettings(form) => ("set", Wanted::Word, owner().holding(submitted(&form))),
            RoomWish::Close { words } => {
                let destroy = with_reason(Element::new_in(ns::MUC_OWNER, "destroy"), &words);
                ("set", Wanted::Word, owner().holding(destroy))
            }
            RoomWish::Role { nick, role, words } => {
                let item = Element::new_in(ns::MUC_ADMIN, "item")
                    .with("nick", &nick)
                    .with("role", role_name(role));
                ("set", Wanted::Word, admin(with_reason(item, &words)))
            }
            RoomWish::People(affiliation) => {
                let item = Element::new_in(ns::MUC_ADMIN, "item")
                    .with("affiliation", affiliation_name(affiliation));
                ("get", Wanted::People(affiliation), admin(item))
            }
            RoomWish::Affiliation {
                jid,
                affiliation,
                words,
            } => {
                let item = Element::new_in(ns::MUC_ADMIN, "item")
                    .with("jid", jid.as_str())
                    .with("affiliation", affiliation_name(affiliation));
                ("set", Wanted::Word, admin(with_reason(item, &words)))
            }
            RoomWish::TakeBack { entry, words } => {
                let place = self.rooms.place(&room);
                let of_old = place.is_some_and(|place| place.moderates_as_of_old);
                ("set", Wanted::Word, take_back(&entry, &words, of_old))
            }
            RoomWish::Invite { people, words } => {
                return self.invite_through(request, room, people, &words);
            }
            RoomWish::ShowPicture(picture) => return self.read_card(request, room, picture),
            RoomWish::WhetherInside => return self.ask_whether_inside(request, &room),
            RoomWish::Nick(nick) => return self.ask_nick(request, &room, &nick),
            RoomWish::Topic(text) => return self.ask_topic(request, &room, &text),
        };
        let asked = Asked::RoomWish(request, wanted);
        self.ask(kind, Answerer::Room(room), asked, payload);
    }

    /// Pings me where I believe to be (XEP-0410 §3.2). Who is about to be called otherwise does not know where that is
    /// (§4).
    fn ask_whether_inside(&mut self, request: u64, room: &BareJid) {
        let Some(place) = self.rooms.place(room).filter(|place| !place.leaving) else {
            return self.refuse_wish(request, "not-acceptable");
        };
        let settled = place.stage != Stage::Joining && place.nick_wish.is_none();
        let (true, Ok(address)) = (settled, room.with_resource_str(&place.nick)) else {
            return self.refuse_wish(request, "remote-server-timeout");
        };
        let asked = Asked::RoomWish(request, Wanted::Word);
        let ping = Element::new_in(ns::PING, "ping");
        self.ask("get", Answerer::Device(address.into()), asked, ping);
    }

    /// The room answers by showing me so, or by an error.
    fn ask_nick(&mut self, request: u64, room: &BareJid, nick: &str) {
        let (Some(place), Ok(address)) = (self.rooms.place(room), room.with_resource_str(nick))
        else {
            return self.refuse_wish(request, "not-acceptable");
        };
        let nick = address.resource().as_str().to_owned();
        let before = place.nick_wish.replace(Awaited { request, of: nick });
        let presence =
            show_into(Element::stanza("presence"), &self.shown).with("to", address.as_str());
        self.send.push(presence);
        if let Some(before) = before {
            self.refuse_wish(before.request, "not-acceptable");
        }
    }

    /// The room answers by telling everybody, or by an error.
    fn ask_topic(&mut self, request: u64, room: &BareJid, text: &str) {
        let id = self.ids.next();
        let Some(place) = self.rooms.place(room) else {
            return self.refuse_wish(request, "not-acceptable");
        };
        let before = place.topic_wish.replace(Awaited {
            request,
            of: id.clone(),
        });
        let message = Element::stanza("message")
            .with("type", "groupchat")
            .with("to", room.as_str())
            .with("id", &id)
            .holding_text("subject", text);
        self.send.push(message);
        if let Some(before) = before {
            self.refuse_wish(before.request, "not-acceptable");
        }
    }

    pub(in crate::session) fn grant_wish(&mut self, request: u64) {
        let answer = Ok(RoomReply::Done);
        self.tell(Incoming::RoomAnswer { request, answer });
    }

    fn refuse_wish(&mut self, request: u64, condition: &str) {
        let answer = Err(StanzaProblem {
            condition: condition.to_owned(),
            text: String::new(),
        });
        self.tell(Incoming::RoomAnswer { request, answer });
    }
}

fn items(after: Option<&str>) -> Element {
    let set = Element::new_in(ns::RSM, "set").holding_text("max", PAGE);
    let set = match after {
        Some(after) => set.holding_text("after", after),
        None => set,
    };
    Element::new_in(ns::DISCO_ITEMS, "query").holding(set)
}

fn owner() -> Element {
    Element::new_in(ns::MUC_OWNER, "query")
}

fn admin(item: Element) -> Element {
    Element::new_in(ns::MUC_ADMIN, "query").holding(item)
}

pub(super) fn with_reason(element: Element, words: &str) -> Element {
    if words.is_empty() {
        element
    } else {
        element.holding_text("reason", words)
    }
}

fn role_name(role: Option<Role>) -> &'static str {
    match role {
        None => "none",
        Some(Role::Visitor) => "visitor",
        Some(Role::Participant) => "participant",
        Some(Role::Moderator) => "moderator",
    }
}

fn affiliation_name(affiliation: Affiliation) -> &'static str {
    match affiliation {
        Affiliation::Outcast => "outcast",
        Affiliation::None => "none",
        Affiliation::Member => "member",
        Affiliation::Admin => "admin",
        Affiliation::Owner => "owner",
    }
}
