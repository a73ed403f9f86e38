//! Ids for the stanzas of one session.

use std::fmt::Write as _;

/// Gives ids that nobody outside can guess, so that nobody can answer in somebody else's place.
#[derive(Debug)]
pub(crate) struct Ids {
    prefix: String,
    next: u64,
    tenures: u64,
}

impl Ids {
    /// Ids that begin with `seed`; it has to be random.
    pub(crate) fn from_seed(seed: [u8; 8]) -> Self {
        let mut prefix = String::with_capacity(17);
        for byte in seed {
            // Writing to a `String` never fails.
            let _ = write!(prefix, "{byte:02x}");
        }
        Self {
            prefix,
            next: 0,
            tenures: 0,
        }
    }

    /// The next id.
    pub(crate) fn next(&mut self) -> String {
        self.next += 1;
        format!("{}-{}", self.prefix, self.next)
    }

    /// A name, unlike all others, for the time during which an occupant has an address.
    pub(crate) fn tenure(&mut self) -> String {
        self.tenures += 1;
        format!("at:{}-{}", self.prefix, self.tenures)
    }
}
