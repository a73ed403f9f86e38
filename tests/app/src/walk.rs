//! A walk through the screens in one look: each is photographed, and looked over by axe and by rules of our own.

use std::path::Path;

use carillon_tests_servers::until_some;
use serde_json::{Value, json};

use crate::page::quoted;
use crate::screen::{Screen, screenshots};
use crate::window::Window;

/// One way to look at all screens.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    theme: &'static str,
    language: &'static str,
    width: u32,
}

const WIDE: u32 = 980;
/// The narrowest that a window can be.
const NARROW: u32 = 380;
const HEIGHT: u32 = 700;

/// Both themes, both widths and all languages, the pseudo-language among them.
pub const LOOKS: &[Look] = &[
    look("light", "en", WIDE),
    look("dark", "de", WIDE),
    look("light", "de", NARROW),
    look("dark", "en-XA", NARROW),
    look("light", "en-XA", WIDE),
];

const fn look(theme: &'static str, language: &'static str, width: u32) -> Look {
    Look {
        theme,
        language,
        width,
    }
}

/// WebDriver's code for the Escape key (WebDriver, section 17.4.2).
const ESCAPE: &str = "\u{E00C}";

/// Words that are not Carillon's: names, rooms and texts of people, names of things, what the reader of settings files
/// says, and the "and" with which the system joins a list.
const NOT_OURS: &str = r"(and|Carillon|XMPP|Prosody|MIT|Apache|Ctrl|Shift|Enter|Esc|Tab|alice|bob|carol|dormouse|localhost|tea|Lewis|Friends|\S+@\S+|\S+://\S+|/\S+|SCRAM-SHA-[0-9]+(-PLUS)?|TOML parse error[^)]*)";

/// What is wrong with the page that is shown, one line each.
const FAULTS: &str = include_str!("walk/faults.js");
const AUDIT: &str = include_str!("walk/audit.js");
const STILL: &str = include_str!("walk/still.js");

/// Walks through the screens in one look, and collects what is wrong.
#[derive(Debug)]
pub struct Walk<'a> {
    window: &'a Window,
    look: Look,
    pictures: usize,
    faults: Vec<String>,
}

impl<'a> Walk<'a> {
    /// Takes on the look, as the settings do, and gives the window of `process` on `screen` its size.
    pub async fn new(screen: &Screen, process: u32, window: &'a Window, look: Look) -> Self {
        take_on(window, look).await;
        let shown = until_some("the window is seen", async || screen.shown(process)).await;
        let (width, height) = (look.width.to_string(), HEIGHT.to_string());
        screen
            .xdotool(&["windowsize", &shown.id, &width, &height])
            .expect("another size");
        let sized = format!("return innerWidth === {width} && innerHeight === {height}");
        window.shows("its new size", &sized).await;
        // Until the page has heard of it.
        run(window, STILL).await;
        Self {
            window,
            look,
            pictures: 0,
            faults: Vec::new(),
        }
    }

    /// Whether list and detail do not fit beside each other.
    #[must_use]
    pub fn narrow(&self) -> bool {
        self.look.width == NARROW
    }

    /// Photographs the screen that is shown, and looks it over.
    pub async fn see(&mut self, screen: &str) {
        let Look {
            theme,
            language,
            width,
        } = self.look;
        let name = format!("{screen}-{theme}-{language}-{width}");
        self.run(STILL).await;
        self.window.screenshot(&name).await;
        self.pictures += 1;
        let faults = FAULTS
            .replace("LANGUAGE", &quoted(language))
            .replace("NOT_OURS", &quoted(NOT_OURS));
        for found in [self.window.script(&faults).await, self.run(AUDIT).await] {
            let lines = found.as_str().unwrap_or_default().lines();
            self.faults
                .extend(lines.map(|line| format!("{name}: {line}")));
        }
    }

    async fn run(&self, script: &str) -> Value {
        run(self.window, script).await
    }

    /// In a narrow window: back to the list, where the rail is.
    pub async fn back(&self) {
        if self.narrow() {
            // A chat has its way back once it is open.
            let back = "document.querySelector('main [data-test=back]')?.click();
                return document.querySelector('[data-test=rail-settings]') !== null";
            self.window.shows("the rail", back).await;
        }
    }

    /// Presses Escape, until `css` finds nothing.
    pub async fn close(&self, css: &str) {
        self.window.press(ESCAPE).await;
        self.window.lacks(css).await;
    }

    /// Closes the dialog by Escape.
    pub async fn close_dialog(&self) {
        self.close("[data-test=dialog]").await;
    }
}

async fn run(window: &Window, script: &str) -> Value {
    let done = window.client.execute_async(script, Vec::new()).await;
    done.expect("a script that calls back")
}

/// Sets theme and language as the settings screen does.
async fn take_on(window: &Window, look: Look) {
    let overview = window.ask("overview", json!({})).await;
    let mut general = overview["settings"]["general"].clone();
    general["theme"] = look.theme.into();
    general["language"] = look.language.into();
    window
        .ask("set_general", json!({ "general": general }))
        .await;
    let taken = format!(
        "const {{ lang, dataset }} = document.documentElement; return lang === {} && dataset.theme === {}",
        quoted(look.language),
        quoted(look.theme)
    );
    window.shows("its theme and language", &taken).await;
}

/// Lets axe into the page. It stays until the page is loaded anew.
///
/// # Panics
/// When axe is not there, or finds nothing where something is wrong.
pub async fn take_axe_in(window: &Window) {
    let path = "../../ui/node_modules/axe-core/axe.min.js";
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let source = std::fs::read_to_string(&file)
        .unwrap_or_else(|error| panic!("{}: {error}; run `npm ci` in ui", file.display()));
    // As a function's body, which the page's policy does not forbid to the driver.
    window.script(&source).await;
    window
        .script("document.body.append(Object.assign(new Image(), { id: 'nameless' }))")
        .await;
    let found = run(window, AUDIT).await.to_string();
    assert!(found.contains("image-alt"), "axe sees: {found}");
    window
        .script("document.getElementById('nameless').remove()")
        .await;
}

/// All walks of a story.
#[derive(Debug, Default)]
pub struct Album {
    pictures: usize,
    faults: Vec<String>,
}

impl Album {
    /// Takes over what a walk brought.
    pub fn add(&mut self, walk: Walk<'_>) {
        self.pictures += walk.pictures;
        self.faults.extend(walk.faults);
    }

    /// Says where the pictures are.
    ///
    /// # Panics
    /// When anything was wrong, with all of it.
    pub fn finish(self) {
        eprintln!("{} screens in {}", self.pictures, screenshots().display());
        assert!(self.faults.is_empty(), "{}", self.faults.join("\n"));
    }
}
