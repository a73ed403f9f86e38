//! What the page may ask for. Each command is named in `capabilities/main.json`; what is not named there is refused.
//!
//! The resident's commands pass through unseen. The few that follow them are the window's own.

#![expect(
    clippy::needless_pass_by_value,
    reason = "Tauri hands a command its arguments by value"
)]

use carillon_link::{Ask, ChatRef, Place, Refusal, RefusalCode, contract};
use tauri::{AppHandle, State, WebviewWindow, ipc::Invoke};
use tauri_plugin_dialog::DialogExt;

use crate::{
    closing::Closing,
    external::{Destination, destination},
    resident::{LinkState, Resident},
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
                ask_before_closing,
                choose_file,
                close_window,
                link_state,
                open_address,
                show_chat,
                take_place,
            ]
        }
    };
}

carillon_link::for_each_command!(pass_through);

/// Which files a user looks for.
#[derive(Debug, Clone, Copy, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
enum FileKind {
    Sound,
    Icon,
}

/// Where the link to the resident stands.
#[tauri::command]
fn link_state(resident: State<'_, Resident>) -> LinkState {
    resident.state()
}

/// Where the window shall lead; each place is given once. To be asked when the page has loaded, and on every `show`.
#[tauri::command]
fn take_place(resident: State<'_, Resident>) -> Option<Place> {
    resident.take_place()
}

/// The chat on screen. Whether the window has the focus is not the page's to say.
#[tauri::command]
fn show_chat(resident: State<'_, Resident>, chat: Option<ChatRef>) {
    resident.show_chat(chat);
}

/// Opens an address that stood in a message, if it is harmless.
#[tauri::command]
fn open_address(
    app: AppHandle,
    resident: State<'_, Resident>,
    address: &str,
) -> Result<(), Refusal> {
    match destination(address)
        .map_err(|refused| Refusal::new(RefusalCode::BadAddress, refused.to_string()))?
    {
        Destination::System(url) => tauri_plugin_opener::open_url(url, None::<&str>)
            .map_err(|error| Refusal::new(RefusalCode::Internal, error.to_string())),
        Destination::Xmpp(uri) => {
            resident.lead(&app, Place::Uri { uri });
            Ok(())
        }
    }
}

/// Lets the user choose a sound or an icon; `None` when nothing was chosen.
#[tauri::command]
async fn choose_file(window: WebviewWindow, kind: FileKind) -> Option<String> {
    let dialog = window.dialog().file().set_parent(&window);
    let dialog = match kind {
        FileKind::Sound => {
            dialog.add_filter("wav, ogg, flac, mp3", &["wav", "ogg", "oga", "flac", "mp3"])
        }
        FileKind::Icon => dialog.add_filter("png, svg", &["png", "svg"]),
    };
    let (sender, chosen) = tokio::sync::oneshot::channel();
    // Nobody waits any more when the window was closed meanwhile.
    dialog.pick_file(move |path| drop(sender.send(path)));
    chosen
        .await
        .ok()
        .flatten()
        .and_then(|path| path.into_path().ok())
        .and_then(|path| path.into_os_string().into_string().ok())
}

/// Whether the page wants to say something before the window closes.
#[tauri::command]
fn ask_before_closing(closing: State<'_, Closing>, ask: bool) {
    closing.ask(ask);
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
    const NOT_FOR_THE_PAGE: &[&str] = &["add_account", "show", "status", "window_state"];

    const OWN: &[&str] = &[
        "ask_before_closing",
        "choose_file",
        "close_window",
        "link_state",
        "open_address",
        "show_chat",
        "take_place",
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
