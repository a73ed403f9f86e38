//! Moves stanzas between a [`Session`], its link and the engine, and notices when the link is dead.

mod silence;

use super::Session;
use super::stream_management::NS as STREAM_MANAGEMENT;
use crate::farewell::{farewell, leave};
use crate::login::{closed, stream_problem};
use crate::ns;
use crate::transport::{Received, Transport};
use carillon_core::session::{Incoming, Outgoing, SessionProblem};
use carillon_xml::Frame;
use minidom::Element;
use silence::Silence;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until, timeout};

/// A dead link is noticed within this when there is reason to ask.
pub(crate) const PING_ANSWER: Duration = Duration::from_secs(15);
/// What the server offers is known after one round trip; one that does not say is used without, for as long as the
/// session lasts: one that is only slow would be used without its archive, and what was missed would stay missing.
pub(crate) const FEATURES: Duration = PING_ANSWER;
/// An engine that is busy with its disk takes what is left within this; one that is stuck must not hold up the next try.
const LAST_WORDS: Duration = Duration::from_secs(15);
/// A resumption that was asked for on a link that broke may be carried out late, and takes the stream away from the
/// one that succeeded. Nobody else knows the stream's name: within this it is tried again, later the user is asked.
const LATE_RESUMPTION: Duration = Duration::from_secs(60);
/// So many requests are written at once before the link is looked at again.
const BATCH: usize = 64;

/// Runs until the link ends, or until `outgoing` closes or says [`Outgoing::Close`].
pub(crate) async fn serve<T: Transport>(
    transport: &mut T,
    session: &mut Session,
    outgoing: &mut mpsc::Receiver<Outgoing>,
    incoming: &mpsc::Sender<Incoming>,
) -> Result<(), SessionProblem> {
    let begun = Instant::now();
    let end = if settle(session, outgoing, incoming).await {
        talk(transport, session, outgoing, incoming).await
    } else {
        session.keep_to_itself();
        Ok(())
    };
    let end = end.map_err(|problem| match problem {
        SessionProblem::Replaced
            if session.can_be_resumed() && begun.elapsed() < LATE_RESUMPTION =>
        {
            SessionProblem::Lost {
                detail: "an earlier attempt took the stream over".to_owned(),
            }
        }
        other => other,
    });
    match &end {
        Ok(()) => {
            // What is stored is not to be delivered again, on either side.
            session.ask_reached_last();
            if write(transport, session, true).await.is_ok() {
                farewell(transport, |stanza| hear_last(session, stanza)).await;
            }
        }
        // Nobody is there to say it to.
        Err(SessionProblem::Lost { .. }) => {}
        Err(_) => {
            let _ = write(transport, session, true).await;
            leave(transport).await;
        }
    }
    // The server counts all that was heard as delivered, so it is told, Online or not, if somebody listens.
    session.online_if_needed();
    let rest = async {
        while let Some(told) = session.next_told() {
            if incoming.send(told).await.is_err() {
                break;
            }
        }
    };
    if timeout(LAST_WORDS, rest).await.is_err() {
        tracing::warn!("what was heard last was not taken");
    }
    end
}

/// Waits until the engine has put down how far the stream of an earlier run had come. Answers whether to go on.
async fn settle(
    session: &mut Session,
    outgoing: &mut mpsc::Receiver<Outgoing>,
    incoming: &mpsc::Sender<Incoming>,
) -> bool {
    let Some(reached) = session.take_unsettled() else {
        return true;
    };
    if incoming
        .send(Incoming::ReachedEarlier(reached))
        .await
        .is_err()
    {
        return false;
    }
    loop {
        match outgoing.recv().await {
            Some(Outgoing::EarlierSettled) => return true,
            Some(Outgoing::Close) | None => return false,
            Some(what) => session.say(what),
        }
    }
}

/// What woke the session.
enum Woken {
    Deaf,
    Heard(Received),
    Asked(Option<Outgoing>),
    Time,
}

async fn talk<T: Transport>(
    transport: &mut T,
    session: &mut Session,
    outgoing: &mut mpsc::Receiver<Outgoing>,
    incoming: &mpsc::Sender<Incoming>,
) -> Result<(), SessionProblem> {
    let begun = Instant::now();
    let mut silence = Silence::from(begun);
    loop {
        session.ask_reached();
        write(transport, session, false).await?;
        silence.written(session.is_asking());
        let deadline = if session.is_online() {
            silence.ends()
        } else {
            begun + FEATURES
        };
        let told = session.has_told();
        let woken = tokio::select! {
            biased;
            permit = incoming.reserve(), if told => match (permit, session.next_told()) {
                (Ok(permit), Some(what)) => {
                    permit.send(what);
                    continue;
                }
                _ => Woken::Deaf,
            },
            received = transport.receive(), if !told => Woken::Heard(received?),
            asked = outgoing.recv() => Woken::Asked(asked),
            () = sleep_until(deadline) => Woken::Time,
        };
        match woken {
            Woken::Heard(received) => {
                hear(session, received)?;
                silence.broken(session.is_asking());
            }
            Woken::Asked(None | Some(Outgoing::Close)) | Woken::Deaf => return Ok(()),
            Woken::Asked(Some(what)) => {
                say(transport, session, &mut silence, what);
                for _ in 1..BATCH {
                    match outgoing.try_recv() {
                        Ok(Outgoing::Close) => {
                            return Ok(());
                        }
                        Ok(what) => say(transport, session, &mut silence, what),
                        Err(_) => break,
                    }
                }
            }
            Woken::Time if !session.is_online() => session.online(),
            // The server may have spoken while nobody listened here: then it is not silent, it is not heard.
            Woken::Time if session.is_asking() && !told => {
                silence.over(transport.is_stranded())?;
            }
            Woken::Time => {
                silence.broken(session.is_asking());
                session.ping_anyway();
            }
        }
    }
}

/// A question for the sake of the link is asked after something has happened to the ways into the network.
fn say<T: Transport>(transport: &T, session: &mut Session, silence: &mut Silence, what: Outgoing) {
    if what == Outgoing::Ping {
        silence.counts(transport.is_stranded());
    }
    session.say(what);
}

/// A link that takes nothing for as long as an answer may take is as dead as one that gives nothing.
async fn write<T: Transport>(
    transport: &mut T,
    session: &mut Session,
    last: bool,
) -> Result<(), SessionProblem> {
    let stanzas = session.take_to_write(last);
    if stanzas.is_empty() {
        return Ok(());
    }
    match timeout(PING_ANSWER, transport.send(&stanzas)).await {
        Ok(written) => Ok(written?),
        Err(_) => Err(SessionProblem::Lost {
            detail: "the link takes nothing any more".to_owned(),
        }),
    }
}

fn hear(session: &mut Session, received: Received) -> Result<(), SessionProblem> {
    match received {
        Received::Frame(Frame::Stanza(stanza)) if stanza.is("error", ns::STREAM) => {
            Err(stream_problem(&stanza))
        }
        // What is offered on the stream that SASL2 has led to. No stanza, so it is not counted (XEP-0198 §4).
        Received::Frame(Frame::Stanza(stanza)) if stanza.is("features", ns::STREAM) => {
            session.client_state |= stanza.has_child("csi", ns::CSI);
            Ok(())
        }
        Received::Frame(Frame::Stanza(stanza)) if stanza.has_ns(STREAM_MANAGEMENT) => session
            .hear_about_stream(&stanza)
            .map_err(|claim| session.object(claim)),
        Received::Frame(Frame::Stanza(stanza)) => {
            session.hear(&stanza);
            session.count();
            Ok(())
        }
        Received::Frame(Frame::Close { see_other_uri }) => Err(closed(see_other_uri.as_deref())),
        Received::Frame(Frame::Open { .. }) => Err(SessionProblem::Protocol {
            detail: "the stream was opened twice".to_owned(),
        }),
        // A stranger may have sent it through a careless server; ending the session would let him keep us out.
        Received::Unreadable(error) => {
            tracing::warn!(%error, "a stanza that can't be read was skipped");
            session.count();
            Ok(())
        }
    }
}

/// What the server says after this side said good-bye. Nothing can be acknowledged any more.
fn hear_last(session: &mut Session, stanza: &Element) {
    if !stanza.has_ns(STREAM_MANAGEMENT) {
        session.hear(stanza);
    } else if session.hear_about_stream(stanza).is_err() {
        tracing::warn!("the server miscounted at the end");
    }
}
