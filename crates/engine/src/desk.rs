//! The engine's state, and what every part of it shares.

use crate::account::Account;
use crate::chores::Chores;
use crate::connector::Connector;
use crate::later::Queue;
use crate::missed::Missed;
use crate::output::Output;
use crate::sessions::SessionNews;
use carillon_core::alerts::{Flood, Recent, RuleBook, Surroundings};
use carillon_core::ids::{AccountId, ChatRef, Timestamp};
use carillon_core::session::{Outgoing, SessionProblem};
use carillon_core::settings::{Mute, Settings};
use carillon_core::tray::TrayInput;
use carillon_store::{Store, StoreError};
use jid::BareJid;
use jiff::tz::TimeZone;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, oneshot, watch};

/// Tells the time. Passed in, so that tests own it.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;
/// A random number in `0.0..1.0`. Passed in, so that tests own it.
pub type Chance = Box<dyn FnMut() -> f64 + Send>;

/// Tells the time zone that the user lives in. Passed in, so that tests own it.
pub type Zone = Arc<dyn Fn() -> TimeZone + Send + Sync>;

/// Why the engine did not do something. Nothing has changed then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DeskError {
    /// There is no such account, chat, message or request.
    #[error("that is no longer there")]
    Gone,
    /// The account must be connected for this.
    #[error("the account is not connected")]
    NotConnected,
    /// Who is to get this is not in the room, or I am not.
    #[error("they are not in the room any more")]
    NotThere,
    /// Somebody else may have the nick now for which this is.
    #[error("somebody else may be called so now")]
    SomebodyElse,
    /// Empty or too long.
    #[error("the text is empty or too long")]
    BadText,
    /// The store could not.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The session could not begin.
    #[error(transparent)]
    Session(#[from] SessionProblem),
}

/// What the server answered to a request.
pub(crate) type Asked = oneshot::Sender<Result<(), carillon_core::session::StanzaProblem>>;

/// Whoever is too slow to take an output is told so again after this long, in milliseconds.
const LEFT_OUT_AGAIN: i64 = 100;

/// The engine's state; lives in one task.
pub struct Desk {
    pub(crate) store: Store,
    pub(crate) settings: Settings,
    /// The alert rules of the settings, in the form in which they are asked.
    pub(crate) book: RuleBook,
    pub(crate) accounts: BTreeMap<AccountId, Account>,
    pub(crate) connector: Arc<dyn Connector>,
    pub(crate) clock: Clock,
    pub(crate) chance: Chance,
    pub(crate) zone: Zone,
    pub(crate) surroundings: watch::Receiver<Surroundings>,
    pub(crate) recent: Recent,
    pub(crate) mute: Option<Mute>,
    pub(crate) idle: bool,
    /// Since when nobody is at the desk.
    pub(crate) idle_since: Option<Timestamp>,
    pub(crate) news: mpsc::Sender<SessionNews>,
    /// What the server was asked, and over which account.
    pub(crate) requests: HashMap<u64, (AccountId, Asked)>,
    /// What rooms were asked, over which account, and by whom.
    pub(crate) room_wishes: HashMap<u64, (AccountId, crate::rooms::asking::Asker)>,
    /// My moves from one account to another.
    pub(crate) moves: crate::moving::Moves,
    pub(crate) last_number: u64,
    pub(crate) tray: TrayInput,
    /// What the tray shows until it is seen.
    pub(crate) marks: crate::marks::Marks,
    pub(crate) chores: Chores,
    pub(crate) flood: Flood,
    /// Alerts that are to be decided again.
    pub(crate) later: Queue,
    /// What came late, on all accounts.
    pub(crate) missed: Missed,
    /// What asked for attention until it is seen, by its key.
    pub(crate) unseen: HashSet<String>,
    /// Popups that stay until they are handled, by their key.
    pub(crate) standing: HashSet<String>,
    /// When what was committed is to be brought to the disk for certain.
    pub(crate) flush_due: Option<Timestamp>,
    /// When the index of words is to be taken a step further.
    pub(crate) index_due: Option<Timestamp>,
    /// How often in a row it was put off.
    pub(crate) index_put_off: u32,
    /// How often in a row the disk did not take it.
    pub(crate) unflushed: u32,
    pub(crate) disk: crate::disk::Disk,
    /// When to try again to say what was left out.
    pub(crate) left_out_due: Option<Timestamp>,
    pub(crate) out: mpsc::Sender<Output>,
    pub(crate) left_out: u32,
    /// What waits for room in `out`.
    pub(crate) owed: crate::owed::Owed,
    /// Accounts whose catching up the user stopped, with the generation of the session in which they did.
    pub(crate) paused: BTreeMap<AccountId, u64>,
    /// Files that are on their way.
    pub(crate) files: crate::files::Files,
    /// Sessions that say good-bye, by their generation.
    pub(crate) leaving: HashSet<u64>,
}

impl Desk {
    /// The time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// Lives in another zone than the system's.
    pub fn live_in(&mut self, zone: Zone) {
        self.zone = zone;
    }

    /// The store, for reading.
    #[must_use]
    pub fn reader(&self) -> &carillon_store::Reader {
        &self.store
    }

    /// The address of a contact or a room; somebody's in a room is neither.
    pub(crate) fn bare_of(chat: &ChatRef) -> Result<BareJid, DeskError> {
        BareJid::try_from(chat.jid.clone()).map_err(|_| DeskError::Gone)
    }

    pub(crate) fn account(&self, id: AccountId) -> Result<&Account, DeskError> {
        self.accounts.get(&id).ok_or(DeskError::Gone)
    }

    pub(crate) fn account_mut(&mut self, id: AccountId) -> Result<&mut Account, DeskError> {
        self.accounts.get_mut(&id).ok_or(DeskError::Gone)
    }

    /// A number that was not given out before in this process.
    pub(crate) fn number(&mut self) -> u64 {
        self.last_number += 1;
        self.last_number
    }

    /// Gives something out. Never waits: what does not fit is told later if nothing else would tell it, or counted.
    pub(crate) fn tell(&mut self, output: Output) {
        self.tell_left_out();
        let Some(output) = self.owed.replace(output) else {
            return;
        };
        match self.out.try_send(output) {
            Ok(()) => {}
            Err(TrySendError::Full(output)) => {
                if !self.owed.keep(output) {
                    self.left_out = self.left_out.saturating_add(1);
                }
                self.left_out_due = Some(self.now().plus_millis(LEFT_OUT_AGAIN));
            }
            // Nobody will ever take it: that is the resident's end.
            Err(TrySendError::Closed(_)) => {}
        }
    }

    /// Tells what is owed, and how much was left out, once there is room.
    pub(crate) fn tell_left_out(&mut self) {
        while let Some(output) = self.owed.take() {
            if let Err(TrySendError::Full(output)) = self.out.try_send(output) {
                self.owed.put_back(output);
                self.left_out_due = Some(self.now().plus_millis(LEFT_OUT_AGAIN));
                return;
            }
        }
        if self.left_out == 0 {
            self.left_out_due = None;
            return;
        }
        match self.out.try_send(Output::LeftOut(self.left_out)) {
            Ok(()) | Err(TrySendError::Closed(_)) => {
                self.left_out = 0;
                self.left_out_due = None;
            }
            Err(TrySendError::Full(_)) => {
                self.left_out_due = Some(self.now().plus_millis(LEFT_OUT_AGAIN));
            }
        }
    }

    pub(crate) fn tell_chat(&mut self, chat: &ChatRef) {
        self.tell(Output::Chat(chat.clone()));
        self.refresh_tray();
    }

    /// Passes on a storage failure: the user is told, the session ends so that the server keeps what
    /// could not be stored here.
    pub(crate) fn storage_failed(&mut self, account: AccountId, error: &StoreError) {
        tracing::error!(%error, "something could not be stored");
        self.disk_fails(error);
        if let Some(account) = self.accounts.get_mut(&account) {
            account.counting.breaks();
            account.say(Outgoing::Close);
        }
    }

    /// The result of a store call made for an account, or `None` after [`Self::storage_failed`]. What was
    /// stored is brought to the disk soon.
    pub(crate) fn stored<T>(
        &mut self,
        account: AccountId,
        result: Result<T, StoreError>,
    ) -> Option<T> {
        match result {
            Ok(value) => {
                self.flush_soon();
                Some(value)
            }
            Err(error) => {
                self.storage_failed(account, &error);
                None
            }
        }
    }

    /// Asks the session something that the server answers.
    ///
    /// # Errors
    /// [`DeskError::NotConnected`] when there is no session.
    pub(crate) fn ask_server(
        &mut self,
        account: AccountId,
        make: impl FnOnce(u64) -> Outgoing,
    ) -> Result<ServerAnswer, DeskError> {
        let number = self.number();
        if !self.account(account)?.say(make(number)) {
            return Err(DeskError::NotConnected);
        }
        let (asked, answer) = oneshot::channel();
        self.requests.retain(|_, (_, asked)| !asked.is_closed());
        self.requests.insert(number, (account, asked));
        Ok(answer)
    }

    /// The session that was asked is over: whoever waits for its answers learns that there will be none.
    pub(crate) fn forget_requests(&mut self, id: AccountId) {
        self.requests.retain(|_, (account, _)| *account != id);
        self.room_wishes.retain(|_, (account, _)| *account != id);
        self.moves.forget(id);
    }

    pub(crate) fn answer_request(
        &mut self,
        request: u64,
        result: Result<(), carillon_core::session::StanzaProblem>,
    ) {
        if self.bookmark_answered(request, &result) || self.move_answered(request, &result) {
            return;
        }
        if let Some((_, asked)) = self.requests.remove(&request) {
            // Whoever asked may have gone; the answer is of no use to anybody else.
            let _ = asked.send(result);
        }
    }
}

/// Resolves to the server's answer; an error means that the session ended first.
pub type ServerAnswer = oneshot::Receiver<Result<(), carillon_core::session::StanzaProblem>>;
