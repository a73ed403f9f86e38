//! Sounds are decoded whole before they are played: nothing of a decoder runs on the device's thread.
//!
//! A file may be a stranger's, and the decoders panic at some that are damaged, such as a WAV whose rate is 0. So a
//! file is decoded on a thread of its own, which may panic ([`is_decoding`]) or take too long without harm.

use super::{MAX_LENGTH, SoundProblem};
use rodio::buffer::SamplesBuffer;
use rodio::{Decoder, Source as _};
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::num::NonZero;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

/// No loudspeaker has more; such a file is damaged, or wants to take long.
const MOST_CHANNELS: u16 = 8;
/// Samples a second, from the worst telephone to the best studio.
const RATES: std::ops::RangeInclusive<u32> = 2_000..=384_000;
/// What devices and rodio's conversion between rates can do: it overflows for rates without a common divisor.
const USUAL: [u32; 9] = [
    8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000,
];
/// Any other rate becomes this.
const BEST: NonZero<u32> = match NonZero::new(48_000) {
    Some(rate) => rate,
    None => NonZero::<u32>::MIN,
};
/// Of more channels only the first two are heard: an alert comes from the front.
const CHANNELS: NonZero<u16> = NonZero::<u16>::MIN.saturating_add(1);
/// A good file takes a tenth of a second.
const PATIENCE: Duration = Duration::from_secs(10);
/// The name of the threads that decode files.
pub(super) const THREAD: &str = "sound-decoder";

/// A whole sound file in memory: a decoder must never wait for a disk.
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

/// A decoded sound: at most 30 seconds at one of the usual rates, so at most 12 MB.
#[derive(Debug, Clone)]
pub(super) struct Decoded {
    /// What plays it.
    pub(super) sound: SamplesBuffer,
    /// False when the file goes on after [`MAX_LENGTH`].
    pub(super) whole: bool,
}

/// Whether this thread decodes a file. It is the only one that may panic.
#[must_use]
pub fn is_decoding() -> bool {
    std::thread::current().name() == Some(THREAD)
}

/// Decodes a sound to its end, or as much of it as is ever heard. Takes some milliseconds a second of sound.
pub(super) fn decode(bytes: Bytes) -> Result<Decoded, SoundProblem> {
    match bytes {
        Bytes::BuiltIn(_) => whole(open(Reading::of(bytes))?),
        Bytes::Read(bytes) => apart(bytes, PATIENCE, whole),
    }
}

/// Decodes only the first moments of a file, which tell its format.
pub(super) fn begin(bytes: Arc<[u8]>) -> Result<(), SoundProblem> {
    apart(bytes, PATIENCE, |_begins| Ok(()))
}

/// Decodes on a thread that may panic. One that takes too long is told to end, and left to itself.
fn apart<T: Send + 'static>(
    bytes: Arc<[u8]>,
    patience: Duration,
    work: impl FnOnce(Decoder<Reading>) -> Result<T, SoundProblem> + Send + 'static,
) -> Result<T, SoundProblem> {
    let reading = Reading::of(Bytes::Read(bytes));
    let given_up = Arc::clone(&reading.given_up);
    let (told, answer) = channel();
    std::thread::Builder::new()
        .name(THREAD.to_owned())
        .spawn(move || {
            let _nobody_waits = told.send(open(reading).and_then(work));
        })
        .map_err(|error| SoundProblem::Unreadable(error.to_string()))?;
    answer.recv_timeout(patience).unwrap_or_else(|none| {
        given_up.store(true, Ordering::Relaxed);
        Err(SoundProblem::NotASound(match none {
            RecvTimeoutError::Disconnected => "it is damaged".to_owned(),
            RecvTimeoutError::Timeout => "decoding it takes too long".to_owned(),
        }))
    })
}

/// A file that is being decoded. It fails once nobody waits for it any more, so that no decoder goes round for ever.
struct Reading {
    bytes: Cursor<Bytes>,
    given_up: Arc<AtomicBool>,
}

impl Reading {
    fn of(bytes: Bytes) -> Self {
        Self {
            bytes: Cursor::new(bytes),
            given_up: Arc::default(),
        }
    }

    fn goes_on(&self) -> io::Result<()> {
        if self.given_up.load(Ordering::Relaxed) {
            return Err(io::Error::other("nobody waits for this sound"));
        }
        Ok(())
    }
}

impl Read for Reading {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.goes_on()?;
        self.bytes.read(into)
    }
}

impl Seek for Reading {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.goes_on()?;
        self.bytes.seek(to)
    }
}

fn open(reading: Reading) -> Result<Decoder<Reading>, SoundProblem> {
    let decoder =
        Decoder::new(reading).map_err(|error| SoundProblem::NotASound(error.to_string()))?;
    playable(decoder)
}

/// A decoder, if a loudspeaker can do what it gives.
pub(super) fn playable<R: Read + Seek>(decoder: Decoder<R>) -> Result<Decoder<R>, SoundProblem> {
    if decoder.channels().get() > MOST_CHANNELS || !RATES.contains(&decoder.sample_rate().get()) {
        return Err(SoundProblem::NotASound(
            "it has more channels, or another rate, than any loudspeaker".into(),
        ));
    }
    Ok(decoder)
}

/// Decodes to the end, at a usual rate.
fn whole(decoder: Decoder<Reading>) -> Result<Decoded, SoundProblem> {
    let (kind, mut frames) = even(decoder);
    let most = MAX_LENGTH.as_secs() * u64::from(kind.rate.get());
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let mut samples = Vec::new();
    for frame in frames.by_ref().take(most) {
        samples.extend_from_slice(kind.heard(&frame));
    }
    if samples.is_empty() {
        return Err(SoundProblem::NotASound("it holds no sound".into()));
    }
    Ok(Decoded {
        sound: SamplesBuffer::new(kind.channels, kind.rate, samples),
        whole: frames.next().is_none(),
    })
}

/// What a sound is once it was brought to a usual rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Kind {
    /// One or two.
    pub(super) channels: NonZero<u16>,
    /// Samples a second in each.
    pub(super) rate: NonZero<u32>,
}

impl Kind {
    /// Of a frame the channels that there are.
    pub(super) fn heard<'a>(&self, frame: &'a [f32; 2]) -> &'a [f32] {
        frame
            .get(..usize::from(self.channels.get()))
            .unwrap_or(frame)
    }
}

/// Brings a sound to a usual rate, where its own is none: each sample lies on the line between its neighbours.
pub(super) fn even<R: Read + Seek>(decoder: Decoder<R>) -> (Kind, impl Iterator<Item = [f32; 2]>) {
    let channels = decoder.channels().min(CHANNELS);
    let from = decoder.sample_rate();
    let rate = if USUAL.contains(&from.get()) {
        from
    } else {
        BEST
    };
    let (from, to) = (u64::from(from.get()), u64::from(rate.get()));
    let mut frames = frames(decoder);
    let (mut before, mut now, mut made) = ([0.0; 2], None, 0);
    let between = std::iter::from_fn(move || {
        loop {
            if let Some((at, frame)) = now
                && made * from <= at * to
            {
                let back = (at * to - made * from) as f32 / to as f32;
                made += 1;
                let [left, right]: [f32; 2] = frame;
                let [left_before, right_before]: [f32; 2] = before;
                return Some([
                    left + (left_before - left) * back,
                    right + (right_before - right) * back,
                ]);
            }
            let next = frames.next()?;
            if let Some((_, frame)) = now {
                before = frame;
            }
            now = Some((now.map_or(0, |(at, _)| at + 1), next));
        }
    });
    (Kind { channels, rate }, between)
}

/// The first two channels, or the one twice. Ends where a file goes on as another kind of sound.
fn frames<R: Read + Seek>(mut decoder: Decoder<R>) -> impl Iterator<Item = [f32; 2]> {
    let kind = (decoder.channels(), decoder.sample_rate());
    std::iter::from_fn(move || {
        let first = tame(decoder.next()?);
        let mut frame = [first, first];
        for channel in 1..kind.0.get() {
            let sample = tame(decoder.next()?);
            if channel == 1 {
                frame[1] = sample;
            }
        }
        ((decoder.channels(), decoder.sample_rate()) == kind).then_some(frame)
    })
}

/// A float may be anything, and a loudspeaker should not get it.
fn tame(sample: f32) -> f32 {
    if sample.is_finite() {
        sample.clamp(-1.0, 1.0)
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::super::builtin;
    use super::*;

    /// The built-in bell with other bytes at a place of its header.
    fn bell_with(at: usize, bytes: &[u8]) -> Arc<[u8]> {
        let mut bell = builtin::bytes("bell").unwrap().to_vec();
        bell[at..at + bytes.len()].copy_from_slice(bytes);
        bell.into()
    }

    fn why(bytes: &Arc<[u8]>) -> String {
        match decode(Bytes::Read(Arc::clone(bytes))) {
            Err(SoundProblem::NotASound(why)) => why,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_wav_with_a_rate_of_zero_is_damaged_and_ends_nothing() {
        let zero = bell_with(24, &[0; 4]);
        assert_eq!(why(&zero), "it is damaged");
        assert_eq!(
            begin(zero),
            Err(SoundProblem::NotASound("it is damaged".to_owned()))
        );
        assert!(decode(Bytes::BuiltIn(builtin::bytes("bell").unwrap())).is_ok());
    }

    #[test]
    fn the_release_lets_a_decoder_s_thread_unwind() {
        let manifest = include_str!("../../../../../Cargo.toml");
        let manifest: toml_edit::DocumentMut = manifest.parse().unwrap();
        assert_eq!(
            manifest["profile"]["release"]["panic"].as_str(),
            Some("unwind")
        );
    }

    #[test]
    fn a_rate_that_rodio_cannot_convert_becomes_a_usual_one_of_the_same_length() {
        let bell = decode(Bytes::BuiltIn(builtin::bytes("bell").unwrap())).unwrap();
        let (usual, channels) = (bell.sound.sample_rate().get(), bell.sound.channels().get());
        let seconds = |samples: usize, rate: u32| samples as f64 / f64::from(rate);
        let length = bell.sound.clone().count() / usize::from(channels);
        for odd in [2_003_u32, 44_101, 191_999, 383_999] {
            let bytes = bell_with(24, &odd.to_le_bytes());
            let decoded = decode(Bytes::Read(bytes)).unwrap();
            assert_eq!(decoded.sound.sample_rate(), BEST, "{odd}");
            let made = decoded.sound.count() / usize::from(channels);
            let (made, told) = (seconds(made, 48_000), seconds(length, odd));
            assert!((made - told).abs() < 0.001, "{odd}: {made} of {told}");
        }
        assert!(USUAL.contains(&usual));
    }

    #[test]
    fn a_rate_of_no_loudspeaker_is_refused() {
        for odd in [1_u32, 1_999, 384_001, u32::MAX] {
            let why = why(&bell_with(24, &odd.to_le_bytes()));
            assert!(why.contains("another rate"), "{odd}: {why}");
        }
    }

    #[test]
    fn what_takes_too_long_is_given_up() {
        let bell = builtin::bytes("bell").unwrap().into();
        let (_until_the_end, wait) = channel::<()>();
        let result = apart(bell, Duration::ZERO, move |_decoder| {
            let _test_ended = wait.recv();
            Ok(())
        });
        let why = "decoding it takes too long".to_owned();
        assert_eq!(result, Err(SoundProblem::NotASound(why)));
    }

    #[test]
    fn what_was_given_up_can_read_nothing_more() {
        let mut long = builtin::bytes("bell").unwrap().to_vec();
        long.resize(3_000_000, 0);
        let size = u32::try_from(long.len() - 44).unwrap();
        long[4..8].copy_from_slice(&(size + 36).to_le_bytes());
        long[40..44].copy_from_slice(&size.to_le_bytes());
        let reading = Reading::of(Bytes::Read(long.into()));
        let given_up = Arc::clone(&reading.given_up);
        let decoder = open(reading).unwrap();
        given_up.store(true, Ordering::Relaxed);
        assert!(decoder.count() < 1_000_000);
    }

    #[test]
    fn what_is_no_number_is_silence() {
        assert_eq!(
            [f32::NAN, f32::INFINITY, 7.0, -0.5].map(tame),
            [0.0, 0.0, 1.0, -0.5]
        );
    }
}
