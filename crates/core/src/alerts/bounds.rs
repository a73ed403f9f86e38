//! How much fits into the rules, whatever stands in the file.

use super::cells::{Icon, Sound};
use super::rows::{AlertRows, Row};
use super::rules::{AlertRules, Scope};
use std::collections::HashSet;

/// So many overrides are kept.
pub const OVERRIDES: usize = 10_000;
/// So many profiles, quiet hours, schedules of a profile.
pub const FEW: usize = 100;
/// So many watches and keywords.
pub const SOME: usize = 1_000;
/// So many characters in a name, a group or a keyword.
pub const NAME: usize = 200;
/// So many bytes in a path.
pub const PATH: usize = 4_096;

/// Something that was left out because it is too much, too long or stands there twice.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LeftOut {
    /// More than are kept.
    #[error("of {what} only the first {kept} are used, {left_out} were left out")]
    TooMany {
        /// The key.
        what: &'static str,
        /// So many are kept.
        kept: usize,
        /// So many are not.
        left_out: usize,
    },
    /// A name, path or word that is too long, or a name that is empty.
    #[error("in {what} something is empty or too long, and was left out")]
    BadText {
        /// The key.
        what: &'static str,
    },
    /// A second one of the same name or scope.
    #[error("in {what} something stands there twice, and the first holds")]
    Twice {
        /// The key.
        what: &'static str,
    },
}

impl AlertRules {
    /// The rules without what does not fit, and what that was. Everything else stays as it is.
    #[must_use]
    pub fn bounded(mut self) -> (Self, Vec<LeftOut>) {
        let mut left_out = Vec::new();
        let out = &mut left_out;
        bound_rows("alerts", &mut self.rows, out);
        named(out, "profile", &mut self.profiles, |one| one.name.clone());
        most(out, "profile", FEW, &mut self.profiles);
        for profile in &mut self.profiles {
            bound_rows("profile", &mut profile.rows, out);
        }
        sane_scopes(&mut self, out);
        most(out, "override", OVERRIDES, &mut self.overrides);
        for one in &mut self.overrides {
            bound_rows("override", &mut one.rows, out);
        }
        most(out, "watch", SOME, &mut self.watches);
        for watch in &mut self.watches {
            bound_row("watch", &mut watch.row, out);
        }
        most(out, "quiet", FEW, &mut self.quiet);
        named(out, "keywords", &mut self.keywords, Clone::clone);
        most(out, "keywords", SOME, &mut self.keywords);
        (self, left_out)
    }
}

fn most<T>(out: &mut Vec<LeftOut>, what: &'static str, kept: usize, list: &mut Vec<T>) {
    if list.len() > kept {
        let left_out = list.len() - kept;
        list.truncate(kept);
        out.push(LeftOut::TooMany {
            what,
            kept,
            left_out,
        });
    }
    // A list that grew while it was read may have half as much room again.
    list.shrink_to_fit();
}

/// Keeps what has a sane name, and of two with the same name the first.
fn named<T>(
    out: &mut Vec<LeftOut>,
    what: &'static str,
    list: &mut Vec<T>,
    name: impl Fn(&T) -> String,
) {
    let mut known = HashSet::new();
    list.retain(|one| {
        let name = name(one);
        if name.trim().is_empty() || name.chars().count() > NAME {
            note(out, LeftOut::BadText { what });
            return false;
        }
        let new = known.insert(name);
        if !new {
            note(out, LeftOut::Twice { what });
        }
        new
    });
}

fn sane_scopes(rules: &mut AlertRules, out: &mut Vec<LeftOut>) {
    let what = "override";
    let mut known = HashSet::new();
    rules.overrides.retain(|one| {
        if let Scope::Group { group, .. } = &one.scope
            && (group.is_empty() || group.chars().count() > NAME)
        {
            note(out, LeftOut::BadText { what });
            return false;
        }
        let new = known.insert(one.scope.clone());
        if !new {
            note(out, LeftOut::Twice { what });
        }
        new
    });
}

fn bound_rows(what: &'static str, rows: &mut AlertRows, out: &mut Vec<LeftOut>) {
    let before = rows.clone();
    for (kind, row) in before.iter() {
        let mut bounded = row.clone();
        bound_row(what, &mut bounded, out);
        if bounded != *row {
            rows.set(kind, bounded);
        }
    }
}

fn bound_row(what: &'static str, row: &mut Row, out: &mut Vec<LeftOut>) {
    let long = |text: &String| text.len() > PATH;
    if let Some(Sound::Builtin(text) | Sound::File(text)) = &row.sound
        && long(text)
    {
        row.sound = None;
        note(out, LeftOut::BadText { what });
    }
    if let Some(Icon::Builtin(text) | Icon::File(text)) = &row.icon
        && long(text)
    {
        row.icon = None;
        note(out, LeftOut::BadText { what });
    }
    if let Some(repeat) = &mut row.repeat {
        let mut known = HashSet::new();
        repeat.escalate.retain(|sense| known.insert(*sense));
    }
}

/// A fault that occurs a thousand times is said once.
fn note(out: &mut Vec<LeftOut>, fault: LeftOut) {
    if !out.contains(&fault) {
        out.push(fault);
    }
}
