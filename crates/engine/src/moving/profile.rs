//! What the old account says of me, on its way to the new one.

use super::Tried;
use crate::desk::Desk;
use carillon_core::avatar::{Avatar, OwnPicture};
use carillon_core::mood::Told;
use carillon_core::person::{CardField, PersonAnswer, PersonQuestion};
use carillon_core::session::{Outgoing, StanzaProblem};
use carillon_store::{MoveRow, WaitingTask};

impl Desk {
    /// What the old account calls me, else what it called me when the move began: after a sign-in it may not have said
    /// so again yet.
    pub(super) fn nick_along(&mut self, of: MoveRow) -> String {
        let nick = self.own_nick(of.old);
        if !nick.is_empty() {
            return nick;
        }
        let planned = self.store.move_nick(of.row);
        self.stored(of.new, planned).flatten().unwrap_or_default()
    }

    pub(super) fn say_nick_of(&mut self, of: MoveRow, task: WaitingTask) -> Tried {
        let nick = self.nick_along(of);
        if nick.is_empty() {
            // Not every server tells it by itself.
            return self.ask_old_of(of, task, PersonQuestion::Nick);
        }
        self.say_nick(of, task, nick)
    }

    fn say_nick(&mut self, of: MoveRow, task: WaitingTask, nick: String) -> Tried {
        let told = Told::Nick(nick);
        self.fly(of, of.new, task, |request| Outgoing::Tell { request, told })
    }

    pub(super) fn ask_old_of(
        &mut self,
        of: MoveRow,
        task: WaitingTask,
        question: PersonQuestion,
    ) -> Tried {
        let request = self.number();
        let Some(account) = self.accounts.get(&of.old) else {
            return Tried::Waits;
        };
        let asked = Outgoing::AskPerson {
            request,
            of: account.settings.jid.clone().into(),
            question,
        };
        self.fly_with(of, of.old, task, question, (request, asked))
    }

    /// The picture that the old account shows, else the one that it showed when the move began.
    pub(super) fn read_picture_of(
        &mut self,
        of: MoveRow,
        task: WaitingTask,
        planned: Option<Avatar>,
    ) -> Tried {
        let Some(account) = self.accounts.get(&of.old) else {
            return Tried::Waits;
        };
        let whose = account.settings.jid.clone();
        let Some(avatar) = account.avatars.of_one(&whose).or(planned) else {
            return Tried::Done;
        };
        self.fly(of, of.old, task, |request| Outgoing::Picture {
            request,
            of: whose,
            avatar,
        })
    }

    /// What the old account says of me came, or did not. Answers whether it was asked for a move.
    pub(crate) fn move_answer_came(
        &mut self,
        request: u64,
        answer: &Result<PersonAnswer, StanzaProblem>,
    ) -> bool {
        let Some(flight) = self.moves.0.remove(&request) else {
            return false;
        };
        let (of, task) = (flight.of, flight.task.clone());
        let next = match (answer, flight.question) {
            (Err(problem), _) if !(problem.says_none() || problem.keeps_none()) => {
                Tried::Failed(problem.words().to_owned())
            }
            (Ok(PersonAnswer::Nick { nick }), _) if !nick.is_empty() => {
                self.say_nick(of, task, nick.clone())
            }
            (Ok(PersonAnswer::Card { fields }), _) if !lines(fields).is_empty() => {
                let fields = lines(fields);
                self.fly(of, of.new, task, |request| Outgoing::WriteCard {
                    request,
                    fields,
                })
            }
            // The newer form first; a server may keep only the older one.
            (_, PersonQuestion::Card) => self.ask_old_of(of, task, PersonQuestion::OldCard),
            _ => Tried::Done,
        };
        self.flight_ends(&flight, next);
        true
    }

    /// The old account's picture came, or did not. Answers whether it was asked for a move.
    pub(crate) fn move_picture_came(&mut self, request: u64, bytes: Option<&[u8]>) -> bool {
        let Some(flight) = self.moves.0.remove(&request) else {
            return false;
        };
        let next = match bytes.and_then(|bytes| OwnPicture::of(bytes.to_vec())) {
            Some(shown) => {
                let task = flight.task.clone();
                self.fly(flight.of, flight.of.new, task, |request| {
                    Outgoing::ShowPicture {
                        request,
                        picture: Some(shown),
                    }
                })
            }
            None => Tried::Failed("the picture cannot be read".to_owned()),
        };
        self.flight_ends(&flight, next);
        true
    }
}

/// What of a card is brought along: what is written there again.
fn lines(fields: &[CardField]) -> Vec<CardField> {
    let along = fields.iter().filter(|field| field.kind.is_written());
    along.cloned().collect()
}
