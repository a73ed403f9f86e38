//! What the answers about alerts show.

use carillon_core::alerts::{
    self as rules, AlertPlan, EffectiveRow, EventKind, Explanation, OtherDevice, PresenceRules,
    Profile, ProfileChoice, QuietHours, Row, RowSentence,
};
use carillon_core::ids::{AccountId, ActivityId, ChatRef, Timestamp};
use carillon_core::settings::Mute;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Whose alert rules are meant, from weakest to strongest.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Whose {
    /// The settings for everybody.
    Everybody,
    /// A profile's.
    Profile {
        /// Its name.
        name: String,
    },
    /// An account's.
    Account {
        /// Which.
        account: AccountId,
    },
    /// Those of the contacts in a group.
    Group {
        /// On one account; `None`: on any.
        account: Option<AccountId>,
        /// The group's name.
        name: String,
    },
    /// A contact's or a room's.
    Chat {
        /// Which.
        chat: ChatRef,
    },
}

/// The alert settings for everybody, and what rows can be made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AlertSettingsView {
    /// One per kind, in the order of the screen.
    pub rows: Vec<AlertRowView>,
    /// The built-in sounds.
    pub sounds: Vec<String>,
    /// The built-in icons.
    pub icons: Vec<String>,
}

/// All rows of somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AlertRowsView {
    /// Whose.
    pub whose: Whose,
    /// One per kind, in the order of the screen.
    pub rows: Vec<AlertRowView>,
    /// The mute that is set in this very scope and still holds; for everybody the mute of all alerts.
    pub mute: Option<Mute>,
    /// What is set in this very scope.
    pub break_through: Option<bool>,
    /// What is set in this very scope.
    pub discreet: Option<bool>,
    /// The profile that holds now. It counts in the rows of accounts, groups and chats, not in those for everybody,
    /// nor in those of another profile.
    pub profile: Option<String>,
}

/// A row of the alert settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AlertRowView {
    /// Which.
    pub kind: EventKind,
    /// What is set in this very scope.
    pub own: Row,
    /// What is in force, and where it comes from.
    pub effective: EffectiveRow,
    /// What is in force, in the parts of a sentence.
    pub sentence: RowSentence,
}

/// What a preset changes in a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AlertRowChange {
    /// What happens now.
    pub before: RowSentence,
    /// What would happen.
    pub after: RowSentence,
}

/// The profiles, and which of them holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AlertProfilesView {
    /// In the order in which they are asked.
    pub profiles: Vec<Profile>,
    /// What the user chose.
    pub choice: ProfileChoice,
    /// The one that holds now.
    pub active: Option<String>,
}

/// What silences alerts or changes them, for everybody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AlertConditionsView {
    /// All quiet hours.
    pub quiet: Vec<QuietHours>,
    /// When the quiet hours that hold now end.
    pub quiet_until: Option<Timestamp>,
    /// Kinds that pass mutes, quiet hours and Do Not Disturb.
    pub break_through: Vec<EventKind>,
    /// Words that make a room's message a mention.
    pub keywords: Vec<String>,
    /// Friends who come and go.
    pub presence: PresenceRules,
    /// When another device of mine is in use.
    pub other_device: OtherDevice,
}

/// "Tell me when Bob is available."
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct WatchView {
    /// Whom the user waits for.
    pub chat: ChatRef,
    /// The name to show.
    pub name: String,
    /// Ends once it rang.
    pub once: bool,
    /// Ends then; `None`: never by itself.
    pub expires: Option<Timestamp>,
    /// Rings only after the contact was away for so many hours; 0: at any time.
    pub after_hours: u16,
}

/// Where the rule stands that decided, so that a click can lead there.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum RulePlace {
    /// A row.
    Row {
        /// Whose.
        whose: Whose,
        /// Which.
        row: EventKind,
    },
    /// A mute; everybody's is the mute of all alerts.
    Mute {
        /// Whose.
        whose: Whose,
    },
    /// Popups that never give anything away.
    Discreet {
        /// Whose.
        whose: Whose,
    },
    /// A mark to break through; everybody's is that of the kinds.
    BreakThrough {
        /// Whose.
        whose: Whose,
    },
    /// The quiet hours.
    QuietHours,
    /// My own status.
    OwnStatus,
    /// How friends who come and go are told.
    Presence,
    /// What happens while another device of mine is used.
    OtherDevice,
    /// What all of my devices tell of a room.
    RoomNotify {
        /// Which room.
        room: ChatRef,
    },
    /// A watch.
    Watch {
        /// For whom.
        chat: ChatRef,
    },
}

/// A line of the Activity list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ActivityEntry {
    /// Its row.
    pub id: ActivityId,
    /// When.
    pub at: Timestamp,
    /// What kind.
    pub event: EventKind,
    /// Whose doing, and where a click leads.
    pub chat: Option<ChatRef>,
    /// The name to show.
    pub name: String,
    /// What was shown or heard, and why.
    pub plan: AlertPlan,
    /// Where the rule stands that decided; `None` when it is none that could be changed.
    pub decided: Option<RulePlace>,
}

/// What an event would do, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AlertExplanation {
    /// The decision.
    #[serde(flatten)]
    pub explanation: Explanation,
    /// Where the rule stands that decided; `None` when it is none that could be changed.
    pub decided: Option<RulePlace>,
}

/// Something that a desktop may or may not be able to do or tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Ability {
    /// Popups.
    Popup,
    /// Buttons on popups, and clicks on them.
    PopupButtons,
    /// An answer typed into a popup.
    PopupReply,
    /// Sounds.
    Sound,
    /// The tray icon.
    Tray,
    /// Attention while no window is open.
    Attention,
    /// Reading aloud.
    Speech,
    /// Whether the desktop's Do Not Disturb is on.
    DoNotDisturb,
    /// Whether the screen is locked.
    Locked,
    /// Whether something covers the whole screen.
    FullScreen,
    /// Whether the screen is shared or recorded.
    Shared,
    /// Whether somebody is at the desk.
    Idle,
}

/// Why something is not known or not possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum AbilityReason {
    /// There is no notification service.
    NoNotificationService,
    /// The notification service has no such thing.
    ServiceLacksIt,
    /// There is no tray.
    NoTray,
    /// Nothing to play sounds on was found.
    NoSoundDevice,
    /// No program that reads aloud is installed.
    NoSpeech,
    /// This desktop does not tell.
    DesktopDoesNotTell,
    /// No desktop of this system tells programs.
    SystemDoesNotTell,
    /// It shows only when it is tried.
    NotTriedYet,
    /// The desktop's bus is not there.
    NoBus,
}

/// Whether something works here. What is unknown never counts as true.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Works {
    /// It does.
    Yes,
    /// Nobody knows.
    Unknown {
        /// Why.
        why: AbilityReason,
    },
    /// It does not.
    Impossible {
        /// Why.
        why: AbilityReason,
    },
}

/// A condition or an action, and whether it works here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AlertCapability {
    /// Which.
    pub ability: Ability,
    /// Whether it works.
    pub works: Works,
}

/// What was exported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ExportedAlerts {
    /// The file.
    pub path: String,
    /// Files of the user's own that the rules point to and that are not in it.
    pub own_files: Vec<String>,
    /// The folders of the sound packs that the rules name and that are not in it.
    pub packs: Vec<String>,
}

/// What an import brings, or would bring.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
pub struct ImportedAlerts {
    /// So many rows for everybody.
    pub rows: u32,
    /// So many profiles.
    pub profiles: u32,
    /// So many accounts, groups, contacts and rooms with rules of their own.
    pub overrides: u32,
    /// So many of those, and of the watches, are for accounts that are not here; they wait for them.
    pub elsewhere: u32,
    /// So many watches.
    pub watches: u32,
    /// So many quiet hours.
    pub quiet: u32,
    /// What is left out because it is too much, too long, or stands there twice.
    pub left_out: Vec<LeftOut>,
    /// Values that make no sense and are left out, in words with their place.
    pub trouble: Vec<String>,
    /// Keys that this version does not know and leaves out.
    pub unknown: Vec<String>,
    /// Files that the rules point to and that are not here.
    pub missing_files: Vec<String>,
    /// The names of sound packs that the rules name and that are not here.
    pub missing_packs: Vec<String>,
}

/// Alert rules that are not used.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum LeftOut {
    /// More than are kept.
    TooMany {
        /// The key.
        what: String,
        /// So many are kept.
        kept: u32,
        /// So many are not.
        left_out: u32,
    },
    /// A name, path or word that is empty or too long.
    BadText {
        /// The key.
        what: String,
    },
    /// A second one of the same name or scope; the first holds.
    Twice {
        /// The key.
        what: String,
    },
}

impl From<rules::bounds::LeftOut> for LeftOut {
    fn from(left_out: rules::bounds::LeftOut) -> Self {
        use rules::bounds::LeftOut as Core;
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        match left_out {
            Core::TooMany {
                what,
                kept,
                left_out,
            } => Self::TooMany {
                what: what.to_owned(),
                kept: number(kept),
                left_out: number(left_out),
            },
            Core::BadText { what } => Self::BadText {
                what: what.to_owned(),
            },
            Core::Twice { what } => Self::Twice {
                what: what.to_owned(),
            },
        }
    }
}

/// Where a sound pack comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum PackOrigin {
    /// The user imported it.
    Imported,
    /// A freedesktop sound theme of this system.
    System,
}

/// Sounds that belong together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SoundPackView {
    /// Its name, the same in no two packs of an origin.
    pub name: String,
    /// Who made it, empty when it does not say.
    pub author: String,
    /// Its licence, empty when it does not say.
    pub licence: String,
    /// Where it comes from.
    pub origin: PackOrigin,
    /// Its sounds.
    pub sounds: Vec<PackSound>,
    /// Those that cannot be used.
    pub refused: Vec<RefusedSound>,
}

/// A sound of a pack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PackSound {
    /// The event that the pack means it for, by the event's name.
    pub event: String,
    /// What a cell is set to for it.
    pub sound: rules::Sound,
}

/// A sound of a pack that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RefusedSound {
    /// The event that the pack means it for.
    pub event: String,
    /// The file, as the pack names it.
    pub file: String,
    /// Why not.
    pub why: PackProblem,
}

/// Why a sound, or a whole pack, cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum PackProblem {
    /// It is not there, or cannot be read.
    Unreadable,
    /// It is no sound.
    NotASound,
    /// It takes too long to hear.
    TooLong,
    /// It takes too much room, packed or unpacked.
    TooBig,
    /// It lies outside the pack.
    OutsideThePack,
    /// No event is named so.
    UnknownEvent,
    /// There are too many.
    TooMany,
    /// `pack.toml` is missing or not understood.
    NoPack,
}
