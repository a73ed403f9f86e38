//! Questions and answers (RFC 6120 §8.2.3).

use super::Session;
use super::pending::Asked;
use crate::ns;
use crate::stanza::{
    RosterChange, StanzaErrorType, about, blocking, error_answer, error_of, result_answer,
    roster_change, roster_items,
};
use carillon_core::session::Incoming;
use minidom::Element;

/// Why a request gets an error instead of an answer.
struct Refusal(StanzaErrorType, &'static str);

/// Nobody here knows what this asks for (RFC 6120 §8.4).
const UNKNOWN: Refusal = Refusal(StanzaErrorType::Cancel, "service-unavailable");
const MALFORMED: Refusal = Refusal(StanzaErrorType::Modify, "bad-request");
const NO_SUCH_ITEM: Refusal = Refusal(StanzaErrorType::Cancel, "item-not-found");

/// For an inactive client it keeps messages until the client is active again, in the configuration that it comes with.
const HOLDS_BACK_ALL: &str = "MongooseIM";

impl Session {
    pub(super) fn hear_iq(&mut self, iq: &Element) {
        let from = iq.attr("from");
        let Some(id) = iq.attr("id") else {
            tracing::debug!("an iq without an id was skipped");
            return;
        };
        match iq.attr("type") {
            Some("result") => self.hear_answer(iq, id, from, false),
            Some("error") => self.hear_answer(iq, id, from, true),
            Some(kind @ ("get" | "set")) => {
                let answer = match self.hear_request(iq, kind, from) {
                    Ok(payload) => result_answer(from, id, payload),
                    Err(Refusal(kind, condition)) => {
                        error_answer("iq", from, Some(id), kind, condition)
                    }
                };
                self.send.push(answer);
            }
            _ => {
                let Refusal(kind, condition) = MALFORMED;
                self.send
                    .push(error_answer("iq", from, Some(id), kind, condition));
            }
        }
    }

    fn hear_request(
        &mut self,
        iq: &Element,
        kind: &str,
        from: Option<&str>,
    ) -> Result<Option<Element>, Refusal> {
        let mut children = iq.children();
        let (Some(payload), None) = (children.next(), children.next()) else {
            return Err(MALFORMED);
        };
        let namespace = payload.ns();
        match (kind, payload.name(), namespace.as_str()) {
            ("set", "query", ns::ROSTER) if self.me.is_account(from) => {
                self.hear_roster_push(payload)
            }
            ("set", "block", ns::BLOCKING) if self.me.is_account(from) => {
                let jids = blocking::jids(payload);
                if jids.is_empty() {
                    return Err(MALFORMED);
                }
                self.tell(Incoming::Blocked(jids));
                Ok(None)
            }
            ("set", "unblock", ns::BLOCKING) if self.me.is_account(from) => {
                let jids = blocking::jids(payload);
                // An empty list means all (XEP-0191 §3.5); a list of unreadable ones does not.
                if jids.is_empty() && payload.children().next().is_some() {
                    return Err(MALFORMED);
                }
                self.tell(Incoming::Unblocked(jids));
                Ok(None)
            }
            ("get", "ping", ns::PING) => Ok(None),
            ("get", "query", ns::VERSION) => Ok(Some(about::version())),
            ("get", "time", ns::TIME) => Ok(Some(about::time((self.clock)()))),
            ("get", "query", ns::DISCO_INFO) => about::info(payload.attr("node"))
                .map(Some)
                .ok_or(NO_SUCH_ITEM),
            ("get", "query", ns::DISCO_ITEMS) => Ok(Some(Element::bare("query", ns::DISCO_ITEMS))),
            _ => Err(UNKNOWN),
        }
    }

    fn hear_roster_push(&mut self, query: &Element) -> Result<Option<Element>, Refusal> {
        let version = query.attr("ver").map(str::to_owned);
        let told = match roster_change(query).ok_or(MALFORMED)? {
            RosterChange::Item(item) => Incoming::RosterPush { version, item },
            RosterChange::Removed(jid) => Incoming::RosterRemoved { version, jid },
        };
        self.tell(told);
        Ok(None)
    }

    fn hear_answer(&mut self, iq: &Element, id: &str, from: Option<&str>, failed: bool) {
        let Some(asked) = self.pending.take(id, from, &self.me) else {
            tracing::debug!("an answer that nobody asked for was skipped");
            return;
        };
        match asked {
            Asked::Roster => self.hear_roster(iq, failed),
            Asked::BlockList => {
                if let (false, Some(list)) = (failed, iq.get_child("blocklist", ns::BLOCKING)) {
                    self.tell(Incoming::BlockList(blocking::jids(list)));
                }
            }
            Asked::Carbons => {
                // What counts is that they come, not that they are announced.
                self.features.carbons = !failed;
                if failed {
                    tracing::info!("the server sends no carbons");
                }
            }
            Asked::ServerInfo => {
                self.features.blocking |= announces(iq, ns::BLOCKING);
                self.holds_back_all = is_called(iq, HOLDS_BACK_ALL);
            }
            Asked::AccountInfo => {
                self.features.blocking |= announces(iq, ns::BLOCKING);
                self.features.archive |= announces(iq, ns::MAM);
                self.assigns_stanza_ids = announces(iq, ns::SID);
                self.keeps_privately = announces(iq, ns::PUBLISH_OPTIONS);
                self.keeping.unified =
                    announces(iq, ns::BOOKMARKS_COMPAT) || announces(iq, ns::BOOKMARKS_COMPAT_PEP);
            }
            Asked::Archive(request) => self.hear_page_end(iq, request, failed),
            Asked::Bookmarks => self.hear_bookmarks(iq, failed),
            Asked::SeenMarks => self.hear_seen_marks(iq, failed),
            Asked::SeenMark(mark, most) if failed => self.hear_seen_mark_kept(*mark, most, iq),
            Asked::SeenMark(..) => {}
            Asked::SeenNode(mark) => self.publish_seen_mark(*mark),
            Asked::Together(why) => self.hear_together(iq, why, failed),
            Asked::Kept(request, bookmark) => {
                let result = if failed { Err(error_of(iq)) } else { Ok(()) };
                self.hear_kept(request, *bookmark, result);
            }
            Asked::RoomWish(request, wanted) => {
                self.hear_room_answer(iq, request, wanted, failed);
            }
            // What is answered does not matter here, nor whether it is.
            Asked::Invited(inviting) => self.hear_invited(inviting),
            Asked::RoomInfo(room) if failed => self.hear_no_room_info(room),
            Asked::RoomInfo(room) => self.hear_room_info(room, iq),
            Asked::RoomChanged(room) => self.hear_changed_room(&room, iq, failed),
            Asked::SearchForm(asked) => self.hear_search_form(iq, asked, failed),
            Asked::RoomCard(card) => self.hear_room_card(iq, card, failed),
            Asked::Published(asked) => self.hear_published(iq, asked, failed),
            Asked::Person(asked) => self.hear_person(iq, &asked, failed),
            Asked::Moved(request) => self.hear_moved(iq, request, failed),
            Asked::Retracted(request) => self.hear_retracted(iq, request, failed),
            Asked::Commands(asked) => self.hear_commands(iq, asked, failed),
            Asked::Command(asked) => self.hear_command(iq, asked, failed),
            Asked::Card(writing) => self.hear_card(iq, writing, failed),
            Asked::Picture(asked) => self.hear_picture(iq, &asked, failed),
            Asked::UploadItems => self.hear_upload_items(iq, failed),
            Asked::UploadInfo(of) => self.hear_upload_info(iq, of, failed),
            Asked::Slot(request) => self.hear_slot(iq, request, failed),
            // An error is an answer too: the server has come as far as the ping.
            Asked::Ping => {
                let ids = self.reached.answered();
                if !ids.is_empty() {
                    self.tell(Incoming::Reached { ids });
                }
            }
            Asked::Request(request) => {
                let result = if failed { Err(error_of(iq)) } else { Ok(()) };
                self.tell(Incoming::Outcome { request, result });
            }
        }
        if !self.begun && !self.pending.waits_for_features() {
            self.online();
        }
    }

    fn hear_roster(&mut self, iq: &Element, failed: bool) {
        let query = iq.get_child("query", ns::ROSTER).filter(|_| !failed);
        self.tell(Incoming::Roster {
            version: query.and_then(|query| query.attr("ver")).map(str::to_owned),
            items: query.map(roster_items),
        });
    }
}

/// Whether a disco#info answer has a feature (XEP-0030 §3.1).
pub(super) fn announces(iq: &Element, feature: &str) -> bool {
    iq.get_child("query", ns::DISCO_INFO).is_some_and(|query| {
        query
            .children()
            .any(|child| child.is("feature", ns::DISCO_INFO) && child.attr("var") == Some(feature))
    })
}

/// Whether a disco#info answer is of a server with this name (XEP-0030 §3.1).
fn is_called(iq: &Element, name: &str) -> bool {
    iq.get_child("query", ns::DISCO_INFO).is_some_and(|query| {
        query.children().any(|child| {
            child.is("identity", ns::DISCO_INFO)
                && child.attr("category") == Some("server")
                && child.attr("name") == Some(name)
        })
    })
}
