//! When the computer sleeps and wakes, and when its way into the network changes. Told by the system, never asked for:
//! while nothing happens there is no timer.

#[cfg(target_os = "linux")]
mod logind;
#[cfg(target_os = "linux")]
mod netlink;
#[cfg(any(not(target_os = "linux"), test))]
mod settle;
#[cfg(target_os = "linux")]
mod ways;

use super::native::Stage;
use tokio::sync::mpsc;

#[cfg(not(target_os = "linux"))]
pub(crate) use settle::Heard;

/// What may wait for its listener.
const EVENTS: usize = 8;

/// What happened.
#[derive(Debug)]
pub enum WakeEvent {
    /// The computer is about to sleep; it waits a moment for the value to be dropped.
    Sleeps(Delay),
    /// The computer has slept.
    Woke,
    /// The way into the network is another one.
    Network {
        /// Whether there is one.
        there: bool,
    },
}

/// Keeps the computer from sleeping until it is dropped, for some seconds at most.
#[derive(Debug)]
pub struct Delay {
    #[cfg(target_os = "linux")]
    _held: Option<zbus::OwnedFd>,
    #[cfg(not(target_os = "linux"))]
    _held: std::sync::mpsc::Sender<()>,
}

/// A system that waits in a callback of ours is kept waiting for no longer: Windows gives two seconds.
#[cfg(not(target_os = "linux"))]
const LONGEST_DELAY: std::time::Duration = std::time::Duration::from_millis(1_800);

/// Tells that the computer is about to sleep, and returns when what has to be done before is done.
#[cfg(not(target_os = "linux"))]
pub(crate) fn before_sleep(hear: &mpsc::UnboundedSender<Heard>) {
    let (held, done) = std::sync::mpsc::channel();
    if hear.send(Heard::Sleeps(Delay { _held: held })).is_ok() {
        // Nothing is ever sent: it ends when the other end is dropped.
        let _ = done.recv_timeout(LONGEST_DELAY);
    }
}

#[cfg(all(test, target_os = "linux"))]
impl Delay {
    const fn none() -> Self {
        Self { _held: None }
    }
}

/// Tells what happens for as long as somebody listens. Must be called inside a tokio runtime.
///
/// On Linux logind tells of sleep and the kernel of the network (rtnetlink). Windows and macOS tell of both through
/// `stage`.
pub fn watch(stage: &Stage) -> mpsc::Receiver<WakeEvent> {
    let (tell, told) = mpsc::channel(EVENTS);
    #[cfg(target_os = "linux")]
    {
        let _nothing_native = stage;
        tokio::spawn(logind::watch(tell.clone()));
        tokio::spawn(netlink::watch(tell));
    }
    #[cfg(not(target_os = "linux"))]
    {
        let (hear, heard) = mpsc::unbounded_channel();
        stage.tell(super::native::Order::WatchWakes(hear));
        tokio::spawn(settle::settle(heard, tell));
    }
    told
}
