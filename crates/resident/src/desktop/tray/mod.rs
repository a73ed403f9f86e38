//! The icon in the tray: state, unread count, menu.
//!
//! On Linux by `ksni` rather than `tray-icon`: the latter runs ksni on two threads and an executor of its own, which
//! panics beside the tokio flavour of zbus that the keyring needs, and it hides the sizes of the pixmap, the
//! attention status and the activation token. On Windows and macOS `tray-icon` does it, on the first thread.

mod blink;
mod drawing;
mod font;
#[cfg(target_os = "linux")]
mod item;
mod menu;
#[cfg(not(target_os = "linux"))]
mod native;
mod overlay;

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests;

use super::native::Stage;
use carillon_core::settings::OwnAvailability;
use carillon_core::tray::TrayState;
use tokio::sync::{mpsc, watch};

pub(crate) use blink::LASTS;
pub use drawing::{Pixmap, SIZES, draw};
#[cfg(not(target_os = "linux"))]
pub(crate) use native::{Begin, Icon};

/// The words of the menu, in the user's language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrayLabels {
    /// "Open Carillon".
    pub open: String,
    /// "Status".
    pub status: String,
    /// "Available".
    pub available: String,
    /// "Away".
    pub away: String,
    /// "Away for long".
    pub extended_away: String,
    /// "Do not disturb".
    pub busy: String,
    /// "Offline".
    pub offline: String,
    /// "Mute for an hour".
    pub mute_hour: String,
    /// "Unmute".
    pub unmute: String,
    /// "Quit".
    pub quit: String,
}

/// What the tray shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrayView {
    /// The icon.
    pub state: TrayState,
    /// Where the check mark of the status menu stands.
    pub status: OwnAvailability,
    /// The person's name, so that two residents can be told apart.
    pub title: String,
    /// Name and state, plain text.
    pub tooltip: String,
    /// The words of the menu.
    pub labels: TrayLabels,
}

/// What the user did with the tray.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TrayEvent {
    /// The icon was clicked.
    Clicked {
        /// The activation token that lets a window come to the front.
        token: Option<String>,
    },
    /// "Open Carillon" was chosen.
    Open {
        /// The activation token that lets a window come to the front.
        token: Option<String>,
    },
    /// A status was chosen.
    Status(OwnAvailability),
    /// "Mute for an hour" was chosen.
    MuteHour,
    /// "Unmute" was chosen.
    Unmute,
    /// "Quit" was chosen.
    Quit,
}

/// The tray icon. It goes with the last clone.
#[derive(Debug, Clone)]
pub struct Tray {
    view: watch::Sender<TrayView>,
    present: watch::Receiver<bool>,
}

impl Tray {
    /// Puts the icon into the tray, now or as soon as there is one. Must be called inside a tokio runtime.
    #[must_use]
    pub fn start(first: TrayView, events: mpsc::Sender<TrayEvent>, stage: &Stage) -> Self {
        let (view, views) = watch::channel(first);
        let (told, present) = watch::channel(false);
        #[cfg(target_os = "linux")]
        {
            let _nothing_native = stage;
            tokio::spawn(item::run(views, events, told));
        }
        #[cfg(not(target_os = "linux"))]
        tokio::spawn(native::run(views, events, told, stage.clone()));
        Self { view, present }
    }

    /// Shows something else. Returns at once; only the newest view counts.
    pub fn show(&self, view: TrayView) {
        self.view.send_if_modified(|shown| {
            let changed = *shown != view;
            if changed {
                *shown = view;
            }
            changed
        });
    }

    /// Whether there is a tray that shows the icon. Without one, closing the window must not hide Carillon for good.
    #[must_use]
    pub fn present(&self) -> watch::Receiver<bool> {
        self.present.clone()
    }
}

/// The longest tooltip that Windows takes, in UTF-16 code units; one more would be the end of the text.
#[cfg(any(not(target_os = "linux"), test))]
const TOOLTIP: usize = 127;

/// As much of `text` as fits into so many UTF-16 code units, in whole characters.
#[cfg(any(not(target_os = "linux"), test))]
fn clipped(text: &str, units: usize) -> &str {
    let mut length = 0;
    let end = text.char_indices().find_map(|(at, character)| {
        length += character.len_utf16();
        (length > units).then_some(at)
    });
    end.map_or(text, |end| text.split_at(end).0)
}

#[cfg(test)]
mod clipping {
    use super::{TOOLTIP, clipped};

    #[test]
    fn a_long_tooltip_ends_with_a_whole_character() {
        assert_eq!(clipped("Alice", TOOLTIP), "Alice");
        let bells = "🔔".repeat(64);
        let shown = clipped(&bells, TOOLTIP);
        assert_eq!(shown.chars().count(), 63);
        assert!(shown.encode_utf16().count() <= TOOLTIP);
    }
}
