//! Speech in less time, at the same pitch: pieces of it are put behind each other where they fit best (waveform
//! similarity overlap-add, Verhelst and Roelands 1993).

use std::num::NonZero;

/// Lengths in milliseconds: a piece, how far a better place is looked for, and how long one piece fades into the next.
/// A piece holds several periods of the deepest voice; the rest is small enough for syllables to stay whole.
const PIECE: u32 = 40;
const SEARCH: u32 = 15;
const FADE: u32 = 8;
/// Every so many frames are compared: enough to find a place by.
const STEP: usize = 4;

/// How fast somebody wants to hear it, in percent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Speed(u16);

impl Speed {
    /// As it was recorded.
    pub const USUAL: Self = Self(100);

    /// Half as fast to three times as fast; others become the nearest of these.
    #[must_use]
    pub fn of(percent: u16) -> Self {
        Self(percent.clamp(50, 300))
    }

    /// Of so much heard, so much of the sound has passed; in the same unit.
    #[must_use]
    pub fn passes(self, heard: u64) -> u64 {
        heard.saturating_mul(u64::from(self.0)) / 100
    }

    fn times(self, frames: usize) -> usize {
        frames * usize::from(self.0) / 100
    }
}

/// Takes a sound part by part, and gives it faster or slower.
pub(super) struct Stretch {
    speed: Speed,
    channels: usize,
    piece: usize,
    search: usize,
    fade: usize,
    /// What came and was not used up; interleaved.
    waiting: Vec<f32>,
    /// The end of the piece before, which fades into the next.
    tail: Vec<f32>,
}

impl Stretch {
    pub(super) fn new(speed: Speed, channels: NonZero<u16>, rate: NonZero<u32>) -> Self {
        let frames = |milliseconds: u32| {
            let frames = u64::from(rate.get()) * u64::from(milliseconds) / 1000;
            usize::try_from(frames).unwrap_or(usize::MAX).max(1)
        };
        Self {
            speed,
            channels: usize::from(channels.get()),
            piece: frames(PIECE),
            search: frames(SEARCH),
            fade: frames(FADE),
            waiting: Vec::new(),
            tail: Vec::new(),
        }
    }

    /// What can be heard now.
    pub(super) fn push(&mut self, part: Vec<f32>) -> Vec<f32> {
        if self.speed == Speed::USUAL {
            return part;
        }
        self.waiting.extend(part);
        let step = self.piece - self.fade;
        let used = self.speed.times(step) * self.channels;
        let needed = (self.search + self.piece) * self.channels;
        let mut out = Vec::new();
        while self.waiting.len() >= needed.max(used) {
            self.put_next(step, &mut out);
            self.waiting.drain(..used);
        }
        out
    }

    /// The rest, when nothing follows.
    pub(super) fn finish(&mut self) -> Vec<f32> {
        let mut out = std::mem::take(&mut self.tail);
        out.append(&mut self.waiting);
        out
    }

    fn put_next(&mut self, step: usize, out: &mut Vec<f32>) {
        let channels = self.channels;
        let at = self.best_place() * channels;
        let (fade, end) = (self.fade * channels, (step + self.fade) * channels);
        let piece = self.waiting.get(at..at + end).unwrap_or_default();
        let (beginning, rest) = piece.split_at(fade.min(piece.len()));
        let frames = u16::try_from(self.fade).unwrap_or(u16::MAX);
        for (n, (frame, before)) in beginning
            .chunks(channels)
            .zip(self.tail.chunks(channels))
            .enumerate()
        {
            let share = f32::from(u16::try_from(n).unwrap_or(u16::MAX)) / f32::from(frames);
            let both = frame.iter().zip(before);
            out.extend(both.map(|(new, old)| new * share + old * (1.0 - share)));
        }
        if self.tail.is_empty() {
            out.extend_from_slice(beginning);
        }
        let (middle, tail) = rest.split_at(rest.len().saturating_sub(fade));
        out.extend_from_slice(middle);
        self.tail = tail.to_vec();
    }

    /// Where the next piece is most like what would have followed the one before, in frames.
    fn best_place(&self) -> usize {
        if self.tail.is_empty() {
            return 0;
        }
        let likeness = |place: usize| {
            let from = self.waiting.get(place * self.channels..);
            let pairs = from.into_iter().flatten().zip(&self.tail).step_by(STEP);
            let (mut alike, mut loud) = (0.0_f32, 1e-6_f32);
            for (new, old) in pairs {
                alike += new * old;
                loud += new * new;
            }
            alike / loud.sqrt()
        };
        let places = (0..self.search).map(|place| (place, likeness(place)));
        let best = places.max_by(|(_, one), (_, other)| one.total_cmp(other));
        best.map_or(0, |(place, _)| place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: u32 = 16_000;

    /// A voice's ground tone for two seconds.
    fn hum() -> Vec<f32> {
        (0..u16::try_from(2 * RATE).unwrap())
            .map(|n| (f32::from(n) * 150.0 * std::f32::consts::TAU / 16_000.0).sin() * 0.5)
            .collect()
    }

    fn heard(percent: u16, sound: &[f32]) -> Vec<f32> {
        let one = NonZero::<u16>::MIN;
        let mut stretch = Stretch::new(Speed::of(percent), one, NonZero::new(RATE).unwrap());
        let mut out: Vec<f32> = sound
            .chunks(1_600)
            .flat_map(|part| stretch.push(part.to_vec()))
            .collect();
        out.extend(stretch.finish());
        out
    }

    /// How often it goes through zero upwards: twice the pitch would be twice as often in the same time.
    fn periods(sound: &[f32]) -> usize {
        sound
            .windows(2)
            .filter(|two| two[0] < 0.0 && two[1] >= 0.0)
            .count()
    }

    #[test]
    fn twice_as_fast_takes_half_the_time_at_the_same_pitch() {
        let sound = hum();
        for (percent, expected) in [
            (200, sound.len() / 2),
            (150, sound.len() * 2 / 3),
            (50, sound.len() * 2),
        ] {
            let out = heard(percent, &sound);
            let off = out.len().abs_diff(expected);
            assert!(
                off * 20 < expected,
                "{percent}: {} of {expected}",
                out.len()
            );
            let pitch = periods(&out) * usize::try_from(RATE).unwrap() / out.len();
            assert!(pitch.abs_diff(150) <= 4, "{percent}: {pitch} Hz");
            let loudest = out.iter().fold(0.0_f32, |most, one| most.max(one.abs()));
            assert!((0.4..0.6).contains(&loudest), "{percent}: {loudest}");
        }
    }

    #[test]
    fn the_usual_speed_changes_nothing() {
        assert_eq!(heard(100, &hum()), hum());
    }

    #[test]
    fn nothing_too_short_is_lost() {
        assert_eq!(heard(200, &[0.25; 100]), [0.25; 100]);
        assert_eq!(heard(200, &[]), [0.0; 0]);
    }

    #[test]
    fn a_place_is_told_in_the_sounds_own_time() {
        assert_eq!(Speed::of(150).passes(1_000), 1_500);
        assert_eq!(Speed::of(0), Speed::of(50));
        assert_eq!(Speed::of(9_000), Speed::of(300));
    }
}
