use super::super::Speech;
use super::*;
use carillon_core::alerts::EventKind;
use std::sync::{Arc, Mutex};
use std::time::Instant;
use tokio::net::UnixListener;
use tokio::sync::mpsc;

/// A speech-dispatcher that tells what it was asked to read, and reads until it is told that it is done.
struct Fake {
    speech: Speech,
    /// `read …`, `silent`, `gone`, in their order.
    told: mpsc::UnboundedReceiver<String>,
    done: mpsc::UnboundedSender<()>,
    lines: Arc<Mutex<Vec<String>>>,
    _folder: tempfile::TempDir,
}

impl Fake {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("speechd.sock");
        let listener = UnixListener::bind(&socket).unwrap();
        let (tell, told) = mpsc::unbounded_channel();
        let (done, mut ends) = mpsc::unbounded_channel();
        let lines = Arc::<Mutex<Vec<String>>>::default();
        let seen = Arc::clone(&lines);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                serve(stream, &tell, &mut ends, &seen).await;
                tell.send("gone".into()).unwrap();
            }
        });
        Self {
            speech: Speech::by(Reader::Socket(socket)),
            told,
            done,
            lines,
            _folder: folder,
        }
    }

    async fn next(&mut self) -> String {
        tokio::time::timeout(Duration::from_secs(60), self.told.recv())
            .await
            .expect("in time")
            .unwrap()
    }
}

async fn serve(
    stream: UnixStream,
    tell: &mpsc::UnboundedSender<String>,
    ends: &mut mpsc::UnboundedReceiver<()>,
    seen: &Mutex<Vec<String>>,
) {
    let (input, mut output) = stream.into_split();
    let mut input = BufReader::new(input).lines();
    let mut text: Option<Vec<String>> = None;
    loop {
        let line = tokio::select! {
            line = input.next_line() => line.unwrap_or_default(),
            Some(()) = ends.recv() => {
                output.write_all(b"702-1\r\n702-7\r\n702 END\r\n").await.unwrap();
                continue;
            }
        };
        let Some(line) = line else { return };
        seen.lock().unwrap().push(line.clone());
        let answer = match (&mut text, line.as_str()) {
            (Some(words), ".") => {
                tell.send(format!("read {}", words.join("|"))).unwrap();
                text = None;
                "225-1\r\n225 OK MESSAGE QUEUED\r\n701-1\r\n701-7\r\n701 BEGIN\r\n"
            }
            (Some(words), _) => {
                words.push(line);
                continue;
            }
            (None, "SPEAK") => {
                text = Some(Vec::new());
                "230 OK RECEIVING DATA\r\n"
            }
            (None, "CANCEL SELF") => {
                tell.send("silent".into()).unwrap();
                "703-1\r\n703-7\r\n703 CANCELED\r\n210 OK CANCELED\r\n"
            }
            (None, "QUIT") => "231 GOOD BYE\r\n",
            _ => "200 OK\r\n",
        };
        if output.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}

#[tokio::test]
async fn a_text_is_read_as_plain_words_and_the_connection_closed() {
    let mut fake = Fake::start();
    assert!(fake.speech.works());
    let text = ".Alice\r\n.\r\nSTOP ALL\r\n<break/>";
    fake.speech.say(EventKind::Message, text);
    assert_eq!(fake.next().await, "read ..Alice . STOP ALL <break/>");
    fake.done.send(()).unwrap();
    assert_eq!(fake.next().await, "gone");
    let lines = fake.lines.lock().unwrap().clone();
    assert!(lines.contains(&"SET SELF SSML_MODE off".to_owned()));
    assert!(!lines.contains(&"STOP ALL".to_owned()), "{lines:?}");
}

#[tokio::test]
async fn a_mute_silences_at_once_and_forgets_what_waits() {
    let mut fake = Fake::start();
    fake.speech.say(EventKind::Message, "one");
    assert_eq!(fake.next().await, "read one");
    fake.speech.say(EventKind::Message, "two");
    let muted = Instant::now();
    fake.speech.stop_all();
    assert_eq!(fake.next().await, "silent");
    // The text itself would never end.
    assert!(muted.elapsed() < Duration::from_secs(10));
    assert_eq!(fake.next().await, "gone");
    fake.speech.say(EventKind::Message, "three");
    assert_eq!(fake.next().await, "read three");
}

#[tokio::test]
async fn of_a_burst_the_first_and_the_last_are_read() {
    let mut fake = Fake::start();
    for number in 0..1_000 {
        fake.speech.say(EventKind::Message, &format!("{number}"));
    }
    assert_eq!(fake.next().await, "read 0");
    fake.done.send(()).unwrap();
    assert_eq!(fake.next().await, "gone");
    assert_eq!(fake.next().await, "read 999");
    fake.done.send(()).unwrap();
    assert_eq!(fake.next().await, "gone");
    let read = fake.lines.lock().unwrap();
    assert_eq!(read.iter().filter(|line| *line == "SPEAK").count(), 2);
}

#[tokio::test]
async fn a_stronger_event_is_read_at_once_and_a_weaker_one_does_not_take_its_place() {
    let mut fake = Fake::start();
    fake.speech.say(EventKind::Message, "message");
    assert_eq!(fake.next().await, "read message");
    fake.speech.say(EventKind::Attention, "buzz");
    fake.speech.say(EventKind::ContactAvailable, "friend");
    assert_eq!(fake.next().await, "silent");
    assert_eq!(fake.next().await, "gone");
    assert_eq!(fake.next().await, "read buzz");
}

#[tokio::test]
async fn without_a_speech_dispatcher_nothing_is_read_and_nothing_breaks() {
    let folder = tempfile::tempdir().unwrap();
    let reader = Reader::Socket(folder.path().join("nobody.sock"));
    assert!(!Speech::by(reader.clone()).works());
    let (_go_on, ended) = oneshot::channel();
    let read = read(&reader, "Alice", ended).await;
    assert!(matches!(read, Err(SpeechProblem::NotThere(_))));
}

#[tokio::test]
async fn one_that_refuses_or_talks_nonsense_is_told() {
    for answer in ["300 ERR\r\n", "HTTP/1.1 400\r\n", "2\r\n", ""] {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("speechd.sock");
        let listener = UnixListener::bind(&socket).unwrap();
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            stream.write_all(answer.as_bytes()).await.unwrap();
        });
        let (_go_on, ended) = oneshot::channel();
        let read = read(&Reader::Socket(socket), "Alice", ended).await;
        assert!(read.is_err(), "{answer:?}");
    }
}

/// Debian's own, with the module that makes no sound. Where it is not installed there is nothing to show.
#[tokio::test]
async fn the_real_speech_dispatcher_reads_and_cancels() {
    if !is_installed() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let settings = [
        "CommunicationMethod \"unix_socket\"",
        // One that needs no sound server even to begin.
        "AudioOutputMethod \"libao\"",
        "AddModule \"dummy\" \"sd_dummy\" \"\"",
        "DefaultModule dummy\n",
    ]
    .join("\n");
    std::fs::write(at.join("speechd.conf"), settings).unwrap();
    let socket = at.join("speechd.sock");
    let mut command = Command::new(SERVER);
    let _server = command
        .args(["-s", "-c", "unix_socket", "-S"])
        .arg(&socket)
        .arg("-C")
        .arg(at)
        .arg("-L")
        .arg(at)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let deadline = Instant::now() + Duration::from_secs(60);
    while UnixStream::connect(&socket).await.is_err() {
        assert!(Instant::now() < deadline, "it listens");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let reader = Reader::Socket(socket);
    let (_go_on, ended) = oneshot::channel();
    read(&reader, ".Alice <b>&amp; Bob", ended).await.unwrap();
    let (end, ended) = oneshot::channel();
    let long = "a long text ".repeat(20);
    let reading = tokio::spawn(async move { read(&reader, &long, ended).await });
    end.send(()).unwrap();
    reading.await.unwrap().unwrap();
}
