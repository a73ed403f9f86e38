//! Files that the user chooses, drops or pastes.

use super::files::{bad, on_the_disk, queue};
use crate::house::House;
use crate::shrinking::{self, LARGEST};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use carillon_core::files::{PICTURE_BEGINNING, media_type, picture, safe_name};
use carillon_engine::Media;
use carillon_engine::media::TakenIn;
use carillon_link::Refusal;
use carillon_link::contract::{SendFile, SendPasted};
use carillon_link::views_files::{FileToSend, LookedAt, PictureToSend, SmallerPicture};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

pub(super) async fn send(house: &House, ask: SendFile) -> Result<(), Refusal> {
    let path = PathBuf::from(ask.path);
    let named = name_of(&path);
    let (name, taken) = on_the_disk(house, move |media| {
        let small = match ask.smaller {
            true => shrunk(contents(&path)?, &named, &media)?,
            false => None,
        };
        match small {
            Some(small) => Ok(small),
            None => Ok((named, media.take_in(&path)?)),
        }
    })
    .await?;
    queue(house, ask.chat, ask.id, name, taken).await
}

pub(super) async fn send_pasted(house: &House, ask: SendPasted) -> Result<(), Refusal> {
    let (name, taken) = on_the_disk(house, move |media| {
        let bytes = decoded(&ask.bytes)?;
        let small = match ask.smaller {
            true => shrunk(bytes.clone(), &ask.name, &media)?,
            false => None,
        };
        match small {
            Some(small) => Ok(small),
            None => Ok((ask.name, media.take_bytes(bytes.as_slice())?)),
        }
    })
    .await?;
    queue(house, ask.chat, ask.id, name, taken).await
}

/// Made smaller, with its new name; `None` where nothing smaller is worth it.
fn shrunk(bytes: Vec<u8>, name: &str, media: &Media) -> io::Result<Option<(String, TakenIn)>> {
    let smaller = shrinking::shrink(bytes, name).map_err(io::Error::other)?;
    smaller
        .map(|smaller| Ok((smaller.name, media.take_bytes(smaller.bytes.as_slice())?)))
        .transpose()
}

pub(super) async fn look(file: FileToSend) -> Result<LookedAt, Refusal> {
    let looked = tokio::task::spawn_blocking(move || match file {
        FileToSend::Path { path } => look_at_path(Path::new(&path)),
        FileToSend::Pasted { name, bytes } => decoded(&bytes).map(|bytes| looked(&name, bytes)),
    });
    looked
        .await
        .map_err(|error| bad(error.to_string()))?
        .map_err(|error| bad(error.to_string()))
}

fn look_at_path(path: &Path) -> io::Result<LookedAt> {
    let about = std::fs::metadata(path)?;
    if !about.is_file() {
        return Err(io::Error::other("this is no file"));
    }
    let mut beginning = Vec::new();
    let most = u64::try_from(PICTURE_BEGINNING).unwrap_or(u64::MAX);
    File::open(path)?.take(most).read_to_end(&mut beginning)?;
    // What is no picture is not read to its end.
    if picture(&beginning).is_some() && about.len() <= LARGEST {
        return Ok(looked(&name_of(path), contents(path)?));
    }
    Ok(plain(&name_of(path), about.len()))
}

fn plain(name: &str, size: u64) -> LookedAt {
    let name = safe_name(name);
    LookedAt {
        media_type: media_type(&name).to_owned(),
        name,
        size,
        picture: None,
    }
}

fn looked(name: &str, bytes: Vec<u8>) -> LookedAt {
    let size = length(&bytes);
    // What cannot be shown is sent as any other file is.
    let seen = picture(&bytes).and_then(|_| shrinking::look(bytes, name).ok());
    LookedAt {
        picture: seen.map(|seen| PictureToSend {
            sides: seen.sides,
            shown: STANDARD.encode(seen.shown),
            smaller: seen.smaller.map(|smaller| SmallerPicture {
                sides: smaller.sides,
                size: length(&smaller.bytes),
            }),
        }),
        ..plain(name, size)
    }
}

fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

fn decoded(bytes: &str) -> io::Result<Vec<u8>> {
    STANDARD.decode(bytes).map_err(io::Error::other)
}

/// A picture's whole file; a longer one is not unpacked.
fn contents(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(LARGEST).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn name_of(path: &Path) -> String {
    let name = path.file_name();
    name.map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}
