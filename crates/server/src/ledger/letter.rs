//! One message on its way to several resources.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

/// Held by every managed session to which a message went. Some of them answer for it: the last of those that ends
/// without having it acknowledged knows that it must be brought in another way, and the others know that it need not.
#[derive(Debug, Clone)]
pub(crate) struct Letter {
    fate: Arc<Fate>,
    /// Counts those who answer for it.
    duty: Option<Arc<()>>,
}

#[derive(Debug, Default)]
struct Fate {
    /// A resource has handled it.
    safe: AtomicBool,
    /// Under which the store keeps it; 0 if it does not.
    row: AtomicI64,
}

impl Letter {
    /// A message that is nowhere else.
    pub(crate) fn new() -> Letter {
        Letter {
            fate: Arc::default(),
            duty: Some(Arc::default()),
        }
    }

    /// A message that the store keeps, so nobody has to answer for it.
    pub(crate) fn kept(row: i64) -> Letter {
        let letter = Letter::new().without_duty();
        letter.set_row(Some(row));
        letter
    }

    /// The same message for somebody who does not answer for it.
    pub(crate) fn without_duty(&self) -> Letter {
        Letter {
            fate: Arc::clone(&self.fate),
            duty: None,
        }
    }

    /// A resource has handled it, or it was handed to one that never says so.
    pub(crate) fn make_safe(&self) {
        self.fate.safe.store(true, Ordering::Release);
    }

    /// Its holder does not answer for it any more. Whether somebody has to now.
    pub(crate) fn give_up(&mut self) -> bool {
        let last = self
            .duty
            .take()
            .is_some_and(|duty| Arc::strong_count(&duty) == 1);
        last && !self.fate.safe.load(Ordering::Acquire)
    }

    /// Its holder answers for it again, alone.
    pub(crate) fn take_back(&mut self) {
        self.duty = Some(Arc::default());
    }

    /// Whether both are about one message.
    pub(crate) fn is(&self, other: &Letter) -> bool {
        Arc::ptr_eq(&self.fate, &other.fate)
    }

    pub(crate) fn row(&self) -> Option<i64> {
        Some(self.fate.row.load(Ordering::Acquire)).filter(|row| *row != 0)
    }

    pub(crate) fn set_row(&self, row: Option<i64>) {
        self.fate.row.store(row.unwrap_or(0), Ordering::Release);
    }
}
