//! The windows that are connected, and what they show.

use crate::desktop::native::let_come_forward;
use crate::desktop::window::Process;
use carillon_core::ids::ChatRef;
use carillon_link::server::Teller;
use carillon_link::{Event, Place};
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// What one window shows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Shows {
    /// The chat on screen.
    pub chat: Option<ChatRef>,
    /// The window has the focus.
    pub focused: bool,
}

struct Open {
    teller: Teller,
    shows: Shows,
}

/// All connected windows.
#[derive(Default)]
pub struct Windows {
    open: Mutex<BTreeMap<u64, Open>>,
    /// Where the window that was started shall go once it has connected.
    expected: Mutex<Option<Place>>,
    /// The process of the window that was started last and has not connected, and when that was.
    coming: Mutex<Option<(Process, Instant)>>,
}

/// A window that has not connected after so long may hang: another is started then.
const ON_ITS_WAY: Duration = Duration::from_secs(10);

impl Windows {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<u64, Open>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next window to connect shall go to `place`. Says whether one must be started: another may be on its
    /// way already, as after a double click in a menu.
    pub fn expect(&self, place: Place) -> bool {
        *self.expected.lock().unwrap_or_else(PoisonError::into_inner) = Some(place);
        let coming = self.coming.lock().unwrap_or_else(PoisonError::into_inner);
        !coming.as_ref().is_some_and(|(process, since)| {
            process.strong_count() > 0 && since.elapsed() < ON_ITS_WAY
        })
    }

    /// A window was started.
    pub fn comes(&self, process: Process) {
        let mut coming = self.coming.lock().unwrap_or_else(PoisonError::into_inner);
        *coming = Some((process, Instant::now()));
    }

    /// A window connected; the one that was expected is told where to go.
    pub fn add(&self, id: u64, teller: Teller) {
        let expected = self
            .expected
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        *self.coming.lock().unwrap_or_else(PoisonError::into_inner) = None;
        if let Some(place) = expected {
            show(&teller, Event::Show { place, token: None });
        }
        self.lock().insert(
            id,
            Open {
                teller,
                shows: Shows::default(),
            },
        );
    }

    /// A window is gone, and with it what it showed.
    pub fn remove(&self, id: u64) {
        self.lock().remove(&id);
    }

    /// A window shows something else.
    pub fn shows(&self, id: u64, shows: Shows) {
        if let Some(open) = self.lock().get_mut(&id) {
            open.shows = shows;
        }
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.lock().len()
    }

    /// What the user looks at: the window with the focus, else any.
    #[must_use]
    pub fn visible(&self) -> Shows {
        let open = self.lock();
        let focused = open.values().find(|one| one.shows.focused);
        focused
            .or_else(|| open.values().next())
            .map(|one| one.shows.clone())
            .unwrap_or_default()
    }

    /// The chat in front: shown by a window that has the focus.
    #[must_use]
    pub fn chat_in_front(&self) -> Option<ChatRef> {
        let shows = self.visible();
        shows.chat.filter(|_| shows.focused)
    }

    /// Brings the windows to the front with `place`. `token` is the desktop's permission for that.
    pub fn show(&self, place: Place, token: Option<String>) {
        let event = Event::Show { place, token };
        for open in self.lock().values() {
            show(&open.teller, event.clone());
        }
    }

    /// Tells all windows. Never waits.
    pub fn tell(&self, event: &Event) {
        for open in self.lock().values() {
            open.teller.event(event.clone());
        }
    }
}

/// The permission comes first: by the time the window hears of the place, it may come to the front.
fn show(window: &Teller, event: Event) {
    let_come_forward(window.process());
    window.event(event);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[tokio::test(start_paused = true)]
    async fn a_double_click_opens_one_window() {
        let windows = Windows::default();
        let life = Arc::new(());
        assert!(windows.expect(Place::Anywhere), "there is none");
        windows.comes(Arc::downgrade(&life));
        assert!(!windows.expect(Place::Requests), "one is on its way");
        tokio::time::advance(ON_ITS_WAY).await;
        assert!(windows.expect(Place::Requests), "it hangs");
        windows.comes(Arc::downgrade(&life));
        drop(life);
        assert!(
            windows.expect(Place::Requests),
            "it ended without having connected"
        );
    }
}
