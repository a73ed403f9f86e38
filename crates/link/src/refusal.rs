//! Why a command was not carried out.

use crate::alerts::PackProblem;
use carillon_core::session::SessionProblem;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What the UI branches on and translates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum RefusalCode {
    /// The address is not one.
    BadAddress,
    /// There is such an account already.
    AccountExists,
    /// There is no such account, chat, message, request or invitation any more.
    Gone,
    /// Signing in or registering did not work.
    Session {
        /// Why.
        problem: SessionProblem,
    },
    /// The server lets nobody register by itself.
    RegistrationNotOffered,
    /// The name is taken.
    NameTaken,
    /// The server wants the registration done on its web page.
    RegistrationElsewhere {
        /// Its page, empty when it named none.
        url: String,
    },
    /// The server did not accept what was registered; its words stand in `detail`.
    RegistrationRefused,
    /// The server takes no registrations now, and may later; its words stand in `detail`.
    RegistrationLater,
    /// The server does not know the invitation, or it was used, or has ended.
    BadInvitation,
    /// There is no keyring; a file may be chosen instead.
    NoKeyring,
    /// The account is not connected, and this cannot wait.
    NotConnected,
    /// The server or the other side refused; its words stand in `detail`.
    RefusedByServer,
    /// The room does not let me do that; its words stand in `detail`.
    NotPermitted,
    /// The room would have no owner left, or I would ban myself; its words stand in `detail`.
    NeedsOwner,
    /// A service was asked too often, and wants to be left alone for a while.
    TooOften {
        /// For so many seconds from now on; `None`: it does not say.
        seconds: Option<u32>,
    },
    /// A service can make nothing of the words that it is to search for; its own stand in `detail`.
    BadSearch,
    /// The proxy's address is none, or its password is missing; which stands in `detail`.
    BadProxy,
    /// They for whom it is are not in the room, or I am not.
    NotThere,
    /// Somebody else may have the nick now for which it is; that has to be looked at first.
    SomebodyElse,
    /// The text is empty or too long.
    BadText,
    /// The file cannot be used; why stands in `detail`.
    BadFile,
    /// There is no microphone, or it may not be used; why stands in `detail`.
    NoMicrophone,
    /// The sound cannot be played: it is of an unknown kind, or there is no loudspeaker; which stands in `detail`.
    NotPlayable,
    /// Alert rules that are too many, too long, or would stand there twice; which stands in `detail`.
    BadRules,
    /// The sound pack cannot be used.
    BadPack {
        /// Why.
        why: PackProblem,
    },
    /// The disk is full or cannot be written; nothing that was stored is lost.
    Storage,
    /// The resident ended, or is of another version.
    LinkLost,
    /// A fault of Carillon's own; `detail` says what.
    Internal,
}

/// A command that was not carried out; nothing has changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, thiserror::Error)]
#[error("{detail}")]
pub struct Refusal {
    /// What the UI branches on.
    pub code: RefusalCode,
    /// In English, for people who look closer.
    pub detail: String,
}

impl Refusal {
    /// A refusal for `code` with `detail` for people who look closer.
    pub fn new(code: RefusalCode, detail: impl Into<String>) -> Self {
        Self {
            code,
            detail: detail.into(),
        }
    }
}

impl From<SessionProblem> for Refusal {
    fn from(problem: SessionProblem) -> Self {
        Self {
            detail: problem.to_string(),
            code: RefusalCode::Session { problem },
        }
    }
}
