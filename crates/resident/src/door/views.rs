//! How things stand, as a window or the command line shows it.

use super::explain::decided;
use super::rules::Accounts;
use super::{VERSION, lists, on_desk, refuse_store};
use crate::house::House;
use carillon_core::alerts::{AlertPlan, EventKind};
use carillon_core::ids::{ActivityId, ChatRef};
use carillon_engine::store::StoredActivity;
use carillon_engine::{AccountState, Desk, Line};
use carillon_link::Refusal;
use carillon_link::alerts::ActivityEntry;
use carillon_link::views::{
    AccountView, CatchingUp, Connection, Overview, OwnView, RequestsView, SettingsView, Standing,
    Status,
};

/// The most that one question reads.
const MOST: u32 = 200;
/// Words of a request that are shown, in characters: as many as Carillon itself lets one send.
const LONGEST_WORDS: usize = 1_000;

pub(super) async fn overview(house: &House) -> Result<Overview, Refusal> {
    let first = lists::contact_page(house, None).await?;
    let (chats, more_chats) = lists::newest_chats(house)?;
    Ok(Overview {
        standing: standing(house).await?,
        contacts: first.contacts,
        more_contacts: first.more,
        chats,
        more_chats,
    })
}

pub(super) async fn standing(house: &House) -> Result<Standing, Refusal> {
    let (accounts, own) = on_desk(house, |desk| Ok((accounts(desk), own(desk)))).await?;
    let settings = house.read_settings(|settings| SettingsView {
        general: settings.general.clone(),
        privacy: settings.privacy.clone(),
        in_window: settings.alerts.in_window,
    });
    let own = OwnView {
        availability: settings.general.availability,
        status: settings.general.status.clone(),
        ..own
    };
    let mut desktop = house.desktop.borrow().clone();
    house.words().language().clone_into(&mut desktop.language);
    Ok(Standing {
        accounts,
        requests: requests(house)?,
        own,
        settings,
        tryout: crate::tryout::view(house),
        notices: house.notices(),
        desktop,
        locked: house.surroundings.borrow().locked.is_yes(),
        version: VERSION.to_owned(),
    })
}

/// What waits for an answer. Anybody may ask, so neither their number nor the length of their words is left to them.
fn requests(house: &House) -> Result<RequestsView, Refusal> {
    let (mut contacts, mut strangers, mut invites) = {
        let reader = house.reader();
        (
            reader.contact_requests().map_err(refuse_store(house))?,
            reader.stranger_requests().map_err(refuse_store(house))?,
            reader.invites().map_err(refuse_store(house))?,
        )
    };
    let all = contacts.len() + strangers.len() + invites.len();
    let most = MOST as usize;
    contacts.truncate(most);
    strangers.truncate(most);
    invites.truncate(most);
    let left_out = all - contacts.len() - strangers.len() - invites.len();
    for request in &mut contacts {
        shorten(&mut request.nick);
        shorten(&mut request.text);
    }
    for invite in &mut invites {
        shorten(&mut invite.reason);
    }
    Ok(RequestsView {
        contacts,
        strangers,
        invites,
        left_out: u32::try_from(left_out).unwrap_or(u32::MAX),
    })
}

/// Cuts words off where nobody reads on.
fn shorten(words: &mut String) {
    if let Some((end, _)) = words.char_indices().nth(LONGEST_WORDS) {
        words.truncate(end);
        words.push('…');
    }
}

pub(super) async fn status(house: &House) -> Result<Status, Refusal> {
    let accounts = on_desk(house, |desk| Ok(accounts(desk))).await?;
    let shows = house.windows.visible();
    let (unread, requests) = {
        let reader = house.reader();
        let unread = reader.unread_total().map_err(refuse_store(house))?;
        let requests = reader
            .contact_requests()
            .map_err(refuse_store(house))?
            .len()
            + reader
                .stranger_requests()
                .map_err(refuse_store(house))?
                .len()
            + reader.invites().map_err(refuse_store(house))?.len();
        (unread.in_chats, requests)
    };
    Ok(Status {
        version: VERSION.to_owned(),
        pid: std::process::id(),
        accounts,
        unread,
        requests: u32::try_from(requests).unwrap_or(u32::MAX),
        windows: u32::try_from(house.windows.count()).unwrap_or(u32::MAX),
        visible_chat: shows.chat,
        focused: shows.focused,
        tray: house.desktop.borrow().tray,
    })
}

fn accounts(desk: &Desk) -> Vec<AccountView> {
    desk.account_states().into_iter().map(account).collect()
}

fn account(state: AccountState) -> AccountView {
    AccountView {
        id: state.id,
        jid: state.settings.jid,
        enabled: state.settings.enabled,
        connection: connection(state.line),
        connect: state.settings.connect,
        secret: state.settings.secret,
        connected: state.connection,
        pinned: state.pinned,
        proxy: state.settings.proxy.shown(),
        allow_plain: state.settings.allow_plain,
        catching_up: catching_up(state.catching_up, state.paused),
        avatar: state.avatar,
        mood: state.told.mood,
        nick: state.told.nick,
        moving: state.moving,
    }
}

fn catching_up(reading: Option<carillon_engine::CatchingUp>, paused: bool) -> Option<CatchingUp> {
    match reading {
        Some(reading) => Some(CatchingUp {
            taken: reading.taken,
            total: reading.total,
            stopped: false,
            slow: reading.slow,
        }),
        None => paused.then_some(CatchingUp {
            taken: 0,
            total: None,
            stopped: true,
            slow: false,
        }),
    }
}

fn connection(line: Line) -> Connection {
    match line {
        Line::Off => Connection::Offline,
        Line::Connecting => Connection::Connecting,
        Line::Online(features) => Connection::Online { features },
        Line::Waiting { retry_at, problem } => Connection::Waiting { retry_at, problem },
        Line::Stopped(problem) => Connection::Stopped { problem },
        Line::NoPassword => Connection::NeedsPassword,
    }
}

fn own(desk: &Desk) -> OwnView {
    OwnView {
        availability: carillon_core::settings::OwnAvailability::default(),
        idle: desk.is_idle(),
        status: String::new(),
        mute: desk.mute(),
    }
}

pub(super) async fn activity(
    house: &House,
    before: Option<ActivityId>,
    limit: u32,
) -> Result<Vec<ActivityEntry>, Refusal> {
    let rows = house
        .reader()
        .activity(before, limit.min(MOST))
        .map_err(refuse_store(house))?;
    let (mut entries, accounts): (Vec<ActivityEntry>, Accounts) = on_desk(house, move |desk| {
        let entries = rows.into_iter().filter_map(|row| entry(desk, row));
        Ok((entries.collect(), Accounts::on(desk)))
    })
    .await?;
    house.read_settings(|settings| {
        for entry in &mut entries {
            entry.decided = decided(&entry.plan, &settings.alerts, &accounts);
        }
    });
    Ok(entries)
}

/// A line of the list; one that an older version wrote in a form not known any more is left out.
fn entry(desk: &Desk, stored: StoredActivity) -> Option<ActivityEntry> {
    let plan: AlertPlan = serde_json::from_str(&stored.row.trace).ok()?;
    let event = EventKind::ALL
        .into_iter()
        .find(|kind| kind.name() == stored.row.kind)?;
    let chat = match (stored.row.account, stored.row.jid) {
        (Some(account), Some(jid)) => Some(ChatRef { account, jid }),
        _ => None,
    };
    let name = chat
        .as_ref()
        .map_or_else(String::new, |chat| desk.display_name(chat));
    Some(ActivityEntry {
        id: stored.id,
        at: stored.row.at,
        event,
        chat,
        name,
        plan,
        decided: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_strangers_flood_of_words_is_cut_between_characters() {
        let mut words = "ü".repeat(100_000);
        shorten(&mut words);
        assert_eq!(words.chars().count(), LONGEST_WORDS + 1);
        let mut short = "ü".repeat(LONGEST_WORDS);
        shorten(&mut short);
        assert_eq!(short.chars().count(), LONGEST_WORDS);
    }
}
