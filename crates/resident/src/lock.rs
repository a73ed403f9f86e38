//! One resident per profile.

use carillon_link::Profile;
use std::fs::{File, OpenOptions, TryLockError};
use std::io;

/// Held while a resident lives; the system lets it go with the process, however that ends.
#[derive(Debug)]
pub struct ProfileLock {
    _file: File,
}

/// Takes the profile's lock; `None` when another resident has it.
///
/// # Errors
/// When the folder cannot be made or written.
pub fn take(profile: &Profile) -> io::Result<Option<ProfileLock>> {
    make_folders(profile)?;
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).write(true);
    let file = options
        .open(profile.data().join("lock"))
        .map_err(|error| unusable(profile, &error))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(ProfileLock { _file: file })),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// Makes the profile's folders.
///
/// # Errors
/// When the disk refuses; the error names the folder.
pub fn make_folders(profile: &Profile) -> io::Result<()> {
    profile.create().map_err(|error| unusable(profile, &error))
}

fn unusable(profile: &Profile, error: &io::Error) -> io::Error {
    let folder = profile.data().display();
    let text = format!("the profile's folder {folder} cannot be used: {error}");
    io::Error::new(error.kind(), text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_cannot_be_used_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let taken = folder.path().join("profile");
        std::fs::write(&taken, "a file").unwrap();
        let error = take(&Profile::in_folder(&taken).unwrap()).unwrap_err();
        assert!(
            error.to_string().contains(&taken.display().to_string()),
            "{error}"
        );
    }

    #[test]
    fn a_profile_has_one_resident_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let profile = Profile::in_folder(folder.path()).unwrap();
        let first = take(&profile).unwrap();
        assert!(first.is_some());
        assert!(take(&profile).unwrap().is_none());
        drop(first);
        assert!(take(&profile).unwrap().is_some());
    }
}
