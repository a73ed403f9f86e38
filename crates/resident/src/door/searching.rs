//! Rooms that are searched for by words, by services that are named (XEP-0433).

use super::on_desk;
use super::people::asked;
use super::rooms::{MOST_PARTS, ask, items};
use crate::house::House;
use carillon_core::ids::AccountId;
use carillon_core::room::{Channels, SearchRefusal};
use carillon_core::session::{RoomReply, RoomWish};
use carillon_engine::DeskError;
use carillon_link::contract::SearchRooms;
use carillon_link::{Refusal, RefusalCode, page};
use futures_util::future::join_all;
use jid::BareJid;

/// The longest search, in characters.
const LONGEST_WORDS: usize = 200;

/// The parts of an account's server that search, and the server itself where it does.
pub(super) async fn services(house: &House, account: AccountId) -> Result<Vec<String>, Refusal> {
    let domain = on_desk(house, move |desk| {
        desk.domain_of(account).ok_or(DeskError::Gone)
    })
    .await?;
    let parts = items(house, account, domain.clone(), None).await?;
    let parts = parts.items.into_iter().map(|part| part.jid);
    let parts = parts.filter(|part| part.node().is_none() && *part != domain);
    let all = std::iter::once(domain.clone()).chain(parts.take(MOST_PARTS));
    let answers = all.map(async |part: BareJid| {
        let answer = ask(house, account, part.clone(), RoomWish::Searches).await;
        matches!(answer, Ok(RoomReply::Service(true))).then(|| part.to_string())
    });
    Ok(join_all(answers).await.into_iter().flatten().collect())
}

pub(super) async fn search(house: &House, ask: SearchRooms) -> Result<Channels, Refusal> {
    let words = ask.words.trim().to_owned();
    if words.is_empty() || words.chars().count() > LONGEST_WORDS {
        return Err(Refusal::new(RefusalCode::BadText, "nothing to search for"));
    }
    let wish = RoomWish::Search {
        words,
        after: ask.after,
    };
    let answer = asked(house, move |desk| {
        desk.ask_room(ask.account, &ask.service, wish)
    });
    match answer.await? {
        RoomReply::Channels(mut found) => {
            found
                .channels
                .truncate(page::fitting(&found.channels, page::LIST));
            Ok(found)
        }
        RoomReply::NotSearched(why) => Err(not_searched(why)),
        _ => Ok(Channels::default()),
    }
}

fn not_searched(why: SearchRefusal) -> Refusal {
    match why {
        SearchRefusal::TooOften { seconds } => {
            Refusal::new(RefusalCode::TooOften { seconds }, "asked too often")
        }
        SearchRefusal::BadWords { words } => Refusal::new(RefusalCode::BadSearch, words),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_that_wants_to_be_left_alone_says_for_how_long() {
        let seconds = Some(30);
        let refusal = not_searched(SearchRefusal::TooOften { seconds });
        assert_eq!(refusal.code, RefusalCode::TooOften { seconds });
        let words = "three letters at least".to_owned();
        let refusal = not_searched(SearchRefusal::BadWords { words });
        assert_eq!(refusal.code, RefusalCode::BadSearch);
        assert_eq!(refusal.detail, "three letters at least");
    }
}
