//! What is known here of each account's token (XEP-0484), whatever becomes of keeping it.

use crate::connector::{Boxed, Secrets, SessionStart};
use carillon_core::settings::AccountSettings;
use carillon_wire::{KeepToken, Secret, Token};
use jid::BareJid;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Every account's, for one password.
#[derive(Clone, Default)]
pub(crate) struct Purses(Arc<Mutex<HashMap<BareJid, Arc<Purse>>>>);

impl Purses {
    /// That of this account, password and device.
    pub(crate) fn of(
        &self,
        secrets: Arc<dyn Secrets>,
        start: &SessionStart,
        password: &Secret,
    ) -> Arc<Purse> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let before = all.get(&start.account.jid);
        if let Some(purse) = before.filter(|purse| purse.is_of(start, password)) {
            return Arc::clone(purse);
        }
        // What is kept may still be for the password of before.
        let other = before.is_some_and(|purse| purse.password != *password);
        let purse = Arc::new(Purse {
            secrets,
            account: start.account.clone(),
            device: start.device.clone(),
            password: password.clone(),
            held: Mutex::new(Held {
                last: other.then_some(None),
                ..Held::default()
            }),
            turn: tokio::sync::Mutex::default(),
        });
        all.insert(start.account.jid.clone(), Arc::clone(&purse));
        purse
    }
}

/// One account's.
pub(crate) struct Purse {
    secrets: Arc<dyn Secrets>,
    account: AccountSettings,
    device: String,
    password: Secret,
    held: Mutex<Held>,
    /// Writing is one after the other.
    turn: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Held {
    /// What was to be kept last, be it written or not.
    last: Option<Option<Token>>,
    at_stake: bool,
    unwritten: bool,
}

impl Purse {
    fn is_of(&self, start: &SessionStart, password: &Secret) -> bool {
        self.password == *password
            && self.device == start.device
            && self.account.secret == start.account.secret
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The token for the next attempt; none where the last one got no answer to it.
    pub(crate) async fn token(&self) -> Option<Token> {
        let last = {
            let held = self.held();
            if held.at_stake {
                return None;
            }
            held.last.clone()
        };
        match last {
            Some(token) => token,
            None => self.secrets.token(&self.account).await,
        }
    }
}

/// As a session sees it.
pub(crate) struct Keeper(pub(crate) Arc<Purse>);

impl KeepToken for Keeper {
    fn at_stake(&self) {
        self.0.held().at_stake = true;
    }

    fn keep(&self, token: Option<Token>) -> Boxed<()> {
        *self.0.held() = Held {
            last: Some(token),
            at_stake: false,
            unwritten: true,
        };
        let purse = Arc::clone(&self.0);
        Box::pin(async move {
            let _turn = purse.turn.lock().await;
            let last = {
                let mut held = purse.held();
                if !std::mem::take(&mut held.unwritten) {
                    return;
                }
                held.last.clone().flatten()
            };
            let password = purse.password.clone();
            let kept = purse.secrets.keep_token(&purse.account, password, last);
            kept.await;
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use carillon_core::connection::{Mechanism, TokenMechanism};
    use carillon_core::contact::Availability;
    use tokio::sync::Semaphore;

    /// A keyring that keeps nothing, and takes its time for it.
    struct Stuck {
        may_end: Semaphore,
        wrote: Mutex<Vec<Option<u32>>>,
    }

    impl Stuck {
        fn new() -> Arc<Self> {
            Arc::new(Self {
                may_end: Semaphore::new(0),
                wrote: Mutex::default(),
            })
        }
    }

    struct Door(Arc<Stuck>);

    impl Secrets for Door {
        fn password(&self, _: &AccountSettings) -> Boxed<Option<Secret>> {
            Box::pin(async { None })
        }

        fn token(&self, _: &AccountSettings) -> Boxed<Option<Token>> {
            Box::pin(async { Some(token(1)) })
        }

        fn keep_token(&self, _: &AccountSettings, _: Secret, token: Option<Token>) -> Boxed<()> {
            let stuck = Arc::clone(&self.0);
            Box::pin(async move {
                let turn = stuck.may_end.acquire().await;
                turn.unwrap().forget();
                let mut wrote = stuck.wrote.lock().unwrap();
                wrote.push(token.map(|token| token.uses));
            })
        }
    }

    fn token(uses: u32) -> Token {
        Token {
            mechanism: TokenMechanism::Exporter,
            by: Mechanism::ScramSha256Plus,
            uses,
            secret: Secret::new("t".to_owned()),
        }
    }

    async fn next(purses: &Purses, stuck: &Arc<Stuck>, password: &str) -> (Keeper, Option<u32>) {
        let start = SessionStart {
            account: AccountSettings::new("alice@example.org".parse().unwrap()),
            roster_version: None,
            availability: Availability::Available,
            status: String::new(),
            stream: None,
            pinned: None,
            device: "d".to_owned(),
        };
        let secrets = Arc::new(Door(Arc::clone(stuck)));
        let purse = purses.of(secrets, &start, &Secret::new(password.to_owned()));
        let token = purse.token().await;
        (Keeper(purse), token.map(|token| token.uses))
    }

    #[tokio::test]
    async fn after_a_token_without_a_verdict_comes_the_password_until_there_is_news() {
        let (purses, stuck) = (Purses::default(), Stuck::new());
        let (purse, first) = next(&purses, &stuck, "one").await;
        assert_eq!(first, Some(1));
        purse.at_stake();
        assert_eq!(next(&purses, &stuck, "one").await.1, None);
        assert_eq!(next(&purses, &stuck, "one").await.1, None);
        drop(purse.keep(Some(token(5))));
        assert_eq!(next(&purses, &stuck, "one").await.1, Some(5));
    }

    #[tokio::test]
    async fn a_kill_at_a_token_without_a_verdict_costs_one_attempt_more_and_locks_nobody_out() {
        let stuck = Stuck::new();
        for start in 0..3 {
            let purses = Purses::default();
            let (purse, first) = next(&purses, &stuck, "one").await;
            assert_eq!(first, Some(1), "start {start}");
            purse.at_stake();
            assert_eq!(next(&purses, &stuck, "one").await.1, None, "the password");
        }
    }

    #[tokio::test]
    async fn a_refused_token_is_not_tried_again_while_the_keyring_does_not_forget_it() {
        let (purses, stuck) = (Purses::default(), Stuck::new());
        let (purse, first) = next(&purses, &stuck, "one").await;
        assert_eq!(first, Some(1));
        let waits = tokio::spawn(purse.keep(None));
        assert_eq!(next(&purses, &stuck, "one").await.1, None);
        stuck.may_end.add_permits(1);
        waits.await.unwrap();
        assert_eq!(next(&purses, &stuck, "one").await.1, None);
    }

    #[tokio::test]
    async fn tokens_are_written_one_after_the_other_and_the_last_stays() {
        let (purses, stuck) = (Purses::default(), Stuck::new());
        let (purse, _) = next(&purses, &stuck, "one").await;
        let early = purse.keep(Some(token(7)));
        let late = purse.keep(None);
        stuck.may_end.add_permits(2);
        late.await;
        early.await;
        assert_eq!(*stuck.wrote.lock().unwrap(), [None]);
    }

    #[tokio::test]
    async fn a_new_password_begins_without_the_token_of_the_old_one() {
        let (purses, stuck) = (Purses::default(), Stuck::new());
        let (old, first) = next(&purses, &stuck, "one").await;
        assert_eq!(first, Some(1));
        assert_eq!(next(&purses, &stuck, "two").await.1, None);
        drop(old.keep(Some(token(9))));
        assert_eq!(next(&purses, &stuck, "two").await.1, None);
    }
}
