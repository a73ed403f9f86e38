//! A tray: the host with which applications register their icons (StatusNotifierItem).

use std::sync::{Arc, Mutex};

use carillon_tests_servers::until_some;
use zbus::message::Header;
use zbus::{Connection, interface};

use crate::bus::Bus;
use crate::tray_item::TrayItem;

const NAME: &str = "org.kde.StatusNotifierWatcher";
const PATH: &str = "/StatusNotifierWatcher";
const ITEM_PATH: &str = "/StatusNotifierItem";

/// Where an item is: its owner's bus name and its object.
type Address = (String, String);

/// The tray of one bus.
#[derive(Debug)]
pub struct TrayHost {
    items: Arc<Mutex<Vec<Address>>>,
    connection: Option<Connection>,
}

impl TrayHost {
    /// Owns the tray's name on `bus`.
    pub async fn start(bus: &Bus) -> Self {
        let mut host = Self {
            items: Arc::default(),
            connection: None,
        };
        host.serve(bus).await;
        host
    }

    /// Owns the name again after [`TrayHost::die`], as a panel that was restarted. It has forgotten all items.
    pub async fn serve(&mut self, bus: &Bus) {
        self.items.lock().expect("the items").clear();
        let watcher = Watcher {
            items: Arc::clone(&self.items),
        };
        let connection = bus
            .builder()
            .serve_at(PATH, watcher)
            .name(NAME)
            .build()
            .await;
        self.connection = Some(connection.expect("the name is free"));
    }

    /// Leaves the bus, as a panel that crashed.
    pub async fn die(&mut self) {
        if let Some(connection) = self.connection.take() {
            let _ = connection.close().await;
        }
    }

    /// The only item, as soon as there is one whose owner is alive.
    ///
    /// # Panics
    /// When none comes, or the host is dead.
    pub async fn item(&self) -> TrayItem {
        until_some("an icon in the tray", async || {
            self.items().await.into_iter().next()
        })
        .await
    }

    /// All items whose owners are alive.
    ///
    /// # Panics
    /// When the host is dead.
    pub async fn items(&self) -> Vec<TrayItem> {
        let connection = self.connection.as_ref().expect("the host is up");
        let addresses = self.items.lock().expect("the items").clone();
        let mut items = Vec::new();
        for (owner, path) in addresses {
            items.extend(TrayItem::open(connection, &owner, &path).await);
        }
        items
    }
}

struct Watcher {
    items: Arc<Mutex<Vec<Address>>>,
}

#[interface(name = "org.kde.StatusNotifierWatcher")]
impl Watcher {
    /// `service` is a bus name or, from some libraries, the item's path on the caller's connection.
    async fn register_status_notifier_item(
        &self,
        service: String,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] connection: &Connection,
    ) {
        let sender = header.sender().map(ToString::to_string).unwrap_or_default();
        let path = if service.starts_with('/') {
            service.clone()
        } else {
            ITEM_PATH.to_owned()
        };
        self.items.lock().expect("the items").push((sender, path));
        let registered = "StatusNotifierItemRegistered";
        let _ = connection
            .emit_signal(None::<&str>, PATH, NAME, registered, &service)
            .await;
    }

    fn register_status_notifier_host(&self, _service: String) {}

    #[zbus(property)]
    fn registered_status_notifier_items(&self) -> Vec<String> {
        self.items
            .lock()
            .expect("the items")
            .iter()
            .map(|(owner, path)| format!("{owner}{path}"))
            .collect()
    }

    #[zbus(property)]
    fn is_status_notifier_host_registered(&self) -> bool {
        true
    }

    #[zbus(property)]
    fn protocol_version(&self) -> i32 {
        0
    }
}
