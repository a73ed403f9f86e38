//! A program of the system that reads its input aloud; it is ended when it shall be silent.

use super::SpeechProblem;
use std::process::Stdio;
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;
use tokio::sync::oneshot;

/// Reads plain text by SAPI: `Speak` takes no markup, `SpeakSsml` would.
#[cfg(target_os = "windows")]
const SAPI: &str = "[Console]::InputEncoding = [Text.Encoding]::UTF8; Add-Type -AssemblyName System.Speech; \
    (New-Object System.Speech.Synthesis.SpeechSynthesizer).Speak([Console]::In.ReadToEnd())";

#[cfg(target_os = "windows")]
fn shell() -> Option<std::path::PathBuf> {
    let system = std::env::var_os("SystemRoot")?;
    let shell = std::path::Path::new(&system)
        .join("System32")
        .join("WindowsPowerShell")
        .join("v1.0")
        .join("powershell.exe");
    shell.is_file().then_some(shell)
}

#[cfg(target_os = "windows")]
pub(super) fn of_system() -> Command {
    // CREATE_NO_WINDOW: no console appears for it.
    const NO_WINDOW: u32 = 0x0800_0000;
    let mut command = Command::new(shell().unwrap_or_else(|| "powershell.exe".into()));
    command
        .args(["-NoProfile", "-NonInteractive", "-Command", SAPI])
        .creation_flags(NO_WINDOW);
    command
}

#[cfg(target_os = "windows")]
pub(super) fn is_there() -> bool {
    shell().is_some()
}

#[cfg(target_os = "macos")]
const SAY: &str = "/usr/bin/say";

#[cfg(target_os = "macos")]
pub(super) fn of_system() -> Command {
    let mut command = Command::new(SAY);
    command.args(["-f", "-"]);
    command
}

#[cfg(target_os = "macos")]
pub(super) fn is_there() -> bool {
    std::path::Path::new(SAY).is_file()
}

/// Gives a text to the program and waits until it has read it, or `ended` says that it shall not go on.
pub(super) async fn read(
    mut program: Command,
    text: &str,
    ended: oneshot::Receiver<()>,
) -> Result<(), SpeechProblem> {
    let mut child = program
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()?;
    let input = child.stdin.take();
    let read = async {
        if let Some(mut input) = input {
            input.write_all(text.as_bytes()).await?;
            input.shutdown().await?;
        }
        child.wait().await
    };
    let status = tokio::select! {
        status = read => Some(status?),
        _ = ended => None,
    };
    match status {
        Some(status) if !status.success() => Err(SpeechProblem::Refused(status.to_string())),
        Some(_) => Ok(()),
        None => Ok(child.kill().await?),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::time::{Duration, Instant};

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[tokio::test]
    async fn the_program_gets_the_text_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let heard = folder.path().join("heard");
        let program = shell(&format!("cat > '{}'", heard.display()));
        let (_go_on, ended) = oneshot::channel();
        read(program, "Alice: $(id) -f", ended).await.unwrap();
        assert_eq!(std::fs::read_to_string(heard).unwrap(), "Alice: $(id) -f");
    }

    #[tokio::test]
    async fn a_program_that_fails_is_told() {
        let (_go_on, ended) = oneshot::channel();
        let read = read(shell("cat >/dev/null; exit 3"), "Alice", ended).await;
        assert!(matches!(read, Err(SpeechProblem::Refused(_))));
    }

    #[tokio::test]
    async fn the_program_is_ended_at_once_when_it_shall_be_silent() {
        let (end, ended) = oneshot::channel();
        let reading = tokio::spawn(read(shell("cat >/dev/null; exec sleep 60"), "Alice", ended));
        end.send(()).unwrap();
        let begun = Instant::now();
        reading.await.unwrap().unwrap();
        assert!(begun.elapsed() < Duration::from_secs(40));
    }
}
