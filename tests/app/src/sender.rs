//! The start of stories about files: somebody before a screen who sends them, and somebody who gets them.

use std::path::PathBuf;

use carillon_tests_servers::Kind;
use tempfile::TempDir;

use crate::letters::Letters;
use crate::post::Post;
use crate::screen::Screen;
use crate::window::Window;

/// Alice's window with her chat with Bob, who looks on over his link.
#[derive(Debug)]
pub struct Sender {
    /// Both of them, and the way that files take.
    pub post: Post,
    /// Hers, which shows the chat.
    pub window: Window,
    /// What Bob has of the chat.
    pub bob: Letters,
    /// What both sit before.
    pub screen: Screen,
    /// For the files of the story. Last, so that the screen is gone before its folder is.
    pub folder: TempDir,
}

impl Sender {
    /// On Prosody, the chat open.
    ///
    /// # Panics
    /// When there can be no such folder.
    pub async fn open() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let screen = Screen::start(folder.path()).await;
        let post = Post::before(&screen, Kind::Prosody).await;
        let window = post.alice.open_window().await;
        window.choose_contact(&post.bob_account.jid).await;
        let bob = Letters::of(&post.bob, &post.alice_account.jid).await;
        Self {
            post,
            window,
            bob,
            screen,
            folder,
        }
    }

    /// Writes a file of this name.
    ///
    /// # Panics
    /// When the disk takes none.
    #[must_use]
    pub fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, bytes).expect("a file to send");
        path
    }
}
