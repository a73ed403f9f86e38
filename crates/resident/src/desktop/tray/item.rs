//! The tray icon as a StatusNotifierItem.

use super::blink::Blinking;
use super::drawing::{Drawings, Pixmap};
use super::menu::{Choice, Entry, Line, lines, plain};
use super::{TrayEvent, TrayView};
use carillon_core::tray::TrayState;
use ksni::menu::{MenuItem, RadioGroup, RadioItem, StandardItem, SubMenu};
use ksni::{Category, Icon, OfflineReason, Status, ToolTip, TrayMethods as _};
use tokio::sync::{mpsc, watch};

/// Serves the icon until the last [`super::Tray`] is gone. ksni registers it anew whenever a watcher appears.
pub(super) async fn run(
    mut views: watch::Receiver<TrayView>,
    events: mpsc::Sender<TrayEvent>,
    present: watch::Sender<bool>,
) {
    let view = views.borrow_and_update().clone();
    let mut blinking = Blinking::default();
    // Told before `spawn` returns when there is no watcher.
    let (watcher, mut watcher_seen) = watch::channel(true);
    let mut item = Item {
        drawings: Drawings::default(),
        shown: Vec::new(),
        attention: false,
        view: view.clone(),
        events,
        watcher,
    };
    let shown = blinking.shown(&view.state);
    item.show(view, shown);
    let handle = match item.assume_sni_available(true).spawn().await {
        Ok(handle) => handle,
        Err(error) => {
            tracing::warn!(%error, "no tray");
            return;
        }
    };
    watcher_seen.mark_changed();
    loop {
        tokio::select! {
            changed = views.changed() => if changed.is_err() {
                break;
            },
            () = blinking.beat() => {}
            Ok(()) = watcher_seen.changed() => {
                let seen = *watcher_seen.borrow_and_update();
                present.send_replace(seen);
            }
        }
        let view = views.borrow_and_update().clone();
        let shown = blinking.shown(&view.state);
        handle.update(|item| item.show(view, shown)).await;
    }
    handle.shutdown().await;
}

struct Item {
    view: TrayView,
    drawings: Drawings,
    shown: Vec<Pixmap>,
    attention: bool,
    events: mpsc::Sender<TrayEvent>,
    watcher: watch::Sender<bool>,
}

impl Item {
    fn show(&mut self, view: TrayView, shown: TrayState) {
        self.attention = shown.attention;
        self.shown = self.drawings.of(shown);
        self.view = view;
    }

    /// A click that finds the channel full is one of hundreds that nobody has answered.
    fn tell(&self, event: TrayEvent) {
        if self.events.try_send(event).is_err() {
            tracing::warn!("a click on the tray was lost");
        }
    }

    fn choose(&self, choice: Choice) {
        self.tell(choice.event(ksni::current_xdg_activation_token()));
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
        lines(&self.view).into_iter().map(line).collect()
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

fn line(line: Line) -> MenuItem<Item> {
    match line {
        Line::Separator => MenuItem::Separator,
        Line::Entry(entry) => StandardItem {
            label: plain(&entry.label, ACCESS_KEY),
            activate: Box::new(move |item: &mut Item| item.choose(entry.choice)),
            ..StandardItem::default()
        }
        .into(),
        Line::OneOf { label, entries } => SubMenu {
            label: plain(&label, ACCESS_KEY),
            submenu: vec![one_of(&entries).into()],
            ..SubMenu::default()
        }
        .into(),
    }
}

fn one_of(entries: &[Entry]) -> RadioGroup<Item> {
    let choices: Vec<Choice> = entries.iter().map(|entry| entry.choice).collect();
    let option = |entry: &Entry| RadioItem {
        label: plain(&entry.label, ACCESS_KEY),
        ..RadioItem::default()
    };
    RadioGroup {
        selected: entries
            .iter()
            .position(|entry| entry.checked)
            .unwrap_or(usize::MAX),
        select: Box::new(move |item: &mut Item, index: usize| {
            if let Some(choice) = choices.get(index) {
                item.choose(*choice);
            }
        }),
        options: entries.iter().map(option).collect(),
    }
}

/// Marks the access key in the labels of D-Bus menus.
const ACCESS_KEY: char = '_';

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
