//! Table by table, row by row: what is not sound stays behind.

use super::source::{LARGEST, Source};
use crate::Result;
use carillon_core::{BareJid, Jid};
use rusqlite::{
    Connection, ErrorCode, OptionalExtension, Row, Statement, ffi,
    types::{ToSqlOutput, ValueRef},
};

/// In an order in which everything that a row belongs to comes before it. Streams stay behind: what the server was
/// told on them may be what is missing.
const TABLES: &[Table] = &[
    Table::numbered("account"),
    Table::keyed("roster_item", "account, jid"),
    Table::keyed("blocked", "account, jid"),
    Table::keyed("blocked_occupant", "account, jid, occupant"),
    Table::keyed("contact_request", "account, jid"),
    Table::keyed("asked_back", "account, jid"),
    Table::keyed("invitation", "account, token"),
    Table::keyed("moved_contact", "account, jid"),
    Table::numbered("account_move"),
    Table::numbered("move_task"),
    Table::keyed("avatar", "account, jid"),
    Table::numbered("chat"),
    Table::numbered("room"),
    Table::numbered("message"),
    Table::numbered("change"),
    Table::numbered("errand"),
    Table::numbered("transfer"),
    Table::numbered("message_file"),
    Table::numbered("private_chat"),
    Table::keyed("private_before", "chat, jid"),
    Table::numbered("pin"),
    Table::numbered("imported"),
    Table::keyed("picture_choice", "account, jid"),
    Table::numbered("invite"),
    Table::keyed("archive", "account, room"),
    Table::keyed("deleted_chat", "account, jid"),
    Table::keyed("deleted_entry", "account, jid, entry"),
    Table::keyed("last_seen", "account, jid"),
    Table::keyed("meta", "key"),
    Table::keyed("alert_timer", "key"),
    Table::keyed("tray_mark", "key"),
    Table::numbered("out_of_tray"),
    Table::numbered("activity"),
];

/// Farther apart no message was ever put.
const FARTHEST: i64 = 1 << 60;

/// Rows that are looked for in all of another table: more of them are pages that are come upon again and again.
const DOUBTS: usize = 8;

struct Table {
    name: &'static str,
    /// Of a table without numbers.
    key: Option<&'static str>,
}

impl Table {
    const fn numbered(name: &'static str) -> Self {
        Self { name, key: None }
    }

    const fn keyed(name: &'static str, key: &'static str) -> Self {
        Self {
            name,
            key: Some(key),
        }
    }
}

pub(super) struct Copying<'a> {
    source: &'a Source<'a>,
    target: &'a Connection,
    rows: u64,
    /// The lowest number of a message that is missing.
    gap: Option<i64>,
}

impl<'a> Copying<'a> {
    pub(super) fn new(source: &'a Source<'a>, target: &'a Connection) -> Self {
        Self {
            source,
            target,
            rows: 0,
            // Until they are read, all are missing.
            gap: Some(1),
        }
    }

    /// How many rows came over.
    pub(super) fn rows(&self) -> u64 {
        self.rows
    }

    /// The lowest number of a message that may be missing, `None` when none is.
    pub(super) fn first_gap(&self) -> Option<i64> {
        self.gap
    }

    pub(super) fn all(&mut self) -> Result<()> {
        for table in TABLES {
            self.table(table)?;
            match table.name {
                "account" => self.rows += self.accounts_by_name()?,
                "chat" => self.rows += self.chats_by_name()?,
                _ => {}
            }
        }
        Ok(())
    }

    fn table(&mut self, table: &Table) -> Result<()> {
        let source = self.source;
        let Some(there) = source.columns(table.name) else {
            return Ok(());
        };
        let (columns, expressions) = self.columns(table.name, &there)?;
        if columns.is_empty() {
            return Ok(());
        }
        let select = |rest: &str| {
            format!(
                "SELECT {}, {} FROM {} NOT INDEXED {rest}",
                if table.key.is_some() { "0" } else { "rowid" },
                expressions.join(", "),
                table.name
            )
        };
        let mut row = Copied::new(table.name, columns, self.target);
        let (mut came, mut stayed) = (0_u64, None);
        let mut take = |found: &Row<'_>| {
            if row.copy(found)? {
                came += 1;
            } else {
                stayed = Some(found.get(0).unwrap_or(1));
            }
            Ok(())
        };
        let gap = match table.key {
            None => {
                let query = select("WHERE rowid BETWEEN 1 AND ?1 ORDER BY rowid DESC");
                source.numbered(&query, &mut take)?
            }
            Some(key) => {
                let up = select(&format!("ORDER BY {key}"));
                if !source.each(&up, &mut take)? {
                    let backwards = key.replace(',', " DESC,");
                    source.each(&select(&format!("ORDER BY {backwards} DESC")), &mut take)?;
                }
                None
            }
        };
        self.rows += came;
        if table.name == "message" {
            self.gap = gap.into_iter().chain(stayed).min();
        }
        Ok(())
    }

    /// The columns that both know, and how to read them there.
    fn columns(&self, table: &str, there: &[String]) -> Result<(Vec<String>, Vec<String>)> {
        let mut query = self
            .target
            .prepare("SELECT name FROM pragma_table_info(?1)")?;
        let all: Vec<String> = query
            .query_map([table], |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        let mut expressions = Vec::new();
        let mut columns = Vec::new();
        let same = all.len() == there.len();
        for (index, name) in all.into_iter().enumerate() {
            // A name may be what is damaged.
            let at_its_place = there.get(index).filter(|_| same);
            let named = there.iter().find(|one| **one == name).or(at_its_place);
            let expression = if let Some(named) = named {
                format!("\"{}\"", named.replace('"', "\"\""))
            } else if name == "place" {
                // As the migration does it.
                "rowid * 1048576".to_owned()
            } else {
                continue;
            };
            expressions.push(expression);
            columns.push(name);
        }
        Ok((columns, expressions))
    }

    /// An index holds the addresses once more: without them a damaged page would cost all that was said with its
    /// chats.
    fn accounts_by_name(&self) -> Result<u64> {
        let mut insert = self
            .target
            .prepare("INSERT OR IGNORE INTO account (id, jid) VALUES (?1, ?2)")?;
        let mut other = self
            .target
            .prepare("SELECT id, ?1 FROM account WHERE jid = ?2 AND id <> ?1")?;
        let (mut came, mut doubts) = (0, Vec::new());
        self.source.each(
            "SELECT id, jid FROM account INDEXED BY sqlite_autoindex_account_1 ORDER BY jid",
            &mut |row| {
                if is_sound("account", "id", row.get_ref(0)?)
                    && is_sound("account", "jid", row.get_ref(1)?)
                {
                    came += insert.execute([bound(row, 0)?, bound(row, 1)?])? as u64;
                    if doubts.len() < DOUBTS {
                        doubts.extend(doubt(&mut other, &[bound(row, 0)?, bound(row, 1)?])?);
                    }
                }
                Ok(())
            },
        )?;
        self.renumber("account", ("chat", "account"), &doubts)?;
        Ok(came)
    }

    /// What kind a chat was is not in the index: who is no contact is a stranger until [`super::mending`] knows better.
    fn chats_by_name(&self) -> Result<u64> {
        let mut insert = self.target.prepare(
            "INSERT OR IGNORE INTO chat (id, account, jid, kind)
             SELECT ?1, ?2, ?3, IIF(EXISTS (SELECT 1 FROM roster_item WHERE account = ?2 AND jid = ?3) OR instr(?3, '/'),
                                    'contact', 'stranger')
             WHERE EXISTS (SELECT 1 FROM account WHERE id = ?2)",
        )?;
        let mut other = self
            .target
            .prepare("SELECT id, ?1 FROM chat WHERE account = ?2 AND jid = ?3 AND id <> ?1")?;
        let (mut came, mut doubts) = (0, Vec::new());
        self.source.each(
            "SELECT id, account, jid FROM chat INDEXED BY sqlite_autoindex_chat_1 ORDER BY account, jid",
            &mut |row| {
                let names = ["id", "account", "jid"];
                for (index, name) in names.iter().enumerate() {
                    if !is_sound("chat", name, row.get_ref(index)?) {
                        return Ok(());
                    }
                }
                let found = [bound(row, 0)?, bound(row, 1)?, bound(row, 2)?];
                came += insert.execute(rusqlite::params_from_iter(&found))? as u64;
                if doubts.len() < DOUBTS {
                    doubts.extend(doubt(&mut other, &found)?);
                }
                Ok(())
            },
        )?;
        self.renumber("chat", ("message", "chat"), &doubts)?;
        Ok(came)
    }

    /// Where a table and its index give a row different numbers, it is known by the one that more rows belong to.
    fn renumber(&self, table: &str, (child, column): (&str, &str), doubts: &[Doubt]) -> Result<()> {
        let belonging = |number: i64| -> Result<u64> {
            let mut rows = 0;
            let query = format!("SELECT 0 FROM {child} NOT INDEXED WHERE {column} = {number}");
            self.source.each(&query, &mut |_| {
                rows += 1;
                Ok(())
            })?;
            Ok(rows)
        };
        for doubt in doubts {
            if self.source.is_given_up() {
                break;
            }
            if belonging(doubt.in_index)? > belonging(doubt.in_table)? {
                let query = format!("UPDATE OR IGNORE {table} SET id = ?2 WHERE id = ?1");
                self.target
                    .execute(&query, [doubt.in_table, doubt.in_index])?;
            }
        }
        Ok(())
    }
}

/// Two numbers of one row.
struct Doubt {
    in_table: i64,
    in_index: i64,
}

/// The first of the values is the number that the index has.
fn doubt(other: &mut Statement<'_>, found: &[ToSqlOutput<'_>]) -> Result<Option<Doubt>> {
    let numbers = other.query_row(rusqlite::params_from_iter(found), |row| {
        Ok(Doubt {
            in_table: row.get(0)?,
            in_index: row.get(1)?,
        })
    });
    Ok(numbers.optional()?)
}

fn bound<'a>(row: &'a Row<'_>, index: usize) -> rusqlite::Result<ToSqlOutput<'a>> {
    Ok(ToSqlOutput::Borrowed(row.get_ref(index)?))
}

/// How rows of one table are written.
struct Copied<'a> {
    table: &'static str,
    columns: Vec<String>,
    insert: String,
    target: &'a Connection,
}

impl<'a> Copied<'a> {
    fn new(table: &'static str, columns: Vec<String>, target: &'a Connection) -> Self {
        let places: Vec<_> = (1..=columns.len()).map(|n| format!("?{n}")).collect();
        let insert = format!(
            "INSERT INTO {table} (\"{}\") VALUES ({})",
            columns.join("\", \""),
            places.join(", ")
        );
        Self {
            table,
            columns,
            insert,
            target,
        }
    }

    /// What a refusal is about is a room's address.
    fn is_sound_errand(&self, row: &Row<'_>) -> bool {
        let text = |wanted: &str| {
            let index = self.columns.iter().position(|name| name == wanted)?;
            row.get_ref(index + 1).ok()?.as_str().ok()
        };
        text("kind") != Some("decline") || text("about").is_some_and(|at| BareJid::new(at).is_ok())
    }

    /// Whether the row came over. One that was there already did.
    fn copy(&mut self, row: &Row<'_>) -> Result<bool> {
        let mut values = Vec::with_capacity(self.columns.len());
        for (index, name) in self.columns.iter().enumerate() {
            let value = row.get_ref(index + 1)?;
            if !is_sound(self.table, name, value) {
                return Ok(false);
            }
            values.push(ToSqlOutput::Borrowed(value));
        }
        if self.table == "errand" && !self.is_sound_errand(row) {
            return Ok(false);
        }
        let mut insert = self.target.prepare_cached(&self.insert)?;
        match insert.execute(rusqlite::params_from_iter(values.iter())) {
            Ok(_) => return Ok(true),
            Err(error)
                if is_refused(&error, ffi::SQLITE_CONSTRAINT_PRIMARYKEY)
                    || is_refused(&error, ffi::SQLITE_CONSTRAINT_ROWID) =>
            {
                return Ok(true);
            }
            Err(error) if !is_any_refusal(&error) => return Err(error.into()),
            Err(_) => {}
        }
        // What happened stays known when the message that it was about is lost.
        let about = self.columns.iter().position(|name| name == "message");
        let (Some(about), "activity") = (about, self.table) else {
            return Ok(false);
        };
        if let Some(value) = values.get_mut(about) {
            *value = ToSqlOutput::Borrowed(ValueRef::Null);
        }
        match insert.execute(rusqlite::params_from_iter(values.iter())) {
            Ok(_) => Ok(true),
            Err(error) if is_any_refusal(&error) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}

fn is_refused(error: &rusqlite::Error, why: i32) -> bool {
    error
        .sqlite_error()
        .is_some_and(|error| error.extended_code == why)
}

/// The table does not take such a row.
fn is_any_refusal(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::ConstraintViolation | ErrorCode::TypeMismatch)
    )
}

/// Whether Carillon may have written it: what is asked for later must be readable then.
fn is_sound(table: &str, column: &str, value: ValueRef<'_>) -> bool {
    match value {
        ValueRef::Text(bytes) => {
            std::str::from_utf8(bytes).is_ok_and(|text| is_sound_text(table, column, text))
        }
        ValueRef::Integer(number) => match column {
            "id" | "account" | "chat" | "message" | "last_message" => {
                (1..=LARGEST).contains(&number)
            }
            "place" => (-FARTHEST..=FARTHEST).contains(&number),
            _ => true,
        },
        ValueRef::Null => true,
        ValueRef::Real(_) | ValueRef::Blob(_) => false,
    }
}

fn is_sound_text(table: &str, column: &str, text: &str) -> bool {
    match (table, column) {
        ("errand", "jid") | ("invite", "sender") => Jid::new(text).is_ok(),
        ("archive", "room") if text.is_empty() => true,
        // Of somebody in a room, perhaps.
        (
            "chat" | "deleted_chat" | "deleted_entry" | "picture_choice" | "activity"
            | "blocked_occupant" | "private_before",
            "jid",
        ) => Jid::new(text).is_ok_and(|jid| jid.as_str() == text),
        (_, "jid" | "room" | "moved_from" | "moved_to" | "claims") => {
            BareJid::new(text).is_ok_and(|jid| jid.as_str() == text)
        }
        ("roster_item" | "move_task", "groups") => {
            serde_json::from_str::<Vec<String>>(text).is_ok()
        }
        _ => true,
    }
}
