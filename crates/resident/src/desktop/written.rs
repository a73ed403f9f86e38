//! Files written so that a crash at any moment leaves the old one or the new one, never a part of either.

use std::ffi::{OsStr, OsString};
use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::Path;

/// Who may read a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readers {
    /// The user alone (mode 0600).
    Owner,
    /// Whoever the user's umask lets.
    Anyone,
}

/// Writes `bytes` to `path`: beside it, synced, renamed over it, the folder synced. Makes missing folders.
///
/// # Errors
/// What the file system says; the old file is untouched then.
pub fn write(path: &Path, bytes: &[u8], readers: Readers) -> io::Result<()> {
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "not a path of a file",
        ));
    };
    std::fs::create_dir_all(folder)?;
    let mut beside = beginning(name);
    beside.push(std::process::id().to_string());
    let beside = folder.join(beside);
    let written = fill(&beside, bytes, readers).and_then(|()| std::fs::rename(&beside, path));
    if let Err(error) = written {
        let _there_may_be_none = std::fs::remove_file(&beside);
        return Err(error);
    }
    sync_folder(folder)
}

/// Removes what processes that were killed while they wrote `path` left beside it. Only for whoever may be the only one
/// to write it: elsewhere than on Linux nobody is asked whether such a process is still alive.
pub fn sweep(path: &Path) {
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
        return;
    };
    let beginning = beginning(name);
    // A folder that cannot be read has nothing that could be removed.
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let found = entry.file_name();
        let by = found
            .as_encoded_bytes()
            .strip_prefix(beginning.as_encoded_bytes());
        if by.and_then(process).is_none_or(is_alive) {
            continue;
        }
        match std::fs::remove_file(entry.path()) {
            Ok(()) => tracing::info!(file = %entry.path().display(), "a left-over was removed"),
            Err(error) => tracing::warn!(%error, "a left-over could not be removed"),
        }
    }
}

/// What the name of a file begins with that will be `name`; the number of the process that writes it follows.
fn beginning(name: &OsStr) -> OsString {
    let mut beginning = OsString::from(".");
    beginning.push(name);
    beginning.push(".");
    beginning
}

/// A number as [`write`] puts it there, and nothing else.
fn process(digits: &[u8]) -> Option<u32> {
    let number: u32 = std::str::from_utf8(digits).ok()?.parse().ok()?;
    (number.to_string().as_bytes() == digits).then_some(number)
}

fn is_alive(process: u32) -> bool {
    process == std::process::id()
        || (cfg!(target_os = "linux") && Path::new("/proc").join(process.to_string()).exists())
}

/// Removes a file for good; one that is not there is fine.
///
/// # Errors
/// What the file system says.
pub fn remove(path: &Path) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => path.parent().map_or(Ok(()), |folder| {
            if folder.exists() {
                sync_folder(folder)
            } else {
                Ok(())
            }
        }),
    }
}

fn fill(path: &Path, bytes: &[u8], readers: Readers) -> io::Result<()> {
    // A left-over of a crashed process with the same number, perhaps with other rights.
    let _there_is_none_mostly = std::fs::remove_file(path);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if readers == Readers::Owner {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    // On Windows the profile's folder lies in the user's own, which others cannot read.
    #[cfg(not(unix))]
    let _ = readers;
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    std::fs::File::open(folder)?.sync_all()
}

/// NTFS journals a rename by itself, and a folder cannot be synced there.
#[cfg(not(unix))]
const fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use std::os::unix::process::ExitStatusExt;
    use std::process::{Command, Output};

    /// Tells the test, started again as a process of its own, which file to write.
    const VICTIM: &str = "CARILLON_WRITTEN_VICTIM";
    const CALLS: [&str; 3] = ["write", "fsync", "rename"];
    const TEXTS: [&str; 3] = ["before", "first", "second, and longer"];

    fn traced(path: &Path, point: Option<(&str, usize)>) -> Option<Output> {
        let mut strace = Command::new("strace");
        strace.args([
            "-f",
            "-qq",
            "-e",
            "trace=write,fsync,rename",
            "-o",
            "/dev/null",
        ]);
        if let Some((call, when)) = point {
            strace.args(["-e", &format!("inject={call}:signal=SIGKILL:when={when}")]);
        }
        strace
            .arg(std::env::current_exe().ok()?)
            .args(["--exact", "--test-threads=1"])
            .arg("desktop::written::tests::a_kill_at_any_step_leaves_the_old_file_or_the_new_one")
            .env(VICTIM, path)
            .output()
            .ok()
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).into_iter().flatten();
        let mut names: Vec<_> = entries
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn only_what_a_process_left_that_is_gone_is_swept() {
        let mut gone = Command::new("true").spawn().unwrap();
        gone.wait().unwrap();
        let mut lives = Command::new("sleep").arg("600").spawn().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let kept = [
            format!(".settings.toml.{}", lives.id()),
            format!(".settings.toml.{}", std::process::id()),
            format!(".settings.toml.0{}", gone.id()),
            format!(".settings.toml.{}.bak", gone.id()),
            format!(".passwords.toml.{}", gone.id()),
            format!("settings.toml.{}", gone.id()),
            ".settings.toml.".to_owned(),
            ".settings.toml.swp".to_owned(),
            "settings.toml".to_owned(),
        ];
        let left = format!(".settings.toml.{}", gone.id());
        for name in kept.iter().chain([&left]) {
            std::fs::write(folder.path().join(name), "text").unwrap();
        }
        sweep(&folder.path().join("settings.toml"));
        lives.kill().unwrap();
        lives.wait().unwrap();
        let mut kept = kept.to_vec();
        kept.sort();
        assert_eq!(names(folder.path()), kept);
    }

    #[test]
    fn a_kill_at_any_step_leaves_the_old_file_or_the_new_one() {
        if let Some(path) = std::env::var_os(VICTIM) {
            for text in &TEXTS[1..] {
                write(Path::new(&path), text.as_bytes(), Readers::Owner).unwrap();
            }
            return;
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("settings.toml");
        if !traced(&path, None).is_some_and(|output| output.status.success()) {
            println!("SKIPPED: there is no strace, or it may not trace here");
            return;
        }
        let (mut killed, mut swept) = (0, 0);
        for call in CALLS {
            for when in 1..=4 {
                std::fs::write(&path, TEXTS[0]).unwrap();
                let output = traced(&path, Some((call, when))).unwrap();
                killed += usize::from(output.status.signal() == Some(9));
                let left = std::fs::read_to_string(&path).unwrap();
                assert!(TEXTS.contains(&left.as_str()), "{call} {when}: {left:?}");
                swept += names(folder.path()).len() - 1;
                sweep(&path);
                assert_eq!(names(folder.path()), ["settings.toml"], "{call} {when}");
            }
        }
        println!("{killed} kills, each file whole, {swept} left-overs swept");
        assert!(killed >= 8, "{killed}");
        assert!(swept >= 4, "{swept}");
    }
}
