//! Friends who come, go and change.

use std::time::Duration;

use carillon_core::alerts::{EventKind, Rule};
use carillon_core::contact::Availability;
use carillon_core::settings::OwnAvailability;

use crate::stage::Stage;

/// Longer than the presences after signing in need to settle.
const SETTLED: Duration = Duration::from_secs(6);
/// Longer than a contact may be gone and come back in silence.
const GONE_FOR_GOOD: Duration = Duration::from_secs(180);

pub(crate) async fn a_friend_comes_goes_and_changes(stage: Stage) {
    let (mut alice, mut bob) = stage.friends().await;
    alice.waits(SETTLED).await;

    let shown = [
        (OwnAvailability::Away, Availability::Away),
        (OwnAvailability::Busy, Availability::Busy),
        (OwnAvailability::ExtendedAway, Availability::ExtendedAway),
        (OwnAvailability::Available, Availability::Available),
    ];
    for (own, seen) in shown {
        let words = format!("{own:?} until tea");
        let status = words.clone();
        bob.chooses(|settings| {
            settings.general.availability = own;
            settings.general.status = status;
        })
        .await;
        let contact = alice
            .sees_contact(&bob.jid, &words.clone(), move |contact| {
                contact.presence.status == words
            })
            .await;
        assert_eq!(contact.presence.availability, seen);
    }
    assert_eq!(alice.rang(), [], "a change of status does not ring");

    bob.chooses(|settings| settings.general.availability = OwnAvailability::Offline)
        .await;
    alice.sees_presence(&bob.jid, Availability::Offline).await;
    alice.notes_in_silence(EventKind::ContactUnavailable).await;
    bob.chooses(|settings| settings.general.availability = OwnAvailability::Available)
        .await;
    let back = alice.notes_in_silence(EventKind::ContactAvailable).await;
    assert!(
        back.plan
            .trace
            .iter()
            .any(|step| step.rule == Rule::Flapping),
        "{:?}",
        back.plan.trace
    );

    bob.is_online().await;
    bob.chooses(|settings| settings.general.availability = OwnAvailability::Offline)
        .await;
    alice.sees_presence(&bob.jid, Availability::Offline).await;
    alice.waits(GONE_FOR_GOOD).await;
    bob.chooses(|settings| settings.general.availability = OwnAvailability::Available)
        .await;
    let ring = alice.rings(EventKind::ContactAvailable).await;
    assert_eq!(ring.event.jid.as_ref(), Some(&bob.jid));
    assert_eq!(ring.content.text, "Available until tea");
}

pub(crate) async fn friends_who_were_there_all_along_are_silent(stage: Stage) {
    let (alice, bob) = stage.friends().await;
    let mut alice = alice.leaves().await.signs_in().await;

    let noted = alice.notes_in_silence(EventKind::ContactAvailable).await;
    assert_eq!(noted.event.jid.as_ref(), Some(&bob.jid));
    assert!(
        noted
            .plan
            .trace
            .iter()
            .any(|step| step.rule == Rule::PresenceBurst),
        "{:?}",
        noted.plan.trace
    );
    alice.sees_presence(&bob.jid, Availability::Available).await;
    assert_eq!(alice.rang(), []);
}
