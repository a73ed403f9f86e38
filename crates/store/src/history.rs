//! Reading a conversation, a page at a time.

use crate::{Reader, Result, changes, order, replies, rows};
use carillon_core::{
    chat::{HistoryAnchor, HistoryPage, Message},
    ids::{AccountId, ChatRef, MessageId},
};
use rusqlite::{Connection, OptionalExtension};

/// The most messages that one page holds.
pub const HISTORY_LIMIT: u32 = 200;

impl Reader {
    /// A page of a conversation, at most [`HISTORY_LIMIT`] long. Costs as much as the page, however long the chat.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn history(
        &self,
        chat: &ChatRef,
        anchor: HistoryAnchor,
        limit: u32,
    ) -> Result<HistoryPage> {
        self.snapshot(|connection| {
            let Some(row) = rows::chat_row(connection, chat.account, &chat.jid)? else {
                return Ok(HistoryPage {
                    messages: Vec::new(),
                    more_before: false,
                    more_after: false,
                });
            };
            let beyond = match anchor {
                HistoryAnchor::Newest => i64::MAX,
                HistoryAnchor::Before { message } | HistoryAnchor::After { message } => {
                    order::place_or_nearest(connection, row, message)?
                }
            };
            let messages = page(
                connection,
                chat,
                row,
                anchor,
                beyond,
                limit.min(HISTORY_LIMIT),
            )?;
            // An empty page lies between what is before and what is after its anchor.
            let (first, last) = match (messages.first(), messages.last(), anchor) {
                (Some(first), Some(last), _) => (
                    order::place_or_nearest(connection, row, first.id)?,
                    order::place_or_nearest(connection, row, last.id)?,
                ),
                (_, _, HistoryAnchor::Newest) => (i64::MAX, i64::MAX),
                (_, _, HistoryAnchor::Before { .. }) => (beyond, beyond.saturating_sub(1)),
                (_, _, HistoryAnchor::After { .. }) => (beyond.saturating_add(1), beyond),
            };
            Ok(HistoryPage {
                messages,
                more_before: exists(connection, BEFORE, row, first)?,
                more_after: exists(connection, AFTER, row, last)?,
            })
        })
    }

    /// One message.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn message(&self, id: MessageId) -> Result<Option<Message>> {
        let found = self
            .connection
            .prepare_cached(&format!(
                "SELECT {columns}, chat.account, chat.jid
                 FROM message JOIN chat ON chat.id = message.chat WHERE message.id = ?1 AND deleted = 0",
                columns = rows::MESSAGE_COLUMNS
            ))?
            .query_row([id.0], |row| {
                let chat = ChatRef {
                    account: AccountId(row.get(rows::MESSAGE_WIDTH)?),
                    jid: rows::any_jid(row, rows::MESSAGE_WIDTH + 1)?,
                };
                rows::message(row, chat)
            })
            .optional()?;
        let Some(mut message) = found else {
            return Ok(None);
        };
        fill(&self.connection, &mut message)?;
        Ok(Some(message))
    }
}

/// Reads what a message shows of other rows.
fn fill(connection: &Connection, message: &mut Message) -> Result<()> {
    if message.retracted {
        message.moderated = changes::moderated(connection, message.id)?;
    } else {
        message.reactions = changes::shown_in(connection, message.id)?;
    }
    if message.reply.is_some() {
        message.reply = replies::shown_in(connection, message.id)?;
    }
    Ok(())
}

const BEFORE: &str =
    "SELECT EXISTS (SELECT 1 FROM message WHERE chat = ?1 AND place < ?2 AND deleted = 0)";
const AFTER: &str =
    "SELECT EXISTS (SELECT 1 FROM message WHERE chat = ?1 AND place > ?2 AND deleted = 0)";

fn exists(connection: &Connection, query: &str, chat: i64, id: i64) -> Result<bool> {
    Ok(connection
        .prepare_cached(query)?
        .query_row((chat, id), |row| row.get(0))?)
}

/// The query of a page that begins beyond a place.
pub(crate) fn page_query(anchor: HistoryAnchor) -> String {
    let (beyond, order) = match anchor {
        HistoryAnchor::Newest => ("<=", "DESC"),
        HistoryAnchor::Before { .. } => ("<", "DESC"),
        HistoryAnchor::After { .. } => (">", "ASC"),
    };
    let columns = rows::MESSAGE_COLUMNS;
    format!(
        "SELECT {columns} FROM message WHERE chat = ?1 AND place {beyond} ?2 AND deleted = 0 ORDER BY place {order} LIMIT ?3"
    )
}

fn page(
    connection: &Connection,
    chat: &ChatRef,
    row: i64,
    anchor: HistoryAnchor,
    beyond: i64,
    limit: u32,
) -> Result<Vec<Message>> {
    let mut query = connection.prepare_cached(&page_query(anchor))?;
    let found = query.query_map((row, beyond, limit), |row| rows::message(row, chat.clone()))?;
    let mut messages: Vec<Message> = found.collect::<rusqlite::Result<_>>()?;
    for message in &mut messages {
        fill(connection, message)?;
    }
    if !matches!(anchor, HistoryAnchor::After { .. }) {
        messages.reverse();
    }
    Ok(messages)
}
