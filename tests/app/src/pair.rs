//! Two people before one screen, each with Carillon.

use carillon_tests_servers::{Account, DEADLINE, Kind, TestServer, until_some};
use serde_json::Value;
use tempfile::TempDir;

use crate::person::Person;
use crate::screen::Screen;
use crate::window::Window;

/// Alice and Bob, contacts of each other by first name.
#[derive(Debug)]
pub struct Pair {
    /// Alice.
    pub alice: Person,
    /// Bob.
    pub bob: Person,
    /// Alice's account.
    pub alice_account: Account,
    /// Bob's account.
    pub bob_account: Account,
    /// Where both are.
    pub server: TestServer,
    /// What both look at.
    pub screen: Screen,
    // Last, so that the screen is gone before its folder is.
    _folder: TempDir,
}

impl Pair {
    /// Both before the screen; Carillon does not run yet, and knows their accounts.
    pub async fn on(kind: Kind) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let screen = Screen::start(folder.path()).await;
        let (alice, bob) = tokio::join!(Person::on(&screen, "Alice"), Person::on(&screen, "Bob"));
        let server = TestServer::start(kind).await;
        let alice_account = server.add_account("alice", "looking glass").await;
        let bob_account = server.add_account("bob", "can he fix it").await;
        server
            .befriend((&alice_account, "Alice"), (&bob_account, "Bob"))
            .await;
        tokio::join!(
            alice.add_account(&server, &alice_account),
            bob.add_account(&server, &bob_account)
        );
        Self {
            alice,
            bob,
            alice_account,
            bob_account,
            server,
            screen,
            _folder: folder,
        }
    }

    /// As [`Pair::on`], and both are online without a window.
    pub async fn online(kind: Kind) -> Self {
        let mut pair = Self::on(kind).await;
        tokio::join!(pair.alice.start(), pair.bob.start());
        tokio::join!(pair.alice.until_online(), pair.bob.until_online());
        pair
    }

    /// Alice's window with her chat with Bob, chosen from her contact list.
    pub async fn alice_before_bob(&self) -> Window {
        let window = self.alice.open_window().await;
        window.choose_contact(&self.bob_account.jid).await;
        window.find("[data-test=composer]").await;
        window
    }

    /// Closes somebody's window by the window manager, until its process has gone.
    pub async fn close_window(&self, person: &Person) {
        self.screen.close_window_of(person, async || {}).await;
    }
}

impl Screen {
    /// Closes somebody's window by the window manager, until its process has gone; `at_last` is what they do just
    /// before, with nothing in between.
    ///
    /// # Panics
    /// When it stays.
    pub async fn close_window_of(&self, person: &Person, at_last: impl AsyncFnOnce()) {
        // Without a tray the window would have something to say first.
        person
            .until_status("a tray", |status| status["tray"] == true)
            .await;
        let process = person.window_process().expect("a window");
        let window = until_some("the window is seen", async || self.shown(process)).await;
        self.xdotool(&["windowactivate", "--sync", &window.id])
            .expect("a window that can be activated");
        at_last().await;
        self.close(&window);
        let gone = async || person.window_process().is_none().then_some(());
        if tokio::time::timeout(DEADLINE / 2, until_some("the window has gone", gone))
            .await
            .is_err()
        {
            let picture = self.screenshot("failure-close");
            panic!("the window stays; see {}", picture.display());
        }
        person
            .until_status("no window", |status| status["windows"] == 0)
            .await;
    }
}

/// Whether a status tells that the chat with `jid` is on screen.
pub fn looks_at(jid: &str) -> impl Fn(&Value) -> bool {
    let jid = jid.to_owned();
    move |status| status["visible_chat"]["jid"] == jid.as_str()
}
