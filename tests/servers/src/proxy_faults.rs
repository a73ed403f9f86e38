//! A wire between a client and a server that faults befall.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fastrand::Rng;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, sleep_until, timeout};

use crate::proxy::{HOST, port_of};
use crate::proxy_frames::Frames;
use crate::proxy_schedule::{End, Fault, Towards, Where};

/// After one direction has ended, the other may say its last words for so long.
const LAST_WORDS: Duration = Duration::from_secs(5);
/// A cut that waits for a frame comes without one after so long.
const CUT_AT_LAST: Duration = Duration::from_millis(400);
/// A server that was told nothing is left alone for longer than a client waits for an answer.
const UNNOTICED: Duration = Duration::from_secs(20);

/// What is the matter with a link now.
#[derive(Debug, Clone, Copy, Default)]
struct Weather {
    half_open: bool,
    cut: Option<(End, Where)>,
    ended: Option<End>,
    to_server: Direction,
    to_client: Direction,
}

#[derive(Debug, Clone, Copy, Default)]
struct Direction {
    stalled_until: Option<Instant>,
    sliced: Option<(usize, Instant)>,
    delayed: Option<(Duration, Instant)>,
}

impl Weather {
    fn of(&mut self, towards: Towards) -> &mut Direction {
        match towards {
            Towards::Server => &mut self.to_server,
            Towards::Client => &mut self.to_client,
        }
    }

    fn takes_faults(&self) -> bool {
        !self.half_open && self.ended.is_none() && self.cut.is_none()
    }
}

type Link = Arc<watch::Sender<Weather>>;

/// Listens on a port of its own and passes on to a server's. Dropping it cuts everything.
#[derive(Debug)]
pub struct FaultProxy {
    port: u16,
    server: u16,
    links: Arc<Mutex<Vec<Link>>>,
    changed: watch::Receiver<()>,
    listening: JoinHandle<()>,
}

impl FaultProxy {
    /// A wire to the server at this address, which names a port of 127.0.0.1. It begins without a fault.
    ///
    /// # Panics
    /// When it does not, or there is no port to listen on.
    pub async fn before(url: &str) -> Self {
        let server = port_of(url);
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let port = listener.local_addr().expect("its number").port();
        let links = Arc::<Mutex<Vec<Link>>>::default();
        let (tell, changed) = watch::channel(());
        let all = Arc::clone(&links);
        let listening = tokio::spawn(async move {
            let mut number = 0;
            while let Ok((client, _)) = listener.accept().await {
                // A server that is not there refuses, and so does this.
                let Ok(server) = TcpStream::connect(("127.0.0.1", server)).await else {
                    continue;
                };
                let link = Link::new(watch::Sender::new(Weather::default()));
                let mut open = all.lock().expect("the links");
                open.retain(|link| link.receiver_count() > 0);
                number += 1;
                tokio::spawn(carry(
                    client,
                    server,
                    link.subscribe(),
                    Arc::clone(&link),
                    number,
                ));
                open.push(link);
                drop(open);
                let _ = tell.send(());
            }
        });
        Self {
            port,
            server,
            links,
            changed,
            listening,
        }
    }

    /// An address of the server, by way of this wire.
    ///
    /// # Panics
    /// When it is no address of that server.
    #[must_use]
    pub fn url(&self, url: &str) -> String {
        assert_eq!(port_of(url), self.server, "{url} is another server");
        url.replace(
            &format!("{HOST}{}", self.server),
            &format!("{HOST}{}", self.port),
        )
    }

    /// The link that faults can befall, if there is one: the newest that is not ending and not half open.
    fn link(&self) -> Option<Link> {
        let links = self.links.lock().expect("the links");
        let alive = links
            .iter()
            .rev()
            .find(|link| link.receiver_count() > 0 && link.borrow().takes_faults());
        alive.cloned()
    }

    /// Waits for a link that faults can befall.
    pub async fn is_linked(&self) {
        let mut changed = self.changed.clone();
        while self.link().is_none() {
            let _ = timeout(Duration::from_millis(100), changed.changed()).await;
        }
    }

    /// A fault befalls the link, if there is one.
    pub fn strike(&self, fault: Fault) -> bool {
        let Some(link) = self.link() else {
            return false;
        };
        let now = Instant::now();
        link.send_modify(|weather| match fault {
            Fault::Cut(end, Where::Now) => weather.ended = Some(end),
            Fault::Cut(end, place) => weather.cut = Some((end, place)),
            Fault::HalfOpen(_) => weather.half_open = true,
            Fault::Stall(towards, lasts) => weather.of(towards).stalled_until = Some(now + lasts),
            Fault::Slice(towards, most, lasts) => {
                weather.of(towards).sliced = Some((most, now + lasts));
            }
            Fault::Delay(towards, each, lasts) => {
                weather.of(towards).delayed = Some((each, now + lasts));
            }
        });
        let at_last = match fault {
            Fault::Cut(end, Where::Behind(_) | Where::Within(_)) => Some((end, CUT_AT_LAST)),
            Fault::HalfOpen(lasts) => Some((End::Reset, lasts)),
            _ => None,
        };
        if let Some((end, wait)) = at_last {
            tokio::spawn(async move {
                sleep(wait).await;
                link.send_modify(|weather| weather.ended = weather.ended.or(Some(end)));
            });
        }
        true
    }
}

impl Drop for FaultProxy {
    fn drop(&mut self) {
        self.listening.abort();
        for link in self.links.lock().expect("the links").iter() {
            link.send_modify(|weather| weather.ended = Some(End::Closed));
        }
    }
}

async fn carry(
    mut client: TcpStream,
    mut server: TcpStream,
    mut weather: watch::Receiver<Weather>,
    link: Link,
    number: u64,
) {
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    {
        let (client_read, client_write) = client.split();
        let (server_read, server_write) = server.split();
        let there = Pump::new(Towards::Server, &weather, &link, number);
        let back = Pump::new(Towards::Client, &weather, &link, number);
        let ended = async {
            let _ = weather.wait_for(|now| now.ended.is_some()).await;
        };
        let (mut there, mut back) = (
            std::pin::pin!(there.run(client_read, server_write)),
            std::pin::pin!(back.run(server_read, client_write)),
        );
        tokio::select! {
            () = ended => {}
            end = &mut there => if end.is_ok() { let _ = timeout(LAST_WORDS, back).await; },
            end = &mut back => if end.is_ok() { let _ = timeout(LAST_WORDS, there).await; },
        }
    }
    let end = weather.borrow().ended;
    drop(weather);
    match end {
        None | Some(End::Closed) => {
            let _ = (client.shutdown().await, server.shutdown().await);
        }
        Some(End::Reset) => {
            let _ = (client.set_zero_linger(), server.set_zero_linger());
        }
        Some(End::Unnoticed) => {
            let _ = client.set_zero_linger();
            drop(client);
            sleep(UNNOTICED).await;
        }
    }
}

/// One direction.
struct Pump {
    towards: Towards,
    weather: watch::Receiver<Weather>,
    link: Link,
    frames: Frames,
    chance: Rng,
}

impl Pump {
    fn new(towards: Towards, weather: &watch::Receiver<Weather>, link: &Link, number: u64) -> Self {
        Self {
            towards,
            weather: weather.clone(),
            link: Arc::clone(link),
            frames: Frames::new(),
            chance: Rng::with_seed(number),
        }
    }

    /// Until the end of what comes, or an error.
    async fn run(mut self, mut from: ReadHalf<'_>, mut to: WriteHalf<'_>) -> io::Result<()> {
        let mut buffer = vec![0; 16 * 1024];
        loop {
            let length = from.read(&mut buffer).await?;
            self.passable().await;
            if length == 0 {
                return to.shutdown().await;
            }
            let bytes = &buffer[..length];
            let ends = self.frames.ends(bytes);
            let cut = self.weather.borrow().cut;
            if let Some((end, place)) = cut
                && let Some(at) = self.cut_at(place, &ends, length)
            {
                self.write(&mut to, &bytes[..at]).await?;
                self.link.send_modify(|weather| weather.ended = Some(end));
                std::future::pending::<()>().await;
            }
            self.write(&mut to, bytes).await?;
        }
    }

    /// Waits while nothing gets through.
    async fn passable(&mut self) {
        loop {
            let mut now = *self.weather.borrow_and_update();
            let stalled = now.of(self.towards).stalled_until;
            let stalled = stalled.filter(|until| *until > Instant::now());
            match (now.half_open, stalled) {
                (true, _) => {
                    let _ = self.weather.changed().await;
                }
                (false, Some(until)) => tokio::select! {
                    () = sleep_until(until) => {}
                    _ = self.weather.changed() => {}
                },
                (false, None) => break,
            }
        }
        let delayed = self.weather.borrow().clone().of(self.towards).delayed;
        if let Some((each, until)) = delayed
            && until > Instant::now()
        {
            sleep(each).await;
        }
    }

    /// Where in the bytes that have come the cut falls.
    fn cut_at(&mut self, place: Where, ends: &[usize], length: usize) -> Option<usize> {
        match place {
            Where::Behind(towards) if towards == self.towards => ends.first().copied(),
            Where::Within(towards) if towards == self.towards && length > 1 => {
                let before = match ends {
                    [.., last] if *last < length => *last,
                    [.., before, _] => *before,
                    _ => 0,
                };
                Some(before + self.chance.usize(1..(length - before).max(2)))
            }
            _ => None,
        }
    }

    async fn write(&mut self, to: &mut WriteHalf<'_>, bytes: &[u8]) -> io::Result<()> {
        let mut rest = bytes;
        while !rest.is_empty() {
            let sliced = self.weather.borrow().clone().of(self.towards).sliced;
            let sliced = sliced.filter(|(_, until)| *until > Instant::now());
            let length = sliced.map_or(rest.len(), |(most, _)| self.chance.usize(1..=most));
            let (now, later) = rest.split_at(length.min(rest.len()));
            to.write_all(now).await?;
            rest = later;
            if sliced.is_some() {
                tokio::task::yield_now().await;
            }
        }
        Ok(())
    }
}
