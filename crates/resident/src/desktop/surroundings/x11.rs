//! An X server's events, waited for without a thread.

use std::io::ErrorKind;
use std::os::fd::AsFd as _;
use std::sync::Arc;
use tokio::io::Interest;
use tokio::net::UnixStream;
use x11rb::connection::Connection as _;
use x11rb::protocol::Event;
use x11rb::rust_connection::RustConnection;

/// What may go wrong between the server and us.
pub(super) type Problem = Box<dyn std::error::Error + Send + Sync>;

/// Whether this is an X11 session. Under Wayland an X server knows only of its own windows.
pub(super) fn is_session() -> bool {
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    set("DISPLAY") && !set("WAYLAND_DISPLAY")
}

/// The events of one connection.
pub(super) struct Events {
    connection: Arc<RustConnection>,
    socket: UnixStream,
}

impl Events {
    /// Must be called inside a tokio runtime.
    pub(super) fn of(connection: Arc<RustConnection>) -> Result<Self, Problem> {
        // x11rb reads the socket itself; this second handle only waits.
        let handle = connection.stream().as_fd().try_clone_to_owned()?;
        let socket = UnixStream::from_std(handle.into())?;
        Ok(Self { connection, socket })
    }

    /// The next event. Dropping the future loses none.
    pub(super) async fn next(&self) -> Result<Event, Problem> {
        loop {
            if let Some(event) = self.connection.poll_for_event()? {
                return Ok(event);
            }
            self.socket.readable().await?;
            // What is ready is read next; only what comes from now on shall wake.
            let _drained = self.socket.try_io(Interest::READABLE, || {
                Err::<(), _>(ErrorKind::WouldBlock.into())
            });
        }
    }
}
