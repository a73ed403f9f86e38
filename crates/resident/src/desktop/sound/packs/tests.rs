use super::super::builtin;
use super::*;
use std::io::{Cursor, Write as _};
use zip::write::SimpleFileOptions;

fn bell() -> Vec<u8> {
    builtin::bytes("bell").unwrap().to_vec()
}

/// Silence of 8-bit, 8 kHz.
fn wav(seconds: u32) -> Vec<u8> {
    let mut file = bell()[..44].to_vec();
    let size = 8_000 * seconds;
    file[4..8].copy_from_slice(&(36 + size).to_le_bytes());
    file[20..22].copy_from_slice(&1_u16.to_le_bytes());
    file[22..24].copy_from_slice(&1_u16.to_le_bytes());
    file[24..28].copy_from_slice(&8_000_u32.to_le_bytes());
    file[28..32].copy_from_slice(&8_000_u32.to_le_bytes());
    file[32..34].copy_from_slice(&1_u16.to_le_bytes());
    file[34..36].copy_from_slice(&8_u16.to_le_bytes());
    file[40..44].copy_from_slice(&size.to_le_bytes());
    file.resize(44 + size as usize, 128);
    file
}

/// A pack with a good sound for messages, and one more for friends.
fn manifest_of(name: &str, friends: &str) -> String {
    format!(
        "name = \"{name}\"\nauthor = \"Ada\"\nlicence = \"CC0-1.0\"\n[sounds]\nmessage = \"bell.wav\"\n\
         contact_available = '{friends}'\n"
    )
}

struct Scene {
    folder: tempfile::TempDir,
    shelf: Shelf,
}

impl Scene {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("pack")).unwrap();
        let shelf = Shelf::of(&folder.path().join("profile"));
        Self { folder, shelf }
    }

    fn pack(&self) -> PathBuf {
        self.folder.path().join("pack")
    }

    fn with(self, name: &str, bytes: impl AsRef<[u8]>) -> Self {
        let path = self.pack().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
        self
    }

    fn import(&self) -> Result<Pack, NotImported> {
        import(&self.pack(), &self.shelf)
    }

    fn import_zip(&self, bytes: &[u8]) -> Result<Pack, NotImported> {
        let path = self.folder.path().join("pack.zip");
        std::fs::write(&path, bytes).unwrap();
        import(&path, &self.shelf)
    }

    /// What lies on the shelf, but for the packs themselves.
    fn left_over(&self) -> Vec<String> {
        let Ok(entries) = std::fs::read_dir(&self.shelf.folder) else {
            return Vec::new();
        };
        entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name.starts_with('.'))
            .collect()
    }
}

fn zip_of(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn why(imported: Result<Pack, NotImported>) -> PackProblem {
    match imported {
        Err(NotImported::Pack(why)) => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_folder_becomes_a_pack_whose_sounds_are_found_by_their_events() {
    let scene = Scene::new()
        .with("pack.toml", manifest_of("Woods", "in/owl.wav"))
        .with("bell.wav", bell())
        .with("in/owl.wav", builtin::bytes("rise").unwrap());
    let pack = scene.import().unwrap();
    assert_eq!(pack.refused, []);
    assert_eq!(
        (pack.author.as_str(), pack.licence.as_str()),
        ("Ada", "CC0-1.0")
    );
    let words: Vec<String> = pack
        .sounds
        .iter()
        .map(|(_, sound)| sound.to_string())
        .collect();
    assert_eq!(
        words,
        ["pack:Woods/message", "pack:Woods/contact_available"]
    );
    let found = scene
        .shelf
        .find(&"Woods/contact_available".parse().unwrap());
    assert_eq!(
        std::fs::read(found.unwrap()).unwrap(),
        builtin::bytes("rise").unwrap()
    );
    let [listed] = &scene.shelf.packs()[..] else {
        panic!("one pack");
    };
    assert_eq!(listed.author, "Ada");
    assert_eq!(listed.sounds.len(), 2);
    assert_eq!(scene.left_over(), [""; 0]);
}

#[test]
fn a_zip_becomes_a_pack_with_and_without_a_folder_around_it() {
    for around in ["", "Woods-1.2/"] {
        let scene = Scene::new();
        let manifest = manifest_of("Woods", "./owl.wav");
        let zip = zip_of(&[
            (&format!("{around}pack.toml"), manifest.as_bytes()),
            (&format!("{around}bell.wav"), &bell()),
            (&format!("{around}owl.wav"), &bell()),
        ]);
        let pack = scene.import_zip(&zip).unwrap();
        assert_eq!(pack.sounds.len(), 2, "{around}: {:?}", pack.refused);
    }
}

#[test]
fn a_newer_pack_takes_the_place_of_the_older_whole() {
    let scene = Scene::new()
        .with("pack.toml", manifest_of("Woods", "bell.wav"))
        .with("bell.wav", bell());
    scene.import().unwrap();
    let scene = scene.with(
        "pack.toml",
        "name = \"Woods\"\n[sounds]\nmessage = \"bell.wav\"\n",
    );
    scene.import().unwrap();
    let friends = "Woods/contact_available".parse().unwrap();
    assert_eq!(scene.shelf.find(&friends), None);
    let broken = scene.with(
        "pack.toml",
        "name = \"Woods\"\n[sounds]\nmessage = \"gone.wav\"\n",
    );
    assert_eq!(why(broken.import()), PackProblem::Unreadable);
    let message = "Woods/message".parse().unwrap();
    assert!(broken.shelf.find(&message).is_some(), "the old one stays");
    assert_eq!(broken.left_over(), [""; 0]);
}

#[test]
fn a_bad_sound_costs_only_itself_and_says_why() {
    let big = vec![0; usize::try_from(crate::desktop::sound::MAX_BYTES).unwrap() + 1];
    let mut cut = bell();
    cut.truncate(30);
    let cases: [(&str, &[u8], PackProblem); 21] = [
        ("gone.wav", b"", PackProblem::Unreadable),
        ("a-folder", b"", PackProblem::Unreadable),
        ("", b"", PackProblem::Unreadable),
        (".", b"", PackProblem::Unreadable),
        ("empty.wav", b"", PackProblem::NotASound),
        ("page.ogg", b"<html></html>", PackProblem::NotASound),
        (
            "picture.mp3",
            b"\x89PNG\r\n\x1a\n0000",
            PackProblem::NotASound,
        ),
        ("cut.wav", &cut, PackProblem::NotASound),
        ("stop.flac", b"fLaC", PackProblem::NotASound),
        ("stop.ogg", b"OggS\0\x02\0\0\0\0", PackProblem::NotASound),
        ("noise.mp3", &[0xff; 4_000], PackProblem::NotASound),
        ("silent.wav", &wav(0), PackProblem::NotASound),
        ("long.wav", &wav(31), PackProblem::TooLong),
        ("big.wav", &big, PackProblem::TooBig),
        ("../bell.wav", b"", PackProblem::OutsideThePack),
        ("in/../../bell.wav", b"", PackProblem::OutsideThePack),
        ("/etc/passwd", b"", PackProblem::OutsideThePack),
        ("..\\bell.wav", b"", PackProblem::OutsideThePack),
        ("C:/bell.wav", b"", PackProblem::OutsideThePack),
        (
            "\\\\host\\share\\bell.wav",
            b"",
            PackProblem::OutsideThePack,
        ),
        (&"x".repeat(300), b"", PackProblem::OutsideThePack),
    ];
    for (file, bytes, expected) in cases {
        let manifest = manifest_of("Woods", file);
        let mut entries: Vec<(&str, &[u8])> = vec![("pack.toml", manifest.as_bytes())];
        let good = bell();
        entries.push(("bell.wav", &good));
        let scene = Scene::new()
            .with("pack.toml", &manifest)
            .with("bell.wav", &good)
            .with("a-folder/inside.wav", &good);
        let lies_there = !bytes.is_empty() || file == "empty.wav";
        let scene = if lies_there {
            scene.with(file, bytes)
        } else {
            scene
        };
        entries.extend(lies_there.then_some((file, bytes)));
        std::fs::write(scene.folder.path().join("bell.wav"), &good).unwrap();
        for pack in [scene.import(), scene.import_zip(&zip_of(&entries))] {
            let pack = pack.unwrap();
            assert_eq!(pack.sounds.len(), 1, "{file}");
            assert_eq!(pack.refused.len(), 1, "{file}");
            assert_eq!(pack.refused[0].why, expected, "{file}");
            assert_eq!(pack.refused[0].event, "contact_available");
        }
    }
}

#[test]
fn an_unknown_event_costs_only_itself() {
    let scene = Scene::new()
        .with(
            "pack.toml",
            "name = \"Woods\"\n[sounds]\nmessage = \"bell.wav\"\nthunder = \"bell.wav\"\nmention = 7\n",
        )
        .with("bell.wav", bell());
    let pack = scene.import().unwrap();
    let told: Vec<_> = pack
        .refused
        .iter()
        .map(|one| (one.event.as_str(), one.why))
        .collect();
    let expected = [
        ("thunder", PackProblem::UnknownEvent),
        ("mention", PackProblem::Unreadable),
    ];
    assert_eq!(told, expected);
}

#[test]
fn what_is_no_pack_is_refused_whole() {
    let many = (0..101).fold("name = \"Many\"\n[sounds]\n".to_owned(), |text, number| {
        text + &format!("e{number} = \"bell.wav\"\n")
    });
    let long = format!(
        "# {}\n{}",
        "x".repeat(70_000),
        manifest_of("Woods", "bell.wav")
    );
    let cases: [(&str, &[u8], PackProblem); 12] = [
        ("empty", b"", PackProblem::NoPack),
        ("no TOML", b"name = ", PackProblem::NoPack),
        ("no text", b"\xff\xfe", PackProblem::NoPack),
        (
            "no name",
            b"[sounds]\nmessage = \"bell.wav\"\n",
            PackProblem::NoPack,
        ),
        ("no sounds", b"name = \"Woods\"\n", PackProblem::NoPack),
        (
            "sounds of no kind",
            b"name = \"Woods\"\nsounds = 3\n",
            PackProblem::NoPack,
        ),
        (
            "none in it",
            b"name = \"Woods\"\n[sounds]\n",
            PackProblem::NoPack,
        ),
        (
            "a name that climbs",
            b"name = \"../Woods\"\n[sounds]\nmessage = \"bell.wav\"\n",
            PackProblem::NoPack,
        ),
        (
            "a hidden name",
            b"name = \".Woods\"\n[sounds]\nmessage = \"bell.wav\"\n",
            PackProblem::NoPack,
        ),
        (
            "an absolute name",
            b"name = \"/tmp\"\n[sounds]\nmessage = \"bell.wav\"\n",
            PackProblem::NoPack,
        ),
        ("too many sounds", many.as_bytes(), PackProblem::TooMany),
        ("a long list", long.as_bytes(), PackProblem::NoPack),
    ];
    for (case, manifest, expected) in cases {
        let scene = Scene::new()
            .with("pack.toml", manifest)
            .with("bell.wav", bell());
        assert_eq!(why(scene.import()), expected, "{case}");
        let zip = zip_of(&[("pack.toml", manifest), ("bell.wav", &bell())]);
        assert_eq!(why(scene.import_zip(&zip)), expected, "{case}");
        assert_eq!(scene.shelf.packs(), [], "{case}");
        assert_eq!(scene.left_over(), [""; 0], "{case}");
    }
}

#[cfg(unix)]
#[test]
fn links_and_pipes_are_not_followed() {
    let outside = tempfile::tempdir().unwrap();
    std::fs::write(outside.path().join("bell.wav"), bell()).unwrap();
    let scene = Scene::new().with("bell.wav", bell());
    let link = std::os::unix::fs::symlink::<PathBuf, PathBuf>;
    link(
        outside.path().join("bell.wav"),
        scene.pack().join("file.wav"),
    )
    .unwrap();
    link(outside.path().into(), scene.pack().join("folder")).unwrap();
    let pipe = std::process::Command::new("mkfifo")
        .arg(scene.pack().join("pipe.wav"))
        .status();
    assert!(pipe.unwrap().success());
    link("/dev/zero".into(), scene.pack().join("zero.wav")).unwrap();
    for (file, expected) in [
        ("file.wav", PackProblem::OutsideThePack),
        ("folder/bell.wav", PackProblem::OutsideThePack),
        ("zero.wav", PackProblem::OutsideThePack),
        ("pipe.wav", PackProblem::Unreadable),
    ] {
        let manifest = manifest_of("Woods", file);
        std::fs::write(scene.pack().join("pack.toml"), manifest).unwrap();
        assert_eq!(scene.import().unwrap().refused[0].why, expected, "{file}");
    }
}

#[test]
fn a_link_in_a_zip_is_not_followed() {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let plain = SimpleFileOptions::default();
    zip.start_file("pack.toml", plain).unwrap();
    zip.write_all(manifest_of("Woods", "link.wav").as_bytes())
        .unwrap();
    zip.start_file("bell.wav", plain).unwrap();
    zip.write_all(&bell()).unwrap();
    zip.add_symlink("link.wav", "/etc/passwd", plain).unwrap();
    let zip = zip.finish().unwrap().into_inner();
    let pack = Scene::new().import_zip(&zip).unwrap();
    assert_eq!(pack.refused[0].why, PackProblem::OutsideThePack);
}

#[test]
fn a_zip_bomb_is_refused_by_what_it_holds_not_by_what_it_says() {
    let scene = Scene::new();
    let zeros = vec![0; 24 * 1024 * 1024];
    let honest = zip_of(&[
        ("pack.toml", manifest_of("Woods", "bomb.wav").as_bytes()),
        ("bell.wav", &bell()),
        ("bomb.wav", &zeros),
    ]);
    drop(zeros);
    assert!(honest.len() < 1024 * 1024);
    // The sizes in both headers say ten bytes.
    let size = u32::try_from(24 * 1024 * 1024).unwrap().to_le_bytes();
    let mut lying = honest.clone();
    for at in 0..lying.len() - 4 {
        if lying[at..at + 4] == size {
            lying[at..at + 4].copy_from_slice(&10_u32.to_le_bytes());
        }
    }
    assert_ne!(honest, lying);
    for (zip, expected) in [
        (honest, vec![PackProblem::TooBig]),
        (
            lying,
            vec![
                PackProblem::TooBig,
                PackProblem::Unreadable,
                PackProblem::NotASound,
            ],
        ),
    ] {
        let pack = scene.import_zip(&zip).unwrap();
        assert!(
            expected.contains(&pack.refused[0].why),
            "{:?}",
            pack.refused
        );
    }
}

#[test]
fn a_damaged_zip_never_breaks_anything() {
    let scene = Scene::new();
    let good = zip_of(&[
        ("pack.toml", manifest_of("Woods", "owl.wav").as_bytes()),
        ("bell.wav", &bell()),
        ("owl.wav", &wav(1)),
    ]);
    let mut refused = 0;
    for number in 0..300_usize {
        let mut bad = good.clone();
        if number % 3 == 0 {
            bad.truncate(good.len() * number / 300);
        } else {
            for part in 0..4 {
                let at = (number * 7_919 + part * 104_729) % good.len();
                bad[at] ^= u8::try_from(number % 255).unwrap() + 1;
            }
        }
        match scene.import_zip(&bad) {
            Ok(pack) => assert!(!pack.sounds.is_empty()),
            Err(NotImported::Pack(_)) => refused += 1,
            Err(other) => panic!("{other}"),
        }
        assert_eq!(scene.left_over(), [""; 0]);
    }
    assert!(refused > 100, "{refused}");
}

#[test]
fn damaged_sounds_of_each_format_never_break_anything() {
    let sounds = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../sounds/bell.wav");
    for format in ["wav", "ogg", "flac", "mp3"] {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(format!("bell.{format}"));
        let made = std::process::Command::new("sox")
            .arg(&sounds)
            .arg(&file)
            .output();
        let Ok(_) = made else {
            continue;
        };
        let Ok(good) = std::fs::read(&file) else {
            continue;
        };
        for number in 0..100_usize {
            let mut bad = good.clone();
            for part in 0..6 {
                let at = (number * 7_919 + part * 1_299_709) % good.len().min(4_000);
                bad[at] ^= u8::try_from((number + part) % 255).unwrap() + 1;
            }
            let bad = std::sync::Arc::<[u8]>::from(bad);
            let _whatever_it_is = crate::desktop::sound::check::check_bytes(&bad);
        }
    }
}

#[test]
fn the_shelf_takes_no_more_than_its_hundred_packs() {
    let scene = Scene::new().with("bell.wav", builtin::bytes("tick").unwrap());
    let named = |number: usize| {
        let manifest = format!("name = \"P{number}\"\n[sounds]\nmessage = \"bell.wav\"\n");
        std::fs::write(scene.pack().join("pack.toml"), manifest).unwrap();
        scene.import()
    };
    for number in 0..PACKS {
        named(number).unwrap();
    }
    assert_eq!(why(named(PACKS)), PackProblem::TooMany);
    named(7).unwrap();
    assert_eq!(scene.shelf.packs().len(), PACKS);
}
