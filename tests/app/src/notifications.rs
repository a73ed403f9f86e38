//! A notification service that shows nothing and remembers everything.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use carillon_tests_servers::DEADLINE;
use futures_util::StreamExt;
use tokio::sync::Notify;
use tokio::time::timeout;
use zbus::message::{Header, Type};
use zbus::{Connection, MatchRule, MessageStream, OwnedVariant, Variant, fdo, interface};

use crate::bus::Bus;
use crate::popup::Popup;

const NAME: &str = "org.freedesktop.Notifications";
const PATH: &str = "/org/freedesktop/Notifications";

/// Nobody presses a button sooner than this after it has appeared; and an application that has shown a popup needs a
/// moment to hear its id.
const REACTION: Duration = Duration::from_millis(150);

/// A popup that the application withdrew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Closed {
    /// The popup's id.
    pub id: u32,
    /// When the call arrived.
    pub at: Instant,
}

#[derive(Debug, Default)]
struct Record {
    last_id: u32,
    popups: Vec<Popup>,
    shown: HashMap<u32, Instant>,
    closed: Vec<Closed>,
    capabilities: Vec<String>,
    inhibited: Option<bool>,
    /// No call is answered.
    held: bool,
    /// It shows nothing more.
    refuses: bool,
    /// What stands on the screen, and by whom.
    standing: HashMap<u32, String>,
}

#[derive(Debug, Default)]
struct Shared {
    record: Mutex<Record>,
    changed: Notify,
}

impl Shared {
    /// Until calls are answered.
    async fn answers(&self) {
        loop {
            let changed = self.changed.notified();
            if !self.record().held {
                return;
            }
            changed.await;
        }
    }

    fn record(&self) -> MutexGuard<'_, Record> {
        self.record
            .lock()
            .expect("no thread panics with the record")
    }
}

/// The service, on one bus. Popups are kept until a test takes them.
#[derive(Debug)]
pub struct Notifications {
    shared: Arc<Shared>,
    connection: Option<Connection>,
}

impl Notifications {
    /// Owns the service's name on `bus`, with the capabilities of a full desktop.
    pub async fn start(bus: &Bus) -> Self {
        let mut service = Self {
            shared: Arc::default(),
            connection: None,
        };
        service.can(&[
            "actions",
            "body",
            "body-markup",
            "icon-static",
            "persistence",
            "sound",
        ]);
        service.serve(bus).await;
        service
    }

    /// Changes what the service says that it can do. An application may ask only once: set it before it starts.
    pub fn can(&self, capabilities: &[&str]) {
        self.shared.record().capabilities = capabilities.iter().map(ToString::to_string).collect();
    }

    /// Owns the name again after [`Notifications::die`], as a service that was restarted.
    pub async fn serve(&mut self, bus: &Bus) {
        let service = Service {
            shared: Arc::clone(&self.shared),
        };
        let connection = bus
            .builder()
            .serve_at(PATH, service)
            .name(NAME)
            .build()
            .await
            .expect("the name is free");
        tokio::spawn(close_orphans(connection.clone(), Arc::clone(&self.shared)));
        self.connection = Some(connection);
    }

    /// Answers no call any more; or those that wait, and all that follow.
    pub fn hold(&self, held: bool) {
        self.shared.record().held = held;
        self.shared.changed.notify_waiters();
    }

    /// Shows nothing more, and says so; or shows again.
    pub fn refuse(&self, refuses: bool) {
        self.shared.record().refuses = refuses;
    }

    /// The popups that stand on the screen. As GNOME does, those of a sender that drops off the bus are taken away.
    #[must_use]
    pub fn standing(&self) -> BTreeSet<u32> {
        self.shared.record().standing.keys().copied().collect()
    }

    /// Waits until nothing stands on the screen.
    ///
    /// # Panics
    /// After [`DEADLINE`].
    pub async fn cleared(&self) {
        let empty = || self.standing().is_empty().then_some(());
        if self.wait(empty, DEADLINE).await.is_none() {
            panic!("popups stay: {:?}", self.standing())
        }
    }

    /// Leaves the bus, as a service that crashed.
    pub async fn die(&mut self) {
        if let Some(connection) = self.connection.take() {
            let _ = connection.close().await;
        }
        self.shared.record().standing.clear();
    }

    /// All popups that no `next_popup` has taken.
    #[must_use]
    pub fn popups(&self) -> Vec<Popup> {
        self.shared.record().popups.clone()
    }

    /// All popups that were withdrawn, in order.
    #[must_use]
    pub fn closed(&self) -> Vec<Closed> {
        self.shared.record().closed.clone()
    }

    /// Takes the first popup, here already or still to come, that `wanted` accepts.
    ///
    /// # Panics
    /// After [`DEADLINE`], with the popups that came instead.
    pub async fn next_popup(&self, what: &str, wanted: impl Fn(&Popup) -> bool) -> Popup {
        let take = || {
            let mut record = self.shared.record();
            let found = record.popups.iter().position(&wanted)?;
            Some(record.popups.remove(found))
        };
        match self.wait(take, DEADLINE).await {
            Some(popup) => popup,
            None => panic!("no popup {what}, but {:#?}", self.popups()),
        }
    }

    /// Takes the first popup that comes within `time`, if one does.
    pub async fn within(&self, time: Duration) -> Option<Popup> {
        let take = || {
            let mut record = self.shared.record();
            (!record.popups.is_empty()).then(|| record.popups.remove(0))
        };
        self.wait(take, time).await
    }

    /// Waits until the popup `id` is withdrawn.
    ///
    /// # Panics
    /// After [`DEADLINE`].
    pub async fn withdrawn(&self, id: u32) -> Closed {
        let find = || {
            self.shared
                .record()
                .closed
                .iter()
                .find(|closed| closed.id == id)
                .copied()
        };
        let Some(closed) = self.wait(find, DEADLINE).await else {
            panic!("the popup {id} was not withdrawn")
        };
        closed
    }

    async fn wait<T>(&self, mut find: impl FnMut() -> Option<T>, patience: Duration) -> Option<T> {
        let search = async {
            loop {
                // Made before the look, so that what happens between the look and the wait is not missed.
                let changed = self.shared.changed.notified();
                if let Some(found) = find() {
                    return found;
                }
                changed.await;
            }
        };
        timeout(patience, search).await.ok()
    }

    /// Presses an action of a popup: the token first, as desktops do that let the application raise a window.
    pub async fn press(&self, id: u32, key: &str, token: Option<&str>) {
        self.react(id).await;
        if let Some(token) = token {
            self.emit("ActivationToken", &(id, token)).await;
        }
        self.emit("ActionInvoked", &(id, key)).await;
    }

    /// Answers in the popup's own text field, which services with the capability `inline-reply` have.
    pub async fn reply(&self, id: u32, text: &str) {
        self.react(id).await;
        self.emit("NotificationReplied", &(id, text)).await;
    }

    /// Says that the popup is gone: 1 expired, 2 dismissed by the person, 3 withdrawn.
    pub async fn close(&self, id: u32, reason: u32) {
        self.react(id).await;
        self.shared.record().standing.remove(&id);
        self.emit("NotificationClosed", &(id, reason)).await;
    }

    /// Turns the desktop's Do not disturb on or off. Before the first call the service has no such property.
    pub async fn inhibit(&self, inhibited: bool) {
        self.shared.record().inhibited = Some(inhibited);
        let changed = HashMap::from([("Inhibited", Variant::from(inhibited))]);
        let body = (NAME, changed, Vec::<String>::new());
        let connection = self.connection.as_ref().expect("the service is up");
        let interface = "org.freedesktop.DBus.Properties";
        connection
            .emit_signal(None::<&str>, PATH, interface, "PropertiesChanged", &body)
            .await
            .expect("a signal");
    }

    /// Until a person could have reacted to the popup.
    async fn react(&self, id: u32) {
        let shown = self.shared.record().shown.get(&id).copied();
        if let Some(shown) = shown {
            tokio::time::sleep_until((shown + REACTION).into()).await;
        }
    }

    async fn emit<B: zbus::export::serde::Serialize + zbus::wire::DynamicType>(
        &self,
        signal: &str,
        body: &B,
    ) {
        let connection = self.connection.as_ref().expect("the service is up");
        connection
            .emit_signal(None::<&str>, PATH, NAME, signal, body)
            .await
            .expect("a signal");
    }
}

/// GNOME's rule: nobody is left who could hear of a click.
async fn close_orphans(connection: Connection, shared: Arc<Shared>) {
    let rule = MatchRule::builder()
        .msg_type(Type::Signal)
        .sender("org.freedesktop.DBus")
        .member("NameOwnerChanged")
        .build()
        .expect("a rule");
    let mut changes = MessageStream::for_match_rule(rule, &connection, None)
        .await
        .expect("the bus tells who comes and goes");
    while let Some(Ok(change)) = changes.next().await {
        let body = change.body();
        let Ok((name, _, "")) = body.deserialize::<(&str, &str, &str)>() else {
            continue;
        };
        shared.record().standing.retain(|_, by| by != name);
        shared.changed.notify_waiters();
    }
}

struct Service {
    shared: Arc<Shared>,
}

// Calls are taken one after another: two popups of one application keep their order.
#[interface(name = "org.freedesktop.Notifications", spawn = false)]
impl Service {
    #[allow(clippy::too_many_arguments)] // as the specification has them
    async fn notify(
        &self,
        #[zbus(header)] header: Header<'_>,
        app: String,
        replaces: u32,
        icon: String,
        summary: String,
        body: String,
        actions: Vec<String>,
        hints: HashMap<String, OwnedVariant>,
        timeout: i32,
    ) -> fdo::Result<u32> {
        let at = Instant::now();
        self.shared.answers().await;
        let sender = header.sender().map(ToString::to_string).unwrap_or_default();
        let mut record = self.shared.record();
        if record.refuses {
            return Err(fdo::Error::LimitsExceeded("too many popups".into()));
        }
        let id = if replaces == 0 {
            record.last_id + 1
        } else {
            replaces
        };
        record.last_id = record.last_id.max(id);
        record.shown.insert(id, at);
        record.standing.insert(id, sender.clone());
        let actions = actions
            .chunks_exact(2)
            .map(|pair| (pair[0].clone(), pair[1].clone()))
            .collect();
        record.popups.push(Popup {
            at,
            id,
            replaces,
            app,
            sender,
            icon,
            summary,
            body,
            actions,
            timeout,
            hints,
        });
        drop(record);
        self.shared.changed.notify_waiters();
        Ok(id)
    }

    async fn close_notification(&self, id: u32, #[zbus(connection)] connection: &Connection) {
        self.shared.answers().await;
        {
            let mut record = self.shared.record();
            record.standing.remove(&id);
            record.closed.push(Closed {
                id,
                at: Instant::now(),
            });
        }
        self.shared.changed.notify_waiters();
        let _ = connection
            .emit_signal(None::<&str>, PATH, NAME, "NotificationClosed", &(id, 3_u32))
            .await;
    }

    fn get_capabilities(&self) -> Vec<String> {
        self.shared.record().capabilities.clone()
    }

    fn get_server_information(&self) -> (String, String, String, String) {
        (
            "Recorder".into(),
            "Carillon's tests".into(),
            "1".into(),
            "1.2".into(),
        )
    }

    #[zbus(property)]
    fn inhibited(&self) -> fdo::Result<bool> {
        self.shared
            .record()
            .inhibited
            .ok_or_else(|| fdo::Error::UnknownProperty("Inhibited".into()))
    }
}
