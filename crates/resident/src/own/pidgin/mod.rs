//! Pidgin's logs: a folder for each account, in it one for each conversation, in it a file for each time that its window
//! was open, as text or as a page. Anybody may have made them: nothing of them is markup here, and what makes no sense is
//! left out and counted.

mod lines;
mod moment;
#[cfg(test)]
mod tests;
mod who;

use carillon_core::chat::Author;
use carillon_core::ids::Timestamp;
use carillon_engine::store::{ForeignMessage, ForeignSkip};
use jid::BareJid;
use jiff::tz::TimeZone;
use lines::{Format, Line};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use who::Names;

/// Bytes of a file. Nobody leaves a window open for so long.
const LARGEST: u64 = 64 * 1024 * 1024;
/// Files of a folder.
const MOST: usize = 200_000;
/// Bytes of a message.
const LONGEST: usize = 256 * 1024;
/// Nobody says more in one moment, and all of it would be compared with each other.
const AT_ONCE: usize = 256;
/// What this protocol is called there.
const PROTOCOL: &str = "jabber";

/// The logs of one or more accounts.
#[derive(Debug)]
pub(crate) struct Logs {
    /// Where there is a folder for each account.
    base: PathBuf,
    accounts: Vec<String>,
}

/// One conversation.
#[derive(Debug)]
struct Chat {
    jid: BareJid,
    room: bool,
    /// The newest first.
    files: Vec<PathBuf>,
}

impl Logs {
    /// Finds them in a folder: the one that Pidgin keeps its things in, its `logs`, or one in it.
    pub(crate) fn find(folder: &Path) -> io::Result<Self> {
        let below = [folder.join("logs").join(PROTOCOL), folder.join(PROTOCOL)];
        let base = below.into_iter().find(|path| path.is_dir());
        if base.is_none() && folder.file_name().is_none_or(|name| name != PROTOCOL) {
            // One account's.
            let holds_logs = |path: &PathBuf| logs_of(path).is_ok_and(|files| !files.is_empty());
            if let (Some(name), Some(above)) = (folder.file_name(), folder.parent())
                && folders(folder)?.iter().any(holds_logs)
            {
                return Ok(Self {
                    base: above.to_owned(),
                    accounts: vec![name.to_string_lossy().into_owned()],
                });
            }
        }
        let base = base.unwrap_or_else(|| folder.to_owned());
        let accounts = folders(&base)?
            .iter()
            .filter_map(|path| name_of(path))
            .collect();
        Ok(Self { base, accounts })
    }

    /// Whose they are, as Pidgin writes it.
    pub(crate) fn accounts(&self) -> &[String] {
        &self.accounts
    }

    /// Hands over what somebody said and heard, conversation by conversation, the newest first. `count` is told before
    /// how much that is at most; `take` answers whether it goes on.
    pub(crate) fn read(
        &self,
        whose: &str,
        (zone, stop): (&TimeZone, &AtomicBool),
        count: &mut dyn FnMut(usize),
        take: &mut dyn FnMut(Result<ForeignMessage, ForeignSkip>) -> bool,
    ) -> io::Result<()> {
        let mut skipped = 0_usize;
        let mut chats = Vec::new();
        for folder in folders(&self.base.join(whose))? {
            match chat_of(&folder)? {
                Some(chat) => chats.push(chat),
                // What its own server said of going and coming.
                None if name_of(&folder).is_some_and(|name| name == ".system") => {}
                None => skipped += logs_of(&folder)?.len(),
            }
        }
        let mut names = Names::of(&unescaped(whose));
        let mut said = skipped;
        for chat in &chats {
            for file in &chat.files {
                if stop.load(Ordering::Relaxed) {
                    return Ok(());
                }
                let lines = lines_of(file, zone);
                said = said.saturating_add(lines.len());
                if !chat.room {
                    names.learn(&chat.jid, &lines);
                }
            }
        }
        names.conclude();
        count(said);
        for _ in 0..skipped {
            if !take(Err(ForeignSkip::Address)) {
                return Ok(());
            }
        }
        for chat in &chats {
            for file in &chat.files {
                for made in messages(chat, &names, lines_of(file, zone)) {
                    if !take(made) {
                        return Ok(());
                    }
                }
            }
        }
        Ok(())
    }
}

/// The messages of a file, the newest first.
fn messages(
    chat: &Chat,
    names: &Names,
    lines: Vec<Line>,
) -> Vec<Result<ForeignMessage, ForeignSkip>> {
    let mut made: Vec<Result<ForeignMessage, ForeignSkip>> = Vec::with_capacity(lines.len());
    for line in lines.into_iter().rev() {
        let mut message = message(chat, names, line);
        if let Ok(one) = &mut message {
            let before = made
                .iter()
                .rev()
                .take(AT_ONCE)
                .filter_map(|one| one.as_ref().ok());
            let at_once: Vec<_> = before.take_while(|other| other.at == one.at).collect();
            let same =
                |other: &&&ForeignMessage| other.author == one.author && other.body == one.body;
            one.nth = u32::try_from(at_once.iter().filter(same).count()).unwrap_or(u32::MAX) + 1;
            if at_once.len() >= AT_ONCE {
                message = Err(ForeignSkip::Time);
            }
        }
        made.push(message);
    }
    made
}

fn message(chat: &Chat, names: &Names, line: Line) -> Result<ForeignMessage, ForeignSkip> {
    let at = line.at.ok_or(ForeignSkip::Time)?;
    let (mine, nick, body) = names.who(chat.room, &chat.jid, line);
    if body.trim().is_empty() || body.len() > LONGEST {
        return Err(ForeignSkip::Words);
    }
    let author = match (chat.room, mine) {
        (_, Some(true)) => Author::Me,
        (true, _) if !nick.is_empty() => Author::Occupant { nick },
        (false, Some(false)) => Author::Contact,
        _ => return Err(ForeignSkip::Author),
    };
    Ok(ForeignMessage {
        chat: chat.jid.clone(),
        room: chat.room,
        author,
        sender_id: None,
        stanza_id: None,
        body,
        corrected: None,
        at: Timestamp(at.as_millisecond()),
        nth: 1,
    })
}

fn lines_of(file: &Path, zone: &TimeZone) -> Vec<Line> {
    let format = match file.extension().and_then(|ending| ending.to_str()) {
        Some("html") => Format::Page,
        _ => Format::Text,
    };
    let name = name_of(file).unwrap_or_default();
    let Some(begun) = moment::begun(&name, zone) else {
        return Vec::new();
    };
    let mut bytes = Vec::new();
    let read = File::open(file).and_then(|file| file.take(LARGEST).read_to_end(&mut bytes));
    match read {
        Ok(_) => lines::read(format, &String::from_utf8_lossy(&bytes), &begun),
        Err(error) => {
            tracing::warn!(%error, "a log of another program could not be read");
            Vec::new()
        }
    }
}

/// `None` when its name is nobody's.
fn chat_of(folder: &Path) -> io::Result<Option<Chat>> {
    let Some(name) = name_of(folder) else {
        return Ok(None);
    };
    let name = unescaped(&name);
    let (name, room) = match name.strip_suffix(".chat") {
        Some(name) => (name, true),
        None => (name.as_str(), false),
    };
    // A word without a domain is an address for us, and a folder of Pidgin's own.
    let jid = name
        .parse::<BareJid>()
        .ok()
        .filter(|jid| jid.node().is_some());
    let Some(jid) = jid else { return Ok(None) };
    let files = logs_of(folder)?;
    Ok(Some(Chat { jid, room, files }))
}

fn logs_of(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let is_log = |path: &PathBuf| {
        path.extension()
            .is_some_and(|it| it == "txt" || it == "html")
    };
    let mut files: Vec<PathBuf> = entries(folder, false)?.into_iter().filter(is_log).collect();
    // The name begins with the time.
    files.sort_unstable_by(|one, other| other.cmp(one));
    Ok(files)
}

fn folders(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut folders = entries(folder, true)?;
    folders.sort_unstable();
    Ok(folders)
}

/// Links are not followed: they may lead in a circle.
fn entries(folder: &Path, folders: bool) -> io::Result<Vec<PathBuf>> {
    let wanted = |entry: &fs::DirEntry| {
        let kind = entry.file_type();
        kind.is_ok_and(|kind| {
            if folders {
                kind.is_dir()
            } else {
                kind.is_file()
            }
        })
    };
    let entries = fs::read_dir(folder)?.take(MOST).filter_map(Result::ok);
    Ok(entries.filter(wanted).map(|entry| entry.path()).collect())
}

fn name_of(path: &Path) -> Option<String> {
    Some(path.file_name()?.to_str()?.to_owned())
}

/// Pidgin writes what file systems may not take as `%` and two digits.
fn unescaped(name: &str) -> String {
    let mut bytes = Vec::with_capacity(name.len());
    let mut rest = name.as_bytes();
    while let Some((&first, others)) = rest.split_first() {
        let digits = others.get(..2).filter(|_| first == b'%');
        let value = digits
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match value {
            Some(value) => {
                bytes.push(value);
                rest = others.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(first);
                rest = others;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
