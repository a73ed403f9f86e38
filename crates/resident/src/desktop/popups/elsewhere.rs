//! Popups on Windows and macOS, by notify-rust alone.
//!
//! Their notification centres neither replace nor withdraw through notify-rust 4: a popup with a known key is shown
//! anew, and one that is withdrawn stays in their lists. Each popup waits for its answer on a thread of its own, which
//! ends with it. Windows has no text field in a popup through notify-rust; its button opens the chat.

use super::text::{self, BODY, LABEL, SUMMARY};
use super::{
    Abilities, Closed, INLINE_REPLY, Identity, Order, PopupError, PopupEvent, PopupRequest,
};
use crate::desktop::bus::Bus;
use notify_rust::{CloseReason, Notification, NotificationResponse, Timeout};
use std::sync::Arc;
use tokio::sync::{Semaphore, mpsc, watch};

/// So many popups wait for an answer, each on a thread; what is shown beyond them cannot be clicked.
const WAITING: usize = 16;
/// The button that does what a click on the popup does.
#[cfg(target_os = "macos")]
const OPEN: &str = "open";

pub(super) fn start(
    _bus: &Bus,
    identity: Identity,
    mut orders: mpsc::Receiver<Order>,
    events: mpsc::Sender<PopupEvent>,
    told: watch::Sender<Option<Abilities>>,
) {
    let mut can = vec!["actions".to_owned()];
    if cfg!(target_os = "macos") {
        can.push(INLINE_REPLY.to_owned());
    }
    told.send_replace(Some(Abilities::new(std::env::consts::OS.to_owned(), can)));
    tokio::spawn(async move {
        let _told = told;
        let places = Arc::new(Semaphore::new(WAITING));
        while let Some(order) = orders.recv().await {
            let Order::Show(request) = order else {
                continue;
            };
            let notification = build(&request, &identity);
            let (key, answers) = (request.key, events.clone());
            let place = Arc::clone(&places).try_acquire_owned().ok();
            let waiting = std::thread::Builder::new()
                .name("popup".into())
                .spawn(move || {
                    show(&notification, &key, &answers, place.is_some());
                    drop(place);
                });
            if let Err(error) = waiting {
                tracing::warn!(%error, "no thread for a popup");
            }
        }
    });
}

fn build(request: &PopupRequest, identity: &Identity) -> Notification {
    let mut notification = Notification::new();
    notification
        .appname(&identity.app_name)
        .summary(&text::line(&request.summary, SUMMARY))
        .body(&text::lines(&request.body, BODY))
        .timeout(match request.seconds {
            _ if request.sticky => Timeout::Never,
            Some(seconds) => Timeout::Milliseconds(u32::from(seconds.max(1)) * 1000),
            None => Timeout::Default,
        });
    #[cfg(target_os = "windows")]
    notification.app_id(&identity.desktop_entry);
    #[cfg(target_os = "macos")]
    if let Some(reply) = &request.reply {
        notification.reply(&text::line(&reply.placeholder, LABEL));
    }
    #[cfg(target_os = "windows")]
    if let Some(reply) = &request.reply {
        notification.action(&reply.action.id, &text::line(&reply.action.label, LABEL));
    }
    #[cfg(target_os = "macos")]
    if let Some(sound) = &request.sound {
        notification.sound_name(sound);
    }
    // Several buttons hide behind one, and a click on that one is the first of them.
    #[cfg(target_os = "macos")]
    if request.actions.len() > 1 {
        use notify_rust::NsNotificationExt as _;
        let open = text::line(&request.default_label, LABEL);
        notification.actions_label(&open).action(OPEN, &open);
    }
    for action in &request.actions {
        notification.action(&action.id, &text::line(&action.label, LABEL));
    }
    if let Some(path) = &request.picture {
        notification.image_path(&path.to_string_lossy());
    }
    notification
}

fn show(notification: &Notification, key: &str, events: &mpsc::Sender<PopupEvent>, waits: bool) {
    let key = key.to_owned();
    let handle = match notification.show() {
        Ok(handle) => handle,
        Err(error) => {
            return tell(
                events,
                PopupEvent::NotShown {
                    key,
                    error: PopupError::Refused(error.to_string()),
                },
            );
        }
    };
    if !waits {
        tracing::warn!("too many popups wait for an answer");
        return;
    }
    let answered = handle.wait_for_response(|response: &NotificationResponse| {
        let key = key.clone();
        tell(
            events,
            match response {
                NotificationResponse::Default => PopupEvent::Activated {
                    key,
                    action: None,
                    token: None,
                },
                #[cfg(target_os = "macos")]
                NotificationResponse::Action(id) if id == OPEN => PopupEvent::Activated {
                    key,
                    action: None,
                    token: None,
                },
                NotificationResponse::Action(id) => PopupEvent::Activated {
                    key,
                    action: Some(id.clone()),
                    token: None,
                },
                NotificationResponse::Reply(text) => PopupEvent::Replied {
                    key,
                    text: text.clone(),
                },
                NotificationResponse::Closed(reason) => PopupEvent::Closed {
                    key,
                    reason: closed(*reason),
                },
            },
        );
    });
    if let Err(error) = answered {
        tell(
            events,
            PopupEvent::NotShown {
                key,
                error: PopupError::Refused(error.to_string()),
            },
        );
    }
}

const fn closed(reason: CloseReason) -> Closed {
    match reason {
        CloseReason::Expired => Closed::Expired,
        CloseReason::Dismissed => Closed::Dismissed,
        CloseReason::CloseAction => Closed::Withdrawn,
        CloseReason::Other(_) => Closed::Unknown,
    }
}

fn tell(events: &mpsc::Sender<PopupEvent>, event: PopupEvent) {
    if events.blocking_send(event).is_err() {
        tracing::debug!("nobody listens to popups any more");
    }
}
