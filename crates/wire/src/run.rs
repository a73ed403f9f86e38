//! The life of one session.

use crate::config::ConnectConfig;
use crate::connect::connect;
use crate::farewell::leave;
use crate::ids::Ids;
use crate::login::{self, Managed, SignedIn, sign_in};
use crate::session::{Asleep, Session, serve};
use crate::transport::Transport;
use carillon_core::session::{Incoming, Outgoing, SessionProblem, StreamState};
use tokio::sync::mpsc;

/// What a session takes from outside itself.
#[derive(Debug)]
pub(crate) struct Surroundings {
    /// Ids nobody can guess.
    pub(crate) ids: Ids,
    /// Random too, and to be seen by others, as the ids are not.
    pub(crate) fresh: [u8; 8],
    /// The time of the calendar, for those who ask.
    pub(crate) clock: fn() -> jiff::Timestamp,
}

/// What is left of earlier sessions.
#[derive(Debug, Default)]
pub struct Earlier {
    /// The stream to be resumed (XEP-0198 §5), as it was stored.
    pub stream: Option<StreamState>,
    /// The session that ran on it, if this process still has it.
    pub asleep: Option<Asleep>,
}

/// How a session ended.
#[derive(Debug)]
pub struct Ended {
    /// Why there is no session, or none any more. `Ok` is an end that this side asked for.
    pub result: Result<(), SessionProblem>,
    /// What can go on over another link.
    pub asleep: Option<Asleep>,
}

/// Has the server forget the token of `config.device` (XEP-0484, `invalidate`), before the account goes from this
/// computer: deleted only here, it would stay good for weeks. Answers whether the server did. Only the token is used for
/// it, never the password.
///
/// # Errors
/// Why nobody could be asked.
pub async fn revoke(config: &ConnectConfig) -> Result<bool, SessionProblem> {
    let mut transport = connect(&config.destination()).await?;
    revoke_over(&mut transport, config).await
}

/// The same over a link that is open already.
pub(crate) async fn revoke_over<T: Transport>(
    transport: &mut T,
    config: &ConnectConfig,
) -> Result<bool, SessionProblem> {
    let revoked = login::revoke(transport, config).await;
    leave(transport).await;
    revoked
}

/// As [`run_on`], with nothing earlier, and nothing kept.
///
/// # Errors
/// Why there is no session, or none any more. `Ok` is an end that this side asked for.
pub async fn run(
    config: ConnectConfig,
    outgoing: mpsc::Receiver<Outgoing>,
    incoming: mpsc::Sender<Incoming>,
) -> Result<(), SessionProblem> {
    run_on(config, Earlier::default(), outgoing, incoming)
        .await
        .result
}

/// Connects, signs in and runs until the link ends, or until `outgoing` closes or says [`Outgoing::Close`].
///
/// What comes is put into `incoming`: [`Incoming::Connected`], then [`Incoming::Online`] or [`Incoming::Resumed`]
/// first. When nobody takes it, no more is read from the server, while what is to be said still goes out. Dropping the future ends everything.
pub async fn run_on(
    config: ConnectConfig,
    earlier: Earlier,
    outgoing: mpsc::Receiver<Outgoing>,
    incoming: mpsc::Sender<Incoming>,
) -> Ended {
    let (mut seed, mut fresh) = ([0; 8], [0; 8]);
    if let Err(error) = getrandom::fill(&mut seed).and_then(|()| getrandom::fill(&mut fresh)) {
        let detail = format!("this computer gives no random numbers: {error}");
        return earlier.kept(SessionProblem::Unreachable { detail });
    }
    let surroundings = Surroundings {
        ids: Ids::from_seed(seed),
        fresh,
        clock: jiff::Timestamp::now,
    };
    let mut destination = config.destination();
    destination.location = earlier
        .stream
        .as_ref()
        .and_then(|stream| stream.location.clone());
    let connected = tokio::select! {
        connected = connect(&destination) => connected,
        () = incoming.closed() => return earlier.given_up(),
    };
    match connected {
        Ok(mut transport) => {
            run_over(
                &mut transport,
                config,
                surroundings,
                earlier,
                outgoing,
                incoming,
            )
            .await
        }
        Err(problem) => earlier.kept(problem),
    }
}

/// The same over a link that is open already.
pub(crate) async fn run_over<T: Transport>(
    transport: &mut T,
    config: ConnectConfig,
    surroundings: Surroundings,
    earlier: Earlier,
    mut outgoing: mpsc::Receiver<Outgoing>,
    incoming: mpsc::Sender<Incoming>,
) -> Ended {
    // In this order whoever has signed in says so at once, and from then on nobody gives it up.
    let signed_in = tokio::select! {
        biased;
        () = incoming.closed() => return earlier.given_up(),
        signed_in = sign_in(transport, &config, earlier.stream.as_ref(), surroundings.fresh) => signed_in,
    };
    let entry = match signed_in {
        Ok(entry) => entry,
        Err(problem) => {
            leave(transport).await;
            return earlier.kept(problem);
        }
    };
    if let Some(route) = transport.route() {
        let connection = Box::new(entry.proof.over(route));
        if incoming
            .send(Incoming::Connected(connection))
            .await
            .is_err()
        {
            leave(transport).await;
            return Ended::ok();
        }
    }
    let mut session = match begin(entry.signed_in, earlier, &config, surroundings) {
        Ok(session) => session,
        Err(problem) => {
            leave(transport).await;
            return Ended {
                result: Err(problem),
                asleep: None,
            };
        }
    };
    session.client_state = entry.client_state;
    let result = serve(transport, &mut session, &mut outgoing, &incoming).await;
    let asleep = match &result {
        Err(SessionProblem::Lost { .. }) => session.fall_asleep(outgoing),
        _ => None,
    };
    Ended { result, asleep }
}

fn begin(
    signed_in: SignedIn,
    earlier: Earlier,
    config: &ConnectConfig,
    surroundings: Surroundings,
) -> Result<Session, SessionProblem> {
    let Earlier { stream, asleep } = earlier;
    let asleep = asleep.filter(|asleep| asleep.is_on(stream.as_ref()));
    let version = config.roster_version.as_deref();
    let mut session = match (signed_in, stream) {
        (SignedIn::Resumed { reached }, Some(stream)) => match asleep {
            Some(asleep) => {
                tracing::debug!(jid = %stream.jid, "the session goes on");
                return asleep.wake(stream.handled, reached);
            }
            None => {
                tracing::debug!(jid = %stream.jid, "the stream goes on");
                Session::on_earlier_stream(stream, reached, surroundings)
            }
        },
        (SignedIn::Resumed { .. }, None) => {
            return Err(SessionProblem::Protocol {
                detail: "a stream was resumed that nobody asked for".to_owned(),
            });
        }
        (
            SignedIn::Bound {
                jid,
                managed,
                carbons,
                reached,
            },
            _,
        ) => {
            tracing::debug!(%jid, ?managed, "signed in");
            let mut session = Session::new(jid, surroundings);
            session.take_over(asleep, reached);
            if carbons {
                session.carbons_come();
            }
            match managed {
                Managed::No => {}
                Managed::Offered => session.manage_stream(),
                Managed::Answered(answer) => session.hear_managed(&answer)?,
            }
            session
        }
    };
    session.begin(version, &config.presence);
    Ok(session)
}

impl Earlier {
    /// No session came of it, and what was asleep sleeps on.
    fn kept(self, problem: SessionProblem) -> Ended {
        Ended {
            result: Err(problem),
            asleep: self.asleep,
        }
    }

    /// Nobody waits for it any more, and what was asleep sleeps on.
    fn given_up(self) -> Ended {
        Ended {
            result: Ok(()),
            asleep: self.asleep,
        }
    }
}

impl Ended {
    fn ok() -> Self {
        Self {
            result: Ok(()),
            asleep: None,
        }
    }
}
