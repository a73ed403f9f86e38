//! What logind knows of idleness is what a desktop has told it.

use super::*;
use crate::desktop::surroundings::idle_bus::was_told;
use crate::desktop::surroundings::property::Place;

/// A session whose desktop gave a hint at this time, in microseconds; 0: never.
struct Session(u64);

#[zbus::interface(name = "org.freedesktop.login1.Session")]
impl Session {
    #[zbus(property)]
    fn idle_since_hint(&self) -> u64 {
        self.0
    }
}

#[tokio::test]
async fn idleness_by_logind_is_unknown_until_a_desktop_gave_a_hint() {
    let bus = TestBus::start();
    let login = bus.connect().await;
    let place = |path| Place {
        name: "org.freedesktop.login1",
        path,
        interface: "org.freedesktop.login1.Session",
    };
    for (path, since) in [("/silent", 0), ("/told", 1_700_000_000_000_000)] {
        let server = login.object_server();
        server.at(path, Session(since)).await.unwrap();
    }
    login.request_name("org.freedesktop.login1").await.unwrap();
    let connection = bus.connect().await;
    assert!(!was_told(&connection, place("/silent")).await);
    assert!(was_told(&connection, place("/told")).await);
    assert!(!was_told(&connection, place("/nobody")).await);
}
