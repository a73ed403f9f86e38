//! The alert settings, and trying them.

use super::on_desk;
use super::rules::Asked;
use crate::desktop::sound;
use crate::house::House;
use crate::ringer::pictures;
use carillon_core::alerts::{AlertPlan, MuteFor};
use carillon_core::settings::Mute;
use carillon_link::alerts::{AlertSettingsView, Whose};
use carillon_link::contract::TryAlert;
use carillon_link::{Refusal, RefusalCode};
use jiff::tz::TimeZone;
use std::path::PathBuf;

pub(super) async fn settings(house: &House) -> Result<AlertSettingsView, Refusal> {
    Ok(AlertSettingsView {
        rows: super::rules::rows(house, Whose::Everybody).await?.rows,
        sounds: sound::builtin::names().map(str::to_owned).collect(),
        icons: pictures::names(),
    })
}

pub(super) async fn mute_all(house: &House, until: MuteFor) -> Result<Option<Mute>, Refusal> {
    if until != MuteFor::Lifted {
        house.ringer.stop_sounds();
    }
    on_desk(house, move |desk| {
        desk.set_mute(until.mute(desk.now(), &TimeZone::system()))?;
        Ok(desk.mute())
    })
    .await
}

pub(super) async fn try_it(house: &House, ask: TryAlert) -> Result<AlertPlan, Refusal> {
    let words = house.words();
    let (sample_name, text) = (words.say("sample-name"), words.say("sample-text"));
    let TryAlert { kind, whose } = ask;
    on_desk(house, move |desk| {
        let asked = match Asked::of(desk, &whose) {
            Ok(asked) => asked,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let name = match &whose {
            Whose::Chat { chat } => desk.display_name(chat),
            _ => sample_name,
        };
        desk.try_alert(kind, &asked.whose(), &name, &text).map(Ok)
    })
    .await?
}

pub(super) async fn check_sound(path: String) -> Result<(), Refusal> {
    let checked =
        tokio::task::spawn_blocking(move || sound::check_file(&PathBuf::from(path))).await;
    let bad = |detail: String| Refusal::new(RefusalCode::BadFile, detail);
    match checked {
        Ok(checked) => checked.map_err(|problem| bad(problem.to_string())),
        Err(error) => Err(bad(error.to_string())),
    }
}

pub(super) fn check_icon(path: &str) -> Result<(), Refusal> {
    pictures::check(&PathBuf::from(path))
        .map_err(|problem| Refusal::new(RefusalCode::BadFile, problem.to_string()))
}
