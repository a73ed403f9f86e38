//! What people are to a room: the lists that it keeps, and their changes.

use super::people::{refused, told};
use crate::house::House;
use carillon_core::room::AffiliationList;
use carillon_core::session::{RoomReply, RoomWish, StanzaProblem};
use carillon_engine::{Desk, DeskError, RoomAnswer};
use carillon_link::contract::{ReadRoomPeople, SetAffiliation};
use carillon_link::{Refusal, RefusalCode, page};

pub(super) async fn read(house: &House, ask: ReadRoomPeople) -> Result<AffiliationList, Refusal> {
    let wish = RoomWish::People(ask.affiliation);
    let answer = asked(house, move |desk| {
        desk.ask_room(ask.room.account, &ask.room.bare(), wish)
    });
    let RoomReply::People(mut list) = answer.await? else {
        return Ok(AffiliationList::default());
    };
    let fitting = page::fitting(&list.people, page::MESSAGES);
    let more = list.people.len().saturating_sub(fitting);
    list.people.truncate(fitting);
    list.left_out = list
        .left_out
        .saturating_add(u32::try_from(more).unwrap_or(u32::MAX));
    Ok(list)
}

pub(super) async fn set(house: &House, ask: SetAffiliation) -> Result<(), Refusal> {
    asked(house, move |desk| {
        desk.set_affiliation(&ask.room, ask.jid, ask.affiliation, &ask.words)
    })
    .await
    .map(drop)
}

/// Asks a room for what not everybody in it may do.
pub(super) async fn asked(
    house: &House,
    job: impl FnOnce(&mut Desk) -> Result<RoomAnswer, DeskError> + Send + 'static,
) -> Result<RoomReply, Refusal> {
    told(house, job)
        .await?
        .map_err(|problem| not_granted(&problem))
}

/// Why a room does not do it (XEP-0045 §9, §10).
fn not_granted(problem: &StanzaProblem) -> Refusal {
    let code = match problem.condition.as_str() {
        "forbidden" | "not-allowed" | "not-authorized" => RefusalCode::NotPermitted,
        "conflict" => RefusalCode::NeedsOwner,
        _ => return refused(problem),
    };
    Refusal::new(code, problem.words())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_says_what_is_to_be_done() {
        let code = |condition: &str| {
            let condition = condition.to_owned();
            let text = String::new();
            not_granted(&StanzaProblem { condition, text }).code
        };
        assert_eq!(code("not-allowed"), RefusalCode::NotPermitted);
        assert_eq!(code("forbidden"), RefusalCode::NotPermitted);
        assert_eq!(code("conflict"), RefusalCode::NeedsOwner);
        assert_eq!(code("item-not-found"), RefusalCode::RefusedByServer);
    }
}
