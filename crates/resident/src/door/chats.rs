//! Chats: opening, reading, writing.

use super::rooms::{private_view, room_view};
use super::{on_desk, refuse_store};
use crate::house::House;
use carillon_core::chat::{ChatKind, ChatSummary, HistoryAnchor, HistoryPage, Message, Version};
use carillon_core::ids::{ChatRef, MessageId, Timestamp};
use carillon_link::contract::{CorrectMessage, PinMessage, ReadHistory, SendMessage};
use carillon_link::views::{ChatView, SentMessage};
use carillon_link::{Refusal, RefusalCode, page};

/// The most messages that one question reads.
const MOST: u32 = 200;
/// The most nicks that are named as typing.
const MOST_TYPING: usize = 20;
/// What an opened chat shows at once.
const FIRST: u32 = 60;

pub(super) async fn open(house: &House, chat: ChatRef) -> Result<ChatView, Refusal> {
    let asked = chat.clone();
    let (mut typing, room, private, name) = on_desk(house, move |desk| {
        Ok((
            desk.typing(&asked)?,
            desk.room(&asked)?,
            desk.private(&asked)?,
            desk.display_name(&asked),
        ))
    })
    .await?;
    typing.truncate(MOST_TYPING);
    let history = read_page(house, &chat, HistoryAnchor::Newest, FIRST)?;
    let reader = house.reader();
    let first_unseen = reader.first_unseen(&chat).map_err(refuse_store(house))?;
    let known = reader.chat(&chat).map_err(refuse_store(house))?;
    let kind = match (&room, &private) {
        (Some(_), _) => ChatKind::Room,
        (None, Some(_)) => ChatKind::Private,
        (None, None) => ChatKind::Contact,
    };
    let empty = || ChatSummary {
        room: private.as_ref().map(|private| private.room_name.clone()),
        ..empty(
            chat,
            private
                .as_ref()
                .map_or(name, |private| private.nick.clone()),
            kind,
        )
    };
    Ok(ChatView {
        summary: known.unwrap_or_else(empty),
        first_unseen,
        history,
        typing,
        room: room.map(room_view),
        private: private.map(private_view),
    })
}

/// The line of a chat in which nothing was said yet.
fn empty(chat: ChatRef, name: String, kind: ChatKind) -> ChatSummary {
    ChatSummary {
        chat,
        kind,
        name,
        room: None,
        unread: 0,
        last_text: String::new(),
        last_file: None,
        last_is_mine: false,
        last_at: None,
        last_message: None,
        stands_at: Timestamp::default(),
        draft: String::new(),
        avatar: None,
    }
}

pub(super) fn history(house: &House, ask: &ReadHistory) -> Result<HistoryPage, Refusal> {
    read_page(house, &ask.chat, ask.anchor, ask.limit.min(MOST))
}

fn read_page(
    house: &House,
    chat: &ChatRef,
    anchor: HistoryAnchor,
    limit: u32,
) -> Result<HistoryPage, Refusal> {
    let page = house.reader().history(chat, anchor, limit);
    let mut page = page.map_err(refuse_store(house))?;
    cut(&mut page, anchor, page::MESSAGES);
    Ok(page)
}

/// Cuts a page to so many bytes, at the end that is further from its anchor.
fn cut(page: &mut HistoryPage, anchor: HistoryAnchor, bytes: usize) {
    let length = page.messages.len();
    if matches!(anchor, HistoryAnchor::After { .. }) {
        page.messages.truncate(page::fitting(&page.messages, bytes));
        page.more_after |= page.messages.len() < length;
    } else {
        let fitting = page::fitting(page.messages.iter().rev(), bytes);
        page.messages.drain(..length - fitting);
        page.more_before |= fitting < length;
    }
}

/// What lies before everything that is stored is in the server's archive, if anywhere.
pub(super) async fn read_older(house: &House, chat: ChatRef) -> Result<bool, Refusal> {
    on_desk(house, move |desk| desk.read_older(&chat)).await
}

/// That these are not too many for one answer.
fn check_count(ids: &[MessageId]) -> Result<(), Refusal> {
    if ids.len() > MOST as usize {
        return Err(Refusal::new(
            RefusalCode::BadText,
            "too many messages at once",
        ));
    }
    Ok(())
}

pub(super) async fn delete(house: &House, ids: Vec<MessageId>) -> Result<(), Refusal> {
    check_count(&ids)?;
    on_desk(house, move |desk| desk.delete_messages(&ids)).await
}

pub(super) async fn pin(house: &House, ask: PinMessage) -> Result<(), Refusal> {
    on_desk(house, move |desk| desk.pin_message(ask.message, ask.pinned)).await
}

pub(super) fn pins(house: &House, chat: &ChatRef) -> Result<Vec<Message>, Refusal> {
    let found = house.reader().pins(chat);
    let mut found = found.map_err(refuse_store(house))?;
    let fitting = page::fitting(found.iter().rev(), page::MESSAGES);
    found.drain(..found.len().saturating_sub(fitting));
    Ok(found)
}

pub(super) fn messages(house: &House, ids: &[MessageId]) -> Result<Vec<Message>, Refusal> {
    check_count(ids)?;
    let mut found = Vec::with_capacity(ids.len());
    {
        let reader = house.reader();
        for id in ids {
            found.extend(reader.message(*id).map_err(refuse_store(house))?);
        }
    }
    found.truncate(page::fitting(&found, page::MESSAGES));
    Ok(found)
}

pub(super) async fn send(house: &House, ask: SendMessage) -> Result<SentMessage, Refusal> {
    let message = on_desk(house, move |desk| match ask.reply_to {
        Some(of) => desk.answer_message(&ask.chat, &ask.id, &ask.body, of),
        None => desk.send_message(&ask.chat, &ask.id, &ask.body),
    })
    .await?;
    Ok(SentMessage { message })
}

pub(super) async fn correct(house: &House, ask: CorrectMessage) -> Result<(), Refusal> {
    on_desk(house, move |desk| {
        desk.correct_message(ask.message, &ask.id, &ask.body)
    })
    .await
}

pub(super) fn versions(house: &House, message: MessageId) -> Result<Vec<Version>, Refusal> {
    let found = house.reader().versions(message);
    let mut found = found.map_err(refuse_store(house))?;
    let fitting = page::fitting(found.iter().rev(), page::MESSAGES);
    found.drain(..found.len().saturating_sub(fitting));
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use carillon_core::chat::Author;
    use carillon_core::ids::AccountId;

    fn page_of(count: i64, body: &str) -> HistoryPage {
        let message = |id| Message {
            id: MessageId(id),
            chat: ChatRef {
                account: AccountId(1),
                jid: "bob@example.org".parse().unwrap(),
            },
            author: Author::Contact,
            body: body.to_owned(),
            at: Timestamp(id),
            delivery: None,
            failure: String::new(),
            seen: true,
            corrected: false,
            reactions: Vec::new(),
            retracted: false,
            moderated: None,
            encryption: None,
            unstyled: false,
            reply: None,
            occupant: None,
        };
        HistoryPage {
            messages: (1..=count).map(message).collect(),
            more_before: false,
            more_after: false,
        }
    }

    fn ids(page: &HistoryPage) -> (i64, i64) {
        let id = |message: Option<&Message>| message.map_or(0, |message| message.id.0);
        (id(page.messages.first()), id(page.messages.last()))
    }

    #[test]
    fn a_page_of_the_longest_messages_keeps_what_lies_at_its_anchor() {
        let long = "\"".repeat(1 << 20);
        for (anchor, kept) in [
            (HistoryAnchor::Newest, (20, 20)),
            (
                HistoryAnchor::Before {
                    message: MessageId(21),
                },
                (20, 20),
            ),
            (
                HistoryAnchor::After {
                    message: MessageId(0),
                },
                (1, 1),
            ),
        ] {
            let mut page = page_of(20, &long);
            cut(&mut page, anchor, page::MESSAGES);
            assert_eq!(ids(&page), kept, "{anchor:?}");
            let after = matches!(anchor, HistoryAnchor::After { .. });
            assert_eq!((page.more_before, page.more_after), (!after, after));
            assert!(serde_json::to_vec(&page).unwrap().len() < carillon_link::frame::MAX_FRAME);
        }
    }

    #[test]
    fn an_ordinary_page_is_left_as_it_is() {
        let mut page = page_of(200, "Come over, there is plenty.");
        cut(&mut page, HistoryAnchor::Newest, page::MESSAGES);
        assert_eq!(ids(&page), (1, 200));
        assert!(!page.more_before);
    }
}
