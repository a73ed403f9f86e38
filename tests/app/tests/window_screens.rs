//! Every screen, light and dark, wide and narrow, in every language: photographed, and looked over by axe.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // in the functions that the tests share
#![allow(clippy::print_stdout)] // where the pictures are

use std::path::Path;

use carillon_tests_app::{AtScreen, Screen, Window, quoted, screenshots};
use carillon_tests_servers::{Kind, Peer};
use serde_json::Value;

/// One way to look at all screens.
struct Look {
    theme: &'static str,
    language: &'static str,
    width: u32,
    /// Whether axe looks too, which takes longer than all the rest.
    audited: bool,
}

const WIDE: u32 = 980;
/// The narrowest that a window can be.
const NARROW: u32 = 380;

const LOOKS: &[Look] = &[
    Look {
        theme: "light",
        language: "en",
        width: WIDE,
        audited: true,
    },
    Look {
        theme: "dark",
        language: "de",
        width: WIDE,
        audited: false,
    },
    Look {
        theme: "light",
        language: "de",
        width: NARROW,
        audited: false,
    },
    Look {
        theme: "dark",
        language: "en-XA",
        width: NARROW,
        audited: true,
    },
    Look {
        theme: "light",
        language: "en-XA",
        width: WIDE,
        audited: false,
    },
];

/// WebDriver's code for the Escape key (WebDriver, section 17.4.2).
const ESCAPE: &str = "\u{E00C}";

/// Words that are not Carillon's: names, rooms and texts of people, names of things, and the "and" with which the
/// system joins a list.
const NOT_OURS: &str = r"(and|Carillon|XMPP|Prosody|MIT|Apache|Ctrl|Shift|Enter|Esc|Tab|alice|bob|carol|tea|Lewis|Friends|\S+@\S+|\S+://\S+|/\S+)";

/// What is wrong with the page that is shown, one line each.
const FAULTS: &str = r"
const faults = [];
const shown = (it) => { const box = it.getBoundingClientRect(); return box.width > 1 && box.height > 1 && it.checkVisibility(); };
const root = document.documentElement;
if (root.scrollWidth > innerWidth) faults.push(`the page is ${root.scrollWidth} px wide`);
for (const it of document.querySelectorAll('body *')) {
  const style = getComputedStyle(it);
  const scrolls = style.overflowX === 'auto' || style.overflowX === 'scroll';
  if (scrolls && it.scrollWidth > it.clientWidth + 1 && it.localName !== 'textarea' && shown(it))
    faults.push(`${it.localName}.${it.className} scrolls sideways: ${it.scrollWidth} of ${it.clientWidth} px`);
  const box = it.getBoundingClientRect();
  if (it.matches('button, select, input, h1, h2, p') && shown(it) && !it.closest('.sr-only') && box.right > innerWidth + 1)
    faults.push(`${it.localName} ${it.textContent.slice(0, 30)} ends at ${Math.round(box.right)} px`);
}
if (LANGUAGE === 'en-XA') {
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (words.nextNode()) {
    const it = words.currentNode.parentElement;
    if (!it || it.closest('bdi, time, .body, .day, script, style, [data-test=language]') || !shown(it)) continue;
    const left = words.currentNode.data.replace(new RegExp(NOT_OURS, 'gi'), '').match(/[A-Za-z]{3,}/);
    if (left) faults.push(`not translated: ${words.currentNode.data.trim().slice(0, 60)}`);
  }
}
for (const it of document.querySelectorAll('body *'))
  if (it.childNodes.length === 1 && /^[a-z_]+\.[a-z_]+$/.test(it.textContent) && shown(it) && !it.closest('bdi, .body'))
    faults.push(`a key: ${it.textContent}`);
return faults.join('\n');
";

const AUDIT: &str = r"
const done = arguments[arguments.length - 1];
axe.run(document, { resultTypes: ['violations'], rules: { 'color-contrast': { enabled: true } } }).then(
  ({ violations }) => done(violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(
    ({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((it) => it.html.slice(0, 160)).join(' | ')}`).join('\n')),
  (error) => done(`axe: ${error}`));
";

/// Walks through the screens in one look, and collects what is wrong.
struct Walk<'a> {
    window: &'a Window,
    look: &'a Look,
    pictures: usize,
    faults: Vec<String>,
}

impl<'a> Walk<'a> {
    async fn new(screen: &Screen, process: u32, window: &'a Window, look: &'a Look) -> Self {
        set_look(window, look).await;
        let found = screen.xdotool(&["search", "--onlyvisible", "--pid", &process.to_string()]);
        let found = found.expect("the window on the screen");
        let id = found.lines().next().unwrap();
        let width = look.width.to_string();
        screen
            .xdotool(&["windowsize", id, &width, "700"])
            .expect("another size");
        window
            .shows(
                "its new width",
                &format!("return innerWidth === {}", look.width),
            )
            .await;
        Self {
            window,
            look,
            pictures: 0,
            faults: Vec::new(),
        }
    }

    fn narrow(&self) -> bool {
        self.look.width == NARROW
    }

    /// Photographs the screen that is shown, and looks it over.
    async fn see(&mut self, screen: &str) {
        let Look {
            theme,
            language,
            width,
            audited,
        } = self.look;
        let name = format!("{screen}-{theme}-{language}-{width}");
        self.still().await;
        self.window.screenshot(&name).await;
        self.pictures += 1;
        let script = FAULTS
            .replace("LANGUAGE", &quoted(language))
            .replace("NOT_OURS", &quoted(NOT_OURS));
        let mut found = vec![self.window.script(&script).await];
        if *audited {
            let audit = self.window.client.execute_async(AUDIT, Vec::new()).await;
            found.push(audit.unwrap());
        }
        for lines in found.iter().filter_map(Value::as_str) {
            self.faults
                .extend(lines.lines().map(|line| format!("{name}: {line}")));
        }
    }

    /// Until nothing moves: a picture, and a contrast, in the middle of a transition is neither.
    async fn still(&self) {
        let moving = "return document.getAnimations().every((it) => it.playState !== 'running' || \
                      it.effect.getTiming().iterations === Infinity)";
        self.window.shows("everything at rest", moving).await;
    }

    /// In a narrow window: back to the list, where the rail is.
    async fn back(&self) {
        if self.narrow() {
            let back = "document.querySelector('main [data-test=back]')?.click()";
            self.window.script(back).await;
            self.window.find("[data-test=rail-settings]").await;
        }
    }

    async fn close_dialog(&self) {
        self.window.press(ESCAPE).await;
        self.window.lacks("[data-test=dialog]").await;
    }
}

/// Sets theme and language as the settings screen does.
async fn set_look(window: &Window, look: &Look) {
    let script = format!(
        "const done = arguments[arguments.length - 1];
         const ask = (name, ask) => __TAURI_INTERNALS__.invoke(name, {{ ask }});
         ask('overview', {{}}).then(({{ settings }}) =>
           ask('set_general', {{ general: {{ ...settings.general, theme: {}, language: {} }} }}))
           .then(() => done(true), (error) => done(JSON.stringify(error)))",
        quoted(look.theme),
        quoted(look.language)
    );
    let done = window.client.execute_async(&script, Vec::new()).await;
    assert_eq!(done.unwrap(), true);
    let language = format!(
        "return document.documentElement.lang === {}",
        quoted(look.language)
    );
    window.shows("its language", &language).await;
}

async fn take_axe_in(window: &Window) {
    let path = "../../ui/node_modules/axe-core/axe.min.js";
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let source = std::fs::read_to_string(&file)
        .unwrap_or_else(|error| panic!("{}: {error}; run `npm ci` in ui", file.display()));
    // As a function's body, which the page's policy does not forbid to the driver.
    window.script(&source).await;
    window
        .script("document.body.append(Object.assign(new Image(), { id: 'nameless' }))")
        .await;
    let found = window.client.execute_async(AUDIT, Vec::new()).await;
    let found = found.unwrap().to_string();
    assert!(found.contains("image-alt"), "axe sees: {found}");
    window
        .script("document.getElementById('nameless').remove()")
        .await;
}

fn finish(walks: Vec<(usize, Vec<String>)>) {
    let pictures: usize = walks.iter().map(|(pictures, _)| pictures).sum();
    println!("{pictures} screens in {}", screenshots().display());
    let faults: Vec<String> = walks.into_iter().flat_map(|(_, faults)| faults).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[tokio::test]
async fn the_first_screens() {
    let mut at = AtScreen::prepared(Kind::Embedded).await;
    at.meeting.alice.start().await;
    let window = at.meeting.alice.open_window().await;
    window.find("[data-test=welcome]").await;
    take_axe_in(&window).await;
    let process = at.meeting.alice.window_process().unwrap();
    let mut done = Vec::new();
    for look in LOOKS {
        let mut walk = Walk::new(&at.screen, process, &window, look).await;
        walk.see("welcome").await;
        for (screen, button) in [
            ("sign-in", "choose-sign-in"),
            ("create-account", "choose-create"),
            ("try-out-explained", "choose-tryout"),
        ] {
            window.click(&format!("[data-test={button}]")).await;
            if screen == "sign-in" {
                window.click("[data-test=submit]").await;
                window.click("summary").await;
                window.find("details[open]").await;
            }
            walk.see(screen).await;
            window.click(".actions button:first-child").await;
        }
        done.push((walk.pictures, walk.faults));
    }
    finish(done);
}

/// Somebody to talk with, somebody who asks, a room that invites, and a friend who has not answered yet.
async fn company(at: &AtScreen) -> (Peer, Peer) {
    let alice = &at.meeting.alice_account.jid;
    let mut bob = at.meeting.bob().await;
    let mut carol = at.meeting.stranger("carol").await;
    for body in [
        "Hello Alice!",
        "Have you seen https://example.org/looking-glass?page=2 already? It goes on for quite a while, and then some \
         more, so that a line has to break.",
        "/me waves",
        "🎉",
    ] {
        bob.message(alice, body).await;
    }
    bob.show(
        "away",
        "At the garden, back at five, or a bit later if the tea is good",
    )
    .await;
    carol.subscription(alice, "subscribe").await;
    let room = format!("tea@{}", at.meeting.server.rooms());
    bob.join(&room, "Bob").await;
    bob.invite(&room, alice, "Tea at five?").await;
    carol.message(alice, "We met at Lewis's").await;
    at.meeting
        .alice
        .until_status("everything", |status| {
            status["requests"].as_u64() >= Some(2) && status["unread"] == 4
        })
        .await;
    (bob, carol)
}

#[tokio::test]
async fn the_screens_of_every_day() {
    let at = AtScreen::on(Kind::Prosody).await;
    let _company = company(&at).await;
    let bob = &at.meeting.bob_account.jid;
    let window = at.meeting.alice.open_window().await;
    window.choose_contact(bob).await;
    window.say("Now I have!").await;
    window.delivery_is("Now I have!", "sent").await;
    take_axe_in(&window).await;
    let process = at.meeting.alice.window_process().unwrap();
    let mut done = Vec::new();
    for look in LOOKS {
        let mut walk = Walk::new(&at.screen, process, &window, look).await;
        walk.back().await;
        window.go("chats").await;
        walk.back().await;
        walk.see("chats").await;
        window.click("[data-test=own-status]").await;
        window.find("[data-test=availability-busy]").await;
        walk.see("own-status").await;
        window.press(ESCAPE).await;
        window.lacks("[data-test=availability-busy]").await;
        window.click("[data-test=chat-row]").await;
        window.shows_message("Now I have!").await;
        walk.see("chat").await;
        window.click("[data-test=emoji]").await;
        window.find("[data-test=emoji-picker]").await;
        walk.see("emoji").await;
        window.press(ESCAPE).await;
        window.lacks("[data-test=emoji-picker]").await;
        window.click("[data-test=chat-menu]").await;
        window.click("[data-test=edit-contact]").await;
        window.find("[data-test=contact-form]").await;
        walk.see("dialog-edit-contact").await;
        walk.close_dialog().await;
        window.click("[data-test=chat-menu]").await;
        window.click("[data-test=block]").await;
        window.find("[data-test=confirm]").await;
        walk.see("dialog-block").await;
        walk.close_dialog().await;
        walk.back().await;

        window.go("contacts").await;
        window.contact_is(bob, "away").await;
        walk.see("contacts").await;
        window.click("[data-test=add-contact]").await;
        window.find("[data-test=contact-form]").await;
        walk.see("dialog-add-contact").await;
        walk.close_dialog().await;
        window.go("requests").await;
        window.find("[data-test=request-contact]").await;
        walk.see("requests").await;
        window.go("activity").await;
        window.click("[data-test=activity-entry] summary").await;
        walk.see("activity").await;
        for sheet in [
            "alerts", "privacy", "accounts", "general", "tryout", "about",
        ] {
            window.go_to_sheet(sheet).await;
            window.find("main h1").await;
            walk.see(&format!("settings-{sheet}")).await;
            walk.back().await;
        }
        done.push((walk.pictures, walk.faults));
    }
    finish(done);
}
