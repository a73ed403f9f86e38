//! A window's or tool's end of the link.

use crate::contract::Ask;
use crate::event::Event;
use crate::frame::{self, FrameError, Hello, PROTOCOL, Question, Role, Told};
use crate::profile::Profile;
use crate::refusal::{Refusal, RefusalCode};
use crate::socket;
use interprocess::local_socket::tokio::Stream;
use std::collections::HashMap;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::task::AbortHandle;

/// A resident that does not say hello within this time hangs.
const HELLO: Duration = Duration::from_secs(5);
/// Events that may wait here; the socket's own buffer and the resident's queue hold back the rest.
const WAITING: usize = 256;

/// Why there is no link.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// No resident runs for this profile.
    #[error("Carillon does not run for this profile")]
    NotRunning,
    /// A resident of another version runs; it must end first.
    #[error("a Carillon of another version ({version}) runs for this profile")]
    OtherVersion {
        /// Its version.
        version: String,
    },
    /// It was asked to end, and has not.
    #[error("the Carillon that runs for this profile does not end")]
    StillRunning,
    /// The socket failed.
    #[error("the link to Carillon failed: {0}")]
    Io(io::Error),
    /// The other side does not speak as a resident does.
    #[error("the link to Carillon failed: {0}")]
    Frame(#[from] FrameError),
}

/// Whether a version such as `0.9.2` is older than another; words behind the numbers do not count.
#[must_use]
pub fn is_older(version: &str, than: &str) -> bool {
    let numbers = |text: &str| -> Vec<u64> {
        text.split(['.', '-', '+'])
            .map_while(|part| part.parse().ok())
            .collect()
    };
    numbers(version) < numbers(than)
}

impl From<io::Error> for LinkError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused => Self::NotRunning,
            _ => Self::Io(error),
        }
    }
}

type Asker = oneshot::Sender<Result<serde_json::Value, Refusal>>;

/// Who waits for which answer; `None` once the link has ended.
type Waiting = Arc<Mutex<Option<HashMap<u64, Asker>>>>;

/// A link to the resident; a handle that can be cloned. It ends with its last clone.
#[derive(Debug, Clone)]
pub struct Link {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    /// Held while a frame is written, so that frames never mix.
    to: tokio::sync::Mutex<Arc<Stream>>,
    next: AtomicU64,
    waiting: Waiting,
    listener: AbortHandle,
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.listener.abort();
    }
}

impl Link {
    /// Connects to the resident of `profile`. The receiver yields events and ends when the link does.
    ///
    /// # Errors
    /// See [`LinkError`].
    pub async fn connect(
        profile: &Profile,
        role: Role,
        version: &str,
    ) -> Result<(Self, mpsc::Receiver<Event>), LinkError> {
        let (link, events, theirs) = Self::greet(profile, role, version).await?;
        if theirs.protocol != PROTOCOL || theirs.version != version {
            return Err(LinkError::OtherVersion {
                version: theirs.version,
            });
        }
        Ok((link, events))
    }

    /// Connects to whatever resident runs, of any version, to ask it to quit: the one command that every
    /// version understands.
    ///
    /// # Errors
    /// See [`LinkError`].
    pub async fn connect_to_quit(
        profile: &Profile,
        version: &str,
    ) -> Result<(Self, mpsc::Receiver<Event>), LinkError> {
        let (link, events, _) = Self::greet(profile, Role::Tool, version).await?;
        Ok((link, events))
    }

    async fn greet(
        profile: &Profile,
        role: Role,
        version: &str,
    ) -> Result<(Self, mpsc::Receiver<Event>, Hello), LinkError> {
        let stream = Arc::new(socket::connect(profile).await?);
        let hello = Hello {
            protocol: PROTOCOL,
            version: version.to_owned(),
            role: Some(role),
        };
        frame::write(&mut &*stream, &hello).await?;
        let theirs: Hello = tokio::time::timeout(HELLO, frame::read(&mut &*stream))
            .await
            .map_err(|_| FrameError::Closed)??;
        let waiting: Waiting = Arc::new(Mutex::new(Some(HashMap::new())));
        let (events, receiver) = mpsc::channel(WAITING);
        let listener = tokio::spawn(listen(Arc::clone(&stream), Arc::clone(&waiting), events));
        let shared = Shared {
            to: tokio::sync::Mutex::new(stream),
            next: AtomicU64::new(0),
            waiting,
            listener: listener.abort_handle(),
        };
        let link = Self {
            shared: Arc::new(shared),
        };
        Ok((link, receiver, theirs))
    }

    /// Asks and waits for the answer.
    ///
    /// # Errors
    /// The resident's refusal, or [`RefusalCode::LinkLost`] when the link ended first: then it is not
    /// known whether the command was carried out, and asking again is safe for every command that
    /// carries an id.
    pub async fn ask<A: Ask>(&self, ask: A) -> Result<A::Answer, Refusal> {
        let id = self.shared.next.fetch_add(1, Ordering::Relaxed);
        let (sender, answer) = oneshot::channel();
        self.expect_answer(id, sender)?;
        let question = Question {
            id,
            command: ask.into(),
        };
        {
            let to = self.shared.to.lock().await;
            frame::write(&mut &**to, &question)
                .await
                .map_err(|error| lost(&error.to_string()))?;
        }
        let value = answer
            .await
            .map_err(|_| lost("Carillon's resident ended"))??;
        serde_json::from_value(value)
            .map_err(|error| Refusal::new(RefusalCode::Internal, error.to_string()))
    }

    fn expect_answer(&self, id: u64, sender: Asker) -> Result<(), Refusal> {
        let mut waiting = self
            .shared
            .waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let map = waiting
            .as_mut()
            .ok_or_else(|| lost("Carillon's resident ended"))?;
        map.insert(id, sender);
        Ok(())
    }
}

fn lost(detail: &str) -> Refusal {
    Refusal::new(RefusalCode::LinkLost, detail)
}

async fn listen(from: Arc<Stream>, waiting: Waiting, events: mpsc::Sender<Event>) {
    loop {
        match frame::read::<Told>(&mut &*from).await {
            Ok(Told::Event(event)) => {
                if events.send(event).await.is_err() {
                    break;
                }
            }
            Ok(Told::Answer { id, result }) => {
                let mut waiting = waiting.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some(asker) = waiting.as_mut().and_then(|map| map.remove(&id)) {
                    // Nobody waits any more: the asker was dropped, which is its right.
                    let _ = asker.send(result);
                }
            }
            Err(error) => {
                tracing::debug!(%error, "the link ended");
                break;
            }
        }
    }
    // Dropping the senders tells everybody who still waits that the link is lost.
    waiting
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .take();
}

#[cfg(test)]
mod tests {
    use super::is_older;

    #[test]
    fn versions_are_compared_by_their_numbers() {
        assert!(is_older("0.9.10", "0.10.0"));
        assert!(is_older("1.2", "1.2.1"));
        assert!(!is_older("1.2.0", "1.2.0"));
        assert!(!is_older("2.0.0", "1.99.0"));
    }
}
