//! Takes a pack over into the profile.

use super::source::Source;
use super::{ENDINGS, MANIFEST, PACKS, Pack, PackProblem, Refused, Shelf, manifest};
use crate::desktop::sound::SoundProblem;
use crate::desktop::sound::check::{self, MAX_BYTES};
use carillon_core::alerts::{EventKind, PackName, PackSound, Sound};
use std::collections::HashSet;
use std::io;
use std::path::Path;

/// A pack has no more than this, unpacked.
const PACK_BYTES: u64 = 50 * 1024 * 1024;

/// Why a pack was not taken over. The profile is as it was.
#[derive(Debug, thiserror::Error)]
pub enum NotImported {
    /// It cannot be used.
    #[error("the sound pack cannot be used: {0}")]
    Pack(#[from] PackProblem),
    /// It could not be written.
    #[error("the sound pack could not be stored: {0}")]
    Disk(#[from] io::Error),
}

/// Reads a folder or a zip file, decodes each sound once, and lays the good ones onto the shelf in the place of an
/// earlier pack of that name. Blocks for some 10 ms for each second of sound.
///
/// # Errors
/// When not one sound of it can be used, or it cannot be stored.
pub fn import(path: &Path, shelf: &Shelf) -> Result<Pack, NotImported> {
    let mut source = Source::open(path)?;
    let told = manifest::read(&source.manifest()?)?;
    let name: PackName = told.name.parse().map_err(|_| PackProblem::NoPack)?;
    let known = shelf.names();
    if known.len() >= PACKS && !known.contains(&name) {
        return Err(PackProblem::TooMany.into());
    }
    // No pack's name begins with a dot: nobody takes it for one.
    let beside = shelf.folder.join(format!(".{name}.{}", std::process::id()));
    remove(&beside)?;
    std::fs::create_dir_all(&beside)?;
    let laid = lay(&mut source, &told, &name, &beside)
        .and_then(|pack| put_in_place(&beside, &shelf.folder.join(name.as_str())).map(|()| pack));
    if laid.is_err() {
        let _there_may_be_none = std::fs::remove_dir_all(&beside);
    }
    laid
}

fn lay(
    source: &mut Source,
    told: &manifest::Manifest,
    name: &PackName,
    folder: &Path,
) -> Result<Pack, NotImported> {
    let mut pack = Pack {
        name: name.to_string(),
        author: told.author.clone(),
        licence: told.licence.clone(),
        ..Pack::default()
    };
    let mut kept = manifest::Manifest {
        name: pack.name.clone(),
        sounds: Vec::new(),
        ..told.clone()
    };
    let mut left = PACK_BYTES;
    let mut taken = HashSet::new();
    for (event, file) in &told.sounds {
        match good(source, event, file, left) {
            Ok((kind, bytes)) if taken.insert(kind) => {
                left = left.saturating_sub(bytes.len() as u64);
                let place = format!("{}.{}", kind.name(), ending(&bytes));
                std::fs::write(folder.join(&place), &bytes)?;
                kept.sounds.push((kind.name().to_owned(), place));
                let sound = PackSound {
                    pack: name.clone(),
                    event: kind,
                };
                pack.sounds.push((kind, Sound::Pack(sound)));
            }
            Ok(_) => {}
            Err(why) => pack.refused.push(Refused {
                event: manifest::plain(event),
                file: manifest::plain(file),
                why,
            }),
        }
    }
    if pack.sounds.is_empty() {
        let why = pack
            .refused
            .first()
            .map_or(PackProblem::NoPack, |one| one.why);
        return Err(why.into());
    }
    std::fs::write(folder.join(MANIFEST), manifest::write(&kept))?;
    Ok(pack)
}

/// A sound that is fit to be kept.
fn good(
    source: &mut Source,
    event: &str,
    file: &str,
    left: u64,
) -> Result<(EventKind, Vec<u8>), PackProblem> {
    let kind = EventKind::named(event).ok_or(PackProblem::UnknownEvent)?;
    let bytes = source.read(file, MAX_BYTES.min(left))?;
    let sound = std::sync::Arc::<[u8]>::from(bytes);
    check::check_bytes(&sound).map_err(|problem| reason(&problem))?;
    Ok((kind, sound.to_vec()))
}

pub(super) const fn reason(problem: &SoundProblem) -> PackProblem {
    match problem {
        SoundProblem::TooBig => PackProblem::TooBig,
        SoundProblem::TooLong => PackProblem::TooLong,
        SoundProblem::NotASound(_) => PackProblem::NotASound,
        SoundProblem::Unknown(_) | SoundProblem::Unreadable(_) | SoundProblem::NoDevice(_) => {
            PackProblem::Unreadable
        }
    }
}

/// By what a file holds: the pack's own ending may say anything.
fn ending(bytes: &[u8]) -> &'static str {
    let [wav, ogg, flac, mp3] = ENDINGS;
    match bytes.get(..4) {
        Some(b"RIFF") => wav,
        Some(b"OggS") => ogg,
        Some(b"fLaC") => flac,
        _ => mp3,
    }
}

/// The new pack, whole, in the place of the old one.
fn put_in_place(new: &Path, place: &Path) -> Result<(), NotImported> {
    remove(place)?;
    Ok(std::fs::rename(new, place)?)
}

fn remove(folder: &Path) -> io::Result<()> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
