//! Idleness from an X server: alarms on its counter `IDLETIME` (X Synchronization Extension 3.1). The server wakes us
//! twice, when the time is reached and when the user is back.

use super::x11::{self, Events, Problem};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use x11rb::connection::Connection as _;
use x11rb::protocol::Event;
use x11rb::protocol::sync::{
    ConnectionExt as _, CreateAlarmAux, Int64, TESTTYPE, Trigger, VALUETYPE,
};
use x11rb::rust_connection::RustConnection;

/// Starts watching; false when this is no X11 session.
pub(super) fn watch(time: Duration, tell: mpsc::Sender<bool>) -> bool {
    if !x11::is_session() {
        return false;
    }
    match Watch::new(None, time) {
        Ok(watch) => {
            tokio::spawn(async move {
                if let Err(error) = watch.run(&tell).await {
                    tracing::debug!(%error, "the X server no longer tells idleness");
                }
            });
            true
        }
        Err(error) => {
            tracing::debug!(%error, "the X server does not tell idleness");
            false
        }
    }
}

pub(super) struct Watch {
    connection: RustConnection,
    reached: u32,
    already: bool,
}

impl Watch {
    /// On this display, or the one of the environment.
    pub(super) fn new(display: Option<&str>, time: Duration) -> Result<Self, Problem> {
        let (connection, _) = x11rb::connect(display)?;
        connection.sync_initialize(3, 1)?.reply()?;
        let counters = connection.sync_list_system_counters()?.reply()?.counters;
        let idle = counters
            .iter()
            .find(|counter| counter.name == b"IDLETIME")
            .ok_or("no counter IDLETIME")?
            .counter;
        let millis = i64::try_from(time.as_millis())?;
        let reached = alarm(&connection, idle, millis, TESTTYPE::POSITIVE_TRANSITION)?;
        // Being back is falling below the time again: the counter starts anew at every input.
        alarm(&connection, idle, millis, TESTTYPE::NEGATIVE_TRANSITION)?;
        let already = whole(connection.sync_query_counter(idle)?.reply()?.counter_value) >= millis;
        connection.flush()?;
        Ok(Self {
            connection,
            reached,
            already,
        })
    }

    pub(super) async fn run(self, tell: &mpsc::Sender<bool>) -> Result<(), Problem> {
        let events = Events::of(Arc::new(self.connection))?;
        if self.already && tell.send(true).await.is_err() {
            return Ok(());
        }
        loop {
            tokio::select! {
                event = events.next() => {
                    if let Event::SyncAlarmNotify(alarm) = event?
                        && tell.send(alarm.alarm == self.reached).await.is_err()
                    {
                        return Ok(());
                    }
                }
                () = tell.closed() => return Ok(()),
            }
        }
    }
}

fn alarm(
    connection: &RustConnection,
    counter: u32,
    millis: i64,
    test: TESTTYPE,
) -> Result<u32, Problem> {
    let id = connection.generate_id()?;
    let trigger = Trigger {
        counter,
        wait_type: VALUETYPE::ABSOLUTE,
        wait_value: split(millis),
        test_type: test,
    };
    // With a delta of zero a transition's alarm stays armed after it rang.
    let settings = CreateAlarmAux::new()
        .counter(trigger.counter)
        .value_type(trigger.wait_type)
        .value(trigger.wait_value)
        .test_type(trigger.test_type)
        .delta(Int64 { hi: 0, lo: 0 })
        .events(1);
    connection.sync_create_alarm(id, &settings)?.check()?;
    Ok(id)
}

const fn split(value: i64) -> Int64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the two halves of the number"
    )]
    Int64 {
        hi: (value >> 32) as i32,
        lo: value as u32,
    }
}

fn whole(value: Int64) -> i64 {
    i64::from(value.hi) << 32 | i64::from(value.lo)
}
