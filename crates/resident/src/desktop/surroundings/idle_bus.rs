//! Idleness from the desktop's own watchers on the bus, for sessions without an X server of their own.

use super::locked::{login_session, session_at};
use super::property::{Place, flag};
use crate::desktop::bus::Bus;
use futures_util::stream::StreamExt as _;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::sync::mpsc;
use zbus::Connection;

const MUTTER: Place<'_> = Place {
    name: "org.gnome.Mutter.IdleMonitor",
    path: "/org/gnome/Mutter/IdleMonitor/Core",
    interface: "org.gnome.Mutter.IdleMonitor",
};

/// Mutter tells at the very moment; false when this is not GNOME.
pub(super) async fn watch_mutter(time: Duration, tell: mpsc::Sender<bool>) -> bool {
    let Ok(connection) = Bus::default().session().await else {
        return false;
    };
    if !MUTTER.is_owned(&connection).await {
        return false;
    }
    tokio::spawn(async move {
        if let Err(error) = follow_mutter(&connection, time, &tell).await {
            tracing::debug!(%error, "Mutter no longer tells idleness");
        }
    });
    true
}

/// Whether this is GNOME.
pub(super) async fn has_mutter(bus: &Bus) -> bool {
    match bus.session().await {
        Ok(connection) => MUTTER.is_owned(&connection).await,
        Err(_) => false,
    }
}

pub(super) async fn follow_mutter(
    connection: &Connection,
    time: Duration,
    tell: &mpsc::Sender<bool>,
) -> zbus::Result<()> {
    let mut fired = std::pin::pin!(MUTTER.signals(connection, "WatchFired").await?);
    let millis = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    let idle: u32 = ask(connection, "AddIdleWatch", &millis).await?;
    // A watch for the user's return fires once; it is set each time they go.
    let mut back = None;
    loop {
        tokio::select! {
            signal = fired.next() => {
                let Some(signal) = signal else { return Ok(()) };
                let id: u32 = signal.body().deserialize()?;
                let is_idle = id == idle;
                if is_idle {
                    back = Some(ask(connection, "AddUserActiveWatch", &()).await?);
                } else if back.take_if(|back| *back == id).is_none() {
                    continue;
                }
                if tell.send(is_idle).await.is_err() {
                    return Ok(());
                }
            }
            () = tell.closed() => return Ok(()),
            () = connection.closed() => return Ok(()),
        }
    }
}

async fn ask<B>(connection: &Connection, member: &str, body: &B) -> zbus::Result<u32>
where
    B: serde::Serialize + zbus::wire::DynamicType + Sync,
{
    let answer = connection
        .call_method(
            Some(MUTTER.name),
            MUTTER.path,
            Some(MUTTER.interface),
            member,
            body,
        )
        .await?;
    answer.body().deserialize()
}

/// logind passes on the desktop's own idea of idleness; the rest of the time is waited for here.
pub(super) async fn watch_login(time: Duration, tell: mpsc::Sender<bool>) -> bool {
    let Some((connection, path)) = login_session().await else {
        return false;
    };
    tokio::spawn(async move {
        if let Err(error) = follow_login(&connection, &path, time, &tell).await {
            tracing::debug!(%error, "logind no longer tells idleness");
        }
    });
    true
}

/// Whether the desktop has ever told logind who is idle.
pub(super) async fn login_was_told() -> bool {
    match login_session().await {
        Some((connection, path)) => was_told(&connection, session_at(&path)).await,
        None => false,
    }
}

/// Without a hint there is no time of it.
pub(super) async fn was_told(connection: &Connection, session: Place<'_>) -> bool {
    let since: Option<u64> = session.get(connection, "IdleSinceHint").await;
    since.is_some_and(|since| since > 0)
}

async fn follow_login(
    connection: &Connection,
    path: &str,
    time: Duration,
    tell: &mpsc::Sender<bool>,
) -> zbus::Result<()> {
    let session = session_at(path);
    let mut changes = std::pin::pin!(session.changes(connection).await?);
    let mut hint = session.get(connection, "IdleHint").await.unwrap_or(false);
    let mut told = false;
    loop {
        let rest = if hint && !told {
            Some(rest(connection, session, time).await)
        } else {
            None
        };
        tokio::select! {
            changed = changes.next() => {
                let Some(changed) = changed else { return Ok(()) };
                hint = flag(&changed, "IdleHint").unwrap_or(hint);
                if told && !hint {
                    told = false;
                    if tell.send(false).await.is_err() {
                        return Ok(());
                    }
                }
            }
            () = tokio::time::sleep(rest.unwrap_or_default()), if rest.is_some() => {
                told = true;
                if tell.send(true).await.is_err() {
                    return Ok(());
                }
            }
            () = tell.closed() => return Ok(()),
            () = connection.closed() => return Ok(()),
        }
    }
}

/// How much of the time is left since the hint was set.
async fn rest(connection: &Connection, session: Place<'_>, time: Duration) -> Duration {
    let since: Option<u64> = session.get(connection, "IdleSinceHint").await;
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    let idle = since
        .filter(|since| *since > 0)
        .map_or(Duration::ZERO, |since| {
            now.saturating_sub(Duration::from_micros(since))
        });
    time.saturating_sub(idle)
}
