//! Where an account's server listens.
//!
//! An address that the user set is the only one tried. Else the domain is asked by HTTPS
//! (XEP-0156 §3), and only if it names none, the usual addresses of the domain itself are tried.
//! SRV records belong in between, once there is TCP.

mod host_meta;

use crate::tls::Trust;
use carillon_core::session::SessionProblem;
use reqwest::Url;
use std::net::IpAddr;

pub(crate) use host_meta::ask;
#[cfg(test)]
pub(crate) use host_meta::{from_json, from_xml};

/// An address to try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Endpoint {
    /// As it is asked for in HTTP.
    pub(crate) url: String,
    /// A name, or an address without brackets.
    pub(crate) host: String,
    pub(crate) port: u16,
    /// With TLS; without it only to this computer.
    pub(crate) secure: bool,
}

/// Reads a WebSocket's address.
///
/// # Errors
/// [`SessionProblem::NotEncrypted`] for `ws:` to anything but this computer, [`SessionProblem::NotXmpp`]
/// for what is no WebSocket's address.
pub(crate) fn endpoint(url: &str) -> Result<Endpoint, SessionProblem> {
    let not_xmpp = |why: &str| SessionProblem::NotXmpp {
        detail: format!("{url:?} {why}"),
    };
    let parsed = Url::parse(url).map_err(|_| not_xmpp("is no address"))?;
    let host = parsed.host_str().ok_or_else(|| not_xmpp("names no host"))?;
    let host = host
        .trim_start_matches('[')
        .trim_end_matches(']')
        .to_owned();
    let secure = match parsed.scheme() {
        "wss" => true,
        "ws" if is_this_computer(&host) => false,
        "ws" | "http" => return Err(SessionProblem::NotEncrypted),
        _ => return Err(not_xmpp("does not begin with wss://")),
    };
    if !parsed.username().is_empty() || parsed.password().is_some() {
        return Err(not_xmpp("holds a name or a password"));
    }
    let port = parsed
        .port_or_known_default()
        .ok_or_else(|| not_xmpp("names no port"))?;
    Ok(Endpoint {
        url: parsed.to_string(),
        host,
        port,
        secure,
    })
}

/// Says whether an address that somebody typed can be a server's at all. Nobody is asked.
///
/// # Errors
/// [`SessionProblem::NotEncrypted`] for `ws:` to anything but this computer, [`SessionProblem::NotXmpp`]
/// for what is no WebSocket's address.
pub fn check_address(url: &str) -> Result<(), SessionProblem> {
    endpoint(url).map(drop)
}

/// `localhost` by name, or a loopback address (RFC 6761 §6.3, RFC 1122 §3.2.1.3, RFC 4291 §2.5.3).
fn is_this_computer(host: &str) -> bool {
    host == "localhost"
        || host
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

/// The domain as TLS and HTTP want it: in ASCII (RFC 5891), an IPv6 address in brackets.
pub(crate) fn ascii_domain(domain: &str) -> Result<String, SessionProblem> {
    Url::parse(&format!("https://{domain}/"))
        .ok()
        .and_then(|url| {
            let host = url.host_str()?;
            // Whatever else was hidden in it would make the address longer.
            (url.as_str() == format!("https://{host}/")).then(|| host.to_owned())
        })
        .ok_or_else(|| SessionProblem::Unreachable {
            detail: format!("{domain:?} is no name of a server"),
        })
}

/// What to try when nothing was said: the addresses that Prosody and ejabberd ship with.
pub(crate) fn usual(domain: &str) -> Vec<Endpoint> {
    [
        format!("wss://{domain}:5443/ws"),
        format!("wss://{domain}:5281/xmpp-websocket"),
        format!("wss://{domain}/xmpp-websocket"),
    ]
    .iter()
    .filter_map(|url| endpoint(url).ok())
    .collect()
}

/// What the domain says of itself. An empty answer is no problem: there is still [`usual`].
pub(crate) async fn named(domain: &str, trust: &Trust) -> Vec<Endpoint> {
    let Ok(tls) = trust.for_https(domain) else {
        return Vec::new();
    };
    ask(&format!("https://{domain}"), tls).await
}
