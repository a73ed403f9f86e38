//! A sound server whose only speaker is recorded.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use carillon_tests_servers::{DEADLINE, Process, until};
use tokio::io::AsyncReadExt;
use tokio::process::{Child, Command};
use tokio::sync::watch;
use tokio::time::timeout;

use crate::bus::filter;
use crate::pitch::{FRAME, Heard, RATE, describe, first_ended, first_sound, is_loud};

/// A place in the recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark(usize);

/// What was recorded, and of each frame whether it is sound and when it arrived. Whoever waits for a sound looks at the
/// frames, a hundred times a second: looking at all samples would keep the recorder waiting.
#[derive(Debug, Default)]
struct Recording {
    samples: Vec<f32>,
    loud: Vec<bool>,
    arrived: Vec<Instant>,
}

/// PulseAudio with a null sink, recorded all the time. ALSA's default device leads there too, for programs that
/// are started with [`Speaker::environment`].
#[derive(Debug)]
pub struct Speaker {
    folder: PathBuf,
    recording: Arc<Mutex<Recording>>,
    length: watch::Receiver<usize>,
    // In this order: the recorder ends before the server.
    recorder: Child,
    _server: Process,
}

impl Speaker {
    /// Starts the server with its socket and log in `folder`, and its recording. This takes two seconds: the sink
    /// hands out its first two in one piece. (Its option `norewinds` would help, and confuses ALSA programs.)
    pub async fn start(folder: &Path) -> Self {
        let socket = folder.join("pulse.socket");
        let home = folder.join("pulse-home");
        std::fs::create_dir_all(&home).expect("a home for the sound server");
        // ALSA programs read it from their own home, which may be another: they are told by ALSA_CONFIG_PATH.
        let alsa = "</usr/share/alsa/alsa.conf>\npcm.!default { type pulse }\nctl.!default { type pulse }\n";
        std::fs::write(folder.join("alsa.conf"), alsa).expect("ALSA's configuration");
        let mut command = Process::command("pulseaudio");
        command
            .args([
                "-n",
                "--daemonize=no",
                "--exit-idle-time=-1",
                "--use-pid-file=no",
                "--log-target=stderr",
            ])
            .arg(format!(
                "--load=module-native-protocol-unix auth-anonymous=1 socket={}",
                socket.display()
            ))
            .arg(format!(
                "--load=module-null-sink sink_name=t rate={RATE} channels=2 format=float32le"
            ))
            .env("HOME", &home)
            .env("XDG_RUNTIME_DIR", &home)
            .env_remove("DISPLAY")
            .env_remove("DBUS_SESSION_BUS_ADDRESS");
        let server = Process::spawn("pulseaudio", folder, command);
        until("the sound server listens", || {
            server.assert_running();
            socket.exists()
        })
        .await;

        let rate = format!("--rate={RATE}");
        let format = [
            "--device=t.monitor",
            "--latency-msec=10",
            "--format=float32le",
            &rate,
            "--channels=1",
            "--raw",
        ];
        let mut recorder = Command::from(Process::command("parec"))
            .args(format)
            .env("PULSE_SERVER", format!("unix:{}", socket.display()))
            .env("HOME", &home)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("parec starts");
        let output = recorder.stdout.take().expect("its output");
        let recording = Arc::<Mutex<Recording>>::default();
        let (tell, length) = watch::channel(0);
        tokio::spawn(record(output, Arc::clone(&recording), tell));
        let speaker = Self {
            folder: folder.to_owned(),
            recording,
            length,
            recorder,
            _server: server,
        };
        speaker.recorded(FRAME).await;
        speaker
    }

    /// Ends the recording, which costs some processor time: what was played can no longer be heard.
    ///
    /// # Panics
    /// When the recorder cannot be ended.
    pub async fn stop_recording(&mut self) {
        self.recorder.kill().await.expect("the recorder ends");
    }

    /// For the environment of programs that shall be heard.
    #[must_use]
    pub fn environment(&self) -> Vec<(String, String)> {
        let pulse = format!("unix:{}", self.folder.join("pulse.socket").display());
        let alsa = self.folder.join("alsa.conf").display().to_string();
        vec![
            ("PULSE_SERVER".to_owned(), pulse),
            ("ALSA_CONFIG_PATH".to_owned(), alsa),
        ]
    }

    /// Where its socket and its log are.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Now, in the recording.
    #[must_use]
    pub fn mark(&self) -> Mark {
        Mark(*self.length.borrow())
    }

    /// The first sound after `mark`, when it has ended.
    ///
    /// # Panics
    /// When there is none until [`DEADLINE`].
    pub async fn heard_since(&self, mark: Mark) -> (Heard, Mark) {
        let mut length = self.length.clone();
        let search = async {
            loop {
                if let Some(found) = self.find(mark) {
                    return found;
                }
                length.changed().await.expect("the recorder runs");
            }
        };
        timeout(DEADLINE, search).await.expect("a sound was heard")
    }

    /// Waits until something is heard after `mark`, and not for its end.
    ///
    /// # Panics
    /// When there is nothing until [`DEADLINE`].
    pub async fn begins_since(&self, mark: Mark) {
        let mut length = self.length.clone();
        timeout(DEADLINE, length.wait_for(|_| self.has_begun(mark)))
            .await
            .expect("a sound began")
            .expect("the recorder runs");
    }

    /// Listens until `time` of the recording lies behind `mark`, and tells what began to be heard since. This is the
    /// one wait that cannot be a condition: that nothing rings needs time to be seen.
    pub async fn heard_within(&self, mark: Mark, time: Duration) -> Option<Heard> {
        let samples = usize::try_from(time.as_millis()).expect("a short time") * (RATE / 1000);
        self.recorded(mark.0 + samples).await;
        if !self.has_begun(mark) {
            return None;
        }
        Some(self.heard_since(mark).await.0)
    }

    /// Waits until nothing at all was heard for so long, not even the middle of a sound.
    pub async fn silent_for(&self, time: Duration) {
        let samples = usize::try_from(time.as_millis()).expect("a short time") * (RATE / 1000);
        loop {
            let from = self.mark();
            self.recorded(from.0 + samples).await;
            if !self.has_begun(from) {
                return;
            }
        }
    }

    /// A sound file as it would be heard: what a played sound is to resemble.
    #[must_use]
    pub fn expected(file: &Path) -> Heard {
        let rate = RATE.to_string();
        let name = file.to_string_lossy();
        let format = [
            &name, "-t", "f32", "-r", &rate, "-c", "1", "-", "pad", "0.5", "0.5",
        ];
        let samples = floats(&filter("sox", &format, &[]));
        let (_, sound) = first_sound(&samples).expect("a file with a sound in it");
        describe(sound, Instant::now())
    }

    /// Whether there is sound behind `mark`, ended or not.
    fn has_begun(&self, mark: Mark) -> bool {
        let recording = self.recording.lock().expect("the recording");
        let frames = recording.loud.get(mark.0 / FRAME..).unwrap_or_default();
        frames.contains(&true)
    }

    fn find(&self, mark: Mark) -> Option<(Heard, Mark)> {
        let from = mark.0 / FRAME;
        let recording = self.recording.lock().expect("the recording");
        let frames = first_ended(recording.loud.get(from..)?)?;
        let (start, end) = (from + frames.start, from + frames.end);
        let sound = &recording.samples[start * FRAME..end * FRAME];
        let heard = describe(sound, recording.arrived[start]);
        Some((heard, Mark(end * FRAME)))
    }

    async fn recorded(&self, samples: usize) {
        let mut length = self.length.clone();
        let patience = DEADLINE + Duration::from_millis((samples / (RATE / 1000)) as u64);
        timeout(patience, length.wait_for(|length| *length >= samples))
            .await
            .expect("the recording goes on")
            .expect("the recorder runs");
    }
}

async fn record(
    mut output: tokio::process::ChildStdout,
    recording: Arc<Mutex<Recording>>,
    tell: watch::Sender<usize>,
) {
    let mut frame = [0; FRAME * size_of::<f32>()];
    while output.read_exact(&mut frame).await.is_ok() {
        let arrived = Instant::now();
        let samples = floats(&frame);
        let mut recording = recording.lock().expect("the recording");
        recording.loud.push(is_loud(&samples));
        recording.samples.extend(samples);
        recording.arrived.push(arrived);
        tell.send_replace(recording.samples.len());
    }
}

fn floats(bytes: &[u8]) -> Vec<f32> {
    bytes
        .chunks_exact(4)
        .map(|four| f32::from_le_bytes([four[0], four[1], four[2], four[3]]))
        .collect()
}
