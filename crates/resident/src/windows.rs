//! The windows that are connected, and what they show.

use carillon_core::ids::ChatRef;
use carillon_link::server::Teller;
use carillon_link::{Event, Place};
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

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
}

impl Windows {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<u64, Open>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A window is being started, and shall go to `place`.
    pub fn expect(&self, place: Place) {
        *self.expected.lock().unwrap_or_else(PoisonError::into_inner) = Some(place);
    }

    /// A window connected; the one that was expected is told where to go.
    pub fn add(&self, id: u64, teller: Teller) {
        let expected = self
            .expected
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(place) = expected {
            teller.event(Event::Show { place, token: None });
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

    /// Tells all windows. Never waits.
    pub fn tell(&self, event: &Event) {
        for open in self.lock().values() {
            open.teller.event(event.clone());
        }
    }
}
