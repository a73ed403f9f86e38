//! From a request to the arguments of `Notify` (Desktop Notifications Specification 1.2).

use super::text::{self, BODY, LABEL, SUMMARY};
use super::{Abilities, INLINE_REPLY, Identity, PopupRequest, Urgency};
use notify_rust::{Hint, Notification, Timeout};
use std::collections::HashMap;
use std::path::Path;
use zbus::Variant;

/// The key that a click on the popup itself comes back with.
pub(super) const DEFAULT: &str = "default";
/// A request in the service's words.
#[derive(Debug)]
pub(super) struct Message {
    notification: Notification,
    placeholder: Option<String>,
}

/// `Notify`'s arguments, in the order of the specification.
pub(super) type Arguments<'a> = (
    &'a str,
    u32,
    &'a str,
    &'a str,
    &'a str,
    &'a [String],
    HashMap<&'a str, Variant<'a>>,
    i32,
);

impl Message {
    pub(super) fn new(request: &PopupRequest, identity: &Identity, abilities: &Abilities) -> Self {
        let mut notification = Notification::new();
        notification
            .appname(&identity.app_name)
            .icon(&identity.app_icon)
            .timeout(timeout(request))
            .hint(Hint::SuppressSound(true))
            .hint(Hint::DesktopEntry(identity.desktop_entry.clone()))
            .hint(Hint::Urgency(urgency(request.urgency)));
        if let Some(category) = &request.category {
            notification.hint(Hint::Category(category.clone()));
        }
        if let Some(picture) = &request.picture {
            notification.hint(Hint::ImagePath(file_uri(picture)));
        }
        words(&mut notification, request, abilities);
        let placeholder = buttons(&mut notification, request, abilities);
        Self {
            notification,
            placeholder,
        }
    }

    pub(super) fn arguments(&self, replaces: u32) -> Arguments<'_> {
        let shown = &self.notification;
        let mut hints: HashMap<&str, Variant<'_>> = shown.hints.iter().map(Into::into).collect();
        if let Some(placeholder) = &self.placeholder {
            hints.insert(
                "x-kde-reply-placeholder-text",
                Variant::from(placeholder.as_str()),
            );
        }
        let timeout = i32::from(shown.timeout);
        (
            &shown.appname,
            replaces,
            &shown.icon,
            &shown.summary,
            &shown.body,
            &shown.actions,
            hints,
            timeout,
        )
    }
}

fn words(notification: &mut Notification, request: &PopupRequest, abilities: &Abilities) {
    let summary = text::line(&request.summary, SUMMARY);
    let body = text::lines(&request.body, BODY);
    if !abilities.has("body") && !body.is_empty() {
        notification.summary(&text::line(&format!("{summary}: {body}"), SUMMARY));
    } else if abilities.has("body-markup") {
        notification.summary(&summary).body(&text::escaped(&body));
    } else {
        notification.summary(&summary).body(&body);
    }
}

/// Adds the buttons, and says what stands in the reply field if there is one.
fn buttons(
    notification: &mut Notification,
    request: &PopupRequest,
    abilities: &Abilities,
) -> Option<String> {
    if !abilities.has("actions") {
        return None;
    }
    notification.action(DEFAULT, &text::line(&request.default_label, LABEL));
    let inline = abilities.has(INLINE_REPLY);
    if let Some(reply) = &request.reply {
        let key = if inline {
            INLINE_REPLY
        } else {
            &reply.action.id
        };
        notification.action(key, &text::line(&reply.action.label, LABEL));
    }
    for action in &request.actions {
        notification.action(&action.id, &text::line(&action.label, LABEL));
    }
    request
        .reply
        .as_ref()
        .filter(|_| inline)
        .map(|reply| text::line(&reply.placeholder, LABEL))
}

fn timeout(request: &PopupRequest) -> Timeout {
    match request.seconds {
        _ if request.sticky => Timeout::Never,
        Some(seconds) => Timeout::Milliseconds(u32::from(seconds.max(1)) * 1000),
        None => Timeout::Default,
    }
}

const fn urgency(urgency: Urgency) -> notify_rust::Urgency {
    match urgency {
        Urgency::Low => notify_rust::Urgency::Low,
        Urgency::Normal => notify_rust::Urgency::Normal,
        Urgency::Critical => notify_rust::Urgency::Critical,
    }
}

/// A path as the URI that the specification asks for; what a URI cannot hold is percent-encoded (RFC 3986 §2.1).
fn file_uri(path: &Path) -> String {
    use std::fmt::Write as _;
    use std::os::unix::ffi::OsStrExt as _;
    let mut uri = String::from("file://");
    for &byte in path.as_os_str().as_bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            let _infallible = write!(uri, "%{byte:02X}");
        }
    }
    uri
}
