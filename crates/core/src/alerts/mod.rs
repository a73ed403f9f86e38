//! What rings, and why: `decide(book, event, context) -> AlertPlan`.
//!
//! Pure throughout: no clock, no I/O, no lock. The plan carries the trace of its own decision.

mod book;
pub mod bounds;
mod calm;
pub mod cells;
pub mod context;
mod decide;
mod defaults;
mod draft;
pub mod escalate;
pub mod event;
pub mod explain;
pub mod flood;
mod held_back;
pub mod hours;
pub mod kinds;
mod lookup;
pub mod mention;
pub mod mute_for;
pub mod pack;
mod places;
pub mod plan;
pub mod presets;
pub mod recent;
pub mod repeat;
pub mod rows;
pub mod rules;
pub mod sentence;
mod silence;
pub mod trace;

pub use book::{ActiveProfile, RuleBook};
pub use cells::{Attention, Icon, Popup, Preview, Sound, TrayAction, Volume};
pub use context::{Context, Known, Surroundings};
pub use decide::{decide, sample};
pub use escalate::{Overlap, Sounding, escalate, overlap};
pub use event::{AlertEvent, Freshness, MISSED_KEY};
pub use explain::{Explanation, explain};
pub use flood::{Flood, FloodCount};
pub use hours::{ClockTime, Hours, Weekday};
pub use kinds::{EventKind, Nature};
pub use lookup::Whose;
pub use mention::is_mention;
pub use mute_for::MuteFor;
pub use pack::{PackName, PackSound};
pub use plan::{AlertPlan, Later, LaterWhy, Outcome, PopupForm, PopupPlan, SoundPlan};
pub use presets::Preset;
pub use recent::{FLOOD_KEY, FLOOD_WINDOW, Recent};
pub use repeat::{Repeat, Sense};
pub use rows::{AlertRows, CellSource, Effective, EffectiveRow, Level, Row, RowsInUse};
pub use rules::{
    Activation, AlertRules, InWindow, OtherDevice, Override, PresenceRules, Profile, ProfileChoice,
    QuietHours, Scope, Watch,
};
pub use sentence::{RowSentence, SaidPopup, SaidSound};
pub use trace::{Cell, Effect, Rule, TraceStep};
