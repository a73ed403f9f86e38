//! What may be asked for, and of whom.

use super::{TransferProblem, Way};
use crate::discovery::{endpoint, is_this_computer};
use crate::proxy;
use crate::tls::trust;
use carillon_core::connection::{Proxy, TransportKind};
use carillon_core::files::{LONGEST_ADDRESS, is_public};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::Policy;
use reqwest::{Client, Url};
use std::fmt::Debug;
use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

/// A person waits.
const CONNECT_TIME_OUT: Duration = Duration::from_secs(15);
/// Names that no public name ends with (RFC 6761, RFC 6762, RFC 8375, ICANN's `internal`, and what routers use). A proxy
/// would look them up in its own network.
const NOT_PUBLIC: &[&str] = &[
    "localhost",
    "local",
    "internal",
    "home.arpa",
    "lan",
    "home",
    "test",
    "invalid",
];

/// The account's own server, which runs on this computer: what it says may lead to this computer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OwnServer {
    /// Where it speaks HTTP; `None` where it is reached by TCP, and nobody knows.
    port: Option<u16>,
}

impl OwnServer {
    /// From the server's address as the user set it; `None` where it does not lead to this computer.
    #[must_use]
    pub fn of(address: &str) -> Option<Self> {
        let endpoint = endpoint(address).ok()?;
        is_this_computer(&endpoint.host).then_some(Self {
            port: (endpoint.transport == TransportKind::WebSocket).then_some(endpoint.port),
        })
    }
}

/// Who named an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Said {
    /// My own server, in a slot.
    ByServer,
    /// Anybody, in a message.
    ByAnybody,
}

/// Whom an address leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    /// Somebody on the public Internet.
    Public,
    /// The account's own server, on this computer.
    Own,
}

/// What a name was looked up to is somewhere else than it may be.
#[derive(Debug, thiserror::Error)]
#[error("the name leads into a network that is not public")]
pub(crate) struct NotPublic;

/// Reads an address and says whom it leads to, as far as it tells itself.
pub(crate) fn check(
    address: &str,
    said: Said,
    own: Option<OwnServer>,
) -> Result<(Url, Side), TransferProblem> {
    if address.len() > LONGEST_ADDRESS || address.chars().any(char::is_control) {
        return Err(TransferProblem::refused("this is no address"));
    }
    let url = Url::parse(address).map_err(|_| TransferProblem::refused("this is no address"))?;
    let side = side(&url, said, own)?;
    Ok((url, side))
}

/// As [`check`], for an address that was read.
pub(crate) fn side(url: &Url, said: Said, own: Option<OwnServer>) -> Result<Side, TransferProblem> {
    let refused = |why| Err(TransferProblem::refused(why));
    if !url.username().is_empty() || url.password().is_some() {
        return refused("the address holds a name or a password");
    }
    let host = url.host_str().unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    if matches!(url.scheme(), "http" | "https")
        && is_this_computer(bare)
        && own.is_some_and(|own| is_owns(own, said, url.port_or_known_default()))
    {
        return Ok(Side::Own);
    }
    if url.scheme() != "https" {
        return refused("only https: is fetched");
    }
    match bare.parse::<IpAddr>() {
        Ok(address) if is_public(address) => Ok(Side::Public),
        Ok(_) => refused("the address is in a network that is not public"),
        Err(_) if is_public_name(bare) => Ok(Side::Public),
        Err(_) => refused("the name is of a network that is not public"),
    }
}

/// In a slot, the server that is reached by TCP may name any port of this computer: nobody else can say it.
fn is_owns(own: OwnServer, said: Said, port: Option<u16>) -> bool {
    match own.port {
        Some(_) => own.port == port,
        None => said == Said::ByServer,
    }
}

fn is_public_name(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    let ends_with = |end: &&str| {
        name.strip_suffix(*end)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    name.contains('.') && !NOT_PUBLIC.iter().any(ends_with)
}

/// The addresses of a name.
pub(crate) type Found = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;

/// Looks names up.
pub(crate) trait LookUp: Debug + Send + Sync {
    /// All the addresses of a name.
    fn look_up(&self, name: String) -> Found;
}

/// As the system does.
#[derive(Debug)]
pub(crate) struct SystemLookUp;

impl LookUp for SystemLookUp {
    fn look_up(&self, name: String) -> Found {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name, 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}

/// Looks names up for the one who connects, so that what was checked is what is connected to: who answers differently
/// the next time (rebinding) is not asked a second time.
struct Guard {
    names: Arc<dyn LookUp>,
    side: Side,
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let found = self.names.look_up(name.as_str().to_owned());
        let side = self.side;
        Box::pin(async move {
            let found = found.await?;
            let may = |address: &IpAddr| match side {
                Side::Public => is_public(*address),
                Side::Own => address.is_loopback(),
            };
            // One that may not be is not an accident: the others are not tried either.
            if !found.iter().all(may) {
                return Err(NotPublic.into());
            }
            let found: Addrs = Box::new(found.into_iter().map(|ip| SocketAddr::new(ip, 0)));
            Ok(found)
        })
    }
}

/// A client for one request to this address, which follows nothing by itself.
pub(crate) async fn client(
    url: &Url,
    side: Side,
    way: &Way,
    names: &Arc<dyn LookUp>,
) -> Result<Client, TransferProblem> {
    let unreachable = |why: String| TransferProblem::Unreachable { why };
    let host = url.host_str().unwrap_or_default().to_owned();
    let roots = way.extra_roots.clone();
    let tls = tokio::task::spawn_blocking(move || trust(roots, &host)?.for_https(&host))
        .await
        .map_err(|error| unreachable(error.to_string()))?
        .map_err(|problem| unreachable(problem.to_string()))?;
    let builder = Client::builder()
        .tls_backend_preconfigured(tls)
        .https_only(side == Side::Public)
        .redirect(Policy::none())
        .referer(false)
        .connect_timeout(CONNECT_TIME_OUT)
        .pool_max_idle_per_host(0);
    let guard = Guard {
        names: Arc::clone(names),
        side,
    };
    let builder = match proxied(url, side, way).await? {
        // The proxy looks the name up, in its own network. Only the words of the address can be checked here.
        Some(proxy) => {
            proxy::for_http(builder, &proxy).map_err(|error| unreachable(error.to_string()))?
        }
        None => builder.no_proxy().dns_resolver(guard),
    };
    builder.build().map_err(TransferProblem::http)
}

/// The proxy on the way, where there is one.
async fn proxied(url: &Url, side: Side, way: &Way) -> Result<Option<Proxy>, TransferProblem> {
    if side == Side::Own {
        return Ok(None);
    }
    let host = url.host_str().unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let port = url.port_or_known_default().unwrap_or(443);
    let proxy = proxy::settled(&way.proxy, bare, port).await;
    let passage =
        proxy::passage(&proxy, bare, port).map_err(|error| TransferProblem::Unreachable {
            why: error.to_string(),
        })?;
    Ok(passage.map(|_| proxy))
}
