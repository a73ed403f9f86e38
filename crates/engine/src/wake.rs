//! What happened to the computer or its network, and what follows for the sessions.

use crate::account::{Account, Line};
use crate::desk::Desk;
use crate::output::Output;
use carillon_core::ids::Timestamp;
use carillon_core::session::Outgoing;

/// All that waited try again within so many milliseconds: a network that comes back does so for many at once.
const SPREAD: f64 = 1_000.0;

/// Why links may be dead, and another try may do better than the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wake {
    /// The computer slept.
    Slept,
    /// The way into the network is another one.
    Network,
    /// There is no way into the network any more.
    NoNetwork,
}

impl Desk {
    /// The computer is about to sleep, perhaps for ever: what is committed is brought to the disk, and servers hear so.
    pub fn before_sleep(&mut self) {
        self.do_chores();
        self.flush_due.get_or_insert_default();
        self.flush();
    }

    /// Links that are up are asked whether they live. Who waits tries within a second, and who was on the way begins
    /// anew: what that waits for was asked over a way that is gone.
    pub fn woke(&mut self, why: Wake) {
        let chance = (self.chance)().clamp(0.0, 1.0);
        #[expect(clippy::cast_possible_truncation, reason = "at most a thousand")]
        let soon = self.now().plus_millis((chance * SPREAD) as i64);
        let mut linked = Vec::new();
        for account in self.accounts.values_mut() {
            if why != Wake::NoNetwork {
                // They say nothing about what is tried now.
                account.failures = 0;
            }
            if account.is_online() {
                account.say(Outgoing::Ping);
                linked.push(account.id);
            } else if why != Wake::NoNetwork {
                account.tries_again(soon);
            }
        }
        if why != Wake::NoNetwork {
            for id in linked {
                self.doubt_rooms(id);
            }
        }
        self.tell(Output::Accounts);
    }
}

impl Account {
    fn tries_again(&mut self, soon: Timestamp) {
        if let Line::Waiting { retry_at, .. } = &mut self.line {
            *retry_at = soon.min(*retry_at);
        }
        if self.line == Line::Connecting
            && let Some(session) = &mut self.session
        {
            session.give_up();
        }
    }
}
