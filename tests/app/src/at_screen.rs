//! Alice before a screen, with Carillon, and friends who use something else.

use carillon_tests_servers::{Kind, TestServer};
use tempfile::TempDir;

use crate::meeting::Meeting;
use crate::person::Person;
use crate::screen::Screen;

/// A [`Meeting`] whose Alice can open a window.
#[derive(Debug)]
pub struct AtScreen {
    /// Who there is.
    pub meeting: Meeting,
    /// What Alice looks at.
    pub screen: Screen,
    // Last, so that the screen is gone before its folder is.
    _folder: TempDir,
}

impl AtScreen {
    /// Alice online, without a window yet.
    pub async fn on(kind: Kind) -> Self {
        Self::prepared(kind).await.online().await
    }

    /// The same, on a server that runs already and has no accounts.
    pub async fn at(server: TestServer) -> Self {
        let with = async |alice| Meeting::at(server, alice).await;
        Self::before(with).await.online().await
    }

    /// Carillon does not run yet, and knows no account.
    pub async fn prepared(kind: Kind) -> Self {
        Self::before(async |alice| Meeting::prepared(kind, alice).await).await
    }

    async fn before(meet: impl AsyncFnOnce(Person) -> Meeting) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let screen = Screen::start(folder.path()).await;
        let alice = Person::on(&screen, "Alice").await;
        Self {
            meeting: meet(alice).await,
            screen,
            _folder: folder,
        }
    }

    async fn online(mut self) -> Self {
        let Meeting {
            alice,
            alice_account,
            server,
            ..
        } = &mut self.meeting;
        alice.online(server, alice_account).await;
        self
    }
}
