//! Where a profile's files are, and under which name its resident listens.

use sha2::{Digest, Sha256};
use std::io;
use std::path::{Path, PathBuf};

/// A profile: one resident, one database, one settings file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    data: PathBuf,
    config: PathBuf,
}

impl Profile {
    /// The user's own, in the XDG folders or their counterparts.
    ///
    /// # Errors
    /// When the system names no home folder.
    pub fn default_of_user() -> io::Result<Self> {
        let missing = || io::Error::new(io::ErrorKind::NotFound, "the system names no home folder");
        let data = dirs::data_dir().ok_or_else(missing)?.join("carillon");
        let config = dirs::config_dir().ok_or_else(missing)?.join("carillon");
        Ok(Self { data, config })
    }

    /// All in one folder, as `--profile DIR` says; relative to the working folder.
    ///
    /// # Errors
    /// When the working folder cannot be told.
    pub fn in_folder(folder: &Path) -> io::Result<Self> {
        let folder = std::path::absolute(folder)?;
        Ok(Self {
            data: folder.clone(),
            config: folder,
        })
    }

    /// `folder` when one was given, the user's own otherwise.
    ///
    /// # Errors
    /// See the other two.
    pub fn chosen(folder: Option<&Path>) -> io::Result<Self> {
        folder.map_or_else(Self::default_of_user, Self::in_folder)
    }

    /// The folder with database, media and secrets.
    #[must_use]
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// `settings.toml`.
    #[must_use]
    pub fn settings_file(&self) -> PathBuf {
        self.config.join("settings.toml")
    }

    /// The database.
    #[must_use]
    pub fn database(&self) -> PathBuf {
        self.data.join("carillon.db")
    }

    /// Where the pictures of people are, each under its hash.
    #[must_use]
    pub fn avatars(&self) -> PathBuf {
        self.data.join("avatars")
    }

    /// Where files are that were sent or fetched, each under its hash.
    #[must_use]
    pub fn media(&self) -> PathBuf {
        self.data.join("media")
    }

    /// Where the try-out keeps its server and its two people.
    #[must_use]
    pub fn tryout(&self) -> PathBuf {
        // Alice's and Bob's own profiles lie in the try-out's folder: both mean the same one.
        match self.data.parent() {
            Some(parent) if parent.file_name().is_some_and(|name| name == "try") => {
                parent.to_path_buf()
            }
            _ => self.data.join("try"),
        }
    }

    /// Makes the folders, readable by this user only.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn create(&self) -> io::Result<()> {
        make_private(&self.data)?;
        make_private(&self.config)
    }

    /// A short name for the profile's socket: socket paths end at 108 bytes.
    #[must_use]
    pub fn hash(&self) -> String {
        let path = self
            .data
            .canonicalize()
            .unwrap_or_else(|_| self.data.clone());
        let digest = Sha256::digest(path.as_os_str().as_encoded_bytes());
        digest
            .iter()
            .take(8)
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }
}

/// Makes a folder that only this user can enter.
pub(crate) fn make_private(folder: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alice_and_bob_share_the_folder_of_the_tryout_that_made_them() {
        let own = Profile::in_folder(Path::new("/home/me/carillon")).unwrap();
        let alice = Profile::in_folder(&own.tryout().join("alice")).unwrap();
        assert_eq!(alice.tryout(), own.tryout());
    }

    #[test]
    fn two_profiles_never_share_a_socket() {
        let one = Profile::in_folder(Path::new("/home/me/one")).unwrap();
        let two = Profile::in_folder(Path::new("/home/me/two")).unwrap();
        assert_ne!(one.hash(), two.hash());
    }
}
