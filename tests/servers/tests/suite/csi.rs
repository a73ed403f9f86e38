//! Servers that hold back what nobody would notice (XEP-0352): Prosody and ejabberd do.

use std::time::Duration;

use carillon_core::alerts::{Attention, EventKind, Popup, Row, Sound, TrayAction};
use carillon_core::contact::Availability;
use carillon_core::settings::{OwnAvailability, Settings};
use carillon_tests_servers::Kind;
use tokio::time::{Instant, sleep};

use crate::person::Person;
use crate::stage::Stage;

/// Forty times what it is to take at most, since a machine may have much else to do. What a server holds back it
/// holds for minutes.
const AT_ONCE: Duration = Duration::from_secs(40);
/// Longer than the presences after signing in need to settle, and than a contact may be gone in silence.
const GONE_FOR_GOOD: Duration = Duration::from_secs(180);
/// Whoever hears of something at once has heard of it after this.
const MEANWHILE: Duration = Duration::from_millis(300);
const TRIES: usize = 40;

/// Nothing that a server may hold back is seen, heard or counted.
fn is_never_told_of_presence(settings: &mut Settings) {
    let nothing = Row {
        popup: Some(Popup::None),
        sound: Some(Sound::None),
        tray: Some(TrayAction::None),
        attention: Some(Attention::None),
        ..Row::default()
    };
    for kind in EventKind::ALL {
        if kind.is_presence() || kind == EventKind::Attention {
            settings.alerts_mut().rows.set(kind, nothing.clone());
        }
    }
}

async fn shows(person: &mut Person, own: OwnAvailability, words: &str) {
    let words = words.to_owned();
    person
        .chooses(|settings| {
            settings.general.availability = own;
            settings.general.status = words;
        })
        .await;
}

async fn words_of(person: &Person, of: &Person) -> String {
    let contact = person.contact(&of.jid).await;
    contact.expect("a contact").presence.status
}

async fn sees_words(person: &Person, of: &Person, words: &str) {
    let said = words.to_owned();
    person
        .sees_contact(&of.jid, words, move |contact| {
            contact.presence.status == said
        })
        .await;
}

/// What Bob says of himself until Carol sees it and Alice does not. What Alice's client says about the stream lets a
/// server send what it has, now and then.
async fn is_held_back(alice: &Person, bob: &mut Person, carol: &Person) -> String {
    for number in 0..TRIES {
        let words = format!("words {number}");
        shows(bob, OwnAvailability::Away, &words).await;
        sees_words(carol, bob, &words).await;
        sleep(MEANWHILE).await;
        if words_of(alice, bob).await != words {
            return words;
        }
    }
    panic!("Alice always sees what Carol sees");
}

pub(crate) async fn by_default_who_comes_rings_at_once(stage: Stage) {
    let (mut alice, mut bob) = stage.friends().await;
    shows(&mut bob, OwnAvailability::Offline, "").await;
    alice.sees_presence(&bob.jid, Availability::Offline).await;
    alice.waits(GONE_FOR_GOOD).await;
    alice.forgets();
    let began = Instant::now();
    shows(&mut bob, OwnAvailability::Available, "").await;
    alice.rings(EventKind::ContactAvailable).await;
    let took = began.elapsed();
    eprintln!(
        "{:>6} ms  from Bob's signing in to Alice's alert, {:?}",
        took.as_millis(),
        stage.kind()
    );
    assert!(took < AT_ONCE, "{took:?}");
}

pub(crate) async fn what_nobody_would_notice_is_held_back_and_comes_with_a_message(stage: Stage) {
    let (mut alice, mut bob) = stage.friends().await;
    let mut carol = stage.person("carol").await;
    carol.befriends(&mut bob).await;
    alice.chooses(is_never_told_of_presence).await;
    alice.forgets();

    let words = if stage.kind() == Kind::Embedded {
        // It holds nothing back, and does not offer to.
        shows(&mut bob, OwnAvailability::Away, "words").await;
        sees_words(&alice, &bob, "words").await;
        "words".to_owned()
    } else {
        is_held_back(&alice, &mut bob, &carol).await
    };

    let began = Instant::now();
    bob.says(&alice.jid, "hello").await;
    alice.rings(EventKind::Message).await;
    let took = began.elapsed();
    eprintln!(
        "{:>6} ms  from Bob's word to the alert of an inactive Alice, {:?}",
        took.as_millis(),
        stage.kind()
    );
    assert!(took < AT_ONCE, "{took:?}");
    sees_words(&alice, &bob, &words).await;
    assert_eq!(alice.rang(), []);
}
