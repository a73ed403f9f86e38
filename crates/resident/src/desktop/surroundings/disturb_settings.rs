//! Do Not Disturb where the desktop keeps it among its settings.

use super::property::Place;
use tokio::process::Command;
use zbus::{Connection, OwnedVariant};

/// A key of GSettings by which a desktop keeps popups back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Setting {
    /// Its name in `XDG_CURRENT_DESKTOP`.
    desktop: &'static str,
    schema: &'static str,
    /// Where dconf keeps the schema's keys.
    folder: &'static str,
    key: &'static str,
    /// The key's value while nothing shall pop up.
    quiet: bool,
}

const SETTINGS: [Setting; 4] = [
    Setting {
        desktop: "GNOME",
        schema: "org.gnome.desktop.notifications",
        folder: "/org/gnome/desktop/notifications/",
        key: "show-banners",
        quiet: false,
    },
    Setting {
        desktop: "X-Cinnamon",
        schema: "org.cinnamon.desktop.notifications",
        folder: "/org/cinnamon/desktop/notifications/",
        key: "display-notifications",
        quiet: false,
    },
    Setting {
        desktop: "MATE",
        schema: "org.mate.NotificationDaemon",
        folder: "/org/mate/notification-daemon/",
        key: "do-not-disturb",
        quiet: true,
    },
    Setting {
        desktop: "Pantheon",
        schema: "io.elementary.notifications",
        folder: "/io/elementary/notifications/",
        key: "do-not-disturb",
        quiet: true,
    },
];

impl Setting {
    /// The one of this session; elsewhere such a key may have been left behind by another desktop, and means nothing.
    pub(super) fn of_session() -> Option<Self> {
        Self::of(&std::env::var("XDG_CURRENT_DESKTOP").ok()?)
    }

    /// Of the desktops that a session counts itself to, separated by colons.
    fn of(desktops: &str) -> Option<Self> {
        let of_name = |name| SETTINGS.into_iter().find(|known| known.desktop == name);
        desktops.split(':').find_map(of_name)
    }

    /// dconf tells a change as a prefix and the keys below it, or as the key alone.
    pub(super) fn is_touched(self, prefix: &str, changes: &[String]) -> bool {
        let place = format!("{}{}", self.folder, self.key);
        if changes.is_empty() {
            place.starts_with(prefix)
        } else {
            let whole = |change: &String| place.starts_with(&format!("{prefix}{change}"));
            changes.iter().any(whole)
        }
    }

    /// Whether nothing shall pop up. Asked once at the start and after each change; the store itself has no reader on
    /// the bus, and the settings portal passes on no such key.
    pub(super) async fn read(self) -> Option<bool> {
        let asked = Command::new("gsettings")
            .args(["get", self.schema, self.key])
            .stdin(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .kill_on_drop(true)
            .output()
            .await;
        let value = match asked.ok()?.stdout.trim_ascii() {
            b"true" => true,
            b"false" => false,
            _ => return None,
        };
        Some(value == self.quiet)
    }
}

/// Where Xfce keeps its settings.
pub(super) const XFCE: Place<'_> = Place {
    name: "org.xfce.Xfconf",
    path: "/org/xfce/Xfconf",
    interface: "org.xfce.Xfconf",
};
/// The notification service's part of them.
pub(super) const XFCE_CHANNEL: &str = "xfce4-notifyd";
/// True while nothing shall pop up.
pub(super) const XFCE_PROPERTY: &str = "/do-not-disturb";

/// Whether nothing shall pop up on Xfce; `None` elsewhere.
pub(super) async fn xfce(connection: &Connection) -> Option<bool> {
    if !XFCE.is_owned(connection).await {
        return None;
    }
    let asked = connection
        .call_method(
            Some(XFCE.name),
            XFCE.path,
            Some(XFCE.interface),
            "GetProperty",
            &(XFCE_CHANNEL, XFCE_PROPERTY),
        )
        .await;
    let value: OwnedVariant = asked.ok()?.body().deserialize().ok()?;
    bool::try_from(value).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strings(words: &[&str]) -> Vec<String> {
        words.iter().map(|&word| word.to_owned()).collect()
    }

    #[test]
    fn a_session_has_the_setting_of_the_first_desktop_that_keeps_one() {
        let of = |desktops| Setting::of(desktops).map(|setting| setting.desktop);
        assert_eq!(of("GNOME"), Some("GNOME"));
        assert_eq!(of("ubuntu:GNOME"), Some("GNOME"));
        assert_eq!(of("Budgie:GNOME"), Some("GNOME"));
        assert_eq!(of("X-Cinnamon"), Some("X-Cinnamon"));
        assert_eq!(of("KDE"), None);
        assert_eq!(of(""), None);
    }

    #[test]
    fn a_change_is_noticed_in_each_way_that_dconf_tells_it() {
        let gnome = Setting::of("GNOME").unwrap();
        let place = "/org/gnome/desktop/notifications/show-banners";
        assert!(gnome.is_touched(place, &strings(&[""])));
        assert!(gnome.is_touched(
            "/org/gnome/desktop/notifications/",
            &strings(&["other", "show-banners"])
        ));
        assert!(gnome.is_touched("/org/gnome/desktop/", &[]));
        assert!(!gnome.is_touched("/org/gnome/desktop/interface/", &strings(&["clock"])));
    }
}
