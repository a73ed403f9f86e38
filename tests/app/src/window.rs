//! A web view, driven by WebDriver.

use std::path::{Path, PathBuf};
use std::time::Duration;

use carillon_tests_servers::{DEADLINE, Process, free_port, until_some};
use fantoccini::elements::Element;
use fantoccini::wd::TimeoutConfiguration;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::Value;
use tokio::time::timeout;

use crate::page::quoted;
use crate::screen::screenshots;

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
            tokio::net::TcpStream::connect(&handover.address).await.ok()
        })
        .await;
        let port = free_port();
        let mut command = Process::command("WebKitWebDriver");
        command.args([
            format!("--port={port}"),
            format!("--target={}", handover.address),
        ]);
        let driver = Process::spawn("driver", folder, command);
        let (builder, address) = (
            ClientBuilder::new(HttpConnector::new()),
            format!("http://127.0.0.1:{port}"),
        );
        let client = until_some("the driver has a session", async || {
            driver.assert_running();
            // A web view that refuses automation would let the driver wait for ever.
            timeout(Duration::from_secs(5), builder.connect(&address))
                .await
                .ok()?
                .ok()
        })
        .await;
        let patience =
            TimeoutConfiguration::new(Some(DEADLINE), Some(DEADLINE), Some(Duration::ZERO));
        client.update_timeouts(patience).await.expect("time-outs");
        Self { client, driver }
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

    /// Clicks the element that a CSS selector finds; again, where the page has just moved it away or replaced it.
    ///
    /// # Panics
    /// As [`Window::find`].
    pub async fn click(&self, css: &str) {
        let deadline = tokio::time::Instant::now() + DEADLINE;
        while let Err(error) = self.find(css).await.click().await {
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

    /// Types into the element that a CSS selector finds. No emoji: the driver drops them.
    ///
    /// # Panics
    /// As [`Window::find`].
    pub async fn write(&self, css: &str, text: &str) {
        self.find(css)
            .await
            .send_keys(text)
            .await
            .unwrap_or_else(|error| panic!("typing into {css}: {error}"));
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
