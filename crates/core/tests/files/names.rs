use carillon_core::files::{LONGEST_NAME, names_to_try, safe_name, shown_name};
use proptest::prelude::*;
use std::path::{Component, Path};

const TABLE: &[(&str, &str)] = &[
    ("photo.jpg", "photo.jpg"),
    ("Übung 3.pdf", "Übung 3.pdf"),
    ("写真.png", "写真.png"),
    ("archive.tar.gz", "archive.tar.gz"),
    ("../../.ssh/authorized_keys", "authorized_keys"),
    ("..", "file"),
    (".", "file"),
    ("...", "file"),
    ("", "file"),
    ("   ", "file"),
    ("/", "file"),
    ("/etc/passwd", "passwd"),
    ("\\\\server\\share\\x.exe", "x.exe"),
    ("C:\\Windows\\win.ini", "win.ini"),
    ("C:evil.txt", "C_evil.txt"),
    ("a/..", "file"),
    ("..\\", "file"),
    ("~/x", "x"),
    ("nul\0.txt", "_nul.txt"),
    ("a\0b.txt", "ab.txt"),
    ("a\r\nb.txt", "ab.txt"),
    ("a\u{7f}\u{85}b", "ab"),
    ("invoice\u{202e}fdp.exe", "invoicefdp.exe"),
    ("\u{2066}a\u{2069}\u{200f}.txt", "a.txt"),
    ("a\u{2028}b\u{2029}c", "abc"),
    ("x\u{feff}\u{200b}.sh", "x.sh"),
    ("x\u{e0041}.sh", "x.sh"),
    (".bashrc", "bashrc"),
    ("..hidden", "hidden"),
    (" . .x", "x"),
    ("name.", "name"),
    ("name. . .", "name"),
    ("name ", "name"),
    ("setup.exe.", "setup.exe"),
    ("photo.jpg                    .exe", "photo.jpg .exe"),
    ("photo.jpg\u{a0}\u{2003}\u{3000}.exe", "photo.jpg .exe"),
    ("CON", "_CON"),
    ("con.txt", "_con.txt"),
    ("Aux.tar.gz", "_Aux.tar.gz"),
    ("NUL .txt", "_NUL .txt"),
    ("COM1", "_COM1"),
    ("lpt9.log", "_lpt9.log"),
    ("COM¹.txt", "_COM¹.txt"),
    ("CONIN$", "_CONIN$"),
    ("COM", "COM"),
    ("COM10", "COM10"),
    ("console.log", "console.log"),
    ("a<b>c:d\"e|f?g*h", "a_b_c_d_e_f_g_h"),
    ("x.txt:stream:$DATA", "x.txt_stream_$DATA"),
];

#[test]
fn every_known_trick_leaves_a_plain_name() {
    for (offered, kept) in TABLE {
        assert_eq!(safe_name(offered), *kept, "{offered:?}");
    }
    println!("{} names from the table", TABLE.len());
}

#[test]
fn ten_thousand_bytes_are_cut_and_the_ending_stays() {
    let name = safe_name(&format!("{}.jpeg", "a".repeat(10_000)));
    assert_eq!(name.len(), LONGEST_NAME);
    assert!(name.ends_with("aa.jpeg"));
    let wide = safe_name(&format!("{}.png", "ü".repeat(10_000)));
    assert!(wide.len() <= LONGEST_NAME && wide.ends_with("ü.png"));
    assert_eq!(safe_name(&"x.".repeat(10_000)).len(), LONGEST_NAME - 1);
}

#[test]
fn the_name_in_an_address_is_read_and_made_safe() {
    for (address, name) in [
        ("https://up.example.org/a1/photo.jpg", "photo.jpg"),
        (
            "https://up.example.org/a1/my%20photo.jpg?x=/../y#z",
            "my photo.jpg",
        ),
        ("https://up.example.org/a1/%2e%2e%2fpasswd", "passwd"),
        ("https://up.example.org/a1/%00%e2%80%aex.exe", "x.exe"),
        ("https://up.example.org/a1/100%", "100%"),
        ("https://up.example.org/a1/%zz%ü", "%zz%ü"),
        ("https://up.example.org/a1/%ff", "%ff"),
        ("https://up.example.org/", "file"),
        ("https://up.example.org", "file"),
        ("", "file"),
    ] {
        assert_eq!(shown_name(address), name, "{address}");
    }
}

#[test]
fn a_name_that_is_taken_gets_a_number() {
    let tried: Vec<_> = names_to_try("photo.jpg").take(3).collect();
    assert_eq!(tried, ["photo.jpg", "photo (2).jpg", "photo (3).jpg"]);
    assert_eq!(names_to_try("notes").nth(1).unwrap(), "notes (2)");
    let long = safe_name(&format!("{}.jpg", "a".repeat(500)));
    assert!(names_to_try(&long).all(|name| name.len() <= LONGEST_NAME));
}

/// What a name must be, however it came about.
fn check(name: &str) {
    let mut parts = Path::new(name).components();
    assert!(matches!(parts.next(), Some(Component::Normal(one)) if one == name));
    assert!(parts.next().is_none());
    assert!(!name.is_empty() && name.len() <= LONGEST_NAME);
    assert!(!name.starts_with('.') && !name.starts_with(' '));
    assert!(!name.ends_with('.') && !name.ends_with(' '));
    assert!(!name.contains(['/', '\\', ':', '\0', '<', '>', '"', '|', '?', '*']));
    assert!(
        !name
            .chars()
            .any(|c| c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c))
    );
    assert_eq!(safe_name(name), name, "the second time something else");
}

/// What is put before, into or behind a name.
const ATTACKS: &[&str] = &[
    "../",
    "..\\",
    "/",
    "\\",
    "//",
    "\\\\server\\share\\",
    "C:",
    "C:\\",
    "~/",
    "./",
    ".",
    "..",
    "...",
    "/etc/",
    "file:///",
    "\0",
    "\n",
    "\r\n",
    "\t",
    "\u{1b}[2J",
    "\u{7f}",
    "\u{85}",
    "\u{202e}",
    "\u{202a}",
    "\u{202b}",
    "\u{202d}",
    "\u{2066}",
    "\u{2067}",
    "\u{2068}",
    "\u{2069}",
    "\u{200e}",
    "\u{200f}",
    "\u{61c}",
    "\u{200b}",
    "\u{feff}",
    "\u{2028}",
    "\u{2029}",
    "\u{e0041}",
    "\u{fffe}",
    " ",
    "\u{a0}",
    ":",
    "*",
    "?",
    "\"",
    "<",
    ">",
    "|",
    ":$DATA",
    "::$INDEX",
    "CON.",
    "nul.",
    "COM1.",
    "lpt9.",
    "COM¹.",
    "CONIN$.",
    "%2e%2e%2f",
    "%00",
    "%5c",
    "$HOME/",
    "`id`/",
    "-rf/",
];

#[test]
fn no_trick_leads_a_name_out_of_its_folder() {
    let long = "n".repeat(10_000);
    let names = [
        "photo.jpg",
        "passwd",
        ".bashrc",
        "notes",
        "archive.tar.gz",
        "写真.png",
        "Übung 3.pdf",
        "CON",
        "nul.txt",
        "a b.c",
        "x.",
        " x",
        "-rf",
        "desktop.ini",
        "e\u{301}.txt",
        "🦊.webp",
        "authorized_keys",
        "a%2fb",
        "",
        &long,
    ];
    let folder = Path::new("/folder");
    let mut tried = 0;
    for name in names {
        for attack in ATTACKS {
            let half = name.chars().count() / 2;
            let (front, back): (String, String) = (
                name.chars().take(half).collect(),
                name.chars().skip(half).collect(),
            );
            for offered in [
                format!("{attack}{name}"),
                format!("{name}{attack}"),
                format!("{front}{attack}{back}"),
                format!("{attack}{attack}{name}{attack}"),
            ] {
                tried += 1;
                for kept in [
                    safe_name(&offered),
                    shown_name(&format!("https://up.example.org/1/{offered}")),
                ] {
                    check(&kept);
                    assert_eq!(folder.join(&kept).parent(), Some(folder), "{offered:?}");
                }
            }
        }
    }
    assert!(tried >= 4_800, "{tried}");
    println!("0 of {tried} names leave their folder");
}

/// Made of what tricks are made of.
fn tricky() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("../".to_owned()),
        Just("..\\".to_owned()),
        Just("/".to_owned()),
        Just("\0".to_owned()),
        Just("\u{202e}".to_owned()),
        Just(".".to_owned()),
        Just(" ".to_owned()),
        Just("CON".to_owned()),
        Just("com1".to_owned()),
        Just(":".to_owned()),
        Just("%2f".to_owned()),
        Just("%2e%2e".to_owned()),
        Just("%00".to_owned()),
        Just("a".repeat(300)),
        Just("ü".repeat(120)),
        "\\PC{0,4}",
        any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_name_ever_leaves_its_folder(offered in tricky()) {
        check(&safe_name(&offered));
        check(&shown_name(&format!("https://example.org/{offered}")));
    }
}
