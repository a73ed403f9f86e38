//! The way by which stanzas travel: WebSocket (RFC 7395) or TCP (RFC 6120 §4).

mod connected;
mod end_point;
mod own_address;
mod route;
mod tcp;
mod websocket;

use carillon_core::session::SessionProblem;
use carillon_xml::{Frame, XmlError};
use minidom::Element;
use std::future::Future;

pub(crate) use connected::{Connected, Framing, Link};
pub(crate) use own_address::OwnAddress;
pub(crate) use route::{Route, Tls};
pub(crate) use tcp::Tcp;
pub(crate) use websocket::{WebSocket, handshake};

/// What came.
#[derive(Debug)]
pub(crate) enum Received {
    /// Something whole.
    Frame(Frame),
    /// One frame that can't be read. The next one can: frames are told apart below the XML.
    Unreadable(XmlError),
}

/// Why nothing comes or goes any more.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LinkEnd {
    /// It broke, or the other side closed it.
    #[error("{0}")]
    Broken(String),
    /// The other side did what RFC 7395 or RFC 6120 §4 forbids.
    #[error("{0}")]
    Protocol(String),
}

impl From<LinkEnd> for SessionProblem {
    fn from(end: LinkEnd) -> Self {
        match end {
            LinkEnd::Broken(detail) => Self::Lost { detail },
            LinkEnd::Protocol(detail) => Self::Protocol { detail },
        }
    }
}

/// A link over which one XMPP stream runs.
pub(crate) trait Transport: Send {
    /// Opens the stream to `domain`, or opens it anew after authentication; `from` is who wants to sign in, where
    /// nobody reads along.
    fn open(
        &mut self,
        domain: &str,
        from: Option<&str>,
    ) -> impl Future<Output = Result<(), LinkEnd>> + Send;

    /// Writes all of these at once, and does not hold them back.
    fn send(&mut self, stanzas: &[Element]) -> impl Future<Output = Result<(), LinkEnd>> + Send;

    /// Waits for what comes next. Nothing is lost when the future is dropped.
    fn receive(&mut self) -> impl Future<Output = Result<Received, LinkEnd>> + Send;

    /// Says the end of the stream; the other side can still be heard.
    fn close(&mut self) -> impl Future<Output = Result<(), LinkEnd>> + Send;

    /// Ends the link. A failure to do so in good order changes nothing.
    fn end(&mut self) -> impl Future<Output = ()> + Send;

    /// By which way the link was made, where that is known.
    fn route(&self) -> Option<&Route> {
        None
    }

    /// Whether the address that the link was made from is this computer's no more: then nothing comes to it.
    fn is_stranded(&self) -> bool {
        false
    }
}
