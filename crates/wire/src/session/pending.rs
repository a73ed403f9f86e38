//! Requests that wait for their answer.

use super::Me;
use super::avatar::{AskedPicture, Published};
use super::card::Writing;
use super::inviting::AskedInvitation;
use super::person::AskedPerson;
use super::private::AskedTogether;
use super::rooms::{AskedForm, Inviting, RoomCard, Wanted};
use carillon_core::room::Bookmark;
use carillon_core::session::SeenMark;
use jid::{BareJid, Jid};
use std::collections::HashMap;

/// What was asked.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Asked {
    Roster,
    Carbons,
    BlockList,
    ServerInfo,
    AccountInfo,
    /// A ping of ours.
    Ping,
    /// Where somebody has gone.
    Moved(u64),
    /// That I have gone is no longer said.
    Retracted(u64),
    /// A page of an archive.
    Archive(u64),
    /// What a room can do.
    RoomInfo(BareJid),
    /// What a room says of itself since it has changed.
    RoomChanged(BareJid),
    /// The form by which a service searches for rooms.
    SearchForm(AskedForm),
    /// A step of giving a room a picture.
    RoomCard(RoomCard),
    /// The rooms that my account keeps.
    Bookmarks,
    /// What my devices have seen.
    SeenMarks,
    /// Something that I have seen is kept; whether room for as many as there can be was asked for with it.
    SeenMark(Box<SeenMark>, bool),
    /// The node for it is made first.
    SeenNode(Box<SeenMark>),
    /// The rooms that it keeps in one piece.
    Together(AskedTogether),
    /// The first room that is to be kept by itself.
    Kept(u64, Box<Bookmark>),
    /// Something of a room, or of a server where rooms are.
    RoomWish(u64, Wanted),
    /// Anything, behind invitations through a room.
    Invited(Inviting),
    /// Something about a person.
    Person(AskedPerson),
    /// Which commands my server has, for an invitation.
    Commands(AskedInvitation),
    /// A step of the one that makes it.
    Command(AskedInvitation),
    /// A step of writing my card.
    Card(Writing),
    /// A picture.
    Picture(AskedPicture),
    /// My own picture was published, and is to be announced.
    Published(Published),
    /// The parts of the server, one of which may take files.
    UploadItems,
    /// Whether a part of the server, or without one the server itself, takes files.
    UploadInfo(Option<BareJid>),
    /// A place for a file.
    Slot(u64),
    /// Something that the engine wants to hear about.
    Request(u64),
}

/// Who may answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answerer {
    /// Asked without an address: the account itself.
    Account,
    /// My server.
    Domain,
    /// A room.
    Room(BareJid),
    /// Somebody's account.
    Person(BareJid),
    /// A part of a server.
    Service(BareJid),
    /// Somebody's account, or one of their devices.
    Device(Jid),
}

/// The open requests by id.
#[derive(Debug, Default)]
pub(super) struct Pending(HashMap<String, (Answerer, Asked)>);

impl Pending {
    pub(super) fn add(&mut self, id: String, answerer: Answerer, asked: Asked) {
        self.0.insert(id, (answerer, asked));
    }

    /// What this answers, if the one who answers is the one who was asked (CVE-2024-46957).
    pub(super) fn take(&mut self, id: &str, from: Option<&str>, me: &Me) -> Option<Asked> {
        let (answerer, _) = self.0.get(id)?;
        let may = match answerer {
            Answerer::Account => me.is_account(from),
            Answerer::Domain => from.is_some_and(|from| me.is_domain(from)),
            Answerer::Device(jid) => from == Some(jid.as_str()),
            Answerer::Room(jid) | Answerer::Person(jid) | Answerer::Service(jid) => {
                from == Some(jid.as_str())
            }
        };
        if !may {
            return None;
        }
        self.0.remove(id).map(|(_, asked)| asked)
    }

    /// The invitations that are on their way through the room with this address.
    pub(super) fn inviting_through(&mut self, room: &Jid) -> impl Iterator<Item = &mut Inviting> {
        self.0.values_mut().filter_map(move |open| match open {
            (Answerer::Room(of), Asked::Invited(inviting)) if *room == *of => Some(inviting),
            _ => None,
        })
    }

    /// Whether it is not known yet what the server offers.
    pub(super) fn waits_for_features(&self) -> bool {
        self.0.values().any(|(_, asked)| {
            matches!(
                asked,
                Asked::ServerInfo | Asked::AccountInfo | Asked::Carbons
            )
        })
    }
}
