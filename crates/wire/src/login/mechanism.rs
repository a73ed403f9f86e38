//! Which mechanism is used, of those that a server offers.

use crate::ns;
use crate::transport::Tls;
use carillon_core::connection::{Binding, Mechanism};
use carillon_core::session::SessionProblem;
use minidom::Element;

/// What a server offers (RFC 6120 §6.3.3, XEP-0440 §2).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Offer {
    pub(super) mechanisms: Vec<String>,
    /// Types of channel binding; `None` when it says nothing about them.
    pub(super) bindings: Option<Vec<String>>,
    /// Some way of authentication is bound, be it by SASL2 or without.
    some_bound: bool,
}

impl Offer {
    /// As RFC 6120 has it.
    pub(super) fn of(features: &Element) -> Self {
        Self::listed(features, features.get_child("mechanisms", ns::SASL))
    }

    /// As XEP-0388 has it; `None` where that is not offered.
    pub(super) fn of_sasl2(features: &Element) -> Option<Self> {
        let list = features.get_child("authentication", ns::SASL2)?;
        Some(Self::listed(features, Some(list)))
    }

    fn listed(features: &Element, list: Option<&Element>) -> Self {
        let names = |list: Option<&Element>| -> Vec<String> {
            let named = list.into_iter().flat_map(|list| {
                let children = list.children();
                children.filter(|child| child.is("mechanism", list.ns().as_str()))
            });
            named.map(Element::text).collect()
        };
        let bound = |list| names(list).iter().any(|name| name.ends_with("-PLUS"));
        let bindings = features
            .get_child("sasl-channel-binding", ns::SASL_CB)
            .map(|list| {
                list.children()
                    .filter(|child| child.is("channel-binding", ns::SASL_CB))
                    .filter_map(|child| child.attr("type"))
                    .map(str::to_owned)
                    .collect()
            });
        Self {
            mechanisms: names(list),
            bindings,
            some_bound: bound(features.get_child("mechanisms", ns::SASL))
                || bound(features.get_child("authentication", ns::SASL2)),
        }
    }

    /// What XEP-0474 §5.1 hashes.
    pub(super) fn joined(&self) -> String {
        let list = |names: &[String]| {
            let mut names: Vec<&str> = names.iter().map(String::as_str).collect();
            names.sort_unstable();
            names.join("\u{1e}")
        };
        let mechanisms = list(&self.mechanisms);
        match &self.bindings {
            Some(bindings) => format!("{mechanisms}\u{1f}{}", list(bindings)),
            None => mechanisms,
        }
    }

    fn has(&self, mechanism: Mechanism) -> bool {
        self.mechanisms.iter().any(|name| name == mechanism.name())
    }

    /// The strongest binding that both ends have. Without a list nobody knows what the server would understand.
    fn binding(&self, tls: Option<&Tls>) -> Option<Binding> {
        let listed = self.bindings.as_ref()?;
        tls?.bindings()
            .find(|binding| listed.iter().any(|name| name == binding.name()))
    }

    /// Whether the server does not rule this binding out.
    pub(super) fn may_bind(&self, binding: Binding) -> bool {
        self.bindings
            .as_ref()
            .is_none_or(|listed| listed.iter().any(|name| name == binding.name()))
    }
}

/// What is said of channel binding in SCRAM (RFC 5802 §7, `gs2-cbind-flag`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flag {
    /// `n`: nothing is bound.
    NotUsed,
    /// `y`: it could be bound here, but the server did not seem to know how. One that does know then finds that its
    /// offer was changed on the way.
    NotOffered,
    /// `p`: bound to this.
    Used(Binding),
}

/// What the user and the past allow.
#[derive(Debug, Clone, Copy)]
pub(super) struct Policy {
    pub(super) pinned: Option<Mechanism>,
    pub(super) allow_plain: bool,
}

/// The offer that is taken up, and how.
#[derive(Debug)]
pub(super) struct Choice {
    pub(super) offer: Offer,
    pub(super) mechanism: Mechanism,
    pub(super) flag: Flag,
    /// It is offered by SASL2.
    pub(super) sasl2: bool,
}

/// SASL2 where it is offered and leads to nothing weaker than what is offered beside it. The same policy decides on
/// both, so whoever takes SASL2 out of the features gains nothing by it, nor who puts it in.
///
/// # Errors
/// As those of [`choose`].
pub(super) fn choose_of(
    features: &Element,
    tls: Option<&Tls>,
    policy: Policy,
) -> Result<Choice, SessionProblem> {
    let take = |offer: Offer, sasl2| {
        choose(&offer, tls, policy).map(|(mechanism, flag)| Choice {
            offer,
            mechanism,
            flag,
            sasl2,
        })
    };
    let old = take(Offer::of(features), false);
    let Some(new) = Offer::of_sasl2(features).map(|offer| take(offer, true)) else {
        return old;
    };
    match (new, old) {
        (Ok(new), Ok(old)) if old.mechanism > new.mechanism => Ok(old),
        (Err(_), Ok(old)) => Ok(old),
        (new, _) => new,
    }
}

/// The strongest mechanism that both ends have and the policy allows.
///
/// # Errors
/// [`SessionProblem::NoSafeMechanism`] and [`SessionProblem::Downgraded`]; nothing was said yet.
pub(super) fn choose(
    offer: &Offer,
    tls: Option<&Tls>,
    policy: Policy,
) -> Result<(Mechanism, Flag), SessionProblem> {
    let binding = offer.binding(tls);
    let usable = |mechanism: &Mechanism| match mechanism {
        Mechanism::Plain => policy.allow_plain && tls.is_some(),
        bound if bound.is_bound() => binding.is_some(),
        _ => true,
    };
    let offered = || offer.mechanisms.join(", ");
    let chosen = Mechanism::STRONGEST_FIRST
        .into_iter()
        .filter(|mechanism| offer.has(*mechanism))
        .find(usable);
    if let Some(pinned) = policy.pinned
        && chosen.is_none_or(|chosen| chosen < pinned)
    {
        return Err(SessionProblem::Downgraded {
            before: pinned.to_string(),
            offered: offered(),
        });
    }
    let chosen = chosen.ok_or_else(|| SessionProblem::NoSafeMechanism { offered: offered() })?;
    let flag = match binding {
        Some(binding) if chosen.is_bound() => Flag::Used(binding),
        _ if can_bind(tls) && !offer.some_bound => Flag::NotOffered,
        _ => Flag::NotUsed,
    };
    Ok((chosen, flag))
}

fn can_bind(tls: Option<&Tls>) -> bool {
    tls.is_some_and(|tls| tls.bindings().next().is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use Mechanism::{Plain, ScramSha1, ScramSha1Plus, ScramSha256, ScramSha256Plus, ScramSha512};
    use carillon_core::connection::Binding::{TlsExporter, TlsServerEndPoint};

    const OPEN: Policy = Policy {
        pinned: None,
        allow_plain: false,
    };

    fn offer(mechanisms: &[&str], bindings: Option<&[&str]>) -> Offer {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Offer {
            mechanisms: owned(mechanisms),
            bindings: bindings.map(owned),
            some_bound: mechanisms.iter().any(|name| name.ends_with("-PLUS")),
        }
    }

    fn tls() -> Tls {
        Tls::with_bindings(vec![(TlsExporter, vec![1]), (TlsServerEndPoint, vec![2])])
    }

    const PLUS: &[&str] = &["SCRAM-SHA-1", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-256"];

    #[test]
    fn what_both_ends_can_bind_to_is_bound() {
        let both: &[&str] = &["tls-server-end-point", "tls-exporter"];
        for (bindings, binding) in [
            (both, TlsExporter),
            (&["tls-server-end-point"][..], TlsServerEndPoint),
            (&["tls-unique", "tls-exporter"][..], TlsExporter),
        ] {
            assert_eq!(
                choose(&offer(PLUS, Some(bindings)), Some(&tls()), OPEN),
                Ok((ScramSha1Plus, Flag::Used(binding)))
            );
        }
    }

    #[test]
    fn without_a_common_binding_the_strongest_hash_is_used() {
        let nothing_bound = Ok((ScramSha256, Flag::NotUsed));
        for bindings in [None, Some(&[][..]), Some(&["tls-unique"][..])] {
            assert_eq!(
                choose(&offer(PLUS, bindings), Some(&tls()), OPEN),
                nothing_bound
            );
        }
        let listed = offer(PLUS, Some(&["tls-exporter"]));
        assert_eq!(choose(&listed, None, OPEN), nothing_bound);
        let empty = Tls::with_bindings(Vec::new());
        assert_eq!(choose(&listed, Some(&empty), OPEN), nothing_bound);
    }

    #[test]
    fn a_server_that_seems_to_bind_nothing_is_told_that_we_could() {
        let offer = offer(&["SCRAM-SHA-512", "PLAIN"], None);
        assert_eq!(
            choose(&offer, Some(&tls()), OPEN),
            Ok((ScramSha512, Flag::NotOffered))
        );
        assert_eq!(choose(&offer, None, OPEN), Ok((ScramSha512, Flag::NotUsed)));
    }

    #[test]
    fn the_password_itself_is_sent_only_inside_tls_and_only_if_the_user_allows_it() {
        let allowed = Policy {
            allow_plain: true,
            ..OPEN
        };
        let plain = offer(&["PLAIN", "DIGEST-MD5"], None);
        assert!(choose(&plain, Some(&tls()), OPEN).is_err());
        assert!(choose(&plain, None, allowed).is_err());
        let (mechanism, _) = choose(&plain, Some(&tls()), allowed).unwrap();
        assert_eq!(mechanism, Plain);
        let both = offer(&["PLAIN", "SCRAM-SHA-1"], None);
        let (mechanism, _) = choose(&both, Some(&tls()), allowed).unwrap();
        assert_eq!(mechanism, ScramSha1);
    }

    #[test]
    fn what_is_weaker_than_before_is_refused_and_what_is_stronger_is_not() {
        let pinned = |mechanism| Policy {
            pinned: Some(mechanism),
            allow_plain: true,
        };
        let listed = offer(PLUS, Some(&["tls-exporter"]));
        for before in [Plain, ScramSha1, ScramSha256, ScramSha512, ScramSha1Plus] {
            let chosen = choose(&listed, Some(&tls()), pinned(before));
            assert_eq!(chosen.unwrap().0, ScramSha1Plus, "{before}");
        }
        let weaker = [
            (&listed, ScramSha256Plus),
            (&offer(PLUS, None), ScramSha1Plus),
            (&offer(&["SCRAM-SHA-1"], None), ScramSha256),
            (&offer(&["PLAIN"], None), ScramSha1),
            (&offer(&[], None), Plain),
        ];
        for (offer, before) in weaker {
            match choose(offer, Some(&tls()), pinned(before)) {
                Err(SessionProblem::Downgraded { before: told, .. }) => {
                    assert_eq!(told, before.name());
                }
                other => panic!("{before}: {other:?}"),
            }
        }
    }

    #[test]
    fn the_offer_is_joined_as_xep_0474_has_it() {
        let example = offer(
            &["SCRAM-SHA-1-PLUS", "SCRAM-SHA-1"],
            Some(&["tls-server-end-point", "tls-exporter"]),
        );
        assert_eq!(
            example.joined(),
            "SCRAM-SHA-1\u{1e}SCRAM-SHA-1-PLUS\u{1f}tls-exporter\u{1e}tls-server-end-point"
        );
        assert_eq!(offer(&["B", "A"], None).joined(), "A\u{1e}B");
        assert_eq!(offer(&["A"], Some(&[])).joined(), "A\u{1f}");
    }
}
