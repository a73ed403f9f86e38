//! Invitations of people: links by which somebody becomes my contact, or gets an account, without a question.

use crate::ids::Timestamp;
use jid::BareJid;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// For so long a link that I make myself is good, in milliseconds: one week, as XEP-0379 §6.2 has it.
pub const GOOD_FOR: i64 = 7 * 24 * 3_600_000;

/// No token is longer, in bytes.
pub const LONGEST_TOKEN: usize = 256;

/// What somebody is invited to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum InvitationKind {
    /// To be my contact, and where the server lets its users do that, to have an account there (XEP-0401 §5.1).
    Contact,
    /// To have an account on my server (XEP-0401 §5.4); what its administrators may do.
    Account,
}

/// An invitation that my server made (XEP-0401 §5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerInvitation {
    /// What programs open: an `xmpp:` address.
    pub uri: String,
    /// What browsers open: an `https:` address that leads there.
    pub page: Option<String>,
    /// Until when it is good; `None`: the server does not say.
    pub expires: Option<Timestamp>,
    /// The server also makes [`InvitationKind::Account`] for me.
    pub makes_accounts: bool,
}

/// The link that invites to be a contact (XEP-0379 §4.2), for a server that makes none itself. `name` is how I like to
/// be called, empty for nothing.
#[must_use]
pub fn link(me: &BareJid, token: &str, name: &str) -> String {
    let node = me.node().map_or("", |node| node.as_str());
    let mut link = format!("xmpp:{}@{}?roster", escaped(node), escaped(me.domain()));
    link.push_str(";preauth=");
    link.push_str(&escaped(token));
    if !name.is_empty() {
        link.push_str(";name=");
        link.push_str(&escaped(name));
    }
    link
}

/// With all but unreserved characters escaped (RFC 3986 §2.3).
fn escaped(text: &str) -> String {
    use std::fmt::Write;
    text.bytes().fold(String::new(), |mut escaped, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            // Writing into a String cannot fail.
            let _ = write!(escaped, "%{byte:02X}");
        }
        escaped
    })
}

#[cfg(test)]
mod tests {
    use super::link;
    use jid::BareJid;

    #[test]
    fn a_link_names_the_one_who_invites_the_token_and_a_name() {
        let romeo = BareJid::new("romeo@montague.net").unwrap();
        assert_eq!(
            link(&romeo, "1tMFqYDdKhfe2pwp", "Romeo Montague"),
            "xmpp:romeo@montague.net?roster;preauth=1tMFqYDdKhfe2pwp;name=Romeo%20Montague"
        );
        assert_eq!(
            link(&romeo, "t", ""),
            "xmpp:romeo@montague.net?roster;preauth=t"
        );
    }

    #[test]
    fn nothing_in_an_address_or_a_name_ends_what_it_stands_in() {
        let odd = BareJid::new("what?;=#%é@montague.net").unwrap();
        assert_eq!(
            link(&odd, "t", "a;b=c?"),
            "xmpp:what%3F%3B%3D%23%25%C3%A9@montague.net?roster;preauth=t;name=a%3Bb%3Dc%3F"
        );
    }
}
