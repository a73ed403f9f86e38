//! What the user does with popups and the tray, without a window.

use crate::desktop::popups::{Closed, PopupEvent};
use crate::desktop::tray::TrayEvent;
use crate::house::House;
use crate::present::present;
use crate::ringer::Shown;
use crate::ringer::compose::button;
use carillon_core::alerts::{EventKind, MuteFor};
use carillon_core::ids::ChatRef;
use carillon_core::settings::OwnAvailability;
use carillon_engine::{Desk, DeskError};
use carillon_link::Place;
use jiff::tz::TimeZone;
use std::sync::Arc;

/// Does what a click or an answer on a popup asks for.
pub async fn popup(house: &Arc<House>, event: PopupEvent) {
    match event {
        PopupEvent::Activated { key, action, token } => {
            dismissed(house, key.clone()).await;
            match house.ringer.shown(&key) {
                Some(shown) if shown.sample => {}
                Some(shown) => {
                    activated(house, shown, action.as_deref(), token).await;
                    house.ringer.withdraw(&key);
                }
                // It has waited in the desktop's own list for longer than it was remembered.
                None => present(house, Place::Anywhere, token),
            }
        }
        PopupEvent::Replied { key, text } => {
            let shown = house.ringer.shown(&key);
            let sample = shown.as_ref().is_some_and(|shown| shown.sample);
            match shown.and_then(|shown| shown.chat) {
                _ if sample => {}
                Some(chat) => {
                    replied(house, chat, text).await;
                    house.ringer.withdraw(&key);
                }
                None => {
                    tracing::warn!("an answer to a popup that is not remembered was not sent");
                    present(house, Place::Anywhere, None);
                }
            }
        }
        PopupEvent::Closed { key, reason } => {
            house.ringer.is_gone(&key);
            if reason == Closed::Dismissed {
                dismissed(house, key).await;
            }
        }
        PopupEvent::NotShown { key, error } => {
            house.ringer.is_gone(&key);
            tracing::warn!(%error, "a popup was not shown");
        }
    }
}

/// Whoever has waved an alert away does not want it again.
async fn dismissed(house: &House, key: String) {
    // An engine that is gone repeats nothing.
    let _ = house.engine.call(move |desk| desk.dismissed(&key)).await;
}

async fn activated(house: &Arc<House>, shown: Shown, action: Option<&str>, token: Option<String>) {
    let Some(chat) = shown.chat.clone() else {
        present(house, Place::Anywhere, token);
        return;
    };
    let done = match (action, shown.invite, shown.message) {
        (Some(button::MARK_READ), _, Some(message)) => {
            on_desk(house, move |desk| desk.mark_seen(&chat, message)).await
        }
        (Some(button::ACCEPT), ..) => on_desk(house, move |desk| desk.accept_request(&chat)).await,
        (Some(button::DECLINE), Some(invite), _) => {
            on_desk(house, move |desk| desk.decline_invite(invite)).await
        }
        (Some(button::DECLINE), None, _) => {
            on_desk(house, move |desk| desk.decline_request(&chat)).await
        }
        (Some(button::BLOCK), ..) => on_desk(house, move |desk| desk.block(&chat).map(drop)).await,
        (Some(button::JOIN), Some(invite), _) => {
            let joined = on_desk(house, move |desk| desk.accept_invite(invite).map(drop)).await;
            present(house, Place::Chat { chat }, token);
            joined
        }
        (Some(button::RETRY), _, Some(message)) => {
            on_desk(house, move |desk| desk.retry_message(message)).await
        }
        (Some(button::RETRY), ..) if let Some(transfer) = shown.transfer => {
            on_desk(house, move |desk| desk.retry_transfer(transfer)).await
        }
        _ => {
            present(house, place_of(shown.kind, chat), token);
            Ok(())
        }
    };
    if let Err(error) = done {
        // The card in Requests is still there, and says the same again in the window.
        tracing::warn!(%error, "what a popup's button asked for could not be done");
        present(house, Place::Requests, None);
    }
}

/// Where a click on a popup leads.
fn place_of(kind: EventKind, chat: ChatRef) -> Place {
    match kind {
        EventKind::ContactRequest | EventKind::RoomInvite | EventKind::StrangerMessage => {
            Place::Requests
        }
        EventKind::AccountAttention | EventKind::ConnectionLost | EventKind::ConnectionRestored => {
            Place::Account {
                account: chat.account,
            }
        }
        EventKind::Missed if chat.jid.node().is_none() => Place::Anywhere,
        EventKind::Generic
        | EventKind::Message
        | EventKind::MessageFollowup
        | EventKind::MessageInFront
        | EventKind::Missed
        | EventKind::Mention
        | EventKind::RoomMessage
        | EventKind::Reaction
        | EventKind::FileReceived
        | EventKind::Attention
        | EventKind::ContactAvailable
        | EventKind::ContactUnavailable
        | EventKind::ContactStatus
        | EventKind::RequestAccepted
        | EventKind::MessageSent
        | EventKind::MessageFailed => Place::Chat { chat },
    }
}

/// Sends an answer typed into a popup. What cannot be sent is kept in the chat's composer, and the chat is shown.
async fn replied(house: &Arc<House>, chat: ChatRef, text: String) {
    let id = uuid::Uuid::new_v4().to_string();
    let to = chat.clone();
    let kept = on_desk(house, move |desk| match desk.send_message(&to, &id, &text) {
        Ok(message) => desk.mark_seen(&to, message).map(|()| true),
        Err(error) => {
            tracing::warn!(%error, "an answer from a popup was not sent; it is kept as a draft");
            desk.save_draft(&to, &text).map(|()| false)
        }
    })
    .await;
    match kept {
        Ok(true) => {}
        Ok(false) => present(house, Place::Chat { chat }, None),
        Err(error) => tracing::error!(%error, "an answer from a popup could not be stored"),
    }
}

async fn on_desk<T: Send + 'static>(
    house: &House,
    job: impl FnOnce(&mut Desk) -> Result<T, DeskError> + Send + 'static,
) -> Result<T, DeskError> {
    house.engine.call(job).await.unwrap_or(Err(DeskError::Gone))
}

/// Does what the tray asks for.
pub async fn tray(house: &Arc<House>, event: TrayEvent) {
    match event {
        TrayEvent::Clicked { token } => present(house, counted(house), token),
        TrayEvent::Open { token } => present(house, Place::Anywhere, token),
        TrayEvent::Status(availability) => set_status(house, availability).await,
        TrayEvent::MuteHour => {
            house.ringer.stop_sounds();
            let muted = on_desk(house, |desk| {
                desk.set_mute(MuteFor::Hour.mute(desk.now(), &TimeZone::system()))
            });
            report(muted.await);
        }
        TrayEvent::Unmute => report(on_desk(house, |desk| desk.set_mute(None)).await),
        TrayEvent::Quit => house.quit.notify_one(),
    }
}

/// Where the newest lies of what the icon counts: whoever clicks on a number wants to see what it stands for.
fn counted(house: &House) -> Place {
    let reader = house.reader();
    let found = reader.newest_counted_chat().and_then(|counted| {
        if let Some(chat) = counted {
            return Ok(Place::Chat { chat });
        }
        let requests = !reader.contact_requests()?.is_empty()
            || !reader.stranger_requests()?.is_empty()
            || !reader.invites()?.is_empty();
        Ok(if requests {
            Place::Requests
        } else {
            Place::Anywhere
        })
    });
    // The window says itself what is wrong with the store.
    found.unwrap_or(Place::Anywhere)
}

async fn set_status(house: &House, availability: OwnAvailability) {
    let changed = house
        .change_settings(|settings| settings.general.availability = availability)
        .await;
    if let Err(error) = changed {
        tracing::error!(%error, "the status could not be stored");
    }
}

fn report(done: Result<(), DeskError>) {
    if let Err(error) = done {
        tracing::error!(%error, "what the tray asked for could not be done");
    }
}
