//! A microphone before which somebody whistles.

use std::process::Stdio;

use carillon_tests_servers::Process;

use crate::speaker::Speaker;

impl Speaker {
    /// From now on the desktop's microphone hears this one tone. Nobody must listen at it yet.
    ///
    /// # Panics
    /// When the sound server has none to offer.
    pub fn whistle(&self, hertz: u32) {
        let frequency = format!("frequency={hertz}");
        self.control(&[
            "load-module",
            "module-sine-source",
            "source_name=whistle",
            "rate=48000",
            &frequency,
        ]);
        let recorder = self.control(&["list", "short", "source-outputs"]);
        self.control(&["set-default-source", "whistle"]);
        // Those who listened to the default source go along to the new one, and so does what records the speaker.
        for one in recorder.lines().filter_map(|line| line.split('\t').next()) {
            self.control(&["move-source-output", one, "t.monitor"]);
        }
    }

    /// How many listen at the microphone.
    ///
    /// # Panics
    /// When the sound server does not answer.
    #[must_use]
    pub fn ears(&self) -> usize {
        let sources = self.control(&["list", "short", "sources"]);
        let number = sources
            .lines()
            .find(|line| line.contains("\twhistle\t"))
            .and_then(|line| line.split('\t').next())
            .expect("the microphone");
        let outputs = self.control(&["list", "short", "source-outputs"]);
        let listens = |line: &&str| line.split('\t').nth(1) == Some(number);
        outputs.lines().filter(listens).count()
    }

    fn control(&self, arguments: &[&str]) -> String {
        let output = Process::command("pactl")
            .args(arguments)
            .envs(self.environment())
            .env("HOME", self.folder())
            .stdin(Stdio::null())
            .output()
            .expect("pactl starts");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "pactl {arguments:?}: {said}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}
