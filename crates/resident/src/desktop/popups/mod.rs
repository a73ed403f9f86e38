//! Popups: one per key, replaced in place, withdrawn when what they tell is seen.
//!
//! What a popup says is given; this room cleans the text ([`text`]), shows it, and tells what the user did with it.
//! It never plays a sound: the notification service is asked to stay silent.

mod abilities;
#[cfg(target_os = "linux")]
mod calls;
#[cfg(not(target_os = "linux"))]
mod elsewhere;
#[cfg(target_os = "linux")]
mod message;
#[cfg(target_os = "linux")]
mod service;
#[cfg(target_os = "linux")]
mod signals;
pub mod text;

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests;

use crate::desktop::bus::Bus;
use abilities::INLINE_REPLY;
use std::path::PathBuf;
use tokio::sync::{mpsc, watch};

pub use abilities::Abilities;

/// Who shows the popups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The name beside the popup.
    pub app_name: String,
    /// The app's own icon: a name of the icon theme or an absolute path.
    pub app_icon: String,
    /// The desktop entry without `.desktop`; on Windows the application user model id.
    pub desktop_entry: String,
}

impl Default for Identity {
    fn default() -> Self {
        let id = "im.carillon.Carillon";
        Self {
            app_name: "Carillon".into(),
            app_icon: id.into(),
            desktop_entry: id.into(),
        }
    }
}

/// How urgent the desktop shall take it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Urgency {
    /// Need not be seen.
    Low,
    /// Like most.
    #[default]
    Normal,
    /// Stays until handled even on desktops that ignore time-outs (GNOME), but passes many a Do Not Disturb.
    Critical,
}

/// A button.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PopupAction {
    /// Comes back in [`PopupEvent::Activated`]. Opaque and local: it passes through another process.
    pub id: String,
    /// What the button says.
    pub label: String,
}

/// The button that answers; a text field where the desktop has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PopupReply {
    /// The plain button's id and label where there is no text field.
    pub action: PopupAction,
    /// What stands in the empty field.
    pub placeholder: String,
}

/// A popup to show.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PopupRequest {
    /// A popup with the same key is replaced in place.
    pub key: String,
    /// The first line, plain text. Names inside it that came from the network go through [`text::isolated`].
    pub summary: String,
    /// What follows, plain text.
    pub body: String,
    /// The picture beside the text, by its absolute path; `None`: the app's icon alone.
    pub picture: Option<PathBuf>,
    /// The buttons, in order.
    pub actions: Vec<PopupAction>,
    /// The answering button, before the others.
    pub reply: Option<PopupReply>,
    /// What a click on the popup itself says to those who cannot see it; clicks always come back.
    pub default_label: String,
    /// Stays until it is handled.
    pub sticky: bool,
    /// Seconds on screen; `None`: the desktop's own time. Without meaning when sticky.
    pub seconds: Option<u8>,
    /// How urgent.
    pub urgency: Urgency,
    /// The name of a sound that the popup brings along; without one it is silent. Only macOS knows such names.
    pub sound: Option<String>,
    /// The category of the Desktop Notifications Specification, such as `im.received`.
    pub category: Option<String>,
}

/// Why a popup closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closed {
    /// Its time was over.
    Expired,
    /// The user waved it away.
    Dismissed,
    /// It was withdrawn.
    Withdrawn,
    /// The desktop did not say, or the notification service is gone.
    Unknown,
}

/// What became of a popup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PopupEvent {
    /// The user clicked the popup or a button.
    Activated {
        /// The popup's key.
        key: String,
        /// The button's id; `None`: the popup itself.
        action: Option<String>,
        /// The activation token that lets a window come to the front (XDG activation, X11 start-up id).
        token: Option<String>,
    },
    /// The user answered in the popup.
    Replied {
        /// The popup's key.
        key: String,
        /// The answer as typed.
        text: String,
    },
    /// The popup is gone.
    Closed {
        /// The popup's key.
        key: String,
        /// Why.
        reason: Closed,
    },
    /// The popup could not be shown.
    NotShown {
        /// The popup's key.
        key: String,
        /// Why.
        error: PopupError,
    },
}

/// Why a popup was not shown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PopupError {
    /// There is no session bus.
    #[error("no session bus: {0}")]
    NoBus(String),
    /// Nobody shows notifications here.
    #[error("no notification service: {0}")]
    NoService(String),
    /// The notification service refused.
    #[error("the notification service refused: {0}")]
    Refused(String),
    /// More was asked at once than can be shown.
    #[error("too many popups at once")]
    TooMany,
    /// The room has ended.
    #[error("popups have ended")]
    Ended,
}

/// So many orders may wait; the alert rules bound popups to five in three seconds long before.
const QUEUE: usize = 256;

#[derive(Debug)]
enum Order {
    Show(Box<PopupRequest>),
    #[cfg_attr(
        not(target_os = "linux"),
        expect(dead_code, reason = "what is shown there cannot be withdrawn by key")
    )]
    Withdraw(String),
    WithdrawAll,
}

/// Shows popups. Cheap to clone; the popups stay while one clone lives, and are withdrawn with the last.
#[derive(Debug, Clone)]
pub struct Popups {
    orders: mpsc::Sender<Order>,
    service: watch::Receiver<Option<Abilities>>,
}

impl Popups {
    /// Starts showing popups; what the user does with them goes to `events`. Must be called inside a tokio runtime.
    ///
    /// Never fails: without a bus or a service a popup is answered by [`PopupEvent::NotShown`], or waits for a service
    /// if it stays until it is handled. So does one whose service dies.
    #[must_use]
    pub fn start(bus: Bus, identity: Identity, events: mpsc::Sender<PopupEvent>) -> Self {
        let (orders, taken) = mpsc::channel(QUEUE);
        let (told, service) = watch::channel(None);
        #[cfg(target_os = "linux")]
        tokio::spawn(service::run(bus, identity, taken, events, told));
        #[cfg(not(target_os = "linux"))]
        elsewhere::start(&bus, identity, taken, events, told);
        Self { orders, service }
    }

    /// Who shows popups here, and what they can do; `None` while nobody does.
    #[must_use]
    pub fn service(&self) -> watch::Receiver<Option<Abilities>> {
        self.service.clone()
    }

    /// Shows a popup, or replaces the one with its key. Returns at once.
    ///
    /// # Errors
    /// [`PopupError::TooMany`] and [`PopupError::Ended`]; what the desktop refuses comes as an event.
    pub fn show(&self, request: PopupRequest) -> Result<(), PopupError> {
        self.order(Order::Show(Box::new(request)))
    }

    /// Takes a popup away, as soon as it is seen elsewhere. Nothing happens when there is none.
    ///
    /// # Errors
    /// [`PopupError::TooMany`] and [`PopupError::Ended`].
    pub fn withdraw(&self, key: &str) -> Result<(), PopupError> {
        self.order(Order::Withdraw(key.to_owned()))
    }

    /// Takes all popups away.
    ///
    /// # Errors
    /// [`PopupError::TooMany`] and [`PopupError::Ended`].
    pub fn withdraw_all(&self) -> Result<(), PopupError> {
        self.order(Order::WithdrawAll)
    }

    fn order(&self, order: Order) -> Result<(), PopupError> {
        self.orders
            .try_send(order)
            .map_err(|refused| match refused {
                mpsc::error::TrySendError::Full(_) => PopupError::TooMany,
                mpsc::error::TrySendError::Closed(_) => PopupError::Ended,
            })
    }
}
