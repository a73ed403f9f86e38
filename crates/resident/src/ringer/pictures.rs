//! The pictures beside popups: Carillon's own, or the user's.

use super::face::{self, Face};
use crate::avatars::Album;
use carillon_core::alerts::{EventKind, Icon};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

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

/// One of Carillon's own icons, as PNG of 64 × 64 pixels.
#[must_use]
pub fn png_of(name: &str) -> Option<&'static [u8]> {
    let found = ICONS
        .iter()
        .find(|(known, _)| public_name(known) == public_name(name));
    found.map(|(_, png)| *png)
}

/// The user's own picture, if it can be used and is a PNG.
#[must_use]
pub fn png_at(path: &Path) -> Option<Vec<u8>> {
    check(path).ok()?;
    std::fs::read(path)
        .ok()
        .filter(|bytes| !looks_like_svg(bytes))
}

/// The pictures as files: a popup names one by its path. As pixels in the message, thousands of bytes would be
/// packed and unpacked one by one on the way from message to popup.
pub struct Pictures {
    /// Where Carillon's own are laid out; the first that can be written to.
    folders: Vec<PathBuf>,
    avatars: Option<Album>,
    checked: Mutex<HashMap<PathBuf, Checked>>,
}

/// What a file of the user's own was when it was looked at.
#[derive(Clone, Copy)]
struct Checked {
    length: u64,
    changed: Option<SystemTime>,
    usable: bool,
}

/// So many files of the user's own are remembered.
const REMEMBERED: usize = 1_000;

impl Default for Pictures {
    /// In the user's cache, or until the end of the login where that cannot be written to.
    fn default() -> Self {
        let roots = [dirs::cache_dir(), dirs::runtime_dir()];
        let folder = |root: PathBuf| root.join("carillon").join("icons");
        Self::in_folders(roots.into_iter().flatten().map(folder).collect())
    }
}

impl Pictures {
    fn in_folders(folders: Vec<PathBuf>) -> Self {
        Self {
            folders,
            avatars: None,
            checked: Mutex::default(),
        }
    }

    pub(super) fn with_avatars(self, avatars: Album) -> Self {
        Self {
            avatars: Some(avatars),
            ..self
        }
    }

    /// The picture for an icon cell; the event's own when the chosen one is gone. `None` when no folder takes it.
    pub(super) fn for_popup(
        &self,
        icon: &Icon,
        kind: EventKind,
        face: Option<Face<'_>>,
    ) -> Option<PathBuf> {
        let chosen = match icon {
            Icon::Builtin(name) => self.builtin(name),
            Icon::File(path) => Some(PathBuf::from(path)).filter(|path| self.is_usable(path)),
            Icon::Avatar => face.and_then(|face| self.face(face, kind)),
        };
        chosen.or_else(|| self.builtin(kind.icon_name()))
    }

    fn builtin(&self, name: &str) -> Option<PathBuf> {
        let (name, png) = ICONS.iter().find(|(known, _)| public_name(known) == name)?;
        // Another version may have drawn it anew; it must not show this one's.
        let file = format!("{name}-{}.png", env!("CARGO_PKG_VERSION"));
        self.folders
            .iter()
            .map(|folder| folder.join(&file))
            .find(|path| is_laid_out(path, png))
    }

    /// Drawn once for each name, address and event.
    fn face(&self, face: Face<'_>, kind: EventKind) -> Option<PathBuf> {
        let file = face.file_name(kind);
        let folders = self.folders.iter().map(|folder| folder.join("faces"));
        let paths: Vec<PathBuf> = folders.map(|folder| folder.join(&file)).collect();
        let there = |path: &&PathBuf| std::fs::metadata(path).is_ok_and(|found| found.len() > 0);
        if let Some(path) = paths.iter().find(there) {
            return Some(path.clone());
        }
        let avatar = face
            .avatar
            .and_then(|hash| self.avatars.as_ref()?.read(hash));
        let png = face::draw(face, avatar.as_deref(), png_of(kind.icon_name())?)?;
        paths.into_iter().find(|path| {
            make_room(path.parent().unwrap_or(path));
            is_laid_out(path, &png)
        })
    }

    /// Whether the user's own file can be shown. It is read only when it has changed.
    fn is_usable(&self, path: &Path) -> bool {
        let Ok(found) = std::fs::metadata(path) else {
            return false;
        };
        let (length, changed) = (found.len(), found.modified().ok());
        let mut checked = self.checked.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = checked.get(path)
            && (known.length, known.changed) == (length, changed)
        {
            return known.usable;
        }
        let usable = check(path).is_ok();
        if checked.len() >= REMEMBERED {
            checked.clear();
        }
        let now = Checked {
            length,
            changed,
            usable,
        };
        checked.insert(path.to_owned(), now);
        usable
    }
}

/// So many faces are kept; then all are drawn anew.
const FACES: usize = 1_000;

fn make_room(folder: &Path) {
    let count = std::fs::read_dir(folder).map_or(0, Iterator::count);
    if count >= FACES
        && let Err(error) = std::fs::remove_dir_all(folder)
    {
        tracing::debug!(%error, "old pictures of contacts could not be cleared away");
    }
}

/// Lays a picture out unless it is there: caches are emptied at any time.
fn is_laid_out(path: &Path, png: &[u8]) -> bool {
    let expected = u64::try_from(png.len()).ok();
    if std::fs::metadata(path).is_ok_and(|found| Some(found.len()) == expected) {
        return true;
    }
    let written = lay_out(path, png);
    if let Err(error) = &written {
        tracing::warn!(%error, "an icon could not be laid out");
    }
    written.is_ok()
}

/// Written aside and renamed: another profile's Carillon may do the same now.
fn lay_out(path: &Path, png: &[u8]) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(path);
    std::fs::create_dir_all(folder)?;
    let aside = path.with_extension(format!("{}.tmp", std::process::id()));
    std::fs::write(&aside, png)?;
    std::fs::rename(&aside, path)
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

    fn pictures() -> (tempfile::TempDir, Pictures) {
        let folder = tempfile::tempdir().unwrap();
        let pictures = Pictures::in_folders(vec![folder.path().join("icons")]);
        (folder, pictures)
    }

    #[test]
    fn every_event_has_an_icon_of_its_own_that_can_be_shown() {
        let (_folder, pictures) = pictures();
        for kind in EventKind::ALL {
            let path = pictures.builtin(public_name(kind.icon_name())).unwrap();
            check(&path).unwrap();
        }
    }

    #[test]
    fn an_icon_file_that_is_gone_falls_back_to_the_events_own() {
        let (_folder, pictures) = pictures();
        let gone = Icon::File("/nowhere/icon.png".to_owned());
        let shown = pictures.for_popup(&gone, EventKind::Message, None);
        assert!(shown.is_some());
        assert_eq!(shown, pictures.builtin("message"));
    }

    #[test]
    fn a_contact_who_shows_a_picture_shows_by_it() {
        let (folder, pictures) = pictures();
        let album = Album::of(&carillon_link::Profile::in_folder(folder.path()).unwrap());
        let hash = carillon_core::avatar::AvatarHash([3; 20]);
        album
            .keep(hash, png_of("message").unwrap().to_vec())
            .unwrap();
        let pictures = pictures.with_avatars(album);
        let jid = "bob@example.org".parse().unwrap();
        let face = |avatar| Face {
            name: "Bob",
            jid: &jid,
            avatar,
            plain: false,
        };
        let drawn = |avatar| {
            let path = pictures.for_popup(&Icon::Avatar, EventKind::Message, Some(face(avatar)));
            std::fs::read(path.unwrap()).unwrap()
        };
        assert_ne!(drawn(Some(hash)), drawn(None));
        let unknown = carillon_core::avatar::AvatarHash([4; 20]);
        assert_eq!(
            drawn(Some(unknown)),
            drawn(None),
            "initials stand in for what is not there"
        );
    }

    #[test]
    fn a_contact_shows_by_initials_with_the_badge_of_what_happened() {
        let (_folder, pictures) = pictures();
        let jid = "bob@example.org".parse().unwrap();
        let face = Face {
            name: "Bob",
            jid: &jid,
            avatar: None,
            plain: false,
        };
        let of = |kind| pictures.for_popup(&Icon::Avatar, kind, Some(face)).unwrap();
        let read = |path: &PathBuf| std::fs::read(path).unwrap();
        let (message, file) = (of(EventKind::Message), of(EventKind::FileReceived));
        check(&message).unwrap();
        assert_ne!(read(&message), read(&file));
        assert_eq!(of(EventKind::Message), message);
        let unnamed = pictures.for_popup(&Icon::Avatar, EventKind::Message, None);
        assert_eq!(unnamed, pictures.builtin("message"));
    }

    #[test]
    fn an_emptied_cache_is_filled_again() {
        let (folder, pictures) = pictures();
        let path = pictures.builtin("message").unwrap();
        std::fs::remove_dir_all(folder.path().join("icons")).unwrap();
        assert_eq!(pictures.builtin("message"), Some(path.clone()));
        check(&path).unwrap();
    }

    #[test]
    fn a_folder_that_cannot_be_written_to_is_passed_over() {
        let (folder, _) = pictures();
        let file = folder.path().join("file");
        std::fs::write(&file, "").unwrap();
        let good = folder.path().join("good");
        let pictures = Pictures::in_folders(vec![file, good.clone()]);
        assert!(pictures.builtin("message").unwrap().starts_with(&good));
    }

    #[test]
    fn a_file_of_the_users_own_is_looked_at_again_once_it_has_changed() {
        let (folder, pictures) = pictures();
        let path = folder.path().join("own.png");
        std::fs::write(&path, "no picture").unwrap();
        assert!(!pictures.is_usable(&path));
        std::fs::copy(pictures.builtin("message").unwrap(), &path).unwrap();
        assert!(pictures.is_usable(&path));
    }

    #[test]
    fn a_text_file_is_no_icon() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("icon.png");
        std::fs::write(&path, "not a picture").unwrap();
        assert!(matches!(check(&path), Err(IconProblem::NotAPicture(_))));
    }
}
