//! The data folder: one server at a time, and the port it had last.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::ServerError;

/// The folder, locked for as long as this value lives, also against a second server of the same process.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    _lock: File,
}

impl Folder {
    pub(crate) fn open(path: &Path) -> Result<Folder, ServerError> {
        let failed = |source| ServerError::Folder {
            folder: path.to_owned(),
            source,
        };
        create_private(path).map_err(failed)?;
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(path.join("lock"))
            .map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => Ok(Folder {
                path: path.to_owned(),
                _lock: lock,
            }),
            Err(TryLockError::WouldBlock) => Err(ServerError::FolderInUse {
                folder: path.to_owned(),
            }),
            Err(TryLockError::Error(source)) => Err(failed(source)),
        }
    }

    /// Where files are kept that users hand to each other.
    pub(crate) fn files(&self) -> PathBuf {
        self.path.join("files")
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.path.join("server.db")
    }

    /// The port used last, if one is remembered.
    pub(crate) fn last_port(&self) -> Option<u16> {
        last_port(&self.path)
    }

    /// Remembers the port. Written beside and renamed, so that a crash leaves the old one or the new one.
    pub(crate) fn remember_port(&self, port: u16) -> io::Result<()> {
        let new = self.path.join("port.new");
        let mut file = File::create(&new)?;
        writeln!(file, "{port}")?;
        file.sync_all()?;
        fs::rename(new, self.path.join("port"))
    }
}

/// The port that a server of the folder `path` has now or had last.
pub(crate) fn last_port(path: &Path) -> Option<u16> {
    let text = fs::read_to_string(path.join("port")).ok()?;
    text.trim().parse().ok()
}

/// Credentials and messages lie in it, so nobody else may look.
fn create_private(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(path)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(path, fs::Permissions::from_mode(0o700))?;
    }
    Ok(())
}
