//! The way to a server for files, where they can be kept waiting, lost and refused.

use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::proxy::{HOST, port_of};

/// So many bytes of a request say what it is.
const BEGINNING: usize = 7;

/// What may pass, and what has.
#[derive(Debug, Clone, Copy)]
struct State {
    server: u16,
    /// So many bytes of an upload pass, its headers among them; the rest waits.
    most: u64,
    /// What the server answers to an upload stays on the way.
    unanswered: bool,
    /// What clients say over their WebSockets stays on the way.
    unsaid: bool,
    /// The answer to the next upload, in the server's stead.
    refused: Option<u16>,
    seen: Seen,
}

/// What has come by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Seen {
    /// So many uploads were begun.
    pub begun: u64,
    /// So many bytes of the last one have passed, its headers among them.
    pub passed: u64,
    /// So many the server has answered, whether the answer passed or waits.
    pub answered: u64,
    /// So many times a file was fetched.
    pub fetched: u64,
}

/// Listens on a port of its own, and passes on to a server's: WebSockets, uploads, and who fetches files. Dropping it
/// lets nothing new through.
#[derive(Debug)]
pub struct FileGate {
    port: u16,
    state: Arc<watch::Sender<State>>,
    listening: JoinHandle<()>,
}

impl FileGate {
    /// A gate before no server yet.
    ///
    /// # Panics
    /// When there is no port to listen on.
    pub async fn open() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let port = listener.local_addr().expect("its number").port();
        let state = Arc::new(watch::Sender::new(State {
            server: 0,
            most: u64::MAX,
            unanswered: false,
            unsaid: false,
            refused: None,
            seen: Seen::default(),
        }));
        let links = Arc::clone(&state);
        let listening = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(link(client, Arc::clone(&links)));
            }
        });
        Self {
            port,
            state,
            listening,
        }
    }

    /// Where it listens: what the server names as the address of its files.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Leads to the server at this address from now on. Gives its address by way of the gate.
    ///
    /// # Panics
    /// When the address does not name a port of 127.0.0.1.
    #[must_use]
    pub fn before(&self, url: &str) -> String {
        let server = port_of(url);
        self.state.send_modify(|state| state.server = server);
        url.replace(&format!("{HOST}{server}"), &format!("{HOST}{}", self.port))
    }

    /// Of each upload so many bytes pass, its headers among them; the rest waits.
    pub fn stop_after(&self, bytes: u64) {
        self.state.send_modify(|state| state.most = bytes);
    }

    /// What the server answers to uploads waits.
    pub fn hold_answers(&self) {
        self.state.send_modify(|state| state.unanswered = true);
    }

    /// What clients say over their WebSockets waits. Their files do not.
    pub fn hold_words(&self) {
        self.state.send_modify(|state| state.unsaid = true);
    }

    /// The next upload is answered with this status (RFC 9110 §15), and the server does not hear of it.
    pub fn refuse_next(&self, status: u16) {
        self.state.send_modify(|state| state.refused = Some(status));
    }

    /// Everything passes, also what has waited.
    pub fn free(&self) {
        self.state.send_modify(|state| {
            state.most = u64::MAX;
            (state.unanswered, state.unsaid, state.refused) = (false, false, None);
        });
    }

    /// What has come by so far.
    #[must_use]
    pub fn seen(&self) -> Seen {
        self.state.borrow().seen
    }
}

impl Drop for FileGate {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

/// What a connection is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Use {
    Words,
    Upload,
    Fetch,
}

impl Use {
    async fn of(client: &TcpStream) -> Option<Self> {
        let mut beginning = [0; BEGINNING];
        loop {
            match client.peek(&mut beginning).await.ok()? {
                0 => return None,
                BEGINNING => break,
                _ => tokio::task::yield_now().await,
            }
        }
        Some(match &beginning {
            // Prosody's and ejabberd's WebSocket.
            b"GET /xm" | b"GET /ws" => Self::Words,
            b"PUT /fi" | b"PUT /up" => Self::Upload,
            _ => Self::Fetch,
        })
    }
}

async fn link(mut client: TcpStream, state: Arc<watch::Sender<State>>) {
    let Some(kind) = Use::of(&client).await else {
        return;
    };
    let mut refused = None;
    state.send_modify(|state| match kind {
        Use::Words => {}
        Use::Fetch => state.seen.fetched += 1,
        Use::Upload => {
            state.seen.begun += 1;
            state.seen.passed = 0;
            refused = state.refused.take();
        }
    });
    if let Some(status) = refused {
        return refuse(&mut client, status).await;
    }
    let server = state.borrow().server;
    let Ok(server) = TcpStream::connect(("127.0.0.1", server)).await else {
        return;
    };
    for socket in [&client, &server] {
        let _ = socket.set_nodelay(true);
    }
    let number = state.borrow().seen.begun;
    let (client_read, client_write) = client.into_split();
    let (server_read, server_write) = server.into_split();
    let way = Way {
        kind,
        number,
        state: &state,
    };
    tokio::select! {
        () = way.there(client_read, server_write) => {}
        () = way.back(server_read, client_write) => {}
    }
}

/// Answers in the server's stead. The rest of what comes is taken, or the client would see a broken link and no answer.
async fn refuse(client: &mut TcpStream, status: u16) {
    let head = format!("HTTP/1.1 {status} No\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    // Who has gone needs no answer.
    let _ = client.write_all(head.as_bytes()).await;
    let _ = client.shutdown().await;
    let _ = tokio::io::copy(client, &mut tokio::io::sink()).await;
}

/// One connection's two directions.
struct Way<'a> {
    kind: Use,
    number: u64,
    state: &'a watch::Sender<State>,
}

impl Way<'_> {
    async fn there(&self, mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin) {
        let mut told = self.state.subscribe();
        let mut buffer = vec![0; 16 * 1024];
        let mut passed = 0;
        loop {
            let Ok(most) = self.may_pass(&mut told, passed).await else {
                return;
            };
            let most = usize::try_from(most)
                .unwrap_or(usize::MAX)
                .min(buffer.len());
            let Ok(length @ 1..) = from.read(&mut buffer[..most]).await else {
                return;
            };
            // What was said while it read.
            if self.may_pass(&mut told, passed).await.is_err()
                || to.write_all(&buffer[..length]).await.is_err()
            {
                return;
            }
            passed += length as u64;
            let mine = |state: &State| self.kind == Use::Upload && state.seen.begun == self.number;
            self.state.send_if_modified(|state| {
                let counts = mine(state);
                if counts {
                    state.seen.passed = passed;
                }
                counts
            });
        }
    }

    /// So many bytes, as soon as any may pass.
    async fn may_pass(
        &self,
        told: &mut watch::Receiver<State>,
        passed: u64,
    ) -> Result<u64, watch::error::RecvError> {
        let may = |state: &State| match self.kind {
            Use::Words => !state.unsaid,
            Use::Upload => state.most > passed,
            Use::Fetch => true,
        };
        let state = told.wait_for(may).await?;
        Ok(match self.kind {
            Use::Upload => state.most - passed,
            Use::Words | Use::Fetch => u64::MAX,
        })
    }

    async fn back(&self, mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin) {
        let mut told = self.state.subscribe();
        let mut buffer = vec![0; 16 * 1024];
        let mut first = true;
        while let Ok(length @ 1..) = from.read(&mut buffer).await {
            if self.kind == Use::Upload {
                if std::mem::take(&mut first) {
                    self.state.send_modify(|state| state.seen.answered += 1);
                }
                if told.wait_for(|state| !state.unanswered).await.is_err() {
                    return;
                }
            }
            if to.write_all(&buffer[..length]).await.is_err() {
                return;
            }
        }
    }
}
