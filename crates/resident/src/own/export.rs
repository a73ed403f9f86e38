//! Messages and contacts into a file of the user's choice.

use super::file::Unwritten;
use super::render::Renderer;
use super::{Progress, Unfinished};
use carillon_core::chat::ChatSummary;
use carillon_core::contact::RosterItem;
use carillon_core::ids::{AccountId, ChatRef};
use carillon_engine::store::Reader;
use carillon_link::views_own::ExportFormat;
use jid::BareJid;
use jiff::tz::TimeZone;
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

/// Messages that are read at once.
const PAGE: u32 = 200;
/// Chats that are read at once.
const CHATS: u32 = 500;

/// What to take out, and how.
#[derive(Debug)]
pub(crate) struct ExportOf {
    /// One chat, or all.
    pub(crate) chat: Option<ChatRef>,
    pub(crate) format: ExportFormat,
    pub(crate) zone: TimeZone,
}

/// Writes what was said into a file. Nothing of it is left when that does not come to its end.
pub(crate) fn export(
    reader: &Reader,
    what: ExportOf,
    to: &Path,
    progress: &Progress,
) -> Result<(), Unfinished> {
    let accounts: BTreeMap<AccountId, BareJid> = reader.accounts()?.into_iter().collect();
    let chats = chats(reader, what.chat.as_ref())?;
    let mut total = 0_u32;
    for chat in &chats {
        total = total.saturating_add(reader.said_in(&chat.chat)?);
    }
    progress.expects(total);
    let renderer = Renderer {
        format: what.format,
        zone: what.zone,
    };
    let mut file = Unwritten::begin(to)?;
    renderer.begin(&mut file)?;
    for chat in &chats {
        let Some(account) = accounts.get(&chat.chat.account) else {
            continue;
        };
        renderer.chat(&mut file, chat, account)?;
        let mut after = None;
        loop {
            let said = reader.said_after(&chat.chat, after, PAGE)?;
            let Some(last) = said.last() else { break };
            after = Some(last.place);
            for one in &said {
                renderer.said(&mut file, chat, account, one)?;
            }
            progress.goes_on(said.len())?;
        }
    }
    renderer.end(&mut file)?;
    Ok(file.finish()?)
}

fn chats(reader: &Reader, one: Option<&ChatRef>) -> Result<Vec<ChatSummary>, Unfinished> {
    if let Some(chat) = one {
        return Ok(reader.chat(chat)?.into_iter().collect());
    }
    let mut all: Vec<ChatSummary> = Vec::new();
    loop {
        let after = all.last().map(|last| last.chat.clone());
        let page = reader.chats_after(after.as_ref(), CHATS)?;
        if page.is_empty() {
            return Ok(all);
        }
        all.extend(page);
    }
}

#[derive(Serialize)]
struct Contact<'a> {
    account: &'a str,
    #[serde(flatten)]
    item: &'a RosterItem,
}

/// Writes all contacts into a file, one a line. Answers how many.
pub(crate) fn roster(reader: &Reader, to: &Path) -> Result<u32, Unfinished> {
    let mut file = Unwritten::begin(to)?;
    let mut count = 0;
    for (account, jid) in reader.accounts()? {
        for item in reader.roster(account)? {
            let account = jid.as_str();
            let line = Contact {
                account,
                item: &item,
            };
            serde_json::to_writer(&mut file, &line).map_err(std::io::Error::from)?;
            file.write_all(b"\n")?;
            count += 1;
        }
    }
    file.finish()?;
    Ok(count)
}
