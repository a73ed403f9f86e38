//! What is asked of rooms, and what they answer.

use crate::desk::{Desk, DeskError};
use carillon_core::ids::{AccountId, ChatRef, MessageId};
use carillon_core::room::{Affiliation, Moderation, Role};
use carillon_core::session::{Outgoing, RoomReply, RoomWish, StanzaProblem};
use jid::BareJid;
use tokio::sync::oneshot;

/// The longest reason, topic or nick that is sent, in characters.
const LONGEST_WORDS: usize = 2_000;

/// Resolves to what was answered; an error means that the session ended first.
pub type RoomAnswer = oneshot::Receiver<Result<RoomReply, StanzaProblem>>;

/// Who waits for an answer.
#[derive(Debug)]
pub(crate) enum Asker {
    /// Somebody outside.
    Somebody(oneshot::Sender<Result<RoomReply, StanzaProblem>>),
    /// The room that I have just made is to be opened.
    Opening(ChatRef),
    /// A room that may have lost me.
    WhetherInside(ChatRef),
}

impl Asker {
    fn waits(&self) -> bool {
        match self {
            Self::Somebody(asked) => !asked.is_closed(),
            Self::Opening(_) | Self::WhetherInside(_) => true,
        }
    }
}

impl Desk {
    /// Asks a room, or a server where rooms are.
    ///
    /// # Errors
    /// [`DeskError::BadText`] when words are too long, [`DeskError::NotConnected`] when there is no session.
    pub fn ask_room(
        &mut self,
        account: AccountId,
        room: &BareJid,
        wish: RoomWish,
    ) -> Result<RoomAnswer, DeskError> {
        let words = match &wish {
            RoomWish::Nick(text) | RoomWish::Topic(text) => text,
            RoomWish::Close { words }
            | RoomWish::Search { words, .. }
            | RoomWish::Invite { words, .. }
            | RoomWish::Role { words, .. }
            | RoomWish::TakeBack { words, .. }
            | RoomWish::Affiliation { words, .. } => words,
            _ => "",
        };
        if words.chars().count() > LONGEST_WORDS {
            return Err(DeskError::BadText);
        }
        let (asked, answer) = oneshot::channel();
        self.wish_of_room(account, room, wish, Asker::Somebody(asked))?;
        Ok(answer)
    }

    pub(crate) fn wish_of_room(
        &mut self,
        account: AccountId,
        room: &BareJid,
        wish: RoomWish,
        asker: Asker,
    ) -> Result<(), DeskError> {
        let request = self.number();
        let wish = Outgoing::Room {
            request,
            room: room.clone(),
            wish: Box::new(wish),
        };
        if !self.account(account)?.say(wish) {
            return Err(DeskError::NotConnected);
        }
        self.room_wishes.retain(|_, (_, asker)| asker.waits());
        self.room_wishes.insert(request, (account, asker));
        Ok(())
    }

    pub(crate) fn hear_room_answer(
        &mut self,
        request: u64,
        answer: Result<RoomReply, StanzaProblem>,
    ) {
        match self.room_wishes.remove(&request) {
            Some((_, Asker::Somebody(asked))) => {
                // Whoever asked may have gone; the answer is of no use to anybody else.
                let _ = asked.send(answer);
            }
            Some((_, Asker::Opening(room))) => self.room_opens(&room, answer),
            Some((_, Asker::WhetherInside(room))) => {
                self.hear_whether_inside(&room, answer.map(drop));
            }
            None => {}
        }
    }

    /// Does something with somebody in a room.
    ///
    /// # Errors
    /// [`DeskError::Gone`] when they are not there, when I may not do that, or when the room does not show me the address
    /// that a ban needs; otherwise as [`Self::ask_room`].
    pub fn moderate(
        &mut self,
        chat: &ChatRef,
        nick: &str,
        act: Moderation,
        words: &str,
    ) -> Result<RoomAnswer, DeskError> {
        let account = self.account(chat.account)?;
        let room = account.rooms.get(&chat.jid).ok_or(DeskError::Gone)?;
        let other = room.occupants.get(nick).ok_or(DeskError::Gone)?;
        let me = room.me.as_ref().ok_or(DeskError::Gone)?;
        if !me.may(act, other) {
            return Err(DeskError::Gone);
        }
        let role = |role| RoomWish::Role {
            nick: nick.to_owned(),
            role,
            words: words.to_owned(),
        };
        let wish = match act {
            Moderation::Kick => role(None),
            Moderation::GrantVoice => role(Some(Role::Participant)),
            Moderation::RevokeVoice => role(Some(Role::Visitor)),
            Moderation::Ban => RoomWish::Affiliation {
                jid: other.jid.clone().ok_or(DeskError::Gone)?,
                affiliation: Affiliation::Outcast,
                words: words.to_owned(),
            },
        };
        self.ask_room(chat.account, &chat.bare(), wish)
    }

    /// Makes somebody something to a room that I am in, or nothing, or bans them (XEP-0045 §9, §10). What they are now only
    /// the room knows, which refuses what I may not do.
    ///
    /// # Errors
    /// [`DeskError::Gone`] when I am not in it, or may do nothing of the kind there; otherwise as [`Self::ask_room`].
    pub fn set_affiliation(
        &mut self,
        chat: &ChatRef,
        jid: BareJid,
        affiliation: Affiliation,
        words: &str,
    ) -> Result<RoomAnswer, DeskError> {
        let account = self.account(chat.account)?;
        let room = account.rooms.get(&chat.jid).ok_or(DeskError::Gone)?;
        let me = room.me.as_ref().ok_or(DeskError::Gone)?;
        if !me.affiliation.may_change(Affiliation::None, affiliation) {
            return Err(DeskError::Gone);
        }
        let wish = RoomWish::Affiliation {
            jid,
            affiliation,
            words: words.to_owned(),
        };
        self.ask_room(chat.account, &chat.bare(), wish)
    }

    /// Takes somebody's message in a room back, for everybody (XEP-0425).
    ///
    /// # Errors
    /// [`DeskError::Gone`] when the room cannot do that, I am no moderator there, or the room has no name for the message;
    /// otherwise as [`Self::ask_room`].
    pub fn moderate_message(
        &mut self,
        message: MessageId,
        words: &str,
    ) -> Result<RoomAnswer, DeskError> {
        let found = self.store.entry_in_room(message)?;
        let (chat, entry) = found.ok_or(DeskError::Gone)?;
        let account = self.account(chat.account)?;
        let room = account.rooms.get(&chat.jid).ok_or(DeskError::Gone)?;
        let me = room.me.as_ref().ok_or(DeskError::Gone)?;
        if !room.about.moderates || me.role != Role::Moderator {
            return Err(DeskError::Gone);
        }
        let words = words.to_owned();
        self.ask_room(
            chat.account,
            &chat.bare(),
            RoomWish::TakeBack { entry, words },
        )
    }

    /// Invites people to a room that I am in: through the room where it has to let them in, else past it. Only a room's word
    /// is waited for: what is said past it goes to people, who need not answer.
    ///
    /// # Errors
    /// [`DeskError::Gone`] when there is no such room, [`DeskError::BadText`] when the words are too long,
    /// [`DeskError::NotConnected`] when there is no session.
    pub fn invite_to_room(
        &mut self,
        chat: &ChatRef,
        people: Vec<BareJid>,
        words: &str,
    ) -> Result<Option<RoomAnswer>, DeskError> {
        if words.chars().count() > LONGEST_WORDS {
            return Err(DeskError::BadText);
        }
        let account = self.account(chat.account)?;
        let room = account.rooms.get(&chat.jid).ok_or(DeskError::Gone)?;
        if room.about.members_only {
            let words = words.to_owned();
            let wish = RoomWish::Invite { people, words };
            return self.ask_room(chat.account, &chat.bare(), wish).map(Some);
        }
        let invited = people.into_iter().all(|to| {
            account.say(Outgoing::Invite {
                room: chat.bare(),
                to,
                words: words.to_owned(),
            })
        });
        if invited {
            Ok(None)
        } else {
            Err(DeskError::NotConnected)
        }
    }
}
