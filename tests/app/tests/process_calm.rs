//! Much at once is told once: floods, crowds, friends who flap, what was read elsewhere, and what is long past.

#![allow(clippy::unwrap_used, clippy::expect_used)] // in the functions that the tests share

use std::collections::{BTreeSet, HashMap};
use std::time::{Duration, Instant};

use carillon_tests_app::{Meeting, Person, Visitor, built_in};
use carillon_tests_servers::{Account, BareStream, Kind, Peer, TestServer, until_some};
use serde_json::{Value, json};
use tokio::task::JoinSet;

const ALICE: &str = "alice@carillon.test";

/// The presence burst after signing in is over when it has been quiet for five seconds. What belongs to it may come late
/// on a busy machine.
const BURST: Duration = Duration::from_secs(9);
/// Messages of the flood, and who writes them.
const FLOOD: usize = 5_000;
const WRITERS: usize = 20;
/// A flood lasts while something of it is shown every three seconds.
const PAUSE: Duration = Duration::from_millis(2500);
/// Friends who are online.
const CROWD: usize = 300;

/// A friend's stream, available or not.
async fn stream(server: &TestServer, account: &Account, seen: bool) -> BareStream {
    let mut stream = BareStream::open(&server.url(), server.domain())
        .await
        .unwrap();
    let (name, password) = (&account.name, &account.password);
    if seen {
        stream.sign_in(name, password, "crowd").await.unwrap();
    } else {
        stream
            .sign_in_unseen(name, password, "crowd")
            .await
            .unwrap();
    }
    stream
}

/// All of them come online.
async fn come(server: &TestServer, friends: &[Account]) -> Vec<BareStream> {
    let mut streams = Vec::new();
    for some in friends.chunks(25) {
        let coming = some.iter().map(|friend| stream(server, friend, true));
        streams.extend(futures_util::future::join_all(coming).await);
    }
    streams
}

struct Crowd {
    alice: Person,
    account: Account,
    friends: Vec<Account>,
    server: TestServer,
}

impl Crowd {
    async fn of(count: usize) -> Self {
        let (alice, server) = tokio::join!(Person::new("Alice"), TestServer::start(Kind::Prosody));
        let account = server.add_account("alice", "looking glass").await;
        let friends = server.crowd(&account, count).await;
        Self {
            alice,
            account,
            friends,
            server,
        }
    }

    async fn online(&mut self) {
        self.alice.online(&self.server, &self.account).await;
    }
}

#[tokio::test]
async fn three_hundred_friends_at_login_ring_nothing_and_one_more_does() {
    let mut crowd = Crowd::of(CROWD + 1).await;
    let (last, friends) = crowd.friends.split_last().unwrap();
    let (last, friends) = (last.clone(), friends.to_vec());
    let (before, during) = friends.split_at(CROWD / 2);
    let _there = come(&crowd.server, before).await;
    let silence = crowd.alice.desktop.speaker.mark();
    let Crowd {
        alice,
        account,
        server,
        ..
    } = &mut crowd;
    let (_coming, ()) = tokio::join!(come(server, during), alice.online(server, account));
    let socket = Visitor::socket(&crowd.alice.desktop, &crowd.alice.profile());
    let mut tool = Visitor::tool(&socket).await.unwrap();
    until_some("all are seen online", async || {
        let overview = tool.must("read_overview", json!({})).await;
        let contacts = overview["contacts"].as_array()?;
        let online = contacts
            .iter()
            .filter(|contact| contact["presence"]["availability"] == "available");
        (online.count() == CROWD).then_some(())
    })
    .await;
    let desktop = &crowd.alice.desktop;
    let end = desktop.speaker.mark();
    assert!(desktop.speaker.heard_within(end, BURST).await.is_none());
    assert!(desktop.speaker.heard_within(silence, BURST).await.is_none());
    assert_eq!(desktop.notifications.popups().len(), 0);

    let _last = stream(&crowd.server, &last, true).await;
    let popup = desktop
        .notifications
        .next_popup("of the last friend", |_| true)
        .await;
    assert!(popup.summary.contains(&last.name), "{popup:?}");
    let (heard, _) = desktop.speaker.heard_since(end).await;
    assert!(heard.resembles(&built_in("rise")), "{heard:?}");
}

#[tokio::test]
async fn three_hundred_friends_at_login_are_one_summary_where_it_is_wanted() {
    let mut crowd = Crowd::of(CROWD).await;
    let friends = crowd.friends.clone();
    let _there = come(&crowd.server, &friends).await;
    crowd.alice.start().await;
    let mut tool = crowd.alice.tool().await;
    let wanted = json!({"flap_minutes": 2, "burst_summary": true});
    tool.must("set_presence_rules", json!({"presence": wanted}))
        .await;
    let mark = crowd.alice.desktop.speaker.mark();
    crowd.alice.add_account(&crowd.server, &crowd.account).await;
    let desktop = &crowd.alice.desktop;
    let exact = CROWD.to_string();
    let popup = desktop
        .notifications
        .next_popup("of all friends", |popup| {
            format!("{} {}", popup.summary, popup.body).contains(&exact)
        })
        .await;
    let (heard, end) = desktop.speaker.heard_since(mark).await;
    assert!(heard.resembles(&built_in("rise")), "{heard:?}");
    let again = desktop.speaker.heard_within(end, Duration::from_secs(2));
    assert!(again.await.is_none(), "once");
    let others = desktop.notifications.popups();
    assert!(others.is_empty(), "{popup:?} and {others:?}");
}

#[tokio::test]
async fn a_flood_has_few_popups_few_sounds_and_an_exact_count() {
    let mut crowd = Crowd::of(WRITERS).await;
    crowd.online().await;
    let mut streams = Vec::new();
    for friend in &crowd.friends {
        streams.push(stream(&crowd.server, friend, false).await);
    }
    let exact = format!("{FLOOD} new messages in {WRITERS} chats");
    let notifications = &crowd.alice.desktop.notifications;
    let mut rounds = 0;
    let (mark, took, summary) = loop {
        let began = Instant::now();
        let mark = crowd.alice.desktop.speaker.mark();
        streams = write(&crowd.friends, streams, rounds * FLOOD).await;
        rounds += 1;
        let all = |status: &Value| status["unread"] == rounds * FLOOD;
        crowd.alice.until_status("all have come", all).await;
        let took = began.elapsed();
        let told = until_some("the exact count", async || {
            let popups = notifications.popups();
            let told = popups.iter().rfind(|popup| popup.summary == exact);
            let stood_still = popups.windows(2).any(|two| two[1].at - two[0].at > PAUSE);
            (told.is_some() || stood_still).then(|| told.cloned())
        })
        .await;
        if let Some(summary) = told {
            break (mark, took, summary);
        }
        assert!(rounds < 10, "this machine stands still all the time");
        // A flood ends when nothing is shown for three seconds, and what follows is another one: written once more.
        let speaker = &crowd.alice.desktop.speaker;
        speaker.silent_for(Duration::from_secs(5)).await;
        while notifications
            .within(Duration::from_millis(100))
            .await
            .is_some()
        {}
    };
    let popups = notifications.popups();
    let ids: BTreeSet<u32> = popups.iter().map(|popup| popup.id).collect();
    let updates = popups.iter().filter(|popup| popup.id == summary.id);
    assert!(updates.count() > 1, "updated in place");
    assert!(ids.len() <= 6, "five popups and a summary: {}", ids.len());
    let mut sounds = 0;
    let mut from = mark;
    while let Some((_, end)) = next_sound(&crowd.alice, from).await {
        sounds += 1;
        from = end;
    }
    // Each popup may ring, and the summary once for as long as the flood lasts. It ends when nothing is shown for three
    // seconds, which a machine that stands still can bring about.
    let singles_again = popups
        .windows(2)
        .filter(|two| two[0].id == summary.id && two[1].id != summary.id);
    let rings = ids.len() * (1 + singles_again.count());
    // Of two within a second one is heard.
    let most = rings.min(2 + usize::try_from(took.as_secs()).unwrap());
    assert!((1..=most).contains(&sounds), "{sounds} sounds in {took:?}");
    println!(
        "{FLOOD} messages in {took:?}: {} popups by {} calls, {sounds} sounds, {exact}",
        ids.len(),
        popups.len()
    );
    drop(streams);
}

/// Each of them writes as much as the others, its messages numbered from here on.
async fn write(friends: &[Account], streams: Vec<BareStream>, from: usize) -> Vec<BareStream> {
    let mut writers = JoinSet::new();
    for (friend, mut stream) in friends.iter().zip(streams) {
        let name = friend.name.clone();
        writers.spawn(async move {
            for n in from..from + FLOOD / WRITERS {
                let xml = format!("<message xmlns='jabber:client' type='chat' to='{ALICE}' id='{name}-{n}'><body>{name} says {n}</body><no-store xmlns='urn:xmpp:hints'/></message>");
                stream.send(&xml).await.unwrap();
            }
            (name, stream)
        });
    }
    let mut written: HashMap<_, _> = writers.join_all().await.into_iter().collect();
    let of = friends.iter().map(|friend| written.remove(&friend.name));
    of.map(Option::unwrap).collect()
}

/// The next sound, if one begins soon.
async fn next_sound(
    person: &Person,
    from: carillon_tests_app::Mark,
) -> Option<(carillon_tests_app::Heard, carillon_tests_app::Mark)> {
    let speaker = &person.desktop.speaker;
    let rang = speaker.heard_within(from, Duration::from_secs(3)).await;
    match rang {
        Some(_) => Some(speaker.heard_since(from).await),
        None => None,
    }
}

#[tokio::test]
async fn a_friend_who_flaps_rings_once() {
    let meeting = Meeting::on_prosody().await;
    let desktop = &meeting.alice.desktop;
    let mut bob = meeting.bob_unseen().await;
    let quiet = desktop.speaker.mark();
    assert!(desktop.speaker.heard_within(quiet, BURST).await.is_none());
    let mark = desktop.speaker.mark();
    for _ in 0..6 {
        bob.available().await;
        bob.ping().await;
        bob.unavailable().await;
        bob.ping().await;
    }
    bob.available().await;
    bob.ping().await;
    let popup = desktop
        .notifications
        .next_popup("of Bob", |popup| popup.summary.contains("Bob"))
        .await;
    let (heard, end) = desktop.speaker.heard_since(mark).await;
    assert!(heard.resembles(&built_in("rise")), "{heard:?}");
    let again = desktop.speaker.heard_within(end, Duration::from_secs(2));
    assert!(again.await.is_none(), "once");
    let more = desktop.notifications.popups();
    assert!(more.iter().all(|other| other.id == popup.id), "{more:?}");
}

/// Bob writes, a popup comes, and Alice's other device does something.
async fn seen_elsewhere(act: impl AsyncFn(&mut Peer, &str)) {
    let meeting = Meeting::on_prosody().await;
    let desktop = &meeting.alice.desktop;
    let mut phone = Peer::online(&meeting.server, &meeting.alice_account).await;
    phone
        .raw("<iq type='set' id='carbons'><enable xmlns='urn:xmpp:carbons:2'/></iq>")
        .await;
    let mut bob = meeting.bob_unseen().await;
    let id = bob
        .message_with(ALICE, "Tea?", "<markable xmlns='urn:xmpp:chat-markers:0'/>")
        .await;
    let popup = desktop
        .notifications
        .next_popup("for the message", |popup| popup.body == "Tea?")
        .await;
    phone.expect_message("Tea?").await;
    act(&mut phone, &id).await;
    desktop.notifications.withdrawn(popup.id).await;
    meeting
        .alice
        .until_status("nothing is unread", |status| status["unread"] == 0)
        .await;
}

#[tokio::test]
async fn a_message_read_on_another_device_takes_its_popup_away() {
    seen_elsewhere(async |phone, id| {
        phone
            .raw(&format!(
                "<message type='chat' to='bob@carillon.test' id='seen-1'><displayed xmlns='urn:xmpp:chat-markers:0' id='{id}'/></message>"
            ))
            .await;
    })
    .await;
}

#[tokio::test]
async fn a_message_answered_on_another_device_takes_its_popup_away() {
    seen_elsewhere(async |phone, _| {
        phone.message("bob@carillon.test", "With pleasure").await;
    })
    .await;
}

#[tokio::test]
async fn what_was_said_before_carillon_came_rings_nothing() {
    let mut meeting = Meeting::prepared(Kind::Prosody, Person::new("Alice").await).await;
    let mut phone = Peer::online(&meeting.server, &meeting.alice_account).await;
    let mut bob = meeting.bob_unseen().await;
    for n in 0..30 {
        bob.message(ALICE, &format!("Long ago {n}")).await;
    }
    phone.expect_message("Long ago 29").await;
    phone.message("bob@carillon.test", "I know").await;
    phone.ping().await;
    phone.log_out().await;
    let silence = meeting.alice.desktop.speaker.mark();
    meeting
        .alice
        .online(&meeting.server, &meeting.alice_account)
        .await;
    let socket = Visitor::socket(&meeting.alice.desktop, &meeting.alice.profile());
    let mut tool = Visitor::tool(&socket).await.unwrap();
    let overview = tool.must("read_overview", json!({})).await;
    let account = overview["accounts"][0]["id"].clone();
    let chat = json!({"account": account, "jid": meeting.bob_account.jid});
    tool.must("open_chat", json!({"chat": chat})).await;
    let desktop = &meeting.alice.desktop;
    assert!(desktop.speaker.heard_within(silence, BURST).await.is_none());
    let popups = desktop.notifications.popups();
    assert_eq!(popups.len(), 0, "{popups:?}");
    bob.message(ALICE, "But this is new").await;
    desktop
        .notifications
        .next_popup("of what is new", |popup| popup.body == "But this is new")
        .await;
}
