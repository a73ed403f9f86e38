//! The kernel says when a link, an address or a route comes or goes (rtnetlink).

use super::WakeEvent;
use super::ways::{DONE, ERROR, GET_ADDRESS, GET_LINK, GET_ROUTE, Seen, Ways, messages};
use rustix::io::Errno;
use rustix::net::netlink::SocketAddrNetlink;
use rustix::net::{
    AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, bind, recv, send, socket_with,
};
use std::io;
use std::os::fd::OwnedFd;
use std::time::Duration;
use tokio::io::unix::AsyncFd;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, sleep_until};

/// RTMGRP_LINK, RTMGRP_IPV4_IFADDR, RTMGRP_IPV4_ROUTE, RTMGRP_IPV6_IFADDR, RTMGRP_IPV6_ROUTE.
const GROUPS: u32 = 0x1 | 0x10 | 0x40 | 0x100 | 0x400;
/// NLM_F_REQUEST, NLM_F_DUMP.
const DUMP: u16 = 0x1 | 0x300;
/// The kernel puts no more into one datagram.
const DATAGRAM: usize = 32 * 1024;
/// A network comes with a burst of changes; no more for so long, and it has settled.
const QUIET: Duration = Duration::from_secs(1);
/// It is told after this at the latest.
const LONGEST: Duration = Duration::from_secs(5);

/// Tells of other ways into the network for as long as somebody listens.
pub(super) async fn watch(tell: mpsc::Sender<WakeEvent>) {
    let follow = async {
        let mut network = Network::open().await?;
        loop {
            let there = network.changed().await?;
            if tell.send(WakeEvent::Network { there }).await.is_err() {
                return Ok(());
            }
        }
    };
    let ended: io::Result<()> = tokio::select! {
        ended = follow => ended,
        () = tell.closed() => Ok(()),
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "the kernel does not tell of the network");
    }
}

/// The ways into the network as the kernel tells them.
struct Network {
    socket: AsyncFd<OwnedFd>,
    buffer: Box<[u8]>,
    ways: Ways,
    seen: Seen,
}

impl Network {
    /// Begins to listen, and learns what there is.
    async fn open() -> io::Result<Self> {
        let mut network = Self {
            socket: listen()?,
            buffer: vec![0; DATAGRAM].into(),
            ways: Ways::default(),
            seen: Seen::default(),
        };
        network.learn().await?;
        network.seen = network.ways.seen();
        Ok(network)
    }

    /// Waits until the ways are others and have settled. Answers whether there is one.
    async fn changed(&mut self) -> io::Result<bool> {
        let mut settles = None;
        let mut latest = None;
        loop {
            let settled = async {
                match settles {
                    Some(moment) => sleep_until(moment).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                read = read(&self.socket, &mut self.buffer) => match read {
                    Ok(length) => {
                        self.hear(length);
                    }
                    Err(error) => {
                        self.listen_anew(error).await?;
                        self.learn().await?;
                    }
                },
                () = settled => return Ok(!self.seen.is_empty()),
            }
            let seen = self.ways.seen();
            if seen != self.seen {
                self.seen = seen;
                let now = Instant::now();
                let latest = *latest.get_or_insert(now + LONGEST);
                settles = Some(latest.min(now + QUIET));
            }
        }
    }

    /// Has all told: at the beginning, and when more was told than there was room for.
    async fn learn(&mut self) -> io::Result<()> {
        while let Err(error) = self.ask().await {
            self.listen_anew(error).await?;
        }
        Ok(())
    }

    /// After more was told than there was room for; every other error stays one.
    ///
    /// The old socket may be in the midst of an answer, which the kernel would go on with while it refuses new
    /// questions, and it stays deaf until all that waits there was read.
    async fn listen_anew(&mut self, error: io::Error) -> io::Result<()> {
        if error.raw_os_error() != Some(Errno::NOBUFS.raw_os_error()) {
            return Err(error);
        }
        // What was too much a moment ago would be so again.
        sleep(QUIET).await;
        self.socket = listen()?;
        Ok(())
    }

    /// Asks for all there is, on a socket where nothing else was asked.
    async fn ask(&mut self) -> io::Result<()> {
        self.ways = Ways::default();
        for what in [GET_LINK, GET_ADDRESS, GET_ROUTE] {
            send(&self.socket, &request(what), SendFlags::empty())?;
            loop {
                let length = read(&self.socket, &mut self.buffer).await?;
                if self.hear(length) {
                    break;
                }
            }
        }
        Ok(())
    }

    /// Takes note of a datagram. Answers whether it ends an answer.
    fn hear(&mut self, length: usize) -> bool {
        let mut ends = false;
        for message in messages(self.buffer.get(..length).unwrap_or_default()) {
            self.ways.hear(&message);
            ends |= matches!(message.kind, DONE | ERROR);
        }
        ends
    }
}

/// A socket that is told what changes from now on.
fn listen() -> io::Result<AsyncFd<OwnedFd>> {
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    let socket = socket_with(AddressFamily::NETLINK, SocketType::RAW, flags, None)?;
    bind(&socket, &SocketAddrNetlink::new(0, GROUPS))?;
    #[expect(
        deprecated,
        reason = "its successor has the caller promise what a descriptor of our own keeps anyway"
    )]
    AsyncFd::new(socket)
}

async fn read(socket: &AsyncFd<OwnedFd>, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        let mut ready = socket.readable().await?;
        let received = ready.try_io(|socket| {
            let (length, _) = recv(socket, &mut *buffer, RecvFlags::empty())?;
            Ok(length)
        });
        if let Ok(received) = received {
            return received;
        }
    }
}

/// Asks for all of a kind, of whatever family: a header, and a head of zeros as long as the longest.
fn request(what: u16) -> Vec<u8> {
    const HEAD: usize = 16;
    const LENGTH: u32 = 32;
    let mut message = Vec::with_capacity(HEAD * 2);
    message.extend(LENGTH.to_ne_bytes());
    message.extend(what.to_ne_bytes());
    message.extend(DUMP.to_ne_bytes());
    message.resize(HEAD * 2, 0);
    message
}

#[cfg(test)]
mod tests;
