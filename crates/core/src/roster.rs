//! An account's contacts, kept so that ten thousand of them wait in little memory.

use crate::contact::RosterItem;
use jid::Jid;
use std::collections::HashSet;
use std::sync::Arc;

/// The contacts of an account, one line for each address, sorted by address.
///
/// One list instead of a tree: nothing is kept beside a line to find it by, and nothing is left free between lines. Of
/// those that came together, whoever is in the same groups shares them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Roster(Vec<RosterItem>);

impl Roster {
    /// All lines.
    #[must_use]
    pub fn items(&self) -> &[RosterItem] {
        &self.0
    }

    /// A contact's line.
    #[must_use]
    pub fn get(&self, jid: &Jid) -> Option<&RosterItem> {
        let at = self.place(jid).ok()?;
        self.0.get(at)
    }

    /// Whether somebody has a line.
    #[must_use]
    pub fn contains(&self, jid: &Jid) -> bool {
        self.place(jid).is_ok()
    }

    /// The lines behind this address, whether it has one or not.
    #[must_use]
    pub fn after(&self, jid: &Jid) -> &[RosterItem] {
        let from = self.0.partition_point(|item| *item.jid <= *jid);
        self.0.get(from..).unwrap_or_default()
    }

    /// Takes a line, in the place of the one that its contact had.
    pub fn insert(&mut self, mut item: RosterItem) {
        item.name.shrink_to_fit();
        match self.place(&item.jid) {
            Ok(at) => {
                if let Some(known) = self.0.get_mut(at) {
                    *known = item;
                }
            }
            Err(at) => self.0.insert(at, item),
        }
    }

    /// Takes a contact's line out.
    pub fn remove(&mut self, jid: &Jid) {
        if let Ok(at) = self.place(jid) {
            self.0.remove(at);
        }
    }

    fn place(&self, jid: &Jid) -> Result<usize, usize> {
        self.0.binary_search_by(|item| (*item.jid).cmp(jid))
    }
}

impl FromIterator<RosterItem> for Roster {
    /// Of two lines of one contact the later holds.
    fn from_iter<T: IntoIterator<Item = RosterItem>>(items: T) -> Self {
        let mut items: Vec<RosterItem> = items.into_iter().collect();
        // Stable: the later of two is behind.
        items.sort_by(|one, other| one.jid.cmp(&other.jid));
        items.dedup_by(|later, earlier| {
            let same = later.jid == earlier.jid;
            if same {
                std::mem::swap(later, earlier);
            }
            same
        });
        let mut groups: HashSet<Arc<[String]>> = HashSet::new();
        for item in &mut items {
            item.name.shrink_to_fit();
            match groups.get(&item.groups) {
                Some(known) => item.groups = Arc::clone(known),
                None => {
                    groups.insert(Arc::clone(&item.groups));
                }
            }
        }
        items.shrink_to_fit();
        Self(items)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contact::Subscription;

    fn item(jid: &str, name: &str, groups: &[&str]) -> RosterItem {
        RosterItem {
            jid: jid.parse().unwrap(),
            name: name.to_owned(),
            groups: groups.iter().map(|group| (*group).to_owned()).collect(),
            subscription: Subscription::Both,
            ask: false,
        }
    }

    fn names(items: &[RosterItem]) -> Vec<&str> {
        items.iter().map(|item| item.name.as_str()).collect()
    }

    fn jid(text: &str) -> Jid {
        text.parse().unwrap()
    }

    #[test]
    fn contacts_are_found_by_their_address_and_stand_in_its_order() {
        let mut roster: Roster = [
            item("carol@example.org", "Carol", &[]),
            item("alice@example.org", "Alice", &[]),
        ]
        .into_iter()
        .collect();
        roster.insert(item("bob@example.org", "Bob", &[]));
        assert_eq!(names(roster.items()), ["Alice", "Bob", "Carol"]);
        let bob = roster.get(&jid("bob@example.org")).unwrap();
        assert_eq!(bob.name, "Bob");
        assert!(!roster.contains(&jid("bobby@example.org")));
        assert_eq!(names(roster.after(&jid("bob@example.org"))), ["Carol"]);
        assert_eq!(names(roster.after(&jid("b@example.org"))), ["Bob", "Carol"]);
        assert_eq!(names(roster.after(&jid("x@example.org"))), [""; 0]);
    }

    #[test]
    fn of_two_lines_of_a_contact_the_later_holds() {
        let mut roster: Roster = [
            item("bob@example.org", "Bob", &[]),
            item("alice@example.org", "Alice", &[]),
            item("bob@example.org", "Robert", &[]),
            item("bob@example.org", "Bobby", &[]),
        ]
        .into_iter()
        .collect();
        assert_eq!(names(roster.items()), ["Alice", "Bobby"]);
        roster.insert(item("bob@example.org", "Rob", &["Work"]));
        assert_eq!(names(roster.items()), ["Alice", "Rob"]);
    }

    #[test]
    fn who_is_taken_out_is_no_contact_and_the_others_stay() {
        let mut roster: Roster = ["alice@example.org", "bob@example.org"]
            .map(|address| item(address, address, &[]))
            .into_iter()
            .collect();
        roster.remove(&jid("alice@example.org"));
        roster.remove(&jid("nobody@example.org"));
        assert_eq!(names(roster.items()), ["bob@example.org"]);
    }

    #[test]
    fn whoever_is_in_the_same_groups_shares_them() {
        let items = (0..1_000).map(|number| {
            let group = format!("Group {}", number % 10);
            item(&format!("contact{number}@example.org"), "", &[&group])
        });
        let roster: Roster = items.collect();
        let places: HashSet<*const String> = roster
            .items()
            .iter()
            .map(|item| item.groups.as_ptr())
            .collect();
        assert_eq!(places.len(), 10);
    }
}
