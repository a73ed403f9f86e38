//! Whether the window closes at the first word.

use std::sync::atomic::{AtomicBool, Ordering};

/// Lets the page speak once before the window closes: where there is no tray, people are to know that Carillon stays.
#[derive(Debug, Default)]
pub(crate) struct Closing {
    wanted: AtomicBool,
}

impl Closing {
    /// The page wants to be asked, or no more.
    pub(crate) fn ask(&self, wanted: bool) {
        self.wanted.store(wanted, Ordering::Relaxed);
    }

    /// Whether the page is to be asked now. The second time the window closes whatever the page does.
    pub(crate) fn must_ask(&self) -> bool {
        self.wanted.swap(false, Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_hangs_keeps_no_window_open() {
        let closing = Closing::default();
        assert!(!closing.must_ask());
        closing.ask(true);
        assert!(closing.must_ask());
        assert!(!closing.must_ask());
    }
}
