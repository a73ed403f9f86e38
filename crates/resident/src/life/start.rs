//! Everything that a resident needs, put together.

use super::Ears;
use crate::avatars::Album;
use crate::cli::Failure;
use crate::desktop::bus::Bus;
use crate::desktop::launcher::Launcher;
use crate::desktop::native::{FirstThread, give_memory_back};
use crate::desktop::popups::{Abilities, Identity, Popups};
use crate::desktop::secrets::SecretKeeper;
use crate::desktop::sound::Player;
use crate::desktop::sound::packs::Shelf;
use crate::desktop::surroundings;
use crate::desktop::tray::Tray;
use crate::desktop::wake;
use crate::desktop::written;
use crate::house::{House, Parts};
use crate::ringer::Ringer;
use crate::settings_file::{self, SettingsFile};
use crate::traycare::{self, TrayCare};
use carillon_core::alerts::Surroundings;
use carillon_core::ids::Timestamp;
use carillon_core::settings::AccountSettings;
use carillon_core::tray::TrayInput;
use carillon_engine::connector::Boxed;
use carillon_engine::store::{Reader, Store, StoreError, recover, suspect};
use carillon_engine::wire::{Secret, Token};
use carillon_engine::{Engine, EngineConfig, Media, Secrets, WireCarrier, WireConnector};
use carillon_link::Profile;
use carillon_link::server::Listener;
use carillon_link::views::{DesktopView, Notice};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, watch};

/// Clicks that may wait.
const CLICKS: usize = 64;
/// Nobody waits longer until what can be saved of a damaged database is saved.
const SAVING: Duration = Duration::from_secs(20);
/// So much later than everything else comes what nobody waits for.
const SIGNING_IN: Duration = Duration::from_secs(3);

pub(super) async fn start(
    profile: &Profile,
    first_thread: &FirstThread,
) -> Result<(Arc<House>, Ears, TrayCare, Listener), Failure> {
    let now = now();
    // Whoever holds the profile is the only one to write them.
    for file in [profile.settings_file(), SecretKeeper::file_of(profile)] {
        written::sweep(&file);
    }
    let (settings, mut notices) =
        SettingsFile::load(&profile.settings_file(), &stamp()).map_err(Failure::new)?;
    let bus = Bus::default();
    #[cfg(target_os = "linux")]
    crate::desktop::proxies::begin(&bus);
    let secrets = SecretKeeper::new(profile);
    let (told, watched) = watch::channel(Surroundings::default());
    let begin = |store| {
        Engine::start(EngineConfig {
            store,
            settings: settings.settings().clone(),
            connector: Arc::new(WireConnector::new(Arc::new(Passwords(secrets.clone())))),
            surroundings: watched.clone(),
            clock: Arc::new(self::now),
            chance: Box::new(chance),
        })
    };
    let mut store = open_store(profile, now, &mut notices)?;
    tidy_avatars(&mut store, profile);
    let mut checked = store.was_checked();
    let begun = match begin(store) {
        Err(StoreError::Damaged { what }) => {
            // What no check of SQLite's sees, an address that is none.
            tracing::error!(what, "the database cannot be used as it is");
            suspect(&profile.database()).map_err(Failure::new)?;
            let store = open_store(profile, now, &mut notices)?;
            checked = store.was_checked();
            begin(store)
        }
        begun => begun,
    };
    let (engine, outputs) = begun.map_err(Failure::new)?;
    let reader = Reader::open(&profile.database()).map_err(Failure::new)?;
    let (popup_events, popups) = mpsc::channel(CLICKS);
    let popup_room = Popups::start(bus.clone(), Identity::default(), popup_events);
    let service = popup_room.service();
    let ringer = Ringer::new(popup_room, Player::with_packs(Shelf::of(profile.data())))
        .with_avatars(Album::of(profile));
    let (desktop, _) = watch::channel(DesktopView {
        sound: true,
        ..DesktopView::default()
    });
    let aside = notices.iter().find_map(|notice| match notice {
        Notice::DatabaseSetAside { path, messages, .. } => Some((path.clone(), *messages)),
        _ => None,
    });
    let house = Arc::new(House::new(Parts {
        profile: profile.clone(),
        engine,
        ringer,
        secrets,
        surroundings: told,
        desktop,
        settings,
        notices,
        reader,
    }));
    carry_files(&house).await;
    // An engine that is gone rings nothing.
    let _ = house
        .engine
        .call(move |desk| match aside {
            Some((path, saved)) => desk.ring_set_aside(&path, saved),
            // Its notice ended with the run that told it; so does what the tray shows of it.
            None => desk.set_aside_is_known(),
        })
        .await;
    let (tray_events, tray_queue) = mpsc::channel(CLICKS);
    let stage = first_thread.stage().await;
    let first = traycare::view(&house, &TrayInput::default());
    let tray = Tray::start(first, tray_events, &stage);
    tokio::spawn(watch_tray(Arc::clone(&house), tray.present()));
    tokio::spawn(watch_service(Arc::clone(&house), service));
    tokio::spawn(look_for_keyring(Arc::clone(&house)));
    surroundings::watch(&bus, &stage, house.surroundings.clone());
    tokio::spawn(watch_idle(Arc::clone(&house)));
    let wakes = wake::watch(&stage);
    tokio::spawn(super::wakes::pass_on(house.engine.clone(), wakes));
    tokio::spawn(come_to_rest(Arc::clone(&house), checked));
    tokio::spawn(settings_file::watch::watch(Arc::clone(&house)));
    let listener = Listener::bind(profile).map_err(Failure::new)?;
    let ears = Ears {
        outputs,
        popups,
        tray: tray_queue,
    };
    let care = TrayCare::new(tray, Launcher::new(bus));
    Ok((house, ears, care, listener))
}

/// A damaged database is set aside, and what can be read of it saved; a newer one is refused.
fn open_store(
    profile: &Profile,
    now: Timestamp,
    notices: &mut Vec<Notice>,
) -> Result<Store, Failure> {
    let path = profile.database();
    match Store::open(&path) {
        Err(StoreError::Damaged { what }) => {
            tracing::error!(what, "the database is damaged and is set aside");
            let began = Instant::now();
            let tired = || began.elapsed() > SAVING;
            let recovery = recover(&path, now, &tired).map_err(Failure::new)?;
            notices.push(Notice::DatabaseSetAside {
                path: recovery.aside.database.display().to_string(),
                messages: recovery.saved.messages,
                chats: recovery.saved.chats,
            });
            Store::open(&path).map_err(Failure::new)
        }
        other => other.map_err(Failure::new),
    }
}

/// Without a folder for them no file is sent or fetched; everything else works.
async fn carry_files(house: &House) {
    let media = match Media::open(house.profile.media()) {
        Ok(media) => media,
        Err(error) => return tracing::error!(%error, "there is no folder for files"),
    };
    let carrier = Arc::new(WireCarrier::default());
    let carried = house
        .engine
        .call(move |desk| desk.carry_files(media, carrier))
        .await;
    if let Ok(Err(error)) = carried {
        tracing::error!(%error, "what files are needed could not be read");
    }
}

/// Pictures that nobody shows go, and those that are not there are fetched again.
fn tidy_avatars(store: &mut Store, profile: &Profile) {
    let tidied = store.avatar_hashes().and_then(|shown| {
        let missing = Album::of(profile).tidy(&shown);
        store.forget_avatars(&missing)
    });
    if let Err(error) = tidied {
        tracing::warn!(%error, "the pictures of contacts could not be looked through");
    }
}

/// Looks at the whole of a database that is too large for it to be waited for at the start, and gives back what memory
/// the start has needed: of ten thousand contacts that is more than what stays.
async fn come_to_rest(house: Arc<House>, checked: bool) {
    // It takes a core for as long as it lasts, which the sign-in needs more.
    tokio::time::sleep(SIGNING_IN).await;
    let path = house.profile.database();
    let damaged = tokio::task::spawn_blocking(move || {
        let damaged = !checked && is_damaged(&path);
        give_memory_back();
        damaged
    })
    .await;
    if damaged.is_ok_and(|damaged| damaged) {
        house.notice(Notice::DatabaseDamaged);
    }
}

/// Notes it beside the database, so that the next start sets it aside.
fn is_damaged(database: &Path) -> bool {
    match Reader::open(database).and_then(|reader| reader.check()) {
        Ok(()) => false,
        Err(StoreError::Damaged { what }) => {
            tracing::error!(what, "the database in use is damaged");
            if let Err(error) = suspect(database) {
                tracing::error!(%error, "that could not be noted");
            }
            true
        }
        Err(error) => {
            tracing::warn!(%error, "the database could not be checked");
            false
        }
    }
}

/// Keeps what windows are told about the tray true.
async fn watch_tray(house: Arc<House>, mut present: watch::Receiver<bool>) {
    loop {
        let tray = *present.borrow_and_update();
        house
            .desktop
            .send_if_modified(|desktop| std::mem::replace(&mut desktop.tray, tray) != tray);
        if present.changed().await.is_err() {
            return;
        }
    }
}

/// Keeps what windows are told about the notification service true.
async fn watch_service(house: Arc<House>, mut service: watch::Receiver<Option<Abilities>>) {
    loop {
        let name = service
            .borrow_and_update()
            .as_ref()
            .map(|service| service.name.clone());
        house.desktop.send_if_modified(|desktop| {
            let changed = desktop.notifications != name;
            desktop.notifications = name;
            changed
        });
        if service.changed().await.is_err() {
            return;
        }
    }
}

/// Whether there is a keyring decides what the sign-in form offers first.
async fn look_for_keyring(house: Arc<House>) {
    let keyring = house.secrets.has_keyring().await;
    house
        .desktop
        .send_if_modified(|desktop| std::mem::replace(&mut desktop.keyring, keyring) != keyring);
}

/// Away by itself, back by itself. Begins anew when the user changes the minutes.
async fn watch_idle(house: Arc<House>) {
    let mut minutes = house.away_after.subscribe();
    loop {
        let wanted = *minutes.borrow_and_update();
        let watch = surroundings::IdleWatch::start(wanted).await;
        tokio::select! {
            () = follow_idle(&house, watch) => {}
            changed = minutes.changed() => if changed.is_err() { return },
        }
        if house
            .engine
            .call(|desk| desk.set_idle(false))
            .await
            .is_err()
        {
            return;
        }
    }
}

/// Tells the engine who is at the desk, for as long as the desktop tells it.
async fn follow_idle(house: &House, watch: Option<surroundings::IdleWatch>) {
    if let Some(mut watch) = watch {
        while let Some(idle) = watch.changed().await {
            if house
                .engine
                .call(move |desk| desk.set_idle(idle))
                .await
                .is_err()
            {
                return;
            }
        }
    }
    std::future::pending::<()>().await;
}

/// The token that the desktop gave this process when it was started from a menu.
pub(super) fn own_token() -> Option<String> {
    ["XDG_ACTIVATION_TOKEN", "DESKTOP_STARTUP_ID"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok())
}

struct Passwords(SecretKeeper);

impl Secrets for Passwords {
    fn password(&self, account: &AccountSettings) -> Boxed<Option<Secret>> {
        let keeper = self.0.clone();
        let (jid, store) = (account.jid.clone(), account.secret);
        Box::pin(async move {
            match keeper.load(&jid, store).await {
                Ok(password) => Some(Secret::new(password.to_string())),
                Err(problem) => {
                    tracing::warn!(%problem, "the password is not to be had");
                    None
                }
            }
        })
    }

    fn token(&self, account: &AccountSettings) -> Boxed<Option<Token>> {
        let keeper = self.0.clone();
        let (jid, store) = (account.jid.clone(), account.secret);
        Box::pin(async move {
            // Mostly there is none, which is no trouble: there is the password.
            let kept = keeper.load_token(&jid, store).await.ok()?;
            Token::from_text(&kept)
        })
    }

    fn keep_token(
        &self,
        account: &AccountSettings,
        password: Secret,
        token: Option<Token>,
    ) -> Boxed<()> {
        let keeper = self.0.clone();
        let (jid, store) = (account.jid.clone(), account.secret);
        Box::pin(async move {
            let text = token.map(|token| token.to_text());
            if let Err(problem) = keeper.keep_token(&jid, store, password, text).await {
                tracing::warn!(%problem, "a token could not be kept");
            }
        })
    }
}

fn now() -> Timestamp {
    jiff::Timestamp::now().into()
}

/// A moment as it can stand in a file's name.
pub(crate) fn stamp() -> String {
    jiff::Timestamp::now()
        .strftime("%Y%m%dT%H%M%SZ")
        .to_string()
}

/// A random number from 0 up to 1.
fn chance() -> f64 {
    let mut bytes = [0; 4];
    // Without randomness every wait is the longest: late, but never a stampede.
    if getrandom::fill(&mut bytes).is_err() {
        return 1.0;
    }
    f64::from(u32::from_le_bytes(bytes)) / f64::from(u32::MAX)
}
