//! One message on its way to several resources.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Held by every managed session to which a message went, so that the last of them that ends without having it
/// acknowledged knows that the message must be brought in another way, and the others know that it need not.
#[derive(Debug, Clone, Default)]
pub(crate) struct Letter(Arc<AtomicBool>);

impl Letter {
    /// A resource has it, or the store does.
    pub(crate) fn make_safe(&self) {
        self.0.store(true, Ordering::Release);
    }

    /// Whether somebody has to bring it, now that its holder gives it up.
    pub(crate) fn is_left_over(&self) -> bool {
        !self.0.load(Ordering::Acquire) && Arc::strong_count(&self.0) == 1
    }
}
