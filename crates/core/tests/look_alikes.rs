//! Whoever writes somebody else's name with other letters is marked; whoever has a name of their own is not.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use carillon_core::look_alike::{Look, Looks};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

const NAMES: &[&str] = &[
    "alice",
    "Bob",
    "carla@harbour.example",
    "paypal",
    "Admin",
    "moderator",
    "support@bank.example",
    "Juliet Capulet",
    "xmpp.org",
    "Ole Lukøje",
    "room owner",
    "jim100",
    "Максим",
    "Ελένη",
    "אבי",
];

/// By hand, not from the table that is put to the test: letters of other scripts and signs that are drawn the same.
const TWINS: &[(char, &str)] = &[
    ('a', "аａ𝐚𝑎𝒂𝒶𝓪𝔞𝕒𝖆𝖺𝗮𝘢𝙖𝚊ɑα"),
    ('b', "ｂ𝐛𝑏𝒃𝒷𝓫𝔟𝕓𝖇𝖻𝗯𝘣𝙗𝚋"),
    ('c', "сｃ𝐜𝑐𝒄𝒸𝓬𝔠𝕔𝖈𝖼𝗰𝘤𝙘𝚌ϲⅽ"),
    ('d', "ԁｄ𝐝𝑑𝒅𝒹𝓭𝔡𝕕𝖉𝖽𝗱𝘥𝙙𝚍ⅾ"),
    ('e', "еｅ𝐞𝑒𝒆𝓮𝔢𝕖𝖊𝖾𝗲𝘦𝙚𝚎ｅℯ"),
    ('h', "һｈ𝐡𝒉𝒽𝓱𝔥𝕙𝖍𝗁𝗵𝘩𝙝𝚑ℎ"),
    ('i', "іｉ𝐢𝑖𝒊𝒾𝓲𝔦𝕚𝖎𝗂𝗶𝘪𝙞𝚒ιⅰ"),
    ('j', "јｊ𝐣𝑗𝒋𝒿𝓳𝔧𝕛𝖏𝗃𝗷𝘫𝙟𝚓ϳ"),
    ('l', "ӏｌ𝐥𝑙𝒍𝓁𝓵𝔩𝕝𝖑𝗅𝗹𝘭𝙡𝚕ⅼ1I|∣"),
    ('m', "ⅿ𝐦𝑚𝒎𝓂𝓶𝔪𝕞𝖒𝗆𝗺𝘮𝙢𝚖"),
    ('n', "ｎ𝐧𝑛𝒏𝓃𝓷𝔫𝕟𝖓𝗇𝗻𝘯𝙣𝚗ո"),
    ('o', "оοｏ𝐨𝑜𝒐𝓸𝔬𝕠𝖔𝗈𝗼𝘰𝙤𝚘օഠ"),
    ('p', "рρｐ𝐩𝑝𝒑𝓅𝓹𝔭𝕡𝖕𝗉𝗽𝘱𝙥𝚙"),
    ('r', "ｒ𝐫𝑟𝒓𝓇𝓻𝔯𝕣𝖗𝗋𝗿𝘳𝙧𝚛г"),
    ('s', "ѕｓ𝐬𝑠𝒔𝓈𝓼𝔰𝕤𝖘𝗌𝘀𝘴𝙨𝚜ꜱ"),
    ('t', "ｔ𝐭𝑡𝒕𝓉𝓽𝔱𝕥𝖙𝗍𝘁𝘵𝙩𝚝"),
    ('u', "ｕ𝐮𝑢𝒖𝓊𝓾𝔲𝕦𝖚𝗎𝘂𝘶𝙪𝚞υս"),
    ('v', "ѵνｖ𝐯𝑣𝒗𝓋𝓿𝔳𝕧𝖛𝗏𝘃𝘷𝙫𝚟ⅴ"),
    ('x', "хｘ𝐱𝑥𝒙𝓍𝔁𝔵𝕩𝖝𝗑𝘅𝘹𝙭𝚡ⅹ"),
    ('y', "уｙ𝐲𝑦𝒚𝓎𝔂𝔶𝕪𝖞𝗒𝘆𝘺𝙮𝚢γ"),
    ('A', "АΑＡ𝐀𝐴𝑨𝒜𝓐𝔄𝔸𝕬𝖠𝗔𝘈𝘼𝙰Ꭺ"),
    ('B', "ВΒＢ𝐁𝐵𝑩ℬ𝓑𝔅𝔹𝕭𝖡𝗕𝘉𝘽𝙱Ᏼ"),
    ('J', "ЈＪ𝐉𝐽𝑱𝒥𝓙𝔍𝕁𝕵𝖩𝗝𝘑𝙅𝙹Ꭻ"),
    ('C', "СϹＣ𝐂𝐶𝑪𝒞𝓒ℂ𝕮𝖢𝗖𝘊𝘾𝙲Ⅽ"),
    ('O', "ОΟＯ𝐎𝑂𝑶𝒪𝓞𝔒𝕆𝕺𝖮𝗢𝘖𝙊𝙾0"),
    ('1', "lI|ⅼ"),
    ('0', "OОο𝟎𝟘𝟢𝟬𝟶"),
    ('М', "MΜＭ"),
    ('а', "aɑ"),
    ('Ε', "EЕ"),
    ('ν', "vѵ"),
    ('.', "․．"),
    (' ', "\u{a0}\u{2003}\u{3000}\u{2009}\u{202f}\u{2800}"),
];

/// What is not seen, or turns what follows without turning anything here.
const UNSEEN: &str = "\u{ad}\u{34f}\u{61c}\u{180e}\u{200b}\u{200c}\u{200d}\u{200e}\u{2060}\u{2061}\u{2063}\u{feff}\u{fe0f}\
                      \u{202a}\u{2066}\u{2068}\u{206a}\u{115f}\u{3164}\u{ffa0}\u{e0041}\u{e0100}";

fn put(name: &str, at: usize, with: &str, takes: usize) -> String {
    let chars: Vec<char> = name.chars().collect();
    let (front, rest) = chars.split_at(at);
    let behind = &rest[takes..];
    front
        .iter()
        .copied()
        .chain(with.chars())
        .chain(behind.iter().copied())
        .collect()
}

fn turned(name: &str) -> String {
    name.chars().rev().collect()
}

/// All that somebody may write who wants to be taken for `name`.
fn forged(name: &str) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    let letters: Vec<char> = name.chars().collect();
    for (at, letter) in letters.iter().enumerate() {
        let twins = TWINS.iter().find(|(plain, _)| plain == letter);
        let twins: Vec<char> = twins.map_or_else(Vec::new, |(_, twins)| twins.chars().collect());
        for twin in &twins {
            all.insert(put(name, at, &twin.to_string(), 1));
        }
        for unseen in UNSEEN.chars() {
            all.insert(put(name, at, &unseen.to_string(), 0));
        }
    }
    // All letters at once.
    for kind in 0..3 {
        let twin = |letter: char| {
            let twins = TWINS.iter().find(|(plain, _)| *plain == letter);
            twins
                .and_then(|(_, twins)| twins.chars().nth(kind))
                .unwrap_or(letter)
        };
        all.insert(letters.iter().copied().map(twin).collect());
    }
    if name.is_ascii() {
        let turned = turned(name);
        for [begins, ends] in [
            ["\u{202e}", "\u{202c}"],
            ["\u{202e}", ""],
            ["\u{2067}\u{202e}", "\u{202c}\u{2069}"],
        ] {
            all.insert(format!("{begins}{turned}{ends}"));
        }
    }
    for (one, other) in [("m", "rn"), ("w", "vv")] {
        all.insert(name.replacen(one, other, 1));
    }
    for blank in [" ", "  ", "\u{a0}", "\u{2003}", "\u{3000}"] {
        all.insert(format!("{name}{blank}"));
        all.insert(format!("{blank}{name}"));
    }
    all.remove(name);
    all
}

#[test]
fn nobody_passes_for_somebody_else_unmarked() {
    let looks = Looks::of(NAMES.iter().copied());
    let mut tried = 0;
    let mut unmarked = Vec::new();
    for name in NAMES {
        for forged in forged(name) {
            tried += 1;
            if looks.taken_for(&forged) != Some(*name) || !Look::of(&forged).is_like(name) {
                unmarked.push((name, forged.escape_unicode().to_string(), forged));
            }
        }
    }
    assert!(
        unmarked.is_empty(),
        "{} of {tried}: {unmarked:#?}",
        unmarked.len()
    );
    assert!(tried >= 3_000, "{tried}");
    println!("0 unmarked of {tried} forged names");
}

#[test]
fn a_name_of_ones_own_is_not_marked() {
    let looks = Looks::of(NAMES.iter().copied());
    for name in NAMES {
        assert_eq!(looks.taken_for(name), None, "{name}");
    }
    for other in [
        "alicia",
        "Rob",
        "carl@harbour.example",
        "carla@harbor.example",
        "Julia Capulet",
        "xmpp.net",
        "jim101",
        "Максимa Ивановна",
        "Елена",
        "Ole Lukøje Jr.",
        "",
        " ",
        "🦊",
    ] {
        assert_eq!(looks.taken_for(other), None, "{other}");
    }
}

#[test]
fn case_alone_is_a_likeness_and_an_accent_is_none() {
    let looks = Looks::of(["Bob", "Zoë"]);
    assert_eq!(looks.taken_for("BOB"), Some("Bob"));
    assert_eq!(looks.taken_for("Zoe\u{308}"), Some("Zoë"));
    assert_eq!(looks.taken_for("Zoe"), None);
}

#[test]
fn a_name_that_is_there_twice_is_compared_with_the_other_one() {
    let looks = Looks::of(["Аlice", "Alice"]);
    assert_eq!(looks.taken_for("Alice"), Some("Аlice"));
    assert_eq!(looks.taken_for("Аlice"), Some("Alice"));
}

#[test]
fn one_name_that_is_held_against_many_is_found_where_all_are_taken_in() {
    let ascii: Vec<char> = ('!'..='~').collect();
    let mut names: Vec<String> = NAMES.iter().map(ToString::to_string).collect();
    for first in &ascii {
        names.push(first.to_string());
        names.extend(ascii.iter().map(|second| format!("{first}{second}x")));
    }
    let looks = Looks::of(names.iter().map(String::as_str));
    for name in names.iter().step_by(7) {
        let mut look = Look::of(name);
        let alike = names.iter().any(|known| look.is_like(known));
        assert_eq!(alike, looks.taken_for(name).is_some(), "{name}");
    }
}

#[test]
fn one_name_that_is_held_against_many_is_found_with_other_letters_too() {
    let looks = Looks::of(NAMES.iter().copied());
    for name in NAMES {
        for forged in forged(name) {
            let mut look = Look::of(&forged);
            let alike = NAMES.iter().any(|known| look.is_like(known));
            assert_eq!(alike, looks.taken_for(&forged).is_some(), "{forged}");
            let mut look = Look::of(name);
            let back = looks.taken_for(&forged) == Some(name);
            assert!(!back || look.is_like(&forged), "{forged}");
        }
    }
}

fn fastest(mut work: impl FnMut()) -> Duration {
    let took = (0..3).map(|_| {
        let began = Instant::now();
        work();
        began.elapsed()
    });
    took.min().unwrap()
}

#[test]
fn a_popup_does_not_wait_for_every_name_of_another_alphabet_to_be_drawn() {
    let people = (0..1_000).map(|n| format!("Максим Иванович Müller {n}"));
    let names: Vec<String> = people.collect();
    let drawn = fastest(|| drop(Looks::of(names.iter().map(String::as_str))));
    let held = fastest(|| {
        let mut look = Look::of("Елена");
        assert!(!names.iter().any(|known| look.is_like(known)));
    });
    assert!(held * 5 < drawn, "{held:?} {drawn:?}");
}
