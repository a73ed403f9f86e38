//! What can go wrong with a file on a disk, and what is still safe when it did.

use rusqlite::ffi::{self, ErrorCode};

/// Why the store could not do what it was asked. Unless said otherwise nothing of the call was stored, and
/// everything stored before is untouched.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// A newer Carillon has used this profile. Nothing was changed; that newer one still can open it.
    #[error(
        "the database was written by a newer Carillon (version {found}, this one knows {known}); it was left as it is"
    )]
    Newer {
        /// The schema in the file.
        found: i64,
        /// The newest schema that this program knows.
        known: i64,
    },
    /// The file is no database of Carillon's, or what is in it contradicts itself. It was not changed; see
    /// [`crate::set_aside`].
    #[error("the database is damaged ({what}); it can be set aside, nothing of it is deleted")]
    Damaged {
        /// What was found.
        what: String,
    },
    /// No room left on the disk.
    #[error("the disk is full; what was stored before is safe, this was not stored")]
    DiskFull,
    /// The file or its folder may not be written.
    #[error("the database cannot be written ({what}); what was stored before is safe")]
    ReadOnly {
        /// Which rule forbids it.
        what: String,
    },
    /// Somebody else writes to the database: another Carillon on the same profile, or a backup.
    #[error("the database is used by another program; try again when that has ended")]
    Busy,
    /// The file system failed.
    #[error("the database could not be read or written ({what}); what was stored before is safe")]
    Io {
        /// What the system said.
        what: String,
    },
    /// The account, chat or message that the row belongs to has been removed in the meantime.
    #[error("the account or message that this belongs to has been removed")]
    Gone,
    /// A mistake in Carillon itself.
    #[error("the store was asked for the impossible: {what}")]
    Bug {
        /// What SQLite said.
        what: String,
    },
}

impl StoreError {
    pub(crate) fn damaged(what: impl Into<String>) -> Self {
        Self::Damaged { what: what.into() }
    }

    /// What is removed takes along all that belongs to it: what stays is not where its index says.
    pub(crate) fn of_removal(error: rusqlite::Error) -> Self {
        match error.into() {
            Self::Gone => Self::damaged("an index leads to other rows than there are"),
            other => other,
        }
    }

    pub(crate) fn io(error: &std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Self::DiskFull,
            std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => {
                Self::ReadOnly {
                    what: error.to_string(),
                }
            }
            _ => Self::Io {
                what: error.to_string(),
            },
        }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::Error;
        let what = error.to_string();
        match error {
            Error::SqliteFailure(failure, _) => from_code(failure, what),
            Error::SqlInputError { error, .. } => from_code(error, what),
            // Carillon only writes what it can read: a value of the wrong kind was not written by it.
            Error::FromSqlConversionFailure(..)
            | Error::IntegralValueOutOfRange(..)
            | Error::InvalidColumnType(..)
            | Error::Utf8Error(..) => Self::Damaged { what },
            _ => Self::Bug { what },
        }
    }
}

fn from_code(failure: ffi::Error, what: String) -> StoreError {
    match failure.code {
        ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => StoreError::Damaged { what },
        ErrorCode::DiskFull => StoreError::DiskFull,
        ErrorCode::ReadOnly | ErrorCode::PermissionDenied => StoreError::ReadOnly { what },
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => StoreError::Busy,
        ErrorCode::SystemIoFailure
        | ErrorCode::CannotOpen
        | ErrorCode::FileLockingProtocolFailed
        | ErrorCode::OutOfMemory => StoreError::Io { what },
        ErrorCode::ConstraintViolation
            if failure.extended_code == ffi::SQLITE_CONSTRAINT_FOREIGNKEY =>
        {
            StoreError::Gone
        }
        // Every statement fits the schema: one that does not says that the schema in the file is not ours.
        ErrorCode::Unknown
            if ["no such ", "has no column", "foreign key mismatch"]
                .iter()
                .any(|words| what.contains(words)) =>
        {
            StoreError::Damaged { what }
        }
        _ => StoreError::Bug { what },
    }
}
