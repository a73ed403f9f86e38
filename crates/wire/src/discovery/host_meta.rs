//! host-meta (RFC 6415, XEP-0156 §3): the domain names its WebSocket over HTTPS.

use super::{Endpoint, endpoint};
use crate::proxy;
use carillon_core::connection::{Proxy, TransportKind};
use carillon_xml::{Limits, parse_bytes};
use reqwest::redirect::Policy;
use serde::Deserialize;
use std::time::Duration;

const WEBSOCKET: &str = "urn:xmpp:alt-connections:websocket";
const XRD: &str = "http://docs.oasis-open.org/ns/xri/xrd-1.0";
/// A person waits, and there is another way to go on.
const TIME_OUT: Duration = Duration::from_secs(5);
/// Real ones are below 2 KiB.
const MAX_BYTES: usize = 64 * 1024;
const MAX_REDIRECTS: usize = 5;
/// Nobody names more; each costs an attempt.
const MAX_ENDPOINTS: usize = 4;

/// Asks for both forms at once and takes the first that names a WebSocket. Only `wss` counts.
pub(crate) async fn ask(origin: &str, tls: rustls::ClientConfig, through: &Proxy) -> Vec<Endpoint> {
    let builder = match proxy::for_http(reqwest::Client::builder(), through) {
        Ok(builder) => builder,
        Err(error) => {
            tracing::warn!(%error, "no such proxy");
            return Vec::new();
        }
    };
    let client = builder
        .tls_backend_preconfigured(tls)
        .https_only(true)
        .redirect(Policy::limited(MAX_REDIRECTS))
        .referer(false)
        .timeout(TIME_OUT)
        .build();
    let client = match client {
        Ok(client) => client,
        Err(error) => {
            tracing::warn!(%error, "no HTTPS client");
            return Vec::new();
        }
    };
    let json = async {
        let body = get(&client, &format!("{origin}/.well-known/host-meta.json")).await?;
        Some(from_json(&body)).filter(|found| !found.is_empty())
    };
    let xml = async {
        let body = get(&client, &format!("{origin}/.well-known/host-meta")).await?;
        Some(from_xml(&body)).filter(|found| !found.is_empty())
    };
    tokio::pin!(json, xml);
    let found = tokio::select! {
        found = &mut json => match found {
            Some(found) => Some(found),
            None => xml.await,
        },
        found = &mut xml => match found {
            Some(found) => Some(found),
            None => json.await,
        },
    };
    found.unwrap_or_default()
}

async fn get(client: &reqwest::Client, url: &str) -> Option<Vec<u8>> {
    let mut response = match client.get(url).send().await {
        Ok(response) if response.status().is_success() => response,
        Ok(response) => {
            tracing::debug!(url, status = %response.status(), "no host-meta");
            return None;
        }
        Err(error) => {
            tracing::debug!(url, %error, "no host-meta");
            return None;
        }
    };
    let mut body = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        if body.len() + chunk.len() > MAX_BYTES {
            tracing::warn!(url, "host-meta is too long");
            return None;
        }
        body.extend_from_slice(&chunk);
    }
    Some(body)
}

#[derive(Deserialize)]
struct HostMeta {
    #[serde(default)]
    links: Vec<serde_json::Value>,
}

fn secure<'a>(links: impl Iterator<Item = &'a str>) -> Vec<Endpoint> {
    links
        .filter_map(|url| endpoint(url).ok())
        .filter(|endpoint| endpoint.secure && endpoint.transport == TransportKind::WebSocket)
        .take(MAX_ENDPOINTS)
        .collect()
}

/// The WebSockets in a JSON host-meta (RFC 6415 Appendix A). One bad link does not hide the others.
pub(crate) fn from_json(body: &[u8]) -> Vec<Endpoint> {
    let Ok(meta) = serde_json::from_slice::<HostMeta>(body) else {
        return Vec::new();
    };
    secure(
        meta.links
            .iter()
            .filter(|link| link.get("rel").and_then(|rel| rel.as_str()) == Some(WEBSOCKET))
            .filter_map(|link| link.get("href")?.as_str()),
    )
}

/// The WebSockets in an XML host-meta (RFC 6415 §3).
pub(crate) fn from_xml(body: &[u8]) -> Vec<Endpoint> {
    let limits = Limits {
        bytes: MAX_BYTES,
        ..Limits::STANZA
    };
    let body = body.trim_ascii_start();
    let Ok(root) = parse_bytes(body, &limits) else {
        return Vec::new();
    };
    if !root.is("XRD", XRD) {
        return Vec::new();
    }
    secure(
        root.children()
            .filter(|child| child.is("Link", XRD) && child.attr("rel") == Some(WEBSOCKET))
            .filter_map(|child| child.attr("href")),
    )
}
