//! Takes over what the user changes by hand while Carillon runs.

use crate::house::House;
use std::sync::Arc;

/// Follows the settings file until the resident ends. The system tells of changes; nothing is polled.
#[cfg(target_os = "linux")]
pub async fn watch(house: Arc<House>) {
    if let Err(error) = follow(&house).await {
        tracing::warn!(%error, "changes made to the settings by hand are taken over at the next start only");
    }
}

/// Elsewhere than on Linux changes by hand are taken over with the next change in the settings, or at the next start.
#[cfg(not(target_os = "linux"))]
#[expect(clippy::unused_async, reason = "as on Linux")]
pub async fn watch(_house: Arc<House>) {}

#[cfg(target_os = "linux")]
async fn follow(house: &House) -> std::io::Result<()> {
    use futures_util::StreamExt;
    use inotify::{Inotify, WatchMask};
    let path = house.profile.settings_file();
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
        return Ok(());
    };
    std::fs::create_dir_all(folder)?;
    let inotify = Inotify::init()?;
    // The folder, because editors replace the file; whole writes only, so that a database beside it is not heard.
    inotify
        .watches()
        .add(folder, WatchMask::CLOSE_WRITE | WatchMask::MOVED_TO)?;
    let mut changes = inotify.into_event_stream([0; 1024])?;
    while let Some(change) = changes.next().await {
        if change?.name.as_deref() == Some(name)
            && let Err(error) = house.reload_settings(&crate::life::stamp()).await
        {
            tracing::warn!(%error, "the settings could not be read again");
        }
    }
    Ok(())
}
