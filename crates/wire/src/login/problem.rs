//! What a server's refusals mean.

use crate::ns;
use carillon_core::session::SessionProblem;
use minidom::Element;

/// The defined condition of an error, and the words beside it.
fn condition_and_text<'a>(error: &'a Element, namespace: &str) -> (&'a str, String) {
    let mut condition = "undefined-condition";
    let mut text = String::new();
    // SASL2 has its words in a namespace of its own (XEP-0388 §2.6.2).
    let ours = |child: &&Element| child.has_ns(namespace) || child.has_ns(ns::SASL2);
    for child in error.children().filter(ours) {
        match child.name() {
            "text" => text = child.text(),
            name => condition = name,
        }
    }
    (condition, text)
}

fn worded(condition: &str, text: &str) -> String {
    if text.is_empty() {
        condition.to_owned()
    } else {
        format!("{text} ({condition})")
    }
}

/// A stream error (RFC 6120 §4.9.3). `see-other-host` is one of those that only end the stream.
pub(crate) fn stream_problem(error: &Element) -> SessionProblem {
    let (condition, text) = condition_and_text(error, ns::XMPP_STREAMS);
    let detail = worded(condition, &text);
    match condition {
        "conflict" => SessionProblem::Replaced,
        "not-authorized" => SessionProblem::AccountRefused { detail },
        "host-gone" | "host-unknown" => SessionProblem::Unreachable {
            detail: format!("what answers there does not serve this domain: {detail}"),
        },
        "bad-format"
        | "bad-namespace-prefix"
        | "invalid-from"
        | "invalid-namespace"
        | "invalid-xml"
        | "not-well-formed"
        | "restricted-xml"
        | "unsupported-encoding"
        | "unsupported-feature"
        | "unsupported-stanza-type"
        | "unsupported-version" => SessionProblem::Protocol { detail },
        _ => SessionProblem::Lost { detail },
    }
}

/// A failed authentication (RFC 6120 §6.5).
pub(super) fn sasl_problem(failure: &Element) -> SessionProblem {
    let (condition, text) = condition_and_text(failure, ns::SASL);
    let detail = worded(condition, &text);
    match condition {
        "not-authorized" | "invalid-authzid" => SessionProblem::PasswordRefused,
        "invalid-mechanism" | "mechanism-too-weak" | "encryption-required" => {
            SessionProblem::NoSafeMechanism { offered: detail }
        }
        "aborted" | "incorrect-encoding" | "malformed-request" => {
            SessionProblem::Protocol { detail }
        }
        "temporary-auth-failure" => SessionProblem::Lost { detail },
        _ => SessionProblem::AccountRefused { detail },
    }
}

/// A refused binding (RFC 6120 §7.6.2, §7.7.2).
pub(super) fn bind_problem(condition: &str, text: &str) -> SessionProblem {
    let detail = worded(condition, text);
    match condition {
        "conflict" => SessionProblem::Replaced,
        "not-allowed" | "resource-constraint" | "forbidden" | "policy-violation" => {
            SessionProblem::AccountRefused { detail }
        }
        _ => SessionProblem::Protocol { detail },
    }
}
