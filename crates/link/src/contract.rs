//! Every command, its arguments and its answer.

use crate::alerts::{
    ActivityEntry, AlertCapability, AlertConditionsView, AlertExplanation, AlertProfilesView,
    AlertRowChange, AlertRowsView, AlertSettingsView, ExportedAlerts, ImportedAlerts,
    SoundPackView, WatchView, Whose,
};
use crate::place::Place;
use crate::secret::Secret;
use crate::views::{
    AvatarView, ChatPage, ChatView, ChatsNow, ContactPage, ContactsNow, FoundRooms, NewAccount,
    OccupantPage, Overview, PrivateView, RoomView, SentMessage, Standing, Status,
};
use crate::views_files::{
    FileToSend, FileView, LookedAt, PictureFile, PlayingView, RecordingView, TransferView,
};
use crate::views_own::{
    ExportFormat, FoundInChat, HistoryProgram, HistorySource, RosterSource, SearchPage, WorkView,
};
use crate::views_people::InvitationView;
use carillon_core::alerts::{
    AlertPlan, EventKind, InWindow, MuteFor, OtherDevice, PresenceRules, Preset, Profile,
    ProfileChoice, QuietHours, Row,
};
use carillon_core::avatar::AvatarHash;
use carillon_core::chat::{HistoryAnchor, HistoryPage, Message, Version};
use carillon_core::form::DataForm;
use carillon_core::ids::{
    AccountId, ActivityId, ChatRef, InviteId, MessageId, Timestamp, TransferId,
};
use carillon_core::invitation::InvitationKind;
use carillon_core::look_alike::LookAlike;
use carillon_core::mood::Mood;
use carillon_core::moving::MoveWish;
use carillon_core::person::{CardField, ContactDetails, PersonAnswer, PersonQuestion};
use carillon_core::room::{
    Affiliation, AffiliationList, Channels, Moderation, NotInvited, RoomNotify,
};
use carillon_core::search::SearchQuery;
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

with_file_commands! { with_people_commands with_own_commands with_room_commands with_alert_commands commands
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
        /// Through what its server is reached: `system`, `direct` or a proxy's address; empty is `system`.
        #[serde(default)]
        proxy: String,
        /// The password itself may be sent, inside TLS, to a server that takes nothing better.
        #[serde(default)]
        allow_plain: bool,
    } -> NewAccount;
    /// Creates an account on a server (XEP-0077) and signs in with it.
    create_account = CreateAccount {
        /// What an invitation to that server gave me (XEP-0445), `None` without one.
        #[serde(default)]
        token: Option<Secret>,
        /// The address that it shall have.
        #[ts(type = "string")]
        jid: BareJid,
        /// Its password.
        password: Secret,
        /// A server address set by the user; `None`: found by discovery.
        connect: Option<String>,
        /// Where to keep the password.
        secret: SecretStore,
        /// Through what its server is reached: `system`, `direct` or a proxy's address; empty is `system`.
        #[serde(default)]
        proxy: String,
        /// The password itself may be sent, inside TLS, to a server that takes nothing better.
        #[serde(default)]
        allow_plain: bool,
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
        /// Through what its server is reached, as it was shown or new; `None`: as it was.
        #[serde(default)]
        proxy: Option<String>,
        /// The password itself may be sent, inside TLS, to a server that takes nothing better; `None`: as it was.
        #[serde(default)]
        allow_plain: Option<bool>,
    } -> ();
    /// Tries to connect now instead of waiting.
    connect_now = ConnectNow {
        /// Which.
        account: AccountId,
    } -> ();
    /// Signs in by weaker ways than before, which was refused until the user says so.
    accept_weaker = AcceptWeaker {
        /// Which.
        account: AccountId,
    } -> ();
    /// Stops reading what was missed, until `go_on_catching_up` or the next sign-in.
    stop_catching_up = StopCatchingUp {
        /// Whose.
        account: AccountId,
    } -> ();
    /// Goes on reading what was missed.
    go_on_catching_up = GoOnCatchingUp {
        /// Whose.
        account: AccountId,
    } -> ();

    /// Sets my own status for all accounts.
    set_status = SetStatus {
        /// What to show.
        availability: OwnAvailability,
        /// My words, at most 1,000 characters.
        status: String,
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
        /// What their invitation gave me (XEP-0379), empty for nothing.
        #[serde(default)]
        token: String,
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
    /// What is known of a contact without asking.
    contact_details = ReadContactDetails {
        /// Of whom.
        contact: ChatRef,
    } -> ContactDetails;
    /// Asks a contact's account, or one of their devices, something that only the user's looking is a reason for.
    ask_person = AskPerson {
        /// Whom.
        contact: ChatRef,
        /// The device; `None`: the account.
        resource: Option<String>,
        /// What.
        question: PersonQuestion,
    } -> PersonAnswer;
    /// Shows others a picture of mine, or none.
    set_avatar = SetAvatar {
        /// On which account.
        account: AccountId,
        /// In base64, of any format that is shown of others; its middle, as a square. `None`: none.
        picture: Option<String>,
    } -> ();
    /// Tells those who see my presence how I feel.
    set_mood = SetMood {
        /// On which account.
        account: AccountId,
        /// `None`: nothing any more. Its words are cut to 300 characters.
        mood: Option<Mood>,
    } -> ();
    /// Tells those who see my presence what I like to be called.
    set_nick = SetNick {
        /// On which account.
        account: AccountId,
        /// Cut to 100 characters; empty: nothing any more.
        nick: String,
    } -> ();
    /// The pictures that contacts and accounts name; those that are not there are left out, and those at the end that
    /// do not fit into the answer. At least one fits.
    avatars = ReadAvatars {
        /// Which, never more than 64.
        #[ts(type = "string[]")]
        hashes: Vec<AvatarHash>,
    } -> Vec<AvatarView>;
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
    /// Asks the server's archive for what was said before everything that is stored of a chat. Says whether it is being
    /// read: what comes is told as what was missed is.
    read_older = ReadOlder {
        /// Of which chat.
        chat: ChatRef,
    } -> bool;
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
        /// The message of the same chat that it answers.
        #[serde(default)]
        reply_to: Option<MessageId>,
    } -> SentMessage;
    /// Sends a failed message again.
    retry_message = RetryMessage {
        /// Which.
        message: MessageId,
    } -> ();
    /// Puts other words in the place of a message of mine, and sends them, at once or when the account is connected
    /// again. The same `id` given twice is one correction.
    correct_message = CorrectMessage {
        /// Which.
        message: MessageId,
        /// A UUID made by the window.
        id: String,
        /// Plain text, 1 to 20,000 characters.
        body: String,
    } -> ();
    /// Takes back a message of mine that the server has: its words are gone here, and the others are asked to forget
    /// them, at once or when the account is connected again.
    retract_message = RetractMessage {
        /// Which.
        message: MessageId,
        /// A UUID made by the window.
        id: String,
    } -> ();
    /// Gives a message these signs and no others, at once or when the account is connected again. The same `id` given
    /// twice is once.
    react = React {
        /// Which.
        message: MessageId,
        /// A UUID made by the window.
        id: String,
        /// Emoji, never more than 16; none takes mine back.
        emoji: Vec<String>,
    } -> ();
    /// Deletes messages on this computer; what still has to be sent is left.
    delete_messages = DeleteMessages {
        /// Which, never more than 200.
        messages: Vec<MessageId>,
    } -> ();
    /// Pins a message in its chat for the user alone, or does so no more.
    pin_message = PinMessage {
        /// Which.
        message: MessageId,
        /// Whether it is pinned from now on.
        pinned: bool,
    } -> ();
    /// The messages that are pinned in a chat, in its order; of what does not fit into an answer the newest.
    pins = ReadPins {
        /// In which.
        chat: ChatRef,
    } -> Vec<Message>;
    /// What a message has said, the first words first; of what does not fit into an answer the newest.
    versions = ReadVersions {
        /// Which.
        message: MessageId,
    } -> Vec<Version>;
    /// I have seen the chat up to this message.
    mark_seen = MarkSeen {
        /// Which chat.
        chat: ChatRef,
        /// Up to which message.
        up_to: MessageId,
    } -> ();
    /// Calls for a contact's attention (XEP-0224). Whoever is not there is not called later.
    buzz = Buzz {
        /// Whose.
        contact: ChatRef,
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
