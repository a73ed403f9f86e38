//! The end of a stream in good order (RFC 7395 §3.6).

use crate::transport::{Received, Transport};
use carillon_xml::Frame;
use minidom::Element;
use std::time::Duration;
use tokio::time::timeout;

/// A good-bye is not worth more.
const PATIENCE: Duration = Duration::from_secs(2);

/// Says good-bye, and hears what the server had still to say until it says good-bye too: it counts
/// that as delivered. Cutting the link with something unread in it would also cut off what was just sent.
pub(crate) async fn farewell<T: Transport>(transport: &mut T, mut hear: impl FnMut(&Element)) {
    let polite = async {
        transport.close().await?;
        loop {
            match transport.receive().await? {
                Received::Frame(Frame::Stanza(stanza)) => hear(&stanza),
                Received::Frame(Frame::Close { .. }) => break,
                Received::Frame(Frame::Open { .. }) | Received::Unreadable(_) => {}
            }
        }
        transport.end().await;
        Ok::<(), crate::transport::LinkEnd>(())
    };
    match timeout(PATIENCE, polite).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::debug!(%error, "the link ended during the good-bye"),
        Err(_) => tracing::debug!("the server said no good-bye"),
    }
}

/// Says good-bye without waiting for an answer.
pub(crate) async fn leave<T: Transport>(transport: &mut T) {
    let brief = async {
        if transport.close().await.is_ok() {
            transport.end().await;
        }
    };
    if timeout(PATIENCE, brief).await.is_err() {
        tracing::debug!("the link took no good-bye");
    }
}
