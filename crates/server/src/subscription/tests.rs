//! The tables of RFC 6121 Appendix A, row by row.

use super::Grant::{Granted, None, Pending};
use super::{Grant, Request, Subscription};

/// The nine states, in the order of Appendix A.1, by their names there.
const STATES: [(&str, Grant, Grant); 9] = [
    ("None", None, None),
    ("None + Pending Out", Pending, None),
    ("None + Pending In", None, Pending),
    ("None + Pending Out+In", Pending, Pending),
    ("To", Granted, None),
    ("To + Pending In", Granted, Pending),
    ("From", None, Granted),
    ("From + Pending Out", Pending, Granted),
    ("Both", Granted, Granted),
];

fn state(name: &str) -> Subscription {
    let (_, to, from) = STATES
        .into_iter()
        .find(|s| s.0 == name)
        .unwrap_or_else(|| panic!("no state {name}"));
    Subscription {
        to,
        from,
        approved: false,
    }
}

fn name(state: Subscription) -> &'static str {
    let found = STATES
        .into_iter()
        .find(|s| (s.1, s.2) == (state.to, state.from));
    found.map_or("not a state", |s| s.0)
}

/// A row: before, whether it is passed on, after ("-" for no change).
type Row = (&'static str, bool, &'static str);

fn after(row: Row) -> &'static str {
    if row.2 == "-" { row.0 } else { row.2 }
}

fn outbound(request: Request, rows: [Row; 9]) {
    for row in rows {
        let outcome = state(row.0).outbound(request);
        assert_eq!(
            (outcome.route, name(outcome.state)),
            (row.1, after(row)),
            "{request:?} sent in {}",
            row.0
        );
    }
}

fn inbound(request: Request, rows: [Row; 9]) {
    for row in rows {
        let outcome = state(row.0).inbound(request);
        assert_eq!(
            (outcome.deliver, name(outcome.state)),
            (row.1, after(row)),
            "{request:?} got in {}",
            row.0
        );
    }
}

#[test]
fn a_2_1_outbound_subscribe() {
    outbound(
        Request::Subscribe,
        [
            ("None", true, "None + Pending Out"),
            ("None + Pending Out", true, "-"),
            ("None + Pending In", true, "None + Pending Out+In"),
            ("None + Pending Out+In", true, "-"),
            ("To", true, "-"),
            ("To + Pending In", true, "-"),
            ("From", true, "From + Pending Out"),
            ("From + Pending Out", true, "-"),
            ("Both", true, "-"),
        ],
    );
}

#[test]
fn a_2_2_outbound_unsubscribe() {
    outbound(
        Request::Unsubscribe,
        [
            ("None", true, "-"),
            ("None + Pending Out", true, "None"),
            ("None + Pending In", true, "-"),
            ("None + Pending Out+In", true, "None + Pending In"),
            ("To", true, "None"),
            ("To + Pending In", true, "None + Pending In"),
            ("From", true, "-"),
            ("From + Pending Out", true, "From"),
            ("Both", true, "From"),
        ],
    );
}

#[test]
fn a_2_3_outbound_subscribed() {
    outbound(
        Request::Subscribed,
        [
            ("None", false, "-"),
            ("None + Pending Out", false, "-"),
            ("None + Pending In", true, "From"),
            ("None + Pending Out+In", true, "From + Pending Out"),
            ("To", false, "-"),
            ("To + Pending In", true, "Both"),
            ("From", false, "-"),
            ("From + Pending Out", false, "-"),
            ("Both", false, "-"),
        ],
    );
}

#[test]
fn a_2_4_outbound_unsubscribed() {
    outbound(
        Request::Unsubscribed,
        [
            ("None", false, "-"),
            ("None + Pending Out", false, "-"),
            ("None + Pending In", true, "None"),
            ("None + Pending Out+In", true, "None + Pending Out"),
            ("To", false, "-"),
            ("To + Pending In", true, "To"),
            ("From", true, "None"),
            ("From + Pending Out", true, "None + Pending Out"),
            ("Both", true, "To"),
        ],
    );
}

#[test]
fn a_3_1_inbound_subscribe() {
    inbound(
        Request::Subscribe,
        [
            ("None", true, "None + Pending In"),
            ("None + Pending Out", true, "None + Pending Out+In"),
            ("None + Pending In", false, "-"),
            ("None + Pending Out+In", false, "-"),
            ("To", true, "To + Pending In"),
            ("To + Pending In", false, "-"),
            ("From", false, "-"),
            ("From + Pending Out", false, "-"),
            ("Both", false, "-"),
        ],
    );
}

#[test]
fn a_3_1_a_request_that_was_granted_before_is_answered_by_the_server() {
    for (name, _, from) in STATES {
        assert_eq!(
            state(name).inbound(Request::Subscribe).answer,
            from == Granted,
            "{name}"
        );
    }
}

#[test]
fn a_3_2_inbound_unsubscribe() {
    inbound(
        Request::Unsubscribe,
        [
            ("None", false, "-"),
            ("None + Pending Out", false, "-"),
            ("None + Pending In", true, "None"),
            ("None + Pending Out+In", true, "None + Pending Out"),
            ("To", false, "-"),
            ("To + Pending In", true, "To"),
            ("From", true, "None"),
            ("From + Pending Out", true, "None + Pending Out"),
            ("Both", true, "To"),
        ],
    );
}

#[test]
fn a_3_3_inbound_subscribed() {
    inbound(
        Request::Subscribed,
        [
            ("None", false, "-"),
            ("None + Pending Out", true, "To"),
            ("None + Pending In", false, "-"),
            ("None + Pending Out+In", true, "To + Pending In"),
            ("To", false, "-"),
            ("To + Pending In", false, "-"),
            ("From", false, "-"),
            ("From + Pending Out", true, "Both"),
            ("Both", false, "-"),
        ],
    );
}

#[test]
fn a_3_4_inbound_unsubscribed() {
    inbound(
        Request::Unsubscribed,
        [
            ("None", false, "-"),
            ("None + Pending Out", true, "None"),
            ("None + Pending In", false, "-"),
            ("None + Pending Out+In", true, "None + Pending In"),
            ("To", true, "None"),
            ("To + Pending In", true, "None + Pending In"),
            ("From", false, "-"),
            ("From + Pending Out", true, "From"),
            ("Both", true, "From"),
        ],
    );
}

#[test]
fn an_approval_in_advance_waits_for_the_request_and_answers_it() {
    for (name, _, from) in STATES {
        let sent = state(name).outbound(Request::Subscribed);
        assert_eq!(sent.state.approved, from == None, "{name}");
    }
    let approved = state("To").outbound(Request::Subscribed).state;
    let asked = approved.inbound(Request::Subscribe);
    assert!(asked.answer && !asked.deliver && asked.state.is_seen());
}

#[test]
fn unsubscribed_takes_an_approval_back() {
    let approved = state("None").outbound(Request::Subscribed).state;
    let cancelled = approved.outbound(Request::Unsubscribed);
    assert!(!cancelled.state.approved && !cancelled.route);
    assert!(!cancelled.state.inbound(Request::Subscribe).answer);
}

#[test]
fn every_state_and_request_ends_in_one_of_the_nine_states() {
    for (name_before, ..) in STATES {
        for kind in ["subscribe", "subscribed", "unsubscribe", "unsubscribed"] {
            let request = Request::from_type(kind).unwrap();
            assert_eq!(request.as_type(), kind);
            assert_ne!(
                name(state(name_before).outbound(request).state),
                "not a state"
            );
            assert_ne!(
                name(state(name_before).inbound(request).state),
                "not a state"
            );
        }
    }
}
