//! What an archive has is shown where it belongs, in a chat that is open.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // in the functions that the tests share

use carillon_tests_app::{AtScreen, Person, Window, quoted};
use carillon_tests_servers::{Account, Kind, Peer, Proxy, until_some};
use serde_json::{Value, json};

/// Adds an account that is reached by this address.
async fn add_account(alice: &Person, account: &Account, url: &str) {
    let arguments = [
        "account",
        "add",
        &account.jid,
        "--password-stdin",
        "--connect",
        url,
        "--store",
        "file",
    ];
    let added = alice
        .run(&arguments, &format!("{}\n", account.password))
        .await;
    let said = String::from_utf8_lossy(&added.stderr);
    assert!(added.status.success(), "{said}");
}

/// Alice with a wire that can be cut, and Bob's chat open in her window.
async fn by_wire(kind: Kind, said: &[String]) -> (AtScreen, Proxy, Window) {
    let mut at = AtScreen::prepared(kind).await;
    let url = at.meeting.server.url();
    let wire = Proxy::before(&url).await;
    add_account(
        &at.meeting.alice,
        &at.meeting.alice_account,
        &wire.url(&url),
    )
    .await;
    at.meeting.alice.start().await;
    at.meeting.alice.until_online().await;
    let mut bob = at.meeting.bob_unseen().await;
    for body in said {
        bob.message(&at.meeting.alice_account.jid, body).await;
    }
    let all = u64::try_from(said.len()).unwrap();
    at.meeting
        .alice
        .until_status("all have come", |status| status["unread"] == all)
        .await;
    bob.log_out().await;
    let window = at.meeting.alice.open_window().await;
    window.choose_contact(&at.meeting.bob_account.jid).await;
    window.shows_message(said.first().unwrap()).await;
    (at, wire, window)
}

/// The server forgets Alice's stream, and she can't reach it: what Bob says is in the archive only.
async fn away(at: &mut AtScreen, wire: &Proxy) {
    wire.close();
    at.meeting
        .alice
        .until_status("the connection lost", |status| {
            status["accounts"][0]["connection"]["kind"] != "online"
        })
        .await;
    at.meeting.server.kill();
    at.meeting.server.run().await;
}

async fn back(at: &AtScreen, wire: &Proxy) {
    wire.open();
    let mut tool = at.meeting.alice.tool().await;
    tool.must("connect_now", json!({"account": 1})).await;
    at.meeting.alice.until_online().await;
}

/// Waits until the messages on screen end in these.
async fn ends_in(window: &Window, bodies: &[&str]) {
    let script = format!(
        "const all = [...document.querySelectorAll('[data-test=message] .body')].map((it) => it.textContent);
         return JSON.stringify(all.slice(-{})) === {}",
        bodies.len(),
        quoted(&json!(bodies).to_string()),
    );
    window.shows(&format!("{bodies:?} in order"), &script).await;
}

#[tokio::test]
async fn what_was_missed_stands_in_the_open_chat_before_what_was_written_meanwhile_on_prosody() {
    what_was_missed(Kind::Prosody).await;
}

#[tokio::test]
async fn what_was_missed_stands_in_the_open_chat_before_what_was_written_meanwhile_on_ejabberd() {
    what_was_missed(Kind::Ejabberd).await;
}

async fn what_was_missed(kind: Kind) {
    let (mut at, wire, window) = by_wire(kind, &["Before".to_owned()]).await;
    away(&mut at, &wire).await;
    window.say("Written without a network").await;
    window
        .delivery_is("Written without a network", "waiting")
        .await;
    let mut bob = at.meeting.bob_unseen().await;
    for body in ["Missed 1", "Missed 2", "Missed 3"] {
        bob.message(&at.meeting.alice_account.jid, body).await;
    }
    bob.ping().await;

    back(&at, &wire).await;
    let talk = [
        "Before",
        "Missed 1",
        "Missed 2",
        "Missed 3",
        "Written without a network",
    ];
    ends_in(&window, &talk).await;
}

#[tokio::test]
async fn what_is_filled_in_below_does_not_move_what_is_being_read() {
    let before: Vec<_> = (1..=60).map(|n| format!("Earlier {n}")).collect();
    let (mut at, wire, window) = by_wire(Kind::Prosody, &before).await;
    // It opened at the first of them, and all were seen before the connection broke.
    window.click("[data-test=to-newest]").await;
    ends_in(&window, &["Earlier 59", "Earlier 60"]).await;
    let seen = |status: &Value| status["unread"] == 0;
    at.meeting.alice.until_status("all are seen", seen).await;
    away(&mut at, &wire).await;
    window.say("Written without a network").await;
    window
        .delivery_is("Written without a network", "waiting")
        .await;
    let mut bob = at.meeting.bob_unseen().await;
    for body in ["Missed 1", "Missed 2", "Missed 3"] {
        bob.message(&at.meeting.alice_account.jid, body).await;
    }
    bob.ping().await;

    // Alice reads what was said earlier. Until she is seen to, the list may still be on its way to what she wrote.
    let scroll = "const list = document.querySelector('[data-test=messages]');
        const left = document.querySelector('[data-test=to-newest]') !== null;
        if (!left) list.scrollTop = list.scrollHeight - list.clientHeight - 600;
        return left";
    window.shows("what was said earlier", scroll).await;
    let find = "const list = document.querySelector('[data-test=messages]');
        const box = list.getBoundingClientRect();
        const rows = [...document.querySelectorAll('[data-test=message]')];
        const text = (row) => row?.querySelector('.body')?.textContent;
        const below = (row) => Math.round(row.getBoundingClientRect().top - box.top);";
    let first = format!(
        "{find} const row = rows.find((it) => below(it) >= 20);
         return row ? [text(row), below(row), list.scrollHeight] : null"
    );
    let was = window.at_rest("what is read", &first).await;

    back(&at, &wire).await;
    window.reads("[data-test=to-newest]", "3").await;
    let again = format!(
        "{find} const row = rows.find((it) => text(it) === {});
         return row && list.scrollHeight > {} ? below(row) : null",
        was[0], was[2]
    );
    let is = window
        .at_rest("what is read, with more below", &again)
        .await;
    let moved = is.as_i64().unwrap() - was[1].as_i64().unwrap();
    assert!(moved.abs() <= 2, "{was} is at {is}");
    window.click("[data-test=to-newest]").await;
    let talk = [
        "Earlier 60",
        "Missed 1",
        "Missed 2",
        "Missed 3",
        "Written without a network",
    ];
    ends_in(&window, &talk).await;
}

#[tokio::test]
async fn a_fresh_profile_scrolls_back_beyond_what_it_read_first_on_prosody() {
    a_fresh_profile_scrolls_back(Kind::Prosody).await;
}

#[tokio::test]
async fn a_fresh_profile_scrolls_back_beyond_what_it_read_first_on_ejabberd() {
    a_fresh_profile_scrolls_back(Kind::Ejabberd).await;
}

async fn a_fresh_profile_scrolls_back(kind: Kind) {
    const MANY: usize = 130;
    let mut at = AtScreen::prepared(kind).await;
    let phone = {
        let mut phone = Peer::online(&at.meeting.server, &at.meeting.alice_account).await;
        let mut bob = at.meeting.bob_unseen().await;
        for number in 1..=MANY {
            bob.message(&at.meeting.alice_account.jid, &format!("Number {number}"))
                .await;
        }
        phone.expect_message(&format!("Number {MANY}")).await;
        phone
    };
    phone.log_out().await;

    let AtScreen { meeting, .. } = &mut at;
    meeting
        .alice
        .online(&meeting.server, &meeting.alice_account)
        .await;
    let bob = json!({"account": 1, "jid": meeting.bob_account.jid});
    let newest = json!({"chat": bob, "anchor": {"kind": "newest"}, "limit": 200});
    let mut tool = meeting.alice.tool().await;
    let read = until_some("the newest message", async || {
        let page = tool.must("read_history", newest.clone()).await;
        let messages = page["messages"].as_array()?;
        let last = messages.last()?;
        (last["body"] == format!("Number {MANY}")).then_some(messages.len())
    })
    .await;
    assert!(read < MANY, "nothing is left to scroll back to");

    let window = meeting.alice.open_window().await;
    window.choose_contact(&meeting.bob_account.jid).await;
    window.shows_message(&format!("Number {MANY}")).await;
    let first = "const box = document.querySelector('[data-test=messages]');
        box.scrollTop = Math.max(0, box.scrollTop - 500);
        return [...document.querySelectorAll('[data-test=message] .body')].some((it) => it.textContent === 'Number 1')";
    window.shows("where the chat begins", first).await;
    window
        .shows(
            "the first messages in order",
            "document.querySelector('[data-test=messages]').scrollTop = 0;
             const all = [...document.querySelectorAll('[data-test=message] .body')].map((it) => it.textContent);
             return all.length > 5 && all.every((body, i) => body === `Number ${i + 1}`)",
        )
        .await;
    window.lacks("[data-test=older]").await;
    let page = tool.must("read_history", newest).await;
    assert_eq!(
        page["messages"].as_array().unwrap().len(),
        MANY,
        "each once"
    );
}
