//! Whoever comes to a resident's socket: a window, a tool, or somebody who should not.

use std::io;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;

use crate::desktop::Desktop;

/// The version that windows of this build tell.
const VERSION: &str = env!("CARGO_PKG_VERSION");
/// The contract's version, as `crates/link` has it.
const PROTOCOL: u32 = 2;

/// Why a question has no answer.
#[derive(Debug)]
pub enum NoAnswer {
    /// The link ended; whether the question was heard is not known.
    Lost,
    /// It was refused, with the refusal.
    Refused(Value),
}

/// A connection to a resident, speaking frames of its own making: no line of code is shared with the real windows.
#[derive(Debug)]
pub struct Visitor {
    stream: UnixStream,
    asked: u64,
    /// What the resident said in its hello.
    pub hello: Value,
    /// Events that came before an answer.
    pub events: Vec<Value>,
}

impl Visitor {
    /// Where the resident of `profile` listens on this desktop.
    #[must_use]
    pub fn socket(desktop: &Desktop, profile: &Path) -> PathBuf {
        let path = profile
            .canonicalize()
            .unwrap_or_else(|_| profile.to_path_buf());
        let digest = Sha256::digest(path.as_os_str().as_encoded_bytes());
        let name: String = digest
            .iter()
            .take(8)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        desktop
            .runtime()
            .join("carillon")
            .join(format!("{name}.sock"))
    }

    /// Comes as a window.
    ///
    /// # Errors
    /// When nobody listens, or the greeting is not answered.
    pub async fn window(socket: &Path) -> io::Result<Self> {
        Self::greet(socket, &hello(PROTOCOL, VERSION, "window")).await
    }

    /// Comes as a tool.
    ///
    /// # Errors
    /// As [`Visitor::window`].
    pub async fn tool(socket: &Path) -> io::Result<Self> {
        Self::greet(socket, &hello(PROTOCOL, VERSION, "tool")).await
    }

    /// Comes with a greeting of any kind.
    ///
    /// # Errors
    /// As [`Visitor::window`].
    pub async fn greet(socket: &Path, hello: &Value) -> io::Result<Self> {
        let mut stream = UnixStream::connect(socket).await?;
        stream.write_all(&frame(hello)).await?;
        let hello = read(&mut stream).await?;
        Ok(Self {
            stream,
            asked: 0,
            hello,
            events: Vec::new(),
        })
    }

    /// Asks, and waits for the answer.
    ///
    /// # Errors
    /// See [`NoAnswer`].
    pub async fn ask(&mut self, name: &str, ask: Value) -> Result<Value, NoAnswer> {
        self.asked += 1;
        let question = json!({"id": self.asked, "command": {"name": name, "ask": ask}});
        let lost = |_: io::Error| NoAnswer::Lost;
        self.stream
            .write_all(&frame(&question))
            .await
            .map_err(lost)?;
        loop {
            let mut told = read(&mut self.stream).await.map_err(lost)?;
            if told.get("event").is_some() {
                self.events.push(told["event"].take());
                continue;
            }
            if told["answer"]["id"] != json!(self.asked) {
                continue;
            }
            let result = &mut told["answer"]["result"];
            return match result.get_mut("Ok") {
                Some(value) => Ok(value.take()),
                None => Err(NoAnswer::Refused(result["Err"].take())),
            };
        }
    }

    /// Asks what must be granted.
    ///
    /// # Panics
    /// When it is not.
    pub async fn must(&mut self, name: &str, ask: Value) -> Value {
        self.ask(name, ask)
            .await
            .unwrap_or_else(|error| panic!("{name}: {error:?}"))
    }

    /// The next event.
    ///
    /// # Errors
    /// When the link has ended.
    pub async fn event(&mut self) -> io::Result<Value> {
        if !self.events.is_empty() {
            return Ok(self.events.remove(0));
        }
        loop {
            let mut told = read(&mut self.stream).await?;
            if told.get("event").is_some() {
                return Ok(told["event"].take());
            }
        }
    }

    /// Writes half a question and is gone, as a window that is killed while it writes.
    pub async fn die_writing(mut self) {
        let question = frame(&json!({"id": 0, "command": {"name": "read_status", "ask": {}}}));
        let _ = self.stream.write_all(&question[..question.len() / 2]).await;
    }
}

/// A greeting.
#[must_use]
pub fn hello(protocol: u32, version: &str, role: &str) -> Value {
    json!({"protocol": protocol, "version": version, "role": role})
}

/// A value as it crosses the socket: four bytes of length, most significant first, then JSON.
///
/// # Panics
/// When it is longer than such a length can say.
#[must_use]
pub fn frame(value: &Value) -> Vec<u8> {
    let body = value.to_string().into_bytes();
    let mut frame = u32::try_from(body.len())
        .expect("a short frame")
        .to_be_bytes()
        .to_vec();
    frame.extend(body);
    frame
}

/// Reads one frame.
///
/// # Errors
/// When the stream ends, or it holds no JSON.
pub async fn read(stream: &mut UnixStream) -> io::Result<Value> {
    let length = stream.read_u32().await?;
    let mut body = vec![0; length as usize];
    stream.read_exact(&mut body).await?;
    serde_json::from_slice(&body).map_err(io::Error::other)
}
