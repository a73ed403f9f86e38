//! Popups on Windows and macOS, by notify-rust alone.
//!
//! Their notification centres neither replace nor withdraw through notify-rust 4: a popup with a known key is shown
//! anew, and withdrawing forgets it. Each popup waits for its answer on a thread of its own, which ends with it.

use super::text::{self, BODY, LABEL, SUMMARY};
use super::{
    Abilities, Closed, INLINE_REPLY, Identity, Order, PopupError, PopupEvent, PopupRequest,
};
use crate::desktop::bus::Bus;
use notify_rust::{CloseReason, Notification, NotificationResponse, Timeout};
use tokio::sync::{mpsc, watch};

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
        while let Some(order) = orders.recv().await {
            let Order::Show(request) = order else {
                continue;
            };
            let notification = build(&request, &identity);
            let (key, answers) = (request.key, events.clone());
            let waiting = std::thread::Builder::new()
                .name("popup".into())
                .spawn(move || show(&notification, &key, &answers));
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
    for action in &request.actions {
        notification.action(&action.id, &text::line(&action.label, LABEL));
    }
    if let Some(path) = &request.picture {
        notification.image_path(&path.to_string_lossy());
    }
    notification
}

fn show(notification: &Notification, key: &str, events: &mpsc::Sender<PopupEvent>) {
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
