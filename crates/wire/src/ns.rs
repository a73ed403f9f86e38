//! The namespaces in use. Those that `xmpp_parsers` names come from there.

pub(crate) use xmpp_parsers::ns::{
    AVATAR_DATA, AVATAR_METADATA, BIND, BLOCKING, CAPS, CARBONS, CHATSTATES, CSI, DATA_FORMS,
    DELAY, DISCO_INFO, DISCO_ITEMS, DISPLAYED_MARKERS, FORWARD, JABBER_CLIENT, MAM, MOOD, MUC,
    MUC_USER, NICK, OOB, PING, PUBSUB, PUBSUB_EVENT, RECEIPTS, REGISTER, ROSTER, RSM, SASL, SID,
    STREAM, TIME, TLS, VCARD, VCARD_UPDATE, VERSION, XMPP_STANZAS, XMPP_STREAMS,
};

/// Calls for attention (XEP-0224).
pub(crate) const ATTENTION: &str = "urn:xmpp:attention:0";
/// Direct invitations (XEP-0249).
pub(crate) const CONFERENCE: &str = "jabber:x:conference";
/// The wish to hear which pictures people show (XEP-0084 §3.2, XEP-0163 §4).
pub(crate) const AVATAR_METADATA_NOTIFY: &str = "urn:xmpp:avatar:metadata+notify";
/// The wish to hear how people feel (XEP-0107 §2.2, XEP-0163 §4).
pub(crate) const MOOD_NOTIFY: &str = "http://jabber.org/protocol/mood+notify";
/// The wish to hear what people like to be called (XEP-0172 §4.3).
pub(crate) const NICK_NOTIFY: &str = "http://jabber.org/protocol/nick+notify";
/// Places for files (XEP-0363).
pub(crate) const HTTP_UPLOAD: &str = "urn:xmpp:http:upload:0";
/// Corrections (XEP-0308).
pub(crate) const CORRECT: &str = "urn:xmpp:message-correct:0";
/// Lasting names for the occupants of a room (XEP-0421).
pub(crate) const OCCUPANT_ID: &str = "urn:xmpp:occupant-id:0";
/// What moderators and admins ask of a room (XEP-0045 §8, §9).
pub(crate) const MUC_ADMIN: &str = "http://jabber.org/protocol/muc#admin";
/// What owners ask of a room (XEP-0045 §10).
pub(crate) const MUC_OWNER: &str = "http://jabber.org/protocol/muc#owner";
/// Rooms that are searched for by words (XEP-0433).
pub(crate) const CHANNEL_SEARCH: &str = "urn:xmpp:channel-search:0:search";
/// What is searched for, as a form.
pub(crate) const CHANNEL_SEARCH_PARAMS: &str = "urn:xmpp:channel-search:0:search-params";
/// Why it was not.
pub(crate) const CHANNEL_SEARCH_ERROR: &str = "urn:xmpp:channel-search:0:error";
/// The order in which the most visited ones come first.
pub(crate) const CHANNEL_SEARCH_BY_USERS: &str = "{urn:xmpp:channel-search:0:order}nusers";
/// What stands in a message for those who do not know better (XEP-0428).
pub(crate) const FALLBACK: &str = "urn:xmpp:fallback:0";
/// Reactions (XEP-0444).
pub(crate) const REACTIONS: &str = "urn:xmpp:reactions:0";
pub(crate) const REPLY: &str = "urn:xmpp:reply:0";
/// Files with what is told of them (XEP-0447).
pub(crate) const SFS: &str = "urn:xmpp:sfs:0";
/// What is told of a file (XEP-0446).
pub(crate) const FILE_METADATA: &str = "urn:xmpp:file:metadata:0";
/// Small pictures that stand for larger ones (XEP-0264).
pub(crate) const THUMBS: &str = "urn:xmpp:thumbs:1";
/// Hashes (XEP-0300).
pub(crate) const HASHES: &str = "urn:xmpp:hashes:2";
/// The hash that is made and checked (XEP-0300 §5).
pub(crate) const SHA_256: &str = "urn:xmpp:hash-function-text-names:sha-256";
/// Where a file is (XEP-0103).
pub(crate) const URL_DATA: &str = "http://jabber.org/protocol/url-data";
/// What a message is encrypted by (XEP-0380).
pub(crate) const EME: &str = "urn:xmpp:eme:0";
/// Messages taken back (XEP-0424).
pub(crate) const RETRACT: &str = "urn:xmpp:message-retract:1";
/// What moderators take back (XEP-0425).
pub(crate) const MODERATE: &str = "urn:xmpp:message-moderate:1";
/// The same as the document had it up to its version 0.2, and as Debian's Prosody still speaks it: fastened to the message
/// (XEP-0422) that an earlier retraction takes back.
pub(crate) const MODERATE_OLD: &str = "urn:xmpp:message-moderate:0";
pub(crate) const FASTEN: &str = "urn:xmpp:fasten:0";
pub(crate) const RETRACT_OLD: &str = "urn:xmpp:message-retract:0";
/// Rooms that an account keeps for its devices (XEP-0402).
pub(crate) const BOOKMARKS: &str = "urn:xmpp:bookmarks:1";
/// The wish to hear of their changes (XEP-0163 §4).
pub(crate) const BOOKMARKS_NOTIFY: &str = "urn:xmpp:bookmarks:1+notify";
/// Of which messages of a room devices tell (XEP-0492).
pub(crate) const NOTIFY: &str = "urn:xmpp:notification-settings:1";
/// Marks in words that say how to show them (XEP-0393).
pub(crate) const STYLING: &str = "urn:xmpp:styling:0";
/// A server shows older clients what is kept so, in private storage or as one item (XEP-0402 §6).
pub(crate) const BOOKMARKS_COMPAT: &str = "urn:xmpp:bookmarks:1#compat";
pub(crate) const BOOKMARKS_COMPAT_PEP: &str = "urn:xmpp:bookmarks:1#compat-pep";
/// Rooms in one piece (XEP-0048), and the node that a server keeps in step with it (XEP-0411).
pub(crate) const STORAGE_BOOKMARKS: &str = "storage:bookmarks";
/// Up to where my devices have seen chats (XEP-0490 §4.1).
pub(crate) const DISPLAYED: &str = "urn:xmpp:mds:displayed:0";
/// Asks for events about them (XEP-0163 §5).
pub(crate) const DISPLAYED_NOTIFY: &str = "urn:xmpp:mds:displayed:0+notify";
/// A node can be told for whose eyes it is (XEP-0223 §3).
pub(crate) const PUBLISH_OPTIONS: &str = "http://jabber.org/protocol/pubsub#publish-options";
/// The wish to hear of changes of [`STORAGE_BOOKMARKS`].
pub(crate) const STORAGE_BOOKMARKS_NOTIFY: &str = "storage:bookmarks+notify";
/// Private storage (XEP-0049).
pub(crate) const PRIVATE: &str = "jabber:iq:private";
/// What an invitation gives to whoever is invited (XEP-0379 §4.4).
pub(crate) const PARS: &str = "urn:xmpp:pars:0";
/// A server that takes it for the right to register (XEP-0445 §3).
pub(crate) const IBR_TOKEN: &str = "urn:xmpp:ibr-token:0";
/// Commands (XEP-0050).
pub(crate) const COMMANDS: &str = "http://jabber.org/protocol/commands";
/// Those that make invitations (XEP-0401 §3).
pub(crate) const INVITE_CONTACT: &str = "urn:xmpp:invite#invite";
pub(crate) const INVITE_ACCOUNT: &str = "urn:xmpp:invite#create-account";
/// Addresses that somebody left for others (XEP-0283).
pub(crate) const MOVED: &str = "urn:xmpp:moved:1";
/// Since when a device was not used (XEP-0319).
pub(crate) const IDLE: &str = "urn:xmpp:idle:1";
/// Since when nobody was there (XEP-0012).
pub(crate) const LAST: &str = "jabber:iq:last";
/// vCards in their newer form (XEP-0292).
pub(crate) const VCARD4: &str = "urn:ietf:params:xml:ns:vcard-4.0";
/// Where an account publishes its own (XEP-0292 §6).
pub(crate) const VCARD4_NODE: &str = "urn:xmpp:vcard4";
/// Processing hints (XEP-0334).
pub(crate) const HINTS: &str = "urn:xmpp:hints";

/// Authentication with everything else in the same breath (XEP-0388).
pub(crate) const SASL2: &str = "urn:xmpp:sasl:2";
/// Binding a resource within it (XEP-0386).
pub(crate) const BIND2: &str = "urn:xmpp:bind:0";
/// Tokens that stand for the password (XEP-0484).
pub(crate) const FAST: &str = "urn:xmpp:fast:0";

/// Types of channel binding that a server knows (XEP-0440).
pub(crate) const SASL_CB: &str = "urn:xmpp:sasl-cb:0";
