//! From an account to an open WebSocket.

use crate::discovery::{self, Endpoint, endpoint};
use crate::staggered::staggered;
use crate::tls::{Trust, handshake_problem, trust};
use crate::transport::{WebSocket, handshake};
use carillon_core::session::SessionProblem;
use rustls::pki_types::{CertificateDer, ServerName};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

/// Per address, name look-up to WebSocket: a slow mobile link needs a few seconds, a person gives up at about this.
pub(crate) const CONNECT_TIME_OUT: Duration = Duration::from_secs(15);
/// The next address of the same host is tried beside a silent one after this (RFC 8305 §5).
const NEXT_ADDRESS: Duration = Duration::from_millis(250);
/// A port behind a firewall is silent; the next is tried beside it after what a handshake takes far away.
const NEXT_ENDPOINT: Duration = Duration::from_secs(2);

/// TCP, with TLS or to this computer.
pub(crate) trait Link: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Link for T {}

/// A WebSocket over whatever was needed.
pub(crate) type Connected = WebSocket<Box<dyn Link>>;

/// Connects to the server of an account on `domain`.
pub(crate) async fn connect(
    domain: &str,
    url: Option<&str>,
    extra_roots: Vec<CertificateDer<'static>>,
) -> Result<Connected, SessionProblem> {
    if let Some(url) = url {
        let endpoint = endpoint(url)?;
        let trust = if endpoint.secure {
            Some(load_trust(extra_roots, domain).await?)
        } else {
            None
        };
        return attempt(&endpoint, domain, trust.as_ref()).await;
    }
    let domain = discovery::ascii_domain(domain)?;
    let trust = load_trust(extra_roots, &domain).await?;
    let named = discovery::named(&domain, &trust).await;
    match any(named, &domain, &trust).await {
        Ok(connected) => Ok(connected),
        Err(problem) => any(discovery::usual(&domain), &domain, &trust)
            .await
            .map_err(|other| worse(problem, other)),
    }
}

/// The first of these that can be connected to, in their order as long as they answer.
async fn any(
    endpoints: Vec<Endpoint>,
    domain: &str,
    trust: &Trust,
) -> Result<Connected, SessionProblem> {
    let attempts = endpoints
        .iter()
        .map(|endpoint| attempt(endpoint, domain, Some(trust)));
    staggered(attempts, NEXT_ENDPOINT)
        .await
        .map_err(|problems| {
            let nothing = SessionProblem::Unreachable {
                detail: format!("{domain} names no WebSocket"),
            };
            problems.into_iter().fold(nothing, worse)
        })
}

/// Of two failures the one that tells the user more.
fn worse(one: SessionProblem, other: SessionProblem) -> SessionProblem {
    if weight(&other) >= weight(&one) {
        other
    } else {
        one
    }
}

fn weight(problem: &SessionProblem) -> u8 {
    match problem {
        SessionProblem::Certificate { .. } => 2,
        SessionProblem::NotXmpp { .. } => 1,
        _ => 0,
    }
}

/// Reading the system's certificates takes milliseconds and blocks.
async fn load_trust(
    extra_roots: Vec<CertificateDer<'static>>,
    domain: &str,
) -> Result<Trust, SessionProblem> {
    let domain = domain.to_owned();
    tokio::task::spawn_blocking(move || trust(extra_roots, &domain))
        .await
        .map_err(|error| SessionProblem::Unreachable {
            detail: error.to_string(),
        })?
}

async fn attempt(
    endpoint: &Endpoint,
    domain: &str,
    trust: Option<&Trust>,
) -> Result<Connected, SessionProblem> {
    match timeout(CONNECT_TIME_OUT, open(endpoint, domain, trust)).await {
        Ok(answer) => answer,
        Err(_) => Err(SessionProblem::Unreachable {
            detail: format!(
                "{} does not answer within {} s",
                endpoint.url,
                CONNECT_TIME_OUT.as_secs()
            ),
        }),
    }
}

async fn open(
    endpoint: &Endpoint,
    domain: &str,
    trust: Option<&Trust>,
) -> Result<Connected, SessionProblem> {
    let unreachable = |error: std::io::Error| SessionProblem::Unreachable {
        detail: format!("{}: {error}", endpoint.url),
    };
    let tcp = reach(endpoint).await.map_err(unreachable)?;
    // Else one message waits up to 40 ms for the acknowledgement of the one before.
    tcp.set_nodelay(true).map_err(unreachable)?;
    let link: Box<dyn Link> = if endpoint.secure {
        let trust = trust.ok_or(SessionProblem::NotEncrypted)?;
        let domain = discovery::ascii_domain(domain)?;
        let connector = TlsConnector::from(Arc::new(trust.for_account(&domain)?));
        let host = ServerName::try_from(endpoint.host.clone()).map_err(|error| {
            SessionProblem::Unreachable {
                detail: format!("{}: {error}", endpoint.url),
            }
        })?;
        let tls = connector
            .connect(host, tcp)
            .await
            .map_err(|error| handshake_problem(&domain, &endpoint.url, &error))?;
        Box::new(tls)
    } else {
        // A name such as `localhost` can resolve to anything; what counts is who is at the other end.
        if !tcp.peer_addr().map_err(unreachable)?.ip().is_loopback() {
            return Err(SessionProblem::NotEncrypted);
        }
        Box::new(tcp)
    };
    handshake(&endpoint.url, link).await
}

/// The first of the host's addresses that answers; a silent one holds the others up but for a moment.
async fn reach(endpoint: &Endpoint) -> std::io::Result<TcpStream> {
    let host = (endpoint.host.as_str(), endpoint.port);
    let addresses = tokio::net::lookup_host(host).await?;
    staggered(addresses.map(TcpStream::connect), NEXT_ADDRESS)
        .await
        .map_err(|mut failures| {
            failures.pop().unwrap_or_else(|| {
                std::io::Error::new(std::io::ErrorKind::NotFound, "the name has no address")
            })
        })
}
