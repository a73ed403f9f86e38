//! From an account to an open WebSocket.

use crate::discovery::{self, Endpoint, endpoint};
use crate::tls::{Trust, handshake_problem, trust};
use crate::transport::{WebSocket, handshake};
use carillon_core::session::SessionProblem;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use rustls::pki_types::{CertificateDer, ServerName};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsConnector;

/// Per address, name look-up to WebSocket: a slow mobile link needs a few seconds, a person gives up at about this.
pub(crate) const CONNECT_TIME_OUT: Duration = Duration::from_secs(15);
/// The next address of the same host is tried beside a silent one after this (RFC 8305 §5).
const NEXT_ADDRESS: Duration = Duration::from_millis(250);

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
    let mut worst = None;
    let named = discovery::named(&domain, &trust).await;
    for endpoint in named.iter().chain(&discovery::usual(&domain)) {
        match attempt(endpoint, &domain, Some(&trust)).await {
            Ok(connected) => return Ok(connected),
            Err(problem) => {
                tracing::debug!(url = endpoint.url, %problem, "no connection");
                if worst
                    .as_ref()
                    .is_none_or(|old| weight(&problem) > weight(old))
                {
                    worst = Some(problem);
                }
            }
        }
    }
    Err(worst.unwrap_or(SessionProblem::Unreachable { detail: domain }))
}

/// Of several failures the one that tells the user most.
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
    let addresses: Vec<SocketAddr> = tokio::net::lookup_host(host).await?.collect();
    let mut addresses = addresses.into_iter();
    let mut running = FuturesUnordered::new();
    let mut failure = std::io::Error::new(std::io::ErrorKind::NotFound, "the name has no address");
    if let Some(first) = addresses.next() {
        running.push(TcpStream::connect(first));
    }
    while !running.is_empty() {
        tokio::select! {
            Some(answer) = running.next() => match answer {
                Ok(stream) => return Ok(stream),
                Err(error) => {
                    failure = error;
                    if let Some(next) = addresses.next() {
                        running.push(TcpStream::connect(next));
                    }
                }
            },
            () = sleep(NEXT_ADDRESS), if addresses.len() > 0 => {
                if let Some(next) = addresses.next() {
                    running.push(TcpStream::connect(next));
                }
            }
        }
    }
    Err(failure)
}
