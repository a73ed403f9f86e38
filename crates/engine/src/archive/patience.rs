//! How much of an archive is asked for at once, and how long its answer is waited for.

/// An archive that has not answered for so long may never; in milliseconds.
const SILENT: i64 = 60_000;
/// Entries of the smallest page: a server that needs longer for these is not there.
const SMALLEST: u32 = 5;
/// The longest wait is so many doublings of the first.
const DOUBLINGS: u32 = 2;

/// How often in a row an archive kept silent. It is asked for less then, and given more time: a page that takes longer
/// than the wait would be asked for over and over and never be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Patience {
    silent: u32,
}

impl Patience {
    pub(crate) const fn after_silence(self) -> Self {
        Self {
            silent: self.silent.saturating_add(1),
        }
    }

    /// It kept silent.
    pub(crate) const fn is_tried(self) -> bool {
        self.silent > 0
    }

    /// Of so many entries the ones that are asked for.
    pub(super) fn page(self, usual: u32) -> u32 {
        (usual >> (2 * self.silent.min(8))).max(SMALLEST.min(usual))
    }

    /// In milliseconds.
    pub(super) fn wait(self) -> i64 {
        SILENT << self.silent.min(DOUBLINGS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_archive_that_keeps_silent_is_asked_for_less_and_given_more_time_within_bounds() {
        let mut patience = Patience::default();
        assert!(!patience.is_tried());
        for (page, seconds) in [(100, 60), (25, 120), (6, 240), (5, 240), (5, 240)] {
            assert_eq!(
                (patience.page(100), patience.wait()),
                (page, seconds * 1_000)
            );
            patience = patience.after_silence();
            assert!(patience.is_tried());
        }
        assert_eq!(patience.page(3), 3);
        let worn = Patience { silent: u32::MAX };
        let after = worn.after_silence();
        assert_eq!((after.page(100), after.wait()), (5, 240_000));
    }
}
