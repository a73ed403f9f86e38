//! Everything in one exchange (XEP-0388): authentication, and with it an earlier stream that goes on (XEP-0198) or a
//! new resource (XEP-0386), and a token for the next time (XEP-0484).

use super::mechanism::{Choice, Flag};
use super::sasl::{Words, authenticate};
use super::token::{Purse, Terms};
use super::{Entry, Managed, SignedIn, enter, features_of, unexpected};
use crate::config::ConnectConfig;
use crate::ns;
use crate::session::stream_management::{self, Answer, Count};
use crate::stanza::Build;
use crate::transport::Transport;
use carillon_core::session::{SessionProblem, StreamState};
use jid::{BareJid, Jid};
use minidom::Element;

/// Visible to whoever sees the resource. The server adds what is always the same for this device (XEP-0386 §3.2.1), so
/// what nobody can guess is added here, each time anew.
const TAG: &str = "Carillon";

/// What can be asked for within the exchange.
#[derive(Debug, Default)]
struct Inline {
    /// An earlier stream can go on.
    sm: bool,
    /// A resource can be bound.
    bind: bool,
    /// What can be switched on while it is bound.
    on_binding: Vec<String>,
    /// The mechanisms for tokens.
    tokens: Vec<String>,
}

impl Inline {
    fn of(features: &Element) -> Self {
        let Some(inline) = features
            .get_child("authentication", ns::SASL2)
            .and_then(|authentication| authentication.get_child("inline", ns::SASL2))
        else {
            return Self::default();
        };
        let children = |parent: Option<&Element>, name: &'static str, namespace: &'static str| {
            let parent = parent.into_iter().flat_map(Element::children);
            let children: Vec<_> = parent
                .filter(|child| child.is(name, namespace))
                .cloned()
                .collect();
            children
        };
        let bind = inline.get_child("bind", ns::BIND2);
        let features = bind.and_then(|bind| bind.get_child("inline", ns::BIND2));
        let fast = inline.get_child("fast", ns::FAST);
        Self {
            sm: stream_management::is_offered(inline),
            bind: bind.is_some(),
            on_binding: children(features, "feature", ns::BIND2)
                .iter()
                .filter_map(|feature| feature.attr("var").map(str::to_owned))
                .collect(),
            tokens: children(fast, "mechanism", ns::FAST)
                .iter()
                .map(Element::text)
                .collect(),
        }
    }

    fn switches_on(&self, feature: &str) -> bool {
        self.on_binding.iter().any(|name| name == feature)
    }
}

/// What is asked for within the exchange.
struct Wish<'a> {
    /// That this stream goes on.
    earlier: Option<&'a StreamState>,
    /// A resource. Not while an earlier stream is to be asked for afterwards.
    bind: bool,
    /// That the new stream is managed.
    manage: bool,
    carbons: bool,
}

impl<'a> Wish<'a> {
    fn of(inline: &Inline, earlier: Option<&'a StreamState>) -> Self {
        let bind = inline.bind && (inline.sm || earlier.is_none());
        Self {
            earlier: earlier.filter(|_| inline.sm),
            bind,
            manage: bind && inline.switches_on(stream_management::NS),
            carbons: bind && inline.switches_on(ns::CARBONS),
        }
    }

    fn requests(&self, tag: &str) -> Vec<Element> {
        let mut requests = Vec::new();
        if let Some(stream) = self.earlier {
            requests.push(stream_management::resume(&stream.id, Count(stream.handled)));
        }
        if self.bind {
            let mut bind = Element::new_in(ns::BIND2, "bind").holding_text("tag", tag);
            if self.carbons {
                bind = bind.holding(Element::new_in(ns::CARBONS, "enable"));
            }
            if self.manage {
                bind = bind.holding(stream_management::enable());
            }
            requests.push(bind);
        }
        requests
    }
}

pub(super) async fn sign_in<T: Transport>(
    transport: &mut T,
    features: &Element,
    choice: &Choice,
    config: &ConnectConfig,
    earlier: Option<&StreamState>,
    fresh: [u8; 8],
    purse: &mut Purse,
) -> Result<Entry, SessionProblem> {
    let inline = Inline::of(features);
    let wish = Wish::of(&inline, earlier);
    let mut requests: Vec<Element> = purse.user_agent().into_iter().collect();
    let tag = config.resource.as_deref().unwrap_or(TAG);
    requests.extend(wish.requests(&format!("{tag}-{:016x}", u64::from_be_bytes(fresh))));

    let terms = terms(transport, &inline, choice);
    let wanted = terms.best();
    let attempt = purse.attempt(&terms, &config.account);
    let mut refused = false;
    let mut by_token = None;
    if let Some(attempt) = attempt {
        let mechanism = attempt.mechanism;
        let let_in = attempt.sign_in(transport, requests.clone()).await;
        if matches!(let_in, Ok(None) | Err(SessionProblem::ServerNotProven)) {
            purse.drop_token();
        }
        let let_in = let_in.map_err(without_verdict)?;
        by_token = let_in.map(|entry| (mechanism, entry));
        refused = by_token.is_none();
    }
    let (in_token, (proof, success)) = match by_token {
        Some((mechanism, entry)) => (Some(mechanism), entry),
        None => {
            if let Some(wanted) = wanted.filter(|_| config.device.is_some()) {
                let request = Element::new_in(ns::FAST, "request-token");
                requests.push(request.with("mechanism", wanted.name()));
            }
            let way = (choice.mechanism, choice.flag);
            let words = Words::Sasl2(requests);
            let entry = authenticate(transport, &words, &choice.offer, way, config).await;
            (wanted, entry.map_err(|problem| after(refused, problem))?)
        }
    };
    let me = identity(&success, &config.account)?;
    if proof.token.is_some() {
        purse.has_worked();
    }
    if let Some(mechanism) = in_token {
        purse.take_from(&success, mechanism, choice.mechanism);
    }

    let reached = match resumed(&success, wish.earlier)? {
        Some(Answer::Resumed(reached)) => {
            return Ok(Entry {
                signed_in: SignedIn::Resumed { reached },
                proof,
                client_state: inline.switches_on(ns::CSI),
            });
        }
        Some(Answer::Failed(reached)) => Some(reached),
        _ => None,
    };
    let bound = success.get_child("bound", ns::BIND2).filter(|_| wish.bind);
    let Some(bound) = bound else {
        let features = features_of(transport).await?;
        let earlier = earlier.filter(|_| reached.is_none());
        return enter(
            transport,
            &features,
            config,
            earlier,
            reached.flatten(),
            proof,
        )
        .await;
    };
    let jid = me
        .try_into_full()
        .map_err(|_| unexpected(&success, "an address with a resource"))?;
    let mut client_state = inline.switches_on(ns::CSI);
    let managed = if wish.manage {
        let answer = |child: &&Element| {
            child.is("enabled", stream_management::NS) || child.is("failed", stream_management::NS)
        };
        match bound.children().find(answer) {
            Some(answer) => Managed::Answered(answer.clone()),
            None => Managed::Offered,
        }
    } else {
        let features = features_of(transport).await?;
        client_state |= features.has_child("csi", ns::CSI);
        Managed::if_offered(&features)
    };
    Ok(Entry {
        signed_in: SignedIn::Bound {
            jid,
            managed,
            carbons: wish.carbons,
            reached: reached.flatten(),
        },
        proof,
        client_state,
    })
}

/// Signs in by token for the last time, and asks for nothing else. Answers whether the server took it, and so has
/// forgotten it; where the token may not be used, nothing is said.
pub(super) async fn revoke<T: Transport>(
    transport: &mut T,
    features: &Element,
    choice: &Choice,
    config: &ConnectConfig,
) -> Result<bool, SessionProblem> {
    let inline = Inline::of(features);
    let mut purse = Purse::of(config.device.as_ref());
    let attempt = purse.attempt(&terms(transport, &inline, choice), &config.account);
    let Some(attempt) = attempt else {
        return Ok(false);
    };
    let requests = purse.user_agent().into_iter().collect();
    let taken = attempt.the_last().sign_in(transport, requests).await?;
    Ok(taken.is_some())
}

fn terms<'a, T: Transport>(transport: &'a T, inline: &'a Inline, choice: &'a Choice) -> Terms<'a> {
    Terms {
        offered: &inline.tokens,
        offer: &choice.offer,
        tls: transport.route().and_then(|route| route.tls.as_ref()),
        password_by: choice.mechanism,
        password_to: match choice.flag {
            Flag::Used(binding) => Some(binding),
            Flag::NotUsed | Flag::NotOffered => None,
        },
    }
}

/// What ends an attempt by token is final for nobody: the password has its turn next. Only who seems to know a token
/// and does not is told of.
fn without_verdict(problem: SessionProblem) -> SessionProblem {
    if problem.is_final() && problem != SessionProblem::ServerNotProven {
        return SessionProblem::Lost {
            detail: format!("while it was asked to take a token: {problem}"),
        };
    }
    problem
}

/// A server that refused a token may be unable to take a password on the same stream; on the next it is asked for
/// nothing else.
fn after(refused_token: bool, problem: SessionProblem) -> SessionProblem {
    match problem {
        SessionProblem::NoSafeMechanism { .. } | SessionProblem::Protocol { .. }
            if refused_token =>
        {
            SessionProblem::Lost {
                detail: format!("after it had refused a token: {problem}"),
            }
        }
        other => other,
    }
}

/// Whom the server let in. XEP-0388 has two names for the element.
fn identity(success: &Element, account: &BareJid) -> Result<Jid, SessionProblem> {
    let mut names = success.children().filter(|child| {
        child.is("authorization-identifier", ns::SASL2)
            || child.is("authorization-identity", ns::SASL2)
    });
    let (Some(name), None) = (names.next(), names.next()) else {
        return Err(unexpected(success, "one that says whom it let in"));
    };
    let jid = Jid::new(name.text().trim())
        .map_err(|_| unexpected(success, "one that says whom it let in"))?;
    // Everything that is checked against the own address would be checked against a stranger's.
    if jid.to_bare() != *account {
        return Err(SessionProblem::Protocol {
            detail: format!("the server let {jid} in, not {account}"),
        });
    }
    Ok(jid)
}

/// What the server says to the wish for an earlier stream.
fn resumed(
    success: &Element,
    earlier: Option<&StreamState>,
) -> Result<Option<Answer>, SessionProblem> {
    let name = earlier.map(|stream| stream.id.as_str()).unwrap_or_default();
    let answer = success
        .children()
        .find_map(|child| Answer::read(child, name));
    match (answer, earlier) {
        (Some(Answer::Another(name)), _) => Err(SessionProblem::Protocol {
            detail: format!("the server resumed the stream {name:?}, which was not asked for"),
        }),
        (Some(Answer::Resumed(_)), None) => Err(SessionProblem::Protocol {
            detail: "a stream was resumed that nobody asked for".to_owned(),
        }),
        // Nobody asked, and what is to be asked for yet is not over by it.
        (Some(Answer::Failed(_)), None) => Ok(None),
        (answer, _) => Ok(answer),
    }
}
