//! Another program on the same screen, from which something comes by the mouse or by the clipboard: GTK's own, so that
//! Carillon's window gets what a file manager or a painter would give it.

use std::path::Path;

use carillon_tests_servers::{Process, until, until_some};

use crate::screen::Screen;
use crate::shown::Shown;

/// Pixels of its window, which stands in the screen's upper left corner.
const SIZE: i32 = 120;
/// A drag begins when the pointer has gone further than GTK's threshold.
const STEP: i32 = 12;

/// What the program gives.
#[derive(Debug)]
pub enum Cargo<'a> {
    /// To be dragged out of its window: addresses, of files (`file:///…`) or others.
    Dragged(&'a [String]),
    /// On the clipboard.
    Copied(&'a Path),
}

/// The program. Dropping it ends it.
#[derive(Debug)]
pub struct Neighbour<'a> {
    screen: &'a Screen,
    process: Process,
}

impl<'a> Neighbour<'a> {
    /// Starts it, and waits until it is there.
    ///
    /// # Panics
    /// When it does not come.
    pub async fn with(screen: &'a Screen, cargo: Cargo<'_>) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/neighbour.py");
        // Debian's own Python has GTK's bindings; one from elsewhere may not.
        let mut command = Process::command("/usr/bin/python3");
        command.arg(script);
        match cargo {
            Cargo::Dragged(addresses) => {
                let size = SIZE.to_string();
                command.args(["drag", &size, &size]).args(addresses);
            }
            Cargo::Copied(picture) => {
                command.arg("copy").arg(picture);
            }
        }
        command
            .env("DISPLAY", screen.name())
            .env("GDK_BACKEND", "x11")
            .env("HOME", screen.folder())
            .env("NO_AT_BRIDGE", "1")
            .env("DBUS_SESSION_BUS_ADDRESS", "disabled:");
        let neighbour = Self {
            screen,
            process: Process::spawn("neighbour", screen.folder(), command),
        };
        neighbour.until_said("shown").await;
        neighbour
    }

    async fn until_said(&self, word: &str) {
        until(&format!("the neighbour has {word}"), || {
            self.process.assert_running();
            self.has_said(word)
        })
        .await;
    }

    /// Whether it has said so already: `begun`, `given`, `failed` or `ended` of a drag.
    #[must_use]
    pub fn has_said(&self, word: &str) -> bool {
        self.process.output().lines().any(|line| line == word)
    }

    /// Takes what it has with the mouse, and goes with it over a window, until `felt`. The button stays down.
    ///
    /// # Panics
    /// When no drag begins, or it is not felt.
    pub async fn drag_over(&self, target: &Shown, felt: impl AsyncFn() -> bool) {
        let own = until_some("the neighbour's window", async || {
            self.screen.shown(self.process.id())
        })
        .await;
        self.mouse(&["windowmove", "--sync", &own.id, "0", "0"]);
        self.mouse(&["windowactivate", "--sync", &own.id]);
        let middle = SIZE / 2;
        self.point(middle, middle);
        self.mouse(&["mousedown", "1"]);
        let mut aside = 0;
        until("a drag has begun", || {
            aside = (aside + STEP) % (SIZE / 3);
            self.point(middle + aside, middle);
            self.has_said("begun")
        })
        .await;
        let (x, y) = (target.x + target.width / 2, target.y + target.height / 2);
        let mut steps = 0;
        until_some("the window feels the drag", async || {
            // A drag is told to a window while the pointer moves over it.
            steps += 1;
            self.point(x + steps % 7, y);
            felt().await.then_some(())
        })
        .await;
    }

    /// Lets go of it where it is, until the drag has ended.
    pub async fn drop(&self) {
        self.mouse(&["mouseup", "1"]);
        self.until_said("ended").await;
    }

    /// Moves the mouse out of every window but its own.
    pub fn back(&self) {
        for aside in [STEP, 0] {
            self.point(SIZE / 2 + aside, SIZE / 2);
        }
    }

    fn point(&self, x: i32, y: i32) {
        self.mouse(&["mousemove", &x.to_string(), &y.to_string()]);
    }

    fn mouse(&self, arguments: &[&str]) {
        self.screen.xdotool(arguments).expect("the mouse");
    }
}
