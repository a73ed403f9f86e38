//! Sounds of alerts: built-in ones, those of sound packs, and the user's own files.
//!
//! Of two sounds within a second only the stronger event's is heard, and that is decided when they are ordered: a
//! burst never queues up.
//!
//! The device is opened for a sound and given back ten seconds after the last one; no thread of sound lives longer.
//! The caller never waits: whether a sound was heard comes as an answer that may be ignored.

pub mod builtin;
#[cfg(any(target_os = "macos", test))]
mod carried;
mod check;
mod decode;
mod kept;
pub mod listening;
pub mod packs;
mod voice;

use carillon_core::alerts::{EventKind, Overlap, PackSound, Sound, Sounding, overlap};
use carillon_core::ids::Timestamp;
use packs::Shelf;
use std::path::PathBuf;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;
use tokio::sync::oneshot;

pub use check::{MAX_BYTES, MAX_LENGTH, check_file};
pub use decode::is_decoding;
use voice::Order;
pub(crate) use voice::quiet;

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
    /// One of an imported sound pack.
    Pack(PackSound),
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
            Sound::Pack(sound) => Ok(Some(Self::Pack(sound.clone()))),
            Sound::File(path) => Ok(Some(Self::File(path.into()))),
        }
    }
}

/// The name of a sound that the popup brings along, where whoever shows popups plays sounds better than Carillon can:
/// on macOS, which tells nobody of its Focus. `None`: Carillon plays it.
#[must_use]
pub fn carried_by_popups(sound: &Sound, shelf: Option<&Shelf>) -> Option<String> {
    #[cfg(target_os = "macos")]
    return carried::lay_out(sound, shelf, &carried::folder()?);
    #[cfg(not(target_os = "macos"))]
    {
        let _nobody_carries = (sound, shelf);
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
    stage: Arc<Mutex<Stage>>,
    shelf: Option<Shelf>,
}

/// What the player's clones share.
#[derive(Debug, Default)]
struct Stage {
    voice: Option<Sender<Order>>,
    /// The last sound that had its turn.
    last: Option<(EventKind, Instant)>,
    /// How often all was silenced.
    silences: u64,
}

/// The permission to be heard; it is void once all is silenced.
#[derive(Debug)]
#[must_use = "a turn that is not used silences weaker events for a second all the same"]
pub struct Turn {
    silences: u64,
    /// Ends what plays.
    alone: bool,
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

    /// The same, with the sounds of packs.
    #[must_use]
    pub fn with_packs(shelf: Shelf) -> Self {
        Self {
            shelf: Some(shelf),
            ..Self::default()
        }
    }

    /// Where the sounds of packs lie.
    #[must_use]
    pub const fn shelf(&self) -> Option<&Shelf> {
        self.shelf.as_ref()
    }

    /// Whether an event is heard that happens now; see [`overlap`].
    pub fn turn(&self, kind: EventKind, now: Instant) -> Option<Turn> {
        let mut stage = self.stage();
        let alone = match stage.last {
            None => false,
            Some((playing, since)) => match beside(playing, since, kind, now) {
                Overlap::Both => false,
                Overlap::Replace => true,
                Overlap::Drop => return None,
            },
        };
        stage.last = Some((kind, now));
        Some(Turn {
            silences: stage.silences,
            alone,
        })
    }

    /// A sample is always heard, alone, and nothing that follows is left out for its sake.
    pub fn sample_turn(&self) -> Turn {
        let mut stage = self.stage();
        stage.last = None;
        Turn {
            silences: stage.silences,
            alone: true,
        }
    }

    /// Plays a sound and returns at once. The answer says whether it began (about 60 ms where there is no device)
    /// and may be dropped; it never comes when all was silenced since the turn was given.
    #[must_use = "drop it explicitly when nobody wants to know"]
    #[expect(clippy::needless_pass_by_value, reason = "a turn is used once")]
    pub fn play(&self, turn: Turn, play: Play) -> oneshot::Receiver<Result<(), SoundProblem>> {
        let (told, answer) = oneshot::channel();
        let mut stage = self.stage();
        if turn.silences != stage.silences {
            return answer;
        }
        let order = Order::Play {
            play,
            alone: turn.alone,
            tell: Box::new(move |result| {
                if let Err(problem) = &result {
                    tracing::warn!(%problem, "a sound was not played");
                }
                let _nobody_asked = told.send(result);
            }),
        };
        let refused = match stage.voice.as_ref() {
            Some(orders) => orders.send(order).err().map(|refused| refused.0),
            None => Some(order),
        };
        if let Some(order) = refused {
            stage.voice = self.raise(order);
        }
        answer
    }

    /// Silence, within some milliseconds; also of what has its turn and was not ordered yet.
    pub fn stop_all(&self) {
        let mut stage = self.stage();
        stage.silences += 1;
        stage.last = None;
        if let Some(orders) = stage.voice.as_ref() {
            let _silent_already = orders.send(Order::StopAll);
        }
    }

    /// Starts the thread that owns the device, with its first order.
    fn raise(&self, first: Order) -> Option<Sender<Order>> {
        let (orders, taken) = channel();
        let own = orders.clone();
        let player = self.clone();
        let shelf = self.shelf.clone();
        let _taken_is_alive = orders.send(first);
        let ends = move |taken: &std::sync::mpsc::Receiver<Order>| {
            // Under the lock nobody can order: either something is there already, or the next one raises a new voice.
            let mut stage = player.stage();
            match taken.try_recv() {
                Ok(order) => Some(order),
                Err(_) => {
                    stage.voice = None;
                    None
                }
            }
        };
        let thread = std::thread::Builder::new()
            .name("sound".into())
            .spawn(move || voice::run(&taken, own, shelf, ends));
        match thread {
            Ok(_runs_by_itself) => Some(orders),
            Err(error) => {
                tracing::warn!(%error, "no thread for sound");
                None
            }
        }
    }

    fn stage(&self) -> MutexGuard<'_, Stage> {
        self.stage.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The rule for two sounds, in moments of this process.
fn beside(playing: EventKind, since: Instant, next: EventKind, now: Instant) -> Overlap {
    let passed = now.saturating_duration_since(since).as_millis();
    let sounding = |kind, at| Sounding {
        kind,
        at: Timestamp(at),
    };
    let passed = i64::try_from(passed).unwrap_or(i64::MAX);
    overlap(sounding(playing, 0), sounding(next, passed))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_flood_has_one_turn_a_second() {
        let player = Player::start();
        let start = Instant::now();
        let turns = (0..5_000_u32)
            .filter(|number| {
                let now = start + Duration::from_millis(2) * *number;
                player.turn(EventKind::Message, now).is_some()
            })
            .count();
        assert_eq!(turns, 10, "in ten seconds");
    }

    #[test]
    fn a_stronger_event_takes_the_place_of_what_plays() {
        let player = Player::start();
        let start = Instant::now();
        let message = player.turn(EventKind::Message, start).unwrap();
        assert!(!message.alone);
        let soon = start + Duration::from_millis(300);
        assert!(player.turn(EventKind::ContactAvailable, soon).is_none());
        assert!(player.turn(EventKind::Attention, soon).unwrap().alone);
        let later = soon + Duration::from_millis(900);
        assert!(
            player.turn(EventKind::Message, later).is_none(),
            "the second counts from the stronger one"
        );
    }

    #[test]
    fn a_sample_is_heard_at_once_and_leaves_nothing_out() {
        let player = Player::start();
        let start = Instant::now();
        assert!(player.turn(EventKind::Attention, start).is_some());
        assert!(player.sample_turn().alone);
        assert!(player.turn(EventKind::Message, start).is_some());
    }

    #[tokio::test]
    async fn a_turn_is_void_once_all_is_silenced() {
        let player = Player::start();
        let turn = player.turn(EventKind::Message, Instant::now()).unwrap();
        player.stop_all();
        let play = Play {
            key: "chat".into(),
            clip: Clip::File("/nowhere".into()),
            volume: 50,
        };
        assert!(player.play(turn, play).await.is_err(), "no answer");
        assert!(player.stage().voice.is_none(), "nothing was opened");
    }
}
