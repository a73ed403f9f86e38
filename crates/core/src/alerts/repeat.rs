//! Alerts that come again until they are seen.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A way in which an alert reaches somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Sense {
    /// The popup.
    Popup,
    /// The sound.
    Sound,
    /// The desktop's attention.
    Attention,
    /// The voice that reads it aloud.
    Speech,
}

/// Whether an alert comes again until it is seen, and how it grows. Without `times` it is off.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct Repeat {
    /// How often, at most; 0: never.
    pub times: u8,
    /// Seconds from one to the next; taken as 5 to 3600.
    pub every: u16,
    /// Senses that join one by one: the first at once, the second with the first repetition, and so on. Those that
    /// do not stand here take part from the beginning.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub escalate: Vec<Sense>,
}

impl Repeat {
    /// Never again.
    pub const OFF: Self = Self {
        times: 0,
        every: 0,
        escalate: Vec::new(),
    };

    /// Whether it never comes again.
    #[must_use]
    pub const fn is_off(&self) -> bool {
        self.times == 0
    }

    /// Milliseconds from one to the next: between 5 s and an hour, whatever stands in the file.
    #[must_use]
    pub fn every_millis(&self) -> i64 {
        i64::from(self.every.clamp(5, 3_600)) * 1_000
    }

    /// Whether a sense takes part in a step; 0 is the first alert.
    #[must_use]
    pub fn takes_part(&self, sense: Sense, step: u8) -> bool {
        let joins = self.escalate.iter().position(|one| *one == sense);
        joins.is_none_or(|at| at <= usize::from(step))
    }
}
