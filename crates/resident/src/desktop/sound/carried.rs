//! Sounds that the notification centre of macOS plays with the popup.
//!
//! macOS tells nobody whether its Focus is on. A sound that comes with the popup heeds it; one that Carillon plays
//! by itself would not. The price is the row's volume: the notification centre has one for all.

use super::builtin;
use super::packs::Shelf;
use crate::desktop::written::{self, Readers};
use carillon_core::alerts::Sound;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::{fs, io};

/// What the notification centre plays (NSSound); ogg, flac and mp3 are not among it.
const FORMATS: [&str; 4] = ["wav", "aif", "aiff", "caf"];

/// Where the notification centre looks for the sounds of this user.
#[cfg(target_os = "macos")]
pub(super) fn folder() -> Option<PathBuf> {
    dirs::home_dir().map(|home| home.join("Library/Sounds"))
}

/// Lays a sound into `folder` unless it is there, and tells the name by which the notification centre knows it.
/// `None`: it does not play this one.
pub(super) fn lay_out(sound: &Sound, shelf: Option<&Shelf>, folder: &Path) -> Option<String> {
    let laid_out = match sound {
        Sound::None => return None,
        Sound::Builtin(name) => builtin_in(name, folder),
        Sound::Pack(sound) => match shelf.and_then(|shelf| shelf.find(sound)) {
            Some(path) => own_in(&path, folder),
            None => return None,
        },
        Sound::File(path) => own_in(Path::new(path), folder),
    };
    match laid_out {
        Ok(name) => name,
        Err(error) => {
            tracing::warn!(%error, "a sound could not be given to the notification centre");
            None
        }
    }
}

fn builtin_in(name: &str, folder: &Path) -> io::Result<Option<String>> {
    let Some(bytes) = builtin::bytes(name) else {
        return Ok(None);
    };
    let name = format!("im.carillon.{name}");
    let place = folder.join(format!("{name}.wav"));
    if !has_length(&place, bytes.len() as u64) {
        written::write(&place, bytes, Readers::Anyone)?;
    }
    Ok(Some(name))
}

fn own_in(path: &Path, folder: &Path) -> io::Result<Option<String>> {
    let ending = path.extension().and_then(|ending| ending.to_str());
    let Some(ending) = ending
        .map(str::to_ascii_lowercase)
        .filter(|ending| FORMATS.contains(&ending.as_str()))
    else {
        return Ok(None);
    };
    let found = fs::metadata(path)?;
    if found.len() > super::MAX_BYTES {
        return Ok(None);
    }
    // Its content too: the notification centre keeps a sound that it has read once under the name.
    let mut what = DefaultHasher::new();
    (path, found.len(), found.modified().ok()).hash(&mut what);
    let name = format!("im.carillon.own-{:016x}", what.finish());
    let place: PathBuf = folder.join(format!("{name}.{ending}"));
    if !has_length(&place, found.len()) {
        written::write(&place, &fs::read(path)?, Readers::Anyone)?;
    }
    Ok(Some(name))
}

fn has_length(path: &Path, length: u64) -> bool {
    fs::metadata(path).is_ok_and(|found| found.is_file() && found.len() == length)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder)
            .unwrap()
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_built_in_sound_is_laid_out_once_under_its_name() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("Sounds");
        let sound = Sound::Builtin("bell".into());
        for _ in 0..2 {
            assert_eq!(
                lay_out(&sound, None, &folder).as_deref(),
                Some("im.carillon.bell")
            );
        }
        assert_eq!(names(&folder), ["im.carillon.bell.wav"]);
        let laid_out = fs::read(folder.join("im.carillon.bell.wav")).unwrap();
        assert_eq!(laid_out, builtin::bytes("bell").unwrap());
    }

    #[test]
    fn the_user_s_own_sound_gets_a_new_name_when_it_changes() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("Sounds");
        let own = home.path().join("Ding.WAV");
        fs::write(&own, "one").unwrap();
        let sound = Sound::File(own.display().to_string());
        let first = lay_out(&sound, None, &folder).unwrap();
        assert_eq!(lay_out(&sound, None, &folder).as_ref(), Some(&first));
        fs::write(&own, "another").unwrap();
        assert_ne!(lay_out(&sound, None, &folder), Some(first));
    }

    #[test]
    fn what_the_notification_centre_does_not_play_is_left_to_carillon() {
        let home = tempfile::tempdir().unwrap();
        let song = home.path().join("song.ogg");
        fs::write(&song, "song").unwrap();
        let missing = home.path().join("gone.wav");
        for sound in [
            Sound::None,
            Sound::Builtin("no such".into()),
            Sound::File(song.display().to_string()),
            Sound::File(missing.display().to_string()),
        ] {
            assert_eq!(lay_out(&sound, None, home.path()), None, "{sound:?}");
        }
        assert_eq!(names(home.path()), ["song.ogg"]);
    }
}
