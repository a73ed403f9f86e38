//! A file that holds alert rules and nothing else: `[alerts]` as it stands in the settings.

use super::{SettingsError, read, write_alerts};
use crate::desktop::written::{self, Readers};
use carillon_core::alerts::AlertRules;
use carillon_core::alerts::bounds::LeftOut;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use toml_edit::DocumentMut;

/// A longer file holds no alert rules of anybody's: ten thousand overrides take 2 MiB.
const LONGEST: u64 = 16 * 1024 * 1024;

/// Rules as they were read.
#[derive(Debug)]
pub struct ReadRules {
    /// What makes sense and fits.
    pub rules: AlertRules,
    /// What does not fit.
    pub left_out: Vec<LeftOut>,
    /// What makes no sense, in words with the place.
    pub trouble: Vec<String>,
    /// Keys that this version does not know, and settings that are no alert rules.
    pub unknown: Vec<String>,
}

/// Rules could not be read or written. Nothing has changed then.
#[derive(Debug, thiserror::Error)]
pub enum NotTraded {
    /// The disk.
    #[error("{} could not be read or written: {error}", path.display())]
    Io {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// No file of rules is that long.
    #[error("{} is too long to hold alert rules", .0.display())]
    TooLong(PathBuf),
    /// Not TOML.
    #[error("{} is not understood: {detail}", path.display())]
    NotToml {
        /// Which file.
        path: PathBuf,
        /// What is wrong, with its line.
        detail: String,
    },
    /// It is TOML, and says nothing about alerts.
    #[error("{} holds no alert rules", .0.display())]
    NoRules(PathBuf),
    /// A value that cannot be written as TOML: a fault of Carillon's own.
    #[error(transparent)]
    Words(#[from] SettingsError),
}

/// Writes rules into a file of their own, in the place of one that is there.
///
/// # Errors
/// [`NotTraded::Io`] when the disk refuses.
pub fn write(path: &Path, rules: &AlertRules) -> Result<(), NotTraded> {
    let mut document = DocumentMut::new();
    // So that the file says that it is one of rules also when all of them are the defaults.
    document.insert("alerts", toml_edit::table());
    write_alerts::merge(&mut document, &AlertRules::default(), rules)?;
    let bytes = document.to_string();
    written::write(path, bytes.as_bytes(), Readers::Owner).map_err(|error| NotTraded::Io {
        path: path.to_owned(),
        error,
    })
}

/// Reads rules from such a file, or from a whole settings file.
///
/// # Errors
/// See [`NotTraded`]; a single value that makes no sense is none.
pub fn read(path: &Path) -> Result<ReadRules, NotTraded> {
    let io_error = |error| NotTraded::Io {
        path: path.to_owned(),
        error,
    };
    let mut bytes = Vec::new();
    // A device or a pipe would be read for ever.
    if !std::fs::metadata(path).map_err(io_error)?.is_file() {
        return Err(io_error(io::Error::other("it is not a file")));
    }
    let file = File::open(path).map_err(io_error)?;
    file.take(LONGEST + 1)
        .read_to_end(&mut bytes)
        .map_err(io_error)?;
    if bytes.len() as u64 > LONGEST {
        return Err(NotTraded::TooLong(path.to_owned()));
    }
    let document = read::document(&bytes).map_err(|detail| NotTraded::NotToml {
        path: path.to_owned(),
        detail,
    })?;
    let found = read::understand_table(&document);
    if !document.contains_key("alerts") {
        return Err(NotTraded::NoRules(path.to_owned()));
    }
    let of_alerts = |words: &String| words.trim_start_matches('[').starts_with("alerts");
    let mut trouble = found.trouble;
    trouble.retain(of_alerts);
    let others = document.iter().map(|(key, _)| key.to_owned());
    let others = others.filter(|key| key != "alerts");
    let unknown = found.unknown.into_iter().filter(of_alerts);
    Ok(ReadRules {
        rules: Arc::unwrap_or_clone(found.settings.alerts),
        left_out: found.left_out,
        trouble,
        unknown: unknown.chain(others).collect(),
    })
}
