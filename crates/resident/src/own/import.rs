//! What was said with another program, read here and stored by the engine, a few messages at a time.

use super::pidgin::Logs;
use super::{Progress, Unfinished};
use carillon_engine::store::{
    ForeignHistory, ForeignKind, ForeignMessage, ForeignSkip, TakeForeign, TakenIn,
};
use carillon_link::views_own::{HistoryProgram, HistorySource, SkipCause};
use jid::BareJid;
use jiff::tz::TimeZone;
use std::collections::HashSet;
use std::mem;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Messages in one step, a millisecond or two: what comes live waits for no more.
const STEP: usize = 16;

/// What to take in.
#[derive(Debug)]
pub(crate) struct ImportOf {
    pub(crate) program: HistoryProgram,
    pub(crate) path: PathBuf,
    /// One of [`HistorySource::accounts`].
    pub(crate) whose: String,
    pub(crate) zone: TimeZone,
}

/// Stores some messages of the program of this name.
pub(crate) type TakeIn<'a> =
    dyn FnMut(&'static str, Vec<ForeignMessage>) -> Result<TakenIn, Unfinished> + 'a;

/// Whose histories there are.
pub(crate) fn look_into(program: HistoryProgram, path: &Path) -> Result<HistorySource, Unfinished> {
    let accounts = match kind(program) {
        Some(kind) => {
            let history = ForeignHistory::open(kind, path, Arc::default())?;
            let accounts = history.accounts()?;
            accounts.into_iter().map(|one| one.name).collect()
        }
        None => {
            let logs = Logs::find(path).map_err(Unfinished::Folder)?;
            logs.accounts().to_vec()
        }
    };
    Ok(HistorySource {
        program,
        path: path.display().to_string(),
        accounts,
    })
}

/// Takes in all of it, but for what is here.
pub(crate) fn import(
    what: &ImportOf,
    progress: &Progress,
    take_in: &mut TakeIn<'_>,
) -> Result<(), Unfinished> {
    let mut importing = Importing {
        source: name(what.program),
        progress,
        take_in,
        waiting: Vec::with_capacity(STEP),
        chats: HashSet::new(),
        done: Ok(()),
    };
    let mut count = |rows| progress.expects(u32::try_from(rows).unwrap_or(u32::MAX));
    let read = {
        let take: &mut TakeForeign<'_> = &mut |one| importing.takes(one);
        match kind(what.program) {
            Some(kind) => ForeignHistory::open(kind, &what.path, progress.stop())
                .and_then(|history| history.read(&what.whose, &mut count, take))
                .map_err(Unfinished::Foreign),
            None => Logs::find(&what.path)
                .and_then(|logs| {
                    let around = (&what.zone, &*progress.stop());
                    logs.read(&what.whose, around, &mut count, take)
                })
                .map_err(Unfinished::Folder),
        }
    };
    importing.step();
    mem::replace(&mut importing.done, Ok(()))?;
    // Whoever stops it has the reading end.
    progress.goes_on(0)?;
    read
}

struct Importing<'a, 'b> {
    source: &'static str,
    progress: &'a Progress,
    take_in: &'a mut TakeIn<'b>,
    waiting: Vec<ForeignMessage>,
    /// Into which something came.
    chats: HashSet<BareJid>,
    done: Result<(), Unfinished>,
}

impl Importing<'_, '_> {
    /// Answers whether to go on.
    fn takes(&mut self, one: Result<ForeignMessage, ForeignSkip>) -> bool {
        match one {
            Ok(message) => self.waiting.push(message),
            Err(skip) => {
                self.progress.skips(cause(skip), 1);
                self.done = self.progress.goes_on(1);
            }
        }
        if self.waiting.len() >= STEP {
            self.step();
        }
        self.done.is_ok()
    }

    fn step(&mut self) {
        if self.waiting.is_empty() || self.done.is_err() {
            return;
        }
        let messages = mem::replace(&mut self.waiting, Vec::with_capacity(STEP));
        let count = messages.len();
        self.done = (self.take_in)(self.source, messages).and_then(|taken| {
            self.chats
                .extend(taken.newest.into_iter().map(|(chat, _)| chat));
            self.progress.came_in(taken.new, self.chats.len());
            self.progress.skips(SkipCause::Misplaced, taken.misplaced);
            self.progress.goes_on(count)
        });
    }
}

const fn kind(program: HistoryProgram) -> Option<ForeignKind> {
    match program {
        HistoryProgram::Gajim => Some(ForeignKind::Gajim),
        HistoryProgram::Dino => Some(ForeignKind::Dino),
        HistoryProgram::Pidgin => None,
    }
}

/// As the store knows it: never changed.
const fn name(program: HistoryProgram) -> &'static str {
    match program {
        HistoryProgram::Gajim => "gajim",
        HistoryProgram::Dino => "dino",
        HistoryProgram::Pidgin => "pidgin",
    }
}

const fn cause(skip: ForeignSkip) -> SkipCause {
    match skip {
        ForeignSkip::Address => SkipCause::Address,
        ForeignSkip::Words => SkipCause::Words,
        ForeignSkip::Time => SkipCause::Time,
        ForeignSkip::Author => SkipCause::Author,
        ForeignSkip::Private => SkipCause::Private,
        ForeignSkip::Damaged => SkipCause::Damaged,
    }
}
