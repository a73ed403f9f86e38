//! Files: sent through a queue that is on the disk, fetched when somebody asks for them.

mod fetching;
mod sending;

use crate::carrier::Carrier;
use crate::desk::{Desk, DeskError};
use crate::media::Media;
use crate::output::Output;
use crate::sessions::{Heard, SessionNews};
use carillon_core::files::FileTrouble;
use carillon_core::ids::{AccountId, ChatRef, MessageId, TransferId};
use carillon_store::FileHere;
use carillon_wire::{Progress, TransferProblem};
use std::collections::{HashMap, HashSet};
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::AbortHandle;

pub use fetching::FileNow;
pub use sending::{ToSend, TransferNow};

/// So often is told how far a file is.
const TOLD_EVERY: Duration = Duration::from_millis(250);

/// What becomes of files that are on their way.
#[derive(Debug)]
pub(crate) enum FileNews {
    /// It has moved on.
    Moved(ChatRef),
    /// It is where others get it, or is not.
    Sent {
        id: TransferId,
        address: String,
        done: Result<(), TransferProblem>,
    },
    /// It is to be tried again.
    Again(TransferId),
    /// A place for one was asked for so long ago.
    Silence { request: u64 },
    /// It is here, or is not.
    Came {
        message: MessageId,
        chat: ChatRef,
        done: Result<FileHere, TransferProblem>,
    },
}

/// A file that is on its way.
#[derive(Debug)]
struct Moving {
    progress: Arc<Progress>,
    task: AbortHandle,
}

impl Moving {
    fn bytes(&self) -> u64 {
        self.progress.load(Ordering::Relaxed)
    }
}

impl Drop for Moving {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// What the engine knows of files beyond what is stored.
#[derive(Default)]
pub(crate) struct Files {
    by: Option<(Media, Arc<dyn Carrier>)>,
    /// Places that were asked for, by their question's number.
    slots: HashMap<u64, (AccountId, TransferId)>,
    sending: HashMap<TransferId, (AccountId, Moving)>,
    /// How often each was tried in vain since it was queued or tried anew.
    tried: HashMap<TransferId, u32>,
    /// Wait until they are tried again.
    resting: HashSet<TransferId>,
    fetching: HashMap<MessageId, Moving>,
    /// Why files did not come.
    missing: HashMap<MessageId, FileTrouble>,
}

impl Desk {
    /// Files are carried from now on, and kept in this folder. What nothing needs any more is removed from it.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn carry_files(
        &mut self,
        media: Media,
        carrier: Arc<dyn Carrier>,
    ) -> Result<(), DeskError> {
        let needed = self.store.contents_in_use()?;
        if let Err(error) = media.tidy(&needed) {
            tracing::warn!(%error, "the folder of files could not be tidied up");
        }
        self.files.by = Some((media, carrier));
        let accounts: Vec<_> = self.accounts.keys().copied().collect();
        for id in accounts {
            self.send_files(id);
        }
        Ok(())
    }

    pub(crate) fn hear_file(&mut self, id: AccountId, news: FileNews) {
        match news {
            FileNews::Moved(chat) => self.tell(Output::Files(chat)),
            FileNews::Sent {
                id: transfer,
                address,
                done,
            } => self.file_sent(id, transfer, &address, done),
            FileNews::Again(transfer) => {
                if self.files.resting.remove(&transfer) {
                    self.send_files(id);
                }
            }
            FileNews::Silence { request } => self.no_slot_came(id, request),
            FileNews::Came {
                message,
                chat,
                done,
            } => self.file_came(message, &chat, done),
        }
    }

    /// Removes a content from the folder if nothing needs it.
    fn let_content_go(&self, content: &str) {
        let Some((media, _)) = &self.files.by else {
            return;
        };
        if self
            .store
            .contents_in_use()
            .is_ok_and(|needed| !needed.contains(content))
        {
            media.remove(content);
        }
    }

    /// Runs something that moves a file, and tells how far it is and what came of it.
    fn move_file(
        &self,
        chat: &ChatRef,
        progress: Arc<Progress>,
        moving: impl Future<Output = FileNews> + Send + 'static,
    ) -> Moving {
        let (news, account) = (self.news.clone(), chat.account);
        let (chat, watched) = (chat.clone(), Arc::clone(&progress));
        let task = tokio::spawn(async move {
            tokio::pin!(moving);
            let mut told = 0;
            let done = loop {
                tokio::select! {
                    done = &mut moving => break done,
                    () = tokio::time::sleep(TOLD_EVERY) => {
                        let now = watched.load(Ordering::Relaxed);
                        if std::mem::replace(&mut told, now) != now {
                            tell(&news, account, FileNews::Moved(chat.clone())).await;
                        }
                    }
                }
            };
            tell(&news, account, done).await;
        });
        Moving {
            progress,
            task: task.abort_handle(),
        }
    }
}

/// No session's own, so it has no generation.
async fn tell(news: &mpsc::Sender<SessionNews>, account: AccountId, what: FileNews) {
    let heard = SessionNews {
        account,
        generation: 0,
        what: Heard::File(Box::new(what)),
    };
    // An engine that has ended does not need it: what is to be done stands in the store.
    let _ = news.send(heard).await;
}
