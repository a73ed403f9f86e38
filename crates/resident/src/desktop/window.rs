//! Starting the window's process.

use carillon_link::Profile;
use std::env;
use std::io;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// Names the window's executable; for tests and for packagers with unusual layouts.
const OVERRIDE: &str = "CARILLON_WINDOW";

/// Starts a window for a profile. `token` is the desktop's permission to come to the front.
///
/// # Errors
/// When the executable is missing or the system starts no process.
pub fn open(profile: &Profile, token: Option<&str>) -> io::Result<()> {
    let mut command = Command::new(executable());
    if Profile::default_of_user().ok().as_ref() != Some(profile) {
        command.arg("--profile").arg(profile.data());
    }
    if let Some(token) = token {
        command.arg("--focus-token").arg(token);
        // GTK reads the token from here before any argument is looked at.
        command.env("DESKTOP_STARTUP_ID", token).env("XDG_ACTIVATION_TOKEN", token);
    }
    command.stdin(Stdio::null());
    #[cfg(unix)]
    // A group of its own: what ends the resident's terminal does not end the window with it.
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let mut child = command.spawn()?;
    // Waited for on a thread of its own, which sleeps: a process that nobody waits for stays as a zombie.
    std::thread::Builder::new()
        .name("window".to_owned())
        .stack_size(64 * 1024)
        .spawn(move || child.wait())?;
    Ok(())
}

fn executable() -> PathBuf {
    if let Some(chosen) = env::var_os(OVERRIDE) {
        return chosen.into();
    }
    let name = format!("carillon-window{}", env::consts::EXE_SUFFIX);
    let beside = env::current_exe().ok().map(|own| own.with_file_name(&name));
    beside.filter(|path| path.is_file()).unwrap_or_else(|| name.into())
}
