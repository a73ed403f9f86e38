//! A Wayland session that has a pointer, and can be asked what is in front.

use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::Command;

use carillon_tests_servers::{Process, until};
use serde_json::Value;

use crate::screen::Screen;
use crate::wayland::Wayland;
use crate::wayland_panel::Panel;

/// The user who may do nothing.
const NOBODY: u32 = 65_534;

/// Windows cover each other. What asks for the front without a token stays where it is, and so does a new window
/// of Carillon's or of the panel's.
const CONFIG: &str = r#"
workspace_layout tabbed
xwayland disable
focus_follows_mouse no
focus_on_window_activation focus
no_focus [app_id="panel"]
for_window [app_id="panel"] floating enable, sticky enable, border none, resize set 200 100, move absolute position 20 600
"#;

/// In the middle of the panel's button.
const BUTTON: (i32, i32) = (120, 650);

/// A window as the compositor knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Toplevel {
    /// The application's id.
    pub app: String,
    /// It has the keyboard.
    pub focused: bool,
    /// No other window covers it.
    pub visible: bool,
}

/// Sway in a window of an X screen, so that its pointer is a real one, with a panel whose button gives tokens.
#[derive(Debug)]
pub struct Sway {
    // In this order: what is inside ends first.
    panel: Panel,
    session: Wayland,
    screen: Screen,
    socket: PathBuf,
}

impl Sway {
    /// Starts all of it with sockets and logs in `folder`.
    pub async fn start(folder: &Path) -> Self {
        let screen = Screen::start(folder).await;
        let inner = folder.join("sway");
        std::fs::create_dir(&inner).expect("a folder for sway");
        std::fs::write(inner.join("config"), CONFIG).expect("sway's configuration");
        let socket = inner.join("messages");
        let mut command = own_user(folder, &inner);
        command
            .args(["sway", "--debug", "--config"])
            .arg(inner.join("config"))
            .env("DISPLAY", screen.name())
            .env("WLR_BACKENDS", "x11")
            .env("WLR_RENDERER", "pixman")
            .env("XDG_RUNTIME_DIR", &inner)
            .env("HOME", &inner)
            .env("SWAYSOCK", &socket)
            .env_remove("WAYLAND_DISPLAY");
        let compositor = Process::spawn("sway", folder, command);
        let display = inner.join("wayland-1");
        until("sway listens", || {
            compositor.assert_running();
            display.exists() && ask(&socket, &["-t", "get_version"]).is_some()
        })
        .await;
        let session = Wayland::of(compositor, &display);
        let panel = Panel::open(folder, session.socket(), false);
        let sway = Self {
            panel,
            session,
            screen,
            socket,
        };
        until("the panel is there, and a window to click in", || {
            sway.panel.assert_running();
            sway.window("panel").is_some() && sway.screen.xdotool(&["getactivewindow"]).is_some()
        })
        .await;
        sway
    }

    /// For those who work in it.
    #[must_use]
    pub fn session(&self) -> &Wayland {
        &self.session
    }

    /// The window of an application, if it has one.
    #[must_use]
    pub fn window(&self, app: &str) -> Option<Toplevel> {
        let tree = ask(&self.socket, &["-t", "get_tree"])?;
        find(&serde_json::from_str(&tree).ok()?, app)
    }

    /// Waits until an application's window is not covered and has the keyboard.
    ///
    /// # Panics
    /// When it does not come to the front, with where it is instead.
    pub async fn in_front(&self, app: &str) {
        until(&format!("{app} in front"), || {
            self.window(app).is_some_and(|it| it.focused && it.visible)
        })
        .await;
    }

    /// Gives the keyboard to an application's window, as a person does who turns to it.
    ///
    /// # Panics
    /// When it has none.
    pub fn turn_to(&self, app: &str) {
        self.command(&format!("[app_id={app:?}] focus"));
    }

    /// Runs a command of sway's.
    ///
    /// # Panics
    /// When sway refuses it.
    pub fn command(&self, command: &str) {
        assert!(
            ask(&self.socket, &[command]).is_some(),
            "sway refuses {command}"
        );
    }

    /// Clicks the panel's button with the pointer, and returns the token that the compositor gave for it.
    pub async fn click_panel(&self) -> String {
        let (x, y) = (BUTTON.0.to_string(), BUTTON.1.to_string());
        let at = ["getactivewindow", "mousemove", "--window", "%1", &x, &y];
        let click = [at.as_slice(), &["click", "1"]].concat();
        let click = async || drop(self.screen.xdotool(&click).expect("a click"));
        self.panel.token(click).await
    }

    /// How often sway refused to bring a window to the front, because it had not given the token.
    #[must_use]
    pub fn refused(&self) -> usize {
        let log = self.session.log();
        log.matches("Rejecting activate request").count()
    }

    /// Writes the whole screen to `NAME.png` in [`crate::screenshots`].
    pub fn screenshot(&self, name: &str) -> PathBuf {
        self.screen.screenshot(name)
    }
}

/// Sway refuses to run as root: then it is nobody's, and so is its folder.
fn own_user(folder: &Path, inner: &Path) -> Command {
    let us = std::fs::metadata(inner).expect("the folder is there").uid();
    let rights = |mode| std::fs::Permissions::from_mode(mode);
    std::fs::set_permissions(inner, rights(0o700)).expect("a private folder");
    if us != 0 {
        return Process::command("env");
    }
    std::fs::set_permissions(folder, rights(0o711)).expect("a folder to pass through");
    chown(inner, Some(NOBODY), Some(NOBODY)).expect("a folder to give away");
    let mut command = Process::command("setpriv");
    let nobody = NOBODY.to_string();
    command.args(["--reuid", &nobody, "--regid", &nobody, "--clear-groups"]);
    command
}

fn ask(socket: &Path, arguments: &[&str]) -> Option<String> {
    let output = Command::new("swaymsg")
        .arg("--raw")
        .arg("--socket")
        .arg(socket)
        .args(arguments)
        .output()
        .expect("swaymsg");
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

fn find(node: &Value, app: &str) -> Option<Toplevel> {
    if node["app_id"] == app {
        return Some(Toplevel {
            app: app.to_owned(),
            focused: node["focused"] == true,
            visible: node["visible"] == true,
        });
    }
    ["nodes", "floating_nodes"]
        .iter()
        .filter_map(|children| node[*children].as_array())
        .flatten()
        .find_map(|child| find(child, app))
}
