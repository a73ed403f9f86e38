//! A link that was made, whatever it is.

use super::{LinkEnd, OwnAddress, Received, Route, Tcp, Transport, WebSocket};
use minidom::Element;
use tokio::io::{AsyncRead, AsyncWrite};

/// Bytes in both directions: TCP, with TLS or to this computer.
pub(crate) trait Link: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Link for T {}

/// The framing on a link.
pub(crate) enum Framing {
    WebSocket(Box<WebSocket<Box<dyn Link>>>),
    Tcp(Box<Tcp<Box<dyn Link>>>),
}

/// A link by one of the ways, and which.
pub(crate) struct Connected {
    pub(crate) framing: Framing,
    pub(crate) route: Route,
    pub(crate) own_address: Option<OwnAddress>,
}

impl Transport for Connected {
    async fn open(&mut self, domain: &str, from: Option<&str>) -> Result<(), LinkEnd> {
        match &mut self.framing {
            Framing::WebSocket(it) => it.open(domain, from).await,
            Framing::Tcp(it) => it.open(domain, from).await,
        }
    }

    async fn send(&mut self, stanzas: &[Element]) -> Result<(), LinkEnd> {
        match &mut self.framing {
            Framing::WebSocket(it) => it.send(stanzas).await,
            Framing::Tcp(it) => it.send(stanzas).await,
        }
    }

    async fn receive(&mut self) -> Result<Received, LinkEnd> {
        match &mut self.framing {
            Framing::WebSocket(it) => it.receive().await,
            Framing::Tcp(it) => it.receive().await,
        }
    }

    async fn close(&mut self) -> Result<(), LinkEnd> {
        match &mut self.framing {
            Framing::WebSocket(it) => it.close().await,
            Framing::Tcp(it) => it.close().await,
        }
    }

    async fn end(&mut self) {
        match &mut self.framing {
            Framing::WebSocket(it) => it.end().await,
            Framing::Tcp(it) => it.end().await,
        }
    }

    fn route(&self) -> Option<&Route> {
        Some(&self.route)
    }

    fn is_stranded(&self) -> bool {
        self.own_address.is_some_and(OwnAddress::is_gone)
    }
}
