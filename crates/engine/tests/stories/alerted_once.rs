//! Every way by which a message can come, once and again: what is told of it is told once.

use crate::archive::{entry, page};
use crate::stage::{MORNING, Session, Stage, jid, joined_as};
use crate::words::message;
use carillon_core::alerts::EventKind;
use carillon_core::chat::{Author, HistoryAnchor};
use carillon_core::session::{
    ArchiveQuery, Archived, Incoming, IncomingMessage, Origin, Outgoing, RoomEvent,
};

const BOB: &str = "bob@example.org";
const ROOM: &str = "tea@rooms.example.org";

/// What happens to Alice and to the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// It comes as it is said.
    Live,
    /// My server copies to me what another device of mine has got.
    Carbon,
    /// The server or the room had kept it for me.
    Delayed,
    /// The same, and nobody says under which id it is in the archive.
    DelayedUnnamed,
    /// The archives are read: they have it.
    Archive,
    /// They have it, and that I have seen it.
    ArchiveWithMarker,
    /// They have it, and what I answered.
    ArchiveWithAnswer,
    /// They have nothing new.
    EmptyArchive,
    /// I scroll back, and the archive has it before everything that is known.
    Older,
    /// Another device of mine says that I have seen it.
    SeenThere,
    /// I answer on another device.
    AnsweredThere,
    /// I see it here.
    SeenHere,
    /// The link breaks, and the stream goes on.
    Resumed,
    /// The link breaks, and the server has forgotten the stream.
    Anew,
    /// The resident is killed, and its stream goes on.
    KilledResumed,
    /// The resident is killed, and the server has forgotten its stream.
    KilledAnew,
    /// The resident ends in good order and starts again.
    Restarted,
    /// So long that a summary is told, if there is something to tell.
    Pause,
}

use Step::{
    Anew, AnsweredThere, Archive, ArchiveWithAnswer, ArchiveWithMarker, Carbon, Delayed,
    DelayedUnnamed, EmptyArchive, KilledAnew, KilledResumed, Live, Older, Pause, Restarted,
    Resumed, SeenHere, SeenThere,
};

/// What Bob said to me: alerted as it is said, or in the summary of what was missed.
const IN_A_CHAT: &[(&[Step], u32)] = &[
    (&[Live], 1),
    (&[Live, Live], 1),
    (&[Carbon], 1),
    (&[Live, Carbon], 1),
    (&[Carbon, Live], 1),
    (&[Live, DelayedUnnamed], 1),
    (&[Live, Pause, SeenThere], 1),
    (&[Live, SeenHere, Live], 1),
    (&[Live, AnsweredThere], 1),
    // The link breaks.
    (&[Live, Resumed, Live], 1),
    (&[Live, Resumed, Live, Archive], 1),
    (&[Carbon, Resumed, Live, Archive], 1),
    (&[Resumed, Live, Archive], 1),
    (&[Resumed, Archive], 1),
    (&[Resumed, Archive, Live], 1),
    (&[Live, Anew, Archive], 1),
    (&[Live, SeenHere, Anew, Archive], 1),
    (&[Live, Anew, Delayed, Archive], 1),
    (&[Live, Anew, DelayedUnnamed, EmptyArchive], 1),
    (&[Carbon, Anew, Delayed, Archive], 1),
    (&[Live, Resumed, Live, EmptyArchive, Anew, Archive], 1),
    // I was away.
    (&[Anew, Archive], 1),
    (&[Anew, Delayed, EmptyArchive], 1),
    (&[Anew, Delayed, Archive], 1),
    (&[Anew, DelayedUnnamed, Archive], 1),
    (&[Anew, Archive, Delayed], 1),
    (&[Anew, Archive, DelayedUnnamed], 1),
    (&[Anew, Archive, Live], 1),
    (&[Anew, Live, Archive], 1),
    (&[Anew, Archive, Pause, SeenThere], 1),
    (&[Anew, Archive, Pause, Anew, Archive], 1),
    (&[Anew, Archive, Anew, Archive], 1),
    (&[Anew, Delayed, Anew, Archive], 1),
    // The resident was.
    (&[Live, KilledResumed, Live], 1),
    (&[Live, KilledResumed, Live, Archive], 1),
    (&[KilledResumed, Live, Archive], 1),
    (&[Live, KilledAnew, Archive], 1),
    (&[Live, KilledAnew, Delayed, Archive], 1),
    (&[KilledAnew, Archive], 1),
    (&[KilledAnew, Delayed, Archive], 1),
    (&[KilledAnew, Archive, Pause, KilledAnew, Archive], 1),
    (&[Live, Restarted, Archive], 1),
    (&[Restarted, Archive], 1),
    (&[Restarted, Delayed, Archive, Pause, Restarted, Archive], 1),
    // Seen elsewhere before it could be told here.
    (&[Anew, ArchiveWithMarker], 0),
    (&[Anew, ArchiveWithAnswer], 0),
    (&[Anew, Delayed, SeenThere, EmptyArchive], 0),
    (&[Anew, Delayed, SeenThere, Archive], 0),
    (&[Anew, Delayed, AnsweredThere, Archive], 0),
    (&[Anew, Delayed, SeenHere, Archive], 0),
    (&[Anew, Archive, SeenThere], 0),
    (&[Anew, SeenThere, ArchiveWithMarker], 0),
    (&[Anew, Delayed, ArchiveWithMarker], 0),
    (&[Restarted, ArchiveWithMarker], 0),
    (&[KilledAnew, ArchiveWithAnswer], 0),
    // History.
    (&[Older], 0),
    (&[Older, Anew, EmptyArchive], 0),
];

/// What eve said in a room, with my nick in it.
const IN_A_ROOM: &[(&[Step], u32)] = &[
    (&[Live], 1),
    (&[Live, Live], 1),
    (&[Live, SeenHere, Live], 1),
    (&[Live, Pause, SeenThere], 1),
    (&[Live, Resumed, Live], 1),
    (&[Live, Resumed, Live, Archive], 1),
    (&[Resumed, Live, Archive], 1),
    (&[Resumed, Archive], 1),
    (&[Live, Anew, Archive], 1),
    (&[Live, Anew, Delayed, Archive], 1),
    (&[Live, Anew, DelayedUnnamed, EmptyArchive], 1),
    (&[Anew, Archive], 1),
    (&[Anew, Delayed, EmptyArchive], 1),
    (&[Anew, Delayed, Archive], 1),
    (&[Anew, DelayedUnnamed, Archive], 1),
    (&[Anew, Archive, Live], 1),
    (&[Anew, Live, Archive], 1),
    (&[Anew, Delayed, Archive, Pause, Anew, Delayed, Archive], 1),
    (&[Live, KilledResumed, Live, Archive], 1),
    (&[KilledResumed, Live, Archive], 1),
    (&[Live, KilledAnew, Delayed, Archive], 1),
    (&[KilledAnew, Archive], 1),
    (&[KilledAnew, Delayed, Archive], 1),
    (&[Restarted, Delayed, Archive], 1),
    (&[Anew, Delayed, SeenThere, Archive], 0),
    (&[Anew, Delayed, SeenHere, Archive], 0),
    (&[Anew, ArchiveWithMarker], 0),
    (&[Older], 0),
];

/// Alice, in a chat with Bob and in a room, both archives known up to what was said last.
struct Play {
    stage: Stage,
    session: Session,
    /// The message is said in the room.
    room: bool,
    /// The archives' questions that nobody has answered yet.
    asked: Vec<ArchiveQuery>,
    /// Alerts about the message, as it came.
    alerts: u32,
    /// Summaries of what was missed.
    summaries: u32,
    /// Messages that they told.
    missed: u32,
}

fn in_room(id: &str, body: &str) -> IncomingMessage {
    IncomingMessage {
        author: Author::Occupant {
            nick: "eve".to_owned(),
        },
        wants_receipt: false,
        markable: false,
        ..message(ROOM, id, body)
    }
}

fn archived(message: IncomingMessage, n: i64) -> Archived {
    entry(IncomingMessage {
        stanza_id: Some(format!("{}-{n}", message.chat)),
        at: Some(MORNING.plus_millis(n - 500_000)),
        origin: Origin::Archive,
        ..message
    })
}

async fn enters(session: &Session) {
    for event in [joined_as("alice"), RoomEvent::HasArchive] {
        let room = jid(ROOM);
        session.hears(Incoming::Room { room, event }).await;
    }
}

/// The server has forgotten the stream of before, if there was one.
async fn signs_in_anew(stage: &mut Stage) -> Session {
    let session = stage.session().await;
    if session.start.stream.is_some() {
        session.hears(Incoming::ReachedEarlier(0)).await;
    }
    session.comes_online_with_archive().await;
    session.is_managed("s2").await;
    enters(&session).await;
    session
}

impl Play {
    async fn begins(room: bool) -> Self {
        let (mut stage, session) = Stage::online().await;
        let chat = stage.chat(ROOM);
        stage.call(move |desk| desk.join_room(&chat)).await.unwrap();
        session.loses_its_link().await;
        let session = stage.session().await;
        session.comes_online_with_archive().await;
        session.is_managed("s1").await;
        enters(&session).await;
        let mut play = Self {
            stage,
            session,
            room,
            asked: Vec::new(),
            alerts: 0,
            summaries: 0,
            missed: 0,
        };
        let before = |room: bool| match room {
            false => vec![archived(message(BOB, "b0", "Hello"), 1)],
            true => vec![archived(in_room("e0", "hello all"), 1)],
        };
        play.archives_answer(before).await;
        play.stage.passes(60).await;
        play.counts().await;
        assert_eq!((play.alerts, play.summaries), (0, 0), "history");
        play
    }

    fn said(&self) -> IncomingMessage {
        let said = match self.room {
            false => message(BOB, "b1", "Are you there?"),
            true => in_room("e1", "alice: are you there?"),
        };
        archived(said, 3)
            .what
            .into_iter()
            .find_map(of_a_message)
            .unwrap()
    }

    fn comes(&self, origin: Origin) -> Incoming {
        let late = matches!(origin, Origin::Delayed);
        let said = self.said();
        Incoming::Message(IncomingMessage {
            at: said.at.filter(|_| late),
            origin,
            ..said
        })
    }

    fn answer(&self) -> IncomingMessage {
        IncomingMessage {
            author: Author::Me,
            ..message(BOB, "a1", "Yes")
        }
    }

    fn seen_there(&self) -> Incoming {
        let said = self.said();
        Incoming::SeenElsewhere {
            chat: said.chat.to_bare(),
            id: said.id.unwrap(),
        }
    }

    /// Answers what the archives were asked since.
    async fn archives_answer(&mut self, what: impl Fn(bool) -> Vec<Archived>) {
        // What is read once more after a broken link is asked for a moment later.
        self.stage.passes(4).await;
        self.hears_questions().await;
        let asked = std::mem::take(&mut self.asked);
        assert!(!asked.is_empty(), "the archives are read");
        for query in asked {
            let entries = what(query.room.is_some());
            self.session.answers(&query, page(entries, true)).await;
        }
    }

    async fn hears_questions(&mut self) {
        for one in self.session.says().await {
            if let Outgoing::Archive(query) = one {
                self.asked.retain(|earlier| earlier.room != query.room);
                self.asked.push(query);
            }
        }
    }

    /// The archive where the message is said has it, and something behind it.
    async fn archive_has(&mut self, behind: Option<Archived>) {
        let (room, said) = (self.room, entry(self.said()));
        self.archives_answer(|of_room| match of_room == room {
            true => [said.clone()].into_iter().chain(behind.clone()).collect(),
            false => Vec::new(),
        })
        .await;
    }

    async fn happens(mut self, step: Step) -> Self {
        match step {
            Live => self.session.hears(self.comes(Origin::Live)).await,
            Carbon => self.session.hears(self.comes(Origin::Carbon)).await,
            Delayed => self.session.hears(self.comes(Origin::Delayed)).await,
            DelayedUnnamed => {
                let unnamed = IncomingMessage {
                    stanza_id: None,
                    ..of_a_message(self.comes(Origin::Delayed)).unwrap()
                };
                self.session.hears(Incoming::Message(unnamed)).await;
            }
            Archive => self.archive_has(None).await,
            ArchiveWithMarker => {
                let marker = Archived {
                    id: "marker".to_owned(),
                    at: None,
                    what: vec![self.seen_there()],
                };
                self.archive_has(Some(marker)).await;
            }
            ArchiveWithAnswer => self.archive_has(Some(archived(self.answer(), 4))).await,
            EmptyArchive => self.archives_answer(|_| Vec::new()).await,
            Older => self.scrolls_back().await,
            SeenThere => self.session.hears(self.seen_there()).await,
            AnsweredThere => {
                let carbon = Origin::Carbon;
                let answer = IncomingMessage {
                    origin: carbon,
                    ..self.answer()
                };
                self.session.hears(Incoming::Message(answer)).await;
            }
            SeenHere => self.sees().await,
            Pause => self.stage.passes(60).await,
            Resumed | Anew => return self.link_breaks(step == Resumed).await,
            KilledResumed | KilledAnew | Restarted => return self.ends(step).await,
        }
        self
    }

    async fn scrolls_back(&mut self) {
        let chat = self.stage.chat(self.said().chat.as_str());
        let asked = self.stage.call(move |desk| desk.read_older(&chat)).await;
        assert!(asked.unwrap());
        self.archive_has(None).await;
    }

    async fn sees(&mut self) {
        let chat = self.stage.chat(self.said().chat.as_str());
        let newest = self.stage.stored().history(&chat, HistoryAnchor::Newest, 1);
        let newest = newest.unwrap().messages[0].id;
        let seen = self.stage.call(move |desk| desk.mark_seen(&chat, newest));
        seen.await.unwrap();
    }

    async fn link_breaks(mut self, resumed: bool) -> Self {
        self.session.loses_its_link().await;
        let session = match resumed {
            true => {
                let session = self.stage.session().await;
                session.hears(Incoming::Resumed).await;
                session
            }
            false => signs_in_anew(&mut self.stage).await,
        };
        Self {
            session,
            asked: Vec::new(),
            ..self
        }
    }

    async fn ends(mut self, step: Step) -> Self {
        self.counts().await;
        let mut stage = match step {
            Restarted => self.stage.restarts().await,
            _ => self.stage.killed().await,
        };
        let session = match step {
            KilledResumed => {
                let session = stage.session().await;
                session.hears(Incoming::ReachedEarlier(0)).await;
                session.comes_online_with_archive().await;
                enters(&session).await;
                session
            }
            _ => signs_in_anew(&mut stage).await,
        };
        Self {
            stage,
            session,
            asked: Vec::new(),
            ..self
        }
    }

    /// Takes up what was told since.
    async fn counts(&mut self) {
        let told = self.stage.told().await;
        for ring in told.rings() {
            if ring.plan.is_silent() {
                continue;
            }
            match ring.event.kind {
                EventKind::Missed => {
                    self.summaries += 1;
                    self.missed += ring.content.messages;
                }
                EventKind::Message | EventKind::MessageFollowup | EventKind::Mention => {
                    self.alerts += 1;
                }
                other => panic!("{other:?}"),
            }
        }
    }
}

fn of_a_message(what: Incoming) -> Option<IncomingMessage> {
    match what {
        Incoming::Message(message) => Some(message),
        _ => None,
    }
}

/// How often the message is alerted when it comes so, as it is said and in summaries.
async fn alerts(room: bool, steps: &[Step]) -> (u32, u32) {
    let mut play = Play::begins(room).await;
    for step in steps {
        play = play.happens(*step).await;
    }
    // Whatever is still to be read has nothing more.
    for _ in 0..2 {
        play.stage.passes(60).await;
        play.hears_questions().await;
        for query in std::mem::take(&mut play.asked) {
            play.session.answers(&query, page(Vec::new(), true)).await;
        }
    }
    play.stage.passes(60).await;
    play.counts().await;
    assert!(
        play.missed <= play.summaries,
        "each tells of one message: {steps:?}"
    );
    (play.alerts, play.summaries)
}

#[tokio::test(start_paused = true)]
async fn a_message_is_alerted_once_by_whatever_ways_it_comes() {
    let (mut messages, mut alerted, mut history) = (0, 0, 0);
    let mut wrong = Vec::new();
    for (room, ways) in [(false, IN_A_CHAT), (true, IN_A_ROOM)] {
        for (steps, wanted) in ways {
            let (alerts, summaries) = alerts(room, steps).await;
            messages += 1;
            alerted += wanted;
            history += 1 - wanted;
            if alerts + summaries != *wanted {
                wrong.push(format!(
                    "{} {steps:?}: {alerts} alerts and {summaries} summaries instead of {wanted}",
                    if room { "a room" } else { "a chat" },
                ));
            }
        }
    }
    println!(
        "{messages} messages by as many ways: {alerted} alerted once, {history} that were seen or history not at all; wrong {}",
        wrong.len()
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
