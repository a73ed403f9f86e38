//! Another program, on a compositor without devices, and a hand on its mouse.

use std::path::Path;

use carillon_tests_servers::until_some;
use zbus::proxy::CacheProperties;
use zbus::{OwnedObjectPath, Proxy};

use crate::bus::Bus;
use crate::wayland_panel::Panel;

const NAME: &str = "org.gnome.Mutter.RemoteDesktop";
const PATH: &str = "/org/gnome/Mutter/RemoteDesktop";
/// `BTN_LEFT`, linux/input-event-codes.h.
const LEFT: i32 = 0x110;
/// `KEY_LEFTSHIFT`.
const SHIFT: u32 = 42;

/// A program that covers everything, and what a person clicks there.
#[derive(Debug)]
pub struct Elsewhere {
    panel: Panel,
    hand: Hand,
}

impl Elsewhere {
    pub(crate) async fn open(folder: &Path, socket: &str, bus: &Bus) -> Self {
        let hand = Hand::on(bus).await;
        let panel = Panel::open(folder, socket, true);
        panel.shown().await;
        Self { panel, hand }
    }

    /// Clicks in a corner that no other window covers: the program has the keyboard then, and is in front. Returns
    /// the token that the compositor gave for the click.
    pub async fn click(&self) -> String {
        self.panel
            .token(async || self.hand.click(3.0, 3.0).await)
            .await
    }
}

/// Mutter's remote desktop: a person somewhere else, whose clicks count as everybody's.
#[derive(Debug)]
struct Hand(Proxy<'static>);

impl Hand {
    /// Takes mouse and keyboard, as soon as Mutter offers them on `bus`.
    async fn on(bus: &Bus) -> Self {
        let connection = bus.connect().await;
        let proxy = async |path: OwnedObjectPath, interface: &'static str| {
            zbus::proxy::Builder::<Proxy<'static>>::new(&connection)
                .destination(NAME)
                .path(path)
                .interface(interface)
                .cache_properties(CacheProperties::No)
                .build()
                .await
                .expect("an object of Mutter's")
        };
        let service = proxy(PATH.try_into().expect("a path"), NAME).await;
        let session: OwnedObjectPath = until_some("Mutter offers its mouse", async || {
            service.call("CreateSession", &()).await.ok()
        })
        .await;
        let session = proxy(session, "org.gnome.Mutter.RemoteDesktop.Session").await;
        session.call_method("Start", &()).await.expect("a session");
        let hand = Self(session);
        // Mutter has a keyboard from the first key on, and a mouse from the first step on. Without a keyboard no window
        // would have the focus; a program that meets the mouse only by a click would miss that click.
        for pressed in [true, false] {
            hand.key(SHIFT, pressed).await;
        }
        hand.step(1.0, 1.0).await;
        hand
    }

    /// Moves to a point of the screen, and clicks.
    async fn click(&self, x: f64, y: f64) {
        // There are steps only; a long one ends in the corner.
        self.step(-10_000.0, -10_000.0).await;
        self.step(x, y).await;
        for pressed in [true, false] {
            self.call("NotifyPointerButton", &(LEFT, pressed)).await;
        }
    }

    async fn step(&self, x: f64, y: f64) {
        self.call("NotifyPointerMotionRelative", &(x, y)).await;
    }

    async fn key(&self, code: u32, pressed: bool) {
        self.call("NotifyKeyboardKeycode", &(code, pressed)).await;
    }

    async fn call<B>(&self, method: &str, body: &B)
    where
        B: zbus::export::serde::Serialize + zbus::wire::DynamicType,
    {
        self.0.call_method(method, body).await.expect("the mouse");
    }
}
