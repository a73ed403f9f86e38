//! Why the server did not start, or did not do what its owner asked.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

use crate::store::StoreError;

/// A failure that the one who runs the server has to know of.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ServerError {
    /// Another server uses the data folder.
    #[error("another server is running on {}", folder.display())]
    FolderInUse {
        /// The data folder.
        folder: PathBuf,
    },
    /// The data folder can't be made, locked or written.
    #[error("the data folder {} can't be used: {source}", folder.display())]
    Folder {
        /// The data folder.
        folder: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// The port can't be opened: usually another program uses it.
    #[error("127.0.0.1:{port} can't be opened: {source}")]
    Listen {
        /// The port asked for.
        port: u16,
        /// What the operating system says.
        source: io::Error,
    },
    /// The domain is not one of RFC 7622 §3.2.
    #[error("{0:?} is not a domain")]
    Domain(String),
    /// The name can't be the first part of an address (RFC 7622 §3.3).
    #[error("{0:?} can't be a user's name")]
    Name(String),
    /// The password is empty or has characters that RFC 4013 forbids.
    #[error("the password is empty or has characters that are not allowed")]
    Password,
    /// There is no such account.
    #[error("there is no account {0:?}")]
    NoSuchAccount(String),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The server is ending or has ended.
    #[error("the server has ended")]
    Ended,
}
