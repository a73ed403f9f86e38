//! Invitations that my server makes (XEP-0401), by its commands (XEP-0050).

use super::Session;
use super::pending::{Answerer, Asked};
use crate::ns;
use crate::stanza::{Build, error_of, read_form, read_result, submitted, time_of};
use carillon_core::form::{DataForm, FieldKind};
use carillon_core::invitation::{InvitationKind, ServerInvitation};
use carillon_core::session::{Incoming, StanzaProblem};
use minidom::Element;

/// Bytes of a link that is shown.
const LONGEST: usize = 2_048;

/// An invitation that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct AskedInvitation {
    request: u64,
    kind: InvitationKind,
    /// The server also makes accounts for me.
    makes_accounts: bool,
    /// Its form was given back: what comes now is the end.
    filled_in: bool,
}

impl Session {
    /// Only what the server lists is asked for (XEP-0401 §3): a command that it does not know is answered in many ways.
    pub(super) fn ask_invitation(&mut self, request: u64, kind: InvitationKind) {
        let asked = AskedInvitation {
            request,
            kind,
            makes_accounts: false,
            filled_in: false,
        };
        let payload = Element::new_in(ns::DISCO_ITEMS, "query").with("node", ns::COMMANDS);
        self.ask("get", Answerer::Domain, Asked::Commands(asked), payload);
    }

    pub(super) fn hear_commands(&mut self, iq: &Element, asked: AskedInvitation, failed: bool) {
        let lists = |node: &str| {
            let query = iq.get_child("query", ns::DISCO_ITEMS).filter(|_| !failed);
            query.is_some_and(|query| {
                query
                    .children()
                    .any(|item| item.is("item", ns::DISCO_ITEMS) && item.attr("node") == Some(node))
            })
        };
        if !lists(node_of(asked.kind)) {
            return self.no_invitation(asked.request, not_offered());
        }
        let asked = AskedInvitation {
            makes_accounts: lists(ns::INVITE_ACCOUNT),
            ..asked
        };
        let command = command(asked.kind).with("action", "execute");
        self.ask("set", Answerer::Domain, Asked::Command(asked), command);
    }

    pub(super) fn hear_command(&mut self, iq: &Element, asked: AskedInvitation, failed: bool) {
        let request = asked.request;
        if failed {
            return self.no_invitation(request, error_of(iq));
        }
        let Some(answer) = iq.get_child("command", ns::COMMANDS) else {
            return self.no_invitation(request, not_offered());
        };
        if answer.attr("status") == Some("executing") && !asked.filled_in {
            let Some(form) = read_form(answer).and_then(filled_in) else {
                return self.no_invitation(request, wants_more());
            };
            let command = command(asked.kind)
                .with_some("sessionid", answer.attr("sessionid"))
                .with("action", "complete")
                .holding(submitted(&form));
            let asked = AskedInvitation {
                filled_in: true,
                ..asked
            };
            return self.ask("set", Answerer::Domain, Asked::Command(asked), command);
        }
        // Prosody 0.12 gives what came of it as a form to be filled in.
        let answer = read_result(answer)
            .or_else(|| read_form(answer))
            .and_then(|form| invitation(&form, asked.makes_accounts))
            .ok_or_else(not_offered);
        self.tell(Incoming::Invitation { request, answer });
    }

    fn no_invitation(&mut self, request: u64, problem: StanzaProblem) {
        let answer = Err(problem);
        self.tell(Incoming::Invitation { request, answer });
    }
}

const fn node_of(kind: InvitationKind) -> &'static str {
    match kind {
        InvitationKind::Contact => ns::INVITE_CONTACT,
        InvitationKind::Account => ns::INVITE_ACCOUNT,
    }
}

fn command(kind: InvitationKind) -> Element {
    Element::new_in(ns::COMMANDS, "command").with("node", node_of(kind))
}

/// The form of §5.4: whoever gets an account becomes my contact, and chooses their name. `None` when the server wants
/// to know something else.
fn filled_in(form: DataForm) -> Option<DataForm> {
    let mut fields = Vec::new();
    for mut field in form.fields {
        if field.var == "roster-subscription" {
            field.values = vec!["1".to_owned()];
        } else if field.required && field.values.is_empty() {
            return None;
        }
        if field.kind == FieldKind::Hidden || !field.values.is_empty() {
            fields.push(field);
        }
    }
    Some(DataForm { fields, ..form })
}

/// What the server made, if it is what it should be: an address of XMPP, and one for browsers that nobody reads along.
fn invitation(form: &DataForm, makes_accounts: bool) -> Option<ServerInvitation> {
    let said = |var: &str| {
        let field = form.fields.iter().find(|field| field.var == var)?;
        let value = field.values.first()?.trim();
        let sound = value.len() <= LONGEST && !value.chars().any(char::is_control);
        (sound && !value.is_empty()).then(|| value.to_owned())
    };
    Some(ServerInvitation {
        uri: said("uri").filter(|uri| uri.starts_with("xmpp:"))?,
        page: said("landing-url").filter(|page| page.starts_with("https://")),
        // It has both names in the document (§5.1, §13.1).
        expires: said("expire")
            .or_else(|| said("expiry"))
            .and_then(|stamp| time_of(&stamp)),
        makes_accounts,
    })
}

fn not_offered() -> StanzaProblem {
    StanzaProblem {
        condition: "feature-not-implemented".to_owned(),
        text: String::new(),
    }
}

fn wants_more() -> StanzaProblem {
    StanzaProblem {
        condition: "not-acceptable".to_owned(),
        text: "the server wants to know more before it invites somebody".to_owned(),
    }
}
