//! Changes that wait to be told: each identity once, however often it changed.

use crate::event::Event;
use carillon_core::ids::ChatRef;
use std::collections::BTreeSet;
use std::mem;
use std::sync::{Mutex, PoisonError};
use tokio::sync::Notify;

/// So many contacts or chats may wait. More are quicker read as a whole, and a window that takes nothing must not
/// fill the memory.
pub(crate) const MOST: usize = 1_024;

#[derive(Debug, Default)]
pub(crate) struct Changes {
    waiting: Mutex<Waiting>,
    came: Notify,
}

#[derive(Debug, Default)]
struct Waiting {
    /// Those that say all by their kind, in the order in which they came first.
    plain: Vec<Event>,
    contacts: BTreeSet<ChatRef>,
    chats: BTreeSet<ChatRef>,
    rooms: BTreeSet<ChatRef>,
    left_out: u32,
}

impl Changes {
    /// Keeps an event that says to read something again; gives back any other.
    pub(crate) fn keep(&self, event: Event) -> Option<Event> {
        let kept = self.with(|waiting| waiting.keep(event));
        if kept.is_none() {
            self.came.notify_one();
        }
        kept
    }

    /// An event got lost.
    pub(crate) fn leave_out(&self) {
        self.with(|waiting| waiting.left_out = waiting.left_out.saturating_add(1));
        self.came.notify_one();
    }

    /// Waits until there is something to take.
    pub(crate) async fn came(&self) {
        self.came.notified().await;
    }

    /// All that waits, in as few events as it can be said.
    pub(crate) fn take(&self) -> Vec<Event> {
        self.with(mem::take).into_events()
    }

    fn with<T>(&self, act: impl FnOnce(&mut Waiting) -> T) -> T {
        act(&mut self.waiting.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Waiting {
    fn keep(&mut self, event: Event) -> Option<Event> {
        match event {
            Event::Contacts { contacts } => self.contacts.extend(contacts),
            Event::Chats { chats } => self.chats.extend(chats),
            Event::Rooms { rooms } => self.rooms.extend(rooms),
            Event::Accounts
            | Event::Roster { .. }
            | Event::Requests
            | Event::Settings
            | Event::Own
            | Event::Activity
            | Event::Tryout
            | Event::Screen
            | Event::Files { .. }
            | Event::Work
            | Event::Notices => {
                if !self.plain.contains(&event) {
                    self.plain.push(event);
                }
            }
            Event::Resync { .. }
            | Event::ChatMoved { .. }
            | Event::MessageAdded { .. }
            | Event::MessageChanged { .. }
            | Event::Typing { .. }
            | Event::Show { .. }
            | Event::Attention { .. }
            | Event::Ending => return Some(event),
        }
        let waiting = self.contacts.len() + self.chats.len() + self.rooms.len();
        if waiting > MOST {
            // Reading everything again brings these too.
            self.contacts.clear();
            self.chats.clear();
            self.rooms.clear();
            let count = u32::try_from(waiting).unwrap_or(u32::MAX);
            self.left_out = self.left_out.saturating_add(count);
        }
        None
    }

    fn into_events(self) -> Vec<Event> {
        let mut events = self.plain;
        let (contacts, chats, rooms) = (self.contacts, self.chats, self.rooms);
        if !contacts.is_empty() {
            let contacts = contacts.into_iter().collect();
            events.push(Event::Contacts { contacts });
        }
        if !chats.is_empty() {
            let chats = chats.into_iter().collect();
            events.push(Event::Chats { chats });
        }
        if !rooms.is_empty() {
            let rooms = rooms.into_iter().collect();
            events.push(Event::Rooms { rooms });
        }
        if self.left_out > 0 {
            let left_out = self.left_out;
            events.push(Event::Resync { left_out });
        }
        events
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use carillon_core::ids::{AccountId, MessageId};

    fn chat(number: usize) -> ChatRef {
        ChatRef {
            account: AccountId(1),
            jid: format!("person{number}@example.org").parse().unwrap(),
        }
    }

    fn contact(number: usize) -> Event {
        Event::Contacts {
            contacts: vec![chat(number)],
        }
    }

    #[test]
    fn who_changes_a_thousand_times_is_told_once() {
        let changes = Changes::default();
        for number in 0..1_000 {
            assert_eq!(changes.keep(contact(number % 3)), None);
            assert_eq!(changes.keep(Event::Activity), None);
        }
        let contacts = vec![chat(0), chat(1), chat(2)];
        assert_eq!(
            changes.take(),
            [Event::Activity, Event::Contacts { contacts }]
        );
        assert_eq!(changes.take(), []);
    }

    #[test]
    fn more_than_a_window_takes_becomes_one_word() {
        let changes = Changes::default();
        for number in 0..10_000 {
            changes.keep(contact(number));
        }
        let events = changes.take();
        let [Event::Contacts { contacts }, Event::Resync { left_out }] = events.as_slice() else {
            panic!("{events:?}");
        };
        assert!(contacts.len() <= MOST);
        assert_eq!(*left_out as usize + contacts.len(), 10_000);
    }

    #[test]
    fn what_is_news_by_itself_is_not_kept_back() {
        let changes = Changes::default();
        let added = Event::MessageAdded {
            chat: chat(1),
            message: MessageId(7),
        };
        assert_eq!(changes.keep(added.clone()), Some(added));
        assert_eq!(changes.keep(Event::Ending), Some(Event::Ending));
        assert_eq!(changes.take(), []);
    }
}
