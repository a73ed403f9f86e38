//! What crosses the socket: a length of four bytes, most significant first, then so many bytes of JSON.

use crate::contract::Command;
use crate::event::Event;
use crate::refusal::Refusal;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::io;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// Changes whenever the contract does in a way that an older side would misunderstand.
pub const PROTOCOL: u32 = 2;

/// The largest frame. Answers stay far below it, however much there is to tell: long lists are read in pages, see
/// [`crate::page`].
pub const MAX_FRAME: usize = 16 * 1024 * 1024;

/// Who connects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// A window: counted, and told events.
    Window,
    /// The command line: not told events.
    Tool,
}

/// The first frame of either side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// [`PROTOCOL`] of the sender.
    pub protocol: u32,
    /// The sender's version, for people.
    pub version: String,
    /// Who connects; the resident says `None`.
    pub role: Option<Role>,
}

/// From window or tool to the resident, after the hello.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// Chosen by the asker, given back with the answer.
    pub id: u64,
    /// What is asked.
    pub command: Command,
}

/// From the resident, after the hello.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Told {
    /// The answer to a question.
    Answer {
        /// The question's id.
        id: u64,
        /// What came of it.
        result: Result<serde_json::Value, Refusal>,
    },
    /// Something changed.
    Event(Event),
}

/// A frame that cannot be taken.
#[derive(Debug, thiserror::Error)]
pub enum FrameError {
    /// The other side is gone.
    #[error("the other side closed the link")]
    Closed,
    /// Longer than [`MAX_FRAME`].
    #[error("a frame of {0} bytes is too long")]
    TooLong(usize),
    /// Not the JSON that was expected.
    #[error("a frame could not be understood: {0}")]
    Garbled(#[from] serde_json::Error),
    /// The socket failed.
    #[error("the link failed: {0}")]
    Io(io::Error),
}

impl From<io::Error> for FrameError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::UnexpectedEof
            | io::ErrorKind::BrokenPipe
            | io::ErrorKind::ConnectionReset => Self::Closed,
            _ => Self::Io(error),
        }
    }
}

/// Reads one frame.
///
/// # Errors
/// See [`FrameError`]. After an error the stream must not be read again.
pub async fn read<T: DeserializeOwned>(
    from: &mut (impl AsyncRead + Unpin),
) -> Result<T, FrameError> {
    let mut length = [0; 4];
    from.read_exact(&mut length).await?;
    let length = u32::from_be_bytes(length) as usize;
    if length > MAX_FRAME {
        return Err(FrameError::TooLong(length));
    }
    // Grows with what really arrives, so that a lying length costs nothing.
    let mut body = Vec::with_capacity(length.min(64 * 1024));
    from.take(length as u64).read_to_end(&mut body).await?;
    if body.len() < length {
        return Err(FrameError::Closed);
    }
    Ok(serde_json::from_slice(&body)?)
}

/// Writes one frame.
///
/// # Errors
/// [`FrameError::TooLong`] before anything was written, or the socket's failure.
pub async fn write<T: Serialize>(
    to: &mut (impl AsyncWrite + Unpin),
    frame: &T,
) -> Result<(), FrameError> {
    let mut bytes = vec![0; 4];
    serde_json::to_writer(&mut bytes, frame)?;
    let length = bytes.len() - 4;
    let header = u32::try_from(length).ok().filter(|_| length <= MAX_FRAME);
    let header = header.ok_or(FrameError::TooLong(length))?;
    bytes[..4].copy_from_slice(&header.to_be_bytes());
    to.write_all(&bytes).await?;
    to.flush().await?;
    Ok(())
}
