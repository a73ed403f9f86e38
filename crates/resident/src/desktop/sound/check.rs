//! Is a file fit to be an alert sound?

use super::SoundProblem;
use super::decode::{self, Bytes};
use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// A longer file is no alert, and is refused before it is read.
pub const MAX_BYTES: u64 = 10 * 1024 * 1024;
/// Nobody waits longer for an alert to end.
pub const MAX_LENGTH: Duration = Duration::from_secs(30);

/// Decodes a file from end to end and says what is wrong with it. Blocks for as long as that takes (some 10 ms a
/// second of sound), so it is for the settings, never for the way of an alert.
///
/// # Errors
/// [`SoundProblem`] with the reason, fit to be shown.
pub fn check_file(path: &Path) -> Result<(), SoundProblem> {
    check_bytes(&read(path)?.into())
}

/// The same for a file that was read already.
pub(super) fn check_bytes(bytes: &Arc<[u8]>) -> Result<(), SoundProblem> {
    if decode::decode(Bytes::Read(Arc::clone(bytes)))?.whole {
        Ok(())
    } else {
        Err(SoundProblem::TooLong)
    }
}

/// Whether a file is a sound at all; the checks that cost nothing.
pub(super) fn glance(path: &Path) -> Result<(), SoundProblem> {
    decode::begin(read(path)?.into())
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
