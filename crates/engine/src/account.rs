//! What the engine keeps in memory of one account.

use crate::again::Again;
use crate::archive::Reading;
use crate::askers::Askers;
use crate::avatars::Avatars;
use crate::loss::Lost;
use crate::streams::{Counting, Stash};
use carillon_core::connection::Connection;
use carillon_core::contact::{Contact, Presence, ResourcePresence, RosterItem, effective_presence};
use carillon_core::ids::{AccountId, ChatRef, MessageId, Timestamp};
use carillon_core::invitation::ServerInvitation;
use carillon_core::mood::OfSelf;
use carillon_core::person::PersonAnswer;
use carillon_core::room::{Occupant, RoomAbout, RoomState};
use carillon_core::roster::Roster;
use carillon_core::session::{Outgoing, ServerFeatures, SessionProblem, StanzaProblem};
use carillon_core::settings::AccountSettings;
use jid::{BareJid, Jid};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use tokio::sync::{mpsc, oneshot};
use tokio::task::AbortHandle;

/// Where an account's connection stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// Signed out by the user's choice.
    Off,
    /// On the way.
    Connecting,
    /// Signed in.
    Online(ServerFeatures),
    /// Tries again by itself.
    Waiting {
        /// When.
        retry_at: Timestamp,
        /// Why it failed last.
        problem: SessionProblem,
    },
    /// Needs the user.
    Stopped(SessionProblem),
    /// The password is not to be had.
    NoPassword,
}

/// A running session.
pub(crate) struct Session {
    /// Tells this session from those before it.
    pub(crate) generation: u64,
    pub(crate) outgoing: mpsc::Sender<Outgoing>,
    pub(crate) task: Option<AbortHandle>,
    /// Ends an attempt that has not come through yet.
    pub(crate) give_up: Option<oneshot::Sender<()>>,
    /// It was begun with what has changed since, a password perhaps: that it failed says nothing.
    pub(crate) outdated: bool,
}

impl Session {
    /// Lets an attempt that has not come through yet end, and keep what is asleep for the next one.
    pub(crate) fn give_up(&mut self) {
        if let Some(give_up) = self.give_up.take() {
            // Who has come through does not listen.
            let _ = give_up.send(());
        }
    }

    /// Lets the task end by itself instead of with this handle, so that it can say goodbye.
    pub(crate) fn let_go(mut self) {
        self.task = None;
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            task.abort();
        }
    }
}

/// When the presences after signing in have settled.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Burst {
    started: Timestamp,
    last: Timestamp,
    over: bool,
    /// Its end is to be told.
    awaited: bool,
}

/// Quiet for so long, and the burst is over; in milliseconds.
const BURST_QUIET: i64 = 5_000;
/// It never lasts longer than this; in milliseconds.
const BURST_LONGEST: i64 = 30_000;

impl Burst {
    pub(crate) fn begin(now: Timestamp) -> Self {
        Self {
            started: now,
            last: now,
            over: false,
            awaited: false,
        }
    }

    /// As [`Self::begin`]; once it is over somebody wants to know.
    pub(crate) fn begin_awaited(now: Timestamp) -> Self {
        Self {
            awaited: true,
            ..Self::begin(now)
        }
    }

    /// When its end is to be told, as it looks now.
    pub(crate) fn due(&self) -> Option<Timestamp> {
        let quiet = self.last.plus_millis(BURST_QUIET);
        let longest = self.started.plus_millis(BURST_LONGEST);
        self.awaited.then(|| quiet.min(longest))
    }

    /// Its end was told.
    pub(crate) fn ends(&mut self) {
        self.awaited = false;
        self.over = true;
    }

    /// Takes note of a presence at `now`, and says whether the burst was over before it.
    pub(crate) fn settled_before(&mut self, now: Timestamp) -> bool {
        let quiet = now.millis_since(self.last) >= BURST_QUIET;
        let long = now.millis_since(self.started) >= BURST_LONGEST;
        self.over |= quiet || long;
        self.last = now;
        self.over
    }
}

/// A room as it is now.
#[derive(Debug, Clone, Default)]
pub(crate) struct Room {
    pub(crate) state: RoomState,
    pub(crate) nick: String,
    pub(crate) subject: String,
    /// The room keeps an archive.
    pub(crate) archive: bool,
    /// All that the archive has is stored, and what comes live follows it.
    pub(crate) gapless: bool,
    /// As the room shows me.
    pub(crate) me: Option<Box<Occupant>>,
    /// What it says of itself.
    pub(crate) about: Box<RoomAbout>,
    /// It was asked for that and has answered, so it is known whether its names for people may be believed.
    pub(crate) has_told: bool,
    /// What it is to be like, while I make it.
    pub(crate) plan: Option<crate::rooms::RoomPlan>,
    /// What it is entered with, empty for none. Known only until Carillon ends.
    pub(crate) password: String,
    /// Of which of its messages I want to hear.
    pub(crate) notify: crate::rooms::Notify,
    /// When something came from it last, an answer perhaps.
    pub(crate) heard: Timestamp,
    /// The others, by nick.
    pub(crate) occupants: BTreeMap<String, Occupant>,
    /// A name for the stay of each of them, which goes along when the room says that they took another nick.
    pub(crate) stays: HashMap<String, String>,
}

impl Room {
    /// Nobody is known to be there.
    pub(crate) fn is_left(&mut self) {
        self.occupants.clear();
        self.stays.clear();
        self.me = None;
    }
}

/// One account.
pub(crate) struct Account {
    pub(crate) id: AccountId,
    pub(crate) settings: AccountSettings,
    pub(crate) line: Line,
    pub(crate) session: Option<Session>,
    pub(crate) failures: u32,
    pub(crate) roster: Roster,
    pub(crate) blocked: HashSet<BareJid>,
    pub(crate) presences: HashMap<BareJid, Vec<ResourcePresence>>,
    /// Who waits for what a person answers.
    pub(crate) questions: Askers<Result<PersonAnswer, StanzaProblem>>,
    /// Who waits for an invitation that the server makes.
    pub(crate) invitations: Askers<Result<ServerInvitation, StanzaProblem>>,
    /// Whose statements that they have gone were asked for.
    pub(crate) claims: crate::moved::Claims,
    /// Contacts who have gone, and where I took them over.
    pub(crate) moved: HashMap<BareJid, BareJid>,
    /// What the server has of the contacts is known since this sign-in.
    pub(crate) roster_read: bool,
    /// Which pictures people show.
    pub(crate) avatars: Avatars,
    /// What people say of themselves.
    pub(crate) told: HashMap<BareJid, OfSelf>,
    /// Since when contacts are away, as far as that is known.
    pub(crate) gone_at: HashMap<BareJid, Timestamp>,
    /// When another device of mine was used last in a chat.
    pub(crate) used_elsewhere: HashMap<Jid, Timestamp>,
    /// The connection was there and is lost.
    pub(crate) lost: Option<Lost>,
    pub(crate) burst: Burst,
    pub(crate) typing: HashSet<(Jid, Option<String>)>,
    pub(crate) rooms: BTreeMap<BareJid, Room>,
    /// For whom private conversations are that the user has begun and said nothing in yet.
    pub(crate) begun: HashMap<Jid, String>,
    /// Occupants who may not write to me, with the room's lasting name for each where it has one.
    pub(crate) shut_out: BTreeSet<(Jid, Option<String>)>,
    /// Rooms that were asked whether I am in them, and have not answered.
    pub(crate) doubts: BTreeMap<BareJid, crate::rooms::Doubt>,
    /// When rooms that are silent were looked for last.
    pub(crate) rooms_doubted: Timestamp,
    /// The rooms that it keeps for all of my devices.
    pub(crate) bookmarks: crate::rooms::Bookmarks,
    /// Up to where my devices have seen chats.
    pub(crate) seen_marks: crate::seen_marks::SeenMarks,
    /// Messages handed to this session whose arrival at the server is not known yet.
    pub(crate) in_flight: HashSet<String>,
    /// What was written up to here was handed to this session, but for what a room holds up.
    pub(crate) sent_up_to: MessageId,
    /// What is owed up to this row was handed to this session.
    pub(crate) errands_up_to: i64,
    /// What I said about messages up to this row was handed to this session, but for what a room holds up.
    pub(crate) changes_up_to: i64,
    /// How far what came is stored, for the server to know.
    pub(crate) counting: Counting,
    /// What was true when the link broke.
    pub(crate) stash: Option<Box<Stash>>,
    /// The archives that are being read, by their question's number.
    pub(crate) reading: HashMap<u64, Reading>,
    /// All that my archive has is stored, and what comes live follows it.
    pub(crate) gapless: bool,
    /// When a stream took the place of one that the server has let go: what was on the way there may come late.
    pub(crate) strays_since: Option<Timestamp>,
    /// Up to which entry my archive had nothing of a chat whose past is read.
    pub(crate) looked_back: HashMap<Jid, String>,
    /// The archives that are to be read again: mine, and those of rooms.
    pub(crate) again: BTreeMap<Option<BareJid>, Again>,
    /// When to try again to hand over what the session did not take.
    pub(crate) send_due: Option<Timestamp>,
    /// Since when the session is signed in.
    pub(crate) online_since: Option<Timestamp>,
    /// The full address of the session, to tell my own devices apart.
    pub(crate) resource: Option<String>,
    /// What was shown last as my own presence on this session.
    pub(crate) shown: Option<crate::status::Shown>,
    /// Whether the server was told that I notice what it could hold back; `None`: it may have forgotten.
    pub(crate) told_active: Option<bool>,
    /// How this session is connected.
    pub(crate) connection: Option<Box<Connection>>,
}

impl Account {
    pub(crate) fn new(id: AccountId, settings: AccountSettings) -> Self {
        Self {
            id,
            settings,
            line: Line::Off,
            session: None,
            failures: 0,
            roster: Roster::default(),
            blocked: HashSet::new(),
            presences: HashMap::new(),
            questions: Askers::default(),
            invitations: Askers::default(),
            claims: crate::moved::Claims::default(),
            moved: HashMap::new(),
            roster_read: false,
            avatars: Avatars::default(),
            told: HashMap::new(),
            gone_at: HashMap::new(),
            used_elsewhere: HashMap::new(),
            lost: None,
            burst: Burst::default(),
            typing: HashSet::new(),
            rooms: BTreeMap::new(),
            begun: HashMap::new(),
            shut_out: BTreeSet::new(),
            doubts: BTreeMap::new(),
            rooms_doubted: Timestamp::default(),
            bookmarks: crate::rooms::Bookmarks::default(),
            seen_marks: crate::seen_marks::SeenMarks::default(),
            in_flight: HashSet::new(),
            sent_up_to: MessageId(0),
            errands_up_to: 0,
            changes_up_to: 0,
            counting: Counting::default(),
            stash: None,
            reading: HashMap::new(),
            gapless: false,
            strays_since: None,
            looked_back: HashMap::new(),
            again: BTreeMap::new(),
            send_due: None,
            online_since: None,
            resource: None,
            shown: None,
            told_active: None,
            connection: None,
        }
    }

    pub(crate) fn chat(&self, jid: &Jid) -> ChatRef {
        ChatRef {
            account: self.id,
            jid: jid.clone(),
        }
    }

    pub(crate) fn has_archive(&self) -> bool {
        matches!(self.line, Line::Online(features) if features.archive)
    }

    pub(crate) fn is_online(&self) -> bool {
        matches!(self.line, Line::Online(_))
    }

    /// Says something on the session; `false` when there is none or it does not keep up.
    pub(crate) fn say(&self, outgoing: Outgoing) -> bool {
        self.is_online() && self.say_early(outgoing)
    }

    /// The same to a session that is not online yet.
    pub(crate) fn say_early(&self, outgoing: Outgoing) -> bool {
        self.session
            .as_ref()
            .is_some_and(|session| session.outgoing.try_send(outgoing).is_ok())
    }

    /// The name I gave a contact, else the node of the address; somebody in a room as "nick (in room)".
    pub(crate) fn name_of(&self, jid: &Jid) -> String {
        if let Some(nick) = jid.resource() {
            let room = jid.to_bare();
            let known = self.rooms.get(&room).map(|room| room.about.name.as_str());
            return match known.filter(|name| !name.is_empty()) {
                Some(name) => format!("{nick} ({name})"),
                None => format!("{nick} ({})", self.name_of(&room)),
            };
        }
        let given = self.roster.get(jid).map(|item| item.name.as_str());
        match given.filter(|name| !name.is_empty()) {
            Some(name) => name.to_owned(),
            None => jid
                .node()
                .map_or_else(|| jid.to_string(), |node| node.to_string()),
        }
    }

    pub(crate) fn presence_of(&self, jid: &Jid) -> Presence {
        self.presences
            .get(jid)
            .map(|devices| effective_presence(devices))
            .unwrap_or_default()
    }

    /// Since when each of their devices is idle (XEP-0319).
    pub(crate) fn idle_of(&self, jid: &Jid) -> Vec<Timestamp> {
        let devices = self.presences.get(jid).into_iter().flatten();
        devices.filter_map(|device| device.idle_since).collect()
    }

    /// Whether somebody is a contact in the sense of "who may write to me".
    pub(crate) fn is_contact(&self, jid: &Jid) -> bool {
        self.roster.get(jid).is_some_and(crate::hearing::is_contact)
    }

    /// Whether their presence is worth keeping: only of people of the roster, and of my own devices. What
    /// strangers show of themselves would fill the memory.
    pub(crate) fn watches(&self, jid: &BareJid) -> bool {
        *jid == self.settings.jid || self.roster.contains(jid)
    }

    /// Forgets the presence of those who left the roster.
    pub(crate) fn forget_unwatched(&mut self) {
        let (roster, me) = (&self.roster, &self.settings.jid);
        self.presences
            .retain(|jid, _| jid == me || roster.contains(jid));
        self.gone_at.retain(|jid, _| roster.contains(jid));
        self.told.retain(|jid, _| jid == me || roster.contains(jid));
        let rooms = &self.rooms;
        self.avatars
            .retain(|jid| jid == me || roster.contains(jid) || rooms.contains_key(jid));
        self.moved.retain(|jid, _| roster.contains(jid));
    }

    pub(crate) fn contact(&self, item: &RosterItem) -> Contact {
        let told = self.told.get(&item.jid).cloned().unwrap_or_default();
        Contact {
            account: self.id,
            jid: item.jid.clone(),
            name: self.name_of(&item.jid),
            groups: item.groups.to_vec(),
            subscription: item.subscription,
            waiting: item.ask,
            blocked: self.blocked.contains(&item.jid),
            presence: self.presence_of(&item.jid),
            avatar: self.avatars.hash_of(&item.jid),
            mood: told.mood,
            nick: told.nick,
            moved_to: self.moved.get(&item.jid).cloned(),
        }
    }

    /// Forgets all that was true only while the session lasted.
    pub(crate) fn forget_live(&mut self) {
        self.session = None;
        self.in_flight.clear();
        self.sent_up_to = MessageId(0);
        self.errands_up_to = 0;
        self.changes_up_to = 0;
        self.reading.clear();
        self.again.clear();
        self.send_due = None;
        self.online_since = None;
        self.typing.clear();
        self.resource = None;
        self.shown = None;
        self.told_active = None;
        self.connection = None;
        self.doubts.clear();
        for room in self.rooms.values_mut() {
            room.state = RoomState::Outside;
            room.gapless = false;
            room.is_left();
        }
        self.presences.clear();
        self.avatars.link_lost();
        self.questions.clear();
        self.invitations.clear();
        self.claims = crate::moved::Claims::default();
        self.roster_read = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_over_after_five_quiet_seconds() {
        let mut burst = Burst::begin(Timestamp(0));
        assert!(!burst.settled_before(Timestamp(100)));
        assert!(!burst.settled_before(Timestamp(5_000)));
        assert!(burst.settled_before(Timestamp(10_000)));
        assert!(burst.settled_before(Timestamp(10_001)));
    }

    #[test]
    fn a_burst_that_never_rests_is_over_after_thirty_seconds() {
        let mut burst = Burst::begin(Timestamp(0));
        for second in 1..30 {
            assert!(!burst.settled_before(Timestamp(second * 1_000)));
        }
        assert!(burst.settled_before(Timestamp(30_000)));
    }
}
