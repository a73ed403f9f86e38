//! When something was said: the file's name says when it was begun, a line often only the time of the day, both as the
//! user's language has them.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, ToSpan};

/// Where a file begins.
#[derive(Debug, Clone)]
pub(super) struct Begun {
    pub(super) at: DateTime,
    pub(super) zone: TimeZone,
}

/// Reads `2024-01-15.093012+0100CET.txt`; older ones say nothing of the zone.
pub(super) fn begun(name: &str, zone: &TimeZone) -> Option<Begun> {
    let number = |from: usize, to: usize| name.get(from..to)?.parse::<i16>().ok();
    let small = |from: usize, to: usize| i8::try_from(number(from, to)?).ok();
    let date = Date::new(number(0, 4)?, small(5, 7)?, small(8, 10)?).ok()?;
    let time = Time::new(small(11, 13)?, small(13, 15)?, small(15, 17)?, 0).ok()?;
    let zone = match (name.get(17..18), small(18, 20), small(20, 22)) {
        (Some(sign @ ("+" | "-")), Some(hours), Some(minutes)) => {
            let seconds = i32::from(hours) * 3_600 + i32::from(minutes) * 60;
            let seconds = if sign == "-" { -seconds } else { seconds };
            TimeZone::fixed(Offset::from_seconds(seconds).ok()?)
        }
        _ => zone.clone(),
    };
    Some(Begun {
        at: date.to_datetime(time),
        zone,
    })
}

/// Goes along the lines of a file.
#[derive(Debug)]
pub(super) struct Clock {
    last: DateTime,
    zone: TimeZone,
}

/// A line that seems so much earlier than the one before was said on the next day.
const BACK: i64 = 12;

impl Clock {
    pub(super) fn at(begun: &Begun) -> Self {
        Self {
            last: begun.at,
            zone: begun.zone.clone(),
        }
    }

    /// The time of a line, such as `09:30:12 AM` or `15.01.2024 09:30:12`; the line is none without one.
    pub(super) fn read(&mut self, text: &str) -> Option<Option<Timestamp>> {
        let (time, date) = parts(text)?;
        let at = match date {
            Some(numbers) => nearest(numbers, self.last.date())?.to_datetime(time),
            None => {
                let same_day = self.last.date().to_datetime(time);
                let hours = same_day.checked_add(BACK.hours()).ok()?;
                if hours < self.last {
                    same_day.checked_add(1.day()).ok()?
                } else {
                    same_day
                }
            }
        };
        self.last = at;
        let zoned = at.to_zoned(self.zone.clone()).ok();
        Some(zoned.map(|zoned| zoned.timestamp()))
    }
}

/// The time of the day, and the three numbers of a date.
fn parts(text: &str) -> Option<(Time, Option<[i16; 3]>)> {
    if text.len() > 60 {
        return None;
    }
    let (mut time, mut date, mut later, mut earlier) = (None, None, false, false);
    for word in text.split([' ', '\u{a0}', '\u{202f}', ',']) {
        if let Some(found) = numbers(word, ':') {
            time = Some(found);
        } else if let Some(found) = ['/', '.', '-'].iter().find_map(|mark| numbers(word, *mark)) {
            date = Some(found);
        } else if word.eq_ignore_ascii_case("pm") {
            later = true;
        } else if word.eq_ignore_ascii_case("am") {
            earlier = true;
        }
    }
    let [hour, minute, second] = time?;
    let hour = match hour {
        12 if earlier => 0,
        1..=11 if later => hour + 12,
        hour => hour,
    };
    let small = |number: i16| i8::try_from(number).ok();
    let time = Time::new(small(hour)?, small(minute)?, small(second)?, 0).ok()?;
    Some((time, date))
}

fn numbers(word: &str, between: char) -> Option<[i16; 3]> {
    let mut parts = word.trim_end_matches('.').split(between);
    let mut number = || {
        parts
            .next()?
            .parse::<i16>()
            .ok()
            .filter(|number| *number >= 0)
    };
    let found = [number()?, number()?, number()?];
    parts.next().is_none().then_some(found)
}

/// Languages write days, months and years in any order: the date that is nearest to where the file is now.
fn nearest([one, two, three]: [i16; 3], to: Date) -> Option<Date> {
    let orders = [(three, two, one), (three, one, two), (one, two, three)];
    let date = |(year, month, day): (i16, i16, i16)| {
        let year = if year < 100 { year + 2_000 } else { year };
        Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
    };
    let apart = |date: &Date| {
        date.since(to)
            .map_or(i32::MAX, |span| span.get_days().abs())
    };
    orders.into_iter().filter_map(date).min_by_key(apart)
}
