//! Which pictures people show.

use crate::stage::{Session, Stage, bob, jid};
use crate::words::comes;
use carillon_core::avatar::{Avatar, AvatarHash, AvatarSource};
use carillon_core::ids::{AccountId, ChatRef};
use carillon_core::session::{Incoming, Outgoing};
use carillon_engine::{Output, Picture};
use jid::BareJid;

const ONE: AvatarHash = AvatarHash([1; 20]);
const OTHER: AvatarHash = AvatarHash([2; 20]);

fn shows(from: &BareJid, hash: Option<AvatarHash>) -> Incoming {
    Incoming::Avatar {
        from: from.clone(),
        source: AvatarSource::Pep,
        hash,
    }
}

/// What is fetched, by its request.
async fn fetched(session: &mut Session) -> Vec<(u64, BareJid, AvatarHash)> {
    let said = session.says().await;
    said.into_iter()
        .filter_map(|one| match one {
            Outgoing::Picture {
                request,
                of,
                avatar,
            } => Some((request, of, avatar.hash)),
            _ => None,
        })
        .collect()
}

async fn brings(session: &Session, request: u64) {
    let bytes = Some(b"a picture".to_vec());
    session.hears(Incoming::Picture { request, bytes }).await;
}

async fn is_kept(stage: &Stage, request: u64, kept: bool) {
    stage
        .call(move |desk| desk.picture_is_kept(AccountId(1), request, kept))
        .await;
}

async fn of_bob(stage: &Stage) -> Option<AvatarHash> {
    let contact = ChatRef {
        account: AccountId(1),
        jid: bob().into(),
    };
    stage
        .call(move |desk| desk.contact(&contact))
        .await
        .unwrap()
        .avatar
}

fn pictures(outputs: &[Output]) -> Vec<&Picture> {
    outputs
        .iter()
        .filter_map(|output| match output {
            Output::Picture(picture) => Some(&**picture),
            _ => None,
        })
        .collect()
}

/// Bob shows a picture, which was fetched and kept.
async fn bob_shows(stage: &mut Stage, session: &mut Session, hash: AvatarHash) {
    session.hears(shows(&bob(), Some(hash))).await;
    let (request, ..) = fetched(session).await[0];
    brings(session, request).await;
    is_kept(stage, request, true).await;
    stage.told().await;
}

#[tokio::test(start_paused = true)]
async fn a_contact_s_picture_is_fetched_handed_over_and_shown_once_it_is_kept() {
    let (mut stage, mut session) = Stage::online().await;
    session.hears(shows(&bob(), Some(ONE))).await;
    let asked = fetched(&mut session).await;
    let [(request, of, hash)] = asked.as_slice() else {
        panic!("{asked:?}");
    };
    assert_eq!((of, *hash), (&bob(), ONE));
    brings(&session, *request).await;
    let told = stage.told().await.0;
    assert_eq!(pictures(&told)[0].bytes, b"a picture");
    assert_eq!(of_bob(&stage).await, None);
    is_kept(&stage, *request, true).await;
    assert_eq!(of_bob(&stage).await, Some(ONE));
    let contact = ChatRef {
        account: AccountId(1),
        jid: bob().into(),
    };
    assert!(stage.told().await.0.contains(&Output::Contact(contact)));
    let stored = stage.stored().avatars(AccountId(1)).unwrap();
    let (hash, source) = (ONE, AvatarSource::Pep);
    assert_eq!(stored, [(bob(), Avatar { hash, source })]);
}

#[tokio::test(start_paused = true)]
async fn a_picture_that_is_known_is_not_fetched_again() {
    let (mut stage, mut session) = Stage::online().await;
    bob_shows(&mut stage, &mut session, ONE).await;
    session.hears(shows(&bob(), Some(ONE))).await;
    // Nor is it when I show the same one.
    session
        .hears(shows(&jid("alice@example.org"), Some(ONE)))
        .await;
    assert_eq!(fetched(&mut session).await, []);
    let mine = stage.call(|desk| desk.account_states()).await;
    assert_eq!(mine[0].avatar, Some(ONE));
}

#[tokio::test(start_paused = true)]
async fn a_stranger_s_picture_is_not_fetched() {
    let (_stage, mut session) = Stage::online().await;
    session
        .hears(shows(&jid("mallory@evil.example"), Some(ONE)))
        .await;
    assert_eq!(fetched(&mut session).await, []);
}

#[tokio::test(start_paused = true)]
async fn who_takes_their_picture_back_shows_none() {
    let (mut stage, mut session) = Stage::online().await;
    bob_shows(&mut stage, &mut session, ONE).await;
    session.hears(shows(&bob(), None)).await;
    assert_eq!(of_bob(&stage).await, None);
    assert_eq!(stage.stored().avatars(AccountId(1)).unwrap(), []);
}

#[tokio::test(start_paused = true)]
async fn a_picture_that_cannot_be_shown_is_none() {
    let (mut stage, mut session) = Stage::online().await;
    bob_shows(&mut stage, &mut session, ONE).await;
    session.hears(shows(&bob(), Some(OTHER))).await;
    let (request, ..) = fetched(&mut session).await[0];
    brings(&session, request).await;
    is_kept(&stage, request, false).await;
    assert_eq!(of_bob(&stage).await, None);
}

#[tokio::test(start_paused = true)]
async fn only_the_picture_that_is_shown_last_counts() {
    let (stage, mut session) = Stage::online().await;
    session.hears(shows(&bob(), Some(ONE))).await;
    let (first, ..) = fetched(&mut session).await[0];
    session.hears(shows(&bob(), Some(OTHER))).await;
    let (second, ..) = fetched(&mut session).await[0];
    brings(&session, second).await;
    brings(&session, first).await;
    is_kept(&stage, second, true).await;
    is_kept(&stage, first, true).await;
    assert_eq!(of_bob(&stage).await, Some(OTHER));
}

#[tokio::test(start_paused = true)]
async fn what_a_lost_link_took_along_is_announced_anew() {
    let (mut stage, mut session) = Stage::online().await;
    session.hears(shows(&bob(), Some(ONE))).await;
    assert_eq!(fetched(&mut session).await.len(), 1);
    session.loses_its_link().await;
    let mut session = stage.session().await;
    session.comes_online().await;
    session.hears(shows(&bob(), Some(ONE))).await;
    assert_eq!(fetched(&mut session).await.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_rings_names_the_picture() {
    let (mut stage, mut session) = Stage::online().await;
    bob_shows(&mut stage, &mut session, ONE).await;
    stage.passes(30).await;
    session.hears(comes("bob@example.org")).await;
    assert_eq!(stage.told().await.alert().content.avatar, Some(ONE));
}

#[tokio::test(start_paused = true)]
async fn pictures_are_fetched_a_few_at_a_time_and_all_in_the_end() {
    let (stage, mut session) = Stage::online().await;
    let people: Vec<BareJid> = (0..50)
        .map(|n| jid(&format!("friend{n}@example.org")))
        .collect();
    let items = people
        .iter()
        .map(|jid| crate::stage::contact(jid.as_str(), carillon_core::contact::Subscription::Both))
        .collect();
    session
        .hears(Incoming::Roster {
            version: None,
            items: Some(items),
        })
        .await;
    for (number, person) in people.iter().enumerate() {
        let hash = AvatarHash([u8::try_from(number).unwrap(); 20]);
        session.hears(shows(person, Some(hash))).await;
    }
    let mut count = 0;
    loop {
        let asked = fetched(&mut session).await;
        if asked.is_empty() {
            break;
        }
        assert!(asked.len() <= 4);
        count += asked.len();
        for (request, ..) in asked {
            brings(&session, request).await;
            is_kept(&stage, request, true).await;
        }
    }
    assert_eq!(count, 50);
}
