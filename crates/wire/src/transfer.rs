//! Files to a server and from one, by HTTPS (XEP-0363).
//!
//! An address in a message is a stranger's: what it leads to is asked for only on the public Internet, and checked again
//! after names were looked up and at every redirect. A slot is my own server's word, and may lead to this computer where
//! that server runs on it. Nothing but the three headers of a slot is ever said, and only to where the slot leads.

mod gate;
mod get;
mod put;

use carillon_core::connection::Proxy;
use carillon_core::files::FileTrouble;
use rustls::pki_types::CertificateDer;
use std::sync::atomic::AtomicU64;

pub use gate::OwnServer;
pub use get::{Download, Fetched, download};
pub use put::{Upload, upload};

#[cfg(test)]
pub(crate) use gate::{LookUp, SystemLookUp};
#[cfg(test)]
pub(crate) use get::download_by;
#[cfg(test)]
pub(crate) use put::upload_by;

/// The way that a file takes.
#[derive(Debug, Clone)]
pub struct Way {
    /// Through what.
    pub proxy: Proxy,
    /// The account's server, where it runs on this computer.
    pub own: Option<OwnServer>,
    /// Certificate authorities to be trusted beside the system's, as DER.
    pub extra_roots: Vec<CertificateDer<'static>>,
}

/// So many bytes have gone or come.
pub type Progress = AtomicU64;

/// Why a file did not go or come.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TransferProblem {
    /// The address leads to where nothing is asked for. Nobody was asked.
    #[error("nothing is fetched from there: {why}")]
    Refused {
        /// Why.
        why: String,
    },
    /// Nobody answered, or not to the end. It may be tried again.
    #[error("the other side can't be reached: {why}")]
    Unreachable {
        /// Why.
        why: String,
    },
    /// The answer is no.
    #[error("the other side answered with {status}")]
    Status {
        /// HTTP's (RFC 9110 §15).
        status: u16,
    },
    /// More than was asked for.
    #[error("the file is larger than {most} bytes")]
    TooLarge {
        /// In bytes.
        most: u64,
    },
    /// What came is not what was told of it: its hash is another one. It was not kept.
    #[error("this is not the file that its sender has described")]
    Another,
    /// The file here could not be read or written.
    #[error("{why}")]
    Disk {
        /// Why.
        why: String,
    },
}

impl TransferProblem {
    /// Whether trying again by itself could help: the network was at fault, or the server says that it is (RFC 9110
    /// §15.6, and 408, 425 and 429 of §15.5 and its companions).
    #[must_use]
    pub const fn may_pass(&self) -> bool {
        matches!(
            self,
            Self::Unreachable { .. }
                | Self::Status {
                    status: 500..|408| 425 | 429
                }
        )
    }

    /// The same as what a user is told.
    #[must_use]
    pub fn trouble(&self) -> FileTrouble {
        match self {
            Self::Refused { .. } => FileTrouble::NotFetched,
            Self::Unreachable { why } => FileTrouble::Unreachable { why: why.clone() },
            Self::Status { status: 404 | 410 } => FileTrouble::Gone,
            Self::Status { status: 413 } | Self::TooLarge { .. } => FileTrouble::TooLarge,
            Self::Status { status } => FileTrouble::Refused {
                why: status.to_string(),
            },
            Self::Another => FileTrouble::Another,
            Self::Disk { why } => FileTrouble::Disk { why: why.clone() },
        }
    }

    fn refused(why: &str) -> Self {
        Self::Refused {
            why: why.to_owned(),
        }
    }

    fn disk(error: &std::io::Error) -> Self {
        Self::Disk {
            why: error.to_string(),
        }
    }

    /// Without the address: it may be a secret, and this is shown and logged.
    fn http(error: reqwest::Error) -> Self {
        let error = error.without_url();
        let mut why = error.to_string();
        let mut cause = std::error::Error::source(&error);
        while let Some(error) = cause {
            if let Some(refused) = error.downcast_ref::<gate::NotPublic>() {
                return Self::refused(&refused.to_string());
            }
            why = format!("{why}: {error}");
            cause = error.source();
        }
        Self::Unreachable { why }
    }
}
