//! From an account to an open link with its server.
//!
//! The order: a server that the user set, and then no other; the domain's SRV records; the WebSocket that it names
//! over HTTPS; the domain itself. A way that is slow is not waited for long before the next is tried beside it.

mod failures;
mod reach;
mod secure;

use crate::discovery::{self, Endpoint, Names, SystemNames, endpoint, srv};
use crate::proxy;
use crate::staggered::staggered;
use crate::tls::{Trust, trust};
use crate::transport::{Connected, Framing, Link, OwnAddress, Route, Tcp, Tls, handshake};
use carillon_core::connection::{Proxy, TransportKind};
use carillon_core::session::SessionProblem;
use failures::{Failures, Named};
use rustls::pki_types::CertificateDer;
use std::pin::Pin;
use std::time::Duration;
use tokio::sync::OnceCell;
use tokio::time::timeout;

/// Per address, name look-up to open link: a slow mobile link needs a few seconds, a person gives up at about this.
pub(crate) const CONNECT_TIME_OUT: Duration = Duration::from_secs(15);
/// A port behind a firewall is silent; the next is tried beside it after what a handshake takes far away.
const NEXT_ENDPOINT: Duration = Duration::from_secs(2);
/// Where the web's pages are, if nothing else is said.
const HTTPS: u16 = 443;
/// The next kind of way is tried beside one that has not answered within this.
const NEXT_WAY: Duration = Duration::from_secs(3);

/// Whom to connect to, and how.
#[derive(Debug, Clone)]
pub(crate) struct Destination {
    /// The account's domain.
    pub(crate) domain: String,
    /// The server that the user set.
    pub(crate) url: Option<String>,
    pub(crate) proxy: Proxy,
    /// The account was signed in bound to the channel before, which somebody between may make impossible: a WebSocket
    /// often ends before the server. So a slow way is waited for, and another is only tried when it has failed.
    pub(crate) patient: bool,
    /// `host:port` where a stream is kept that is to go on (XEP-0198 §5). It is tried first, if the user set no server.
    pub(crate) location: Option<String>,
    /// Certificate authorities to be trusted beside the system's.
    pub(crate) extra_roots: Vec<CertificateDer<'static>>,
}

/// Connects to the server of an account.
pub(crate) async fn connect(to: &Destination) -> Result<Connected, SessionProblem> {
    connect_by(to, &SystemNames).await
}

/// The same, with SRV records from elsewhere.
pub(crate) async fn connect_by(
    to: &Destination,
    names: &impl Names,
) -> Result<Connected, SessionProblem> {
    let failures = Failures::default();
    let connected = match &to.url {
        Some(url) => {
            let endpoint = endpoint(url)?;
            let trust = match endpoint.secure || endpoint.transport != TransportKind::WebSocket {
                true => Some(load_trust(to).await?),
                false => None,
            };
            let surroundings = Surroundings {
                domain: &to.domain,
                to,
                trust: trust.as_ref(),
                failures: &failures,
            };
            surroundings.any(vec![endpoint], Named::Yes).await
        }
        None => {
            let domain = discovery::ascii_domain(&to.domain)?;
            let trust = load_trust(to).await?;
            let surroundings = Surroundings {
                domain: &domain,
                to,
                trust: Some(&trust),
                failures: &failures,
            };
            surroundings.discovered(names, &trust).await
        }
    };
    match connected {
        Some(mut connected) => {
            connected.route.failed = failures.into_ways();
            Ok(connected)
        }
        None => Err(failures.verdict(&to.domain)),
    }
}

/// Reading the system's certificates takes milliseconds and blocks.
async fn load_trust(to: &Destination) -> Result<Trust, SessionProblem> {
    let (roots, domain) = (to.extra_roots.clone(), to.domain.clone());
    tokio::task::spawn_blocking(move || trust(roots, &domain))
        .await
        .map_err(|error| SessionProblem::Unreachable {
            detail: error.to_string(),
        })?
}

/// What every attempt for one account needs.
#[derive(Clone, Copy)]
struct Surroundings<'a> {
    domain: &'a str,
    to: &'a Destination,
    trust: Option<&'a Trust>,
    failures: &'a Failures,
}

type Way<'a> = Pin<Box<dyn Future<Output = Result<Connected, ()>> + Send + 'a>>;

impl Surroundings<'_> {
    /// All the ways in their order.
    async fn discovered(&self, names: &impl Names, trust: &Trust) -> Option<Connected> {
        let records = OnceCell::new();
        let look_up = || records.get_or_init(|| self.records(names));
        let by_records: Way<'_> = Box::pin(async {
            let endpoints = discovery::by_records(look_up().await);
            self.any(endpoints, Named::Yes).await.ok_or(())
        });
        let by_web: Way<'_> = Box::pin(async {
            let endpoints = self.on_the_web(trust).await;
            self.any(endpoints, Named::Yes).await.ok_or(())
        });
        let itself: Way<'_> = Box::pin(async {
            let mut endpoints = match look_up().await.is_empty() {
                true => discovery::usual_tcp(self.domain),
                false => Vec::new(),
            };
            endpoints.extend(discovery::usual(self.domain));
            self.any(endpoints, Named::No).await.ok_or(())
        });
        let kept: Way<'_> = Box::pin(async {
            let endpoints = self.to.location.iter();
            let endpoints = endpoints.filter_map(|location| discovery::kept_at(location));
            self.any(endpoints.collect(), Named::No).await.ok_or(())
        });
        let next = match self.to.patient {
            true => CONNECT_TIME_OUT * 4,
            false => NEXT_WAY,
        };
        staggered([kept, by_records, by_web, itself].into_iter(), next)
            .await
            .ok()
    }

    /// The SRV records of both services in the order of trying. Those that say "not here" stay in the list when no
    /// other is there, so that it is not empty.
    async fn records(&self, names: &impl Names) -> Vec<srv::Record> {
        let ask = async |service: &str, direct: bool| {
            let answer = names.srv(service, self.domain).await;
            let mut records = answer.unwrap_or_else(|detail| {
                let problem = SessionProblem::Unreachable { detail };
                self.note(format!("SRV {service}.{}", self.domain), problem);
                Vec::new()
            });
            for record in &mut records {
                record.direct = direct;
            }
            if srv::refuses(&records, direct) {
                let detail = "the domain says that it has no such service".to_owned();
                let problem = SessionProblem::Unreachable { detail };
                self.note(format!("SRV {service}.{}", self.domain), problem);
            }
            records
        };
        let (mut records, starttls) = tokio::join!(
            ask("_xmpps-client._tcp", true),
            ask("_xmpp-client._tcp", false)
        );
        records.extend(starttls);
        if records.is_empty() {
            let detail = "there are none".to_owned();
            let problem = SessionProblem::Unreachable { detail };
            self.note(format!("SRV records of {}", self.domain), problem);
        }
        if records.iter().all(|record| record.target.is_empty()) {
            return records;
        }
        srv::ordered(records, random)
    }

    /// The WebSockets that the domain names over HTTPS.
    async fn on_the_web(&self, trust: &Trust) -> Vec<Endpoint> {
        let origin = format!("https://{}", self.domain);
        let found = match trust.for_https(self.domain) {
            Ok(tls) => {
                let through = proxy::settled(&self.to.proxy, self.domain, HTTPS).await;
                discovery::ask(&origin, tls, &through).await
            }
            Err(_) => Vec::new(),
        };
        if found.is_empty() {
            let detail = "it names no WebSocket".to_owned();
            let problem = SessionProblem::Unreachable { detail };
            self.note(format!("{origin}/.well-known/host-meta"), problem);
        }
        found
    }

    fn note(&self, way: String, problem: SessionProblem) {
        self.failures.note(way, problem, Named::No);
    }

    /// The first of these that can be connected to, in their order as long as they answer.
    async fn any(&self, endpoints: Vec<Endpoint>, named: Named) -> Option<Connected> {
        let endpoints = endpoints.iter().filter(|one| !one.host.is_empty());
        let attempts = endpoints.map(|endpoint| self.attempt(endpoint, named));
        staggered(attempts, NEXT_ENDPOINT).await.ok()
    }

    async fn attempt(&self, endpoint: &Endpoint, named: Named) -> Result<Connected, ()> {
        let overtaken = self.failures.begun(&endpoint.url, named);
        let problem = match timeout(CONNECT_TIME_OUT, self.open(endpoint)).await {
            Ok(Ok(connected)) => {
                overtaken.forget();
                return Ok(connected);
            }
            Ok(Err(problem)) => problem,
            Err(_) => SessionProblem::Unreachable {
                detail: format!(
                    "{} does not answer within {} s",
                    endpoint.url,
                    CONNECT_TIME_OUT.as_secs()
                ),
            },
        };
        tracing::debug!(url = endpoint.url, %problem, "this way leads nowhere");
        overtaken.failed(problem);
        Err(())
    }

    async fn open(&self, endpoint: &Endpoint) -> Result<Connected, SessionProblem> {
        let unreachable = |error: String| SessionProblem::Unreachable {
            detail: format!("{}: {error}", endpoint.url),
        };
        let through = proxy::settled(&self.to.proxy, &endpoint.host, endpoint.port).await;
        let passage = proxy::passage(&through, &endpoint.host, endpoint.port)
            .map_err(|error| unreachable(error.to_string()))?;
        let connection = async || {
            let tcp = reach::reach(endpoint, passage.as_ref()).await;
            tcp.map_err(unreachable)
        };
        let mut tcp = Some(connection().await?);
        let mut encrypted = endpoint.secure;
        if endpoint.transport == TransportKind::StartTls
            && let Some(clear) = tcp.take()
        {
            tcp = secure::agreed(clear, self.domain).await?;
            encrypted = endpoint.secure || tcp.is_some();
        }
        let own_address = tcp.as_ref().and_then(OwnAddress::of);
        let (link, tls): (Box<dyn Link>, Option<Tls>) = if encrypted {
            let (Some(trust), Some(tcp)) = (self.trust, tcp) else {
                return Err(SessionProblem::NotEncrypted);
            };
            let (stream, tls) = secure::secured(tcp, endpoint, self.domain, trust).await?;
            (Box::new(stream), Some(tls))
        } else {
            // A stream that was opened to ask for TLS can't be opened again without it.
            let tcp = match tcp {
                Some(tcp) => tcp,
                None => connection().await?,
            };
            // A name such as `localhost` can resolve to anything; what counts is who is at the other end.
            let peer = tcp.peer_addr();
            if !peer.is_ok_and(|address| address.ip().is_loopback()) {
                return Err(SessionProblem::NotEncrypted);
            }
            (Box::new(tcp), None)
        };
        let framing = match endpoint.transport {
            TransportKind::WebSocket => {
                Framing::WebSocket(Box::new(handshake(&endpoint.url, link).await?))
            }
            TransportKind::DirectTls | TransportKind::StartTls => {
                Framing::Tcp(Box::new(Tcp::new(link)))
            }
        };
        let route = Route {
            transport: endpoint.transport,
            host: endpoint.host.clone(),
            port: endpoint.port,
            proxy: passage.map(|passage| passage.shown()),
            tls,
            failed: Vec::new(),
        };
        Ok(Connected {
            framing,
            route,
            own_address,
        })
    }
}

/// A number from zero to `most`. Where the computer gives none, always the first server is a lesser evil than none.
fn random(most: u32) -> u32 {
    let number = getrandom::u64().unwrap_or_default();
    u32::try_from(number % (u64::from(most) + 1)).unwrap_or_default()
}
