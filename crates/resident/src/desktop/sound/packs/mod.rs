//! Sound packs: those that the user imported into the profile, and the sound themes of the system.
//!
//! What stands in a pack is somebody else's: it is bounded, decoded once before it is taken, and named by its event
//! alone. Nothing here lies on the way of an alert but [`Shelf::find`], which asks the disk at most four times.

mod import;
mod manifest;
mod source;
mod themes;

#[cfg(test)]
mod tests;

use carillon_core::alerts::{EventKind, PackName, PackSound, Sound};
use std::io;
use std::path::{Path, PathBuf};

pub use import::{NotImported, import};
pub use themes::{data_folders, themes};

/// More packs than this are not kept.
const PACKS: usize = 100;
/// The endings of what was imported, by what the files hold.
const ENDINGS: [&str; 4] = ["wav", "ogg", "flac", "mp3"];
/// The file that makes a folder a pack.
const MANIFEST: &str = "pack.toml";

/// Why a sound, or a whole pack, is not used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum PackProblem {
    /// It is not there, is no file, or cannot be read.
    #[error("it cannot be read")]
    Unreadable,
    /// It is not wav, ogg, flac or mp3, or is damaged.
    #[error("it is no sound that can be played")]
    NotASound,
    /// See [`super::MAX_LENGTH`].
    #[error("it is longer than 30 seconds")]
    TooLong,
    /// See [`super::MAX_BYTES`]; also what unpacks to more than it says.
    #[error("it is too big")]
    TooBig,
    /// Its path leads out of the pack, or over a link.
    #[error("it lies outside the pack")]
    OutsideThePack,
    /// No event is named so.
    #[error("no event is named so")]
    UnknownEvent,
    /// More sounds or packs than are taken.
    #[error("there are too many")]
    TooMany,
    /// `pack.toml` is missing, too long, or not understood.
    #[error("pack.toml is missing or not understood")]
    NoPack,
}

/// A sound of a pack that is not used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The event that the pack means it for, as it stands there.
    pub event: String,
    /// The file, as it stands there.
    pub file: String,
    /// Why not.
    pub why: PackProblem,
}

/// Sounds that belong together.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pack {
    /// Its name; for a theme of the system that of its folder.
    pub name: String,
    /// Who made it; empty when it does not say.
    pub author: String,
    /// Its licence; empty when it does not say.
    pub licence: String,
    /// For each event at most one sound, as a cell names it.
    pub sounds: Vec<(EventKind, Sound)>,
    /// What is not used.
    pub refused: Vec<Refused>,
}

/// The folder of the imported packs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shelf {
    folder: PathBuf,
}

impl Shelf {
    /// The packs of the profile with this data folder.
    #[must_use]
    pub fn of(data: &Path) -> Self {
        Self {
            folder: data.join("sounds"),
        }
    }

    /// The file of a sound, when it is there.
    #[must_use]
    pub fn find(&self, sound: &PackSound) -> Option<PathBuf> {
        let pack = self.folder.join(sound.pack.as_str());
        ENDINGS
            .iter()
            .map(|ending| pack.join(format!("{}.{ending}", sound.event.name())))
            .find(|path| path.is_file())
    }

    /// All packs, by name. Asks the disk some hundred times.
    #[must_use]
    pub fn packs(&self) -> Vec<Pack> {
        let mut names = self.names();
        names.sort();
        names.iter().map(|name| self.pack(name)).collect()
    }

    /// The folder of an imported pack; it can be imported elsewhere as it is.
    #[must_use]
    pub fn place(&self, pack: &PackName) -> PathBuf {
        self.folder.join(pack.as_str())
    }

    /// Whether such a pack was imported.
    #[must_use]
    pub fn has(&self, pack: &PackName) -> bool {
        self.place(pack).join(MANIFEST).is_file()
    }

    /// Takes a pack off the shelf. Rows that name its sounds are heard as the chime.
    ///
    /// # Errors
    /// When it is not there, or the disk refuses.
    pub fn remove(&self, pack: &PackName) -> io::Result<()> {
        std::fs::remove_dir_all(self.place(pack))
    }

    fn names(&self) -> Vec<PackName> {
        let Ok(folder) = std::fs::read_dir(&self.folder) else {
            return Vec::new();
        };
        folder
            .flatten()
            .filter(|entry| entry.path().join(MANIFEST).is_file())
            .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
            .take(PACKS)
            .collect()
    }

    fn pack(&self, name: &PackName) -> Pack {
        let told = source::Source::Folder(self.folder.join(name.as_str()))
            .manifest()
            .and_then(|text| manifest::read(&text))
            .unwrap_or_default();
        let sounds = EventKind::ALL.into_iter().filter_map(|event| {
            let sound = PackSound {
                pack: name.clone(),
                event,
            };
            self.find(&sound).map(|_| (event, Sound::Pack(sound)))
        });
        Pack {
            sounds: sounds.collect(),
            name: name.to_string(),
            author: told.author,
            licence: told.licence,
            refused: Vec::new(),
        }
    }
}
