//! What the resident says, in the user's language. No text stands in code.

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

const ENGLISH: &str = include_str!("../locales/en.ftl");
const GERMAN: &str = include_str!("../locales/de.ftl");

/// The texts of one language, with English behind it.
pub struct Words {
    language: &'static str,
    chosen: FluentBundle<FluentResource>,
}

impl Words {
    /// The texts for a language tag such as `de` or `de-AT`; empty means the system's language.
    #[must_use]
    pub fn new(tag: &str) -> Self {
        let tag = match tag {
            "" => sys_locale::get_locale().unwrap_or_default(),
            tag => tag.to_owned(),
        };
        let (language, text) = if tag.starts_with("de") {
            ("de", GERMAN)
        } else {
            ("en", ENGLISH)
        };
        Self {
            language,
            chosen: bundle(language, text),
        }
    }

    /// The language in force.
    #[must_use]
    pub const fn language(&self) -> &'static str {
        self.language
    }

    /// The text of `key`.
    #[must_use]
    pub fn say(&self, key: &str) -> String {
        self.say_with(key, &[])
    }

    /// The text of `key` with values put in.
    #[must_use]
    pub fn say_with(&self, key: &str, values: &[(&str, FluentValue<'_>)]) -> String {
        let mut args = FluentArgs::new();
        for (name, value) in values {
            args.set((*name).to_owned(), value.clone());
        }
        let Some(pattern) = self
            .chosen
            .get_message(key)
            .and_then(|message| message.value())
        else {
            // A test proves that every language has every text; showing the key loses nothing.
            return key.to_owned();
        };
        let mut faults = Vec::new();
        self.chosen
            .format_pattern(pattern, Some(&args), &mut faults)
            .into_owned()
    }
}

fn bundle(language: &str, text: &str) -> FluentBundle<FluentResource> {
    let tag: LanguageIdentifier = language.parse().unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![tag]);
    // Names are isolated where they are put in; the marks would show in plain popups otherwise.
    bundle.set_use_isolating(false);
    // The texts are ours: faults in them are found by the test below.
    let resource =
        FluentResource::try_new(text.to_owned()).unwrap_or_else(|(resource, _)| resource);
    bundle.add_resource_overriding(resource);
    bundle
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn keys(text: &str) -> BTreeSet<&str> {
        text.lines()
            .filter(|line| line.starts_with(|first: char| first.is_ascii_lowercase()))
            .filter_map(|line| line.split_once(" ="))
            .map(|(key, _)| key)
            .collect()
    }

    #[test]
    fn every_language_has_every_text_and_no_faults() {
        assert_eq!(keys(ENGLISH), keys(GERMAN));
        for text in [ENGLISH, GERMAN] {
            assert!(FluentResource::try_new(text.to_owned()).is_ok());
        }
    }

    #[test]
    fn a_summary_counts_in_the_users_language() {
        let values = [
            ("messages", FluentValue::from(7)),
            ("chats", FluentValue::from(3)),
        ];
        let english = Words::new("en").say_with("missed-summary", &values);
        assert_eq!(english, "7 messages in 3 chats while you were away");
        let german = Words::new("de-AT").say_with("missed-summary", &values);
        assert_eq!(german, "7 Nachrichten in 3 Chats, während du weg warst");
    }

    #[test]
    fn an_unknown_language_falls_back_to_english() {
        assert_eq!(Words::new("xx").say("popup-reply"), "Reply");
    }
}
