//! Full screen, as window managers tell it.

use super::super::full_screen::follow_display;
use super::*;
use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{
    AtomEnum, ConnectionExt as _, CreateWindowAux, PropMode, WindowClass,
};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

/// A window manager's hand, and the windows that it puts in front.
struct Manager {
    connection: RustConnection,
    root: u32,
}

impl Manager {
    fn on(display: &Display) -> Self {
        let (connection, screen) = x11rb::connect(Some(&display.name)).unwrap();
        let root = connection.setup().roots[screen].root;
        Self { connection, root }
    }

    fn atom(&self, name: &str) -> u32 {
        let asked = self.connection.intern_atom(false, name.as_bytes());
        asked.unwrap().reply().unwrap().atom
    }

    fn set(&self, window: u32, property: &str, kind: AtomEnum, values: &[u32]) {
        let property = self.atom(property);
        self.connection
            .change_property32(PropMode::REPLACE, window, property, kind, values)
            .unwrap();
        self.connection.sync().unwrap();
    }

    /// Says that it tells what is in front and what covers the screen.
    fn begins(&self) {
        let can = ["_NET_ACTIVE_WINDOW", "_NET_WM_STATE_FULLSCREEN"].map(|name| self.atom(name));
        self.set(self.root, "_NET_SUPPORTED", AtomEnum::ATOM, &can);
    }

    fn window(&self) -> u32 {
        let id = self.connection.generate_id().unwrap();
        let (look, class) = (CreateWindowAux::new(), WindowClass::INPUT_OUTPUT);
        self.connection
            .create_window(0, id, self.root, 0, 0, 9, 9, 0, class, 0, &look)
            .unwrap()
            .check()
            .unwrap();
        id
    }

    fn in_front(&self, window: u32) {
        self.set(self.root, "_NET_ACTIVE_WINDOW", AtomEnum::WINDOW, &[window]);
    }

    fn covers(&self, window: u32, covers: bool) {
        let states = [self.atom("_NET_WM_STATE_FULLSCREEN")];
        let states: &[u32] = if covers { &states } else { &[] };
        self.set(window, "_NET_WM_STATE", AtomEnum::ATOM, states);
    }

    fn destroys(&self, window: u32) {
        self.connection.destroy_window(window).unwrap();
        self.connection.sync().unwrap();
    }
}

#[tokio::test]
async fn the_window_in_front_is_followed_into_full_screen_and_out_of_it() {
    let display = Display::start();
    let manager = Manager::on(&display);
    let (told, seen) = watch::channel(Surroundings::default());
    let name = display.name.clone();
    tokio::spawn(async move { follow_display(Some(name), &told).await });
    let is = |known: Known| {
        let seen = seen.clone();
        move || seen.borrow().full_screen == known
    };

    let film = manager.window();
    manager.covers(film, true);
    manager.in_front(film);
    manager.begins();
    eventually("a film covers the screen", is(Known::Yes)).await;

    let letter = manager.window();
    manager.in_front(letter);
    eventually("a letter is in front", is(Known::No)).await;
    manager.covers(letter, true);
    eventually("the letter covers the screen", is(Known::Yes)).await;
    manager.covers(letter, false);
    eventually("the letter is small again", is(Known::No)).await;

    manager.in_front(film);
    eventually("back to the film", is(Known::Yes)).await;
    manager.destroys(film);
    eventually("the film has gone", is(Known::No)).await;
    manager.in_front(0);
    manager.in_front(letter);
    manager.covers(letter, true);
    eventually("the letter again", is(Known::Yes)).await;

    drop(display);
    eventually("unknown without a screen", is(Known::Unknown)).await;
}

#[tokio::test]
async fn without_a_window_manager_nothing_is_known() {
    let display = Display::start();
    let manager = Manager::on(&display);
    let film = manager.window();
    manager.covers(film, true);
    let (told, mut seen) = watch::channel(Surroundings::default());
    let name = display.name.clone();
    tokio::spawn(async move { follow_display(Some(name), &told).await });
    manager.in_front(film);
    manager.begins();
    seen.wait_for(|told| told.full_screen == Known::Yes)
        .await
        .expect("known once somebody tells it");
    manager.set(manager.root, "_NET_SUPPORTED", AtomEnum::ATOM, &[]);
    seen.wait_for(|told| told.full_screen == Known::Unknown)
        .await
        .expect("unknown when nobody does any more");
}
