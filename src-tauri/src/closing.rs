//! What happens between the word to close and the window's end.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use carillon_link::contract::ReadStanding;
use tauri::{AppHandle, Emitter, Manager};
use tokio::time;

use crate::{resident::Resident, window};

/// The page hears under this name that the window closes; it closes it once it has kept what was typed last.
const CLOSING: &str = "closing";
/// The page hears that there is something to say under this name.
const WITHOUT_TRAY: &str = "closing-without-tray";
/// A resident that does not answer keeps no window open longer than this.
const PATIENCE: Duration = Duration::from_secs(2);
/// Nor does a page: it is busy on a slow machine, and words are worth the wait; who does not want to, closes again.
const PAGE_PATIENCE: Duration = Duration::from_secs(2);

/// Lets the page say once that Carillon keeps running, where no tray would show it.
#[derive(Debug, Default)]
pub(crate) struct Closing {
    asked: AtomicBool,
    said: AtomicBool,
}

impl Closing {
    /// Whether this is the first word to close. The second is carried out whatever the page does.
    pub(crate) fn is_first(&self) -> bool {
        !self.asked.swap(true, Ordering::Relaxed)
    }

    /// Whether the page shall say now what is to be said, after which the word to close has to be given anew: who puts
    /// it aside and goes on writing loses nothing then either.
    fn says(&self, must_tell: bool) -> bool {
        let says = must_tell && !self.said.swap(true, Ordering::Relaxed);
        if says {
            self.asked.store(false, Ordering::Relaxed);
        }
        says
    }
}

/// Closes the window once the page has kept what was typed. Where the page has something to say before, it closes it.
pub(crate) async fn close(app: AppHandle) {
    let standing = time::timeout(PATIENCE, app.state::<Resident>().ask(ReadStanding {})).await;
    let must_tell = matches!(standing, Ok(Ok(standing))
        if !standing.desktop.tray && !standing.settings.general.told_about_running);
    // A page that cannot be told cannot close the window either.
    if app.state::<Closing>().says(must_tell)
        && app.emit_to(window::LABEL, WITHOUT_TRAY, ()).is_ok()
    {
        return;
    }
    if app.emit_to(window::LABEL, CLOSING, ()).is_ok() {
        time::sleep(PAGE_PATIENCE).await;
    }
    app.exit(0);
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

    #[test]
    fn what_is_put_aside_is_said_once_and_the_next_word_closes_as_any_first() {
        let closing = Closing::default();
        assert!(closing.is_first());
        assert!(closing.says(true));
        assert!(closing.is_first());
        assert!(!closing.says(true));
        assert!(!closing.is_first());
    }
}
