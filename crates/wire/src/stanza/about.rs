//! What this client tells about itself: features (XEP-0030, XEP-0115), name and version (XEP-0092), time (XEP-0202).

use super::Build;
use crate::ns;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use minidom::Element;
use std::sync::LazyLock;
use xmpp_parsers::caps::hash_caps;
use xmpp_parsers::disco::{DiscoInfoResult, Identity};
use xmpp_parsers::hashes::Algo;

/// Where this client's capabilities are explained (XEP-0115 §4).
const NODE: &str = "https://carillon.im";

/// Only what is really understood: others send by this list.
const FEATURES: &[&str] = &[
    ns::ATTENTION,
    ns::AVATAR_METADATA_NOTIFY,
    ns::BOOKMARKS_NOTIFY,
    ns::CAPS,
    ns::CHATSTATES,
    ns::CONFERENCE,
    ns::CORRECT,
    ns::DELAY,
    ns::DISCO_INFO,
    ns::DISPLAYED_MARKERS,
    ns::DISPLAYED_NOTIFY,
    ns::HASHES,
    ns::MOOD_NOTIFY,
    ns::MUC,
    ns::NICK,
    ns::NICK_NOTIFY,
    ns::OOB,
    ns::PING,
    ns::REACTIONS,
    ns::RECEIPTS,
    ns::REPLY,
    ns::RETRACT,
    ns::SFS,
    ns::SHA_256,
    ns::STORAGE_BOOKMARKS_NOTIFY,
    ns::STYLING,
    ns::THUMBS,
    ns::TIME,
    ns::VERSION,
];

fn features() -> DiscoInfoResult {
    DiscoInfoResult {
        node: None,
        identities: vec![Identity::new("client", "pc", "en", "Carillon")],
        features: FEATURES
            .iter()
            .map(|feature| (*feature).to_owned())
            .collect(),
        extensions: Vec::new(),
    }
}

/// The verification string (XEP-0115 §5.1); it changes with the program only.
static VERIFICATION: LazyLock<String> = LazyLock::new(|| {
    hash_caps(promised(&features()).as_bytes(), Algo::Sha_1)
        .map(|hash| STANDARD.encode(hash.hash))
        .unwrap_or_default()
});

/// What the verification string is the hash of: the features in their order, each ended then (XEP-0115 §5.1, 4 and 5).
/// `xmpp_parsers` ends them first, which puts `nick+notify<` before `nick<`, and those who verify it believe none of them.
fn promised(info: &DiscoInfoResult) -> String {
    let mut identities: Vec<String> = info
        .identities
        .iter()
        .map(|one| {
            let lang = one.lang.as_deref().unwrap_or_default();
            let name = one.name.as_deref().unwrap_or_default();
            format!("{}/{}/{lang}/{name}", one.category, one.type_)
        })
        .collect();
    identities.sort();
    let features = info.features.iter();
    let parts = identities.iter().chain(features);
    parts.map(|part| format!("{part}<")).collect()
}

/// The `<c/>` of every available presence.
pub(crate) fn caps() -> Element {
    Element::new_in(ns::CAPS, "c")
        .with("hash", "sha-1")
        .with("node", NODE)
        .with("ver", &VERIFICATION)
}

/// The answer to a disco#info query for `node`; `None` for a node that is not ours.
pub(crate) fn info(node: Option<&str>) -> Option<Element> {
    if let Some(node) = node {
        let ours = node
            .strip_prefix(NODE)
            .and_then(|rest| rest.strip_prefix('#'))
            .is_some_and(|version| version == *VERIFICATION);
        if !ours {
            return None;
        }
    }
    let answer = DiscoInfoResult {
        node: node.map(str::to_owned),
        ..features()
    };
    Some(Element::from(answer))
}

/// Name and version. The operating system is nobody's business.
pub(crate) fn version() -> Element {
    Element::new_in(ns::VERSION, "query")
        .holding_text("name", "Carillon")
        .holding_text("version", env!("CARGO_PKG_VERSION"))
}

/// The time, in UTC: the offset would tell where the user is.
pub(crate) fn time(now: jiff::Timestamp) -> Element {
    Element::new_in(ns::TIME, "time")
        .holding_text("tzo", "+00:00")
        .holding_text("utc", &now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
}
