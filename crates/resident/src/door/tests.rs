//! A house with ten thousand contacts, seen over the link as a window sees it.

mod alerts;
mod own;

use super::*;
use crate::desktop::bus::Bus;
use crate::desktop::popups::{Identity, Popups};
use crate::desktop::secrets::SecretKeeper;
use crate::desktop::sound::Player;
use crate::house::Parts;
use crate::ringer::Ringer;
use crate::settings_file::SettingsFile;
use carillon_core::alerts::{Known, Surroundings};
use carillon_core::contact::{Availability, Presence, ResourcePresence, RosterItem, Subscription};
use carillon_core::ids::{ChatRef, Timestamp};
use carillon_core::session::{Incoming, Outgoing, ServerFeatures};
use carillon_core::settings::{AccountSettings, SecretStore};
use carillon_engine::connector::{Boxed, Connector, SessionStart};
use carillon_engine::store::Store;
use carillon_engine::{ConnectEnd, Engine, EngineConfig};
use carillon_link::contract::{
    ReadChatPage, ReadChats, ReadContactPage, ReadContacts, ReadOverview, ReadStanding,
};
use carillon_link::frame::MAX_FRAME;
use carillon_link::views::{ChatPage, ContactPage, DesktopView, Overview};
use carillon_link::{Ask, Link, Profile, page};
use jid::BareJid;
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, watch};
use tokio::time::timeout;

const CONTACTS: usize = 10_000;
const PATIENCE: Duration = Duration::from_secs(60);
/// A long name, such as people have: with 10,000 of them a roster still fits into a stanza.
const LONG_NAME: &str = "Maximiliane Friederike von und zu Hohenberg-Łukasiewicz (Bergwacht) 🏔";

fn jid(text: &str) -> BareJid {
    text.parse().unwrap()
}

fn person(number: usize) -> BareJid {
    jid(&format!("person{number:05}@harbour.example.org"))
}

fn items(name: &str, groups: &[String]) -> Vec<RosterItem> {
    let item = |number| RosterItem {
        jid: person(number),
        name: format!("{name} {number}"),
        groups: groups.into(),
        subscription: Subscription::Both,
        ask: false,
    };
    (0..CONTACTS).map(item).collect()
}

/// A session that hears what the test says.
struct Script(std::sync::Mutex<Option<mpsc::Receiver<Incoming>>>);

impl Connector for Script {
    fn run(
        &self,
        _: SessionStart,
        mut outgoing: mpsc::Receiver<Outgoing>,
        incoming: mpsc::Sender<Incoming>,
    ) -> Boxed<ConnectEnd> {
        let script = self.0.lock().unwrap().take();
        Box::pin(async move {
            let Some(mut script) = script else {
                return std::future::pending().await;
            };
            let answers = incoming.clone();
            tokio::spawn(async move {
                while let Some(said) = outgoing.recv().await {
                    if let Outgoing::RosterSet { request, .. } = said {
                        let result = Ok(());
                        let answer = Incoming::Outcome { request, result };
                        answers.send(answer).await.unwrap();
                    }
                }
            });
            while let Some(one) = script.recv().await {
                incoming.send(one).await.unwrap();
            }
            std::future::pending().await
        })
    }
}

struct Scene {
    server: mpsc::Sender<Incoming>,
    window: Link,
    events: mpsc::Receiver<Event>,
    house: Arc<House>,
    folder: tempfile::TempDir,
}

/// A resident with that roster and chats, and a window at its door.
async fn scene(roster: Vec<RosterItem>, draft: Option<&str>) -> Scene {
    let folder = tempfile::tempdir().unwrap();
    let profile = Profile::in_folder(folder.path()).unwrap();
    profile.create().unwrap();
    let mut store = Store::open(&profile.database()).unwrap();
    let alice = store.account_id(&jid("alice@harbour.example.org")).unwrap();
    for item in roster.iter().filter(|_| draft.is_some()) {
        let chat = ChatRef {
            account: alice,
            jid: item.jid.clone().into(),
        };
        let draft = draft.unwrap_or_default();
        store.save_draft(&chat, draft, Timestamp(1)).unwrap();
    }
    store.replace_roster(alice, None, roster).unwrap();
    let reader = store.reader().unwrap();
    let (mut file, _) = SettingsFile::load(&profile.settings_file(), "now").unwrap();
    let mut settings = file.settings().clone();
    settings.accounts.push(AccountSettings {
        secret: SecretStore::File,
        ..AccountSettings::new(jid("alice@harbour.example.org"))
    });
    file.save(settings.clone()).unwrap();
    let (server, script) = mpsc::channel(64);
    let (told, watched) = watch::channel(Surroundings::default());
    let (engine, mut outputs) = Engine::start(EngineConfig {
        store,
        settings,
        connector: Arc::new(Script(std::sync::Mutex::new(Some(script)))),
        surroundings: watched,
        clock: Arc::new(|| jiff::Timestamp::now().into()),
        chance: Box::new(|| 0.5),
    })
    .unwrap();
    let (popups, _) = mpsc::channel(1);
    let popups = Popups::start(Bus::default(), Identity::default(), popups);
    let house = Arc::new(House::new(Parts {
        profile: profile.clone(),
        engine,
        ringer: Ringer::new(popups, Player::start()),
        secrets: SecretKeeper::new(&profile),
        surroundings: told,
        desktop: watch::channel(DesktopView::default()).0,
        settings: file,
        notices: Vec::new(),
        reader,
    }));
    let listener = Listener::bind(&profile).unwrap();
    tokio::spawn(keep_open(Arc::clone(&house), listener));
    let told = Arc::clone(&house);
    tokio::spawn(async move {
        while let Some(output) = outputs.recv().await {
            if let Some(event) = crate::life::event(output) {
                told.windows.tell(&event);
            }
        }
    });
    let connected = Link::connect(&profile, Role::Window, VERSION).await;
    let (window, events) = connected.unwrap();
    Scene {
        server,
        window,
        events,
        house,
        folder,
    }
}

impl Scene {
    /// An answer with its bytes and the time that it took.
    async fn measured<A: Ask>(&self, ask: A) -> (A::Answer, usize, Duration) {
        let begun = Instant::now();
        let answer = timeout(PATIENCE, self.window.ask(ask)).await;
        let (answer, taken) = (answer.unwrap().unwrap(), begun.elapsed());
        let bytes = serde_json::to_vec(&answer).unwrap().len();
        assert!(bytes < MAX_FRAME, "{bytes}");
        (answer, bytes, taken)
    }

    /// All contacts, as a window reads them, with the greatest page and the time of all.
    async fn all_contacts(&self) -> (Vec<carillon_core::contact::Contact>, usize, Duration) {
        let (mut all, mut greatest, mut time) = (Vec::new(), 0, Duration::ZERO);
        let mut after: Option<ChatRef> = None;
        loop {
            let (page, bytes, taken) = self.measured(ReadContactPage { after }).await;
            let ContactPage { contacts, more } = page;
            (greatest, time) = (greatest.max(bytes), time + taken);
            all.extend(contacts);
            after = all.last().map(|last| ChatRef {
                account: last.account,
                jid: last.jid.clone().into(),
            });
            if !more {
                return (all, greatest, time);
            }
        }
    }
}

fn comes(number: usize) -> Incoming {
    Incoming::Presence {
        from: person(number),
        device: ResourcePresence {
            idle_since: None,
            resource: "desk".to_owned(),
            priority: 0,
            presence: Presence {
                availability: Availability::Available,
                status: format!("number {number}"),
            },
        },
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_answer_is_short_and_the_pages_bring_everybody_once() {
    let groups = ["Friends".to_owned(), "The choir on Thursdays".to_owned()];
    let scene = scene(items(LONG_NAME, &groups), Some("Could you bring the")).await;
    let (first, bytes, taken) = scene.measured(ReadOverview {}).await;
    let Overview {
        contacts,
        more_contacts,
        chats,
        more_chats,
        ..
    } = first;
    println!(
        "first answer: {bytes} bytes with {} contacts and {} chats in {taken:?}",
        contacts.len(),
        chats.len()
    );
    assert!(more_contacts && more_chats && chats.len() == 200);
    assert!(bytes < 2 * page::LIST + 64 * 1024, "{bytes}");
    // A release build on a quiet machine takes a hundredth of it.
    assert!(taken < Duration::from_secs(20), "{taken:?}");

    let (all, greatest, time) = scene.all_contacts().await;
    println!("all contacts: pages of up to {greatest} bytes in {time:?}");
    let wanted: Vec<BareJid> = (0..CONTACTS).map(person).collect();
    let read: Vec<BareJid> = all.into_iter().map(|one| one.jid).collect();
    assert_eq!(read, wanted);
    assert_eq!(
        contacts.last().map(|last| &last.jid),
        Some(&read[contacts.len() - 1])
    );

    let (mut read, mut time) = (Vec::new(), Duration::ZERO);
    let mut after = None;
    loop {
        let (page, bytes, taken) = scene.measured(ReadChatPage { after }).await;
        let ChatPage { chats, more } = page;
        assert!(bytes <= page::LIST + 1_024, "{bytes}");
        time += taken;
        read.extend(chats.into_iter().map(|one| one.chat));
        after = read.last().cloned();
        if !more {
            break;
        }
    }
    println!("all chats in {time:?}");
    let read: Vec<BareJid> = read.into_iter().map(|chat| chat.bare()).collect();
    assert_eq!(read, wanted);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn names_that_would_not_fit_into_a_frame_together_are_read_in_pages() {
    let groups: Vec<String> = (0..3).map(|n| format!("{n}{}", "g".repeat(250))).collect();
    let scene = scene(items(&"\"".repeat(500), &groups), None).await;
    let (_, bytes, taken) = scene.measured(ReadOverview {}).await;
    println!("first answer: {bytes} bytes in {taken:?}");
    assert!(bytes < 2 * page::LIST, "{bytes}");
    let (all, greatest, time) = scene.all_contacts().await;
    let whole = serde_json::to_vec(&all).unwrap().len();
    println!("all contacts: {whole} bytes in pages of up to {greatest} bytes in {time:?}");
    assert_eq!(all.len(), CONTACTS);
    assert!(whole > MAX_FRAME, "in one answer it would end the link");

    let account = all[0].account;
    let names = |from: usize| {
        let name = |number| ChatRef {
            account,
            jid: person(number).into(),
        };
        (from..from + 300).map(name).collect::<Vec<_>>()
    };
    let (mut left, mut read) = (names(CONTACTS - 200), BTreeMap::new());
    while !left.is_empty() {
        let contacts = left.clone();
        let (now, bytes, _) = scene.measured(ReadContacts { contacts }).await;
        assert!(bytes < page::LIST + 64 * 1024);
        let there = now.contacts.iter().map(|one| (one.jid.clone(), true));
        let answered: Vec<_> = there
            .chain(now.gone.iter().map(|one| (one.bare(), false)))
            .collect();
        assert!(!answered.is_empty(), "each answer brings some");
        left.retain(|name| !answered.iter().any(|(jid, _)| *jid == name.jid));
        read.extend(answered);
    }
    assert_eq!(read.values().filter(|there| **there).count(), 200);
    assert_eq!(read.values().filter(|there| !**there).count(), 100);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_window_learns_that_nobody_looks_at_it_behind_a_locked_screen() {
    let mut scene = scene(Vec::new(), None).await;
    let (standing, _, _) = scene.measured(ReadStanding {}).await;
    assert!(!standing.locked);
    for (known, locked) in [(Known::Yes, true), (Known::No, false)] {
        let surroundings = &scene.house.surroundings;
        surroundings.send_modify(|around| around.locked = known);
        while timeout(PATIENCE, scene.events.recv()).await.unwrap() != Some(Event::Screen) {}
        let (standing, _, _) = scene.measured(ReadStanding {}).await;
        assert_eq!(standing.locked, locked);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_who_come_at_once_are_a_few_frames_and_none_is_missed() {
    let mut scene = scene(items("Person", &[]), None).await;
    let (account, _, _) = scene.measured(ReadOverview {}).await;
    let account = account.contacts[0].account;
    let online = Incoming::Online {
        jid: "alice@harbour.example.org/desk".parse().unwrap(),
        features: ServerFeatures::default(),
    };
    scene.server.send(online).await.unwrap();
    let begun = Instant::now();
    let server = scene.server.clone();
    let coming = tokio::spawn(async move {
        for number in 0..CONTACTS {
            server.send(comes(number)).await.unwrap();
        }
    });
    let mut left: BTreeSet<BareJid> = (0..CONTACTS).map(person).collect();
    let (mut frames, mut missed) = (0_u128, 0);
    while !left.is_empty() {
        let event = timeout(PATIENCE, scene.events.recv()).await;
        frames += 1;
        match event.unwrap().unwrap() {
            Event::Contacts { contacts } => {
                for contact in contacts {
                    left.remove(&contact.jid);
                }
            }
            Event::Resync { left_out } => {
                missed += left_out;
                left.clear();
            }
            _ => {}
        }
    }
    coming.await.unwrap();
    let taken = begun.elapsed();
    println!("{CONTACTS} presences: {frames} frames in {taken:?}, {missed} to be read as a whole");
    // Twenty times a second: contacts, chats, and what else a login changes.
    assert!(
        frames <= 6 * (taken.as_millis() / 50 + 2),
        "{frames} frames in {taken:?}"
    );

    let deadline = Instant::now() + PATIENCE;
    loop {
        let (all, _, _) = scene.all_contacts().await;
        let there = all
            .iter()
            .filter(|one| one.presence.availability == Availability::Available)
            .count();
        if there == CONTACTS {
            break;
        }
        assert!(Instant::now() < deadline, "{there} are there");
    }
    let contacts = vec![ChatRef {
        account,
        jid: person(7).into(),
    }];
    let (now, ..) = scene
        .measured(ReadContacts {
            contacts: contacts.clone(),
        })
        .await;
    assert_eq!(now.contacts[0].presence.status, "number 7");
    let (now, ..) = scene
        .measured(ReadChats {
            chats: contacts.clone(),
        })
        .await;
    assert_eq!((now.chats, now.gone), (Vec::new(), contacts));
}
