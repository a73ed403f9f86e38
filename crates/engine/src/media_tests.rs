use super::*;

const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

fn media() -> (tempfile::TempDir, Media) {
    let folder = tempfile::tempdir().unwrap();
    let media = Media::open(folder.path().join("media")).unwrap();
    (folder, media)
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn the_same_twice_is_there_once_under_what_is_in_it() {
    let (folder, media) = media();
    let path = folder.path().join("note.txt");
    fs::write(&path, "abc").unwrap();
    for _ in 0..2 {
        let taken = media.take_in(&path).unwrap();
        assert_eq!((taken.content.as_str(), taken.size), (ABC, 3));
    }
    assert_eq!(names(&folder.path().join("media")), [ABC]);
}

#[cfg(unix)]
#[test]
fn folder_and_files_are_for_this_user_alone() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, media) = media();
    media.take_bytes(&b"abc"[..]).unwrap();
    let saved = folder.path().join("saved");
    media.save_as(ABC, &saved).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder.path().join("media")), 0o700);
    assert_eq!(mode(&media.path(ABC).unwrap()), 0o600);
    assert_eq!(mode(&saved), 0o600);
}

#[test]
fn no_name_from_elsewhere_is_a_path() {
    let (_folder, media) = media();
    let slash = format!("{}/{}", &ABC[..31], &ABC[32..]);
    for name in [
        "",
        "..",
        "../carillon.db",
        "/etc/passwd",
        &ABC[1..],
        &ABC.to_uppercase(),
        &slash,
    ] {
        assert_eq!(media.path(name), None, "{name}");
        assert!(media.save_as(name, Path::new("/nowhere/x")).is_err());
    }
}

#[test]
fn folders_and_devices_are_not_sent() {
    let (folder, media) = media();
    assert!(media.take_in(folder.path()).is_err());
    assert!(media.take_in(&folder.path().join("not there")).is_err());
    #[cfg(unix)]
    assert!(media.take_in(Path::new("/dev/zero")).is_err());
    assert_eq!(names(&folder.path().join("media")), Vec::<String>::new());
}

#[test]
fn what_was_never_finished_and_what_nothing_needs_goes() {
    let (folder, media) = media();
    media.take_bytes(&b"abc"[..]).unwrap();
    media.take_bytes(&b"more"[..]).unwrap();
    fs::write(media.part(), "half").unwrap();
    let media = Media::open(folder.path().join("media")).unwrap();
    assert_eq!(names(&folder.path().join("media")).len(), 2);
    media.tidy(&HashSet::from([ABC.to_owned()])).unwrap();
    assert_eq!(names(&folder.path().join("media")), [ABC]);
}

#[cfg(unix)]
#[test]
fn a_link_in_the_chosen_folder_is_replaced_and_not_followed() {
    let (folder, media) = media();
    media.take_bytes(&b"abc"[..]).unwrap();
    let chosen = folder.path().join("chosen");
    fs::create_dir(&chosen).unwrap();
    let outside = folder.path().join("outside");
    fs::write(&outside, "old").unwrap();
    for target in [outside.clone(), folder.path().join("not there")] {
        let to = chosen.join("photo.jpg");
        std::os::unix::fs::symlink(&target, &to).unwrap();
        media.save_as(ABC, &to).unwrap();
        assert!(fs::symlink_metadata(&to).unwrap().is_file());
        assert_eq!(fs::read(&to).unwrap(), b"abc");
        fs::remove_file(&to).unwrap();
    }
    assert_eq!(fs::read(&outside).unwrap(), b"old");
    assert!(!folder.path().join("not there").exists());
    assert_eq!(names(&chosen), Vec::<String>::new());
}
