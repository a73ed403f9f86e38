//! Is a file fit to be an alert sound?

use super::SoundProblem;
use rodio::{Decoder, Source as _};
use std::fs::File;
use std::io::{Cursor, Read as _};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// A longer file is no alert, and is refused before it is read.
pub const MAX_BYTES: u64 = 10 * 1024 * 1024;
/// Nobody waits longer for an alert to end.
pub const MAX_LENGTH: Duration = Duration::from_secs(30);

/// No loudspeaker has more; such a file is damaged, or wants to take long.
const MOST_CHANNELS: u16 = 8;
/// Samples a second of the best studio.
const MOST_RATE: u32 = 384_000;

/// A sound file that was read, and what plays it.
pub(super) type Opened = Decoder<Cursor<Bytes>>;

/// A whole sound file in memory: the device's thread must never wait for a disk.
#[derive(Debug, Clone)]
pub(super) enum Bytes {
    /// Inside the binary.
    BuiltIn(&'static [u8]),
    /// Read from the disk.
    Read(Arc<[u8]>),
}

impl AsRef<[u8]> for Bytes {
    fn as_ref(&self) -> &[u8] {
        match self {
            Self::BuiltIn(bytes) => bytes,
            Self::Read(bytes) => bytes,
        }
    }
}

/// Decodes a file from end to end and says what is wrong with it. Blocks for as long as that takes (some 10 ms a
/// second of sound), so it is for the settings, never for the way of an alert.
///
/// # Errors
/// [`SoundProblem`] with the reason, fit to be shown.
pub fn check_file(path: &Path) -> Result<(), SoundProblem> {
    decode_all(open(path)?)
}

/// The same for a file that was read already.
pub(super) fn check_bytes(bytes: &Arc<[u8]>) -> Result<(), SoundProblem> {
    decode_all(decoder(Bytes::Read(Arc::clone(bytes)))?)
}

fn decode_all(decoder: Opened) -> Result<(), SoundProblem> {
    let (channels, rate) = (
        u64::from(decoder.channels().get()),
        u64::from(decoder.sample_rate().get()),
    );
    let most = MAX_LENGTH.as_secs() * channels * rate;
    let samples = decoder
        .take(
            usize::try_from(most)
                .unwrap_or(usize::MAX)
                .saturating_add(1),
        )
        .count() as u64;
    match samples {
        0 => Err(SoundProblem::NotASound("it holds no sound".into())),
        _ if samples > most => Err(SoundProblem::TooLong),
        _ => Ok(()),
    }
}

/// Opens a file for playing, after the checks that cost nothing.
pub(super) fn open(path: &Path) -> Result<Opened, SoundProblem> {
    decoder(Bytes::Read(read(path)?.into()))
}

/// What plays a file. Decodes its first moments only.
pub(super) fn decoder(bytes: Bytes) -> Result<Opened, SoundProblem> {
    let decoder = Decoder::try_from(Cursor::new(bytes))
        .map_err(|error| SoundProblem::NotASound(error.to_string()))?;
    if decoder.channels().get() > MOST_CHANNELS || decoder.sample_rate().get() > MOST_RATE {
        return Err(SoundProblem::NotASound(
            "it has more channels or a higher rate than any loudspeaker".into(),
        ));
    }
    Ok(decoder)
}

/// Reads a plain file of at most [`MAX_BYTES`]; a pipe or a device, which might never end, is not even opened.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, SoundProblem> {
    let unreadable = |error: std::io::Error| SoundProblem::Unreadable(error.to_string());
    let facts = std::fs::metadata(path).map_err(unreadable)?;
    if !facts.is_file() {
        return Err(SoundProblem::Unreadable("it is not a file".into()));
    }
    if facts.len() > MAX_BYTES {
        return Err(SoundProblem::TooBig);
    }
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(MAX_BYTES + 1).read_to_end(&mut bytes))
        .map_err(unreadable)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(SoundProblem::TooBig);
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_with_more_channels_than_loudspeakers_is_refused() {
        let mut many = wav(1);
        many[22..24].copy_from_slice(&9_u16.to_le_bytes());
        many[32..34].copy_from_slice(&9_u16.to_le_bytes());
        assert!(matches!(
            checked("many.wav", &many),
            Err(SoundProblem::NotASound(_))
        ));
    }

    fn wav(seconds: u32) -> Vec<u8> {
        let data = vec![0_u8; (8000 * seconds) as usize];
        let mut file = Vec::new();
        file.extend(b"RIFF");
        file.extend((36 + u32::try_from(data.len()).unwrap()).to_le_bytes());
        file.extend(b"WAVEfmt ");
        file.extend(16_u32.to_le_bytes());
        file.extend(1_u16.to_le_bytes());
        file.extend(1_u16.to_le_bytes());
        file.extend(8000_u32.to_le_bytes());
        file.extend(8000_u32.to_le_bytes());
        file.extend(1_u16.to_le_bytes());
        file.extend(8_u16.to_le_bytes());
        file.extend(b"data");
        file.extend(u32::try_from(data.len()).unwrap().to_le_bytes());
        file.extend(data);
        file
    }

    fn checked(name: &str, bytes: &[u8]) -> Result<(), SoundProblem> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        check_file(&path)
    }

    #[test]
    fn every_built_in_sound_passes() {
        for name in super::super::builtin::names() {
            let bytes = super::super::builtin::bytes(name).unwrap();
            assert_eq!(checked("sound.wav", bytes), Ok(()), "{name}");
        }
    }

    #[test]
    fn thirty_seconds_pass_and_a_second_more_does_not() {
        assert_eq!(checked("long.wav", &wav(30)), Ok(()));
        assert_eq!(checked("longer.wav", &wav(31)), Err(SoundProblem::TooLong));
    }

    #[test]
    fn a_big_file_is_refused_unread() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("big.wav");
        File::create(&path).unwrap().set_len(MAX_BYTES + 1).unwrap();
        assert_eq!(check_file(&path), Err(SoundProblem::TooBig));
    }

    #[test]
    fn what_is_not_a_sound_says_so() {
        assert!(matches!(
            checked("a.mp3", b"<svg/>"),
            Err(SoundProblem::NotASound(_))
        ));
        assert!(matches!(
            checked("a.wav", b""),
            Err(SoundProblem::NotASound(_))
        ));
        assert!(matches!(
            check_file(Path::new("/nowhere/a.wav")),
            Err(SoundProblem::Unreadable(_))
        ));
        assert!(matches!(
            check_file(Path::new("/tmp")),
            Err(SoundProblem::Unreadable(_))
        ));
    }
}
