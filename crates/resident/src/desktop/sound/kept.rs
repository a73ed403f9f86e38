//! Sounds that were played a moment ago, decoded: the next one of the kind needs neither the disk nor the decoder.
//! They live as long as the voice, and take no more than [`MOST`].

use super::decode::{Bytes, decode};
use super::packs::Shelf;
use super::{Clip, SoundProblem, check};
use rodio::buffer::SamplesBuffer;
use std::collections::VecDeque;
use std::path::PathBuf;
use std::time::SystemTime;

/// Bytes that are kept: two of the longest sounds at the usual rate.
const MOST: u64 = 24 * 1024 * 1024;

pub(super) struct Kept {
    shelf: Option<Shelf>,
    /// The one used last stands last.
    sounds: VecDeque<Sound>,
}

struct Sound {
    which: Which,
    source: SamplesBuffer,
}

impl Sound {
    /// Bytes that it takes.
    fn weight(&self) -> u64 {
        self.source.len() as u64 * 4
    }
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
    pub(super) fn source(&mut self, clip: &Clip) -> Result<SamplesBuffer, SoundProblem> {
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
        let source = decode(bytes)?.sound;
        self.keep(Sound {
            which,
            source: source.clone(),
        });
        Ok(source)
    }

    fn keep(&mut self, sound: Sound) {
        self.sounds.push_back(sound);
        let mut weight: u64 = self.sounds.iter().map(Sound::weight).sum();
        while weight > MOST {
            let Some(oldest) = self.sounds.pop_front() else {
                return;
            };
            weight -= oldest.weight();
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

#[cfg(test)]
mod tests {
    use super::super::builtin;
    use super::*;
    use rodio::Source as _;

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
        let mut kept = Kept::new(None);
        let source = decode(Bytes::BuiltIn(bell())).unwrap().sound;
        let (channels, rate) = (source.channels(), source.sample_rate());
        for number in 0..20 {
            kept.keep(Sound {
                which: Which::File(PathBuf::from(format!("{number}.wav")), 0, None),
                source: SamplesBuffer::new(channels, rate, vec![0.0; 1_500_000]),
            });
        }
        let weight: u64 = kept.sounds.iter().map(Sound::weight).sum();
        assert!(weight <= MOST, "{weight}");
        assert_eq!(kept.sounds.len(), 4);
        let Which::File(last, ..) = &kept.sounds.back().unwrap().which else {
            panic!("a file");
        };
        assert!(last.ends_with("19.wav"));
    }
}
