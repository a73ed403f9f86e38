//! A wire between a client and a server that can be held and cut.

use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

pub(crate) const HOST: &str = "127.0.0.1:";

pub(crate) fn port_of(url: &str) -> u16 {
    let (_, rest) = url.split_once(HOST).expect("an address on this computer");
    let digits = rest.split('/').next().expect("a port");
    digits.parse().expect("a port")
}

/// How the wire is now.
#[derive(Debug, Clone, Copy)]
struct State {
    /// The server's port, for new links.
    server: u16,
    /// Links of an earlier number are cut.
    generation: u64,
    /// What the server says stays on the way.
    held: bool,
    /// The first so many links lead nowhere.
    swallowed: u64,
    /// So many links were made.
    made: u64,
    /// Nobody gets through.
    closed: bool,
}

/// Listens on a port of its own and passes on to a server's, byte by byte. Dropping it cuts everything.
#[derive(Debug)]
pub struct Proxy {
    port: u16,
    state: Arc<watch::Sender<State>>,
    listening: JoinHandle<()>,
}

impl Proxy {
    /// A wire to the server at this address, which names a port of 127.0.0.1.
    ///
    /// # Panics
    /// When it does not, or there is no port to listen on.
    pub async fn before(url: &str) -> Self {
        let server = port_of(url);
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let port = listener.local_addr().expect("its number").port();
        let state = Arc::new(watch::Sender::new(State {
            server,
            generation: 0,
            held: false,
            swallowed: 0,
            made: 0,
            closed: false,
        }));
        let links = Arc::clone(&state);
        let listening = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                if !links.borrow().closed {
                    links.send_modify(|state| state.made += 1);
                    let number = links.borrow().made;
                    tokio::spawn(link(client, number, links.subscribe()));
                }
            }
        });
        Self {
            port,
            state,
            listening,
        }
    }

    /// An address of the server, by way of this wire.
    ///
    /// # Panics
    /// When it is no address of that server.
    #[must_use]
    pub fn url(&self, url: &str) -> String {
        let server = self.state.borrow().server;
        assert_eq!(port_of(url), server, "{url} is another server");
        url.replace(&format!("{HOST}{server}"), &format!("{HOST}{}", self.port))
    }

    /// New links lead to the server at this address, as a load balancer would choose another one. Those that are
    /// there stay as they are.
    ///
    /// # Panics
    /// When the address does not name a port of 127.0.0.1.
    pub fn lead_to(&self, url: &str) {
        let server = port_of(url);
        self.state.send_modify(|state| state.server = server);
    }

    /// What the server says stays on the way from now on.
    pub fn hold(&self) {
        self.state.send_modify(|state| state.held = true);
    }

    /// The links that there are lead nowhere from now on, in either direction, and nobody is told. New ones are let
    /// through.
    pub fn swallow(&self) {
        self.state.send_modify(|state| state.swallowed = state.made);
    }

    /// Cuts all links, and what is on the way is gone. New ones are let through.
    pub fn cut(&self) {
        self.state.send_modify(|state| {
            state.generation += 1;
            state.held = false;
        });
    }

    /// Cuts all links, and lets no new ones through.
    pub fn close(&self) {
        self.state.send_modify(|state| state.closed = true);
        self.cut();
    }

    /// Lets new links through again.
    pub fn open(&self) {
        self.state.send_modify(|state| state.closed = false);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.listening.abort();
        self.close();
    }
}

async fn link(client: TcpStream, number: u64, mut state: watch::Receiver<State>) {
    let State {
        server, generation, ..
    } = *state.borrow();
    let Ok(server) = TcpStream::connect(("127.0.0.1", server)).await else {
        return;
    };
    let (there, back) = (state.clone(), state.clone());
    // Both ends send small frames at once; a wire that waits for an acknowledgement in between costs 40 ms.
    for socket in [&client, &server] {
        let _ = socket.set_nodelay(true);
    }
    let (client_read, client_write) = client.into_split();
    let (server_read, server_write) = server.into_split();
    let cut = async {
        let _ = state.wait_for(|now| now.generation != generation).await;
    };
    tokio::select! {
        () = pass(client_read, server_write, there, |now| now.swallowed < number) => {}
        () = pass(server_read, client_write, back, |now| !now.held && now.swallowed < number) => {}
        () = cut => {}
    }
}

async fn pass(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut state: watch::Receiver<State>,
    passes: impl Fn(&State) -> bool,
) {
    let mut buffer = vec![0; 16 * 1024];
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        if state.wait_for(&passes).await.is_err() {
            return;
        }
        let Some(read) = buffer.get(..length) else {
            return;
        };
        if to.write_all(read).await.is_err() {
            return;
        }
    }
}
