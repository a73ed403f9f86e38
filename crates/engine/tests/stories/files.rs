//! Files: a row first, then a place, then the bytes, then a message; and none fetched that nobody asked for.

use crate::stage::{Session, Stage, bob, settle};
use crate::words::message;
use carillon_core::alerts::EventKind;
use carillon_core::files::{FileTold, FileTrouble, Thumbnail};
use carillon_core::ids::{ChatRef, MessageId};
use carillon_core::session::{Incoming, IncomingMessage, NoSlot, Outgoing, UploadSlot};
use carillon_core::settings::AccountSettings;
use carillon_engine::carrier::Load;
use carillon_engine::connector::Boxed;
use carillon_engine::wire::{Fetched, Progress, TransferProblem};
use carillon_engine::{Carrier, Media, Output, ToSend, TransferNow};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tempfile::TempDir;
use tokio::sync::oneshot;

const ADDRESS: &str = "https://up.example.org/1/photo.png";
/// The beginning of a picture of 3 by 2.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x03\0\0\0\x02";

type Answer<T> = oneshot::Sender<Result<T, TransferProblem>>;
/// An address, how much of it, where to, and how it ends.
type Wanted = (String, u64, PathBuf, Answer<Fetched>);

/// Carries nothing: the story says how it ends.
#[derive(Default)]
struct Porter {
    going: Mutex<Vec<(Load, Answer<()>)>>,
    coming: Mutex<Vec<Wanted>>,
}

impl Carrier for Porter {
    fn upload(
        &self,
        _: &AccountSettings,
        load: Load,
        _: Arc<Progress>,
    ) -> Boxed<Result<(), TransferProblem>> {
        let (answer, end) = oneshot::channel();
        self.going.lock().unwrap().push((load, answer));
        Box::pin(async { end.await.unwrap() })
    }

    fn download(
        &self,
        _: &AccountSettings,
        address: String,
        to: PathBuf,
        most: u64,
        _: Arc<Progress>,
    ) -> Boxed<Result<Fetched, TransferProblem>> {
        let (answer, end) = oneshot::channel();
        self.coming
            .lock()
            .unwrap()
            .push((address, most, to, answer));
        Box::pin(async { end.await.unwrap() })
    }
}

impl Porter {
    async fn takes(&self) -> (Load, Answer<()>) {
        settle().await;
        self.going.lock().unwrap().pop().expect("a file goes")
    }

    async fn brings(&self) -> Option<Wanted> {
        settle().await;
        self.coming.lock().unwrap().pop()
    }
}

struct Files {
    folder: TempDir,
    media: Media,
    porter: Arc<Porter>,
}

impl Files {
    async fn of(stage: &Stage) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let media = Media::open(folder.path().join("media")).unwrap();
        let files = Self {
            folder,
            media,
            porter: Arc::default(),
        };
        files.carried_by(stage).await;
        files
    }

    async fn carried_by(&self, stage: &Stage) {
        let (media, porter) = (self.media.clone(), Arc::clone(&self.porter));
        stage
            .engine
            .call(move |desk| desk.carry_files(media, porter))
            .await
            .unwrap()
            .unwrap();
    }

    async fn sends(&self, stage: &Stage, id: &str) {
        let taken = self.media.take_bytes(PNG).unwrap();
        let file = ToSend {
            chat: stage.chat("bob@example.org"),
            id: id.to_owned(),
            name: "../photo.png".to_owned(),
            content: taken.content,
            size: taken.size,
            thumbnail: Thumbnail::of(PNG.to_vec()),
            length: None,
        };
        stage
            .engine
            .call(move |desk| desk.send_file(file))
            .await
            .unwrap()
            .unwrap();
    }
}

async fn transfers(stage: &Stage) -> Vec<TransferNow> {
    let chat = stage.chat("bob@example.org");
    stage
        .engine
        .call(move |desk| desk.transfers(&chat))
        .await
        .unwrap()
        .unwrap()
}

/// The number under which a place is asked for.
async fn asks_for_a_place(session: &mut Session) -> u64 {
    let said = session.says().await;
    match said.as_slice() {
        [
            Outgoing::Slot {
                request,
                name,
                size,
                media_type,
            },
        ] => {
            assert_eq!(
                (name.as_str(), *size, media_type.as_str()),
                ("photo.png", 24, "image/png")
            );
            *request
        }
        other => panic!("{other:?}"),
    }
}

async fn gets_a_place(session: &Session, request: u64) {
    let slot = UploadSlot {
        put: "https://up.example.org/put".to_owned(),
        headers: Vec::new(),
        get: ADDRESS.to_owned(),
    };
    session
        .hears(Incoming::Slot {
            request,
            answer: Box::new(Ok(slot)),
        })
        .await;
}

fn hands_over(said: &[Outgoing], id: &str) -> bool {
    matches!(said, [Outgoing::File { to, id: of, address, file, to_room: false }]
        if *to == bob() && of == id && address == ADDRESS && file.sha256.is_some() && file.sides == Some((3, 2))
        && file.thumbnail == Thumbnail::of(PNG.to_vec()))
}

#[tokio::test(start_paused = true)]
async fn a_file_goes_and_then_a_message_hands_it_over() {
    let (stage, mut session) = Stage::online().await;
    let files = Files::of(&stage).await;
    files.sends(&stage, "f1").await;
    files.sends(&stage, "f1").await;
    let request = asks_for_a_place(&mut session).await;
    assert_eq!(transfers(&stage).await.len(), 1);
    gets_a_place(&session, request).await;
    let (load, answer) = files.porter.takes().await;
    assert_eq!(std::fs::read(load.file).unwrap(), PNG);
    assert_eq!(session.says().await, []);
    answer.send(Ok(())).unwrap();
    assert!(hands_over(&session.says().await, "f1"));
    assert_eq!(transfers(&stage).await, []);
}

#[tokio::test(start_paused = true)]
async fn a_file_that_was_on_its_way_goes_after_a_restart_and_is_handed_over_once() {
    let (stage, mut session) = Stage::online().await;
    let files = Files::of(&stage).await;
    files.sends(&stage, "f1").await;
    let request = asks_for_a_place(&mut session).await;
    gets_a_place(&session, request).await;
    let _ = files.porter.takes().await;
    drop(session);
    let mut stage = stage.restarts().await;
    files.carried_by(&stage).await;
    let mut session = stage.session().await;
    session.comes_online().await;
    let said = session.says().await;
    let request = said.iter().find_map(|one| match one {
        Outgoing::Slot { request, .. } => Some(*request),
        _ => None,
    });
    gets_a_place(&session, request.unwrap()).await;
    files.porter.takes().await.1.send(Ok(())).unwrap();
    assert!(hands_over(&session.says().await, "f1"));
    files.sends(&stage, "f1").await;
    assert_eq!(session.says().await, []);
    assert!(files.folder.path().exists());
}

#[tokio::test(start_paused = true)]
async fn a_service_that_keeps_silent_holds_no_file_up_for_good() {
    let (stage, mut session) = Stage::online().await;
    let files = Files::of(&stage).await;
    files.sends(&stage, "f1").await;
    let mut silent = asks_for_a_place(&mut session).await;
    for wait in [5, 10, 20, 40, 80, 160] {
        stage.passes(60 + wait).await;
        let request = asks_for_a_place(&mut session).await;
        gets_a_place(&session, silent).await;
        assert_eq!(transfers(&stage).await[0].sent, None, "it came too late");
        silent = request;
    }
    stage.passes(60).await;
    assert_eq!(session.says().await, []);
    let why = transfers(&stage).await[0].stored.failure.clone();
    assert_eq!(why, Some(FileTrouble::NoAnswer));
}

#[tokio::test(start_paused = true)]
async fn what_is_cancelled_is_never_handed_over() {
    let (stage, mut session) = Stage::online().await;
    let files = Files::of(&stage).await;
    files.sends(&stage, "f1").await;
    let request = asks_for_a_place(&mut session).await;
    gets_a_place(&session, request).await;
    let (load, answer) = files.porter.takes().await;
    let id = transfers(&stage).await[0].stored.id;
    stage
        .engine
        .call(move |desk| desk.cancel_transfer(id))
        .await
        .unwrap()
        .unwrap();
    settle().await;
    assert!(answer.is_closed());
    assert!(!load.file.exists());
    assert_eq!(session.says().await, []);
    assert_eq!(transfers(&stage).await, []);
}

#[tokio::test(start_paused = true)]
async fn what_may_pass_is_tried_again_and_what_will_not_is_told() {
    let (mut stage, mut session) = Stage::online().await;
    let files = Files::of(&stage).await;
    files.sends(&stage, "f1").await;
    let request = asks_for_a_place(&mut session).await;
    gets_a_place(&session, request).await;
    let lost = TransferProblem::Unreachable {
        why: "cut".to_owned(),
    };
    files.porter.takes().await.1.send(Err(lost)).unwrap();
    assert_eq!(session.says().await, []);
    tokio::time::sleep(Duration::from_secs(5)).await;
    let request = asks_for_a_place(&mut session).await;
    gets_a_place(&session, request).await;
    let full = TransferProblem::Status { status: 413 };
    files.porter.takes().await.1.send(Err(full)).unwrap();
    settle().await;
    let now = transfers(&stage).await;
    assert_eq!(now[0].stored.failure, Some(FileTrouble::TooLarge));
    let told = stage.told().await;
    let ring = told.alert();
    assert_eq!(ring.event.kind, EventKind::MessageFailed);
    let id = now[0].stored.id;
    assert_eq!(ring.content.transfer, Some(id));
    assert_eq!(ring.content.text, now[0].stored.what.name);
    let key = ring.plan.replace_key.clone();

    stage
        .engine
        .call(move |desk| desk.retry_transfer(id))
        .await
        .unwrap()
        .unwrap();
    let back = Output::Withdraw(key);
    assert!(stage.told().await.0.contains(&back), "it is no longer news");
    let request = asks_for_a_place(&mut session).await;
    let answer = Box::new(Err(NoSlot::NoService));
    session.hears(Incoming::Slot { request, answer }).await;
    let now = transfers(&stage).await;
    assert_eq!(now[0].stored.failure, Some(FileTrouble::NoService));
}

fn photo(from: &str, id: &str) -> IncomingMessage {
    IncomingMessage {
        file: Some(Box::default()),
        ..message(from, id, ADDRESS)
    }
}

async fn heard(stage: &mut Stage, session: &Session, message: IncomingMessage) -> MessageId {
    stage.told().await;
    session.hears(Incoming::Message(message)).await;
    let told = stage.told().await.0;
    let added = told.iter().find_map(|output| match output {
        Output::MessageAdded(_, message) => Some(*message),
        _ => None,
    });
    added.expect("it is stored")
}

async fn shows(stage: &Stage, message: MessageId) {
    stage
        .engine
        .call(move |desk| desk.show_file(message))
        .await
        .unwrap()
        .unwrap();
}

async fn chooses(stage: &Stage, chat: ChatRef, shown: bool) -> bool {
    stage
        .engine
        .call(move |desk| desk.choose_pictures(&chat, shown))
        .await
        .unwrap()
        .is_ok()
}

#[tokio::test(start_paused = true)]
async fn a_contacts_picture_is_fetched_only_when_it_may_be_shown() {
    let (mut stage, session) = Stage::online().await;
    let files = Files::of(&stage).await;
    let message = heard(&mut stage, &session, photo("bob@example.org", "m1")).await;
    let bob = stage.chat("bob@example.org");
    shows(&stage, message).await;
    assert!(files.porter.brings().await.is_none());
    assert!(chooses(&stage, bob.clone(), false).await);
    shows(&stage, message).await;
    assert!(files.porter.brings().await.is_none());
    assert!(chooses(&stage, bob, true).await);
    shows(&stage, message).await;
    shows(&stage, message).await;
    let (address, most, part, answer) = files.porter.brings().await.expect("it is fetched");
    assert!(files.porter.brings().await.is_none(), "twice");
    assert_eq!(
        (address.as_str(), most),
        (ADDRESS, carillon_core::files::LARGEST_PICTURE)
    );
    std::fs::write(&part, PNG).unwrap();
    answer
        .send(Ok(Fetched {
            bytes: 24,
            sha256: [7; 32],
        }))
        .unwrap();
    // The folder is looked at on a thread of its own, which paused time does not wait for.
    for _ in 0..6_000 {
        let now = stage
            .engine
            .call(move |desk| desk.file(message))
            .await
            .unwrap()
            .unwrap();
        if now.stored.content.is_some() {
            break;
        }
        std::thread::sleep(Duration::from_millis(10));
        tokio::task::yield_now().await;
    }
    let now = stage
        .engine
        .call(move |desk| desk.file(message))
        .await
        .unwrap()
        .unwrap();
    assert_eq!((now.stored.picture, now.shown), (Some((3, 2)), Some(true)));
    let picture = stage
        .engine
        .call(move |desk| desk.picture_file(message))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(std::fs::read(picture.0).unwrap(), PNG);
    assert_eq!(picture.1, "image/png");
}

#[tokio::test(start_paused = true)]
async fn a_strangers_picture_is_never_fetched_by_itself() {
    let (mut stage, session) = Stage::online().await;
    let files = Files::of(&stage).await;
    let message = heard(&mut stage, &session, photo("eve@example.net", "m1")).await;
    assert!(!chooses(&stage, stage.chat("eve@example.net"), true).await);
    shows(&stage, message).await;
    assert!(files.porter.brings().await.is_none());
    let now = stage
        .engine
        .call(move |desk| desk.file(message))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(now.shown, Some(false));
}

fn voice(from: &str, id: &str) -> IncomingMessage {
    IncomingMessage {
        file: Some(Box::default()),
        ..message(from, id, "https://up.example.org/1/voice.flac")
    }
}

async fn plays(stage: &Stage, message: MessageId) -> bool {
    stage
        .engine
        .call(move |desk| desk.play_file(message))
        .await
        .unwrap()
        .is_ok()
}

#[tokio::test(start_paused = true)]
async fn a_voice_is_fetched_only_when_it_is_played_and_its_sender_may_be_heard() {
    let (mut stage, session) = Stage::online().await;
    let files = Files::of(&stage).await;
    let message = heard(&mut stage, &session, voice("bob@example.org", "m1")).await;
    let bob = stage.chat("bob@example.org");
    assert!(!plays(&stage, message).await, "nobody was asked");
    assert!(chooses(&stage, bob.clone(), false).await);
    assert!(!plays(&stage, message).await);
    assert!(chooses(&stage, bob, true).await);
    shows(&stage, message).await;
    assert!(files.porter.brings().await.is_none(), "it is on screen");
    assert!(plays(&stage, message).await);
    let (_, most, ..) = files.porter.brings().await.expect("it is fetched");
    assert_eq!(most, carillon_core::files::LARGEST_PLAYED);
}

#[tokio::test(start_paused = true)]
async fn what_is_no_sound_or_comes_from_a_stranger_is_not_played() {
    let (mut stage, session) = Stage::online().await;
    let files = Files::of(&stage).await;
    let picture = heard(&mut stage, &session, photo("bob@example.org", "m1")).await;
    assert!(chooses(&stage, stage.chat("bob@example.org"), true).await);
    assert!(!plays(&stage, picture).await);
    let stranger = heard(&mut stage, &session, voice("eve@example.net", "m2")).await;
    assert!(!plays(&stage, stranger).await);
    assert!(files.porter.brings().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn what_comes_and_is_not_what_was_told_is_not_kept() {
    let (mut stage, session) = Stage::online().await;
    let files = Files::of(&stage).await;
    let told = FileTold::default().of_sha256(Some(&[7; 32]));
    let photo = IncomingMessage {
        file: Some(Box::new(told)),
        ..photo("bob@example.org", "m1")
    };
    let message = heard(&mut stage, &session, photo).await;
    for (sha256, kept) in [([8; 32], false), ([7; 32], true)] {
        stage
            .engine
            .call(move |desk| desk.fetch_file(message))
            .await
            .unwrap()
            .unwrap();
        let (_, _, part, answer) = files.porter.brings().await.expect("it is fetched");
        std::fs::write(&part, PNG).unwrap();
        answer.send(Ok(Fetched { bytes: 24, sha256 })).unwrap();
        let now = loop {
            let now = stage
                .engine
                .call(move |desk| desk.file(message))
                .await
                .unwrap()
                .unwrap();
            if now.coming.is_none() {
                break now;
            }
            // The disk has a thread of its own, which paused time does not wait for.
            std::thread::sleep(Duration::from_millis(5));
            tokio::task::yield_now().await;
        };
        assert_eq!(now.stored.content.is_some(), kept);
        assert_eq!(now.missing.is_some(), !kept, "{:?}", now.missing);
        assert!(!part.exists());
    }
}
