//! What the desktop says of its user: Do Not Disturb, the lock, full screen. Each is told by a real service or one
//! that speaks as the real one does, and changes what a message does.

#![allow(clippy::unwrap_used, clippy::expect_used)] // in the functions that the tests share

use std::path::Path;
use std::time::Duration;

use carillon_tests_app::{AtScreen, Bus, Meeting, Person, Popup, Visitor, built_in};
use carillon_tests_servers::{Kind, Peer, Process, until_some};
use serde_json::{Value, json};
use zbus::object_server::SignalEmitter;
use zbus::{Connection, ObjectPath, interface};

const ALICE: &str = "alice@carillon.test";

/// A message rings within less than this, if it rings at all.
const RING: Duration = Duration::from_millis(1500);

/// Until Carillon knows of its surroundings what decides a message so.
async fn until_a_message(person: &Person, what: &str, wanted: impl Fn(&Value) -> bool) {
    let mut tool = person.tool().await;
    until_some(what, async || {
        let said = tool.must("explain_alert", json!({"kind": "message"})).await;
        wanted(&said["plan"]).then_some(())
    })
    .await;
}

async fn until_silent(person: &Person) {
    until_a_message(person, "messages are silent", |plan| {
        plan["sound"].is_null()
    })
    .await;
}

async fn until_heard(person: &Person) {
    until_a_message(person, "messages are heard", |plan| {
        !plan["sound"].is_null()
    })
    .await;
}

/// Somebody writes, and the popup is there.
async fn written(person: &Person, from: &mut Peer, body: &str) -> Popup {
    from.message(ALICE, body).await;
    let shown = |popup: &Popup| popup.body.contains(body);
    person.desktop.notifications.next_popup(body, shown).await
}

/// The tests of silence and sound: Alice with Bob, and with Carol, who may break through.
struct Friends {
    meeting: Meeting,
    bob: Peer,
    carol: Peer,
}

impl Friends {
    async fn of(meeting: Meeting) -> Self {
        meeting.friends_come_silently().await;
        let (desktop, knock) = (&meeting.alice.desktop, meeting.alice.desktop.speaker.mark());
        let bob = meeting.bob_unseen().await;
        let carol = meeting
            .server
            .add_account("carol", "mischief managed")
            .await;
        let mut carol = Peer::online(&meeting.server, &carol).await;
        carol.subscription(ALICE, "subscribe").await;
        let popups = &desktop.notifications;
        let asks = popups
            .next_popup("of Carol's request", |popup| popup.key("Accept").is_some())
            .await;
        popups
            .press(asks.id, asks.key("Accept").unwrap(), None)
            .await;
        carol.expect_presence(ALICE, "subscribe").await;
        carol.subscription(ALICE, "subscribed").await;
        carol.expect_presence(ALICE, "available").await;
        let mut tool = meeting.alice.tool().await;
        let overview = tool.must("read_overview", json!({})).await;
        let chat = json!({"account": overview["accounts"][0]["id"], "jid": "carol@carillon.test"});
        let ask = json!({"whose": {"kind": "chat", "chat": chat}, "break_through": true});
        tool.must("set_override", ask).await;
        desktop.speaker.heard_since(knock).await;
        desktop.speaker.silent_for(RING).await;
        Self {
            meeting,
            bob,
            carol,
        }
    }

    /// Bob is seen and not heard; Carol is seen, heard and marked so that the desktop lets her through.
    async fn carol_alone_is_heard(&mut self) {
        let alice = &self.meeting.alice;
        let speaker = &alice.desktop.speaker;
        let silence = speaker.mark();
        let popup = written(alice, &mut self.bob, "Psst").await;
        assert_eq!(popup.urgency(), Some(1), "{popup:?}");
        assert_eq!(popup.flag("suppress-sound"), Some(true));
        assert!(speaker.heard_within(silence, RING).await.is_none());
        let bell = speaker.mark();
        let popup = written(alice, &mut self.carol, "Fire!").await;
        assert_eq!(popup.urgency(), Some(2), "{popup:?}");
        let (heard, _) = speaker.heard_since(bell).await;
        assert!(heard.resembles(&built_in("bell")), "{heard:?}");
    }

    async fn bob_is_heard(&mut self) {
        let alice = &self.meeting.alice;
        let bell = alice.desktop.speaker.mark();
        written(alice, &mut self.bob, "Loud again").await;
        let (heard, _) = alice.desktop.speaker.heard_since(bell).await;
        assert!(heard.resembles(&built_in("bell")), "{heard:?}");
    }
}

#[tokio::test]
async fn while_the_notification_service_is_inhibited_only_who_breaks_through_is_heard() {
    let mut friends = Friends::of(Meeting::on_prosody().await).await;
    friends
        .meeting
        .alice
        .desktop
        .notifications
        .inhibit(true)
        .await;
    until_silent(&friends.meeting.alice).await;
    friends.carol_alone_is_heard().await;
    friends
        .meeting
        .alice
        .desktop
        .notifications
        .inhibit(false)
        .await;
    until_heard(&friends.meeting.alice).await;
    friends.bob_is_heard().await;
}

/// GNOME's settings, by the real store.
struct Dconf<'a> {
    person: &'a Person,
    _service: Process,
}

impl<'a> Dconf<'a> {
    async fn start(person: &'a Person) -> Self {
        let desktop = &person.desktop;
        let command = desktop.command("/usr/libexec/dconf-service");
        let service = Process::spawn("dconf", desktop.folder(), command);
        let connection = desktop.bus.connect().await;
        let bus = zbus::fdo::DBusProxy::new(&connection).await.unwrap();
        until_some("the settings' store is there", async || {
            // One that has just been ended may still be known.
            let name = "ca.desrt.dconf".try_into().ok()?;
            let owner = bus.get_connection_unix_process_id(name).await.ok()?;
            (owner == service.id()).then_some(())
        })
        .await;
        Self {
            person,
            _service: service,
        }
    }

    fn show_banners(&self, shown: bool) {
        let set = self
            .person
            .desktop
            .command("gsettings")
            .args(["set", "org.gnome.desktop.notifications", "show-banners"])
            .arg(shown.to_string())
            .status();
        assert!(set.expect("gsettings").success());
    }
}

#[tokio::test]
async fn gnome_s_do_not_disturb_is_obeyed_as_its_real_store_tells_it() {
    let mut meeting = Meeting::prepared(Kind::Prosody, Person::new("Alice").await).await;
    let alice = &mut meeting.alice;
    alice
        .add_account(&meeting.server, &meeting.alice_account)
        .await;
    let dconf = Dconf::start(alice).await;
    dconf.show_banners(false);
    drop(dconf);
    alice
        .start_with(&[("XDG_CURRENT_DESKTOP", "ubuntu:GNOME")])
        .await;
    alice.until_online().await;
    until_silent(alice).await;
    Dconf::start(alice).await.show_banners(true);
    until_heard(alice).await;
    let mut friends = Friends::of(meeting).await;
    let dconf = Dconf::start(&friends.meeting.alice).await;
    dconf.show_banners(false);
    until_silent(&friends.meeting.alice).await;
    drop(dconf);
    friends.carol_alone_is_heard().await;
}

/// What a popup gives away: neither who nor what.
fn gives_nothing_away(popup: &Popup) {
    let all = format!("{} {}", popup.summary, popup.body);
    for secret in ["Bob", "bob@", "Secret"] {
        assert!(!all.contains(secret), "{popup:?}");
    }
    assert!(!popup.summary.is_empty(), "{popup:?}");
}

async fn until_private(person: &Person, private: bool) {
    until_a_message(person, "previews follow the screen", |plan| {
        (plan["popup"]["preview"] == "nothing") == private
    })
    .await;
}

/// Bob writes, and a popup comes that gives nothing away.
async fn is_told_in_private(meeting: &Meeting, bob: &mut Peer) {
    until_private(&meeting.alice, true).await;
    bob.message(ALICE, "Secret").await;
    let popups = &meeting.alice.desktop.notifications;
    let popup = popups.next_popup("for the message", |_| true).await;
    gives_nothing_away(&popup);
}

async fn is_told_in_full(meeting: &Meeting, bob: &mut Peer, body: &str) {
    until_private(&meeting.alice, false).await;
    let popup = written(&meeting.alice, bob, body).await;
    assert!(popup.summary.contains("Bob"), "{popup:?}");
}

/// logind, as far as a session's lock goes.
struct Manager;

#[interface(name = "org.freedesktop.login1.Manager")]
impl Manager {
    fn get_session(&self, _id: &str) -> ObjectPath<'static> {
        ObjectPath::from_static_str_unchecked(SESSION)
    }
}

const SESSION: &str = "/org/freedesktop/login1/session/_31";

struct Session {
    locked: bool,
}

#[interface(name = "org.freedesktop.login1.Session")]
impl Session {
    #[zbus(property)]
    fn locked_hint(&self) -> bool {
        self.locked
    }
}

async fn logind(bus: &Bus) -> Connection {
    let connection = bus
        .builder()
        .serve_at("/org/freedesktop/login1", Manager)
        .serve_at(SESSION, Session { locked: false })
        .name("org.freedesktop.login1");
    connection.build().await.expect("logind")
}

async fn lock(logind: &Connection, locked: bool) {
    let session = logind
        .object_server()
        .interface::<_, Session>(SESSION)
        .await
        .unwrap();
    session.get_mut().await.locked = locked;
    session
        .get()
        .await
        .locked_hint_changed(session.signal_emitter())
        .await
        .unwrap();
}

#[tokio::test]
async fn behind_a_screen_that_logind_calls_locked_nothing_is_given_away() {
    let folder = tempfile::tempdir().unwrap();
    let system = Bus::start(folder.path()).await;
    let logind = logind(&system).await;
    let mut meeting = Meeting::prepared(Kind::Prosody, Person::new("Alice").await).await;
    let alice = &mut meeting.alice;
    alice
        .add_account(&meeting.server, &meeting.alice_account)
        .await;
    alice
        .start_with(&[("DBUS_SYSTEM_BUS_ADDRESS", system.address())])
        .await;
    alice.until_online().await;
    let mut bob = meeting.bob_unseen().await;
    is_told_in_full(&meeting, &mut bob, "Hello").await;
    lock(&logind, true).await;
    is_told_in_private(&meeting, &mut bob).await;
    lock(&logind, false).await;
    is_told_in_full(&meeting, &mut bob, "Welcome back").await;
}

/// A desktop's screen saver.
struct Saver;

#[interface(name = "org.freedesktop.ScreenSaver")]
impl Saver {
    fn get_active(&self) -> bool {
        true
    }

    #[zbus(signal)]
    async fn active_changed(emitter: &SignalEmitter<'_>, active: bool) -> zbus::Result<()>;
}

/// The same under the name that GNOME gives it.
struct Shield;

#[interface(name = "org.gnome.ScreenSaver")]
impl Shield {
    fn get_active(&self) -> bool {
        false
    }

    #[zbus(signal)]
    async fn active_changed(emitter: &SignalEmitter<'_>, active: bool) -> zbus::Result<()>;
}

#[tokio::test]
async fn behind_a_screen_saver_s_lock_nothing_is_given_away() {
    let mut meeting = Meeting::prepared(Kind::Prosody, Person::new("Alice").await).await;
    let bus = &meeting.alice.desktop.bus;
    let (plain, gnome) = ("/org/freedesktop/ScreenSaver", "/org/gnome/ScreenSaver");
    let saver = bus.builder().serve_at(plain, Saver);
    let saver = saver.name("org.freedesktop.ScreenSaver").build().await;
    let saver = SignalEmitter::new(&saver.unwrap(), plain)
        .unwrap()
        .into_owned();
    let shield = bus.builder().serve_at(gnome, Shield);
    let shield = shield.name("org.gnome.ScreenSaver").build().await;
    let shield = SignalEmitter::new(&shield.unwrap(), gnome)
        .unwrap()
        .into_owned();
    meeting
        .alice
        .online(&meeting.server, &meeting.alice_account)
        .await;
    let mut bob = meeting.bob_unseen().await;
    is_told_in_private(&meeting, &mut bob).await;
    Saver::active_changed(&saver, false).await.unwrap();
    is_told_in_full(&meeting, &mut bob, "Unlocked").await;
    Shield::active_changed(&shield, true).await.unwrap();
    is_told_in_private(&meeting, &mut bob).await;
}

#[tokio::test]
async fn behind_the_lock_the_open_chat_is_not_in_front_and_its_window_knows() {
    let folder = tempfile::tempdir().unwrap();
    let system = Bus::start(folder.path()).await;
    let logind = logind(&system).await;
    let mut meeting = Meeting::prepared(Kind::Prosody, Person::new("Alice").await).await;
    let alice = &mut meeting.alice;
    alice
        .add_account(&meeting.server, &meeting.alice_account)
        .await;
    alice
        .start_with(&[("DBUS_SYSTEM_BUS_ADDRESS", system.address())])
        .await;
    alice.until_online().await;
    let mut bob = meeting.bob_unseen().await;
    let alice = &meeting.alice;
    let socket = Visitor::socket(&alice.desktop, &alice.profile());
    let mut window = Visitor::window(&socket).await.unwrap();
    let overview = window.must("read_overview", json!({})).await;
    let chat = json!({"account": overview["accounts"][0]["id"], "jid": "bob@carillon.test"});
    let shows = json!({"chat": chat, "focused": true});
    window.must("window_state", shows).await;
    let speaker = &alice.desktop.speaker;
    let silence = speaker.mark();
    bob.message(ALICE, "Seen at once").await;
    is_stored(&mut window, &chat, "Seen at once").await;
    speaker.silent_for(RING).await;
    assert!(speaker.heard_within(silence, RING).await.is_none());
    assert_eq!(alice.desktop.notifications.popups().len(), 0);

    lock(&logind, true).await;
    until_some("the window knows of the lock", async || {
        let standing = window.must("read_standing", json!({})).await;
        let told = window.events.iter().any(|event| event["kind"] == "screen");
        (told && standing["locked"] == true).then_some(())
    })
    .await;
    let bell = speaker.mark();
    is_told_in_private(&meeting, &mut bob).await;
    let (heard, _) = speaker.heard_since(bell).await;
    assert!(heard.resembles(&built_in("bell")), "{heard:?}");

    lock(&logind, false).await;
    until_private(alice, false).await;
    let silence = speaker.mark();
    bob.message(ALICE, "Back again").await;
    is_stored(&mut window, &chat, "Back again").await;
    speaker.silent_for(RING).await;
    assert!(speaker.heard_within(silence, RING).await.is_none());
}

/// Waits until a message has come: what rings for it begins then.
async fn is_stored(window: &mut Visitor, chat: &Value, body: &str) {
    let ask = json!({"chat": chat, "anchor": {"kind": "newest"}, "limit": 5});
    until_some("the message has come", async || {
        let page = window.must("read_history", ask.clone()).await;
        let mut messages = page["messages"].as_array()?.iter();
        messages
            .any(|message| message["body"] == body)
            .then_some(())
    })
    .await;
}

const FILM: &str = "import gi
gi.require_version('Gtk', '3.0')
from gi.repository import Gtk
window = Gtk.Window(title='Film')
window.fullscreen()
window.show()
Gtk.main()";

#[tokio::test]
async fn over_a_window_that_covers_the_screen_nothing_is_given_away() {
    let at = AtScreen::on(Kind::Prosody).await;
    let meeting = &at.meeting;
    let mut bob = meeting.bob_unseen().await;
    is_told_in_full(meeting, &mut bob, "Hello").await;
    let desktop = &meeting.alice.desktop;
    let mut command = desktop.command("/usr/bin/python3");
    command.args(["-c", FILM]);
    let mut film = Process::spawn("film", Path::new(desktop.folder()), command);
    is_told_in_private(meeting, &mut bob).await;
    film.kill();
    is_told_in_full(meeting, &mut bob, "The end").await;
}
