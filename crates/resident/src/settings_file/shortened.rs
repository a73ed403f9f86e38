//! A long file read by its differences: of ten thousand overrides that say the same of ten thousand contacts, a few are
//! read as TOML, and of the others only the address.
//!
//! Left out is an override whose text is, but for the address, that of one that stays, and which stands between two
//! others. So whatever stood before an override's header in the whole text does in the shortened one, and neither is
//! TOML unless both are. Whatever is unusual, the file is read as a whole, and says what is wrong with it.

use super::read::{Found, understand};
use carillon_core::alerts::{AlertRules, Override, Scope};
use jid::BareJid;
use std::collections::HashMap;
use std::sync::Arc;

const HEADER: &str = "[[alerts.override]]";
const BELOW: &str = "[alerts.override.";
/// How the line of the address begins and ends.
const ADDRESS: (&str, &str) = ("chat = \"", "\"");

/// What the text says, if it can be read by its differences and is without a fault.
pub(super) fn read(text: &str) -> Option<Found> {
    // Within a string of several lines a header is none.
    if text.contains("\"\"\"") || text.contains("'''") {
        return None;
    }
    let mut pieces = pieces(text);
    leave_out(&mut pieces);
    let stays = |piece: &&Piece<'_>| piece.like.is_none();
    let shorter: String = pieces
        .iter()
        .filter(stays)
        .map(|piece| piece.text)
        .collect();
    let mut found = understand(shorter.as_bytes());
    if found.is_at_fault() || !found.unknown.is_empty() {
        return None;
    }
    let mut rules = Arc::unwrap_or_clone(found.settings.alerts);
    rules.overrides = all(&pieces, &rules)?;
    let (rules, left_out) = rules.bounded();
    found.settings.alerts = Arc::new(rules);
    left_out.is_empty().then_some(found)
}

/// A part of the text: an override with the tables below it, or what stands between overrides.
struct Piece<'a> {
    text: &'a str,
    is_override: bool,
    /// Where in the text its address is, if it stands alone in a line of the override's own.
    address: Option<(usize, usize)>,
    /// The piece that says the same, and stays.
    like: Option<usize>,
}

impl<'a> Piece<'a> {
    /// The text around the address, and the address.
    fn parts(&self) -> Option<(&'a str, &'a str, &'a str)> {
        let (from, to) = self.address?;
        Some((
            self.text.get(..from)?,
            self.text.get(from..to)?,
            self.text.get(to..)?,
        ))
    }
}

fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let (mut begun, mut at) = (0, 0);
    let mut is_override = false;
    let mut below = false;
    let mut address = None;
    for line in text.split_inclusive('\n') {
        let words = line.trim_end();
        let header = words == HEADER;
        let goes_on = is_override && (words.starts_with(BELOW) || !words.starts_with('['));
        if header || (is_override && !goes_on) {
            pieces.push(Piece {
                text: text.get(begun..at).unwrap_or_default(),
                is_override,
                address: address.take(),
                like: None,
            });
            begun = at;
            (is_override, below) = (header, false);
        }
        below |= !header && words.starts_with('[');
        if is_override && !below && address.is_none() {
            address = plain_address(words).map(|plain| {
                let from = at - begun + ADDRESS.0.len();
                (from, from + plain.len())
            });
        }
        at += line.len();
    }
    pieces.push(Piece {
        text: text.get(begun..).unwrap_or_default(),
        is_override,
        address,
        like: None,
    });
    pieces
}

/// The address in a line that holds nothing else, and means what it looks like.
fn plain_address(line: &str) -> Option<&str> {
    let address = line.strip_prefix(ADDRESS.0)?.strip_suffix(ADDRESS.1)?;
    let odd = |it: char| it == '"' || it == '\\' || it.is_control();
    (!address.contains(odd)).then_some(address)
}

/// Notes which pieces say what another one says.
fn leave_out(pieces: &mut [Piece<'_>]) {
    let mut known: HashMap<(&str, &str), usize> = HashMap::new();
    for at in 1..pieces.len().saturating_sub(1) {
        let is_override = |at: usize| pieces.get(at).is_some_and(|piece| piece.is_override);
        let between = is_override(at - 1) && is_override(at) && is_override(at + 1);
        let Some((before, _, behind)) = pieces.get(at).and_then(Piece::parts) else {
            continue;
        };
        let like = *known.entry((before, behind)).or_insert(at);
        if like != at
            && between
            && let Some(piece) = pieces.get_mut(at)
        {
            piece.like = Some(like);
        }
    }
}

/// The overrides of all pieces, from those of the pieces that stayed.
fn all(pieces: &[Piece<'_>], rules: &AlertRules) -> Option<Vec<Override>> {
    let mut read = rules.overrides.iter();
    let mut places: HashMap<usize, usize> = HashMap::new();
    let mut all: Vec<Override> = Vec::with_capacity(pieces.len());
    let overrides = pieces.iter().enumerate().filter(|(_, it)| it.is_override);
    for (at, piece) in overrides {
        let one = match piece.like {
            None => read.next()?.clone(),
            Some(like) => {
                let (_, address, _) = piece.parts()?;
                let mut one: Override = all.get(*places.get(&like)?)?.clone();
                let Scope::Chat { chat, .. } = &mut one.scope else {
                    return None;
                };
                *chat = BareJid::new(address).ok()?;
                one
            }
        };
        places.insert(at, all.len());
        all.push(one);
    }
    read.next().is_none().then_some(all)
}
