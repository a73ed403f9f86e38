//! Carillon's sounds are those that its events promise, and the recorder tells them apart.

#![allow(clippy::unwrap_used)] // in the functions that the tests share

use std::path::{Path, PathBuf};

use carillon_tests_app::Speaker;

fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../sounds");
    let files = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    files
        .filter(|file| file.extension().is_some_and(|end| end == "wav"))
        .collect()
}

#[test]
fn no_built_in_sound_is_taken_for_another() {
    let sounds: Vec<_> = files()
        .iter()
        .map(|file| (file.clone(), Speaker::expected(file)))
        .collect();
    assert!(sounds.len() >= 8, "{} sounds", sounds.len());
    for (file, heard) in &sounds {
        println!(
            "{:20} {:4.0} ms {:5.0} Hz {:?}",
            file.file_name().unwrap().display(),
            heard.length.as_millis(),
            heard.pitch_hz,
            heard.melody_hz
        );
        let alike: Vec<_> = sounds
            .iter()
            .filter(|(_, other)| heard.resembles(other))
            .map(|(file, _)| file)
            .collect();
        assert_eq!(alike, [file]);
    }
}
