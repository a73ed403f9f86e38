//! Files that are sent and received: which names, addresses and headers may be believed, and how much is taken.
//!
//! All of this is decided about what strangers and their servers say, before anything is written or asked for.

mod address;
mod brief;
mod kind;
mod name;
mod picture;
mod slot;
mod thumbnail;
mod told;
mod trouble;

pub use address::is_public;
pub use brief::{FileBrief, FileKind, file_kind, likely_type};
pub use kind::media_type;
pub use name::{LONGEST_NAME, address_in, names_to_try, safe_name, shown_name};
pub use picture::{Picture, picture};
pub use slot::{BadHeader, SlotHeader, honoured};
pub use thumbnail::{LARGEST_THUMBNAIL, THUMBNAIL_SIDE, Thumbnail, packed_in};
pub use told::FileTold;
pub use trouble::FileTrouble;

/// The largest file that is fetched when the user asks for it, in bytes.
pub const LARGEST_FETCHED: u64 = 2 * 1024 * 1024 * 1024;

/// The largest picture that is fetched to be shown, in bytes. A larger one is a file.
pub const LARGEST_PICTURE: u64 = 16 * 1024 * 1024;

/// The largest sound that is fetched to be played, in bytes: an hour and more of speech. A larger one is only saved.
pub const LARGEST_PLAYED: u64 = 64 * 1024 * 1024;

/// The largest file that is sent, whatever the server takes, in bytes: a copy is kept until it is there.
pub const LARGEST_SENT: u64 = 2 * 1024 * 1024 * 1024;

/// The longest address of a file, in bytes. Browsers begin to cut at about this length.
pub const LONGEST_ADDRESS: usize = 8 * 1024;

/// The bytes of a file's beginning that are enough to know a [`picture`].
pub const PICTURE_BEGINNING: usize = 256 * 1024;
