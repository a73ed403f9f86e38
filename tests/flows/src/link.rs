//! One client's link, by either way: what is heard is the same for a script.

use carillon_xml::{
    Frame, Limits, StreamItem, StreamReader, close_tag, open_tag, parse, stream_footer,
    stream_header,
};
use futures_util::{SinkExt, StreamExt};
use minidom::Element;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::Message;

/// By which way a client comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// WebSocket (RFC 7395).
    WebSocket,
    /// TCP (RFC 6120), in clear: it does not leave this computer.
    Tcp,
}

impl Way {
    /// Both.
    pub const ALL: [Self; 2] = [Self::WebSocket, Self::Tcp];
}

#[derive(Debug)]
pub(crate) enum Link {
    WebSocket(Box<WebSocketStream<TcpStream>>),
    Tcp(Box<TcpLink>),
}

/// A stream over TCP.
#[derive(Debug)]
pub(crate) struct TcpLink {
    tcp: TcpStream,
    reader: StreamReader,
    unread: Vec<u8>,
}

impl TcpLink {
    pub(crate) fn new(tcp: TcpStream) -> Self {
        Self {
            tcp,
            reader: StreamReader::new(Limits::STANZA),
            unread: Vec::new(),
        }
    }

    /// The next element. A header is shown as `<open/>` and an end as `<close/>`, as WebSocket has them.
    async fn recv(&mut self) -> Option<Element> {
        let element = |text: &str| parse(text, &Limits::STANZA).expect("an element");
        loop {
            let mut rest = self.unread.as_slice();
            let item = self.reader.read(&mut rest).expect("XML");
            self.unread = rest.to_vec();
            match item {
                Some(StreamItem::Frame(Frame::Stanza(stanza))) => return Some(stanza),
                Some(StreamItem::Frame(Frame::Open { to, .. })) => {
                    return Some(element(&open_tag(to.as_deref(), None, None, None)));
                }
                Some(StreamItem::Frame(Frame::Close { .. })) => return Some(element(&close_tag())),
                Some(StreamItem::Unreadable(error)) => panic!("{error}"),
                None => {}
            }
            let mut buffer = [0; 4096];
            match self.tcp.read(&mut buffer).await {
                Ok(0) | Err(_) => return None,
                Ok(count) => self.unread.extend_from_slice(buffer.get(..count)?),
            }
        }
    }
}

impl Link {
    /// Says this; `Err` when nobody is there.
    pub(crate) async fn send(&mut self, text: &str) -> Result<(), String> {
        match self {
            Self::WebSocket(socket) => {
                let sent = socket.send(Message::text(text)).await;
                sent.map_err(|error| error.to_string())
            }
            Self::Tcp(link) => {
                let sent = link.tcp.write_all(text.as_bytes()).await;
                sent.map_err(|error| error.to_string())
            }
        }
    }

    /// What is below the framing.
    pub(crate) fn connection(&mut self) -> &mut TcpStream {
        match self {
            Self::WebSocket(socket) => socket.get_mut(),
            Self::Tcp(link) => &mut link.tcp,
        }
    }

    /// The client's stream is about to begin, for the first time or anew.
    pub(crate) fn expects_opening(&mut self) {
        if let Self::Tcp(link) = self {
            link.reader = StreamReader::new(Limits::STANZA);
        }
    }

    /// Opens the stream, for the first time or anew.
    pub(crate) async fn open(&mut self, domain: &str) -> Result<(), String> {
        let header = match self {
            Self::WebSocket(_) => open_tag(None, Some(domain), Some("s"), None),
            Self::Tcp(_) => stream_header("jabber:client", None, Some(domain), Some("s")),
        };
        self.send(&header).await
    }

    /// Says that the stream ends.
    pub(crate) async fn close(&mut self) -> Result<(), String> {
        let end = match self {
            Self::WebSocket(_) => close_tag(),
            Self::Tcp(_) => stream_footer().to_owned(),
        };
        self.send(&end).await
    }

    /// The next element; `None` when the client is gone.
    pub(crate) async fn recv(&mut self) -> Option<Element> {
        match self {
            Self::WebSocket(socket) => loop {
                if let Message::Text(text) = socket.next().await?.ok()? {
                    return Some(parse(text.as_str(), &Limits::STANZA).expect("an element"));
                }
            },
            Self::Tcp(link) => link.recv().await,
        }
    }
}
