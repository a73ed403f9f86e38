//! Whether the pages of an archive get anywhere.

/// Sees that pages go round in a circle, however many there are in it, and remembers one of them only: each time the
/// number of pages has doubled the one that has just come (Brent's way of finding a cycle). A circle of n pages that is
/// entered behind m others is seen before 3 (n + m) of them have come.
#[derive(Debug, Clone, Default)]
pub(super) struct Progress {
    /// The end of the page that is remembered, or of what was known before.
    mark: Option<String>,
    /// So many have come since.
    since: u64,
    /// After so many another one is remembered.
    until: u64,
}

impl Progress {
    /// From what was known before the first page.
    pub(super) fn from(known: Option<String>) -> Self {
        Self {
            mark: known,
            since: 0,
            until: 1,
        }
    }

    /// Whether a page that ends so has come before.
    pub(super) fn has_seen(&self, end: Option<&str>) -> bool {
        end.is_some() && end == self.mark.as_deref()
    }

    /// A page that ends so has come.
    pub(super) fn take(&mut self, end: Option<&str>) {
        self.since += 1;
        if self.since >= self.until {
            self.mark = end.map(str::to_owned);
            self.since = 0;
            self.until = self.until.saturating_mul(2);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// After how many pages it is seen that `way` goes in a circle; `None` when not within so many.
    fn seen_after(way: impl Fn(u64) -> u64, most: u64) -> Option<u64> {
        let mut progress = Progress::from(Some("before".to_owned()));
        for n in 0..most {
            let end = way(n).to_string();
            if progress.has_seen(Some(&end)) {
                return Some(n + 1);
            }
            progress.take(Some(&end));
        }
        None
    }

    #[test]
    fn every_circle_of_pages_is_seen_soon_and_nothing_else_is_taken_for_one() {
        for before in 0..40 {
            for length in 1..40 {
                let circle = |n: u64| {
                    if n < before {
                        n
                    } else {
                        before + (n - before) % length
                    }
                };
                let most = 3 * (before + length);
                let seen = seen_after(circle, most);
                assert!(
                    seen.is_some_and(|n| n > length),
                    "{before} {length} {seen:?}"
                );
            }
        }
        assert_eq!(seen_after(|n| n, 100_000), None);
    }

    #[test]
    fn a_page_that_ends_where_all_was_known_goes_nowhere_and_one_without_an_end_says_nothing() {
        let progress = Progress::from(Some("s3".to_owned()));
        assert!(progress.has_seen(Some("s3")));
        assert!(!progress.has_seen(None));
        assert!(!Progress::from(None).has_seen(None));
    }
}
