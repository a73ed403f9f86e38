//! Two processes: either may be killed at any moment, and nothing is lost.

#![allow(clippy::unwrap_used, clippy::panic)] // in the functions that the tests share

use std::cell::Cell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use carillon_tests_app::{AtScreen, NoAnswer, Person, Screen, Visitor, kill9};
use carillon_tests_servers::{Account, DEADLINE, Kind, Peer, Process, TestServer, until_some};
use fastrand::Rng;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

/// Kills in a run; each is one `kill -9` of one resident, or of both.
const KILLS: usize = 12;

/// Writes numbered messages as a window does: the same id again when the link was lost before the answer.
async fn talk(socket: PathBuf, chat: Value, tag: String, enough: Arc<AtomicBool>) -> Vec<String> {
    let mut window = None;
    let mut accepted = Vec::new();
    while !enough.load(Ordering::Relaxed) {
        let body = format!("{tag}-{:04}", accepted.len());
        let ask = json!({"chat": chat, "id": uuid_of(&body), "body": body});
        loop {
            let open: &mut Visitor = match &mut window {
                Some(open) => open,
                None => window.insert(linked(&socket).await),
            };
            match open.ask("send_message", ask.clone()).await {
                Ok(_) => break,
                Err(NoAnswer::Lost) => window = None,
                Err(NoAnswer::Refused(why)) => panic!("{body} was refused: {why}"),
            }
        }
        accepted.push(body);
        // A window now and then dies with half a question written.
        if accepted.len().is_multiple_of(40)
            && let Some(window) = window.take()
        {
            window.die_writing().await;
        }
        sleep(Duration::from_millis(3)).await;
    }
    accepted
}

/// A window's link, as soon as there is a resident.
async fn linked(socket: &Path) -> Visitor {
    let deadline = Instant::now() + DEADLINE;
    loop {
        match Visitor::window(socket).await {
            Ok(window) => return window,
            Err(error) => assert!(Instant::now() < deadline, "no link again: {error}"),
        }
        sleep(Duration::from_millis(5)).await;
    }
}

/// The same for the same text, in the form that windows give.
fn uuid_of(text: &str) -> String {
    let mut bytes = [0_u8; 16];
    for (at, byte) in text.bytes().enumerate() {
        bytes[at % 16] =
            bytes[at % 16].rotate_left(3) ^ byte.wrapping_add(u8::try_from(at % 256).unwrap());
    }
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!(
        "{}-{}-4{}-8{}-{}",
        &hex[..8],
        &hex[8..12],
        &hex[13..16],
        &hex[17..20],
        &hex[20..]
    )
}

/// One person as the test sees them.
struct Side {
    person: Person,
    socket: PathBuf,
    chat: Value,
}

impl Side {
    async fn begin(name: &str, server: &TestServer, own: &Account, other: &Account) -> Self {
        let mut person = Person::new(name).await;
        person.online(server, own).await;
        Self::of(person, other).await
    }

    /// Somebody whose resident runs.
    async fn of(person: Person, other: &Account) -> Self {
        let socket = Visitor::socket(&person.desktop, &person.profile());
        let mut tool = Visitor::tool(&socket).await.unwrap();
        let overview = tool.must("read_overview", json!({})).await;
        let chat = json!({"account": overview["accounts"][0]["id"], "jid": other.jid});
        Self {
            person,
            socket,
            chat,
        }
    }

    /// Everything in the chat, oldest first.
    async fn history(&self) -> Vec<Value> {
        let mut tool = Visitor::tool(&self.socket).await.unwrap();
        let mut anchor = json!({"kind": "newest"});
        let mut all = Vec::new();
        loop {
            let ask = json!({"chat": self.chat, "anchor": anchor, "limit": 200});
            let page = tool.must("read_history", ask).await;
            let messages = page["messages"].as_array().unwrap().clone();
            anchor =
                json!({"kind": "before", "message": messages.first().map(|it| it["id"].clone())});
            all.splice(0..0, messages);
            if page["more_before"] != true {
                return all;
            }
        }
    }

    async fn has(&self, body: &str) {
        until_some("the last message has come", async || {
            let ask = json!({"chat": self.chat, "anchor": {"kind": "newest"}, "limit": 5});
            let page = Visitor::tool(&self.socket)
                .await
                .ok()?
                .ask("read_history", ask)
                .await
                .ok()?;
            let messages = page["messages"].as_array()?;
            messages
                .iter()
                .any(|message| message["body"] == body)
                .then_some(())
        })
        .await;
    }

    async fn say(&self, body: &str) {
        let mut tool = Visitor::tool(&self.socket).await.unwrap();
        let ask = json!({"chat": self.chat, "id": uuid_of(body), "body": body});
        tool.must("send_message", ask).await;
    }

    async fn restart(&mut self) {
        self.person.spawn();
        let online = async || {
            let mut tool = Visitor::tool(&self.socket).await.ok()?;
            let status = tool.ask("read_status", json!({})).await.ok()?;
            (status["accounts"][0]["connection"]["kind"] == "online").then_some(())
        };
        until_some("the resident is online again", online).await;
    }
}

/// What became of one side's messages.
#[derive(Debug, Default)]
struct Tally {
    sent: usize,
    lost: Vec<String>,
    twice: usize,
    disordered: usize,
    arrived_but_not_there: usize,
}

async fn tally(from: &Side, to: &Side, accepted: &[String]) -> Tally {
    let own: HashMap<String, String> = from
        .history()
        .await
        .iter()
        .map(|it| (text(it, "body"), text(it, "delivery")))
        .collect();
    let mut there: HashMap<String, Vec<usize>> = HashMap::new();
    for (at, message) in to.history().await.iter().enumerate() {
        there.entry(text(message, "body")).or_default().push(at);
    }
    let mut tally = Tally {
        sent: accepted.len(),
        ..Tally::default()
    };
    let mut last = 0;
    for body in accepted {
        let delivery = own
            .get(body)
            .unwrap_or_else(|| panic!("{body} is not in the sender's store"));
        match there.get(body).map(Vec::as_slice) {
            None => {
                tally.arrived_but_not_there += usize::from(delivery == "arrived");
                tally.lost.push(body.clone());
            }
            Some([at]) => {
                tally.disordered += usize::from(*at < last);
                last = *at;
            }
            Some(_) => tally.twice += 1,
        }
    }
    tally
}

fn text(message: &Value, key: &str) -> String {
    message[key].as_str().unwrap_or_default().to_owned()
}

/// What the killed one itself had accepted is in its store; what the server had written to its socket and it had not
/// read waits at the server (XEP-0198). The two are counted apart, since they are kept by different means.
#[tokio::test]
async fn killed_at_any_moment_nothing_that_was_accepted_is_lost() {
    let server = TestServer::start(Kind::Embedded).await;
    let alice = server.add_account("alice", "looking glass").await;
    let bob = server.add_account("bob", "can he fix it").await;
    server.befriend((&alice, "Alice"), (&bob, "Bob")).await;
    let (left, right) = tokio::join!(
        Side::begin("Alice", &server, &alice, &bob),
        Side::begin("Bob", &server, &bob, &alice)
    );
    let mut sides = [left, right];
    let mut chance = Rng::with_seed(23);
    // By side: what it sent while it was killed itself, and while the other was.
    let mut safe = [Vec::new(), Vec::new()];
    let mut at_risk = [Vec::new(), Vec::new()];
    for round in 0..KILLS {
        let killed: &[usize] = [&[0][..], &[1], &[0, 1]][round % 3];
        let enough = Arc::new(AtomicBool::new(false));
        let talks = [0, 1].map(|side: usize| {
            let tag = format!("{}{round:02}", ["a", "b"][side]);
            let (socket, chat) = (sides[side].socket.clone(), sides[side].chat.clone());
            tokio::spawn(talk(socket, chat, tag, Arc::clone(&enough)))
        });
        sleep(Duration::from_millis(20 + chance.u64(..180))).await;
        for side in killed {
            sides[*side].person.kill9();
        }
        sleep(Duration::from_millis(chance.u64(..60))).await;
        for side in killed {
            sides[*side].restart().await;
        }
        enough.store(true, Ordering::Relaxed);
        for (side, talk) in talks.into_iter().enumerate() {
            let accepted = talk.await.unwrap();
            let other_was_killed = killed.contains(&(1 - side));
            let kept = if other_was_killed {
                &mut at_risk
            } else {
                &mut safe
            };
            kept[side].extend(accepted);
        }
        // In order, so that everything before it that will ever come has come: the next round begins afresh.
        for side in [0, 1] {
            let last = format!("end of {round:02} from {side}");
            sides[side].say(&last).await;
            sides[1 - side].has(&last).await;
        }
    }
    let mut sent = 0;
    for (side, (safe, at_risk)) in safe.iter().zip(&at_risk).enumerate() {
        let (from, to) = (&sides[side], &sides[1 - side]);
        for messages in [safe, at_risk] {
            let tally = tally(from, to, messages).await;
            assert_eq!(
                tally.lost,
                [] as [String; 0],
                "{} of {}",
                tally.lost.len(),
                tally.sent
            );
            let wrong = (tally.arrived_but_not_there, tally.twice, tally.disordered);
            assert_eq!(wrong, (0, 0, 0), "{tally:?}");
            sent += tally.sent;
        }
    }
    println!(
        "{KILLS} rounds of kill -9, {sent} messages: 0 lost, 0 twice, 0 out of order; of {} the sender was killed, \
         of {} the receiver",
        safe.iter().map(Vec::len).sum::<usize>(),
        at_risk.iter().map(Vec::len).sum::<usize>(),
    );
}

#[tokio::test]
async fn the_real_window_and_the_resident_bring_each_other_back() {
    let folder = tempfile::tempdir().unwrap();
    let screen = Screen::start(folder.path()).await;
    let mut alice = Person::on(&screen, "Alice").await;
    alice.start().await;
    let shown = alice.run(&[], "").await;
    assert!(
        shown.status.success(),
        "{}",
        String::from_utf8_lossy(&shown.stderr)
    );
    let one = |status: &Value| status["windows"] == 1;
    alice.until_status("the window is linked", one).await;
    let window = alice.window_process().unwrap();
    let first = alice.resident_id();

    alice.kill9();
    let again = |status: &Value| status["windows"] == 1 && status["pid"] != first;
    let status = alice
        .until_status(
            "the window has started a resident, and its link again",
            again,
        )
        .await;
    assert_eq!(
        alice.window_process(),
        Some(window),
        "it is the same window"
    );

    kill9(window);
    alice
        .until_status("the resident goes on without it", |status| {
            status["windows"] == 0
        })
        .await;
    let shown = alice.run(&[], "").await;
    assert!(shown.status.success());
    alice.until_status("another window", one).await;
    assert_eq!(alice.status().await["pid"], status["pid"]);

    let both = [alice.window_process().unwrap(), pid(&alice.status().await)];
    for process in both {
        kill9(process);
    }
    alice.start().await;
    assert_eq!(alice.status().await["windows"], 0);
}

/// Rounds with the real window, the four ways of [`Killed`] in turn.
const ROUNDS: usize = 12;

/// What is killed in a round, and what a person does about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Killed {
    /// The window starts another, and the person does nothing.
    Resident,
    /// The person opens another.
    Window,
    /// The person starts Carillon.
    Both,
    /// The person starts the window alone, which finds no resident.
    BothAndWindowFirst,
}

const WAYS: [Killed; 4] = [
    Killed::Resident,
    Killed::Window,
    Killed::Both,
    Killed::BothAndWindowFirst,
];

/// However long a round takes: all of them together are what a window holds of a chat.
const MESSAGES_IN_A_ROUND: usize = 25;

/// Writes numbered messages until it is enough, whatever becomes of who reads them.
async fn keep_writing(bob: &mut Peer, to: &str, sent: &mut Vec<String>, enough: &Cell<bool>) {
    let most = sent.len() + MESSAGES_IN_A_ROUND;
    while !enough.get() && sent.len() < most {
        let body = format!("Number {:05}", sent.len());
        bob.message(to, &body).await;
        sent.push(body);
        sleep(Duration::from_millis(40)).await;
    }
}

/// Kills Alice's processes after a while, and has everything running again.
async fn kill_and_come_back(side: &mut Side, killed: Killed, after: Duration) -> Option<Process> {
    let alice = &mut side.person;
    let resident = pid(&alice.status().await);
    let window = alice.window_process().unwrap();
    sleep(after).await;
    if killed != Killed::Resident {
        kill9(window);
    }
    if killed != Killed::Window {
        alice.kill9();
        // One that a window started is nobody's child here.
        if Path::new(&format!("/proc/{resident}/exe")).exists() {
            kill9(resident);
        }
    }
    let mut first = None;
    match killed {
        Killed::Resident => {}
        Killed::Window => {
            let alone = |status: &Value| status["windows"] == 0;
            alice.until_status("the window's end", alone).await;
            assert!(alice.run(&[], "").await.status.success());
        }
        Killed::Both => {
            alice.start().await;
            assert!(alice.run(&[], "").await.status.success());
        }
        Killed::BothAndWindowFirst => first = Some(alice.spawn_window()),
    }
    let back = |status: &Value| status["windows"] == 1;
    alice.until_status("a window and its resident", back).await;
    alice.until_online().await;
    let changed = (
        pid(&alice.status().await) != resident,
        alice.window_process() != Some(window),
    );
    let wanted = (killed != Killed::Window, killed != Killed::Resident);
    assert_eq!(changed, wanted, "{killed:?}");
    first
}

#[tokio::test]
async fn while_bob_writes_the_real_window_and_the_resident_are_killed_and_nothing_is_lost() {
    let at = AtScreen::on(Kind::Prosody).await;
    let mut bob = at.meeting.bob_unseen().await;
    let (to, bobs) = (&at.meeting.alice_account.jid, &at.meeting.bob_account);
    let mut side = Side::of(at.meeting.alice, bobs).await;
    assert!(side.person.run(&[], "").await.status.success());
    let one = |status: &Value| status["windows"] == 1;
    side.person.until_status("the window is linked", one).await;
    let mut chance = Rng::with_seed(2323);
    let (mut sent, mut first_windows) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let killed = WAYS[round % WAYS.len()];
        let after = Duration::from_millis(20 + chance.u64(..400));
        let enough = Cell::new(false);
        let ((), first) = tokio::join!(keep_writing(&mut bob, to, &mut sent, &enough), async {
            let first = kill_and_come_back(&mut side, killed, after).await;
            enough.set(true);
            first
        });
        first_windows.extend(first);
        // In order, so that everything before it that will ever come has come: the next round begins afresh.
        let last = format!("End of round {round}");
        bob.message(to, &last).await;
        side.has(&last).await;
        sent.push(last);
    }

    let all = side.history().await;
    let stored: Vec<String> = all.iter().map(|it| text(it, "body")).collect();
    let places = |body: &String| stored.iter().filter(|it| *it == body).count();
    let lost = sent.iter().filter(|body| places(body) == 0).count();
    let doubled = sent.iter().filter(|body| places(body) > 1).count();
    let mut at_places = sent
        .iter()
        .filter_map(|body| stored.iter().position(|it| it == body));
    let mut last = 0;
    let reordered = at_places
        .by_ref()
        .filter(|place| std::mem::replace(&mut last, *place) > *place)
        .count();
    println!(
        "{ROUNDS} rounds of kill -9 with the real window, {} messages: {lost} lost, {doubled} twice, {reordered} out of \
         order",
        sent.len()
    );
    assert_eq!((lost, doubled, reordered), (0, 0, 0));
    assert_eq!(stored, sent, "and nothing else is there");

    kill9(side.person.window_process().unwrap());
    let _last = side.person.spawn_window();
    let window = side.person.window().await;
    window.choose_contact(&bobs.jid).await;
    // Nothing of it was seen, so that the chat opens at its beginning.
    window.shows_message(sent.first().unwrap()).await;
    let read =
        "[...document.querySelectorAll('[data-test=message] .body')].map((it) => it.textContent)";
    window.click("[data-test=to-newest]").await;
    // On its way there the list draws another part for a moment, or none.
    until_some("the end of the chat, on screen", async || {
        let rendered = window.script(&format!("return {read}")).await;
        let rendered: Vec<String> = serde_json::from_value(rendered).unwrap();
        (rendered.len() > 5 && sent.ends_with(&rendered)).then_some(())
    })
    .await;
}

fn pid(status: &Value) -> u32 {
    u32::try_from(status["pid"].as_u64().unwrap()).unwrap()
}
