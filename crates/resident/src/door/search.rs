//! Finding what was said, and deleting it.

use super::{on_desk, refuse_store};
use crate::house::House;
use carillon_core::ids::ChatRef;
use carillon_engine::store::{Hit, Reader, Stop, StoreError};
use carillon_link::contract::{FindInChat, Search};
use carillon_link::views_own::{FoundInChat, SearchHit, SearchPage};
use carillon_link::{Refusal, RefusalCode, page};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Whose turn it is to search: always the last who asked.
#[derive(Debug, Default)]
pub struct Turns(Arc<AtomicU64>);

impl Turns {
    /// Ends the search that runs. Answers what says that this one is ended.
    fn take(&self) -> Stop {
        let mine = self.0.fetch_add(1, Ordering::Relaxed) + 1;
        let turns = Arc::clone(&self.0);
        Box::new(move || turns.load(Ordering::Relaxed) != mine)
    }
}

pub(super) async fn search(house: &House, ask: Search) -> Result<SearchPage, Refusal> {
    let found = read(house, move |reader, stop| {
        reader.search(&ask.query, ask.before, ask.limit, stop)
    })
    .await?;
    let Some(found) = found else {
        return Ok(SearchPage {
            superseded: true,
            ..SearchPage::default()
        });
    };
    let mut hits: Vec<SearchHit> = found.hits.into_iter().map(hit).collect();
    let fitting = page::fitting(&hits, page::LIST);
    let more = found.more || fitting < hits.len();
    hits.truncate(fitting);
    Ok(SearchPage {
        hits,
        more,
        incomplete: found.incomplete,
        superseded: false,
    })
}

fn hit(hit: Hit) -> SearchHit {
    SearchHit {
        message: hit.message,
        chat: hit.chat,
        author: hit.author,
        at: hit.at,
        text: hit.text,
        file: hit.file,
    }
}

pub(super) async fn find_in_chat(house: &House, ask: FindInChat) -> Result<FoundInChat, Refusal> {
    let found = read(house, move |reader, stop| {
        reader.find_in_chat(&ask.chat, &ask.words, stop)
    })
    .await?;
    let superseded = found.is_none();
    Ok(FoundInChat {
        messages: found.unwrap_or_default(),
        superseded,
    })
}

pub(super) async fn delete_chat(house: &House, chat: ChatRef) -> Result<(), Refusal> {
    on_desk(house, move |desk| desk.delete_chat(&chat)).await
}

/// Reads over a connection of its own: it takes longer than the readings that everybody waits for. It is opened for
/// this once, and its memory is given back.
async fn read<T: Send + 'static>(
    house: &House,
    work: impl FnOnce(&mut Reader, Stop) -> Result<Option<T>, StoreError> + Send + 'static,
) -> Result<Option<T>, Refusal> {
    let stop = house.searches.take();
    let path = house.profile.database();
    let done = tokio::task::spawn_blocking(move || {
        if stop() {
            return Ok(None);
        }
        work(&mut Reader::open(&path)?, stop)
    });
    let done = done
        .await
        .map_err(|error| Refusal::new(RefusalCode::Internal, error.to_string()))?;
    done.map_err(refuse_store(house))
}
