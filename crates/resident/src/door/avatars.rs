//! Pictures of people and rooms, as the window shows them.

use super::{affiliations, people};
use crate::avatars::own;
use crate::house::House;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use carillon_core::avatar::{AvatarHash, OwnPicture};
use carillon_core::session::RoomWish;
use carillon_link::contract::{SetAvatar, SetRoomAvatar};
use carillon_link::views::AvatarView;
use carillon_link::{Refusal, RefusalCode, page};

/// So many at once; a screen shows fewer.
const MOST: usize = 64;

/// What the window may hand over, in bytes of base64: it makes pictures small itself.
const LARGEST: usize = 4 * 1024 * 1024;

pub(super) async fn set(house: &House, ask: SetAvatar) -> Result<(), Refusal> {
    let picture = match ask.picture {
        Some(picture) => Some(made_ready(picture).await?),
        None => None,
    };
    people::asked(house, move |desk| desk.show_picture(ask.account, picture)).await
}

pub(super) async fn set_of_room(house: &House, ask: SetRoomAvatar) -> Result<(), Refusal> {
    let picture = match ask.picture {
        Some(picture) => Some(made_ready(picture).await?),
        None => None,
    };
    let wish = RoomWish::ShowPicture(picture);
    affiliations::asked(house, move |desk| {
        desk.ask_room(ask.room.account, &ask.room.bare(), wish)
    })
    .await
    .map(drop)
}

async fn made_ready(picture: String) -> Result<OwnPicture, Refusal> {
    let bad = |words: String| Refusal::new(RefusalCode::BadFile, words);
    if picture.len() > LARGEST {
        return Err(bad("the picture is too large".to_owned()));
    }
    let work = tokio::task::spawn_blocking(move || {
        let bytes = STANDARD
            .decode(picture)
            .map_err(|error| error.to_string())?;
        own(bytes).map_err(|error| error.to_string())
    });
    let made = work.await.map_err(|error| bad(error.to_string()))?;
    made.map_err(bad)
}

pub(super) fn read(house: &House, mut hashes: Vec<AvatarHash>) -> Vec<AvatarView> {
    hashes.truncate(MOST);
    let look_up = |hash: AvatarHash| {
        let png = STANDARD.encode(house.avatars.read(hash)?);
        Some(AvatarView { hash, png })
    };
    let mut found: Vec<AvatarView> = hashes.into_iter().filter_map(look_up).collect();
    found.truncate(page::fitting(&found, page::MESSAGES));
    found
}
