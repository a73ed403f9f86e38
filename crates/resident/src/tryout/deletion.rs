//! Deleting the try-out, while the windows that have just lost it still write into it.

use super::{DELETE, MARK};
use std::fs::DirEntry;
use std::io;
use std::path::Path;
use std::time::Duration;
use tokio::time::Instant;

/// Whoever of the try-out has been told of the end is gone after this.
pub(super) const LEAVING: Duration = Duration::from_secs(2);
/// The time between two looks.
pub(super) const AGAIN: Duration = Duration::from_millis(50);

/// Deletes the folder if it is marked. As long as anything of it is left, it stays marked, and can be deleted later.
///
/// # Errors
/// When something is still there after [`LEAVING`]; the error says why.
pub(super) async fn delete(folder: &Path) -> io::Result<()> {
    delete_by(folder, delete_part).await
}

async fn delete_by(
    folder: &Path,
    mut part: impl FnMut(&DirEntry) -> io::Result<()>,
) -> io::Result<()> {
    let deadline = Instant::now() + LEAVING;
    while folder.join(MARK).exists() {
        match delete_once(folder, &mut part) {
            Err(error) if Instant::now() >= deadline => return Err(error),
            Err(error) => tracing::debug!(%error, "something of the try-out is still in use"),
            Ok(()) => return Ok(()),
        }
        tokio::time::sleep(AGAIN).await;
    }
    Ok(())
}

/// The parts first: a folder without its mark would never be deleted.
fn delete_once(
    folder: &Path,
    part: &mut impl FnMut(&DirEntry) -> io::Result<()>,
) -> io::Result<()> {
    let mut left = Ok(());
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if ![MARK, DELETE].iter().any(|mark| entry.file_name() == *mark) {
            left = left.and(gone(part(&entry)));
        }
    }
    left?;
    gone(std::fs::remove_file(folder.join(DELETE)))?;
    gone(std::fs::remove_file(folder.join(MARK)))?;
    let removed = gone(std::fs::remove_dir(folder));
    if removed.is_err() {
        // Somebody has written once more: it is Carillon's all the same, and still to be deleted.
        for mark in [MARK, DELETE] {
            std::fs::write(folder.join(mark), "")?;
        }
    }
    removed
}

fn delete_part(entry: &DirEntry) -> io::Result<()> {
    if entry.file_type()?.is_dir() {
        std::fs::remove_dir_all(entry.path())
    } else {
        std::fs::remove_file(entry.path())
    }
}

/// Somebody else may delete it, too.
fn gone(removed: io::Result<()>) -> io::Result<()> {
    match removed {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;
    use tempfile::TempDir;

    /// A try-out with a window's file in it.
    fn tryout() -> (TempDir, PathBuf) {
        let own = tempfile::tempdir().unwrap();
        let folder = own.path().join("try");
        std::fs::create_dir_all(folder.join("alice/webview")).unwrap();
        std::fs::write(folder.join("alice/webview/cookies"), "").unwrap();
        std::fs::write(folder.join("alice.log"), "").unwrap();
        std::fs::write(folder.join(MARK), "").unwrap();
        (own, folder)
    }

    /// A window that writes again behind each deletion, `times` times.
    fn written_again(mut times: u32) -> impl FnMut(&DirEntry) -> io::Result<()> {
        move |entry| {
            delete_part(entry)?;
            if times > 0 {
                times -= 1;
                std::fs::create_dir_all(entry.path().with_file_name("bob/webview"))?;
            }
            Ok(())
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_folder_in_which_something_still_writes_is_deleted_once_it_stops() {
        let (own, folder) = tryout();
        delete_by(&folder, written_again(7)).await.unwrap();
        assert!(!folder.exists());
        assert!(own.path().exists(), "and nothing beside it");
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_left_is_an_error_and_can_be_deleted_later() {
        let (_own, folder) = tryout();
        let begun = Instant::now();
        delete_by(&folder, written_again(u32::MAX))
            .await
            .unwrap_err();
        assert!(begun.elapsed() >= LEAVING);
        assert!(folder.join(MARK).exists(), "it can still be deleted");
        delete(&folder).await.unwrap();
        assert!(!folder.exists());
    }

    #[tokio::test(start_paused = true)]
    async fn one_part_that_stays_does_not_keep_the_others() {
        let (_own, folder) = tryout();
        let busy = |entry: &DirEntry| match entry.file_name() == "alice" {
            true => Err(io::ErrorKind::ResourceBusy.into()),
            false => delete_part(entry),
        };
        delete_by(&folder, busy).await.unwrap_err();
        assert!(folder.join("alice").exists() && !folder.join("alice.log").exists());
        assert!(folder.join(MARK).exists());
    }

    #[tokio::test]
    async fn a_folder_that_is_not_marked_is_somebody_else_s() {
        let (_own, folder) = tryout();
        std::fs::remove_file(folder.join(MARK)).unwrap();
        delete(&folder).await.unwrap();
        assert!(folder.join("alice/webview/cookies").exists());
    }
}
