//! Pictures of people: which one somebody shows, never the picture itself.

use crate::files::{Picture, picture};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt::{self, Write as _};
use std::str::FromStr;

/// The largest picture that is fetched, in bytes; what people's programs send has rarely more than a tenth.
pub const LARGEST: usize = 256 * 1024;

/// The SHA-1 of a picture, by which it is announced (XEP-0084 §4.1.2, XEP-0153 §3.2). Written as 40 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AvatarHash(pub [u8; 20]);

/// That is not the hash of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a picture's hash has 40 hexadecimal digits")]
pub struct NoHash;

impl FromStr for AvatarHash {
    type Err = NoHash;

    fn from_str(text: &str) -> Result<Self, NoHash> {
        let digits: Option<Vec<u8>> = text
            .chars()
            .map(|one| one.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
            .collect();
        let pairs: Vec<u8> = digits
            .filter(|digits| digits.len() == 40)
            .ok_or(NoHash)?
            .chunks_exact(2)
            .map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit))
            .collect();
        pairs.try_into().map(Self).map_err(|_| NoHash)
    }
}

impl fmt::Display for AvatarHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::with_capacity(40);
        for byte in self.0 {
            write!(text, "{byte:02x}")?;
        }
        f.write_str(&text)
    }
}

impl Serialize for AvatarHash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for AvatarHash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}

/// Where somebody announces their picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AvatarSource {
    /// Personal eventing (XEP-0084): said by the account itself, to those who want to hear of it.
    Pep,
    /// The vCard's photo, announced in presence (XEP-0153): by whoever has no other way.
    Vcard,
}

/// Which picture somebody shows, and where it is to be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Avatar {
    /// The picture.
    pub hash: AvatarHash,
    /// Where they announced it.
    pub source: AvatarSource,
}

/// A picture of my own that others shall see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnPicture {
    /// The file.
    pub bytes: Vec<u8>,
    /// What is in it: of which format it is, and how large.
    pub picture: Picture,
}

impl OwnPicture {
    /// The picture that these bytes are; `None` for what is none, or larger than anybody fetches.
    #[must_use]
    pub fn of(bytes: Vec<u8>) -> Option<Self> {
        let picture = picture(&bytes).filter(|_| bytes.len() <= LARGEST)?;
        Some(Self { bytes, picture })
    }
}

/// What is to be done about an announcement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AvatarStep {
    /// Nothing.
    Stay,
    /// They show no picture any more.
    Remove,
    /// They show the picture that is known; from now on this is where they said so.
    Keep(Avatar),
    /// They show another one.
    Fetch(Avatar),
}

/// Judges that somebody announced `hash`, or that they show no picture, where `known` is what they showed until now. What
/// they say by eventing counts for more than what stands in presence, which older programs of theirs may still say.
#[must_use]
pub fn announced(
    known: Option<Avatar>,
    source: AvatarSource,
    hash: Option<AvatarHash>,
) -> AvatarStep {
    let by_vcard_only = known.is_none_or(|known| known.source == AvatarSource::Vcard);
    if source == AvatarSource::Vcard && !by_vcard_only {
        return AvatarStep::Stay;
    }
    match (known, hash) {
        (None, None) => AvatarStep::Stay,
        (Some(_), None) => AvatarStep::Remove,
        (Some(known), Some(hash)) if known.hash == hash => {
            if known.source == source {
                AvatarStep::Stay
            } else {
                AvatarStep::Keep(Avatar { hash, source })
            }
        }
        (_, Some(hash)) => AvatarStep::Fetch(Avatar { hash, source }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use AvatarSource::{Pep, Vcard};

    const ONE: AvatarHash = AvatarHash([1; 20]);
    const OTHER: AvatarHash = AvatarHash([0xfe; 20]);

    fn shows(hash: AvatarHash, source: AvatarSource) -> Option<Avatar> {
        Some(Avatar { hash, source })
    }

    #[test]
    fn a_hash_is_read_as_it_is_written_and_in_capitals() {
        let text = OTHER.to_string();
        assert_eq!(text, "fe".repeat(20));
        assert_eq!(text.parse(), Ok(OTHER));
        assert_eq!(text.to_uppercase().parse(), Ok(OTHER));
    }

    #[test]
    fn what_is_no_hash_is_none() {
        for text in [
            "",
            "fe",
            &"fe".repeat(21),
            &"fg".repeat(20),
            "../../../../../../etc/passwd-0000000000",
            &"é".repeat(20),
        ] {
            assert_eq!(text.parse::<AvatarHash>(), Err(NoHash), "{text}");
        }
    }

    #[test]
    fn a_new_picture_is_fetched_and_the_same_one_is_not() {
        assert_eq!(
            announced(None, Pep, Some(ONE)),
            AvatarStep::Fetch(Avatar {
                hash: ONE,
                source: Pep
            })
        );
        assert_eq!(announced(shows(ONE, Pep), Pep, Some(ONE)), AvatarStep::Stay);
        assert_eq!(
            announced(shows(ONE, Vcard), Vcard, Some(OTHER)),
            AvatarStep::Fetch(Avatar {
                hash: OTHER,
                source: Vcard
            })
        );
    }

    #[test]
    fn eventing_counts_for_more_than_presence() {
        assert_eq!(
            announced(shows(ONE, Pep), Vcard, Some(OTHER)),
            AvatarStep::Stay
        );
        assert_eq!(announced(shows(ONE, Pep), Vcard, None), AvatarStep::Stay);
        assert_eq!(
            announced(shows(ONE, Vcard), Pep, Some(ONE)),
            AvatarStep::Keep(Avatar {
                hash: ONE,
                source: Pep
            })
        );
        assert_eq!(announced(shows(ONE, Vcard), Pep, None), AvatarStep::Remove);
        assert_eq!(
            announced(shows(ONE, Vcard), Vcard, None),
            AvatarStep::Remove
        );
        assert_eq!(announced(None, Vcard, None), AvatarStep::Stay);
    }
}
