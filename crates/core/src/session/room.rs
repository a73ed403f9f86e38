//! What happens in rooms, and what is asked of them.

use crate::avatar::{AvatarHash, OwnPicture};
use crate::form::DataForm;
use crate::room::{
    Affiliation, AffiliationList, Channels, NotInvited, Occupant, Role, RoomAbout, RoomTrouble,
    SearchRefusal,
};
use jid::BareJid;

/// What happens in a room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RoomEvent {
    /// I am in (XEP-0045 §7.2.3), or the room shows me anew: another nick, role or presence.
    Joined {
        /// As the room shows me.
        me: Box<Occupant>,
        /// The room is new and mine (status 201).
        created: bool,
    },
    /// I am out: left, kicked, or the room is gone.
    Left {
        /// Why; `None` when I left myself.
        trouble: Option<RoomTrouble>,
    },
    /// The room did not let me in.
    Refused {
        /// Why.
        trouble: RoomTrouble,
    },
    /// The topic.
    Subject {
        /// Empty when there is none.
        text: String,
    },
    /// Somebody else is there, or shows something else.
    Occupant(Box<Occupant>),
    /// Somebody else is gone.
    Gone {
        /// Their nick.
        nick: String,
        /// They are only called something else now, and come again under that nick.
        renamed: Option<String>,
    },
    /// What the room says of itself, when it was asked.
    About(Box<RoomAbout>),
    /// It was asked, and says nothing of itself.
    SaysNothing,
    /// The picture that it shows (XEP-0486), said by itself.
    Picture {
        /// `None`: none.
        hash: Option<AvatarHash>,
    },
    /// The room keeps an archive (XEP-0313) and names its entries (XEP-0359).
    HasArchive,
}

/// What is asked of a room, or of a server where rooms are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RoomWish {
    /// The parts of a server, or the rooms of such a part that are not hidden (XEP-0030 §4), by
    /// [`RoomReply::Items`].
    Items {
        /// From behind this one on (XEP-0059); `None`: from the first.
        after: Option<String>,
    },
    /// Whether rooms are there (XEP-0045 §6.2), by [`RoomReply::Service`].
    Service,
    /// Whether rooms can be searched for there (XEP-0433 §4.1), by [`RoomReply::Service`].
    Searches,
    /// Searches for rooms (XEP-0433 §4.2), by [`RoomReply::Channels`] or [`RoomReply::NotSearched`].
    Search {
        /// What they are about.
        words: String,
        /// From behind this one on (XEP-0059); `None`: from the first.
        after: Option<String>,
    },
    /// Whether I am in it (XEP-0410). [`RoomReply::Done`] and some errors say yes, see
    /// [`Inside::read`](crate::room::Inside::read).
    WhetherInside,
    /// Opens a room that I have just made, as it is (XEP-0045 §10.1.2).
    Open,
    /// Its settings (XEP-0045 §10.2), by [`RoomReply::Settings`].
    ReadSettings,
    /// Changes its settings.
    SetSettings(DataForm),
    /// Closes it for good (XEP-0045 §10.9).
    Close {
        /// Why, empty for no words.
        words: String,
    },
    /// Gives somebody in it a role, or puts them out (XEP-0045 §8).
    Role {
        /// Whom.
        nick: String,
        /// `None` puts them out.
        role: Option<Role>,
        /// Why, empty for no words.
        words: String,
    },
    /// Who is that to the room (XEP-0045 §9.2, §9.5, §10.5, §10.8), by [`RoomReply::People`]. Of those who are nothing to
    /// it there is no list.
    People(Affiliation),
    /// Makes somebody something to the room, or bans them (XEP-0045 §9).
    Affiliation {
        /// Whom.
        jid: BareJid,
        /// As what.
        affiliation: Affiliation,
        /// Why, empty for no words.
        words: String,
    },
    /// Takes somebody's message back for everybody (XEP-0425 §4).
    TakeBack {
        /// The room's name for it (XEP-0359).
        entry: String,
        /// Why, empty for no words.
        words: String,
    },
    /// Has the room invite people (XEP-0045 §7.8.2), by [`RoomReply::Invited`]. A room says nothing of those whom it invites,
    /// so it is asked something behind them, and what it has not refused until that answer it has passed on.
    Invite {
        /// Whom.
        people: Vec<BareJid>,
        /// My words, empty for none.
        words: String,
    },
    /// Shows everybody this picture of the room, or none (XEP-0486 §4.2).
    ShowPicture(Option<OwnPicture>),
    /// I want to be called so (XEP-0045 §7.6).
    Nick(String),
    /// Sets the topic, empty for none (XEP-0045 §8.1).
    Topic(String),
}

/// What comes back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RoomReply {
    /// It is done.
    Done,
    /// A part of a list.
    Items(RoomItems),
    /// Whether rooms are there.
    Service(bool),
    /// The settings.
    Settings(Box<DataForm>),
    /// Who is something to the room.
    People(AffiliationList),
    /// A part of what was found.
    Channels(Channels),
    /// All are invited but these.
    Invited(Vec<NotInvited>),
    /// Why nothing was searched.
    NotSearched(SearchRefusal),
}

/// A part of the list of rooms, or of the parts of a server.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RoomItems {
    /// At most 500.
    pub items: Vec<RoomItem>,
    /// There are more behind this one.
    pub more_behind: Option<String>,
}

/// A room, or a part of a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomItem {
    /// Its address.
    pub jid: BareJid,
    /// Its name, empty when it has none.
    pub name: String,
}
