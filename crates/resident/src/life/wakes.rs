//! Sleep and networks, for the engine.

use crate::desktop::wake::WakeEvent;
use carillon_engine::{Engine, Wake};
use tokio::sync::mpsc;

/// Tells the engine what happened, until it is gone. The computer does not sleep before what came is on the disk.
pub(super) async fn pass_on(engine: Engine, mut told: mpsc::Receiver<WakeEvent>) {
    while let Some(event) = told.recv().await {
        let why = match event {
            WakeEvent::Sleeps(delay) => {
                if engine.call(|desk| desk.before_sleep()).await.is_err() {
                    return;
                }
                drop(delay);
                continue;
            }
            WakeEvent::Woke => Wake::Slept,
            WakeEvent::Network { there: true } => Wake::Network,
            WakeEvent::Network { there: false } => Wake::NoNetwork,
        };
        tracing::debug!(?why, "links are asked whether they live");
        if engine.call(move |desk| desk.woke(why)).await.is_err() {
            return;
        }
    }
}
