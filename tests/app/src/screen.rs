//! A screen without a monitor, with a window manager, so that windows get the focus.

use std::path::{Path, PathBuf};
use std::process::Command;

use carillon_tests_servers::{Process, until};

/// Xvfb with openbox. Several people may share it.
#[derive(Debug)]
pub struct Screen {
    name: String,
    home: PathBuf,
    // In this order: the window manager ends before its screen.
    _manager: Process,
    _server: Process,
}

impl Screen {
    /// Starts both on a free display, with their logs in `folder`.
    pub async fn start(folder: &Path) -> Self {
        let mut command = Process::command("Xvfb");
        command.args([
            "-displayfd",
            "1",
            "-screen",
            "0",
            "1600x1000x24",
            "-nolisten",
            "tcp",
            "-noreset",
        ]);
        let server = Process::spawn("xvfb", folder, command);
        let mut name = String::new();
        until("the screen has a number", || {
            server.assert_running();
            let output = server.output();
            let number = output.lines().find(|line| line.parse::<u32>().is_ok());
            // A number that is not yet followed by a line's end may not be the whole of it.
            name = number
                .map(|number| format!(":{number}"))
                .unwrap_or_default();
            !name.is_empty() && output.ends_with('\n')
        })
        .await;

        let mut command = Process::command("openbox");
        command.env("DISPLAY", &name).env("HOME", folder);
        let manager = Process::spawn("openbox", folder, command);
        until("the window manager manages", || {
            manager.assert_running();
            run(&name, "xdotool", &["get_num_desktops"]).is_some()
        })
        .await;
        Self {
            name,
            home: folder.to_owned(),
            _manager: manager,
            _server: server,
        }
    }

    /// For `DISPLAY`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Writes the whole screen to `NAME.png` in [`screenshots`].
    ///
    /// # Panics
    /// When it cannot.
    pub fn screenshot(&self, name: &str) -> PathBuf {
        let file = screenshots().join(format!("{name}.png"));
        let taken = run(
            &self.name,
            "import",
            &["-window", "root", &file.to_string_lossy()],
        );
        taken.expect("a picture of the screen");
        file
    }

    /// What `xdotool` prints, or `None` when it fails: it also fails when it finds nothing.
    #[must_use]
    pub fn xdotool(&self, arguments: &[&str]) -> Option<String> {
        run(&self.name, "xdotool", arguments)
    }

    /// The title of the window that has the focus.
    #[must_use]
    pub fn focused(&self) -> Option<String> {
        self.xdotool(&["getactivewindow", "getwindowname"])
            .map(|name| name.trim().to_owned())
    }

    /// Where its logs are.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.home
    }
}

/// The folder of all pictures that tests leave: `target/screenshots`.
///
/// # Panics
/// When it cannot be made.
#[must_use]
pub fn screenshots() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/screenshots");
    std::fs::create_dir_all(&folder).expect("target/screenshots");
    folder
}

fn run(display: &str, program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program)
        .args(arguments)
        .env("DISPLAY", display)
        .output()
        .expect("an X program");
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}
