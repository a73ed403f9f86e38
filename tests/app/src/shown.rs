//! Where windows stand on a screen.

use x11rb::connection::Connection;
use x11rb::protocol::xproto::{ClientMessageEvent, ConnectionExt, EventMask};

use crate::screen::Screen;

/// A window that can be seen. Numbers are pixels from the screen's upper left corner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// The X server's number for it.
    pub id: String,
    /// What its title bar says.
    pub title: String,
    /// Where its content begins.
    pub x: i32,
    /// The same from above.
    pub y: i32,
    /// Of its content.
    pub width: i32,
    /// Of its content.
    pub height: i32,
}

impl Shown {
    /// Whether any pixel belongs to both.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        self.x < other.x + other.width
            && other.x < self.x + self.width
            && self.y < other.y + other.height
            && other.y < self.y + self.height
    }
}

impl Screen {
    /// The visible window of a process; `None` while there is none, or it is minimised.
    #[must_use]
    pub fn shown(&self, process: u32) -> Option<Shown> {
        let found = self.xdotool(&["search", "--onlyvisible", "--pid", &process.to_string()])?;
        let id = found.lines().next()?.to_owned();
        let title = self.xdotool(&["getwindowname", &id])?.trim().to_owned();
        let geometry = self.xdotool(&["getwindowgeometry", "--shell", &id])?;
        let number = |key: &str| {
            let line = geometry
                .lines()
                .find_map(|line| line.strip_prefix(key)?.strip_prefix('='));
            line?.parse().ok()
        };
        Some(Shown {
            title,
            x: number("X")?,
            y: number("Y")?,
            width: number("WIDTH")?,
            height: number("HEIGHT")?,
            id,
        })
    }

    /// Asks the window manager to close a window, as the cross in a task bar does (Extended Window Manager Hints,
    /// `_NET_CLOSE_WINDOW`). Its key would be lost while the manager reads the keyboard's map anew.
    ///
    /// # Panics
    /// When the screen does not answer.
    pub fn close(&self, window: &Shown) {
        const FROM_A_PAGER: u32 = 2;
        let (connection, screen) = x11rb::connect(Some(self.name())).expect("the screen");
        let root = connection.setup().roots[screen].root;
        let name = connection.intern_atom(false, b"_NET_CLOSE_WINDOW");
        let name = name.expect("a request").reply().expect("an atom").atom;
        let id = window.id.parse().expect("a number");
        let asked = ClientMessageEvent::new(32, id, name, [0, FROM_A_PAGER, 0, 0, 0]);
        let to_the_manager = EventMask::SUBSTRUCTURE_REDIRECT | EventMask::SUBSTRUCTURE_NOTIFY;
        connection
            .send_event(false, root, to_the_manager, asked)
            .expect("a request")
            .check()
            .expect("the screen takes it");
    }
}
