//! From an open link to a bound session (RFC 6120 §6, §7; RFC 7395 §3.4 and §3.5).

mod bind;
mod mechanism;
mod problem;
mod proof;
mod resume;
mod sasl;
mod sasl2;
mod scram;
mod token;

use crate::config::ConnectConfig;
use crate::ns;
use crate::session::stream_management::{Count, is_offered};
use crate::transport::{Received, Transport};
use carillon_core::session::{SessionProblem, StreamState};
use carillon_xml::Frame;
use jid::FullJid;
use mechanism::{Choice, Policy, choose_of};
use minidom::Element;
use resume::Earlier;
use sasl::Words;
use std::fmt;
use std::time::Duration;
use token::Purse;
use tokio::time::timeout;

pub(crate) use problem::stream_problem;
pub(crate) use proof::Proof;

/// All of it takes a few round trips; a server that needs longer is in trouble.
const TIME_OUT: Duration = Duration::from_secs(30);

/// How signing in ended.
#[derive(Debug)]
pub(crate) struct Entry {
    /// What it led to.
    pub(crate) signed_in: SignedIn,
    /// What stands behind the mechanism.
    pub(crate) proof: Proof,
    /// The server takes it that nobody would notice what it holds back (XEP-0352 §4.1).
    pub(crate) client_state: bool,
}

/// What signing in led to.
#[derive(Debug)]
pub(crate) enum SignedIn {
    /// The stream that was asked for goes on (XEP-0198 §5).
    Resumed {
        /// How many of my stanzas the server has handled on it, as far as it says.
        reached: Option<Count>,
    },
    /// A resource is bound.
    Bound {
        /// To this address.
        jid: FullJid,
        /// Whether the server manages the stream (XEP-0198).
        managed: Managed,
        /// Carbons were switched on with it (XEP-0280).
        carbons: bool,
        /// The stream that was asked for is over; so many of my stanzas the server had handled on it, as far as it
        /// says.
        reached: Option<Count>,
    },
}

/// How far a new stream is managed (XEP-0198).
pub(crate) enum Managed {
    /// It can't be.
    No,
    /// The server offers it.
    Offered,
    /// It was asked for when the resource was bound, and this is the answer.
    Answered(Element),
}

/// The answer names the stream, and who knows that name may ask for the stream: it is in no log.
impl fmt::Debug for Managed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::No => "No",
            Self::Offered => "Offered",
            Self::Answered(_) => "Answered",
        })
    }
}

impl Managed {
    fn if_offered(features: &Element) -> Self {
        if is_offered(features) {
            Self::Offered
        } else {
            Self::No
        }
    }
}

/// Signs in, and goes on with an `earlier` stream or binds a resource. What is `fresh` is random and used nowhere else.
pub(crate) async fn sign_in<T: Transport>(
    transport: &mut T,
    config: &ConnectConfig,
    earlier: Option<&StreamState>,
    fresh: [u8; 8],
) -> Result<Entry, SessionProblem> {
    let mut purse = Purse::of(config.device.as_ref());
    let entry = within(async {
        let (features, choice) = greet(transport, config).await?;
        if choice.sasl2 {
            let purse = &mut purse;
            return sasl2::sign_in(transport, &features, &choice, config, earlier, fresh, purse)
                .await;
        }
        let way = (choice.mechanism, choice.flag);
        let (proof, _) =
            sasl::authenticate(transport, &Words::Rfc6120, &choice.offer, way, config).await?;
        let features = open(transport, config.account.domain().as_str()).await?;
        enter(transport, &features, config, earlier, None, proof).await
    })
    .await;
    purse.settle();
    entry
}

/// Opens the stream, and chooses from what the server offers how to sign in.
async fn greet<T: Transport>(
    transport: &mut T,
    config: &ConnectConfig,
) -> Result<(Element, Choice), SessionProblem> {
    let domain = config.account.domain().as_str();
    // Only who is asked for can be offered a token (XEP-0388 §2.1). Nobody reads along: see `connect`.
    let features = open_as(transport, domain, Some(config.account.as_str())).await?;
    let policy = Policy {
        pinned: config.pinned,
        allow_plain: config.allow_plain,
    };
    let tls = transport.route().and_then(|route| route.tls.as_ref());
    let choice = choose_of(&features, tls, policy)?;
    Ok((features, choice))
}

/// Has the server forget this device's token (XEP-0484, `invalidate`). Answers whether it did; the password is not sent.
pub(crate) async fn revoke<T: Transport>(
    transport: &mut T,
    config: &ConnectConfig,
) -> Result<bool, SessionProblem> {
    within(async {
        let (features, choice) = greet(transport, config).await?;
        if !choice.sasl2 {
            return Ok(false);
        }
        sasl2::revoke(transport, &features, &choice, config).await
    })
    .await
}

/// Goes on with an `earlier` stream, or binds a resource; `reached` is what is known of one that is over.
async fn enter<T: Transport>(
    transport: &mut T,
    features: &Element,
    config: &ConnectConfig,
    earlier: Option<&StreamState>,
    reached: Option<Count>,
    proof: Proof,
) -> Result<Entry, SessionProblem> {
    let entry = |signed_in| Entry {
        signed_in,
        proof,
        client_state: features.has_child("csi", ns::CSI),
    };
    let reached = match resume::go_on(transport, features, earlier).await? {
        Earlier::Resumed(reached) => return Ok(entry(SignedIn::Resumed { reached })),
        Earlier::Over(reached) => reached,
        Earlier::None => reached,
    };
    let resource = config.resource.as_deref();
    let jid = bind::bind(transport, features, &config.account, resource).await?;
    Ok(entry(SignedIn::Bound {
        jid,
        managed: Managed::if_offered(features),
        carbons: false,
        reached,
    }))
}

/// Gives up when a server keeps silent before the session has begun.
pub(crate) async fn within<T, E: From<SessionProblem>>(
    work: impl Future<Output = Result<T, E>>,
) -> Result<T, E> {
    timeout(TIME_OUT, work).await.unwrap_or_else(|_| {
        Err(E::from(SessionProblem::Lost {
            detail: format!("signing in took longer than {} s", TIME_OUT.as_secs()),
        }))
    })
}

/// Opens the stream, for the first time or anew, and reads what the server offers on it.
pub(crate) async fn open<T: Transport>(
    transport: &mut T,
    domain: &str,
) -> Result<Element, SessionProblem> {
    open_as(transport, domain, None).await
}

/// As [`open`], and says who wants to sign in (RFC 6120 §4.7.1).
async fn open_as<T: Transport>(
    transport: &mut T,
    domain: &str,
    from: Option<&str>,
) -> Result<Element, SessionProblem> {
    transport.open(domain, from).await?;
    match receive(transport).await? {
        Frame::Open { .. } => {}
        Frame::Close { see_other_uri } => return Err(closed(see_other_uri.as_deref())),
        Frame::Stanza(stanza) if stanza.is("error", ns::STREAM) => {
            return Err(stream_problem(&stanza));
        }
        Frame::Stanza(stanza) => return Err(unexpected(&stanza, "the opening of the stream")),
    }
    features_of(transport).await
}

/// What the server offers.
async fn features_of<T: Transport>(transport: &mut T) -> Result<Element, SessionProblem> {
    let features = stanza(transport).await?;
    if features.is("features", ns::STREAM) {
        Ok(features)
    } else {
        Err(unexpected(&features, "the stream's features"))
    }
}

/// The next element of a stream that is open.
pub(crate) async fn stanza<T: Transport>(transport: &mut T) -> Result<Element, SessionProblem> {
    match receive(transport).await? {
        Frame::Stanza(stanza) if stanza.is("error", ns::STREAM) => Err(stream_problem(&stanza)),
        Frame::Stanza(stanza) => Ok(stanza),
        Frame::Close { see_other_uri } => Err(closed(see_other_uri.as_deref())),
        Frame::Open { .. } => Err(SessionProblem::Protocol {
            detail: "the stream was opened twice".to_owned(),
        }),
    }
}

async fn receive<T: Transport>(transport: &mut T) -> Result<Frame, SessionProblem> {
    match transport.receive().await? {
        Received::Frame(frame) => Ok(frame),
        Received::Unreadable(error) => Err(SessionProblem::Protocol {
            detail: error.to_string(),
        }),
    }
}

/// The stream was closed. Where else the server would like us to go is told, and not followed:
/// nothing proves that it is the account's server that lives there.
pub(crate) fn closed(see_other_uri: Option<&str>) -> SessionProblem {
    SessionProblem::Lost {
        detail: match see_other_uri {
            Some(uri) => {
                format!("the server closed the stream and named {uri:?}, which is not followed")
            }
            None => "the server closed the stream".to_owned(),
        },
    }
}

pub(crate) fn unexpected(stanza: &Element, instead_of: &str) -> SessionProblem {
    SessionProblem::Protocol {
        detail: format!(
            "<{}/> of {:?} instead of {instead_of}",
            stanza.name(),
            stanza.ns()
        ),
    }
}
