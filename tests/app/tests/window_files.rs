//! Files from one real window to another, through real servers: chosen in the desktop's own dialog, looked at, sent,
//! received, shown once that is wanted, and saved. Photographed light and dark, wide and narrow.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::{Path, PathBuf};

use carillon_tests_app::{
    AtScreen, Person, Post, Screen, Sender, Tour, Window, files, noise, quoted,
};
use carillon_tests_servers::{Kind, Peer, Process, until, until_some};
use serde_json::{Value, json};

/// A picture of this name, painted by another program, in `folder`.
fn painted(folder: &Path, name: &str) -> PathBuf {
    let path = folder.join(name);
    let mut command = Process::command("convert");
    command.args(["-size", "1600x1000", "plasma:tomato-steelblue"]);
    assert!(command.arg(&path).status().unwrap().success());
    path
}

/// Chooses a file by the button and the desktop's dialog, until the card before sending shows it.
async fn attach(window: &Window, screen: &Screen, person: &Person, file: &Path) {
    window.click("[data-test=attach]").await;
    screen
        .choose_file(person.window_process().unwrap(), file)
        .await;
    let name = file.file_name().unwrap().to_string_lossy();
    window.reads("[data-test=send-card]", &name).await;
}

/// The card of a file in the open chat, as a CSS selector.
fn card(name: &str) -> String {
    format!("[data-test=file][data-name={}]", quoted(name))
}

/// Waits until a card's picture is drawn.
async fn drawn(window: &Window, name: &str) {
    let script = format!(
        "const it = document.querySelector({});
         return it !== null && it.complete && it.naturalWidth > 0",
        quoted(&format!("{} [data-test=picture]", card(name)))
    );
    window.shows(&format!("the picture {name}"), &script).await;
}

/// Saves a file by its button and the desktop's dialog. Gives its name in the folder, which was empty, and what is in it.
async fn saved(window: &Window, screen: &Screen, person: &Person, name: &str) -> (String, Vec<u8>) {
    let folder = person
        .folder()
        .join("saved")
        .join(fastrand::u64(..).to_string());
    std::fs::create_dir_all(&folder).unwrap();
    let button = format!("{} [data-test=save-file]", card(name));
    window.click(&button).await;
    screen
        .save_into(person.window_process().unwrap(), &folder)
        .await;
    // It takes its name when it is whole.
    let whole = |path: &PathBuf| !path.to_string_lossy().contains("/.carillon-");
    let file = until_some("the saved file", async || {
        files(&folder).into_iter().find(whole)
    })
    .await;
    let bytes = std::fs::read(&file).unwrap();
    assert_eq!(files(&folder), std::slice::from_ref(&file), "one file");
    let name = file.file_name().unwrap().to_string_lossy().into_owned();
    (name, bytes)
}

#[tokio::test]
async fn a_picture_and_a_document_go_from_window_to_window_through_prosody() {
    a_picture_and_a_document(Kind::Prosody).await;
}

#[tokio::test]
async fn a_picture_and_a_document_go_from_window_to_window_through_ejabberd() {
    a_picture_and_a_document(Kind::Ejabberd).await;
}

async fn a_picture_and_a_document(kind: Kind) {
    let folder = tempfile::tempdir().unwrap();
    let screen = Screen::start(folder.path()).await;
    let post = Post::before(&screen, kind).await;
    let (harbour, island) = (
        painted(folder.path(), "harbour.png"),
        painted(folder.path(), "island.jpg"),
    );
    let bob = post.bob.open_window().await;
    bob.choose_contact(&post.alice_account.jid).await;
    let alice = post.alice.open_window().await;
    alice.choose_contact(&post.bob_account.jid).await;
    let mut from = Tour::over(kind, &screen, &post.alice, &alice).await;
    let mut to = Tour::over(kind, &screen, &post.bob, &bob).await;

    attach(&alice, &screen, &post.alice, &harbour).await;
    alice.find("[data-test=preview]").await;
    from.see_narrow_too("file-chosen").await;
    post.gate.stop_after(1_000);
    alice.click("[data-test=send-files]").await;
    alice.find("[data-test=transfer] progress").await;
    from.see_narrow_too("file-going").await;
    bob.lacks("[data-test=file]").await;
    post.gate.free();
    alice.lacks("[data-test=transfer]").await;
    drawn(&alice, "harbour.png").await;

    let popup = post
        .bob
        .desktop
        .notifications
        .next_popup("for the file", |popup| popup.summary == "Alice");
    assert_eq!(popup.await.body, "harbour.png");
    let question = format!("{} [data-test=show-pictures]", card("harbour.png"));
    bob.find(&question).await;
    to.see_narrow_too("file-asked").await;
    bob.lacks("[data-test=picture]").await;
    assert_eq!(post.gate.seen().fetched, 0, "before anybody agreed");
    bob.click(&question).await;
    drawn(&bob, "harbour.png").await;
    to.see_narrow_too("file-shown").await;

    attach(&alice, &screen, &post.alice, &island).await;
    alice.click("[data-test=send-files]").await;
    drawn(&bob, "island.jpg").await;
    bob.lacks("[data-test=show-pictures]").await;
    for picture in [&harbour, &island] {
        let wanted = std::fs::read(picture).unwrap();
        let kept = files(&post.bob.profile().join("media"));
        let same = |path: &PathBuf| std::fs::read(path).unwrap() == wanted;
        assert!(kept.iter().any(same), "{}", picture.display());
    }

    let minutes = folder.path().join("Minutes of May.pdf");
    let words = noise(70_000);
    std::fs::write(&minutes, &words).unwrap();
    attach(&alice, &screen, &post.alice, &minutes).await;
    alice.click("[data-test=send-files]").await;
    let fetched = post.gate.seen().fetched;
    bob.reads(&card("Minutes of May.pdf"), "70 kB").await;
    bob.reads(&card("Minutes of May.pdf"), "application/pdf")
        .await;
    to.see_narrow_too("file-document").await;
    assert_eq!(post.gate.seen().fetched, fetched, "nothing comes by itself");
    let got = saved(&bob, &screen, &post.bob, "Minutes of May.pdf").await;
    assert!(got == ("Minutes of May.pdf".to_owned(), words), "{}", got.0);
    from.album.finish();
    to.album.finish();
}

/// Chooses a file of these bytes in Alice's window.
async fn attach_bytes(one: &Sender, name: &str, bytes: &[u8]) {
    let path = one.file(name, bytes);
    attach(&one.window, &one.screen, &one.post.alice, &path).await;
}

#[tokio::test]
async fn an_upload_is_cancelled_in_the_middle_and_nothing_of_it_arrives_or_is_kept() {
    let mut one = Sender::open().await;
    let (window, gate) = (&one.window, &one.post.gate);
    gate.stop_after(5_000_000);
    attach_bytes(&one, "film.mp4", &noise(20_000_000)).await;
    window.click("[data-test=send-files]").await;
    until("a part of it has gone", || gate.seen().passed >= 5_000_000).await;
    window.reads("[data-test=transfer]", "of 20 MB").await;
    window.click("[data-test=cancel-transfer]").await;
    window.lacks("[data-test=transfer]").await;
    gate.free();

    window.say("Never mind").await;
    one.bob.until_said("Never mind").await;
    assert_eq!(one.bob.messages().await.len(), 1);
    window.lacks("[data-test=file]").await;
    let kept = files(&one.post.alice.profile().join("media"));
    assert_eq!(kept, Vec::<PathBuf>::new());
}

#[tokio::test]
async fn an_upload_that_was_refused_says_so_and_is_tried_again_by_its_button() {
    let mut one = Sender::open().await;
    let (window, gate) = (&one.window, &one.post.gate);
    let mut tour = Tour::new(&one.screen, &one.post.alice, window).await;
    gate.refuse_next(403);
    let words = noise(30_000);
    attach_bytes(&one, "words.txt", &words).await;
    window.click("[data-test=send-files]").await;
    window.find("[data-test=transfer-failed]").await;
    tour.see_narrow_too("file-refused").await;
    let failed = "[data-test=transfer-failed]";
    window
        .reads(failed, "The server refuses the file. (403)")
        .await;
    assert_eq!(one.bob.messages().await, Vec::<Value>::new());
    let notifications = &one.post.alice.desktop.notifications;
    let popup = notifications
        .next_popup("of the refused file", |popup| {
            popup.body.contains("words.txt")
        })
        .await;
    assert!(popup.summary.contains("could not be sent"), "{popup:?}");

    window.click("[data-test=retry-transfer]").await;
    notifications.withdrawn(popup.id).await;
    window.lacks("[data-test=transfer]").await;
    window.find(&card("words.txt")).await;
    let handed = one.bob.until_handed("words.txt").await;
    assert!(one.bob.contents(&handed, one.folder.path()).await == words);
    assert_eq!(one.bob.names().await, ["words.txt"]);
    assert_eq!(gate.seen().begun, 2);
    tour.album.finish();
}

#[tokio::test]
async fn a_file_that_is_pasted_into_the_page_arrives_with_the_same_bytes() {
    let mut one = Sender::open().await;
    let script = "
        const bytes = Uint8Array.from({ length: 3_000_000 }, (_, at) => (at * 7 + (at >> 8)) % 256);
        const file = new File([bytes], 'pasted.bin');
        const event = new Event('paste', { bubbles: true, cancelable: true });
        Object.defineProperty(event, 'clipboardData', { value: { files: [file], getData: () => '' } });
        document.querySelector('[data-test=composer]').dispatchEvent(event);
        return event.defaultPrevented";
    assert_eq!(one.window.script(script).await, true);
    one.window.reads("[data-test=send-card]", "3 MB").await;
    one.window.click("[data-test=send-files]").await;
    let handed = one.bob.until_handed("pasted.bin").await;
    let came = one.bob.contents(&handed, one.folder.path()).await;
    let bytes: Vec<u8> = (0..3_000_000_usize)
        .map(|at| u8::try_from((at * 7 + (at >> 8)) % 256).unwrap())
        .collect();
    assert!(came == bytes, "{} bytes came", came.len());
}

#[tokio::test]
async fn no_file_is_chosen_by_who_goes_away_from_the_dialog() {
    let one = Sender::open().await;
    one.window.click("[data-test=attach]").await;
    let process = one.post.alice.window_process().unwrap();
    one.screen.leave_file_dialog(process).await;
    one.window.lacks("[data-test=send-card]").await;
    one.window.say("Still here").await;
    one.window.delivery_is("Still here", "arrived").await;
}

/// What another program hands over, and what it is called; then what it may be called here.
const NAMES: &[(&str, &str)] = &[
    ("../../.config/autostart/tea.desktop", "tea.desktop"),
    ("/etc/cron.d/tea", "tea"),
    ("invoice\u{202E}fdp.sh", "invoicefdp.sh"),
    (".bashrc", "bashrc"),
    ("CON.txt", "_CON.txt"),
];

#[tokio::test]
async fn a_file_with_a_hostile_name_is_saved_under_a_harmless_one_where_the_user_says() {
    let at = AtScreen::on(Kind::Prosody).await;
    let alice = &at.meeting.alice;
    let mut peer = Peer::eloquent(&at.meeting.server, &at.meeting.bob_account).await;
    // "tea" in base64.
    let content = json!({"name": "tea.bin", "content": "dGVh"});
    let url = peer.does("upload", content).await["url"]
        .as_str()
        .unwrap()
        .to_owned();
    let window = alice.open_window().await;
    window.choose_contact(&at.meeting.bob_account.jid).await;
    let before = files(&alice.desktop.home());
    for (offered, harmless) in NAMES {
        let told = format!(
            "<file-sharing xmlns='urn:xmpp:sfs:0'>
               <file xmlns='urn:xmpp:file:metadata:0'><name>{offered}</name><size>3</size></file>
               <sources><url-data xmlns='http://jabber.org/protocol/url-data' target='{url}'/></sources>
             </file-sharing>"
        );
        peer.message_with(&at.meeting.alice_account.jid, &url, &told)
            .await;
        window.find(&card(harmless)).await;
        let got = saved(&window, &at.screen, alice, harmless).await;
        assert_eq!(
            got,
            ((*harmless).to_owned(), b"tea".to_vec()),
            "{offered:?}"
        );
    }
    let mut written = files(&alice.desktop.home());
    // GTK's own list of what was saved.
    written.retain(|path| !path.ends_with("recently-used.xbel"));
    assert_eq!(written, before, "written elsewhere");
}
