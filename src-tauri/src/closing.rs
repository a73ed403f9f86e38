//! What happens between the word to close and the window's end.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use carillon_link::contract::ReadStanding;
use tauri::{AppHandle, Emitter, Manager};
use tokio::time;

use crate::{resident::Resident, window};

/// The page hears that there is something to say under this name.
const WITHOUT_TRAY: &str = "closing-without-tray";
/// Nobody waits longer than this for a window to close.
const PATIENCE: Duration = Duration::from_millis(500);

/// Lets the page say once that Carillon keeps running, where no tray would show it.
#[derive(Debug, Default)]
pub(crate) struct Closing {
    asked: AtomicBool,
}

impl Closing {
    /// Whether this is the first word to close. The second is carried out whatever the page does.
    pub(crate) fn is_first(&self) -> bool {
        !self.asked.swap(true, Ordering::Relaxed)
    }
}

/// Closes the window, unless the page has something to say before; then the page closes it.
pub(crate) async fn close(app: AppHandle) {
    let standing = time::timeout(PATIENCE, app.state::<Resident>().ask(ReadStanding {})).await;
    let must_tell = matches!(standing, Ok(Ok(standing))
        if !standing.desktop.tray && !standing.settings.general.told_about_running);
    // A page that cannot be told cannot close the window either.
    if !must_tell || app.emit_to(window::LABEL, WITHOUT_TRAY, ()).is_err() {
        app.exit(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_hangs_keeps_no_window_open() {
        let closing = Closing::default();
        assert!(closing.is_first());
        assert!(!closing.is_first());
    }
}
