//! Beginning, ending and beginning again.

use crate::account::{Account, Burst, Line, Session};
use crate::avatars::Avatars;
use crate::connector::{ConnectEnd, SessionStart};
use crate::desk::{Desk, DeskError};
use crate::output::Output;
use crate::streams::Counting;
use carillon_core::alerts::EventKind;
use carillon_core::backoff;
use carillon_core::ids::{AccountId, Timestamp};
use carillon_core::session::{Incoming, Outgoing, ServerFeatures, SessionProblem};
use carillon_core::settings::{AccountSettings, OwnAvailability, Settings};
use carillon_store::StoreError;
use std::collections::BTreeSet;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// What may wait for the socket; then messages wait in the store, and the rest is given up.
const OUTGOING: usize = 1024;
/// What may wait between the socket and the engine.
const INCOMING: usize = 64;

/// What a session's task reports.
#[derive(Debug)]
pub(crate) struct SessionNews {
    pub(crate) account: AccountId,
    pub(crate) generation: u64,
    pub(crate) what: Heard,
}

#[derive(Debug)]
pub(crate) enum Heard {
    Stanza(Box<Incoming>),
    Ended(ConnectEnd),
    /// Of no session.
    File(Box<crate::files::FileNews>),
}

impl Desk {
    /// Takes over what the user chose: new accounts connect, removed ones end, the rest goes on.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub fn apply_settings(&mut self, settings: Settings) -> Result<(), StoreError> {
        let mut kept = BTreeSet::new();
        for chosen in &settings.accounts {
            let id = self.store.account_id(&chosen.jid)?;
            // An address that stands there twice counts once.
            if kept.insert(id) {
                self.take_account(id, chosen.clone())?;
            }
        }
        let gone: Vec<_> = self
            .accounts
            .keys()
            .filter(|id| !kept.contains(id))
            .copied()
            .collect();
        for id in gone {
            self.let_account_go(id);
        }
        self.settings = settings;
        self.book = self.make_book();
        self.show_own_presence();
        self.tell_client_state();
        for id in kept {
            self.connect_if_wanted(id);
        }
        self.silence_changed();
        self.tell(Output::Accounts);
        self.refresh_tray();
        Ok(())
    }

    fn take_account(&mut self, id: AccountId, chosen: AccountSettings) -> Result<(), StoreError> {
        if let Some(account) = self.accounts.get_mut(&id) {
            let same_way = account.settings == chosen;
            account.settings = chosen;
            if !same_way {
                self.hang_up(id);
            }
            return Ok(());
        }
        let mut account = Account::new(id, chosen);
        account.roster = self.store.roster(id)?.into_iter().collect();
        account.blocked = self.store.blocked(id)?.into_iter().collect();
        account.moved = self.store.moved_contacts(id)?.into_iter().collect();
        account.shut_out = self.store.blocked_occupants(id)?.into_iter().collect();
        account.gone_at = self.store.last_seen(id)?.into_iter().collect();
        account.avatars = Avatars::of(self.store.avatars(id)?);
        account.remember_rooms(self.store.rooms(id)?);
        self.accounts.insert(id, account);
        Ok(())
    }

    /// Forgets an account and all that is stored of it.
    ///
    /// # Errors
    /// When the store refuses; the account is signed out then, and its rows are still there.
    pub fn forget_account(&mut self, id: AccountId) -> Result<(), DeskError> {
        self.let_account_go(id);
        self.store.remove_account(id)?;
        self.tell(Output::Accounts);
        self.tell(Output::Roster(id));
        self.refresh_tray();
        Ok(())
    }

    /// Tries to connect now instead of waiting; a session that is up stays, and an attempt on its way goes on.
    ///
    /// # Errors
    /// [`DeskError::Gone`] when there is no such account.
    pub fn connect_now(&mut self, id: AccountId) -> Result<(), DeskError> {
        let account = self.account_mut(id)?;
        if account.session.is_none() {
            account.line = Line::Off;
            account.failures = 0;
            self.withdraw_account_alert(id);
            self.connect_if_wanted(id);
            self.tell(Output::Accounts);
        }
        Ok(())
    }

    /// As [`Self::connect_now`], after what the account signs in with has changed: an attempt on its way, which may have
    /// begun with the password of before, begins anew.
    ///
    /// # Errors
    /// [`DeskError::Gone`] when there is no such account.
    pub fn connect_anew(&mut self, id: AccountId) -> Result<(), DeskError> {
        let account = self.account_mut(id)?;
        if account.line == Line::Connecting
            && let Some(session) = &mut account.session
        {
            account.failures = 0;
            session.outdated = true;
            session.give_up();
        }
        self.connect_now(id)
    }

    fn let_account_go(&mut self, id: AccountId) {
        self.withdraw_account_alert(id);
        self.forget_loss(id);
        self.forget_later_of(id);
        self.forget_missed_of(id);
        if let Some(mut account) = self.accounts.remove(&id) {
            self.leaving.extend(say_goodbye(&mut account));
            self.tell(Output::Roster(id));
        }
        self.forget_requests(id);
    }

    fn connect_if_wanted(&mut self, id: AccountId) {
        let wanted = self.settings.general.availability != OwnAvailability::Offline;
        let Some(account) = self.accounts.get(&id) else {
            return;
        };
        let wanted = wanted && account.settings.enabled;
        match (&account.line, wanted) {
            (Line::Off, true) => self.connect(id),
            (Line::Off, false) => {}
            (_, false) => self.hang_up(id),
            (_, true) => {}
        }
    }

    fn connect(&mut self, id: AccountId) {
        let generation = self.number();
        let presence = self.own_presence();
        let roster_version = self.store.roster_version(id).ok().flatten();
        let stream = self.store.stream(id).ok().flatten();
        let pinned = self.pinned(id);
        let device = self.device(id);
        let Some(account) = self.accounts.get_mut(&id) else {
            return;
        };
        account.forget_live();
        account.counting = Counting::from(stream.as_ref());
        let start = SessionStart {
            account: account.settings.clone(),
            roster_version: Some(roster_version.unwrap_or_default()),
            availability: presence.0,
            status: presence.1.clone(),
            stream,
            pinned,
            device,
        };
        account.shown = Some((presence, None));
        account.line = Line::Connecting;
        let (outgoing, outgoing_end) = mpsc::channel(OUTGOING);
        let (incoming, mut incoming_end) = mpsc::channel(INCOMING);
        let session = self.connector.run(start, outgoing_end, incoming);
        let news = self.news.clone();
        let (give_up, given_up) = oneshot::channel();
        let task = tokio::spawn(async move {
            let pass_on = async {
                let mut next = tokio::select! {
                    biased;
                    first = incoming_end.recv() => first,
                    Ok(()) = given_up => None,
                };
                while let Some(stanza) = next {
                    let what = Heard::Stanza(Box::new(stanza));
                    let heard = SessionNews {
                        account: id,
                        generation,
                        what,
                    };
                    if news.send(heard).await.is_err() {
                        return;
                    }
                    next = incoming_end.recv().await;
                }
                incoming_end.close();
            };
            // Everything that came before the end is passed on before the end is.
            let (end, ()) = tokio::join!(session, pass_on);
            let what = Heard::Ended(end);
            let _ = news
                .send(SessionNews {
                    account: id,
                    generation,
                    what,
                })
                .await;
        });
        account.session = Some(Session {
            generation,
            outgoing,
            task: Some(task.abort_handle()),
            give_up: Some(give_up),
            outdated: false,
        });
        self.tell(Output::Accounts);
        self.refresh_tray();
    }

    /// Ends a session because the user wants it so.
    fn hang_up(&mut self, id: AccountId) {
        if !self.accounts.contains_key(&id) {
            return;
        }
        // What is stored is acknowledged before the good-bye.
        self.flush_due.get_or_insert_default();
        self.flush();
        let Some(account) = self.accounts.get_mut(&id) else {
            return;
        };
        self.leaving.extend(say_goodbye(account));
        account.line = Line::Off;
        account.failures = 0;
        self.end_stream(id);
        self.withdraw_account_alert(id);
        self.forget_loss(id);
        self.forget_live(id);
    }

    pub(crate) fn close_sessions(&mut self) {
        let mut closed = Vec::new();
        for account in self.accounts.values_mut() {
            if let Some(generation) = say_goodbye(account) {
                self.leaving.insert(generation);
                closed.push(account.id);
            }
        }
        for id in closed {
            self.end_stream(id);
        }
    }

    fn forget_live(&mut self, id: AccountId) {
        self.stop_typing(id, |_, _| true);
        let Some(account) = self.accounts.get_mut(&id) else {
            return;
        };
        account.forget_live();
        self.forget_slots(id);
        self.forget_requests(id);
        self.tell(Output::Accounts);
        self.tell(Output::Roster(id));
        self.refresh_tray();
    }

    pub(crate) fn hear(&mut self, heard: SessionNews) {
        let heard = match heard.what {
            Heard::File(news) => return self.hear_file(heard.account, *news),
            what => SessionNews { what, ..heard },
        };
        let current = self
            .accounts
            .get(&heard.account)
            .and_then(|account| account.session.as_ref())
            .is_some_and(|session| session.generation == heard.generation);
        if !current {
            self.hear_leaving(heard);
            return;
        }
        match heard.what {
            Heard::Stanza(stanza) => self.hear_among_rooms(heard.account, *stanza),
            Heard::Ended(end) => self.session_ended(heard.account, end),
            Heard::File(_) => {}
        }
    }

    pub(crate) fn session_began(
        &mut self,
        id: AccountId,
        resource: &str,
        features: ServerFeatures,
    ) {
        let now = self.now();
        let Some(account) = self.accounts.get_mut(&id) else {
            return;
        };
        account.line = Line::Online(features);
        account.online_since = Some(now);
        if let Some(session) = &mut account.session {
            session.outdated = false;
        }
        account.resource = Some(resource.to_owned());
        account.burst = if self.settings.alerts.presence.burst_summary {
            Burst::begin_awaited(now)
        } else {
            Burst::begin(now)
        };
        if account.stash.take().is_some() {
            account.expects_strays(now);
        }
        account.gapless = false;
        account.avatars.begin();
        // So it is on a new stream (XEP-0352 §4.2).
        account.told_active = Some(true);
        self.paused.remove(&id);
        self.withdraw_account_alert(id);
        self.link_back(id);
        self.show_own_presence();
        self.tell_client_state();
        self.rejoin_rooms(id);
        self.ask_what_devices_share(id);
        self.send_waiting(id);
        self.send_errands(id);
        self.send_files(id);
        self.carry_on_moves();
        if features.archive {
            self.read_what_was_missed(id);
        }
        self.tell(Output::Accounts);
        self.refresh_tray();
    }

    /// What the server says during a good-bye counts for it as delivered: messages are still taken, and the rest,
    /// which says how things stand, is over.
    fn hear_leaving(&mut self, heard: SessionNews) {
        match heard.what {
            Heard::Stanza(stanza)
                if self.leaving.contains(&heard.generation)
                    && matches!(*stanza, Incoming::Message(_) | Incoming::Reached { .. }) =>
            {
                self.hear_stanza(heard.account, *stanza);
            }
            Heard::Stanza(_) | Heard::File(_) => {}
            Heard::Ended(_) => {
                self.leaving.remove(&heard.generation);
            }
        }
    }

    fn session_ended(&mut self, id: AccountId, end: ConnectEnd) {
        let account = self.accounts.get(&id);
        let online = account.is_some_and(Account::is_online);
        let outdated = account
            .and_then(|account| account.session.as_ref())
            .is_some_and(|session| session.outdated);
        let problem = match end {
            _ if outdated => SessionProblem::Lost {
                detail: "it was begun with what has changed since".to_owned(),
            },
            ConnectEnd::Closed => {
                let detail = if online {
                    "the server ended the stream"
                } else {
                    "it was given up for another attempt"
                };
                let detail = detail.to_owned();
                SessionProblem::Lost { detail }
            }
            ConnectEnd::NoPassword => {
                self.stop(id, Line::NoPassword, "");
                return;
            }
            ConnectEnd::Problem(problem) => problem,
        };
        if problem.is_final() {
            let text = problem.to_string();
            self.stop(id, Line::Stopped(problem), &text);
            return;
        }
        // What was heard until now, so that the server need not say it again.
        self.flush_due.get_or_insert_default();
        self.flush();
        self.link_lost(id);
        let chance = (self.chance)();
        let now = self.now();
        if let Some(account) = self.accounts.get_mut(&id) {
            account.fall_asleep();
        }
        if let Some(account) = self.accounts.get_mut(&id) {
            let lasted = account
                .online_since
                .map(|since| Duration::from_millis(now.millis_since(since).max(0).unsigned_abs()));
            account.failures = backoff::failures(account.failures, lasted);
            let wait = backoff::wait(account.failures, chance);
            let millis = i64::try_from(wait.as_millis()).unwrap_or(i64::MAX);
            tracing::info!(%problem, wait_ms = millis, "the session ended; it will be tried again");
            let retry_at = now.plus_millis(millis);
            account.line = Line::Waiting { retry_at, problem };
        }
        self.forget_live(id);
    }

    /// Signing in needs the user.
    fn stop(&mut self, id: AccountId, line: Line, text: &str) {
        let Some(account) = self.accounts.get_mut(&id) else {
            return;
        };
        account.line = line;
        let address = account.settings.jid.clone();
        self.forget_loss(id);
        self.forget_live(id);
        self.ring_account(EventKind::AccountAttention, id, &address, text);
    }

    pub(crate) fn connect_due(&mut self, now: Timestamp) {
        let due: Vec<_> = self
            .accounts
            .values()
            .filter(
                |account| matches!(account.line, Line::Waiting { retry_at, .. } if retry_at <= now),
            )
            .map(|account| account.id)
            .collect();
        let later = self.disk_is_tried(now);
        for id in due {
            let account = self.accounts.get_mut(&id);
            match (account.map(|account| &mut account.line), later) {
                (Some(Line::Waiting { retry_at, .. }), Some(later)) => *retry_at = later,
                _ => self.connect(id),
            }
        }
    }
}

/// Asks a session to close, and lets its task finish that by itself. One that is not signed in yet just ends:
/// it would go on until it is. Answers the generation of the one that is now leaving.
fn say_goodbye(account: &mut Account) -> Option<u64> {
    let online = account.is_online();
    let session = account.session.take().filter(|_| online)?;
    let _ = session.outgoing.try_send(Outgoing::Close);
    let generation = session.generation;
    session.let_go();
    Some(generation)
}
