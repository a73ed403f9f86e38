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
) {
    // Without it a short stanza waits up to 40 ms for company.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(conn, %error, "no TCP_NODELAY");
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
    let login = async {
        sleep(LOGIN_TIME).await;
        if shared.is_bound() {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        () = converse(source, sink, queue, conn, &commands, &shared) => {}
        () = shared.overflowed() => tracing::info!(conn, "the client does not read and was given up"),
        () = login => tracing::debug!(conn, "no login in time"),
        // Only when the server ends without having told its clients.
        _ = stop.wait_for(|stop| *stop) => {}
    }
    let _ = commands.send(Command::Gone { conn }).await;
}

/// Reads and writes side by side, until one of them is done and the other had its chance.
async fn converse(
    source: SplitStream<Socket>,
    sink: SplitSink<Socket, Message>,
    queue: mpsc::UnboundedReceiver<Out>,
    conn: ConnId,
    commands: &mpsc::Sender<Command>,
    shared: &Arc<Shared>,
) {
    let mut reading = std::pin::pin!(read(source, conn, commands));
    let mut writing = std::pin::pin!(write(sink, queue, conn, commands, shared));
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

async fn write(
    mut sink: SplitSink<Socket, Message>,
    mut queue: mpsc::UnboundedReceiver<Out>,
    conn: ConnId,
    commands: &mpsc::Sender<Command>,
    shared: &Shared,
) {
    let mut batch = Vec::with_capacity(BATCH);
    while queue.recv_many(&mut batch, BATCH).await > 0 {
        match timeout(
            WRITE_TIME,
            write_batch(&mut sink, &mut batch, conn, commands, shared),
        )
        .await
        {
            Ok(Ok(true)) => {}
            Ok(Ok(false)) => return,
            Ok(Err(error)) => return tracing::debug!(conn, %error, "the connection broke"),
            Err(_) => return tracing::info!(conn, "the client does not read and was given up"),
        }
    }
}

/// Writes a batch. `false` after the last one.
async fn write_batch(
    sink: &mut SplitSink<Socket, Message>,
    batch: &mut Vec<Out>,
    conn: ConnId,
    commands: &mpsc::Sender<Command>,
    shared: &Shared,
) -> Result<bool, WsError> {
    let mut open = true;
    let mut marks = Vec::new();
    for out in batch.drain(..) {
        match out {
            Out::Text(text) => {
                let size = text.len();
                sink.feed(Message::text(text)).await?;
                shared.written(size);
            }
            Out::Mark(mark) => marks.push(mark),
            Out::Close => {
                open = false;
                sink.feed(Message::Close(None)).await?;
                break;
            }
        }
    }
    sink.flush().await?;
    for mark in marks {
        let _ = commands.send(Command::Written { conn, mark }).await;
    }
    Ok(open)
}
