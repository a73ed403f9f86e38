//! Starts the window's process and lets it go.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use tokio::process::Command;

/// Names the window's executable, so that a test's launcher can take its place.
const OVERRIDE: &str = "CARILLON_WINDOW";
const NAME: &str = if cfg!(windows) { "carillon-window.exe" } else { "carillon-window" };

/// What the window is started with.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WindowStart {
    /// The profile's folder.
    pub profile: PathBuf,
    /// Which chat or panel to open, in the link's words; handed over as `CARILLON_PLACE`.
    pub place: Option<String>,
    /// The activation token that lets the window come to the front.
    pub token: Option<String>,
}

/// Why there is no window.
#[derive(Debug, thiserror::Error)]
#[error("the window {program:?} cannot be started: {source}")]
pub struct NoWindow {
    /// What was to be started.
    pub program: PathBuf,
    /// Why it was not.
    #[source]
    pub source: io::Error,
}

/// Starts a window. It outlives the resident, and is reaped when it ends first. Must be called inside a tokio runtime.
///
/// # Errors
/// [`NoWindow`] when the program is missing or cannot be run.
pub fn start(window: &WindowStart) -> Result<(), NoWindow> {
    let program = program(std::env::var_os(OVERRIDE), std::env::current_exe().ok().as_deref());
    let mut command = command(&program, window);
    match command.spawn() {
        Ok(mut child) => {
            tokio::spawn(async move {
                match child.wait().await {
                    Ok(status) if !status.success() => tracing::warn!(%status, "the window ended badly"),
                    Ok(_) => {}
                    Err(error) => tracing::debug!(%error, "the window's end was not seen"),
                }
            });
            Ok(())
        }
        Err(source) => Err(NoWindow { program, source }),
    }
}

/// The override, else the sibling of this executable, else whatever the search path has.
fn program(named: Option<OsString>, own: Option<&Path>) -> PathBuf {
    if let Some(named) = named.filter(|named| !named.is_empty()) {
        return named.into();
    }
    let sibling = own.and_then(Path::parent).map(|folder| folder.join(NAME));
    sibling.filter(|sibling| sibling.is_file()).unwrap_or_else(|| NAME.into())
}

fn command(program: &Path, window: &WindowStart) -> Command {
    let mut command = Command::new(program);
    command.arg("--profile").arg(&window.profile).stdin(std::process::Stdio::null());
    // What this process was started with is not meant for the window.
    for (name, value) in [
        ("CARILLON_PLACE", &window.place),
        ("XDG_ACTIVATION_TOKEN", &window.token),
        ("DESKTOP_STARTUP_ID", &window.token),
    ] {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    // Ctrl-C in the terminal that started the resident is not meant for the window.
    #[cfg(unix)]
    command.process_group(0);
    // CREATE_NEW_PROCESS_GROUP, winbase.h.
    #[cfg(windows)]
    command.creation_flags(0x0000_0200);
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_override_wins_then_the_sibling_then_the_search_path() {
        let folder = tempfile::tempdir().unwrap();
        let own = folder.path().join("carillon");
        assert_eq!(program(Some("/t/launcher".into()), Some(&own)), Path::new("/t/launcher"));
        assert_eq!(program(Some("".into()), Some(&own)), Path::new(NAME));
        std::fs::write(folder.path().join(NAME), "").unwrap();
        assert_eq!(program(None, Some(&own)), folder.path().join(NAME));
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn the_window_gets_profile_place_and_token_in_a_group_of_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let told = folder.path().join("told");
        let script = folder.path().join("window");
        let body = format!(
            "#!/bin/sh\necho \"$* $CARILLON_PLACE $XDG_ACTIVATION_TOKEN $DESKTOP_STARTUP_ID $(ps -o pgid= -p $$) $$\" > {0}.new\nmv {0}.new {0}\n",
            told.display()
        );
        std::fs::write(&script, body).unwrap();
        let window = WindowStart { profile: "/p q".into(), place: Some("chat:bob".into()), token: Some("t7".into()) };
        let mut started = Command::new("sh");
        let made = command(&script, &window);
        started.arg(&script).args(made.as_std().get_args());
        for (name, value) in made.as_std().get_envs() {
            started.env(name, value.unwrap());
        }
        started.process_group(0);
        assert!(started.status().await.unwrap().success());
        let text = std::fs::read_to_string(&told).unwrap();
        let words: Vec<&str> = text.split_whitespace().collect();
        assert_eq!(words[..6], ["--profile", "/p", "q", "chat:bob", "t7", "t7"]);
        assert_eq!(words[6], words[7], "it leads its own process group");
    }
}
