//! Files that come: none by itself. A picture when it is on screen and its sender's pictures are shown, anything else
//! when the user asks for it.

use super::FileNews;
use crate::desk::{Desk, DeskError};
use crate::media::{Media, hexadecimal};
use crate::output::Output;
use carillon_core::chat::{Author, ChatKind};
use carillon_core::files::{
    FileTrouble, LARGEST_FETCHED, LARGEST_PICTURE, LARGEST_PLAYED, media_type,
};
use carillon_core::ids::{ChatRef, MessageId};
use carillon_store::{FileHere, StoredFile};
use carillon_wire::{Fetched, Progress, TransferProblem};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A file that a message hands over, as it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileNow {
    /// What is stored of it.
    pub stored: StoredFile,
    /// So many bytes have come; `None` while it does not come.
    pub coming: Option<u64>,
    /// Why it did not come, when it was tried.
    pub missing: Option<FileTrouble>,
    /// Whether it is shown if it is a picture; `None` while the user is to be asked.
    pub shown: Option<bool>,
}

impl Desk {
    /// The file that a message hands over.
    ///
    /// # Errors
    /// [`DeskError::Gone`] when it hands over none, or the store's.
    pub fn file(&self, message: MessageId) -> Result<FileNow, DeskError> {
        let stored = self.store.file(message)?.ok_or(DeskError::Gone)?;
        Ok(FileNow {
            coming: self.files.fetching.get(&message).map(super::Moving::bytes),
            missing: self.files.missing.get(&message).cloned(),
            shown: self.shows_pictures(&stored)?,
            stored,
        })
    }

    /// My own pictures, and those of contacts whose pictures the user wants to see. Of nobody else.
    fn shows_pictures(&self, file: &StoredFile) -> Result<Option<bool>, DeskError> {
        if file.author == Author::Me {
            return Ok(Some(true));
        }
        let contact = self.store.chat_kind(&file.chat)? == Some(ChatKind::Contact)
            && self.account(file.chat.account)?.is_contact(&file.chat.jid);
        match contact {
            true => Ok(self.store.shows_pictures(&file.chat)?),
            false => Ok(Some(false)),
        }
    }

    /// The user says whether a contact's pictures are shown.
    ///
    /// # Errors
    /// [`DeskError::Gone`] when this is no contact, or the store's.
    pub fn choose_pictures(&mut self, chat: &ChatRef, shown: bool) -> Result<(), DeskError> {
        if !self.account(chat.account)?.is_contact(&chat.jid) {
            return Err(DeskError::Gone);
        }
        self.store.choose_pictures(chat, shown)?;
        self.tell(Output::Files(chat.clone()));
        Ok(())
    }

    /// A picture is on screen: it is fetched if it may be shown, and nothing is done otherwise.
    ///
    /// # Errors
    /// The store's.
    pub fn show_file(&mut self, message: MessageId) -> Result<(), DeskError> {
        let Some(file) = self.store.file(message)? else {
            return Ok(());
        };
        let looks_like_one = file.kind().starts_with("image/");
        if looks_like_one
            && file.content.is_none()
            && !self.files.missing.contains_key(&message)
            && self.shows_pictures(&file)? == Some(true)
        {
            self.begin_fetching(file, LARGEST_PICTURE);
        }
        Ok(())
    }

    /// The user wants a file here.
    ///
    /// # Errors
    /// [`DeskError::Gone`] when the message hands over none, or the store's.
    pub fn fetch_file(&mut self, message: MessageId) -> Result<(), DeskError> {
        let file = self.store.file(message)?.ok_or(DeskError::Gone)?;
        if file.content.is_none() {
            self.begin_fetching(file, LARGEST_FETCHED);
        }
        Ok(())
    }

    /// The user wants to hear a sound: it is fetched if the pictures and sounds of its sender may be shown.
    ///
    /// # Errors
    /// [`DeskError::Gone`] when the message hands over none that may be played, or the store's.
    pub fn play_file(&mut self, message: MessageId) -> Result<(), DeskError> {
        let file = self.store.file(message)?.ok_or(DeskError::Gone)?;
        let is_sound = file.kind().starts_with("audio/");
        if !is_sound || self.shows_pictures(&file)? != Some(true) {
            return Err(DeskError::Gone);
        }
        if file.content.is_none() {
            self.begin_fetching(file, LARGEST_PLAYED);
        }
        Ok(())
    }

    /// The user does not want it any more.
    ///
    /// # Errors
    /// The store's.
    pub fn cancel_fetch(&mut self, message: MessageId) -> Result<(), DeskError> {
        if self.files.fetching.remove(&message).is_some()
            && let Some(file) = self.store.file(message)?
        {
            self.tell(Output::Files(file.chat));
        }
        Ok(())
    }

    /// Where the picture of a message is and what it is, if it is here and may be shown.
    ///
    /// # Errors
    /// [`DeskError::Gone`] when it may not, or the store's.
    pub fn picture_file(&self, message: MessageId) -> Result<(PathBuf, String), DeskError> {
        let file = self.store.file(message)?.ok_or(DeskError::Gone)?;
        let may = file.picture.is_some() && self.shows_pictures(&file)? == Some(true);
        let content = file.content.filter(|_| may);
        let path = self
            .media()
            .zip(content)
            .and_then(|(media, content)| media.path(&content));
        path.zip(file.media_type).ok_or(DeskError::Gone)
    }

    fn begin_fetching(&mut self, file: StoredFile, most: u64) {
        let (message, chat) = (file.message, file.chat);
        let (Some((media, carrier)), Some(account)) =
            (&self.files.by, self.accounts.get(&chat.account))
        else {
            return;
        };
        if self.files.fetching.contains_key(&message) {
            return;
        }
        let progress = Arc::new(Progress::new(0));
        let (media, part) = (media.clone(), media.part());
        let (to, of) = (part.clone(), chat.clone());
        let coming = carrier.download(
            &account.settings,
            file.address,
            to,
            most,
            Arc::clone(&progress),
        );
        let moving = self.move_file(&chat, progress, async move {
            let done = match coming.await {
                Ok(fetched) => kept(media, part, fetched, file.name, file.told.sha256).await,
                Err(problem) => Err(problem),
            };
            FileNews::Came {
                message,
                chat: of,
                done,
            }
        });
        self.files.missing.remove(&message);
        self.files.fetching.insert(message, moving);
        self.tell(Output::Files(chat));
    }

    pub(super) fn file_came(
        &mut self,
        message: MessageId,
        chat: &ChatRef,
        done: Result<FileHere, TransferProblem>,
    ) {
        self.files.fetching.remove(&message);
        match done {
            Ok(here) => {
                let noted = self.store.file_came(message, &here);
                if self.stored(chat.account, noted) == Some(false) {
                    self.let_content_go(&here.content);
                }
            }
            Err(problem) => {
                tracing::info!(%problem, "a file did not come");
                self.files.missing.insert(message, problem.trouble());
            }
        }
        self.tell(Output::Files(chat.clone()));
    }
}

/// Puts what came into the folder, and looks what it is.
async fn kept(
    media: Media,
    part: PathBuf,
    fetched: Fetched,
    name: String,
    told: Option<String>,
) -> Result<FileHere, TransferProblem> {
    if told.is_some_and(|told| told != hexadecimal(fetched.sha256)) {
        // What cannot be removed now is when the folder is opened next.
        let _ = tokio::fs::remove_file(&part).await;
        return Err(TransferProblem::Another);
    }
    let work = move || keep(&media, &part, fetched, &name);
    let disk = |why: String| TransferProblem::Disk { why };
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| disk(error.to_string()))?
        .map_err(|error| disk(error.to_string()))
}

fn keep(media: &Media, part: &Path, fetched: Fetched, name: &str) -> std::io::Result<FileHere> {
    let content = media.keep(part, fetched.sha256)?;
    let picture = media.picture(&content);
    let named = media_type(name);
    let media_type = picture.map_or(named, |picture| picture.media_type);
    Ok(FileHere {
        content,
        size: fetched.bytes,
        media_type: media_type.to_owned(),
        picture: picture.map(|picture| (picture.width, picture.height)),
    })
}
