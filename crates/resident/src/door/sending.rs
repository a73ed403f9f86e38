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
use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

pub(super) async fn send(house: &House, ask: SendFile) -> Result<(), Refusal> {
    let path = PathBuf::from(ask.path);
    let named = name_of(&path);
    let (name, taken) = on_the_disk(house, move |media| match ask.smaller {
        true => shrunk(contents(&path)?, &named, &media),
        false => Ok((named, media.take_in(&path)?)),
    })
    .await?;
    queue(house, (ask.chat, ask.id), name, taken, None).await
}

pub(super) async fn send_pasted(house: &House, ask: SendPasted) -> Result<(), Refusal> {
    let (name, taken) = on_the_disk(house, move |media| {
        let bytes = decoded(&ask.bytes)?;
        match ask.smaller {
            true => shrunk(bytes, &ask.name, &media),
            false => Ok((ask.name, media.take_bytes(bytes.as_slice())?)),
        }
    })
    .await?;
    queue(house, (ask.chat, ask.id), name, taken, None).await
}

/// Made smaller, with its new name. Whoever chose that was offered it; the original, which tells more, is never sent
/// in its place.
fn shrunk(bytes: Vec<u8>, name: &str, media: &Media) -> io::Result<(String, TakenIn)> {
    let smaller = shrinking::shrink(bytes, name)
        .map_err(io::Error::other)?
        .ok_or_else(|| {
            io::Error::other(
                "it cannot be made smaller any more: it has changed since it was chosen; nothing was sent",
            )
        })?;
    Ok((smaller.name, media.take_bytes(smaller.bytes.as_slice())?))
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
    let about = about_file(path)?;
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

/// Of a file alone: a pipe has nothing to tell, and is waited for.
fn about_file(path: &Path) -> io::Result<Metadata> {
    let about = std::fs::metadata(path)?;
    match about.is_file() {
        true => Ok(about),
        false => Err(io::Error::other("this is no file")),
    }
}

/// A picture's whole file; a longer one is not unpacked.
fn contents(path: &Path) -> io::Result<Vec<u8>> {
    let too_long = || io::Error::other("a picture of so many bytes is not made smaller");
    if about_file(path)?.len() > LARGEST {
        return Err(too_long());
    }
    let mut bytes = Vec::new();
    // It may grow meanwhile.
    let most = LARGEST.saturating_add(1);
    File::open(path)?.take(most).read_to_end(&mut bytes)?;
    match length(&bytes) > LARGEST {
        true => Err(too_long()),
        false => Ok(bytes),
    }
}

fn name_of(path: &Path) -> String {
    let name = path.file_name();
    name.map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_longer_file_is_not_read_in_part() {
        let folder = tempfile::tempdir().unwrap();
        let long = folder.path().join("long.jpg");
        let file = File::create(&long).unwrap();
        file.set_len(LARGEST).unwrap();
        assert_eq!(length(&contents(&long).unwrap()), LARGEST);
        file.set_len(LARGEST + 1).unwrap();
        assert!(contents(&long).is_err());
        assert!(contents(folder.path()).is_err());
    }

    #[test]
    #[cfg(unix)]
    fn a_pipe_is_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe.jpg");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.unwrap().success());
        assert!(contents(&pipe).is_err());
    }

    #[test]
    fn what_cannot_be_made_smaller_any_more_is_refused_instead_of_sent_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let media = Media::open(folder.path().to_owned()).unwrap();
        let gif =
            b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;";
        let refused = shrunk(gif.to_vec(), "a.gif", &media).unwrap_err();
        assert!(refused.to_string().contains("nothing was sent"));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
