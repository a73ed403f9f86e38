//! The start of most stories: somebody with Carillon, and a friend who uses something else.

use carillon_tests_servers::{Account, Kind, Peer, TestServer};
use serde_json::json;

use crate::person::Person;

/// Alice with Carillon, online, and Bob, her contact, who has an account and is offline. Each has the other in the
/// contact list by first name.
#[derive(Debug)]
pub struct Meeting {
    /// Alice, her resident running without a window.
    pub alice: Person,
    /// Alice's account.
    pub alice_account: Account,
    /// Bob's account.
    pub bob_account: Account,
    /// Where both are.
    pub server: TestServer,
}

impl Meeting {
    /// On Prosody.
    pub async fn on_prosody() -> Self {
        Self::on(Kind::Prosody).await
    }

    /// On any server.
    pub async fn on(kind: Kind) -> Self {
        let (alice, server) = tokio::join!(Person::new("Alice"), Self::server(kind));
        let mut meeting = Self::of(alice, server);
        meeting
            .alice
            .online(&meeting.server, &meeting.alice_account)
            .await;
        meeting
    }

    /// As the others, but Carillon does not run yet and knows no account.
    pub async fn prepared(kind: Kind, alice: Person) -> Self {
        Self::of(alice, Self::server(kind).await)
    }

    /// As [`Meeting::prepared`], on a server that runs already and has no accounts.
    pub async fn at(server: TestServer, alice: Person) -> Self {
        Self::of(alice, Self::people(server).await)
    }

    async fn server(kind: Kind) -> (TestServer, Account, Account) {
        Self::people(TestServer::start(kind).await).await
    }

    async fn people(server: TestServer) -> (TestServer, Account, Account) {
        let alice = server.add_account("alice", "looking glass").await;
        let bob = server.add_account("bob", "can he fix it").await;
        server.befriend((&alice, "Alice"), (&bob, "Bob")).await;
        (server, alice, bob)
    }

    fn of(
        alice: Person,
        (server, alice_account, bob_account): (TestServer, Account, Account),
    ) -> Self {
        Self {
            alice,
            alice_account,
            bob_account,
            server,
        }
    }

    /// From now on nothing is shown or heard of a friend who comes. Whether somebody who comes soon after a start still
    /// belongs to the presences of signing in, which are silent, depends on the machine's pace.
    pub async fn friends_come_silently(&self) {
        let row = json!({"popup": "none", "sound": "none"});
        let ask = json!({"whose": {"kind": "everybody"}, "kind": "contact_available", "row": row});
        self.alice.tool().await.must("set_alert_row", ask).await;
    }

    /// Bob comes online.
    pub async fn bob(&self) -> Peer {
        Peer::online(&self.server, &self.bob_account).await
    }

    /// Bob signs in, and tells nobody.
    pub async fn bob_unseen(&self) -> Peer {
        Peer::log_in(&self.server, &self.bob_account).await
    }

    /// Somebody whom Alice does not know comes online.
    pub async fn stranger(&self, name: &str) -> Peer {
        let account = self.server.add_account(name, "mischief managed").await;
        Peer::online(&self.server, &account).await
    }
}
