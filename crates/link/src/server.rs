//! The resident's end of the link.

use crate::changes::Changes;
use crate::event::Event;
use crate::frame::{self, FrameError, Hello, PROTOCOL, Question, Role, Told};
use crate::profile::Profile;
use crate::refusal::{Refusal, RefusalCode};
use crate::socket;
use interprocess::local_socket::tokio::prelude::*;
use interprocess::local_socket::tokio::{Listener as Socket, Stream};
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until, timeout};

/// Who does not say hello within this time is no window of ours.
const HELLO: Duration = Duration::from_secs(5);
/// Events and answers that may wait for a window; then events are left out and said so.
const WAITING: usize = 1024;
/// After changes were told the next ones are gathered for so long. The first is told at once; twenty times a second is
/// more often than anybody reads, and hundreds of presences a second become as few frames.
const REST: Duration = Duration::from_millis(50);

/// Listens on a profile's socket.
#[derive(Debug)]
pub struct Listener {
    socket: Socket,
    profile: Profile,
}

/// Somebody at the door.
#[derive(Debug)]
pub struct Arrival {
    stream: Stream,
    version: String,
}

/// The end from which questions come.
#[derive(Debug)]
pub struct Questions {
    from: Arc<Stream>,
}

/// The end through which answers and events go; a handle that can be cloned.
#[derive(Debug, Clone)]
pub struct Teller {
    process: Option<u32>,
    queue: mpsc::Sender<Told>,
    changes: Arc<Changes>,
}

/// Writes what [`Teller`]s hand over; ends when the socket does.
#[derive(Debug)]
pub struct Writer {
    to: Arc<Stream>,
    queue: mpsc::Receiver<Told>,
    changes: Arc<Changes>,
}

impl Listener {
    /// Listens. The caller holds the profile's lock.
    ///
    /// # Errors
    /// When the socket cannot be made.
    pub fn bind(profile: &Profile) -> io::Result<Self> {
        Ok(Self {
            socket: socket::listen(profile)?,
            profile: profile.clone(),
        })
    }

    /// The next peer of the same user; others are turned away.
    ///
    /// # Errors
    /// When the socket itself fails.
    pub async fn accept(&self, version: &str) -> io::Result<Arrival> {
        loop {
            let stream = self.socket.accept().await?;
            match socket::same_user(&stream, &self.profile) {
                Ok(true) => {
                    return Ok(Arrival {
                        stream,
                        version: version.to_owned(),
                    });
                }
                Ok(false) => tracing::warn!("another user tried to open the link"),
                Err(error) => tracing::warn!(%error, "a peer of the link could not be told"),
            }
        }
    }
}

impl Arrival {
    /// Exchanges hellos.
    ///
    /// # Errors
    /// When the peer says nothing in time, or something else.
    pub async fn greet(self) -> Result<(Hello, Questions, Teller, Writer), FrameError> {
        let stream = Arc::new(self.stream);
        let hello: Hello = timeout(HELLO, frame::read(&mut &*stream))
            .await
            .map_err(|_| FrameError::Closed)??;
        let own = Hello {
            protocol: PROTOCOL,
            version: self.version,
            role: None,
        };
        frame::write(&mut &*stream, &own).await?;
        let (sender, queue) = mpsc::channel(WAITING);
        let changes = Arc::default();
        let peer = stream.peer_creds().ok().and_then(|peer| peer.pid());
        let teller = Teller {
            process: peer.and_then(|process| process.try_into().ok()),
            queue: sender,
            changes: Arc::clone(&changes),
        };
        let from = Arc::clone(&stream);
        let writer = Writer {
            to: stream,
            queue,
            changes,
        };
        Ok((hello, Questions { from }, teller, writer))
    }
}

impl Questions {
    /// The next question.
    ///
    /// # Errors
    /// When the peer is gone or garbles; the link is over then.
    pub async fn next(&mut self) -> Result<Question, FrameError> {
        frame::read(&mut &*self.from).await
    }
}

impl Teller {
    /// Hands over an answer, waiting while the window is slow; an answer is never left out.
    pub async fn answer(&self, id: u64, result: Result<serde_json::Value, Refusal>) {
        // A closed queue means the window is gone, and with it whoever waits for the answer.
        let _ = self.queue.send(Told::Answer { id, result }).await;
    }

    /// Hands over an event; never waits. One that says to read something again waits with its like, and is told once
    /// for all of them. With a full queue any other is left out, counted, and said later as a resync.
    pub fn event(&self, event: Event) {
        if let Some(event) = self.changes.keep(event)
            && self.queue.try_send(Told::Event(event)).is_err()
        {
            self.changes.leave_out();
        }
    }

    /// The peer's process, where the system tells it.
    #[must_use]
    pub const fn process(&self) -> Option<u32> {
        self.process
    }

    /// Whether the window is gone.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.queue.is_closed()
    }
}

impl Writer {
    /// Writes until the socket or the last teller is gone.
    pub async fn run(mut self) {
        let mut rested = Instant::now();
        let mut due = None;
        loop {
            let written = tokio::select! {
                told = self.queue.recv() => match told {
                    Some(told) => self.write(told).await,
                    None => return,
                },
                () = self.changes.came(), if due.is_none() => {
                    due = Some(rested);
                    Ok(())
                }
                () = sleep_until(due.unwrap_or(rested)), if due.is_some() => {
                    due = None;
                    rested = Instant::now() + REST;
                    self.write_changes().await
                }
            };
            if written.is_err() {
                return;
            }
        }
    }

    async fn write_changes(&self) -> Result<(), FrameError> {
        for event in self.changes.take() {
            self.write(Told::Event(event)).await?;
        }
        Ok(())
    }

    /// An answer that is too long for a frame is refused: whoever asked must not wait for ever, and whoever asks again
    /// must not end the link each time.
    async fn write(&self, told: Told) -> Result<(), FrameError> {
        let result = frame::write(&mut &*self.to, &told).await;
        let (Err(FrameError::TooLong(_)), Told::Answer { id, .. }) = (&result, &told) else {
            return result;
        };
        let refusal = Refusal::new(RefusalCode::Internal, "the answer is too long for the link");
        tracing::error!("an answer was too long for the link");
        let told = Told::Answer {
            id: *id,
            result: Err(refusal),
        };
        frame::write(&mut &*self.to, &told).await
    }
}

/// Whether a peer's hello can be served: windows of another protocol are told so by the hello itself.
#[must_use]
pub fn speaks_our_protocol(hello: &Hello) -> bool {
    hello.protocol == PROTOCOL
}

/// What a peer is, tools when it does not say.
#[must_use]
pub fn role_of(hello: &Hello) -> Role {
    hello.role.unwrap_or(Role::Tool)
}
