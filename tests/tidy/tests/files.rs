//! What every file of the project keeps to.

#![allow(clippy::unwrap_used, reason = "what cannot be read fails the test")]

use std::{
    env,
    path::{Path, PathBuf},
};

use carillon_tests_tidy::{files, read, root};

const LONGEST: usize = 500;

fn ends(path: &Path, extensions: &[&str]) -> bool {
    path.extension()
        .and_then(|e| e.to_str())
        .is_some_and(|e| extensions.contains(&e))
}

/// Sources written by hand, of either language. Bindings that a test writes are not.
fn sources() -> Vec<PathBuf> {
    let generated = |path: &Path| {
        path.starts_with("ui/src/lib/contract")
            || path
                .components()
                .any(|c| c.as_os_str() == "generated" || c.as_os_str() == "bindings")
    };
    files()
        .unwrap()
        .into_iter()
        .filter(|p| ends(p, &["rs", "ts", "svelte", "py"]) && !generated(p))
        .collect()
}

/// `file:line` of every line in which one of the words stands.
fn lines_with<'a>(paths: impl IntoIterator<Item = &'a PathBuf>, words: &[String]) -> Vec<String> {
    lines_where(paths, |line| words.iter().any(|word| line.contains(word)))
}

/// `file:line` of every line of which `is_one` holds.
fn lines_where<'a>(
    paths: impl IntoIterator<Item = &'a PathBuf>,
    is_one: impl Fn(&str) -> bool,
) -> Vec<String> {
    let mut found = Vec::new();
    for path in paths {
        let text = read(path).unwrap();
        let hits = text.lines().enumerate().filter(|(_, line)| is_one(line));
        found.extend(hits.map(|(number, _)| format!("{}:{}", path.display(), number + 1)));
    }
    found
}

#[test]
fn a_source_file_can_be_held_in_the_head() {
    let long: Vec<_> = sources()
        .into_iter()
        .map(|path| (read(&path).unwrap().lines().count(), path))
        .filter(|(lines, _)| *lines > LONGEST)
        .collect();
    assert!(long.is_empty(), "longer than {LONGEST} lines: {long:?}");
}

#[test]
fn nothing_is_left_undone_or_switched_off() {
    // Put together here, so that this file does not find itself.
    let words = [
        ("to", "do!("),
        ("unimple", "mented!("),
        ("FIX", "ME"),
        ("HA", "CK"),
    ];
    let words: Vec<_> = words.iter().map(|(a, b)| format!("{a}{b}")).collect();
    let found = lines_with(&sources(), &words);
    assert!(found.is_empty(), "{found:?}");

    // A test that another test starts, in surroundings of its own, is not switched off.
    let ignore = concat!("#[ig", "nore");
    let off = |line: &str| line.contains(ignore) && !line.contains(" = \"run by another test");
    let found = lines_where(&sources(), off);
    assert!(found.is_empty(), "{found:?}");

    let scripts: Vec<_> = files()
        .unwrap()
        .into_iter()
        .filter(|p| ends(p, &["ts"]))
        .collect();
    let skips: Vec<_> = ["it", "test", "describe"]
        .iter()
        .flat_map(|call| {
            [
                format!("{call}.skip("),
                format!("{call}.only("),
                format!("{call}.todo("),
            ]
        })
        .collect();
    let found = lines_with(&scripts, &skips);
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn modules_are_named_after_what_they_are_about() {
    let vague = [
        "util", "utils", "helper", "helpers", "manager", "common", "misc",
    ];
    let found: Vec<_> = sources()
        .into_iter()
        .filter(|path| {
            path.components().any(|part| {
                let name = part.as_os_str().to_string_lossy().to_lowercase();
                vague.contains(&name.split('.').next().unwrap_or_default())
            })
        })
        .collect();
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn every_member_takes_the_lints_of_the_workspace() {
    let without: Vec<_> = files()
        .unwrap()
        .into_iter()
        .filter(|path| path.ends_with("Cargo.toml") && path.parent() != Some(Path::new("")))
        .filter(|path| !read(path).unwrap().contains("[lints]\nworkspace = true"))
        .collect();
    assert!(without.is_empty(), "{without:?}");
}

#[test]
fn migrations_are_numbered_without_a_gap() {
    for room in ["crates/store", "crates/server"] {
        let folder = Path::new(room).join("migrations");
        let names: Vec<_> = files()
            .unwrap()
            .iter()
            .filter(|path| path.parent() == Some(&folder))
            .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
            .collect();
        for (index, name) in names.iter().enumerate() {
            assert!(
                name.starts_with(&format!("{:03}_", index + 1)) && name.ends_with(".sql"),
                "{room}: {names:?}"
            );
        }
    }
}

#[test]
fn no_file_names_a_place_on_the_machine_it_was_written_on() {
    let places: Vec<_> = [
        Some(root().to_string_lossy().into_owned()),
        env::var("HOME").ok(),
    ]
    .into_iter()
    .flatten()
    .filter(|place| place.len() > 1)
    .map(|place| format!("{place}/"))
    .collect();
    let found = lines_with(&files().unwrap(), &places);
    assert!(found.is_empty(), "{places:?} in {found:?}");
}

#[test]
fn texts_are_in_unix_lines_and_end_with_one() {
    let texts = [
        "rs", "ts", "svelte", "toml", "md", "sh", "css", "html", "sql", "json", "py",
    ];
    let found: Vec<_> = files()
        .unwrap()
        .into_iter()
        .filter(|path| ends(path, &texts))
        .filter(|path| {
            read(path).is_ok_and(|text| {
                text.contains('\r') || (!text.is_empty() && !text.ends_with('\n'))
            })
        })
        .collect();
    assert!(found.is_empty(), "{found:?}");
}
