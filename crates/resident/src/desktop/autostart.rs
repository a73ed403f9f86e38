//! "Start Carillon at login", by the XDG autostart file. The file itself is the setting: the user, or the desktop's
//! own settings, may change it at any time.

use super::written::{self, Readers};
use carillon_link::Profile;
use std::io;
use std::path::{Path, PathBuf};

const FILE: &str = "im.carillon.Carillon.desktop";

/// Whether this profile starts at login, as the file says now.
#[must_use]
pub fn is_on(profile: &Profile) -> bool {
    is_own(profile) && Autostart::of_user().is_some_and(|autostart| autostart.is_on())
}

/// Switches starting at login on for the program that runs now, or off.
///
/// # Errors
/// [`NoAutostart`]; nothing has changed then.
pub fn set(profile: &Profile, on: bool) -> Result<(), NoAutostart> {
    if !is_own(profile) {
        // Only the user's own profile starts at login; a try-out's does not, so there is nothing to switch off.
        return if on {
            Err(NoAutostart::OtherProfile)
        } else {
            Ok(())
        };
    }
    let autostart = Autostart::of_user().ok_or(NoAutostart::Unknown)?;
    Ok(autostart.set(on, &std::env::current_exe()?)?)
}

fn is_own(profile: &Profile) -> bool {
    Profile::default_of_user().is_ok_and(|own| own == *profile)
}

/// Why Carillon cannot be made to start at login.
#[derive(Debug, thiserror::Error)]
pub enum NoAutostart {
    /// A profile that was chosen by `--profile`, such as a try-out's.
    #[error("only your own profile can start at login")]
    OtherProfile,
    /// This system starts programs in a way that Carillon does not know.
    #[error("Carillon does not know how to start at login here")]
    Unknown,
    /// The file system refused.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// The switch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Autostart {
    file: PathBuf,
}

impl Autostart {
    /// The user's own, in the configuration folder; `None` where there is none, or where login works otherwise.
    #[must_use]
    pub fn of_user() -> Option<Self> {
        if !cfg!(target_os = "linux") {
            return None;
        }
        dirs::config_dir().map(|config| Self::in_folder(&config.join("autostart")))
    }

    /// In a folder of the caller's choice.
    #[must_use]
    pub fn in_folder(folder: &Path) -> Self {
        Self {
            file: folder.join(FILE),
        }
    }

    /// Whether Carillon starts at login, as the file says now (Desktop Application Autostart Specification).
    #[must_use]
    pub fn is_on(&self) -> bool {
        std::fs::read_to_string(&self.file).is_ok_and(|text| starts(&text))
    }

    /// Switches it on for this executable, waiting in the tray, or off.
    ///
    /// # Errors
    /// What the file system says; the file is as it was then.
    pub fn set(&self, on: bool, binary: &Path) -> io::Result<()> {
        if on {
            written::write(&self.file, entry(binary).as_bytes(), Readers::Anyone)
        } else {
            written::remove(&self.file)
        }
    }
}

/// Whether an entry starts anything: it may be hidden, or switched off by GNOME's own key.
fn starts(text: &str) -> bool {
    let value = |key: &str| {
        text.lines()
            .skip_while(|line| line.trim() != "[Desktop Entry]")
            .skip(1)
            .take_while(|line| !line.trim_start().starts_with('['))
            .filter_map(|line| line.split_once('='))
            .find(|(name, _)| name.trim() == key)
            .map(|(_, value)| value.trim())
    };
    value("Exec").is_some_and(|command| !command.is_empty())
        && value("Hidden") != Some("true")
        && value("X-GNOME-Autostart-enabled") != Some("false")
}

/// The profile is never named: only the user's own starts at login, the try-out's do not.
fn entry(binary: &Path) -> String {
    format!(
        "[Desktop Entry]\n\
         Type=Application\n\
         Name=Carillon\n\
         Comment=Instant messages\n\
         Icon=im.carillon.Carillon\n\
         Exec={} --background\n\
         Terminal=false\n\
         X-GNOME-Autostart-enabled=true\n",
        quoted(binary)
    )
}

/// A path as one argument of `Exec` (Desktop Entry Specification, "The Exec key"): quoted, the quoting escaped once
/// for the argument and once more for the string, and `%` doubled.
fn quoted(path: &Path) -> String {
    let mut argument = String::from("\"");
    for c in path.to_string_lossy().chars() {
        match c {
            '"' | '`' | '$' => argument.extend(["\\\\", c.encode_utf8(&mut [0; 4])]),
            '\\' => argument.push_str("\\\\\\\\"),
            '%' => argument.push_str("%%"),
            _ => argument.push(c),
        }
    }
    argument.push('"');
    argument
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_switched_on_is_on_until_it_is_switched_off() {
        let folder = tempfile::tempdir().unwrap();
        let autostart = Autostart::in_folder(&folder.path().join("autostart"));
        assert!(!autostart.is_on());
        autostart.set(true, Path::new("/usr/bin/carillon")).unwrap();
        assert!(autostart.is_on());
        let text = std::fs::read_to_string(folder.path().join("autostart").join(FILE)).unwrap();
        assert!(
            text.contains("\nExec=\"/usr/bin/carillon\" --background\n"),
            "{text}"
        );
        autostart
            .set(false, Path::new("/usr/bin/carillon"))
            .unwrap();
        autostart
            .set(false, Path::new("/usr/bin/carillon"))
            .unwrap();
        assert!(!autostart.is_on());
    }

    #[test]
    fn the_desktop_s_own_switch_counts() {
        let on = entry(Path::new("/usr/bin/carillon"));
        assert!(starts(&on));
        assert!(!starts(&on.replace("enabled=true", "enabled=false")));
        assert!(!starts(&format!("{on}Hidden=true\n")));
        assert!(!starts("[Other]\nExec=carillon\n"));
    }

    #[test]
    fn a_strange_path_stays_one_argument() {
        assert_eq!(
            quoted(Path::new("/a b/100%/c\"d\\e$")),
            r#""/a b/100%%/c\\"d\\\\e\\$""#
        );
    }
}
