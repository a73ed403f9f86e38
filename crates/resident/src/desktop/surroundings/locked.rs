//! Whether the screen is locked: logind's hint for the session, and the desktop's screen saver.

use super::property::{Place, flag};
use crate::desktop::bus::Bus;
use carillon_core::alerts::{Known, Surroundings};
use futures_util::stream::{BoxStream, StreamExt as _, select_all};
use tokio::sync::watch;
use zbus::Connection;

const SAVERS: [Place<'_>; 5] = [
    Place {
        name: "org.freedesktop.ScreenSaver",
        path: "/org/freedesktop/ScreenSaver",
        interface: "org.freedesktop.ScreenSaver",
    },
    Place {
        name: "org.gnome.ScreenSaver",
        path: "/org/gnome/ScreenSaver",
        interface: "org.gnome.ScreenSaver",
    },
    Place {
        name: "org.cinnamon.ScreenSaver",
        path: "/org/cinnamon/ScreenSaver",
        interface: "org.cinnamon.ScreenSaver",
    },
    Place {
        name: "org.mate.ScreenSaver",
        path: "/org/mate/ScreenSaver",
        interface: "org.mate.ScreenSaver",
    },
    Place {
        name: "org.xfce.ScreenSaver",
        path: "/org/xfce/ScreenSaver",
        interface: "org.xfce.ScreenSaver",
    },
];
const LOGIN: &str = "org.freedesktop.login1";

/// Which source says what.
type Said = (usize, Option<bool>);

/// Follows the lock for as long as somebody wants to know, over each bus connection in turn.
pub(super) async fn watch(bus: Bus, surroundings: watch::Sender<Surroundings>) {
    let mut made = bus.made();
    loop {
        made.mark_unchanged();
        let session = bus.session().await.ok();
        let lost = async {
            match &session {
                Some(connection) => connection.closed().await,
                None => made.changed().await.unwrap_or_default(),
            }
        };
        tokio::select! {
            () = follow(session.as_ref(), &surroundings) => {}
            () = lost => {}
            () = surroundings.closed() => return,
        }
        tell(&surroundings, Known::Unknown);
    }
}

/// Never ends by itself.
async fn follow(session: Option<&Connection>, surroundings: &watch::Sender<Surroundings>) {
    let mut sources: Vec<BoxStream<'static, Said>> = vec![futures_util::stream::pending().boxed()];
    let mut said = [None; SAVERS.len() + 1];
    if let Some(connection) = session {
        for (n, saver) in SAVERS.iter().enumerate() {
            match follow_saver(connection, *saver, n).await {
                Ok((first, changes)) => {
                    said[n] = first;
                    sources.push(changes);
                }
                Err(error) => tracing::debug!(%error, "a screen saver is not heard"),
            }
        }
    }
    // Signals only come while their connection lives.
    let mut _kept = None;
    if let Some((connection, first, changes)) = follow_login(SAVERS.len()).await {
        said[SAVERS.len()] = first;
        sources.push(changes);
        _kept = Some(connection);
    }
    let mut changes = select_all(sources);
    loop {
        tell(surroundings, known(&said));
        if let Some((source, now)) = changes.next().await {
            said[source] = now;
        }
    }
}

fn known(said: &[Option<bool>]) -> Known {
    if said.contains(&Some(true)) {
        Known::Yes
    } else if said.contains(&Some(false)) {
        Known::No
    } else {
        Known::Unknown
    }
}

fn tell(surroundings: &watch::Sender<Surroundings>, known: Known) {
    surroundings.send_if_modified(|told| std::mem::replace(&mut told.locked, known) != known);
}

async fn follow_saver(
    connection: &Connection,
    saver: Place<'static>,
    source: usize,
) -> zbus::Result<(Option<bool>, BoxStream<'static, Said>)> {
    let signals = saver.signals(connection, "ActiveChanged").await?;
    let owners = saver.owners(connection).await?;
    let active = signals.map(move |signal| (source, signal.body().deserialize().ok()));
    // Who is gone says nothing; who has just come speaks with its next change.
    let gone =
        owners.filter_map(move |owned| std::future::ready((!owned).then_some((source, None))));
    let first = if saver.is_owned(connection).await {
        let answer = connection
            .call_method(
                Some(saver.name),
                saver.path,
                Some(saver.interface),
                "GetActive",
                &(),
            )
            .await;
        answer
            .ok()
            .and_then(|answer| answer.body().deserialize().ok())
    } else {
        None
    };
    Ok((first, select_all([active.boxed(), gone.boxed()]).boxed()))
}

async fn follow_login(
    source: usize,
) -> Option<(Connection, Option<bool>, BoxStream<'static, Said>)> {
    let (connection, path) = login_session().await?;
    let session = session_at(&path);
    let changes = session.changes(&connection).await.ok()?;
    let first = session.get(&connection, "LockedHint").await;
    let hints = changes.filter_map(move |changed| {
        std::future::ready(flag(&changed, "LockedHint").map(|locked| (source, Some(locked))))
    });
    // A system bus that is gone says nothing any more.
    let hints = hints.chain(futures_util::stream::iter([(source, None)]));
    Some((connection, first, hints.boxed()))
}

/// The system bus, and where logind keeps this session; `None` without logind.
pub(super) async fn login_session() -> Option<(Connection, String)> {
    let connection = Connection::system().await.ok()?;
    let session = std::env::var("XDG_SESSION_ID").unwrap_or_else(|_| "auto".into());
    let answer = connection
        .call_method(
            Some(LOGIN),
            "/org/freedesktop/login1",
            Some("org.freedesktop.login1.Manager"),
            "GetSession",
            &session,
        )
        .await
        .ok()?;
    let path: zbus::OwnedObjectPath = answer.body().deserialize().ok()?;
    Some((connection, path.to_string()))
}

pub(super) const fn session_at(path: &str) -> Place<'_> {
    Place {
        name: LOGIN,
        path,
        interface: "org.freedesktop.login1.Session",
    }
}
