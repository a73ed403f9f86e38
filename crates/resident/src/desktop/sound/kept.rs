//! Sounds that were played a moment ago, decoded: the next one of the kind needs neither the disk nor the decoder.
//! They live as long as the voice, and take no more than [`MOST`].

use super::check::{self, Bytes, Opened};
use super::packs::Shelf;
use super::{Clip, MAX_LENGTH, SoundProblem};
use rodio::Source;
use rodio::source::{Buffered, TakeDuration};
use std::collections::VecDeque;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

/// Bytes that are kept: two of the longest sounds at the usual rate.
const MOST: u64 = 24 * 1024 * 1024;

/// Decodes while it is played for the first time.
pub(super) type Heard = Buffered<TakeDuration<Opened>>;

pub(super) struct Kept {
    shelf: Option<Shelf>,
    /// The one used last stands last.
    sounds: VecDeque<Sound>,
}

struct Sound {
    which: Which,
    source: Heard,
    weight: u64,
}

/// A file that was changed is another sound.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Which {
    BuiltIn(&'static [u8]),
    File(PathBuf, u64, Option<SystemTime>),
}

impl Kept {
    pub(super) const fn new(shelf: Option<Shelf>) -> Self {
        Self {
            shelf,
            sounds: VecDeque::new(),
        }
    }

    /// What plays a clip from its beginning.
    pub(super) fn source(&mut self, clip: &Clip) -> Result<Heard, SoundProblem> {
        let which = self.which(clip)?;
        let at = self.sounds.iter().position(|sound| sound.which == which);
        if let Some(sound) = at.and_then(|at| self.sounds.remove(at)) {
            let source = sound.source.clone();
            self.sounds.push_back(sound);
            return Ok(source);
        }
        let bytes = match &which {
            Which::BuiltIn(bytes) => Bytes::BuiltIn(bytes),
            Which::File(path, ..) => Bytes::Read(check::read(path)?.into()),
        };
        let file = bytes.as_ref().len() as u64;
        let source = check::decoder(bytes)?;
        let length = length(&source);
        let weight = file + decoded(&source, length);
        // A file that says less of its length than it holds must not take more room than it was given.
        let source = source.take_duration(length).buffered();
        self.keep(Sound {
            which,
            weight,
            source: source.clone(),
        });
        Ok(source)
    }

    fn keep(&mut self, sound: Sound) {
        self.sounds.push_back(sound);
        let mut weight: u64 = self.sounds.iter().map(|sound| sound.weight).sum();
        while weight > MOST {
            let Some(oldest) = self.sounds.pop_front() else {
                return;
            };
            weight -= oldest.weight;
        }
    }

    fn which(&self, clip: &Clip) -> Result<Which, SoundProblem> {
        let path = match clip {
            Clip::BuiltIn(bytes) => return Ok(Which::BuiltIn(bytes)),
            Clip::File(path) => path.clone(),
            Clip::Pack(sound) => self
                .shelf
                .as_ref()
                .and_then(|shelf| shelf.find(sound))
                .ok_or_else(|| SoundProblem::Unknown(sound.to_string()))?,
        };
        let facts = std::fs::metadata(&path)
            .map_err(|error| SoundProblem::Unreadable(error.to_string()))?;
        Ok(Which::File(path, facts.len(), facts.modified().ok()))
    }
}

/// How long a sound is heard at most.
fn length(source: &Opened) -> Duration {
    let told = source.total_duration().unwrap_or(MAX_LENGTH);
    (told.saturating_add(Duration::from_secs(1))).min(MAX_LENGTH)
}

/// Bytes that a sound takes once it was heard to its end.
fn decoded(source: &Opened, length: Duration) -> u64 {
    let second = u64::from(source.sample_rate().get()) * u64::from(source.channels().get()) * 4;
    (length.as_secs() + 1) * second
}

#[cfg(test)]
mod tests {
    use super::super::builtin;
    use super::*;

    fn bell() -> &'static [u8] {
        builtin::bytes("bell").unwrap()
    }

    #[test]
    fn a_sound_is_decoded_once_until_its_file_changes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("own.wav");
        std::fs::write(&path, bell()).unwrap();
        let mut kept = Kept::new(None);
        let clip = Clip::File(path.clone());
        let first = kept.source(&clip).unwrap().count();
        assert!(first > 1_000);
        assert_eq!(kept.source(&clip).unwrap().count(), first, "from its start");
        assert_eq!(kept.sounds.len(), 1);
        std::fs::write(&path, builtin::bytes("tick").unwrap()).unwrap();
        assert_ne!(kept.source(&clip).unwrap().count(), first);
    }

    #[test]
    fn what_is_kept_is_bounded_and_forgets_the_oldest() {
        let folder = tempfile::tempdir().unwrap();
        let mut kept = Kept::new(None);
        // Ten minutes at the usual rate, told by their headers alone.
        for number in 0..20 {
            let path = folder.path().join(format!("{number}.wav"));
            let mut long = bell().to_vec();
            long.resize(3_000_000, 0);
            let size = u32::try_from(long.len() - 44).unwrap();
            long[4..8].copy_from_slice(&(size + 36).to_le_bytes());
            long[40..44].copy_from_slice(&size.to_le_bytes());
            std::fs::write(&path, &long).unwrap();
            drop(kept.source(&Clip::File(path)).unwrap());
        }
        let weight: u64 = kept.sounds.iter().map(|sound| sound.weight).sum();
        assert!(weight <= MOST, "{weight}");
        assert!(kept.sounds.len() >= 2);
        let Which::File(last, ..) = &kept.sounds.back().unwrap().which else {
            panic!("a file");
        };
        assert!(last.ends_with("19.wav"));
    }
}
