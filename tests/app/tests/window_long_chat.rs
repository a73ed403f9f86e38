//! A chat of 100,000 messages opens and scrolls like one of ten.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // in the functions that the tests share

use std::path::Path;
use std::process::Command;

use carillon_tests_app::{AtScreen, Window, quoted};
use carillon_tests_servers::Kind;

const LONG: u32 = 100_000;

/// Fills two chats behind Carillon's back: nobody waits for 100,000 messages to be sent.
const SEED: &str = r"
import sqlite3, sys
path, long, short, count = sys.argv[1:]
db = sqlite3.connect(path)
account = db.execute('SELECT id FROM account').fetchone()[0]
for jid, many in ((short, 10), (long, int(count))):
    db.execute('INSERT OR IGNORE INTO chat (account, jid, kind, accepted) VALUES (?, ?, ?, 1)', (account, jid, 'contact'))
    chat = db.execute('SELECT id FROM chat WHERE account = ? AND jid = ?', (account, jid)).fetchone()[0]
    rows = ((chat, 1, '', f'Number {n} of {jid}, ' + 'and so on ' * (n % 12), 1700000000000 + n * 60000) for n in range(1, many + 1))
    db.executemany('''INSERT INTO message (chat, author, nick, body, at, written_here, seen, wants_receipt, markable)
        VALUES (?, ?, ?, ?, ?, 0, 1, 0, 0)''', rows)
    db.execute('UPDATE message SET place = id * 1048576 WHERE chat = ?', (chat,))
    db.execute('UPDATE chat SET last_message = (SELECT max(id) FROM message WHERE chat = ?) WHERE id = ?', (chat, chat))
db.commit()
";

fn seed(profile: &Path, long: &str, short: &str) {
    let database = std::fs::read_dir(profile)
        .unwrap()
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .find(|path| {
            path.extension()
                .is_some_and(|ending| ending == "db" || ending == "sqlite")
        })
        .expect("the profile's database");
    let seeded = Command::new("/usr/bin/python3")
        .args(["-c", SEED])
        .arg(database)
        .args([long, short, &LONG.to_string()])
        .status()
        .unwrap();
    assert!(seeded.success());
}

/// Chooses a chat, and answers how many milliseconds it took until its newest message was painted.
async fn opens(window: &Window, jid: &str, newest: u32) -> f64 {
    let script = format!(
        "const row = document.querySelector('[data-test=chat-row][data-jid=' + CSS.escape({jid}) + ']');
        const began = performance.now();
        window.opened = null;
        row.click();
        const look = () => {{
            const there = [...document.querySelectorAll('[data-test=message]')].some((it) => it.textContent.includes({wanted})
                && getComputedStyle(it).visibility === 'visible');
            if (there) window.opened = performance.now() - began; else requestAnimationFrame(look);
        }};
        requestAnimationFrame(look);
        return true",
        jid = quoted(jid),
        wanted = quoted(&format!("Number {newest} of {jid}")),
    );
    window.script(&script).await;
    window
        .shows("the newest message", "return window.opened !== null")
        .await;
    window
        .script("return window.opened")
        .await
        .as_f64()
        .unwrap()
}

#[tokio::test]
async fn a_chat_of_100_000_messages_opens_and_scrolls_like_one_of_ten() {
    let mut at = AtScreen::on(Kind::Embedded).await;
    let long = at.meeting.bob_account.jid.clone();
    let short = "ten@example.org";
    at.meeting.alice.quit().await;
    seed(&at.meeting.alice.profile(), &long, short);
    at.meeting.alice.start().await;
    at.meeting.alice.until_online().await;
    let window = at.meeting.alice.open_window().await;
    window.go("chats").await;

    let mut waits = (Vec::new(), Vec::new());
    for _ in 0..5 {
        waits.0.push(opens(&window, short, 10).await);
        waits.1.push(opens(&window, &long, LONG).await);
    }
    let fastest = |waits: &[f64]| waits.iter().copied().fold(f64::MAX, f64::min);
    let (short_opens, long_opens) = (fastest(&waits.0), fastest(&waits.1));
    println!("painted after {short_opens:.0} ms of ten, {long_opens:.0} ms of 100,000");
    // A screenful is more than ten: it is more to paint.
    assert!(long_opens < short_opens * 2.0 + 100.0, "{waits:?}");

    // Up through a thousand messages: as many elements as fill the screen, whatever lies above and below.
    let scroll = "const box = document.querySelector('[data-test=messages]');
        window.most = 0; window.oldest = Infinity; window.frames = [];
        let last = performance.now();
        const step = () => {
            const rows = [...document.querySelectorAll('[data-test=message]')];
            window.most = Math.max(window.most, rows.length);
            for (const row of rows) {
                const number = Number(/Number (\\d+) of/.exec(row.textContent)?.[1]);
                if (number) window.oldest = Math.min(window.oldest, number);
            }
            const now = performance.now();
            window.frames.push(now - last);
            last = now;
            if (window.oldest > 99000) { box.scrollTop -= 300; requestAnimationFrame(step); }
        };
        requestAnimationFrame(step);
        return true";
    window.script(scroll).await;
    window
        .shows(
            "the message a thousand above",
            "return window.oldest <= 99000",
        )
        .await;
    let most = window.script("return window.most").await.as_f64().unwrap();
    let frames = window
        .script("return window.frames.sort((a, b) => a - b)")
        .await;
    let frames: Vec<f64> = serde_json::from_value(frames).unwrap();
    let (median, longest) = (frames[frames.len() / 2], frames[frames.len() - 1]);
    println!(
        "a thousand messages up: at most {most} elements; frames: median {median:.0} ms, longest {longest:.0} ms"
    );
    assert!(most < 150.0, "{most} messages in the page");
    // The longest says more about what else the machine does.
    assert!(median < 150.0, "frames of {median} ms");
}
