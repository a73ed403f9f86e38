//! The words and buttons of a popup.

use crate::desktop::popups::text::isolated;
use crate::desktop::popups::{PopupAction, PopupReply};
use crate::words::Words;
use carillon_core::alerts::{EventKind, PopupForm, PopupPlan, Preview};
use carillon_engine::{Content, Ring};
use fluent_bundle::FluentValue;

/// What stands in a popup.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PopupText {
    /// The first line.
    pub summary: String,
    /// What follows.
    pub body: String,
    /// The buttons.
    pub actions: Vec<PopupAction>,
    /// The answering button.
    pub reply: Option<PopupReply>,
}

/// The ids of buttons: opaque to everybody but [`crate::clicks`].
pub mod button {
    /// Opens the chat with the composer focused.
    pub const REPLY: &str = "reply";
    /// Marks the chat as read.
    pub const MARK_READ: &str = "mark-read";
    /// Accepts a contact request.
    pub const ACCEPT: &str = "accept";
    /// Declines a contact request or an invitation.
    pub const DECLINE: &str = "decline";
    /// Blocks.
    pub const BLOCK: &str = "block";
    /// Joins a room.
    pub const JOIN: &str = "join";
    /// Sends a failed message again.
    pub const RETRY: &str = "retry";
    /// Opens the place that the popup is about.
    pub const LOOK: &str = "look";
}

/// Puts a popup into words, giving away no more than the plan allows.
#[must_use]
pub fn compose(ring: &Ring, plan: &PopupPlan, words: &Words) -> PopupText {
    let content = &ring.content;
    if plan.form == PopupForm::Summary {
        let summary = words.say_with("flood-summary", &counts(content));
        return PopupText {
            summary,
            actions: vec![action(button::LOOK, "popup-look", words)],
            ..PopupText::default()
        };
    }
    if plan.form == PopupForm::Friends {
        // How many they are gives nobody away.
        return PopupText {
            summary: words.say_with("friends-summary", &[("count", content.chats.into())]),
            ..PopupText::default()
        };
    }
    if plan.preview == Preview::Nothing {
        let summary = words.say(hidden(ring.plan.kind));
        return PopupText {
            summary,
            ..PopupText::default()
        };
    }
    let (summary, body) = told(ring, words);
    let body = match (plan.preview, ring.plan.kind) {
        (Preview::Full, _) => body,
        (_, kind) if kind.is_said() && kind != EventKind::Reaction => words.say("message-hidden"),
        _ => String::new(),
    };
    let body = warned(body, content, words);
    let (actions, reply) = buttons(ring.plan.kind, words);
    PopupText {
        summary,
        body,
        actions,
        reply,
    }
}

/// Whoever can be taken for somebody else is told of before anything that they say.
fn warned(body: String, content: &Content, words: &Words) -> String {
    let Some(of) = &content.looks_like else {
        return body;
    };
    let warning = words.say_with("look-alike", &[("of", isolated(of).into())]);
    match body.as_str() {
        "" => warning,
        said => format!("{warning}\n{said}"),
    }
}

/// What is read aloud: the popup's words, whether or not there is one.
#[must_use]
pub fn aloud(ring: &Ring, words: &Words) -> String {
    let plan = ring.plan.popup.clone().unwrap_or(PopupPlan {
        sticky: false,
        seconds: None,
        preview: ring.plan.preview,
        form: PopupForm::Single,
    });
    let text = compose(ring, &plan, words);
    match text.body.as_str() {
        "" => text.summary,
        body => format!("{}. {body}", text.summary),
    }
}

fn told(ring: &Ring, words: &Words) -> (String, String) {
    let content = &ring.content;
    let text = content.text.clone();
    let named = |key: &str| words.say_with(key, &[("name", isolated(&content.name).into())]);
    match ring.plan.kind {
        EventKind::Message
        | EventKind::MessageFollowup
        | EventKind::MessageInFront
        | EventKind::Mention
        | EventKind::RoomMessage
        | EventKind::FileReceived => (sender(content, words), text),
        EventKind::Reaction => (named("reaction-summary"), text),
        EventKind::ContactStatus => (named("status-summary"), text),
        EventKind::Attention => (named("attention-summary"), text),
        EventKind::MessageSent => (named("sent-summary"), text),
        EventKind::ConnectionLost => (named("connection-lost-summary"), text),
        EventKind::ConnectionRestored => (named("connection-restored-summary"), text),
        EventKind::Missed => (
            words.say_with("missed-summary", &counts(content)),
            content.name.clone(),
        ),
        EventKind::ContactAvailable => (named("available-summary"), text),
        EventKind::ContactUnavailable => (named("unavailable-summary"), text),
        EventKind::ContactRequest => (named("request-summary"), text),
        EventKind::RequestAccepted => (named("accepted-summary"), text),
        EventKind::RoomInvite => (invitation(content, words), text),
        EventKind::StrangerMessage => (named("stranger-summary"), text),
        EventKind::MessageFailed if content.transfer.is_some() => {
            (named("file-failed-summary"), text)
        }
        EventKind::MessageFailed => (named("failed-summary"), text),
        // A disk that takes nothing: the words are there already.
        EventKind::AccountAttention if ring.event.jid.is_none() && !content.name.is_empty() => {
            (content.name.clone(), text)
        }
        EventKind::AccountAttention if ring.event.jid.is_none() => {
            let path = [
                ("path", isolated(&text).into()),
                ("messages", content.messages.into()),
            ];
            (
                words.say("set-aside-summary"),
                words.say_with("set-aside-text", &path),
            )
        }
        EventKind::AccountAttention if text.is_empty() => {
            (named("account-summary"), words.say("no-password"))
        }
        EventKind::AccountAttention => (named("account-summary"), text),
        EventKind::Generic => (words.say("generic-summary"), text),
    }
}

fn sender(content: &Content, words: &Words) -> String {
    if content.messages < 2 {
        return content.name.clone();
    }
    let values = [
        ("name", content.name.as_str().into()),
        ("messages", content.messages.into()),
    ];
    words.say_with("message-name-many", &values)
}

fn invitation(content: &Content, words: &Words) -> String {
    let inviter = content.inviter.as_ref().unwrap_or(&content.name);
    let values = [
        ("name", isolated(inviter).into()),
        ("room", isolated(&content.name).into()),
    ];
    words.say_with("invite-summary", &values)
}

fn counts(content: &Content) -> [(&'static str, FluentValue<'static>); 2] {
    [
        ("messages", content.messages.into()),
        ("chats", content.chats.into()),
    ]
}

const fn hidden(kind: EventKind) -> &'static str {
    match kind {
        EventKind::Generic => "generic-summary",
        EventKind::Message
        | EventKind::MessageFollowup
        | EventKind::MessageInFront
        | EventKind::Mention
        | EventKind::RoomMessage
        | EventKind::FileReceived
        | EventKind::Missed => "message-hidden",
        EventKind::Reaction => "reaction-hidden",
        EventKind::Attention => "attention-hidden",
        EventKind::MessageSent => "sent-hidden",
        EventKind::ConnectionLost | EventKind::ConnectionRestored => "connection-hidden",
        EventKind::ContactAvailable | EventKind::ContactUnavailable | EventKind::ContactStatus => {
            "presence-hidden"
        }
        EventKind::ContactRequest => "request-hidden",
        EventKind::RequestAccepted => "accepted-hidden",
        EventKind::RoomInvite => "invite-hidden",
        EventKind::StrangerMessage => "stranger-hidden",
        EventKind::MessageFailed => "failed-hidden",
        EventKind::AccountAttention => "account-hidden",
    }
}

fn action(id: &str, label: &str, words: &Words) -> PopupAction {
    PopupAction {
        id: id.to_owned(),
        label: words.say(label),
    }
}

fn buttons(kind: EventKind, words: &Words) -> (Vec<PopupAction>, Option<PopupReply>) {
    let make = |pairs: &[(&str, &str)]| {
        pairs
            .iter()
            .map(|(id, label)| action(id, label, words))
            .collect::<Vec<_>>()
    };
    match kind {
        EventKind::Message
        | EventKind::MessageFollowup
        | EventKind::MessageInFront
        | EventKind::Mention
        | EventKind::RoomMessage
        | EventKind::FileReceived => {
            let reply = PopupReply {
                action: action(button::REPLY, "popup-reply", words),
                placeholder: words.say("popup-reply-hint"),
            };
            (make(&[(button::MARK_READ, "popup-mark-read")]), Some(reply))
        }
        EventKind::ContactRequest => (
            make(&[
                (button::ACCEPT, "popup-accept"),
                (button::DECLINE, "popup-decline"),
                (button::BLOCK, "popup-block"),
            ]),
            None,
        ),
        EventKind::RoomInvite => (
            make(&[
                (button::JOIN, "popup-join"),
                (button::DECLINE, "popup-decline"),
            ]),
            None,
        ),
        EventKind::ContactAvailable
        | EventKind::ContactStatus
        | EventKind::RequestAccepted
        | EventKind::Attention
        | EventKind::Reaction => (make(&[(button::REPLY, "popup-write")]), None),
        EventKind::MessageFailed => (make(&[(button::RETRY, "popup-retry")]), None),
        EventKind::Missed | EventKind::StrangerMessage | EventKind::AccountAttention => {
            (make(&[(button::LOOK, "popup-look")]), None)
        }
        EventKind::ContactUnavailable
        | EventKind::MessageSent
        | EventKind::ConnectionLost
        | EventKind::ConnectionRestored
        | EventKind::Generic => (Vec::new(), None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use carillon_core::alerts::{AlertEvent, Context, Recent, RuleBook, Surroundings, decide};
    use carillon_core::contact::Availability;
    use carillon_core::ids::{AccountId, Timestamp};
    use std::sync::Arc;

    fn ring(kind: EventKind, content: Content) -> Ring {
        let bob = Some("bob@example.org".parse().unwrap());
        let event = AlertEvent {
            sample: true,
            ..AlertEvent::live(kind, AccountId(1), bob)
        };
        let context = Context {
            now: Timestamp(0),
            zone: &jiff::tz::TimeZone::UTC,
            surroundings: &Surroundings::default(),
            own: Availability::Available,
            mute: None,
            recent: &Recent::default(),
            presence_settled: true,
            groups: &[],
            other_device: None,
            notify: None,
        };
        let book = RuleBook::new(Arc::default(), &[]);
        let plan = decide(&book, &event, &context);
        Ring {
            event,
            plan,
            content,
        }
    }

    fn popup(preview: Preview) -> PopupPlan {
        PopupPlan {
            sticky: false,
            seconds: None,
            preview,
            form: PopupForm::Single,
        }
    }

    fn bob(text: &str) -> Content {
        Content {
            name: "Bob".into(),
            text: text.into(),
            messages: 1,
            chats: 1,
            ..Content::default()
        }
    }

    #[test]
    fn a_message_shows_who_and_what_and_can_be_answered() {
        let ring = ring(EventKind::Message, bob("Tea?"));
        let text = compose(&ring, &popup(Preview::Full), &Words::new("en"));
        assert_eq!((text.summary.as_str(), text.body.as_str()), ("Bob", "Tea?"));
        assert_eq!(text.reply.unwrap().action.label, "Reply");
    }

    #[test]
    fn a_preview_of_nothing_names_neither_sender_nor_words_for_any_event() {
        for kind in EventKind::ALL {
            let text = compose(
                &ring(kind, bob("Tea?")),
                &popup(Preview::Nothing),
                &Words::new("en"),
            );
            let all = format!("{}{}", text.summary, text.body);
            assert!(
                !all.contains("Bob") && !all.contains("Tea"),
                "{kind:?}: {all}"
            );
            assert!(!all.is_empty(), "{kind:?}");
        }
    }

    #[test]
    fn a_preview_of_the_sender_never_shows_the_words() {
        for kind in EventKind::ALL {
            let text = compose(
                &ring(kind, bob("Tea?")),
                &popup(Preview::Sender),
                &Words::new("en"),
            );
            assert!(
                !text.summary.contains("Tea") && !text.body.contains("Tea"),
                "{kind:?}"
            );
        }
    }

    #[test]
    fn who_can_be_taken_for_somebody_else_is_told_of_before_their_words_and_not_where_nobody_is_named()
     {
        let content = Content {
            looks_like: Some("bob@example.org".into()),
            ..bob("Send me the key")
        };
        let ring = ring(EventKind::StrangerMessage, content);
        let body = |preview| compose(&ring, &popup(preview), &Words::new("en")).body;
        let warning = "Looks like “\u{2068}bob@example.org\u{2069}”, but is somebody else.";
        assert_eq!(body(Preview::Full), format!("{warning}\nSend me the key"));
        assert!(body(Preview::Sender).starts_with(warning));
        assert!(!body(Preview::Nothing).contains("bob"));
        let german = compose(&ring, &popup(Preview::Full), &Words::new("de"));
        assert!(german.body.contains("ist aber jemand anderes"));
    }

    #[test]
    fn friends_who_are_there_are_counted_and_not_named() {
        let content = Content {
            chats: 7,
            ..bob("x")
        };
        let plan = PopupPlan {
            form: PopupForm::Friends,
            ..popup(Preview::Full)
        };
        let ring = ring(EventKind::ContactAvailable, content);
        let told = |language: &str| compose(&ring, &plan, &Words::new(language)).summary;
        assert_eq!(told("en"), "7 friends are online");
        assert_eq!(told("de"), "7 Freunde sind online");
    }

    #[test]
    fn a_flood_is_told_in_numbers() {
        let content = Content {
            messages: 12,
            chats: 4,
            ..bob("x")
        };
        let plan = PopupPlan {
            form: PopupForm::Summary,
            ..popup(Preview::Full)
        };
        let text = compose(&ring(EventKind::Message, content), &plan, &Words::new("en"));
        assert_eq!(text.summary, "12 new messages in 4 chats");
    }
}
