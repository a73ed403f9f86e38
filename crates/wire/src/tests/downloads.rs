//! Files from addresses that strangers name: nothing that is not public is asked, nothing is written beside the file.

use super::web::{Web, ok, redirect, status};
use crate::transfer::{
    Download, Fetched, LookUp, OwnServer, Progress, SystemLookUp, TransferProblem, Way, download_by,
};
use carillon_core::connection::Proxy;
use sha2::{Digest, Sha256};
use std::future::ready;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// Where a test puts files; gone with it.
pub(super) struct Folder(pub(super) PathBuf);

impl Folder {
    pub(super) fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path =
            std::env::temp_dir().join(format!("carillon-files-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn is_empty(&self) -> bool {
        std::fs::read_dir(&self.0).unwrap().next().is_none()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

pub(super) fn way(own: Option<u16>) -> Way {
    Way {
        proxy: Proxy::Direct,
        own: own.and_then(|port| OwnServer::of(&format!("ws://127.0.0.1:{port}/ws"))),
        extra_roots: Vec::new(),
    }
}

/// Leads every name to the same addresses, and counts.
#[derive(Debug)]
struct Leads(Vec<IpAddr>, AtomicU32);

impl LookUp for Leads {
    fn look_up(
        &self,
        _: String,
    ) -> std::pin::Pin<Box<dyn Future<Output = std::io::Result<Vec<IpAddr>>> + Send>> {
        self.1.fetch_add(1, Ordering::Relaxed);
        Box::pin(ready(Ok(self.0.clone())))
    }
}

async fn fetch(
    address: &str,
    folder: &Folder,
    own: Option<u16>,
) -> Result<Fetched, TransferProblem> {
    fetch_by(address, folder, own, Arc::new(SystemLookUp)).await
}

async fn fetch_by(
    address: &str,
    folder: &Folder,
    own: Option<u16>,
    names: Arc<dyn LookUp>,
) -> Result<Fetched, TransferProblem> {
    let job = Download {
        address: address.to_owned(),
        to: folder.0.join("part"),
        most: 1000,
        way: way(own),
    };
    download_by(&job, &Progress::new(0), names).await
}

/// What leads to this computer or a network that is not public, in every spelling that some program takes.
fn hostile(port: u16) -> Vec<String> {
    let hosts = [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0177.0.0.1",
        "127.0.0.1.",
        "0",
        "0.0.0.0",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[fe80::1]",
        "[fd00::1]",
        "[2002:7f00:1::]",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "localhost",
        "LOCALHOST",
        "localhost.",
        "x.localhost",
        "printer",
        "printer.local",
        "nas.home.arpa",
        "router.lan",
        "metadata.google.internal",
        "１２７.0.0.1",
        "①②⑦.0.0.1",
        "127。0。0。1",
        "%31%32%37.0.0.1",
        "127.0.0.1%2e",
        "017700000001",
        "0x7F.0x0.0x0.0x1",
        "0300.0250.0.1",
        "3232235521",
        "0xa9fea9fe",
        "0251.0376.0251.0376",
        "10.1",
        "192.168.257",
        "127.0.0.1.localhost",
        "0000:0000:0000:0000:0000:0000:0000:0001",
        "[0:0:0:0:0:ffff:127.0.0.1]",
        "[::ffff:0:127.0.0.1]",
        "[::ffff:a9fe:a9fe]",
        "[::ffff:10.0.0.1]",
        "[::ffff:192.168.0.1]",
        "[64:ff9b:1::7f00:1]",
        "[2001:0:0:0:0:0:80ff:fffe]",
        "[2002:c0a8:1::1]",
        "[fec0::1]",
        "[ff02::1]",
        "[100::1]",
        "[2001:db8::1]",
        "[::1%25lo]",
    ];
    let mut all = Vec::new();
    for host in hosts {
        for scheme in ["http", "https"] {
            all.push(format!("{scheme}://{host}:{port}/x"));
            all.push(format!("{scheme}://user:word@{host}:{port}/x"));
        }
    }
    for other in [
        "http://example.org/x",
        "ftp://127.0.0.1/x",
        "file:///etc/passwd",
        "data:text/plain,x",
        "gopher://127.0.0.1/",
        "https://example.org@127.0.0.1/x",
        "https://user@example.org/",
        "javascript:1",
        "//127.0.0.1/x",
        "x",
        "",
        "https://",
        "aesgcm://127.0.0.1/x",
        "\u{0}https://127.0.0.1",
        "https://127.0.0.1/\r\nHost: x",
        "unix:/run/x",
    ] {
        all.push(other.to_owned());
    }
    all.push(format!("https://example.org/{}", "a".repeat(9000)));
    all
}

#[tokio::test]
async fn nothing_private_is_ever_asked() {
    let canary = Web::serve(|_| ok(b"secret")).await;
    let folder = Folder::new();
    let hostile = hostile(canary.port);
    for address in &hostile {
        let refused = fetch(address, &folder, None).await;
        assert!(
            matches!(refused, Err(TransferProblem::Refused { .. })),
            "{address}: {refused:?}"
        );
    }
    assert_eq!(canary.hits(), 0);
    assert!(folder.is_empty());
    assert!(hostile.len() >= 260, "{}", hostile.len());
    println!("0 hits of {} addresses", hostile.len());
}

#[tokio::test]
async fn a_redirect_leads_to_nothing_private_either() {
    let canary = Web::serve(|_| ok(b"secret")).await;
    // A name and a password within are looked at where nothing has to be connected to first.
    let mut hostile = hostile(canary.port);
    hostile.retain(|address| !address.contains("user:word"));
    let led = hostile.clone();
    let own = Web::serve(move |path| {
        let number: usize = path.trim_start_matches('/').parse().unwrap();
        redirect(&led[number].replace(['\r', '\n', '\0'], ""))
    })
    .await;
    let folder = Folder::new();
    for (number, address) in hostile.iter().enumerate() {
        let from = format!("http://127.0.0.1:{}/{number}", own.port);
        assert!(
            fetch(&from, &folder, Some(own.port)).await.is_err(),
            "{address}"
        );
    }
    assert_eq!(canary.hits(), 0);
    assert!(folder.is_empty());
    println!("0 hits of {} redirects", hostile.len());
}

#[tokio::test]
async fn a_name_that_leads_into_a_private_network_is_not_connected_to() {
    let canary = Web::serve(|_| ok(b"secret")).await;
    let folder = Folder::new();
    let tables: &[&[&str]] = &[
        &["127.0.0.1"],
        &["::1"],
        &["::ffff:127.0.0.1"],
        &["10.1.2.3"],
        &["64:ff9b::7f00:1"],
        &["1.1.1.1", "127.0.0.1"],
        &["127.0.0.1", "1.1.1.1"],
        &["2606:4700::1111", "::1"],
        &["100.64.0.1", "192.168.1.1"],
        &["169.254.169.254"],
        &["0.0.0.0"],
        &["::"],
        &["fe80::1"],
        &["fd00::1"],
        &["2002:7f00:1::1"],
        &["2001:0:0:0:0:0:80ff:fffe"],
        &["::127.0.0.1"],
        &["8.8.8.8", "8.8.4.4", "1.1.1.1", "::ffff:10.0.0.1"],
    ];
    for table in tables {
        let addresses = table
            .iter()
            .map(|address| address.parse().unwrap())
            .collect();
        let names = Arc::new(Leads(addresses, AtomicU32::new(0)));
        let asked: Arc<dyn LookUp> = Arc::<Leads>::clone(&names);
        let from = format!("https://rebinding.example.org:{}/x", canary.port);
        let refused = fetch_by(&from, &folder, None, asked).await;
        assert!(
            matches!(refused, Err(TransferProblem::Refused { .. })),
            "{table:?}: {refused:?}"
        );
        // Whoever is asked again may say something else.
        assert_eq!(names.1.load(Ordering::Relaxed), 1);
    }
    assert_eq!(canary.hits(), 0);
    println!("0 hits of {} answers of name servers", tables.len());
}

#[tokio::test]
async fn only_the_accounts_own_server_on_this_computer_is_asked_and_only_where_it_listens() {
    let own = Web::serve(|_| ok(b"mine")).await;
    let other = Web::serve(|_| ok(b"secret")).await;
    let folder = Folder::new();
    let from = |port: u16, host: &str| format!("http://{host}:{port}/x");
    let fetched = fetch(&from(own.port, "127.0.0.1"), &folder, Some(own.port))
        .await
        .unwrap();
    assert_eq!(fetched.bytes, 4);
    assert_eq!(fetched.sha256, <[u8; 32]>::from(Sha256::digest(b"mine")));
    assert_eq!(std::fs::read(folder.0.join("part")).unwrap(), b"mine");
    for host in ["127.0.0.1", "localhost", "[::1]", "127.0.0.2"] {
        assert!(
            fetch(&from(other.port, host), &folder, Some(own.port))
                .await
                .is_err()
        );
    }
    assert_eq!(other.hits(), 0);
    // Of what is asked nothing tells who asks.
    let head = own.asked().remove(0).head.to_ascii_lowercase();
    for told in ["authorization", "cookie", "referer", "user-agent"] {
        assert!(!head.contains(told), "{head}");
    }
}

#[tokio::test]
async fn what_is_too_long_broken_or_refused_leaves_no_file() {
    let own = Web::serve(|path| match path {
        "/announced" => ok(&[0; 1001]),
        "/unannounced" => [
            b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n".as_slice(),
            &[0; 1_000_000],
        ]
        .concat(),
        "/cut" => b"HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\nabc".to_vec(),
        "/gone" => status("404 Not Found"),
        "/busy" => status("503 Service Unavailable"),
        "/round" => redirect("/round"),
        "/nowhere" => status("302 Found"),
        _ => b"nonsense".to_vec(),
    })
    .await;
    let folder = Folder::new();
    for (path, problem, may_pass) in [
        (
            "announced",
            Some(TransferProblem::TooLarge { most: 1000 }),
            false,
        ),
        (
            "unannounced",
            Some(TransferProblem::TooLarge { most: 1000 }),
            false,
        ),
        ("cut", None, true),
        ("gone", Some(TransferProblem::Status { status: 404 }), false),
        ("busy", Some(TransferProblem::Status { status: 503 }), true),
        ("round", None, false),
        ("nowhere", None, false),
        ("nonsense", None, true),
    ] {
        let from = format!("http://127.0.0.1:{}/{path}", own.port);
        let failed = fetch(&from, &folder, Some(own.port)).await.unwrap_err();
        assert_eq!(failed.may_pass(), may_pass, "{path}: {failed}");
        assert!(problem.is_none_or(|problem| problem == failed), "{path}");
        assert!(folder.is_empty(), "{path}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_link_that_lies_where_the_file_is_to_be_is_not_followed() {
    let own = Web::serve(|_| ok(b"new")).await;
    let folder = Folder::new();
    let outside = Folder::new();
    let kept = outside.0.join("kept");
    std::fs::write(&kept, b"old").unwrap();
    for target in [kept.clone(), outside.0.join("not there")] {
        let link = folder.0.join("part");
        std::os::unix::fs::symlink(&target, &link).unwrap();
        let from = format!("http://127.0.0.1:{}/x", own.port);
        let failed = fetch(&from, &folder, Some(own.port)).await;
        assert!(matches!(failed, Err(TransferProblem::Disk { .. })));
        std::fs::remove_file(link).unwrap();
    }
    assert_eq!(std::fs::read(&kept).unwrap(), b"old");
    assert!(!outside.0.join("not there").exists());
}

#[cfg(unix)]
#[tokio::test]
async fn what_comes_is_for_this_user_alone() {
    use std::os::unix::fs::PermissionsExt;
    let own = Web::serve(|_| ok(b"mine")).await;
    let folder = Folder::new();
    let from = format!("http://127.0.0.1:{}/x", own.port);
    fetch(&from, &folder, Some(own.port)).await.unwrap();
    let mode = std::fs::metadata(folder.0.join("part"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[tokio::test]
async fn whoever_gives_up_leaves_no_file() {
    let own = Web::serve(|_| {
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n".to_vec()
    })
    .await;
    let folder = Folder::new();
    let from = format!("http://127.0.0.1:{}/x", own.port);
    let fetching = fetch(&from, &folder, Some(own.port));
    // It may be over by itself before: the other side breaks off.
    let _ = tokio::time::timeout(Duration::from_millis(20), fetching).await;
    assert!(folder.is_empty());
}
