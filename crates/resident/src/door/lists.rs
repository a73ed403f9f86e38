//! Contacts and chats: in pages, and by name.

use super::{on_desk, refuse_store};
use crate::house::House;
use carillon_core::chat::ChatSummary;
use carillon_core::ids::ChatRef;
use carillon_link::Refusal;
use carillon_link::page;
use carillon_link::views::{ChatPage, ChatsNow, ContactPage, ContactsNow};
use serde::Serialize;

/// The most contacts or chats that a page is made of: the engine does nothing else while they are copied.
const PAGE: u32 = 1_000;
/// The most that are read by name at once; the rest is to be asked for again.
const BY_NAME: usize = 200;
/// The newest chats that the first answer brings: more than a screen shows.
const NEWEST: u32 = 200;

/// A list up to what fits into a page, and whether there is more.
fn cut<T: Serialize>(mut items: Vec<T>, asked: u32) -> (Vec<T>, bool) {
    let fitting = page::fitting(&items, page::LIST);
    let more = fitting < items.len() || items.len() >= asked as usize;
    items.truncate(fitting);
    (items, more)
}

pub(super) async fn contact_page(
    house: &House,
    after: Option<ChatRef>,
) -> Result<ContactPage, Refusal> {
    let limit = PAGE as usize;
    let found = on_desk(house, move |desk| {
        Ok(desk.contacts_after(after.as_ref(), limit))
    })
    .await?;
    let (contacts, more) = cut(found, PAGE);
    Ok(ContactPage { contacts, more })
}

pub(super) fn chat_page(house: &House, after: Option<&ChatRef>) -> Result<ChatPage, Refusal> {
    let found = house.reader().chats_after(after, PAGE);
    let (chats, more) = cut(found.map_err(refuse_store(house))?, PAGE);
    Ok(ChatPage { chats, more })
}

/// The first chats of the list, and whether there are more.
pub(super) fn newest_chats(house: &House) -> Result<(Vec<ChatSummary>, bool), Refusal> {
    let found = house.reader().newest_chats(NEWEST);
    Ok(cut(found.map_err(refuse_store(house))?, NEWEST))
}

pub(super) async fn contacts(
    house: &House,
    mut names: Vec<ChatRef>,
) -> Result<ContactsNow, Refusal> {
    names.truncate(BY_NAME);
    let found = on_desk(house, move |desk| {
        let look_up = |name: ChatRef| (desk.contact(&name), name);
        Ok(names.into_iter().map(look_up).collect())
    })
    .await?;
    let (contacts, gone) = part(found);
    Ok(ContactsNow { contacts, gone })
}

pub(super) fn chats(house: &House, mut names: Vec<ChatRef>) -> Result<ChatsNow, Refusal> {
    names.truncate(BY_NAME);
    let found: Vec<(Option<ChatSummary>, ChatRef)> = {
        let reader = house.reader();
        let look_up = |name: ChatRef| Ok((reader.chat(&name).map_err(refuse_store(house))?, name));
        names
            .into_iter()
            .map(look_up)
            .collect::<Result<_, Refusal>>()?
    };
    let (chats, gone) = part(found);
    Ok(ChatsNow { chats, gone })
}

/// Those that are there, as far as they fit, and those that are not.
fn part<T: Serialize>(found: Vec<(Option<T>, ChatRef)>) -> (Vec<T>, Vec<ChatRef>) {
    let mut there: Vec<T> = Vec::with_capacity(found.len());
    let mut gone = Vec::new();
    for (item, name) in found {
        match item {
            Some(item) => there.push(item),
            None => gone.push(name),
        }
    }
    there.truncate(page::fitting(&there, page::LIST));
    (there, gone)
}

#[cfg(test)]
mod tests {
    use super::*;
    use carillon_core::ids::AccountId;

    fn name(number: usize) -> ChatRef {
        ChatRef {
            account: AccountId(1),
            jid: format!("person{number}@example.org").parse().unwrap(),
        }
    }

    #[test]
    fn a_list_is_cut_where_a_page_ends_and_says_so() {
        let words = |count: usize| vec!["x".repeat(1_000); count];
        let (whole, more) = cut(words(100), 101);
        assert_eq!((whole.len(), more), (100, false));
        let (full, more) = cut(words(100), 100);
        assert_eq!((full.len(), more), (100, true), "nobody knows what follows");
        let (page, more) = cut(words(1_000), 1_001);
        assert!(more);
        assert!(serde_json::to_vec(&page).unwrap().len() <= page::LIST);
    }

    #[test]
    fn what_did_not_fit_is_neither_there_nor_gone() {
        let long = "x".repeat(page::LIST / 2);
        let found = vec![
            (Some(long.clone()), name(1)),
            (None, name(2)),
            (Some(long), name(3)),
        ];
        let (there, gone) = part(found);
        assert_eq!(there.len(), 1);
        assert_eq!(gone, [name(2)]);
    }
}
