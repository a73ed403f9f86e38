//! What was tried in vain, and what that says all together.

use carillon_core::connection::FailedWay;
use carillon_core::session::SessionProblem;
use std::sync::{Mutex, PoisonError};

/// Whether somebody named a way, or it was guessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Named {
    Yes,
    No,
}

/// The ways that led nowhere, in the order in which that was known.
#[derive(Debug, Default)]
pub(super) struct Failures(Mutex<Vec<(FailedWay, Named)>>);

impl Failures {
    pub(super) fn note(&self, way: String, problem: SessionProblem, named: Named) {
        let mut ways = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        ways.push((FailedWay { way, problem }, named));
    }

    /// An attempt was begun. It counts as overtaken by another until its end is told.
    pub(super) fn begun<'a>(&'a self, way: &'a str, named: Named) -> Begun<'a> {
        Begun {
            failures: self,
            way,
            named,
            over: false,
        }
    }

    fn into_inner(self) -> Vec<(FailedWay, Named)> {
        self.0.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    /// For the account's panel.
    pub(super) fn into_ways(self) -> Vec<FailedWay> {
        self.into_inner().into_iter().map(|(way, _)| way).collect()
    }

    /// What the user is told when nothing has worked. Where the domain named its servers, only what they did counts:
    /// on ports that were only guessed anybody may answer, in any way.
    pub(super) fn verdict(self, domain: &str) -> SessionProblem {
        let ways = self.into_inner();
        let any_named = ways.iter().any(|(_, named)| *named == Named::Yes);
        let counting = ways
            .iter()
            .filter(|(_, named)| !any_named || *named == Named::Yes)
            .map(|(way, _)| &way.problem);
        match counting.max_by_key(|problem| weight(problem)) {
            Some(problem) if weight(problem) > 0 => problem.clone(),
            _ => SessionProblem::Unreachable {
                detail: all(&ways, domain),
            },
        }
    }
}

/// All that was tried, in words.
fn all(ways: &[(FailedWay, Named)], domain: &str) -> String {
    if ways.is_empty() {
        return format!("{domain} names no server");
    }
    let words: Vec<String> = ways
        .iter()
        .map(|(FailedWay { way, problem }, _)| match problem {
            SessionProblem::Unreachable { detail } if detail.starts_with(way.as_str()) => {
                detail.clone()
            }
            SessionProblem::Unreachable { detail } => format!("{way}: {detail}"),
            other => format!("{way}: {other}"),
        })
        .collect();
    words.join("; ")
}

/// Of two failures the one that tells the user more weighs more.
fn weight(problem: &SessionProblem) -> u8 {
    match problem {
        SessionProblem::Certificate { .. } => 3,
        SessionProblem::NotEncrypted => 2,
        SessionProblem::NotXmpp { .. } | SessionProblem::Protocol { .. } => 1,
        _ => 0,
    }
}

/// An attempt under way.
pub(super) struct Begun<'a> {
    failures: &'a Failures,
    way: &'a str,
    named: Named,
    over: bool,
}

impl Begun<'_> {
    pub(super) fn failed(mut self, problem: SessionProblem) {
        self.over = true;
        self.failures.note(self.way.to_owned(), problem, self.named);
    }

    /// It came through.
    pub(super) fn forget(mut self) {
        self.over = true;
    }
}

impl Drop for Begun<'_> {
    fn drop(&mut self) {
        if !self.over {
            let detail = "it had not answered when another way did".to_owned();
            let problem = SessionProblem::Unreachable { detail };
            self.failures.note(self.way.to_owned(), problem, self.named);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unreachable(detail: &str) -> SessionProblem {
        SessionProblem::Unreachable {
            detail: detail.to_owned(),
        }
    }

    fn certificate() -> SessionProblem {
        SessionProblem::Certificate {
            domain: "example.org".to_owned(),
            detail: String::new(),
        }
    }

    #[test]
    fn what_tells_more_is_told() {
        let failures = Failures::default();
        failures.note("a".to_owned(), unreachable("x"), Named::Yes);
        failures.note("b".to_owned(), certificate(), Named::Yes);
        failures.note("c".to_owned(), SessionProblem::NotEncrypted, Named::Yes);
        assert_eq!(failures.verdict("example.org"), certificate());
    }

    #[test]
    fn a_stranger_on_a_guessed_port_says_nothing_about_a_server_that_is_away() {
        let failures = Failures::default();
        failures.note("a".to_owned(), unreachable("a: refused"), Named::Yes);
        failures.note("b".to_owned(), certificate(), Named::No);
        match failures.verdict("example.org") {
            SessionProblem::Unreachable { detail } => {
                assert!(
                    detail.contains("a: refused") && detail.contains("b: "),
                    "{detail}"
                );
            }
            other => panic!("{other:?}"),
        }
        let failures = Failures::default();
        failures.note("b".to_owned(), certificate(), Named::No);
        assert_eq!(failures.verdict("example.org"), certificate());
    }

    #[test]
    fn an_attempt_that_was_given_up_for_a_faster_one_is_remembered() {
        let failures = Failures::default();
        drop(failures.begun("slow", Named::Yes));
        failures.begun("fast", Named::Yes).forget();
        failures.begun("bad", Named::Yes).failed(certificate());
        let ways = failures.into_ways();
        assert_eq!(ways.len(), 2);
        assert_eq!(ways[0].way, "slow");
        assert_eq!(ways[1].problem, certificate());
    }
}
