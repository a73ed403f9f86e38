//! Asking a running Carillon.

use super::{Failure, say};
use crate::door::VERSION;
use carillon_link::contract::{Quit, ReadStatus};
use carillon_link::views::{Connection, Status};
use carillon_link::{Link, LinkError, Profile, Role};
use std::time::Duration;

/// A resident that still holds its profile after this long does not end.
const PATIENCE: Duration = Duration::from_secs(10);

pub(super) async fn run(profile: &Profile, json: bool) -> Result<(), Failure> {
    let (link, _events) = Link::connect(profile, Role::Tool, VERSION)
        .await
        .map_err(Failure::new)?;
    let status = link.ask(ReadStatus {}).await.map_err(Failure::new)?;
    if json {
        return say(&serde_json::to_string(&status).map_err(Failure::new)?);
    }
    say(&plain(&status))
}

fn plain(status: &Status) -> String {
    let mut text = format!("Carillon {}, {} unread", status.version, status.unread);
    for account in &status.accounts {
        text.push_str(&format!(
            "\n{}: {}",
            account.jid,
            connection(&account.connection)
        ));
    }
    text
}

fn connection(connection: &Connection) -> String {
    match connection {
        Connection::Offline => "offline".to_owned(),
        Connection::Connecting => "connecting".to_owned(),
        Connection::Online { .. } => "online".to_owned(),
        Connection::Waiting { problem, .. } => format!("{problem}; trying again"),
        Connection::Stopped { problem } => problem.to_string(),
        Connection::NeedsPassword => "the password is needed".to_owned(),
    }
}

pub(super) async fn quit(profile: &Profile) -> Result<(), Failure> {
    match ask_to_quit(profile).await {
        Ok(()) | Err(LinkError::NotRunning) => Ok(()),
        Err(error) => Err(Failure::new(error)),
    }
}

/// Asks the resident of a profile to end, and waits until it has let go of the profile.
pub(crate) async fn ask_to_quit(profile: &Profile) -> Result<(), LinkError> {
    let (link, mut events) = Link::connect_to_quit(profile, VERSION).await?;
    // The link may end before the answer is through: that is what was asked for.
    let _ = link.ask(Quit {}).await;
    let gone = async { while events.recv().await.is_some() {} };
    tokio::time::timeout(PATIENCE, gone)
        .await
        .map_err(|_| LinkError::StillRunning)?;
    let free = async {
        while matches!(crate::lock::take(profile), Ok(None)) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, free)
        .await
        .map_err(|_| LinkError::StillRunning)
}
