//! From an open link to a bound session (RFC 6120 §6, §7; RFC 7395 §3.4 and §3.5).

mod bind;
mod mechanism;
mod problem;
mod proof;
mod resume;
mod sasl;
mod scram;

use crate::config::ConnectConfig;
use crate::ns;
use crate::session::stream_management::{Count, is_offered};
use crate::transport::{Received, Transport};
use carillon_core::session::{SessionProblem, StreamState};
use carillon_xml::Frame;
use jid::FullJid;
use minidom::Element;
use resume::Earlier;
use std::time::Duration;
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
        /// The server offers to manage the stream (XEP-0198).
        managed: bool,
        /// The stream that was asked for is over; so many of my stanzas the server had handled on it, as far as it
        /// says.
        reached: Option<Count>,
    },
}

/// Signs in, and goes on with an `earlier` stream or binds a resource.
pub(crate) async fn sign_in<T: Transport>(
    transport: &mut T,
    config: &ConnectConfig,
    earlier: Option<&StreamState>,
) -> Result<Entry, SessionProblem> {
    within(async {
        let domain = config.account.domain().as_str();
        let features = open(transport, domain).await?;
        let proof = sasl::authenticate(transport, &features, config).await?;
        let features = open(transport, domain).await?;
        let entry = |signed_in| Entry {
            signed_in,
            proof,
            client_state: features.has_child("csi", ns::CSI),
        };
        let reached = match resume::go_on(transport, &features, earlier).await? {
            Earlier::Resumed(reached) => return Ok(entry(SignedIn::Resumed { reached })),
            Earlier::Over(reached) => reached,
            Earlier::None => None,
        };
        let jid = bind::bind(
            transport,
            &features,
            &config.account,
            config.resource.as_deref(),
        )
        .await?;
        Ok(entry(SignedIn::Bound {
            jid,
            managed: is_offered(&features),
            reached,
        }))
    })
    .await
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
    transport.open(domain).await?;
    match receive(transport).await? {
        Frame::Open { .. } => {}
        Frame::Close { see_other_uri } => return Err(closed(see_other_uri.as_deref())),
        Frame::Stanza(stanza) if stanza.is("error", ns::STREAM) => {
            return Err(stream_problem(&stanza));
        }
        Frame::Stanza(stanza) => return Err(unexpected(&stanza, "the opening of the stream")),
    }
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
