use carillon_core::files::{FileBrief, FileKind, FileTrouble, file_kind, likely_type};

#[test]
fn a_file_is_called_what_people_call_it() {
    for (name, media_type, kind) in [
        ("cat.png", "image/png", FileKind::Picture),
        (
            "voice-2026-05-20-120000.flac",
            "audio/flac",
            FileKind::Voice,
        ),
        ("Voice message.ogg", "audio/ogg", FileKind::Voice),
        ("RECORDING_20260520.m4a", "audio/mp4", FileKind::Voice),
        ("song.mp3", "audio/mpeg", FileKind::Sound),
        ("voice.mp4", "video/mp4", FileKind::Video),
        ("voice.txt", "text/plain", FileKind::Other),
        ("x", "nonsense", FileKind::Other),
    ] {
        assert_eq!(file_kind(name, media_type), kind, "{name} {media_type}");
    }
    let brief = FileBrief::of("cat.png".to_owned(), "image/png", None);
    assert_eq!(
        (brief.kind, brief.name.as_str()),
        (FileKind::Picture, "cat.png")
    );
}

#[test]
fn what_a_sender_says_counts_only_where_the_name_says_nothing() {
    assert_eq!(likely_type("a.png", None, Some("text/html")), "image/png");
    assert_eq!(likely_type("a", None, Some("audio/ogg")), "audio/ogg");
    assert_eq!(
        likely_type("a", Some("image/gif"), Some("audio/ogg")),
        "image/gif"
    );
}

#[test]
fn a_reason_without_a_name_is_told_in_its_words() {
    let why = || "no route".to_owned();
    let other = FileTrouble::Other { why: why() };
    assert_eq!(FileTrouble::read(None, why()), other);
    assert_eq!(FileTrouble::read(Some("of a later version"), why()), other);
    assert_eq!(other.to_string(), "no route");
}
