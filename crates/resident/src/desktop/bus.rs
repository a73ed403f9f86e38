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
    use tokio::sync::Mutex;
    use zbus::Connection;
    use zbus::connection::Builder;

    /// After a failure the bus is not tried again for this long: an alert must not wait for it each time.
    const PAUSE: Duration = Duration::from_secs(30);
    /// No service of the desktop needs longer to answer; one that does is treated as failed.
    const ANSWER: Duration = Duration::from_secs(10);

    #[derive(Debug, Default)]
    pub(super) struct Shared {
        session: Mutex<Session>,
    }

    #[derive(Debug, Default)]
    struct Session {
        connection: Option<Connection>,
        failed: Option<(Instant, String)>,
    }

    /// There is no session bus to be reached.
    #[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
    #[error("no session bus: {0}")]
    pub struct NoBus(pub String);

    impl Bus {
        /// The shared connection, made on the first call. A lost connection is made anew by the next call, a failed
        /// one at most every 30 s.
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
            if let Some((at, why)) = &session.failed
                && at.elapsed() < PAUSE
            {
                return Err(NoBus(why.clone()));
            }
            match open(Builder::session()).await {
                Ok(connection) => {
                    *session = Session {
                        connection: Some(connection.clone()),
                        failed: None,
                    };
                    Ok(connection)
                }
                Err(error) => {
                    let why = error.to_string();
                    *session = Session {
                        connection: None,
                        failed: Some((Instant::now(), why.clone())),
                    };
                    Err(NoBus(why))
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
                shared: std::sync::Arc::new(Shared { session }),
            })
        }
    }

    async fn open(builder: Builder<'_>) -> zbus::Result<Connection> {
        builder.method_timeout(ANSWER).build().await
    }
}
