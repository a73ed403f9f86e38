//! Each kind of event rings as its own row says: with the sound, the icon and the words that were chosen for it.
//!
//! Rows that other tests ring from the outside as well, each for its own sake: the message in front
//! (`window_alerts_contact`), Bob's call (`process_later`). Connection lost and restored are told after five minutes
//! only; they are told in the engine's stories, where time can be moved.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::time::Duration;

use carillon_tests_app::{Mark, Meeting, Person, Popup, Visitor, built_in};
use carillon_tests_servers::{Kind, Peer};
use serde_json::json;
use tokio::time::{Instant, sleep_until};

const ALICE: &str = "alice@carillon.test";
const BOB: &str = "bob@carillon.test";

/// The presence burst after signing in is over when it has been quiet for five seconds. What belongs to it may come late
/// on a busy machine.
const BURST: Duration = Duration::from_secs(9);

/// A row as somebody sets it, unlike any that Carillon brings along.
#[derive(Clone, Copy)]
struct OwnRow {
    kind: &'static str,
    sound: &'static str,
    icon: &'static str,
}

const fn row(kind: &'static str, sound: &'static str, icon: &'static str) -> OwnRow {
    OwnRow { kind, sound, icon }
}

/// Alice before her rows, and what she hears.
struct Listener {
    meeting: Meeting,
    tool: Visitor,
    mark: Mark,
    pictures: Vec<(&'static str, Vec<u8>)>,
}

impl Listener {
    async fn new(meeting: Meeting, rows: &[OwnRow]) -> Self {
        let mut tool = meeting.alice.tool().await;
        for OwnRow { kind, sound, icon } in rows {
            let row = json!({
                "popup": "banner", "preview": "full", "volume": 80,
                "sound": format!("builtin:{sound}"), "icon": format!("builtin:{icon}"),
            });
            let ask = json!({"whose": {"kind": "everybody"}, "kind": kind, "row": row});
            tool.must("set_alert_row", ask).await;
        }
        let mark = meeting.alice.desktop.speaker.mark();
        Self {
            meeting,
            tool,
            mark,
            pictures: Vec::new(),
        }
    }

    /// The next alert is this row's: its words, its sound, and an icon that no other row here has.
    async fn rings(&mut self, row: OwnRow, words: &str) -> Popup {
        let desktop = &self.meeting.alice.desktop;
        let told = |popup: &Popup| format!("{} {}", popup.summary, popup.body).contains(words);
        let popup = desktop.notifications.next_popup(row.kind, told).await;
        let (heard, end) = desktop.speaker.heard_since(self.mark).await;
        self.mark = end;
        assert!(
            heard.resembles(&built_in(row.sound)),
            "{} is not heard as {}: {heard:?}",
            row.kind,
            row.sound
        );
        let picture = popup
            .picture()
            .unwrap_or_else(|| panic!("{}: {popup:?}", row.kind));
        for (other, known) in &self.pictures {
            assert!(*known != picture, "{} looks like {other}", row.kind);
        }
        self.pictures.push((row.kind, picture));
        // Of two sounds within a second only the stronger is heard. No longer: what follows within five is a follow-up.
        let second = Duration::from_millis(1_200);
        self.quiet(second.saturating_sub(heard.onset.elapsed()))
            .await;
        popup
    }

    /// So long nothing is heard. The recording may lag behind, so that some of it is of earlier.
    async fn quiet(&mut self, time: Duration) {
        let speaker = &self.meeting.alice.desktop.speaker;
        let (from, until) = (speaker.mark(), Instant::now() + time);
        assert!(speaker.heard_within(from, time).await.is_none());
        sleep_until(until).await;
        self.mark = speaker.mark();
    }

    /// What just rang is heard, whatever it is, and then nothing more.
    async fn rang(&mut self) {
        let speaker = &self.meeting.alice.desktop.speaker;
        speaker.heard_since(self.mark).await;
        speaker.silent_for(Duration::from_secs(2)).await;
        self.mark = speaker.mark();
    }
}

#[tokio::test]
async fn what_is_said_rings_as_its_own_row_says() {
    let message = row("message", "fall", "missed");
    let followup = row("message_followup", "buzz", "contact_status");
    let file = row("file_received", "chime", "room_invite");
    let attention = row("attention", "warning", "request_accepted");
    let mention = row("mention", "accept", "connection_lost");
    let said = row("room_message", "knock", "stranger_message");
    let rows = [message, followup, file, attention, mention, said];
    let mut alice = Listener::new(Meeting::on_prosody().await, &rows).await;
    alice.meeting.friends_come_silently().await;
    let mut bob = alice.meeting.bob_unseen().await;

    bob.message(ALICE, "Tea at five?").await;
    alice.rings(message, "Tea at five?").await;
    bob.message(ALICE, "Or at six?").await;
    alice.rings(followup, "Or at six?").await;

    let mut carol = friend(&mut alice, "carol").await;
    let link = "https://files.example/cat.png";
    let shared = format!("<x xmlns='jabber:x:oob'><url>{link}</url></x>");
    carol.message_with(ALICE, link, &shared).await;
    alice.rings(file, "carol").await;

    let call = "<attention xmlns='urn:xmpp:attention:0'/>";
    bob.raw(&format!(
        "<message to='{ALICE}' type='headline'>{call}</message>"
    ))
    .await;
    alice.rings(attention, "Bob").await;

    let room = in_a_room(&mut alice, &mut bob).await;
    bob.say_in_room(&room, "The kettle is on").await;
    alice.rings(said, "The kettle is on").await;
    // A lively chat rings again after five seconds.
    alice.quiet(Duration::from_millis(5500)).await;
    bob.say_in_room(&room, "alice: it boils").await;
    alice.rings(mention, "it boils").await;
}

/// Another friend, accepted by both; what that rang is over.
async fn friend(alice: &mut Listener, name: &str) -> Peer {
    let mut friend = alice.meeting.stranger(name).await;
    friend.subscription(ALICE, "subscribe").await;
    let popups = &alice.meeting.alice.desktop.notifications;
    let asks = popups
        .next_popup("of the request", |popup| popup.key("Accept").is_some())
        .await;
    popups
        .press(asks.id, asks.key("Accept").unwrap(), None)
        .await;
    friend.expect_presence(ALICE, "subscribe").await;
    friend.subscription(ALICE, "subscribed").await;
    friend.expect_presence(ALICE, "available").await;
    alice.rang().await;
    friend
}

/// Alice is in a room with Bob; what the invitation rang is over.
async fn in_a_room(alice: &mut Listener, bob: &mut Peer) -> String {
    let room = format!("tea@{}", alice.meeting.server.rooms());
    bob.available().await;
    bob.join(&room, "Bob").await;
    bob.invite(&room, ALICE, "Tea?").await;
    let popups = &alice.meeting.alice.desktop.notifications;
    let invited = popups
        .next_popup("of the invitation", |popup| popup.key("Join").is_some())
        .await;
    popups
        .press(invited.id, invited.key("Join").unwrap(), None)
        .await;
    bob.expect("Alice in the room", |it| {
        it.kind() == "presence"
            && it.text("from").starts_with(&format!("{room}/"))
            && it.xml().contains("alice@")
    })
    .await;
    alice.rang().await;
    room
}

#[tokio::test]
async fn who_comes_and_goes_rings_as_its_own_row_says() {
    let available = row("contact_available", "knock", "mention");
    let status = row("contact_status", "chime", "missed");
    let unavailable = row("contact_unavailable", "double-bell", "message_failed");
    let rows = [available, status, unavailable];
    let mut alice = Listener::new(Meeting::on_prosody().await, &rows).await;
    let at_once = json!({"flap_minutes": 0, "burst_summary": false});
    alice
        .tool
        .must("set_presence_rules", json!({"presence": at_once}))
        .await;
    let mut bob = alice.meeting.bob_unseen().await;
    alice.quiet(BURST).await;
    bob.available().await;
    alice.rings(available, "Bob").await;
    // What follows on the sound of the same friend within five seconds is shown and not heard.
    let apart = Duration::from_millis(4500);
    alice.quiet(apart).await;
    bob.show("away", "Feeding the cat").await;
    alice.rings(status, "Feeding the cat").await;
    alice.quiet(apart).await;
    bob.unavailable().await;
    alice.rings(unavailable, "Bob").await;
}

#[tokio::test]
async fn what_friends_feel_rings_as_its_own_row_says() {
    let reaction = row("reaction", "rise", "mention");
    let mut alice = Listener::new(Meeting::on_prosody().await, &[reaction]).await;
    alice.meeting.friends_come_silently().await;
    let mut bob = alice.meeting.bob_unseen().await;
    bob.available().await;

    let account = alice.tool.must("read_overview", json!({})).await["accounts"][0]["id"].clone();
    let id = "0d2f9f4e-3f0a-4b43-9b1a-6b1f1c1f0d13";
    let ask = json!({"chat": {"account": account, "jid": BOB}, "id": id, "body": "Tea is ready"});
    alice.tool.must("send_message", ask).await;
    bob.expect("the words", |it| it.text("body") == "Tea is ready")
        .await;
    let felt = format!(
        "<reactions xmlns='urn:xmpp:reactions:0' id='{id}'><reaction>🎉</reaction></reactions>"
    );
    bob.raw(&format!(
        "<message to='{ALICE}' type='chat' id='felt'>{felt}</message>"
    ))
    .await;
    alice.rings(reaction, "🎉").await;
}

#[tokio::test]
async fn requests_and_answers_ring_as_their_own_rows_say() {
    let request = row("contact_request", "rise", "mention");
    let accepted = row("request_accepted", "bell", "missed");
    let invite = row("room_invite", "accept", "message_failed");
    let stranger = row("stranger_message", "warning", "connection_lost");
    let sent = row("message_sent", "buzz", "contact_status");
    let failed = row("message_failed", "fall", "file_received");
    let rows = [request, accepted, invite, stranger, sent, failed];
    let mut alice = Listener::new(Meeting::on_prosody().await, &rows).await;
    alice.meeting.friends_come_silently().await;

    let mut carol = alice.meeting.stranger("carol").await;
    carol.message(ALICE, "You do not know me").await;
    alice.rings(stranger, "carol").await;
    carol.subscription(ALICE, "subscribe").await;
    alice.rings(request, "carol").await;

    let mut dave = alice.meeting.stranger("dave").await;
    let account = alice.tool.must("read_overview", json!({})).await["accounts"][0]["id"].clone();
    let ask = json!({"account": account, "jid": "dave@carillon.test", "name": "Dave", "groups": [], "text": ""});
    alice.tool.must("add_contact", ask).await;
    dave.expect_presence(ALICE, "subscribe").await;
    dave.subscription(ALICE, "subscribed").await;
    alice.rings(accepted, "Dave").await;

    let mut bob = alice.meeting.bob_unseen().await;
    let room = format!("tea@{}", alice.meeting.server.rooms());
    bob.available().await;
    bob.join(&room, "Bob").await;
    alice.quiet(Duration::from_secs(1)).await;
    bob.invite(&room, ALICE, "Tea?").await;
    alice.rings(invite, "Tea?").await;

    let chat = json!({"account": account, "jid": BOB});
    let ask = json!({"chat": chat, "id": "0d2f9f4e-3f0a-4b43-9b1a-6b1f1c1f0d11", "body": "Hello"});
    alice.tool.must("send_message", ask).await;
    alice.rings(sent, "Bob").await;
    let nobody = json!({"account": account, "jid": "nobody@carillon.test"});
    let ask =
        json!({"chat": nobody, "id": "0d2f9f4e-3f0a-4b43-9b1a-6b1f1c1f0d12", "body": "Hello?"});
    alice.tool.must("send_message", ask).await;
    alice.rings(failed, "nobody").await;
}

#[tokio::test]
async fn what_was_missed_rings_once_as_its_own_row_says() {
    let missed = row("missed", "knock-knock", "mention");
    let mut alice = Listener::new(Meeting::on_prosody().await, &[missed]).await;
    alice.meeting.alice.quit().await;
    let mut bob = alice.meeting.bob_unseen().await;
    for body in ["One", "Two", "Three"] {
        bob.message(ALICE, body).await;
    }
    bob.ping().await;
    alice.meeting.alice.start().await;
    let told = alice.rings(missed, "3").await;
    alice.quiet(Duration::from_secs(2)).await;
    // Where they come in seconds apart the popup is updated in place.
    let others = alice.meeting.alice.desktop.notifications.popups();
    let one = others.iter().all(|other| other.id == told.id);
    assert!(one, "{told:?} and {others:?}");
}

#[tokio::test]
async fn an_account_that_needs_its_user_rings_as_its_own_row_says() {
    let attention = row("account_attention", "chime", "mention");
    let mut meeting = Meeting::prepared(Kind::Prosody, Person::new("Alice").await).await;
    meeting.alice_account.password = "through the".to_owned();
    let alice = &mut meeting.alice;
    alice.start().await;
    let mut alice = Listener::new(meeting, &[attention]).await;
    let Meeting {
        alice: person,
        alice_account,
        server,
        ..
    } = &alice.meeting;
    person.add_account(server, alice_account).await;
    alice.rings(attention, "alice@").await;
}
