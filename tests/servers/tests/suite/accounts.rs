//! Making an account and signing in with it.

use std::time::Duration;

use carillon_core::alerts::EventKind;
use carillon_core::connection::Proxy;
use carillon_core::session::SessionProblem;
use carillon_engine::Line;
use carillon_engine::wire::{RegisterConfig, RegisterProblem, Secret, register};
use carillon_tests_servers::Account;

use crate::person::Person;
use crate::stage::Stage;

async fn registers(
    stage: &Stage,
    account: &Account,
    token: Option<&str>,
) -> Result<(), RegisterProblem> {
    register(RegisterConfig {
        token: token.map(|token| Secret::new(token.to_owned())),
        account: account.jid.parse().unwrap(),
        password: Secret::new(account.password.clone()),
        url: Some(stage.url().to_owned()),
        proxy: Proxy::Direct,
        extra_roots: stage.roots(),
    })
    .await
}

pub(crate) async fn an_account_is_made_and_used(stage: Stage) {
    let name = "the-white-rabbit".to_owned();
    let account = Account {
        jid: format!("{name}@{}", stage.domain()),
        name,
        // What people and password generators put into passwords.
        password: "l&te <again> \"' ünd øh".to_owned(),
    };
    registers(&stage, &account, None).await.expect("an account");

    let rabbit = stage.profile_of(&account).signs_in().await;
    let mut bob = stage.person("bob").await;
    rabbit.says(&bob.jid, "I am late").await;
    bob.notes_in_silence(EventKind::StrangerMessage).await;
}

/// Makes an account with what an invitation gave, and signs in with it.
pub(crate) async fn joins(stage: &Stage, name: &str, token: &str) -> Person {
    let account = Account {
        jid: format!("{name}@{}", stage.domain()),
        name: name.to_owned(),
        password: "down the hole".to_owned(),
    };
    let wrong = registers(stage, &account, Some("no token of theirs")).await;
    assert_eq!(wrong, Err(RegisterProblem::BadToken));
    let made = registers(stage, &account, Some(token)).await;
    made.expect("an account");
    stage.profile_of(&account).signs_in().await
}

pub(crate) async fn a_taken_name_is_refused(stage: Stage) {
    let mut account = stage.account("alice");
    account.password = "let me be Alice".to_owned();

    let refused = registers(&stage, &account, None).await;

    assert_eq!(refused, Err(RegisterProblem::Conflict));
    // The account is still Alice's.
    stage.person("alice").await;
}

pub(crate) async fn a_wrong_password_is_final(stage: Stage) {
    let profile = stage.profile("alice").with_password("looking-glass");

    let mut alice = profile.starts();
    alice.rings(EventKind::AccountAttention).await;
    alice.waits(Duration::from_secs(24 * 3600)).await;

    let line = alice
        .does(|desk| desk.account_states()[0].line.clone())
        .await;
    assert_eq!(line, Line::Stopped(SessionProblem::PasswordRefused));
    assert_eq!(alice.profile.overheard.lock().unwrap().sessions, 1);
}
