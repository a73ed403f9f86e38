//! Streams that outlive their link (XEP-0198): what is stored is counted, and what was true goes on being true.
//!
//! The server hears that a stanza was handled only after a flush: `Counted` comes behind all that a stanza tells,
//! `Handled` goes back once that is on the disk.

use crate::account::{Account, Line, Room};
use crate::desk::Desk;
use crate::output::Output;
use carillon_core::contact::ResourcePresence;
use carillon_core::ids::{AccountId, MessageId, Timestamp};
use carillon_core::room::RoomState;
use carillon_core::session::{Outgoing, ServerFeatures, StreamState};
use jid::BareJid;
use std::collections::{BTreeMap, HashMap, HashSet};

use crate::account::Burst;
use crate::archive::Reading;

/// What was on the way when a link broke has come after so long; in milliseconds.
const STRAYS: i64 = 3_000;
/// After a stream that the server has let go my archive is looked at again after so long; in milliseconds.
const LATE_STRAYS: [i64; 3] = [20_000, 60_000, 150_000];

/// How far what came on a managed stream is stored.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Counting {
    /// All up to this stanza is committed; `None` while nobody counts.
    pub(crate) committed: Option<u32>,
    /// What the session was told.
    told: Option<u32>,
    /// Something could not be stored: whatever comes after it must not count either.
    broken: bool,
}

impl Counting {
    pub(crate) fn from(stream: Option<&StreamState>) -> Self {
        Self {
            committed: stream.map(|stream| stream.handled),
            ..Self::default()
        }
    }

    /// The number of the stanza whose content is being told.
    pub(crate) fn current(&self) -> Option<u32> {
        self.committed
            .filter(|_| !self.broken)
            .map(|number| number.wrapping_add(1))
    }

    pub(crate) fn is_broken(&self) -> bool {
        self.broken
    }

    pub(crate) fn breaks(&mut self) {
        self.broken = true;
    }
}

/// What was true on a session whose link broke, and is again if the session goes on.
#[derive(Debug)]
pub(crate) struct Stash {
    features: ServerFeatures,
    online_since: Option<Timestamp>,
    resource: Option<String>,
    shown: Option<crate::status::Shown>,
    presences: HashMap<BareJid, Vec<ResourcePresence>>,
    rooms: BTreeMap<BareJid, Room>,
    in_flight: HashSet<String>,
    errands_up_to: i64,
    burst: Burst,
    gapless: bool,
    reading: HashMap<u64, Reading>,
}

impl Account {
    /// Puts by what was true, before it is forgotten.
    pub(crate) fn fall_asleep(&mut self) {
        let Line::Online(features) = self.line else {
            return;
        };
        if self.counting.committed.is_none() || self.counting.is_broken() {
            return;
        }
        self.stash = Some(Box::new(Stash {
            features,
            online_since: self.online_since,
            resource: self.resource.clone(),
            shown: self.shown.clone(),
            presences: self.presences.clone(),
            rooms: self.rooms.clone(),
            in_flight: std::mem::take(&mut self.in_flight),
            errands_up_to: self.errands_up_to,
            burst: self.burst,
            gapless: self.gapless,
            reading: std::mem::take(&mut self.reading),
        }));
    }

    /// The server has let the stream of before go. What was on the way there may be archived late, also in front of
    /// what has come since, and is handed over to nobody: in ejabberd it waits with a process that still writes to the
    /// dead link, for two minutes at worst.
    pub(crate) fn expects_strays(&mut self, now: Timestamp) {
        self.strays_since = Some(now);
    }

    /// Whether my archive may still get something in front of what it has. Then it is known no further than before.
    pub(crate) fn awaits_strays(&self, now: Timestamp) -> bool {
        self.next_strays(now).is_some()
    }

    fn next_strays(&self, now: Timestamp) -> Option<Timestamp> {
        let since = self.strays_since?;
        let looks = LATE_STRAYS.map(|late| since.plus_millis(late));
        looks.into_iter().find(|look| now < *look)
    }

    /// My archive was read to its end. Has it read once more if it may not have everything yet, and answers whether.
    pub(crate) fn reads_strays_later(&mut self, now: Timestamp) -> bool {
        // It stays until then: the link may break before.
        let next = self.next_strays(now);
        match next {
            Some(due) => self.read_archive_at(None, due),
            None => self.strays_since = None,
        }
        next.is_some()
    }

    /// All is as it was. Answers the rooms that I was in then.
    fn wake(&mut self, stash: Stash, now: Timestamp) -> Vec<BareJid> {
        self.line = Line::Online(stash.features);
        self.roster_read = true;
        self.online_since = stash.online_since;
        self.resource = stash.resource;
        self.shown = stash.shown;
        self.presences = stash.presences;
        self.in_flight = stash.in_flight;
        // What failed and is to be tried again lies before what was sent; what is on its way is known.
        self.sent_up_to = MessageId(0);
        self.changes_up_to = 0;
        self.errands_up_to = stash.errands_up_to;
        self.burst = stash.burst;
        self.gapless = stash.gapless;
        self.reading = stash.reading;
        for reading in self.reading.values_mut() {
            reading.is_asked_at(now);
        }
        let mut inside = Vec::new();
        for (jid, before) in stash.rooms {
            if before.state == RoomState::Joined {
                inside.push(jid.clone());
            }
            if let Some(room) = self.rooms.get_mut(&jid) {
                *room = before;
            }
        }
        self.forget_unwatched();
        inside
    }
}

impl Desk {
    pub(crate) fn hear_counted(&mut self, id: AccountId, number: u32) {
        let Some(account) = self.accounts.get_mut(&id) else {
            return;
        };
        if !account.counting.broken {
            account.counting.committed = Some(number);
            self.flush_soon();
        }
    }

    /// The counts that are worth writing down.
    pub(crate) fn counts(&self) -> Vec<(AccountId, u32)> {
        let counted = |account: &Account| Some((account.id, account.counting.committed?));
        self.accounts.values().filter_map(counted).collect()
    }

    /// All that was committed is on the disk: the servers may know.
    pub(crate) fn tell_handled(&mut self) {
        for account in self.accounts.values_mut() {
            let counting = account.counting;
            if counting.broken || counting.committed == counting.told {
                continue;
            }
            let said = counting
                .committed
                .is_some_and(|number| account.say(Outgoing::Handled(number)));
            if said {
                account.counting.told = counting.committed;
            }
        }
    }

    pub(crate) fn hear_resumable(&mut self, id: AccountId, stream: &StreamState) {
        let now = self.now();
        let begun = self.store.begin_stream(id, stream);
        let mut put_off = false;
        if self.stored(id, begun).is_some()
            && let Some(account) = self.accounts.get_mut(&id)
        {
            account.counting = Counting::from(Some(stream));
            put_off = account.is_put_off();
            if put_off {
                account.expects_strays(now);
            }
        }
        if put_off {
            // It is a new stream after all: nothing is on the way.
            self.catch_up(id, None);
        }
    }

    /// Reads what was missed after signing in. If that went on with the stream of an earlier run, as it may where one
    /// is stored, what was on the way comes by itself.
    pub(crate) fn read_what_was_missed(&mut self, id: AccountId) {
        let account = self.accounts.get(&id);
        if account.is_some_and(|account| account.counting.committed.is_some()) {
            self.put_in_order(id);
            self.ask_for_proofs(id);
            self.carry_on_moves();
        } else {
            self.catch_up(id, None);
        }
    }

    /// The stream ends in good order, and no other goes on with it.
    pub(crate) fn end_stream(&mut self, id: AccountId) {
        if let Some(account) = self.accounts.get_mut(&id) {
            account.stash = None;
            account.counting = Counting::default();
        }
        if let Err(error) = self.store.end_stream(id) {
            tracing::warn!(%error, "the end of a stream could not be stored");
        }
    }

    pub(crate) fn hear_numbered(&mut self, id: AccountId, number: u32, row: &str) {
        // Without it a row may go out twice after a crash, under one id.
        if let Err(error) = self.store.note_written(id, number, row) {
            tracing::warn!(%error, "the number of a stanza could not be stored");
        }
    }

    pub(crate) fn hear_reached_earlier(&mut self, id: AccountId, count: u32) {
        let reached = self.store.reached_earlier(id, count);
        let stored = self.stored(id, reached);
        // Where the disk does not take it the stream waits for another attempt, as it is.
        let answer = match &stored {
            Some(_) => Outgoing::EarlierSettled,
            None => Outgoing::Close,
        };
        if let Some(ids) = stored {
            self.hear_reached(id, &ids);
        }
        if let Some(account) = self.accounts.get(&id) {
            account.say_early(answer);
        }
    }

    pub(crate) fn session_resumed(&mut self, id: AccountId) {
        let now = self.now();
        let Some(account) = self.accounts.get_mut(&id) else {
            return;
        };
        let Some(stash) = account.stash.take() else {
            // The session knows more than the engine: it has to begin anew.
            tracing::error!("a session went on that the engine had forgotten");
            account.say(Outgoing::Close);
            return;
        };
        let inside = account.wake(*stash, now);
        self.withdraw_account_alert(id);
        self.link_back(id);
        self.mend_rooms(id, &inside);
        self.doubt_rooms(id);
        self.ask_what_devices_share(id);
        self.show_own_presence();
        self.tell_client_state();
        self.send_waiting(id);
        self.send_errands(id);
        self.send_files(id);
        self.fetch_pictures(id);
        // What had no answer when the link broke is asked again.
        self.ask_for_proofs(id);
        self.carry_on_moves();
        self.put_in_order(id);
        self.stay_paused(id);
        self.tell(Output::Accounts);
        self.tell(Output::Roster(id));
        self.refresh_tray();
    }

    /// What was on the way may come in any order now, and some of it late: ejabberd takes it from two queues. The
    /// archives know the right order. They are read a moment later, from where they were known when the link broke.
    fn put_in_order(&mut self, id: AccountId) {
        let due = self.now().plus_millis(STRAYS);
        let Some(account) = self.accounts.get_mut(&id) else {
            return;
        };
        if account.has_archive() {
            account.gapless = false;
            account.read_archive_at(None, due);
        }
        for room in account.archived_rooms() {
            if let Some(room) = account.rooms.get_mut(&room) {
                room.gapless = false;
            }
            account.read_archive_at(Some(room), due);
        }
    }

    /// Rooms that I wanted to enter or leave while there was no link.
    fn mend_rooms(&mut self, id: AccountId, inside: &[BareJid]) {
        let rows = self.store.rooms(id);
        for row in self.stored(id, rows).unwrap_or_default() {
            match (row.joined, inside.contains(&row.jid)) {
                (true, false) => self.enter(id, &row.jid),
                (false, true) => {
                    if let Some(account) = self.accounts.get_mut(&id) {
                        let (room, nick) = (row.jid.clone(), row.nick);
                        account.say(Outgoing::LeaveRoom { room, nick });
                        if let Some(room) = account.rooms.get_mut(&row.jid) {
                            room.state = RoomState::Outside;
                            room.is_left();
                        }
                    }
                }
                _ => {}
            }
        }
    }
}
