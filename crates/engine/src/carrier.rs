//! How the engine has files carried: over the network, or in tests by nobody.

use crate::connector::Boxed;
use carillon_core::session::UploadSlot;
use carillon_core::settings::AccountSettings;
use carillon_wire::{
    CertificateDer, Download, Fetched, OwnServer, Progress, TransferProblem, Upload, Way,
};
use std::path::PathBuf;
use std::sync::Arc;

/// Takes files to a server and from one. Dropping what is answered ends it.
pub trait Carrier: Send + Sync + 'static {
    /// Puts a file where a slot leads.
    fn upload(
        &self,
        account: &AccountSettings,
        load: Load,
        progress: Arc<Progress>,
    ) -> Boxed<Result<(), TransferProblem>>;

    /// Fetches what an address leads to, at most `most` bytes, into a new file. There is none if it fails.
    fn download(
        &self,
        account: &AccountSettings,
        address: String,
        to: PathBuf,
        most: u64,
        progress: Arc<Progress>,
    ) -> Boxed<Result<Fetched, TransferProblem>>;
}

/// A file and its place.
#[derive(Debug, Clone)]
pub struct Load {
    /// The place.
    pub slot: UploadSlot,
    /// The file.
    pub file: PathBuf,
    /// How long it is, in bytes.
    pub size: u64,
    /// What it is.
    pub media_type: String,
}

/// Over the network.
#[derive(Debug, Default)]
pub struct WireCarrier {
    extra_roots: Vec<CertificateDer<'static>>,
}

impl WireCarrier {
    /// Certificate authorities to be trusted beside the system's.
    #[must_use]
    pub fn trusting(extra_roots: Vec<CertificateDer<'static>>) -> Self {
        Self { extra_roots }
    }

    fn way(&self, account: &AccountSettings) -> Way {
        Way {
            proxy: account.proxy.clone(),
            own: account.connect.as_deref().and_then(OwnServer::of),
            extra_roots: self.extra_roots.clone(),
        }
    }
}

impl Carrier for WireCarrier {
    fn upload(
        &self,
        account: &AccountSettings,
        load: Load,
        progress: Arc<Progress>,
    ) -> Boxed<Result<(), TransferProblem>> {
        let job = Upload {
            slot: load.slot,
            file: load.file,
            size: load.size,
            media_type: load.media_type,
            way: self.way(account),
        };
        Box::pin(async move { carillon_wire::upload(&job, &progress).await })
    }

    fn download(
        &self,
        account: &AccountSettings,
        address: String,
        to: PathBuf,
        most: u64,
        progress: Arc<Progress>,
    ) -> Boxed<Result<Fetched, TransferProblem>> {
        let job = Download {
            address,
            to,
            most,
            way: self.way(account),
        };
        Box::pin(async move { carillon_wire::download(&job, &progress).await })
    }
}
