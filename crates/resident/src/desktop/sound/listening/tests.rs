use super::*;
use crate::desktop::sound::builtin;
use std::time::Instant;

/// A loudspeaker that nobody hears: it plays at once all that comes, or nothing.
#[derive(Clone, Default)]
struct Silent {
    plays: bool,
    heard: Arc<Mutex<Vec<f32>>>,
    open: Arc<AtomicBool>,
}

struct Opened(Arc<AtomicBool>);

impl Drop for Opened {
    fn drop(&mut self) {
        self.0.store(false, Ordering::SeqCst);
    }
}

impl Loudspeaker for Silent {
    fn play(&self, sound: Fed, ended: Sender<()>) -> Result<Box<dyn Any>, SoundProblem> {
        assert!(!self.open.swap(true, Ordering::SeqCst), "open twice");
        let (all, plays) = (Arc::clone(&self.heard), self.plays);
        let opened = Opened(Arc::clone(&self.open));
        if !plays {
            return Ok(Box::new((opened, sound)));
        }
        std::thread::spawn(move || {
            for sample in sound {
                all.lock().unwrap().push(sample);
            }
            ended.send(()).unwrap();
        });
        Ok(Box::new(opened))
    }
}

/// No device.
struct Mute;

impl Loudspeaker for Mute {
    fn play(&self, _: Fed, _: Sender<()>) -> Result<Box<dyn Any>, SoundProblem> {
        Err(SoundProblem::NoDevice("there is none".to_owned()))
    }
}

fn file(folder: &tempfile::TempDir, bytes: &[u8]) -> Track {
    let path = folder.path().join("sound");
    std::fs::write(&path, bytes).unwrap();
    Track { number: 17, path }
}

/// A second of a loud sound in one channel at 8,000 Hz: its value is a part of what has passed.
fn ramp() -> Vec<u8> {
    let data: Vec<u8> = (0..8_000_i16)
        .flat_map(|at| (at * 4).to_le_bytes())
        .collect();
    let mut file = Vec::new();
    file.extend(b"RIFF");
    file.extend((36 + u32::try_from(data.len()).unwrap()).to_le_bytes());
    file.extend(b"WAVEfmt ");
    file.extend(16_u32.to_le_bytes());
    file.extend([1, 0, 1, 0]);
    file.extend(8_000_u32.to_le_bytes());
    file.extend(16_000_u32.to_le_bytes());
    file.extend([2, 0, 16, 0]);
    file.extend(b"data");
    file.extend(u32::try_from(data.len()).unwrap().to_le_bytes());
    file.extend(data);
    file
}

fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < Duration::from_secs(60), "{what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

#[test]
fn a_track_is_heard_to_its_end_and_the_device_is_closed() {
    let folder = tempfile::tempdir().unwrap();
    let silent = Silent {
        plays: true,
        ..Silent::default()
    };
    let listening = Listening::with(Arc::new(silent.clone()));
    listening
        .play(1, &file(&folder, &ramp()), Duration::ZERO, Speed::USUAL)
        .unwrap();
    until("it is over", || listening.now().is_none());
    assert!(!silent.open.load(Ordering::SeqCst));
    let heard = silent.heard.lock().unwrap();
    let ramp: Vec<f32> = heard.iter().copied().filter(|one| *one > 0.0).collect();
    assert_eq!(ramp.len(), 7_999);
    assert!(ramp.is_sorted());
}

#[test]
fn a_pause_keeps_the_place_and_closes_the_device() {
    let folder = tempfile::tempdir().unwrap();
    let silent = Silent::default();
    let listening = Listening::with(Arc::new(silent.clone()));
    let track = file(&folder, &ramp());
    let half = Duration::from_millis(500);
    listening.play(1, &track, half, Speed::USUAL).unwrap();
    let now = listening.now().unwrap();
    assert_eq!((now.number, now.at, now.paused), (17, half, false));
    assert_eq!(now.length, Some(Duration::from_secs(1)));
    listening.pause();
    assert!(!silent.open.load(Ordering::SeqCst));
    let now = listening.now().unwrap();
    assert_eq!((now.at, now.paused), (half, true));
    listening.leave(2);
    assert!(listening.now().is_some(), "another window's");
    listening.leave(1);
    assert_eq!(listening.now(), None);
}

#[test]
fn a_track_goes_on_from_where_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let silent = Silent {
        plays: true,
        ..Silent::default()
    };
    let listening = Listening::with(Arc::new(silent.clone()));
    let from = Duration::from_millis(750);
    listening
        .play(1, &file(&folder, &ramp()), from, Speed::USUAL)
        .unwrap();
    until("it is over", || listening.now().is_none());
    let heard = silent.heard.lock().unwrap();
    let heard: Vec<f32> = heard.iter().copied().filter(|one| *one > 0.0).collect();
    assert_eq!(heard.len(), 2_000);
    assert!(
        (heard[0] - 6_000.0 * 4.0 / 32_768.0).abs() < 0.001,
        "{}",
        heard[0]
    );
}

#[test]
fn a_track_that_is_told_faster_takes_less_time_and_its_place_is_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let silent = Silent {
        plays: true,
        ..Silent::default()
    };
    let listening = Listening::with(Arc::new(silent.clone()));
    let fast = Speed::of(200);
    let track = file(&folder, &ramp());
    listening.play(1, &track, Duration::ZERO, fast).unwrap();
    until("it is over", || listening.now().is_none());
    let heard = silent.heard.lock().unwrap();
    let heard = heard.iter().filter(|one| **one > 0.0).count();
    assert!((3_600..=4_400).contains(&heard), "{heard}");
}

#[test]
fn what_is_no_sound_or_has_no_device_says_so_and_plays_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let listening = Listening::with(Arc::new(Silent::default()));
    let mut zero = builtin::bytes("bell").unwrap().to_vec();
    zero[24..28].copy_from_slice(&[0; 4]);
    for damaged in [b"<svg/>".as_slice(), b"", &zero] {
        let played = listening.play(1, &file(&folder, damaged), Duration::ZERO, Speed::USUAL);
        assert!(
            matches!(played, Err(SoundProblem::NotASound(_))),
            "{played:?}"
        );
        assert_eq!(listening.now(), None);
    }
    let mute = Listening::with(Arc::new(Mute));
    let played = mute.play(1, &file(&folder, &ramp()), Duration::ZERO, Speed::USUAL);
    assert!(matches!(played, Err(SoundProblem::NoDevice(_))));
    assert_eq!(mute.now(), None);
}
