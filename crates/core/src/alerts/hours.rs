//! Hours of the week in the user's own time: quiet hours and the schedules of profiles.

use crate::ids::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use ts_rs::TS;

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Weekday {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

impl Weekday {
    /// All, from Monday.
    pub const ALL: [Self; 7] = [
        Self::Mon,
        Self::Tue,
        Self::Wed,
        Self::Thu,
        Self::Fri,
        Self::Sat,
        Self::Sun,
    ];

    const fn of(day: jiff::civil::Weekday) -> Self {
        match day {
            jiff::civil::Weekday::Monday => Self::Mon,
            jiff::civil::Weekday::Tuesday => Self::Tue,
            jiff::civil::Weekday::Wednesday => Self::Wed,
            jiff::civil::Weekday::Thursday => Self::Thu,
            jiff::civil::Weekday::Friday => Self::Fri,
            jiff::civil::Weekday::Saturday => Self::Sat,
            jiff::civil::Weekday::Sunday => Self::Sun,
        }
    }
}

/// A time of the day as it stands on the wall, `00:00` to `23:59`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(try_from = "String", into = "String")]
#[ts(type = "string")]
pub struct ClockTime {
    minute_of_day: u16,
}

/// A time that is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("“{0}” is no time of the day; it is written from 00:00 to 23:59")]
pub struct BadTime(pub String);

impl ClockTime {
    /// The time `hour`:`minute`, `None` past 23:59.
    #[must_use]
    pub const fn new(hour: u8, minute: u8) -> Option<Self> {
        if hour > 23 || minute > 59 {
            return None;
        }
        Some(Self {
            minute_of_day: hour as u16 * 60 + minute as u16,
        })
    }

    fn on(self, date: Date) -> DateTime {
        let part = |number: u16| i8::try_from(number).unwrap_or_default();
        // Both parts are in range by construction.
        let time = Time::new(
            part(self.minute_of_day / 60),
            part(self.minute_of_day % 60),
            0,
            0,
        );
        date.to_datetime(time.unwrap_or_default())
    }
}

impl FromStr for ClockTime {
    type Err = BadTime;

    fn from_str(text: &str) -> Result<Self, BadTime> {
        let number = |digits: &str| match digits.len() {
            1 | 2 if digits.bytes().all(|byte| byte.is_ascii_digit()) => digits.parse().ok(),
            _ => None,
        };
        let parts = text.split_once(':');
        let parts = parts.and_then(|(hour, minute)| Some((number(hour)?, number(minute)?)));
        parts
            .and_then(|(hour, minute)| Self::new(hour, minute))
            .ok_or_else(|| BadTime(text.chars().take(20).collect()))
    }
}

impl fmt::Display for ClockTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let minute = self.minute_of_day;
        write!(f, "{:02}:{:02}", minute / 60, minute % 60)
    }
}

impl TryFrom<String> for ClockTime {
    type Error = BadTime;

    fn try_from(text: String) -> Result<Self, BadTime> {
        text.parse()
    }
}

impl From<ClockTime> for String {
    fn from(time: ClockTime) -> Self {
        time.to_string()
    }
}

/// Hours that begin on some days of the week. They may end on the next day: an end that is not later than the
/// beginning means the day after.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
pub struct Hours {
    /// The days on which they begin; none: every day.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub days: Vec<Weekday>,
    /// When they begin.
    pub from: ClockTime,
    /// When they end; that minute is no part of them.
    pub to: ClockTime,
}

impl Hours {
    /// When the stretch of these hours that holds `now` ends; `None` when none does.
    ///
    /// Beginning and end are moments of the zone: a time that a change to summer time leaves out is taken as so much
    /// later, one that comes twice as its first coming. So the hours are one stretch, whatever the clock does.
    #[must_use]
    pub fn end_at(&self, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        self.end_in(&LocalNow::new(now, zone)?)
    }

    pub(super) fn end_in(&self, local: &LocalNow<'_>) -> Option<Timestamp> {
        let today = self.end_of_stretch(local, local.wall.date(), 0);
        let yesterday = self.end_of_stretch(local, local.wall.date().yesterday().ok()?, DAY);
        today.max(yesterday)
    }

    /// When the stretch that began on `date`, so many minutes before today, ends; `None` when it does not hold now.
    fn end_of_stretch(&self, local: &LocalNow<'_>, date: Date, before: i32) -> Option<Timestamp> {
        let over_midnight = self.to <= self.from;
        let from = i32::from(self.from.minute_of_day) - before;
        let to = i32::from(self.to.minute_of_day) - before + if over_midnight { DAY } else { 0 };
        // Most of the time a look at the wall clock is enough, and the zone need not be asked.
        let near = (from - SLACK..to + SLACK).contains(&local.minute_of_day);
        if !near || !self.begin_on(date) {
            return None;
        }
        let last = if over_midnight {
            date.tomorrow().ok()?
        } else {
            date
        };
        let (from, to) = (
            local.moment(self.from.on(date))?,
            local.moment(self.to.on(last))?,
        );
        (from <= local.now && local.now < to).then_some(to)
    }

    fn begin_on(&self, date: Date) -> bool {
        self.days.is_empty() || self.days.contains(&Weekday::of(date.weekday()))
    }
}

/// Minutes of a day.
const DAY: i32 = 24 * 60;
/// Clocks are moved by two hours at most; in minutes, with an hour to spare.
const SLACK: i32 = 180;

/// A moment with the wall clock of a zone, read once for all hours that are asked.
pub(super) struct LocalNow<'a> {
    now: Timestamp,
    zone: &'a TimeZone,
    wall: DateTime,
    minute_of_day: i32,
}

impl<'a> LocalNow<'a> {
    /// `None` beyond the years -9999 to 9999.
    pub(super) fn new(now: Timestamp, zone: &'a TimeZone) -> Option<Self> {
        let moment = jiff::Timestamp::from_millisecond(now.0).ok()?;
        let wall = zone.to_datetime(moment);
        Some(Self {
            now,
            zone,
            wall,
            minute_of_day: i32::from(wall.hour()) * 60 + i32::from(wall.minute()),
        })
    }

    fn moment(&self, at: DateTime) -> Option<Timestamp> {
        self.zone.to_timestamp(at).ok().map(Timestamp::from)
    }
}

impl fmt::Display for Hours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}–{}", self.from, self.to)
    }
}
