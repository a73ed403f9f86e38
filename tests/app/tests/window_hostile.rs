//! What strangers write is text and nothing else, and the page can do no more than it needs.

#![allow(clippy::unwrap_used, clippy::expect_used)] // in the functions that the tests share
#![allow(clippy::print_stdout)] // how much was tried

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use carillon_tests_app::{AtScreen, Desktop, Window, escaped, quoted};
use carillon_tests_servers::{Kind, Peer, until};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// What has run as markup in messengers (CVE-2018-11101, CVE-2020-3495 and their kin). `CANARY` is an address that
/// nobody may ask for.
const ATTACKS: &[&str] = &[
    "<script>ran++</script>",
    "<script src=CANARY></script>",
    "<img src=x onerror=ran++>",
    "<img src=CANARY>",
    "<svg onload=ran++>",
    "<svg><script>ran++</script></svg>",
    "<iframe src=\"javascript:parent.ran++\"></iframe>",
    "<iframe srcdoc=\"<script>parent.ran++</script>\"></iframe>",
    "\"><img src=x onerror=ran++>",
    "'><svg/onload=ran++>",
    "</span></bdi></button><script>ran++</script>",
    "<a href=\"javascript:ran++\">click</a>",
    "<math><mtext></mtext><mglyph><style><img src=x onerror=ran++>",
    "<style>@import \"CANARY\";</style>",
    "<style>*{background:url(CANARY)}</style>",
    "<link rel=stylesheet href=CANARY>",
    "<meta http-equiv=refresh content=\"0;url=CANARY\">",
    "<base href=CANARY>",
    "<form action=CANARY><input name=password autofocus onfocus=ran++>",
    "<object data=\"data:text/html,<script>parent.ran++</script>\"></object>",
    "<embed src=CANARY>",
    "<video poster=CANARY><source onerror=ran++></video>",
    "<details open ontoggle=ran++>",
    "<template><script>ran++</script></template>",
    "{{constructor.constructor(\"ran++\")()}}",
    "{@html \"<img src=x onerror=ran++>\"}",
    "${ran++}",
    "&lt;script&gt;ran++&lt;/script&gt;",
    "&#60;img src=x onerror=ran++&#62;",
    "javascript:ran++",
    "<!--<img src=\"--><img src=x onerror=ran++//\">",
    "data:text/html;base64,PHNjcmlwdD5wYXJlbnQucmFuKys8L3NjcmlwdD4=",
];

/// A server that only remembers what it was asked for. A connection without a request is none: WebKit connects
/// ahead while it asks whether it may go somewhere, and tells nothing by it.
struct Canary {
    url: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Canary {
    async fn new() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("http://{}/x", listener.local_addr().unwrap());
        let requests = Arc::<Mutex<Vec<String>>>::default();
        let record = Arc::clone(&requests);
        tokio::spawn(async move {
            while let Ok((visitor, _)) = listener.accept().await {
                let record = Arc::clone(&record);
                tokio::spawn(async move {
                    if let Ok(Some(line)) = BufReader::new(visitor).lines().next_line().await {
                        record.lock().unwrap().push(line);
                    }
                });
            }
        });
        Self { url, requests }
    }

    /// What was asked for before this call: a request of our own comes after it.
    async fn requests(&self) -> Vec<String> {
        let address = self.url.trim_start_matches("http://");
        let own = TcpStream::connect(address.trim_end_matches("/x")).await;
        own.unwrap().write_all(b"own\n").await.unwrap();
        let all = || self.requests.lock().unwrap().clone();
        until("the canary answers", || all().contains(&"own".to_owned())).await;
        all().into_iter().filter(|line| line != "own").collect()
    }
}

/// Records what would be opened by the system's programs.
fn fake_opener(desktop: &Desktop) -> PathBuf {
    use std::os::unix::fs::PermissionsExt;
    let opened = desktop.folder().join("opened");
    let program = desktop.programs().join("xdg-open");
    let script = format!("#!/bin/sh\nprintf '%s\\n' \"$1\" >>{}\n", opened.display());
    std::fs::write(&program, script).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    opened
}

fn lines(file: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    text.lines().map(ToOwned::to_owned).collect()
}

/// Waits until the text of an element holds an attack, and sees that it is text all the way down.
async fn stands_as_text(window: &Window, css: &str, attack: &str) {
    let script = format!(
        "return [...document.querySelectorAll({})].some((it) => it.textContent.includes({}))",
        quoted(css),
        quoted(attack)
    );
    window
        .shows(&format!("{attack} as text in {css}"), &script)
        .await;
    let foreign = "return [...document.querySelectorAll('main *:not(img[src^=\"/assets/\"]), aside *')].map((it) => it.localName).filter((name) => \
        !['a','article','aside','b','bdi','button','circle','div','footer','form','h1','h2','header','i','input','label',\
        'li','line','main','nav','p','path','polygon','polyline','rect','section','span','svg','textarea','time','ul']\
        .includes(name)).join(' ')";
    assert_eq!(window.script(foreign).await, "", "after {attack}");
}

#[tokio::test]
async fn no_text_of_others_runs_as_a_script() {
    let canary = Canary::new().await;
    let attacks: Vec<String> = ATTACKS
        .iter()
        .map(|attack| attack.replace("CANARY", &canary.url))
        .collect();
    let at = AtScreen::on(Kind::Prosody).await;
    let (alice, bobs) = (&at.meeting.alice_account, &at.meeting.bob_account.jid);
    let opened = fake_opener(&at.meeting.alice.desktop);
    let mut bob = at.meeting.bob().await;
    let mut other = Peer::log_in(&at.meeting.server, alice).await;
    let window = at.meeting.alice.open_window().await;
    window
        .script("window.ran = 0; window.alert = () => ran++")
        .await;
    window.choose_contact(bobs).await;
    let mut tried = 0;

    for attack in &attacks {
        bob.message(&alice.jid, attack).await;
        stands_as_text(&window, "[data-test=message] .body", attack).await;
        bob.show("away", attack).await;
        stands_as_text(&window, "[data-test=chat-presence]", attack).await;
        other.name(bobs, attack).await;
        stands_as_text(&window, "[data-test=chat-header] h2", attack).await;
        tried += 3;
    }

    let room = format!("tea@{}", at.meeting.server.rooms());
    bob.join(&room, "Bob").await;
    bob.invite(&room, &alice.jid, &attacks[0]).await;
    at.meeting
        .alice
        .until_status("an invitation", |status| status["requests"] == 1)
        .await;
    window.go("requests").await;
    stands_as_text(&window, "[data-test=request-invite]", &attacks[0]).await;
    window.click("[data-test=join]").await;
    window.reads("[data-test=chat-presence]", "2 people").await;
    for attack in &attacks {
        let (room, attack) = (escaped(&room), escaped(attack));
        bob.raw(&format!(
            "<message to='{room}' type='groupchat'><subject>{attack}</subject></message>"
        ))
        .await;
        bob.raw(&format!("<presence to='{room}/{attack}'/>")).await;
        bob.raw(&format!(
            "<message to='{room}' type='groupchat'><body>It is me</body></message>"
        ))
        .await;
    }
    for attack in &attacks[attacks.len() - 3..] {
        stands_as_text(&window, ".nick", attack).await;
    }
    let last = attacks.last().unwrap();
    stands_as_text(&window, "[data-test=chat-presence]", last).await;
    tried += 2 * attacks.len() + 1;

    assert_eq!(window.script("return window.ran").await, 0);
    assert_eq!(canary.requests().await, [""; 0]);
    assert_eq!(lines(&opened), Vec::<String>::new());
    println!("scripts run 0 of {tried}, requests out 0 of {tried}");
}

/// The value, or `refused: …`, of an asynchronous function's body.
async fn attempt(window: &Window, body: &str) -> Value {
    let script = format!(
        "const done = arguments[arguments.length - 1];\
         (async () => {{ {body} }})().then(done, (error) => done('refused: ' + (error?.message ?? error)))"
    );
    window
        .client
        .execute_async(&script, Vec::new())
        .await
        .unwrap()
}

async fn refuses(window: &Window, body: &str) {
    let answer = attempt(window, body).await;
    let refused = answer
        .as_str()
        .is_some_and(|text| text.starts_with("refused: "));
    assert!(refused, "{body} gave {answer}");
}

#[tokio::test]
async fn the_page_can_call_nothing_that_it_does_not_need() {
    let at = AtScreen::on(Kind::Embedded).await;
    let window = at.meeting.alice.open_window().await;
    window.find("[data-test=own-status]").await;
    let allowed = "return (await __TAURI_INTERNALS__.invoke('overview', {ask: {}})) !== null";
    assert_eq!(attempt(&window, allowed).await, true, "what it needs works");

    let commands = [
        ("status", json!({"ask": {}})),
        ("show", json!({"ask": {"place": {"kind": "settings"}}})),
        (
            "window_state",
            json!({"ask": {"focused": true, "visible_chat": null}}),
        ),
        (
            "add_account",
            json!({"ask": {"jid": "m@e.org", "password": "x", "connect": null, "secret": "file"}}),
        ),
        ("nothing_of_this_name", json!({})),
        (
            "plugin:shell|execute",
            json!({"program": "sh", "args": ["-c", "true"]}),
        ),
        ("plugin:shell|open", json!({"path": "/etc/passwd"})),
        ("plugin:fs|read_text_file", json!({"path": "/etc/passwd"})),
        (
            "plugin:fs|write_file",
            json!({"path": "/tmp/x", "contents": ""}),
        ),
        ("plugin:http|fetch", json!({"url": "http://127.0.0.1/"})),
        (
            "plugin:opener|open_url",
            json!({"url": "https://example.org"}),
        ),
        ("plugin:opener|open_path", json!({"path": "/etc/passwd"})),
        (
            "plugin:opener|reveal_item_in_dir",
            json!({"paths": ["/etc"]}),
        ),
        ("plugin:dialog|open", json!({"options": {}})),
        ("plugin:dialog|save", json!({"options": {}})),
        ("plugin:dialog|message", json!({"message": "x"})),
        (
            "plugin:window|create",
            json!({"options": {"label": "other", "url": "https://example.org"}}),
        ),
        ("plugin:window|close", json!({"label": "main"})),
        (
            "plugin:window|set_title",
            json!({"label": "main", "value": "Bank"}),
        ),
        (
            "plugin:window|set_fullscreen",
            json!({"label": "main", "value": true}),
        ),
        (
            "plugin:webview|create_webview_window",
            json!({"options": {"label": "other", "url": "https://example.org"}}),
        ),
        (
            "plugin:webview|create_webview",
            json!({"windowLabel": "main", "options": {"label": "o", "url": "https://example.org"}}),
        ),
        ("plugin:webview|internal_toggle_devtools", json!({})),
        ("plugin:app|version", json!({})),
        ("plugin:app|app_hide", json!({})),
        ("plugin:path|resolve_directory", json!({"directory": 21})),
        (
            "plugin:event|emit",
            json!({"event": "carillon", "payload": null}),
        ),
        (
            "plugin:event|emit_to",
            json!({"target": {"kind": "Any"}, "event": "carillon", "payload": null}),
        ),
        ("plugin:menu|new", json!({"kind": "Menu"})),
        ("plugin:tray|new", json!({"options": {}})),
        ("plugin:image|from_path", json!({"path": "/etc/passwd"})),
        ("plugin:resources|close", json!({"rid": 0})),
        ("plugin:process|exit", json!({"code": 0})),
        (
            "plugin:window-state|restore_state",
            json!({"label": "main", "flags": 63}),
        ),
    ];
    for (command, arguments) in &commands {
        refuses(
            &window,
            &format!("return await __TAURI_INTERNALS__.invoke('{command}', {arguments})"),
        )
        .await;
    }
    println!("commands reached 0 of {}", commands.len());
    assert!(at.meeting.alice.window_process().is_some());
    assert!(at.meeting.alice.status().await["windows"] == 1);
}

#[tokio::test]
async fn no_foreign_page_or_frame_comes_into_the_window() {
    let canary = Canary::new().await;
    let at = AtScreen::on(Kind::Embedded).await;
    let opened = fake_opener(&at.meeting.alice.desktop);
    let window = at.meeting.alice.open_window().await;
    window.find("[data-test=own-status]").await;
    let policy = attempt(
        &window,
        "return (await fetch('/index.html')).headers.get('content-security-policy')",
    )
    .await;
    let policy = policy.as_str().expect("a policy");
    for part in [
        "default-src 'self'",
        "object-src 'none'",
        "frame-src 'none'",
        "base-uri 'none'",
        "form-action 'none'",
    ] {
        assert!(policy.contains(part), "{part}: {policy}");
    }
    for weak in [
        "unsafe-inline",
        "unsafe-eval",
        "*",
        "https:",
        "data:",
        "blob:",
    ] {
        assert!(!policy.contains(weak), "{weak}: {policy}");
    }

    let url = &canary.url;
    let add = |html: &str| {
        format!(
            "const box = document.createElement('div'); box.innerHTML = {}; document.body.append(box)",
            quoted(html)
        )
    };
    let ways = [
        format!("location.href = '{url}'"),
        format!("location.assign('file:///etc/passwd?{url}')"),
        format!("location.replace('{url}')"),
        format!("window.open('{url}')"),
        "window.open('about:blank')?.document.write('<script>opener.ran++</script>')".to_owned(),
        "location.href = 'javascript:ran++'".to_owned(),
        "location.href = 'data:text/html,<script>1</script>'".to_owned(),
        "eval('ran++')".to_owned(),
        "new Function('ran++')()".to_owned(),
        "setTimeout('ran++', 0)".to_owned(),
        "const it = document.createElement('script'); it.textContent = 'ran++'; document.body.append(it)".to_owned(),
        format!("const it = document.createElement('script'); it.src = '{url}'; document.body.append(it)"),
        format!("await import('{url}')"),
        format!("await fetch('{url}')"),
        format!("navigator.sendBeacon('{url}')"),
        format!("new WebSocket('{}')", url.replace("http", "ws")),
        format!("new EventSource('{url}')"),
        format!("new Worker('{url}')"),
        format!("navigator.serviceWorker.register('{url}')"),
        format!("const it = document.createElement('a'); it.href = '{url}'; document.body.append(it); it.click()"),
        format!("const it = document.createElement('a'); it.href = '{url}'; it.target = '_blank'; document.body.append(it); it.click()"),
        format!("const it = document.createElement('a'); it.href = '{url}'; it.download = 'x'; document.body.append(it); it.click()"),
        format!("const it = document.createElement('form'); it.action = '{url}'; document.body.append(it); it.submit()"),
        add(&format!("<iframe src='{url}'></iframe>")),
        add("<iframe srcdoc='<script>parent.ran++; parent.__TAURI_INTERNALS__.invoke(`quit`, {ask: {}})</script>'></iframe>"),
        add("<iframe src='data:text/html,<script>parent.postMessage(1)</script>'></iframe>"),
        add(&format!("<object data='{url}'></object><embed src='{url}'>")),
        add(&format!("<img src='{url}'><video src='{url}'></video><link rel=stylesheet href='{url}'>")),
        add("<img src=x onerror='ran++'><svg onload='ran++'></svg>"),
        add(&format!("<meta http-equiv=refresh content='0;url={url}'><base href='{url}'>")),
        "await fetch('ipc://localhost/quit', {method: 'POST', body: '{}'}).then((it) => { if (it.ok) ran++ })".to_owned(),
    ];
    window.script("window.ran = 0").await;
    for way in &ways {
        attempt(&window, way).await;
    }
    // That nothing happens needs a while to be seen: a page would have been asked for in this time.
    attempt(
        &window,
        "await new Promise((done) => setTimeout(done, 500))",
    )
    .await;

    assert_eq!(window.script("return window.ran").await, 0, "scripts run");
    assert_eq!(canary.requests().await, [""; 0], "requests out");
    let here = window.script("return location.href").await;
    assert!(
        here.as_str().unwrap().starts_with("tauri://localhost"),
        "{here}"
    );
    assert_eq!(window.client.windows().await.unwrap().len(), 1);
    window.find("[data-test=own-status]").await;
    assert_eq!(lines(&opened), Vec::<String>::new());
    assert_eq!(
        at.meeting.alice.status().await["windows"],
        1,
        "nothing was quit"
    );
    println!("ways in 0 of {}", ways.len());
}

#[tokio::test]
async fn only_harmless_links_are_opened() {
    let at = AtScreen::on(Kind::Embedded).await;
    let opened = fake_opener(&at.meeting.alice.desktop);
    let mut bob = at.meeting.bob_unseen().await;
    let window = at.meeting.alice.open_window().await;
    window.choose_contact(&at.meeting.bob_account.jid).await;
    let hostile = [
        "file:///etc/passwd",
        "FILE:///etc/passwd",
        "file://server/share",
        "smb://server/share",
        "\\\\server\\share",
        "//server/share",
        "\\\\?\\C:\\x",
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        " javascript:alert(1)",
        "java\tscript:alert(1)",
        "data:text/html,<script>1</script>",
        "vbscript:x",
        "ms-msdt:/id",
        "search-ms:query=x",
        "tauri://localhost/",
        "ipc://localhost/",
        "ftp://example.org/",
        "ssh://example.org",
        "about:blank",
        "blob:https://example.org/1",
        "view-source:https://example.org",
        "C:\\Windows\\calc.exe",
        "/usr/bin/xcalc",
        "--help",
        "",
        "https://",
        "https://bank.example@evil.example/",
        "https://user:secret@example.org/",
        "http://a:@b/",
        "jar:file:///a!/b",
        "intent://scan/#Intent;end",
        "vnd.example:x",
        "\u{0}https://example.org",
    ];
    for link in &hostile {
        refuses(
            &window,
            &format!(
                "return await __TAURI_INTERNALS__.invoke('open_link', {{ask: {{url: {}}}}})",
                quoted(link)
            ),
        )
        .await;
    }
    for link in hostile
        .iter()
        .filter(|link| !link.contains('\0') && !link.trim().is_empty())
    {
        bob.message(&at.meeting.alice_account.jid, &format!("see {link} now"))
            .await;
    }
    bob.message(&at.meeting.alice_account.jid, "https://example.org/a?b#c")
        .await;
    window.shows_message("https://example.org/a?b#c").await;
    let schemes = "return [...document.querySelectorAll('.body a')].map((it) => new URL(it.href)).filter((it) => \
                   !['https:', 'http:', 'mailto:'].includes(it.protocol) || it.username).map(String).join(' ')";
    assert_eq!(window.script(schemes).await, "");
    assert_eq!(lines(&opened), Vec::<String>::new(), "nothing so far");

    window.click("a[href='https://example.org/a?b#c']").await;
    until("the link was opened", || !lines(&opened).is_empty()).await;
    assert_eq!(lines(&opened), ["https://example.org/a?b#c"]);
    bob.message(&at.meeting.alice_account.jid, "xmpp:carol@example.org")
        .await;
    // The list moves up for it, and what stood there before is a link too.
    let within = "const box = document.querySelector('[data-test=messages]').getBoundingClientRect();
        const link = document.querySelector(\"a[href='xmpp:carol@example.org']\")?.getBoundingClientRect();
        return link && link.bottom <= box.bottom ? link.top : null";
    window.at_rest("the second link", within).await;
    window.click("a[href='xmpp:carol@example.org']").await;
    window.find("[data-test=uri-agree]").await;
    assert_eq!(lines(&opened).len(), 1, "an xmpp: address stays here");
    println!("links opened 0 of {}", hostile.len());
}
