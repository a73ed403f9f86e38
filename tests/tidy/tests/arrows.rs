//! The rooms of the workspace, and what each may lean on.

#![allow(clippy::unwrap_used, reason = "what cannot be read fails the test")]

use carillon_tests_tidy::{dependencies, linked_into};

/// Room, and the rooms that it may lean on. ARCHITECTURE.md says why.
const ARROWS: &[(&str, &[&str])] = &[
    ("carillon-core", &[]),
    ("carillon-xml", &[]),
    ("carillon-store", &["carillon-core"]),
    ("carillon-wire", &["carillon-core", "carillon-xml"]),
    ("carillon-server", &["carillon-core", "carillon-xml"]),
    ("carillon-link", &["carillon-core"]),
    (
        "carillon-engine",
        &["carillon-core", "carillon-store", "carillon-wire"],
    ),
    (
        "carillon-resident",
        &[
            "carillon-core",
            "carillon-engine",
            "carillon-link",
            "carillon-server",
        ],
    ),
    ("carillon-window", &["carillon-link"]),
];

/// Crate from outside, and the only rooms that may use it. A trailing `*` stands for any ending.
const ROOMS: &[(&str, &[&str])] = &[
    ("gtk*", &["carillon-window"]),
    ("hickory*", &["carillon-wire"]),
    ("hyper-util", &["carillon-wire"]),
    ("interprocess", &["carillon-link"]),
    ("keyring*", &["carillon-resident"]),
    (
        "minidom",
        &["carillon-xml", "carillon-wire", "carillon-server"],
    ),
    ("notify-rust", &["carillon-resident"]),
    ("objc2*", &["carillon-resident"]),
    ("reqwest", &["carillon-wire"]),
    ("rodio", &["carillon-resident"]),
    ("rusqlite", &["carillon-store", "carillon-server"]),
    ("rustls*", &["carillon-wire"]),
    ("rxml", &["carillon-xml"]),
    ("sasl", &["carillon-wire"]),
    ("tao", &["carillon-resident"]),
    ("tauri*", &["carillon-window"]),
    (
        "tokio",
        &[
            "carillon-wire",
            "carillon-server",
            "carillon-link",
            "carillon-engine",
            "carillon-resident",
            "carillon-window",
        ],
    ),
    ("tokio-rustls", &["carillon-wire"]),
    ("tokio-tungstenite", &["carillon-wire", "carillon-server"]),
    ("tray-icon", &["carillon-resident"]),
    ("windows-*", &["carillon-resident"]),
    ("xmpp-parsers", &["carillon-wire"]),
    ("xso", &["carillon-wire"]),
    ("zbus*", &["carillon-resident"]),
];

/// What draws, and so must stay out of a process that waits for weeks.
const DRAWING: &[&str] = &[
    "gtk*",
    "gdk*",
    "webkit2gtk*",
    "javascriptcore*",
    "soup3*",
    "tauri*",
    "tao",
    "wry",
];

fn matches(pattern: &str, name: &str) -> bool {
    pattern
        .strip_suffix('*')
        .map_or(pattern == name, |start| name.starts_with(start))
}

fn is_test_room(member: &str) -> bool {
    member.starts_with("carillon-tests-") || member == "carillon-bench"
}

#[test]
fn every_room_leans_only_on_those_it_may() {
    let dependencies = dependencies().unwrap();
    let broken: Vec<_> = dependencies
        .iter()
        .filter(|d| d.name.starts_with("carillon-") && !is_test_room(&d.member))
        .filter(|d| {
            !ARROWS
                .iter()
                .any(|(room, may)| *room == d.member && may.contains(&d.name.as_str()))
        })
        .map(|d| format!("{} -> {}", d.member, d.name))
        .collect();
    assert!(
        broken.is_empty(),
        "arrows that the layout does not have: {broken:?}"
    );
}

#[test]
fn every_room_is_known() {
    let dependencies = dependencies().unwrap();
    let unknown: Vec<_> = dependencies
        .iter()
        .map(|d| d.member.as_str())
        .filter(|member| !is_test_room(member) && !ARROWS.iter().any(|(room, _)| room == member))
        .collect();
    assert!(
        unknown.is_empty(),
        "rooms without a place in the layout: {unknown:?}"
    );
}

#[test]
fn crates_from_outside_stay_in_their_rooms() {
    let dependencies = dependencies().unwrap();
    let broken: Vec<_> = dependencies
        .iter()
        .filter(|d| !is_test_room(&d.member))
        .filter(|d| {
            ROOMS
                .iter()
                .any(|(name, rooms)| matches(name, &d.name) && !rooms.contains(&d.member.as_str()))
        })
        .map(|d| format!("{} in {}", d.name, d.member))
        .collect();
    assert!(broken.is_empty(), "crates outside their rooms: {broken:?}");
}

#[test]
fn nothing_that_draws_is_linked_into_the_resident() {
    let linked = linked_into("carillon-resident").unwrap();
    assert!(
        linked.iter().any(|name| name == "carillon-engine"),
        "the tree was not read"
    );
    let drawing: Vec<_> = linked
        .iter()
        .filter(|name| DRAWING.iter().any(|d| matches(d, name)))
        .collect();
    assert!(drawing.is_empty(), "the resident links {drawing:?}");
}

#[test]
fn words_and_disk_know_nothing_of_sockets() {
    for room in ["carillon-core", "carillon-store", "carillon-xml"] {
        let linked = linked_into(room).unwrap();
        let found: Vec<_> = linked
            .iter()
            .filter(|name| ["tokio", "reqwest", "mio", "zbus"].contains(&name.as_str()))
            .collect();
        assert!(found.is_empty(), "{room} links {found:?}");
    }
}
