//! What the answers about files show.

use carillon_core::files::{FileKind, FileTrouble};
use carillon_core::ids::{ChatRef, MessageId, TransferId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What is to be sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum FileToSend {
    /// A file that was chosen or dropped.
    Path {
        /// Where it is.
        path: String,
    },
    /// Something that was pasted.
    Pasted {
        /// What it shall be called.
        name: String,
        /// What is in it, as base64.
        bytes: String,
    },
}

/// What the user is about to send.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LookedAt {
    /// What it will be called.
    pub name: String,
    /// How long it is, in bytes.
    #[ts(type = "number")]
    pub size: u64,
    /// What it is, as its name tells.
    pub media_type: String,
    /// How it looks, if it is a picture.
    pub picture: Option<PictureToSend>,
}

/// A picture before it is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PictureToSend {
    /// Width and height in pixels.
    pub sides: (u32, u32),
    /// A small one of it, as base64.
    pub shown: String,
    /// How it would be if it were made smaller; `None` where that is not worth it.
    pub smaller: Option<SmallerPicture>,
}

/// A picture that would be made smaller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SmallerPicture {
    /// Width and height in pixels.
    pub sides: (u32, u32),
    /// How long it would be, in bytes.
    #[ts(type = "number")]
    pub size: u64,
}

/// A file that is not sent yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TransferView {
    /// Its identity.
    pub transfer: TransferId,
    /// To which chat.
    pub chat: ChatRef,
    /// What it is called.
    pub name: String,
    /// What it is.
    pub media_type: String,
    /// How long it is, in bytes.
    #[ts(type = "number")]
    pub size: u64,
    /// So many bytes have gone; `None` while it waits.
    #[ts(type = "number | null")]
    pub sent: Option<u64>,
    /// Why it was given up; `None` while it waits or is on its way.
    pub failure: Option<FileTrouble>,
}

/// A file that a message hands over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FileView {
    /// The message.
    pub message: MessageId,
    /// What it is called; safe as a file's name.
    pub name: String,
    /// What it is, as its name or what is in it tells.
    pub media_type: String,
    /// What people call it.
    pub kind: FileKind,
    /// How long a sound or a film is, in milliseconds, as its sender says.
    #[ts(type = "number | null")]
    pub length: Option<u64>,
    /// How long it is, in bytes, where that is known.
    #[ts(type = "number | null")]
    pub size: Option<u64>,
    /// It is here.
    pub here: bool,
    /// So many bytes have come; `None` while it does not come.
    #[ts(type = "number | null")]
    pub coming: Option<u64>,
    /// Why it did not come.
    pub missing: Option<FileTrouble>,
    /// Width and height in pixels, of a picture that is here and may be shown.
    pub picture: Option<(u32, u32)>,
    /// Width and height in pixels that a picture will have which is not here yet and will be shown, as its sender says.
    pub expected: Option<(u32, u32)>,
    /// A small picture of one that is not here yet and will be shown.
    pub thumbnail: Option<ThumbnailView>,
    /// Whether pictures of the one who sent it are shown.
    pub pictures: Pictures,
}

/// A small picture that stands for a larger one. It was unpacked and painted anew: nothing of it is as it came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ThumbnailView {
    /// JPEG or PNG, as base64.
    pub bytes: String,
    /// Width and height in pixels.
    pub sides: (u32, u32),
}

/// Whether somebody's pictures are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Pictures {
    /// The user is to be asked.
    Ask,
    /// They are.
    Shown,
    /// They are named, not shown.
    Named,
}

/// A voice message that is being recorded, or waits to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RecordingView {
    /// How long it is.
    #[ts(type = "number")]
    pub milliseconds: u64,
    /// How loud it was just now, 0 to 100.
    pub level: u8,
    /// Nothing more is recorded: it was stopped, is as long as one may be, or the microphone is gone.
    pub ended: bool,
}

/// A sound that plays or is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PlayingView {
    /// The message that hands it over.
    pub message: MessageId,
    /// So much of it has been heard.
    #[ts(type = "number")]
    pub milliseconds: u64,
    /// How long it is in milliseconds, where it says so.
    #[ts(type = "number | null")]
    pub length: Option<u64>,
    /// It is held.
    pub paused: bool,
}

/// A picture for the window to draw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PictureFile {
    /// The file.
    pub path: String,
    /// What it is, whatever its sender said.
    pub media_type: String,
}
