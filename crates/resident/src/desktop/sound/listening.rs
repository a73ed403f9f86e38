//! Sounds that somebody sent: played when the user asks for it, one at a time.
//!
//! A file is decoded while it is played, on a thread of its own that may panic, as for alerts: nothing of a decoder runs
//! on the device's thread. The device is open only while something plays, and a pause closes it.

mod feed;
mod stretch;

pub use feed::Fed;
pub use stretch::Speed;

use super::voice::open;
use super::{SoundProblem, quiet};
use feed::{Heard, feed};
use rodio::Player;
use rodio::source::EmptyCallback;
use std::any::Any;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// A device has so long to open.
const PATIENCE: Duration = Duration::from_secs(10);

/// What is to be heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Track {
    /// Which: a message's number.
    pub number: i64,
    /// The file.
    pub path: PathBuf,
}

/// How a track stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrackNow {
    /// Which.
    pub number: i64,
    /// So much of it has passed.
    pub at: Duration,
    /// How long it is, where its file says so.
    pub length: Option<Duration>,
    /// It waits.
    pub paused: bool,
}

/// What plays what is fed: the device, or in tests nothing.
pub trait Loudspeaker: Send + Sync + 'static {
    /// Plays, until what is answered is dropped. `ended` is told when it has been heard, or cannot be.
    ///
    /// # Errors
    /// When there is no device.
    fn play(&self, sound: Fed, ended: Sender<()>) -> Result<Box<dyn Any>, SoundProblem>;
}

/// The desktop's.
struct Device;

impl Loudspeaker for Device {
    fn play(&self, sound: Fed, ended: Sender<()>) -> Result<Box<dyn Any>, SoundProblem> {
        let quiet = quiet();
        let failed = ended.clone();
        let device = open(move || {
            let _nobody_listens = failed.send(());
        })?;
        let player = Player::connect_new(device.mixer());
        player.append(sound);
        player.append(EmptyCallback::new(Box::new(move || {
            let _nobody_listens = ended.send(());
        })));
        Ok(Box::new((player, device, quiet)))
    }
}

/// Plays one track at a time.
pub struct Listening {
    loudspeaker: Arc<dyn Loudspeaker>,
    playing: Mutex<Option<Playing>>,
}

struct Playing {
    owner: u64,
    number: i64,
    from: Duration,
    length: Option<Duration>,
    heard: Arc<Heard>,
    state: State,
}

enum State {
    Paused,
    Going {
        /// Its sender stops it.
        stop: Sender<()>,
        over: Arc<AtomicBool>,
        thread: Option<std::thread::JoinHandle<()>>,
    },
}

impl Default for Listening {
    fn default() -> Self {
        Self::with(Arc::new(Device))
    }
}

impl Listening {
    /// Plays with this.
    #[must_use]
    pub fn with(loudspeaker: Arc<dyn Loudspeaker>) -> Self {
        Self {
            loudspeaker,
            playing: Mutex::default(),
        }
    }

    /// Plays a track for a window, from somewhere on; what plays ends. Blocks until the first of it is decoded.
    ///
    /// # Errors
    /// When it is nothing that can be played, or there is no device.
    pub fn play(
        &self,
        owner: u64,
        track: &Track,
        from: Duration,
        speed: Speed,
    ) -> Result<(), SoundProblem> {
        let mut playing = self.lock();
        drop(playing.take());
        let (sound, length) = feed(&track.path, from, speed)?;
        let heard = sound.heard();
        let (stop, ends) = channel();
        let over = Arc::<AtomicBool>::default();
        let thread = self.raise(sound, stop.clone(), ends, Arc::clone(&over))?;
        *playing = Some(Playing {
            owner,
            number: track.number,
            from,
            length,
            heard,
            state: State::Going {
                stop,
                over,
                thread: Some(thread),
            },
        });
        Ok(())
    }

    /// The thread that owns the device, once it is open.
    fn raise(
        &self,
        sound: Fed,
        own: Sender<()>,
        ends: Receiver<()>,
        over: Arc<AtomicBool>,
    ) -> Result<std::thread::JoinHandle<()>, SoundProblem> {
        let loudspeaker = Arc::clone(&self.loudspeaker);
        let (told, opened) = channel();
        let thread = std::thread::Builder::new()
            .name("listening".into())
            .spawn(move || {
                match loudspeaker.play(sound, own) {
                    Ok(open) => {
                        let _given_up = told.send(Ok(()));
                        let _heard_or_stopped = ends.recv();
                        drop(open);
                    }
                    Err(problem) => {
                        let _given_up = told.send(Err(problem));
                    }
                }
                over.store(true, Ordering::Relaxed);
            })
            .map_err(|error| SoundProblem::NoDevice(error.to_string()))?;
        match opened.recv_timeout(PATIENCE) {
            Ok(opened) => opened.map(|()| thread),
            Err(_) => Err(SoundProblem::NoDevice("it does not answer".to_owned())),
        }
    }

    /// Closes the device; the place is kept. Blocks for a moment.
    pub fn pause(&self) {
        let mut playing = self.lock();
        forget_what_is_over(&mut playing);
        if let Some(one) = playing.as_mut() {
            one.from = one.at();
            one.heard.forget();
            one.state.stop();
            one.state = State::Paused;
        }
    }

    /// How what plays or is paused stands; `None` when it has been heard.
    #[must_use]
    pub fn now(&self) -> Option<TrackNow> {
        let mut playing = self.lock();
        forget_what_is_over(&mut playing);
        let one = playing.as_ref()?;
        Some(TrackNow {
            number: one.number,
            at: one.at(),
            length: one.length,
            paused: matches!(one.state, State::Paused),
        })
    }

    /// A window is gone, and nobody could stop what it plays.
    pub fn leave(&self, owner: u64) {
        self.lock().take_if(|one| one.owner == owner);
    }

    fn lock(&self) -> MutexGuard<'_, Option<Playing>> {
        self.playing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn forget_what_is_over(playing: &mut Option<Playing>) {
    playing.take_if(|one| match &one.state {
        State::Going { over, .. } => over.load(Ordering::Relaxed),
        State::Paused => false,
    });
}

impl Playing {
    fn at(&self) -> Duration {
        let at = self.from + self.heard.passed();
        self.length.map_or(at, |length| at.min(length))
    }
}

impl State {
    fn stop(&mut self) {
        if let Self::Going { stop, thread, .. } = self {
            let _over_already = stop.send(());
            if let Some(thread) = thread.take() {
                let _ended = thread.join();
            }
        }
    }
}

impl Drop for State {
    fn drop(&mut self) {
        self.stop();
    }
}

#[cfg(test)]
mod tests;
