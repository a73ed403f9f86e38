//! A disk that cannot be read for a moment, at every single read: `strace` answers in its place.

use super::{Profile, jid, quick_folder};
use crate::{Result, Store, suspect};
use carillon_core::chat::HistoryAnchor;
use std::{env, fs, path::Path, process::Command};

/// Tells the test, started again as a process of its own, where the database is.
const PLACE: &str = "CARILLON_FAILED_READ";
const NAME: &str = "tests::failed_read::a_read_that_fails_is_no_damage_and_loses_nothing";
/// Asks for every point instead of some.
const EVERY: &str = "CARILLON_EVERY_POINT";
const CALLS: &str = "read,pread64";
/// So many points are tried otherwise.
const SOME: usize = 24;
const SAID: usize = 40;

/// What is long lies on pages of its own, and a part of all of it in the log.
fn fill(path: &Path) {
    let folder = tempfile::tempdir_in(path.parent().unwrap()).unwrap();
    let mut profile = Profile::within(folder);
    let mut hear = |from: usize, to: usize| {
        for n in from..to {
            let body = format!("{n} {}", "long ".repeat(1_000 * (n % 4)));
            profile.hear("bob@example.org", &n.to_string(), &body);
        }
        let moved = |row: &rusqlite::Row<'_>| row.get::<_, i64>(1);
        let log = "PRAGMA wal_checkpoint(TRUNCATE)";
        if to < SAID {
            let connection = &profile.store.connection;
            connection.query_row(log, [], moved).unwrap();
        }
    };
    hear(0, SAID / 2);
    hear(SAID / 2, SAID);
    for ending in ["", "-wal"] {
        let of = |path: &Path| format!("{}{ending}", path.display());
        fs::copy(of(&profile.path()), of(path)).unwrap();
    }
}

/// Everything is tried twice: the disk may work again.
fn twice<T>(what: &str, mut work: impl FnMut() -> Result<T>) -> Option<T> {
    for _ in 0..2 {
        match work() {
            Ok(done) => {
                println!("\ndid {what}");
                return Some(done);
            }
            Err(error) => println!("\nrefused {what}: {error:?}"),
        }
    }
    None
}

/// Opens the database, reads, hears, and looks at the whole of it.
fn live(path: &Path) {
    let Some(mut store) = twice("open", || Store::open(path)) else {
        return;
    };
    let Some(account) = twice("account", || store.account_id(&jid("alice@example.org"))) else {
        return;
    };
    let mut profile = Profile {
        store,
        alice: account,
        folder: quick_folder(),
    };
    let chat = profile.chat("bob@example.org");
    let newest = HistoryAnchor::Newest;
    twice("history", || profile.store.history(&chat, newest, 100));
    let said = profile.said("bob@example.org", "new", "One more");
    twice("hear", || profile.store.receive(&said));
    twice("flush", || profile.store.flush());
    twice("reader", || profile.store.reader().map(drop));
    twice("check", || profile.store.check());
    println!("\ndid all");
}

/// What it did and what was refused, and what strace wrote down. `None` without strace.
fn lived(path: &Path, failing: Option<String>) -> Option<(Vec<String>, String)> {
    let trace = path.with_extension("trace");
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qq", "-e", &format!("trace={CALLS}"), "-o"]);
    strace.arg(&trace);
    if let Some(when) = failing {
        strace.args(["-e", &format!("inject={CALLS}:error=EIO:when={when}")]);
    }
    let output = strace
        .arg(env::current_exe().ok()?)
        .args(["--exact", "--nocapture", "--test-threads=1", NAME])
        .env(PLACE, path)
        .output()
        .ok()?;
    output.status.success().then_some(())?;
    let said = String::from_utf8_lossy(&output.stdout);
    let said = said.lines();
    let said = said.filter(|line| line.starts_with("did ") || line.starts_with("refused "));
    let trace = fs::read_to_string(&trace).ok()?;
    Some((said.map(str::to_owned).collect(), trace))
}

/// How often the thread read that read most.
fn reads(trace: &str) -> usize {
    let threads: Vec<&str> = trace
        .lines()
        .filter_map(|line| line.split(' ').next())
        .collect();
    let count = |thread: &&str| threads.iter().filter(|one| *one == thread).count();
    threads.iter().map(count).max().unwrap_or_default()
}

#[test]
fn a_read_that_fails_is_no_damage_and_loses_nothing() {
    if let Some(place) = env::var_os(PLACE) {
        return live(Path::new(&place));
    }
    let place = quick_folder();
    let fresh = |n: String| {
        let folder = place.path().join(n);
        fs::create_dir(&folder).unwrap();
        let path = folder.join("carillon.db");
        fill(&path);
        path
    };
    let Some((did, trace)) = lived(&fresh("whole".to_owned()), None) else {
        println!("SKIPPED: there is no strace, or it may not trace here");
        return;
    };
    assert!(did.iter().all(|what| what.starts_with("did ")), "{did:?}");
    let reads = reads(&trace);
    assert!(reads > SOME, "{trace}");
    let step = match env::var(EVERY) {
        Ok(_) => 1,
        Err(_) => reads.div_ceil(SOME),
    };
    let (mut tried, mut refused, mut doubts) = (0, 0, 0);
    for point in (1..=reads).step_by(step) {
        // Once, and from then on.
        for when in [format!("{point}"), format!("{point}+")] {
            let path = fresh(when.clone());
            let Some((did, _)) = lived(&path, Some(when.clone())) else {
                // The system's own reads, of the program and its libraries, count as the first ones.
                assert!(point < 10, "at read {when}");
                continue;
            };
            let mut suspected = false;
            for what in did.iter().filter(|what| what.starts_with("refused ")) {
                let is_the_disks = what.contains(": Io {");
                let looks = ["refused open", "refused reader", "refused check"];
                let looked = looks.iter().any(|look| what.starts_with(look));
                assert!(is_the_disks || !looked, "at read {when}: {what}");
                suspected |= !is_the_disks;
                refused += 1;
            }
            // SQLite takes some of it for damage: then the next start looks at the whole of it.
            if suspected {
                suspect(&path).unwrap();
            }
            let goes_on = did.iter().any(|what| what == "did all");
            assert!(goes_on || when.ends_with('+'), "at read {when}: {did:?}");
            let heard = did.iter().any(|what| what == "did hear");
            all_is_there(&path, heard);
            doubts += u32::from(suspected);
            tried += 1;
        }
    }
    println!(
        "{tried} failing reads, {refused} times refused, {doubts} times in doubt about the database, set aside 0, lost 0"
    );
    assert!(refused > tried / 2, "{refused} of {tried}");
}

fn all_is_there(path: &Path, heard: bool) {
    let store = Store::open(path).unwrap();
    store.check().unwrap();
    let stored: u32 = store
        .connection
        .query_row("SELECT COUNT(*) FROM message", [], |row| row.get(0))
        .unwrap();
    assert!(stored as usize >= SAID + usize::from(heard), "{stored}");
}
