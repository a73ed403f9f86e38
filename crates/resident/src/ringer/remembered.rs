//! What popups are about, for the clicks on them.

use super::Shown;
use std::collections::HashMap;

/// So many popups are remembered; older ones than that are no longer on any screen.
const MOST: usize = 256;

/// By their keys. One that is gone is forgotten before one that is on the screen: a click may come behind the popup's
/// end, and what Windows and macOS have put away in their lists can still be clicked.
#[derive(Debug, Default)]
pub(super) struct Remembered {
    popups: HashMap<String, Popup>,
    last: u64,
}

#[derive(Debug)]
struct Popup {
    shown: Shown,
    number: u64,
    sticky: bool,
    gone: bool,
}

impl Remembered {
    /// A popup is shown, or shown again in place.
    pub(super) fn put(&mut self, key: &str, shown: Shown, sticky: bool) {
        if self.popups.len() >= MOST && !self.popups.contains_key(key) {
            self.forget_one();
        }
        self.last += 1;
        let popup = Popup {
            shown,
            number: self.last,
            sticky,
            gone: false,
        };
        self.popups.insert(key.to_owned(), popup);
    }

    /// Gone before there, what goes by itself before what waits for the user, old before new.
    fn forget_one(&mut self) {
        let first = self
            .popups
            .iter()
            .min_by_key(|(_, popup)| (!popup.gone, popup.sticky, popup.number));
        let key = first.map(|(key, _)| key.clone());
        key.and_then(|key| self.popups.remove(&key));
    }

    pub(super) fn get(&self, key: &str) -> Option<&Shown> {
        self.popups.get(key).map(|popup| &popup.shown)
    }

    /// A popup is no longer on the screen. Says whether it is known.
    pub(super) fn is_gone(&mut self, key: &str) -> bool {
        match self.popups.get_mut(key) {
            Some(popup) => {
                popup.gone = true;
                true
            }
            None => false,
        }
    }

    pub(super) fn clear(&mut self) {
        self.popups.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use carillon_core::alerts::EventKind;

    fn shown() -> Shown {
        Shown {
            kind: EventKind::Message,
            chat: None,
            invite: None,
            transfer: None,
            message: None,
            sample: false,
        }
    }

    /// As many popups as are remembered, of which the first is a request that waits.
    fn full() -> Remembered {
        let mut popups = Remembered::default();
        popups.put("request", shown(), true);
        for number in 1..MOST {
            popups.put(&format!("chat {number}"), shown(), false);
        }
        popups
    }

    fn known(popups: &Remembered, key: &str) -> bool {
        popups.get(key).is_some()
    }

    #[test]
    fn the_oldest_popup_is_forgotten_and_a_request_that_waits_is_not() {
        let mut popups = full();
        popups.put("chat 1", shown(), false);
        popups.put("new", shown(), false);
        assert!(!known(&popups, "chat 2"), "the oldest");
        for key in ["request", "chat 1", "chat 3", "chat 255", "new"] {
            assert!(known(&popups, key), "{key}");
        }
        for number in 0..2 * MOST {
            popups.put(&format!("more {number}"), shown(), false);
        }
        assert!(known(&popups, "request"));
        assert_eq!(popups.popups.len(), MOST);
    }

    #[test]
    fn what_is_gone_is_forgotten_first_and_can_be_clicked_until_then() {
        let mut popups = full();
        assert!(popups.is_gone("chat 200"));
        assert!(known(&popups, "chat 200"));
        popups.put("new", shown(), false);
        assert!(!known(&popups, "chat 200"));
        assert!(known(&popups, "chat 1"));
    }

    #[test]
    fn a_popup_that_is_shown_again_is_there_again() {
        let mut popups = full();
        popups.is_gone("request");
        popups.put("request", shown(), true);
        popups.put("new", shown(), false);
        assert!(known(&popups, "request"));
    }
}
