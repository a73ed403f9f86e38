//! `pack.toml`: `name`, `author`, `licence`, and under `[sounds]` a file for each event.

use super::PackProblem;
use toml_edit::{DocumentMut, Item, Table, value};

/// A longer file is no list of sounds.
pub(super) const MOST_BYTES: u64 = 64 * 1024;
/// There are not so many events.
const MOST_SOUNDS: usize = 100;
/// Characters of an author or a licence that are kept.
const MOST_TEXT: usize = 200;

/// What a pack says of itself; its words are not checked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Manifest {
    pub(super) name: String,
    pub(super) author: String,
    pub(super) licence: String,
    /// Events and files, in the order of the file.
    pub(super) sounds: Vec<(String, String)>,
}

pub(super) fn read(text: &[u8]) -> Result<Manifest, PackProblem> {
    let text = std::str::from_utf8(text).map_err(|_| PackProblem::NoPack)?;
    let document: DocumentMut = text.parse().map_err(|_| PackProblem::NoPack)?;
    let word = |key: &str| document.get(key).and_then(Item::as_str);
    let sounds = document
        .get("sounds")
        .and_then(Item::as_table_like)
        .ok_or(PackProblem::NoPack)?;
    if sounds.len() > MOST_SOUNDS {
        return Err(PackProblem::TooMany);
    }
    let file = |item: &Item| item.as_str().unwrap_or_default().to_owned();
    Ok(Manifest {
        name: word("name").ok_or(PackProblem::NoPack)?.to_owned(),
        author: plain(word("author").unwrap_or_default()),
        licence: plain(word("licence").or(word("license")).unwrap_or_default()),
        sounds: sounds
            .iter()
            .map(|(event, item)| (event.to_owned(), file(item)))
            .collect(),
    })
}

pub(super) fn write(manifest: &Manifest) -> String {
    let mut document = DocumentMut::new();
    document["name"] = value(&manifest.name);
    document["author"] = value(&manifest.author);
    document["licence"] = value(&manifest.licence);
    let mut sounds = Table::new();
    for (event, file) in &manifest.sounds {
        sounds.insert(event, value(file));
    }
    document["sounds"] = Item::Table(sounds);
    document.to_string()
}

/// Words to be shown in a line: no controls, no overrides of the direction, not too long.
pub(super) fn plain(text: &str) -> String {
    let shown = |c: &char| {
        !c.is_control()
            && !matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars().filter(shown).take(MOST_TEXT).collect()
}
