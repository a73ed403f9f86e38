//! A decision to look at: nothing rings, and nothing is remembered.

use super::book::RuleBook;
use super::context::Context;
use super::decide::decide;
use super::event::AlertEvent;
use super::lookup::Whose;
use super::plan::AlertPlan;
use super::rows::EffectiveRow;
use crate::ids::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What would happen, and all that went into it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Explanation {
    /// What would be shown and heard, with its trace.
    pub plan: AlertPlan,
    /// The row that applies, every cell with where it comes from. A watch is told by the plan's trace only.
    pub row: EffectiveRow,
    /// The profile that holds.
    pub profile: Option<String>,
    /// When the quiet hours that hold now end.
    pub quiet_until: Option<Timestamp>,
}

/// What [`decide`] would say about `event`, which need not have happened.
#[must_use]
pub fn explain(book: &RuleBook, event: &AlertEvent, context: &Context<'_>) -> Explanation {
    let plan = decide(book, event, context);
    let profile = book.active_profile(context.now, context.zone, context.own);
    let whose = Whose {
        account: Some(event.account),
        jid: event.jid.as_ref(),
        groups: context.groups,
        profile,
    };
    Explanation {
        row: book.effective(plan.kind, &whose),
        plan,
        profile: profile
            .and_then(|one| book.profile_name(one))
            .map(str::to_owned),
        quiet_until: book.quiet_until(context.now, context.zone),
    }
}
