//! What the page may ask for. Each command is named in `capabilities/main.json`; what is not named there is refused.
//!
//! The resident's commands pass through unseen. The few that follow them are the window's own.

#![expect(
    clippy::needless_pass_by_value,
    reason = "Tauri hands a command its arguments by value"
)]

use carillon_link::{Ask, ChatRef, Place, Refusal, RefusalCode, contract};
use serde::Deserialize;
use tauri::{AppHandle, State, WebviewWindow, ipc::Invoke};
use tauri_plugin_dialog::{DialogExt, FilePath};

use crate::{
    external::{Destination, destination},
    resident::Resident,
};

macro_rules! pass_through {
    ($($snake:ident = $name:ident,)*) => {
        $(
            #[tauri::command]
            async fn $snake(
                resident: State<'_, Resident>,
                ask: contract::$name,
            ) -> Result<<contract::$name as Ask>::Answer, Refusal> {
                resident.ask(ask).await
            }
        )*

        /// Carries out what the page asks for.
        pub(crate) fn handler() -> impl Fn(Invoke) -> bool + Send + Sync + 'static {
            tauri::generate_handler![
                $($snake,)*
                close_window,
                open_link,
                pick_file,
                pick_files,
                set_visible_chat,
                window_ready,
            ]
        }
    };
}

carillon_link::for_each_command!(pass_through);

/// See [`open_link`].
#[derive(Debug, Deserialize)]
struct OpenLink {
    url: String,
}

/// See [`pick_file`].
#[derive(Debug, Deserialize)]
struct PickFile {
    kind: FileKind,
    /// What the dialog is for, in the user's language.
    title: String,
    /// What a file to be saved is called.
    #[serde(default)]
    name: String,
}

/// See [`pick_files`].
#[derive(Debug, Deserialize)]
struct PickFiles {
    /// What the dialog is for, in the user's language.
    title: String,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum FileKind {
    Sound,
    Icon,
    /// Alert rules to read.
    Rules,
    /// Alert rules to write.
    RulesToWrite,
    /// A sound pack in a zip file.
    Pack,
    /// A sound pack in a folder.
    PackFolder,
    /// A file that another program has kept what was said in.
    History,
    /// A folder of that kind.
    HistoryFolder,
    /// A file of contacts.
    Contacts,
    /// Where a file shall be saved.
    SaveAs,
}

/// See [`set_visible_chat`].
#[derive(Debug, Deserialize)]
struct SetVisibleChat {
    chat: Option<ChatRef>,
}

/// The page listens from now on. Answers where to go first.
#[tauri::command]
fn window_ready(app: AppHandle, resident: State<'_, Resident>) -> Option<Place> {
    resident.page_listens(&app)
}

/// The chat on screen. Whether the window has the focus is not the page's to say.
#[tauri::command]
fn set_visible_chat(resident: State<'_, Resident>, ask: SetVisibleChat) {
    resident.show_chat(ask.chat);
}

/// Opens an address that stood in a message, if it is harmless.
#[tauri::command]
fn open_link(app: AppHandle, resident: State<'_, Resident>, ask: OpenLink) -> Result<(), Refusal> {
    let refused = |refused: crate::external::Refused| {
        Refusal::new(RefusalCode::BadAddress, refused.to_string())
    };
    match destination(&ask.url).map_err(refused)? {
        Destination::System(url) => tauri_plugin_opener::open_url(url, None::<&str>)
            .map_err(|error| Refusal::new(RefusalCode::Internal, error.to_string())),
        Destination::Xmpp(uri) => {
            resident.lead(&app, Place::Uri { uri });
            Ok(())
        }
    }
}

/// Lets the user choose a file or a folder; `None` when nothing was chosen.
#[tauri::command]
async fn pick_file(window: WebviewWindow, ask: PickFile) -> Result<Option<String>, Refusal> {
    let dialog = window.dialog().file();
    let dialog = dialog.set_parent(&window).set_title(ask.title);
    let dialog = match ask.kind {
        FileKind::Sound => {
            dialog.add_filter("wav, ogg, flac, mp3", &["wav", "ogg", "oga", "flac", "mp3"])
        }
        FileKind::Icon => dialog.add_filter("png, svg", &["png", "svg"]),
        FileKind::Rules => dialog.add_filter("toml", &["toml"]),
        FileKind::RulesToWrite => dialog
            .add_filter("toml", &["toml"])
            .set_file_name("carillon-alerts.toml"),
        FileKind::Pack => dialog.add_filter("zip", &["zip"]),
        FileKind::Contacts => dialog.add_filter("jsonl", &["jsonl"]),
        FileKind::PackFolder | FileKind::History | FileKind::HistoryFolder => dialog,
        FileKind::SaveAs => dialog.set_file_name(ask.name),
    };
    let (sender, chosen) = tokio::sync::oneshot::channel();
    // Nobody waits any more when the window was closed meanwhile.
    let choose = move |path| drop(sender.send(path));
    match ask.kind {
        FileKind::RulesToWrite | FileKind::SaveAs => dialog.save_file(choose),
        FileKind::PackFolder | FileKind::HistoryFolder => dialog.pick_folder(choose),
        _ => dialog.pick_file(choose),
    }
    chosen.await.ok().flatten().map(written).transpose()
}

/// Lets the user choose files to be sent, as many as they like; none when nothing was chosen.
#[tauri::command]
async fn pick_files(window: WebviewWindow, ask: PickFiles) -> Result<Vec<String>, Refusal> {
    let dialog = window.dialog().file();
    let dialog = dialog.set_parent(&window).set_title(ask.title);
    let (sender, chosen) = tokio::sync::oneshot::channel();
    // Nobody waits any more when the window was closed meanwhile.
    dialog.pick_files(move |paths| drop(sender.send(paths)));
    let paths = chosen.await.ok().flatten().unwrap_or_default();
    paths.into_iter().map(written).collect()
}

/// A path as the page can say it.
fn written(path: FilePath) -> Result<String, Refusal> {
    let unusable = |why: String| Refusal::new(RefusalCode::BadFile, why);
    let path = path
        .into_path()
        .map_err(|error| unusable(error.to_string()))?;
    let path = path.into_os_string().into_string();
    path.map_err(|path| unusable(format!("{} is not written in UTF-8", path.display())))
}

/// Closes the window, and ends its process.
#[tauri::command]
fn close_window(app: AppHandle) {
    app.exit(0);
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    /// A page of ours never needs these: focus is told by the window itself, and the rest serves the command line.
    const NOT_FOR_THE_PAGE: &[&str] = &[
        "add_account",
        "find_picture",
        "show",
        "status",
        "window_state",
    ];
    const OWN: &[&str] = &[
        "close_window",
        "open_link",
        "pick_file",
        "pick_files",
        "set_visible_chat",
        "window_ready",
    ];

    #[test]
    fn the_page_may_use_every_command_but_those_that_are_not_its_own() {
        let capability: serde_json::Value =
            serde_json::from_str(include_str!("../capabilities/main.json")).unwrap();
        let permissions = capability["permissions"].as_array().unwrap();
        let allowed: BTreeSet<String> = permissions
            .iter()
            .filter_map(|permission| permission.as_str()?.strip_prefix("allow-"))
            .map(|name| name.replace('-', "_"))
            .collect();
        let wanted: BTreeSet<String> = carillon_link::Command::NAMES
            .iter()
            .filter(|name| !NOT_FOR_THE_PAGE.contains(name))
            .chain(OWN)
            .map(|name| (*name).to_owned())
            .collect();
        assert_eq!(allowed, wanted);
    }
}
