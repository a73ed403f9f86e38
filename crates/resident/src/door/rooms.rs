//! Rooms: what they are like, who is there, and what can be done in them.

use super::on_desk;
use super::people::asked;
use crate::house::House;
use carillon_core::form::DataForm;
use carillon_core::ids::{AccountId, ChatRef};
use carillon_core::room::NotInvited;
use carillon_core::session::{RoomItems, RoomReply, RoomWish};
use carillon_engine::{Desk, PrivateNow, RoomNow, RoomPlan};
use carillon_link::contract::{
    CreateRoom, EnterRoom, FindRooms, InviteToRoom, Moderate, ModerateMessage, ReadOccupants,
};
use carillon_link::views::{FoundRoom, FoundRooms, OccupantPage, PrivateView, RoomView};
use carillon_link::{Refusal, RefusalCode, page};
use futures_util::future::join_all;
use jid::BareJid;

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
        notify: room.notify,
    }
}

pub(super) async fn room(house: &House, room: ChatRef) -> Result<Option<RoomView>, Refusal> {
    let found = on_desk(house, move |desk| desk.room(&room)).await?;
    Ok(found.map(room_view))
}

pub(super) fn private_view(private: PrivateNow) -> PrivateView {
    PrivateView {
        room: private.room,
        room_name: private.room_name,
        nick: private.nick,
        state: private.state,
    }
}

pub(super) async fn private(house: &House, chat: ChatRef) -> Result<Option<PrivateView>, Refusal> {
    let found = on_desk(house, move |desk| desk.private(&chat)).await?;
    Ok(found.map(private_view))
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

/// So many parts of a server are asked whether rooms are there.
pub(super) const MOST_PARTS: usize = 24;
/// So many are invited at once.
const MOST_INVITED: usize = 100;

/// Asks a room, or a server where rooms are, and waits for its word.
pub(super) async fn ask(
    house: &House,
    account: AccountId,
    to: BareJid,
    wish: RoomWish,
) -> Result<RoomReply, Refusal> {
    asked(house, move |desk| desk.ask_room(account, &to, wish)).await
}

/// A room's address; somebody's in a room is none.
fn address(room: ChatRef) -> Result<BareJid, Refusal> {
    BareJid::try_from(room.jid).map_err(|_| Refusal::new(RefusalCode::Gone, "that is no room"))
}

/// The same, where only the word counts.
pub(super) async fn done(house: &House, room: ChatRef, wish: RoomWish) -> Result<(), Refusal> {
    let account = room.account;
    ask(house, account, address(room)?, wish).await.map(drop)
}

pub(super) async fn items(
    house: &House,
    account: AccountId,
    of: BareJid,
    after: Option<String>,
) -> Result<RoomItems, Refusal> {
    match ask(house, account, of, RoomWish::Items { after }).await? {
        RoomReply::Items(items) => Ok(items),
        _ => Ok(RoomItems::default()),
    }
}

/// The parts of an account's server where rooms are.
async fn services(house: &House, account: AccountId) -> Result<Vec<BareJid>, Refusal> {
    let domain = on_desk(house, move |desk| {
        desk.domain_of(account)
            .ok_or(carillon_engine::DeskError::Gone)
    })
    .await?;
    let parts = items(house, account, domain.clone(), None).await?;
    let parts = parts.items.into_iter().map(|part| part.jid);
    let asked = parts.filter(|part| part.node().is_none() && *part != domain);
    let answers = asked.take(MOST_PARTS).map(async |part: BareJid| {
        let answer = ask(house, account, part.clone(), RoomWish::Service).await;
        matches!(answer, Ok(RoomReply::Service(true))).then_some(part)
    });
    Ok(join_all(answers).await.into_iter().flatten().collect())
}

pub(super) async fn find(house: &House, ask: FindRooms) -> Result<FoundRooms, Refusal> {
    let known = match ask.service {
        Some(_) => Vec::new(),
        None => services(house, ask.account).await?,
    };
    let Some(service) = ask.service.or_else(|| known.first().cloned()) else {
        return Ok(FoundRooms::default());
    };
    let found = items(house, ask.account, service, ask.after).await?;
    let rooms = found
        .items
        .into_iter()
        .filter(|room| room.jid.node().is_some());
    Ok(FoundRooms {
        services: known,
        rooms: rooms
            .map(|room| FoundRoom {
                name: if room.name.is_empty() {
                    room.jid.node().map(ToString::to_string).unwrap_or_default()
                } else {
                    room.name
                },
                jid: room.jid,
            })
            .collect(),
        more_behind: found.more_behind,
    })
}

pub(super) async fn create(house: &House, asked: CreateRoom) -> Result<ChatRef, Refusal> {
    let account = asked.account;
    let service = match asked.service {
        Some(service) => service,
        None => services(house, account)
            .await?
            .into_iter()
            .next()
            .ok_or_else(|| Refusal::new(RefusalCode::RefusedByServer, "the server has no rooms"))?,
    };
    let plan = RoomPlan {
        name: asked.name.trim().to_owned(),
        public: asked.public,
    };
    let wanted = plan.clone();
    let jid = on_desk(house, move |desk| desk.room_address(&service, &wanted)).await?;
    // Whoever is in a room of that name already is not joined by mistake.
    let taken = ask(house, account, jid.clone(), RoomWish::Service).await;
    if matches!(taken, Ok(RoomReply::Service(true))) {
        return Err(Refusal::new(RefusalCode::NameTaken, jid.to_string()));
    }
    let room = ChatRef {
        account,
        jid: jid.into(),
    };
    let made = room.clone();
    on_desk(house, move |desk| desk.create_room(&made, plan)).await?;
    Ok(room)
}

pub(super) async fn enter(house: &House, asked: EnterRoom) -> Result<(), Refusal> {
    on_desk(house, move |desk| {
        let password = asked.password.as_ref().map_or("", |secret| secret.reveal());
        desk.enter_room(&asked.room, &asked.nick, password)
    })
    .await
}

/// Gives those whom the room does not invite.
pub(super) async fn invite(
    house: &House,
    mut ask: InviteToRoom,
) -> Result<Vec<NotInvited>, Refusal> {
    ask.people.truncate(MOST_INVITED);
    let invites = move |desk: &mut Desk| desk.invite_to_room(&ask.room, ask.people, &ask.words);
    let Some(answer) = on_desk(house, invites).await? else {
        return Ok(Vec::new());
    };
    match asked(house, move |_| Ok(answer)).await? {
        RoomReply::Invited(refused) => Ok(refused),
        _ => Ok(Vec::new()),
    }
}

pub(super) async fn moderate(house: &House, act: Moderate) -> Result<(), Refusal> {
    asked(house, move |desk| {
        desk.moderate(&act.room, &act.nick, act.act, &act.words)
    })
    .await
    .map(drop)
}

pub(super) async fn moderate_message(house: &House, ask: ModerateMessage) -> Result<(), Refusal> {
    asked(house, move |desk| {
        desk.moderate_message(ask.message, &ask.words)
    })
    .await
    .map(drop)
}

pub(super) async fn settings(house: &House, room: ChatRef) -> Result<DataForm, Refusal> {
    let account = room.account;
    match ask(house, account, address(room)?, RoomWish::ReadSettings).await? {
        RoomReply::Settings(form) => Ok(*form),
        _ => Ok(DataForm::default()),
    }
}
