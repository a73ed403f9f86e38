//! What the rooms of the resident share: handles, no state of their own.

use crate::avatars::Album;
use crate::desktop::recording::Recorder;
use crate::desktop::secrets::SecretKeeper;
use crate::desktop::sound::listening::Listening;
use crate::ringer::Ringer;
use crate::settings_file::{SettingsError, SettingsFile};
use crate::windows::Windows;
use crate::words::Words;
use carillon_core::alerts::Surroundings;
use carillon_core::settings::Settings;
use carillon_engine::store::Reader;
use carillon_engine::{Desk, Engine};
use carillon_link::views::{DesktopView, Notice};
use carillon_link::{Event, Profile};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{Notify, watch};

/// The handles that the resident's rooms pass around.
pub struct House {
    /// Where everything is.
    pub profile: Profile,
    /// Sessions, store and decisions.
    pub engine: Engine,
    /// Popups and sounds.
    pub ringer: Ringer,
    /// Passwords.
    pub secrets: SecretKeeper,
    /// Voice messages that are spoken.
    pub recorder: Recorder,
    /// Sounds that somebody sent.
    pub listening: Listening,
    /// The pictures of people.
    pub avatars: Album,
    /// The windows that are connected.
    pub windows: Windows,
    /// What the desktop and the window say.
    pub surroundings: watch::Sender<Surroundings>,
    /// What the desktop can do.
    pub desktop: watch::Sender<DesktopView>,
    /// Rung when the resident shall end.
    pub quit: Notify,
    /// Minutes of idleness until I am shown as away.
    pub away_after: watch::Sender<u16>,
    /// Held while the try-out is started or ended: one at a time.
    pub tryout: tokio::sync::Mutex<()>,
    /// The export that runs.
    pub work: crate::own::Work,
    /// Whose turn it is to search.
    pub searches: crate::door::Turns,
    settings: Mutex<SettingsFile>,
    words: Mutex<Arc<Words>>,
    notices: Mutex<Vec<Notice>>,
    reader: Mutex<Reader>,
}

/// The parts that a house is built from.
pub struct Parts {
    /// See [`House::profile`].
    pub profile: Profile,
    /// See [`House::engine`].
    pub engine: Engine,
    /// See [`House::ringer`].
    pub ringer: Ringer,
    /// See [`House::secrets`].
    pub secrets: SecretKeeper,
    /// See [`House::surroundings`].
    pub surroundings: watch::Sender<Surroundings>,
    /// See [`House::desktop`].
    pub desktop: watch::Sender<DesktopView>,
    /// The settings and the file that they stand in.
    pub settings: SettingsFile,
    /// What the user should know from the start.
    pub notices: Vec<Notice>,
    /// The second connection to the store, for reading.
    pub reader: Reader,
}

impl House {
    /// Puts the parts together.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        let general = &parts.settings.settings().general;
        let words = Words::new(&general.language);
        let away_after = watch::Sender::new(general.away_after_minutes);
        let avatars = Album::of(&parts.profile);
        parts.ringer.colour_people(general.person_colours);
        Self {
            profile: parts.profile,
            engine: parts.engine,
            ringer: parts.ringer,
            secrets: parts.secrets,
            recorder: Recorder::default(),
            listening: Listening::default(),
            avatars,
            windows: Windows::default(),
            surroundings: parts.surroundings,
            desktop: parts.desktop,
            quit: Notify::new(),
            away_after,
            tryout: tokio::sync::Mutex::default(),
            work: crate::own::Work::default(),
            searches: crate::door::Turns::default(),
            settings: Mutex::new(parts.settings),
            words: Mutex::new(Arc::new(words)),
            notices: Mutex::new(parts.notices),
            reader: Mutex::new(parts.reader),
        }
    }

    /// What the user chose.
    #[must_use]
    pub fn settings(&self) -> Settings {
        lock(&self.settings).settings().clone()
    }

    /// Reads something of what the user chose, without a copy of all of it.
    pub fn read_settings<T>(&self, read: impl FnOnce(&Settings) -> T) -> T {
        read(lock(&self.settings).settings())
    }

    /// Changes the settings: written first, then taken over by the engine, then told to the windows.
    ///
    /// # Errors
    /// When they could not be written; nothing has changed then.
    pub async fn change_settings(
        &self,
        change: impl FnOnce(&mut Settings),
    ) -> Result<(), SettingsError> {
        self.try_change_settings(|settings| {
            change(settings);
            Ok(())
        })
        .await
    }

    /// Changes the settings as [`Self::change_settings`] does, unless `change` finds a reason not to.
    ///
    /// # Errors
    /// That reason, or that they could not be written; nothing has changed then.
    pub async fn try_change_settings<E: From<SettingsError>>(
        &self,
        change: impl FnOnce(&mut Settings) -> Result<(), E>,
    ) -> Result<(), E> {
        let (done, holds, settings, notices) = {
            let mut file = lock(&self.settings);
            let (by_hand, notices) = file.catch_up(&crate::life::stamp())?;
            let mut settings = file.settings().clone();
            let done = change(&mut settings).and_then(|()| {
                if settings == *file.settings() {
                    return Ok(());
                }
                file.save(settings).map_err(E::from)
            });
            let holds = done.is_ok() || by_hand;
            (done, holds, file.settings().clone(), notices)
        };
        for notice in notices {
            self.notice(notice);
        }
        if holds {
            self.take_over(settings).await;
        }
        done
    }

    /// Takes over what somebody else wrote into the settings file.
    ///
    /// # Errors
    /// When it could not be read; what holds now goes on to hold then.
    pub async fn reload_settings(&self, stamp: &str) -> Result<(), SettingsError> {
        let (changed, notices, settings) = {
            let mut file = lock(&self.settings);
            let (changed, notices) = file.reload(stamp)?;
            (changed, notices, file.settings().clone())
        };
        for notice in notices {
            self.notice(notice);
        }
        if changed {
            self.take_over(settings).await;
        }
        Ok(())
    }

    async fn take_over(&self, settings: Settings) {
        *lock(&self.words) = Arc::new(Words::new(&settings.general.language));
        self.ringer.colour_people(settings.general.person_colours);
        let minutes = settings.general.away_after_minutes;
        self.away_after
            .send_if_modified(|known| std::mem::replace(known, minutes) != minutes);
        let applied = self
            .engine
            .call(move |desk| desk.apply_settings(settings))
            .await;
        if let Ok(Err(error)) = applied {
            self.notice(crate::disk::notice(self, &error));
        }
        self.windows.tell(&Event::Settings);
    }

    /// The texts in the user's language.
    #[must_use]
    pub fn words(&self) -> Arc<Words> {
        Arc::clone(&lock(&self.words))
    }

    /// Keeps a notice for the windows to show; the same one only once.
    pub fn notice(&self, notice: Notice) {
        let mut notices = lock(&self.notices);
        if !notices.contains(&notice) {
            notices.push(notice);
            drop(notices);
            self.windows.tell(&Event::Notices);
        }
    }

    /// The disk takes things again: that it did not is no news any more.
    pub fn storage_works(&self) {
        let mut notices = lock(&self.notices);
        let before = notices.len();
        notices.retain(|notice| !matches!(notice, Notice::Storage { .. }));
        if notices.len() < before {
            drop(notices);
            self.windows.tell(&Event::Notices);
        }
    }

    /// The notices that were not put away.
    #[must_use]
    pub fn notices(&self) -> Vec<Notice> {
        lock(&self.notices).clone()
    }

    /// Puts all notices away.
    pub async fn dismiss_notices(&self) {
        lock(&self.notices).clear();
        self.windows.tell(&Event::Notices);
        // An engine that is gone shows nothing any more.
        let _ = self.engine.call(Desk::set_aside_is_known).await;
    }

    /// The store's second connection. Each read is short: it is done where it is asked.
    pub fn reader(&self) -> MutexGuard<'_, Reader> {
        lock(&self.reader)
    }
}

/// A value behind a lock that no panic can have left half changed: each is replaced as a whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
