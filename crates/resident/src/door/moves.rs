//! People who move (XEP-0283): I to another account, or a contact to another address.

use super::accounts::settings_of;
use super::rules::change_rules;
use super::{on_desk, people};
use crate::house::House;
use carillon_core::ids::AccountId;
use carillon_engine::edits;
use carillon_link::Refusal;
use carillon_link::contract::{BeginMove, TakeOver};

pub(super) async fn begin(house: &House, ask: BeginMove) -> Result<(), Refusal> {
    let old = settings_of(house, ask.from).await?.jid;
    let new = settings_of(house, ask.to).await?.jid;
    // First, so that no move runs without them: what is there already stays when it is asked for again.
    if ask.wish.alerts {
        change_rules(house, |rules| {
            edits::carry_account(rules, &old, &new);
            Ok(())
        })
        .await?;
    }
    on_desk(house, move |desk| {
        desk.begin_move(ask.from, ask.to, ask.wish)
    })
    .await
}

/// The move is forgotten only once nobody is told of it any more.
pub(super) async fn take_back(house: &House, account: AccountId) -> Result<(), Refusal> {
    people::asked(house, move |desk| desk.take_back_move(account)).await?;
    on_desk(house, move |desk| desk.forget_move(account)).await
}

pub(super) async fn take_over(house: &House, ask: TakeOver) -> Result<(), Refusal> {
    let contact = ask.contact.clone();
    let old = on_desk(house, move |desk| desk.proven_old(&contact)).await?;
    let (account, new) = (ask.contact.account, ask.contact.bare());
    // First: once they are taken over they ask no more, and it cannot be tried again.
    if ask.alerts {
        let mine = settings_of(house, account).await?.jid;
        change_rules(house, |rules| {
            edits::carry_contact(rules, &mine, &old.jid, &new);
            Ok(())
        })
        .await?;
    }
    people::asked(house, move |desk| desk.take_over(&ask.contact)).await?;
    Ok(())
}
