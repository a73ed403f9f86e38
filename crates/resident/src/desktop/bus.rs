//! The one connection to the session bus that every edge shares.
//!
//! Each connection costs a socket, a reader and about 0.2 ms of handshake, and GNOME closes the popups of a sender
//! that drops off the bus: so there is one, and it lives as long as the resident.

/// The desktop's message bus. Cheap to clone; on systems without one it is empty.
#[derive(Debug, Clone, Default)]
pub struct Bus {
    #[cfg(target_os = "linux")]
    shared: std::sync::Arc<linux::Shared>,
}

#[cfg(target_os = "linux")]
pub use linux::NoBus;

#[cfg(target_os = "linux")]
mod linux {
    use super::Bus;
    use std::time::{Duration, Instant};
    use tokio::sync::{Mutex, watch};
    use zbus::Connection;
    use zbus::connection::Builder;

    /// After a failure the bus is not tried again for this long: an alert must not wait for it each time.
    const PAUSE: Duration = Duration::from_secs(30);
    /// A failure that came at once costs nothing: after it the bus is tried again so soon.
    const SHORT_PAUSE: Duration = Duration::from_secs(1);
    /// What counts as at once.
    const AT_ONCE: Duration = Duration::from_millis(200);
    /// No service of the desktop needs longer to answer; one that does is treated as failed.
    const ANSWER: Duration = Duration::from_secs(10);

    #[derive(Debug, Default)]
    pub(super) struct Shared {
        session: Mutex<Session>,
        /// So many connections were made.
        made: watch::Sender<u32>,
    }

    #[derive(Debug, Default)]
    struct Session {
        connection: Option<Connection>,
        failed: Option<Failed>,
    }

    #[derive(Debug)]
    struct Failed {
        at: Instant,
        pause: Duration,
        why: String,
    }

    /// There is no session bus to be reached.
    #[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
    #[error("no session bus: {0}")]
    pub struct NoBus(pub String);

    impl Bus {
        /// The shared connection, made on the first call. A lost connection is made anew by the next call. After a
        /// failure the next try is not sooner than in a second, or in 30 s when failing took its time.
        ///
        /// # Errors
        /// [`NoBus`] with the bus's own words.
        pub async fn session(&self) -> Result<Connection, NoBus> {
            let mut session = self.shared.session.lock().await;
            if let Some(connection) = session
                .connection
                .as_ref()
                .filter(|known| !known.is_closed())
            {
                return Ok(connection.clone());
            }
            if let Some(failed) = &session.failed
                && failed.at.elapsed() < failed.pause
            {
                return Err(NoBus(failed.why.clone()));
            }
            let began = Instant::now();
            match open(Builder::session()).await {
                Ok(connection) => {
                    *session = Session {
                        connection: Some(connection.clone()),
                        failed: None,
                    };
                    self.shared
                        .made
                        .send_modify(|made| *made = made.wrapping_add(1));
                    Ok(connection)
                }
                Err(error) => {
                    let why = error.to_string();
                    let quick = began.elapsed() < AT_ONCE;
                    *session = Session {
                        connection: None,
                        failed: Some(Failed {
                            at: Instant::now(),
                            pause: if quick { SHORT_PAUSE } else { PAUSE },
                            why: why.clone(),
                        }),
                    };
                    Err(NoBus(why))
                }
            }
        }

        /// Changes with each connection that is made. Never ends while a bus is there.
        #[must_use]
        pub fn made(&self) -> watch::Receiver<u32> {
            self.shared.made.subscribe()
        }

        /// The shared connection, as soon as there is one. Tries once, and then leaves trying to those who have
        /// something to say: nothing is polled.
        pub async fn connected(&self) -> Connection {
            let mut made = self.made();
            loop {
                if let Ok(connection) = self.session().await {
                    return connection;
                }
                if made.changed().await.is_err() {
                    return std::future::pending().await;
                }
            }
        }

        /// A bus at an address of its own, for tests.
        ///
        /// # Errors
        /// As the bus says.
        pub async fn at(address: &str) -> zbus::Result<Self> {
            let connection = open(Builder::address(address)).await?;
            let session = Mutex::new(Session {
                connection: Some(connection),
                failed: None,
            });
            Ok(Self {
                shared: std::sync::Arc::new(Shared {
                    session,
                    made: watch::Sender::default(),
                }),
            })
        }
    }

    async fn open(builder: Builder<'_>) -> zbus::Result<Connection> {
        builder.method_timeout(ANSWER).build().await
    }
}
