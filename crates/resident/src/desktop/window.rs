//! Starts the window's process and lets it go.

use carillon_core::settings::Theme;
use carillon_link::Profile;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Weak};
use tokio::process::Command;

/// Names the window's executable, so that a test's launcher can take its place.
const OVERRIDE: &str = "CARILLON_WINDOW";
const NAME: &str = if cfg!(windows) {
    "carillon-window.exe"
} else {
    "carillon-window"
};

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

/// Lives as long as a window's process.
pub type Process = Weak<()>;

/// Opens a window of this profile. `theme` is what it begins with, before it has read anything; `token` is the
/// desktop's permission to come to the front; where the window shall go, it learns over the link. It outlives the
/// resident, and is reaped when it ends first. Must be called inside a tokio runtime.
///
/// # Errors
/// [`NoWindow`] when the program is missing or cannot be run.
pub fn open(profile: &Profile, theme: Theme, token: Option<&str>) -> Result<Process, NoWindow> {
    let program = program(
        std::env::var_os(OVERRIDE),
        std::env::current_exe().ok().as_deref(),
    );
    let mut command = command(&program, profile, theme, token);
    match command.spawn() {
        Ok(mut child) => {
            let life = Arc::new(());
            let process = Arc::downgrade(&life);
            tokio::spawn(async move {
                let _life = life;
                match child.wait().await {
                    Ok(status) if !status.success() => {
                        tracing::warn!(%status, "the window ended badly");
                    }
                    Ok(_) => {}
                    Err(error) => tracing::debug!(%error, "the window's end was not seen"),
                }
            });
            Ok(process)
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
    sibling
        .filter(|sibling| sibling.is_file())
        .unwrap_or_else(|| NAME.into())
}

fn command(program: &Path, profile: &Profile, theme: Theme, token: Option<&str>) -> Command {
    let mut command = Command::new(program);
    command.stdin(std::process::Stdio::null());
    // The user's own profile lies in two folders and has no name.
    if Profile::default_of_user().ok().as_ref() != Some(profile) {
        command.arg("--profile").arg(profile.data());
    }
    match theme {
        Theme::System => {}
        Theme::Light => _ = command.args(["--theme", "light"]),
        Theme::Dark => _ = command.args(["--theme", "dark"]),
    }
    for name in ["XDG_ACTIVATION_TOKEN", "DESKTOP_STARTUP_ID"] {
        match token {
            Some(token) => command.env(name, token),
            // The one that this process was started with is used up.
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
        assert_eq!(
            program(Some("/t/launcher".into()), Some(&own)),
            Path::new("/t/launcher")
        );
        assert_eq!(program(Some("".into()), Some(&own)), Path::new(NAME));
        std::fs::write(folder.path().join(NAME), "").unwrap();
        assert_eq!(program(None, Some(&own)), folder.path().join(NAME));
    }

    #[test]
    fn only_a_profile_that_was_chosen_is_named() {
        let own = command(
            Path::new("w"),
            &Profile::default_of_user().unwrap(),
            Theme::System,
            None,
        );
        assert_eq!(own.as_std().get_args().count(), 0);
        let chosen = command(
            Path::new("w"),
            &Profile::in_folder(Path::new("/p q")).unwrap(),
            Theme::System,
            None,
        );
        assert_eq!(
            chosen.as_std().get_args().collect::<Vec<_>>(),
            ["--profile", "/p q"]
        );
    }

    #[test]
    fn the_window_begins_in_the_theme_that_was_chosen() {
        let own = Profile::default_of_user().unwrap();
        for (theme, told) in [
            (Theme::System, &[][..]),
            (Theme::Light, &["--theme", "light"]),
            (Theme::Dark, &["--theme", "dark"]),
        ] {
            let command = command(Path::new("w"), &own, theme, None);
            assert_eq!(command.as_std().get_args().collect::<Vec<_>>(), told);
        }
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn the_window_gets_the_token_in_a_process_group_of_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let mut command = command(
            Path::new("/bin/sh"),
            &Profile::default_of_user().unwrap(),
            Theme::System,
            Some("t7"),
        );
        let say = "echo $XDG_ACTIVATION_TOKEN $DESKTOP_STARTUP_ID $(ps -o pgid= -p $$) $$ > told";
        command.args(["-c", say]).current_dir(folder.path());
        assert!(command.status().await.unwrap().success());
        let text = std::fs::read_to_string(folder.path().join("told")).unwrap();
        let words: Vec<&str> = text.split_whitespace().collect();
        assert_eq!(words[..2], ["t7", "t7"]);
        assert_eq!(words[2], words[3], "it leads its own process group");
    }
}
