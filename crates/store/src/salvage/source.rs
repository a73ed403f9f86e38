//! Reading around damage.

use crate::{Result, schema};
use rusqlite::{Connection, OpenFlags, Row, config::DbConfig};
use std::path::Path;

/// No number that Carillon gave a row is larger: one that is was not written by it.
pub(super) const LARGEST: i64 = 1 << 53;

/// What has no numbers holds fewer rows; more are pages that are come upon again and again.
const MOST_ROWS: u32 = 1_000_000;

/// A damaged database, opened so that nothing of it is changed.
pub(super) struct Source<'a> {
    connection: Connection,
    give_up: &'a dyn Fn() -> bool,
    knows_all_tables: bool,
}

/// What is done with a row.
pub(super) type Take<'a> = dyn FnMut(&Row<'_>) -> Result<()> + 'a;

impl<'a> Source<'a> {
    /// Once `give_up` answers `true`, every reading ends with the row that it is at.
    pub(super) fn open(path: &Path, give_up: &'a dyn Fn() -> bool) -> Result<Self> {
        // Not read-only: a WAL cannot be read without its index, which has to be made.
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut connection = Connection::open_with_flags(path, flags)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        // Goes on where the schema cannot be understood, and where the file is shorter than it says.
        connection.pragma_update(None, "writable_schema", true)?;
        connection.pragma_update(None, "query_only", true)?;
        let read = schema::read_tables(&mut connection, schema::STEPS_TO_TABLES);
        Ok(Self {
            knows_all_tables: read.is_ok(),
            connection,
            give_up,
        })
    }

    pub(super) fn is_given_up(&self) -> bool {
        (self.give_up)()
    }

    /// Whether the list of tables was read to its end.
    pub(super) fn knows_all_tables(&self) -> bool {
        self.knows_all_tables
    }

    /// The columns of a table, `None` when it is not there.
    pub(super) fn columns(&self, table: &str) -> Option<Vec<String>> {
        let mut names = Vec::new();
        // Not from a list of all tables, which damage can make endless.
        let query = "SELECT name FROM pragma_table_info(?1)";
        let mut query = self.connection.prepare_cached(query).ok()?;
        let mut found = query.query([table]).ok()?;
        // The names that come before damage are names.
        while let Ok(Some(row)) = found.next() {
            names.extend(row.get::<_, String>(0));
        }
        (!names.is_empty()).then_some(names)
    }

    /// Hands over what a query gives until it ends or fails, or gives more than can be. Answers whether it came to
    /// its end.
    pub(super) fn each(&self, query: &str, take: &mut Take<'_>) -> Result<bool> {
        let Ok(mut query) = self.connection.prepare(query) else {
            return Ok(false);
        };
        let Ok(mut rows) = query.query([]) else {
            return Ok(false);
        };
        for _ in 0..MOST_ROWS {
            match rows.next() {
                Ok(Some(row)) => take(row)?,
                Ok(None) => return Ok(true),
                Err(_) => return Ok(false),
            }
            if (self.give_up)() {
                return Ok(false);
            }
        }
        Ok(false)
    }

    /// Hands over rows, the one with the largest number first, and leaps over what cannot be read. The query has the
    /// number as its first column, and begins at `?1`. Answers below which number there is the lowest gap.
    pub(super) fn numbered(&self, query: &str, take: &mut Take<'_>) -> Result<Option<i64>> {
        let mut gap = None;
        let mut top = LARGEST;
        loop {
            match self.down(query, top, take)? {
                Reach::End => return Ok(gap),
                Reach::GivenUp => return Ok(Some(1)),
                Reach::Damage(at) => {
                    let Some(below) = self.readable_below(query, at) else {
                        return Ok(Some(1));
                    };
                    gap = Some(below.saturating_add(1));
                    top = below;
                }
            }
        }
    }

    fn down(&self, query: &str, top: i64, take: &mut Take<'_>) -> Result<Reach> {
        let mut at = top;
        let Ok(mut query) = self.connection.prepare_cached(query) else {
            return Ok(Reach::Damage(at));
        };
        let Ok(mut rows) = query.query([top]) else {
            return Ok(Reach::Damage(at));
        };
        loop {
            match rows.next() {
                Ok(Some(row)) => {
                    let number = row.get(0).unwrap_or(i64::MAX);
                    // Pages that lead in a circle show the same numbers again.
                    if number > at {
                        return Ok(Reach::Damage(at));
                    }
                    take(row)?;
                    if (self.give_up)() {
                        return Ok(Reach::GivenUp);
                    }
                    at = number.saturating_sub(1);
                }
                Ok(None) => return Ok(Reach::End),
                Err(_) => return Ok(Reach::Damage(at)),
            }
        }
    }

    /// The largest number below `at` from which rows can be read again, as far as one can tell without trying all:
    /// leaps that double, or halve what is left, then halves between the last two.
    fn readable_below(&self, query: &str, at: i64) -> Option<i64> {
        let leaps = (0..63).map(|power| at.saturating_sub(1 << power));
        let halves = (1..63).map(|power| at >> power);
        let mut tried: Vec<i64> = leaps.chain(halves).filter(|place| *place > 0).collect();
        tried.sort_unstable();
        tried.dedup();
        let mut bad = at;
        let mut good = None;
        for place in tried.into_iter().rev() {
            if self.reads(query, place) {
                good = Some(place);
                break;
            }
            bad = place;
        }
        let mut good = good?;
        while bad - good > 1 {
            let middle = good + (bad - good) / 2;
            if self.reads(query, middle) {
                good = middle;
            } else {
                bad = middle;
            }
        }
        Some(good)
    }

    fn reads(&self, query: &str, from: i64) -> bool {
        let Ok(mut query) = self.connection.prepare_cached(query) else {
            return false;
        };
        let Ok(mut rows) = query.query([from]) else {
            return false;
        };
        match rows.next() {
            Ok(Some(row)) => row.get::<_, i64>(0).is_ok_and(|number| number <= from),
            Ok(None) => true,
            Err(_) => false,
        }
    }
}

enum Reach {
    End,
    GivenUp,
    /// Nothing at this number, or below it, was read.
    Damage(i64),
}
