//! What is encrypted for somebody else than this program (XEP-0380). What it says beside that is said to all who cannot
//! read it, and is of no use.

use super::change::only;
use crate::ns;
use crate::stanza::text_of;
use minidom::Element;

/// OMEMO as most speak it, and as XEP-0384 has it now.
const OMEMO: [&str; 3] = [
    "eu.siacs.conversations.axolotl",
    "urn:xmpp:omemo:1",
    "urn:xmpp:omemo:2",
];
const OPENPGP: [&str; 2] = ["jabber:x:encrypted", "urn:xmpp:openpgp:0"];
const OTR: &str = "urn:xmpp:otr:0";
/// Names are shown up to here, in characters.
const LONGEST_NAME: usize = 40;

/// By what a message's words are encrypted; `None` where they are not, or there are none: keys travel alone as well.
pub(super) fn encryption(message: &Element) -> Option<String> {
    if let Some(encrypted) = child(message, "encrypted", &OMEMO) {
        let words = encrypted.children().any(|child| child.name() == "payload");
        return words.then(|| "OMEMO".to_owned());
    }
    if ["x", "openpgp"]
        .iter()
        .any(|name| child(message, name, &OPENPGP).is_some())
    {
        return Some("OpenPGP".to_owned());
    }
    let told = only(message, "encryption", ns::EME)?;
    let body = text_of(message, "body");
    match told.attr("namespace")? {
        OTR => body.starts_with("?OTR").then(|| "OTR".to_owned()),
        // Without the words themselves it is about keys, or in plain text after all.
        known if OMEMO.contains(&known) || OPENPGP.contains(&known) => None,
        other if !body.is_empty() => {
            let name = told.attr("name").unwrap_or(other).trim();
            let name: String = name
                .chars()
                .filter(|c| !c.is_control())
                .take(LONGEST_NAME)
                .collect();
            Some(if name.is_empty() {
                "?".to_owned()
            } else {
                name
            })
        }
        _ => None,
    }
}

fn child<'a>(message: &'a Element, name: &str, namespaces: &[&str]) -> Option<&'a Element> {
    message
        .children()
        .find(|child| child.name() == name && namespaces.iter().any(|one| child.has_ns(*one)))
}
