//! TLS on a connection: from the first byte, or agreed on in clear (RFC 6120 §5).

use crate::discovery::{Endpoint, ascii_domain};
use crate::login::{open, stanza, unexpected, within};
use crate::ns;
use crate::stanza::Build;
use crate::tls::{Trust, handshake_problem, server_name};
use crate::transport::{Tcp, Tls, Transport};
use carillon_core::connection::TransportKind;
use carillon_core::session::SessionProblem;
use minidom::Element;
use std::sync::Arc;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// TLS with the server of an account on `domain`.
pub(super) async fn secured(
    tcp: TcpStream,
    endpoint: &Endpoint,
    domain: &str,
    trust: &Trust,
) -> Result<(TlsStream<TcpStream>, Tls), SessionProblem> {
    let domain = ascii_domain(domain)?;
    let host = endpoint.proven.then_some(endpoint.host.as_str());
    let mut config = trust.for_account(&domain, host)?;
    if endpoint.transport == TransportKind::DirectTls {
        // A port that serves several protocols knows by it what is wanted (XEP-0368 §2).
        config.alpn_protocols = vec![b"xmpp-client".to_vec()];
    }
    // A WebSocket is asked for of its host, a stream of the domain that it serves (XEP-0368 §2).
    let asked = match endpoint.transport {
        TransportKind::WebSocket => &endpoint.host,
        TransportKind::DirectTls | TransportKind::StartTls => &domain,
    };
    let stream = TlsConnector::from(Arc::new(config))
        .connect(server_name(asked, &domain)?, tcp)
        .await
        .map_err(|error| handshake_problem(&domain, &endpoint.url, &error))?;
    let tls = Tls::of(stream.get_ref().1);
    Ok((stream, tls))
}

/// Asks for TLS (RFC 6120 §5.4); the next byte is then TLS. `None` when what answers has no TLS to offer.
pub(super) async fn agreed(
    tcp: TcpStream,
    domain: &str,
) -> Result<Option<TcpStream>, SessionProblem> {
    within(async {
        let mut stream = Tcp::new(tcp);
        let features = open(&mut stream, domain).await?;
        if !features.has_child("starttls", ns::TLS) {
            return Ok(None);
        }
        let ask = Element::new_in(ns::TLS, "starttls");
        stream.send(std::slice::from_ref(&ask)).await?;
        let answer = stanza(&mut stream).await?;
        if answer.is("failure", ns::TLS) {
            return Err(SessionProblem::Unreachable {
                detail: "the server can't begin TLS now".to_owned(),
            });
        }
        if !answer.is("proceed", ns::TLS) {
            return Err(unexpected(&answer, "the begin of TLS"));
        }
        Ok(Some(stream.into_link()?))
    })
    .await
}
