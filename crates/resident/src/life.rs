//! A resident from its first breath to its last.

mod start;
mod wakes;

pub(crate) use start::stamp;

use crate::cli::Failure;
use crate::clicks;
use crate::desktop::native::{self, FirstThread};
use crate::desktop::popups::PopupEvent;
use crate::desktop::tray::TrayEvent;
use crate::door;
use crate::house::House;
use crate::lock::ProfileLock;
use crate::present::present;
use crate::traycare::TrayCare;
use carillon_core::alerts::rules::Scope;
use carillon_core::ids::ChatRef;
use carillon_engine::{Output, Picture, Ring, edits};
use carillon_link::{Event, Place, Profile};
use std::sync::Arc;
use tokio::sync::mpsc;

/// Everything that a resident hears.
struct Ears {
    outputs: mpsc::Receiver<Output>,
    popups: mpsc::Receiver<PopupEvent>,
    tray: mpsc::Receiver<TrayEvent>,
}

/// Lives until the user quits or the system ends it. `place` opens a window at once.
///
/// # Errors
/// When the profile cannot be used, in one clear line.
pub async fn live(
    profile: &Profile,
    lock: ProfileLock,
    place: Option<Place>,
    first_thread: &FirstThread,
) -> Result<(), Failure> {
    native::leave_own_console();
    crate::tryout::wake_server(profile).await;
    let (house, ears, care, listener) = start::start(profile, first_thread).await?;
    let door = tokio::spawn(door::keep_open(Arc::clone(&house), listener));
    let owner = Arc::clone(&house);
    tokio::spawn(async move { crate::tryout::finish_deleting(&owner).await });
    if let Some(place) = place {
        present(&house, place, start::own_token());
    }
    listen(&house, ears, care).await;
    house.windows.tell(&Event::Ending);
    house.ringer.silence();
    door.abort();
    // Windows hear of the end before the sockets close, and before servers have said good-bye.
    tokio::task::yield_now().await;
    house.engine.say_goodbye().await;
    let cleared = crate::tryout::clear_up(&house).await;
    drop(lock);
    cleared.map_err(|error| Failure::new(format!("the try-out could not be deleted: {error}")))
}

async fn listen(house: &Arc<House>, mut ears: Ears, mut care: TrayCare) {
    care.show(house);
    let mut desktop = house.desktop.subscribe();
    let ended = signalled();
    tokio::pin!(ended);
    loop {
        tokio::select! {
            biased;
            output = ears.outputs.recv() => match output {
                Some(output) => hear(house, &mut care, output),
                None => return,
            },
            Some(event) = ears.popups.recv() => clicks::popup(house, event).await,
            Some(event) = ears.tray.recv() => clicks::tray(house, event).await,
            () = care.calms() => care.show(house),
            Ok(()) = desktop.changed() => house.windows.tell(&Event::Accounts),
            () = house.quit.notified() => return,
            () = &mut ended => return,
        }
    }
}

fn hear(house: &Arc<House>, care: &mut TrayCare, output: Output) {
    match output {
        Output::Ring(ring) => ring_out(house, care, &ring),
        Output::Withdraw(key) => {
            house.ringer.withdraw(&key);
            care.seen(house, &key);
        }
        Output::Tray(input) => care.changed(house, input),
        Output::Storage(error) => crate::disk::failed(house, &error),
        Output::StorageWorks => house.storage_works(),
        Output::Picture(picture) => keep_picture(house, *picture),
        Output::WatchEnded(contact) => {
            let house = Arc::clone(house);
            tokio::spawn(async move { end_watch(&house, contact).await });
        }
        other => {
            if matches!(other, Output::Own | Output::Accounts) {
                care.show(house);
            }
            if let Some(event) = event(other) {
                house.windows.tell(&event);
            }
        }
    }
}

fn ring_out(house: &Arc<House>, care: &mut TrayCare, ring: &Ring) {
    house.ringer.ring(ring, &house.words());
    if let Some(until_seen) = crate::ringer::attention(ring) {
        house.windows.tell(&Event::Attention { until_seen });
    }
    care.rang(house, ring);
}

/// Made ready beside everything else: unpacking takes a moment.
fn keep_picture(house: &Arc<House>, picture: Picture) {
    let house = Arc::clone(house);
    tokio::spawn(async move {
        let Picture {
            account,
            request,
            hash,
            bytes,
        } = picture;
        let album = house.avatars.clone();
        let work = tokio::task::spawn_blocking(move || album.keep(hash, bytes));
        let kept = match work.await {
            Ok(Ok(())) => true,
            Ok(Err(problem)) => {
                tracing::info!(%problem, "a picture of a contact is not shown");
                false
            }
            Err(_) => false,
        };
        // An engine that is gone asks again at the next start.
        let _ = house
            .engine
            .call(move |desk| desk.picture_is_kept(account, request, kept))
            .await;
    });
}

/// A watch that rings once has rung: it leaves the settings.
async fn end_watch(house: &House, contact: ChatRef) {
    let watched = house
        .engine
        .call(move |desk| (desk.chat_scope(&contact), desk.now()));
    let Ok((Ok(Scope::Chat { account, chat }), now)) = watched.await else {
        return;
    };
    let changed = house
        .change_settings(|settings| {
            let rules = settings.alerts_mut();
            edits::end_watch(rules, &account, &chat);
            edits::forget_expired(rules, now);
        })
        .await;
    if let Err(error) = changed {
        // It rings once more after the next start; the rules of this run have forgotten it.
        tracing::warn!(%error, "a watch that has rung could not be taken out of the settings");
    }
}

/// What windows are told.
pub(crate) fn event(output: Output) -> Option<Event> {
    Some(match output {
        Output::LeftOut(left_out) => Event::Resync { left_out },
        Output::Accounts => Event::Accounts,
        Output::Roster(account) => Event::Roster { account },
        Output::Contact(contact) => Event::Contacts {
            contacts: vec![contact],
        },
        Output::Chat(chat) => Event::Chats { chats: vec![chat] },
        Output::Files(chat) => Event::Files { chat },
        Output::Moved(from, to) => Event::ChatMoved { from, to },
        Output::Room(room) => Event::Rooms { rooms: vec![room] },
        Output::MessageAdded(chat, message) => Event::MessageAdded { chat, message },
        Output::MessageChanged(chat, message) => Event::MessageChanged { chat, message },
        Output::Typing {
            chat,
            nick,
            composing,
        } => Event::Typing {
            chat,
            nick,
            composing,
        },
        Output::Requests => Event::Requests,
        Output::Own => Event::Own,
        Output::Activity => Event::Activity,
        Output::Ring(_)
        | Output::Withdraw(_)
        | Output::Tray(_)
        | Output::WatchEnded(_)
        | Output::Storage(_)
        | Output::StorageWorks
        | Output::Picture(_) => {
            return None;
        }
    })
}

/// Resolves when the system or the user's terminal asks the process to end.
pub async fn signalled() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let terminate = signal(SignalKind::terminate());
        let hang_up = signal(SignalKind::hangup());
        let (Ok(mut terminate), Ok(mut hang_up)) = (terminate, hang_up) else {
            return std::future::pending().await;
        };
        tokio::select! {
            _ = terminate.recv() => {}
            _ = hang_up.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
        }
    }
    #[cfg(windows)]
    {
        use tokio::signal::windows::{ctrl_break, ctrl_c, ctrl_close};
        let (Ok(mut stop), Ok(mut end), Ok(mut closed)) = (ctrl_c(), ctrl_break(), ctrl_close())
        else {
            return std::future::pending().await;
        };
        tokio::select! {
            _ = stop.recv() => {}
            _ = end.recv() => {}
            _ = closed.recv() => {}
        }
    }
}
