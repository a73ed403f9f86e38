//! A server that only says what it was told to, over a managed stream.

use std::time::Duration;

use carillon_tests_flows::{Account, Conversation};
use tokio::time::sleep;

/// Who is in Alice's contact list, and writes.
pub(crate) const BOB: &str = "bob@example.net";
pub(crate) const PASSWORD: &str = "wonderland";
/// The managed stream's feature (XEP-0198 §2).
const MANAGED: &str = "<sm xmlns='urn:xmpp:sm:3'/>";
/// Between two questions what was handled.
pub(crate) const ASK: Duration = Duration::from_millis(50);

/// Who signs in.
pub(crate) fn alice() -> Account {
    Account {
        full: "alice@example.org/desk".to_owned(),
        password: PASSWORD.to_owned(),
    }
}

/// The server's side of one client's stream.
pub(crate) struct Script {
    stream: Conversation,
    /// Stanzas since the stream is managed.
    pub(crate) said: usize,
}

impl Script {
    /// Lets the client in, and answers what it asks until it is available. `contacts` are all it has.
    pub(crate) async fn signs_in(
        mut stream: Conversation,
        account: &Account,
        contacts: &[String],
    ) -> Self {
        stream.signs_in_offering(account, MANAGED).await;
        let mut script = Self { stream, said: 0 };
        loop {
            let asked = script.stream.recv().await;
            match asked.name() {
                "enable" => {
                    let enabled = "<enabled xmlns='urn:xmpp:sm:3' id='s1' resume='true'/>";
                    script.stream.send(enabled).await;
                }
                "presence" => return script,
                "iq" => {
                    let id = asked.attr("id").unwrap_or_default().to_owned();
                    let roster = asked.children().any(|it| it.ns() == "jabber:iq:roster");
                    let result = if roster {
                        list(contacts)
                    } else {
                        String::new()
                    };
                    script
                        .says(&format!("<iq type='result' id='{id}'>{result}</iq>"))
                        .await;
                }
                _ => {}
            }
        }
    }

    pub(crate) async fn says(&mut self, stanza: &str) {
        self.stream.send(stanza).await;
        self.said += 1;
    }

    /// Asks until all that was said is handled. What the client asks meanwhile is answered as a server does that knows
    /// nothing of it. `look` is given each count that it tells; `pause` lies between two questions.
    pub(crate) async fn hears_all_handled(
        &mut self,
        pause: Duration,
        mut look: impl FnMut(usize, usize),
    ) {
        loop {
            self.stream.send("<r xmlns='urn:xmpp:sm:3'/>").await;
            let handled = self.hears_count().await;
            look(handled, self.said);
            if handled == self.said {
                return;
            }
            sleep(pause).await;
        }
    }

    async fn hears_count(&mut self) -> usize {
        loop {
            let heard = self.stream.recv().await;
            match heard.name() {
                "a" => {
                    let h = heard.attr("h").and_then(|h| h.parse().ok());
                    return h.expect("a count");
                }
                "iq" if matches!(heard.attr("type"), Some("get" | "set")) => {
                    let id = heard.attr("id").unwrap_or_default().to_owned();
                    self.says(&format!(
                        "<iq type='error' id='{id}'><error type='cancel'>\
                         <feature-not-implemented xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>"
                    ))
                    .await;
                }
                _ => {}
            }
        }
    }
}

fn list(contacts: &[String]) -> String {
    let items: String = contacts
        .iter()
        .map(|jid| format!("<item jid='{jid}' subscription='both'/>"))
        .collect();
    format!("<query xmlns='jabber:iq:roster'>{items}</query>")
}
