//! Alerts that are read aloud: by speech-dispatcher on Linux, by `say` on macOS, by SAPI on Windows.
//!
//! One is read and at most one waits, the stronger event or the newer: a burst is never read to its end. Nothing is
//! open or running while nothing is read. What is read is plain text and bounded; no system takes it for markup.

#[cfg(any(not(target_os = "linux"), test))]
mod program;
#[cfg(target_os = "linux")]
mod ssip;

use carillon_core::alerts::EventKind;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::oneshot;

/// Characters that are read; nobody listens to a longer alert.
const MOST_CHARS: usize = 300;
/// What takes longer hangs.
const MOST_TIME: Duration = Duration::from_secs(60);

/// Why something is not read aloud.
#[derive(Debug, thiserror::Error)]
pub enum SpeechProblem {
    /// Nothing that reads is installed, or it does not start.
    #[error("nothing that reads aloud can be reached: {0}")]
    NotThere(#[from] std::io::Error),
    /// It refused, or went away.
    #[error("it was not read aloud: {0}")]
    Refused(String),
    /// It did not end.
    #[error("it was not read aloud within a minute")]
    TooLong,
}

/// Where what reads aloud is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reader {
    /// As this system has it.
    System,
    /// A speech-dispatcher that listens at this socket.
    Socket(PathBuf),
}

/// Reads aloud. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Speech {
    reader: Reader,
    stage: Arc<Mutex<Stage>>,
}

#[derive(Debug, Default)]
struct Stage {
    /// What is read, and what ends it.
    reading: Option<(EventKind, Option<oneshot::Sender<()>>)>,
    /// What is read after it.
    waiting: Option<(EventKind, String)>,
}

impl Stage {
    /// From now on this is read, until the answer comes.
    fn begin(&mut self, kind: EventKind) -> oneshot::Receiver<()> {
        let (end, ended) = oneshot::channel();
        self.reading = Some((kind, Some(end)));
        ended
    }

    /// What takes the place of what is read ends it.
    fn interrupt(&mut self) {
        if let Some((_, end)) = &mut self.reading {
            let _ended_by_itself = end.take().map(|end| end.send(()));
        }
    }
}

impl Default for Speech {
    fn default() -> Self {
        Self::by(Reader::System)
    }
}

impl Speech {
    /// Speech by this reader; nothing is opened yet.
    #[must_use]
    pub fn by(reader: Reader) -> Self {
        Self {
            reader,
            stage: Arc::default(),
        }
    }

    /// Whether there is something that reads. Looks for its files, starts nothing.
    #[must_use]
    pub fn works(&self) -> bool {
        #[cfg(target_os = "linux")]
        return ssip::is_there(&self.reader);
        #[cfg(not(target_os = "linux"))]
        {
            let _there_is_but_one = &self.reader;
            program::is_there()
        }
    }

    /// Reads a text aloud, now or after what is read; returns at once. Needs tokio's runtime.
    pub fn say(&self, kind: EventKind, text: &str) {
        let text = plain(text);
        if text.is_empty() {
            return;
        }
        let mut stage = self.stage();
        let Some((reading, _)) = &stage.reading else {
            let ended = stage.begin(kind);
            drop(stage);
            tokio::spawn(self.clone().read_all(text, ended));
            return;
        };
        let strength = kind.strength();
        let interrupts = strength > reading.strength();
        let waits = stage.waiting.as_ref();
        if interrupts || waits.is_none_or(|(waiting, _)| strength >= waiting.strength()) {
            stage.waiting = Some((kind, text));
        }
        if interrupts {
            stage.interrupt();
        }
    }

    /// Silence, at once; also of what waits.
    pub fn stop_all(&self) {
        let mut stage = self.stage();
        stage.waiting = None;
        stage.interrupt();
    }

    async fn read_all(self, first: String, ended: oneshot::Receiver<()>) {
        let mut next = Some((first, ended));
        while let Some((text, ended)) = next {
            if let Err(problem) = self.read(&text, ended).await {
                tracing::warn!(%problem, "an alert was not read aloud");
            }
            let mut stage = self.stage();
            stage.reading = None;
            let waiting = stage.waiting.take();
            next = waiting.map(|(kind, text)| (text, stage.begin(kind)));
        }
    }

    async fn read(&self, text: &str, ended: oneshot::Receiver<()>) -> Result<(), SpeechProblem> {
        #[cfg(target_os = "linux")]
        let read = ssip::read(&self.reader, text, ended);
        #[cfg(not(target_os = "linux"))]
        let read = program::read(program::of_system(), text, ended);
        tokio::time::timeout(MOST_TIME, read)
            .await
            .unwrap_or(Err(SpeechProblem::TooLong))
    }

    fn stage(&self) -> MutexGuard<'_, Stage> {
        self.stage.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One line of words: nothing in it ends a command, commands the voice (`[[…]]` on macOS), or turns its direction.
fn plain(text: &str) -> String {
    let hidden = |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
    let mut words = String::new();
    for c in text.chars().filter(|c| !hidden(*c)).take(MOST_CHARS) {
        let blank = c.is_control() || c.is_whitespace();
        let doubled = c == '[' && words.ends_with('[');
        if blank && (words.is_empty() || words.ends_with(' ')) {
            continue;
        }
        if doubled {
            words.push(' ');
        }
        words.push(if blank { ' ' } else { c });
    }
    words.truncate(words.trim_end().len());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_one_bounded_line_of_words() {
        for (text, read) in [
            ("Alice: hello", "Alice: hello"),
            ("two\r\n.\r\nlines\n", "two . lines"),
            ("\u{2068}Bob\u{2069} \u{202e}evil", "Bob evil"),
            ("[[volm 1.0]] [[[x", "[ [volm 1.0]] [ [ [x"),
            ("<speak>&amp;</speak>", "<speak>&amp;</speak>"),
            (" \n\t ", ""),
        ] {
            assert_eq!(plain(text), read);
        }
        assert_eq!(plain(&"ä".repeat(100_000)).chars().count(), MOST_CHARS);
    }
}
