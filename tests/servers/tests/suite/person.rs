//! A person with Carillon: what they do, what they see, what rings.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use carillon_core::alerts::{EventKind, Surroundings};
use carillon_core::chat::{Delivery, HistoryAnchor, Message};
use carillon_core::contact::{Availability, Contact, Subscription};
use carillon_core::ids::{AccountId, ChatRef, MessageId};
use carillon_core::settings::Settings;
use carillon_engine::{Desk, DeskError, Engine, Line, Output, Ring, ServerAnswer};
use carillon_tests_servers::{DEADLINE, Proxy, until_some};
use jid::{BareJid, Jid};
use tokio::sync::{mpsc, watch};
use tokio::time::timeout;

use crate::profile::Profile;

/// Message ids must differ over all people and engines of the process.
static SAID: AtomicU64 = AtomicU64::new(0);

pub(crate) struct Person {
    pub(crate) jid: BareJid,
    pub(crate) id: AccountId,
    pub(crate) profile: Profile,
    engine: Engine,
    outputs: mpsc::Receiver<Output>,
    /// What was given out and not asked for yet.
    told: Vec<Output>,
    _surroundings: watch::Sender<Surroundings>,
}

impl Person {
    pub(crate) fn new(
        profile: Profile,
        engine: Engine,
        outputs: mpsc::Receiver<Output>,
        surroundings: watch::Sender<Surroundings>,
    ) -> Self {
        Self {
            jid: profile.settings.accounts[0].jid.clone(),
            // The only account of a new profile.
            id: AccountId(1),
            profile,
            engine,
            outputs,
            told: Vec::new(),
            _surroundings: surroundings,
        }
    }

    /// Something done in the engine.
    pub(crate) async fn does<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Desk) -> T + Send + 'static,
    ) -> T {
        self.engine.call(job).await.expect("the engine runs")
    }

    /// Something that the server answers, and accepts.
    pub(crate) async fn asks(
        &self,
        job: impl FnOnce(&mut Desk) -> Result<ServerAnswer, DeskError> + Send + 'static,
    ) {
        let answer = self.does(job).await.expect("the server is asked");
        timeout(DEADLINE, answer)
            .await
            .expect("the server answers")
            .expect("the session lasts")
            .expect("the server agrees");
    }

    pub(crate) fn chat(&self, with: &Jid) -> ChatRef {
        ChatRef {
            account: self.id,
            jid: with.clone(),
        }
    }

    /// Says something, and gives back the stored row.
    pub(crate) async fn says(&self, to: &Jid, body: &str) -> MessageId {
        let id = new_id();
        let (chat, body) = (self.chat(to), body.to_owned());
        self.does(move |desk| desk.send_message(&chat, &id, &body))
            .await
            .expect("the message is stored")
    }

    pub(crate) async fn chooses(&mut self, choose: impl FnOnce(&mut Settings)) {
        choose(&mut self.profile.settings);
        let settings = self.profile.settings.clone();
        self.does(|desk| desk.apply_settings(settings))
            .await
            .expect("the settings are taken over");
    }

    /// So much time passes for this person, without waiting for it.
    pub(crate) async fn waits(&self, time: Duration) {
        let millis = i64::try_from(time.as_millis()).unwrap();
        self.profile.ahead.fetch_add(millis, Ordering::Relaxed);
        // An engine at rest looks at the clock when it is asked something.
        self.does(|_| ()).await;
    }

    /// Asks until the engine answers with something. Panics, naming `what`, if it never does.
    pub(crate) async fn sees<T: Send + 'static>(
        &self,
        what: &str,
        look: impl Fn(&Desk) -> Option<T> + Clone + Send + 'static,
    ) -> T {
        let what = format!("{} sees {what}", self.jid);
        until_some(&what, async || {
            let look = look.clone();
            self.does(move |desk| look(desk)).await
        })
        .await
    }

    pub(crate) async fn is_online(&self) {
        self.sees("its account online", |desk| {
            matches!(desk.account_states().first()?.line, Line::Online(_)).then_some(())
        })
        .await;
    }

    pub(crate) async fn contact(&self, jid: &BareJid) -> Option<Contact> {
        let jid = jid.clone();
        self.does(move |desk| contact(desk, &jid)).await
    }

    /// Waits for a contact that is as `wanted` says.
    pub(crate) async fn sees_contact(
        &self,
        jid: &BareJid,
        what: &str,
        wanted: impl Fn(&Contact) -> bool + Clone + Send + 'static,
    ) -> Contact {
        let who = jid.clone();
        self.sees(&format!("{jid} {what}"), move |desk| {
            contact(desk, &who).filter(|contact| wanted(contact))
        })
        .await
    }

    pub(crate) async fn sees_presence(&self, jid: &BareJid, availability: Availability) -> Contact {
        self.sees_contact(jid, &format!("{availability:?}"), move |contact| {
            contact.presence.availability == availability
        })
        .await
    }

    /// What was said in a chat, from the store.
    pub(crate) async fn history(&self, with: &Jid) -> Vec<Message> {
        let chat = self.chat(with);
        self.does(move |desk| desk.reader().history(&chat, HistoryAnchor::Newest, 100))
            .await
            .unwrap()
            .messages
    }

    pub(crate) async fn bodies(&self, with: &Jid) -> Vec<String> {
        let history = self.history(with).await;
        history.into_iter().map(|message| message.body).collect()
    }

    /// Waits for a message in the store.
    pub(crate) async fn receives(&self, with: &Jid, body: &str) -> Message {
        let (chat, wanted) = (self.chat(with), body.to_owned());
        self.sees(&format!("«{body}» from {with}"), move |desk| {
            let page = desk.reader().history(&chat, HistoryAnchor::Newest, 100);
            page.unwrap()
                .messages
                .into_iter()
                .find(|one| one.body == wanted)
        })
        .await
    }

    /// Waits until a message has come as far as this, or farther.
    pub(crate) async fn sees_delivery(&self, message: MessageId, wanted: Delivery) {
        self.sees(&format!("{message} {wanted:?}"), move |desk| {
            let delivery = desk.reader().message(message).unwrap()?.delivery?;
            (delivery >= wanted).then_some(())
        })
        .await;
        let found = self.does(move |desk| desk.reader().message(message)).await;
        let failed = found.unwrap().unwrap();
        assert!(
            wanted == Delivery::Failed || failed.failure.is_empty(),
            "failed: {}",
            failed.failure
        );
    }

    /// The next output that `wanted` accepts, of those that nobody has asked for yet.
    pub(crate) async fn is_told<T>(
        &mut self,
        what: &str,
        mut wanted: impl FnMut(&Output) -> Option<T>,
    ) -> T {
        for (place, output) in self.told.iter().enumerate() {
            if let Some(found) = wanted(output) {
                self.told.remove(place);
                return found;
            }
        }
        let deadline = tokio::time::Instant::now() + DEADLINE;
        loop {
            match tokio::time::timeout_at(deadline, self.outputs.recv()).await {
                Ok(Some(output)) => match wanted(&output) {
                    Some(found) => return found,
                    None => self.told.push(output),
                },
                Ok(None) => panic!("the engine of {} ended before {what}", self.jid),
                Err(_) => panic!("{} was not told {what}, but {:#?}", self.jid, self.told),
            }
        }
    }

    /// Something rings.
    pub(crate) async fn rings(&mut self, kind: EventKind) -> Ring {
        self.is_told(&format!("{kind:?}, aloud"), |output| match output {
            Output::Ring(ring) if ring.event.kind == kind && !ring.plan.is_silent() => {
                Some((**ring).clone())
            }
            _ => None,
        })
        .await
    }

    /// Something is noted, and neither seen nor heard.
    pub(crate) async fn notes_in_silence(&mut self, kind: EventKind) -> Ring {
        self.is_told(&format!("{kind:?}, in silence"), |output| match output {
            Output::Ring(ring) if ring.event.kind == kind && ring.plan.is_silent() => {
                Some((**ring).clone())
            }
            _ => None,
        })
        .await
    }

    /// What was shown is taken back.
    pub(crate) async fn takes_back(&mut self, key: &str) {
        self.is_told(&format!("that {key} is no longer news"), |output| {
            (*output == Output::Withdraw(key.to_owned())).then_some(())
        })
        .await;
    }

    /// What has rung aloud, and nobody has asked for.
    pub(crate) fn rang(&mut self) -> Vec<EventKind> {
        self.all_told()
            .iter()
            .filter_map(|output| match output {
                Output::Ring(ring) if !ring.plan.is_silent() => Some(ring.event.kind),
                _ => None,
            })
            .collect()
    }

    /// As [`Self::rang`], but for friends who come: whether that rings hangs on how long ago this person signed in,
    /// hence on how busy the machine is.
    pub(crate) fn rang_but_for_presence(&mut self) -> Vec<EventKind> {
        let mut rang = self.rang();
        rang.retain(|kind| !kind.is_presence());
        rang
    }

    /// Everything that was given out, and nobody has asked for.
    pub(crate) fn all_told(&mut self) -> &[Output] {
        while let Ok(output) = self.outputs.try_recv() {
            self.told.push(output);
        }
        &self.told
    }

    /// What was told so far does not matter to what follows.
    pub(crate) fn forgets(&mut self) {
        self.all_told();
        self.told.clear();
    }

    /// Makes `other` a contact, and is made one, until each sees the other; then both forget how it went.
    pub(crate) async fn befriends(&mut self, other: &mut Person) {
        let contact = self.chat(&other.jid);
        self.asks(move |desk| desk.add_contact(&contact, "", &[], "", ""))
            .await;
        other.rings(EventKind::ContactRequest).await;
        other.accepts(&self.jid).await;
        self.is_friend_of(&other.jid).await;
        other.is_friend_of(&self.jid).await;
        self.rings(EventKind::RequestAccepted).await;
        self.forgets();
        other.forgets();
    }

    pub(crate) async fn accepts(&self, who: &BareJid) {
        let contact = self.chat(who);
        self.does(move |desk| desk.accept_request(&contact))
            .await
            .expect("the request is accepted");
    }

    pub(crate) async fn is_friend_of(&self, jid: &BareJid) {
        self.sees_contact(jid, "as a friend who is here", |contact| {
            contact.subscription == Subscription::Both && contact.presence.availability.is_online()
        })
        .await;
    }

    /// What a kill in this moment leaves on the disk, as another profile. What this engine still does is swallowed
    /// by `wire`, so that the server never hears of it.
    pub(crate) async fn dies(self, wire: &Proxy, url: &str) -> Profile {
        // Whatever has left by now is of rows that are on the disk by now.
        wire.swallow();
        let left = self.profile.elsewhere(url);
        let files = self.profile.database().into_iter().zip(left.database());
        let files: Vec<_> = files.collect();
        // By the engine, which writes nothing meanwhile: both files are of one moment.
        self.does(move |_| {
            for (from, to) in files {
                std::fs::copy(from, to).unwrap();
            }
        })
        .await;
        wire.close();
        left
    }

    /// Ends Carillon in good order; the profile stays.
    pub(crate) async fn leaves(self) -> Profile {
        let Self {
            engine,
            mut outputs,
            profile,
            ..
        } = self;
        drop(engine);
        let ended = async { while outputs.recv().await.is_some() {} };
        timeout(DEADLINE, ended).await.expect("the engine ends");
        profile
    }
}

/// An id that nothing else has that is said here.
pub(crate) fn new_id() -> String {
    format!("said-{}", SAID.fetch_add(1, Ordering::Relaxed))
}

fn contact(desk: &Desk, jid: &BareJid) -> Option<Contact> {
    desk.contacts()
        .into_iter()
        .find(|contact| contact.jid == *jid)
}
