//! Chats: opening, reading, writing.

use super::{on_desk, refuse_store};
use crate::house::House;
use carillon_core::chat::{ChatKind, ChatSummary, HistoryAnchor, HistoryPage, Message};
use carillon_core::ids::{ChatRef, MessageId};
use carillon_engine::RoomNow;
use carillon_link::contract::{ReadHistory, SendMessage};
use carillon_link::views::{ChatView, RoomView, SentMessage};
use carillon_link::{Refusal, RefusalCode};

/// The most messages that one question reads.
const MOST: u32 = 200;
/// What an opened chat shows at once.
const FIRST: u32 = 60;

pub(super) async fn open(house: &House, chat: ChatRef) -> Result<ChatView, Refusal> {
    let asked = chat.clone();
    let (typing, room, name) = on_desk(house, move |desk| {
        Ok((
            desk.typing(&asked)?,
            desk.room(&asked)?,
            desk.display_name(&asked),
        ))
    })
    .await?;
    let reader = house.reader();
    let history = reader
        .history(&chat, HistoryAnchor::Newest, FIRST)
        .map_err(refuse_store)?;
    let first_unseen = reader.first_unseen(&chat).map_err(refuse_store)?;
    let known = reader
        .chats()
        .map_err(refuse_store)?
        .into_iter()
        .find(|one| one.chat == chat);
    let kind = if room.is_some() {
        ChatKind::Room
    } else {
        ChatKind::Contact
    };
    Ok(ChatView {
        summary: known.unwrap_or_else(|| empty(chat, name, kind)),
        first_unseen,
        history,
        typing,
        room: room.map(room_view),
    })
}

/// The line of a chat in which nothing was said yet.
fn empty(chat: ChatRef, name: String, kind: ChatKind) -> ChatSummary {
    ChatSummary {
        chat,
        kind,
        name,
        unread: 0,
        last_text: String::new(),
        last_is_mine: false,
        last_at: None,
        draft: String::new(),
    }
}

fn room_view(room: RoomNow) -> RoomView {
    RoomView {
        state: room.state,
        nick: room.nick,
        subject: room.subject,
        occupants: room.occupants,
    }
}

pub(super) fn history(house: &House, ask: &ReadHistory) -> Result<HistoryPage, Refusal> {
    house
        .reader()
        .history(&ask.chat, ask.anchor, ask.limit.min(MOST))
        .map_err(refuse_store)
}

pub(super) fn messages(house: &House, ids: &[MessageId]) -> Result<Vec<Message>, Refusal> {
    if ids.len() > MOST as usize {
        return Err(Refusal::new(
            RefusalCode::BadText,
            "too many messages at once",
        ));
    }
    let reader = house.reader();
    let mut found = Vec::with_capacity(ids.len());
    for id in ids {
        found.extend(reader.message(*id).map_err(refuse_store)?);
    }
    Ok(found)
}

pub(super) async fn send(house: &House, ask: SendMessage) -> Result<SentMessage, Refusal> {
    let message = on_desk(house, move |desk| {
        desk.send_message(&ask.chat, &ask.id, &ask.body)
    })
    .await?;
    Ok(SentMessage { message })
}
