//! Rooms that are searched for by words (XEP-0433), in the real window: at a service that slixmpp runs as a part of Prosody,
//! in several parts, refused, and by a service that means mischief. Photographed dark and light, wide and narrow.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // in the functions that the tests share

use carillon_tests_app::{AtScreen, Tour, Window, quoted};
use carillon_tests_servers::{Peer, Searcher, TestServer};
use serde_json::{Value, json};

const COMPOSER: &str = "[data-test=composer]";
const FOUND: &str = "[data-test=found-channels]";
const BUTTON: &str = "[data-test=search-now]";
const MORE: &str = "[data-test=more-channels]";
/// Whether a script of somebody else has run, or something was drawn that they sent.
const CAUGHT: &str = "return window.caught !== undefined
    || document.querySelector('[data-test=found-channels] :is(img, b, script)') !== null";

/// Alice before "find rooms", with a service on her own server.
struct Stage {
    at: AtScreen,
    searcher: Searcher,
    window: Window,
}

impl Stage {
    async fn open() -> Self {
        let server = TestServer::start_with_a_part().await;
        let searcher = Searcher::of(&server).await;
        let at = AtScreen::at(server).await;
        let window = at.meeting.alice.open_window().await;
        window.find("[data-test=own-status]").await;
        window.click("[data-test=find-rooms]").await;
        window.click("[data-test=way-search]").await;
        let own = format!(
            "[data-test=service][data-jid={}]:checked",
            quoted(searcher.address())
        );
        window.find(&own).await;
        Self {
            at,
            searcher,
            window,
        }
    }

    /// Searches for these words, until the service has answered.
    async fn search(&self, words: &str) {
        let before = self.searcher.asked().len();
        self.window
            .write_anew("[data-test=channel-words]", words)
            .await;
        self.window.click(&format!("{BUTTON}:enabled")).await;
        self.window.find(&format!("{FOUND}[aria-busy=false]")).await;
        let asked = self.searcher.asked();
        assert_eq!(asked.len(), before + 2, "the form, and the search");
        assert_eq!(asked[before]["form"], Value::Null);
        assert_eq!(asked[before + 1]["form"]["q"], json!([words]));
    }

    /// Waits until the list holds so many rooms, the last of which is this one.
    async fn holds(&self, rooms: usize, last: &str) {
        let script = format!(
            "const it = document.querySelector({});
             it.scrollTop = it.scrollHeight;
             const row = it.querySelector('[data-test=found-channel][data-jid={}]');
             return row !== null && Math.round(it.scrollHeight / row.offsetHeight) === {rooms}",
            quoted(FOUND),
            quoted(last)
        );
        self.window.shows(&format!("{rooms} rooms"), &script).await;
    }

    /// The rooms that the list holds, from its first row to its last: it draws only what is seen.
    async fn found(&self) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        let rows = "return [...document.querySelectorAll('[data-test=found-channel]')].map((it) => it.dataset.jid)";
        let box_of = format!("document.querySelector({})", quoted(FOUND));
        self.window.script(&format!("{box_of}.scrollTop = 0")).await;
        loop {
            let shown = self.window.at_rest("the list", rows).await;
            for jid in shown.as_array().unwrap() {
                let jid = jid.as_str().unwrap().to_owned();
                if !found.contains(&jid) {
                    found.push(jid);
                }
            }
            let down = format!(
                "const it = {box_of};
                 const before = it.scrollTop;
                 it.scrollTop += it.clientHeight;
                 return it.scrollTop > before"
            );
            if self.window.script(&down).await == false {
                return found;
            }
        }
    }
}

#[tokio::test]
async fn a_room_is_found_by_words_in_parts_and_entered() {
    let stage = Stage::open().await;
    let (window, meeting) = (&stage.window, &stage.at.meeting);
    let rooms = meeting.server.rooms();
    let mut bob = Peer::eloquent(&meeting.server, &meeting.bob_account).await;
    let room = format!("tea@{rooms}");
    bob.join(&room, "Bob").await;
    let mut tour = Tour::new(&stage.at.screen, &meeting.alice, window).await;
    window
        .reads("[data-test=who-learns]", stage.searcher.address())
        .await;
    assert_eq!(stage.searcher.asked(), Vec::<Value>::new(), "unasked");

    stage.search("tea").await;
    tour.see_narrow_too("search-rooms").await;
    for (parts, rooms_there) in [(1, 50), (2, 100)] {
        let last = format!("tea{}@{rooms}", rooms_there - 1);
        stage.holds(rooms_there, &last).await;
        let wanted = 2 * parts + 2;
        window.click(&format!("{MORE}:enabled")).await;
        window.find(&format!("{FOUND}[aria-busy=false]")).await;
        let asked = stage.searcher.asked();
        assert_eq!(asked.len(), wanted);
        assert_eq!(
            asked[wanted - 1]["set"]["after"],
            format!("leaf {rooms_there}")
        );
    }
    window.lacks(MORE).await;
    stage.holds(120, &format!("tea119@{rooms}")).await;
    let first = &stage.searcher.asked()[1];
    assert_eq!(first["set"], json!({"max": "50"}));
    let form = &first["form"];
    assert_eq!(
        form["key"],
        json!(["{urn:xmpp:channel-search:0:order}nusers"])
    );
    assert_eq!(form["sinname"], json!(["true"]), "what it chose itself");
    assert_eq!(form.get("all"), None);

    let row = format!("[data-test=found-channel][data-jid={}]", quoted(&room));
    window
        .script(&format!(
            "document.querySelector({}).scrollTop = 0",
            quoted(FOUND)
        ))
        .await;
    window.reads(&row, "Tea at the hatter's").await;
    window.click(&row).await;
    let form = "[data-test=enter-room-form]";
    window.click(&format!("{form} [data-test=submit]")).await;
    window.find(&format!("{COMPOSER}:enabled")).await;
    bob.say_in_room(&room, "There you are").await;
    window.shows_message("There you are").await;
    tour.album.finish();
}

#[tokio::test]
async fn why_nothing_was_found_is_said_and_a_service_is_left_alone_as_long_as_it_wants() {
    let stage = Stage::open().await;
    let window = &stage.window;
    let mut tour = Tour::new(&stage.at.screen, &stage.at.meeting.alice, window).await;
    for (words, code, said) in [
        ("a", "bad_search", "At least three letters, please."),
        ("secret", "refused_by_server", "Not for you."),
    ] {
        stage.search(words).await;
        let error = format!("[data-test=error][data-code={code}]");
        window.click(&format!("{error} summary")).await;
        window.reads(&error, said).await;
    }
    tour.see_narrow_too("search-rooms-refused").await;

    stage.search("hurry").await;
    window.find("[data-test=error][data-code=too_often]").await;
    window.find(&format!("{BUTTON}:disabled")).await;
    tour.see_narrow_too("search-rooms-too-often").await;
    // It becomes ready by itself.
    stage.search("hurry").await;
    window.lacks("[data-test=error]").await;
    let patience = format!("patience@{}", stage.at.meeting.server.rooms());
    assert_eq!(stage.found().await, [patience]);

    for nothing in ["nonsense", "coffee"] {
        stage.search(nothing).await;
        window.lacks("[data-test=error]").await;
        window.reads(FOUND, "No rooms").await;
    }
    window.click("[data-test=service][data-jid=other]").await;
    let rooms = stage.at.meeting.server.rooms();
    window.write("[data-test=service-address]", &rooms).await;
    window.write_anew("[data-test=channel-words]", "tea").await;
    window.click(&format!("{BUTTON}:enabled")).await;
    window
        .find("[data-test=error][data-code=refused_by_server]")
        .await;
    tour.album.finish();
}

#[tokio::test]
async fn a_service_that_means_mischief_gets_no_script_run_and_no_end_of_rooms() {
    let stage = Stage::open().await;
    let window = &stage.window;
    let mut tour = Tour::new(&stage.at.screen, &stage.at.meeting.alice, window).await;
    let rooms = stage.at.meeting.server.rooms();
    stage.search("mischief").await;
    window.reads(FOUND, "<img src=x onerror=").await;
    assert_eq!(window.script(CAUGHT).await, false);
    tour.see_narrow_too("search-rooms-mischief").await;
    let found = stage.found().await;
    let wanted: Vec<String> = ["markup", "turned", "long", "many"]
        .map(|name| format!("{name}@{rooms}"))
        .into();
    assert_eq!(found[..4], wanted, "what can be entered, each once");
    assert!(found[4..].iter().all(|jid| jid.starts_with("flood")));
    assert!(found.len() < 200, "{} of one answer", found.len());
    window.click(&format!("{MORE}:enabled")).await;
    window.lacks(MORE).await;
    assert_eq!(stage.found().await, found, "the same part brings nothing");

    stage.search("circle").await;
    let round: Vec<String> = (0..3)
        .map(|n| format!("merry-go-round{n}@{rooms}"))
        .collect();
    assert_eq!(stage.found().await, round);
    window.click(&format!("{MORE}:enabled")).await;
    window.lacks(MORE).await;
    assert_eq!(stage.found().await, round);
    assert_eq!(window.script(CAUGHT).await, false);
    tour.album.finish();
}
