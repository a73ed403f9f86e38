//! Who may open a WebSocket (RFC 6455 §4.2, RFC 7395 §3.1).
//!
//! The port is open to every program of this machine, web browsers included, and a web page can make its browser connect
//! anywhere. Two things give a page away: its `Origin`, and, when its own name was made to point to 127.0.0.1 (DNS
//! rebinding), its `Host`.

use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};
use tokio_tungstenite::tungstenite::http::{HeaderValue, StatusCode, header};

/// Where the server answers.
pub(crate) const PATH: &str = "/xmpp-websocket";
const PROTOCOL: &str = "xmpp";

/// Accepts or refuses a request for a WebSocket.
// The types are those of the library's callback.
#[allow(clippy::result_large_err)]
pub(crate) fn upgrade(
    request: &Request,
    mut response: Response,
) -> Result<Response, ErrorResponse> {
    match refusal(request) {
        None => {
            let protocol = HeaderValue::from_static(PROTOCOL);
            response
                .headers_mut()
                .insert(header::SEC_WEBSOCKET_PROTOCOL, protocol);
            Ok(response)
        }
        Some((status, reason)) => {
            let mut response = ErrorResponse::new(Some(reason.to_owned()));
            *response.status_mut() = status;
            Err(response)
        }
    }
}

fn refusal(request: &Request) -> Option<(StatusCode, &'static str)> {
    let headers = request.headers();
    let mut hosts = headers.get_all(header::HOST).iter();
    let host = hosts.next().and_then(|host| host.to_str().ok());
    if hosts.next().is_some() || !host.is_some_and(is_loopback) {
        return Some((StatusCode::FORBIDDEN, "only for this machine\n"));
    }
    // Programs send none; "null" is a page too, one from a file or a sandbox.
    if headers.contains_key(header::ORIGIN) {
        return Some((StatusCode::FORBIDDEN, "not for web pages\n"));
    }
    if request.uri().path() != PATH {
        return Some((StatusCode::NOT_FOUND, "nothing here\n"));
    }
    let offered = headers.get_all(header::SEC_WEBSOCKET_PROTOCOL).iter();
    let mut offered = offered
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    if !offered.any(|protocol| protocol.trim() == PROTOCOL) {
        return Some((StatusCode::BAD_REQUEST, "the subprotocol xmpp is needed\n"));
    }
    None
}

/// Whether a `Host` header (name, optional port) names this machine's loopback.
pub(crate) fn is_loopback(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    matches!(name, "127.0.0.1" | "::1") || name.eq_ignore_ascii_case("localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(headers: &[(&str, &str)]) -> Request {
        let path = headers
            .iter()
            .find(|(name, _)| *name == "path")
            .map_or(PATH, |(_, path)| path);
        let mut request = Request::new(());
        *request.uri_mut() = path.parse().unwrap();
        for (name, value) in headers.iter().filter(|(name, _)| *name != "path") {
            let name: header::HeaderName = name.parse().unwrap();
            request.headers_mut().append(name, value.parse().unwrap());
        }
        request
    }

    fn status(headers: &[(&str, &str)]) -> u16 {
        match upgrade(&request(headers), Response::new(())) {
            Ok(response) => {
                assert_eq!(response.headers()["sec-websocket-protocol"], "xmpp");
                101
            }
            Err(response) => response.status().as_u16(),
        }
    }

    const XMPP: (&str, &str) = ("sec-websocket-protocol", "xmpp");

    #[test]
    fn programs_of_this_machine_are_let_in() {
        for host in [
            "127.0.0.1:5280",
            "localhost:5280",
            "LOCALHOST",
            "127.0.0.1",
            "[::1]:5280",
        ] {
            assert_eq!(status(&[("host", host), XMPP]), 101, "{host}");
        }
        assert_eq!(
            status(&[
                ("host", "localhost"),
                ("sec-websocket-protocol", "chat, xmpp")
            ]),
            101
        );
    }

    #[test]
    fn a_name_that_was_made_to_point_here_is_refused() {
        for host in [
            "evil.example",
            "evil.example:5280",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "",
        ] {
            assert_eq!(status(&[("host", host), XMPP]), 403, "{host}");
        }
        assert_eq!(status(&[XMPP]), 403, "without a host");
        assert_eq!(
            status(&[("host", "localhost"), ("host", "evil.example"), XMPP]),
            403,
            "with two"
        );
    }

    #[test]
    fn web_pages_are_refused_wherever_they_come_from() {
        for origin in [
            "https://evil.example",
            "http://localhost:5280",
            "null",
            "file://",
        ] {
            assert_eq!(
                status(&[("host", "localhost"), ("origin", origin), XMPP]),
                403,
                "{origin}"
            );
        }
    }

    #[test]
    fn another_path_or_subprotocol_is_refused() {
        assert_eq!(status(&[("host", "localhost"), ("path", "/"), XMPP]), 404);
        assert_eq!(status(&[("host", "localhost")]), 400);
        assert_eq!(
            status(&[("host", "localhost"), ("sec-websocket-protocol", "chat")]),
            400
        );
    }
}
