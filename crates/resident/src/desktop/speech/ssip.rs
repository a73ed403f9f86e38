//! speech-dispatcher, by its own protocol (SSIP): a connection for each text, closed once it was read.

use super::{Reader, SpeechProblem};
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::UnixStream;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::process::Command;
use tokio::sync::oneshot;

/// It starts by itself when the first program wants it; its clients' library does it in this way.
const SERVER: &str = "speech-dispatcher";
/// It ends on its own soon, or never.
const STARTING: Duration = Duration::from_secs(5);
/// No line of an answer is longer.
const LINE: u64 = 4096;

/// What is said before the text. The user's own voice, rate and volume stay; markup is off, so that a message's
/// `<…>` is text.
const GREETING: [&str; 4] = [
    "SET SELF CLIENT_NAME carillon:carillon:alerts",
    "SET SELF SSML_MODE off",
    "SET SELF NOTIFICATION ALL on",
    "SET SELF PRIORITY message",
];

/// Where it listens.
fn socket(reader: &Reader) -> Option<PathBuf> {
    match reader {
        Reader::Socket(path) => Some(path.clone()),
        Reader::System => {
            let own = std::env::var("SPEECHD_ADDRESS").ok();
            match own.as_deref().map(|own| own.strip_prefix("unix_socket:")) {
                Some(Some(path)) => Some(path.into()),
                _ => Some(dirs::runtime_dir()?.join("speech-dispatcher/speechd.sock")),
            }
        }
    }
}

pub(super) fn is_there(reader: &Reader) -> bool {
    let listens = socket(reader).is_some_and(|socket| socket.exists());
    listens || *reader == Reader::System && is_installed()
}

fn is_installed() -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(SERVER).is_file())
}

/// Reads a text aloud and waits until it was read, or `ended` says that it shall not go on.
pub(super) async fn read(
    reader: &Reader,
    text: &str,
    mut ended: oneshot::Receiver<()>,
) -> Result<(), SpeechProblem> {
    let mut talk = Talk::open(reader).await?;
    for line in GREETING {
        talk.ask(line).await?;
    }
    if ended.try_recv().is_ok() {
        return talk.ask("QUIT").await;
    }
    // From here on only a cancellation silences it: what was queued is read although its client is gone.
    talk.ask("SPEAK").await?;
    // A line that begins with a dot would end the text.
    let dot = if text.starts_with('.') { "." } else { "" };
    talk.ask(&format!("{dot}{text}\r\n.")).await?;
    tokio::select! {
        end = talk.end() => end?,
        _ = ended => talk.ask("CANCEL SELF").await?,
    }
    talk.ask("QUIT").await
}

struct Talk {
    answers: BufReader<OwnedReadHalf>,
    orders: OwnedWriteHalf,
}

impl Talk {
    async fn open(reader: &Reader) -> Result<Self, SpeechProblem> {
        let missing = || std::io::Error::new(std::io::ErrorKind::NotFound, "no runtime folder");
        let socket = socket(reader).ok_or_else(missing)?;
        let stream = match UnixStream::connect(&socket).await {
            Err(_) if *reader == Reader::System => {
                start().await?;
                UnixStream::connect(&socket).await
            }
            connected => connected,
        };
        let (answers, orders) = stream?.into_split();
        Ok(Self {
            answers: BufReader::new(answers),
            orders,
        })
    }

    /// Says a line and waits for its answer.
    async fn ask(&mut self, line: &str) -> Result<(), SpeechProblem> {
        self.orders
            .write_all(format!("{line}\r\n").as_bytes())
            .await?;
        loop {
            let (code, answer) = self.answer().await?;
            match code {
                700.. => {}
                200..300 => return Ok(()),
                _ => return Err(SpeechProblem::Refused(answer)),
            }
        }
    }

    /// Waits until the text was read (702) or somebody else cancelled it (703).
    async fn end(&mut self) -> Result<(), SpeechProblem> {
        loop {
            if let (702 | 703, _) = self.answer().await? {
                return Ok(());
            }
        }
    }

    /// The last line of an answer or event, with its code.
    async fn answer(&mut self) -> Result<(u16, String), SpeechProblem> {
        loop {
            let mut line = Vec::new();
            let read = (&mut self.answers)
                .take(LINE)
                .read_until(b'\n', &mut line)
                .await?;
            if read == 0 {
                return Err(SpeechProblem::Refused("it went away".into()));
            }
            let line = String::from_utf8_lossy(&line).trim_end().to_owned();
            let code = line.get(..3).and_then(|code| code.parse().ok());
            let code = code.ok_or_else(|| SpeechProblem::Refused(line.clone()))?;
            if line.get(3..4) != Some("-") {
                return Ok((code, line));
            }
        }
    }
}

async fn start() -> std::io::Result<()> {
    let mut server = Command::new(SERVER)
        .arg("--spawn")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    // It goes on in the background. When it did not start, connecting tells.
    let _its_answer = tokio::time::timeout(STARTING, server.wait()).await;
    Ok(())
}

#[cfg(test)]
#[path = "ssip_tests.rs"]
mod tests;
