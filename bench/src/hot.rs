//! What is done for every event, so many times and nothing else: a test counts its instructions.

use std::hint::black_box;
use std::time::Duration;

use carillon_tests_flows::{ScriptedServer, Way};

use crate::decide::Trial;
use crate::rows::{Home, message};
use crate::script::{BOB, Script, alice};

/// The order that asks for this, with the number of times behind a colon.
pub(crate) const HOT: &str = "hot:";
/// Contacts with rules of their own; more would only take longer to set up.
const OVERRIDES: usize = 200;
/// Between two looks whether a part is done: each is work that is counted too, and a slow machine looks more often.
const LOOK: Duration = Duration::from_millis(250);

/// Decisions; then presences, and messages, each from a server's socket to what the resident is told, and to the
/// acknowledgement.
pub(crate) async fn run(times: usize) {
    let trial = Trial::with(OVERRIDES);
    a_part_ends();
    trial.decide(times);
    a_part_ends();

    let account = alice();
    let listening = ScriptedServer::listen(Way::WebSocket).await;
    let mut home = Home::start(&account, listening.url());
    let stream = listening.accept().await;
    let mut script = Script::signs_in(stream, &account, &[BOB.to_owned()]).await;
    script.hears_all_handled(LOOK, |_, _| {}).await;
    a_part_ends();
    for number in 0..times {
        script.says(&presence(number)).await;
    }
    script.hears_all_handled(LOOK, |_, _| {}).await;
    a_part_ends();
    for number in 0..times {
        script.says(&message(number)).await;
    }
    home.until_told(times).await;
    script.hears_all_handled(LOOK, |_, _| {}).await;
    home.until_indexed(LOOK).await;
    a_part_ends();
    home.end();
}

/// By its name the counter knows where a part ends and the next begins.
#[inline(never)]
fn a_part_ends() {
    black_box(());
}

fn presence(number: usize) -> String {
    let show = ["away", "dnd"][number % 2];
    format!(
        "<presence from='{BOB}/phone' to='alice@example.org/desk'><show>{show}</show>\
         <status>in meeting {number}</status></presence>"
    )
}
