//! A web server on this computer that remembers what it was asked.

use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What somebody asked for.
#[derive(Debug, Clone)]
pub(super) struct Request {
    /// Method, path and headers, as they came.
    pub(super) head: String,
    pub(super) body: Vec<u8>,
}

pub(super) struct Web {
    pub(super) port: u16,
    asked: Arc<Mutex<Vec<Request>>>,
    connected: Arc<Mutex<u32>>,
    serving: JoinHandle<()>,
}

impl Drop for Web {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Web {
    /// Answers by path, and then closes.
    pub(super) async fn serve(answer: impl Fn(&str) -> Vec<u8> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked: Arc<Mutex<Vec<Request>>> = Arc::default();
        let connected: Arc<Mutex<u32>> = Arc::default();
        let (remember, count, answer) =
            (Arc::clone(&asked), Arc::clone(&connected), Arc::new(answer));
        let serving = tokio::spawn(async move {
            while let Ok((mut tcp, _)) = listener.accept().await {
                *count.lock().unwrap() += 1;
                let (remember, answer) = (Arc::clone(&remember), Arc::clone(&answer));
                tokio::spawn(async move {
                    let Some(request) = read(&mut tcp).await else {
                        return;
                    };
                    let path = request
                        .head
                        .split(' ')
                        .nth(1)
                        .unwrap_or_default()
                        .to_owned();
                    remember.lock().unwrap().push(request);
                    let _ = tcp.write_all(&answer(&path)).await;
                    let _ = tcp.shutdown().await;
                });
            }
        });
        Self {
            port,
            asked,
            connected,
            serving,
        }
    }

    pub(super) fn asked(&self) -> Vec<Request> {
        self.asked.lock().unwrap().clone()
    }

    /// How often somebody came, with whatever words.
    pub(super) fn hits(&self) -> u32 {
        *self.connected.lock().unwrap()
    }
}

async fn read(tcp: &mut TcpStream) -> Option<Request> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(tcp.read_u8().await.ok()?);
    }
    let head = String::from_utf8(head).ok()?;
    let length = head.lines().find_map(|line| {
        line.to_ascii_lowercase()
            .strip_prefix("content-length:")?
            .trim()
            .parse()
            .ok()
    });
    let mut body = vec![0; length.unwrap_or(0)];
    tcp.read_exact(&mut body).await.ok()?;
    Some(Request { head, body })
}

/// A whole answer.
pub(super) fn ok(body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

pub(super) fn status(line: &str) -> Vec<u8> {
    format!("HTTP/1.1 {line}\r\ncontent-length: 0\r\n\r\n").into_bytes()
}

pub(super) fn redirect(to: &str) -> Vec<u8> {
    format!("HTTP/1.1 307 Temporary Redirect\r\nlocation: {to}\r\ncontent-length: 0\r\n\r\n")
        .into_bytes()
}
