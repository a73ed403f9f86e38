//! The two windows of the try-out: told apart by their titles, and side by side the first time.

use std::path::Path;

use tauri::{LogicalPosition, LogicalSize, Runtime, WebviewWindow};

/// The person of the try-out whose window this is; `data` lies in the profile's folder, `try/alice` or `try/bob`.
fn person(data: &Path) -> Option<&'static str> {
    let profile = data.parent()?;
    if profile.parent()?.file_name()? != "try" {
        return None;
    }
    ["Alice", "Bob"].into_iter().find(|name| {
        profile
            .file_name()
            .is_some_and(|folder| folder == name.to_lowercase().as_str())
    })
}

/// The window's title.
pub(crate) fn title(data: &Path) -> String {
    person(data).map_or_else(
        || "Carillon".to_owned(),
        |name| format!("{name} – Carillon"),
    )
}

/// A window's place on the screen, in logical pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Place {
    x: f64,
    width: f64,
}

/// Halves a screen: Alice left, Bob right. Windows keep a width that a chat needs, and overlap on a small screen.
fn half(name: &str, screen: f64) -> Place {
    const WIDEST: f64 = 980.0;
    const NARROWEST: f64 = 480.0;
    let width = (screen / 2.0 - 12.0).clamp(NARROWEST, WIDEST);
    let middle = screen / 2.0;
    let x = match name {
        "Alice" => (middle - width - 6.0).max(0.0),
        _ => (middle + 6.0).min(screen - width).max(0.0),
    };
    Place { x, width }
}

/// Puts the window beside the other one, the first time. Where windows cannot place themselves (Wayland) the
/// desktop decides.
pub(crate) fn place<R: Runtime>(window: &WebviewWindow<R>, data: &Path) -> tauri::Result<()> {
    let Some(name) = person(data) else {
        return Ok(());
    };
    let seen_before = data
        .parent()
        .is_some_and(|profile| profile.join("window.json").exists());
    let Some(monitor) = window.primary_monitor()?.filter(|_| !seen_before) else {
        return Ok(());
    };
    let screen = monitor.size().to_logical::<f64>(monitor.scale_factor());
    let place = half(name, screen.width);
    let height = (screen.height - 120.0).clamp(480.0, 680.0);
    window.set_size(LogicalSize::new(place.width, height))?;
    window.set_position(LogicalPosition::new(
        place.x,
        (screen.height - height) / 3.0,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_people_of_the_try_out_are_named() {
        assert_eq!(
            title(Path::new("/home/me/carillon/try/alice/webview")),
            "Alice – Carillon"
        );
        assert_eq!(
            title(Path::new("/home/me/carillon/try/server/webview")),
            "Carillon"
        );
        assert_eq!(title(Path::new("/home/alice/webview")), "Carillon");
    }

    #[test]
    fn the_two_windows_do_not_overlap_on_a_usual_screen() {
        let (alice, bob) = (half("Alice", 1920.0), half("Bob", 1920.0));
        assert!(alice.x + alice.width <= bob.x);
        assert!(bob.x + bob.width <= 1920.0);
    }

    #[test]
    fn on_a_small_screen_both_stay_on_it() {
        for name in ["Alice", "Bob"] {
            let place = half(name, 800.0);
            assert!(place.x >= 0.0 && place.x + place.width <= 800.0);
        }
    }
}
