//! A resident's sessions, as its log tells them.

use std::time::{Duration, SystemTime};

use jiff::Timestamp;

const BEGUN: &str = "signed in";
const GONE_ON: [&str; 2] = ["the session goes on", "the stream goes on"];

/// A resident whose session could not go on reads its archive once more 20 s after it has signed in.
const READ_AFTER_BEGINNING: Duration = Duration::from_secs(25);
/// One whose session went on does so after 3 s.
const READ_AFTER_GOING_ON: Duration = Duration::from_secs(6);

/// How many sessions a resident has begun, and how many went on.
pub(crate) fn sessions(log: &str) -> [u32; 2] {
    let count = |words: &str| u32::try_from(log.matches(words).count()).unwrap_or(u32::MAX);
    [count(BEGUN), GONE_ON.map(count).iter().sum()]
}

/// When its archive has been read for the last time, if nothing befalls its session any more.
pub(crate) fn reads_until(log: &str) -> SystemTime {
    let read = log.lines().filter_map(|line| {
        let has = |words: &&str| line.contains(*words);
        let after = match (has(&BEGUN), GONE_ON.iter().any(has)) {
            (true, _) => READ_AFTER_BEGINNING,
            (_, true) => READ_AFTER_GOING_ON,
            _ => return None,
        };
        let at = line.split_whitespace().next()?;
        // A resident that is killed may leave the beginning of a line.
        let at: Timestamp = at.parse().ok()?;
        Some(SystemTime::from(at) + after)
    });
    read.max().expect("a session")
}

#[cfg(test)]
mod tests {
    use super::{reads_until, sessions};
    use jiff::Timestamp;
    use std::time::SystemTime;

    const LOG: &str = "\
2026-11-23T00:45:01.5Z DEBUG carillon_wire::run: signed in jid=bob@carillon.test/1
2026-11-23T00:45:02.5Z DEBUG carillon_wire::run: the session goes on jid=bob@carillon.test/1
2026-11-23T00:45:03Z  INFO carillon: something else
";

    fn at(time: &str) -> SystemTime {
        SystemTime::from(time.parse::<Timestamp>().expect("a time"))
    }

    #[test]
    fn a_session_that_went_on_does_not_end_the_wait_for_the_late_reading_of_one_that_began() {
        assert_eq!(sessions(LOG), [1, 1]);
        assert_eq!(reads_until(LOG), at("2026-11-23T00:45:26.5Z"));
        let later = "2026-11-23T00:46:00Z DEBUG carillon_wire::run: the stream goes on jid=1";
        let log = [LOG, later].concat();
        assert_eq!(reads_until(&log), at("2026-11-23T00:46:06Z"));
    }
}
