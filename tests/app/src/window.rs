//! A web view, driven by WebDriver.

use std::path::{Path, PathBuf};
use std::time::Duration;

use carillon_tests_servers::{DEADLINE, Process, free_port, until_some, until_started};
use fantoccini::elements::Element;
use fantoccini::error::{CmdError, ErrorStatus};
use fantoccini::wd::TimeoutConfiguration;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::page::quoted;
use crate::screen::screenshots;

/// Calls back when an element has stood in the same place for three frames, or will not stand still. A hidden window
/// has no frames.
const STANDS: &str = "
    const done = arguments[arguments.length - 1];
    const frame = () => new Promise((next) => { requestAnimationFrame(next); setTimeout(next, 100); });
    (async () => {
        let before = '', same = 0;
        for (let frames = 0; frames < 100 && same < 3; frames++) {
            const { x, y, width, height } = document.querySelector(CSS)?.getBoundingClientRect() ?? {};
            const now = [x, y, width, height].join();
            same = now === before ? same + 1 : 0;
            before = now;
            await frame();
        }
    })().then(done, done)";

/// Calls back with what a function has returned for ten frames.
const AT_REST: &str = "
    const done = arguments[arguments.length - 1];
    const look = () => { BODY };
    let before = '', same = 0;
    const frame = () => {
        const value = look() ?? null;
        const now = JSON.stringify(value);
        same = value !== null && now === before ? same + 1 : 0;
        before = now;
        if (same < 10) requestAnimationFrame(frame); else done(value);
    };
    frame()";

/// Where the web view of a process that a test starts will listen for its driver.
///
/// The driver attaches to a running web view, so that a window which Carillon opened by itself is driven just as
/// one that a test opened.
#[derive(Debug, Clone)]
pub struct Handover {
    address: String,
}

impl Handover {
    /// A free port. One process at a time can use it.
    #[must_use]
    pub fn new() -> Self {
        Self {
            address: format!("127.0.0.1:{}", free_port()),
        }
    }

    /// For the environment of the process, or of the one that starts it.
    #[must_use]
    pub fn environment(&self) -> [(&'static str, &str); 2] {
        [
            ("WEBKIT_INSPECTOR_SERVER", &self.address),
            ("TAURI_WEBVIEW_AUTOMATION", "true"),
        ]
    }
}

impl Default for Handover {
    fn default() -> Self {
        Self::new()
    }
}

/// The window is on the screen before its page is.
const LOADED: &str = "return location.protocol !== 'about:' && document.readyState === 'complete'";

/// A window. Dropping it ends its driver, and leaves the window's process alone.
#[derive(Debug)]
pub struct Window {
    /// The session, for what is not here.
    pub client: Client,
    driver: Process,
}

impl Window {
    /// Attaches to the window that listens at `handover`, as soon as there is one. The driver's log goes to
    /// `folder`.
    pub async fn attach(handover: &Handover, folder: &Path) -> Self {
        until_some("a window to drive", async || {
            TcpStream::connect(&handover.address).await.ok()
        })
        .await;
        // Each time a driver of its own: one whose session came too late gives no second one.
        let (driver, client) = until_started("the driver has a session", async || {
            let port = free_port();
            let driver = drive(handover, folder, port);
            until_some("the driver listens", async || {
                driver.assert_running();
                TcpStream::connect(("127.0.0.1", port)).await.ok()
            })
            .await;
            let builder = ClientBuilder::new(HttpConnector::new());
            // A web view that refuses automation would let the driver wait for ever; one that is only slow, while
            // everything else on the machine is busy, refuses whoever comes after one that has given up.
            let url = format!("http://127.0.0.1:{port}");
            let session = timeout(DEADLINE, builder.connect(&url)).await;
            Some((driver, session.ok()?.ok()?))
        })
        .await;
        let patience =
            TimeoutConfiguration::new(Some(DEADLINE), Some(DEADLINE), Some(Duration::ZERO));
        client.update_timeouts(patience).await.expect("time-outs");
        Self { client, driver }
    }

    /// Attaches as [`Window::attach`] does, and waits until the window's own page is there: a script that runs while it
    /// takes the empty one's place is given up with it.
    pub async fn attach_to_page(handover: &Handover, folder: &Path) -> Self {
        let window = Self::attach(handover, folder).await;
        until_some("the page has loaded", async || {
            let loaded = window.client.execute(LOADED, Vec::new()).await.ok()?;
            (loaded == Value::Bool(true)).then_some(())
        })
        .await;
        window
    }

    /// The element that a CSS selector finds, as soon as it is there.
    ///
    /// # Panics
    /// When it does not come, with a picture of what is there in [`screenshots`].
    pub async fn find(&self, css: &str) -> Element {
        self.wait_for(Locator::Css(css), css).await
    }

    /// The element whose own text is `text`, as soon as it is there.
    ///
    /// # Panics
    /// As [`Window::find`].
    pub async fn find_text(&self, text: &str) -> Element {
        let path = format!("//*[normalize-space(text())={text:?}]");
        self.wait_for(Locator::XPath(&path), text).await
    }

    async fn wait_for(&self, locator: Locator<'_>, what: &str) -> Element {
        match self
            .client
            .wait()
            .at_most(DEADLINE)
            .for_element(locator)
            .await
        {
            Ok(element) => element,
            Err(error) => {
                let picture = self.screenshot("failure").await;
                panic!(
                    "{what} is not in the window ({error}); see {}",
                    picture.display()
                );
            }
        }
    }

    /// Clicks the element that a CSS selector finds, as soon as it stands still; again, where the page has just moved
    /// it away or replaced it.
    ///
    /// # Panics
    /// As [`Window::find`].
    pub async fn click(&self, css: &str) {
        let deadline = tokio::time::Instant::now() + DEADLINE;
        loop {
            self.find(css).await;
            self.stands(css).await;
            let Err(error) = self.find(css).await.click().await else {
                return;
            };
            if tokio::time::Instant::now() > deadline {
                let picture = self.screenshot("failure").await;
                panic!("a click on {css}: {error}; see {}", picture.display());
            }
            // The driver scrolls no further than to the edge, where a heading or the end of the list may be in the way.
            let script = format!(
                "document.querySelector({})?.scrollIntoView({{ block: 'center' }})",
                quoted(css)
            );
            self.script(&script).await;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits until the element that a CSS selector finds has not moved for some frames: a click goes to a place, and
    /// would meet what has come there meanwhile.
    async fn stands(&self, css: &str) {
        let script = STANDS.replace("CSS", &quoted(css));
        let done = self.client.execute_async(&script, Vec::new()).await;
        done.expect("a script that calls back");
    }

    /// Types into the element that a CSS selector finds, as soon as it can be typed into. No emoji: the driver drops
    /// them.
    ///
    /// # Panics
    /// As [`Window::find`].
    pub async fn write(&self, css: &str, text: &str) {
        let deadline = tokio::time::Instant::now() + DEADLINE;
        while let Err(error) = self.find(css).await.send_keys(text).await {
            let before_the_first_key = not_yet(&error) && tokio::time::Instant::now() < deadline;
            assert!(before_the_first_key, "typing into {css}: {error}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// The value of a script.
    ///
    /// # Panics
    /// When it throws.
    pub async fn script(&self, script: &str) -> Value {
        self.client
            .execute(script, Vec::new())
            .await
            .unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    /// Waits until a script's value is true.
    ///
    /// # Panics
    /// As [`Window::find`].
    pub async fn shows(&self, what: &str, script: &str) {
        let wait = async {
            while self.script(script).await != Value::Bool(true) {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        if timeout(DEADLINE, wait).await.is_err() {
            let picture = self.screenshot("failure").await;
            panic!("the window does not show {what}; see {}", picture.display());
        }
    }

    /// What the body of a function returns, as soon as it has been the same for ten frames and is not `null`: after a
    /// jump a list draws another part for a moment, or none, and measures what is new in it.
    ///
    /// # Panics
    /// When it throws, or goes on changing.
    pub async fn at_rest(&self, what: &str, body: &str) -> Value {
        let script = AT_REST.replace("BODY", body);
        let done = self.client.execute_async(&script, Vec::new()).await;
        done.unwrap_or_else(|error| panic!("{what} does not come to rest: {error}"))
    }

    /// Writes what the web view shows to `NAME.png` in [`screenshots`].
    ///
    /// # Panics
    /// When it cannot.
    pub async fn screenshot(&self, name: &str) -> PathBuf {
        let picture = self
            .client
            .screenshot()
            .await
            .expect("a picture of the window");
        let file = screenshots().join(format!("{name}.png"));
        std::fs::write(&file, picture).expect("the picture's file");
        file
    }

    /// What the driver said.
    #[must_use]
    pub fn log(&self) -> String {
        self.driver.output()
    }
}

/// Whether an element refused what was asked of it before anything was done.
pub(crate) fn not_yet(error: &CmdError) -> bool {
    let CmdError::Standard(error) = error else {
        return false;
    };
    matches!(
        error.error,
        ErrorStatus::StaleElementReference
            | ErrorStatus::ElementNotInteractable
            | ErrorStatus::NoSuchElement
    )
}

fn drive(handover: &Handover, folder: &Path, port: u16) -> Process {
    let mut command = Process::command("WebKitWebDriver");
    command.args([
        format!("--port={port}"),
        format!("--target={}", handover.address),
    ]);
    Process::spawn("driver", folder, command)
}
