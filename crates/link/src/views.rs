//! What the answers show.

use crate::alerts::LeftOut;
use carillon_core::alerts::InWindow;
use carillon_core::avatar::AvatarHash;
use carillon_core::chat::{ChatSummary, StrangerRequest};
use carillon_core::connection::{Connection as Connected, Mechanism};
use carillon_core::contact::{Contact, ContactRequest};
use carillon_core::ids::{AccountId, ChatRef, MessageId, Timestamp};
use carillon_core::mood::Mood;
use carillon_core::moving::AccountMove;
use carillon_core::room::{Occupant, PrivateState, RoomAbout, RoomInvite, RoomNotify, RoomState};
use carillon_core::session::{ServerFeatures, SessionProblem};
use carillon_core::settings::{General, Mute, OwnAvailability, Privacy, SecretStore};
use jid::BareJid;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Where an account's connection stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Connection {
    /// Signed out by the user's choice.
    Offline,
    /// On the way.
    Connecting,
    /// Signed in.
    Online {
        /// What the server offers.
        features: ServerFeatures,
    },
    /// Will try again by itself.
    Waiting {
        /// When.
        retry_at: Timestamp,
        /// Why it failed last.
        problem: SessionProblem,
    },
    /// Needs the user.
    Stopped {
        /// Why.
        problem: SessionProblem,
    },
    /// The password is not to be had: no keyring, a locked one, or it was never stored.
    NeedsPassword,
}

/// An account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AccountView {
    /// Its identity.
    pub id: AccountId,
    /// Its address.
    #[ts(type = "string")]
    pub jid: BareJid,
    /// Whether Carillon signs in with it.
    pub enabled: bool,
    /// Where its connection stands.
    pub connection: Connection,
    /// A server address set by the user.
    pub connect: Option<String>,
    /// Where the password is kept.
    pub secret: SecretStore,
    /// How its session is connected, while there is one.
    pub connected: Option<Connected>,
    /// The strongest way that it was ever signed in by; a weaker one is refused.
    pub pinned: Option<Mechanism>,
    /// Through what its server is reached: `system`, `direct` or a proxy's address without its password.
    pub proxy: String,
    /// The password itself may be sent, inside TLS, to a server that takes nothing better.
    pub allow_plain: bool,
    /// What was missed is being read, or would be if the user had not stopped it.
    pub catching_up: Option<CatchingUp>,
    /// The picture that I show there.
    #[ts(type = "string | null")]
    pub avatar: Option<AvatarHash>,
    /// How I say there that I feel.
    pub mood: Option<Mood>,
    /// What I like to be called there, empty when I have not said.
    pub nick: String,
    /// I move from there to another account, or have.
    pub moving: Option<AccountMove>,
}

/// A picture to be shown, square and small.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AvatarView {
    /// As contacts and accounts name it.
    #[ts(type = "string")]
    pub hash: AvatarHash,
    /// A PNG in base64, made here.
    pub png: String,
}

/// How far the reading of what was missed is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CatchingUp {
    /// So many entries were read.
    pub taken: u32,
    /// Of so many, where the server counts.
    pub total: Option<u32>,
    /// The user stopped it.
    pub stopped: bool,
    /// The server takes longer than is waited for: it is asked for less, and less often.
    pub slow: bool,
}

/// My own status and mute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct OwnView {
    /// What I chose to show.
    pub availability: OwnAvailability,
    /// Shown as away because I am idle.
    pub idle: bool,
    /// My words.
    pub status: String,
    /// A mute that holds now.
    pub mute: Option<Mute>,
}

/// All that waits for an answer.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
pub struct RequestsView {
    /// Who asks to be my contact.
    pub contacts: Vec<ContactRequest>,
    /// Who wrote without being one.
    pub strangers: Vec<StrangerRequest>,
    /// Rooms that I am invited to.
    pub invites: Vec<RoomInvite>,
    /// So many older ones are not named here; they are once newer ones have their answer.
    pub left_out: u32,
}

/// Everything that the first painted frame needs, in one answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Overview {
    /// All but the lists.
    #[serde(flatten)]
    pub standing: Standing,
    /// The first contacts of all accounts, sorted by account and address.
    pub contacts: Vec<Contact>,
    /// There are more, to be read in pages that begin behind the last of these.
    pub more_contacts: bool,
    /// The newest chats, newest first.
    pub chats: Vec<ChatSummary>,
    /// There are more, to be read in pages from the first one on.
    pub more_chats: bool,
}

/// How things stand beside contacts and chats. Its size does not grow with theirs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Standing {
    /// In the order of the settings.
    pub accounts: Vec<AccountView>,
    /// What waits for an answer.
    pub requests: RequestsView,
    /// My status.
    pub own: OwnView,
    /// What the user set, but for the alerts, which are read by `alert_settings`.
    pub settings: SettingsView,
    /// The try-out.
    pub tryout: TryoutView,
    /// What the user should know.
    pub notices: Vec<Notice>,
    /// The alerts' chosen look changed by theme or language is read from `settings`; this is what the
    /// desktop can do.
    pub desktop: DesktopView,
    /// The screen is known to be locked: nobody looks at what a window shows.
    pub locked: bool,
    /// Carillon's version.
    pub version: String,
}

/// What the user set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SettingsView {
    /// How the app looks and starts, and own status.
    pub general: General,
    /// What others learn.
    pub privacy: Privacy,
    /// How an open window tells alerts by itself.
    pub in_window: InWindow,
}

/// Contacts, sorted by account and address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ContactPage {
    /// Not all that there are, and at least one if there is any.
    pub contacts: Vec<Contact>,
    /// There are more behind the last of these.
    pub more: bool,
}

/// Chats, sorted by account and address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ChatPage {
    /// Not all that there are, and at least one if there is any.
    pub chats: Vec<ChatSummary>,
    /// There are more behind the last of these.
    pub more: bool,
}

/// Contacts that were asked for by name. Who is in neither list did not fit into this answer; at least one does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ContactsNow {
    /// As they are now.
    pub contacts: Vec<Contact>,
    /// On no roster.
    pub gone: Vec<ChatRef>,
}

/// Chats that were asked for by name. Which is in neither list did not fit into this answer; at least one does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ChatsNow {
    /// As they are now.
    pub chats: Vec<ChatSummary>,
    /// No chats, or not ones for the list: strangers wait in Requests.
    pub gone: Vec<ChatRef>,
}

/// What this desktop can do.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
pub struct DesktopView {
    /// There is a tray.
    pub tray: bool,
    /// There is a notification service, and its name.
    pub notifications: Option<String>,
    /// Sound can be played.
    pub sound: bool,
    /// There is a keyring.
    pub keyring: bool,
    /// The language in force, such as `de`.
    pub language: String,
}

/// Why something could not be stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum StorageCause {
    /// There is no room left.
    Full,
    /// The file or its folder cannot be written.
    ReadOnly,
    /// The disk, or somebody else who uses the database.
    Other,
}

/// Something that the user should know, until it is put away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Notice {
    /// The settings file could not be read; it was set aside and the defaults hold.
    SettingsSetAside {
        /// Where it is now.
        path: String,
        /// What is wrong with it, with its line.
        detail: String,
    },
    /// The settings file holds keys that this version does not know; they are kept.
    SettingsUnknownKeys {
        /// Their names.
        keys: Vec<String>,
    },
    /// The settings file holds alert rules that are too many, too long, or stand there twice. They are not used; a copy
    /// of the file is kept.
    AlertsLeftOut {
        /// Where the copy is.
        path: String,
        /// What.
        left_out: Vec<LeftOut>,
    },
    /// The database was damaged and was set aside; a new one was begun.
    DatabaseSetAside {
        /// Where it is now.
        path: String,
        /// How many messages of it are in the new one.
        messages: u32,
        /// How many conversations.
        chats: u32,
    },
    /// Damage was found in the database while it is in use. The next start sets it aside and saves what it can.
    DatabaseDamaged,
    /// Something could not be stored; nothing that was stored before is lost.
    Storage {
        /// Why.
        cause: StorageCause,
        /// What happened.
        detail: String,
    },
    /// The try-out was to be deleted, and something of it is left.
    TryoutLeft {
        /// Its folder.
        path: String,
        /// What happened.
        detail: String,
    },
}

/// A chat when it is opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ChatView {
    /// Its line in the list.
    pub summary: ChatSummary,
    /// The first message that I have not seen.
    pub first_unseen: Option<MessageId>,
    /// The newest messages.
    pub history: carillon_core::chat::HistoryPage,
    /// Who types now: nicks in a room, the contact's address otherwise.
    pub typing: Vec<String>,
    /// For a room, where I stand in it.
    pub room: Option<RoomView>,
    /// For a private conversation in a room, with whom it is, and whether I can write to them.
    pub private: Option<PrivateView>,
}

/// A private conversation in a room as it is now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PrivateView {
    /// The room.
    pub room: ChatRef,
    /// What the room is called.
    pub room_name: String,
    /// What the other one is called there.
    pub nick: String,
    /// Whether I can write.
    pub state: PrivateState,
}

/// A room as it is now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RoomView {
    /// Where I stand.
    pub state: RoomState,
    /// My nick.
    pub nick: String,
    /// The topic, empty when none.
    pub subject: String,
    /// How many are in it, with me.
    pub occupants: u32,
    /// As the room shows me, while I am in it.
    pub me: Option<Occupant>,
    /// What it says of itself.
    pub about: RoomAbout,
    /// Of which messages all of my devices tell; `None`: as each has it in its settings.
    pub notify: Option<RoomNotify>,
}

/// Rooms that can be found.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
pub struct FoundRooms {
    /// Where rooms are on the account's server; read only with the first part of its own list.
    #[ts(type = "Array<string>")]
    pub services: Vec<BareJid>,
    /// The rooms that are not hidden, as the server sorts them.
    pub rooms: Vec<FoundRoom>,
    /// There are more behind here.
    pub more_behind: Option<String>,
}

/// A room that can be found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FoundRoom {
    /// Its address.
    #[ts(type = "string")]
    pub jid: BareJid,
    /// Its name, never empty.
    pub name: String,
}

/// People of a room, sorted by nick.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct OccupantPage {
    /// Not all that there are, and at least one if there is any.
    pub occupants: Vec<Occupant>,
    /// There are more behind the last of these.
    pub more: bool,
}

/// A sent message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SentMessage {
    /// Its row.
    pub message: MessageId,
}

/// A new account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct NewAccount {
    /// Its identity.
    pub account: AccountId,
}

/// The try-out on this computer.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
pub struct TryoutView {
    /// It runs, or was started before and can be taken up.
    pub exists: bool,
    /// This profile is one of its two people: `alice` or `bob`.
    pub role: Option<String>,
    /// Where its data lie.
    pub folder: String,
    /// The files that hold the generated passwords, mode 0600.
    pub password_files: Vec<String>,
}

/// What `carillon status --json` prints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Status {
    /// Carillon's version.
    pub version: String,
    /// The resident's process.
    pub pid: u32,
    /// The accounts.
    pub accounts: Vec<AccountView>,
    /// Unseen messages over all chats.
    pub unread: u32,
    /// Requests and invitations that wait.
    pub requests: u32,
    /// How many windows are connected.
    pub windows: u32,
    /// The chat that a window shows.
    pub visible_chat: Option<ChatRef>,
    /// Whether that window has the focus.
    pub focused: bool,
    /// There is a tray.
    pub tray: bool,
}
