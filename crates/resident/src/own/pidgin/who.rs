//! Who said it. A text has only names, as the user has called people and themselves over the years: pages tell by their
//! colours, addresses by themselves, and who speaks in the conversations with several is I.

use super::lines::Line;
use jid::BareJid;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Debug)]
pub(super) struct Names {
    me: String,
    /// Certainly mine.
    mine: BTreeSet<String>,
    /// Certainly of the one with whom.
    theirs: BTreeMap<BareJid, BTreeSet<String>>,
    /// Who speaks where.
    heard: BTreeMap<String, BTreeSet<BareJid>>,
}

/// An address's forms: whole, without its device, and only its first part.
fn is_of(name: &str, address: &str) -> bool {
    let bare = name.split_once('/').map_or(name, |(bare, _)| bare);
    let node = address.split_once('@').map_or(address, |(node, _)| node);
    bare.eq_ignore_ascii_case(address) || name.eq_ignore_ascii_case(node)
}

impl Names {
    pub(super) fn of(me: &str) -> Self {
        let me = me.split_once('/').map_or(me, |(bare, _)| bare);
        Self {
            me: me.to_owned(),
            mine: BTreeSet::new(),
            theirs: BTreeMap::new(),
            heard: BTreeMap::new(),
        }
    }

    pub(super) fn learn(&mut self, chat: &BareJid, lines: &[Line]) {
        for line in lines.iter().filter(|line| !line.done) {
            let name = &line.name;
            let with = is_of(name, chat.as_str());
            match line.mine {
                Some(true) => drop(self.mine.insert(name.clone())),
                None if !with && is_of(name, &self.me) => drop(self.mine.insert(name.clone())),
                Some(false) => self.is_theirs(chat, name),
                None if with => self.is_theirs(chat, name),
                None => {}
            }
            self.heard
                .entry(name.clone())
                .or_default()
                .insert(chat.clone());
        }
    }

    fn is_theirs(&mut self, chat: &BareJid, name: &str) {
        let names = self.theirs.entry(chat.clone()).or_default();
        names.insert(name.to_owned());
    }

    /// When everything was learnt.
    pub(super) fn conclude(&mut self) {
        // Somebody's name in their own conversation is not mine, although it may be that elsewhere.
        let is_anybodys = |name: &String| self.theirs.values().any(|names| names.contains(name));
        let everywhere: Vec<String> = self
            .heard
            .iter()
            .filter(|(name, chats)| chats.len() > 1 && !is_anybodys(name))
            .map(|(name, _)| name.clone())
            .collect();
        self.mine.extend(everywhere);
    }

    /// Whether I said it, under which name, and what.
    pub(super) fn who(
        &self,
        room: bool,
        chat: &BareJid,
        line: Line,
    ) -> (Option<bool>, String, String) {
        let (name, body) = if line.done {
            self.done(chat, &line.name)
        } else {
            (line.name, line.body)
        };
        if line.mine.is_some() || room {
            return (line.mine, name, body);
        }
        (self.is_mine(chat, &name), name, body)
    }

    fn is_mine(&self, chat: &BareJid, name: &str) -> Option<bool> {
        if self
            .theirs
            .get(chat)
            .is_some_and(|names| names.contains(name))
        {
            return Some(false);
        }
        if self.mine.contains(name) {
            return Some(true);
        }
        // Of two the other one.
        let others = || self.heard.iter().filter(|(_, chats)| chats.contains(chat));
        if others().any(|(other, _)| self.mine.contains(other)) {
            return Some(false);
        }
        let known = self.theirs.get(chat).is_some_and(|names| !names.is_empty());
        known.then_some(true)
    }

    /// The longest name that is known with which it begins, else its first word.
    fn done(&self, chat: &BareJid, text: &str) -> (String, String) {
        let known = self.heard.iter().filter(|(_, chats)| chats.contains(chat));
        let begins = |name: &&String| {
            text.strip_prefix(name.as_str())
                .is_some_and(|rest| rest.starts_with(' '))
        };
        let longest = known
            .map(|(name, _)| name)
            .filter(begins)
            .max_by_key(|name| name.len());
        let first = text.split_once(' ').map_or(text, |(first, _)| first);
        let name = longest.map_or(first, String::as_str);
        let rest = text.get(name.len()..).unwrap_or_default().trim_start();
        (name.to_owned(), format!("/me {rest}"))
    }
}
