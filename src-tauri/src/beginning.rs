//! What the page begins with: the overview comes with it, so that its first picture waits for no answer.

use std::sync::{Mutex, PoisonError};

use carillon_link::views::Overview;

/// The overview on its way into the page. It is good for one page: what is loaded later reads a newer one.
#[derive(Debug, Default)]
pub(crate) struct Beginning(Mutex<Stage>);

#[derive(Debug, Default)]
enum Stage {
    /// The resident has not answered yet.
    #[default]
    Awaited,
    /// The answer, as JSON.
    Here(String),
    /// The page was loaded, with or without it.
    Loaded,
}

impl Beginning {
    /// Whether an overview would still be of use.
    pub(crate) fn is_awaited(&self) -> bool {
        self.with(|stage| matches!(stage, Stage::Awaited))
    }

    /// The resident's answer.
    pub(crate) fn came(&self, overview: &Overview) {
        let Ok(json) = serde_json::to_string(overview) else {
            // The page asks for it, as it does anyway.
            return;
        };
        self.with(|stage| {
            if matches!(stage, Stage::Awaited) {
                *stage = Stage::Here(json);
            }
        });
    }

    /// The page is loaded now: with the overview in it, if that is here. `None`: as it is.
    pub(crate) fn put_into(&self, page: &[u8]) -> Option<Vec<u8>> {
        match self.with(|stage| std::mem::replace(stage, Stage::Loaded)) {
            Stage::Here(json) => with_data(page, &json),
            Stage::Awaited | Stage::Loaded => None,
        }
    }

    fn with<T>(&self, act: impl FnOnce(&mut Stage) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Data in a page is text: no script, which the content security policy would not let run, and no markup, because
/// nothing in it can end the element (HTML, 13.2.5.4: only "<" leaves script data).
fn with_data(page: &[u8], json: &str) -> Option<Vec<u8>> {
    let end = page.windows(END.len()).rposition(|part| part == END)?;
    let mut filled = Vec::with_capacity(page.len() + json.len() + 64);
    filled.extend_from_slice(&page[..end]);
    filled.extend_from_slice(br#"<script type="application/json" id="beginning">"#);
    filled.extend_from_slice(json.replace('<', "\\u003c").as_bytes());
    filled.extend_from_slice(b"</script>");
    filled.extend_from_slice(&page[end..]);
    Some(filled)
}

const END: &[u8] = b"</body>";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_are_called_is_no_markup_in_the_page() {
        let hostile = r#"{"name":"</script><img src=x onerror=alert(1)><!-- <script>"}"#;
        let page = with_data(b"<body><p></p></body></html>", hostile).unwrap();
        let page = String::from_utf8(page).unwrap();
        let json = page
            .strip_prefix(r#"<body><p></p><script type="application/json" id="beginning">"#)
            .unwrap()
            .strip_suffix("</script></body></html>")
            .unwrap();
        assert!(!json.contains('<'), "{json}");
        let read = |text| serde_json::from_str::<serde_json::Value>(text).unwrap();
        assert_eq!(read(json), read(hostile));
    }

    #[test]
    fn a_page_without_an_end_stays_as_it_is() {
        assert_eq!(with_data(b"<p>", "{}"), None);
    }

    #[test]
    fn an_overview_is_good_for_one_page() {
        let beginning = Beginning(Mutex::new(Stage::Here("{}".to_owned())));
        assert!(beginning.put_into(b"</body>").is_some());
        assert_eq!(beginning.put_into(b"</body>"), None);
        assert!(!beginning.is_awaited());
    }

    #[test]
    fn a_page_does_not_wait_for_a_resident_that_starts() {
        let beginning = Beginning::default();
        assert!(beginning.is_awaited());
        assert_eq!(beginning.put_into(b"</body>"), None);
        assert!(!beginning.is_awaited(), "it would come too late");
    }
}
