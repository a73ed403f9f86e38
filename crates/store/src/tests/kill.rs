//! What was acknowledged is there after `kill -9`.

use super::{Profile, jid};
use crate::{NewMessage, Store};
use carillon_core::{
    chat::Author,
    ids::{AccountId, MessageId, Timestamp},
};
use std::{
    collections::BTreeSet,
    env,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Command, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

/// Tells this test, started again as a process of its own, that it is the one to be killed.
const VICTIM: &str = "CARILLON_STORE_VICTIM";
const KILLS: u64 = 50;
/// A safety net for slow machines, never the usual way to end.
const LONGEST: Duration = Duration::from_secs(60);

#[test]
fn whatever_was_acknowledged_before_a_kill_is_there_afterwards() {
    if let Ok(task) = env::var(VICTIM) {
        let (from, path) = task.split_once(' ').unwrap();
        write_until_killed(Path::new(path), from.parse().unwrap());
    }
    let mut profile = Profile::new();
    let path = profile.path();
    let (mut acknowledged, mut next, began) = (BTreeSet::new(), 0, Instant::now());
    let mut kills = 0;
    while kills < KILLS && began.elapsed() < LONGEST {
        let patience = Duration::from_millis(kills * 37 % 101);
        // Every other one in the middle of its work, the rest while they open the database or at their first rows.
        let at_work = kills % 2 == 1;
        acknowledged.extend(acknowledged_by_a_victim(&path, next, at_work, patience));
        kills += 1;
        next += 100_000;

        profile.store = Store::open(&path).unwrap();
        check(&profile, &acknowledged);
    }
    println!(
        "{kills} kills, {} acknowledged, 0 lost, in {:?}",
        acknowledged.len(),
        began.elapsed()
    );
    // Each that was killed at its work had stored one; how many more, the disk decides.
    assert!(acknowledged.len() as u64 >= kills / 2);
}

#[test]
fn a_kill_while_the_database_is_made_leaves_one_that_opens() {
    let folder = tempfile::tempdir().unwrap();
    for millis in 0..20 {
        let path = folder.path().join(format!("{millis}.db"));
        let acknowledged = acknowledged_by_a_victim(&path, 0, false, Duration::from_millis(millis));
        let store = Store::open(&path).unwrap();
        let stored: u32 = store
            .connection
            .query_row("SELECT COUNT(*) FROM message", [], |row| row.get(0))
            .unwrap();
        assert!(stored as usize >= acknowledged.len());
    }
}

/// Starts a writer, kills it (SIGKILL on Unix) after a while, and answers what it had acknowledged.
fn acknowledged_by_a_victim(path: &Path, from: u64, at_work: bool, patience: Duration) -> Vec<u64> {
    let mut victim = Command::new(env::current_exe().unwrap())
        .args(["--exact", "--nocapture", "--test-threads=1"])
        .arg("tests::kill::whatever_was_acknowledged_before_a_kill_is_there_afterwards")
        .env(VICTIM, format!("{from} {}", path.display()))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let output = victim.stdout.take().unwrap();
    let (acknowledge, acknowledged) = mpsc::channel();
    let reader = thread::spawn(move || {
        let lines = BufReader::new(output).lines().map_while(Result::ok);
        for number in lines.filter_map(|line| line.strip_prefix("stored ")?.parse().ok()) {
            acknowledge.send(number).unwrap();
        }
    });
    let first = if at_work {
        acknowledged.recv_timeout(LONGEST).ok()
    } else {
        None
    };
    thread::sleep(patience);
    victim.kill().unwrap();
    victim.wait().unwrap();
    reader.join().unwrap();
    first.into_iter().chain(acknowledged).collect()
}

/// Stores incoming and outgoing messages and sees some of them; says of each when it was stored.
fn write_until_killed(path: &Path, from: u64) -> ! {
    let mut store = Store::open(path).unwrap();
    let account = store.account_id(&jid("alice@example.org")).unwrap();
    let bob = jid("bob@example.org");
    let mut output = std::io::stdout();
    for n in from.. {
        if n % 4 == 0 {
            store
                .queue_message(account, &bob, &n.to_string(), "Hi", Timestamp(1), false)
                .unwrap();
        } else {
            store.receive(&incoming(account, n)).unwrap();
        }
        if n % 10 == 0 {
            store.mark_seen(account, &bob, MessageId(i64::MAX)).unwrap();
        }
        // On a line of its own, whatever the test harness has begun to print, and in one write, which a pipe takes
        // whole or not at all.
        output
            .write_all(format!("\nstored {n}\n").as_bytes())
            .unwrap();
        output.flush().unwrap();
    }
    unreachable!("there are more numbers than time")
}

fn incoming(account: AccountId, n: u64) -> NewMessage {
    NewMessage {
        account,
        chat: jid("bob@example.org").into(),
        author: Author::Contact,
        sender_id: Some(n.to_string()),
        origin_id: None,
        stanza_id: Some(format!("s{n}")),
        body: format!(
            "Message {n}, long enough to fill a page now and then: {}",
            "x".repeat(300)
        ),
        at: Timestamp(1),
        seen: false,
        in_requests: false,
        room: false,
        under_my_nick: false,
        wants_receipt: false,
        markable: false,
        occupant: None,
        said_to: None,
        file: None,
        about: None,
        encryption: None,
        unstyled: false,
        reply: None,
    }
}

fn check(profile: &Profile, acknowledged: &BTreeSet<u64>) {
    let connection = &profile.store.connection;
    let verdict: String = connection
        .pragma_query_value(None, "integrity_check", |row| row.get(0))
        .unwrap();
    assert_eq!(verdict, "ok");
    let mut query = connection.prepare("SELECT sender_id FROM message").unwrap();
    let stored: Vec<u64> = query
        .query_map([], |row| row.get::<_, String>(0))
        .unwrap()
        .map(|id| id.unwrap().parse().unwrap())
        .collect();
    let distinct: BTreeSet<u64> = stored.iter().copied().collect();
    assert_eq!(distinct.len(), stored.len(), "stored twice");
    let lost: Vec<_> = acknowledged.difference(&distinct).collect();
    assert!(lost.is_empty(), "lost: {lost:?}");
    assert_eq!(
        profile.count("SELECT COALESCE(SUM(unread), 0) FROM chat"),
        profile.count("SELECT COUNT(*) FROM message WHERE seen = 0")
    );
}
