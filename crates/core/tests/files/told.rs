use carillon_core::files::FileTold;

#[test]
fn what_is_told_of_a_file_leads_nowhere() {
    let told = FileTold::called(Some("../../photo\u{202e}gpj.exe"), Some(" Image/PNG "));
    assert_eq!(told.name.as_deref(), Some("photogpj.exe"));
    assert_eq!(told.media_type.as_deref(), Some("image/png"));
    for nonsense in [
        "",
        "image",
        "/png",
        "image/",
        "image/png; charset=x",
        "text/html\r\nx: y",
        "<b>/x",
        "a/b/c",
        &"a/".repeat(80),
    ] {
        let told = FileTold::called(Some("  "), Some(nonsense));
        assert_eq!(told, FileTold::default(), "{nonsense}");
    }
}

#[test]
fn only_a_picture_that_could_be_drawn_reserves_its_place() {
    let sides = |width, height| FileTold::default().of_sides(width, height).sides;
    assert_eq!(sides(Some(640), Some(480)), Some((640, 480)));
    for (width, height) in [
        (None, Some(1)),
        (Some(0), Some(5)),
        (Some(40_000), Some(1)),
        (Some(30_000), Some(30_000)),
    ] {
        assert_eq!(sides(width, height), None, "{width:?} {height:?}");
    }
}

#[test]
fn a_hash_of_another_length_is_none() {
    let sha256 = |bytes: &[u8]| FileTold::default().of_sha256(Some(bytes)).sha256;
    assert_eq!(sha256(&[0xab; 32]), Some("ab".repeat(32)));
    assert_eq!(sha256(&[0xab; 31]), None);
}
