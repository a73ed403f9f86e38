//! logind says when the computer is about to sleep, and when it has slept.

use super::{Delay, WakeEvent};
use futures_util::stream::StreamExt as _;
use tokio::sync::mpsc;
use zbus::{Connection, MatchRule, MessageStream, OwnedFd, message};

const NAME: &str = "org.freedesktop.login1";
const PATH: &str = "/org/freedesktop/login1";
const MANAGER: &str = "org.freedesktop.login1.Manager";

/// Tells of sleep for as long as there is a logind and somebody who listens.
pub(super) async fn watch(tell: mpsc::Sender<WakeEvent>) {
    let connection = match Connection::system().await {
        Ok(connection) => connection,
        Err(error) => return tracing::debug!(%error, "there is no system bus that tells of sleep"),
    };
    if let Err(error) = follow(&connection, &tell).await {
        tracing::debug!(%error, "logind does not tell of sleep");
    }
}

async fn follow(connection: &Connection, tell: &mpsc::Sender<WakeEvent>) -> zbus::Result<()> {
    let rule = MatchRule::builder()
        .msg_type(message::Type::Signal)
        .sender(NAME)
        .path(PATH)
        .interface(MANAGER)
        .member("PrepareForSleep")
        .build()?;
    let mut signals = MessageStream::for_match_rule(rule, connection, None).await?;
    let mut held = hold(connection).await;
    loop {
        let signal = tokio::select! {
            signal = signals.next() => signal,
            () = tell.closed() => return Ok(()),
        };
        let Some(signal) = signal else { return Ok(()) };
        let Ok(begins) = signal?.body().deserialize::<bool>() else {
            continue;
        };
        let event = if begins {
            WakeEvent::Sleeps(Delay { _held: held.take() })
        } else {
            held = hold(connection).await;
            WakeEvent::Woke
        };
        if tell.send(event).await.is_err() {
            return Ok(());
        }
    }
}

/// Has the next sleep wait until this is dropped. Without it the computer sleeps at once.
async fn hold(connection: &Connection) -> Option<OwnedFd> {
    let what = (
        "sleep",
        "Carillon",
        "Messages are brought to the disk",
        "delay",
    );
    let answer = connection
        .call_method(Some(NAME), PATH, Some(MANAGER), "Inhibit", &what)
        .await;
    match answer.and_then(|answer| answer.body().deserialize::<OwnedFd>()) {
        Ok(held) => Some(held),
        Err(error) => {
            tracing::debug!(%error, "the computer will not wait for Carillon before it sleeps");
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desktop::test_bus::TestBus;
    use std::io::{PipeReader, PipeWriter, Read as _, pipe};
    use std::os::fd::OwnedFd as SystemFd;
    use std::time::Duration;
    use tokio::time::timeout;
    use zbus::object_server::SignalEmitter;

    /// logind, as far as sleep goes: each reader comes to its end when its hold is let go.
    struct Logind(mpsc::UnboundedSender<PipeReader>);

    #[zbus::interface(name = "org.freedesktop.login1.Manager")]
    impl Logind {
        fn inhibit(&self, what: &str, _who: &str, _why: &str, mode: &str) -> zbus::Fd<'static> {
            assert_eq!((what, mode), ("sleep", "delay"));
            let (end, held): (PipeReader, PipeWriter) = pipe().unwrap();
            self.0.send(end).unwrap();
            SystemFd::from(held).into()
        }

        #[zbus(signal)]
        async fn prepare_for_sleep(emitter: &SignalEmitter<'_>, begins: bool) -> zbus::Result<()>;
    }

    async fn soon<T>(what: impl Future<Output = Option<T>>) -> T {
        let came = timeout(Duration::from_secs(60), what).await;
        came.expect("within a minute").expect("it goes on")
    }

    #[tokio::test]
    async fn sleep_waits_until_what_was_begun_is_done_and_each_time_anew() {
        let bus = TestBus::start();
        let (ends, mut end) = mpsc::unbounded_channel();
        let logind = bus.connect().await;
        logind.object_server().at(PATH, Logind(ends)).await.unwrap();
        logind.request_name(NAME).await.unwrap();
        let emitter = SignalEmitter::new(&logind, PATH).unwrap();
        let (tell, mut told) = mpsc::channel(8);
        let connection = bus.connect().await;
        tokio::spawn(async move { follow(&connection, &tell).await.unwrap() });
        for _ in 0..2 {
            let mut held = soon(end.recv()).await;
            Logind::prepare_for_sleep(&emitter, true).await.unwrap();
            let WakeEvent::Sleeps(delay) = soon(told.recv()).await else {
                panic!("sleep begins");
            };
            let released = tokio::task::spawn_blocking(move || held.read(&mut [0]).unwrap());
            assert!(!released.is_finished());
            drop(delay);
            let read = timeout(Duration::from_secs(60), released).await;
            assert_eq!(read.expect("let go").unwrap(), 0);
            Logind::prepare_for_sleep(&emitter, false).await.unwrap();
            assert!(matches!(soon(told.recv()).await, WakeEvent::Woke));
        }
    }
}
