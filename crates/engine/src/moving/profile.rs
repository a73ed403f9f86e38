//! What the old account says of me, on its way to the new one.

use super::Tried;
use crate::desk::Desk;
use carillon_core::avatar::{LARGEST, OwnPicture};
use carillon_core::files::picture;
use carillon_core::mood::Told;
use carillon_core::person::{CardField, CardKind, PersonAnswer, PersonQuestion};
use carillon_core::session::{Outgoing, StanzaProblem};
use carillon_store::{MoveRow, WaitingTask};

/// What of a card is brought along: what is written there again.
const LINES: &[CardKind] = &[
    CardKind::Name,
    CardKind::Nickname,
    CardKind::Email,
    CardKind::Phone,
    CardKind::Url,
    CardKind::Organisation,
    CardKind::Birthday,
    CardKind::Note,
];

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
            return Tried::Done;
        }
        let told = Told::Nick(nick);
        self.fly(of, of.new, task, |request| Outgoing::Tell { request, told })
    }

    pub(super) fn read_card_of(
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

    pub(super) fn read_picture_of(&mut self, of: MoveRow, task: WaitingTask) -> Tried {
        let Some(account) = self.accounts.get(&of.old) else {
            return Tried::Waits;
        };
        let whose = account.settings.jid.clone();
        let Some(avatar) = account.avatars.of_one(&whose) else {
            return Tried::Done;
        };
        self.fly(of, of.old, task, |request| Outgoing::Picture {
            request,
            of: whose,
            avatar,
        })
    }

    /// The old account's card came, or did not. Answers whether it was asked for a move.
    pub(crate) fn move_card_came(
        &mut self,
        request: u64,
        answer: &Result<PersonAnswer, StanzaProblem>,
    ) -> bool {
        let Some(flight) = self.moves.0.remove(&request) else {
            return false;
        };
        let fields = match answer {
            Ok(PersonAnswer::Card { fields }) => lines(fields),
            Ok(_) => Vec::new(),
            Err(problem) if says_none(problem) => Vec::new(),
            Err(problem) => {
                let words = problem.words().to_owned();
                self.flight_ends(&flight, Tried::Failed(words));
                return true;
            }
        };
        let (of, task) = (flight.of, flight.task.clone());
        let next = match (fields.is_empty(), flight.question) {
            // The newer form first; a server may keep only the older one.
            (true, PersonQuestion::Card) => self.read_card_of(of, task, PersonQuestion::OldCard),
            (true, _) => Tried::Done,
            (false, _) => self.fly(of, of.new, task, |request| Outgoing::WriteCard {
                request,
                fields,
            }),
        };
        self.flight_ends(&flight, next);
        true
    }

    /// The old account's picture came, or did not. Answers whether it was asked for a move.
    pub(crate) fn move_picture_came(&mut self, request: u64, bytes: Option<&[u8]>) -> bool {
        let Some(flight) = self.moves.0.remove(&request) else {
            return false;
        };
        let shown = bytes.filter(|bytes| bytes.len() <= LARGEST).and_then(own);
        let next = match shown {
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

fn lines(fields: &[CardField]) -> Vec<CardField> {
    let along = |field: &&CardField| LINES.contains(&field.kind);
    fields.iter().filter(along).cloned().collect()
}

/// Nothing was ever written there, or the server keeps none of this form (RFC 6120 §8.3.3).
fn says_none(problem: &StanzaProblem) -> bool {
    [
        "item-not-found",
        "feature-not-implemented",
        "service-unavailable",
    ]
    .contains(&problem.condition.as_str())
}

/// A picture that I may show: Carillon shows square ones (XEP-0084 §4.2).
fn own(bytes: &[u8]) -> Option<OwnPicture> {
    let read = picture(bytes)?;
    let square = read.media_type == "image/png" && read.width == read.height;
    square.then(|| OwnPicture {
        png: bytes.to_vec(),
        side: read.width,
    })
}
