//! What must reach the resident however slow it is: a popup's newest words, its end, the tray's numbers. Everything
//! else can be read again.

use crate::output::{Output, Ring};
use carillon_core::ids::ChatRef;
use std::collections::{HashMap, VecDeque};

/// So much is kept; there is one entry for each popup at most.
const MOST: usize = 1_024;

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    Popup(String),
    Tray,
    Watch(ChatRef),
}

fn key_of(output: &Output) -> Option<Key> {
    match output {
        Output::Ring(ring) => Some(Key::Popup(ring.plan.replace_key.clone())),
        Output::Withdraw(key) => Some(Key::Popup(key.clone())),
        Output::Tray(_) => Some(Key::Tray),
        Output::WatchEnded(chat) => Some(Key::Watch(chat.clone())),
        _ => None,
    }
}

/// Outputs that wait for room, in order; of each popup only the newest.
#[derive(Debug, Default)]
pub(crate) struct Owed {
    outputs: HashMap<Key, Output>,
    order: VecDeque<Key>,
}

impl Owed {
    /// Takes the place of an output that waits for the same. Gives it back when none does.
    pub(crate) fn replace(&mut self, output: Output) -> Option<Output> {
        let waiting = key_of(&output).and_then(|key| self.outputs.get_mut(&key));
        let Some(waiting) = waiting else {
            return Some(output);
        };
        let before = std::mem::replace(waiting, output);
        if let (Output::Ring(before), Output::Ring(ring)) = (before, waiting) {
            keep_sound(*before, ring);
        }
        None
    }

    /// Keeps an output for later; false when it is one that can be read again, or there are too many.
    pub(crate) fn keep(&mut self, output: Output) -> bool {
        match key_of(&output).filter(|_| self.order.len() < MOST) {
            Some(key) => {
                self.order.push_back(key.clone());
                self.outputs.insert(key, output);
                true
            }
            None => false,
        }
    }

    /// The output that waits longest.
    pub(crate) fn take(&mut self) -> Option<Output> {
        let key = self.order.pop_front()?;
        self.outputs.remove(&key)
    }

    /// Gives back what [`Self::take`] gave.
    pub(crate) fn put_back(&mut self, output: Output) {
        if let Some(key) = key_of(&output) {
            self.order.push_front(key.clone());
            self.outputs.insert(key, output);
        }
    }
}

/// A sound that was not yet played is not lost to an update that has none because of it.
fn keep_sound(before: Ring, ring: &mut Ring) {
    if ring.plan.sound.is_none() {
        ring.plan.sound = before.plan.sound;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use carillon_core::tray::TrayInput;

    fn withdraw(key: &str) -> Output {
        Output::Withdraw(key.to_owned())
    }

    #[test]
    fn of_each_popup_only_the_newest_waits_in_its_old_place() {
        let mut owed = Owed::default();
        assert!(owed.keep(withdraw("a")));
        assert!(owed.keep(Output::Tray(TrayInput::default())));
        assert!(owed.keep(withdraw("b")));
        let newest = TrayInput {
            unread: 7,
            ..TrayInput::default()
        };
        assert_eq!(owed.replace(Output::Tray(newest.clone())), None);
        assert_eq!(owed.replace(withdraw("a")), None);
        assert_eq!(owed.replace(withdraw("c")), Some(withdraw("c")));
        let all: Vec<_> = std::iter::from_fn(|| owed.take()).collect();
        assert_eq!(all, [withdraw("a"), Output::Tray(newest), withdraw("b")]);
    }

    #[test]
    fn what_can_be_read_again_is_not_kept() {
        let mut owed = Owed::default();
        assert!(!owed.keep(Output::Own));
        assert_eq!(owed.replace(Output::Requests), Some(Output::Requests));
        assert_eq!(owed.take(), None);
    }

    #[test]
    fn what_had_no_room_stays_the_first() {
        let mut owed = Owed::default();
        owed.keep(withdraw("a"));
        owed.keep(withdraw("b"));
        let first = owed.take().unwrap();
        owed.put_back(first);
        assert_eq!(owed.take(), Some(withdraw("a")));
    }

    #[test]
    fn it_is_bounded() {
        let mut owed = Owed::default();
        let kept = (0..2_000).filter(|n| owed.keep(withdraw(&n.to_string())));
        assert_eq!(kept.count(), MOST);
    }
}
