//! Which addresses a message may lead to, and where: the browser, the mail program, or Carillon itself.
//!
//! The page never opens anything. A message is written by a stranger, so what is not plainly harmless stays closed:
//! `file:` and UNC paths run or leak, `javascript:` runs, and a name before an `@` makes one site look like another.

use tauri::Url;

/// Longer ones are nobody's to type and few programs' to read; browsers begin to cut at about this length.
const LONGEST: usize = 8 * 1024;

/// Where an address leads.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Destination {
    /// To the system's browser or mail program, exactly as written here.
    System(Url),
    /// To a chat, a contact or a room in Carillon (RFC 5122, XEP-0147).
    Xmpp(String),
}

/// Why an address is not opened.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub(crate) enum Refused {
    #[error("this is not an address")]
    Unreadable,
    #[error("addresses that begin with “{0}:” are not opened from here")]
    Scheme(String),
    #[error(
        "this address carries a user name or password, which can make one site look like another"
    )]
    Credentials,
}

/// Decides on an address that stood in a message.
pub(crate) fn destination(address: &str) -> Result<Destination, Refused> {
    if address.len() > LONGEST || address.chars().any(|c| c.is_control()) {
        return Err(Refused::Unreadable);
    }
    let url = Url::parse(address).map_err(|_| Refused::Unreadable)?;
    match url.scheme() {
        "https" | "http" if !url.username().is_empty() || url.password().is_some() => {
            Err(Refused::Credentials)
        }
        "https" | "http" | "mailto" => Ok(Destination::System(url)),
        "xmpp" => Ok(Destination::Xmpp(url.into())),
        other => Err(Refused::Scheme(other.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn web_and_mail_go_to_the_system() {
        for address in [
            "https://example.org/a?b#c",
            "http://example.org:8080/",
            "mailto:bob@example.org?subject=hi",
        ] {
            assert_eq!(
                destination(address),
                Ok(Destination::System(address.parse().unwrap()))
            );
        }
    }

    #[test]
    fn xmpp_stays_here() {
        let address = "xmpp:lobby@rooms.example.org?join";
        assert_eq!(
            destination(address),
            Ok(Destination::Xmpp(address.to_owned()))
        );
    }

    #[test]
    fn nothing_else_is_opened() {
        let hostile = [
            "file:///etc/passwd",
            "FILE:///etc/passwd",
            "smb://server/share",
            "\\\\server\\share",
            "//server/share",
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            " javascript:alert(1)",
            "java\nscript:alert(1)",
            "data:text/html,<script>1</script>",
            "vbscript:x",
            "ms-msdt:/id",
            "tauri://localhost/",
            "ipc://localhost/",
            "ftp://example.org/",
            "ssh://example.org",
            "about:blank",
            "blob:https://example.org/1",
            "view-source:https://a.b",
            "C:\\Windows\\calc.exe",
            "/usr/bin/xcalc",
            "calc.exe",
            "",
            "https://",
            "https:",
            "\u{0}https://example.org",
            "https://bank.example@evil.example/",
            "https://user:secret@example.org/",
            "http://a:@b/",
            "intent://scan/#Intent;scheme=zxing;end",
            "vnd.example:x",
            "search-ms:query=x",
            "jar:file:///a!/b",
        ];
        for address in hostile {
            assert!(destination(address).is_err(), "{address:?} would be opened");
        }
        assert_eq!(
            destination(&format!("https://example.org/{}", "a".repeat(LONGEST))),
            Err(Refused::Unreadable)
        );
    }
}
