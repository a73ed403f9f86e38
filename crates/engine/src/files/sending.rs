//! Files that go: a row, then a place, then the bytes, then a message in the row's stead.

use super::{FileNews, tell};
use crate::carrier::Load;
use crate::desk::{Desk, DeskError};
use crate::media::Media;
use crate::output::{Content, Output};
use crate::presence::live;
use carillon_core::alerts::EventKind;
use carillon_core::files::{FileTrouble, Thumbnail, media_type, safe_name};
use carillon_core::ids::{AccountId, ChatRef, TransferId};
use carillon_core::session::{NoSlot, Outgoing, UploadSlot};
use carillon_store::{NewTransfer, Queued, Transfer};
use carillon_wire::{Progress, TransferProblem};
use std::sync::Arc;
use std::time::Duration;

/// After so many tries it is left to the user.
const TRIES: u32 = 6;
/// So long the service may take to name a place.
const SLOT_WAIT: Duration = Duration::from_secs(60);
/// The wait before it is tried again, doubled each time.
const FIRST_WAIT: Duration = Duration::from_secs(5);

/// A file that the user sends. It is in the folder already.
#[derive(Debug, Clone)]
pub struct ToSend {
    /// To which chat.
    pub chat: ChatRef,
    /// The id of the message that will hand it over, made by the window.
    pub id: String,
    /// What it is called here.
    pub name: String,
    /// SHA-256 in lower-case hexadecimal.
    pub content: String,
    /// How long it is, in bytes.
    pub size: u64,
    /// A small picture of it, made of nothing but what is sent.
    pub thumbnail: Option<Thumbnail>,
    /// How long a sound is, in milliseconds, where that is known.
    pub length: Option<u64>,
}

/// A file that waits, is on its way, or was given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransferNow {
    /// What is stored of it.
    pub stored: Transfer,
    /// So many bytes have gone; `None` while it waits.
    pub sent: Option<u64>,
}

impl Desk {
    /// The folder of files, once there is one.
    #[must_use]
    pub fn media(&self) -> Option<Media> {
        self.files.by.as_ref().map(|(media, _)| media.clone())
    }

    /// Stores that a file is to be sent, and sends it now or later. The same `id` twice is one file.
    ///
    /// # Errors
    /// [`DeskError::BadText`] for an unusable id, [`DeskError::Gone`] when there is no such account, or the store's.
    pub fn send_file(&mut self, file: ToSend) -> Result<(), DeskError> {
        if file.id.is_empty() || file.id.len() > 64 {
            return Err(DeskError::BadText);
        }
        let chat = file.chat;
        self.account(chat.account)?;
        if self.store.is_transfer_known(&chat, &file.id)? {
            self.send_files(chat.account);
            return Ok(());
        }
        self.address_privately(&chat)?;
        let room = self.is_room(chat.account, &chat.jid);
        if !room && self.store.is_in_requests(&chat)? {
            self.accept_stranger(&chat)?;
        }
        let name = safe_name(&file.name);
        let new = NewTransfer {
            chat: chat.clone(),
            room,
            stanza_id: file.id,
            media_type: media_type(&name).to_owned(),
            name,
            size: file.size,
            content: file.content,
            thumbnail: file.thumbnail,
            length: file.length,
            at: self.now(),
        };
        self.store.queue_transfer(&new)?;
        self.tell(Output::Files(chat.clone()));
        self.send_files(chat.account);
        Ok(())
    }

    /// The files of a chat that are not sent yet.
    ///
    /// # Errors
    /// The store's.
    pub fn transfers(&self, chat: &ChatRef) -> Result<Vec<TransferNow>, DeskError> {
        let stored = self.store.transfers_in(chat)?;
        let sent = |id| {
            self.files
                .sending
                .get(&id)
                .map(|(_, moving)| moving.bytes())
        };
        Ok(stored
            .into_iter()
            .map(|stored| TransferNow {
                sent: sent(stored.id),
                stored,
            })
            .collect())
    }

    /// Forgets a file that was to be sent. What others may get under its address already nobody is told of.
    ///
    /// # Errors
    /// [`DeskError::Gone`] when there is no such file any more, or the store's.
    pub fn cancel_transfer(&mut self, id: TransferId) -> Result<(), DeskError> {
        let transfer = self.store.transfer(id)?.ok_or(DeskError::Gone)?;
        self.store.cancel_transfer(id)?;
        self.files.sending.remove(&id);
        self.files.slots.retain(|_, (_, asked)| *asked != id);
        self.files.resting.remove(&id);
        self.files.tried.remove(&id);
        self.let_content_go(&transfer.what.content);
        self.is_given_up_no_more(&transfer);
        let account = transfer.what.chat.account;
        self.tell(Output::Files(transfer.what.chat));
        self.send_files(account);
        Ok(())
    }

    /// Sends a file again that was given up, or one that rests now.
    ///
    /// # Errors
    /// [`DeskError::Gone`] when there is no such file any more; [`DeskError::SomebodyElse`] when it was for somebody whom
    /// its private conversation is no more with; or the store's.
    pub fn retry_transfer(&mut self, id: TransferId) -> Result<(), DeskError> {
        let transfer = self.store.transfer(id)?.ok_or(DeskError::Gone)?;
        let again = self.store.retry_transfer(id)?;
        if !again && transfer.failure.is_some() {
            return Err(DeskError::SomebodyElse);
        }
        self.files.tried.remove(&id);
        self.files.resting.remove(&id);
        self.is_given_up_no_more(&transfer);
        let chat = transfer.what.chat;
        self.tell(Output::Files(chat.clone()));
        self.send_files(chat.account);
        Ok(())
    }

    fn is_given_up_no_more(&mut self, transfer: &Transfer) {
        if transfer.failure.is_some() {
            let chat = &transfer.what.chat;
            self.withdraw(EventKind::MessageFailed, chat.account, &chat.jid);
        }
    }

    /// Asks for a place for the next file, unless one is on its way: they go one after the other, in their order.
    pub(crate) fn send_files(&mut self, id: AccountId) {
        let asked = self.files.slots.values().any(|(account, _)| *account == id);
        let going = self
            .files
            .sending
            .values()
            .any(|(account, _)| *account == id);
        let online = self
            .accounts
            .get(&id)
            .is_some_and(crate::account::Account::is_online);
        if asked || going || !online || self.files.by.is_none() {
            return;
        }
        let waiting = match self.store.waiting_transfers(id) {
            Ok(waiting) => waiting,
            Err(error) => return self.storage_failed(id, &error),
        };
        let Some(next) = waiting
            .into_iter()
            .find(|one| !self.files.resting.contains(&one.id))
        else {
            return;
        };
        let request = self.number();
        let ask = Outgoing::Slot {
            request,
            name: next.what.name,
            size: next.what.size,
            media_type: next.what.media_type,
        };
        if self
            .accounts
            .get(&id)
            .is_some_and(|account| account.say(ask))
        {
            self.files.slots.insert(request, (id, next.id));
            self.tell_after(SLOT_WAIT, id, FileNews::Silence { request });
        } else {
            self.rest(id, next.id);
        }
    }

    /// A service that keeps silent must not hold up the files behind this one.
    pub(super) fn no_slot_came(&mut self, id: AccountId, request: u64) {
        let Some((_, transfer)) = self.files.slots.remove(&request) else {
            return;
        };
        if self.tries(transfer) < TRIES {
            self.try_again_later(id, transfer);
        } else {
            self.give_up(id, transfer, &NoSlot::Silent.trouble());
        }
    }

    /// The session that was asked for places is over.
    pub(crate) fn forget_slots(&mut self, id: AccountId) {
        self.files.slots.retain(|_, (account, _)| *account != id);
    }

    pub(crate) fn hear_slot(
        &mut self,
        id: AccountId,
        request: u64,
        answer: Result<UploadSlot, NoSlot>,
    ) {
        let Some((_, transfer)) = self.files.slots.remove(&request) else {
            return;
        };
        match answer {
            Ok(slot) => self.begin_upload(id, transfer, slot),
            Err(why) => self.give_up(id, transfer, &why.trouble()),
        }
    }

    fn begin_upload(&mut self, id: AccountId, transfer: TransferId, slot: UploadSlot) {
        let stored = self.store.transfer(transfer);
        let Some(Some(Transfer { what, .. })) = self.stored(id, stored) else {
            return self.send_files(id);
        };
        let (Some((media, carrier)), Some(account)) = (&self.files.by, self.accounts.get(&id))
        else {
            return;
        };
        let Some(file) = media.path(&what.content) else {
            return self.give_up(id, transfer, &FileTrouble::NotHere);
        };
        let progress = Arc::new(Progress::new(0));
        let address = slot.get.clone();
        let load = Load {
            slot,
            file,
            size: what.size,
            media_type: what.media_type,
        };
        let going = carrier.upload(&account.settings, load, Arc::clone(&progress));
        let moving = self.move_file(&what.chat, progress, async move {
            let done = going.await;
            FileNews::Sent {
                id: transfer,
                address,
                done,
            }
        });
        self.files.sending.insert(transfer, (id, moving));
        self.tell(Output::Files(what.chat));
    }

    pub(super) fn file_sent(
        &mut self,
        id: AccountId,
        transfer: TransferId,
        address: &str,
        done: Result<(), TransferProblem>,
    ) {
        // Cancelled while this was on its way here.
        if self.files.sending.remove(&transfer).is_none() {
            return;
        }
        match done {
            Ok(()) => self.hand_file_over(id, transfer, address),
            Err(problem) if problem.may_pass() && self.tries(transfer) < TRIES => {
                tracing::info!(%problem, "a file did not go; it will be tried again");
                self.try_again_later(id, transfer);
            }
            Err(problem) => self.give_up(id, transfer, &problem.trouble()),
        }
    }

    fn hand_file_over(&mut self, id: AccountId, transfer: TransferId, address: &str) {
        let stored = self.store.transfer(transfer);
        let Some(Some(Transfer { what, .. })) = self.stored(id, stored) else {
            return self.send_files(id);
        };
        self.files.tried.remove(&transfer);
        let picture = self.media().and_then(|media| media.picture(&what.content));
        let sides = picture.map(|picture| (picture.width, picture.height));
        let now = self.now();
        let handed = self.store.hand_over(transfer, address, sides, now);
        if let Some(Some(Queued::New(message))) = self.stored(id, handed) {
            self.tell(Output::MessageAdded(what.chat.clone(), message));
            self.tell(Output::Chat(what.chat.clone()));
        }
        self.tell(Output::Files(what.chat));
        self.send_waiting(id);
        self.send_files(id);
    }

    fn tries(&self, transfer: TransferId) -> u32 {
        self.files.tried.get(&transfer).copied().unwrap_or_default()
    }

    fn try_again_later(&mut self, id: AccountId, transfer: TransferId) {
        self.rest(id, transfer);
        self.tell_transfer(id, transfer);
        self.send_files(id);
    }

    fn rest(&mut self, id: AccountId, transfer: TransferId) {
        let tried = self.files.tried.entry(transfer).or_default();
        let wait = FIRST_WAIT.saturating_mul(1 << (*tried).min(8));
        *tried += 1;
        self.files.resting.insert(transfer);
        self.tell_after(wait, id, FileNews::Again(transfer));
    }

    fn tell_after(&self, wait: Duration, id: AccountId, what: FileNews) {
        let news = self.news.clone();
        tokio::spawn(async move {
            tokio::time::sleep(wait).await;
            tell(&news, id, what).await;
        });
    }

    fn give_up(&mut self, id: AccountId, transfer: TransferId, why: &FileTrouble) {
        tracing::info!(%why, "a file was given up");
        self.files.tried.remove(&transfer);
        let failed = self.store.fail_transfer(transfer, why);
        if self.stored(id, failed).is_some() {
            self.tell_transfer(id, transfer);
            self.ring_given_up(id, transfer);
        }
        self.send_files(id);
    }

    /// Nobody need look at the chat to learn that a file does not go.
    fn ring_given_up(&mut self, id: AccountId, transfer: TransferId) {
        let stored = self.store.transfer(transfer);
        let Some(Some(Transfer { what, .. })) = self.stored(id, stored) else {
            return;
        };
        let content = Content {
            name: self.name(id, &what.chat.jid),
            text: what.name,
            transfer: Some(transfer),
            ..Content::default()
        };
        self.ring(live(EventKind::MessageFailed, id, &what.chat.jid), content);
    }

    fn tell_transfer(&mut self, id: AccountId, transfer: TransferId) {
        let stored = self.store.transfer(transfer);
        if let Some(Some(transfer)) = self.stored(id, stored) {
            self.tell(Output::Files(transfer.what.chat));
        }
    }
}
