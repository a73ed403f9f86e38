//! The one window: how it is made, what its page may reach, and how it comes to the front.

use std::path::Path;

use crate::{
    beginning::Beginning,
    theme::Theme,
    tryout::{self, title},
};
use tauri::{
    App, Manager as _, Runtime, Url, UserAttentionType, WebviewUrl, WebviewWindow,
    WebviewWindowBuilder,
    webview::{NewWindowResponse, PageLoadEvent, PermissionResponse},
};

/// The label that permissions and events know the window by.
pub(crate) const LABEL: &str = "main";

/// Makes the window. Where the desktop lets it, it is shown at once, while its page loads, so that a click is answered.
/// Until then it is empty and has the page's ground, so that nothing flashes.
///
/// `data` is the folder where the web view may keep what is its own; it is the profile's, not the user's. `theme` is
/// what the settings say, as far as they say it. `token` lets the window be born in front.
pub(crate) fn open<R: Runtime>(
    app: &App<R>,
    data: &Path,
    theme: Option<Theme>,
    token: Option<&str>,
) -> tauri::Result<WebviewWindow<R>> {
    let mut builder = WebviewWindowBuilder::new(app, LABEL, WebviewUrl::default())
        .title(title(data))
        .inner_size(980.0, 680.0)
        .min_inner_size(380.0, 480.0)
        .decorations(true)
        .visible(false)
        .data_directory(data.to_owned())
        .on_navigation(is_own)
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .on_download(|_, _| false)
        .on_permission_request(|_, _| PermissionResponse::Deny)
        .on_web_resource_request({
            let app = app.handle().clone();
            move |request, response| {
                if matches!(request.uri().path(), "/" | "/index.html")
                    && let Some(page) = app.state::<Beginning>().put_into(response.body())
                {
                    *response.body_mut() = page.into();
                }
            }
        })
        .on_page_load(|window, page| {
            if page.event() == PageLoadEvent::Finished {
                // A window that cannot be shown is closed by the system, and the process ends with it.
                let _ = desktop::show_page(&window);
            }
        });
    if let Some(theme) = theme {
        builder = builder.initialization_script(theme.script());
    }
    let window = builder.build()?;
    let theme = theme.unwrap_or(match window.theme()? {
        tauri::Theme::Dark => Theme::Dark,
        _ => Theme::Light,
    });
    window.set_background_color(Some(theme.ground()))?;
    desktop::adopt(&window, token)?;
    tryout::place(&window, data)?;
    desktop::show_empty(&window)?;
    Ok(window)
}

/// Brings the window to the front, with the permission that the click on a popup or on the tray gave.
///
/// To be called on the main thread.
pub(crate) fn present<R: Runtime>(
    window: &WebviewWindow<R>,
    token: Option<&str>,
) -> tauri::Result<()> {
    if !window.is_visible()? {
        return desktop::adopt(window, token);
    }
    window.unminimize()?;
    desktop::raise(window, token)
}

/// Asks for a look without taking the focus, or stops asking.
pub(crate) fn attention<R: Runtime>(
    window: &WebviewWindow<R>,
    wanted: Option<UserAttentionType>,
) -> tauri::Result<()> {
    // A window in front has it already; the desktop would keep the mark until the next change of focus.
    let wanted = if window.is_focused()? { None } else { wanted };
    window.request_user_attention(wanted)
}

/// Whether an address is the embedded page. Everything else would be a foreign page in our window.
fn is_own(url: &Url) -> bool {
    match (url.scheme(), url.host_str()) {
        ("tauri", host) => host == Some("localhost"),
        // Windows cannot serve a page under a scheme of its own.
        ("http" | "https", host) => cfg!(windows) && host == Some("tauri.localhost"),
        _ => false,
    }
}

#[cfg(target_os = "linux")]
mod desktop {
    use crate::caret;
    use gtk::{
        gdk::prelude::DisplayExtManual,
        prelude::{GtkWindowExt, WidgetExt},
    };
    use tauri::{Runtime, WebviewWindow};

    /// The web view is in it, on the page's ground: what it needs to draw is made beside the page's scripts.
    pub(super) fn show_empty<R: Runtime>(window: &WebviewWindow<R>) -> tauri::Result<()> {
        window.with_webview(|view| {
            caret::rest_between_touches(&view.inner());
        })?;
        window.show()
    }

    pub(super) fn show_page<R: Runtime>(window: &WebviewWindow<R>) -> tauri::Result<()> {
        window.with_webview(|view| {
            view.inner().grab_focus();
        })
    }

    /// Hands the token over before the window is mapped, so that it is born in front.
    pub(super) fn adopt<R: Runtime>(
        window: &WebviewWindow<R>,
        token: Option<&str>,
    ) -> tauri::Result<()> {
        if let Some(token) = token {
            window.gtk_window()?.set_startup_id(token);
        }
        Ok(())
    }

    /// GTK leads the token to X11's user time or to Wayland's xdg-activation. Wayland is content with that; to ask once
    /// more would be to ask without a token.
    pub(super) fn raise<R: Runtime>(
        window: &WebviewWindow<R>,
        token: Option<&str>,
    ) -> tauri::Result<()> {
        let gtk = window.gtk_window()?;
        if let Some(token) = token {
            gtk.set_startup_id(token);
            if gtk.display().backend().is_wayland() {
                return Ok(());
            }
        }
        gtk.present_with_time(token.and_then(super::user_time).unwrap_or_default());
        Ok(())
    }
}

#[cfg(not(target_os = "linux"))]
mod desktop {
    use tauri::{Runtime, WebviewWindow};

    /// A white flash would be the first thing seen at night: it comes with its page.
    pub(super) fn show_empty<R: Runtime>(_: &WebviewWindow<R>) -> tauri::Result<()> {
        Ok(())
    }

    pub(super) fn show_page<R: Runtime>(window: &WebviewWindow<R>) -> tauri::Result<()> {
        window.show()
    }

    pub(super) fn adopt<R: Runtime>(_: &WebviewWindow<R>, _: Option<&str>) -> tauri::Result<()> {
        Ok(())
    }

    /// Windows lets this process to the front because the resident allowed it (`AllowSetForegroundWindow`).
    pub(super) fn raise<R: Runtime>(
        window: &WebviewWindow<R>,
        _: Option<&str>,
    ) -> tauri::Result<()> {
        window.set_focus()
    }
}

/// The X server's time of the user's click, which a start-up id carries at its end (Startup Notification, "_TIME").
///
/// A window manager that guards against stolen focus compares it with the last key or click elsewhere.
#[cfg(any(target_os = "linux", test))]
fn user_time(token: &str) -> Option<u32> {
    token
        .rsplit_once("_TIME")
        .and_then(|(_, time)| time.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_embedded_page_is_our_own() {
        assert!(is_own(&"tauri://localhost/".parse().unwrap()));
        assert!(is_own(
            &"tauri://localhost/index.html#/settings".parse().unwrap()
        ));
        for foreign in [
            "https://example.org/",
            "tauri://example.org/",
            "tauri://localhost.example.org/",
            "file:///etc/passwd",
            "data:text/html,x",
            "about:blank",
            "javascript:alert(1)",
            "blob:tauri://localhost/1",
            "ipc://localhost/",
        ] {
            assert!(!is_own(&foreign.parse().unwrap()), "{foreign}");
        }
    }

    #[test]
    fn the_time_of_a_click_is_read_from_an_x11_token_only() {
        assert_eq!(user_time("dunst-4711-host_TIME83120456"), Some(83_120_456));
        assert_eq!(user_time("f3b1c2d4-0000-4000-8000-1234567890ab"), None);
        assert_eq!(user_time("x_TIME-1"), None);
        assert_eq!(user_time("x_TIME99999999999"), None);
    }
}
