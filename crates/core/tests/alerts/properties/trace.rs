//! The trace: every line names a rule that exists, and the last word on each cell is what the plan says.

use super::in_every_world;
use crate::stage::{Scene, accounts};
use carillon_core::alerts::{
    AlertPlan, Attention, Cell, Effect, EventKind, Level, Override, Row, Rule, Scope, TraceStep,
    TrayAction,
};

/// Whether the row has an opinion on the cell.
fn has(row: &Row, cell: Cell) -> bool {
    match cell {
        Cell::Popup => row.popup.is_some(),
        Cell::Preview => row.preview.is_some(),
        Cell::Sound => row.sound.is_some(),
        Cell::Icon => row.icon.is_some(),
        Cell::Tray => row.tray.is_some(),
        Cell::Attention => row.attention.is_some(),
        Cell::Speak => row.speak.is_some(),
        Cell::Repeat => row.repeat.is_some(),
        Cell::Everything => false,
    }
}

/// The overrides at a level.
fn at<'a>(scene: &'a Scene, level: &'a Level) -> impl Iterator<Item = &'a Override> {
    let address = |id| {
        accounts()
            .into_iter()
            .find(|(known, _)| *known == id)
            .unwrap()
            .1
    };
    scene
        .rules
        .overrides
        .iter()
        .filter(move |one| match (&one.scope, level) {
            (Scope::Account { account }, Level::Account { account: id }) => {
                **account == address(*id)
            }
            (Scope::Group { group, .. }, Level::Group { name }) => group == name,
            (Scope::Chat { account, chat }, Level::Chat { chat: of }) => {
                **account == address(of.account) && *chat == of.jid
            }
            _ => false,
        })
}

fn row_exists(scene: &Scene, level: &Level, row: EventKind, cell: Cell) -> bool {
    let rules = &scene.rules;
    let opinion =
        |rows: &carillon_core::alerts::AlertRows| rows.get(row).is_some_and(|row| has(row, cell));
    match level {
        Level::BuiltIn => row == EventKind::Generic || has(row.built_in(), cell),
        Level::Settings => opinion(&rules.rows),
        Level::Profile { name } => rules
            .profiles
            .iter()
            .any(|one| one.name == *name && opinion(&one.rows)),
        Level::Watch { chat } => {
            let given = matches!(cell, Cell::Popup | Cell::Attention);
            rules
                .watches
                .iter()
                .any(|one| one.contact == chat.jid && (given || has(&one.row, cell)))
        }
        other => at(scene, other).any(|one| opinion(&one.rows)),
    }
}

fn exists(scene: &Scene, step: &TraceStep) -> bool {
    match &step.rule {
        Rule::Row { source, .. } => row_exists(scene, &source.level, source.row, step.cell),
        Rule::QuietHours { hours } => scene
            .rules
            .quiet
            .iter()
            .any(|one| one.hours == *hours && !one.off),
        Rule::Muted {
            level: Level::Settings,
        } => scene.mute.is_some_and(|mute| mute.holds(scene.now)),
        Rule::Muted { level } => {
            at(scene, level).any(|one| one.mute.is_some_and(|mute| mute.holds(scene.now)))
        }
        Rule::Discreet { level } => at(scene, level).any(|one| one.discreet == Some(true)),
        Rule::BreakThrough {
            level: Level::Settings,
        } => scene
            .event
            .kind
            .chain()
            .any(|kind| scene.rules.break_through.contains(&kind)),
        Rule::RoomNotify { notify, .. } => scene.notify == Some(*notify),
        Rule::BreakThrough { level } => at(scene, level).any(|one| one.break_through == Some(true)),
        _ => true,
    }
}

#[test]
fn every_line_of_a_trace_names_a_rule_that_exists() {
    in_every_world(|scene, _| {
        for step in &scene.decide().trace {
            assert!(exists(&scene, step), "{step:?}");
        }
    });
}

/// Whether anything of a cell is left in the plan.
fn left(plan: &AlertPlan, cell: Cell) -> bool {
    match cell {
        Cell::Popup => plan.popup.is_some(),
        Cell::Sound => plan.sound.is_some(),
        Cell::Tray => plan.tray != TrayAction::None,
        Cell::Attention => plan.attention != Attention::None,
        Cell::Speak => plan.speak,
        Cell::Repeat => plan.repeat.is_some(),
        Cell::Everything | Cell::Preview | Cell::Icon => true,
    }
}

#[test]
fn what_was_taken_is_gone_and_what_is_gone_was_taken_or_never_given() {
    in_every_world(|scene, _| {
        let plan = scene.decide();
        let all_gone = plan.trace.iter().any(|step| {
            step.cell == Cell::Everything && matches!(step.effect, Effect::Took | Effect::Delayed)
        });
        for cell in [
            Cell::Popup,
            Cell::Sound,
            Cell::Attention,
            Cell::Speak,
            Cell::Repeat,
        ] {
            let of = || plan.trace.iter().filter(|step| step.cell == cell);
            let taken = of().any(|step| step.effect == Effect::Took);
            let given = of().filter(|step| step.effect == Effect::Gave).count();
            assert!(given <= 1, "{cell:?} was given twice");
            assert!(
                !(taken || all_gone) || !left(&plan, cell),
                "{cell:?} was taken and is there"
            );
            assert!(
                !left(&plan, cell) || given == 1,
                "{cell:?} comes from nowhere"
            );
        }
    });
}

#[test]
fn a_trace_is_never_long() {
    in_every_world(|scene, _| {
        let lines = scene.decide().trace.len();
        assert!((6..=32).contains(&lines), "{lines}");
    });
}
