//! Delayed delivery (XEP-0203).

use crate::ns;
use carillon_core::ids::Timestamp;
use minidom::Element;

/// Whether somebody who is `trusted` held the stanza back, and since when, as far as the time can be read.
///
/// The sender can write a delay too, so the one who held it back has to be named.
pub(crate) fn delayed_by(
    stanza: &Element,
    trusted: impl Fn(&str) -> bool,
) -> Option<Option<Timestamp>> {
    let delay = stanza
        .children()
        .find(|child| child.is("delay", ns::DELAY) && child.attr("from").is_some_and(&trusted))?;
    Some(delay.attr("stamp").and_then(time_of))
}

/// The time of a delay that stands where only the one who held it back can have put it.
pub(crate) fn stamp_of(delay: &Element) -> Option<Timestamp> {
    delay.attr("stamp").and_then(time_of)
}

/// A time of XEP-0082 §3.2.
pub(crate) fn time_of(stamp: &str) -> Option<Timestamp> {
    stamp.parse::<jiff::Timestamp>().ok().map(Timestamp::from)
}

/// The same written.
pub(crate) fn moment(at: Timestamp) -> String {
    jiff::Timestamp::from_millisecond(at.0)
        .unwrap_or(jiff::Timestamp::UNIX_EPOCH)
        .strftime("%Y-%m-%dT%H:%M:%S%.3fZ")
        .to_string()
}
