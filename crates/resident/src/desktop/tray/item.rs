//! The tray icon as a StatusNotifierItem.

use super::blink::blink;
use super::drawing::{Pixmap, draw};
use super::{TrayEvent, TrayView};
use carillon_core::settings::OwnAvailability;
use carillon_core::tray::TrayState;
use ksni::menu::{MenuItem, RadioGroup, RadioItem, StandardItem, SubMenu};
use ksni::{Category, Handle, Icon, OfflineReason, Status, ToolTip, TrayMethods as _};
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

/// Serves the icon until the last [`super::Tray`] is gone. ksni registers it anew whenever a watcher appears.
pub(super) async fn run(
    mut views: watch::Receiver<TrayView>,
    events: mpsc::Sender<TrayEvent>,
    present: watch::Sender<bool>,
) {
    let view = views.borrow_and_update().clone();
    let mut attention_since = view.state.attention.then(Instant::now);
    // Told before `spawn` returns when there is no watcher.
    let (watcher, mut watcher_seen) = watch::channel(true);
    let item = Item {
        shown: draw(view.state),
        attention: view.state.attention,
        view,
        events,
        watcher,
    };
    let handle = match item.assume_sni_available(true).spawn().await {
        Ok(handle) => handle,
        Err(error) => {
            tracing::warn!(%error, "no tray");
            return;
        }
    };
    watcher_seen.mark_changed();
    let mut again = None;
    loop {
        tokio::select! {
            changed = views.changed() => {
                if changed.is_err() {
                    break;
                }
                let view = views.borrow_and_update().clone();
                attention_since = match attention_since {
                    Some(since) if view.state.attention => Some(since),
                    _ => view.state.attention.then(Instant::now),
                };
                again = update(&handle, view, attention_since).await;
            }
            () = until(again) => {
                let view = views.borrow().clone();
                again = update(&handle, view, attention_since).await;
            }
            Ok(()) = watcher_seen.changed() => {
                let seen = *watcher_seen.borrow_and_update();
                present.send_replace(seen);
                // A blink that began before there was a tray begins here.
                again = attention_since.map(|_| Instant::now());
            }
        }
    }
    handle.shutdown().await;
}

async fn until(moment: Option<Instant>) {
    match moment {
        Some(moment) => tokio::time::sleep_until(moment).await,
        None => std::future::pending().await,
    }
}

/// Shows a view, and says when a blink needs the next drawing.
async fn update(
    handle: &Handle<Item>,
    view: TrayView,
    attention_since: Option<Instant>,
) -> Option<Instant> {
    let since = attention_since.map_or(Duration::MAX, |since| since.elapsed());
    let (shown, again) = blink(view.state, since);
    handle.update(|item| item.show(view, shown)).await;
    again.map(|rest| Instant::now() + rest)
}

struct Item {
    view: TrayView,
    shown: Vec<Pixmap>,
    attention: bool,
    events: mpsc::Sender<TrayEvent>,
    watcher: watch::Sender<bool>,
}

impl Item {
    fn show(&mut self, view: TrayView, shown: TrayState) {
        self.shown = draw(shown);
        self.attention = shown.attention;
        self.view = view;
    }

    /// A click that finds the channel full is one of hundreds that nobody has answered.
    fn tell(&self, event: TrayEvent) {
        if self.events.try_send(event).is_err() {
            tracing::warn!("a click on the tray was lost");
        }
    }

    fn statuses(&self) -> [(OwnAvailability, &str); 5] {
        let labels = &self.view.labels;
        [
            (OwnAvailability::Available, &labels.available),
            (OwnAvailability::Away, &labels.away),
            (OwnAvailability::ExtendedAway, &labels.extended_away),
            (OwnAvailability::Busy, &labels.busy),
            (OwnAvailability::Offline, &labels.offline),
        ]
    }

    fn status_menu(&self) -> MenuItem<Self> {
        let statuses = self.statuses();
        let selected = statuses
            .iter()
            .position(|(status, _)| *status == self.view.status)
            .unwrap_or(usize::MAX);
        let options = statuses.map(|(_, label)| RadioItem {
            label: menu_text(label),
            ..RadioItem::default()
        });
        let choose = |item: &mut Self, index: usize| {
            if let Some((status, _)) = item.statuses().get(index) {
                item.tell(TrayEvent::Status(*status));
            }
        };
        SubMenu {
            label: menu_text(&self.view.labels.status),
            submenu: vec![
                RadioGroup {
                    selected,
                    select: Box::new(choose),
                    options: options.into(),
                }
                .into(),
            ],
            ..SubMenu::default()
        }
        .into()
    }
}

impl ksni::Tray for Item {
    fn id(&self) -> String {
        "im.carillon.Carillon".into()
    }

    fn category(&self) -> Category {
        Category::Communications
    }

    fn title(&self) -> String {
        self.view.title.clone()
    }

    fn status(&self) -> Status {
        if self.attention {
            Status::NeedsAttention
        } else {
            Status::Active
        }
    }

    fn icon_pixmap(&self) -> Vec<Icon> {
        self.shown.iter().map(icon).collect()
    }

    fn attention_icon_pixmap(&self) -> Vec<Icon> {
        if self.attention {
            self.icon_pixmap()
        } else {
            Vec::new()
        }
    }

    fn tool_tip(&self) -> ToolTip {
        ToolTip {
            title: self.view.title.clone(),
            // The specification lets a host read markup here.
            description: crate::desktop::popups::text::escaped(&self.view.tooltip),
            ..ToolTip::default()
        }
    }

    fn activate(&mut self, _x: i32, _y: i32) {
        self.tell(TrayEvent::Clicked {
            token: ksni::current_xdg_activation_token(),
        });
    }

    fn menu(&self) -> Vec<MenuItem<Self>> {
        let labels = &self.view.labels;
        let mute = if self.view.state.muted {
            item(&labels.unmute, || TrayEvent::Unmute)
        } else {
            item(&labels.mute_hour, || TrayEvent::MuteHour)
        };
        vec![
            item(&labels.open, || TrayEvent::Open {
                token: ksni::current_xdg_activation_token(),
            }),
            MenuItem::Separator,
            self.status_menu(),
            mute,
            MenuItem::Separator,
            item(&labels.quit, || TrayEvent::Quit),
        ]
    }

    fn watcher_online(&self) {
        self.watcher.send_replace(true);
    }

    fn watcher_offline(&self, reason: OfflineReason) -> bool {
        tracing::info!(?reason, "there is no tray");
        self.watcher.send_replace(false);
        true
    }
}

fn item(label: &str, event: impl Fn() -> TrayEvent + Send + 'static) -> MenuItem<Item> {
    StandardItem {
        label: menu_text(label),
        activate: Box::new(move |item: &mut Item| item.tell(event())),
        ..StandardItem::default()
    }
    .into()
}

/// An underscore marks the access key in a menu's label; a doubled one is an underscore.
fn menu_text(label: &str) -> String {
    label.replace('_', "__")
}

/// The specification wants ARGB in network byte order.
fn icon(pixmap: &Pixmap) -> Icon {
    let mut data = pixmap.rgba.clone();
    for pixel in data.chunks_exact_mut(4) {
        pixel.rotate_right(1);
    }
    let size = i32::try_from(pixmap.size).unwrap_or(0);
    Icon {
        width: size,
        height: size,
        data,
    }
}
