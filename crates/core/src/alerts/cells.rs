//! The values that a cell of the alert settings can hold.

use super::pack::PackSound;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use ts_rs::TS;

/// What kind of popup.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Popup {
    /// None.
    None,
    /// For as long as the desktop, or the row's `seconds`, says.
    Banner,
    /// Until it is handled.
    Sticky,
}

/// How much a popup gives away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Preview {
    /// That something happened.
    Nothing,
    /// Who.
    Sender,
    /// Who and what.
    Full,
}

/// What the tray icon does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TrayAction {
    /// Nothing.
    None,
    /// Counts in the badge.
    Badge,
    /// Counts, and alternates for at most 10 s.
    Blink,
}

/// The desktop's counterpart of vibration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Attention {
    /// None.
    None,
    /// An open window flashes, and nothing else happens.
    Flash,
    /// Asked for once.
    Once,
    /// Kept until the user has looked.
    UntilSeen,
}

/// A volume in per cent, 0 to 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(try_from = "u8", into = "u8")]
#[ts(type = "number")]
pub struct Volume(u8);

/// A volume above 100 per cent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a volume is a number from 0 to 100, not {0}")]
pub struct VolumeTooHigh(pub u8);

impl Volume {
    /// The volume of `per_cent`, at most 100.
    #[must_use]
    pub const fn clamped(per_cent: u8) -> Self {
        Self(if per_cent > 100 { 100 } else { per_cent })
    }

    /// 0 to 100.
    #[must_use]
    pub const fn per_cent(self) -> u8 {
        self.0
    }
}

impl TryFrom<u8> for Volume {
    type Error = VolumeTooHigh;

    fn try_from(per_cent: u8) -> Result<Self, VolumeTooHigh> {
        if per_cent > 100 {
            Err(VolumeTooHigh(per_cent))
        } else {
            Ok(Self(per_cent))
        }
    }
}

impl From<Volume> for u8 {
    fn from(volume: Volume) -> Self {
        volume.0
    }
}

/// What is heard; in the settings `none`, `builtin:NAME`, `pack:NAME/EVENT` or `file:PATH`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(try_from = "String", into = "String")]
#[ts(type = "string")]
pub enum Sound {
    /// Nothing.
    None,
    /// One that comes with Carillon.
    Builtin(String),
    /// One of an imported sound pack.
    Pack(PackSound),
    /// The user's own wav, ogg, flac or mp3.
    File(String),
}

/// What stands for the event; in the settings `avatar`, `builtin:NAME` or `file:PATH`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(try_from = "String", into = "String")]
#[ts(type = "string")]
pub enum Icon {
    /// The contact's picture with the event's badge, else the event's own icon.
    Avatar,
    /// One that comes with Carillon.
    Builtin(String),
    /// The user's own png or svg.
    File(String),
}

/// A cell that cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("“{found}” is not understood here; it must be {expected}")]
pub struct BadCell {
    /// What stands there.
    pub found: String,
    /// What could.
    pub expected: &'static str,
}

fn named(text: &str, prefix: &str) -> Option<String> {
    text.strip_prefix(prefix)
        .filter(|rest| !rest.is_empty())
        .map(str::to_owned)
}

impl FromStr for Sound {
    type Err = BadCell;

    fn from_str(text: &str) -> Result<Self, BadCell> {
        if text == "none" {
            return Ok(Self::None);
        }
        named(text, "builtin:")
            .map(Self::Builtin)
            .or_else(|| named(text, "pack:")?.parse().ok().map(Self::Pack))
            .or_else(|| named(text, "file:").map(Self::File))
            .ok_or_else(|| BadCell {
                found: text.to_owned(),
                expected: "none, builtin:NAME, pack:NAME/EVENT or file:PATH",
            })
    }
}

impl fmt::Display for Sound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("none"),
            Self::Builtin(name) => write!(f, "builtin:{name}"),
            Self::Pack(sound) => write!(f, "pack:{sound}"),
            Self::File(path) => write!(f, "file:{path}"),
        }
    }
}

impl FromStr for Icon {
    type Err = BadCell;

    fn from_str(text: &str) -> Result<Self, BadCell> {
        if text == "avatar" {
            return Ok(Self::Avatar);
        }
        named(text, "builtin:")
            .map(Self::Builtin)
            .or_else(|| named(text, "file:").map(Self::File))
            .ok_or_else(|| BadCell {
                found: text.to_owned(),
                expected: "avatar, builtin:NAME or file:PATH",
            })
    }
}

impl fmt::Display for Icon {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Avatar => f.write_str("avatar"),
            Self::Builtin(name) => write!(f, "builtin:{name}"),
            Self::File(path) => write!(f, "file:{path}"),
        }
    }
}

macro_rules! text_conversions {
    ($($name:ident),*) => {$(
        impl TryFrom<String> for $name {
            type Error = BadCell;
            fn try_from(text: String) -> Result<Self, BadCell> {
                text.parse()
            }
        }
        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.to_string()
            }
        }
    )*};
}
text_conversions!(Sound, Icon);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sound_is_written_as_it_is_read() {
        for text in [
            "none",
            "builtin:bell",
            "pack:Woods/message",
            "file:/home/me/a b.ogg",
        ] {
            assert_eq!(text.parse::<Sound>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn a_sound_without_a_name_is_refused() {
        for text in ["", "builtin:", "file:", "pack:", "pack:Woods", "bell"] {
            assert!(text.parse::<Sound>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_volume_above_a_hundred_is_refused() {
        assert!(Volume::try_from(101).is_err());
        assert_eq!(Volume::clamped(101).per_cent(), 100);
    }
}
