//! What of XMPP Carillon speaks, and by which namespaces. `docs/carillon.doap` tells it to everybody; the tests here hold
//! it, this list and the code against each other.

use crate::ns;

/// A document, and the namespaces by which its protocol is spoken.
#[derive(Debug, Clone, Copy)]
pub struct Spoken {
    /// Its number: of an RFC or of a XEP.
    pub number: u16,
    /// None where it says how something is done, and defines no words of its own.
    pub namespaces: &'static [&'static str],
}

const fn spoken(number: u16, namespaces: &'static [&'static str]) -> Spoken {
    Spoken { number, namespaces }
}

/// The RFCs.
pub const RFCS: &[Spoken] = &[
    spoken(
        6120,
        &[
            ns::JABBER_CLIENT,
            ns::STREAM,
            ns::TLS,
            ns::SASL,
            ns::BIND,
            ns::XMPP_STANZAS,
            ns::XMPP_STREAMS,
        ],
    ),
    spoken(6121, &[ns::ROSTER]),
    spoken(7395, &[carillon_xml::NS_FRAMING]),
    spoken(7590, &[]),
    spoken(7622, &[]),
];

/// The extensions. What the page alone does is among them.
pub const XEPS: &[Spoken] = &[
    spoken(4, &[ns::DATA_FORMS]),
    spoken(12, &[ns::LAST]),
    spoken(30, &[ns::DISCO_INFO, ns::DISCO_ITEMS]),
    spoken(45, &[ns::MUC, ns::MUC_USER, ns::MUC_ADMIN, ns::MUC_OWNER]),
    spoken(48, &[ns::STORAGE_BOOKMARKS, ns::STORAGE_BOOKMARKS_NOTIFY]),
    spoken(49, &[ns::PRIVATE]),
    spoken(50, &[ns::COMMANDS]),
    spoken(54, &[ns::VCARD]),
    spoken(59, &[ns::RSM]),
    spoken(60, &[ns::PUBSUB, ns::PUBSUB_EVENT, ns::PUBLISH_OPTIONS]),
    spoken(66, &[ns::OOB]),
    spoken(77, &[ns::REGISTER]),
    spoken(82, &[]),
    spoken(
        84,
        &[
            ns::AVATAR_DATA,
            ns::AVATAR_METADATA,
            ns::AVATAR_METADATA_NOTIFY,
        ],
    ),
    spoken(85, &[ns::CHATSTATES]),
    spoken(92, &[ns::VERSION]),
    spoken(103, &[ns::URL_DATA]),
    spoken(107, &[ns::MOOD, ns::MOOD_NOTIFY]),
    spoken(115, &[ns::CAPS]),
    spoken(128, &[]),
    spoken(147, &[]),
    spoken(153, &[ns::VCARD_UPDATE]),
    spoken(156, &["urn:xmpp:alt-connections:websocket"]),
    spoken(163, &[]),
    spoken(172, &[ns::NICK, ns::NICK_NOTIFY]),
    spoken(184, &[ns::RECEIPTS]),
    spoken(191, &[ns::BLOCKING]),
    spoken(198, &["urn:xmpp:sm:3"]),
    spoken(199, &[ns::PING]),
    spoken(202, &[ns::TIME]),
    spoken(203, &[ns::DELAY]),
    spoken(223, &[]),
    spoken(224, &[ns::ATTENTION]),
    spoken(245, &[]),
    spoken(249, &[ns::CONFERENCE]),
    spoken(264, &[ns::THUMBS]),
    spoken(280, &[ns::CARBONS]),
    spoken(283, &[ns::MOVED]),
    spoken(292, &[ns::VCARD4, ns::VCARD4_NODE]),
    spoken(297, &[ns::FORWARD]),
    spoken(300, &[ns::HASHES, ns::SHA_256]),
    spoken(308, &[ns::CORRECT]),
    spoken(313, &[ns::MAM]),
    spoken(319, &[ns::IDLE]),
    spoken(333, &[ns::DISPLAYED_MARKERS]),
    spoken(334, &[ns::HINTS]),
    spoken(352, &[ns::CSI]),
    spoken(359, &[ns::SID]),
    spoken(363, &[ns::HTTP_UPLOAD]),
    spoken(368, &[]),
    spoken(379, &[ns::PARS]),
    spoken(380, &[ns::EME]),
    spoken(386, &[ns::BIND2]),
    spoken(388, &[ns::SASL2]),
    spoken(392, &[]),
    spoken(393, &[ns::STYLING]),
    spoken(401, &[ns::INVITE_ACCOUNT, ns::INVITE_CONTACT]),
    spoken(
        402,
        &[
            ns::BOOKMARKS,
            ns::BOOKMARKS_NOTIFY,
            ns::BOOKMARKS_COMPAT,
            ns::BOOKMARKS_COMPAT_PEP,
        ],
    ),
    spoken(410, &[]),
    spoken(411, &[]),
    spoken(421, &[ns::OCCUPANT_ID]),
    spoken(422, &[ns::FASTEN]),
    spoken(424, &[ns::RETRACT, ns::RETRACT_OLD]),
    spoken(425, &[ns::MODERATE, ns::MODERATE_OLD]),
    spoken(428, &[ns::FALLBACK]),
    spoken(
        433,
        &[
            ns::CHANNEL_SEARCH,
            ns::CHANNEL_SEARCH_PARAMS,
            ns::CHANNEL_SEARCH_ERROR,
            ns::CHANNEL_SEARCH_BY_USERS,
        ],
    ),
    spoken(440, &[ns::SASL_CB]),
    spoken(444, &[ns::REACTIONS]),
    spoken(445, &[ns::IBR_TOKEN]),
    spoken(446, &[ns::FILE_METADATA]),
    spoken(447, &[ns::SFS]),
    spoken(461, &[ns::REPLY]),
    spoken(474, &[]),
    spoken(484, &[ns::FAST]),
    spoken(486, &[]),
    spoken(490, &[ns::DISPLAYED, ns::DISPLAYED_NOTIFY]),
    spoken(492, &[ns::NOTIFY]),
];

#[cfg(test)]
mod tests {
    use super::{RFCS, Spoken, XEPS};
    use crate::stanza::about;
    use carillon_xml::{Limits, parse};
    use minidom::Element;
    use std::collections::{BTreeMap, BTreeSet};
    use std::fs;
    use std::path::{Path, PathBuf};

    /// Read about, and not spoken.
    const NOT_SPOKEN: &[(u16, &str)] = &[
        (160, "what servers do with messages while nobody is there"),
        (167, "named, so that who can be called is told from others"),
        (384, "named, so that a message in it is told from others"),
    ];
    /// Namespaces that are only recognised.
    const RECOGNISED: &[&str] = &[
        "eu.siacs.conversations.axolotl",
        "eu.siacs.conversations.axolotl.devicelist+notify",
        "jabber:x:encrypted",
        "urn:xmpp:omemo:1",
        "urn:xmpp:jingle:apps:rtp:1",
        "urn:xmpp:omemo:2",
        "urn:xmpp:omemo:2:devices+notify",
        "urn:xmpp:openpgp:0",
        "urn:xmpp:otr:0",
    ];
    const DOAP: &str = "http://usefulinc.com/ns/doap#";
    const XMPP: &str = "https://linkmauve.fr/ns/xmpp-doap#";
    const RDF: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";

    fn root() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
    }

    fn doap() -> Element {
        let text = fs::read_to_string(root().join("docs/carillon.doap")).unwrap();
        parse(&text, &Limits::STANZA).unwrap()
    }

    fn project(doap: &Element) -> &Element {
        doap.get_child("Project", DOAP).unwrap()
    }

    fn resource(element: &Element) -> String {
        element.attr_ns(RDF, "resource").unwrap().to_owned()
    }

    /// The number in an address that ends in `…-0045.html` or `…rfc6120.html`.
    fn number(address: &str) -> u16 {
        let digits: String = address.chars().filter(char::is_ascii_digit).collect();
        digits.parse().unwrap()
    }

    fn numbers(of: &[Spoken]) -> BTreeSet<u16> {
        of.iter().map(|spoken| spoken.number).collect()
    }

    /// The sources of what a user runs, without tests and without the server of the try-out.
    fn sources(below: &[&str]) -> BTreeMap<PathBuf, String> {
        let mut found = BTreeMap::new();
        let mut folders: Vec<PathBuf> = below.iter().map(|folder| root().join(folder)).collect();
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).unwrap() {
                let path = entry.unwrap().path();
                let name = path.file_name().unwrap().to_string_lossy().into_owned();
                if path.is_dir() && name != "tests" {
                    folders.push(path);
                } else if [".rs", ".ts", ".svelte"]
                    .iter()
                    .any(|end| name.ends_with(end))
                    && !name.ends_with("tests.rs")
                {
                    let text = fs::read_to_string(&path).unwrap();
                    found.insert(path, text);
                }
            }
        }
        found
    }

    fn client() -> BTreeMap<PathBuf, String> {
        let crates = ["core", "engine", "link", "resident", "store", "wire"];
        let mut below: Vec<String> = crates.map(|name| format!("crates/{name}/src")).into();
        below.extend(["src-tauri/src".to_owned(), "ui/src".to_owned()]);
        sources(&below.iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// The extensions that a source names in what is not this list.
    fn named(text: &str) -> impl Iterator<Item = u16> + '_ {
        text.split("XEP-")
            .skip(1)
            .filter_map(|rest| rest.get(..4)?.parse().ok())
    }

    #[test]
    fn the_doap_has_what_is_spoken_and_nothing_else() {
        let doap = doap();
        let mut xeps = BTreeSet::new();
        let mut rfcs = BTreeSet::new();
        for one in project(&doap).children() {
            if !one.is("implements", DOAP) {
                continue;
            }
            let Some(xep) = one.get_child("SupportedXep", XMPP) else {
                assert!(rfcs.insert(number(&resource(one))), "twice: {one:?}");
                continue;
            };
            let said = |name| xep.get_child(name, XMPP).map(Element::text);
            let address = resource(xep.get_child("xep", XMPP).unwrap());
            let found = number(&address);
            assert_eq!(
                address,
                format!("https://xmpp.org/extensions/xep-{found:04}.html")
            );
            assert!(xeps.insert(found), "XEP-{found:04} twice");
            let version = said("version").unwrap();
            let sound = version.split('.').all(|part| part.parse::<u16>().is_ok());
            assert!(sound, "XEP-{found:04} in version {version:?}");
            let status = said("status").unwrap();
            assert!(["complete", "partial"].contains(&status.as_str()));
            assert_eq!(
                status == "partial",
                said("note").is_some(),
                "XEP-{found:04}: a note says what of it"
            );
            assert!(said("since").is_some_and(|since| since.split('.').count() == 3));
        }
        assert_eq!(xeps, numbers(XEPS));
        assert_eq!(rfcs, numbers(RFCS));
    }

    #[test]
    fn every_namespace_in_use_belongs_to_what_is_spoken() {
        let wire = sources(&["crates/wire/src"]);
        let here = include_str!("spoken.rs");
        let list = here.split("#[cfg(test)]").next().unwrap();
        let (known, written) = include_str!("ns.rs").split_once("};").unwrap();
        let taken = known.split_once('{').unwrap().1.split(',');
        let made = written
            .split("const ")
            .skip(1)
            .filter_map(|rest| rest.split(':').next());
        for name in taken
            .chain(made)
            .map(str::trim)
            .filter(|name| !name.is_empty())
        {
            let name = format!("ns::{name}");
            let used = list.split(&name).skip(1);
            let whole = used
                .filter_map(|rest| rest.chars().next())
                .any(|next| !next.is_alphanumeric() && next != '_');
            assert!(whole, "{name} belongs to no document");
        }
        let spoken: BTreeSet<&str> = [RFCS, XEPS]
            .concat()
            .iter()
            .flat_map(|one| one.namespaces)
            .copied()
            .collect();
        for (path, text) in wire {
            for literal in text.split('"').skip(1).step_by(2) {
                let starts = ["urn:", "http://jabber.org/", "jabber:", "eu.siacs."];
                if starts.iter().any(|start| literal.starts_with(start)) && literal.len() > 10 {
                    assert!(
                        spoken.contains(literal) || RECOGNISED.contains(&literal),
                        "{}: {literal}",
                        path.display()
                    );
                }
            }
        }
    }

    #[test]
    fn what_is_announced_is_spoken() {
        let info = about::info(None).unwrap();
        let features = info.children().filter_map(|child| child.attr("var"));
        let spoken: Vec<&str> = XEPS
            .iter()
            .flat_map(|one| one.namespaces)
            .copied()
            .collect();
        let mut count = 0;
        for feature in features {
            assert!(spoken.contains(&feature), "{feature} is announced");
            count += 1;
        }
        assert!(count > 20, "features are announced");
    }

    #[test]
    fn what_the_sources_name_is_spoken_and_the_other_way_round() {
        let spoken = numbers(XEPS);
        let mut seen = BTreeSet::new();
        for (path, text) in client() {
            if path.ends_with("wire/src/spoken.rs") {
                continue;
            }
            for number in named(&text) {
                assert!(
                    spoken.contains(&number) || NOT_SPOKEN.iter().any(|(not, _)| *not == number),
                    "{} names XEP-{number:04}, which docs/carillon.doap does not",
                    path.display()
                );
                seen.insert(number);
            }
        }
        // A namespace shows by itself that it is in use.
        for one in XEPS.iter().filter(|one| one.namespaces.is_empty()) {
            let number = one.number;
            assert!(seen.contains(&number), "no source names XEP-{number:04}");
        }
    }
}
