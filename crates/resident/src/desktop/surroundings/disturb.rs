//! The desktop's own Do Not Disturb.
//!
//! Plasma and others tell it by the property `Inhibited` of the notification service, dunst by one of its own. GNOME
//! and its relatives keep it among their settings ([`super::disturb_settings`]).

use super::disturb_settings::{Setting, XFCE, XFCE_CHANNEL, XFCE_PROPERTY, xfce};
use super::property::{Place, flag};
use crate::desktop::bus::Bus;
use carillon_core::alerts::{Known, Surroundings};
use futures_util::stream::StreamExt as _;
use tokio::sync::watch;
use zbus::{Connection, OwnedVariant};

const SERVICE: Place<'_> = Place {
    name: "org.freedesktop.Notifications",
    path: "/org/freedesktop/Notifications",
    interface: "org.freedesktop.Notifications",
};
const DUNST: Place<'_> = Place {
    interface: "org.dunstproject.cmd0",
    ..SERVICE
};
const DCONF: Place<'_> = Place {
    name: "ca.desrt.dconf",
    path: "/ca/desrt/dconf/Writer/user",
    interface: "ca.desrt.dconf.Writer",
};

/// Follows it for as long as somebody wants to know, over each bus connection in turn.
pub(super) async fn watch(bus: Bus, surroundings: watch::Sender<Surroundings>) {
    loop {
        let connection = tokio::select! {
            connection = bus.connected() => connection,
            () = surroundings.closed() => return,
        };
        if let Err(error) = follow(&connection, &surroundings).await {
            tracing::debug!(%error, "Do Not Disturb is not known");
        }
        tell(&surroundings, Known::Unknown);
        tokio::select! {
            () = connection.closed() => {}
            () = surroundings.closed() => return,
        }
    }
}

/// What each source says; `None`: it is not there.
#[derive(Debug, Clone, Copy, Default)]
struct Said {
    /// The notification service is asked by somebody to be quiet.
    inhibited: Option<bool>,
    /// dunst is paused.
    paused: Option<bool>,
    /// The desktop's setting says that nothing shall pop up.
    setting: Option<bool>,
    /// The same on Xfce.
    xfce: Option<bool>,
}

impl Said {
    /// One source that says "yes" is enough; "no" needs a source at all.
    fn known(self) -> Known {
        let all = [self.inhibited, self.paused, self.setting, self.xfce];
        if all.contains(&Some(true)) {
            Known::Yes
        } else if all.contains(&Some(false)) {
            Known::No
        } else {
            Known::Unknown
        }
    }
}

async fn follow(
    connection: &Connection,
    surroundings: &watch::Sender<Surroundings>,
) -> zbus::Result<()> {
    let mut changes = std::pin::pin!(SERVICE.changes(connection).await?);
    let mut paused = std::pin::pin!(DUNST.changes(connection).await?);
    let mut owners = std::pin::pin!(SERVICE.owners(connection).await?);
    let mut settings = std::pin::pin!(DCONF.signals(connection, "Notify").await?);
    let mut of_xfce = std::pin::pin!(XFCE.signals(connection, "PropertyChanged").await?);
    let setting = Setting::of_session();
    let mut said = Said {
        setting: read(setting).await,
        xfce: xfce(connection).await,
        ..Said::default()
    };
    ask_service(connection, &mut said).await;
    loop {
        tell(surroundings, said.known());
        tokio::select! {
            Some(changed) = changes.next() => {
                said.inhibited = flag(&changed, "Inhibited").or(said.inhibited);
            }
            Some(changed) = paused.next() => said.paused = flag(&changed, "paused").or(said.paused),
            Some(_) = owners.next() => ask_service(connection, &mut said).await,
            Some(signal) = settings.next(), if setting.is_some() => {
                let of_it = signal
                    .body()
                    .deserialize::<(String, Vec<String>, String)>()
                    .is_ok_and(|(prefix, changes, _)| {
                        setting.is_some_and(|setting| setting.is_touched(&prefix, &changes))
                    });
                if of_it {
                    said.setting = read(setting).await;
                }
            }
            Some(signal) = of_xfce.next() => {
                let changed: Option<(String, String, OwnedVariant)> =
                    signal.body().deserialize().ok();
                if let Some((_, _, value)) = changed.filter(|(channel, property, _)| {
                    channel == XFCE_CHANNEL && property == XFCE_PROPERTY
                }) {
                    said.xfce = bool::try_from(value).ok();
                }
            }
            () = surroundings.closed() => return Ok(()),
            () = connection.closed() => return Ok(()),
        }
    }
}

async fn read(setting: Option<Setting>) -> Option<bool> {
    match setting {
        Some(setting) => setting.read().await,
        None => None,
    }
}

/// Says nothing when the service has no such property, or there is none; a service is not started for it.
async fn ask_service(connection: &Connection, said: &mut Said) {
    let there = SERVICE.is_owned(connection).await;
    said.inhibited = if there {
        SERVICE.get(connection, "Inhibited").await
    } else {
        None
    };
    said.paused = if there {
        DUNST.get(connection, "paused").await
    } else {
        None
    };
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
        let said = |inhibited, setting| {
            Said {
                inhibited,
                setting,
                ..Said::default()
            }
            .known()
        };
        assert_eq!(said(None, None), Known::Unknown);
        assert_eq!(said(None, Some(false)), Known::No);
        assert_eq!(said(Some(false), None), Known::No);
        assert_eq!(said(Some(false), Some(true)), Known::Yes);
        assert_eq!(said(Some(true), None), Known::Yes);
    }

    #[test]
    fn every_source_is_enough_by_itself() {
        let yes = Some(true);
        let no = Said {
            inhibited: Some(false),
            paused: Some(false),
            setting: Some(false),
            xfce: Some(false),
        };
        assert_eq!(no.known(), Known::No);
        for said in [
            Said {
                inhibited: yes,
                ..no
            },
            Said { paused: yes, ..no },
            Said { setting: yes, ..no },
            Said { xfce: yes, ..no },
        ] {
            assert_eq!(said.known(), Known::Yes, "{said:?}");
        }
    }
}
