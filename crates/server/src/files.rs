//! Files for the try-out (XEP-0363): small, few, on this machine only, behind the port of the WebSocket.
//!
//! A slot is not remembered. It says itself what it is for: its header is a signature of the file's number and size, so
//! nobody can put anything but what was asked for. Who knows a file's address may get it; it can't be guessed.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use hmac::{Hmac, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use tokio::fs::{File, OpenOptions};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use crate::upgrade::is_loopback;

/// Where files are.
const PATH: &str = "/files/";
/// The largest file, in bytes.
pub(crate) const LARGEST: u64 = 16 << 20;
/// So many bytes are kept; the oldest files make room.
const KEPT: u64 = 64 << 20;
/// A request's lines and headers are shorter.
const LONGEST_HEAD: usize = 8 << 10;
/// From the TCP connection to the whole request, or the whole answer.
const PATIENCE: Duration = Duration::from_secs(60);
/// Between two looks at a connection that has said little.
const LOOK: Duration = Duration::from_millis(5);
/// Bytes of a file's number.
pub(crate) const NUMBER: usize = 16;

/// The folder, and what signs slots. Both last as long as the server runs; the files go with it.
#[derive(Debug)]
pub(crate) struct Files {
    folder: PathBuf,
    origin: String,
    secret: [u8; 32],
}

/// A place for a file.
#[derive(Debug)]
pub(crate) struct Slot {
    pub(crate) address: String,
    pub(crate) authorization: String,
}

/// What is asked for.
#[derive(Debug, PartialEq, Eq)]
struct Asked {
    put: bool,
    number: String,
    authorization: String,
    length: u64,
}

impl Files {
    /// Opens the folder and empties it.
    pub(crate) fn open(folder: PathBuf, port: u16, secret: [u8; 32]) -> io::Result<Self> {
        match fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => fs::create_dir(&folder)?,
        }
        Ok(Self {
            folder,
            origin: format!("http://127.0.0.1:{port}"),
            secret,
        })
    }

    /// A place for a file of this size. `number` is random; the name is only for people.
    pub(crate) fn slot(&self, number: [u8; NUMBER], name: &str, size: u64) -> Slot {
        let number = hex(&number);
        let name: String = name
            .bytes()
            .map(|byte| match byte {
                b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'.' | b'-' | b'_' => {
                    char::from(byte).to_string()
                }
                other => format!("%{other:02X}"),
            })
            .collect();
        Slot {
            address: format!("{}{PATH}{number}/{name}", self.origin),
            authorization: format!("Bearer {}", self.signature(&number, size)),
        }
    }

    fn signature(&self, number: &str, size: u64) -> String {
        // A key of any length is one.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.secret) else {
            return String::new();
        };
        mac.update(format!("{number}:{size}").as_bytes());
        hex(&mac.finalize().into_bytes())
    }

    /// Answers one request for a file, and closes.
    pub(crate) async fn serve(&self, mut stream: TcpStream) {
        let answered = timeout(PATIENCE, async {
            let status = match self.answer(&mut stream).await {
                Ok(()) => return,
                Err(status) => status,
            };
            let head =
                format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            // Who has gone needs no answer.
            let _ = stream.write_all(head.as_bytes()).await;
            let _ = stream.shutdown().await;
        });
        if answered.await.is_err() {
            tracing::debug!("a request for a file took too long");
        }
    }

    async fn answer(&self, stream: &mut TcpStream) -> Result<(), &'static str> {
        let head = read_head(stream).await.ok_or("400 Bad Request")?;
        let asked = asked(&head)?;
        match asked.put {
            true => self.put(stream, &asked).await,
            false => self.get(stream, &asked.number).await,
        }
    }

    async fn put(&self, stream: &mut TcpStream, asked: &Asked) -> Result<(), &'static str> {
        let wanted = format!("Bearer {}", self.signature(&asked.number, asked.length));
        if !bool::from(wanted.as_bytes().ct_eq(asked.authorization.as_bytes())) {
            return Err("403 Forbidden");
        }
        if asked.length > LARGEST {
            return Err("413 Content Too Large");
        }
        let failed = |error: io::Error| {
            tracing::warn!(%error, "a file could not be kept");
            "500 Internal Server Error"
        };
        make_room(&self.folder, asked.length).map_err(failed)?;
        let path = self.folder.join(&asked.number);
        let part = path.with_extension("part");
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        options.mode(0o600);
        let mut file = options.open(&part).await.map_err(|_| "409 Conflict")?;
        let written = tokio::io::copy(&mut (&mut *stream).take(asked.length), &mut file).await;
        let whole = written.is_ok_and(|bytes| bytes == asked.length) && file.flush().await.is_ok();
        if !whole || path.exists() {
            // It is gone with the server at the latest.
            let _ = fs::remove_file(&part);
            return Err(if whole {
                "409 Conflict"
            } else {
                "400 Bad Request"
            });
        }
        fs::rename(&part, &path).map_err(failed)?;
        Err("201 Created")
    }

    async fn get(&self, stream: &mut TcpStream, number: &str) -> Result<(), &'static str> {
        let gone = "404 Not Found";
        let mut file = File::open(self.folder.join(number))
            .await
            .map_err(|_| gone)?;
        let length = file.metadata().await.map_err(|_| gone)?.len();
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-length: {length}\r\ncontent-type: application/octet-stream\r\n\
             content-disposition: attachment\r\nx-content-type-options: nosniff\r\nconnection: close\r\n\r\n"
        );
        // Who has gone needs no answer.
        if stream.write_all(head.as_bytes()).await.is_ok() {
            let _ = tokio::io::copy(&mut file, stream).await;
            let _ = stream.shutdown().await;
        }
        Ok(())
    }
}

/// Whether somebody asks for a file rather than for a WebSocket. Nothing is taken off the connection.
pub(crate) async fn wants_file(stream: &TcpStream) -> bool {
    let mut beginning = [0; 11];
    loop {
        match stream.peek(&mut beginning).await {
            Ok(read) if read < beginning.len() && read > 0 => sleep(LOOK).await,
            Ok(0) | Err(_) => return false,
            Ok(_) => return beginning.starts_with(b"GET /files/") || &beginning == b"PUT /files/",
        }
    }
}

async fn read_head(stream: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        if head.len() >= LONGEST_HEAD {
            return None;
        }
        head.push(stream.read_u8().await.ok()?);
    }
    String::from_utf8(head).ok()
}

/// What a request asks for, if a program of this machine asks (see [`crate::upgrade`]).
fn asked(head: &str) -> Result<Asked, &'static str> {
    let bad = "400 Bad Request";
    let mut lines = head.trim_end().split("\r\n");
    let mut words = lines.next().unwrap_or_default().split(' ');
    let (method, target) = (
        words.next().unwrap_or_default(),
        words.next().unwrap_or_default(),
    );
    let mut asked = Asked {
        put: method == "PUT",
        number: number(target).ok_or("404 Not Found")?,
        authorization: String::new(),
        length: 0,
    };
    if words.next() != Some("HTTP/1.1") || words.next().is_some() {
        return Err(bad);
    }
    let (mut host, mut length) = (None, None);
    for line in lines {
        let (name, value) = line.split_once(':').ok_or(bad)?;
        let value = value.trim();
        match name.to_ascii_lowercase().as_str() {
            "host" if host.replace(value).is_some() => return Err(bad),
            "content-length" if length.replace(value).is_some() => return Err(bad),
            "transfer-encoding" => return Err("411 Length Required"),
            // Programs send none.
            "origin" => return Err("403 Forbidden"),
            "authorization" => value.clone_into(&mut asked.authorization),
            _ => {}
        }
    }
    if !host.is_some_and(is_loopback) {
        return Err("403 Forbidden");
    }
    match (method, length.map(str::parse)) {
        ("PUT", Some(Ok(bytes))) => asked.length = bytes,
        ("PUT", None) => return Err("411 Length Required"),
        ("GET", None) => {}
        _ => return Err(bad),
    }
    Ok(asked)
}

/// The number in `/files/number/name`.
fn number(target: &str) -> Option<String> {
    let (number, _) = target.strip_prefix(PATH)?.split_once('/')?;
    let plain = number
        .bytes()
        .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    (number.len() == 2 * NUMBER && plain).then(|| number.to_owned())
}

/// Removes the oldest files until so many bytes more may be kept.
fn make_room(folder: &Path, wanted: u64) -> io::Result<()> {
    let mut there = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let about = entry.metadata()?;
        there.push((about.modified()?, about.len(), entry.path()));
    }
    there.sort();
    let mut kept: u64 = there.iter().map(|(_, length, _)| length).sum();
    for (_, length, path) in there {
        if kept + wanted <= KEPT {
            break;
        }
        fs::remove_file(path)?;
        kept -= length;
    }
    Ok(())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NUMBER: &str = "00112233445566778899aabbccddeeff";

    fn head(method: &str, target: &str, headers: &[&str]) -> String {
        format!(
            "{method} {target} HTTP/1.1\r\n{}\r\n\r\n",
            headers.join("\r\n")
        )
    }

    #[test]
    fn a_request_is_for_one_file_and_from_this_machine() {
        let target = format!("/files/{NUMBER}/a.png");
        let get = asked(&head("GET", &target, &["Host: 127.0.0.1:1"])).unwrap();
        assert_eq!((get.put, get.number.as_str()), (false, NUMBER));
        let put = head(
            "PUT",
            &target,
            &[
                "host: localhost",
                "Content-Length: 7",
                "Authorization: Bearer x",
            ],
        );
        let put = asked(&put).unwrap();
        assert_eq!(
            (put.put, put.length, put.authorization.as_str()),
            (true, 7, "Bearer x")
        );
        for (method, headers, status) in [
            ("GET", vec![], "403"),
            ("GET", vec!["Host: evil.example"], "403"),
            (
                "GET",
                vec!["Host: localhost", "Origin: https://evil.example"],
                "403",
            ),
            ("GET", vec!["Host: localhost", "Origin: null"], "403"),
            ("GET", vec!["Host: localhost", "Host: localhost"], "400"),
            ("GET", vec!["Host: localhost", "Content-Length: 3"], "400"),
            ("PUT", vec!["Host: localhost"], "411"),
            (
                "PUT",
                vec![
                    "Host: localhost",
                    "Transfer-Encoding: chunked",
                    "Content-Length: 3",
                ],
                "411",
            ),
            ("PUT", vec!["Host: localhost", "Content-Length: -3"], "400"),
            (
                "PUT",
                vec!["Host: localhost", "Content-Length: 3", "Content-Length: 4"],
                "400",
            ),
            ("DELETE", vec!["Host: localhost"], "400"),
        ] {
            let refused = asked(&head(method, &target, &headers)).unwrap_err();
            assert!(
                refused.starts_with(status),
                "{method} {headers:?}: {refused}"
            );
        }
        for target in [
            "/files/../server.db/x",
            "/files//x",
            "/files/x/y",
            "/files/",
            "/",
            &target.to_uppercase(),
        ] {
            assert!(
                asked(&head("GET", target, &["Host: localhost"])).is_err(),
                "{target}"
            );
        }
    }
}
