//! What people and servers say in the stories.

use crate::stage::jid;
use carillon_core::chat::Author;
use carillon_core::contact::{Availability, Presence, ResourcePresence};
use carillon_core::ids::Timestamp;
use carillon_core::session::{
    Incoming, IncomingMessage, Origin, StanzaProblem, SubscriptionStep, Wish,
};

/// A message of the contact, pushed as it is said; `id` is the sender's own.
pub(crate) fn message(from: &str, id: &str, body: &str) -> IncomingMessage {
    IncomingMessage {
        chat: jid(from).into(),
        from: format!("{from}/phone").parse().unwrap(),
        author: Author::Contact,
        id: Some(id.to_owned()),
        origin_id: None,
        stanza_id: None,
        body: body.to_owned(),
        at: None,
        origin: Origin::Live,
        wants_receipt: true,
        markable: true,
        file: None,
        occupant: None,
        about: None,
        encryption: None,
        unstyled: false,
        reply: None,
    }
}

pub(crate) fn says(from: &str, id: &str, body: &str) -> Incoming {
    Incoming::Message(message(from, id, body))
}

pub(crate) fn said_while_away(from: &str, id: &str, body: &str) -> Incoming {
    Incoming::Message(IncomingMessage {
        origin: Origin::Delayed,
        at: Some(Timestamp(1_799_999_000_000)),
        ..message(from, id, body)
    })
}

pub(crate) fn device(from: &str, resource: &str, availability: Availability) -> Incoming {
    Incoming::Presence {
        from: jid(from),
        device: ResourcePresence {
            idle_since: None,
            resource: resource.to_owned(),
            priority: 0,
            presence: Presence {
                availability,
                status: String::new(),
            },
        },
    }
}

pub(crate) fn comes(from: &str) -> Incoming {
    device(from, "phone", Availability::Available)
}

pub(crate) fn goes(from: &str) -> Incoming {
    device(from, "phone", Availability::Offline)
}

pub(crate) fn asks(from: &str) -> Incoming {
    Incoming::Subscription {
        from: jid(from),
        step: SubscriptionStep::Subscribe(Wish {
            nick: String::new(),
            text: "it is me".to_owned(),
            ..Wish::default()
        }),
    }
}

pub(crate) fn refusal(condition: &str, text: &str) -> StanzaProblem {
    StanzaProblem {
        condition: condition.to_owned(),
        text: text.to_owned(),
    }
}
