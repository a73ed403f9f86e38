//! The way through a proxy: SOCKS5 (RFC 1928) or HTTP CONNECT (RFC 9110 §9.3.6).
//!
//! The host is named to the proxy, which looks it up: where a proxy is needed, names outside often can't be looked
//! up, and who asks for what stays with the proxy. What goes through it is TLS, checked as ever.

use carillon_core::connection::Proxy;
use carillon_core::session::SessionProblem;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::{SocksV5, Tunnel};
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use std::fmt::Debug;
use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::OnceLock;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::http::Uri;
use tower_service::Service;

/// What the desktop's settings answer: addresses of proxies, the one to be tried first in front.
pub type DesktopAnswer = Pin<Box<dyn Future<Output = Option<Vec<String>>> + Send>>;

/// The desktop's own settings of proxies, where it has some beside the environment.
pub trait DesktopProxies: Debug + Send + Sync {
    /// The proxies on the way to this address, such as `http://proxy.example:8080`, `socks://[::1]:1080` or
    /// `direct://`; `None` when the desktop does not say.
    fn lookup(&self, url: String) -> DesktopAnswer;
}

/// As the environment, the desktop is the same for the whole process.
static DESKTOP: OnceLock<Box<dyn DesktopProxies>> = OnceLock::new();
/// A desktop that does not answer within this is not asked any longer.
const DESKTOP_ANSWER: Duration = Duration::from_secs(3);
/// The environment's words about proxies, which `Proxy::System` means first of all.
const VARIABLES: [&str; 3] = ["all_proxy", "https_proxy", "http_proxy"];

/// Where [`Proxy::System`] and an environment that names no proxy leave it open, this desktop is asked. Only the first
/// call counts.
pub fn ask_desktop(desktop: Box<dyn DesktopProxies>) {
    if DESKTOP.set(desktop).is_err() {
        tracing::debug!("the desktop's proxies are known already");
    }
}

/// The proxy for this host, once the desktop was asked.
pub(crate) async fn settled(proxy: &Proxy, host: &str, port: u16) -> Proxy {
    match DESKTOP.get() {
        Some(desktop)
            if *proxy == Proxy::System && !is_in_environment(|it| std::env::var_os(it)) =>
        {
            of_desktop(desktop.as_ref(), host, port).await
        }
        _ => proxy.clone(),
    }
}

pub(crate) fn is_in_environment(read: impl Fn(&str) -> Option<std::ffi::OsString>) -> bool {
    let set = |name: &str| read(name).is_some_and(|value| !value.is_empty());
    VARIABLES
        .iter()
        .any(|name| set(name) || set(&name.to_ascii_uppercase()))
}

pub(crate) async fn of_desktop(desktop: &dyn DesktopProxies, host: &str, port: u16) -> Proxy {
    let Ok(url) = destination(host, port) else {
        return Proxy::System;
    };
    let asked = timeout(DESKTOP_ANSWER, desktop.lookup(url.to_string())).await;
    let answers = asked.ok().flatten().unwrap_or_default();
    answers
        .iter()
        .find_map(|answer| told(answer))
        .unwrap_or(Proxy::System)
}

/// What a desktop's word means; `None` for a proxy of a kind that is not spoken here.
fn told(answer: &str) -> Option<Proxy> {
    let (scheme, rest) = answer.split_once("://")?;
    match scheme.to_ascii_lowercase().as_str() {
        "direct" => Some(Proxy::Direct),
        "http" => Some(Proxy::Url(answer.to_owned())),
        "socks" | "socks5" | "socks5h" => Some(Proxy::Url(format!("socks5://{rest}"))),
        _ => None,
    }
}

/// Why a proxy led nowhere.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ProxyError {
    #[error("the proxy's address can't be read; it begins with socks5:// or http://")]
    NoAddress,
    #[error("{host:?} can't be asked of a proxy")]
    NoHost { host: String },
    #[error("the proxy {proxy}: {why}")]
    Refused { proxy: String, why: String },
}

/// A proxy that a connection is to go through.
#[derive(Debug)]
pub(crate) struct Passage {
    intercept: Intercept,
    socks: bool,
}

impl Passage {
    /// `host:port` of the proxy.
    pub(crate) fn shown(&self) -> String {
        let uri = self.intercept.uri();
        let host = uri.host().unwrap_or_default();
        match uri.port_u16() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        }
    }
}

/// Says whether a proxy that somebody typed can be used at all. Nobody is asked.
///
/// # Errors
/// [`SessionProblem::Unreachable`] for what is no proxy's address.
pub fn check_proxy(proxy: &Proxy) -> Result<(), SessionProblem> {
    match passage(proxy, "example.org", 5222) {
        Ok(_) => Ok(()),
        Err(error) => Err(SessionProblem::Unreachable {
            detail: error.to_string(),
        }),
    }
}

/// The proxy on the way to this host; `None` for the direct way, which this computer is always reached by.
pub(crate) fn passage(proxy: &Proxy, host: &str, port: u16) -> Result<Option<Passage>, ProxyError> {
    let matcher = match proxy {
        Proxy::Direct => return Ok(None),
        Proxy::System => Matcher::from_system(),
        Proxy::Url(url) => Matcher::builder().all(url.as_str()).build(),
    };
    let address = host.parse::<IpAddr>();
    if host == "localhost" || address.is_ok_and(|address| address.is_loopback()) {
        return Ok(None);
    }
    let Some(intercept) = matcher.intercept(&destination(host, port)?) else {
        return match proxy {
            Proxy::Url(_) => Err(ProxyError::NoAddress),
            _ => Ok(None),
        };
    };
    match intercept.uri().scheme_str() {
        Some("socks5" | "socks5h") => Ok(Some(Passage {
            intercept,
            socks: true,
        })),
        Some("http") => Ok(Some(Passage {
            intercept,
            socks: false,
        })),
        _ => Err(ProxyError::NoAddress),
    }
}

/// What a proxy is asked for. The proxy settings of systems know the web only; what it is to carry is TLS as well.
fn destination(host: &str, port: u16) -> Result<Uri, ProxyError> {
    let bracketed = if host.contains(':') {
        format!("[{host}]")
    } else {
        host.to_owned()
    };
    format!("https://{bracketed}:{port}/")
        .parse()
        .map_err(|_| ProxyError::NoHost {
            host: host.to_owned(),
        })
}

/// A connection to this host through the proxy.
pub(crate) async fn reach(
    passage: &Passage,
    host: &str,
    port: u16,
) -> Result<TcpStream, ProxyError> {
    let mut connector = HttpConnector::new();
    connector.enforce_http(false);
    connector.set_nodelay(true);
    let proxy = passage.intercept.uri().clone();
    let to = destination(host, port)?;
    let refused = |why: String| ProxyError::Refused {
        proxy: passage.shown(),
        why,
    };
    let stream = if passage.socks {
        let mut socks = SocksV5::new(proxy, connector);
        if let Some((name, password)) = passage.intercept.raw_auth() {
            socks = socks.with_auth(name.to_owned(), password.to_owned());
        }
        socks
            .call(to)
            .await
            .map_err(|error| refused(worded(&error)))?
    } else {
        let mut tunnel = Tunnel::new(proxy, connector);
        if let Some(auth) = passage.intercept.basic_auth() {
            tunnel = tunnel.with_auth(auth.clone());
        }
        tunnel
            .call(to)
            .await
            .map_err(|error| refused(worded(&error)))?
    };
    Ok(stream.into_inner())
}

/// An error with all its causes.
fn worded(error: &dyn std::error::Error) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        words.push_str(": ");
        words.push_str(&error.to_string());
        cause = error.source();
    }
    words
}

/// The same for HTTPS.
pub(crate) fn for_http(
    builder: reqwest::ClientBuilder,
    proxy: &Proxy,
) -> Result<reqwest::ClientBuilder, ProxyError> {
    Ok(match proxy {
        Proxy::System => builder,
        Proxy::Direct => builder.no_proxy(),
        Proxy::Url(url) => {
            let proxy = reqwest::Proxy::all(url).map_err(|_| ProxyError::NoAddress)?;
            builder.proxy(proxy)
        }
    })
}
