//! What waits to be written to one connection, bounded in bytes.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use tokio::sync::{Notify, mpsc};

/// Bytes that may wait for one client. All that was kept for a user while away must fit, or a login could never succeed.
const MOST_BYTES: usize = 16 << 20;

/// One thing to write, in order.
#[derive(Debug)]
pub(crate) enum Out {
    Text(String),
    /// Text of which the router or the store keeps a copy.
    Kept(String),
    /// Tell the router that all before is written.
    Mark(i64),
    /// End the connection.
    Close,
}

/// The router's end of a connection.
#[derive(Debug, Clone)]
pub(crate) struct Outbox {
    queue: mpsc::UnboundedSender<Out>,
    shared: Arc<Shared>,
}

/// What both ends know of a connection.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    waiting: AtomicUsize,
    /// The client reads too slowly and is given up.
    overflow: Notify,
    bound: AtomicBool,
}

impl Outbox {
    pub(crate) fn new() -> (Outbox, mpsc::UnboundedReceiver<Out>, Arc<Shared>) {
        let (queue, receiver) = mpsc::unbounded_channel();
        let shared = Arc::new(Shared::default());
        (
            Outbox {
                queue,
                shared: Arc::clone(&shared),
            },
            receiver,
            shared,
        )
    }

    /// Queues something. A client that lets too much wait is disconnected rather than served from ever more memory.
    ///
    /// # Errors
    /// Gives back what could not be queued: the connection is over, or it is from now on.
    pub(crate) fn push(&self, out: Out) -> Result<(), Out> {
        let size = out.size();
        if self.shared.waiting.load(Ordering::Acquire) + size > MOST_BYTES {
            self.shared.overflow.notify_one();
            return Err(out);
        }
        self.shared.waiting.fetch_add(size, Ordering::AcqRel);
        self.queue.send(out).map_err(|error| error.0)
    }

    pub(crate) fn set_bound(&self) {
        self.shared.bound.store(true, Ordering::Release);
    }
}

impl Out {
    /// Bytes that count against the bound.
    pub(crate) fn size(&self) -> usize {
        match self {
            Out::Text(text) | Out::Kept(text) => text.len(),
            Out::Mark(_) | Out::Close => 0,
        }
    }
}

impl Shared {
    /// Something was written.
    pub(crate) fn written(&self, bytes: usize) {
        self.waiting.fetch_sub(bytes, Ordering::AcqRel);
    }

    pub(crate) async fn overflowed(&self) {
        self.overflow.notified().await;
    }

    pub(crate) fn is_bound(&self) -> bool {
        self.bound.load(Ordering::Acquire)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_client_that_does_not_read_is_given_up() {
        let (outbox, mut queue, shared) = Outbox::new();
        let refused = (0..40)
            .filter(|_| outbox.push(Out::Text("x".repeat(1 << 20))).is_err())
            .count();
        assert_eq!(refused, 24);
        shared.overflowed().await;
        let mut kept = 0;
        while queue.try_recv().is_ok() {
            kept += 1;
        }
        assert_eq!(kept, 16, "the rest never took memory");
    }
}
