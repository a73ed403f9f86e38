use super::render::Renderer;
use super::{ExportOf, Progress, Unfinished, Work, contacts_of, export, look_into_roster, roster};
use carillon_core::chat::Author;
use carillon_core::contact::{RosterItem, Subscription};
use carillon_core::ids::{ChatRef, MessageId, Timestamp};
use carillon_engine::store::{NewMessage, Said, Store};
use carillon_link::views_own::{ExportFormat, WorkKind, WorkState};
use jid::BareJid;
use jiff::tz::TimeZone;
use std::fs;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use tempfile::TempDir;

const OCTOBER: i64 = 1_790_812_800_000;
const EVIL: &str =
    "<script>alert(1)</script> & \"quotes\" 'n' <img src=https://example.org/x.png>\u{7}";

fn jid(text: &str) -> BareJid {
    text.parse().unwrap()
}

/// I have said so much to Bob, and a word to Carol.
fn profile(count: u32) -> (TempDir, Store, ChatRef) {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::open(&folder.path().join("carillon.db")).unwrap();
    let account = store.account_id(&jid("alice@example.org")).unwrap();
    let bob = jid("bob@example.org");
    for n in 0..count {
        let body = format!("words {n}\nand more");
        let at = Timestamp(OCTOBER + i64::from(n) * 1_000);
        store
            .queue_message(account, &bob, &format!("id{n}"), &body, at, false)
            .unwrap();
    }
    let carol = jid("carol@example.org");
    store
        .queue_message(account, &carol, "tea", "tea?", Timestamp(OCTOBER), false)
        .unwrap();
    let bob = ChatRef {
        account,
        jid: bob.into(),
    };
    (folder, store, bob)
}

fn of(chat: Option<ChatRef>, format: ExportFormat) -> ExportOf {
    ExportOf {
        chat,
        format,
        zone: TimeZone::UTC,
    }
}

fn written(count: u32, only_bob: bool, format: ExportFormat) -> String {
    let (folder, store, bob) = profile(count);
    let to = folder.path().join("out");
    let what = of(only_bob.then_some(bob), format);
    let progress = Progress::default();
    export(&store.reader().unwrap(), what, &to, &progress).unwrap();
    let (done, total) = (&progress.done, &progress.total);
    assert_eq!(done.load(Ordering::Relaxed), total.load(Ordering::Relaxed));
    fs::read_to_string(&to).unwrap()
}

/// What a format makes of something that somebody said.
fn rendered(author: Author, format: ExportFormat) -> String {
    let (_folder, store, _) = profile(1);
    let chats = store.chats().unwrap();
    let said = Said {
        id: MessageId(1),
        place: 1,
        author,
        body: EVIL.to_owned(),
        at: Timestamp(OCTOBER),
        sender_id: None,
    };
    let renderer = Renderer {
        format,
        zone: TimeZone::UTC,
    };
    let (mut out, alice) = (Vec::new(), jid("alice@example.org"));
    renderer.begin(&mut out).unwrap();
    renderer.said(&mut out, &chats[0], &alice, &said).unwrap();
    renderer.end(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn dora() -> Author {
    Author::Occupant {
        nick: "</bdi>Dora".to_owned(),
    }
}

fn names(folder: &TempDir) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder.path()).unwrap();
    let names = entries.map(|entry| entry.unwrap().path());
    names
        .filter(|path| !path.to_string_lossy().contains("carillon.db"))
        .collect()
}

#[test]
fn every_line_is_a_message_in_json() {
    let text = written(450, false, ExportFormat::JsonLines);
    let lines = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect::<Vec<serde_json::Value>>();
    assert_eq!(lines.len(), 451);
    assert_eq!(lines[1]["body"], "words 1\nand more");
    assert_eq!(lines[1]["at"], "2026-10-01T00:00:01.000Z");
    assert_eq!(
        (&lines[1]["author"], &lines[1]["id"]),
        (&"me".into(), &"id1".into())
    );
    let line: serde_json::Value =
        serde_json::from_str(&rendered(dora(), ExportFormat::JsonLines)).unwrap();
    assert_eq!(
        (&line["nick"], &line["body"]),
        (&"</bdi>Dora".into(), &EVIL.into())
    );
}

#[test]
fn a_page_has_no_markup_of_others_and_loads_nothing() {
    let text = rendered(dora(), ExportFormat::Html);
    let safe = "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;quotes&quot; &#39;n&#39;";
    assert!(text.contains(safe), "{text}");
    assert!(text.contains("&lt;/bdi&gt;Dora"));
    for tag in ["<script", "<img", "<a ", "<link", "<iframe", "\u{7}"] {
        assert!(!text.contains(tag), "{tag}");
    }
    assert!(text.contains("default-src 'none'"));
    assert!(text.ends_with("</body></html>\n"));
}

#[test]
fn one_chat_as_text_leaves_the_others_out() {
    let text = written(2, true, ExportFormat::Text);
    assert!(text.contains("== bob <bob@example.org> · alice@example.org =="));
    assert!(text.contains("[2026-10-01 00:00:01] alice@example.org: words 1\n    and more\n"));
    assert!(!text.contains("tea?"));
    let text = rendered(Author::Contact, ExportFormat::Text);
    assert!(text.starts_with("[2026-10-01 00:00:00] "), "{text}");
}

fn psst(chat: &ChatRef) -> NewMessage {
    NewMessage {
        account: chat.account,
        chat: chat.jid.clone(),
        author: Author::Occupant {
            nick: "Eva".to_owned(),
        },
        sender_id: Some("w1".to_owned()),
        origin_id: None,
        stanza_id: None,
        body: "psst".to_owned(),
        at: Timestamp(OCTOBER),
        seen: true,
        in_requests: false,
        room: false,
        under_my_nick: false,
        wants_receipt: false,
        markable: false,
        occupant: Some("id:eva".to_owned()),
        said_to: None,
        file: None,
        about: None,
        encryption: None,
        unstyled: false,
        reply: None,
    }
}

/// Eva, in the Choir, has whispered to me, and I have answered; then she took another nick.
fn whispered() -> (TempDir, Store, ChatRef) {
    let (folder, mut store, bob) = profile(1);
    let account = bob.account;
    let room = jid("choir@rooms.example.org");
    store
        .set_room(account, &room, "alice", "Choir", true)
        .unwrap();
    let with = |nick: &str| ChatRef {
        account,
        jid: room.with_resource_str(nick).unwrap().into(),
    };
    let (eva, eve) = (with("Eva"), with("Eve"));
    store.receive(&psst(&eva)).unwrap();
    store.set_private(&eva, "id:eva").unwrap();
    let at = Timestamp(OCTOBER + 1_000);
    store
        .queue_message(account, &eva.jid, "a1", "yes?", at, false)
        .unwrap();
    assert!(store.follow_nick(&eva, &eve.jid, at).unwrap());
    (folder, store, eve)
}

#[test]
fn what_was_said_privately_in_a_room_is_taken_out_with_who_said_it_and_where() {
    let (folder, store, eve) = whispered();
    let to = folder.path().join("out");
    let take = |chat: Option<ChatRef>, format| {
        let progress = Progress::default();
        export(&store.reader().unwrap(), of(chat, format), &to, &progress).unwrap();
        fs::read_to_string(&to).unwrap()
    };
    let text = take(Some(eve.clone()), ExportFormat::Text);
    let lines: Vec<_> = text.lines().filter(|line| !line.is_empty()).collect();
    assert_eq!(
        lines,
        [
            "== Eve (Choir) <choir@rooms.example.org/Eve> · alice@example.org ==",
            "[2026-10-01 00:00:00] Eva: psst",
            "[2026-10-01 00:00:01] alice@example.org: yes?",
        ]
    );
    let page = take(Some(eve), ExportFormat::Html);
    assert!(page.contains("<h2 dir=\"auto\">Eve (Choir)</h2>"), "{page}");
    assert!(page.contains("<b><bdi>Eva</bdi></b>psst"), "{page}");
    let all = take(None, ExportFormat::JsonLines);
    let lines: Vec<serde_json::Value> = all
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let whispers: Vec<_> = lines
        .iter()
        .filter(|line| line["kind"] == "private")
        .map(|line| {
            assert_eq!(line["chat"], "choir@rooms.example.org/Eve");
            (line["author"].clone(), line["nick"].clone())
        })
        .collect();
    assert_eq!(
        whispers,
        [
            ("occupant".into(), "Eva".into()),
            ("me".into(), serde_json::Value::Null)
        ]
    );
}

#[cfg(unix)]
#[test]
fn the_file_is_the_users_alone_and_takes_its_place_only_when_it_is_whole() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, store, _) = profile(201);
    let to = folder.path().join("out");
    fs::write(&to, "before").unwrap();
    let reader = store.reader().unwrap();
    let progress = Progress::default();
    progress.stopped.store(true, Ordering::Relaxed);
    let stopped = export(&reader, of(None, ExportFormat::Text), &to, &progress);
    assert!(matches!(stopped, Err(Unfinished::Stopped)));
    assert_eq!(fs::read_to_string(&to).unwrap(), "before");
    assert_eq!(names(&folder), std::slice::from_ref(&to));
    let progress = Progress::default();
    export(&reader, of(None, ExportFormat::Text), &to, &progress).unwrap();
    assert_ne!(fs::read_to_string(&to).unwrap(), "before");
    assert_eq!(names(&folder), std::slice::from_ref(&to));
    let mode = fs::metadata(&to).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let nowhere = folder.path().join("nowhere").join("out");
    let refused = export(&reader, of(None, ExportFormat::Text), &nowhere, &progress);
    assert!(matches!(refused, Err(Unfinished::File(_))));
}

#[test]
fn contacts_are_written_one_a_line() {
    let (folder, mut store, bob) = profile(0);
    let item = RosterItem {
        jid: bob.bare(),
        name: "Bob \"B\"".to_owned(),
        groups: ["Friends".to_owned()].into(),
        subscription: Subscription::Both,
        ask: false,
    };
    store.replace_roster(bob.account, None, vec![item]).unwrap();
    let to = folder.path().join("contacts");
    assert_eq!(roster(&store.reader().unwrap(), &to).unwrap(), 1);
    let line: serde_json::Value = serde_json::from_str(&fs::read_to_string(&to).unwrap()).unwrap();
    assert_eq!(line["account"], "alice@example.org");
    assert_eq!(
        (&line["jid"], &line["name"]),
        (&"bob@example.org".into(), &"Bob \"B\"".into())
    );
}

#[test]
fn there_is_one_work_at_a_time() {
    let work = Work::default();
    assert_eq!(work.view(), None);
    let progress = work.begin(WorkKind::Export, "/tmp/out").unwrap();
    assert!(work.begin(WorkKind::Export, "/tmp/other").is_none());
    progress.expects(10);
    progress.goes_on(4).unwrap();
    let view = work.view().unwrap();
    assert_eq!(
        (view.done, view.total, view.state),
        (4, 10, WorkState::Running)
    );
    work.stop();
    let stopped = progress.goes_on(1);
    assert!(matches!(stopped, Err(Unfinished::Stopped)));
    work.ends(stopped);
    assert_eq!(work.view().unwrap().state, WorkState::Stopped);
    assert!(work.begin(WorkKind::Export, "/tmp/again").is_some());
}

fn contact(text: &str) -> RosterItem {
    RosterItem {
        jid: jid(text),
        name: "Bob \"the\" Builder".to_owned(),
        groups: ["Friends".to_owned(), "Work".to_owned()].into(),
        subscription: Subscription::Both,
        ask: false,
    }
}

#[test]
fn contacts_that_were_taken_out_are_read_back() {
    let (folder, mut store, bob) = profile(1);
    let all = vec![contact("bob@example.org"), contact("carol@example.org")];
    store
        .replace_roster(bob.account, None, all.clone())
        .unwrap();
    let path = folder.path().join("contacts.jsonl");
    assert_eq!(roster(&store.reader().unwrap(), &path).unwrap(), 2);
    let source = look_into_roster(&path).unwrap();
    assert_eq!(source.unreadable, 0);
    let [of] = source.accounts.as_slice() else {
        panic!("{source:?}");
    };
    assert_eq!((of.account.as_str(), of.contacts), ("alice@example.org", 2));
    let read = contacts_of(&path, "alice@example.org").unwrap();
    assert_eq!(read, (all, 0));
    let nobody = contacts_of(&path, "eve@example.org").unwrap();
    assert_eq!(nobody, (Vec::new(), 0));
}

#[test]
fn what_is_no_contact_is_counted_and_what_is_no_file_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("contacts.jsonl");
    let line = |jid: &str| {
        format!(
            "{{\"account\":\"a@x\",\"jid\":\"{jid}\",\"name\":\"\",\"groups\":[],\
             \"subscription\":\"none\",\"ask\":false}}"
        )
    };
    let lines = [
        line("bob@example.org"),
        line("@@//"),
        "garbage".to_owned(),
        "{}".to_owned(),
        String::new(),
        "\u{0}\u{1}".to_owned(),
        line("carol@example.org"),
    ];
    let mut text = lines.join("\n").into_bytes();
    text.extend(b"\n\xff\xfe\n");
    fs::write(&path, text).unwrap();
    let (read, unreadable) = contacts_of(&path, "a@x").unwrap();
    assert_eq!((read.len(), unreadable), (2, 5));
    assert!(look_into_roster(folder.path()).is_err(), "a folder");
    assert!(look_into_roster(&folder.path().join("none")).is_err());
}
