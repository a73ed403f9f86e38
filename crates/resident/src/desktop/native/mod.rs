//! The process's first thread.
//!
//! Windows and macOS tie the tray's icon, its menu and the system's signals to a thread that runs their event loop;
//! on macOS that must be the first one, and the clicks on popups come in there too. So the first thread is lent out
//! there, and the resident lives on another. Linux needs no such loop: the work is done where it was begun.

#[cfg(target_os = "macos")]
#[path = "macos.rs"]
#[allow(
    unsafe_code,
    reason = "observers, the names of notifications and the session's dictionary have no safe form"
)]
mod system;
#[cfg(target_os = "windows")]
#[path = "windows.rs"]
#[allow(
    unsafe_code,
    reason = "no well-kept crate offers these calls of Windows in a safe form"
)]
mod system;

#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[allow(
    unsafe_code,
    reason = "no well-kept crate offers this call in a safe form"
)]
mod glibc;
#[cfg(not(target_os = "linux"))]
mod stage;

#[cfg(not(target_os = "linux"))]
pub(crate) use stage::Order;
#[cfg(not(target_os = "linux"))]
pub(crate) use system::idle_for;

use std::io;

/// Gives memory back that was freed, where the system's library would keep it. It takes some milliseconds.
pub(crate) fn give_memory_back() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    glibc::give_back();
}

/// Asks the first thread for its stage.
#[derive(Debug, Clone, Default)]
pub struct FirstThread {
    #[cfg(not(target_os = "linux"))]
    asking: Option<std::sync::mpsc::Sender<tokio::sync::oneshot::Sender<Stage>>>,
}

/// The native event loop. It ends with the last clone; without a first thread behind it nothing happens.
#[derive(Debug, Clone, Default)]
pub struct Stage {
    #[cfg(not(target_os = "linux"))]
    running: Option<std::sync::Arc<stage::Running>>,
}

impl FirstThread {
    /// Starts the native event loop, on the thread that [`lend`] was called on.
    #[cfg_attr(
        target_os = "linux",
        expect(clippy::unused_async, reason = "elsewhere the other thread answers")
    )]
    pub async fn stage(&self) -> Stage {
        #[cfg(not(target_os = "linux"))]
        if let Some(asking) = &self.asking {
            let (given, stage) = tokio::sync::oneshot::channel();
            if asking.send(given).is_ok() {
                return stage.await.unwrap_or_default();
            }
        }
        Stage::default()
    }
}

#[cfg(not(target_os = "linux"))]
impl Stage {
    /// Hands over an order. Returns at once.
    pub(crate) fn tell(&self, order: Order) {
        if let Some(running) = &self.running {
            running.tell(order);
        }
    }

    /// Whether there is anybody who carries orders out.
    pub(crate) const fn is_running(&self) -> bool {
        self.running.is_some()
    }
}

/// Does `work` and hands back what came of it. Call it from `main`: the thread is lent to the native event loop, if
/// `work` asks for it.
///
/// # Errors
/// When there is no thread for the work.
#[cfg(not(target_os = "linux"))]
pub fn lend<T, F>(work: F) -> io::Result<T>
where
    T: Send + 'static,
    F: FnOnce(FirstThread) -> T + Send + 'static,
{
    let (asking, asked) = std::sync::mpsc::channel();
    let first = FirstThread {
        asking: Some(asking),
    };
    let worker = std::thread::Builder::new()
        .name("resident".into())
        .spawn(move || work(first))?;
    while let Ok(given) = asked.recv() {
        stage::play(given);
    }
    worker
        .join()
        .map_err(|_| io::Error::other("the resident's thread broke"))
}

/// Does `work` and hands back what came of it.
///
/// # Errors
/// None here.
#[cfg(target_os = "linux")]
pub fn lend<T, F>(work: F) -> io::Result<T>
where
    F: FnOnce(FirstThread) -> T,
{
    Ok(work(FirstThread::default()))
}

/// Lets another process come to the front, which Windows grants only to whom the process with the user's last input
/// names. `None`: whichever comes first.
#[cfg_attr(
    not(target_os = "windows"),
    expect(
        unused_variables,
        reason = "elsewhere a token does it, or nothing is needed"
    )
)]
pub fn let_come_forward(process: Option<u32>) {
    #[cfg(target_os = "windows")]
    system::let_come_forward(process);
}

/// Gives up a console that was opened for this process alone, as at login or by a click: who waits in the tray has
/// nothing to say there.
pub fn leave_own_console() {
    #[cfg(target_os = "windows")]
    system::leave_own_console();
}
