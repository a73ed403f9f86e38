//! A bound session: what comes is checked and turned into [`Incoming`], what is to be said becomes stanzas.
//!
//! [`Session`] does no I/O and knows no clock but the one it is given: it takes a stanza and leaves
//! stanzas to send and things to tell. [`serve`] moves them.
//!
//! Addresses that stand for power (my own, my server's) are compared letter by letter with what the
//! server bound: it writes them normalised, and whatever else reads alike is somebody else.

mod archive;
mod avatar;
mod begin;
mod bookmarks;
mod card;
mod change;
mod direct;
mod encrypted;
mod going_on;
mod invitation;
mod inviting;
mod iq;
mod message;
mod moved;
mod notify;
mod pending;
mod pep;
mod person;
mod presence;
mod private;
mod reached;
mod reply;
mod rooms;
mod say;
mod seen_marks;
mod serve;
mod shared;
pub(crate) mod stream_management;
mod told;
mod upload;

use crate::ids::Ids;
use crate::run::Surroundings;
use carillon_core::contact::Presence;
use carillon_core::session::{Incoming, ServerFeatures};
use jid::{BareJid, FullJid, Jid};
use minidom::Element;
use pending::Pending;
use reached::Reached;
use rooms::Rooms;
use std::collections::{HashSet, VecDeque};
use stream_management::{Count, StreamManagement};

pub use going_on::Asleep;
pub(crate) use serve::serve;

/// Who I am on this stream.
#[derive(Debug)]
pub(crate) struct Me {
    pub(crate) full: FullJid,
    pub(crate) bare: BareJid,
}

impl Me {
    fn is_bare(&self, address: &str) -> bool {
        address == self.bare.as_str()
    }

    /// Whether this is the account or one of its devices.
    fn is_mine(&self, address: &str) -> bool {
        address
            .strip_prefix(self.bare.as_str())
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// Who sent this. Nobody, when the address can't be read, or reads like mine in other letters:
    /// my server writes it in these.
    fn sender(&self, stanza: &Element) -> Option<Jid> {
        let Some(from) = stanza.attr("from") else {
            // What has no sender comes from the account itself (RFC 6120 §8.1.2.1).
            return Some(Jid::from(self.bare.clone()));
        };
        let sender = Jid::new(from).ok()?;
        let like_me = sender.to_bare() == self.bare;
        (!like_me || self.is_mine(from)).then_some(sender)
    }

    fn is_domain(&self, address: &str) -> bool {
        address == self.domain()
    }

    fn domain(&self) -> &str {
        self.bare.domain().as_str()
    }

    /// Whether the server speaks for the account: no address at all, or the account's own (RFC 6120 §8.1.2.1).
    fn is_account(&self, from: Option<&str>) -> bool {
        from.is_none_or(|from| self.is_bare(from))
    }

    /// Whether the server held something back for me (XEP-0203 §2: the one who did is named).
    fn held_back(&self, by: &str) -> bool {
        self.is_bare(by) || self.is_domain(by)
    }
}

/// Everything that a session has to remember.
#[derive(Debug)]
pub(crate) struct Session {
    me: Me,
    ids: Ids,
    clock: fn() -> jiff::Timestamp,
    pending: Pending,
    rooms: Rooms,
    reached: Reached,
    upload: upload::Service,
    keeping: private::Keeping,
    sm: StreamManagement,
    /// Pages of archives that are coming.
    coming: Vec<archive::Coming>,
    /// Ids of stored rows among what is to be sent.
    rows: HashSet<String>,
    /// What I show now; rooms that I enter are told.
    shown: Presence,
    features: ServerFeatures,
    /// The server takes it that nobody would notice what it holds back (XEP-0352).
    pub(crate) client_state: bool,
    /// It holds back what is noticed, too.
    holds_back_all: bool,
    /// The server announces XEP-0359 for my account, so it takes forged ids out.
    assigns_stanza_ids: bool,
    /// The account keeps what nobody but I may read (XEP-0223 §3).
    keeps_privately: bool,
    /// It has not refused yet to give a node as much room as it can when something is published there.
    makes_room_by_publishing: bool,
    begun: bool,
    /// It ended before it was known what the server offers.
    cut_short: bool,
    /// So much the server has handled of the stream of an earlier run, which the engine is still to hear.
    unsettled: Option<Count>,
    /// Was sent over a link that broke, and is counted already: goes first.
    again: Vec<Element>,
    /// To be sent, in this order.
    pub(crate) send: Vec<Element>,
    /// To be told before [`Incoming::Online`].
    early: Vec<Incoming>,
    /// To be told, in this order. Held back until [`Incoming::Online`] went ahead.
    tell: VecDeque<Incoming>,
}

impl Session {
    pub(crate) fn new(full: FullJid, surroundings: Surroundings) -> Self {
        Self {
            me: Me {
                bare: full.to_bare(),
                full,
            },
            ids: surroundings.ids,
            clock: surroundings.clock,
            pending: Pending::default(),
            rooms: Rooms::default(),
            reached: Reached::default(),
            upload: upload::Service::default(),
            keeping: private::Keeping::default(),
            sm: StreamManagement::default(),
            coming: Vec::new(),
            rows: HashSet::new(),
            shown: Presence::default(),
            features: ServerFeatures::default(),
            client_state: false,
            holds_back_all: false,
            assigns_stanza_ids: false,
            keeps_privately: false,
            makes_room_by_publishing: true,
            begun: false,
            cut_short: false,
            unsettled: None,
            again: Vec::new(),
            send: Vec::new(),
            early: Vec::new(),
            tell: VecDeque::new(),
        }
    }

    /// Takes one stanza from the server.
    pub(crate) fn hear(&mut self, stanza: &Element) {
        if !stanza.has_ns(crate::ns::JABBER_CLIENT) {
            tracing::debug!(name = stanza.name(), "an unknown element was skipped");
            return;
        }
        match stanza.name() {
            "message" => self.hear_message(stanza),
            "presence" => self.hear_presence(stanza),
            "iq" => self.hear_iq(stanza),
            name => tracing::debug!(name, "an unknown stanza was skipped"),
        }
    }

    /// What can be told now.
    pub(crate) fn next_told(&mut self) -> Option<Incoming> {
        if self.begun {
            self.tell.pop_front()
        } else {
            None
        }
    }

    /// Whether there is something to be told now.
    pub(crate) fn has_told(&self) -> bool {
        self.begun && !self.tell.is_empty()
    }

    fn tell(&mut self, what: Incoming) {
        self.tell.push_back(what);
    }
}
