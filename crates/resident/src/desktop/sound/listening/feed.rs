//! A file is decoded a little ahead of what is heard.

use super::stretch::{Speed, Stretch};
use crate::desktop::sound::SoundProblem;
use crate::desktop::sound::decode::{Kind, THREAD, even, playable};
use rodio::{Decoder, Source};
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::num::NonZero;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{
    Receiver, RecvTimeoutError, Sender, SyncSender, TryRecvError, channel, sync_channel,
};
use std::time::Duration;

/// So many parts are decoded ahead.
const AHEAD: usize = 8;
/// So many parts a second.
const PARTS: u32 = 10;
/// What gives no sound within this gives none.
const PATIENCE: Duration = Duration::from_secs(10);

/// How much of a sound has passed.
#[derive(Debug)]
pub(super) struct Heard {
    frames: AtomicU64,
    rate: NonZero<u32>,
    speed: Speed,
}

impl Heard {
    pub(super) fn passed(&self) -> Duration {
        let frames = self.speed.passes(self.frames.load(Ordering::Relaxed));
        Duration::from_millis(frames.saturating_mul(1000) / u64::from(self.rate.get()))
    }

    pub(super) fn forget(&self) {
        self.frames.store(0, Ordering::Relaxed);
    }
}

/// A sound that comes from a decoder, part by part; silence where that one is too slow.
pub struct Fed {
    kind: Kind,
    parts: Receiver<Vec<f32>>,
    part: std::vec::IntoIter<f32>,
    silent: u16,
    heard: Arc<Heard>,
    /// Ends the decoder.
    given_up: Arc<AtomicBool>,
    side: u16,
}

impl Fed {
    /// How much of it has been heard.
    pub(super) fn heard(&self) -> Arc<Heard> {
        Arc::clone(&self.heard)
    }
}

impl Drop for Fed {
    fn drop(&mut self) {
        self.given_up.store(true, Ordering::Relaxed);
    }
}

impl Iterator for Fed {
    type Item = f32;

    fn next(&mut self) -> Option<f32> {
        let channels = self.kind.channels.get();
        if self.silent > 0 {
            self.silent -= 1;
            return Some(0.0);
        }
        let sample = loop {
            if let Some(sample) = self.part.next() {
                break sample;
            }
            match self.parts.try_recv() {
                // It may be empty: what is told faster is collected first.
                Ok(part) => self.part = part.into_iter(),
                Err(TryRecvError::Disconnected) => return None,
                Err(TryRecvError::Empty) => {
                    self.silent = channels - 1;
                    return Some(0.0);
                }
            }
        };
        self.side = (self.side + 1) % channels;
        if self.side == 0 {
            self.heard.frames.fetch_add(1, Ordering::Relaxed);
        }
        Some(sample)
    }
}

impl Source for Fed {
    fn current_span_len(&self) -> Option<usize> {
        None
    }

    fn channels(&self) -> NonZero<u16> {
        self.kind.channels
    }

    fn sample_rate(&self) -> NonZero<u32> {
        self.kind.rate
    }

    fn total_duration(&self) -> Option<Duration> {
        None
    }
}

/// What a decoder says first.
type Begun = Result<(Kind, Option<Duration>), SoundProblem>;

/// Decodes a file from somewhere on. Answers when the first of it is there, with its whole length where that is known.
pub(super) fn feed(
    path: &Path,
    from: Duration,
    speed: Speed,
) -> Result<(Fed, Option<Duration>), SoundProblem> {
    let unreadable = |error: io::Error| SoundProblem::Unreadable(error.to_string());
    let file = File::open(path).map_err(unreadable)?;
    let length = file.metadata().map_err(unreadable)?.len();
    let given_up = Arc::<AtomicBool>::default();
    let reading = Reading {
        file: BufReader::new(file),
        given_up: Arc::clone(&given_up),
    };
    let (told, begun) = channel();
    let (ready, parts) = sync_channel(AHEAD);
    std::thread::Builder::new()
        .name(THREAD.to_owned())
        .spawn(move || {
            if let Err(problem) = decode(reading, length, (from, speed), &told, &ready) {
                let _began_already = told.send(Err(problem));
            }
        })
        .map_err(unreadable)?;
    let damaged = |why: &str| Err(SoundProblem::NotASound(why.to_owned()));
    let begun: Begun = begun.recv_timeout(PATIENCE).unwrap_or_else(|none| {
        given_up.store(true, Ordering::Relaxed);
        match none {
            RecvTimeoutError::Disconnected => damaged("it is damaged"),
            RecvTimeoutError::Timeout => damaged("decoding it takes too long"),
        }
    });
    let (kind, whole) = begun?;
    let heard = Heard {
        frames: AtomicU64::new(0),
        rate: kind.rate,
        speed,
    };
    let fed = Fed {
        kind,
        parts,
        part: Vec::new().into_iter(),
        silent: 0,
        heard: Arc::new(heard),
        given_up,
        side: 0,
    };
    Ok((fed, whole))
}

fn decode(
    reading: Reading,
    length: u64,
    (from, speed): (Duration, Speed),
    told: &Sender<Begun>,
    ready: &SyncSender<Vec<f32>>,
) -> Result<(), SoundProblem> {
    let given_up = Arc::clone(&reading.given_up);
    let decoder = Decoder::builder()
        .with_data(reading)
        .with_byte_len(length)
        .build()
        .map_err(|error| SoundProblem::NotASound(error.to_string()))?;
    let mut decoder = playable(decoder)?;
    let whole = decoder.total_duration().filter(|length| !length.is_zero());
    // What cannot be sought is decoded up to there.
    let sought = from.is_zero() || decoder.try_seek(from).is_ok();
    let (kind, mut frames) = even(decoder);
    if !sought {
        let passed = from.as_millis() * u128::from(kind.rate.get()) / 1000;
        let passed = usize::try_from(passed).unwrap_or(usize::MAX);
        let _before = frames
            .by_ref()
            .take(passed)
            .take_while(|_| !given_up.load(Ordering::Relaxed))
            .count();
    }
    let size = usize::try_from(kind.rate.get() / PARTS).unwrap_or(usize::MAX);
    let mut first = true;
    let mut stretch = Stretch::new(speed, kind.channels, kind.rate);
    loop {
        let mut part = Vec::with_capacity(size * usize::from(kind.channels.get()));
        for frame in frames.by_ref().take(size) {
            part.extend_from_slice(kind.heard(&frame));
        }
        if part.is_empty() {
            return match first {
                true => Err(SoundProblem::NotASound("it holds no sound".to_owned())),
                false => {
                    let _given_up = ready.send(stretch.finish());
                    Ok(())
                }
            };
        }
        if std::mem::take(&mut first) {
            let _given_up = told.send(Ok((kind, whole)));
        }
        if ready.send(stretch.push(part)).is_err() {
            return Ok(());
        }
    }
}

/// A file that is being decoded. It fails once nobody listens any more, so that no decoder goes round for ever.
struct Reading {
    file: BufReader<File>,
    given_up: Arc<AtomicBool>,
}

impl Reading {
    fn goes_on(&self) -> io::Result<()> {
        if self.given_up.load(Ordering::Relaxed) {
            return Err(io::Error::other("nobody listens to this sound"));
        }
        Ok(())
    }
}

impl Read for Reading {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.goes_on()?;
        self.file.read(into)
    }
}

impl Seek for Reading {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.goes_on()?;
        self.file.seek(to)
    }
}
