//! A file comes.

use super::gate::{LookUp, Said, Side, SystemLookUp, check, client, side};
use super::{Progress, TransferProblem, Way};
use reqwest::header::{CONTENT_LENGTH, LOCATION};
use reqwest::{Response, Url};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::fs::{File, OpenOptions};
use tokio::io::AsyncWriteExt;
use tokio::time::timeout;

const MAX_REDIRECTS: usize = 5;
/// Whoever says nothing for so long has gone.
const SILENCE: Duration = Duration::from_secs(30);

/// What is to be fetched.
#[derive(Debug, Clone)]
pub struct Download {
    /// Where from, as a message named it.
    pub address: String,
    /// Into which file, which must not be there yet.
    pub to: PathBuf,
    /// At most so many bytes.
    pub most: u64,
    /// How.
    pub way: Way,
}

/// What came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fetched {
    /// How long it is, in bytes.
    pub bytes: u64,
    /// SHA-256 of it.
    pub sha256: [u8; 32],
}

/// Fetches a file. If it fails, or the future is dropped, no file is left.
///
/// # Errors
/// Why nothing came.
pub async fn download(job: &Download, progress: &Progress) -> Result<Fetched, TransferProblem> {
    download_by(job, progress, Arc::new(SystemLookUp)).await
}

/// The same, with names from elsewhere.
pub(crate) async fn download_by(
    job: &Download,
    progress: &Progress,
    names: Arc<dyn LookUp>,
) -> Result<Fetched, TransferProblem> {
    let mut response = ask(job, &names).await?;
    if announced(&response).is_some_and(|bytes| bytes > job.most) {
        return Err(TransferProblem::TooLarge { most: job.most });
    }
    let mut partial = Partial::create(&job.to).await?;
    let mut sha256 = Sha256::new();
    let mut bytes = 0_u64;
    while let Some(chunk) = patiently(response.chunk()).await? {
        bytes += chunk.len() as u64;
        if bytes > job.most {
            return Err(TransferProblem::TooLarge { most: job.most });
        }
        sha256.update(&chunk);
        let written = partial.file.write_all(&chunk).await;
        written.map_err(|error| TransferProblem::disk(&error))?;
        progress.store(bytes, Ordering::Relaxed);
    }
    partial.finish().await?;
    Ok(Fetched {
        bytes,
        sha256: sha256.finalize().into(),
    })
}

/// The answer that is a file, behind all redirects. Each is looked at as the first address was, and none leads from
/// somebody else to this computer.
async fn ask(job: &Download, names: &Arc<dyn LookUp>) -> Result<Response, TransferProblem> {
    let (mut url, mut to) = check(&job.address, Said::ByAnybody, job.way.own)?;
    for _ in 0..=MAX_REDIRECTS {
        let client = client(&url, to, &job.way, names).await?;
        let response = patiently(client.get(url.clone()).send()).await?;
        let status = response.status();
        if !status.is_redirection() {
            return match status.is_success() {
                true => Ok(response),
                false => Err(TransferProblem::Status {
                    status: status.as_u16(),
                }),
            };
        }
        url = led_to(&url, &response)?;
        let own = job.way.own.filter(|_| to == Side::Own);
        to = side(&url, Said::ByAnybody, own)?;
    }
    Err(TransferProblem::refused("it leads on and on"))
}

fn led_to(from: &Url, response: &Response) -> Result<Url, TransferProblem> {
    response
        .headers()
        .get(LOCATION)
        .and_then(|to| to.to_str().ok())
        .and_then(|to| from.join(to).ok())
        .ok_or_else(|| TransferProblem::refused("it leads nowhere"))
}

fn announced(response: &Response) -> Option<u64> {
    let length = response.headers().get(CONTENT_LENGTH)?;
    length.to_str().ok()?.parse().ok()
}

async fn patiently<T>(
    what: impl Future<Output = reqwest::Result<T>>,
) -> Result<T, TransferProblem> {
    match timeout(SILENCE, what).await {
        Ok(answer) => answer.map_err(TransferProblem::http),
        Err(_) => Err(TransferProblem::Unreachable {
            why: "it fell silent".to_owned(),
        }),
    }
}

/// A file that is not whole yet; gone when it never is.
struct Partial {
    path: PathBuf,
    file: File,
    whole: bool,
}

impl Partial {
    /// For this user alone, and never through a link: what is there already is not opened.
    async fn create(path: &Path) -> Result<Self, TransferProblem> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        options.mode(0o600);
        let file = options.open(path).await;
        Ok(Self {
            path: path.to_owned(),
            file: file.map_err(|error| TransferProblem::disk(&error))?,
            whole: false,
        })
    }

    async fn finish(mut self) -> Result<(), TransferProblem> {
        let flushed = self.file.flush().await;
        flushed.map_err(|error| TransferProblem::disk(&error))?;
        let synced = self.file.sync_all().await;
        synced.map_err(|error| TransferProblem::disk(&error))?;
        self.whole = true;
        Ok(())
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        if !self.whole
            && let Err(error) = std::fs::remove_file(&self.path)
        {
            tracing::warn!(%error, "a part of a file could not be removed");
        }
    }
}
