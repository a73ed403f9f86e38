//! My move from one account to another (XEP-0283). What is to be done are rows: one thing after the other is asked of the
//! servers, and only what they have answered is done. What a connection's end or a kill leaves is asked again; all of it
//! may be said twice.

mod along;
mod profile;

use self::along::{RoomAlong, is_inside, room_along};
use crate::desk::{Desk, DeskError, ServerAnswer};
use crate::output::Output;
use carillon_core::contact::RosterItem;
use carillon_core::ids::AccountId;
use carillon_core::moving::{AccountMove, MoveState, MoveTask, MoveWish, brought, is_told, plan};
use carillon_core::person::PersonQuestion;
use carillon_core::session::{Outgoing, StanzaProblem, SubscriptionStep, Wish};
use carillon_store::{Errand, MoveRow, WaitingTask};
use jid::BareJid;
use std::collections::{BTreeSet, HashMap};

/// A session that was too busy is tried again after this, in milliseconds.
const SAY_AGAIN: i64 = 1_000;

/// What was asked for moves and has no answer yet, by request.
#[derive(Debug, Default)]
pub(crate) struct Moves(HashMap<u64, Flight>);

#[derive(Debug, Clone)]
struct Flight {
    of: MoveRow,
    /// Over which account it was asked.
    over: AccountId,
    task: WaitingTask,
    /// What was asked of the old account, where it was asked for something of me.
    question: PersonQuestion,
}

/// What came of a try.
enum Tried {
    /// A server was asked, or is not there to be asked.
    Waits,
    /// Nothing is left to be done of it.
    Done,
    /// It cannot be done.
    Failed(String),
}

impl Moves {
    fn is_busy(&self, of: i64) -> bool {
        self.0.values().any(|flight| flight.of.row == of)
    }

    /// The session that was asked is over.
    pub(crate) fn forget(&mut self, over: AccountId) {
        self.0.retain(|_, flight| flight.over != over);
    }

    fn forget_move(&mut self, old: AccountId) {
        self.0.retain(|_, flight| flight.of.old != old);
    }
}

impl Desk {
    /// Begins a move, in the place of an earlier one from the same account. It goes on by itself, also after a restart.
    ///
    /// # Errors
    /// [`DeskError::Gone`] when one of the accounts is not there or both are the same, [`DeskError::NotConnected`] when
    /// one is not connected or the old one has not said yet what is to be brought along, or the store's.
    pub fn begin_move(
        &mut self,
        old: AccountId,
        new: AccountId,
        wish: MoveWish,
    ) -> Result<(), DeskError> {
        let (from, to) = (self.account(old)?, self.account(new)?);
        if old == new {
            return Err(DeskError::Gone);
        }
        // What is stored of its contacts and rooms may have been changed elsewhere since.
        let is_read = from.roster_read && (!wish.rooms || from.bookmarks.is_known());
        if !from.is_online() || !to.is_online() || !is_read {
            return Err(DeskError::NotConnected);
        }
        let own = (&from.settings.jid, &to.settings.jid);
        let mut rooms: BTreeSet<BareJid> = from.bookmarks.rooms().cloned().collect();
        let inside = from.rooms.iter().filter(|(_, room)| is_inside(room));
        rooms.extend(inside.map(|(room, _)| room.clone()));
        let (nick, picture) = (self.own_nick(old), from.avatars.of_one(own.0));
        let contacts = from.roster.items().iter().cloned();
        let tasks = plan(own, contacts, rooms, (&nick, picture), wish);
        self.moves.forget_move(old);
        self.store.begin_move(old, new, &tasks)?;
        self.tell(Output::Accounts);
        self.carry_on_moves();
        Ok(())
    }

    /// A move goes no further until [`Self::go_on_with_move`]. What was done stays.
    ///
    /// # Errors
    /// The store's.
    pub fn stop_move(&mut self, old: AccountId) -> Result<(), DeskError> {
        self.moves.forget_move(old);
        self.store.set_move_state(old, MoveState::Stopped)?;
        self.flush_soon();
        self.tell(Output::Accounts);
        Ok(())
    }

    /// A move goes on, and tries again what could not be done.
    ///
    /// # Errors
    /// [`DeskError::Gone`] when there is none, or the store's.
    pub fn go_on_with_move(&mut self, old: AccountId) -> Result<(), DeskError> {
        if !self.store.retry_move(old)? {
            return Err(DeskError::Gone);
        }
        self.flush_soon();
        self.tell(Output::Accounts);
        self.carry_on_moves();
        Ok(())
    }

    /// Has the old account no longer say that I have gone. What was brought along stays; once the server has answered, the
    /// move is to be [forgotten](Self::forget_move).
    ///
    /// # Errors
    /// [`DeskError::NotConnected`], [`DeskError::Gone`] or the store's.
    pub fn take_back_move(&mut self, old: AccountId) -> Result<ServerAnswer, DeskError> {
        let answer = self.ask_server(old, |request| Outgoing::SayMoved { request, to: None })?;
        self.stop_move(old)?;
        Ok(answer)
    }

    /// Nothing is known of a move any more.
    ///
    /// # Errors
    /// The store's.
    pub fn forget_move(&mut self, old: AccountId) -> Result<(), DeskError> {
        self.moves.forget_move(old);
        self.store.forget_move(old)?;
        self.flush_soon();
        self.tell(Output::Accounts);
        Ok(())
    }

    /// How the move from an account stands, `None` when there is none.
    pub(crate) fn moving(&self, old: AccountId) -> Option<AccountMove> {
        self.store.account_move(old).ok().flatten()
    }

    /// Does what comes next of every move, as far as its accounts are connected.
    pub(crate) fn carry_on_moves(&mut self) {
        let moves = match self.store.moves() {
            Ok(moves) => moves,
            Err(error) => return self.disk_fails(&error),
        };
        for of in moves {
            if of.state == MoveState::Running && !self.moves.is_busy(of.row) {
                self.carry_on(of);
            }
        }
    }

    fn carry_on(&mut self, of: MoveRow) {
        loop {
            let next = self.store.next_move_task(of.row);
            let Some(next) = self.stored(of.new, next) else {
                return;
            };
            let Some(task) = next else {
                let over = self.store.set_move_state(of.old, MoveState::Finished);
                self.stored(of.new, over);
                return self.tell(Output::Accounts);
            };
            if task.task != MoveTask::Statement {
                let said = self.store.is_move_said(of.row);
                match self.stored(of.new, said) {
                    Some(true) => {}
                    // Nobody could know that it is I.
                    Some(false) => {
                        let stopped = self.store.set_move_state(of.old, MoveState::Stopped);
                        self.stored(of.new, stopped);
                        return self.tell(Output::Accounts);
                    }
                    None => return,
                }
            }
            let row = task.row;
            let ended = match self.try_task(of, task) {
                Tried::Waits => return,
                Tried::Done => self.store.move_task_ends(row, None),
                Tried::Failed(words) => self.store.move_task_ends(row, Some(&words)),
            };
            if self.stored(of.new, ended).is_none() {
                return;
            }
            self.tell(Output::Accounts);
        }
    }

    fn try_task(&mut self, of: MoveRow, task: WaitingTask) -> Tried {
        let (Some(old), Some(new)) = (self.accounts.get(&of.old), self.accounts.get(&of.new))
        else {
            return Tried::Waits;
        };
        match task.task.clone() {
            MoveTask::Statement => {
                let to = Some(new.settings.jid.clone());
                self.fly(of, of.old, task, |request| Outgoing::SayMoved {
                    request,
                    to,
                })
            }
            // What the new place has of a contact must be known before it is added to.
            MoveTask::Contact(_) if !new.roster_read => Tried::Waits,
            MoveTask::Contact(item) => match brought(new.roster.get(&item.jid), &item) {
                Some((name, groups)) => {
                    let jid = item.jid;
                    self.fly(of, of.new, task, |request| Outgoing::RosterSet {
                        request,
                        jid,
                        name,
                        groups,
                    })
                }
                None => self.contact_is_there(of, task.row, &item),
            },
            MoveTask::Room(room) => match room_along(old, new, &room) {
                RoomAlong::Waits => Tried::Waits,
                RoomAlong::Nothing => Tried::Done,
                RoomAlong::Keep(bookmark) => self.fly(of, of.new, task, |request| {
                    Outgoing::SetBookmark { request, bookmark }
                }),
            },
            MoveTask::Nick(_) => self.say_nick_of(of, task),
            MoveTask::Card => self.ask_old_of(of, task, PersonQuestion::Card),
            MoveTask::Picture(planned) => self.read_picture_of(of, task, planned),
        }
    }

    /// Asks a server, if it is there to be asked.
    fn fly(
        &mut self,
        of: MoveRow,
        over: AccountId,
        task: WaitingTask,
        make: impl FnOnce(u64) -> Outgoing,
    ) -> Tried {
        let request = self.number();
        let asked = make(request);
        self.fly_with(of, over, task, PersonQuestion::Card, (request, asked))
    }

    fn fly_with(
        &mut self,
        of: MoveRow,
        over: AccountId,
        task: WaitingTask,
        question: PersonQuestion,
        (request, asked): (u64, Outgoing),
    ) -> Tried {
        let again = self.now().plus_millis(SAY_AGAIN);
        let Some(account) = self.accounts.get_mut(&over) else {
            return Tried::Waits;
        };
        if account.say(asked) {
            let flight = Flight {
                of,
                over,
                task,
                question,
            };
            self.moves.0.insert(request, flight);
        } else if account.is_online() {
            account.send_due = Some(again);
        }
        Tried::Waits
    }

    /// A contact stands in the new contact list: who is to be told is told by an errand, in the same step.
    fn contact_is_there(&mut self, of: MoveRow, row: i64, item: &RosterItem) -> Tried {
        let (Some(old), Some(new)) = (self.accounts.get(&of.old), self.accounts.get(&of.new))
        else {
            return Tried::Waits;
        };
        if !is_told(new.roster.get(&item.jid), item) {
            return Tried::Done;
        }
        let was = old.settings.jid.clone();
        let wish = Wish {
            nick: self.nick_along(of),
            moved_from: Some(was),
            ..Wish::default()
        };
        let errand = Errand::Subscription {
            to: item.jid.clone(),
            step: SubscriptionStep::Subscribe(wish),
        };
        let stanza = self.errand_id();
        let told = self
            .store
            .move_task_ends_with(row, of.new, &stanza, &errand);
        if self.stored(of.new, told).is_none() {
            return Tried::Waits;
        }
        self.send_errands(of.new);
        Tried::Done
    }

    /// Answers whether it was asked for a move.
    pub(crate) fn move_answered(
        &mut self,
        request: u64,
        result: &Result<(), StanzaProblem>,
    ) -> bool {
        let Some(flight) = self.moves.0.remove(&request) else {
            return false;
        };
        let ended = match (&flight.task.task, result) {
            (MoveTask::Contact(item), Ok(())) => {
                self.contact_is_there(flight.of, flight.task.row, item)
            }
            (MoveTask::Room(room), result) => self.room_is_kept(flight.of, room, result),
            (_, Ok(())) => Tried::Done,
            (_, Err(problem)) => Tried::Failed(problem.words().to_owned()),
        };
        self.flight_ends(&flight, ended);
        true
    }

    fn flight_ends(&mut self, flight: &Flight, ended: Tried) {
        let (of, row) = (flight.of, flight.task.row);
        let stored = match ended {
            Tried::Waits => return,
            Tried::Done => self.store.move_task_ends(row, None),
            // Where the old account does not say that I have gone, nobody is told so.
            Tried::Failed(words) if flight.task.task == MoveTask::Statement => {
                self.store.move_cannot_be_said(row, &words)
            }
            Tried::Failed(words) => self.store.move_task_ends(row, Some(&words)),
        };
        self.stored(of.new, stored);
        self.tell(Output::Accounts);
        self.carry_on_moves();
    }
}
