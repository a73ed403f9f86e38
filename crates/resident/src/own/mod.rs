//! What the user takes out of Carillon, and into it. One such work at a time; it runs beside everything else, tells how far it is, and
//! ends when it is told to.

mod contacts;
mod export;
mod file;
mod import;
mod pidgin;
mod places;
mod render;
#[cfg(test)]
mod tests;

pub(crate) use contacts::{contacts_of, look_into_roster};
pub(crate) use export::{ExportOf, export, roster};
pub(crate) use import::{ImportOf, import, look_into};
pub(crate) use places::found;

use carillon_link::views_own::{SkipCause, SkippedRows, WorkKind, WorkState, WorkView};
use std::collections::BTreeMap;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Why a work ended before its end.
#[derive(Debug, thiserror::Error)]
pub enum Unfinished {
    /// The user stopped it.
    #[error("it was stopped")]
    Stopped,
    /// The file could not be written or read.
    #[error("{0}; nothing of it is left")]
    File(#[from] io::Error),
    /// What is stored could not be read.
    #[error(transparent)]
    Store(#[from] carillon_engine::store::StoreError),
    /// Another program's history could not be read. What came in stays.
    #[error(transparent)]
    Foreign(#[from] carillon_engine::store::ForeignError),
    /// A folder of another program could not be read. What came in stays.
    #[error("it cannot be read ({0}); what came in stays")]
    Folder(io::Error),
    /// Carillon could not take in more. What came in stays.
    #[error("{0}; what came in stays")]
    Refused(String),
}

/// How far a work is, shared by whoever does it and whoever asks.
#[derive(Debug, Default)]
pub struct Progress {
    done: AtomicU32,
    total: AtomicU32,
    new: AtomicU32,
    chats: AtomicU32,
    skipped: Mutex<BTreeMap<SkipCause, u32>>,
    stopped: Arc<AtomicBool>,
}

impl Progress {
    pub(crate) fn expects(&self, total: u32) {
        self.total.store(total, Ordering::Relaxed);
    }

    /// So many more are done.
    ///
    /// # Errors
    /// [`Unfinished::Stopped`] when no more shall be.
    pub(crate) fn goes_on(&self, more: usize) -> Result<(), Unfinished> {
        let more = u32::try_from(more).unwrap_or(u32::MAX);
        self.done.fetch_add(more, Ordering::Relaxed);
        if self.stopped.load(Ordering::Relaxed) {
            return Err(Unfinished::Stopped);
        }
        Ok(())
    }
}

impl Progress {
    pub(crate) fn came_in(&self, new: u32, chats: usize) {
        self.new.fetch_add(new, Ordering::Relaxed);
        let chats = u32::try_from(chats).unwrap_or(u32::MAX);
        self.chats.store(chats, Ordering::Relaxed);
    }

    pub(crate) fn skips(&self, cause: SkipCause, rows: u32) {
        if rows > 0 {
            let mut skipped = self.skipped.lock().unwrap_or_else(PoisonError::into_inner);
            let count = skipped.entry(cause).or_default();
            *count = count.saturating_add(rows);
        }
    }

    /// Set when no more shall be done.
    pub(crate) fn stop(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.stopped)
    }

    fn skipped(&self) -> Vec<SkippedRows> {
        let skipped = self.skipped.lock().unwrap_or_else(PoisonError::into_inner);
        let rows = skipped.iter();
        rows.map(|(cause, rows)| SkippedRows {
            cause: *cause,
            rows: *rows,
        })
        .collect()
    }
}

/// The work that runs, or ended last.
#[derive(Debug, Default)]
pub struct Work(Mutex<Option<Job>>);

#[derive(Debug)]
struct Job {
    kind: WorkKind,
    path: String,
    progress: Arc<Progress>,
    state: WorkState,
}

impl Work {
    /// Begins a work. `None` when another one runs.
    pub(crate) fn begin(&self, kind: WorkKind, path: &str) -> Option<Arc<Progress>> {
        let mut job = self.lock();
        if matches!(&*job, Some(job) if job.state == WorkState::Running) {
            return None;
        }
        let progress = Arc::new(Progress::default());
        *job = Some(Job {
            kind,
            path: path.to_owned(),
            progress: Arc::clone(&progress),
            state: WorkState::Running,
        });
        Some(progress)
    }

    pub(crate) fn ends(&self, how: Result<(), Unfinished>) {
        let state = match how {
            Ok(()) => WorkState::Finished,
            Err(Unfinished::Stopped) => WorkState::Stopped,
            Err(error) => WorkState::Failed {
                detail: error.to_string(),
            },
        };
        if let Some(job) = &mut *self.lock() {
            job.state = state;
        }
    }

    /// Stops what runs at its next step.
    pub(crate) fn stop(&self) {
        if let Some(job) = &*self.lock() {
            job.progress.stopped.store(true, Ordering::Relaxed);
        }
    }

    /// How it stands.
    #[must_use]
    pub fn view(&self) -> Option<WorkView> {
        self.lock().as_ref().map(|job| WorkView {
            kind: job.kind,
            path: job.path.clone(),
            done: job.progress.done.load(Ordering::Relaxed),
            total: job.progress.total.load(Ordering::Relaxed),
            new: job.progress.new.load(Ordering::Relaxed),
            chats: job.progress.chats.load(Ordering::Relaxed),
            skipped: job.progress.skipped(),
            state: job.state.clone(),
        })
    }

    fn lock(&self) -> MutexGuard<'_, Option<Job>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
