//! Declares the commands that the page may use, checks configuration and permissions, and embeds the page.

use std::{fs, io};

/// The one place where the page's commands are listed; `allow-send-message` stands for `send_message`.
const CAPABILITY: &str = "capabilities/main.json";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let capability: serde_json::Value = serde_json::from_str(&fs::read_to_string(CAPABILITY)?)?;
    let permissions = capability["permissions"]
        .as_array()
        .ok_or_else(|| io::Error::other("no permissions"))?;
    let commands: Vec<&'static str> = permissions
        .iter()
        .filter_map(|permission| permission.as_str()?.strip_prefix("allow-"))
        .map(|name| &*name.replace('-', "_").leak())
        .collect();
    let manifest = tauri_build::AppManifest::new().commands(commands.leak());
    tauri_build::try_build(tauri_build::Attributes::new().app_manifest(manifest))?;
    Ok(())
}
