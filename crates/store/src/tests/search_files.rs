//! Files are found by what they are called.

use super::search::{index_all, words};
use super::{Profile, new};
use crate::{NewMessage, Store};
use carillon_core::files::FileTold;
use carillon_core::ids::MessageId;

const MINUTES: &str = "https://up.example.org/slot/Minutes%20of%20May.pdf";

fn hears_file(profile: &mut Profile, id: &str, address: &str, told: FileTold) -> MessageId {
    let said = NewMessage {
        file: Some(Box::new(told)),
        ..profile.said("bob@example.org", id, address)
    };
    new(profile.store.receive(&said).unwrap())
}

#[test]
fn a_file_is_found_by_every_word_of_its_name_and_not_by_its_address() {
    let mut profile = Profile::new();
    let minutes = hears_file(&mut profile, "1", MINUTES, FileTold::default());
    let sizes = hears_file(
        &mut profile,
        "2",
        "https://up.example.org/Gr%C3%B6%C3%9Fe.pdf",
        FileTold::default(),
    );
    let told = FileTold::called(Some("Cat on the roof.png"), None);
    let cat = hears_file(&mut profile, "3", "https://up.example.org/x", told);
    let said = profile.hear("bob@example.org", "4", "https is no cat");
    index_all(&mut profile.store);
    for (typed, found) in [
        ("minutes may", vec![minutes]),
        ("\"of may\"", vec![minutes]),
        ("größe", vec![sizes]),
        ("pdf", vec![sizes, minutes]),
        ("roof", vec![cat]),
        ("cat", vec![said, cat]),
        ("https", vec![said]),
        ("slot", vec![]),
    ] {
        assert_eq!(profile.found_now(&words(typed)), found, "{typed}");
    }
}

#[test]
fn files_of_an_earlier_version_are_found_by_their_names_too() {
    let mut profile = Profile::new();
    let minutes = hears_file(&mut profile, "1", MINUTES, FileTold::default());
    index_all(&mut profile.store);
    let path = profile.path();
    let before = crate::schema::MIGRATIONS.len() - 1;
    profile
        .store
        .connection
        .execute_batch(
            "DELETE FROM message_words;
             INSERT INTO message_words (rowid, body, marks) SELECT id, body, '' FROM message;",
        )
        .unwrap();
    assert_eq!(profile.found_now(&words("https")), [minutes]);
    profile
        .store
        .connection
        .pragma_update(None, "user_version", i64::try_from(before).unwrap())
        .unwrap();

    profile.store = Store::open(&path).unwrap();
    index_all(&mut profile.store);
    assert_eq!(profile.found_now(&words("https")), []);
    assert_eq!(profile.found_now(&words("minutes")), [minutes]);
}
