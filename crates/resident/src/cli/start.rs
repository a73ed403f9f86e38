//! Starting Carillon, or showing the one that runs.

use super::Failure;
use super::status::ask_to_quit;
use crate::desktop::native::{self, FirstThread};
use crate::door::VERSION;
use crate::life;
use carillon_link::contract::Show;
use carillon_link::{Link, LinkError, Place, Profile, Role, is_older};
use std::time::Duration;

/// The longest address that is passed on, in bytes.
const LONGEST_URI: usize = 2_000;
/// How long another starting resident may take until it answers.
const PATIENCE: Duration = Duration::from_secs(10);

pub(super) async fn run(
    profile: &Profile,
    background: bool,
    uri: Option<String>,
    first_thread: &FirstThread,
) -> Result<(), Failure> {
    let place = place(background, uri)?;
    let deadline = tokio::time::Instant::now() + PATIENCE;
    loop {
        match Link::connect(profile, Role::Tool, VERSION).await {
            Ok((link, _events)) => return show(&link, place).await,
            // It may have stored what this one cannot read.
            Err(LinkError::OtherVersion { version }) if is_older(VERSION, &version) => {
                return Err(Failure::new(format!(
                    "a newer version ({version}) than this one ({VERSION}) runs for this profile; start the newer one"
                )));
            }
            Err(LinkError::OtherVersion { .. }) => match ask_to_quit(profile).await {
                // It may have ended by itself meanwhile.
                Ok(()) | Err(LinkError::NotRunning) => {}
                Err(error) => return Err(Failure::new(error)),
            },
            Err(LinkError::NotRunning) => {}
            Err(error) if tokio::time::Instant::now() > deadline => {
                return Err(Failure::new(error));
            }
            Err(_) => {}
        }
        if let Some(lock) = crate::lock::take(profile).map_err(Failure::new)? {
            return life::live(profile, lock, place, first_thread).await;
        }
        if tokio::time::Instant::now() > deadline {
            return Err(Failure::new(
                "Carillon runs for this profile, but does not answer",
            ));
        }
        // Another one is just starting or ending: there is nothing to wait on but time.
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Where the window shall go; `None`: no window.
fn place(background: bool, uri: Option<String>) -> Result<Option<Place>, Failure> {
    match uri {
        Some(uri) if uri.len() > LONGEST_URI => Err(Failure::new("the address is too long")),
        Some(uri) if !uri.to_ascii_lowercase().starts_with("xmpp:") => Err(Failure::new(format!(
            "{} is no xmpp: address",
            uri.escape_debug()
        ))),
        Some(uri) => Ok(Some(Place::Uri { uri })),
        None if background => Ok(None),
        None => Ok(Some(Place::Anywhere)),
    }
}

async fn show(link: &Link, place: Option<Place>) -> Result<(), Failure> {
    let Some(place) = place else {
        return Ok(());
    };
    let token = ["XDG_ACTIVATION_TOKEN", "DESKTOP_STARTUP_ID"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok());
    // Who was started by hand may hand on the right to come to the front; the resident may not.
    native::let_come_forward(None);
    link.ask(Show { place, token }).await.map_err(Failure::new)
}
