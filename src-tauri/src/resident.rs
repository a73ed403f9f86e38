//! The window's side of the link: finds the resident, starts it when there is none, and comes back when it is lost.
//!
//! Nothing is kept here but what the window itself shows. Whatever the page wants to know it reads through commands,
//! so a resident that was killed and started again is no more than a pause.

use std::{
    error::Error,
    ops::ControlFlow,
    path::PathBuf,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use carillon_link::{
    Ask, ChatRef, Event, Link, LinkError, Place, Profile, Refusal, RefusalCode, Role,
    contract::{self, WindowState},
    is_older,
};
use serde::Serialize;
use tauri::{AppHandle, Emitter, Manager, UserAttentionType};
use tokio::{sync::watch, time};

use crate::{beginning::Beginning, page::Page, starter::Starter, window};

/// This window's version.
const VERSION: &str = env!("CARGO_PKG_VERSION");
/// The page hears the resident's events under this name.
const EVENT: &str = "carillon";
/// The page hears [`LinkState`]s under this name.
const LINK_STATE: &str = "link-state";
/// A command waits so long for a resident that is being started; on a slow disk that takes a second or two.
const PATIENCE: Duration = Duration::from_secs(15);
/// The first wait before connecting again, doubled up to the last.
const FIRST_WAIT: Duration = Duration::from_millis(25);
const LAST_WAIT: Duration = Duration::from_secs(2);

/// Where the link stands, for the page to show when it takes long.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "state")]
enum LinkState {
    /// On the way; the resident may be starting.
    Connecting,
    /// Commands are answered.
    Connected,
    /// There is no resident to be had, or one of another version that has not ended yet.
    Lost {
        /// What happened, in English.
        detail: String,
    },
}

/// What the window shows, as the resident is told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Shown {
    chat: Option<ChatRef>,
    focused: bool,
}

/// The handle that commands and window events share.
#[derive(Debug)]
pub(crate) struct Resident {
    link: watch::Sender<Option<Link>>,
    state: watch::Sender<LinkState>,
    shown: watch::Sender<Shown>,
    page: Mutex<Page>,
}

impl Resident {
    /// Not connected yet; `place` is where the window shall open.
    pub(crate) fn new(place: Option<Place>) -> Self {
        Self {
            link: watch::Sender::new(None),
            state: watch::Sender::new(LinkState::Connecting),
            shown: watch::Sender::default(),
            page: Mutex::new(Page::Loads(place)),
        }
    }

    /// Passes a command on, waiting for a resident that is being started.
    pub(crate) async fn ask<A: Ask>(&self, ask: A) -> Result<A::Answer, Refusal> {
        let mut link = self.link.subscribe();
        let connected = async { link.wait_for(Option::is_some).await.ok()?.clone() };
        let link = time::timeout(PATIENCE, connected).await.ok().flatten();
        let lost = || Refusal::new(RefusalCode::LinkLost, "Carillon's resident does not answer");
        link.ok_or_else(lost)?.ask(ask).await
    }

    /// The page listens from now on: it is told where the link stands. Answers the place where it shall begin.
    pub(crate) fn page_listens(&self, app: &AppHandle) -> Option<Place> {
        tell(app, LINK_STATE, self.state.borrow().clone());
        self.page().listens()
    }

    /// Leads the page to a place: at once, or when it has loaded. Says whether it was at once.
    pub(crate) fn lead(&self, app: &AppHandle, place: Place) -> bool {
        let now = self.page().lead(place);
        if let Some(place) = &now {
            let place = place.clone();
            tell(app, EVENT, Event::Show { place, token: None });
        }
        now.is_some()
    }

    /// The page shows another chat, or none.
    pub(crate) fn show_chat(&self, chat: Option<ChatRef>) {
        self.shown.send_if_modified(|shown| {
            shown.chat != chat && {
                shown.chat = chat;
                true
            }
        });
    }

    /// The window gained or lost the focus.
    pub(crate) fn focus(&self, focused: bool) {
        self.shown.send_if_modified(|shown| {
            shown.focused != focused && {
                shown.focused = focused;
                true
            }
        });
    }

    fn page(&self) -> MutexGuard<'_, Page> {
        self.page.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lose(&self, app: &AppHandle, why: &dyn Error) {
        self.enter(
            app,
            LinkState::Lost {
                detail: why.to_string(),
            },
        );
    }

    fn enter(&self, app: &AppHandle, state: LinkState) {
        if self.state.send_replace(state.clone()) != state {
            tell(app, LINK_STATE, state);
        }
    }
}

/// Keeps the link for as long as the window lives.
pub(crate) async fn keep_link(app: AppHandle, profile: Profile, folder: Option<PathBuf>) {
    let resident = app.state::<Resident>();
    let mut starter = Starter::new(folder);
    let mut wait = FIRST_WAIT;
    loop {
        match Link::connect(&profile, Role::Window, VERSION).await {
            Ok((link, events)) => {
                resident.link.send_replace(Some(link.clone()));
                resident.enter(&app, LinkState::Connected);
                starter.answered();
                if app.state::<Beginning>().is_awaited() {
                    tauri::async_runtime::spawn(begin(app.clone(), link.clone()));
                }
                if serve(&app, &link, events).await.is_break() {
                    // A window on its way out must not start again what was just asked to end.
                    app.exit(0);
                    return;
                }
                resident.link.send_replace(None);
                resident.enter(&app, LinkState::Connecting);
                wait = FIRST_WAIT;
            }
            Err(LinkError::OtherVersion { version }) if is_older(&version, VERSION) => {
                // Left over from before an update: it makes room, and the next round starts a new one.
                ask_to_quit(&profile).await;
            }
            Err(error @ LinkError::OtherVersion { .. }) => resident.lose(&app, &error),
            Err(error) => {
                tracing::debug!(%error, "no link yet");
                if let Err(error) = starter.see_to_it() {
                    resident.lose(&app, &error);
                }
            }
        }
        time::sleep(wait).await;
        wait = (wait * 2).min(LAST_WAIT);
    }
}

/// Has the overview at hand for the page, while the web view is still made.
async fn begin(app: AppHandle, link: Link) {
    match link.ask(contract::ReadOverview {}).await {
        Ok(overview) => app.state::<Beginning>().came(&overview),
        Err(error) => tracing::debug!(%error, "the page will ask by itself"),
    }
}

/// Asks a resident of another version to end; the next attempt to connect tells whether it did.
async fn ask_to_quit(profile: &Profile) {
    match Link::connect_to_quit(profile, VERSION).await {
        Ok((link, _events)) => {
            // It may be gone before its answer is through.
            let _ = link.ask(contract::Quit {}).await;
        }
        Err(error) => tracing::debug!(%error, "the older resident could not be asked to end"),
    }
}

/// Passes events on until the link ends, or the resident says that it does. What the window shows is told by a task of its own: an answer is read from
/// the same socket as events, so whoever takes the events must not wait for one.
async fn serve(
    app: &AppHandle,
    link: &Link,
    mut events: tokio::sync::mpsc::Receiver<Event>,
) -> ControlFlow<()> {
    let shown = app.state::<Resident>().shown.subscribe();
    let telling = tauri::async_runtime::spawn(tell_shown(link.clone(), shown));
    let mut flow = ControlFlow::Continue(());
    while flow.is_continue()
        && let Some(event) = events.recv().await
    {
        flow = take(app, event);
    }
    telling.abort();
    flow
}

async fn tell_shown(link: Link, mut shown: watch::Receiver<Shown>) {
    loop {
        let Shown { chat, focused } = shown.borrow_and_update().clone();
        if link.ask(WindowState { chat, focused }).await.is_err() || shown.changed().await.is_err()
        {
            return;
        }
    }
}

fn take(app: &AppHandle, event: Event) -> ControlFlow<()> {
    match event {
        Event::Show { place, token } => {
            // A window that has just been started comes to the front by itself. One that is covered before its page
            // listens does not, and a token is good for one click.
            if app.state::<Resident>().lead(app, place) || token.is_some() {
                with_window(app, move |window| window::present(window, token.as_deref()));
            }
        }
        Event::Attention { until_seen } => {
            let wanted = if until_seen {
                UserAttentionType::Critical
            } else {
                UserAttentionType::Informational
            };
            with_window(app, move |window| window::attention(window, Some(wanted)));
        }
        Event::Ending => return ControlFlow::Break(()),
        other => tell(app, EVENT, other),
    }
    ControlFlow::Continue(())
}

/// Windows belong to the main thread.
fn with_window(
    app: &AppHandle,
    act: impl FnOnce(&tauri::WebviewWindow) -> tauri::Result<()> + Send + 'static,
) {
    let handle = app.clone();
    let sent = app.run_on_main_thread(move || {
        if let Some(Err(error)) = handle
            .get_webview_window(window::LABEL)
            .map(|window| act(&window))
        {
            tracing::warn!(%error, "the window could not be shown");
        }
    });
    if let Err(error) = sent {
        tracing::debug!(%error, "the window is closing");
    }
}

fn tell(app: &AppHandle, name: &str, payload: impl Serialize + Clone) {
    if let Err(error) = app.emit_to(window::LABEL, name, payload) {
        tracing::debug!(%error, "the page could not be told");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use carillon_link::contract::ReadStatus;

    #[tokio::test(start_paused = true)]
    async fn a_command_waits_for_a_resident_that_starts_but_not_for_ever() {
        let resident = Resident::new(None);
        let begun = time::Instant::now();
        let refused = resident.ask(ReadStatus {}).await.unwrap_err();
        assert_eq!(refused.code, RefusalCode::LinkLost);
        assert_eq!(begun.elapsed().as_secs(), PATIENCE.as_secs());
    }

    #[test]
    fn the_resident_is_told_only_what_changed() {
        let resident = Resident::new(None);
        let mut shown = resident.shown.subscribe();
        resident.focus(false);
        resident.show_chat(None);
        assert!(!shown.has_changed().unwrap());
        resident.focus(true);
        assert!(shown.has_changed().unwrap());
        assert_eq!(
            *shown.borrow_and_update(),
            Shown {
                chat: None,
                focused: true
            }
        );
    }

    #[test]
    fn the_page_reads_where_the_link_stands_as_it_is_written_here() {
        let written = |state| serde_json::to_string(&state).unwrap();
        assert_eq!(written(LinkState::Connecting), r#"{"state":"connecting"}"#);
        assert_eq!(written(LinkState::Connected), r#"{"state":"connected"}"#);
        let lost = LinkState::Lost {
            detail: "why".to_owned(),
        };
        assert_eq!(written(lost), r#"{"state":"lost","detail":"why"}"#);
    }
}
