//! The table of alerts in the window: events down, actions across.

use crate::page::quoted;
use crate::window::Window;

/// WebDriver's code for the Escape key (WebDriver, section 17.4.2).
const ESCAPE: &str = "\u{E00C}";

/// A row of the table.
#[must_use]
pub fn alert_row(kind: &str) -> String {
    format!("[data-test=alert-row][data-kind={kind}]")
}

/// The cell of the table that shows `cell`, which may share it with others.
#[must_use]
pub fn alert_cell(kind: &str, cell: &str) -> String {
    format!("{} [data-test=at-{}]", alert_row(kind), column(cell))
}

fn column(cell: &str) -> &str {
    match cell {
        "preview" | "seconds" => "popup",
        "volume" => "sound",
        alone => alone,
    }
}

impl Window {
    /// Opens a cell, chooses in it, and waits until the choice is one's own and the cell is closed again.
    pub async fn choose_alert(&self, kind: &str, cell: &str, value: &str) {
        let at = alert_cell(kind, cell);
        let editor = format!("[data-test=cell-editor] [data-test=cell-{cell}]");
        self.click(&format!("{at} [data-cell]")).await;
        self.choose(&format!("{editor} select"), value).await;
        self.find(&format!("{editor}[data-source=own]")).await;
        self.press(ESCAPE).await;
        self.lacks("[data-test=cell-editor]").await;
        self.find(&format!("{at}[data-source=own]")).await;
    }

    /// Waits until a cell of the table shows `words`.
    pub async fn alert_reads(&self, kind: &str, cell: &str, words: &str) {
        let script = format!(
            "const it = document.querySelector({});
             return (it?.textContent + it?.querySelector('button')?.title).includes({})",
            quoted(&alert_cell(kind, cell)),
            quoted(words)
        );
        self.shows(&format!("{words:?} in {cell} of {kind}"), &script)
            .await;
    }
}
