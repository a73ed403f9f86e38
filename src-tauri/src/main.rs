//! The window of Carillon: a web view, and the commands that its page may use.
//!
//! This is the only room that knows a web view, and it knows nothing else: no account, no message, no setting. It
//! passes the page's commands to the resident over the link and the resident's events to the page.

#![cfg_attr(all(windows, not(debug_assertions)), windows_subsystem = "windows")]

mod arguments;
mod beginning;
#[cfg(target_os = "linux")]
mod caret;
mod closing;
mod commands;
mod external;
mod media;
mod page;
mod resident;
mod starter;
mod theme;
mod tryout;
mod window;

use std::{
    error::Error,
    ffi::OsString,
    io::{self, Write},
    process::ExitCode,
};

use carillon_link::Profile;
use clap::Parser;
use tauri::{Manager, WindowEvent};
use tauri_plugin_window_state::StateFlags;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use arguments::Arguments;
use beginning::Beginning;
use closing::Closing;
use resident::Resident;

/// The id of desktop entry, icon and taskbar; a desktop finds the entry by it.
#[cfg(target_os = "linux")]
const APP_ID: &str = "im.carillon.Carillon";

fn main() -> ExitCode {
    end_on_panic();
    match run(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // There is nobody left to tell when this fails too.
            let _ = writeln!(io::stderr(), "carillon-window: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Half a window is worse than none: the next one reads everything again.
fn end_on_panic() {
    let tell = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        tell(panic);
        std::process::abort();
    }));
}

fn run(arguments: Arguments) -> Result<(), Box<dyn Error>> {
    let wanted = std::env::var("CARILLON_LOG").ok();
    let filter: Targets = wanted
        .and_then(|wanted| wanted.parse().ok())
        .unwrap_or_else(|| Targets::new().with_default(LevelFilter::WARN));
    tracing_subscriber::fmt()
        .with_max_level(LevelFilter::TRACE)
        .with_writer(std::io::stderr)
        .finish()
        .with(filter)
        .init();
    let profile = Profile::chosen(arguments.profile.as_deref())?;
    profile.create()?;

    let readable = |(name, value): (OsString, OsString)| {
        Some((name.into_string().ok()?, value.into_string().ok()?))
    };
    let token = arguments.token(std::env::vars_os().filter_map(readable));

    #[cfg(target_os = "linux")]
    {
        // GTK would name the window after the executable. Its own application id would let only one process have it.
        gtk::glib::set_prgname(Some(APP_ID));
        gtk::init().map_err(|_| "there is no screen to open a window on")?;
    }

    tauri::Builder::default()
        .plugin(
            tauri_plugin_window_state::Builder::default()
                .with_filename(profile.data().join("window.json").to_string_lossy())
                .with_state_flags(StateFlags::SIZE | StateFlags::POSITION | StateFlags::MAXIMIZED)
                .build(),
        )
        .plugin(tauri_plugin_dialog::init())
        .manage(Resident::new(arguments.place()))
        .manage(Closing::default())
        .manage(Beginning::default())
        .register_asynchronous_uri_scheme_protocol(media::SCHEME, media::serve)
        .invoke_handler(commands::handler())
        .on_window_event(|window, event| match event {
            WindowEvent::Focused(focused) => {
                window.state::<Resident>().focus(*focused);
                if *focused {
                    // A desktop that cannot draw attention has nothing to take back either.
                    let _ = window.request_user_attention(None);
                }
            }
            WindowEvent::CloseRequested { api, .. } if window.state::<Closing>().is_first() => {
                api.prevent_close();
                tauri::async_runtime::spawn(closing::close(window.app_handle().clone()));
            }
            _ => {}
        })
        .setup(move |app| {
            let folder = profile.data().join("webview");
            // Before the window, so that the overview is here when the page is loaded.
            tauri::async_runtime::spawn(resident::keep_link(
                app.handle().clone(),
                profile,
                arguments.profile,
            ));
            window::open(app, &folder, arguments.theme, token.as_deref())?;
            Ok(())
        })
        .run(tauri::generate_context!())?;
    Ok(())
}
