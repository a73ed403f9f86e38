//! How much one summary popup speaks for.

use super::plan::PopupForm;
use super::recent::{FLOOD_WINDOW, recent};
use crate::ids::{ChatRef, Timestamp};
use std::collections::{HashMap, VecDeque};

/// What a summary tells: so many messages in so many chats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FloodCount {
    /// Messages.
    pub messages: u32,
    /// Chats.
    pub chats: u32,
}

/// What the popups of the last moments told, so that a summary can say exactly how much it speaks for.
#[derive(Debug, Clone, Default)]
pub struct Flood {
    lately: VecDeque<(Timestamp, Option<ChatRef>, u32)>,
    summary: HashMap<Option<ChatRef>, u32>,
}

impl Flood {
    /// Takes note of a popup that tells `messages` of a chat; for a summary it answers what it speaks for.
    pub fn note(
        &mut self,
        form: PopupForm,
        chat: Option<ChatRef>,
        messages: u32,
        now: Timestamp,
    ) -> Option<FloodCount> {
        let counts = |at| recent(at, now, FLOOD_WINDOW);
        while self.lately.front().is_some_and(|(at, ..)| !counts(*at)) {
            self.lately.pop_front();
        }
        if form != PopupForm::Summary {
            self.summary.clear();
            match self.lately.back_mut() {
                // Thousands may come in one burst, all of them in one chat.
                Some((at, of, told)) if *at == now && *of == chat => {
                    *told = told.saturating_add(messages);
                }
                _ => self.lately.push_back((now, chat, messages)),
            }
            return None;
        }
        for (at, chat, messages) in self.lately.drain(..) {
            // A clock that was set back may have left one in between.
            if counts(at) {
                add(&mut self.summary, chat, messages);
            }
        }
        add(&mut self.summary, chat, messages);
        let all = self.summary.values();
        Some(FloodCount {
            messages: all.fold(0, |all, one| all.saturating_add(*one)),
            chats: u32::try_from(self.summary.len()).unwrap_or(u32::MAX),
        })
    }

    /// I have seen a chat. Answers whether nothing is left of what the summary told.
    pub fn saw(&mut self, chat: &ChatRef) -> bool {
        let chat = Some(chat.clone());
        self.lately.retain(|(_, of, _)| *of != chat);
        self.summary.remove(&chat).is_some() && self.summary.is_empty()
    }
}

fn add(summary: &mut HashMap<Option<ChatRef>, u32>, chat: Option<ChatRef>, messages: u32) {
    let count = summary.entry(chat).or_default();
    *count = count.saturating_add(messages);
}
