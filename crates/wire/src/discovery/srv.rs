//! Which of a domain's SRV records is tried first (RFC 2782, XEP-0368 §2).

/// One SRV record of `_xmpps-client` or `_xmpp-client`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Record {
    /// Of `_xmpps-client`: inside TLS from the first byte.
    pub(crate) direct: bool,
    pub(crate) priority: u16,
    pub(crate) weight: u16,
    /// The host, without the final dot; empty when the service is decidedly not available (RFC 2782, "Target").
    pub(crate) target: String,
    pub(crate) port: u16,
}

/// All of both services in the order of trying: by priority, and among equals at random by weight. `random` gives a
/// number from zero to the given one, both included.
pub(crate) fn ordered(records: Vec<Record>, mut random: impl FnMut(u32) -> u32) -> Vec<Record> {
    let mut left: Vec<Record> = records
        .into_iter()
        .filter(|record| !record.target.is_empty())
        .collect();
    // Those of weight zero come first among equals, so that they are chosen only by a random zero.
    left.sort_by_key(|record| (record.priority, record.weight != 0));
    let mut sorted = Vec::with_capacity(left.len());
    while let Some(priority) = left.first().map(|record| record.priority) {
        let equals = left.iter().take_while(|one| one.priority == priority);
        let sum: u32 = equals.clone().map(|one| u32::from(one.weight)).sum();
        let chosen = random(sum);
        let mut running = 0;
        let place = equals
            .clone()
            .position(|one| {
                running += u32::from(one.weight);
                running >= chosen
            })
            .unwrap_or_default();
        sorted.push(left.remove(place));
    }
    sorted
}

/// Whether a service says that it is decidedly not available at the domain.
pub(crate) fn refuses(records: &[Record], direct: bool) -> bool {
    let mut of_service = records
        .iter()
        .filter(|record| record.direct == direct)
        .peekable();
    of_service.peek().is_some() && of_service.all(|record| record.target.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn record(priority: u16, weight: u16, target: &str) -> Record {
        Record {
            direct: target.starts_with("tls"),
            priority,
            weight,
            target: target.to_owned(),
            port: 5222,
        }
    }

    fn targets(records: &[Record]) -> Vec<&str> {
        records.iter().map(|one| one.target.as_str()).collect()
    }

    #[test]
    fn both_services_are_one_list_by_priority() {
        let records = vec![
            record(30, 0, "last"),
            record(5, 0, "tls1"),
            record(10, 0, "start1"),
            record(20, 0, "tls2"),
        ];
        let sorted = ordered(records, |_| 0);
        assert_eq!(targets(&sorted), ["tls1", "start1", "tls2", "last"]);
    }

    #[test]
    fn the_random_number_finds_its_place_among_the_running_sums() {
        let records = || vec![record(1, 10, "a"), record(1, 0, "b"), record(1, 30, "c")];
        for (chosen, first) in [(0, "b"), (1, "a"), (10, "a"), (11, "c"), (40, "c")] {
            let mut numbers = [chosen, 0, 0].into_iter();
            let mut asked = Vec::new();
            let sorted = ordered(records(), |most| {
                asked.push(most);
                numbers.next().unwrap()
            });
            assert_eq!(sorted[0].target, first, "{chosen}");
            assert_eq!(asked[0], 40);
        }
    }

    /// A generator that is good enough for counting, and the same on every run.
    fn numbers(mut state: u64) -> impl FnMut(u32) -> u32 {
        move |most| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            u32::try_from((state >> 33) % (u64::from(most) + 1)).unwrap()
        }
    }

    #[test]
    fn over_many_tries_each_comes_first_as_often_as_it_weighs() {
        let mut random = numbers(7);
        let mut first = [0_u32; 3];
        let tries = 60_000;
        for _ in 0..tries {
            let records = vec![
                record(1, 100, "0"),
                record(1, 200, "1"),
                record(1, 700, "2"),
            ];
            let place: usize = ordered(records, &mut random)[0].target.parse().unwrap();
            first[place] += 1;
        }
        for (count, weight) in first.iter().zip([100, 200, 700]) {
            let wanted = f64::from(tries) * f64::from(weight) / 1000.0;
            let off = (f64::from(*count) - wanted).abs() / wanted;
            assert!(off < 0.05, "{first:?}");
        }
        println!("first of {tries} by weight 100, 200, 700: {first:?}");
    }

    #[test]
    fn a_service_can_say_that_it_is_not_there() {
        let none = |direct| Record {
            direct,
            ..record(0, 0, "")
        };
        assert!(refuses(&[none(true)], true));
        assert!(!refuses(&[none(true)], false));
        assert!(!refuses(&[], true));
        assert!(!refuses(&[none(false), record(1, 1, "x")], false));
        assert_eq!(ordered(vec![none(true), record(1, 1, "x")], |_| 0).len(), 1);
    }

    proptest! {
        #[test]
        fn nothing_is_lost_or_doubled_and_priorities_are_kept(
            records in proptest::collection::vec((0_u16..4, any::<u16>(), 0_u8..200), 0..12),
            seed in any::<u64>(),
        ) {
            let records: Vec<Record> = records
                .into_iter()
                .map(|(priority, weight, name)| record(priority, weight, &format!("h{name}")))
                .collect();
            let sorted = ordered(records.clone(), numbers(seed));
            prop_assert!(sorted.windows(2).all(|pair| pair[0].priority <= pair[1].priority));
            let sortable = |records: &[Record]| {
                let mut keys: Vec<_> = records
                    .iter()
                    .map(|one| (one.priority, one.weight, one.target.clone()))
                    .collect();
                keys.sort();
                keys
            };
            prop_assert_eq!(sortable(&sorted), sortable(&records));
        }
    }
}
