//! Every command, its arguments and its answer.

use crate::alerts::{
    ActivityEntry, AlertCapability, AlertConditionsView, AlertExplanation, AlertProfilesView,
    AlertRowChange, AlertRowsView, AlertSettingsView, ExportedAlerts, ImportedAlerts,
    SoundPackView, WatchView, Whose,
};
use crate::place::Place;
use crate::secret::Secret;
use crate::views::{
    ChatPage, ChatView, ChatsNow, ContactPage, ContactsNow, NewAccount, Overview, SentMessage,
    Standing, Status,
};
use carillon_core::alerts::{
    AlertPlan, EventKind, MuteFor, OtherDevice, PresenceRules, Preset, Profile, ProfileChoice,
    QuietHours, Row,
};
use carillon_core::chat::{HistoryAnchor, HistoryPage, Message};
use carillon_core::ids::{AccountId, ActivityId, ChatRef, InviteId, MessageId, Timestamp};
use carillon_core::settings::{General, Mute, OwnAvailability, Privacy, SecretStore};
use jid::BareJid;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A command with its answer.
pub trait Ask: Into<Command> + Serialize {
    /// What comes back when it was carried out.
    type Answer: Serialize + DeserializeOwned;
}

commands! {
    /// Everything that the first painted frame needs.
    overview = ReadOverview {} -> Overview;
    /// How things stand, without contacts and chats.
    standing = ReadStanding {} -> Standing;
    /// Reads the contacts that changed.
    contacts = ReadContacts {
        /// Which.
        contacts: Vec<ChatRef>,
    } -> ContactsNow;
    /// Reads the chats whose lines changed.
    chats = ReadChats {
        /// Which.
        chats: Vec<ChatRef>,
    } -> ChatsNow;
    /// A part of all contacts of all accounts.
    contact_page = ReadContactPage {
        /// From behind this one on; `None`: from the first.
        after: Option<ChatRef>,
    } -> ContactPage;
    /// A part of all chats.
    chat_page = ReadChatPage {
        /// From behind this one on; `None`: from the first.
        after: Option<ChatRef>,
    } -> ChatPage;
    /// What the command line's `status` prints.
    status = ReadStatus {} -> Status;

    /// Signs in with an account and keeps it once the server let it in. Until then nothing is stored.
    sign_in = SignIn {
        /// The address.
        #[ts(type = "string")]
        jid: BareJid,
        /// The password.
        password: Secret,
        /// A server address set by the user; `None`: found by discovery.
        connect: Option<String>,
        /// Where to keep the password.
        secret: SecretStore,
    } -> NewAccount;
    /// Creates an account on a server (XEP-0077) and signs in with it.
    create_account = CreateAccount {
        /// The address that it shall have.
        #[ts(type = "string")]
        jid: BareJid,
        /// Its password.
        password: Secret,
        /// A server address set by the user; `None`: found by discovery.
        connect: Option<String>,
        /// Where to keep the password.
        secret: SecretStore,
    } -> NewAccount;
    /// Adds an account without trying it; the command line's `account add`.
    add_account = AddAccount {
        /// The address.
        #[ts(type = "string")]
        jid: BareJid,
        /// The password.
        password: Secret,
        /// A server address set by the user.
        connect: Option<String>,
        /// Where to keep the password.
        secret: SecretStore,
    } -> NewAccount;
    /// Takes an account and all that is stored of it away from this computer; the server keeps its own.
    remove_account = RemoveAccount {
        /// Which.
        account: AccountId,
    } -> ();
    /// Changes how an account signs in, and tries at once.
    change_account = ChangeAccount {
        /// Which.
        account: AccountId,
        /// A new password; `None`: as it was.
        password: Option<Secret>,
        /// The server address; `None`: found by discovery.
        connect: Option<String>,
        /// Where to keep the password.
        secret: SecretStore,
        /// Whether to sign in at all.
        enabled: bool,
    } -> ();
    /// Tries to connect now instead of waiting.
    connect_now = ConnectNow {
        /// Which.
        account: AccountId,
    } -> ();

    /// Sets my own status for all accounts.
    set_status = SetStatus {
        /// What to show.
        availability: OwnAvailability,
        /// My words, at most 1,000 characters.
        status: String,
    } -> ();
    /// Sets or lifts the mute for all alerts.
    set_mute = SetMute {
        /// `None` lifts it.
        mute: Option<Mute>,
    } -> ();

    /// Asks somebody to be my contact.
    add_contact = AddContact {
        /// On which account.
        account: AccountId,
        /// Whom.
        #[ts(type = "string")]
        jid: BareJid,
        /// The name to show, empty for none.
        name: String,
        /// Groups.
        groups: Vec<String>,
        /// Words that go with the request, empty for none.
        text: String,
    } -> ();
    /// Changes a contact's name and groups.
    change_contact = ChangeContact {
        /// Which.
        contact: ChatRef,
        /// The name to show, empty for none.
        name: String,
        /// All groups.
        groups: Vec<String>,
    } -> ();
    /// Removes a contact; the chat's history stays.
    remove_contact = RemoveContact {
        /// Which.
        contact: ChatRef,
    } -> ();
    /// Accepts a contact request, and asks back.
    accept_request = AcceptRequest {
        /// Whose.
        contact: ChatRef,
    } -> ();
    /// Declines a contact request.
    decline_request = DeclineRequest {
        /// Whose.
        contact: ChatRef,
    } -> ();
    /// Blocks somebody: contact request, stranger's messages and invitations of theirs go away too.
    block = Block {
        /// Whom.
        contact: ChatRef,
    } -> ();
    /// Takes somebody off the block list.
    unblock = Unblock {
        /// Whom.
        contact: ChatRef,
    } -> ();
    /// Everybody on the block lists.
    blocked = ReadBlocked {} -> Vec<ChatRef>;
    /// Accepts a stranger's messages: their chat opens.
    accept_stranger = AcceptStranger {
        /// Whose.
        contact: ChatRef,
    } -> ();
    /// Deletes a stranger's messages.
    delete_stranger = DeleteStranger {
        /// Whose.
        contact: ChatRef,
    } -> ();

    /// Opens a chat.
    open_chat = OpenChat {
        /// Which.
        chat: ChatRef,
    } -> ChatView;
    /// Reads a part of a chat's history. A part that would be too long for one answer is shorter, at the end that
    /// is further from the anchor, and says that there is more.
    history = ReadHistory {
        /// Which.
        chat: ChatRef,
        /// From where.
        anchor: HistoryAnchor,
        /// At most so many, never more than 200.
        limit: u32,
    } -> HistoryPage;
    /// Reads single messages again, in the order asked; those that are gone are left out, and those at the end that
    /// do not fit into the answer. At least one fits.
    messages = ReadMessages {
        /// Which.
        messages: Vec<MessageId>,
    } -> Vec<Message>;
    /// Stores a message and sends it, at once or when the account is connected again. The same `id`
    /// given twice is one message.
    send_message = SendMessage {
        /// To which chat.
        chat: ChatRef,
        /// A UUID made by the window.
        id: String,
        /// Plain text, 1 to 20,000 characters.
        body: String,
    } -> SentMessage;
    /// Sends a failed message again.
    retry_message = RetryMessage {
        /// Which.
        message: MessageId,
    } -> ();
    /// I have seen the chat up to this message.
    mark_seen = MarkSeen {
        /// Which chat.
        chat: ChatRef,
        /// Up to which message.
        up_to: MessageId,
    } -> ();
    /// I type, or stopped.
    set_typing = SetTyping {
        /// In which chat.
        chat: ChatRef,
        /// Whether I type now.
        composing: bool,
    } -> ();
    /// Keeps what is in the composer.
    save_draft = SaveDraft {
        /// Of which chat.
        chat: ChatRef,
        /// Empty forgets it.
        text: String,
    } -> ();

    /// Joins the room that I am invited to.
    accept_invite = AcceptInvite {
        /// Which invitation.
        invite: InviteId,
    } -> ChatRef;
    /// Declines an invitation to a room.
    decline_invite = DeclineInvite {
        /// Which invitation.
        invite: InviteId,
    } -> ();
    /// Enters a room again.
    join_room = JoinRoom {
        /// Which.
        room: ChatRef,
    } -> ();
    /// Leaves a room; its history stays.
    leave_room = LeaveRoom {
        /// Which.
        room: ChatRef,
    } -> ();

    /// The alert settings with every value in force.
    alert_settings = ReadAlertSettings {} -> AlertSettingsView;
    /// All rows of somebody, with every value in force.
    alert_rows = ReadAlertRows {
        /// Whose.
        whose: Whose,
    } -> AlertRowsView;
    /// Sets what the user wants in a row; empty cells inherit.
    set_alert_row = SetAlertRow {
        /// Whose row.
        whose: Whose,
        /// Which row.
        kind: EventKind,
        /// Its cells: they take the place of all that was set in it.
        row: Row,
    } -> ();
    /// Lets all rows of somebody inherit again. Mute, break-through and discretion stay.
    reset_alert_rows = ResetAlertRows {
        /// Whose.
        whose: Whose,
    } -> ();
    /// Sets what holds for an account, a group, a contact or a room beside its rows.
    set_override = SetOverride {
        /// For whom; never everybody or a profile.
        whose: Whose,
        /// No alert until then.
        mute: Option<Mute>,
        /// Whether it passes mutes of weaker scopes, quiet hours and Do Not Disturb; `None` inherits.
        break_through: Option<bool>,
        /// Whether popups never give anything away; `None` inherits.
        discreet: Option<bool>,
    } -> ();
    /// Mutes a chat, or lifts its mute. Says what holds then.
    mute_chat = MuteChat {
        /// Which.
        chat: ChatRef,
        /// How long.
        until: MuteFor,
    } -> Option<Mute>;
    /// Mutes all alerts, or lifts that mute. Says what holds then.
    mute_all = MuteAll {
        /// How long.
        until: MuteFor,
    } -> Option<Mute>;
    /// What a preset would change in the rows for everybody; nothing changes.
    preset_changes = ReadPresetChanges {
        /// Which.
        preset: Preset,
    } -> Vec<AlertRowChange>;
    /// Puts a preset's rows in the place of all rows for everybody.
    apply_preset = ApplyPreset {
        /// Which.
        preset: Preset,
    } -> ();
    /// The profiles, and which of them holds.
    alert_profiles = ReadAlertProfiles {} -> AlertProfilesView;
    /// Sets all profiles. When the one chosen by hand is not among them, they are chosen by themselves again.
    set_profiles = SetProfiles {
        /// All of them, in the order in which they are asked.
        profiles: Vec<Profile>,
    } -> ();
    /// Chooses the profile that holds.
    choose_profile = ChooseProfile {
        /// `automatic`, `none` or `profile:NAME`.
        choice: ProfileChoice,
    } -> ();
    /// What silences alerts or changes them, for everybody.
    alert_conditions = ReadAlertConditions {} -> AlertConditionsView;
    /// Sets all quiet hours.
    set_quiet_hours = SetQuietHours {
        /// All of them.
        quiet: Vec<QuietHours>,
    } -> ();
    /// Sets the kinds that pass mutes, quiet hours and Do Not Disturb.
    set_break_through_kinds = SetBreakThroughKinds {
        /// All of them.
        kinds: Vec<EventKind>,
    } -> ();
    /// Sets the words that make a room's message a mention.
    set_keywords = SetKeywords {
        /// All of them.
        keywords: Vec<String>,
    } -> ();
    /// Sets how friends who come and go are told.
    set_presence_rules = SetPresenceRules {
        /// All of it.
        presence: PresenceRules,
    } -> ();
    /// Sets what happens while another device of mine is used in the same chat.
    set_other_device = SetOtherDevice {
        /// All of it.
        other_device: OtherDevice,
    } -> ();
    /// Whom the user waits for.
    watches = ReadWatches {} -> Vec<WatchView>;
    /// Tells when a contact is available. It takes the place of an earlier watch for the same contact.
    add_watch = AddWatch {
        /// Whom to wait for.
        chat: ChatRef,
        /// Ends once it rang.
        once: bool,
        /// Ends then; `None`: never by itself.
        expires: Option<Timestamp>,
        /// Rings only after the contact was away for so many hours; 0: at any time.
        after_hours: u16,
    } -> ();
    /// Waits no longer for a contact.
    remove_watch = RemoveWatch {
        /// Which.
        chat: ChatRef,
    } -> ();
    /// Says what an event would do, and why. Nothing rings, and nothing is remembered.
    explain_alert = ExplainAlert {
        /// Which event.
        kind: EventKind,
        /// Whose doing it would be; `None`: nobody's in particular.
        chat: Option<ChatRef>,
        /// When; `None`: now.
        at: Option<Timestamp>,
        /// My own status; `None`: as it is.
        own: Option<OwnAvailability>,
        /// Whether the chat is in front and has the focus; `None`: as it is.
        in_front: Option<bool>,
        /// Whether the screen is locked; `None`: as it is.
        locked: Option<bool>,
        /// Whether the desktop's Do Not Disturb is on; `None`: as it is.
        do_not_disturb: Option<bool>,
    } -> AlertExplanation;
    /// What this desktop can show, play and tell.
    alert_capabilities = ReadAlertCapabilities {} -> Vec<AlertCapability>;
    /// Writes all alert rules into a file of their own.
    export_alerts = ExportAlerts {
        /// Where to; a file that is there is replaced.
        path: String,
    } -> ExportedAlerts;
    /// Reads alert rules from a file and puts them in the place of all that there are. When they cannot be read,
    /// nothing changes.
    import_alerts = ImportAlerts {
        /// Where from.
        path: String,
        /// Only says what would come of it; nothing changes.
        look_only: bool,
    } -> ImportedAlerts;
    /// The sound packs that can be chosen from.
    sound_packs = ReadSoundPacks {} -> Vec<SoundPackView>;
    /// Takes a sound pack over into the profile.
    import_sound_pack = ImportSoundPack {
        /// A folder or a zip file with `pack.toml`.
        path: String,
    } -> SoundPackView;
    /// Shows a sample of a row through the real path, and says what was decided.
    try_alert = TryAlert {
        /// Which row.
        kind: EventKind,
    } -> AlertPlan;
    /// Says whether a file can be used as a sound.
    check_sound = CheckSound {
        /// Its path.
        path: String,
    } -> ();
    /// Says whether a file can be used as an icon.
    check_icon = CheckIcon {
        /// Its path.
        path: String,
    } -> ();
    /// Sets what others learn.
    set_privacy = SetPrivacy {
        /// All of it.
        privacy: Privacy,
    } -> ();
    /// Sets how the app looks and starts. Own status is set by `set_status`.
    set_general = SetGeneral {
        /// All of it.
        general: General,
    } -> ();
    /// The newest lines of the Activity list.
    activity = ReadActivity {
        /// Before this line; `None`: the newest.
        before: Option<ActivityId>,
        /// At most so many, never more than 200.
        limit: u32,
    } -> Vec<ActivityEntry>;
    /// Puts a notice away.
    dismiss_notices = DismissNotices {} -> ();

    /// Starts the try-out, or what is missing of it.
    start_tryout = StartTryout {} -> ();
    /// Ends the try-out.
    end_tryout = EndTryout {
        /// Deletes its accounts, messages and passwords too.
        delete: bool,
    } -> ();

    /// What the window shows, told by window events.
    window_state = WindowState {
        /// The chat on screen.
        chat: Option<ChatRef>,
        /// The window has the focus.
        focused: bool,
    } -> ();
    /// Brings a window to the front, starting one if there is none.
    show = Show {
        /// Where to.
        place: Place,
        /// The desktop's permission, if there is one.
        token: Option<String>,
    } -> ();
    /// Ends the resident.
    quit = Quit {} -> ();
}
