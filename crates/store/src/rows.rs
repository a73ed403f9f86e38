//! How the words of the core are written in columns.

use carillon_core::{
    BareJid, Jid,
    chat::{Author, ChatKind, Delivery, Message},
    contact::Subscription,
    ids::{AccountId, ChatRef, MessageId, Timestamp},
    reply::Reply,
    room::InviteVia,
};
use rusqlite::{Connection, OptionalExtension, Row, types::Type};

/// `author` and `nick` of a message.
pub(crate) fn author_columns(author: &Author) -> (i64, &str) {
    match author {
        Author::Me => (0, ""),
        Author::Contact => (1, ""),
        Author::Occupant { nick } => (2, nick),
    }
}

pub(crate) const fn delivery_column(delivery: Delivery) -> i64 {
    match delivery {
        Delivery::Waiting => 0,
        Delivery::Sent => 1,
        Delivery::Arrived => 2,
        Delivery::Read => 3,
        Delivery::Failed => 4,
    }
}

pub(crate) const fn kind_column(kind: ChatKind) -> &'static str {
    match kind {
        // Its address tells them apart.
        ChatKind::Contact | ChatKind::Private => "contact",
        ChatKind::Room => "room",
        ChatKind::Stranger => "stranger",
    }
}

pub(crate) const fn subscription_column(subscription: Subscription) -> &'static str {
    match subscription {
        Subscription::None => "none",
        Subscription::To => "to",
        Subscription::From => "from",
        Subscription::Both => "both",
    }
}

pub(crate) const fn via_column(via: InviteVia) -> &'static str {
    match via {
        InviteVia::Mediated => "mediated",
        InviteVia::Direct => "direct",
    }
}

/// A value that Carillon never wrote.
pub(crate) fn foreign(column: usize, what: impl Into<String>) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, Type::Text, what.into().into())
}

pub(crate) fn jid(row: &Row<'_>, column: usize) -> rusqlite::Result<BareJid> {
    let text = row.get_ref(column)?.as_str()?;
    BareJid::new(text).map_err(|error| foreign(column, error.to_string()))
}

pub(crate) fn some_jid(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<BareJid>> {
    let text = row.get_ref(column)?.as_str_or_null()?;
    text.map(|text| BareJid::new(text).map_err(|error| foreign(column, error.to_string())))
        .transpose()
}

pub(crate) fn any_jid(row: &Row<'_>, column: usize) -> rusqlite::Result<Jid> {
    let text = row.get_ref(column)?.as_str()?;
    Jid::new(text).map_err(|error| foreign(column, error.to_string()))
}

pub(crate) fn kind(row: &Row<'_>, column: usize) -> rusqlite::Result<ChatKind> {
    match row.get_ref(column)?.as_str()? {
        "contact" => Ok(ChatKind::Contact),
        "room" => Ok(ChatKind::Room),
        "stranger" => Ok(ChatKind::Stranger),
        other => Err(foreign(column, format!("no kind of chat: {other}"))),
    }
}

pub(crate) fn subscription(row: &Row<'_>, column: usize) -> rusqlite::Result<Subscription> {
    match row.get_ref(column)?.as_str()? {
        "none" => Ok(Subscription::None),
        "to" => Ok(Subscription::To),
        "from" => Ok(Subscription::From),
        "both" => Ok(Subscription::Both),
        other => Err(foreign(column, format!("no subscription: {other}"))),
    }
}

pub(crate) fn via(row: &Row<'_>, column: usize) -> rusqlite::Result<InviteVia> {
    match row.get_ref(column)?.as_str()? {
        "mediated" => Ok(InviteVia::Mediated),
        "direct" => Ok(InviteVia::Direct),
        other => Err(foreign(column, format!("no way of inviting: {other}"))),
    }
}

fn delivery(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Delivery>> {
    match row.get::<_, Option<i64>>(column)? {
        None => Ok(None),
        Some(0) => Ok(Some(Delivery::Waiting)),
        Some(1) => Ok(Some(Delivery::Sent)),
        Some(2) => Ok(Some(Delivery::Arrived)),
        Some(3) => Ok(Some(Delivery::Read)),
        Some(4) => Ok(Some(Delivery::Failed)),
        Some(other) => Err(foreign(column, format!("no state of delivery: {other}"))),
    }
}

pub(crate) fn author(row: &Row<'_>, column: usize, nick: usize) -> rusqlite::Result<Author> {
    match row.get::<_, i64>(column)? {
        0 => Ok(Author::Me),
        1 => Ok(Author::Contact),
        2 => Ok(Author::Occupant {
            nick: row.get(nick)?,
        }),
        other => Err(foreign(column, format!("no author: {other}"))),
    }
}

/// The columns that [`message`] reads, in its order.
pub(crate) const MESSAGE_COLUMNS: &str =
    "message.id, author, nick, body, message.at, delivery, failure, seen, original IS NOT NULL,
     (SELECT MAX(change.delivery) FROM change
      WHERE change.message = message.id AND change.delivery IN (0, 4) AND change.kind <> 'reactions'),
     (SELECT change.failure FROM change
      WHERE change.message = message.id AND change.delivery IN (0, 4) AND change.kind <> 'reactions'
      ORDER BY change.delivery DESC LIMIT 1), retracted, encryption, reply_target IS NOT NULL, unstyled,
     COALESCE(said_to, occupant)";
/// How many they are.
pub(crate) const MESSAGE_WIDTH: usize = 16;

pub(crate) fn message(row: &Row<'_>, chat: ChatRef) -> rusqlite::Result<Message> {
    let said = delivery(row, 5)?;
    // What I changed has come as far as the change.
    let changed = delivery(row, 9)?.filter(|_| !matches!(said, None | Some(Delivery::Failed)));
    let failure = if changed.is_some() { 10 } else { 6 };
    let occupant = match chat.is_private() {
        true => row.get(15)?,
        false => None,
    };
    Ok(Message {
        id: MessageId(row.get(0)?),
        chat,
        occupant,
        author: author(row, 1, 2)?,
        body: row.get(3)?,
        at: Timestamp(row.get(4)?),
        delivery: changed.or(said),
        failure: row.get(failure)?,
        seen: row.get(7)?,
        corrected: row.get(8)?,
        reactions: Vec::new(),
        retracted: row.get(11)?,
        moderated: None,
        encryption: row.get(12)?,
        unstyled: row.get(14)?,
        // What it is stands in other rows.
        reply: row.get::<_, bool>(13)?.then_some(Reply::Unknown),
    })
}

/// The row of a chat, `None` when nothing was ever said or typed there.
pub(crate) fn chat_row(
    connection: &Connection,
    account: AccountId,
    jid: &Jid,
) -> rusqlite::Result<Option<i64>> {
    connection
        .prepare_cached("SELECT id FROM chat WHERE account = ?1 AND jid = ?2")?
        .query_row((account.0, jid.as_str()), |row| row.get(0))
        .optional()
}
