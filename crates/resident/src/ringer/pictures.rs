//! The pictures beside popups: Carillon's own, or the user's.

use crate::desktop::popups::PopupIcon;
use carillon_core::alerts::{EventKind, Icon, defaults::icon_name};
use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

macro_rules! icons {
    ($($name:literal),* $(,)?) => {
        /// Carillon's own icons: name, and the picture as PNG of 64 × 64 pixels.
        const ICONS: &[(&str, &[u8])] = &[$(
            ($name, include_bytes!(concat!("../../../../icons/events/64/", $name, ".png"))),
        )*];
    };
}

icons![
    "account_attention",
    "attention",
    "connection_lost",
    "connection_restored",
    "contact_available",
    "contact_request",
    "contact_status",
    "contact_unavailable",
    "file_received",
    "generic",
    "mention",
    "message",
    "message_failed",
    "message_in_front",
    "missed",
    "reaction",
    "request_accepted",
    "room_invite",
    "room_message",
    "stranger_message",
];

/// The largest file that is used as an icon, in bytes.
const LARGEST_FILE: u64 = 2 * 1024 * 1024;
/// The largest picture, in pixels a side: a popup shows 64 or so.
const LARGEST_SIDE: u32 = 2048;

/// Why a file is not used as an icon.
#[derive(Debug, thiserror::Error)]
pub enum IconProblem {
    /// It cannot be read.
    #[error("the file cannot be read: {0}")]
    Unreadable(#[from] std::io::Error),
    /// It is too large.
    #[error("an icon file has at most 2 MB")]
    TooLarge,
    /// It is neither PNG nor SVG, or broken.
    #[error("that is no picture that can be used: {0}")]
    NotAPicture(String),
}

/// The names of Carillon's own icons, as they stand in the settings.
#[must_use]
pub fn names() -> Vec<String> {
    ICONS
        .iter()
        .map(|(name, _)| public_name(name).to_owned())
        .collect()
}

/// `generic` is called `new`, as the field has called the icon of something new for ever.
fn public_name(name: &str) -> &str {
    if name == "generic" { "new" } else { name }
}

/// Carillon's own pictures, decoded once: a popup must not wait for that each time.
#[derive(Default)]
pub struct Pictures {
    decoded: Mutex<HashMap<&'static str, PopupIcon>>,
}

impl Pictures {
    /// The picture for an icon cell; the event's own when the chosen one is gone.
    pub fn popup_icon(&self, icon: &Icon, kind: EventKind) -> PopupIcon {
        let chosen = match icon {
            Icon::Builtin(name) => self.builtin(name),
            Icon::File(path) if check(Path::new(path)).is_ok() => {
                Some(PopupIcon::File(path.into()))
            }
            // Pictures of contacts come with their profiles; until then the event speaks for itself.
            Icon::File(_) | Icon::Avatar => None,
        };
        chosen
            .or_else(|| self.builtin(icon_name(kind)))
            .unwrap_or(PopupIcon::None)
    }

    fn builtin(&self, name: &str) -> Option<PopupIcon> {
        let (name, png) = ICONS.iter().find(|(known, _)| public_name(known) == name)?;
        let mut decoded = self.decoded.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = decoded.get(name) {
            return Some(known.clone());
        }
        let picture = decode(png)?;
        decoded.insert(name, picture.clone());
        Some(picture)
    }
}

fn decode(png: &[u8]) -> Option<PopupIcon> {
    let picture = image::load_from_memory_with_format(png, image::ImageFormat::Png).ok()?;
    let picture = picture.into_rgba8();
    let (width, height) = picture.dimensions();
    Some(PopupIcon::Rgba {
        width,
        height,
        pixels: Arc::from(picture.into_raw()),
    })
}

/// Says whether a file can be used as an icon: a readable PNG or SVG of reasonable size.
///
/// # Errors
/// See [`IconProblem`].
pub fn check(path: &Path) -> Result<(), IconProblem> {
    let found = std::fs::metadata(path)?;
    if !found.is_file() {
        return Err(IconProblem::NotAPicture("it is not a file".to_owned()));
    }
    if found.len() > LARGEST_FILE {
        return Err(IconProblem::TooLarge);
    }
    let bytes = std::fs::read(path)?;
    if looks_like_svg(&bytes) {
        return Ok(());
    }
    let cursor = std::io::Cursor::new(&bytes);
    let reader = image::ImageReader::with_format(cursor, image::ImageFormat::Png);
    let (width, height) = reader
        .into_dimensions()
        .map_err(|error| IconProblem::NotAPicture(error.to_string()))?;
    if width.max(height) > LARGEST_SIDE {
        return Err(IconProblem::NotAPicture(format!(
            "{width} × {height} pixels are too many"
        )));
    }
    Ok(())
}

fn looks_like_svg(bytes: &[u8]) -> bool {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(1024)]);
    let head = head.trim_start_matches('\u{feff}').trim_start();
    (head.starts_with("<?xml") || head.starts_with("<svg") || head.starts_with("<!--"))
        && head.contains("<svg")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_has_an_icon_of_its_own_that_decodes() {
        for kind in EventKind::ALL {
            assert!(
                Pictures::default().builtin(icon_name(kind)).is_some(),
                "{kind:?}"
            );
        }
    }

    #[test]
    fn an_icon_file_that_is_gone_falls_back_to_the_events_own() {
        let gone = Icon::File("/nowhere/icon.png".to_owned());
        let shown = Pictures::default().popup_icon(&gone, EventKind::Message);
        assert!(matches!(shown, PopupIcon::Rgba { .. }));
    }

    #[test]
    fn a_text_file_is_no_icon() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("icon.png");
        std::fs::write(&path, "not a picture").unwrap();
        assert!(matches!(check(&path), Err(IconProblem::NotAPicture(_))));
    }
}
