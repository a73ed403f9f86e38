//! Where a stanza goes first, and who answers an iq (RFC 6120 §10, RFC 6121 §8).

use jid::{BareJid, FullJid, Jid};
use minidom::Element;

use super::{ConnId, Place, Router};
use crate::stanza::{Condition, error_reply, is_stanza, result_reply, set, unset};

/// How a request was dealt with.
pub(super) enum Reply {
    /// To be answered with this payload.
    Now(Option<Element>),
    /// Answered already, or later.
    Done,
}

impl From<Option<Element>> for Reply {
    fn from(payload: Option<Element>) -> Reply {
        Reply::Now(payload)
    }
}

/// A stanza's sender: a session of this server.
#[derive(Clone)]
pub(super) struct Sender {
    pub(super) conn: ConnId,
    pub(super) jid: FullJid,
    pub(super) name: String,
}

impl Sender {
    pub(super) fn bare(&self) -> BareJid {
        self.jid.to_bare()
    }
}

impl Router {
    /// A stanza of a bound session. Its `from` is what the server knows, whatever the client wrote (RFC 6120 §8.1.2.1).
    pub(super) fn stanza(&mut self, conn: ConnId, mut stanza: Element) {
        let Some(session) = self.sessions.get(conn) else {
            return;
        };
        let sender = Sender {
            conn,
            jid: session.jid.clone(),
            name: session.name.clone(),
        };
        if !is_stanza(&stanza) {
            return self.stream_error(conn, "unsupported-stanza-type");
        }
        set(&mut stanza, "from", sender.jid.as_str());
        let to = match stanza.attr("to").filter(|to| !to.is_empty()).map(Jid::new) {
            None => {
                unset(&mut stanza, "to");
                None
            }
            Some(Ok(to)) => {
                set(&mut stanza, "to", to.as_str());
                Some(to)
            }
            Some(Err(_)) => {
                unset(&mut stanza, "to");
                return self.refuse(conn, &stanza, Condition::JidMalformed);
            }
        };
        let outcome = match stanza.name() {
            "message" => self.message(&sender, to, &mut stanza),
            "presence" => self.presence(&sender, to, &mut stanza),
            _ => self.iq(&sender, to.as_ref(), &stanza),
        };
        if let Err(condition) = outcome {
            self.refuse(conn, &stanza, condition);
        }
    }

    fn refuse(&mut self, conn: ConnId, stanza: &Element, condition: Condition) {
        if let Some(error) = error_reply(stanza, condition) {
            self.send(conn, &error);
        }
    }

    fn iq(&mut self, sender: &Sender, to: Option<&Jid>, iq: &Element) -> Result<(), Condition> {
        let request = match iq.attr("type") {
            Some("get" | "set") => true,
            Some("result" | "error") => false,
            _ => return Err(Condition::BadRequest),
        };
        if iq.attr("id").is_none() || (request && iq.children().count() != 1) {
            return Err(Condition::BadRequest);
        }
        if let Some(to) = to
            && *to != sender.bare()
            && self.blocks(&sender.name, to)?
        {
            return if request {
                Err(Condition::Blocked)
            } else {
                Ok(())
            };
        }
        let own = to.is_none_or(|to| *to == sender.bare());
        let reply = match to {
            _ if own && request => self.own_iq(sender, iq)?,
            None => Reply::Done,
            Some(to) => match self.place(to) {
                Place::Server if request => self.server_iq(to, iq)?.into(),
                Place::Rooms if request => self.rooms_iq(sender, to, iq)?.into(),
                Place::Elsewhere if request && self.is_upload(to) => self.upload_iq(iq)?.into(),
                Place::Elsewhere if request => return Err(Condition::RemoteServerNotFound),
                Place::User(name) => self.user_iq(sender, to, &name, iq, request)?,
                _ => Reply::Done,
            },
        };
        if let Reply::Now(payload) = reply {
            let answer = result_reply(iq, payload);
            self.send(sender.conn, &answer);
        }
        Ok(())
    }

    /// An iq to another user, or to a resource of one's own.
    fn user_iq(
        &mut self,
        sender: &Sender,
        to: &Jid,
        name: &str,
        iq: &Element,
        request: bool,
    ) -> Result<Reply, Condition> {
        if request && self.blocks(name, &sender.jid.clone().into())? {
            return Err(Condition::ServiceUnavailable);
        }
        match to.try_as_full() {
            Ok(full) => match self.sessions.find(full) {
                Some(conn) => {
                    self.send(conn, iq);
                    Ok(Reply::Done)
                }
                None if request => Err(Condition::ServiceUnavailable),
                None => Ok(Reply::Done),
            },
            Err(_) if request => Ok(self.account_iq(sender, name, iq)?.into()),
            Err(_) => Ok(Reply::Done),
        }
    }
}
