//! Every kind of stanza, handed to the part that knows it.

use crate::desk::Desk;
use crate::output::Output;
use carillon_core::contact::{RosterItem, Subscription};
use carillon_core::ids::{AccountId, ChatRef};
use carillon_core::session::Incoming;
use jid::BareJid;
use std::collections::HashSet;

/// So many contacts that change at once are told one by one; more are told as the roster.
const SINGLY: usize = 64;

impl Desk {
    pub(crate) fn hear_stanza(&mut self, id: AccountId, stanza: Incoming) {
        match stanza {
            Incoming::Connected(connection) => self.hear_connected(id, connection),
            Incoming::Online { jid, features } => {
                self.session_began(id, jid.resource().as_str(), features);
            }
            Incoming::Roster { version, items } => self.hear_roster(id, version.as_deref(), items),
            Incoming::RosterPush { version, item } => {
                self.hear_roster_push(id, version.as_deref(), item);
            }
            Incoming::RosterRemoved { version, jid } => {
                self.hear_roster_removed(id, version.as_deref(), &jid);
            }
            Incoming::Presence { from, device } => self.hear_presence(id, &from, device),
            Incoming::Avatar { from, source, hash } => self.hear_avatar(id, &from, source, hash),
            Incoming::Told { from, told } => self.hear_told(id, &from, told),
            Incoming::Picture { request, bytes } => self.hear_picture(id, request, bytes),
            Incoming::Subscription { from, step } => self.hear_subscription(id, &from, step),
            Incoming::Message(message) => {
                if let Some(message) = self.placed(id, message) {
                    self.hear_message(id, &message);
                }
            }
            Incoming::Receipt { from, id: message } => self.hear_receipt(id, &from, &message),
            Incoming::Displayed { from, id: message } => self.hear_displayed(id, &from, &message),
            Incoming::SeenElsewhere { chat, id: message } => {
                self.hear_seen_elsewhere(id, &chat, &message);
            }
            Incoming::UsedElsewhere { chat } => self.used_elsewhere(id, &chat),
            Incoming::Attention { from } => self.hear_attention(id, &from),
            Incoming::Typing {
                chat,
                nick,
                composing,
            } => {
                self.hear_typing(id, &chat, nick, composing);
            }
            Incoming::MessageFailed {
                chat,
                id: message,
                problem,
            } => {
                self.hear_message_failed(id, &chat, &message, &problem);
            }
            Incoming::Reached { ids } => self.hear_reached(id, &ids),
            Incoming::NotSent { ids } => self.hear_not_sent(id, &ids),
            Incoming::Invite {
                room,
                from,
                reason,
                via,
                at,
            } => {
                self.hear_invite(id, &room, &from, &reason, via, at);
            }
            Incoming::Room { room, event } => self.hear_room(id, &room, event),
            Incoming::BlockList(jids) => self.hear_block_list(id, jids),
            Incoming::Blocked(jids) => self.hear_blocked(id, &jids),
            Incoming::Unblocked(jids) => self.hear_unblocked(id, &jids),
            Incoming::Slot { request, answer } => self.hear_slot(id, request, *answer),
            Incoming::Bookmarks(all) => self.hear_bookmarks(id, all),
            Incoming::NoBookmarks => self.hear_no_bookmarks(id),
            Incoming::Bookmark(bookmark) => self.hear_bookmark(id, *bookmark),
            Incoming::BookmarkGone { room } => self.hear_bookmark_gone(id, room),
            Incoming::SeenMarks { all, whole } => self.hear_seen_marks(id, all, whole),
            Incoming::Person { request, answer } => self.hear_person(id, request, answer),
            Incoming::Moved { request, answer } => self.hear_moved(id, request, answer),
            Incoming::Invitation { request, answer } => {
                self.hear_invitation(id, request, answer);
            }
            Incoming::RoomAnswer { request, answer } => self.hear_room_answer(request, answer),
            Incoming::Outcome { request, result } => self.answer_request(request, result),
            Incoming::Counted(number) => self.hear_counted(id, number),
            Incoming::Resumable(stream) => self.hear_resumable(id, &stream),
            Incoming::Resumed => self.session_resumed(id),
            Incoming::ReachedEarlier(count) => self.hear_reached_earlier(id, count),
            Incoming::Numbered { number, id: row } => self.hear_numbered(id, number, &row),
            Incoming::Archive { request, answer } => self.hear_archive(id, request, answer),
        }
    }

    fn hear_roster(
        &mut self,
        id: AccountId,
        version: Option<&str>,
        items: Option<Vec<RosterItem>>,
    ) {
        self.take_roster(id, version, items);
        if let Some(account) = self.accounts.get_mut(&id) {
            account.roster_read = true;
        }
        self.ask_for_proofs(id);
        self.carry_on_moves();
    }

    fn take_roster(
        &mut self,
        id: AccountId,
        version: Option<&str>,
        items: Option<Vec<RosterItem>>,
    ) {
        let Some(items) = items else { return };
        let change = self.store.replace_roster(id, version, items.clone());
        let Some(change) = self.stored(id, change) else {
            return;
        };
        let Some(account) = self.accounts.get_mut(&id) else {
            return;
        };
        // Mostly nothing is new to somebody who was away.
        if !change.changed.is_empty() || !change.removed.is_empty() {
            account.roster = items.into_iter().collect();
            account.forget_unwatched();
        }
        self.tell(Output::Roster(id));
        if !change.changed.is_empty() {
            // Who was a stranger may be a contact now.
            self.tell(Output::Requests);
        }
        for changed in change.changed {
            if changed.after.subscription.they_see_me() {
                self.answered_elsewhere(id, &changed.after.jid);
            }
            if changed.is_request_accepted() {
                self.request_accepted(id, &changed.after.jid);
            }
        }
    }

    fn hear_roster_push(&mut self, id: AccountId, version: Option<&str>, item: RosterItem) {
        let contact = ChatRef {
            account: id,
            jid: item.jid.clone().into(),
        };
        let waits = self.store.is_in_requests(&contact).unwrap_or(false);
        if waits && is_contact(&item) {
            let accepted = self.accept_stranger_if_any(&contact);
            if let Err(error) = accepted {
                tracing::warn!(%error, "a stranger who became a contact still waits in Requests");
            }
        }
        let change = self.store.apply_roster_item(id, version, item.clone());
        let Some(change) = self.stored(id, change) else {
            return;
        };
        let jid = item.jid.clone();
        let Some(account) = self.accounts.get_mut(&id) else {
            return;
        };
        let they_see_me = item.subscription.they_see_me();
        account.roster.insert(item);
        if they_see_me {
            self.answered_elsewhere(id, &jid);
        }
        self.tell(Output::Contact(contact.clone()));
        // The chat's line shows the contact's name.
        self.tell(Output::Chat(contact.clone()));
        if waits {
            self.stranger_handled(&contact);
        }
        if change.is_request_accepted() {
            self.request_accepted(id, &jid);
        }
    }

    /// Who may see me needs no answer any more: another device of mine has given it.
    fn answered_elsewhere(&mut self, id: AccountId, jid: &BareJid) {
        let removed = self.store.remove_contact_request(id, jid);
        if self.stored(id, removed).is_some_and(|waited| waited) {
            let noted = self.store.note_asked_back(id, jid);
            self.stored(id, noted);
            self.request_handled(&ChatRef {
                account: id,
                jid: jid.clone().into(),
            });
        }
    }

    fn hear_roster_removed(&mut self, id: AccountId, version: Option<&str>, jid: &BareJid) {
        let removed = self.store.remove_roster_item(id, version, jid);
        if self.stored(id, removed).is_none() {
            return;
        }
        if let Some(account) = self.accounts.get_mut(&id) {
            account.roster.remove(jid);
            account.forget_unwatched();
            let contact = account.chat(jid);
            self.came_to_front(&contact);
            self.tell(Output::Contact(contact.clone()));
            // The chat's line has lost the contact's name.
            self.tell(Output::Chat(contact));
        }
    }

    fn hear_block_list(&mut self, id: AccountId, jids: Vec<BareJid>) {
        let stored = self.store.replace_block_list(id, &jids);
        if self.stored(id, stored).is_none() {
            return;
        }
        let Some(account) = self.accounts.get_mut(&id) else {
            return;
        };
        let blocked: HashSet<BareJid> = jids.into_iter().collect();
        let before = std::mem::replace(&mut account.blocked, blocked.clone());
        // Blocked on another device while this one was away.
        for jid in blocked.difference(&before) {
            self.drop_what_waits_of(id, jid);
        }
        if blocked != before {
            self.tell(Output::Roster(id));
        }
    }

    fn hear_blocked(&mut self, id: AccountId, jids: &[BareJid]) {
        let stored = self.store.add_blocked(id, jids);
        if self.stored(id, stored).is_none() {
            return;
        }
        for jid in jids {
            if let Some(account) = self.accounts.get_mut(&id) {
                account.blocked.insert(jid.clone());
            }
            self.drop_what_waits_of(id, jid);
        }
        self.tell_blocks(id, jids);
    }

    fn hear_unblocked(&mut self, id: AccountId, jids: &[BareJid]) {
        let Some(account) = self.accounts.get(&id) else {
            return;
        };
        let lifted: Vec<BareJid> = if jids.is_empty() {
            account.blocked.iter().cloned().collect()
        } else {
            jids.to_vec()
        };
        let stored = self.store.remove_blocked(id, &lifted);
        if self.stored(id, stored).is_none() {
            return;
        }
        if let Some(account) = self.accounts.get_mut(&id) {
            for jid in &lifted {
                account.blocked.remove(jid);
            }
        }
        self.tell_blocks(id, &lifted);
    }

    /// Each contact by itself, as long as they are fewer than a roster.
    fn tell_blocks(&mut self, id: AccountId, jids: &[BareJid]) {
        if jids.len() > SINGLY {
            self.tell(Output::Roster(id));
            return;
        }
        for jid in jids {
            self.tell(Output::Contact(ChatRef {
                account: id,
                jid: jid.clone().into(),
            }));
        }
    }
}

/// In the sense of "who may write to me".
pub(crate) fn is_contact(item: &RosterItem) -> bool {
    item.subscription != Subscription::None || item.ask
}
