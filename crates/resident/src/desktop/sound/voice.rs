//! The owner of the sound device. Opens it for the first sound, keeps it for a moment after the last, and ends.

use super::kept::Kept;
use super::packs::Shelf;
use super::{Clip, Play, SoundProblem, builtin};
use rodio::buffer::SamplesBuffer;
use rodio::source::EmptyCallback;
use rodio::{DeviceSinkBuilder, MixerDeviceSink, Player};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

/// How long the device stays open after the last sound: alerts come in bursts, and opening costs 10 to 60 ms.
const KEPT: Duration = Duration::from_secs(10);
/// A device that plays no sound to its end within this is stuck.
const STUCK: Duration = Duration::from_secs(40);
/// Errors further apart than this do not belong together.
const ROW: Duration = Duration::from_millis(200);
/// A device that fails all the time for longer than this is broken.
const PATIENCE: Duration = Duration::from_secs(2);
/// So many sounds overlap; of more, the oldest ends.
const OVERLAP: usize = 4;

/// What the voice is told, by its owner and by the device itself.
pub(super) enum Order {
    Play {
        play: Play,
        /// Ends what plays.
        alone: bool,
        tell: Box<dyn FnOnce(Result<(), SoundProblem>) + Send>,
    },
    StopAll,
    Finished(u64),
    DeviceFailed,
}

struct Voice {
    /// Reaches the voice itself, from the device's thread.
    own: Sender<Order>,
    device: Option<MixerDeviceSink>,
    playing: Vec<Sounding>,
    kept: Kept,
    last: u64,
}

struct Sounding {
    number: u64,
    key: String,
    #[expect(dead_code, reason = "its drop ends the sound")]
    player: Player,
}

/// Plays what is ordered until nothing was for ten seconds. `last_call` is asked then: it hands over an order that
/// slipped in meanwhile, and after its `None` nobody orders any more.
pub(super) fn run(
    orders: &Receiver<Order>,
    own: Sender<Order>,
    shelf: Option<Shelf>,
    last_call: impl Fn(&Receiver<Order>) -> Option<Order>,
) {
    let _quiet = quiet();
    let mut voice = Voice {
        own,
        device: None,
        playing: Vec::new(),
        kept: Kept::new(shelf),
        last: 0,
    };
    loop {
        let patience = if voice.playing.is_empty() {
            KEPT
        } else {
            STUCK
        };
        match orders.recv_timeout(patience) {
            Ok(order) => voice.carry_out(order),
            Err(RecvTimeoutError::Timeout) if !voice.playing.is_empty() => voice.hush(),
            Err(_) => {
                voice.hush();
                match last_call(orders) {
                    Some(order) => voice.carry_out(order),
                    None => return,
                }
            }
        }
    }
}

/// ALSA tells on stderr, in a dozen lines, what comes as an error anyway; on this thread it tells nobody.
#[cfg(target_os = "linux")]
pub(crate) fn quiet() -> impl Sized {
    alsa::Output::local_error_handler().ok()
}

#[cfg(not(target_os = "linux"))]
pub(crate) const fn quiet() {}

impl Voice {
    fn carry_out(&mut self, order: Order) {
        match order {
            Order::Play { play, alone, tell } => {
                if alone {
                    self.playing.clear();
                }
                tell(self.play(play));
            }
            Order::Finished(number) => self.playing.retain(|sounding| sounding.number != number),
            Order::StopAll | Order::DeviceFailed => self.hush(),
        }
    }

    /// Closing the device is the only way to silence what it has buffered already.
    fn hush(&mut self) {
        self.playing.clear();
        self.device = None;
    }

    fn play(&mut self, play: Play) -> Result<(), SoundProblem> {
        let loudness = loudness(play.volume);
        let source = self.kept.source(&play.clip).or_else(|problem| {
            // A file that is gone must not make an alert silent.
            tracing::warn!(%problem, "the chime is played instead of a sound");
            let chime = builtin::bytes("chime").ok_or(problem)?;
            self.kept.source(&Clip::BuiltIn(chime))
        })?;
        self.sound(play.key, source, loudness)
    }

    fn sound(
        &mut self,
        key: String,
        source: SamplesBuffer,
        loudness: f32,
    ) -> Result<(), SoundProblem> {
        self.last += 1;
        let number = self.last;
        let player = Player::connect_new(self.device()?.mixer());
        player.set_volume(loudness);
        player.append(source);
        let own = self.own.clone();
        player.append(EmptyCallback::new(Box::new(move || {
            let _voice_ended = own.send(Order::Finished(number));
        })));
        self.playing.retain(|sounding| sounding.key != key);
        if self.playing.len() >= OVERLAP {
            self.playing.remove(0);
        }
        self.playing.push(Sounding {
            number,
            key,
            player,
        });
        Ok(())
    }

    fn device(&mut self) -> Result<&MixerDeviceSink, SoundProblem> {
        let device = match self.device.take() {
            Some(open) => open,
            None => self.open()?,
        };
        Ok(self.device.insert(device))
    }

    fn open(&self) -> Result<MixerDeviceSink, SoundProblem> {
        let own = self.own.clone();
        open(move || {
            let _voice_ended = own.send(Order::DeviceFailed);
        })
    }
}

/// Opens the device; `failed` is called when it plays nothing more, perhaps more than once.
pub(super) fn open(failed: impl Fn() + Send + 'static) -> Result<MixerDeviceSink, SoundProblem> {
    let mut trouble = Trouble::default();
    let no_device = |error: rodio::DeviceSinkError| SoundProblem::NoDevice(error.to_string());
    let mut device = DeviceSinkBuilder::from_default_device()
        .map_err(no_device)?
        .with_error_callback(move |error: rodio::cpal::Error| {
            if trouble.begins_at(Instant::now()) {
                tracing::debug!(%error, "the sound device");
            }
            if is_fatal(&error) || !passes_by_itself(&error) && trouble.lasts() {
                failed();
            }
        })
        .open_stream()
        .map_err(no_device)?;
    device.log_on_drop(false);
    Ok(device)
}

/// A device that is gone plays nothing more.
fn is_fatal(error: &rodio::cpal::Error) -> bool {
    use rodio::cpal::ErrorKind::{DeviceNotAvailable, HostUnavailable, StreamInvalidated};
    matches!(
        error.kind(),
        DeviceNotAvailable | HostUnavailable | StreamInvalidated
    )
}

/// An underrun does, and a device may change or refuse real time.
fn passes_by_itself(error: &rodio::cpal::Error) -> bool {
    use rodio::cpal::ErrorKind::{DeviceChanged, RealtimeDenied, Xrun};
    matches!(error.kind(), Xrun | RealtimeDenied | DeviceChanged)
}

/// Errors in a row. One alone says little: PulseAudio's plug-in for ALSA fails, over and over, until its server has
/// told it the time for the first time, and then it plays.
#[derive(Debug, Default)]
struct Trouble {
    first: Option<Instant>,
    last: Option<Instant>,
}

impl Trouble {
    /// Counts an error; true when it begins a new row.
    fn begins_at(&mut self, now: Instant) -> bool {
        let goes_on = self
            .last
            .is_some_and(|last| now.saturating_duration_since(last) < ROW);
        self.last = Some(now);
        if !goes_on {
            self.first = Some(now);
        }
        !goes_on
    }

    /// Whether the row is so long that it will not end by itself.
    fn lasts(&self) -> bool {
        self.first
            .zip(self.last)
            .is_some_and(|(first, last)| last.saturating_duration_since(first) > PATIENCE)
    }
}

/// What is heard as half as loud is a quarter of the amplitude and a bit; the square is close and cheap.
fn loudness(volume: u8) -> f32 {
    let part = f32::from(volume.min(100)) / 100.0;
    part * part
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_of_errors_is_trouble_only_when_it_lasts() {
        let start = Instant::now();
        let mut trouble = Trouble::default();
        assert!(trouble.begins_at(start));
        for tenths in 1..=20 {
            assert!(!trouble.begins_at(start + Duration::from_millis(100 * tenths)));
            assert!(!trouble.lasts());
        }
        assert!(!trouble.begins_at(start + Duration::from_millis(2_100)));
        assert!(trouble.lasts());
        assert!(
            trouble.begins_at(start + Duration::from_secs(9)),
            "a new one"
        );
        assert!(!trouble.lasts());
    }
}
