//! XMPP over WebSocket (RFC 7395).

use super::{LinkEnd, Received, Transport};
use carillon_core::session::SessionProblem;
use carillon_xml::{Frame, Limits, close_tag, open_tag, write};
use futures_util::{SinkExt, StreamExt};
use minidom::Element;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::error::{Error, ProtocolError};
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::http::header::SEC_WEBSOCKET_PROTOCOL;
use tokio_tungstenite::tungstenite::protocol::{Message, WebSocketConfig};

/// Most stanzas are below 1 KiB; the default of 128 KiB would be allocated at once and kept while idle.
const BUFFER: usize = 8 * 1024;

/// A stream over one WebSocket.
#[derive(Debug)]
pub(crate) struct WebSocket<S> {
    socket: WebSocketStream<S>,
}

/// The HTTP side of a WebSocket (RFC 6455 §4.1) with the subprotocol `xmpp` (RFC 7395 §3.1).
pub(crate) async fn handshake<S>(url: &str, link: S) -> Result<WebSocket<S>, SessionProblem>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut request = url
        .into_client_request()
        .map_err(|error| not_xmpp(url, &error))?;
    request
        .headers_mut()
        .insert(SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static("xmpp"));
    let bytes = Limits::STANZA.bytes;
    let config = WebSocketConfig::default()
        .read_buffer_size(BUFFER)
        .write_buffer_size(BUFFER)
        .max_message_size(Some(bytes))
        .max_frame_size(Some(bytes));
    match tokio_tungstenite::client_async_with_config(request, link, Some(config)).await {
        Ok((socket, _)) => Ok(WebSocket { socket }),
        Err(error) => Err(not_xmpp(url, &error)),
    }
}

fn not_xmpp(url: &str, error: &Error) -> SessionProblem {
    let detail = match error {
        Error::Io(error) => {
            return SessionProblem::Unreachable {
                detail: format!("{url}: {error}"),
            };
        }
        // A gateway whose server is away, or a server that has too much to do: it is tried again.
        Error::Http(response)
            if response.status().is_server_error() || response.status() == 429 =>
        {
            let detail = format!("{url} answers with HTTP {}", response.status());
            return SessionProblem::Unreachable { detail };
        }
        Error::Http(response) => format!("{url} answers with HTTP {}", response.status()),
        Error::Protocol(ProtocolError::SecWebSocketSubProtocolError(_)) => {
            format!("{url} is a WebSocket, but not one for XMPP")
        }
        other => format!("{url}: {other}"),
    };
    SessionProblem::NotXmpp { detail }
}

fn end(error: Error) -> LinkEnd {
    match error {
        Error::Capacity(error) => LinkEnd::Protocol(error.to_string()),
        Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) => {
            LinkEnd::Broken("the connection was cut".to_owned())
        }
        Error::Protocol(error) => LinkEnd::Protocol(error.to_string()),
        Error::Utf8(error) => LinkEnd::Protocol(error),
        other => LinkEnd::Broken(other.to_string()),
    }
}

impl<S> Transport for WebSocket<S>
where
    S: AsyncRead + AsyncWrite + Unpin + Send,
{
    async fn open(&mut self, domain: &str, from: Option<&str>) -> Result<(), LinkEnd> {
        let open = open_tag(Some(domain), from, None, None);
        self.socket.send(Message::text(open)).await.map_err(end)
    }

    async fn send(&mut self, stanzas: &[Element]) -> Result<(), LinkEnd> {
        for stanza in stanzas {
            let text = Message::text(write(stanza));
            self.socket.feed(text).await.map_err(end)?;
        }
        self.socket.flush().await.map_err(end)
    }

    async fn receive(&mut self) -> Result<Received, LinkEnd> {
        loop {
            match self.socket.next().await {
                Some(Ok(Message::Text(text))) => {
                    return Ok(match Frame::parse(text.as_str(), &Limits::STANZA) {
                        Ok(frame) => Received::Frame(frame),
                        Err(error) => Received::Unreadable(error),
                    });
                }
                Some(Ok(Message::Binary(_))) => {
                    return Err(LinkEnd::Protocol("a binary frame".to_owned()));
                }
                Some(Ok(Message::Close(reason))) => {
                    let words = reason.map(|r| r.to_string()).unwrap_or_default();
                    return Err(LinkEnd::Broken(format!(
                        "the server closed the link {words}"
                    )));
                }
                // The library answers pings by itself.
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(end(error)),
                None => return Err(LinkEnd::Broken("the connection was closed".to_owned())),
            }
        }
    }

    async fn close(&mut self) -> Result<(), LinkEnd> {
        self.socket
            .send(Message::text(close_tag()))
            .await
            .map_err(end)
    }

    async fn end(&mut self) {
        let _ = self.socket.close(None).await;
    }
}
