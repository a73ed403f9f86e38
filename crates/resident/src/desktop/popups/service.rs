//! The talk with `org.freedesktop.Notifications` over the shared connection.
//!
//! notify-rust builds a popup's words and hints ([`Message`]), but is not asked to show it: its `show` opens a bus
//! connection of its own each time, and neither the activation token nor the service's death come through it. One
//! task owns what is shown; a slow service delays only the key that it is slow about.

use super::calls::{self, Shown};
use super::message::{DEFAULT, Message};
use super::signals::{EARLY, Early, Told};
use super::{
    Abilities, Closed, INLINE_REPLY, Identity, Order, PopupError, PopupEvent, PopupRequest,
};
use crate::desktop::bus::Bus;
use futures_util::future::{BoxFuture, FutureExt as _};
use futures_util::stream::{BoxStream, FuturesUnordered, StreamExt as _};
use std::collections::HashMap;
use tokio::sync::{mpsc, watch};
use zbus::{Connection, Message as Answer};

/// What one key shows.
#[derive(Debug, Default)]
struct Slot {
    shown: Option<Shown>,
    /// A `Notify` is under way: its answer tells the id that the next one must replace.
    busy: bool,
    /// What to do then. Only the newest counts, so a burst on one key costs two calls.
    next: Option<Next>,
    /// What stays until it is handled is shown again by a service that takes the place of another.
    sticky: Option<Box<PopupRequest>>,
}

#[derive(Debug)]
enum Next {
    Show(Box<PopupRequest>),
    Withdraw,
}

#[derive(Debug, Default)]
enum Service {
    #[default]
    Unknown,
    Asking,
    Known(Abilities),
}

#[derive(Debug)]
enum Done {
    Abilities(u32, Result<Abilities, PopupError>),
    Notify(String, Result<Shown, PopupError>),
    Close(String, u32),
}

struct Room {
    bus: Bus,
    identity: Identity,
    events: mpsc::Sender<PopupEvent>,
    /// What the service can do, `None` while there is none.
    told: watch::Sender<Option<Abilities>>,
    connection: Option<Connection>,
    signals: BoxStream<'static, Answer>,
    service: Service,
    /// Who owns the service's name, empty for nobody; `None` until that changes for the first time.
    owner: Option<String>,
    /// How often the service was asked what it can do; only the newest answer counts.
    asked: u32,
    slots: HashMap<String, Slot>,
    pending: FuturesUnordered<BoxFuture<'static, Done>>,
    /// A service may tell of a popup right behind the answer that names its id, and be read first.
    early: Vec<Early>,
}

/// So many popups that stay until they are handled wait for a service; each has a card in the window too.
const WAITING: usize = 32;

/// Serves the orders until the last [`super::Popups`] is gone.
pub(super) async fn run(
    bus: Bus,
    identity: Identity,
    mut orders: mpsc::Receiver<Order>,
    events: mpsc::Sender<PopupEvent>,
    told: watch::Sender<Option<Abilities>>,
) {
    let mut made = bus.made();
    let mut room = Room {
        bus,
        identity,
        events,
        told,
        connection: None,
        signals: futures_util::stream::pending().boxed(),
        service: Service::Unknown,
        owner: None,
        asked: 0,
        slots: HashMap::new(),
        pending: FuturesUnordered::new(),
        early: Vec::new(),
    };
    made.mark_unchanged();
    if let Err(error) = room.begin().await {
        tracing::warn!(%error, "no popups");
    }
    loop {
        tokio::select! {
            // Signals first: a popup's end must be known before the answer that replaces it.
            biased;
            signal = room.signals.next() => match signal {
                Some(signal) => room.signal(signal).await,
                None => room.disconnected().await,
            },
            Some(done) = room.pending.next() => room.done(done).await,
            // Somebody else found the bus again.
            Ok(()) = made.changed() => if let Err(error) = room.begin().await {
                tracing::warn!(%error, "no popups");
            },
            order = orders.recv() => match order {
                Some(order) => room.order(order).await,
                None => break,
            },
        }
    }
    room.withdraw_all().await;
    while room.pending.next().await.is_some() {}
}

impl Room {
    fn forget_service(&mut self) {
        self.service = Service::Unknown;
        self.told.send_replace(None);
    }

    async fn order(&mut self, order: Order) {
        match order {
            Order::Show(request) => self.show(request).await,
            Order::Withdraw(key) => self.withdraw(&key).await,
            Order::WithdrawAll => self.withdraw_all().await,
        }
    }

    async fn connect(&mut self) -> Result<Connection, PopupError> {
        if let Some(known) = self.connection.as_ref().filter(|known| !known.is_closed()) {
            return Ok(known.clone());
        }
        let connection = self
            .bus
            .session()
            .await
            .map_err(|error| PopupError::NoBus(error.0))?;
        self.signals = calls::listen(&connection)
            .await
            .map_err(|error| PopupError::NoBus(error.to_string()))?;
        self.connection = Some(connection.clone());
        Ok(connection)
    }

    /// Learns what the service can do, if that is not known yet.
    async fn begin(&mut self) -> Result<(), PopupError> {
        let connection = self.connect().await?;
        if matches!(self.service, Service::Unknown) {
            self.ask_abilities(&connection);
        }
        Ok(())
    }

    async fn disconnected(&mut self) {
        tracing::warn!("the session bus is gone");
        self.connection = None;
        self.owner = None;
        self.signals = futures_util::stream::pending().boxed();
        self.forget_service();
        self.forget_shown(None).await;
    }

    async fn show(&mut self, request: Box<PopupRequest>) {
        let connection = match self.connect().await {
            Ok(connection) => connection,
            Err(error) => return self.not_shown(request, error).await,
        };
        let slot = self.slots.entry(request.key.clone()).or_default();
        match &self.service {
            Service::Known(abilities) if !slot.busy => {
                slot.busy = true;
                slot.sticky = request.sticky.then(|| request.clone());
                let replaces = slot.shown.as_ref().map_or(0, |shown| shown.id);
                let message = Message::new(&request, &self.identity, abilities);
                self.pending.push(
                    calls::notify(connection, message, replaces)
                        .map(|shown| Done::Notify(request.key, shown))
                        .boxed(),
                );
            }
            Service::Known(_) | Service::Asking => slot.next = Some(Next::Show(request)),
            Service::Unknown => {
                slot.next = Some(Next::Show(request));
                self.ask_abilities(&connection);
            }
        }
    }

    /// What stays until it is handled waits for a service; the rest is old by then.
    async fn not_shown(&mut self, request: Box<PopupRequest>, error: PopupError) {
        let waiting = |slot: &&Slot| slot.shown.is_none() && !slot.busy && slot.next.is_some();
        let full = self.slots.values().filter(waiting).count() >= WAITING;
        let key = request.key.clone();
        if request.sticky && !full {
            tracing::info!(%error, "a popup waits for a notification service");
            self.slots.entry(key).or_default().next = Some(Next::Show(request));
        } else {
            self.slots.remove(&key);
            self.tell(PopupEvent::NotShown { key, error }).await;
        }
    }

    async fn withdraw(&mut self, key: &str) {
        let Some(slot) = self.slots.get_mut(key) else {
            return;
        };
        if slot.busy {
            slot.next = Some(Next::Withdraw);
            return;
        }
        slot.next = None;
        slot.sticky = None;
        if let (Some(shown), Some(connection)) = (&slot.shown, &self.connection) {
            let (key, id) = (key.to_owned(), shown.id);
            self.pending.push(
                calls::close(connection.clone(), id)
                    .map(move |()| Done::Close(key, id))
                    .boxed(),
            );
        } else {
            self.slots.remove(key);
            self.tell(PopupEvent::Closed {
                key: key.to_owned(),
                reason: Closed::Withdrawn,
            })
            .await;
        }
    }

    async fn withdraw_all(&mut self) {
        let keys: Vec<String> = self.slots.keys().cloned().collect();
        for key in keys {
            self.withdraw(&key).await;
        }
    }

    fn ask_abilities(&mut self, connection: &Connection) {
        self.service = Service::Asking;
        self.asked = self.asked.wrapping_add(1);
        let asked = self.asked;
        self.pending.push(
            calls::abilities(connection.clone())
                .map(move |answer| Done::Abilities(asked, answer))
                .boxed(),
        );
    }

    async fn done(&mut self, done: Done) {
        match done {
            Done::Abilities(asked, _) if asked != self.asked => {}
            Done::Abilities(_, Ok(abilities)) => {
                self.told.send_replace(Some(abilities.clone()));
                self.service = Service::Known(abilities);
                let waiting: Vec<String> = self.slots.keys().cloned().collect();
                for key in waiting {
                    self.go_on(&key).await;
                }
            }
            Done::Abilities(_, Err(error)) => {
                tracing::warn!(%error, "no popups");
                self.forget_service();
                self.give_up_waiting(&error).await;
            }
            Done::Notify(key, result) => {
                let slot = self.slots.entry(key.clone()).or_default();
                slot.busy = false;
                match result {
                    Ok(shown) => slot.shown = Some(shown),
                    Err(error) => self.failed(&key, error).await,
                }
                // A service's end may be heard before its last answer.
                if let Some(owner) = self.owner.clone() {
                    self.forget_shown(Some(&owner)).await;
                }
                self.catch_up().await;
                self.go_on(&key).await;
            }
            Done::Close(key, id) => self.closed_by_us(key, id).await,
        }
    }

    async fn failed(&mut self, key: &str, error: PopupError) {
        let gone = matches!(self.service, Service::Unknown);
        let Some(slot) = self.slots.get_mut(key) else {
            return;
        };
        slot.shown = None;
        match slot.sticky.take().filter(|_| gone && slot.next.is_none()) {
            Some(request) => self.not_shown(request, error).await,
            None => {
                let key = key.to_owned();
                self.tell(PopupEvent::NotShown { key, error }).await;
            }
        }
    }

    /// Some services do not say that what they closed is closed, or refuse to close what has just gone.
    async fn closed_by_us(&mut self, key: String, id: u32) {
        let Some(slot) = self.slots.get_mut(&key) else {
            return;
        };
        if slot.shown.take_if(|shown| shown.id == id).is_none() {
            return;
        }
        if !slot.busy && slot.next.is_none() {
            self.slots.remove(&key);
        }
        let reason = Closed::Withdrawn;
        self.tell(PopupEvent::Closed { key, reason }).await;
    }

    /// Does what waited for this key.
    async fn go_on(&mut self, key: &str) {
        let Some(slot) = self.slots.get_mut(key).filter(|slot| !slot.busy) else {
            return;
        };
        match slot.next.take() {
            Some(Next::Show(request)) => self.show(request).await,
            Some(Next::Withdraw) => Box::pin(self.withdraw(key)).await,
            None if slot.shown.is_none() => {
                self.slots.remove(key);
            }
            None => {}
        }
    }

    async fn give_up_waiting(&mut self, error: &PopupError) {
        let waiting: Vec<_> = self
            .slots
            .values_mut()
            .filter(|slot| !slot.busy)
            .filter_map(|slot| slot.next.take_if(|next| matches!(next, Next::Show(_))))
            .collect();
        for next in waiting {
            if let Next::Show(request) = next {
                self.not_shown(request, error.clone()).await;
            }
        }
    }

    async fn signal(&mut self, signal: Answer) {
        let header = signal.header();
        let (Some(member), Some(sender)) = (header.member(), header.sender()) else {
            return;
        };
        if member.as_str() == "NameOwnerChanged" {
            if let Ok((_, _, owner)) = signal.body().deserialize::<(&str, &str, &str)>() {
                self.service_changed(owner).await;
            }
            return;
        }
        let Some((id, told)) = Told::read(member.as_str(), &signal) else {
            return;
        };
        if self.find(id, sender.as_str()).is_some() {
            self.told_about(id, sender.as_str(), told).await;
        } else if self.slots.values().any(|slot| slot.busy) && self.early.len() < EARLY {
            self.early.push(Early {
                id,
                by: sender.to_string(),
                told,
            });
        }
    }

    /// What was told about a popup before its id was known here.
    async fn catch_up(&mut self) {
        for early in std::mem::take(&mut self.early) {
            if self.find(early.id, &early.by).is_some() {
                self.told_about(early.id, &early.by, early.told).await;
            } else if self.slots.values().any(|slot| slot.busy) {
                self.early.push(early);
            }
        }
    }

    async fn told_about(&mut self, id: u32, sender: &str, told: Told) {
        match told {
            Told::Token(token) => {
                if let Some((_, shown)) = self.find(id, sender) {
                    shown.token = Some(token);
                }
            }
            Told::Invoked(action) => self.invoked(id, sender, action).await,
            Told::Replied(text) => {
                if let Some((key, _)) = self.find(id, sender) {
                    self.tell(PopupEvent::Replied { key, text }).await;
                }
            }
            Told::Closed(reason) => self.closed(id, sender, reason).await,
        }
    }

    async fn invoked(&mut self, id: u32, sender: &str, action: String) {
        let Some((key, shown)) = self.find(id, sender) else {
            return;
        };
        // A text field's button says nothing by itself: the text comes as `NotificationReplied`.
        if action != INLINE_REPLY {
            let token = shown.token.take();
            let action = (action != DEFAULT).then_some(action);
            self.tell(PopupEvent::Activated { key, action, token })
                .await;
        }
    }

    async fn closed(&mut self, id: u32, sender: &str, reason: u32) {
        let Some((key, _)) = self.find(id, sender) else {
            return;
        };
        if let Some(slot) = self.slots.get_mut(&key) {
            slot.shown = None;
            slot.sticky = None;
            if !slot.busy && slot.next.is_none() {
                self.slots.remove(&key);
            }
        }
        let reason = match reason {
            1 => Closed::Expired,
            2 => Closed::Dismissed,
            3 => Closed::Withdrawn,
            _ => Closed::Unknown,
        };
        self.tell(PopupEvent::Closed { key, reason }).await;
    }

    /// The notification service went, came, or was replaced by another: what it showed is gone, and a new one
    /// may be able to do other things.
    async fn service_changed(&mut self, owner: &str) {
        self.owner = Some(owner.to_owned());
        self.forget_shown(Some(owner)).await;
        match self.connection.clone() {
            Some(connection) if !owner.is_empty() => self.ask_abilities(&connection),
            _ => self.forget_service(),
        }
    }

    /// Forgets every popup that was not shown by `except`.
    async fn forget_shown(&mut self, except: Option<&str>) {
        let gone = |slot: &Slot| {
            slot.shown
                .as_ref()
                .is_some_and(|shown| Some(shown.by.as_str()) != except)
        };
        let keys: Vec<String> = self
            .slots
            .iter()
            .filter(|(_, slot)| gone(slot))
            .map(|(key, _)| key.clone())
            .collect();
        for key in keys {
            let Some(slot) = self.slots.get_mut(&key) else {
                continue;
            };
            slot.shown = None;
            if let Some(request) = slot.sticky.take().filter(|_| slot.next.is_none()) {
                slot.next = Some(Next::Show(request));
                continue;
            }
            if !slot.busy && slot.next.is_none() {
                self.slots.remove(&key);
            }
            let reason = Closed::Unknown;
            self.tell(PopupEvent::Closed { key, reason }).await;
        }
    }

    /// The popup with this id, if `sender` is the one who gave it: anybody on the bus can send signals.
    fn find(&mut self, id: u32, sender: &str) -> Option<(String, &mut Shown)> {
        self.slots.iter_mut().find_map(|(key, slot)| {
            let shown = slot.shown.as_mut()?;
            (shown.id == id && shown.by.as_str() == sender).then(|| (key.clone(), shown))
        })
    }

    async fn tell(&mut self, event: PopupEvent) {
        if self.events.send(event).await.is_err() {
            tracing::debug!("nobody listens to popups any more");
        }
    }
}
