//! What the notification service tells of popups.

use zbus::Message as Answer;

/// So many signals about popups that nobody knows yet are kept.
pub(super) const EARLY: usize = 64;

/// A signal about a popup that nobody knows yet.
#[derive(Debug)]
pub(super) struct Early {
    pub(super) id: u32,
    pub(super) by: String,
    pub(super) told: Told,
}

/// What a signal tells about a popup.
#[derive(Debug)]
pub(super) enum Told {
    Token(String),
    Invoked(String),
    Replied(String),
    Closed(u32),
}

impl Told {
    pub(super) fn read(member: &str, signal: &Answer) -> Option<(u32, Self)> {
        let body = signal.body();
        let text = || body.deserialize::<(u32, String)>().ok();
        Some(match member {
            "ActivationToken" => text().map(|(id, token)| (id, Self::Token(token)))?,
            "ActionInvoked" => text().map(|(id, action)| (id, Self::Invoked(action)))?,
            "NotificationReplied" => text().map(|(id, reply)| (id, Self::Replied(reply)))?,
            "NotificationClosed" => {
                let (id, reason) = body.deserialize().ok()?;
                (id, Self::Closed(reason))
            }
            _ => return None,
        })
    }
}
