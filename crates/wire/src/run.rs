//! The life of one session.

use crate::config::ConnectConfig;
use crate::connect::connect;
use crate::farewell::leave;
use crate::ids::Ids;
use crate::login::sign_in;
use crate::session::{Session, serve};
use crate::transport::Transport;
use carillon_core::session::{Incoming, Outgoing, SessionProblem};
use tokio::sync::mpsc;

/// What a session takes from outside itself.
#[derive(Debug)]
pub(crate) struct Surroundings {
    /// Ids nobody can guess.
    pub(crate) ids: Ids,
    /// The time of the calendar, for those who ask.
    pub(crate) clock: fn() -> jiff::Timestamp,
}

/// Connects, signs in and runs until the link ends, or until `outgoing` closes or says [`Outgoing::Close`].
///
/// What comes is put into `incoming`, [`Incoming::Online`] first. When nobody takes it, no more is read
/// from the server, while what is to be said still goes out. Dropping the future ends everything.
///
/// # Errors
/// Why there is no session, or none any more. `Ok` is an end that this side asked for.
pub async fn run(
    config: ConnectConfig,
    outgoing: mpsc::Receiver<Outgoing>,
    incoming: mpsc::Sender<Incoming>,
) -> Result<(), SessionProblem> {
    let mut seed = [0; 8];
    getrandom::fill(&mut seed).map_err(|error| SessionProblem::Unreachable {
        detail: format!("this computer gives no random numbers: {error}"),
    })?;
    let surroundings = Surroundings {
        ids: Ids::from_seed(seed),
        clock: jiff::Timestamp::now,
    };
    let domain = config.account.domain().as_str();
    let connecting = connect(domain, config.url.as_deref(), config.extra_roots.clone());
    let mut transport = tokio::select! {
        connected = connecting => connected?,
        () = incoming.closed() => return Ok(()),
    };
    run_over(&mut transport, config, surroundings, outgoing, incoming).await
}

/// The same over a link that is open already.
pub(crate) async fn run_over<T: Transport>(
    transport: &mut T,
    config: ConnectConfig,
    surroundings: Surroundings,
    outgoing: mpsc::Receiver<Outgoing>,
    incoming: mpsc::Sender<Incoming>,
) -> Result<(), SessionProblem> {
    let signed_in = tokio::select! {
        signed_in = sign_in(transport, &config) => signed_in,
        () = incoming.closed() => return Ok(()),
    };
    let jid = match signed_in {
        Ok(jid) => jid,
        Err(problem) => {
            leave(transport).await;
            return Err(problem);
        }
    };
    tracing::debug!(%jid, "signed in");
    let mut session = Session::new(jid, surroundings);
    session.begin(config.roster_version.as_deref(), &config.presence);
    serve(transport, session, outgoing, incoming).await
}
