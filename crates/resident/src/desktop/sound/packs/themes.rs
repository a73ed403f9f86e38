//! Sound themes of the system: the freedesktop Sound Theme Specification 0.8 and its naming specification.

use super::{Pack, Refused, import, manifest};
use crate::desktop::sound::check;
use carillon_core::alerts::{EventKind, Sound};
use std::fs::File;
use std::io::Read as _;
use std::path::{Component, Path, PathBuf};

/// More themes than this are not shown.
const THEMES: usize = 50;
/// Of each theme so many folders are searched.
const FOLDERS: usize = 20;
/// A longer list is no `index.theme`.
const MOST_BYTES: u64 = 64 * 1024;
/// In the specification's order; the third is what most themes have.
const ENDINGS: [&str; 3] = ["oga", "ogg", "wav"];

/// Where sound themes lie, the user's own first (XDG Base Directory Specification).
#[must_use]
pub fn data_folders() -> Vec<PathBuf> {
    if !cfg!(target_os = "linux") {
        return Vec::new();
    }
    let system = std::env::var_os("XDG_DATA_DIRS").filter(|folders| !folders.is_empty());
    let system = system.unwrap_or_else(|| "/usr/local/share:/usr/share".into());
    dirs::data_dir()
        .into_iter()
        .chain(std::env::split_paths(&system))
        .filter(|folder| folder.is_absolute())
        .collect()
}

/// The themes in `sounds/` of these folders that have a sound for an event of ours, by name. Opens each such sound,
/// and decodes none.
#[must_use]
pub fn themes(data: &[PathBuf]) -> Vec<Pack> {
    let mut packs: Vec<Pack> = Vec::new();
    for folder in data {
        let Ok(themes) = std::fs::read_dir(folder.join("sounds")) else {
            continue;
        };
        for theme in themes.flatten().take(THEMES) {
            let name = theme.file_name().to_string_lossy().into_owned();
            let known = packs.iter().any(|pack| pack.name == name);
            if packs.len() < THEMES && !known {
                packs.extend(read(&theme.path(), &name));
            }
        }
    }
    packs.sort_by(|one, other| one.name.cmp(&other.name));
    packs
}

fn read(theme: &Path, name: &str) -> Option<Pack> {
    let index = theme.join("index.theme");
    if !index.is_file() {
        return None;
    }
    let mut text = String::new();
    File::open(index)
        .ok()?
        .take(MOST_BYTES)
        .read_to_string(&mut text)
        .ok()?;
    if entry(&text, "Hidden") == Some("true") {
        return None;
    }
    let folders: Vec<PathBuf> = entry(&text, "Directories")?
        .split([',', ';'])
        .map(str::trim)
        .filter(|inner| stays_inside(inner))
        .map(|inner| theme.join(inner))
        .take(FOLDERS)
        .collect();
    let mut pack = Pack {
        name: manifest::plain(name),
        ..Pack::default()
    };
    for kind in EventKind::ALL {
        let Some(path) = find(&folders, named(kind)) else {
            continue;
        };
        let told = path.display().to_string();
        match check::glance(&path) {
            Ok(()) => pack.sounds.push((kind, Sound::File(told))),
            Err(problem) => pack.refused.push(Refused {
                event: kind.name().to_owned(),
                file: told,
                why: import::reason(&problem),
            }),
        }
    }
    (!pack.sounds.is_empty() || !pack.refused.is_empty()).then_some(pack)
}

/// A value of the group that every theme has.
fn entry<'t>(text: &'t str, key: &str) -> Option<&'t str> {
    text.lines()
        .map(str::trim)
        .skip_while(|line| *line != "[Sound Theme]")
        .skip(1)
        .take_while(|line| !line.starts_with('['))
        .filter_map(|line| line.split_once('='))
        .find(|(found, _)| found.trim() == key)
        .map(|(_, value)| value.trim())
}

fn stays_inside(inner: &str) -> bool {
    let mut parts = Path::new(inner).components().peekable();
    parts.peek().is_some() && parts.all(|part| matches!(part, Component::Normal(_)))
}

/// The specification's look-up: the name, then what is left of it before its last dash, down to the first word.
fn find(folders: &[PathBuf], names: &[&str]) -> Option<PathBuf> {
    names.iter().find_map(|name| {
        let mut name = *name;
        loop {
            let found = folders.iter().find_map(|folder| in_folder(folder, name));
            if found.is_some() {
                return found;
            }
            name = name.rsplit_once('-')?.0;
        }
    })
}

fn in_folder(folder: &Path, name: &str) -> Option<PathBuf> {
    ENDINGS
        .iter()
        .map(|ending| folder.join(format!("{name}.{ending}")))
        .find(|path| path.is_file())
}

/// What the naming specification calls the events, the best first; none where it has no such thing.
const fn named(kind: EventKind) -> &'static [&'static str] {
    match kind {
        EventKind::Generic => &["message-new-instant", "bell"],
        EventKind::Message | EventKind::Missed => &["message-new-instant"],
        EventKind::Mention => &["message-highlight", "message-new-instant"],
        EventKind::ContactAvailable => &["service-login"],
        EventKind::ContactUnavailable => &["service-logout"],
        EventKind::ContactRequest => &["window-question", "dialog-question"],
        EventKind::RoomInvite => &["phone-incoming-call"],
        EventKind::RequestAccepted => &["complete"],
        EventKind::FileReceived => &["complete-download"],
        EventKind::Attention => &["window-attention", "bell-window-system"],
        EventKind::MessageSent => &["message-sent-instant"],
        EventKind::MessageFailed => &["dialog-error"],
        EventKind::AccountAttention => &["dialog-warning"],
        EventKind::ConnectionLost => &["network-connectivity-lost"],
        EventKind::ConnectionRestored => &["network-connectivity-established"],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::super::PackProblem;
    use super::*;

    fn theme(data: &Path, name: &str, index: &str, sounds: &[&str]) {
        let folder = data.join("sounds").join(name);
        std::fs::create_dir_all(folder.join("stereo")).unwrap();
        std::fs::write(folder.join("index.theme"), index).unwrap();
        for sound in sounds {
            let bytes = crate::desktop::sound::builtin::bytes("bell").unwrap();
            std::fs::write(folder.join("stereo").join(sound), bytes).unwrap();
        }
    }

    const INDEX: &str =
        "[Sound Theme]\nName=Default\nDirectories=stereo\n\n[stereo]\nOutputProfile=stereo\n";

    #[test]
    fn a_theme_s_sounds_are_found_by_their_standard_names() {
        let data = tempfile::tempdir().unwrap();
        theme(
            data.path(),
            "woods",
            INDEX,
            &[
                "message-new-instant.oga",
                "service-login.wav",
                "message.ogg",
            ],
        );
        let found = themes(&[data.path().to_owned()]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].name, "woods");
        let of = |kind| {
            let sound = found[0].sounds.iter().find(|(event, _)| *event == kind);
            sound.map(|(_, sound)| sound.to_string().rsplit_once('/').unwrap().1.to_owned())
        };
        assert_eq!(of(EventKind::Message).unwrap(), "message-new-instant.oga");
        assert_eq!(
            of(EventKind::ContactAvailable).unwrap(),
            "service-login.wav"
        );
        assert_eq!(
            of(EventKind::MessageSent).unwrap(),
            "message.ogg",
            "a name that is missing falls back to the shorter one"
        );
        assert_eq!(of(EventKind::ContactUnavailable), None);
    }

    #[test]
    fn a_theme_s_index_does_not_lead_out_of_it() {
        let data = tempfile::tempdir().unwrap();
        theme(data.path(), "good", INDEX, &["message-new-instant.oga"]);
        for (name, folders) in [
            ("up", "../good/stereo"),
            ("root", "/usr/share"),
            ("none", ""),
        ] {
            let index = format!("[Sound Theme]\nDirectories={folders}\n");
            theme(data.path(), name, &index, &[]);
        }
        theme(
            data.path(),
            "shy",
            "[Sound Theme]\nHidden=true\nDirectories=stereo\n",
            &["bell.oga"],
        );
        let names: Vec<String> = themes(&[data.path().to_owned()])
            .into_iter()
            .map(|pack| pack.name)
            .collect();
        assert_eq!(names, ["good"]);
    }

    #[test]
    fn a_theme_s_bad_sound_is_told_with_its_reason() {
        let data = tempfile::tempdir().unwrap();
        theme(data.path(), "bad", INDEX, &["service-login.oga"]);
        let bad = data.path().join("sounds/bad/stereo/service-logout.oga");
        std::fs::write(bad, "<svg/>").unwrap();
        let found = themes(&[data.path().to_owned()]);
        assert_eq!(found[0].sounds.len(), 1);
        assert_eq!(found[0].refused[0].why, PackProblem::NotASound);
    }

    #[test]
    fn the_user_s_own_theme_takes_the_place_of_the_system_s() {
        let (own, system) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        for data in [&own, &system] {
            theme(data.path(), "woods", INDEX, &["message-new-instant.oga"]);
        }
        let found = themes(&[own.path().to_owned(), system.path().to_owned()]);
        assert_eq!(found.len(), 1);
        let Sound::File(path) = &found[0].sounds[0].1 else {
            panic!("a file");
        };
        assert!(Path::new(path).starts_with(own.path()));
    }
}
