//! The tray icon on Windows and macOS, by `tray-icon` on the event loop of the first thread.

use super::blink::Blinking;
use super::drawing::{draw_at, fitting};
use super::menu::{Choice, Entry, Line, entries, lines, plain};
use super::{TrayEvent, TrayView};
use crate::desktop::native::{Order, Stage};
use carillon_core::tray::TrayState;
use tokio::sync::{mpsc, watch};
use tray_icon::menu::{CheckMenuItem, Menu, MenuItem, PredefinedMenuItem, Submenu};
use tray_icon::{TrayIcon, TrayIconBuilder};

/// What an icon needs to begin with.
#[derive(Debug)]
pub(crate) struct Begin {
    events: mpsc::Sender<TrayEvent>,
    present: watch::Sender<bool>,
}

/// Shows the icon until the last [`super::Tray`] is gone.
pub(super) async fn run(
    mut views: watch::Receiver<TrayView>,
    events: mpsc::Sender<TrayEvent>,
    present: watch::Sender<bool>,
    stage: Stage,
) {
    if !stage.is_running() {
        tracing::warn!("no tray: nobody runs the event loop");
    }
    stage.tell(Order::Begin(Begin { events, present }));
    let mut blinking = Blinking::default();
    loop {
        let view = views.borrow_and_update().clone();
        let shown = blinking.shown(&view.state);
        stage.tell(Order::Show(Box::new(view), shown));
        tokio::select! {
            changed = views.changed() => if changed.is_err() {
                return;
            },
            () = blinking.beat() => {}
        }
    }
}

/// The icon. It lives on the thread of the event loop and goes when it is dropped.
pub(crate) struct Icon {
    told: Begin,
    placed: Option<Placed>,
}

/// An icon that is in the tray, and what it shows.
struct Placed {
    tray: TrayIcon,
    menu: NativeMenu,
    view: TrayView,
    /// The drawing and its size; `None` after the system refused one.
    drawn: Option<(TrayState, u32)>,
}

impl Icon {
    pub(crate) const fn new(told: Begin) -> Self {
        Self { told, placed: None }
    }

    /// Whether something waits to be seen.
    pub(crate) fn calls(&self) -> bool {
        self.placed
            .as_ref()
            .is_some_and(|placed| placed.view.state.attention)
    }

    /// Shows a view: `shown` is its drawing of this moment, for a place of so many pixels.
    pub(crate) fn show(&mut self, view: TrayView, shown: TrayState, pixels: f64) {
        let size = fitting(pixels);
        if let Some(placed) = &mut self.placed {
            placed.show(view, shown, size);
            return;
        }
        match Placed::new(view, shown, size) {
            Ok(placed) => {
                self.placed = Some(placed);
                self.told.present.send_replace(true);
            }
            Err(error) => {
                tracing::warn!(%error, "no tray");
                self.told.present.send_replace(false);
            }
        }
    }

    /// The menu's entry with this id was chosen.
    pub(crate) fn chosen(&mut self, id: &str) {
        let Some(placed) = &mut self.placed else {
            return;
        };
        let choice = placed.menu.choice(id);
        // The system has moved the check mark to where the click was; it stands where the status is.
        placed.menu.say(&lines(&placed.view));
        if let Some(choice) = choice {
            self.tell(choice.event(None));
        }
    }

    /// The icon was clicked.
    pub(crate) fn clicked(&self) {
        self.tell(TrayEvent::Clicked { token: None });
    }

    /// A click that finds the channel full is one of hundreds that nobody has answered.
    fn tell(&self, event: TrayEvent) {
        if self.told.events.try_send(event).is_err() {
            tracing::warn!("a click on the tray was lost");
        }
    }
}

impl Drop for Icon {
    fn drop(&mut self) {
        self.told.present.send_replace(false);
    }
}

impl Placed {
    fn new(
        view: TrayView,
        shown: TrayState,
        size: u32,
    ) -> Result<Self, Box<dyn std::error::Error>> {
        let menu = NativeMenu::new(&lines(&view))?;
        let mut builder = TrayIconBuilder::new()
            .with_id("im.carillon.Carillon")
            .with_tooltip(clipped(&view.tooltip))
            .with_menu(Box::new(menu.whole.clone()))
            .with_menu_on_left_click(false);
        if let Some(icon) = icon(&shown, size) {
            builder = builder.with_icon(icon);
        }
        Ok(Self {
            tray: builder.build()?,
            menu,
            view,
            drawn: Some((shown, size)),
        })
    }

    fn show(&mut self, view: TrayView, shown: TrayState, size: u32) {
        let wanted = Some((shown, size));
        if self.drawn != wanted
            && let Some((shown, size)) = &wanted
            && let Some(icon) = icon(shown, *size)
        {
            let drawn = self.tray.set_icon(Some(icon));
            self.drawn = wanted.filter(|_| drawn.is_ok());
            refused(drawn);
        }
        if self.view.tooltip != view.tooltip {
            refused(self.tray.set_tooltip(Some(clipped(&view.tooltip))));
        }
        self.menu.say(&lines(&view));
        self.view = view;
    }
}

/// While the taskbar starts anew it takes nothing; what it was told last comes back with it.
fn refused(done: tray_icon::Result<()>) {
    if let Err(error) = done {
        tracing::debug!(%error, "the tray did not take a change");
    }
}

fn icon(state: &TrayState, size: u32) -> Option<tray_icon::Icon> {
    let drawing = draw_at(state, size)?;
    tray_icon::Icon::from_rgba(drawing.rgba, size, size).ok()
}

fn clipped(tooltip: &str) -> &str {
    super::clipped(tooltip, super::TOOLTIP)
}

/// The menu as the system has it. An entry's id is its place among [`entries`].
struct NativeMenu {
    whole: Menu,
    /// The lines behind which there are others, from the top.
    submenus: Vec<Submenu>,
    items: Vec<Item>,
    said: Vec<Line>,
}

enum Item {
    Plain(MenuItem),
    Check(CheckMenuItem),
}

impl NativeMenu {
    fn new(lines: &[Line]) -> tray_icon::menu::Result<Self> {
        let mut menu = Self {
            whole: Menu::new(),
            submenus: Vec::new(),
            items: Vec::new(),
            said: Vec::new(),
        };
        for line in lines {
            menu.append(line)?;
        }
        menu.said = lines.to_vec();
        Ok(menu)
    }

    fn append(&mut self, line: &Line) -> tray_icon::menu::Result<()> {
        match line {
            Line::Separator => self.whole.append(&PredefinedMenuItem::separator()),
            Line::Entry(entry) => {
                let item = MenuItem::with_id(self.next_id(), text(&entry.label), true, None);
                self.whole.append(&item)?;
                self.items.push(Item::Plain(item));
                Ok(())
            }
            Line::OneOf { label, entries } => {
                let submenu = Submenu::new(text(label), true);
                for entry in entries {
                    let (id, label) = (self.next_id(), text(&entry.label));
                    let item = CheckMenuItem::with_id(id, label, true, entry.checked, None);
                    submenu.append(&item)?;
                    self.items.push(Item::Check(item));
                }
                self.whole.append(&submenu)?;
                self.submenus.push(submenu);
                Ok(())
            }
        }
    }

    fn next_id(&self) -> String {
        self.items.len().to_string()
    }

    fn choice(&self, id: &str) -> Option<Choice> {
        let place: usize = id.parse().ok()?;
        entries(&self.said).nth(place).map(|entry| entry.choice)
    }

    /// Says something else, in the same places.
    fn say(&mut self, lines: &[Line]) {
        for (item, entry) in self.items.iter().zip(entries(lines)) {
            item.say(entry);
        }
        let labels = lines.iter().filter_map(|line| match line {
            Line::OneOf { label, .. } => Some(text(label)),
            _ => None,
        });
        for (submenu, label) in self.submenus.iter().zip(labels) {
            if submenu.text() != label {
                submenu.set_text(label);
            }
        }
        self.said = lines.to_vec();
    }
}

impl Item {
    fn say(&self, entry: &Entry) {
        let label = text(&entry.label);
        match self {
            Self::Plain(item) if item.text() != label => item.set_text(label),
            Self::Plain(_) => {}
            Self::Check(item) => {
                if item.text() != label {
                    item.set_text(label);
                }
                if item.is_checked() != entry.checked {
                    item.set_checked(entry.checked);
                }
            }
        }
    }
}

fn text(label: &str) -> String {
    plain(label, '&')
}
