//! Why something rang or would ring, and where the rule stands that decided.

use super::on_desk;
use super::rules::Accounts;
use crate::house::House;
use carillon_core::alerts::{
    AlertPlan, AlertRules, Cell, Effect, Level, Outcome, Rule, Scope, TraceStep,
};
use carillon_core::contact::Availability;
use carillon_core::ids::AccountId;
use carillon_engine::WhatIf;
use carillon_link::Refusal;
use carillon_link::alerts::{AlertExplanation, RulePlace, Whose};
use carillon_link::contract::ExplainAlert;

/// A decision about something that did not happen. What rang lately does not count.
pub(super) async fn dry_run(house: &House, ask: ExplainAlert) -> Result<AlertExplanation, Refusal> {
    let what_if = WhatIf {
        at: ask.at,
        own: ask.own.map(Availability::from),
        in_front: ask.in_front,
        locked: ask.locked,
        do_not_disturb: ask.do_not_disturb,
        full_screen: ask.full_screen,
        account: ask.account,
        gone_for: ask.gone_for,
        ..WhatIf::now(ask.kind, ask.chat)
    };
    let (explanation, accounts) = on_desk(house, move |desk| {
        Ok((desk.explain_alert(&what_if)?, Accounts::on(desk)))
    })
    .await?;
    let decided =
        house.read_settings(|settings| decided(&explanation.plan, &settings.alerts, &accounts));
    Ok(AlertExplanation {
        explanation,
        decided,
    })
}

/// Where the rule stands that decided most: what silenced or delayed it, else what gave what is heard or seen.
pub(super) fn decided(
    plan: &AlertPlan,
    rules: &AlertRules,
    accounts: &Accounts,
) -> Option<RulePlace> {
    let step = deciding(plan)?;
    place(&step.rule, rules, accounts)
}

fn deciding(plan: &AlertPlan) -> Option<&TraceStep> {
    let last =
        |wanted: &dyn Fn(&TraceStep) -> bool| plan.trace.iter().rev().find(|step| wanted(step));
    let gave = |cell: Cell| last(&move |step| step.cell == cell && step.effect == Effect::Gave);
    if let Outcome::Later(_) = plan.outcome {
        return last(&|step| step.effect == Effect::Delayed);
    }
    if plan.is_silent() {
        return last(&|step| step.effect == Effect::Took).or_else(|| gave(Cell::Popup));
    }
    let passed =
        last(&|step| step.effect == Effect::Kept && matches!(step.rule, Rule::BreakThrough { .. }));
    let loudest = [
        (plan.sound.is_some(), Cell::Sound),
        (plan.popup.is_some(), Cell::Popup),
        (plan.speak, Cell::Speak),
        (true, Cell::Attention),
    ];
    let cell = loudest.into_iter().find(|(there, _)| *there);
    passed.or_else(|| cell.and_then(|(_, cell)| gave(cell)))
}

fn place(rule: &Rule, rules: &AlertRules, accounts: &Accounts) -> Option<RulePlace> {
    let whose = |level: &Level| whose(level, rules, accounts);
    Some(match rule {
        Rule::Row { row, source } => match &source.level {
            Level::Watch { chat } => RulePlace::Watch { chat: chat.clone() },
            // What Carillon gives is changed in the event's own row.
            Level::BuiltIn => RulePlace::Row {
                whose: Whose::Everybody,
                row: *row,
            },
            level => RulePlace::Row {
                whose: whose(level),
                row: source.row,
            },
        },
        Rule::Muted { level } => RulePlace::Mute {
            whose: whose(level),
        },
        Rule::Discreet { level } => RulePlace::Discreet {
            whose: whose(level),
        },
        Rule::BreakThrough { level } => RulePlace::BreakThrough {
            whose: whose(level),
        },
        Rule::RoomNotify { room, .. } => RulePlace::RoomNotify { room: room.clone() },
        Rule::QuietHours { .. } => RulePlace::QuietHours,
        Rule::OwnBusy => RulePlace::OwnStatus,
        Rule::BurstSummary | Rule::Flapping => RulePlace::Presence,
        Rule::OtherDevice => RulePlace::OtherDevice,
        Rule::AlreadySeen
        | Rule::History
        | Rule::InFront
        | Rule::PresenceBurst
        | Rule::DesktopDoNotDisturb
        | Rule::ScreenPrivate
        | Rule::FollowUp
        | Rule::Flood
        | Rule::Escalation { .. }
        | Rule::Sample => return None,
    })
}

fn whose(level: &Level, rules: &AlertRules, accounts: &Accounts) -> Whose {
    match level {
        Level::BuiltIn | Level::Settings => Whose::Everybody,
        Level::Profile { name } => Whose::Profile { name: name.clone() },
        Level::Account { account } => Whose::Account { account: *account },
        Level::Group { name } => Whose::Group {
            account: account_of_group(name, rules, accounts),
            name: name.clone(),
        },
        Level::Chat { chat } | Level::Watch { chat } => Whose::Chat { chat: chat.clone() },
    }
}

/// A group of that name is asked in the order of the settings; the first one is the likeliest.
fn account_of_group(name: &str, rules: &AlertRules, accounts: &Accounts) -> Option<AccountId> {
    let account = rules.overrides.iter().find_map(|one| match &one.scope {
        Scope::Group { account, group } if group == name => Some(account),
        _ => None,
    })?;
    accounts.id(account.as_deref()?)
}
