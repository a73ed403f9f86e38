//! A room's picture (XEP-0486): which it shows, and an owner who gives it one. Only the room's bare address says so.

use super::super::Session;
use super::super::avatar::photo_of;
use super::super::pending::{Answerer, Asked};
use super::super::say::LONGEST;
use super::Stage;
use super::about::{named_picture, room_about};
use crate::ns;
use crate::stanza::{Build, error_of};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use carillon_core::avatar::OwnPicture;
use carillon_core::room::RoomAbout;
use carillon_core::session::{Incoming, RoomEvent, RoomReply, StanzaProblem};
use carillon_xml::write;
use jid::BareJid;
use minidom::Element;

/// How a room tells of itself.
#[derive(Debug, Default)]
pub(in crate::session) struct Telling {
    /// It shows its picture in presence (XEP-0486 §6.2). What it does not say elsewhere means nothing then.
    by_presence: bool,
    /// It is being asked what has changed.
    asked: bool,
    /// It has changed once more since.
    changed: bool,
}

/// A picture that a room is being given. The rest of the room's card stays as it was.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::session) struct RoomCard {
    request: u64,
    room: BareJid,
    step: Step,
}

#[derive(Debug, PartialEq, Eq)]
enum Step {
    Read { then: Option<OwnPicture> },
    Write,
}

impl Session {
    /// A presence of the room itself: older servers show its picture so (XEP-0486 §6.2).
    pub(super) fn hear_room_photo(&mut self, room: BareJid, presence: &Element) {
        let (Ok(hash), Some(place)) = (photo_of(presence), self.rooms.place(&room)) else {
            return;
        };
        place.telling.by_presence = true;
        self.tell_room(room, RoomEvent::Picture { hash });
    }

    /// What a room says of itself. One that knows of pictures and names none has none.
    pub(in crate::session) fn tell_about(
        &mut self,
        room: &BareJid,
        about: RoomAbout,
        iq: &Element,
    ) {
        let hash = named_picture(iq);
        let place = self.rooms.place(room);
        let told_elsewhere = place.is_some_and(|place| place.telling.by_presence);
        let says = hash.is_some() || about.pictures && !told_elsewhere;
        self.tell_room(room.clone(), RoomEvent::About(Box::new(about)));
        if says {
            self.tell_room(room.clone(), RoomEvent::Picture { hash });
        }
    }

    /// The room says that it has changed (XEP-0045 §10.2.1). However often it does, it is asked one time after the other.
    pub(super) fn hear_room_changed(&mut self, room: &BareJid) {
        let Some(place) = self.rooms.place(room) else {
            return;
        };
        // Who is only coming in asks once they are in.
        if place.stage == Stage::Joining {
            return;
        }
        if std::mem::replace(&mut place.telling.asked, true) {
            place.telling.changed = true;
            return;
        }
        let info = Element::new_in(ns::DISCO_INFO, "query");
        let asked = Asked::RoomChanged(room.clone());
        self.ask("get", Answerer::Room(room.clone()), asked, info);
    }

    pub(in crate::session) fn hear_changed_room(
        &mut self,
        room: &BareJid,
        iq: &Element,
        failed: bool,
    ) {
        let Some(place) = self.rooms.place(room) else {
            return;
        };
        place.telling.asked = false;
        let changed = std::mem::take(&mut place.telling.changed);
        if let Some(about) = room_about(iq).filter(|_| !failed) {
            place.names_occupants = about.names_occupants;
            self.tell_about(room, about, iq);
        }
        if changed {
            self.hear_room_changed(room);
        }
    }

    /// Reads the room's card first: what else stands there stays.
    pub(super) fn read_card(&mut self, request: u64, room: BareJid, then: Option<OwnPicture>) {
        let payload = Element::new_in(ns::VCARD, "vCard");
        let card = RoomCard {
            request,
            room: room.clone(),
            step: Step::Read { then },
        };
        self.ask("get", Answerer::Room(room), Asked::RoomCard(card), payload);
    }

    pub(in crate::session) fn hear_room_card(
        &mut self,
        iq: &Element,
        card: RoomCard,
        failed: bool,
    ) {
        let RoomCard {
            request,
            room,
            step,
        } = card;
        let problem = failed.then(|| error_of(iq));
        match (step, problem) {
            (Step::Read { then }, None) => {
                let known = iq.get_child("vCard", ns::VCARD);
                self.write_room_card(request, room, shown_on(known, then));
            }
            // None was ever written.
            (Step::Read { then }, Some(problem)) if problem.condition == "item-not-found" => {
                self.write_room_card(request, room, shown_on(None, then));
            }
            (_, Some(problem)) => {
                let answer = Err(problem);
                self.tell(Incoming::RoomAnswer { request, answer });
            }
            (Step::Write, None) => {
                let answer = Ok(RoomReply::Done);
                self.tell(Incoming::RoomAnswer { request, answer });
                // Not every room says by itself that it has changed.
                self.hear_room_changed(&room);
            }
        }
    }

    fn write_room_card(&mut self, request: u64, room: BareJid, card: Element) {
        if write(&card).len() > LONGEST {
            let answer = Err(StanzaProblem {
                condition: "policy-violation".to_owned(),
                text: "the room's card and the picture together are too long".to_owned(),
            });
            return self.tell(Incoming::RoomAnswer { request, answer });
        }
        let asked = Asked::RoomCard(RoomCard {
            request,
            room: room.clone(),
            step: Step::Write,
        });
        self.ask("set", Answerer::Room(room), asked, card);
    }
}

/// The card with this picture in the place of those that it has.
fn shown_on(known: Option<&Element>, picture: Option<OwnPicture>) -> Element {
    let kept = known.into_iter().flat_map(Element::children);
    let kept = kept.filter(|line| !line.is("PHOTO", ns::VCARD));
    let card = kept.fold(Element::new_in(ns::VCARD, "vCard"), |card, line| {
        card.holding(line.clone())
    });
    let Some(picture) = picture else {
        return card;
    };
    let photo = Element::new_in(ns::VCARD, "PHOTO")
        .holding_text("TYPE", picture.picture.media_type)
        .holding_text("BINVAL", &STANDARD.encode(&picture.bytes));
    card.holding(photo)
}
