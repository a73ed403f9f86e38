//! One icon in the tray, seen as a panel shows it: read when its signals say so, and not otherwise.

use std::collections::HashMap;
use std::time::Duration;

use carillon_tests_servers::DEADLINE;
use futures_util::StreamExt;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use zbus::proxy::CacheProperties;
use zbus::{Array, Connection, OwnedVariant, Proxy, Structure, Variant};

const ITEM: &str = "org.kde.StatusNotifierItem";
const MENU: &str = "com.canonical.dbusmenu";

/// A menu's entry on the wire: its id, its properties, and its children as variants of the same.
type Layout = (i32, HashMap<String, OwnedVariant>, Vec<OwnedVariant>);

/// What the panel shows of an item.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrayIcon {
    /// `Active`, `Passive` or `NeedsAttention`.
    pub status: String,
    /// The application's name.
    pub title: String,
    /// The first line of the tooltip.
    pub tooltip: String,
    /// The second.
    pub tooltip_text: String,
    /// A themed icon, where it is not drawn by the application.
    pub name: String,
    /// Every size of the icon: width, height and ARGB pixels.
    pub pixels: Vec<(i32, i32, Vec<u8>)>,
    /// The same for the icon of the attention state.
    pub attention: Vec<(i32, i32, Vec<u8>)>,
}

/// An entry of the item's menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MenuEntry {
    /// Its number in the menu.
    pub id: i32,
    /// With an underscore before a key, if the application put one there.
    pub label: String,
    /// Whether it can be chosen.
    pub enabled: bool,
    /// `Some` for entries with a mark.
    pub checked: Option<bool>,
}

/// An item. It watches until it is dropped.
#[derive(Debug)]
pub struct TrayItem {
    item: Proxy<'static>,
    shown: watch::Receiver<TrayIcon>,
    watching: JoinHandle<()>,
}

impl Drop for TrayItem {
    fn drop(&mut self) {
        self.watching.abort();
    }
}

impl TrayItem {
    /// `None` when its owner has gone.
    pub(crate) async fn open(connection: &Connection, owner: &str, path: &str) -> Option<Self> {
        let item = proxy(connection, owner, path, ITEM).await?;
        // Before the first look, so that nothing is missed between the two.
        let mut signals = item.receive_all_signals().await.ok()?;
        let first = read(&item).await?;
        let (tell, shown) = watch::channel(first);
        let watched = item.clone();
        let watching = tokio::spawn(async move {
            while signals.next().await.is_some() {
                if let Some(icon) = read(&watched).await {
                    tell.send_replace(icon);
                }
            }
        });
        Some(Self {
            item,
            shown,
            watching,
        })
    }

    /// What is shown now.
    #[must_use]
    pub fn now(&self) -> TrayIcon {
        self.shown.borrow().clone()
    }

    /// Waits until `wanted` accepts what is shown.
    ///
    /// # Panics
    /// After [`DEADLINE`], with what is shown then.
    pub async fn shows(&self, what: &str, wanted: impl Fn(&TrayIcon) -> bool) -> TrayIcon {
        let mut shown = self.shown.clone();
        match timeout(DEADLINE, shown.wait_for(|icon| wanted(icon))).await {
            Ok(Ok(icon)) => icon.clone(),
            _ => panic!("the tray does not show {what}: {}", Brief(&self.now())),
        }
    }

    /// A left click.
    pub async fn activate(&self) {
        self.item
            .call_method("Activate", &(0, 0))
            .await
            .expect("the item takes clicks");
    }

    /// A left click in a panel that hands over the compositor's permission to come to the front.
    pub async fn activate_with(&self, token: &str) {
        self.item
            .call_method("ProvideXdgActivationToken", &token)
            .await
            .expect("the item takes tokens");
        self.activate().await;
    }

    /// The entries of its menu, without separators, submenus after their parents.
    ///
    /// # Panics
    /// When it has none.
    pub async fn menu(&self) -> Vec<MenuEntry> {
        let menu = self.menu_proxy().await;
        // Applications may build the menu only now.
        let _ = menu.call_method("AboutToShow", &0).await;
        let message = menu
            .call_method("GetLayout", &(0, -1, Vec::<String>::new()))
            .await
            .expect("the menu's layout");
        let body = message.body();
        let (_, root): (u32, Layout) = body.deserialize().expect("a layout as dbusmenu says");
        let mut entries = Vec::new();
        for child in &root.2 {
            collect(child, &mut entries);
        }
        entries
    }

    /// Chooses the entry with this label, as soon as there is one.
    ///
    /// # Panics
    /// When there is none, with the labels that are.
    pub async fn choose(&self, label: &str) {
        let mut entries = Vec::new();
        let search = async {
            loop {
                entries = self.menu().await;
                let found = entries
                    .iter()
                    .find(|entry| entry.label.replace('_', "") == label);
                if let Some(entry) = found {
                    return entry.clone();
                }
                sleep(Duration::from_millis(20)).await;
            }
        };
        let Ok(entry) = timeout(DEADLINE, search).await else {
            panic!("no entry {label:?} in {entries:#?}");
        };
        let body = (entry.id, "clicked", Variant::from(0_i32), 0_u32);
        self.menu_proxy()
            .await
            .call_method("Event", &body)
            .await
            .expect("the menu takes clicks");
    }

    async fn menu_proxy(&self) -> Proxy<'static> {
        let path: zbus::OwnedObjectPath = self
            .item
            .get_property("Menu")
            .await
            .expect("the item has a menu");
        let owner = self.item.destination().to_string();
        proxy(self.item.connection(), &owner, path.as_str(), MENU)
            .await
            .expect("the menu's object")
    }
}

async fn proxy(
    connection: &Connection,
    owner: &str,
    path: &str,
    interface: &str,
) -> Option<Proxy<'static>> {
    zbus::proxy::Builder::<Proxy<'static>>::new(connection)
        .destination(owner.to_owned())
        .path(path.to_owned())
        .interface(interface.to_owned())
        .cache_properties(CacheProperties::No)
        .build()
        .await
        .ok()
}

async fn read(item: &Proxy<'_>) -> Option<TrayIcon> {
    let properties = proxy(
        item.connection(),
        item.destination(),
        item.path(),
        "org.freedesktop.DBus.Properties",
    )
    .await?;
    let message = properties.call_method("GetAll", &ITEM).await.ok()?;
    let body = message.body();
    let all: HashMap<String, OwnedVariant> = body.deserialize().ok()?;
    let text = |key: &str| {
        all.get(key)
            .and_then(|value| value.downcast_ref::<&str>().ok())
            .unwrap_or_default()
            .to_owned()
    };
    let pixmaps = |key: &str| all.get(key).map(pixels).unwrap_or_default();
    let tooltip = all
        .get("ToolTip")
        .and_then(|value| value.downcast_ref::<&Structure<'_>>().ok());
    let line = |at: usize| {
        let field = tooltip.and_then(|it| it.fields().get(at));
        field
            .and_then(|field| field.downcast_ref::<&str>().ok())
            .unwrap_or_default()
            .to_owned()
    };
    Some(TrayIcon {
        status: text("Status"),
        title: text("Title"),
        tooltip: line(2),
        tooltip_text: line(3),
        name: text("IconName"),
        pixels: pixmaps("IconPixmap"),
        attention: pixmaps("AttentionIconPixmap"),
    })
}

/// `a(iiay)`.
fn pixels(value: &OwnedVariant) -> Vec<(i32, i32, Vec<u8>)> {
    let Ok(array) = value.downcast_ref::<&Array<'_>>() else {
        return Vec::new();
    };
    let one = |image: &Variant<'_>| {
        let fields = image.downcast_ref::<&Structure<'_>>().ok()?.fields();
        let bytes = fields.get(2)?.downcast_ref::<&Array<'_>>().ok()?;
        let bytes = bytes
            .iter()
            .filter_map(|byte| byte.downcast_ref::<u8>().ok())
            .collect();
        Some((
            fields.first()?.downcast_ref().ok()?,
            fields.get(1)?.downcast_ref().ok()?,
            bytes,
        ))
    };
    array.iter().filter_map(one).collect()
}

/// `(ia{sv}av)`, and all below it.
fn collect(entry: &Variant<'_>, into: &mut Vec<MenuEntry>) {
    let entry = if let Variant::Variant(inner) = entry {
        inner
    } else {
        entry
    };
    let Ok(layout) = entry.downcast_ref::<&Structure<'_>>() else {
        return;
    };
    let [id, properties, children] = layout.fields() else {
        return;
    };
    let properties: HashMap<String, OwnedVariant> = properties
        .try_clone()
        .ok()
        .and_then(|it| OwnedVariant::try_from(it).ok()?.try_into().ok())
        .unwrap_or_default();
    if let Some(label) = properties
        .get("label")
        .and_then(|value| value.downcast_ref::<&str>().ok())
    {
        let checked = properties
            .get("toggle-state")
            .and_then(|value| value.downcast_ref::<i32>().ok());
        into.push(MenuEntry {
            id: id.downcast_ref().unwrap_or_default(),
            label: label.to_owned(),
            enabled: properties
                .get("enabled")
                .and_then(|value| value.downcast_ref().ok())
                .unwrap_or(true),
            checked: checked.map(|state| state == 1),
        });
    }
    if let Ok(children) = children.downcast_ref::<&Array<'_>>() {
        for child in children.iter() {
            collect(child, into);
        }
    }
}

/// What is shown, without its thousands of pixels.
struct Brief<'icon>(&'icon TrayIcon);

impl std::fmt::Display for Brief<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let icon = self.0;
        let sizes: Vec<_> = icon
            .pixels
            .iter()
            .map(|(width, height, _)| (width, height))
            .collect();
        write!(
            out,
            "{} {:?} {:?} {:?} {sizes:?}",
            icon.status, icon.title, icon.tooltip, icon.tooltip_text
        )
    }
}
