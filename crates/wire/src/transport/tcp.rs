//! XMPP over TCP (RFC 6120 §4), inside TLS or about to be.

use super::{LinkEnd, Received, Transport};
use carillon_xml::{Limits, StreamItem, StreamReader, stream_footer, stream_header, write};
use minidom::Element;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// Most stanzas are below 1 KiB, and a link is idle most of the time.
const BUFFER: usize = 8 * 1024;

/// A stream over one connection.
#[derive(Debug)]
pub(crate) struct Tcp<S> {
    link: S,
    reader: StreamReader,
    buffer: Vec<u8>,
    /// What of the buffer was read from the link and not yet by the reader.
    start: usize,
    end: usize,
}

impl<S> Tcp<S> {
    /// A stream that is to be opened.
    pub(crate) fn new(link: S) -> Self {
        Self {
            link,
            reader: StreamReader::new(Limits::STANZA),
            buffer: vec![0; BUFFER],
            start: 0,
            end: 0,
        }
    }

    fn unread(&self) -> &[u8] {
        self.buffer.get(self.start..self.end).unwrap_or_default()
    }

    /// The link, to be put inside TLS (RFC 6120 §5.4.3.3).
    ///
    /// # Errors
    /// [`LinkEnd::Protocol`] when something was said in clear behind what led here. Somebody on the way may have
    /// said it, and inside TLS it would pass for the server's word (CVE-2011-0411).
    pub(crate) fn into_link(self) -> Result<S, LinkEnd> {
        if self.unread().is_empty() && self.reader.is_between() {
            Ok(self.link)
        } else {
            Err(LinkEnd::Protocol(
                "something was said in clear after TLS was agreed on".to_owned(),
            ))
        }
    }
}

fn broken(error: &std::io::Error) -> LinkEnd {
    LinkEnd::Broken(match error.kind() {
        std::io::ErrorKind::UnexpectedEof => "the connection was cut".to_owned(),
        _ => error.to_string(),
    })
}

impl<S> Tcp<S>
where
    S: AsyncRead + AsyncWrite + Unpin + Send,
{
    async fn say(&mut self, text: &str) -> Result<(), LinkEnd> {
        let said = async {
            self.link.write_all(text.as_bytes()).await?;
            self.link.flush().await
        };
        said.await.map_err(|error| broken(&error))
    }
}

impl<S> Transport for Tcp<S>
where
    S: AsyncRead + AsyncWrite + Unpin + Send,
{
    async fn open(&mut self, domain: &str, from: Option<&str>) -> Result<(), LinkEnd> {
        // The stream before is over (RFC 6120 §4.3.3): what was said on it too early must not count on this one.
        if !self.unread().trim_ascii().is_empty() {
            return Err(LinkEnd::Protocol(
                "something was said before the stream was opened".to_owned(),
            ));
        }
        (self.start, self.end) = (0, 0);
        self.reader = StreamReader::new(Limits::STANZA);
        let header = stream_header(crate::ns::JABBER_CLIENT, Some(domain), from, None);
        self.say(&header).await
    }

    async fn send(&mut self, stanzas: &[Element]) -> Result<(), LinkEnd> {
        let text: String = stanzas.iter().map(write).collect();
        self.say(&text).await
    }

    async fn receive(&mut self) -> Result<Received, LinkEnd> {
        loop {
            let mut rest = self.buffer.get(self.start..self.end).unwrap_or_default();
            let item = self.reader.read(&mut rest);
            self.start = self.end - rest.len();
            match item {
                Ok(Some(StreamItem::Frame(frame))) => return Ok(Received::Frame(frame)),
                Ok(Some(StreamItem::Unreadable(error))) => return Ok(Received::Unreadable(error)),
                Ok(None) => {}
                Err(error) => return Err(LinkEnd::Protocol(error.to_string())),
            }
            (self.start, self.end) = (0, 0);
            match self.link.read(&mut self.buffer).await {
                Ok(0) => return Err(LinkEnd::Broken("the connection was closed".to_owned())),
                Ok(count) => self.end = count,
                Err(error) => return Err(broken(&error)),
            }
        }
    }

    async fn close(&mut self) -> Result<(), LinkEnd> {
        self.say(stream_footer()).await
    }

    async fn end(&mut self) {
        let _ = self.link.shutdown().await;
    }
}
