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
        jid: ask.jid,
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
    let me = ChatRef { account, jid };
    for question in [PersonQuestion::Card, PersonQuestion::OldCard] {
        let contact = me.clone();
        match asked(house, move |desk| desk.ask_person(&contact, None, question)).await {
            Ok(PersonAnswer::Card { fields }) if !fields.is_empty() => return Ok(fields),
            // Nothing was ever written there, or the server keeps none of this form.
            Ok(_)
            | Err(Refusal {
                code: RefusalCode::RefusedByServer,
                ..
            }) => {}
            Err(refusal) => return Err(refusal),
        }
    }
    Ok(Vec::new())
}

pub(super) async fn set_card(house: &House, ask: SetCard) -> Result<(), Refusal> {
    asked(house, move |desk| desk.write_card(ask.account, ask.fields)).await
}

/// Asks the server and waits for its word.
pub(super) async fn asked<T: Send + 'static>(
    house: &House,
    job: impl FnOnce(&mut Desk) -> Result<oneshot::Receiver<Result<T, StanzaProblem>>, DeskError>
    + Send
    + 'static,
) -> Result<T, Refusal> {
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
    result.map_err(|_| unanswered())?.map_err(|problem| {
        let words = if problem.text.is_empty() {
            problem.condition
        } else {
            problem.text
        };
        Refusal::new(RefusalCode::RefusedByServer, words)
    })
}
