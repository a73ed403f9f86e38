//! Files: on their way, fetched and saved.

use super::on_desk;
use crate::house::House;
use crate::shrinking::LARGEST;
use crate::thumbnails;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use carillon_core::files::{FileKind, Thumbnail, file_kind};
use carillon_core::ids::{ChatRef, MessageId};
use carillon_engine::media::TakenIn;
use carillon_engine::{FileNow, Media, ToSend, TransferNow};
use carillon_link::contract::SaveFile;
use carillon_link::views_files::{FileView, PictureFile, Pictures, ThumbnailView, TransferView};
use carillon_link::{Refusal, RefusalCode};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The most files that one question reads.
const MOST: usize = 200;
/// So often is looked whether a file that is to be saved has come.
const LOOK: Duration = Duration::from_millis(100);

/// What is in the folder is to be sent; `length` is a sound's, in milliseconds.
pub(super) async fn queue(
    house: &House,
    (chat, id): (ChatRef, String),
    name: String,
    taken: TakenIn,
    length: Option<u64>,
) -> Result<(), Refusal> {
    let (content, size) = (taken.content.clone(), taken.size);
    let thumbnail = on_the_disk(house, move |media| Ok(thumbnail_of(&media, &taken))).await?;
    let file = ToSend {
        chat,
        id,
        name,
        content,
        size,
        thumbnail,
        length,
    };
    on_desk(house, move |desk| desk.send_file(file)).await
}

/// Made of what is sent, and of nothing else.
fn thumbnail_of(media: &Media, taken: &TakenIn) -> Option<Thumbnail> {
    media.picture(&taken.content)?;
    let path = media
        .path(&taken.content)
        .filter(|_| taken.size <= LARGEST)?;
    thumbnails::of(std::fs::read(path).ok()?)
}

pub(super) async fn transfers(house: &House, chat: ChatRef) -> Result<Vec<TransferView>, Refusal> {
    let now = on_desk(house, move |desk| desk.transfers(&chat)).await?;
    Ok(now.into_iter().map(transfer).collect())
}

fn transfer(now: TransferNow) -> TransferView {
    let what = now.stored.what;
    TransferView {
        transfer: now.stored.id,
        chat: what.chat,
        name: what.name,
        media_type: what.media_type,
        size: what.size,
        sent: now.sent,
        failure: now.stored.failure,
    }
}

pub(super) async fn files(
    house: &House,
    messages: Vec<MessageId>,
) -> Result<Vec<FileView>, Refusal> {
    if messages.len() > MOST {
        return Err(Refusal::new(
            RefusalCode::BadText,
            "too many messages at once",
        ));
    }
    let found = on_desk(house, move |desk| {
        // One that hands over no file is no mistake.
        Ok(messages
            .into_iter()
            .filter_map(|message| desk.file(message).ok())
            .collect::<Vec<_>>())
    })
    .await?;
    let seen = move || found.into_iter().map(view).collect();
    // Painting takes a moment.
    tokio::task::spawn_blocking(seen)
        .await
        .map_err(|error| Refusal::new(RefusalCode::Internal, error.to_string()))
}

fn view(now: FileNow) -> FileView {
    let file = now.stored;
    let here = file.content.is_some();
    let shown = now.shown == Some(true);
    let kind = file_kind(&file.name, file.kind());
    let small = file.told.thumbnail.as_ref();
    let small = small.filter(|_| shown && !here && kind == FileKind::Picture);
    FileView {
        message: file.message,
        here,
        media_type: file.kind().to_owned(),
        kind,
        length: file.told.length,
        thumbnail: small.and_then(thumbnail),
        name: file.name,
        size: file.size.or(file.told.size),
        coming: now.coming,
        missing: now.missing,
        picture: file.picture.filter(|_| shown),
        expected: file.told.sides.filter(|_| shown && !here),
        pictures: match now.shown {
            None => Pictures::Ask,
            Some(true) => Pictures::Shown,
            Some(false) => Pictures::Named,
        },
    }
}

/// What cannot be painted anew is not shown.
fn thumbnail(small: &Thumbnail) -> Option<ThumbnailView> {
    let painted = thumbnails::painted(small).ok()?;
    Some(ThumbnailView {
        bytes: STANDARD.encode(painted.bytes),
        sides: painted.sides,
    })
}

pub(super) async fn picture(house: &House, message: MessageId) -> Result<PictureFile, Refusal> {
    let (path, media_type) = on_desk(house, move |desk| desk.picture_file(message)).await?;
    let path = path.into_os_string().into_string();
    let path = path.map_err(|_| bad("the folder's name is not written in UTF-8".to_owned()))?;
    Ok(PictureFile { path, media_type })
}

pub(super) async fn save(house: &House, ask: SaveFile) -> Result<(), Refusal> {
    let message = ask.message;
    on_desk(house, move |desk| desk.fetch_file(message)).await?;
    let content = here(house, message).await?;
    let to = PathBuf::from(ask.path);
    if !to.is_absolute() || to.file_name().is_none() {
        return Err(bad("this is no place for a file".to_owned()));
    }
    on_the_disk(house, move |media| media.save_as(&content, Path::new(&to))).await
}

/// The content of a file, once it has come.
pub(super) async fn here(house: &House, message: MessageId) -> Result<String, Refusal> {
    loop {
        let now = on_desk(house, move |desk| desk.file(message)).await?;
        match (now.stored.content, now.coming) {
            (Some(content), _) => return Ok(content),
            (None, Some(_)) => tokio::time::sleep(LOOK).await,
            (None, None) => {
                let why = now.missing.map(|why| why.to_string());
                let why = why.unwrap_or_else(|| "it was cancelled".to_owned());
                return Err(Refusal::new(RefusalCode::RefusedByServer, why));
            }
        }
    }
}

pub(super) fn bad(why: String) -> Refusal {
    Refusal::new(RefusalCode::BadFile, why)
}

/// Reading and copying would hold up everybody else.
pub(super) async fn on_the_disk<T: Send + 'static>(
    house: &House,
    work: impl FnOnce(Media) -> std::io::Result<T> + Send + 'static,
) -> Result<T, Refusal> {
    let media = on_desk(house, |desk| Ok(desk.media())).await?;
    let media =
        media.ok_or_else(|| Refusal::new(RefusalCode::Storage, "there is no folder for files"))?;
    tokio::task::spawn_blocking(move || work(media))
        .await
        .map_err(|error| bad(error.to_string()))?
        .map_err(|error| bad(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use carillon_core::chat::Author;
    use carillon_core::files::FileTold;
    use carillon_core::ids::AccountId;
    use carillon_engine::store::StoredFile;
    use image::{ImageFormat, RgbImage};
    use std::io::Cursor;

    fn small() -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        let picture = RgbImage::from_pixel(60, 40, image::Rgb([9, 90, 200]));
        picture.write_to(&mut bytes, ImageFormat::Png).unwrap();
        bytes.into_inner()
    }

    fn file(shown: Option<bool>, thumbnail: Vec<u8>) -> FileNow {
        let told = FileTold {
            thumbnail: Thumbnail::of(thumbnail),
            ..FileTold::called(Some("sea.png"), None)
        };
        assert!(told.thumbnail.is_some());
        let stored = StoredFile {
            message: MessageId(1),
            chat: ChatRef {
                account: AccountId(1),
                jid: "bob@example.org".parse().unwrap(),
            },
            author: Author::Contact,
            address: "https://up.example.org/1/sea.png".to_owned(),
            name: "sea.png".to_owned(),
            media_type: None,
            size: None,
            content: None,
            picture: None,
            told,
        };
        FileNow {
            stored,
            coming: None,
            missing: None,
            shown,
        }
    }

    #[test]
    fn a_small_picture_is_shown_only_where_the_picture_may_be() {
        for (shown, wanted) in [(None, false), (Some(false), false), (Some(true), true)] {
            let view = view(file(shown, small()));
            assert_eq!(view.thumbnail.is_some(), wanted, "{shown:?}");
        }
        let shown = view(file(Some(true), small())).thumbnail.unwrap();
        assert_eq!(shown.sides, (60, 40));
        assert!(!STANDARD.decode(shown.bytes).unwrap().is_empty());
        let mut here = file(Some(true), small());
        here.stored.content = Some("00".repeat(32));
        assert_eq!(view(here).thumbnail, None, "nothing is left to stand for");
        let mut other = file(Some(true), small());
        other.stored.name = "sea.pdf".to_owned();
        assert_eq!(view(other).thumbnail, None, "it is no picture");
    }

    #[test]
    fn a_small_picture_that_cannot_be_painted_is_not_shown() {
        let mut cut = small();
        cut.truncate(40);
        assert_eq!(view(file(Some(true), cut)).thumbnail, None);
    }
}
