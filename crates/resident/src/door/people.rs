//! Contacts: what needs the server's word before it is true.

use super::accounts::settings_of;
use super::on_desk;
use crate::house::House;
use carillon_core::ids::{AccountId, ChatRef};
use carillon_core::person::{CardField, PersonAnswer, PersonQuestion};
use carillon_core::session::StanzaProblem;
use carillon_engine::{Desk, DeskError};
use carillon_link::contract::{AddContact, AskPerson, ChangeContact, SetCard};
use carillon_link::{Refusal, RefusalCode};
use std::time::Duration;
use tokio::sync::oneshot;

/// A server that does not answer within this time does not answer.
pub(super) const PATIENCE: Duration = Duration::from_secs(20);

pub(super) async fn add(house: &House, ask: AddContact) -> Result<(), Refusal> {
    let contact = ChatRef {
        account: ask.account,
        jid: ask.jid.into(),
    };
    asked(house, move |desk| {
        desk.add_contact(&contact, &ask.name, &ask.groups, &ask.text, &ask.token)
    })
    .await
}

pub(super) async fn change(house: &House, ask: ChangeContact) -> Result<(), Refusal> {
    asked(house, move |desk| {
        desk.change_contact(&ask.contact, &ask.name, &ask.groups)
    })
    .await
}

pub(super) async fn remove(house: &House, contact: ChatRef) -> Result<(), Refusal> {
    asked(house, move |desk| desk.remove_contact(&contact)).await
}

pub(super) async fn block(house: &House, contact: ChatRef) -> Result<(), Refusal> {
    asked(house, move |desk| desk.block(&contact)).await
}

pub(super) async fn unblock(house: &House, contact: ChatRef) -> Result<(), Refusal> {
    asked(house, move |desk| desk.unblock(&contact)).await
}

pub(super) async fn ask(house: &House, ask: AskPerson) -> Result<PersonAnswer, Refusal> {
    asked(house, move |desk| {
        desk.ask_person(&ask.contact, ask.resource.as_deref(), ask.question)
    })
    .await
}

/// The newer form first; a server may keep only the older one.
pub(super) async fn own_card(house: &House, account: AccountId) -> Result<Vec<CardField>, Refusal> {
    let jid = settings_of(house, account).await?.jid;
    let me = ChatRef {
        account,
        jid: jid.into(),
    };
    for question in [PersonQuestion::Card, PersonQuestion::OldCard] {
        let contact = me.clone();
        let told = told(house, move |desk| desk.ask_person(&contact, None, question)).await?;
        let fields = written(told)?;
        if !fields.is_empty() {
            return Ok(fields);
        }
    }
    Ok(Vec::new())
}

/// What stands on a card; nothing where there is none. Any other refusal says nothing of the card, and whoever took it
/// for an empty one would write over it.
fn written(told: Result<PersonAnswer, StanzaProblem>) -> Result<Vec<CardField>, Refusal> {
    match told {
        Ok(PersonAnswer::Card { fields }) => Ok(fields),
        Ok(_) => Ok(Vec::new()),
        Err(problem) if problem.says_none() || problem.keeps_none() => Ok(Vec::new()),
        Err(problem) => Err(refused(&problem)),
    }
}

pub(super) async fn set_card(house: &House, ask: SetCard) -> Result<(), Refusal> {
    asked(house, move |desk| desk.write_card(ask.account, ask.fields)).await
}

/// Asks the server and waits until it has done it.
pub(super) async fn asked<T: Send + 'static>(
    house: &House,
    job: impl FnOnce(&mut Desk) -> Result<oneshot::Receiver<Result<T, StanzaProblem>>, DeskError>
    + Send
    + 'static,
) -> Result<T, Refusal> {
    told(house, job).await?.map_err(|problem| refused(&problem))
}

/// Asks the server and waits for its word, which may be that it refuses.
pub(super) async fn told<T: Send + 'static>(
    house: &House,
    job: impl FnOnce(&mut Desk) -> Result<oneshot::Receiver<Result<T, StanzaProblem>>, DeskError>
    + Send
    + 'static,
) -> Result<Result<T, StanzaProblem>, Refusal> {
    let answer = on_desk(house, job).await?;
    let unanswered = || {
        Refusal::new(
            RefusalCode::NotConnected,
            "the connection ended before the server answered",
        )
    };
    let result = tokio::time::timeout(PATIENCE, answer)
        .await
        .map_err(|_| unanswered())?;
    result.map_err(|_| unanswered())
}

pub(super) fn refused(problem: &StanzaProblem) -> Refusal {
    Refusal::new(RefusalCode::RefusedByServer, problem.words())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_card_that_is_not_there_is_shown_as_an_empty_one() {
        let refused = |condition: &str| {
            written(Err(StanzaProblem {
                condition: condition.to_owned(),
                text: String::new(),
            }))
        };
        for none in [
            "item-not-found",
            "feature-not-implemented",
            "service-unavailable",
        ] {
            assert_eq!(refused(none).unwrap(), [], "{none}");
        }
        for other in ["resource-constraint", "internal-server-error", "forbidden"] {
            let refusal = refused(other).unwrap_err();
            assert_eq!(refusal.code, RefusalCode::RefusedByServer);
            assert_eq!(refusal.detail, other);
        }
    }
}
