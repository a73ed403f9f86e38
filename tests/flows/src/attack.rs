//! Attacks as data: who says it, what is said, and how it shows that it was believed.

use carillon_core::session::Incoming;

/// Somebody who may put their address on a stanza.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sender {
    /// What they are to Alice.
    pub who: &'static str,
    /// The address; `None` for a stanza without one.
    pub address: Option<&'static str>,
}

const fn sender(who: &'static str, address: &'static str) -> Sender {
    Sender {
        who,
        address: Some(address),
    }
}

/// Everybody: those who may, those who may not, and those who look like those who may.
pub const SENDERS: &[Sender] = &[
    Sender {
        who: "nobody",
        address: None,
    },
    sender("own account", "alice@example.org"),
    sender("own device", "alice@example.org/phone"),
    sender("own other device", "alice@example.org/other"),
    sender("own server", "example.org"),
    sender("own server, a resource", "example.org/alice"),
    sender("contact", "bob@example.net"),
    sender("contact's device", "bob@example.net/desk"),
    sender("contact's server", "example.net"),
    sender("room", "den@rooms.example.net"),
    sender("occupant", "den@rooms.example.net/bob"),
    sender("room service", "rooms.example.net"),
    sender("stranger", "mallory@evil.example"),
    sender(
        "stranger's device",
        "mallory@evil.example/alice@example.org",
    ),
    sender("neighbour", "mallory@example.org"),
    sender("stranger's server", "evil.example"),
    sender("same name elsewhere", "alice@evil.example"),
    sender("same name below", "alice@sub.example.org"),
    sender("longer domain", "alice@example.org.evil.example"),
    sender("longer name", "alicea@example.org"),
    sender("shorter name", "lice@example.org"),
    sender("capital name", "Alice@example.org"),
    sender("capital domain", "alice@EXAMPLE.ORG"),
    sender("all capitals", "ALICE@EXAMPLE.ORG"),
    sender("capital server", "Example.Org"),
    sender("full-width letter", "\u{ff41}lice@example.org"),
    sender("cyrillic letter", "\u{430}lice@example.org"),
    sender("soft hyphen", "al\u{ad}ice@example.org"),
    sender("zero-width joiner", "alice\u{200d}@example.org"),
    sender("trailing dot", "alice@example.org."),
    sender("trailing slash", "alice@example.org/"),
    sender("trailing blank", "alice@example.org "),
    sender("leading blank", " alice@example.org"),
    sender("blank resource", "alice@example.org/ "),
    sender("empty address", ""),
    sender("no address at all", "@@//"),
];

impl Sender {
    /// ` from='…'`, or nothing.
    #[must_use]
    pub fn from_attribute(&self) -> String {
        self.address
            .map(|address| format!(" from='{address}'"))
            .unwrap_or_default()
    }
}

/// One kind of forgery.
pub struct Attack {
    /// What it forges, and by which known weakness of others.
    pub name: &'static str,
    /// Who may say it.
    pub may: &'static [&'static str],
    /// What a sender says.
    pub says: fn(&Sender) -> String,
    /// Whether the session was taken in.
    pub believed: fn(&Incoming) -> bool,
}
