//! How long it takes to read what is written to do harm.

use crate::harm::{Fate, Harm, documents, endless};
use carillon_xml::{Frame, Limits, StreamItem, StreamReader, XmlError, parse};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

/// Nothing may take longer.
const LONGEST: Duration = Duration::from_millis(100);
/// The shortest of so many counts.
const TRIES: usize = 3;
/// So much comes out of a socket at once.
const AT_ONCE: usize = 16 << 10;

const HEADER: &str = "<stream:stream xmlns='jabber:client' \
    xmlns:stream='http://etherx.jabber.org/streams' id='1' version='1.0'>";

/// Reads all of it by both ways, and answers in words how long the longest took.
pub(crate) fn measured() -> Result<String, String> {
    let (mut longest, mut of, mut count) = (Duration::ZERO, "", 0);
    for harm in documents().iter().chain(&endless()) {
        let mut took = Duration::MAX;
        for _ in 0..TRIES {
            let now = reads(harm).map_err(|wrong| format!("{}: {wrong}", harm.name))?;
            took = took.min(now);
        }
        if took > LONGEST {
            return Err(format!("{} took {took:?}, which is too long", harm.name));
        }
        if took > longest {
            (longest, of) = (took, harm.name);
        }
        count += 1;
    }
    Ok(format!(
        "{count} documents written to do harm: {of} took longest, {:.1} ms",
        longest.as_secs_f64() * 1_000.0
    ))
}

/// Reads it as a WebSocket's frame and on a stream over TCP, and answers how long the longer of them took.
pub(crate) fn reads(harm: &Harm) -> Result<Duration, String> {
    let (piece, times) = &harm.again;
    let text = [harm.begin.as_str(), &piece.repeat(*times), harm.end].concat();
    let begun = processor();
    let alone = parse(&text, &Limits::STANZA).map(drop);
    let between = processor();
    let streamed = on_a_stream(&text);
    let ended = processor();
    let (by_frame, by_stream) = (between.saturating_sub(begun), ended.saturating_sub(between));
    let as_it_should = match harm.fate {
        Fate::Forbidden | Fate::TooLong => alone.is_err() && streamed.is_err(),
        Fate::LeftOut => alone.is_err() && matches!(streamed, Ok(Some(StreamItem::Unreadable(_)))),
        Fate::Read => {
            alone.is_ok() && matches!(streamed, Ok(Some(StreamItem::Frame(Frame::Stanza(_)))))
        }
    };
    match as_it_should {
        true => Ok(by_frame.max(by_stream)),
        false => Err(format!("is not {:?}", harm.fate)),
    }
}

/// The time of the processor that this thread has had, as Linux counts it: what others do on the machine is no part of
/// it. Elsewhere, the time that has passed.
fn processor() -> Duration {
    static BEGUN: LazyLock<Instant> = LazyLock::new(Instant::now);
    let counted = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = counted.and_then(|line| line.split(' ').next()?.parse().ok());
    nanoseconds.map_or_else(|| BEGUN.elapsed(), Duration::from_nanos)
}

/// What the first child of a stream is.
fn on_a_stream(text: &str) -> Result<Option<StreamItem>, XmlError> {
    let mut reader = StreamReader::new(Limits::STANZA);
    reader.read(&mut HEADER.as_bytes())?;
    for mut piece in text.as_bytes().chunks(AT_ONCE) {
        while !piece.is_empty() {
            if let Some(item) = reader.read(&mut piece)? {
                return Ok(Some(item));
            }
        }
    }
    Ok(None)
}
