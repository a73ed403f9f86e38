//! What people say of themselves beside their presence: how they feel (XEP-0107) and what they are called (XEP-0172).

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Characters of a mood's words that are kept and sent.
pub const LONGEST_WORDS: usize = 300;
/// Characters of a nick that are kept and sent.
pub const LONGEST_NICK: usize = 100;

/// The feelings, each with its name on the wire.
macro_rules! feelings {
    ($($feeling:ident $name:literal,)*) => {
        /// A feeling (XEP-0107 §3).
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
        #[serde(rename_all = "snake_case")]
        pub enum Feeling {
            $(#[doc = concat!("`", $name, "`.")] $feeling,)*
        }

        impl Feeling {
            /// All, in the order of the alphabet.
            pub const ALL: &[Self] = &[$(Self::$feeling,)*];

            /// Its name on the wire.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$feeling => $name,)* }
            }
        }
    };
}

feelings! {
    Afraid "afraid",
    Amazed "amazed",
    Angry "angry",
    Amorous "amorous",
    Annoyed "annoyed",
    Anxious "anxious",
    Aroused "aroused",
    Ashamed "ashamed",
    Bored "bored",
    Brave "brave",
    Calm "calm",
    Cautious "cautious",
    Cold "cold",
    Confident "confident",
    Confused "confused",
    Contemplative "contemplative",
    Contented "contented",
    Cranky "cranky",
    Crazy "crazy",
    Creative "creative",
    Curious "curious",
    Dejected "dejected",
    Depressed "depressed",
    Disappointed "disappointed",
    Disgusted "disgusted",
    Dismayed "dismayed",
    Distracted "distracted",
    Embarrassed "embarrassed",
    Envious "envious",
    Excited "excited",
    Flirtatious "flirtatious",
    Frustrated "frustrated",
    Grateful "grateful",
    Grieving "grieving",
    Grumpy "grumpy",
    Guilty "guilty",
    Happy "happy",
    Hopeful "hopeful",
    Hot "hot",
    Humbled "humbled",
    Humiliated "humiliated",
    Hungry "hungry",
    Hurt "hurt",
    Impressed "impressed",
    InAwe "in_awe",
    InLove "in_love",
    Indignant "indignant",
    Interested "interested",
    Intoxicated "intoxicated",
    Invincible "invincible",
    Jealous "jealous",
    Lonely "lonely",
    Lost "lost",
    Lucky "lucky",
    Mean "mean",
    Moody "moody",
    Nervous "nervous",
    Neutral "neutral",
    Offended "offended",
    Outraged "outraged",
    Playful "playful",
    Proud "proud",
    Relaxed "relaxed",
    Relieved "relieved",
    Remorseful "remorseful",
    Restless "restless",
    Sad "sad",
    Sarcastic "sarcastic",
    Satisfied "satisfied",
    Serious "serious",
    Shocked "shocked",
    Shy "shy",
    Sick "sick",
    Sleepy "sleepy",
    Spontaneous "spontaneous",
    Stressed "stressed",
    Strong "strong",
    Surprised "surprised",
    Thankful "thankful",
    Thirsty "thirsty",
    Tired "tired",
    Undefined "undefined",
    Weak "weak",
    Worried "worried",
}

impl Feeling {
    /// The feeling of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|one| one.name() == name)
    }
}

/// How somebody feels.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Mood {
    /// In one word.
    pub feeling: Feeling,
    /// In their own words, on one line; empty when there are none.
    pub words: String,
}

/// Something that somebody published about themselves, and that others may see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// How they feel; `None`: they say nothing of it any more.
    Mood(Option<Mood>),
    /// What they like to be called, on one line; empty: nothing any more.
    Nick(String),
}

/// What somebody tells of themselves now.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OfSelf {
    /// How they feel.
    pub mood: Option<Mood>,
    /// What they like to be called, empty when they do not say.
    pub nick: String,
}

impl OfSelf {
    /// Takes what was told. Answers whether that is news.
    pub fn take(&mut self, told: Told) -> bool {
        let before = self.clone();
        match told {
            Told::Mood(mood) => self.mood = mood,
            Told::Nick(nick) => self.nick = nick,
        }
        *self != before
    }

    /// Whether they tell nothing.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.mood.is_none() && self.nick.is_empty()
    }
}

/// On one line, without what is not to be seen, and not longer than `longest` characters.
#[must_use]
pub fn one_line(text: &str, longest: usize) -> String {
    let words: Vec<&str> = text
        .split(|one: char| one.is_whitespace() || one.is_control())
        .filter(|word| !word.is_empty())
        .collect();
    let line: String = words.join(" ").chars().take(longest).collect();
    line.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_feeling_has_one_name_everywhere() {
        for feeling in Feeling::ALL {
            assert_eq!(Feeling::named(feeling.name()), Some(*feeling));
            let json = serde_json::to_string(feeling).unwrap();
            assert_eq!(json, format!("\"{}\"", feeling.name()));
        }
        assert_eq!(Feeling::named("ecstatic"), None);
    }

    #[test]
    fn the_feelings_of_the_text_that_its_schema_leaves_out_are_known() {
        for name in ["grateful", "grieving", "lost", "satisfied"] {
            assert!(Feeling::named(name).is_some(), "{name}");
        }
        assert_eq!(Feeling::ALL.len(), 84);
    }

    #[test]
    fn a_line_has_no_breaks_and_an_end() {
        assert_eq!(one_line("  a\n b\u{0}\u{85}c  ", 10), "a b c");
        assert_eq!(one_line("abc def", 4), "abc");
        assert_eq!(one_line("\n", 4), "");
    }

    #[test]
    fn what_is_told_again_is_no_news() {
        let mut known = OfSelf::default();
        assert!(known.is_empty() && known.take(Told::Nick("Bob".to_owned())));
        assert!(!known.take(Told::Nick("Bob".to_owned())));
        assert!(known.take(Told::Nick(String::new())) && known.is_empty());
    }
}
