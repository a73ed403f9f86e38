//! `settings.toml`: what the user chose, with the user's own comments and order kept.
//!
//! Only what differs from the defaults is written, atomically. A file that cannot be read is set aside
//! and never overwritten; a single value that makes no sense is left out, and the file is kept aside too.

mod in_place;
mod read;
mod read_alerts;
pub mod rules_alone;
mod shortened;
mod text;
pub mod watch;
mod write;
mod write_alerts;

use crate::desktop::native::give_memory_back;
use crate::desktop::written::{self, Readers};
use carillon_core::settings::Settings;
use carillon_link::views::Notice;
use std::io;
use std::path::{Path, PathBuf};
use text::Text;
use toml_edit::DocumentMut;

/// The settings and the text that they stand in.
#[derive(Debug)]
pub struct SettingsFile {
    path: PathBuf,
    settings: Settings,
    known: Text,
}

/// The settings could not be read or written; what was stored before is untouched.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The disk.
    #[error("the settings in {} could not be read or written: {error}", path.display())]
    Io {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// A value that cannot be written as TOML: a fault of Carillon's own.
    #[error("the settings could not be put into words: {0}")]
    Words(#[from] toml_edit::ser::Error),
}

impl SettingsFile {
    /// Reads the file; a missing one means the defaults. `stamp` names what has to be set aside.
    ///
    /// # Errors
    /// [`SettingsError::Io`] when the disk refuses; a broken file is no error but a notice.
    pub fn load(path: &Path, stamp: &str) -> Result<(Self, Vec<Notice>), SettingsError> {
        let io_error = |error| SettingsError::Io {
            path: path.to_owned(),
            error,
        };
        let bytes = match std::fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(io_error(error)),
        };
        let found = understand(&bytes);
        let mut notices = Vec::new();
        if found.is_at_fault() {
            let aside = set_aside(path, &bytes, stamp).map_err(io_error)?;
            let path = aside.display().to_string();
            notices.extend(found.notices(&path));
        }
        if !found.unknown.is_empty() {
            notices.push(Notice::SettingsUnknownKeys {
                keys: found.unknown,
            });
        }
        let file = Self {
            path: path.to_owned(),
            settings: found.settings,
            known: Text::new(bytes),
        };
        file.settle();
        Ok((file, notices))
    }

    /// What the user chose.
    #[must_use]
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Reads the file again after somebody else wrote it. Says whether that changed the settings.
    ///
    /// # Errors
    /// [`SettingsError::Io`] when the disk refuses; what holds now goes on to hold then.
    pub fn reload(&mut self, stamp: &str) -> Result<(bool, Vec<Notice>), SettingsError> {
        let bytes = std::fs::read(&self.path).map_err(|error| SettingsError::Io {
            path: self.path.clone(),
            error,
        })?;
        if self.known.is(&bytes) {
            return Ok((false, Vec::new()));
        }
        let (file, notices) = Self::load(&self.path, stamp)?;
        let broken = |notice: &Notice| matches!(notice, Notice::SettingsSetAside { .. });
        if notices.iter().any(broken) {
            // Half a sentence of an editor must not sign anybody out: a copy is aside, and what held goes on.
            return Ok((false, notices));
        }
        let changed = file.settings != self.settings;
        *self = file;
        Ok((changed, notices))
    }

    /// The same before a change is written, so that it does not undo what somebody else wrote a moment ago, or where no
    /// system tells of that. A file that is gone changes nothing: it is written anew.
    ///
    /// # Errors
    /// As [`Self::reload`].
    pub fn catch_up(&mut self, stamp: &str) -> Result<(bool, Vec<Notice>), SettingsError> {
        // An editor that truncates and then writes leaves nothing for a moment: that is nobody's wish.
        let empty = std::fs::metadata(&self.path).is_ok_and(|found| found.len() == 0);
        if empty && !self.known.is(&[]) {
            return Ok((false, Vec::new()));
        }
        match self.reload(stamp) {
            Err(SettingsError::Io { error, .. }) if error.kind() == io::ErrorKind::NotFound => {
                Ok((false, Vec::new()))
            }
            other => other,
        }
    }

    /// Takes `settings` over and writes them.
    ///
    /// # Errors
    /// See [`SettingsError`]; the file and the settings are as before then.
    pub fn save(&mut self, settings: Settings) -> Result<(), SettingsError> {
        let bytes = self.changed(&settings)?.to_string().into_bytes();
        written::write(&self.path, &bytes, Readers::Owner).map_err(|error| SettingsError::Io {
            path: self.path.clone(),
            error,
        })?;
        self.known = Text::new(bytes);
        self.settings = settings;
        self.settle();
        Ok(())
    }

    /// The text with other settings in it. Where it is no longer to be had they are all written, without comments.
    fn changed(&self, settings: &Settings) -> Result<DocumentMut, SettingsError> {
        let known = self.known.document(&self.path);
        let known = known.map_err(|error| SettingsError::Io {
            path: self.path.clone(),
            error,
        })?;
        let mut document = DocumentMut::new();
        match known {
            Some(known) => {
                document = known;
                write::merge(&mut document, &self.settings, settings)?;
            }
            None => write::merge(&mut document, &Settings::default(), settings)?,
        }
        Ok(document)
    }

    /// The tree of a long file's values is gone, and with it most of the heap.
    fn settle(&self) {
        if self.known.is_long() {
            give_memory_back();
        }
    }
}

/// What the file says; a long one is read by its differences where that is possible.
fn understand(bytes: &[u8]) -> read::Found {
    let long = text::is_long(bytes).then(|| std::str::from_utf8(bytes));
    let shortened = long.and_then(Result::ok).and_then(shortened::read);
    shortened.unwrap_or_else(|| read::understand(bytes))
}

/// Keeps a copy of a file that is not understood, under a name that no later one takes; once, however often the same
/// text is met.
fn set_aside(path: &Path, bytes: &[u8], stamp: &str) -> io::Result<PathBuf> {
    if let Some(known) = aside_already(path, bytes) {
        return Ok(known);
    }
    let mut aside = path.with_extension(format!("toml.broken-{stamp}"));
    let mut number = 1;
    while aside.exists() {
        number += 1;
        aside = path.with_extension(format!("toml.broken-{stamp}-{number}"));
    }
    std::fs::copy(path, &aside)?;
    Ok(aside)
}

fn aside_already(path: &Path, bytes: &[u8]) -> Option<PathBuf> {
    let prefix = format!("{}.broken-", path.file_name()?.to_str()?);
    std::fs::read_dir(path.parent()?)
        .ok()?
        .filter_map(Result::ok)
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(&prefix))
        .map(|entry| entry.path())
        .find(|aside| std::fs::read(aside).is_ok_and(|kept| kept == bytes))
}

#[cfg(test)]
mod tests;
