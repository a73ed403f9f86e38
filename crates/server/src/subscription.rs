//! Who sees whose presence: the state machine of RFC 6121 Appendix A, as pure functions.
//!
//! The nine states of the appendix are exactly the combinations of "to" with "pending out" and "from" with "pending in"
//! in which nothing is both granted and pending.

/// One user's side of the relation to one contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub(crate) struct Subscription {
    /// How far the user's wish to see the contact's presence got.
    pub(crate) to: Grant,
    /// How far the contact's wish to see the user's presence got.
    pub(crate) from: Grant,
    /// The user agrees to the contact's next request in advance (RFC 6121 §3.4).
    pub(crate) approved: bool,
}

/// One direction of a subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub(crate) enum Grant {
    /// Nobody asked.
    #[default]
    None,
    /// Asked, not answered.
    Pending,
    /// Granted.
    Granted,
}

/// The four presence types that manage subscriptions (RFC 6121 §3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Request {
    Subscribe,
    Subscribed,
    Unsubscribe,
    Unsubscribed,
}

impl Request {
    pub(crate) fn from_type(kind: &str) -> Option<Request> {
        match kind {
            "subscribe" => Some(Request::Subscribe),
            "subscribed" => Some(Request::Subscribed),
            "unsubscribe" => Some(Request::Unsubscribe),
            "unsubscribed" => Some(Request::Unsubscribed),
            _ => None,
        }
    }

    pub(crate) fn as_type(self) -> &'static str {
        match self {
            Request::Subscribe => "subscribe",
            Request::Subscribed => "subscribed",
            Request::Unsubscribe => "unsubscribe",
            Request::Unsubscribed => "unsubscribed",
        }
    }
}

/// What becomes of a request on its way out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Outbound {
    pub(crate) state: Subscription,
    /// The request goes on to the contact.
    pub(crate) route: bool,
}

/// What becomes of a request that arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Inbound {
    pub(crate) state: Subscription,
    /// The user's resources are shown it.
    pub(crate) deliver: bool,
    /// The server answers `subscribed` for the user: it was granted before, or approved in advance.
    pub(crate) answer: bool,
}

impl Subscription {
    /// The user sends `request` to the contact (RFC 6121 Appendix A.2).
    pub(crate) fn outbound(self, request: Request) -> Outbound {
        use Grant::{Granted, None, Pending};
        let mut state = self;
        let route = match request {
            Request::Subscribe => {
                if self.to == None {
                    state.to = Pending;
                }
                true
            }
            Request::Unsubscribe => {
                state.to = None;
                true
            }
            Request::Subscribed => match self.from {
                Pending => {
                    state.from = Granted;
                    true
                }
                None => {
                    state.approved = true;
                    false
                }
                Granted => false,
            },
            Request::Unsubscribed => {
                state.from = None;
                state.approved = false;
                self.from != None
            }
        };
        Outbound { state, route }
    }

    /// The contact's `request` arrives at the user (RFC 6121 Appendix A.3).
    pub(crate) fn inbound(self, request: Request) -> Inbound {
        use Grant::{Granted, None, Pending};
        let mut state = self;
        let (deliver, answer) = match request {
            Request::Subscribe => match self.from {
                None if self.approved => {
                    state.from = Granted;
                    (false, true)
                }
                None => {
                    state.from = Pending;
                    (true, false)
                }
                Pending => (false, false),
                Granted => (false, true),
            },
            Request::Unsubscribe => {
                state.from = None;
                (self.from != None, false)
            }
            Request::Subscribed => {
                if self.to == Pending {
                    state.to = Granted;
                }
                (self.to == Pending, false)
            }
            Request::Unsubscribed => {
                state.to = None;
                (self.to != None, false)
            }
        };
        Inbound {
            state,
            deliver,
            answer,
        }
    }

    /// The user receives the contact's presence.
    pub(crate) fn sees(self) -> bool {
        self.to == Grant::Granted
    }

    /// The contact receives the user's presence.
    pub(crate) fn is_seen(self) -> bool {
        self.from == Grant::Granted
    }

    /// The value of a roster item's `subscription` (RFC 6121 §2.1.2.5).
    pub(crate) fn as_attribute(self) -> &'static str {
        match (self.sees(), self.is_seen()) {
            (false, false) => "none",
            (true, false) => "to",
            (false, true) => "from",
            (true, true) => "both",
        }
    }
}

#[cfg(test)]
mod tests;
