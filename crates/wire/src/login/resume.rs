//! Going on with an earlier stream instead of binding anew (XEP-0198 §5).

use super::{stanza, unexpected};
use crate::session::stream_management::{Answer, Count, is_offered, resume};
use crate::transport::Transport;
use carillon_core::session::{SessionProblem, StreamState};
use minidom::Element;

/// What came of the wish.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Earlier {
    /// It was not asked for: there is none, or the server does not manage streams any more.
    None,
    /// It goes on; the server has handled so many of my stanzas, as far as it says.
    Resumed(Option<Count>),
    /// It is over; perhaps the server still knows how many it had handled.
    Over(Option<Count>),
}

pub(super) async fn go_on<T: Transport>(
    transport: &mut T,
    features: &Element,
    earlier: Option<&StreamState>,
) -> Result<Earlier, SessionProblem> {
    let Some(earlier) = earlier.filter(|_| is_offered(features)) else {
        return Ok(Earlier::None);
    };
    let wish = resume(&earlier.id, Count(earlier.handled));
    transport.send(std::slice::from_ref(&wish)).await?;
    let answer = stanza(transport).await?;
    match Answer::read(&answer, &earlier.id) {
        Some(Answer::Resumed(h)) => Ok(Earlier::Resumed(h)),
        Some(Answer::Failed(h)) => Ok(Earlier::Over(h)),
        Some(Answer::Another(name)) => Err(SessionProblem::Protocol {
            detail: format!("the server resumed the stream {name:?}, which was not asked for"),
        }),
        None => Err(unexpected(&answer, "the answer to resuming a stream")),
    }
}
