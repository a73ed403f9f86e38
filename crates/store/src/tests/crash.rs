//! A kill at every single thing that the store does to the disk: `strace` sends it right before the call.

use super::{Profile, jid};
use crate::{Arrival, Errand, NewMessage, Store, StoreError, recover, schema};
use carillon_core::{
    chat::{Author, Delivery},
    ids::{AccountId, MessageId, Timestamp},
    session::StreamState,
};
use rusqlite::Connection;
use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    os::unix::process::ExitStatusExt,
    path::Path,
    process::{Command, Stdio},
};

/// Tells a test, started again as a process of its own, what to do and where.
const TASK: &str = "CARILLON_STORE_CRASH";
/// Asks for every point instead of some.
const EVERY: &str = "CARILLON_EVERY_POINT";
/// So many points of each story are tried otherwise.
const SOME: usize = 8;
/// Everything that changes a file or what is on the disk.
const CALLS: &str = "write,pwrite64,fsync,fdatasync,ftruncate,rename,renameat2,unlink,unlinkat";
const NOW: Timestamp = Timestamp(1_795_338_300_000);

#[test]
fn a_kill_at_any_write_while_messages_come_and_go_loses_nothing_that_was_said_to_be_stored() {
    if let Some(path) = task("talk") {
        return talk(Path::new(&path));
    }
    let name =
        "a_kill_at_any_write_while_messages_come_and_go_loses_nothing_that_was_said_to_be_stored";
    at_each_point(
        name,
        "talk",
        |_| {},
        |path, did| {
            let store = Store::open(path).unwrap();
            is_whole(&store);
            talked(&store, did);
        },
    );
}

#[test]
fn a_kill_at_any_write_of_a_migration_leaves_a_database_that_opens_with_all_it_held() {
    if let Some(path) = task("migrate") {
        drop(Store::open(Path::new(&path)).unwrap());
        return;
    }
    let name = "a_kill_at_any_write_of_a_migration_leaves_a_database_that_opens_with_all_it_held";
    for version in 1..schema::MIGRATIONS.len() {
        at_each_point(
            name,
            "migrate",
            |path| old(path, version),
            |path, _| {
                let store = Store::open(path).unwrap();
                is_whole(&store);
                let texts: Vec<String> = texts(&store);
                assert_eq!(texts, ["one", "two", "three"], "from version {version}");
                assert_eq!(store.waiting(AccountId(1)).unwrap().len(), 1);
            },
        );
    }
}

#[test]
fn a_kill_at_any_write_while_a_damaged_database_is_saved_loses_neither_it_nor_what_was_saved() {
    if let Some(path) = task("recover") {
        recover(Path::new(&path), NOW, &|| false).unwrap();
        return;
    }
    let name =
        "a_kill_at_any_write_while_a_damaged_database_is_saved_loses_neither_it_nor_what_was_saved";
    at_each_point(name, "recover", damaged, |path, _| {
        match Store::open(path) {
            Err(StoreError::Damaged { .. }) => {
                recover(path, NOW, &|| false).unwrap();
            }
            Ok(store) => drop(store),
            Err(other) => panic!("{other}"),
        }
        let store = Store::open(path).unwrap();
        is_whole(&store);
        assert_eq!(texts(&store).len(), 20);
        let folder = fs::read_dir(path.parent().unwrap()).unwrap();
        let names = folder.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let aside = |name: &String| name.contains(".damaged-") && !name.ends_with("-wal");
        assert!(names.filter(aside).count() >= 1, "the original is kept");
    });
}

fn task(wanted: &str) -> Option<String> {
    let task = env::var(TASK).ok()?;
    let (what, path) = task.split_once(' ')?;
    (what == wanted).then(|| path.to_owned())
}

/// Lets a story run once to count its calls, then once for each of them with a kill in its place.
fn at_each_point(
    test: &str,
    what: &str,
    begin: impl Fn(&Path),
    check: impl Fn(&Path, &BTreeSet<String>),
) {
    let folder = super::quick_folder();
    let trace = folder.path().join("trace");
    let run = |n: usize, point: Option<(&str, usize)>| {
        let place = folder.path().join(n.to_string());
        fs::create_dir(&place).unwrap();
        let path = place.join("carillon.db");
        begin(&path);
        let did = story(test, what, &path, &trace, point);
        let did = did.inspect(|(_, did)| check(&path, did));
        fs::remove_dir_all(&place).unwrap();
        did
    };
    let Some((false, _)) = run(0, None) else {
        println!("SKIPPED: there is no strace, or it may not trace here");
        return;
    };
    let points = points(&fs::read_to_string(&trace).unwrap());
    let step = match env::var(EVERY) {
        Ok(_) => 1,
        Err(_) => points.len().div_ceil(SOME),
    };
    let mut killed = 0;
    for (n, (call, when)) in points.iter().enumerate().step_by(step) {
        let (was_killed, _) = run(n + 1, Some((call, *when))).unwrap();
        killed += usize::from(was_killed);
    }
    let tried = points.len().div_ceil(step);
    println!(
        "{what}: {tried} of {} points tried, {killed} killed there, 0 failures",
        points.len()
    );
    // The harness may write less the next time, once the story is over.
    assert!(killed + 4 > tried, "{killed} of {tried}: {points:?}");
}

/// Whether the story was killed, and what it said that it did. `None` without strace.
fn story(
    test: &str,
    what: &str,
    path: &Path,
    trace: &Path,
    point: Option<(&str, usize)>,
) -> Option<(bool, BTreeSet<String>)> {
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qq", "-o"]).arg(trace);
    strace.args(["-e", &format!("trace={CALLS}")]);
    if let Some((call, when)) = point {
        strace.args(["-e", &format!("inject={call}:signal=SIGKILL:when={when}")]);
    }
    let output = strace
        .arg(env::current_exe().unwrap())
        .args(["--exact", "--nocapture", "--test-threads=1"])
        .arg(format!("tests::crash::{test}"))
        .env(TASK, format!("{what} {}", path.display()))
        .stdin(Stdio::null())
        .output()
        .ok()?;
    // strace ends as what it traced.
    let killed = output.status.signal() == Some(9);
    if !killed && !output.status.success() {
        println!("{}", String::from_utf8_lossy(&output.stderr));
        return None;
    }
    let said = String::from_utf8_lossy(&output.stdout);
    let did = said.lines().filter_map(|line| line.strip_prefix("did "));
    Some((killed, did.map(str::to_owned).collect()))
}

/// Every call of the thread that did most, by its name and how often that was called before.
fn points(trace: &str) -> Vec<(String, usize)> {
    let mut threads: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for line in trace.lines() {
        let Some((thread, rest)) = line.split_once(char::is_whitespace) else {
            continue;
        };
        if let Some((call, _)) = rest.trim_start().split_once('(') {
            threads.entry(thread).or_default().push(call);
        }
    }
    let busiest = threads.into_values().max_by_key(Vec::len).unwrap();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut points = Vec::new();
    for call in busiest {
        let count = counts.entry(call).or_default();
        *count += 1;
        points.push((call.to_owned(), *count));
    }
    points
}

fn did(what: &str) {
    use std::io::Write;
    // In one write, which a pipe takes whole or not at all.
    let line = format!("\ndid {what}\n");
    let mut output = std::io::stdout().lock();
    output.write_all(line.as_bytes()).unwrap();
    output.flush().unwrap();
}

/// Messages come and go, and each is said to be stored.
fn talk(path: &Path) {
    let mut store = Store::open(path).unwrap();
    let bob = jid("bob@example.org");
    let alice = store.account_id(&jid("alice@example.org")).unwrap();
    did("account");
    let stream = StreamState {
        id: "s".to_owned(),
        jid: "alice@example.org/desk".parse().unwrap(),
        location: None,
        handled: 0,
        rooms: Vec::new(),
    };
    store.begin_stream(alice, &stream).unwrap();
    did("stream");
    for n in 1..=4_u32 {
        let receipt = Errand::Receipt {
            to: "bob@example.org/x".parse().unwrap(),
            of: format!("m{n}"),
        };
        let arrival = Arrival {
            counted: Some(n),
            gapless: true,
            overtakes: false,
            receipt: Some((format!("r{n}"), receipt)),
        };
        let length = if n == 3 { 40_000 } else { 20 };
        store.receive_by(&said(alice, n, length), &arrival).unwrap();
        did(&format!("m{n}"));
        if n == 2 {
            store
                .queue_message(alice, &bob, "q", "I wait", Timestamp(9), false)
                .unwrap();
            did("q");
            store.flush().unwrap();
        }
    }
    store.mark_seen(alice, &bob, MessageId(2)).unwrap();
    did("seen");
    store.reached(alice, &["q".to_owned()], true).unwrap();
    did("reached");
    store.flush_counts(&[(alice, 4)]).unwrap();
    drop(store);
    did("closed");
}

fn said(account: AccountId, n: u32, length: usize) -> NewMessage {
    NewMessage {
        account,
        chat: jid("bob@example.org").into(),
        author: Author::Contact,
        sender_id: Some(format!("m{n}")),
        origin_id: None,
        stanza_id: Some(format!("s{n}")),
        body: "x".repeat(length),
        at: Timestamp(1),
        seen: false,
        in_requests: false,
        room: false,
        under_my_nick: false,
        wants_receipt: true,
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

/// What was said to be done is; and what is there is there with all that belongs to it.
fn talked(store: &Store, did: &BTreeSet<String>) {
    let accounts = store.accounts().unwrap();
    let Some((alice, _)) = accounts.first() else {
        assert!(!did.contains("account"));
        return;
    };
    let ids: BTreeSet<String> = column(store, "SELECT sender_id FROM message");
    for named in did.iter().filter(|one| one.starts_with(['m', 'q'])) {
        assert!(ids.contains(named), "{named} was stored: {ids:?}");
    }
    let owed = store.errands_after(*alice, 0, 99).unwrap();
    let heard = ids.iter().filter(|id| id.starts_with('m')).count();
    assert_eq!(owed.len(), heard, "each with its receipt");
    let stream = store.stream(*alice).unwrap();
    assert_eq!(stream.map_or(0, |stream| stream.handled as usize), heard);
    let unread: i64 = number(store, "SELECT COALESCE(SUM(unread), 0) FROM chat");
    let unseen: i64 = number(store, "SELECT COUNT(*) FROM message WHERE seen = 0");
    assert_eq!(unread, unseen);
    assert!(!did.contains("seen") || unread <= 3);
    if did.contains("reached") {
        let chat = carillon_core::ids::ChatRef {
            account: *alice,
            jid: jid("bob@example.org").into(),
        };
        let page = store
            .history(&chat, carillon_core::chat::HistoryAnchor::Newest, 9)
            .unwrap();
        let sent = page.messages.iter().filter_map(|one| one.delivery);
        assert_eq!(sent.collect::<Vec<_>>(), [Delivery::Sent]);
    }
}

fn is_whole(store: &Store) {
    let verdict: String = store
        .connection
        .pragma_query_value(None, "integrity_check", |row| row.get(0))
        .unwrap();
    assert_eq!(verdict, "ok");
    let strays = number(store, "SELECT COUNT(*) FROM pragma_foreign_key_check");
    assert_eq!(strays, 0);
    let version = number(store, "SELECT user_version FROM pragma_user_version");
    assert_eq!(version, i64::try_from(schema::MIGRATIONS.len()).unwrap());
}

fn number(store: &Store, query: &str) -> i64 {
    store
        .connection
        .query_row(query, [], |row| row.get(0))
        .unwrap()
}

fn column<T: FromIterator<String>>(store: &Store, query: &str) -> T {
    let mut query = store.connection.prepare(query).unwrap();
    let found = query.query_map([], |row| row.get::<_, String>(0)).unwrap();
    found.map(Result::unwrap).collect()
}

fn texts(store: &Store) -> Vec<String> {
    column(store, "SELECT body FROM message ORDER BY id")
}

/// What the version left.
fn old(path: &Path, version: usize) {
    super::migration::old_profile(path);
    let connection = Connection::open(path).unwrap();
    for (number, migration) in schema::MIGRATIONS.iter().enumerate().take(version).skip(1) {
        connection.execute_batch(migration).unwrap();
        connection
            .pragma_update(None, "user_version", i64::try_from(number + 1).unwrap())
            .unwrap();
    }
}

/// Twenty messages, and an index that is none.
fn damaged(path: &Path) {
    let mut profile = Profile::within(super::quick_folder());
    for n in 1..=20 {
        profile.hear("bob@example.org", &n.to_string(), "Hello");
    }
    let root: usize = usize::try_from(
        profile.count("SELECT rootpage FROM sqlite_schema WHERE name = 'message_unsettled'"),
    )
    .unwrap();
    let database = profile.path();
    drop(profile.store);
    let mut bytes = fs::read(database).unwrap();
    bytes[(root - 1) * 4096..root * 4096].fill(0xa5);
    fs::write(path, bytes).unwrap();
}
