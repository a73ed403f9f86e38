//! Loudness and pitch of a recorded sound.

use std::f32::consts::TAU;
use std::ops::Range;
use std::time::{Duration, Instant};

/// Samples a second of every recording here.
pub(crate) const RATE: usize = 48_000;

/// Ten milliseconds: short enough for an onset, long enough for one loudness.
pub(crate) const FRAME: usize = RATE / 100;

/// A frame louder than this is sound: -56 dB. A null sink's silence is exactly nothing.
const AUDIBLE: f32 = 0.0015;

/// A sound is over after this many silent frames. The strokes of one bell are closer together, also where a busy machine
/// did not fill the sound card's buffer in time between them.
const GAP: usize = 45;

/// A sound, from its onset until nearly half a second of silence.
#[derive(Debug, Clone)]
pub struct Heard {
    /// When its first 10 ms arrived here, some 10 ms after they were played.
    pub onset: Instant,
    /// How long it could be heard.
    pub length: Duration,
    /// The same without the silence in it: a busy machine leaves holes, where nobody filled the sound card's buffer.
    pub sounding: Duration,
    /// Root mean square of the loudness, 0 to 1.
    pub rms: f32,
    /// The strongest tone, in hertz.
    pub pitch_hz: f32,
    /// The strongest tone of each tenth of it, without the silence: its melody.
    pub melody_hz: Vec<f32>,
}

impl Heard {
    /// Whether this is the same sound as `other`, played perhaps louder: the same melody, within a semitone, for
    /// at least eight tenths of it.
    #[must_use]
    pub fn resembles(&self, other: &Self) -> bool {
        let same = |a: &f32, b: &f32| (a / b).log2().abs() < 1.0 / 12.0;
        let alike = self
            .melody_hz
            .iter()
            .zip(&other.melody_hz)
            .filter(|(a, b)| same(a, b))
            .count();
        let longer = self.sounding.max(other.sounding).as_secs_f32();
        let shorter = self.sounding.min(other.sounding).as_secs_f32();
        alike * 10 >= self.melody_hz.len().max(other.melody_hz.len()) * 8 && shorter > 0.6 * longer
    }
}

/// Whether a frame is sound.
pub(crate) fn is_loud(frame: &[f32]) -> bool {
    rms(frame) > AUDIBLE
}

/// The first sound in `samples` that has ended, with the index of its first sample.
pub(crate) fn first_sound(samples: &[f32]) -> Option<(usize, &[f32])> {
    let loud: Vec<bool> = samples.chunks_exact(FRAME).map(is_loud).collect();
    let frames = first_ended(&loud)?;
    let start = frames.start * FRAME;
    Some((start, &samples[start..frames.end * FRAME]))
}

/// The frames of the first sound that has ended, of frames of which is known whether they are loud.
pub(crate) fn first_ended(loud: &[bool]) -> Option<Range<usize>> {
    let start = loud.iter().position(|loud| *loud)?;
    let mut last = start;
    for (at, loud) in loud.iter().enumerate().skip(start) {
        if *loud {
            last = at;
        } else if at - last > GAP {
            return Some(start..last + 1);
        }
    }
    None
}

pub(crate) fn describe(sound: &[f32], onset: Instant) -> Heard {
    let loud = sound.chunks_exact(FRAME).filter(|frame| is_loud(frame));
    let sounding: Vec<f32> = loud.flatten().copied().collect();
    let tenth = (sounding.len() / 10).max(FRAME);
    let time = |samples: &[f32]| Duration::from_secs_f64(samples.len() as f64 / RATE as f64);
    Heard {
        onset,
        length: time(sound),
        sounding: time(&sounding),
        rms: rms(sound),
        pitch_hz: pitch(sound),
        melody_hz: sounding.chunks(tenth).take(10).map(pitch).collect(),
    }
}

fn rms(samples: &[f32]) -> f32 {
    (samples.iter().map(|sample| sample * sample).sum::<f32>() / samples.len().max(1) as f32).sqrt()
}

/// The strongest of the tones from 80 Hz to 5 kHz, an eighth of a semitone apart, as Goertzel's filter finds it.
/// A window keeps the sound's ends from counting as tones.
fn pitch(samples: &[f32]) -> f32 {
    // A fourth of the rate still holds 5 kHz, and one second of it has all that a pitch needs.
    let thinned: Vec<f32> = samples
        .chunks_exact(4)
        .take(RATE / 4)
        .map(|four| four.iter().sum::<f32>() / 4.0)
        .collect();
    let length = thinned.len().max(1) as f32;
    let windowed: Vec<f32> = thinned
        .iter()
        .enumerate()
        .map(|(at, sample)| sample * (0.5 - 0.5 * (TAU * at as f32 / length).cos()))
        .collect();
    let tones = (0..=576).map(|step| 80.0 * 2_f32.powf(step as f32 / 96.0));
    tones
        .map(|hz| (hz, power(&windowed, hz)))
        .max_by(|a, b| a.1.total_cmp(&b.1))
        .map_or(0.0, |(hz, _)| hz)
}

fn power(samples: &[f32], hz: f32) -> f32 {
    let turn = 2.0 * (TAU * hz * 4.0 / RATE as f32).cos();
    let (mut before, mut last) = (0.0_f32, 0.0_f32);
    for sample in samples {
        (before, last) = (last, sample + turn * last - before);
    }
    before * before + last * last - turn * before * last
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(hz: f32, hundredths: usize) -> Vec<f32> {
        (0..hundredths * FRAME)
            .map(|at| 0.3 * (TAU * hz * at as f32 / RATE as f32).sin())
            .collect()
    }

    #[test]
    fn a_tone_between_silences_is_found_with_its_pitch() {
        let mut samples = vec![0.0; RATE / 2];
        samples.extend(tone(880.0, 40));
        samples.extend(vec![0.0; RATE / 2]);
        let (start, sound) = first_sound(&samples).unwrap();
        let heard = describe(sound, Instant::now());
        assert_eq!(start, RATE / 2);
        assert!((heard.pitch_hz - 880.0).abs() < 5.0, "{heard:?}");
        assert!((heard.length.as_secs_f32() - 0.4).abs() < 0.02, "{heard:?}");
        assert!((heard.rms - 0.3 / 2_f32.sqrt()).abs() < 0.01, "{heard:?}");
    }

    #[test]
    fn a_sound_is_not_told_before_it_has_ended() {
        let mut samples = tone(440.0, 30);
        assert!(first_sound(&samples).is_none());
        samples.extend(vec![0.0; RATE / 2]);
        assert!(first_sound(&samples).is_some());
    }

    #[test]
    fn a_sound_with_a_hole_is_the_same_sound() {
        let heard = |parts: &[Vec<f32>]| describe(&parts.concat(), Instant::now());
        let whole = heard(&[tone(440.0, 12), tone(660.0, 36)]);
        let hole = vec![0.0; 20 * FRAME];
        let torn = heard(&[
            tone(440.0, 12),
            tone(660.0, 13),
            hole.clone(),
            tone(660.0, 23),
        ]);
        assert!(torn.resembles(&whole), "{torn:?}");
        assert!(torn.length > torn.sounding);
        let other = heard(&[tone(440.0, 24), hole, tone(660.0, 24)]);
        assert!(!other.resembles(&whole), "{other:?}");
    }

    #[test]
    fn two_melodies_of_the_same_notes_are_told_apart() {
        let rise = describe(&[tone(440.0, 25), tone(660.0, 25)].concat(), Instant::now());
        let fall = describe(&[tone(660.0, 25), tone(440.0, 25)].concat(), Instant::now());
        assert!(rise.resembles(&rise));
        assert!(!rise.resembles(&fall));
    }
}
