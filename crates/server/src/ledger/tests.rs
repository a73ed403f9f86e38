use proptest::prelude::*;

use super::*;

/// A ledger whose counts stand at `start`.
fn ledger(start: u32) -> Ledger {
    Ledger {
        handled: start,
        acknowledged: start,
        ..Ledger::new(None)
    }
}

fn entry(text: &str) -> Entry {
    Entry::passing(text.to_owned())
}

fn texts(entries: Vec<Entry>) -> Vec<String> {
    entries.into_iter().map(|entry| entry.text).collect()
}

#[test]
fn what_is_acknowledged_leaves_in_order() {
    let mut ledger = ledger(0);
    for text in ["a", "b", "c"] {
        ledger.push(entry(text));
    }
    assert_eq!(texts(ledger.acknowledge(2).unwrap()), ["a", "b"]);
    assert_eq!(texts(ledger.acknowledge(2).unwrap()), [] as [&str; 0]);
    assert_eq!(texts(ledger.acknowledge(3).unwrap()), ["c"]);
    assert_eq!(ledger.bytes, 0);
}

#[test]
fn counts_go_on_at_zero() {
    let mut ledger = ledger(u32::MAX - 1);
    for text in ["a", "b", "c", "d"] {
        ledger.push(entry(text));
        ledger.handle();
    }
    assert_eq!(ledger.handled(), 2);
    assert_eq!(texts(ledger.acknowledge(u32::MAX).unwrap()), ["a"]);
    assert_eq!(texts(ledger.acknowledge(0).unwrap()), ["b"]);
    assert_eq!(ledger.acknowledge(3).unwrap_err(), Impossible::TooHigh);
    assert_eq!(
        ledger.acknowledge(u32::MAX).unwrap_err(),
        Impossible::Withdrawn
    );
    assert_eq!(texts(ledger.acknowledge(2).unwrap()), ["c", "d"]);
}

#[test]
fn one_question_is_open_at_a_time_and_none_without_need() {
    let mut ledger = ledger(u32::MAX);
    assert!(!ledger.ask(), "nothing was sent");
    ledger.push(entry("a"));
    assert!(ledger.ask());
    ledger.push(entry("b"));
    assert!(!ledger.ask(), "an answer is due");
    ledger.acknowledge(0).unwrap();
    assert!(ledger.answered(), "b came after the question");
    assert!(ledger.ask());
    assert!(
        !ledger.answered(),
        "a client that takes its time is left alone"
    );
}

#[test]
fn an_answer_on_a_connection_that_is_gone_is_not_waited_for() {
    let mut ledger = ledger(0);
    ledger.push(entry("a"));
    assert!(ledger.ask());
    ledger.resume();
    assert!(ledger.ask());
}

#[test]
fn too_much_that_waits_is_seen() {
    let mut many = ledger(0);
    for _ in 0..MOST_STANZAS {
        many.push(entry(""));
    }
    assert!(!many.is_overfull());
    many.push(entry(""));
    assert!(many.is_overfull());
    let mut large = ledger(0);
    large.push(entry(&"x".repeat(MOST_BYTES)));
    assert!(!large.is_overfull());
    large.push(entry("x"));
    assert!(large.is_overfull());
    large.acknowledge(2).unwrap();
    assert!(!large.is_overfull());
}

#[test]
fn the_last_who_answers_for_a_letter_has_to_bring_it_unless_it_is_safe() {
    let mut first = Letter::new();
    let mut second = first.clone();
    let mut sleeper = first.without_duty();
    assert!(!first.give_up());
    assert!(!sleeper.give_up());
    assert!(second.give_up());
    second.set_row(Some(7));
    assert_eq!((first.row(), sleeper.row()), (Some(7), Some(7)));
    let mut handled = Letter::new();
    handled.without_duty().make_safe();
    assert!(!handled.give_up());
}

proptest! {
    /// Whatever the start, what a client has acknowledged and what it has not are together what was sent.
    #[test]
    fn nothing_is_lost_or_doubled_around_any_count(
        start in prop_oneof![Just(0), Just(u32::MAX), u32::MAX - 40..=u32::MAX, any::<u32>()],
        steps in proptest::collection::vec((0..6_u32, 0..9_u32), 1..40),
    ) {
        let mut ledger = ledger(start);
        let (mut sent, mut acknowledged) = (0_u32, 0_u32);
        for (sends, acks) in steps {
            for _ in 0..sends {
                ledger.push(entry(&sent.to_string()));
                sent += 1;
            }
            let outcome = ledger.acknowledge(start.wrapping_add(acknowledged).wrapping_add(acks));
            if acks <= sent - acknowledged {
                let wanted: Vec<String> = (acknowledged..acknowledged + acks).map(|n| n.to_string()).collect();
                prop_assert_eq!(texts(outcome.unwrap()), wanted);
                acknowledged += acks;
            } else {
                prop_assert_eq!(outcome.unwrap_err(), Impossible::TooHigh);
            }
            prop_assert_eq!(ledger.waiting().count(), usize::try_from(sent - acknowledged).unwrap());
        }
    }
}
