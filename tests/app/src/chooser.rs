//! The desktop's dialogs for files, driven by their keys.

use std::path::Path;
use std::time::Duration;

use carillon_tests_servers::until_some;
use tokio::time::Instant;

use crate::screen::Screen;

/// So long a dialog may look at its folder before it takes an answer.
const PATIENCE: Duration = Duration::from_secs(5);

impl Screen {
    /// Chooses a file in the dialog that a window's process opens for it.
    ///
    /// # Panics
    /// When there comes none, or it stays.
    pub async fn choose_file(&self, process: u32, file: &Path) {
        let dialog = self.file_dialog(process).await;
        // GTK's key for typing a path.
        self.keys(&["key", "ctrl+l"]);
        self.types(&file.to_string_lossy());
        self.agree(process, &dialog).await;
    }

    /// Saves into `folder`, which must exist, under the name that a window's process offers in its dialog.
    ///
    /// # Panics
    /// When there comes no dialog, or it stays.
    pub async fn save_into(&self, process: u32, folder: &Path) {
        let dialog = self.file_dialog(process).await;
        self.keys(&["key", "Home"]);
        self.types(&format!("{}/", folder.display()));
        self.agree(process, &dialog).await;
    }

    /// Goes away from the dialog that a window's process opens, and chooses nothing.
    ///
    /// # Panics
    /// When there comes none, or it stays.
    pub async fn leave_file_dialog(&self, process: u32) {
        let dialog = self.file_dialog(process).await;
        self.keys(&["key", "Escape"]);
        until_some("the dialog has gone", async || {
            (!self.is_shown(process, &dialog)).then_some(())
        })
        .await;
    }

    /// The dialog, once the keyboard is its own.
    async fn file_dialog(&self, process: u32) -> String {
        until_some("a dialog for files", async || {
            let id = self.dialogs(process).into_iter().next()?;
            let _not_yet = self.xdotool(&["windowactivate", "--sync", &id]);
            let active = self.xdotool(&["getactivewindow"])?;
            (active.trim() == id).then_some(id)
        })
        .await
    }

    /// Beside a window there is nothing else that has such a title.
    fn dialogs(&self, process: u32) -> Vec<String> {
        let process = process.to_string();
        let search = ["search", "--all", "--onlyvisible", "--pid", &process];
        let found = self.xdotool(
            &[
                &search[..],
                &["--name", "^(Send a file|Save as|Choose .*)$"],
            ]
            .concat(),
        );
        let found = found.unwrap_or_default();
        found.lines().map(str::to_owned).collect()
    }

    fn is_shown(&self, process: u32, dialog: &str) -> bool {
        self.dialogs(process).iter().any(|one| one == dialog)
    }

    fn types(&self, text: &str) {
        self.keys(&["type", "--delay", "8", text]);
    }

    fn keys(&self, arguments: &[&str]) {
        self.xdotool(arguments).expect("keys");
    }

    /// Presses Return; again, where the dialog took it for something else while it looked at its folder.
    async fn agree(&self, process: u32, dialog: &str) {
        let mut pressed = None;
        until_some("the dialog has gone", async || {
            if !self.is_shown(process, dialog) {
                return Some(());
            }
            if pressed.is_none_or(|at: Instant| at.elapsed() > PATIENCE) {
                self.keys(&["key", "Return"]);
                pressed = Some(Instant::now());
            }
            None
        })
        .await;
    }
}
