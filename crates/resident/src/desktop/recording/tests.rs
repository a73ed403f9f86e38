use super::*;
use rodio::{Decoder, Source as _};
use std::io::Cursor;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

/// An ear that hears what it is told, as soon as it is open.
struct Script {
    rate: u32,
    channels: u16,
    hears: Vec<f32>,
    then: Option<&'static str>,
    open: Arc<AtomicBool>,
}

/// What keeps the script's ear open.
struct Opened(Arc<AtomicBool>);

impl Drop for Opened {
    fn drop(&mut self) {
        self.0.store(false, Ordering::SeqCst);
    }
}

impl Ear for Script {
    fn open(&self, heard: Sender<Heard>) -> Result<Listening, RecordProblem> {
        assert!(!self.open.swap(true, Ordering::SeqCst), "open twice");
        for part in self.hears.chunks(1_000) {
            heard.send(Heard::Samples(part.to_vec())).unwrap();
        }
        if let Some(why) = self.then {
            heard.send(Heard::Failed(why.to_owned())).unwrap();
        }
        Ok(Listening {
            rate: self.rate,
            channels: self.channels,
            open: Box::new(Opened(Arc::clone(&self.open))),
        })
    }
}

/// Where there is no microphone.
struct Deaf;

impl Ear for Deaf {
    fn open(&self, _: Sender<Heard>) -> Result<Listening, RecordProblem> {
        Err(RecordProblem::NoMicrophone("there is none".to_owned()))
    }
}

fn hearing(script: Script) -> (Recorder, Arc<AtomicBool>) {
    let open = Arc::clone(&script.open);
    (Recorder::with(Arc::new(script)), open)
}

fn script(seconds: u32, rate: u32, channels: u16) -> Script {
    let samples = seconds as usize * rate as usize * usize::from(channels);
    Script {
        rate,
        channels,
        hears: vec![0.25; samples],
        then: None,
        open: Arc::default(),
    }
}

fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < Duration::from_secs(60), "{what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn length(recorder: &Recorder) -> Duration {
    recorder.now().map_or(Duration::ZERO, |now| now.length)
}

#[test]
fn what_is_said_becomes_a_file_in_one_channel_at_the_rate_of_speech() {
    for (rate, channels, kept) in [
        (48_000, 2, 16_000),
        (16_000, 1, 16_000),
        (44_100, 1, 22_050),
    ] {
        let (recorder, open) = hearing(script(2, rate, channels));
        recorder.begin(1).unwrap();
        until("all is heard", || length(&recorder).as_millis() >= 2_000);
        let now = recorder.now().unwrap();
        assert_eq!((now.level, now.ended), (50, false));
        let file = recorder.file().unwrap();
        assert!(!open.load(Ordering::SeqCst), "the microphone is closed");
        let heard = Decoder::new_flac(Cursor::new(file)).unwrap();
        assert_eq!(
            (heard.channels().get(), heard.sample_rate().get()),
            (1, kept)
        );
        let heard: Vec<f32> = heard.collect();
        let said = heard.iter().filter(|one| (**one - 0.25).abs() < 0.001);
        assert_eq!(said.count(), 2 * kept as usize, "{rate}");
    }
}

#[test]
fn a_file_can_be_asked_for_again_until_it_is_thrown_away() {
    let (recorder, open) = hearing(script(1, 16_000, 1));
    recorder.begin(1).unwrap();
    until("all is heard", || length(&recorder).as_millis() >= 1_000);
    recorder.stop();
    assert!(!open.load(Ordering::SeqCst));
    assert!(recorder.now().unwrap().ended);
    assert_eq!(recorder.file().unwrap(), recorder.file().unwrap());
    recorder.throw_away();
    assert_eq!(recorder.now(), None);
    assert_eq!(recorder.file(), Err(RecordProblem::NoRecording));
}

#[test]
fn where_there_is_no_microphone_nothing_is_recorded() {
    let recorder = Recorder::with(Arc::new(Deaf));
    let none = RecordProblem::NoMicrophone("there is none".to_owned());
    assert_eq!(recorder.begin(1), Err(none));
    assert_eq!(recorder.now(), None);
}

#[test]
fn a_microphone_that_is_pulled_out_ends_the_recording_and_loses_nothing() {
    let (recorder, open) = hearing(Script {
        then: Some("it is gone"),
        ..script(3, 16_000, 1)
    });
    recorder.begin(1).unwrap();
    until("it has ended", || recorder.now().unwrap().ended);
    assert!(!open.load(Ordering::SeqCst));
    assert_eq!(length(&recorder), Duration::from_secs(3));
    let heard = Decoder::new_flac(Cursor::new(recorder.file().unwrap())).unwrap();
    assert!(heard.total_duration().unwrap() >= Duration::from_secs(3));
}

#[test]
fn ten_minutes_are_the_end() {
    // At a rate that no microphone has, so that it is not much.
    let (recorder, open) = hearing(script(601, 1_000, 1));
    recorder.begin(1).unwrap();
    until("it has ended", || recorder.now().unwrap().ended);
    assert!(!open.load(Ordering::SeqCst));
    assert_eq!(length(&recorder), LONGEST);
}

#[test]
fn a_window_that_is_gone_records_no_more_and_disturbs_no_other() {
    let (recorder, open) = hearing(script(1, 16_000, 1));
    recorder.begin(7).unwrap();
    recorder.leave(8);
    assert!(recorder.now().is_some());
    recorder.leave(7);
    assert_eq!(recorder.now(), None);
    assert!(!open.load(Ordering::SeqCst));
    // And who begins anew has closed it before.
    recorder.begin(7).unwrap();
    recorder.begin(8).unwrap();
}
