//! Voice messages: what the microphone hears becomes a FLAC file.
//!
//! FLAC, because every system and browser plays it, without a library that has to be installed; at the rate of speech a
//! minute takes about a megabyte. An encoder for Opus that is kept well and written in Rust there is none.
//!
//! The microphone is open, and a thread there, only while somebody records; what was recorded is kept until it is sent
//! or thrown away, or the window that wanted it is gone.

mod flac;
mod microphone;

use flac::{EncodeError, Flac};
use microphone::Microphone;
use std::any::Any;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// The longest recording.
pub const LONGEST: Duration = Duration::from_secs(10 * 60);
/// Rates from this on, and their double, are brought down to it or a little above.
const SPEECH: u32 = 16_000;
/// A device has so long to open.
const PATIENCE: Duration = Duration::from_secs(10);

/// Why nothing is recorded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecordProblem {
    /// There is no microphone, or it may not be used.
    #[error("no microphone: {0}")]
    NoMicrophone(String),
    /// Nothing was recorded that could be sent.
    #[error("there is no recording")]
    NoRecording,
    /// The recording cannot be made a file.
    #[error("{0}")]
    NotEncoded(String),
}

impl From<EncodeError> for RecordProblem {
    fn from(error: EncodeError) -> Self {
        Self::NotEncoded(error.to_string())
    }
}

/// What an ear tells.
#[derive(Debug)]
pub enum Heard {
    /// Samples between -1 and 1, channel by channel.
    Samples(Vec<f32>),
    /// It hears nothing any more.
    Failed(String),
    /// Nobody wants to hear more.
    End,
}

/// An ear that is open until `open` is dropped.
pub struct Listening {
    /// Samples a second in each channel.
    pub rate: u32,
    /// How many channels there are.
    pub channels: u16,
    /// What keeps it open.
    pub open: Box<dyn Any>,
}

/// Something that hears: the microphone, or in tests a script.
pub trait Ear: Send + Sync + 'static {
    /// Opens it. It is closed on the same thread.
    ///
    /// # Errors
    /// When there is none.
    fn open(&self, heard: Sender<Heard>) -> Result<Listening, RecordProblem>;
}

/// How a recording stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordingNow {
    /// How long it is.
    pub length: Duration,
    /// How loud it was just now, 0 to 100.
    pub level: u8,
    /// Nothing more is recorded: it was stopped, is as long as one may be, or the microphone is gone.
    pub ended: bool,
}

/// Records one voice message at a time.
pub struct Recorder {
    ear: Arc<dyn Ear>,
    recording: Mutex<Option<Recording>>,
}

/// One that goes on, or waits to be sent.
struct Recording {
    owner: u64,
    heard: Sender<Heard>,
    gauge: Arc<Gauge>,
    work: Work,
}

enum Work {
    Going(JoinHandle<Result<Vec<u8>, RecordProblem>>),
    Done(Result<Arc<[u8]>, RecordProblem>),
}

#[derive(Debug, Default)]
struct Gauge {
    milliseconds: AtomicU64,
    level: AtomicU8,
}

impl Default for Recorder {
    fn default() -> Self {
        Self::with(Arc::new(Microphone))
    }
}

impl Recorder {
    /// A recorder that hears with this.
    #[must_use]
    pub fn with(ear: Arc<dyn Ear>) -> Self {
        Self {
            ear,
            recording: Mutex::default(),
        }
    }

    /// Begins to record for a window; what was recorded before and not sent is thrown away. Blocks until the microphone
    /// is open.
    ///
    /// # Errors
    /// [`RecordProblem::NoMicrophone`].
    pub fn begin(&self, owner: u64) -> Result<(), RecordProblem> {
        let mut recording = self.lock();
        // Closed before it is opened again: some devices can be opened once only.
        drop(recording.take());
        let (heard, hearing) = channel();
        let (opened, answer) = channel();
        let gauge = Arc::<Gauge>::default();
        let (ear, own, shown) = (Arc::clone(&self.ear), heard.clone(), Arc::clone(&gauge));
        let work = std::thread::Builder::new()
            .name("recording".into())
            .spawn(move || record(ear.as_ref(), own, &hearing, &opened, &shown))
            .map_err(|error| RecordProblem::NoMicrophone(error.to_string()))?;
        let silent = || RecordProblem::NoMicrophone("it does not answer".to_owned());
        answer.recv_timeout(PATIENCE).map_err(|_| silent())??;
        *recording = Some(Recording {
            owner,
            heard,
            gauge,
            work: Work::Going(work),
        });
        Ok(())
    }

    /// How the recording stands; `None` where there is none.
    #[must_use]
    pub fn now(&self) -> Option<RecordingNow> {
        let recording = self.lock();
        let one = recording.as_ref()?;
        let ended = match &one.work {
            Work::Going(thread) => thread.is_finished(),
            Work::Done(_) => true,
        };
        Some(RecordingNow {
            length: Duration::from_millis(one.gauge.milliseconds.load(Ordering::Relaxed)),
            level: match ended {
                true => 0,
                false => one.gauge.level.load(Ordering::Relaxed),
            },
            ended,
        })
    }

    /// Closes the microphone; what was recorded is kept. Blocks for a moment.
    pub fn stop(&self) {
        if let Some(recording) = self.lock().as_mut() {
            // Whoever asks for the file is told.
            let _encoded = recording.stop();
        }
    }

    /// The file, which is kept until [`Self::throw_away`]. Ends the recording.
    ///
    /// # Errors
    /// [`RecordProblem::NoRecording`], or that it cannot be made a file.
    pub fn file(&self) -> Result<Arc<[u8]>, RecordProblem> {
        let mut recording = self.lock();
        let one = recording.as_mut().ok_or(RecordProblem::NoRecording)?;
        one.stop()
    }

    /// Ends the recording and keeps nothing of it.
    pub fn throw_away(&self) {
        self.lock().take();
    }

    /// A window is gone, and with it what it recorded.
    pub fn leave(&self, owner: u64) {
        self.lock().take_if(|one| one.owner == owner);
    }

    fn lock(&self) -> MutexGuard<'_, Option<Recording>> {
        self.recording
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Recording {
    fn stop(&mut self) -> Result<Arc<[u8]>, RecordProblem> {
        if let Work::Done(done) = &self.work {
            return done.clone();
        }
        let _ended_already = self.heard.send(Heard::End);
        let work = std::mem::replace(&mut self.work, Work::Done(Err(RecordProblem::NoRecording)));
        if let Work::Going(thread) = work {
            let done = match thread.join() {
                Ok(done) => done.map(Arc::from),
                Err(_) => Err(RecordProblem::NoRecording),
            };
            self.work = Work::Done(done.clone());
            return done;
        }
        Err(RecordProblem::NoRecording)
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        // Waits until the microphone is closed.
        let _thrown_away = self.stop();
    }
}

/// Records until somebody ends it, it is as long as one may be, or nothing is heard any more. What came until then is
/// the recording.
fn record(
    ear: &dyn Ear,
    own: Sender<Heard>,
    hearing: &Receiver<Heard>,
    opened: &Sender<Result<(), RecordProblem>>,
    gauge: &Gauge,
) -> Result<Vec<u8>, RecordProblem> {
    let begun = ear.open(own).and_then(|listening| {
        let voice = Voice::new(listening.rate, listening.channels)?;
        Ok((listening, voice))
    });
    let (listening, mut voice) = match begun {
        Ok(begun) => begun,
        Err(problem) => {
            let _given_up = opened.send(Err(problem.clone()));
            return Err(problem);
        }
    };
    if opened.send(Ok(())).is_err() {
        return Err(RecordProblem::NoRecording);
    }
    while let Ok(heard) = hearing.recv() {
        match heard {
            Heard::Samples(samples) => {
                let level = voice.take(&samples)?;
                let length = voice.length();
                gauge.level.store(level, Ordering::Relaxed);
                let milliseconds = u64::try_from(length.as_millis()).unwrap_or(u64::MAX);
                gauge.milliseconds.store(milliseconds, Ordering::Relaxed);
                if length >= LONGEST {
                    break;
                }
            }
            Heard::Failed(why) => {
                tracing::warn!(why, "the microphone");
                break;
            }
            Heard::End => break,
        }
    }
    drop(listening);
    Ok(voice.flac.finish()?)
}

/// What was said, in one channel, at the rate of speech or up to twice that.
struct Voice {
    flac: Flac,
    rate: u32,
    /// Of so many samples in a row, over all channels, the mean is one sample of the file.
    together: u32,
    sum: f32,
    summed: u32,
    kept: u64,
}

impl Voice {
    fn new(rate: u32, channels: u16) -> Result<Self, EncodeError> {
        let fewer = (rate / SPEECH).max(1);
        Ok(Self {
            flac: Flac::new(rate / fewer)?,
            rate: rate / fewer,
            together: fewer * u32::from(channels.max(1)),
            sum: 0.0,
            summed: 0,
            kept: 0,
        })
    }

    /// Answers how loud it was.
    fn take(&mut self, samples: &[f32]) -> Result<u8, EncodeError> {
        let mut loudest = 0.0_f32;
        for sample in samples {
            self.sum += if sample.is_finite() { *sample } else { 0.0 };
            self.summed += 1;
            if self.summed == self.together {
                let mean = self.sum / self.together as f32;
                (self.sum, self.summed) = (0.0, 0);
                loudest = loudest.max(mean.abs());
                self.flac.take(mean)?;
                self.kept += 1;
            }
        }
        Ok(level(loudest))
    }

    fn length(&self) -> Duration {
        Duration::from_millis(self.kept * 1000 / u64::from(self.rate.max(1)))
    }
}

/// Speech lies at a tenth of what is possible: the root lets it move the gauge.
fn level(loudest: f32) -> u8 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "0 to 100"
    )]
    let level = (loudest.clamp(0.0, 1.0).sqrt() * 100.0) as u8;
    level
}

#[cfg(test)]
mod tests;
