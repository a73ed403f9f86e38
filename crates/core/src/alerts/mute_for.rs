//! How long a mute holds, as people choose it.

use crate::ids::Timestamp;
use crate::settings::Mute;
use jiff::ToSpan;
use jiff::civil::Time;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A mute's length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
pub enum MuteFor {
    /// Half an hour.
    #[serde(rename = "30m")]
    HalfAnHour,
    /// An hour.
    #[serde(rename = "1h")]
    Hour,
    /// Eight hours.
    #[serde(rename = "8h")]
    EightHours,
    /// Until eight tomorrow morning.
    #[serde(rename = "tomorrow")]
    Tomorrow,
    /// Until it is lifted.
    #[serde(rename = "for_ever")]
    ForEver,
    /// Lifted.
    #[serde(rename = "none")]
    Lifted,
}

/// An hour in milliseconds.
const HOUR: i64 = 3_600_000;
/// A morning begins at eight.
const MORNING: Time = Time::constant(8, 0, 0, 0);

impl MuteFor {
    /// The mute that begins now; `None`: there is none any more.
    #[must_use]
    pub fn mute(self, now: Timestamp, zone: &TimeZone) -> Option<Mute> {
        let at = match self {
            Self::HalfAnHour => now.plus_millis(HOUR / 2),
            Self::Hour => now.plus_millis(HOUR),
            Self::EightHours => now.plus_millis(8 * HOUR),
            Self::Tomorrow => {
                // Beyond the calendar's end there is no morning, but a day all the same.
                tomorrow_morning(now, zone).unwrap_or_else(|| now.plus_millis(24 * HOUR))
            }
            Self::ForEver => return Some(Mute::Forever),
            Self::Lifted => return None,
        };
        Some(Mute::Until { at })
    }
}

/// By the calendar, so that a change of the clocks does not move it.
fn tomorrow_morning(now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    let moment = jiff::Timestamp::from_millisecond(now.0).ok()?;
    let tomorrow = zone
        .to_datetime(moment)
        .date()
        .checked_add(1.day())
        .ok()?
        .to_datetime(MORNING);
    zone.to_timestamp(tomorrow).ok().map(Timestamp::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse::<jiff::Timestamp>().unwrap().into()
    }

    #[test]
    fn tomorrow_is_eight_in_the_morning_whatever_the_clocks_do() {
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        // The night in which summer time ends has 25 hours.
        let mute = MuteFor::Tomorrow.mute(at("2026-10-24T20:00:00Z"), &berlin);
        let until = Mute::Until {
            at: at("2026-10-25T07:00:00Z"),
        };
        assert_eq!(mute, Some(until));
    }

    #[test]
    fn hours_are_hours_and_the_words_are_those_of_the_contract() {
        let now = Timestamp(1_000);
        let half = MuteFor::HalfAnHour.mute(now, &TimeZone::UTC);
        let until = Mute::Until {
            at: Timestamp(1_801_000),
        };
        assert_eq!(half, Some(until));
        assert_eq!(MuteFor::Lifted.mute(now, &TimeZone::UTC), None);
        let words = ["30m", "1h", "8h", "tomorrow", "for_ever", "none"];
        for word in words {
            let read: MuteFor = serde_json::from_value(word.into()).unwrap();
            assert_eq!(serde_json::to_value(read).unwrap(), word);
        }
    }
}
