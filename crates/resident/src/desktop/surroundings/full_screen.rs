//! Whether the window in front covers the whole screen, as X11's window managers tell it (Extended Window Manager
//! Hints 1.5: `_NET_ACTIVE_WINDOW`, `_NET_WM_STATE`). No Wayland compositor tells it to programs.

use super::x11::{self, Events, Problem};
use carillon_core::alerts::{Known, Surroundings};
use std::sync::Arc;
use tokio::sync::watch;
use x11rb::connection::Connection as _;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    Atom, AtomEnum, ChangeWindowAttributesAux, ConnectionExt as _, EventMask, Window,
};
use x11rb::rust_connection::RustConnection;

x11rb::atom_manager! {
    /// The hints that are read.
    Atoms: AtomsCookie {
        _NET_SUPPORTED,
        _NET_ACTIVE_WINDOW,
        _NET_WM_STATE,
        _NET_WM_STATE_FULLSCREEN,
    }
}

/// So many hints are read of a window or a window manager; there are about a hundred.
const HINTS: u32 = 1024;

pub(super) async fn watch(surroundings: watch::Sender<Surroundings>) {
    if x11::is_session() {
        follow_display(None, &surroundings).await;
    }
}

/// Follows this display, or the one of the environment, until it ends.
pub(super) async fn follow_display(
    display: Option<String>,
    surroundings: &watch::Sender<Surroundings>,
) {
    let opened = tokio::task::spawn_blocking(move || Screen::open(display.as_deref())).await;
    let followed = match opened {
        Ok(Ok(screen)) => follow(Arc::new(screen), surroundings).await,
        Ok(Err(problem)) => Err(problem),
        Err(ended) => Err(ended.into()),
    };
    if let Err(error) = followed {
        tracing::debug!(%error, "the X server does not tell what covers the screen");
    }
    tell(surroundings, Known::Unknown);
}

async fn follow(
    screen: Arc<Screen>,
    surroundings: &watch::Sender<Surroundings>,
) -> Result<(), Problem> {
    let events = Events::of(Arc::clone(&screen.connection))?;
    let mut front = 0;
    loop {
        // Whoever holds the server keeps answers back: that may delay this, but no alert.
        let asked = Arc::clone(&screen);
        let seen = tokio::task::spawn_blocking(move || asked.look(front)).await?;
        let (now_front, known) = seen?;
        front = now_front;
        tell(surroundings, known);
        loop {
            tokio::select! {
                event = events.next() => if screen.matters(&event?, front) {
                    break;
                },
                () = surroundings.closed() => return Ok(()),
            }
        }
    }
}

fn tell(surroundings: &watch::Sender<Surroundings>, known: Known) {
    surroundings.send_if_modified(|told| std::mem::replace(&mut told.full_screen, known) != known);
}

struct Screen {
    connection: Arc<RustConnection>,
    root: Window,
    atoms: Atoms,
}

impl Screen {
    fn open(display: Option<&str>) -> Result<Self, Problem> {
        let (connection, number) = x11rb::connect(display)?;
        let atoms = Atoms::new(&connection)?.reply()?;
        let root = connection
            .setup()
            .roots
            .get(number)
            .ok_or("no such screen")?
            .root;
        let changes = ChangeWindowAttributesAux::new().event_mask(EventMask::PROPERTY_CHANGE);
        connection
            .change_window_attributes(root, &changes)?
            .check()?;
        Ok(Self {
            connection: Arc::new(connection),
            root,
            atoms,
        })
    }

    /// Whether an event can have changed the answer.
    fn matters(&self, event: &Event, front: Window) -> bool {
        let atoms = &self.atoms;
        match event {
            Event::PropertyNotify(change) if change.window == self.root => {
                [atoms._NET_ACTIVE_WINDOW, atoms._NET_SUPPORTED].contains(&change.atom)
            }
            Event::PropertyNotify(change) => {
                change.window == front && change.atom == atoms._NET_WM_STATE
            }
            // Openbox leaves the last window in front when that has gone.
            Event::DestroyNotify(gone) => gone.window == front,
            Event::UnmapNotify(hidden) => hidden.window == front,
            _ => false,
        }
    }

    /// The window in front now, which is heard from now on instead of `before`, and whether it covers the screen.
    fn look(&self, before: Window) -> Result<(Window, Known), Problem> {
        let atoms = &self.atoms;
        let can = self.list(self.root, atoms._NET_SUPPORTED, AtomEnum::ATOM)?;
        let tells = [atoms._NET_ACTIVE_WINDOW, atoms._NET_WM_STATE_FULLSCREEN]
            .iter()
            .all(|hint| can.contains(hint));
        let active = self.list(self.root, atoms._NET_ACTIVE_WINDOW, AtomEnum::WINDOW)?;
        let front = active.first().copied().unwrap_or_default();
        if front != before {
            self.hear(before, EventMask::NO_EVENT)?;
            // Before the state is read: a change behind the answer is heard.
            self.hear(
                front,
                EventMask::PROPERTY_CHANGE | EventMask::STRUCTURE_NOTIFY,
            )?;
        }
        let state = if front == 0 {
            Vec::new()
        } else {
            self.list(front, atoms._NET_WM_STATE, AtomEnum::ATOM)?
        };
        let known = match (tells, state.contains(&atoms._NET_WM_STATE_FULLSCREEN)) {
            (false, _) => Known::Unknown,
            (true, true) => Known::Yes,
            (true, false) => Known::No,
        };
        Ok((front, known))
    }

    fn hear(&self, window: Window, what: EventMask) -> Result<(), Problem> {
        if window != 0 && window != self.root {
            let changes = ChangeWindowAttributesAux::new().event_mask(what);
            // A window that has just gone is no loss; its error comes as an event that is passed over.
            self.connection
                .change_window_attributes(window, &changes)?
                .ignore_error();
        }
        Ok(())
    }

    /// A property that is a list of numbers; empty when the window has gone or has no such property.
    fn list(&self, window: Window, property: Atom, kind: AtomEnum) -> Result<Vec<u32>, Problem> {
        let answer = self
            .connection
            .get_property(false, window, property, kind, 0, HINTS)?
            .reply_unchecked()?;
        Ok(answer
            .as_ref()
            .and_then(|answer| answer.value32())
            .map(Iterator::collect)
            .unwrap_or_default())
    }
}
