//! What rings, and why: `decide(rules, event, context) -> AlertPlan`.
//!
//! Pure throughout: no clock, no I/O, no lock. The plan carries the trace of its own decision.

pub mod cells;
pub mod context;
pub mod decide;
pub mod defaults;
pub mod event;
pub mod plan;
pub mod rows;

pub use cells::{Attention, Icon, Popup, Preview, Sound, TrayAction, Volume};
pub use context::{Context, FLOOD_KEY, FLOOD_WINDOW, Known, Recent, Surroundings};
pub use decide::decide;
pub use event::{AlertEvent, EventKind, Freshness};
pub use plan::{AlertPlan, Cell, PopupForm, PopupPlan, Rule, SoundPlan, TraceStep};
pub use rows::{AlertRows, CellSource, EffectiveRow, Row};
