//! Where an account's server listens.
//!
//! An address that the user set is the only one tried. Else the domain's SRV records are asked for (RFC 6120 §3.2,
//! XEP-0368), then its WebSocket by HTTPS (XEP-0156 §3), and then the usual addresses of the domain itself are tried.

mod host_meta;
mod names;
pub(crate) mod srv;

use carillon_core::connection::TransportKind;
use carillon_core::session::SessionProblem;
use reqwest::Url;
use srv::Record;
use std::net::IpAddr;

pub(crate) use host_meta::ask;
#[cfg(test)]
pub(crate) use host_meta::{from_json, from_xml};
pub(crate) use names::{Names, SystemNames};

/// The port of RFC 6120 §14.7.
const PORT: u16 = 5222;
/// The port that everybody took for TLS from the first byte before XEP-0368 gave it a record.
const PORT_TLS: u16 = 5223;

/// An address to try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Endpoint {
    /// As it is asked for in HTTP, or written as `xmpp://` (StartTLS) or `xmpps://`.
    pub(crate) url: String,
    /// A name, or an address without brackets.
    pub(crate) host: String,
    pub(crate) port: u16,
    /// With TLS; without it only to this computer.
    pub(crate) secure: bool,
    pub(crate) transport: TransportKind,
    /// Somebody who may speak for the account named this host: the user, or the domain over verified HTTPS. What
    /// DNS says proves nothing.
    pub(crate) proven: bool,
}

/// Reads a server's address: `wss://…`, `xmpps://host`, `xmpp://host` or `host:port`.
///
/// # Errors
/// [`SessionProblem::NotEncrypted`] for `ws:` to anything but this computer, [`SessionProblem::NotXmpp`]
/// for what is no server's address.
pub(crate) fn endpoint(url: &str) -> Result<Endpoint, SessionProblem> {
    let tcp = if url.starts_with("xmpps://") {
        Some(TransportKind::DirectTls)
    } else if url.starts_with("xmpp://") || !url.contains("://") {
        Some(TransportKind::StartTls)
    } else {
        None
    };
    match tcp {
        Some(transport) => tcp_endpoint(url, transport),
        None => websocket_endpoint(url),
    }
}

fn not_xmpp(url: &str, why: &str) -> SessionProblem {
    SessionProblem::NotXmpp {
        detail: format!("{url:?} {why}"),
    }
}

/// Reads the address of a host on TCP.
fn tcp_endpoint(url: &str, transport: TransportKind) -> Result<Endpoint, SessionProblem> {
    let (named, rest) = match url.split_once("://") {
        Some((_, rest)) => (true, rest),
        None => (false, url),
    };
    // Only schemes of the web have their hosts read (RFC 5891); this one's own port is nobody's here.
    let parsed =
        Url::parse(&format!("ftp://{rest}")).map_err(|_| not_xmpp(url, "is no address"))?;
    let host = parsed
        .host_str()
        .ok_or_else(|| not_xmpp(url, "names no host"))?;
    if !parsed.username().is_empty() || parsed.password().is_some() {
        return Err(not_xmpp(url, "holds a name or a password"));
    }
    if parsed.path() != "/" || parsed.query().is_some() || parsed.fragment().is_some() {
        return Err(not_xmpp(url, "holds more than a host and a port"));
    }
    // Without a scheme only a port tells it from any other word.
    let transport = match (named, parsed.port()) {
        (false, None) => return Err(not_xmpp(url, "is no address")),
        (false, Some(443 | PORT_TLS)) => TransportKind::DirectTls,
        _ => transport,
    };
    let port = parsed.port().unwrap_or(match transport {
        TransportKind::DirectTls => PORT_TLS,
        _ => PORT,
    });
    Ok(on_tcp(host, port, transport, true))
}

/// `host` as an address has it: IPv6 in brackets.
fn on_tcp(host: &str, port: u16, transport: TransportKind, proven: bool) -> Endpoint {
    let scheme = match transport {
        TransportKind::DirectTls => "xmpps",
        _ => "xmpp",
    };
    let bare = host
        .trim_start_matches('[')
        .trim_end_matches(']')
        .to_owned();
    Endpoint {
        url: format!("{scheme}://{host}:{port}"),
        secure: transport == TransportKind::DirectTls || !(proven && is_this_computer(&bare)),
        host: bare,
        port,
        transport,
        proven,
    }
}

/// Reads a WebSocket's address.
fn websocket_endpoint(url: &str) -> Result<Endpoint, SessionProblem> {
    let parsed = Url::parse(url).map_err(|_| not_xmpp(url, "is no address"))?;
    let host = parsed
        .host_str()
        .ok_or_else(|| not_xmpp(url, "names no host"))?;
    let host = host
        .trim_start_matches('[')
        .trim_end_matches(']')
        .to_owned();
    let secure = match parsed.scheme() {
        "wss" => true,
        "ws" if is_this_computer(&host) => false,
        "ws" | "http" => return Err(SessionProblem::NotEncrypted),
        _ => {
            return Err(not_xmpp(
                url,
                "begins with none of wss://, xmpps://, xmpp://",
            ));
        }
    };
    if !parsed.username().is_empty() || parsed.password().is_some() {
        return Err(not_xmpp(url, "holds a name or a password"));
    }
    let port = parsed
        .port_or_known_default()
        .ok_or_else(|| not_xmpp(url, "names no port"))?;
    Ok(Endpoint {
        url: parsed.to_string(),
        host,
        port,
        secure,
        transport: TransportKind::WebSocket,
        proven: true,
    })
}

/// Says whether an address that somebody typed can be a server's at all. Nobody is asked.
///
/// # Errors
/// [`SessionProblem::NotEncrypted`] for `ws:` to anything but this computer, [`SessionProblem::NotXmpp`]
/// for what is no server's address.
pub fn check_address(url: &str) -> Result<(), SessionProblem> {
    endpoint(url).map(drop)
}

/// `localhost` by name, or a loopback address (RFC 6761 §6.3, RFC 1122 §3.2.1.3, RFC 4291 §2.5.3).
pub(crate) fn is_this_computer(host: &str) -> bool {
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

/// What SRV records name, in their order.
pub(crate) fn by_records(records: &[Record]) -> Vec<Endpoint> {
    let endpoint = |record: &Record| {
        let transport = if record.direct {
            TransportKind::DirectTls
        } else {
            TransportKind::StartTls
        };
        on_tcp(&record.target, record.port, transport, false)
    };
    records.iter().map(endpoint).collect()
}

/// Where a server keeps a stream (XEP-0198 §5). It said so itself, but anybody may answer there.
pub(crate) fn kept_at(location: &str) -> Option<Endpoint> {
    let mut endpoint = tcp_endpoint(&format!("xmpp://{location}"), TransportKind::StartTls).ok()?;
    endpoint.proven = false;
    endpoint.secure = true;
    Some(endpoint)
}

/// The domain itself on the ports of old (RFC 6120 §3.2.2). Only for a domain that has no SRV records at all: one that
/// has them has said where it is, and where it is not.
pub(crate) fn usual_tcp(domain: &str) -> Vec<Endpoint> {
    vec![
        on_tcp(domain, PORT, TransportKind::StartTls, false),
        on_tcp(domain, PORT_TLS, TransportKind::DirectTls, false),
    ]
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
