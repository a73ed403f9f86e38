//! Starting, running and ending the server.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jid::{BareJid, DomainPart, NodePart};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::timeout;

use crate::files::Files;
use crate::folder::Folder;
use crate::hub::{Command, Hub};
use crate::router::{Random, Router};
use crate::sasl::scram::{Credentials, ITERATIONS, SALT_LENGTH};
use crate::store::Store;
use crate::upgrade::PATH;
use crate::{Config, ServerError, connection};

/// Connections at once. Each of a user's clients has one.
const MOST_CONNECTIONS: usize = 256;
/// Commands that wait for the hub. A client that sends faster than the server works is not read meanwhile.
const COMMANDS: usize = 256;
/// For the clients to take their leave.
const FAREWELL: Duration = Duration::from_secs(3);

/// A running server. Ends when it is dropped; [`shutdown`](Server::shutdown) ends it with good manners.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    domain: DomainPart,
    commands: mpsc::Sender<Command>,
    /// Told, clients are let in; dropped, nobody ever is.
    opening: Mutex<Option<oneshot::Sender<()>>>,
    /// Told, clients get time to take their leave; dropped, they do not.
    closing: oneshot::Sender<()>,
    listener: JoinHandle<()>,
    hub: oneshot::Receiver<Result<(), ServerError>>,
}

/// Starts a server that lets clients in.
///
/// # Errors
/// [`ServerError::FolderInUse`] if another server uses the data folder, and what else [`ServerError`] names: nothing is
/// left running then.
pub async fn start(config: Config) -> Result<Server, ServerError> {
    let server = prepare(config).await?;
    server.open();
    Ok(server)
}

/// Starts a server whose port is taken, but where clients wait until [`Server::open`]: time to make the accounts that
/// they expect.
///
/// # Errors
/// As [`start`].
pub async fn prepare(config: Config) -> Result<Server, ServerError> {
    let domain = DomainPart::new(&config.domain)
        .map_err(|_| ServerError::Domain(config.domain.clone()))?
        .into_owned();
    let data = config.data.clone();
    let (folder, store) = tokio::task::spawn_blocking(move || {
        let folder = Folder::open(&data)?;
        let store = Store::open(&folder.database())?;
        Ok::<_, ServerError>((folder, store))
    })
    .await
    .map_err(|_| ServerError::Ended)??;
    let listener = listen(config.port, &folder).await?;
    let address = listener
        .local_addr()
        .map_err(|source| ServerError::Listen {
            port: config.port,
            source,
        })?;
    if let Err(source) = folder.remember_port(address.port()) {
        return Err(ServerError::Folder {
            folder: config.data,
            source,
        });
    }
    let mut secret = [0; 32];
    system_random()(&mut secret);
    let files = Files::open(folder.files(), address.port(), secret);
    let files = Arc::new(files.map_err(|source| ServerError::Folder {
        folder: config.data.clone(),
        source,
    })?);
    let mut router = Router::new(
        BareJid::from_parts(None, &domain),
        config.registration,
        store,
        system_random(),
    )?;
    router.keep_files(Arc::clone(&files));
    let (commands, receiver) = mpsc::channel(COMMANDS);
    let hub = Hub::new(
        router,
        commands.downgrade(),
        tokio::runtime::Handle::current(),
    );
    let (ended, hub_end) = oneshot::channel();
    std::thread::Builder::new()
        .name("carillon-server".to_owned())
        .spawn(move || {
            let outcome = hub.run(receiver).map_err(ServerError::from);
            // The folder is free for another server only when the database is closed.
            drop(folder);
            let _ = ended.send(outcome);
        })
        .map_err(|source| ServerError::Folder {
            folder: config.data,
            source,
        })?;
    let (closing, closing_seen) = oneshot::channel();
    let (opening, opened) = oneshot::channel();
    let accepting = accept(listener, commands.clone(), closing_seen, files);
    let listener = tokio::spawn(async move {
        if opened.await.is_ok() {
            accepting.await;
        }
    });
    tracing::info!(%address, %domain, "the embedded server listens");
    Ok(Server {
        address,
        domain,
        commands,
        opening: Mutex::new(Some(opening)),
        closing,
        listener,
        hub: hub_end,
    })
}

fn url_of(address: SocketAddr) -> String {
    format!("ws://{address}{PATH}")
}

/// Where clients connect to the server that runs with the data folder `data`, or ran last: for whoever knows that it
/// runs and did not start it. `None` when none ever did.
#[must_use]
pub fn known_url(data: &std::path::Path) -> Option<String> {
    let port = crate::folder::last_port(data)?;
    Some(url_of((Ipv4Addr::LOCALHOST, port).into()))
}

/// The operating system's randomness. Without it no login would be safe, so the process must not go on.
fn system_random() -> Random {
    Box::new(|bytes| {
        if let Err(error) = getrandom::fill(bytes) {
            tracing::error!(%error, "the operating system gives no randomness");
            std::process::abort();
        }
    })
}

async fn listen(port: u16, folder: &Folder) -> Result<TcpListener, ServerError> {
    let bind = |port| TcpListener::bind((Ipv4Addr::LOCALHOST, port));
    if port == 0
        && let Some(last) = folder.last_port()
    {
        match bind(last).await {
            Ok(listener) => return Ok(listener),
            Err(error) => {
                tracing::info!(port = last, %error, "the last port is taken, another is used");
            }
        }
    }
    bind(port)
        .await
        .map_err(|source| ServerError::Listen { port, source })
}

async fn accept(
    listener: TcpListener,
    commands: mpsc::Sender<Command>,
    mut closing: oneshot::Receiver<()>,
    files: Arc<Files>,
) {
    let mut connections = JoinSet::new();
    let (stop, stopped) = watch::channel(false);
    let mut number = 0;
    let polite = loop {
        tokio::select! {
            accepted = listener.accept(), if connections.len() < MOST_CONNECTIONS => match accepted {
                Ok((stream, _)) => {
                    number += 1;
                    connections.spawn(connection::serve(
                        stream,
                        number,
                        commands.clone(),
                        stopped.clone(),
                        Arc::clone(&files),
                    ));
                }
                // Out of files or memory: others may end meanwhile.
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            },
            Some(_) = connections.join_next() => {}
            told = &mut closing => break told.is_ok(),
        }
    };
    drop(listener);
    drop(commands);
    let left = polite
        && timeout(FAREWELL, async {
            while connections.join_next().await.is_some() {}
        })
        .await
        .is_ok();
    if !left {
        let _ = stop.send(true);
        while connections.join_next().await.is_some() {}
    }
}

impl Server {
    /// Where clients connect, for example `ws://127.0.0.1:40123/xmpp-websocket`.
    #[must_use]
    pub fn url(&self) -> String {
        url_of(self.address)
    }

    /// The address it listens on; always 127.0.0.1.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The XMPP domain.
    #[must_use]
    pub fn domain(&self) -> &str {
        self.domain.as_str()
    }

    /// Lets clients in.
    pub fn open(&self) {
        let opening = self
            .opening
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(opening) = opening {
            // Refused only by a listener that has ended, and then every later call says so.
            let _ = opening.send(());
        }
    }

    /// Creates an account, or sets the password of the one that is there. `name` is the part before the `@`.
    ///
    /// # Errors
    /// [`ServerError::Name`], [`ServerError::Password`], [`ServerError::Store`], [`ServerError::Ended`].
    pub async fn ensure_account(&self, name: &str, password: &str) -> Result<(), ServerError> {
        let name = account_name(name)?;
        let password = password.to_owned();
        let credentials = tokio::task::spawn_blocking(move || {
            let mut salt = vec![0; SALT_LENGTH];
            system_random()(&mut salt);
            Credentials::derive(&password, salt, ITERATIONS).ok_or(ServerError::Password)
        })
        .await
        .map_err(|_| ServerError::Ended)??;
        let (done, answer) = oneshot::channel();
        self.ask(
            Command::SetAccount {
                name,
                credentials,
                done,
            },
            answer,
        )
        .await
    }

    /// Makes two accounts contacts of each other who both see the other's presence, with their names (first letter
    /// in upper case) as the contacts' names. Does nothing that is done already.
    ///
    /// # Errors
    /// [`ServerError::NoSuchAccount`], [`ServerError::Name`], [`ServerError::Store`], [`ServerError::Ended`].
    pub async fn befriend(&self, a: &str, b: &str) -> Result<(), ServerError> {
        let (a, b) = (account_name(a)?, account_name(b)?);
        let (done, answer) = oneshot::channel();
        let names = (a.clone(), b.clone());
        if self.ask(Command::Befriend { a, b, done }, answer).await? {
            Ok(())
        } else {
            Err(ServerError::NoSuchAccount(format!(
                "{} or {}",
                names.0, names.1
            )))
        }
    }

    async fn ask<T>(
        &self,
        command: Command,
        answer: oneshot::Receiver<Result<T, crate::StoreError>>,
    ) -> Result<T, ServerError> {
        self.commands
            .send(command)
            .await
            .map_err(|_| ServerError::Ended)?;
        Ok(answer.await.map_err(|_| ServerError::Ended)??)
    }

    /// Ends the server: no new connections, `system-shutdown` to all clients (RFC 6120 §4.9.3.20), the database folded
    /// into one file. Takes three seconds at most if a client does not answer.
    ///
    /// # Errors
    /// [`ServerError::Store`] if the database could not be closed cleanly; nothing is lost by it.
    pub async fn shutdown(self) -> Result<(), ServerError> {
        let Server {
            commands,
            opening,
            closing,
            listener,
            hub,
            ..
        } = self;
        drop(opening);
        let _ = commands.send(Command::ShutDown).await;
        let _ = closing.send(());
        let _ = listener.await;
        drop(commands);
        hub.await.unwrap_or(Err(ServerError::Ended))
    }
}

fn account_name(name: &str) -> Result<String, ServerError> {
    let node = NodePart::new(name).map_err(|_| ServerError::Name(name.to_owned()))?;
    Ok(node.to_string())
}
