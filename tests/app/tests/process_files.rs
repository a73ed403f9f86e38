//! Files that are sent while residents and servers come and go, and what a large one weighs. What happens is told over
//! the link; no window is open.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout
)]

use std::path::PathBuf;

use carillon_tests_app::{Letters, Post, files, heaviest, megabytes, noise, weight};
use carillon_tests_servers::{Kind, until, until_some};
use tempfile::TempDir;

/// Of a file that is sent, in bytes: more than lies in the sockets between a client and a server.
const SIZE: usize = 12_000_000;
/// The same for the gate, which counts the headers too.
const ALL_BUT_A_LITTLE: u64 = SIZE as u64 - 1;

/// In bytes: what sockets and buffers of a transfer may take, which is far less than a file.
const MOST_MORE: u64 = 8_000_000;

/// Files on Alice's disk, and a folder where Bob saves what he gets.
struct Shelf(TempDir);

impl Shelf {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn put(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }
}

/// When the resident is killed.
#[derive(Debug, Clone, Copy)]
enum Moment {
    /// So many bytes of the upload have passed, its headers among them.
    Passed(u64),
    /// The server has all of it; its answer is on the way.
    Unanswered,
    /// The message that hands it over stands in its place, and nobody has heard it.
    Unsaid,
}

const MOMENTS: &[Moment] = &[
    Moment::Passed(0),
    Moment::Passed(ALL_BUT_A_LITTLE / 2),
    Moment::Passed(ALL_BUT_A_LITTLE),
    Moment::Unanswered,
    Moment::Unsaid,
];

impl Moment {
    /// What Alice sends from now on gets no further.
    fn prepare(self, post: &Post) {
        match self {
            Self::Passed(bytes) => post.gate.stop_after(bytes),
            Self::Unanswered => post.gate.hold_answers(),
            Self::Unsaid => post.gate.stop_after(ALL_BUT_A_LITTLE),
        }
    }

    /// Waits until it is there; `begun` and `answered` uploads there were before.
    async fn comes(self, post: &Post, letters: &mut Letters, (begun, answered): (u64, u64)) {
        let passed = |bytes| {
            let seen = post.gate.seen();
            seen.begun > begun && seen.passed >= bytes
        };
        match self {
            Self::Passed(bytes) => until("so much of it", || passed(bytes)).await,
            Self::Unanswered => {
                until("the answer", || post.gate.seen().answered > answered).await;
            }
            Self::Unsaid => {
                until("nearly all of it", || passed(ALL_BUT_A_LITTLE)).await;
                post.gate.hold_words();
                post.gate.stop_after(u64::MAX);
                until_some("the message in its place", async || {
                    letters.waiting().await.is_empty().then_some(())
                })
                .await;
            }
        }
    }
}

#[tokio::test]
async fn a_file_whose_sender_is_killed_in_mid_upload_arrives_exactly_once() {
    let mut post = Post::online(Kind::Prosody).await;
    let shelf = Shelf::new();
    let mut bob = Letters::of(&post.bob, &post.alice_account.jid).await;
    let mut sent = Vec::new();
    for (round, moment) in MOMENTS.iter().enumerate() {
        let name = format!("round-{round}.bin");
        let bytes = noise(SIZE);
        let before = weight(post.alice.resident_id());
        let mut alice = Letters::of(&post.alice, &post.bob_account.jid).await;
        let seen = post.gate.seen();
        moment.prepare(&post);
        alice.send(&shelf.put(&name, &bytes)).await;
        moment
            .comes(&post, &mut alice, (seen.begun, seen.answered))
            .await;
        assert_eq!(bob.names().await, sent, "{moment:?}");
        let meanwhile = weight(post.alice.resident_id());

        post.alice.kill9();
        post.gate.free();
        post.alice.start().await;
        let handed = bob.until_handed(&name).await;
        assert!(
            bob.contents(&handed, shelf.0.path()).await == bytes,
            "{moment:?}: other bytes"
        );
        // Behind it, so that a second one would be here.
        let mut alice = Letters::of(&post.alice, &post.bob_account.jid).await;
        let next = format!("after round {round}");
        alice.say(&next).await;
        bob.until_said(&next).await;
        sent.push(name);
        assert_eq!(bob.names().await, sent, "{moment:?}");
        assert_eq!(alice.names().await, sent, "{moment:?}");
        assert!(alice.waiting().await.is_empty(), "{moment:?}");
        let after = weight(post.alice.resident_id());
        println!(
            "{moment:?}: private {:.1} MB before, {:.1} MB when killed, {:.1} MB after",
            megabytes(before),
            megabytes(meanwhile),
            megabytes(after)
        );
        assert!(meanwhile.max(after) < before + MOST_MORE, "{moment:?}");
    }
    assert_eq!(kept(&post).await, MOMENTS.len(), "nothing else is kept");
}

/// How many files Alice keeps, whole or not.
async fn kept(post: &Post) -> usize {
    files(&post.alice.profile().join("media")).len()
}

/// What becomes of Alice's resident while two files wait.
#[derive(Clone, Copy)]
enum Ending {
    Quit,
    Kill,
}

#[tokio::test]
async fn two_files_that_waited_go_in_their_order_after_a_quit() {
    two_files_wait(Ending::Quit).await;
}

#[tokio::test]
async fn two_files_that_waited_go_in_their_order_after_a_kill() {
    two_files_wait(Ending::Kill).await;
}

async fn two_files_wait(ending: Ending) {
    let mut post = Post::online(Kind::Prosody).await;
    let shelf = Shelf::new();
    let (first, second) = (noise(SIZE), noise(20_000));
    post.gate.stop_after(ALL_BUT_A_LITTLE / 2);
    let mut alice = Letters::of(&post.alice, &post.bob_account.jid).await;
    alice.send(&shelf.put("first.bin", &first)).await;
    alice.send(&shelf.put("second.bin", &second)).await;
    until("half of the first", || {
        post.gate.seen().passed >= ALL_BUT_A_LITTLE / 2
    })
    .await;
    let going: Vec<bool> = alice
        .waiting()
        .await
        .iter()
        .map(|it| it["sent"].is_u64())
        .collect();
    assert_eq!(going, [true, false], "one after the other");
    match ending {
        Ending::Quit => post.alice.quit().await,
        Ending::Kill => post.alice.kill9(),
    }
    post.gate.free();
    post.alice.start().await;

    let mut bob = Letters::of(&post.bob, &post.alice_account.jid).await;
    bob.until_handed("second.bin").await;
    assert_eq!(bob.names().await, ["first.bin", "second.bin"]);
    for (file, bytes) in bob.files().await.iter().zip([&first, &second]) {
        let saved = bob.contents(file, shelf.0.path()).await;
        assert!(saved == *bytes, "{file}: other bytes");
    }
    let mut alice = Letters::of(&post.alice, &post.bob_account.jid).await;
    until_some("nothing waits", async || {
        alice.waiting().await.is_empty().then_some(())
    })
    .await;
    assert_eq!(alice.names().await, ["first.bin", "second.bin"]);
}

#[tokio::test]
async fn files_that_were_sent_while_the_server_was_away_go_when_it_is_back() {
    let mut post = Post::online(Kind::Prosody).await;
    let shelf = Shelf::new();
    post.server.kill();
    let mut alice = Letters::of(&post.alice, &post.bob_account.jid).await;
    for name in ["first.bin", "second.bin"] {
        alice.send(&shelf.put(name, name.as_bytes())).await;
    }
    post.alice.quit().await;
    post.alice.start().await;
    let mut alice = Letters::of(&post.alice, &post.bob_account.jid).await;
    let waiting = alice.waiting().await;
    let names: Vec<&str> = waiting
        .iter()
        .filter_map(|it| it["name"].as_str())
        .collect();
    assert_eq!(names, ["first.bin", "second.bin"]);
    assert_eq!(post.gate.seen().begun, 0);

    post.server.run().await;
    let mut bob = Letters::of(&post.bob, &post.alice_account.jid).await;
    bob.until_handed("second.bin").await;
    assert_eq!(bob.names().await, ["first.bin", "second.bin"]);
}

#[tokio::test]
async fn fifty_megabytes_go_and_come_without_being_held_in_memory() {
    let post = Post::online(Kind::Prosody).await;
    let shelf = Shelf::new();
    let bytes = noise(50_000_000);
    let path = shelf.put("film.bin", &bytes);
    let mut alice = Letters::of(&post.alice, &post.bob_account.jid).await;
    let mut bob = Letters::of(&post.bob, &post.alice_account.jid).await;
    let (sender, receiver) = (post.alice.resident_id(), post.bob.resident_id());

    let before = weight(sender);
    let going = async {
        let ask = serde_json::json!({"file": {"kind": "path", "path": path}});
        alice.tool.must("look_at_file", ask).await;
        alice.send(&path).await;
        bob.until_handed("film.bin").await
    };
    let (handed, most) = heaviest(sender, going).await;
    tell_and_bound("sending", before, most);

    let before = weight(receiver);
    let (saved, most) = heaviest(receiver, bob.contents(&handed, shelf.0.path())).await;
    assert!(saved == bytes, "other bytes");
    tell_and_bound("receiving", before, most);
}

fn tell_and_bound(what: &str, before: u64, most: u64) {
    let (before_mb, most_mb) = (megabytes(before), megabytes(most));
    println!("{what} 50 MB: private {before_mb:.1} MB before, at most {most_mb:.1} MB meanwhile");
    assert!(
        most < before + MOST_MORE,
        "{what}: {before_mb:.1} MB became {most_mb:.1} MB"
    );
}
