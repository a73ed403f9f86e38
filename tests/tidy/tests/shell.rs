//! What the window's configuration, the packages and the built-in files promise.

#![allow(clippy::unwrap_used, reason = "what cannot be read fails the test")]

use std::path::Path;

use carillon_tests_tidy::{files, read, root};
use serde_json::Value;

const APP_ID: &str = "im.carillon.Carillon";

fn json(path: &str) -> Value {
    serde_json::from_str(&read(path).unwrap()).unwrap()
}

#[test]
fn the_page_can_load_nothing_from_outside_and_run_no_foreign_script() {
    let configuration = json("src-tauri/tauri.conf.json");
    let policy = configuration["app"]["security"]["csp"].as_object().unwrap();
    assert_eq!(policy["default-src"], "'self'");
    for (directive, sources) in policy {
        for source in sources.as_str().unwrap().split(' ') {
            let harmless = [
                "'self'",
                "'none'",
                "ipc:",
                "http://ipc.localhost",
                "carillon-media:",
                // The same on Windows, as with ipc.
                "http://carillon-media.localhost",
            ];
            assert!(harmless.contains(&source), "{directive} allows {source}");
        }
    }
    for directive in ["object-src", "frame-src", "base-uri", "form-action"] {
        assert_eq!(policy[directive], "'none'", "{directive}");
    }
    assert_eq!(configuration["app"]["withGlobalTauri"], false);
    assert_eq!(
        configuration["app"]["windows"],
        Value::Array(Vec::new()),
        "the window is made in Rust"
    );
}

#[test]
fn the_page_gets_carillons_own_commands_and_events_and_nothing_else() {
    let folder = Path::new("src-tauri/capabilities");
    let capabilities: Vec<_> = files()
        .unwrap()
        .into_iter()
        .filter(|path| path.parent() == Some(folder))
        .collect();
    assert_eq!(capabilities, [folder.join("main.json")]);

    let capability = json("src-tauri/capabilities/main.json");
    assert_eq!(capability["windows"], serde_json::json!(["main"]));
    assert!(
        capability.get("remote").is_none(),
        "a page from elsewhere may ask for nothing"
    );
    let foreign: Vec<_> = capability["permissions"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Value::as_str)
        .filter(|permission| permission.contains(':'))
        .filter(|permission| {
            !["core:event:allow-listen", "core:event:allow-unlisten"].contains(permission)
        })
        .collect();
    assert!(foreign.is_empty(), "{foreign:?}");
    assert!(
        !read("Cargo.lock").unwrap().contains("tauri-plugin-shell"),
        "a page must not start programs"
    );
}

#[test]
fn the_page_itself_names_nothing_from_outside() {
    let page = read("ui/index.html").unwrap();
    assert!(
        !page.contains("http://") && !page.contains("https://") && !page.contains("\"//"),
        "{page}"
    );
    let packages = read("ui/package.json").unwrap();
    assert!(
        !packages.contains("@tauri-apps/plugin-"),
        "plugins are used from Rust only"
    );
}

#[test]
fn one_id_names_the_app_everywhere() {
    assert_eq!(json("src-tauri/tauri.conf.json")["identifier"], APP_ID);
    let entry = read(format!("packaging/{APP_ID}.desktop")).unwrap();
    for line in [
        "Exec=carillon %u",
        "MimeType=x-scheme-handler/xmpp;",
        &format!("Icon={APP_ID}"),
        &format!("StartupWMClass={APP_ID}"),
    ] {
        assert!(
            entry.lines().any(|found| found == line),
            "the desktop entry lacks {line}"
        );
    }
    let about = read(format!("packaging/{APP_ID}.metainfo.xml")).unwrap();
    assert!(about.contains(&format!("<id>{APP_ID}</id>")));
    assert!(about.contains(&format!(
        "<launchable type=\"desktop-id\">{APP_ID}.desktop</launchable>"
    )));
}

#[test]
fn every_built_in_sound_has_its_file() {
    let list = read("sounds/sounds.toml").unwrap();
    let named: Vec<_> = list
        .lines()
        .filter_map(|line| line.strip_prefix("file = \"")?.strip_suffix('"'))
        .collect();
    assert!(named.len() >= 8, "{named:?}");
    for file in &named {
        assert!(
            root().join("sounds").join(file).is_file(),
            "{file} is missing"
        );
    }
    let unnamed: Vec<_> = files()
        .unwrap()
        .into_iter()
        .filter(|path| {
            path.parent() == Some(Path::new("sounds"))
                && path.extension().is_some_and(|e| e == "wav")
        })
        .filter(|path| !named.iter().any(|name| path.ends_with(name)))
        .collect();
    assert!(unnamed.is_empty(), "sounds that nothing plays: {unnamed:?}");
}

#[test]
fn the_readme_gives_the_two_commands() {
    let readme = read("README.md").unwrap();
    let commands: Vec<_> = readme
        .lines()
        .filter_map(|line| line.split('#').next())
        .map(str::trim)
        .collect();
    for command in ["make run", "make test"] {
        assert!(commands.contains(&command), "the README lacks `{command}`");
    }
}

#[test]
fn what_make_offers_is_there() {
    let makefile = read("Makefile").unwrap();
    for target in ["run", "build", "test", "bench", "lint", "dist", "help"] {
        assert!(
            makefile
                .lines()
                .any(|line| line.starts_with(&format!("{target}:"))),
            "make {target}"
        );
    }
    let scripts = makefile
        .split_whitespace()
        .filter_map(|word| word.trim_start_matches('@').strip_prefix("scripts/"));
    for script in scripts {
        assert!(
            root().join("scripts").join(script).is_file(),
            "scripts/{script} is missing"
        );
    }
}
