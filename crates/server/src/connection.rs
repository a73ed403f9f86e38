//! One WebSocket: frames in, frames out, in step with the router.

use std::sync::Arc;
use std::time::Duration;

use carillon_xml::{Frame, Limits, XmlError};
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, watch};
use tokio::time::{sleep, timeout};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error as WsError, Message};
use tokio_tungstenite::{WebSocketStream, accept_hdr_async_with_config};

use crate::files::{Files, wants_file};
use crate::hub::Command;
use crate::outbox::{Out, Outbox, Shared};
use crate::router::ConnId;
use crate::upgrade::upgrade;

/// One stanza of a client. Prosody allows as much.
const LIMITS: Limits = Limits {
    bytes: 256 << 10,
    nodes: 10_000,
    ..Limits::STANZA
};
/// From the TCP connection to the WebSocket.
const UPGRADE_TIME: Duration = Duration::from_secs(10);
/// From the WebSocket to a bound resource.
const LOGIN_TIME: Duration = Duration::from_secs(60);
/// For one batch of frames to leave; a client that does not read for so long is gone.
const WRITE_TIME: Duration = Duration::from_secs(30);
/// For the client to answer a closing.
const CLOSE_TIME: Duration = Duration::from_secs(2);
/// Frames written between two flushes.
const BATCH: usize = 64;

type Socket = WebSocketStream<TcpStream>;

/// Serves one connection until it ends.
pub(crate) async fn serve(
    stream: TcpStream,
    conn: ConnId,
    commands: mpsc::Sender<Command>,
    mut stop: watch::Receiver<bool>,
    files: Arc<Files>,
) {
    // Without it a short stanza waits up to 40 ms for company.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(conn, %error, "no TCP_NODELAY");
    }
    if timeout(UPGRADE_TIME, wants_file(&stream))
        .await
        .unwrap_or(false)
    {
        return files.serve(stream).await;
    }
    let config = WebSocketConfig::default()
        .read_buffer_size(16 << 10)
        .write_buffer_size(16 << 10)
        .max_message_size(Some(LIMITS.bytes))
        .max_frame_size(Some(LIMITS.bytes));
    let accept = accept_hdr_async_with_config(stream, upgrade, Some(config));
    let socket = match timeout(UPGRADE_TIME, accept).await {
        Ok(Ok(socket)) => socket,
        Ok(Err(error)) => return tracing::debug!(conn, %error, "no WebSocket was made"),
        Err(_) => return tracing::debug!(conn, "no WebSocket was asked for in time"),
    };
    let (outbox, queue, shared) = Outbox::new();
    if commands
        .send(Command::Connected { conn, outbox })
        .await
        .is_err()
    {
        return;
    }
    let (sink, source) = socket.split();
    let mut writer = Writer {
        sink,
        queue,
        batch: Vec::with_capacity(BATCH),
        shared: Arc::clone(&shared),
    };
    let login = async {
        sleep(LOGIN_TIME).await;
        if shared.is_bound() {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        () = converse(source, &mut writer, conn, &commands) => {}
        () = shared.overflowed() => tracing::info!(conn, "the client does not read and was given up"),
        () = login => tracing::debug!(conn, "no login in time"),
        // Only when the server ends without having told its clients.
        _ = stop.wait_for(|stop| *stop) => {}
    }
    let _ = commands
        .send(Command::Gone {
            conn,
            unsent: writer.unsent(),
        })
        .await;
}

/// Reads and writes side by side, until one of them is done and the other had its chance.
async fn converse(
    source: SplitStream<Socket>,
    writer: &mut Writer,
    conn: ConnId,
    commands: &mpsc::Sender<Command>,
) {
    let mut reading = std::pin::pin!(read(source, conn, commands));
    let mut writing = std::pin::pin!(writer.run(conn, commands));
    tokio::select! {
        // The client's last frame may have asked for an answer.
        told = &mut reading => if told {
            let _ = timeout(CLOSE_TIME, writing).await;
        },
        // The client answers the closing handshake (RFC 6455 §7.1.1).
        () = &mut writing => {
            let _ = timeout(CLOSE_TIME, reading).await;
        }
    }
}

/// Whether the router was told something last that ends the connection with an answer.
async fn read(
    mut source: SplitStream<Socket>,
    conn: ConnId,
    commands: &mpsc::Sender<Command>,
) -> bool {
    while let Some(message) = source.next().await {
        let frame = match message {
            Ok(Message::Text(text)) => Frame::parse(&text, &LIMITS),
            // RFC 7395 §3.2: text only.
            Ok(Message::Binary(_)) => Err(XmlError::NotAnElement),
            Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_)) => continue,
            Ok(Message::Close(_)) => return false,
            Err(WsError::Capacity(_)) => Err(XmlError::TooLarge {
                size: LIMITS.bytes + 1,
                limit: LIMITS.bytes,
            }),
            Err(WsError::Utf8(_)) => Err(XmlError::NotUtf8 { valid_up_to: 0 }),
            Err(error) => {
                tracing::debug!(conn, %error, "the connection broke");
                return false;
            }
        };
        let last = frame.is_err();
        if commands.send(Command::Frame { conn, frame }).await.is_err() {
            return false;
        }
        if last {
            return true;
        }
    }
    false
}

/// The writing half of a connection.
struct Writer {
    sink: SplitSink<Socket, Message>,
    queue: mpsc::UnboundedReceiver<Out>,
    /// What is being written, until it has left.
    batch: Vec<Out>,
    shared: Arc<Shared>,
}

impl Writer {
    async fn run(&mut self, conn: ConnId, commands: &mpsc::Sender<Command>) {
        while self.queue.recv_many(&mut self.batch, BATCH).await > 0 {
            match timeout(WRITE_TIME, self.write_batch()).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => return tracing::debug!(conn, %error, "the connection broke"),
                Err(_) => return tracing::info!(conn, "the client does not read and was given up"),
            }
            for out in std::mem::take(&mut self.batch) {
                self.shared.written(out.size());
                match out {
                    Out::Mark(mark) => {
                        let _ = commands.send(Command::Written { conn, mark }).await;
                    }
                    Out::Close => return,
                    Out::Text(_) | Out::Kept(_) => {}
                }
            }
        }
    }

    async fn write_batch(&mut self) -> Result<(), WsError> {
        for out in &self.batch {
            match out {
                Out::Text(text) | Out::Kept(text) => {
                    self.sink.feed(Message::text(text.as_str())).await?;
                }
                Out::Mark(_) => {}
                Out::Close => {
                    self.sink.feed(Message::Close(None)).await?;
                    break;
                }
            }
        }
        self.sink.flush().await
    }

    /// What did not leave, and is nowhere else. Nothing can be queued any more.
    fn unsent(mut self) -> Vec<String> {
        self.queue.close();
        let mut unsent = std::mem::take(&mut self.batch);
        while let Ok(out) = self.queue.try_recv() {
            unsent.push(out);
        }
        let text = |out| match out {
            Out::Text(text) => Some(text),
            _ => None,
        };
        unsent.into_iter().filter_map(text).collect()
    }
}
