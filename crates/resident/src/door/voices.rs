//! Voice messages: recorded for a window, and played for it.

use super::{files, on_desk};
use crate::desktop::recording::RecordProblem;
use crate::desktop::sound::SoundProblem;
use crate::desktop::sound::listening::{Speed, Track};
use crate::house::House;
use carillon_core::ids::MessageId;
use carillon_link::contract::{PlayFile, SendRecording};
use carillon_link::views_files::{PlayingView, RecordingView};
use carillon_link::{Refusal, RefusalCode};
use jiff::Zoned;
use std::sync::Arc;
use std::time::Duration;

pub(super) async fn begin(house: &Arc<House>, window: u64) -> Result<(), Refusal> {
    // What plays would be heard in it.
    aside(house, |house| house.listening.pause()).await?;
    aside(house, move |house| house.recorder.begin(window))
        .await?
        .map_err(not_recorded)
}

pub(super) fn recording(house: &House) -> Option<RecordingView> {
    house.recorder.now().map(|now| RecordingView {
        milliseconds: milliseconds(now.length),
        level: now.level,
        ended: now.ended,
    })
}

pub(super) async fn stop(house: &Arc<House>) -> Result<(), Refusal> {
    aside(house, |house| house.recorder.stop()).await
}

pub(super) async fn cancel(house: &Arc<House>) -> Result<(), Refusal> {
    aside(house, |house| house.recorder.throw_away()).await
}

pub(super) async fn send(house: &Arc<House>, ask: SendRecording) -> Result<(), Refusal> {
    let file = aside(house, |house| house.recorder.file()).await?;
    let file = file.map_err(not_recorded)?;
    // Whole by now.
    let length = recording(house).map(|now| now.milliseconds);
    let taken = files::on_the_disk(house, move |media| media.take_bytes(file.as_ref())).await?;
    let name = Zoned::now().strftime("voice-%Y-%m-%d-%H%M%S.flac");
    files::queue(house, (ask.chat, ask.id), name.to_string(), taken, length).await?;
    // Not before: what could not be queued is still there to be sent.
    cancel(house).await
}

pub(super) async fn play(house: &Arc<House>, window: u64, ask: PlayFile) -> Result<(), Refusal> {
    let message = ask.message;
    on_desk(house, move |desk| desk.play_file(message)).await?;
    let content = files::here(house, message).await?;
    let path = files::on_the_disk(house, move |media| {
        let missing = || std::io::Error::other("the file is no longer here");
        media.path(&content).ok_or_else(missing)
    })
    .await?;
    let track = Track {
        number: message.0,
        path,
    };
    let from = Duration::from_millis(ask.from);
    aside(house, move |house| {
        let speed = Speed::of(ask.speed);
        house.listening.play(window, &track, from, speed)
    })
    .await?
    .map_err(not_played)
}

pub(super) async fn pause(house: &Arc<House>) -> Result<(), Refusal> {
    aside(house, |house| house.listening.pause()).await
}

pub(super) fn playing(house: &House) -> Option<PlayingView> {
    house.listening.now().map(|now| PlayingView {
        message: MessageId(now.number),
        milliseconds: milliseconds(now.at),
        length: now.length.map(milliseconds),
        paused: now.paused,
    })
}

/// A window is gone.
pub(super) async fn leave(house: &Arc<House>, window: u64) {
    let left = move |house: &House| {
        house.recorder.leave(window);
        house.listening.leave(window);
    };
    if let Err(refusal) = aside(house, left).await {
        tracing::warn!(%refusal, "a window's sounds were not ended");
    }
}

fn milliseconds(length: Duration) -> u64 {
    u64::try_from(length.as_millis()).unwrap_or(u64::MAX)
}

#[expect(clippy::needless_pass_by_value, reason = "what map_err gives")]
fn not_recorded(problem: RecordProblem) -> Refusal {
    let code = match problem {
        RecordProblem::NoMicrophone(_) => RefusalCode::NoMicrophone,
        RecordProblem::NoRecording => RefusalCode::Gone,
        RecordProblem::NotEncoded(_) => RefusalCode::Internal,
    };
    Refusal::new(code, problem.to_string())
}

#[expect(clippy::needless_pass_by_value, reason = "what map_err gives")]
fn not_played(problem: SoundProblem) -> Refusal {
    Refusal::new(RefusalCode::NotPlayable, problem.to_string())
}

/// A device may take its time.
async fn aside<T: Send + 'static>(
    house: &Arc<House>,
    work: impl FnOnce(&House) -> T + Send + 'static,
) -> Result<T, Refusal> {
    let house = Arc::clone(house);
    tokio::task::spawn_blocking(move || work(&house))
        .await
        .map_err(|error| Refusal::new(RefusalCode::Internal, error.to_string()))
}
