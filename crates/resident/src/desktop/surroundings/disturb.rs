//! The desktop's own Do Not Disturb.
//!
//! Plasma and others tell it by the property `Inhibited` of the notification service. GNOME keeps it in a setting
//! (`show-banners`) that only its settings store announces.

use super::property::{Place, flag};
use crate::desktop::bus::Bus;
use carillon_core::alerts::{Known, Surroundings};
use futures_util::stream::StreamExt as _;
use tokio::process::Command;
use tokio::sync::watch;
use zbus::Connection;

const SERVICE: Place<'_> = Place {
    name: "org.freedesktop.Notifications",
    path: "/org/freedesktop/Notifications",
    interface: "org.freedesktop.Notifications",
};
const SETTINGS: Place<'_> = Place {
    name: "ca.desrt.dconf",
    path: "/ca/desrt/dconf/Writer/user",
    interface: "ca.desrt.dconf.Writer",
};
const BANNERS: &str = "/org/gnome/desktop/notifications/show-banners";

pub(super) async fn watch(bus: Bus, surroundings: watch::Sender<Surroundings>) {
    let Ok(connection) = bus.session().await else {
        return;
    };
    if let Err(error) = follow(&connection, &surroundings).await {
        tracing::debug!(%error, "Do Not Disturb is not known");
    }
    tell(&surroundings, Known::Unknown);
}

async fn follow(
    connection: &Connection,
    surroundings: &watch::Sender<Surroundings>,
) -> zbus::Result<()> {
    let mut changes = std::pin::pin!(SERVICE.changes(connection).await?);
    let mut owners = std::pin::pin!(SERVICE.owners(connection).await?);
    let mut settings = std::pin::pin!(SETTINGS.signals(connection, "Notify").await?);
    let gnome = is_gnome();
    let mut inhibited = inhibited(connection).await;
    let mut banners = if gnome { show_banners().await } else { None };
    loop {
        tell(surroundings, known(inhibited, banners));
        tokio::select! {
            Some(changed) = changes.next() => inhibited = flag(&changed, "Inhibited").or(inhibited),
            Some(owned) = owners.next() => {
                inhibited = if owned { self::inhibited(connection).await } else { None };
            }
            Some(signal) = settings.next(), if gnome => {
                if signal.body().deserialize().is_ok_and(|(prefix, changes, _): (String, Vec<String>, String)| {
                    touches_banners(&prefix, &changes)
                }) {
                    banners = show_banners().await;
                }
            }
            () = surroundings.closed() => return Ok(()),
            () = connection.closed() => return Ok(()),
        }
    }
}

/// `None` when the service has no such property, or there is none; a service is not started for it.
async fn inhibited(connection: &Connection) -> Option<bool> {
    if SERVICE.is_owned(connection).await {
        SERVICE.get(connection, "Inhibited").await
    } else {
        None
    }
}

/// One source that says "yes" is enough; "no" needs a source at all.
const fn known(inhibited: Option<bool>, banners: Option<bool>) -> Known {
    match (inhibited, banners) {
        (Some(true), _) | (_, Some(false)) => Known::Yes,
        (None, None) => Known::Unknown,
        _ => Known::No,
    }
}

/// dconf tells a change as a prefix and the keys below it, or as the key alone.
fn touches_banners(prefix: &str, changes: &[String]) -> bool {
    let whole = |change: &String| BANNERS.starts_with(&format!("{prefix}{change}"));
    if changes.is_empty() {
        BANNERS.starts_with(prefix)
    } else {
        changes.iter().any(whole)
    }
}

fn is_gnome() -> bool {
    std::env::var("XDG_CURRENT_DESKTOP")
        .is_ok_and(|desktops| desktops.split(':').any(|name| name == "GNOME"))
}

/// Asked once at the start and after each change; the store itself has no reader on the bus.
async fn show_banners() -> Option<bool> {
    let asked = Command::new("gsettings")
        .args(["get", "org.gnome.desktop.notifications", "show-banners"])
        .stdin(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .kill_on_drop(true)
        .output()
        .await;
    match asked.ok()?.stdout.trim_ascii() {
        b"true" => Some(true),
        b"false" => Some(false),
        _ => None,
    }
}

fn tell(surroundings: &watch::Sender<Surroundings>, known: Known) {
    surroundings
        .send_if_modified(|told| std::mem::replace(&mut told.do_not_disturb, known) != known);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_is_never_taken_for_disturbed() {
        assert_eq!(known(None, None), Known::Unknown);
        assert_eq!(known(None, Some(true)), Known::No);
        assert_eq!(known(Some(false), None), Known::No);
        assert_eq!(known(Some(false), Some(false)), Known::Yes);
        assert_eq!(known(Some(true), None), Known::Yes);
    }

    #[test]
    fn a_change_is_noticed_in_each_way_that_dconf_tells_it() {
        let strings = |words: &[&str]| {
            words
                .iter()
                .map(|&word| word.to_owned())
                .collect::<Vec<_>>()
        };
        assert!(touches_banners(BANNERS, &strings(&[""])));
        assert!(touches_banners(
            "/org/gnome/desktop/notifications/",
            &strings(&["other", "show-banners"])
        ));
        assert!(touches_banners("/org/gnome/desktop/", &[]));
        assert!(!touches_banners(
            "/org/gnome/desktop/interface/",
            &strings(&["clock"])
        ));
    }
}
