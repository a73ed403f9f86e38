//! What the layout's tests read: the workspace as Cargo describes it, and the files of the project.
//!
//! Nothing is built or fetched: `cargo metadata --no-deps` reads manifests, `cargo tree` reads the lock file.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

/// One dependency as a member's manifest names it. Those for tests alone are left out: they do not shape the product.
#[derive(Debug, Clone)]
pub struct Dependency {
    /// The member that asks for it.
    pub member: String,
    /// The package that is asked for.
    pub name: String,
}

/// The folder that holds the workspace.
#[must_use]
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .unwrap_or_default()
}

/// Every dependency of every member, for any system.
///
/// # Errors
/// If Cargo cannot be run or its answer is not what it documents.
pub fn dependencies() -> io::Result<Vec<Dependency>> {
    let metadata: Value =
        serde_json::from_str(&cargo(&["metadata", "--no-deps", "--format-version", "1"])?)?;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    Ok(list(&metadata["packages"])
        .iter()
        .flat_map(|package| {
            let member = text(&package["name"]);
            list(&package["dependencies"])
                .into_iter()
                .filter(|dependency| dependency["kind"] != "dev")
                .map(move |dependency| Dependency {
                    member: member.clone(),
                    name: text(&dependency["name"]),
                })
        })
        .collect())
}

/// Names of all packages that end up in one member on this system, however deep, itself among them.
///
/// # Errors
/// If Cargo cannot be run.
pub fn linked_into(member: &str) -> io::Result<Vec<String>> {
    let tree = cargo(&[
        "tree",
        "--offline",
        "--edges",
        "normal",
        "--prefix",
        "none",
        "--package",
        member,
    ])?;
    Ok(tree
        .lines()
        .filter_map(|line| line.split(' ').next())
        .map(str::to_owned)
        .collect())
}

/// The project's own text files, relative to [`root`]. What builds and installs leave behind is not among them.
///
/// # Errors
/// If a folder cannot be read.
pub fn files() -> io::Result<Vec<PathBuf>> {
    let root = root();
    let mut folders = vec![root.clone()];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            let name = path
                .file_name()
                .and_then(|name| name.to_str())
                .unwrap_or_default();
            if matches!(
                name,
                ".git" | "target" | "node_modules" | "dist" | ".tools" | "gen"
            ) {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(relative) = path.strip_prefix(&root) {
                files.push(relative.to_owned());
            }
        }
    }
    files.sort();
    Ok(files)
}

/// A file's text; empty for pictures, sounds and others that are no text.
///
/// # Errors
/// If the file cannot be read.
pub fn read(relative: impl AsRef<Path>) -> io::Result<String> {
    Ok(String::from_utf8(fs::read(root().join(relative))?).unwrap_or_default())
}

fn cargo(arguments: &[&str]) -> io::Result<String> {
    let program = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(program)
        .args(arguments)
        .arg("--locked")
        .current_dir(root())
        .output()?;
    if !output.status.success() {
        return Err(io::Error::other(
            String::from_utf8_lossy(&output.stderr).into_owned(),
        ));
    }
    String::from_utf8(output.stdout).map_err(io::Error::other)
}
