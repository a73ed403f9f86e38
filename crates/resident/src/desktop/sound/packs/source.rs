//! Where a pack is read from: a folder or a zip file. Only what is named is read, and never more than was asked.

use super::{MANIFEST, PackProblem, manifest};
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Component, Path, PathBuf};
use zip::ZipArchive;
use zip::result::ZipError;

/// A bigger zip file is not opened.
const ZIP_BYTES: u64 = 64 * 1024 * 1024;
/// A zip file with more entries is no pack.
const ZIP_ENTRIES: usize = 10_000;
/// A path in a pack is no longer than this.
const PATH: usize = 200;

pub(super) enum Source {
    Folder(PathBuf),
    Zip {
        archive: Box<ZipArchive<BufReader<File>>>,
        /// The folder of the archive that everything lies in; empty, or with `/` at its end.
        prefix: String,
    },
}

impl Source {
    /// Opens what the user chose.
    pub(super) fn open(path: &Path) -> Result<Self, PackProblem> {
        let facts = std::fs::metadata(path).map_err(|_| PackProblem::Unreadable)?;
        if facts.is_dir() {
            return Ok(Self::Folder(path.to_owned()));
        }
        if !facts.is_file() {
            return Err(PackProblem::Unreadable);
        }
        if facts.len() > ZIP_BYTES {
            return Err(PackProblem::TooBig);
        }
        let file = File::open(path).map_err(|_| PackProblem::Unreadable)?;
        let archive = ZipArchive::new(BufReader::new(file)).map_err(|_| PackProblem::NoPack)?;
        if archive.len() > ZIP_ENTRIES {
            return Err(PackProblem::TooMany);
        }
        let prefix = prefix(&archive).ok_or(PackProblem::NoPack)?;
        Ok(Self::Zip {
            archive: Box::new(archive),
            prefix,
        })
    }

    /// `pack.toml`.
    pub(super) fn manifest(&mut self) -> Result<Vec<u8>, PackProblem> {
        self.read(MANIFEST, manifest::MOST_BYTES)
            .map_err(|_| PackProblem::NoPack)
    }

    /// A file of the pack, of at most so many bytes.
    pub(super) fn read(&mut self, name: &str, most: u64) -> Result<Vec<u8>, PackProblem> {
        let parts = inside(name)?;
        match self {
            Self::Folder(folder) => from_folder(folder, &parts, most),
            Self::Zip { archive, prefix } => {
                from_zip(archive, &format!("{prefix}{}", parts.join("/")), most)
            }
        }
    }
}

/// The parts of a path that stays inside the pack on every system.
fn inside(name: &str) -> Result<Vec<&str>, PackProblem> {
    if name.len() > PATH || name.contains(['\\', ':', '\0']) {
        return Err(PackProblem::OutsideThePack);
    }
    let parts: Option<Vec<&str>> = Path::new(name)
        .components()
        .filter(|part| *part != Component::CurDir)
        .map(|part| match part {
            Component::Normal(part) => part.to_str(),
            _ => None,
        })
        .collect();
    match parts {
        Some(parts) if parts.is_empty() => Err(PackProblem::Unreadable),
        Some(parts) => Ok(parts),
        None => Err(PackProblem::OutsideThePack),
    }
}

/// Follows no link, and opens nothing but a plain file: a pipe would never end.
fn from_folder(folder: &Path, parts: &[&str], most: u64) -> Result<Vec<u8>, PackProblem> {
    let mut path = folder.to_owned();
    let mut size = None;
    for part in parts {
        path.push(part);
        let facts = std::fs::symlink_metadata(&path).map_err(|_| PackProblem::Unreadable)?;
        if facts.is_symlink() {
            return Err(PackProblem::OutsideThePack);
        }
        size = facts.is_file().then_some(facts.len());
    }
    let size = size.ok_or(PackProblem::Unreadable)?;
    let file = File::open(&path).map_err(|_| PackProblem::Unreadable)?;
    bounded(file, size, most)
}

fn from_zip(
    archive: &mut ZipArchive<BufReader<File>>,
    name: &str,
    most: u64,
) -> Result<Vec<u8>, PackProblem> {
    let entry = archive.by_name(name).map_err(|error| match error {
        ZipError::InvalidArchive(_) => PackProblem::NoPack,
        _ => PackProblem::Unreadable,
    })?;
    if entry.is_symlink() {
        return Err(PackProblem::OutsideThePack);
    }
    if !entry.is_file() {
        return Err(PackProblem::Unreadable);
    }
    let size = entry.size();
    bounded(entry, size, most)
}

/// Reads to the end. What a file says of its own size is believed only when it is too much.
fn bounded(file: impl Read, told: u64, most: u64) -> Result<Vec<u8>, PackProblem> {
    if told > most {
        return Err(PackProblem::TooBig);
    }
    let mut bytes = Vec::new();
    file.take(most + 1)
        .read_to_end(&mut bytes)
        .map_err(|_| PackProblem::Unreadable)?;
    if bytes.len() as u64 > most {
        return Err(PackProblem::TooBig);
    }
    Ok(bytes)
}

/// Where `pack.toml` lies: at the top, or in the one folder that was packed.
fn prefix(archive: &ZipArchive<BufReader<File>>) -> Option<String> {
    if archive.index_for_name(MANIFEST).is_some() {
        return Some(String::new());
    }
    let mut found = archive.file_names().filter_map(|name| {
        let name = name.ok()?;
        let folder = name.strip_suffix(MANIFEST)?;
        (folder.matches('/').count() == 1 && folder.ends_with('/')).then(|| folder.to_owned())
    });
    found.next().filter(|_| found.next().is_none())
}
