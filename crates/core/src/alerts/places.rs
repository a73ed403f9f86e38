//! Where in a list what belongs to an address stands, without a copy of the addresses: ten thousand of them would take
//! more memory than the list.

use jid::Jid;
use std::hash::{BuildHasher, RandomState};

/// The places that belong to addresses, sorted by the addresses' hashes and then by place. An address's places are those
/// of its hash, and perhaps somebody else's: who asks compares the addresses.
#[derive(Debug, Default)]
pub(super) struct Places {
    hashing: RandomState,
    sorted: Box<[(u32, u32)]>,
}

impl Places {
    pub(super) fn new(all: &[(&Jid, usize)]) -> Self {
        let hashing = RandomState::new();
        let mut sorted: Box<[(u32, u32)]> = all
            .iter()
            .filter_map(|(jid, place)| {
                Some((short_hash(&hashing, jid), u32::try_from(*place).ok()?))
            })
            .collect();
        sorted.sort_unstable();
        Self { hashing, sorted }
    }

    /// The first place first.
    pub(super) fn of(&self, jid: &Jid) -> impl Iterator<Item = usize> {
        let hash = short_hash(&self.hashing, jid);
        let from = self.sorted.partition_point(|(one, _)| *one < hash);
        let rest = self.sorted.get(from..).unwrap_or_default();
        rest.iter()
            .take_while(move |(one, _)| *one == hash)
            .map(|(_, place)| *place as usize)
    }

    /// All places, in no order that means anything.
    pub(super) fn all(&self) -> impl Iterator<Item = usize> {
        self.sorted.iter().map(|(_, place)| *place as usize)
    }
}

/// Half of a hash, which is enough to leave hardly anybody else.
fn short_hash(hashing: &RandomState, jid: &Jid) -> u32 {
    let [a, b, c, d, ..] = hashing.hash_one(jid).to_le_bytes();
    u32::from_le_bytes([a, b, c, d])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jid(number: usize) -> Jid {
        format!("contact{number}@example.org").parse().unwrap()
    }

    #[test]
    fn an_address_finds_its_places_in_their_order_among_thousands() {
        let jids: Vec<Jid> = (0..5_000).map(jid).collect();
        let twice = jids.iter().chain(&jids).zip(0..);
        let places = Places::new(&twice.collect::<Vec<_>>());
        for (at, jid) in jids.iter().enumerate() {
            let theirs = |place: &usize| *place == at || *place == at + 5_000;
            let found: Vec<usize> = places.of(jid).filter(theirs).collect();
            assert_eq!(found, [at, at + 5_000]);
        }
        assert_eq!(places.all().count(), 10_000);
    }

    #[test]
    fn hardly_anything_of_others_is_found_with_it() {
        let jids: Vec<Jid> = (0..10_000).map(jid).collect();
        let places = Places::new(&jids.iter().zip(0..).collect::<Vec<_>>());
        let found: usize = jids.iter().map(|jid| places.of(jid).count()).sum();
        assert!(found < 10_100, "{found}");
        assert!(places.of(&jid(10_001)).count() < 3);
    }
}
