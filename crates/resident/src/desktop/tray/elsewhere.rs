//! Windows and macOS tie a tray icon to the thread that runs the native message loop, which the resident does not
//! run yet: there is no tray, and it is said, so that closing the window hides nothing for good.

use super::{TrayEvent, TrayView};
use tokio::sync::{mpsc, watch};

pub(super) fn start(
    mut views: watch::Receiver<TrayView>,
    events: mpsc::Sender<TrayEvent>,
    present: watch::Sender<bool>,
) {
    tracing::info!("no tray on this system");
    tokio::spawn(async move {
        // The channels live as long as the handle, so that its holder need not know the difference.
        while views.changed().await.is_ok() {}
        drop((events, present));
    });
}
