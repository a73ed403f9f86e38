//! A sound of a sound pack, as a cell names it.

use super::cells::BadCell;
use super::kinds::EventKind;
use std::fmt;
use std::str::FromStr;

/// More characters than this are no name.
const NAME: usize = 64;

/// The name of a sound pack: fit to be the name of a folder on every system.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PackName(String);

impl PackName {
    /// The name as it stands.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PackName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for PackName {
    type Err = BadCell;

    fn from_str(text: &str) -> Result<Self, BadCell> {
        let names_a_folder = (1..=NAME).contains(&text.chars().count())
            && !text.starts_with(['.', ' '])
            && !text.ends_with(['.', ' '])
            && text
                .chars()
                .all(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_' | '.' | '\'' | '!'));
        if names_a_folder {
            Ok(Self(text.to_owned()))
        } else {
            Err(BadCell {
                found: text.to_owned(),
                expected: "a pack's name: up to 64 letters, digits, spaces, dots and dashes",
            })
        }
    }
}

/// Which sound of which pack; written `NAME/EVENT`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PackSound {
    /// The imported pack.
    pub pack: PackName,
    /// The event that the pack means it for; any row may use it.
    pub event: EventKind,
}

impl fmt::Display for PackSound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.pack, self.event.name())
    }
}

impl FromStr for PackSound {
    type Err = BadCell;

    fn from_str(text: &str) -> Result<Self, BadCell> {
        let read = || {
            let (pack, event) = text.split_once('/')?;
            Some(Self {
                pack: pack.parse().ok()?,
                event: EventKind::named(event)?,
            })
        };
        read().ok_or_else(|| BadCell {
            found: text.to_owned(),
            expected: "NAME/EVENT of a sound pack",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sound_of_a_pack_is_written_as_it_is_read() {
        for text in ["Woods/message", "My pack 1.2/contact_available"] {
            assert_eq!(text.parse::<PackSound>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn no_name_leads_out_of_the_folder_of_packs() {
        for text in [
            "",
            ".",
            "..",
            "../up",
            "a/b",
            "a\\b",
            "C:",
            "nul\0",
            "new\nline",
            " a",
            "a.",
            "\u{202e}a",
        ] {
            assert!(text.parse::<PackName>().is_err(), "{text:?}");
        }
        assert!("x".repeat(65).parse::<PackName>().is_err());
    }

    #[test]
    fn an_event_that_nobody_knows_is_refused() {
        for text in ["Woods", "Woods/", "Woods/thunder", "../message", "/message"] {
            assert!(text.parse::<PackSound>().is_err(), "{text:?}");
        }
    }
}
