//! Rooms: what they are like, who is there, and what can be done in them.

use super::on_desk;
use crate::house::House;
use carillon_core::ids::ChatRef;
use carillon_engine::RoomNow;
use carillon_link::contract::ReadOccupants;
use carillon_link::views::{OccupantPage, RoomView};
use carillon_link::{Refusal, page};

/// The most people that a page is made of: the engine does nothing else while they are copied.
const PAGE: usize = 1_000;

pub(super) fn room_view(room: RoomNow) -> RoomView {
    RoomView {
        state: room.state,
        nick: room.nick,
        subject: room.subject,
        occupants: room.occupants,
        me: room.me,
        about: room.about,
    }
}

pub(super) async fn room(house: &House, room: ChatRef) -> Result<Option<RoomView>, Refusal> {
    let found = on_desk(house, move |desk| desk.room(&room)).await?;
    Ok(found.map(room_view))
}

pub(super) async fn occupants(house: &House, ask: ReadOccupants) -> Result<OccupantPage, Refusal> {
    let mut occupants = on_desk(house, move |desk| {
        desk.occupants_after(&ask.room, ask.after.as_deref(), PAGE)
    })
    .await?;
    let fitting = page::fitting(&occupants, page::LIST);
    let more = fitting < occupants.len() || occupants.len() >= PAGE;
    occupants.truncate(fitting);
    Ok(OccupantPage { occupants, more })
}
