//! Pictures of people: announced by eventing (XEP-0084) or in presence (XEP-0153), fetched when the engine wants them.

use super::Session;
use super::pending::{Answerer, Asked};
use crate::ns;
use crate::stanza::{Build, error_of};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use carillon_core::avatar::{Avatar, AvatarHash, AvatarSource, LARGEST, NoHash, OwnPicture};
use carillon_core::session::Incoming;
use jid::{BareJid, Jid};
use minidom::Element;
use sha1::{Digest, Sha1};

/// The types of pictures that are shown (XEP-0084 §4.2.1); what a picture really is, its bytes say.
const TYPES: &[&str] = &["image/png", "image/jpeg", "image/webp", "image/gif"];

/// A picture that was asked for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct AskedPicture {
    request: u64,
    avatar: Avatar,
}

/// A picture of mine that was published.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Published {
    request: u64,
    /// What announces it.
    announcement: Element,
}

impl Session {
    /// The picture first, so that it is there when others hear of it. As it is: another format or another shape than
    /// Carillon makes may come from another account of mine.
    pub(super) fn show_picture(&mut self, request: u64, picture: Option<OwnPicture>) {
        let metadata = Element::new_in(ns::AVATAR_METADATA, "metadata");
        let Some(picture) = picture else {
            let announcement = publish(ns::AVATAR_METADATA, None, metadata);
            return self.ask(
                "set",
                Answerer::Account,
                Asked::Request(request),
                announcement,
            );
        };
        let hash = AvatarHash(Sha1::digest(&picture.bytes).into()).to_string();
        let read = picture.picture;
        let info = Element::new_in(ns::AVATAR_METADATA, "info")
            .with("id", &hash)
            .with("type", read.media_type)
            .with("bytes", &picture.bytes.len().to_string())
            .with("width", &read.width.to_string())
            .with("height", &read.height.to_string());
        let data =
            Element::new_in(ns::AVATAR_DATA, "data").saying(&STANDARD.encode(&picture.bytes));
        let asked = Asked::Published(Published {
            request,
            announcement: publish(ns::AVATAR_METADATA, Some(&hash), metadata.holding(info)),
        });
        let data = publish(ns::AVATAR_DATA, Some(&hash), data);
        self.ask("set", Answerer::Account, asked, data);
    }

    pub(super) fn hear_published(&mut self, iq: &Element, published: Published, failed: bool) {
        let request = published.request;
        if failed {
            let result = Err(error_of(iq));
            return self.tell(Incoming::Outcome { request, result });
        }
        let asked = Asked::Request(request);
        self.ask("set", Answerer::Account, asked, published.announcement);
    }

    /// The metadata of somebody's picture. What is there by address alone is not: nothing remote is loaded.
    pub(super) fn hear_avatar(&mut self, owner: BareJid, items: &Element) {
        let hash = match items
            .children()
            .find(|child| child.is("item", ns::PUBSUB_EVENT))
        {
            Some(item) => item
                .get_child("metadata", ns::AVATAR_METADATA)
                .and_then(usable),
            // Taken back, or all of them deleted (XEP-0060 §7.2, §8.5).
            None => None,
        };
        self.tell(Incoming::Avatar {
            from: owner,
            source: AvatarSource::Pep,
            hash,
        });
    }

    /// The hash of the vCard's photo in an available presence. One without says nothing of it.
    pub(super) fn hear_photo(&mut self, from: &Jid, presence: &Element) {
        if let Ok(hash) = photo_of(presence) {
            self.tell(Incoming::Avatar {
                from: from.to_bare(),
                source: AvatarSource::Vcard,
                hash,
            });
        }
    }

    pub(super) fn ask_picture(&mut self, request: u64, of: BareJid, avatar: Avatar) {
        let payload = match avatar.source {
            AvatarSource::Pep => {
                let item = Element::new_in(ns::PUBSUB, "item").with("id", &avatar.hash.to_string());
                let items = Element::new_in(ns::PUBSUB, "items").with("node", ns::AVATAR_DATA);
                Element::new_in(ns::PUBSUB, "pubsub").holding(items.holding(item))
            }
            AvatarSource::Vcard => Element::new_in(ns::VCARD, "vCard"),
        };
        let asked = Asked::Picture(AskedPicture { request, avatar });
        let answerer = if of == self.me.bare {
            Answerer::Account
        } else {
            Answerer::Person(of)
        };
        self.ask("get", answerer, asked, payload);
    }

    pub(super) fn hear_picture(&mut self, iq: &Element, asked: &AskedPicture, failed: bool) {
        let bytes = if failed {
            None
        } else {
            picture(iq, asked.avatar)
        };
        if bytes.is_none() {
            tracing::debug!(hash = %asked.avatar.hash, "a picture that was announced is not to be had");
        }
        self.tell(Incoming::Picture {
            request: asked.request,
            bytes,
        });
    }
}

/// What an available presence says of a picture (XEP-0153 §3.2), `None`: there is none.
///
/// # Errors
/// When it says nothing of it, or nothing that makes sense.
pub(super) fn photo_of(presence: &Element) -> Result<Option<AvatarHash>, NoHash> {
    let photo = presence
        .get_child("x", ns::VCARD_UPDATE)
        .and_then(|update| update.get_child("photo", ns::VCARD_UPDATE))
        .ok_or(NoHash)?;
    match photo.text().trim() {
        "" => Ok(None),
        hash => hash.parse().map(Some),
    }
}

fn publish(node: &'static str, id: Option<&str>, payload: Element) -> Element {
    let item = Element::new_in(ns::PUBSUB, "item").with_some("id", id);
    let publish = Element::new_in(ns::PUBSUB, "publish").with("node", node);
    Element::new_in(ns::PUBSUB, "pubsub").holding(publish.holding(item.holding(payload)))
}

/// The first picture of the metadata that is had by eventing itself, and that is worth having.
fn usable(metadata: &Element) -> Option<AvatarHash> {
    metadata
        .children()
        .filter(|info| info.is("info", ns::AVATAR_METADATA) && info.attr("url").is_none())
        .filter(|info| {
            let size = info.attr("bytes").and_then(|bytes| bytes.parse().ok());
            size.is_none_or(|size: usize| size <= LARGEST)
        })
        .filter(|info| info.attr("type").is_none_or(|kind| TYPES.contains(&kind)))
        .find_map(|info| info.attr("id")?.parse().ok())
}

/// The picture in an answer, if it is the one that was announced. A card may have it in several formats (XEP-0486 §6.1).
fn picture(iq: &Element, avatar: Avatar) -> Option<Vec<u8>> {
    match avatar.source {
        AvatarSource::Pep => {
            let items = iq
                .get_child("pubsub", ns::PUBSUB)?
                .get_child("items", ns::PUBSUB)?;
            let data = items
                .children()
                .find_map(|item| item.get_child("data", ns::AVATAR_DATA))?;
            unpacked(data, avatar.hash)
        }
        AvatarSource::Vcard => iq
            .get_child("vCard", ns::VCARD)?
            .children()
            .filter(|line| line.is("PHOTO", ns::VCARD))
            .filter_map(|photo| photo.get_child("BINVAL", ns::VCARD))
            .find_map(|data| unpacked(data, avatar.hash)),
    }
}

fn unpacked(data: &Element, wanted: AvatarHash) -> Option<Vec<u8>> {
    let packed: String = data.text().split_ascii_whitespace().collect();
    if packed.len() > LARGEST.div_ceil(3) * 4 {
        return None;
    }
    let bytes = STANDARD.decode(packed).ok()?;
    let found: [u8; 20] = Sha1::digest(&bytes).into();
    (found == wanted.0).then_some(bytes)
}
