//! Which pictures people and rooms show. The pictures themselves pass through to whoever keeps them, one at a time.

use crate::account::Account;
use crate::desk::{Desk, DeskError, ServerAnswer};
use crate::output::{Output, Picture};
use carillon_core::avatar::{Avatar, AvatarHash, AvatarSource, AvatarStep, OwnPicture, announced};
use carillon_core::ids::{AccountId, Timestamp};
use carillon_core::session::Outgoing;
use jid::BareJid;
use std::collections::{HashMap, VecDeque};

/// So many pictures are fetched at the same time: each may lie in memory as a whole.
const AT_ONCE: usize = 4;
/// Who has not answered after this long is not waited for, in milliseconds.
const PATIENCE: i64 = 60_000;
/// So many pictures wait to be fetched. Those of more contacts come at the next sign-in.
const WAITING: usize = 20_000;

/// A picture on its way.
#[derive(Debug)]
struct Coming {
    of: BareJid,
    avatar: Avatar,
    since: Timestamp,
}

/// The pictures of one account's people and rooms, as hashes.
#[derive(Debug, Default)]
pub(crate) struct Avatars {
    known: HashMap<BareJid, Avatar>,
    wanted: VecDeque<(BareJid, Avatar)>,
    coming: HashMap<u64, Coming>,
}

impl Avatars {
    pub(crate) fn of(known: Vec<(BareJid, Avatar)>) -> Self {
        Self {
            known: known.into_iter().collect(),
            ..Self::default()
        }
    }

    pub(crate) fn hash_of(&self, jid: &BareJid) -> Option<AvatarHash> {
        self.known.get(jid).map(|avatar| avatar.hash)
    }

    /// Nothing is known of theirs any more.
    pub(crate) fn drop_of(&mut self, jid: &BareJid) {
        self.known.remove(jid);
        self.forget(jid);
    }

    pub(crate) fn of_one(&self, jid: &BareJid) -> Option<Avatar> {
        self.known.get(jid).copied()
    }

    pub(crate) fn retain(&mut self, wanted: impl Fn(&BareJid) -> bool) {
        self.known.retain(|jid, _| wanted(jid));
        self.wanted.retain(|(jid, _)| wanted(jid));
    }

    /// The link is gone: what was on its way is asked for again on the next one.
    pub(crate) fn link_lost(&mut self) {
        let lost = self.coming.drain();
        self.wanted
            .extend(lost.map(|(_, coming)| (coming.of, coming.avatar)));
    }

    /// All is announced anew on a new stream.
    pub(crate) fn begin(&mut self) {
        self.wanted.clear();
    }

    /// Whatever of theirs was wanted is not any more.
    fn forget(&mut self, jid: &BareJid) {
        self.wanted.retain(|(of, _)| of != jid);
        self.coming.retain(|_, coming| coming.of != *jid);
    }

    fn want(&mut self, jid: &BareJid, avatar: Avatar) {
        let on_its_way = |coming: &Coming| coming.of == *jid && coming.avatar == avatar;
        if self.coming.values().any(on_its_way) {
            return;
        }
        self.forget(jid);
        if self.wanted.len() < WAITING {
            self.wanted.push_back((jid.clone(), avatar));
        }
    }
}

impl Account {
    /// Asks for what is wanted, as far as there is room.
    fn fetch(&mut self, now: Timestamp, mut number: impl FnMut() -> u64) {
        self.avatars
            .coming
            .retain(|_, coming| now.millis_since(coming.since) < PATIENCE);
        while self.avatars.coming.len() < AT_ONCE {
            let Some((of, avatar)) = self.avatars.wanted.pop_front() else {
                return;
            };
            let request = number();
            let asked = Outgoing::Picture {
                request,
                of: of.clone(),
                avatar,
            };
            if !self.say(asked) {
                self.avatars.wanted.push_front((of, avatar));
                return;
            }
            let since = now;
            self.avatars
                .coming
                .insert(request, Coming { of, avatar, since });
        }
    }
}

impl Desk {
    /// Shows others a picture of mine, or none. Once the server has it, it comes back as everybody's does.
    ///
    /// # Errors
    /// [`DeskError::NotConnected`] or [`DeskError::Gone`].
    pub fn show_picture(
        &mut self,
        account: AccountId,
        picture: Option<OwnPicture>,
    ) -> Result<ServerAnswer, DeskError> {
        self.ask_server(account, |request| Outgoing::ShowPicture {
            request,
            picture,
        })
    }

    pub(crate) fn hear_avatar(
        &mut self,
        id: AccountId,
        from: &BareJid,
        source: AvatarSource,
        hash: Option<AvatarHash>,
    ) {
        let account = self.accounts.get(&id);
        if account.is_some_and(|account| account.watches(from)) {
            self.judge_avatar(id, from, source, hash);
        }
    }

    /// A room of mine shows a picture (XEP-0486), or none.
    pub(crate) fn hear_room_picture(
        &mut self,
        id: AccountId,
        room: &BareJid,
        hash: Option<AvatarHash>,
    ) {
        self.judge_avatar(id, room, AvatarSource::Vcard, hash);
    }

    fn judge_avatar(
        &mut self,
        id: AccountId,
        from: &BareJid,
        source: AvatarSource,
        hash: Option<AvatarHash>,
    ) {
        let Some(account) = self.accounts.get_mut(&id) else {
            return;
        };
        // A contact's devices may each show another one in presence; a room speaks for itself alone.
        let speaks_alone = source == AvatarSource::Pep || account.rooms.contains_key(from);
        let step = announced(account.avatars.known.get(from).copied(), source, hash);
        match step {
            AvatarStep::Stay => {
                // What they showed for a moment in between is not wanted any more.
                if speaks_alone {
                    account.avatars.forget(from);
                }
            }
            AvatarStep::Remove => {
                account.avatars.forget(from);
                self.shows(id, from, None);
            }
            AvatarStep::Keep(avatar) => {
                account.avatars.forget(from);
                self.shows(id, from, Some(avatar));
            }
            AvatarStep::Fetch(avatar) if self.store.has_avatar(avatar.hash).unwrap_or(false) => {
                account.avatars.forget(from);
                self.shows(id, from, Some(avatar));
            }
            AvatarStep::Fetch(avatar) => {
                account.avatars.want(from, avatar);
                self.fetch_pictures(id);
            }
        }
    }

    pub(crate) fn fetch_pictures(&mut self, id: AccountId) {
        let now = self.now();
        let last = &mut self.last_number;
        if let Some(account) = self.accounts.get_mut(&id) {
            account.fetch(now, || {
                *last += 1;
                *last
            });
        }
    }

    pub(crate) fn hear_picture(&mut self, id: AccountId, request: u64, bytes: Option<Vec<u8>>) {
        if self.move_picture_came(request, bytes.as_deref()) {
            return;
        }
        let Some(account) = self.accounts.get_mut(&id) else {
            return;
        };
        let Some(coming) = account.avatars.coming.get(&request) else {
            return;
        };
        let handed_over = bytes.is_some_and(|bytes| {
            let picture = Picture {
                account: id,
                request,
                hash: coming.avatar.hash,
                bytes,
            };
            // Whoever has no room for it now gets it at the next sign-in.
            self.out
                .try_send(Output::Picture(Box::new(picture)))
                .is_ok()
        });
        if !handed_over {
            account.avatars.coming.remove(&request);
            self.fetch_pictures(id);
        }
    }

    /// The picture of an [`Output::Picture`] is kept under its hash, or cannot be shown.
    pub fn picture_is_kept(&mut self, id: AccountId, request: u64, kept: bool) {
        let Some(account) = self.accounts.get_mut(&id) else {
            return;
        };
        let Some(coming) = account.avatars.coming.remove(&request) else {
            return;
        };
        // One that can't be shown is none: the last one they showed stands for them no more.
        self.shows(id, &coming.of, kept.then_some(coming.avatar));
        self.fetch_pictures(id);
    }

    fn shows(&mut self, id: AccountId, jid: &BareJid, avatar: Option<Avatar>) {
        let stored = self.store.set_avatar(id, jid, avatar);
        if self.stored(id, stored).is_none() {
            return;
        }
        let Some(account) = self.accounts.get_mut(&id) else {
            return;
        };
        let before = account.avatars.hash_of(jid);
        match avatar {
            Some(avatar) => account.avatars.known.insert(jid.clone(), avatar),
            None => account.avatars.known.remove(jid),
        };
        if before == avatar.map(|avatar| avatar.hash) {
            return;
        }
        let mine = *jid == account.settings.jid;
        let chat = account.chat(jid);
        if account.rooms.contains_key(jid) {
            self.tell(Output::Chat(chat));
        } else {
            self.tell(Output::Contact(chat));
        }
        if mine {
            self.tell(Output::Accounts);
        }
    }
}
