//! Where windows and tools come in over the link.

mod accounts;
mod affiliations;
mod alerts;
mod avatars;
mod capabilities;
mod chats;
mod conditions;
mod explain;
mod files;
mod inviting;
mod lists;
mod long;
mod moves;
mod names;
mod own;
mod people;
mod rooms;
mod rules;
mod search;
mod searching;
mod sending;
mod sounds;
#[cfg(test)]
mod tests;
mod told;
mod trade;
mod views;
mod voices;

pub use search::Turns;

use crate::house::House;
use crate::windows::Shows;
use carillon_core::alerts::bounds::LeftOut;
use carillon_core::session::RoomWish;
use carillon_engine::{Desk, DeskError, EngineGone};
use carillon_link::frame::Question;
use carillon_link::server::{Arrival, Listener, Questions, Teller, speaks_our_protocol};
use carillon_link::{Command, Event, Refusal, RefusalCode, Role};
use serde::Serialize;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The version that the hello tells.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Lets windows and tools in until the house is left.
pub async fn keep_open(house: Arc<House>, listener: Listener) {
    let numbers = AtomicU64::new(0);
    tokio::spawn(tell_lock(Arc::clone(&house)));
    loop {
        match listener.accept(VERSION).await {
            Ok(arrival) => {
                let number = numbers.fetch_add(1, Ordering::Relaxed);
                tokio::spawn(serve(Arc::clone(&house), arrival, number));
            }
            Err(error) => {
                tracing::error!(%error, "the link's socket failed");
                // The usual reason is too many open files, which passes; a busy loop would not help.
                tokio::time::sleep(std::time::Duration::from_millis(200)).await;
            }
        }
    }
}

async fn serve(house: Arc<House>, arrival: Arrival, number: u64) {
    let (hello, mut questions, teller, writer) = match arrival.greet().await {
        Ok(greeted) => greeted,
        Err(error) => {
            tracing::debug!(%error, "somebody came to the link and did not greet");
            return;
        }
    };
    tokio::spawn(writer.run());
    if !speaks_our_protocol(&hello) {
        // A newer Carillon may only ask this one to make room.
        quit_only(&house, &mut questions, &teller).await;
        return;
    }
    let is_window = carillon_link::server::role_of(&hello) == Role::Window;
    if is_window {
        house.windows.add(number, teller.clone());
        show_front(&house);
    }
    while let Ok(question) = questions.next().await {
        take(&house, &teller, number, question).await;
    }
    if is_window {
        house.windows.remove(number);
        show_front(&house);
    }
    // Whoever it was: a microphone that nobody can close must not stay open.
    voices::leave(&house, number).await;
}

async fn quit_only(house: &House, questions: &mut Questions, teller: &Teller) {
    while let Ok(question) = questions.next().await {
        if matches!(question.command, Command::Quit(_)) {
            teller
                .answer(question.id, Ok(serde_json::Value::Null))
                .await;
            house.quit.notify_one();
        }
    }
}

/// Questions that take long are answered beside the others; the rest in order.
async fn take(house: &Arc<House>, teller: &Teller, number: u64, question: Question) {
    if !long::takes_long(&question.command) {
        let result = carry_out(house, number, question.command).await;
        teller.answer(question.id, result).await;
        return;
    }
    let (house, teller) = (Arc::clone(house), teller.clone());
    tokio::spawn(async move {
        let result = carry_out(&house, number, question.command).await;
        teller.answer(question.id, result).await;
    });
}

pub(crate) type Answered = Result<serde_json::Value, Refusal>;

fn answer<T: Serialize>(result: Result<T, Refusal>) -> Answered {
    let value = result?;
    serde_json::to_value(value)
        .map_err(|error| Refusal::new(RefusalCode::Internal, error.to_string()))
}

/// What cannot fail.
fn done(job: impl FnOnce()) -> Answered {
    job();
    Ok(serde_json::Value::Null)
}

async fn carry_out(house: &Arc<House>, number: u64, command: Command) -> Answered {
    match command {
        Command::ReadOverview(_) => answer(views::overview(house).await),
        Command::ReadStanding(_) => answer(views::standing(house).await),
        Command::ReadContacts(ask) => answer(lists::contacts(house, ask.contacts).await),
        Command::ReadChats(ask) => answer(lists::chats(house, ask.chats)),
        Command::ReadContactPage(ask) => answer(lists::contact_page(house, ask.after).await),
        Command::ReadChatPage(ask) => answer(lists::chat_page(house, ask.after.as_ref())),
        Command::ReadStatus(_) => answer(views::status(house).await),
        Command::SignIn(ask) => answer(accounts::sign_in(house, ask).await),
        Command::CreateAccount(ask) => answer(accounts::create(house, ask).await),
        Command::AddAccount(ask) => answer(accounts::add(house, ask).await),
        Command::RemoveAccount(ask) => answer(accounts::remove(house, ask.account).await),
        Command::ChangeAccount(ask) => answer(accounts::change_account(house, ask).await),
        Command::ConnectNow(ask) => {
            answer(on_desk(house, move |desk| desk.connect_now(ask.account)).await)
        }
        Command::AcceptWeaker(ask) => {
            answer(on_desk(house, move |desk| desk.accept_weaker(ask.account)).await)
        }
        Command::StopCatchingUp(ask) => {
            answer(on_desk(house, move |desk| desk.pause_catching_up(ask.account)).await)
        }
        Command::GoOnCatchingUp(ask) => {
            answer(on_desk(house, move |desk| desk.unpause_catching_up(ask.account)).await)
        }
        Command::SetStatus(ask) => answer(accounts::set_status(house, ask).await),
        Command::AddContact(ask) => answer(people::add(house, ask).await),
        Command::ChangeContact(ask) => answer(people::change(house, ask).await),
        Command::RemoveContact(ask) => answer(people::remove(house, ask.contact).await),
        Command::AcceptRequest(ask) => {
            answer(on_desk(house, move |desk| desk.accept_request(&ask.contact)).await)
        }
        Command::DeclineRequest(ask) => {
            answer(on_desk(house, move |desk| desk.decline_request(&ask.contact)).await)
        }
        Command::Block(ask) => answer(people::block(house, ask.contact).await),
        Command::Unblock(ask) => answer(people::unblock(house, ask.contact).await),
        Command::ReadContactDetails(ask) => {
            answer(on_desk(house, move |desk| desk.contact_details(&ask.contact)).await)
        }
        Command::AskPerson(ask) => answer(people::ask(house, ask).await),
        Command::InviteFriend(ask) => answer(inviting::invite(house, ask).await),
        Command::ReadOwnCard(ask) => answer(people::own_card(house, ask.account).await),
        Command::SetCard(ask) => answer(people::set_card(house, ask).await),
        Command::BeginMove(ask) => answer(moves::begin(house, ask).await),
        Command::StopMove(ask) => {
            answer(on_desk(house, move |desk| desk.stop_move(ask.account)).await)
        }
        Command::GoOnWithMove(ask) => {
            answer(on_desk(house, move |desk| desk.go_on_with_move(ask.account)).await)
        }
        Command::TakeBackMove(ask) => answer(moves::take_back(house, ask.account).await),
        Command::TakeOver(ask) => answer(moves::take_over(house, ask).await),
        Command::SetAvatar(ask) => answer(avatars::set(house, ask).await),
        Command::SetMood(ask) => answer(told::mood(house, ask).await),
        Command::SetNick(ask) => answer(told::nick(house, ask).await),
        Command::ReadAvatars(ask) => answer(Ok(avatars::read(house, ask.hashes))),
        Command::ReadBlocked(_) => answer(on_desk(house, |desk| Ok(desk.blocked())).await),
        Command::AcceptStranger(ask) => {
            answer(on_desk(house, move |desk| desk.accept_stranger(&ask.contact)).await)
        }
        Command::DeleteStranger(ask) => {
            answer(on_desk(house, move |desk| desk.delete_stranger(&ask.contact)).await)
        }
        Command::OpenChat(ask) => answer(chats::open(house, ask.chat).await),
        Command::ReadHistory(ask) => answer(chats::history(house, &ask)),
        Command::ReadOlder(ask) => answer(chats::read_older(house, ask.chat).await),
        Command::ReadMessages(ask) => answer(chats::messages(house, &ask.messages)),
        Command::SendMessage(ask) => answer(chats::send(house, ask).await),
        Command::RetryMessage(ask) => {
            answer(on_desk(house, move |desk| desk.retry_message(ask.message)).await)
        }
        Command::CorrectMessage(ask) => answer(chats::correct(house, ask).await),
        Command::RetractMessage(ask) => answer(
            on_desk(house, move |desk| {
                desk.retract_message(ask.message, &ask.id)
            })
            .await,
        ),
        Command::React(ask) => answer(
            on_desk(house, move |desk| {
                desk.react(ask.message, &ask.id, &ask.emoji)
            })
            .await,
        ),
        Command::DeleteMessages(ask) => answer(chats::delete(house, ask.messages).await),
        Command::PinMessage(ask) => answer(chats::pin(house, ask).await),
        Command::ReadPins(ask) => answer(chats::pins(house, &ask.chat)),
        Command::ReadVersions(ask) => answer(chats::versions(house, ask.message)),
        Command::MarkSeen(ask) => {
            answer(on_desk(house, move |desk| desk.mark_seen(&ask.chat, ask.up_to)).await)
        }
        Command::Buzz(ask) => answer(on_desk(house, move |desk| desk.buzz(&ask.contact)).await),
        Command::SetTyping(ask) => {
            answer(on_desk(house, move |desk| desk.set_typing(&ask.chat, ask.composing)).await)
        }
        Command::SaveDraft(ask) => {
            answer(on_desk(house, move |desk| desk.save_draft(&ask.chat, &ask.text)).await)
        }
        Command::AcceptInvite(ask) => {
            answer(on_desk(house, move |desk| desk.accept_invite(ask.invite)).await)
        }
        Command::DeclineInvite(ask) => {
            answer(on_desk(house, move |desk| desk.decline_invite(ask.invite)).await)
        }
        Command::JoinRoom(ask) => {
            answer(on_desk(house, move |desk| desk.join_room(&ask.room)).await)
        }
        Command::LeaveRoom(ask) => {
            answer(on_desk(house, move |desk| desk.leave_room(&ask.room)).await)
        }
        Command::ReadRoom(ask) => answer(rooms::room(house, ask.room).await),
        Command::ReadPrivateChat(ask) => answer(rooms::private(house, ask.chat).await),
        Command::BeginPrivateChat(ask) => {
            answer(on_desk(house, move |desk| desk.begin_private(&ask.chat)).await)
        }
        Command::ReadOccupants(ask) => answer(rooms::occupants(house, ask).await),
        Command::ReadLookAlikes(ask) => answer(names::look_alikes(house, ask).await),
        Command::ReadAlikeContacts(ask) => answer(names::alike_contacts(house, ask).await),
        Command::Search(ask) => answer(search::search(house, ask).await),
        Command::FindInChat(ask) => answer(search::find_in_chat(house, ask).await),
        Command::ExportHistory(ask) => answer(own::export(house, ask)),
        Command::ExportRoster(ask) => answer(own::roster(house, &ask.path).await),
        Command::LookIntoRoster(ask) => answer(own::look_into_roster(ask.path).await),
        Command::ImportRoster(ask) => answer(own::import_roster(house, ask)),
        Command::FindHistories(_) => answer(own::found_histories().await),
        Command::LookIntoHistory(ask) => answer(own::look_into(ask).await),
        Command::ImportHistory(ask) => answer(own::import(house, ask)),
        Command::ReadWork(_) => answer(Ok(own::work(house))),
        Command::StopWork(_) => done(|| house.work.stop()),
        Command::DeleteChat(ask) => answer(search::delete_chat(house, ask.chat).await),
        Command::LookAtFile(ask) => answer(sending::look(ask.file).await),
        Command::SendFile(ask) => answer(sending::send(house, ask).await),
        Command::SendPasted(ask) => answer(sending::send_pasted(house, ask).await),
        Command::ReadTransfers(ask) => answer(files::transfers(house, ask.chat).await),
        Command::CancelTransfer(ask) => {
            answer(on_desk(house, move |desk| desk.cancel_transfer(ask.transfer)).await)
        }
        Command::RetryTransfer(ask) => {
            answer(on_desk(house, move |desk| desk.retry_transfer(ask.transfer)).await)
        }
        Command::ReadFiles(ask) => answer(files::files(house, ask.messages).await),
        Command::ShowFile(ask) => {
            answer(on_desk(house, move |desk| desk.show_file(ask.message)).await)
        }
        Command::ChoosePictures(ask) => answer(
            on_desk(house, move |desk| {
                desk.choose_pictures(&ask.chat, ask.shown)
            })
            .await,
        ),
        Command::SaveFile(ask) => answer(files::save(house, ask).await),
        Command::CancelFetch(ask) => {
            answer(on_desk(house, move |desk| desk.cancel_fetch(ask.message)).await)
        }
        Command::BeginRecording(_) => answer(voices::begin(house, number).await),
        Command::ReadRecording(_) => answer(Ok(voices::recording(house))),
        Command::StopRecording(_) => answer(voices::stop(house).await),
        Command::CancelRecording(_) => answer(voices::cancel(house).await),
        Command::SendRecording(ask) => answer(voices::send(house, ask).await),
        Command::PlayFile(ask) => answer(voices::play(house, number, ask).await),
        Command::PausePlaying(_) => answer(voices::pause(house).await),
        Command::ReadPlaying(_) => answer(Ok(voices::playing(house))),
        Command::FindPicture(ask) => answer(files::picture(house, ask.message).await),
        Command::FindRooms(ask) => answer(rooms::find(house, ask).await),
        Command::FindSearchServices(ask) => answer(searching::services(house, ask.account).await),
        Command::SearchRooms(ask) => answer(searching::search(house, ask).await),
        Command::CreateRoom(ask) => answer(rooms::create(house, ask).await),
        Command::EnterRoom(ask) => answer(rooms::enter(house, ask).await),
        Command::InviteToRoom(ask) => answer(rooms::invite(house, ask).await),
        Command::SetTopic(ask) => {
            answer(rooms::done(house, ask.room, RoomWish::Topic(ask.text)).await)
        }
        Command::SetRoomNick(ask) => {
            answer(rooms::done(house, ask.room, RoomWish::Nick(ask.nick)).await)
        }
        Command::SetRoomNotify(ask) => answer(
            on_desk(house, move |desk| {
                desk.set_room_notify(&ask.room, ask.notify)
            })
            .await,
        ),
        Command::SetRoomAvatar(ask) => answer(avatars::set_of_room(house, ask).await),
        Command::CloseRoom(ask) => {
            let wish = RoomWish::Close { words: ask.words };
            answer(rooms::done(house, ask.room, wish).await)
        }
        Command::Moderate(ask) => answer(rooms::moderate(house, ask).await),
        Command::ReadRoomPeople(ask) => answer(affiliations::read(house, ask).await),
        Command::SetAffiliation(ask) => answer(affiliations::set(house, ask).await),
        Command::ModerateMessage(ask) => answer(rooms::moderate_message(house, ask).await),
        Command::ReadRoomSettings(ask) => answer(rooms::settings(house, ask.room).await),
        Command::SetRoomSettings(ask) => {
            answer(rooms::done(house, ask.room, RoomWish::SetSettings(ask.form)).await)
        }
        Command::ReadAlertSettings(_) => answer(alerts::settings(house).await),
        Command::ReadAlertRows(ask) => answer(rules::rows(house, ask.whose).await),
        Command::SetAlertRow(ask) => answer(rules::set_row(house, ask).await),
        Command::ResetAlertRows(ask) => answer(rules::reset(house, ask.whose).await),
        Command::SetOverride(ask) => answer(rules::set_override(house, ask).await),
        Command::MuteScope(ask) => answer(rules::mute(house, &ask.whose, ask.until).await),
        Command::MuteAll(ask) => answer(alerts::mute_all(house, ask.until).await),
        Command::ReadPresetChanges(ask) => answer(Ok(rules::preset_changes(house, ask.preset))),
        Command::ApplyPreset(ask) => answer(rules::apply_preset(house, ask.preset).await),
        Command::ReadAlertProfiles(_) => answer(conditions::profiles(house).await),
        Command::SetProfiles(ask) => answer(conditions::set_profiles(house, ask.profiles).await),
        Command::ChooseProfile(ask) => answer(conditions::choose_profile(house, ask.choice).await),
        Command::ReadAlertConditions(_) => answer(conditions::conditions(house).await),
        Command::SetQuietHours(ask) => {
            answer(conditions::set(house, |rules| rules.quiet = ask.quiet).await)
        }
        Command::SetBreakThroughKinds(ask) => {
            answer(conditions::set(house, |rules| rules.break_through = ask.kinds).await)
        }
        Command::SetKeywords(ask) => {
            answer(conditions::set(house, |rules| rules.keywords = ask.keywords).await)
        }
        Command::SetPresenceRules(ask) => {
            answer(conditions::set(house, |rules| rules.presence = ask.presence).await)
        }
        Command::SetOtherDevice(ask) => {
            answer(conditions::set(house, |rules| rules.other_device = ask.other_device).await)
        }
        Command::SetInWindow(ask) => {
            answer(conditions::set(house, |rules| rules.in_window = ask.in_window).await)
        }
        Command::ReadWatches(_) => answer(conditions::watches(house).await),
        Command::AddWatch(ask) => answer(conditions::add_watch(house, ask).await),
        Command::RemoveWatch(ask) => answer(conditions::remove_watch(house, ask.chat).await),
        Command::ExplainAlert(ask) => answer(explain::dry_run(house, ask).await),
        Command::ReadAlertCapabilities(_) => answer(Ok(capabilities::capabilities(house).await)),
        Command::ExportAlerts(ask) => answer(trade::export(house, ask.path).await),
        Command::ImportAlerts(ask) => answer(trade::import(house, ask).await),
        Command::ReadSoundPacks(_) => answer(sounds::packs(house).await),
        Command::ImportSoundPack(ask) => answer(sounds::import(house, ask.path).await),
        Command::RemoveSoundPack(ask) => answer(sounds::remove(house, &ask.name).await),
        Command::TryAlert(ask) => answer(alerts::try_it(house, ask).await),
        Command::CheckSound(ask) => answer(alerts::check_sound(ask.path).await),
        Command::CheckIcon(ask) => answer(alerts::check_icon(&ask.path)),
        Command::SetPrivacy(ask) => {
            answer(change(house, move |settings| settings.privacy = ask.privacy).await)
        }
        Command::SetGeneral(ask) => answer(accounts::set_general(house, ask.general).await),
        Command::ReadActivity(ask) => answer(views::activity(house, ask.before, ask.limit).await),
        Command::DismissNotices(_) => {
            house.dismiss_notices().await;
            done(|| ())
        }
        Command::StartTryout(_) => answer(crate::tryout::start(house).await),
        Command::EndTryout(ask) => answer(crate::tryout::end(house, ask.delete).await),
        Command::WindowState(ask) => {
            house.windows.shows(
                number,
                Shows {
                    chat: ask.chat,
                    focused: ask.focused,
                },
            );
            show_front(house);
            answer(Ok(()))
        }
        Command::Show(ask) => done(|| crate::present::present(house, ask.place, ask.token)),
        Command::Quit(_) => done(|| house.quit.notify_one()),
    }
}

/// Tells the windows when the screen was locked or unlocked, from now on.
fn tell_lock(house: Arc<House>) -> impl Future<Output = ()> {
    let mut around = house.surroundings.subscribe();
    let mut told = around.borrow().locked;
    async move {
        while around.changed().await.is_ok() {
            let locked = around.borrow_and_update().locked;
            if std::mem::replace(&mut told, locked) != locked {
                house.windows.tell(&Event::Screen);
            }
        }
    }
}

/// Tells the alert decisions which chat is in front, and whether there is a window at all.
fn show_front(house: &House) {
    let front = house.windows.chat_in_front();
    let looked_at = house.windows.visible().focused;
    let open = house.windows.count() > 0;
    house.surroundings.send_if_modified(|surroundings| {
        let now = (front, looked_at, open);
        let front_before = surroundings.chat_in_front.take();
        let before = (
            front_before,
            surroundings.looked_at,
            surroundings.window_open,
        );
        let changed = before != now;
        (
            surroundings.chat_in_front,
            surroundings.looked_at,
            surroundings.window_open,
        ) = now;
        changed
    });
}

pub(crate) async fn on_desk<T: Send + 'static>(
    house: &House,
    job: impl FnOnce(&mut Desk) -> Result<T, DeskError> + Send + 'static,
) -> Result<T, Refusal> {
    house
        .engine
        .call(job)
        .await
        .map_err(ending)?
        .map_err(|error| refuse(house, &error))
}

pub(crate) async fn change(
    house: &House,
    change: impl FnOnce(&mut carillon_core::settings::Settings),
) -> Result<(), Refusal> {
    let changed = house.change_settings(change).await;
    changed.map_err(|error| Refusal::new(RefusalCode::Storage, error.to_string()))
}

/// What does not fit into the rules, in words; `None` when all does.
fn rule_words(left_out: &[LeftOut]) -> Option<String> {
    let words: Vec<String> = left_out.iter().map(ToString::to_string).collect();
    (!words.is_empty()).then(|| words.join("; "))
}

pub(crate) fn ending(gone: EngineGone) -> Refusal {
    Refusal::new(RefusalCode::LinkLost, gone.to_string())
}

pub(crate) fn refuse(house: &House, error: &DeskError) -> Refusal {
    if let DeskError::Store(error) = error {
        crate::disk::met(house, error);
    }
    let code = match error {
        DeskError::Gone => RefusalCode::Gone,
        DeskError::NotConnected => RefusalCode::NotConnected,
        DeskError::NotThere => RefusalCode::NotThere,
        DeskError::SomebodyElse => RefusalCode::SomebodyElse,
        DeskError::BadText => RefusalCode::BadText,
        DeskError::Store(carillon_engine::store::StoreError::Gone) => RefusalCode::Gone,
        DeskError::Store(_) => RefusalCode::Storage,
        DeskError::Session(problem) => RefusalCode::Session {
            problem: problem.clone(),
        },
    };
    Refusal::new(code, error.to_string())
}

pub(crate) fn refuse_store(
    house: &House,
) -> impl FnOnce(carillon_engine::store::StoreError) -> Refusal {
    move |error| refuse(house, &DeskError::Store(error))
}
