//! What a server may have us say to the place where a file is uploaded (XEP-0363 §4).

/// A header that a slot may name; no other one is ever sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SlotHeader {
    /// `Authorization`.
    Authorization,
    /// `Cookie`.
    Cookie,
    /// `Expires`.
    Expires,
}

impl SlotHeader {
    const ALL: [Self; 3] = [Self::Authorization, Self::Cookie, Self::Expires];

    /// As HTTP writes it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Authorization => "Authorization",
            Self::Cookie => "Cookie",
            Self::Expires => "Expires",
        }
    }
}

/// A slot tries to have something else said than a header's value. Nothing is sent to where it leads.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the server wants something put in that is no {name} header")]
pub struct BadHeader {
    /// Which one.
    pub name: &'static str,
}

/// Servers that sign their slots need some hundred bytes.
const LONGEST: usize = 8 * 1024;

/// The headers that are sent: of those that a slot names the three that may be, each once. Others are left out (§4).
///
/// # Errors
/// [`BadHeader`] when one of the three holds a line's end or anything else that is not plain text, is too long, or
/// is there twice.
pub fn honoured<'a>(
    named: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Result<Vec<(SlotHeader, String)>, BadHeader> {
    let mut taken: Vec<(SlotHeader, String)> = Vec::new();
    for (name, value) in named {
        let known = SlotHeader::ALL
            .into_iter()
            .find(|header| header.name().eq_ignore_ascii_case(name));
        let Some(header) = known else { continue };
        let plain = value.bytes().all(|byte| matches!(byte, b' '..=b'~'));
        let twice = taken.iter().any(|(one, _)| *one == header);
        if !plain || twice || value.len() > LONGEST {
            return Err(BadHeader {
                name: header.name(),
            });
        }
        taken.push((header, value.to_owned()));
    }
    Ok(taken)
}
