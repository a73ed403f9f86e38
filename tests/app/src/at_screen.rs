//! Alice before a screen, with Carillon, and friends who use something else.

use carillon_tests_servers::Kind;
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
        let mut at = Self::prepared(kind).await;
        let Meeting {
            alice,
            alice_account,
            server,
            ..
        } = &mut at.meeting;
        alice.online(server, alice_account).await;
        at
    }

    /// Carillon does not run yet, and knows no account.
    pub async fn prepared(kind: Kind) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let screen = Screen::start(folder.path()).await;
        let alice = Person::on(&screen, "Alice").await;
        Self {
            meeting: Meeting::prepared(kind, alice).await,
            screen,
            _folder: folder,
        }
    }
}
