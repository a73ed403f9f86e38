//! What strangers and friends write ends in a popup as text, never as markup, whatever it is.

#![allow(clippy::unwrap_used)] // in the functions that the tests share

use std::time::Duration;

use carillon_tests_app::{Meeting, Person, Popup, Visitor, escaped};
use carillon_tests_servers::{Kind, Peer, until_some};
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// Where hostile markup would call if somebody read it.
struct Canary {
    listener: TcpListener,
    url: String,
}

impl Canary {
    async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/canary", listener.local_addr().unwrap());
        Self { listener, url }
    }

    /// How often somebody called: a look without waiting, after everything else has happened.
    async fn hits(&self) -> usize {
        let mut hits = 0;
        while let Ok(Ok(_)) =
            tokio::time::timeout(Duration::from_millis(1), self.listener.accept()).await
        {
            hits += 1;
        }
        hits
    }

    /// Texts that a careless popup would turn into pictures, links, broken layout or a lie about who wrote.
    fn corpus(&self) -> Vec<String> {
        let url = &self.url;
        vec![
            format!("<img src=\"{url}\"/> one"),
            format!("<a href=\"{url}\">two</a>"),
            format!("<b>three</b><i>and</i><u>more</u><img src='{url}'>"),
            format!("&lt;img src='{url}'&gt; four"),
            format!("&amp;lt;img src='{url}'&amp;gt; five"),
            "six &quot;&#60;b&#62;&#x3c;i&#x3e;&notanentity; & && &".to_owned(),
            "</b></body></html><!-- seven --> <![CDATA[x]]>".to_owned(),
            "eight \u{202E}gnp.exe\u{202C} \u{2066}isolated".to_owned(),
            "nine \u{200B}\u{FEFF}\u{0085} zero width".to_owned(),
            "ten \u{1F514} \u{1F3F3}\u{FE0F}\u{200D}\u{1F308} bells".to_owned(),
            format!("eleven {url} <script>fetch('{url}')</script>"),
            format!("twelve {}", "\u{0301}".repeat(400)),
            "thirteen %s %n %x {0} $(id) `id` ; rm".to_owned(),
            format!("fourteen [link]({url}) ![picture]({url})"),
        ]
    }
}

/// That a service which reads markup shows this text as text, and nothing that reorders or floods it.
fn harmless(popup: &Popup) {
    for (what, text) in [("summary", &popup.summary), ("body", &popup.body)] {
        assert!(
            text.chars().count() <= 1_000,
            "{what} of {} characters",
            text.chars().count()
        );
        let open: i64 = text
            .chars()
            .map(|letter| match letter {
                '\u{202A}' | '\u{202B}' | '\u{202D}' | '\u{202E}' | '\u{2066}' | '\u{2067}'
                | '\u{2068}' => 1,
                '\u{202C}' | '\u{2069}' => -1,
                _ => 0,
            })
            .sum();
        assert_eq!(open, 0, "a direction is left open in {what}: {text:?}");
        assert!(
            !text.contains(['\u{202D}', '\u{202E}']),
            "{what} is turned round: {text:?}"
        );
    }
    assert!(!popup.body.contains(['<', '>']), "markup: {}", popup.body);
    for part in popup.body.split('&').skip(1) {
        let entity = ["amp;", "lt;", "gt;", "quot;", "apos;", "#39;"];
        assert!(
            entity.iter().any(|known| part.starts_with(known)),
            "a bare &: {}",
            popup.body
        );
    }
}

#[tokio::test]
async fn hostile_words_are_only_words() {
    let meeting = Meeting::on_prosody().await;
    let alice = &meeting.alice;
    let canary = Canary::new().await;
    let mut bob = meeting.bob_unseen().await;
    let corpus = canary.corpus();
    let mut shown = 0;
    for text in &corpus {
        bob.message(&meeting.alice_account.jid, text).await;
        // The chat's one popup is updated in place: it is read by its newest words.
        let word: String = text
            .chars()
            .filter(char::is_ascii_alphabetic)
            .take(3)
            .collect();
        let popup = alice
            .desktop
            .notifications
            .next_popup(&format!("with {word}"), |popup| !popup.body.is_empty())
            .await;
        harmless(&popup);
        shown += 1;
        for popup in alice.desktop.notifications.popups() {
            harmless(&popup);
        }
        read_all(alice, &meeting.bob_account.jid).await;
    }
    assert_eq!(canary.hits().await, 0);
    println!("canary hits 0 of {shown}, in the popup's body");
}

/// Reads the chat, as a window in front does, so that the next message has a popup of its own.
async fn read_all(person: &Person, jid: &str) {
    let socket = Visitor::socket(&person.desktop, &person.profile());
    let mut tool = Visitor::tool(&socket).await.unwrap();
    let overview = tool.must("read_overview", json!({})).await;
    let chat = json!({"account": overview["accounts"][0]["id"], "jid": jid});
    let view = tool.must("open_chat", json!({"chat": chat})).await;
    let last = view["history"]["messages"]
        .as_array()
        .unwrap()
        .last()
        .unwrap()["id"]
        .clone();
    tool.must("mark_seen", json!({"chat": chat, "up_to": last}))
        .await;
}

#[tokio::test]
async fn a_hostile_name_and_a_megabyte_are_only_a_name() {
    let meeting = Meeting::on_prosody().await;
    let alice = &meeting.alice;
    let canary = Canary::new().await;
    let mut carol = meeting.stranger("carol").await;
    let to = &meeting.alice_account.jid;
    let names = [
        format!("<img src='{}'/>Bob", canary.url),
        "Bob\u{202E}ecilA".to_owned(),
        format!("Bob{}", "x".repeat(100_000)),
    ];
    for name in &names {
        let nick = escaped(name);
        carol.raw(&format!("<presence to='{to}' type='subscribe'><nick xmlns='http://jabber.org/protocol/nick'>{nick}</nick><status>{nick}</status></presence>")).await;
        let popup = alice
            .desktop
            .notifications
            .next_popup(
                &format!("of {}", name.chars().take(9).collect::<String>()),
                |popup| popup.key("Decline").is_some(),
            )
            .await;
        harmless(&popup);
        alice
            .desktop
            .notifications
            .press(popup.id, popup.key("Decline").unwrap(), None)
            .await;
        alice
            .until_status("it is declined", |status| status["requests"] == 0)
            .await;
    }
    // Larger than the server's own limit is the server's to refuse; this is what it lets through.
    let mut bob = meeting.bob_unseen().await;
    bob.message(to, &"long ".repeat(40_000)).await;
    let popup = alice
        .desktop
        .notifications
        .next_popup("of the long message", |popup| {
            popup.body.starts_with("long ")
        })
        .await;
    harmless(&popup);
    assert_eq!(canary.hits().await, 0);
    println!("canary hits 0 of {} names and one long body", names.len());
}

/// Bob's words to Alice, of a megabyte, straight at her resident: by a server that limits nothing.
#[tokio::test]
async fn a_megabyte_through_a_server_without_limits_leaves_her_running() {
    let meeting = Meeting::on(Kind::Embedded).await;
    let mut bob = meeting.bob_unseen().await;
    let to = &meeting.alice_account.jid;
    let big = "b".repeat(1024 * 1024);
    // Whoever of the two refuses it, and however: Alice goes on.
    let _refused = tokio::time::timeout(Duration::from_secs(5), bob.message(to, &big)).await;
    drop(bob);
    meeting.alice.until_online().await;
    let mut again = meeting.bob_unseen().await;
    again.message(to, "After it").await;
    let popup = meeting
        .alice
        .desktop
        .notifications
        .next_popup("after it", |popup| popup.body.contains("After it"))
        .await;
    harmless(&popup);
    for popup in meeting.alice.desktop.notifications.popups() {
        harmless(&popup);
    }
}

async fn overview(person: &Person) -> Value {
    let socket = Visitor::socket(&person.desktop, &person.profile());
    let mut tool = Visitor::tool(&socket).await.unwrap();
    tool.must("read_overview", json!({})).await
}

async fn asked(meeting: &Meeting, name: &str) -> (Peer, Popup) {
    let mut peer = meeting.stranger(name).await;
    peer.subscription(&meeting.alice_account.jid, "subscribe")
        .await;
    let popup = meeting
        .alice
        .desktop
        .notifications
        .next_popup("of the request", |popup| popup.key("Accept").is_some())
        .await;
    (peer, popup)
}

#[tokio::test]
async fn accepting_in_the_popup_makes_contacts_of_both() {
    let meeting = Meeting::on_prosody().await;
    let alice = &meeting.alice;
    let (mut carol, popup) = asked(&meeting, "carol").await;
    let to = &meeting.alice_account.jid;
    alice
        .desktop
        .notifications
        .press(popup.id, popup.key("Accept").unwrap(), None)
        .await;
    carol.expect_presence(to, "subscribe").await;
    carol.subscription(to, "subscribed").await;
    until_some("both are contacts", async || {
        let overview = overview(alice).await;
        let contacts = overview["contacts"].as_array()?;
        let carol = contacts
            .iter()
            .find(|it| it["jid"] == "carol@carillon.test")?;
        (carol["subscription"] == "both").then_some(())
    })
    .await;
    assert_eq!(carol.roster().await[to.as_str()]["subscription"], "both");
    assert_eq!(alice.status().await["windows"], 0, "no window was needed");
}

#[tokio::test]
async fn blocking_in_the_popup_blocks() {
    let meeting = Meeting::on_prosody().await;
    let alice = &meeting.alice;
    let (mut mallory, popup) = asked(&meeting, "mallory").await;
    alice
        .desktop
        .notifications
        .press(popup.id, popup.key("Block").unwrap(), None)
        .await;
    let socket = Visitor::socket(&alice.desktop, &alice.profile());
    let mut tool = Visitor::tool(&socket).await.unwrap();
    until_some("mallory is blocked", async || {
        let blocked = tool.must("read_blocked", json!({})).await;
        blocked
            .to_string()
            .contains("mallory@carillon.test")
            .then_some(())
    })
    .await;
    alice
        .until_status("no request waits", |status| status["requests"] == 0)
        .await;
    let before = alice.status().await["unread"].clone();
    mallory.message(&meeting.alice_account.jid, "Open up").await;
    mallory.ping().await;
    let mut bob = meeting.bob_unseen().await;
    bob.message(&meeting.alice_account.jid, "Later").await;
    let popup = alice
        .desktop
        .notifications
        .next_popup("of Bob's", |_| true)
        .await;
    assert!(popup.body.contains("Later"), "{popup:?}");
    let status = alice.status().await;
    assert_eq!((&status["requests"], before), (&json!(0), json!(0)));
}

#[tokio::test]
async fn joining_in_the_popup_makes_the_room_a_chat() {
    let meeting = Meeting::on_prosody().await;
    let alice = &meeting.alice;
    let mut bob = meeting.bob().await;
    let room = format!("tea@{}", meeting.server.rooms());
    bob.join(&room, "Bob").await;
    bob.invite(&room, &meeting.alice_account.jid, "<b>Tea</b> & cake")
        .await;
    let popup = alice
        .desktop
        .notifications
        .next_popup("of the invitation", |popup| popup.key("Join").is_some())
        .await;
    harmless(&popup);
    alice
        .desktop
        .notifications
        .press(popup.id, popup.key("Join").unwrap(), None)
        .await;
    until_some("the room is a chat", async || {
        let overview = overview(alice).await;
        let chats = overview["chats"].as_array()?;
        chats
            .iter()
            .any(|chat| chat["chat"]["jid"] == room.as_str() && chat["kind"] == "room")
            .then_some(())
    })
    .await;
}

#[tokio::test]
async fn without_any_bus_messages_are_stored_and_the_bus_is_not_missed() {
    let mut meeting = Meeting::prepared(Kind::Prosody, Person::new("Alice").await).await;
    meeting
        .alice
        .add_account(&meeting.server, &meeting.alice_account)
        .await;
    let mut command = meeting.alice.carillon(&["--background"]);
    command.env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere/bus");
    let resident =
        carillon_tests_servers::Process::spawn("resident", meeting.alice.desktop.folder(), command);
    meeting.alice.until_online().await;
    meeting.alice.desktop.notifications.die().await;
    let mut bob = meeting.bob_unseen().await;
    for text in ["One", "Two", "Three"] {
        bob.message(&meeting.alice_account.jid, text).await;
    }
    meeting
        .alice
        .until_status("all are stored", |status| status["unread"] == 3)
        .await;
    resident.assert_running();
    let out = meeting.alice.run(&["quit"], "").await;
    assert!(out.status.success());
}

#[tokio::test]
async fn a_service_that_dies_and_comes_back_takes_clicks_again() {
    let mut meeting = Meeting::on_prosody().await;
    let mut bob = meeting.bob_unseen().await;
    let to = meeting.alice_account.jid.clone();
    for round in 0..3 {
        let desktop = &mut meeting.alice.desktop;
        desktop.notifications.die().await;
        bob.message(&to, &format!("Unseen {round}")).await;
        let unread = move |status: &Value| status["unread"] == 1;
        meeting.alice.until_status("it is stored", unread).await;
        let desktop = &mut meeting.alice.desktop;
        desktop.notifications.serve(&desktop.bus).await;
        bob.message(&to, &format!("Seen {round}")).await;
        let popup = desktop
            .notifications
            .next_popup("again", |popup| {
                popup.body.contains(&format!("Seen {round}"))
            })
            .await;
        desktop
            .notifications
            .press(popup.id, popup.key("Mark as read").unwrap(), None)
            .await;
        meeting
            .alice
            .until_status("it is read", |status| status["unread"] == 0)
            .await;
    }
}
