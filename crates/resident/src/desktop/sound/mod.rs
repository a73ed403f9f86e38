//! Sounds of alerts: built-in ones and the user's own files.
//!
//! The device is opened for a sound and given back ten seconds after the last one; no thread of sound lives longer.
//! The caller never waits: whether a sound was heard comes as an answer that may be ignored.

pub mod builtin;
#[cfg(any(target_os = "macos", test))]
mod carried;
mod check;
mod voice;

use carillon_core::alerts::Sound;
use std::path::PathBuf;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::oneshot;

pub use check::{MAX_BYTES, MAX_LENGTH, check_file};
use voice::Order;

/// Why a sound is not heard.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SoundProblem {
    /// No built-in sound has this name.
    #[error("there is no built-in sound “{0}”")]
    Unknown(String),
    /// The file cannot be read.
    #[error("the file cannot be read: {0}")]
    Unreadable(String),
    /// The file is larger than [`MAX_BYTES`].
    #[error("the file is larger than 10 MB")]
    TooBig,
    /// The sound is longer than [`MAX_LENGTH`].
    #[error("the sound is longer than 30 seconds")]
    TooLong,
    /// The file is not wav, ogg, flac or mp3, or is damaged.
    #[error("this is not a sound that can be played: {0}")]
    NotASound(String),
    /// There is no sound device, or it is taken.
    #[error("no sound device: {0}")]
    NoDevice(String),
}

/// What is to be heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Clip {
    /// A file that is inside the binary.
    BuiltIn(&'static [u8]),
    /// The user's own file.
    File(PathBuf),
}

impl Clip {
    /// What a setting means; `None`: silence.
    ///
    /// # Errors
    /// [`SoundProblem::Unknown`] for a built-in sound that does not exist.
    pub fn of(sound: &Sound) -> Result<Option<Self>, SoundProblem> {
        match sound {
            Sound::None => Ok(None),
            Sound::Builtin(name) => match builtin::bytes(name) {
                Some(bytes) => Ok(Some(Self::BuiltIn(bytes))),
                None => Err(SoundProblem::Unknown(name.clone())),
            },
            Sound::File(path) => Ok(Some(Self::File(path.into()))),
        }
    }
}

/// The name of a sound that the popup brings along, where whoever shows popups plays sounds better than Carillon can:
/// on macOS, which tells nobody of its Focus. `None`: Carillon plays it.
#[must_use]
pub fn carried_by_popups(sound: &Sound) -> Option<String> {
    #[cfg(target_os = "macos")]
    return carried::lay_out(sound, &carried::folder()?);
    #[cfg(not(target_os = "macos"))]
    {
        let _nobody_carries = sound;
        None
    }
}

/// A sound to play.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Play {
    /// A sound with the same key ends when this one begins; others overlap.
    pub key: String,
    /// What.
    pub clip: Clip,
    /// How loud, 0 to 100.
    pub volume: u8,
}

/// Plays sounds. Cheap to clone, holds nothing while it is silent.
#[derive(Debug, Clone, Default)]
pub struct Player {
    voice: Arc<Mutex<Option<Sender<Order>>>>,
}

impl std::fmt::Debug for Order {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Order")
    }
}

impl Player {
    /// A player; nothing is opened before the first sound.
    #[must_use]
    pub fn start() -> Self {
        Self::default()
    }

    /// Plays a sound and returns at once. The answer says whether it began (about 60 ms where there is no device)
    /// and may be dropped.
    #[must_use = "drop it explicitly when nobody wants to know"]
    pub fn play(&self, play: Play) -> oneshot::Receiver<Result<(), SoundProblem>> {
        let (told, answer) = oneshot::channel();
        let order = Order::Play(
            play,
            Box::new(move |result| {
                if let Err(problem) = &result {
                    tracing::warn!(%problem, "a sound was not played");
                }
                let _nobody_asked = told.send(result);
            }),
        );
        let mut voice = self.voice();
        let refused = match voice.as_ref() {
            Some(orders) => orders.send(order).err().map(|refused| refused.0),
            None => Some(order),
        };
        if let Some(order) = refused {
            *voice = self.raise(order);
        }
        answer
    }

    /// Silence, within some milliseconds.
    pub fn stop_all(&self) {
        if let Some(orders) = self.voice().as_ref() {
            let _silent_already = orders.send(Order::StopAll);
        }
    }

    /// Starts the thread that owns the device, with its first order.
    fn raise(&self, first: Order) -> Option<Sender<Order>> {
        let (orders, taken) = channel();
        let own = orders.clone();
        let player = self.clone();
        let _taken_is_alive = orders.send(first);
        let ends = move |taken: &std::sync::mpsc::Receiver<Order>| {
            // Under the lock nobody can order: either something is there already, or the next one raises a new voice.
            let mut voice = player.voice();
            match taken.try_recv() {
                Ok(order) => Some(order),
                Err(_) => {
                    *voice = None;
                    None
                }
            }
        };
        let thread = std::thread::Builder::new()
            .name("sound".into())
            .spawn(move || voice::run(&taken, own, ends));
        match thread {
            Ok(_runs_by_itself) => Some(orders),
            Err(error) => {
                tracing::warn!(%error, "no thread for sound");
                None
            }
        }
    }

    fn voice(&self) -> MutexGuard<'_, Option<Sender<Order>>> {
        self.voice.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
