//! Files that messages hand over: by an address in the words with one beside it (XEP-0066), and by what is told of the
//! file (XEP-0447, XEP-0446). Only an address that can be fetched here counts. A small picture that stands for it
//! (XEP-0264) counts only where it is in the message itself: none is ever fetched.

use super::change::only;
use crate::ns;
use crate::stanza::{Build, text_of};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use carillon_core::files::{FileTold, Thumbnail, address_in, packed_in};
use minidom::Element;

/// So many places of one file are looked at.
const MOST_SOURCES: usize = 8;
/// So many small pictures of one file are looked at.
const MOST_THUMBNAILS: usize = 4;
/// Bytes of such a hash.
const SHA256: usize = 32;

/// The words of a message. Where there are none, or all of them stand there only for those who do not know better
/// (XEP-0447 §3.1), the address of the file that it shares.
pub(super) fn words(message: &Element) -> String {
    let words = text_of(message, "body");
    if !words.trim().is_empty() && !stands_in(message) {
        return words;
    }
    let address = sharing(message).and_then(|sharing| sources(sharing).next());
    address.map_or(words, str::to_owned)
}

/// All of the words stand in for what is told of a file (XEP-0428 §3).
fn stands_in(message: &Element) -> bool {
    message
        .children()
        .filter(|child| child.is("fallback", ns::FALLBACK))
        .filter(|fallback| fallback.attr("for") == Some(ns::SFS))
        .any(|fallback| {
            let body = fallback.get_child("body", ns::FALLBACK);
            body.is_none_or(|body| body.attr("start").is_none() && body.attr("end").is_none())
        })
}

/// The file that a message with these words hands over. Of several in one message only the words tell, as of old.
pub(super) fn handed_over(message: &Element, words: &str) -> Option<Box<FileTold>> {
    let sharing = sharing(message).filter(|sharing| {
        let address = address_in(words);
        address.is_some_and(|address| sources(sharing).any(|source| source == address))
    });
    match sharing {
        Some(sharing) => Some(Box::new(told(sharing))),
        None => has_address_beside(message).then(Box::default),
    }
}

fn sharing(message: &Element) -> Option<&Element> {
    only(message, "file-sharing", ns::SFS)
}

/// Where it can be fetched.
fn sources(sharing: &Element) -> impl Iterator<Item = &str> {
    sharing
        .get_child("sources", ns::SFS)
        .into_iter()
        .flat_map(Element::children)
        .filter(|source| source.is("url-data", ns::URL_DATA))
        .take(MOST_SOURCES)
        .filter_map(|source| address_in(source.attr("target")?))
}

fn told(sharing: &Element) -> FileTold {
    let Some(file) = sharing.get_child("file", ns::FILE_METADATA) else {
        return FileTold::default();
    };
    let text = |name| {
        let child = file.get_child(name, ns::FILE_METADATA)?;
        Some(child.text())
    };
    let number = |name| text(name)?.trim().parse().ok();
    let hash = file
        .children()
        .filter(|child| child.is("hash", ns::HASHES) && child.attr("algo") == Some("sha-256"))
        .filter_map(|hash| STANDARD.decode(hash.text().trim()).ok())
        .find(|hash| hash.len() == SHA256);
    FileTold {
        size: text("size").and_then(|size| size.trim().parse().ok()),
        thumbnail: thumbnail(file),
        ..FileTold::called(text("name").as_deref(), text("media-type").as_deref())
            .of_sides(number("width"), number("height"))
            .of_length(text("length").and_then(|length| length.trim().parse().ok()))
            .of_sha256(hash.as_deref())
    }
}

/// The first small picture that is one.
fn thumbnail(file: &Element) -> Option<Thumbnail> {
    file.children()
        .filter(|child| child.is("thumbnail", ns::THUMBS))
        .take(MOST_THUMBNAILS)
        .filter_map(|thumbnail| packed_in(thumbnail.attr("uri")?))
        .find_map(|packed| Thumbnail::of(STANDARD.decode(packed).ok()?))
}

/// The address of a file stands beside the words, out of band.
fn has_address_beside(message: &Element) -> bool {
    message
        .children()
        .filter(|child| child.is("x", ns::OOB))
        .filter_map(|child| child.get_child("url", ns::OOB))
        .map(Element::text)
        .any(|url| {
            let url = url.trim_start();
            url.starts_with("https://")
                || url.starts_with("http://")
                || url.starts_with("aesgcm://")
        })
}

/// Hands a file over in a message whose words are its address, so that every client understands one of the ways.
pub(super) fn hand_over(message: Element, address: &str, file: &FileTold) -> Element {
    let url = Element::new_in(ns::OOB, "url").saying(address);
    let source = Element::new_in(ns::URL_DATA, "url-data").with("target", address);
    let sharing = Element::new_in(ns::SFS, "file-sharing")
        .with("disposition", disposition(file))
        .holding(metadata(file))
        .holding(Element::new_in(ns::SFS, "sources").holding(source));
    let fallback = Element::new_in(ns::FALLBACK, "fallback")
        .with("for", ns::SFS)
        .holding(Element::new_in(ns::FALLBACK, "body"));
    message
        .holding(Element::new_in(ns::OOB, "x").holding(url))
        .holding(sharing)
        .holding(fallback)
}

fn disposition(file: &FileTold) -> &'static str {
    let kind = file.media_type.as_deref().unwrap_or_default();
    let shown = ["image/", "audio/", "video/"];
    match shown.iter().any(|shown| kind.starts_with(shown)) {
        true => "inline",
        false => "attachment",
    }
}

fn metadata(file: &FileTold) -> Element {
    let (width, height) = file.sides.unzip();
    let hash = file.sha256.as_deref().and_then(bytes_of).map(|bytes| {
        Element::new_in(ns::HASHES, "hash")
            .with("algo", "sha-256")
            .saying(&STANDARD.encode(bytes))
    });
    let texts = [
        ("media-type", file.media_type.clone()),
        ("name", file.name.clone()),
        ("size", file.size.map(|size| size.to_string())),
        ("width", width.map(|width| width.to_string())),
        ("height", height.map(|height| height.to_string())),
        ("length", file.length.map(|length| length.to_string())),
    ];
    let said = texts
        .into_iter()
        .filter_map(|(name, text)| Some((name, text?)))
        .fold(
            Element::new_in(ns::FILE_METADATA, "file"),
            |file, (name, text)| file.holding_text(name, &text),
        );
    [hash, file.thumbnail.as_ref().map(standing_in)]
        .into_iter()
        .flatten()
        .fold(said, Element::holding)
}

/// In the message itself: nobody has to ask anybody for it.
fn standing_in(thumbnail: &Thumbnail) -> Element {
    let picture = thumbnail.picture();
    let packed = STANDARD.encode(thumbnail.bytes());
    let address = format!("data:{};base64,{packed}", picture.media_type);
    Element::new_in(ns::THUMBS, "thumbnail")
        .with("uri", &address)
        .with("media-type", picture.media_type)
        .with("width", &picture.width.to_string())
        .with("height", &picture.height.to_string())
}

fn bytes_of(hex: &str) -> Option<Vec<u8>> {
    let digits = hex.as_bytes().chunks(2);
    digits
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect()
}
