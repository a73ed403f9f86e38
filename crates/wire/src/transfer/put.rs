//! A file goes.

use super::gate::{LookUp, Said, SystemLookUp, check, client};
use super::{Progress, TransferProblem, Way};
use carillon_core::session::UploadSlot;
use futures_util::stream::unfold;
use reqwest::Body;
use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::fs::File;
use tokio::io::AsyncReadExt;
use tokio::time::sleep;

/// Bytes that are read at once.
const CHUNK: usize = 64 * 1024;
/// Whoever takes nothing for so long, or has all of it and does not say so, has gone. Servers may move what they got.
const SILENCE: Duration = Duration::from_secs(60);

/// What is to be sent.
#[derive(Debug, Clone)]
pub struct Upload {
    /// Where to, and with which headers.
    pub slot: UploadSlot,
    /// What.
    pub file: PathBuf,
    /// How long it is, in bytes: as the slot was asked for.
    pub size: u64,
    /// As the slot was asked for.
    pub media_type: String,
    /// How.
    pub way: Way,
}

/// Sends a file to where a slot leads. Nothing that leads on is followed: the slot's headers are for nobody else.
///
/// # Errors
/// Why it is not there.
pub async fn upload(job: &Upload, progress: &Arc<Progress>) -> Result<(), TransferProblem> {
    upload_by(job, progress, Arc::new(SystemLookUp)).await
}

/// The same, with names from elsewhere.
pub(crate) async fn upload_by(
    job: &Upload,
    progress: &Arc<Progress>,
    names: Arc<dyn LookUp>,
) -> Result<(), TransferProblem> {
    let (url, side) = check(&job.slot.put, Said::ByServer, job.way.own)?;
    let client = client(&url, side, &job.way, &names).await?;
    let file = File::open(&job.file).await;
    let file = file.map_err(|error| TransferProblem::disk(&error))?;
    let mut request = client
        .put(url)
        .header(CONTENT_TYPE, &job.media_type)
        // Without it the body would go in chunks, which many services refuse.
        .header(CONTENT_LENGTH, job.size)
        .body(body(file, Arc::clone(progress)));
    for (header, value) in &job.slot.headers {
        request = request.header(header.name(), value);
    }
    let status = watched(request, progress).await?;
    match status {
        200..=299 => Ok(()),
        300..=399 => Err(TransferProblem::refused("the slot leads on")),
        status => Err(TransferProblem::Status { status }),
    }
}

fn body(file: File, progress: Arc<Progress>) -> Body {
    let chunks = unfold(Some((file, progress)), |state| async {
        let (mut file, progress) = state?;
        let mut chunk = vec![0; CHUNK];
        match file.read(&mut chunk).await {
            Ok(0) => None,
            Ok(read) => {
                chunk.truncate(read);
                progress.fetch_add(read as u64, Ordering::Relaxed);
                Some((Ok(chunk), Some((file, progress))))
            }
            Err(error) => Some((Err(error), None)),
        }
    });
    Body::wrap_stream(chunks)
}

/// The status of the answer, unless nothing moves any more.
async fn watched(
    request: reqwest::RequestBuilder,
    progress: &Progress,
) -> Result<u16, TransferProblem> {
    let sending = request.send();
    tokio::pin!(sending);
    let mut before = progress.load(Ordering::Relaxed);
    loop {
        tokio::select! {
            answer = &mut sending => {
                let answer = answer.map_err(TransferProblem::http)?;
                return Ok(answer.status().as_u16());
            }
            () = sleep(SILENCE) => {
                let now = progress.load(Ordering::Relaxed);
                if now == before {
                    return Err(TransferProblem::Unreachable { why: "it takes nothing any more".to_owned() });
                }
                before = now;
            }
        }
    }
}
