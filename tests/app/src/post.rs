//! Two people with Carillon who send each other files, and the way that their files take.

use carillon_tests_servers::{Account, FileGate, Kind, TestServer};

use crate::person::Person;
use crate::screen::Screen;

/// Alice and Bob, contacts of each other by first name, online without a window. All that they say and send goes
/// through a gate.
#[derive(Debug)]
pub struct Post {
    /// Alice.
    pub alice: Person,
    /// Bob.
    pub bob: Person,
    /// Alice's account.
    pub alice_account: Account,
    /// Bob's account.
    pub bob_account: Account,
    /// The way to the server.
    pub gate: FileGate,
    /// Where both are.
    pub server: TestServer,
}

impl Post {
    /// Without a screen.
    pub async fn online(kind: Kind) -> Self {
        let (alice, bob) = tokio::join!(Person::new("Alice"), Person::new("Bob"));
        Self::of(kind, alice, bob).await
    }

    /// Both before the same screen.
    pub async fn before(screen: &Screen, kind: Kind) -> Self {
        let (alice, bob) = tokio::join!(Person::on(screen, "Alice"), Person::on(screen, "Bob"));
        Self::of(kind, alice, bob).await
    }

    async fn of(kind: Kind, mut alice: Person, mut bob: Person) -> Self {
        let gate = FileGate::open().await;
        let server = TestServer::start_with_files_at(kind, gate.port()).await;
        let url = gate.before(&server.url());
        let alice_account = server.add_account("alice", "looking glass").await;
        let bob_account = server.add_account("bob", "can he fix it").await;
        server
            .befriend((&alice_account, "Alice"), (&bob_account, "Bob"))
            .await;
        tokio::join!(
            alice.add_account_at(&url, &alice_account),
            bob.add_account_at(&url, &bob_account)
        );
        tokio::join!(alice.start(), bob.start());
        tokio::join!(alice.until_online(), bob.until_online());
        Self {
            alice,
            bob,
            alice_account,
            bob_account,
            gate,
            server,
        }
    }
}
