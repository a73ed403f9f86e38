//! Through a proxy, or past it.

use super::issuing::{authority, issued};
use super::reaching::to;
use super::tcp_server::{Client, HEADER, accept, listening};
use crate::check_proxy;
use crate::connect::{Destination, connect};
use crate::login::open;
use crate::proxy::{DesktopAnswer, DesktopProxies, is_in_environment, of_desktop, passage};
use carillon_core::connection::Proxy;
use carillon_core::session::SessionProblem;
use std::sync::Mutex;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const DOMAIN: &str = "example.org";

fn proxied(url: String) -> Destination {
    Destination {
        proxy: Proxy::Url(url),
        ..to(DOMAIN, "xmpps://xmpp.example.org:5223", Vec::new())
    }
}

/// HTTP CONNECT (RFC 9110 §9.3.6) as a proxy does it; the rest of the connection is the server's.
async fn connect_proxy(listener: &TcpListener, answer: &str) -> (String, TcpStream) {
    let (mut tcp, _) = listener.accept().await.unwrap();
    let mut asked = String::new();
    while !asked.ends_with("\r\n\r\n") {
        asked.push(char::from(tcp.read_u8().await.unwrap()));
    }
    tcp.write_all(answer.as_bytes()).await.unwrap();
    (asked, tcp)
}

/// SOCKS5 (RFC 1928, RFC 1929) as a proxy does it.
async fn socks_proxy(listener: &TcpListener) -> (String, TcpStream) {
    let (mut tcp, _) = listener.accept().await.unwrap();
    let mut read = async |count: usize| {
        let mut bytes = vec![0; count];
        tcp.read_exact(&mut bytes).await.unwrap();
        bytes
    };
    let methods = read(2).await;
    assert_eq!(methods[0], 5);
    let offered = read(usize::from(methods[1])).await;
    assert!(offered.contains(&2), "name and password: {offered:?}");
    tcp.write_all(&[5, 2]).await.unwrap();
    let mut read = async |count: usize| {
        let mut bytes = vec![0; count];
        tcp.read_exact(&mut bytes).await.unwrap();
        bytes
    };
    let name = read(2).await[1];
    let name = read(usize::from(name)).await;
    let password = read(1).await[0];
    let password = read(usize::from(password)).await;
    tcp.write_all(&[1, 0]).await.unwrap();
    let mut read = async |count: usize| {
        let mut bytes = vec![0; count];
        tcp.read_exact(&mut bytes).await.unwrap();
        bytes
    };
    assert_eq!(read(4).await, [5, 1, 0, 3], "it is asked for a name");
    let host = read(1).await[0];
    let host = read(usize::from(host)).await;
    let port = read(2).await;
    tcp.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0])
        .await
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let asked = format!(
        "{}:{}@{}:{}",
        text(name),
        text(password),
        text(host),
        u16::from_be_bytes([port[0], port[1]])
    );
    (asked, tcp)
}

async fn serve(tcp: TcpStream, authority: &super::issuing::Authority) {
    let shown = issued(&[DOMAIN], authority, false);
    let mut client = Client::on(tcp).secured(shown).await.unwrap();
    client.hears("<stream:stream", ">").await;
    client.says(&format!("{HEADER}<stream:features/>")).await;
    client.hears_all().await;
}

async fn speaks(
    mut destination: Destination,
    authority: &super::issuing::Authority,
) -> Option<String> {
    destination.extra_roots = vec![authority.der().clone()];
    let mut connected = connect(&destination)
        .await
        .unwrap_or_else(|problem| panic!("{problem}"));
    open(&mut connected, DOMAIN).await.unwrap();
    assert_eq!(connected.route.host, "xmpp.example.org");
    connected.route.proxy
}

#[tokio::test]
async fn an_http_proxy_is_asked_to_connect() {
    let authority = authority();
    let (listener, port) = listening().await;
    let destination = proxied(format!("http://me:secret@127.0.0.1:{port}"));
    let proxy = async {
        let (asked, tcp) = connect_proxy(&listener, "HTTP/1.1 200 OK\r\n\r\n").await;
        serve(tcp, &authority).await;
        asked
    };
    let (shown, asked) = tokio::join!(speaks(destination, &authority), proxy);
    assert_eq!(shown, Some(format!("127.0.0.1:{port}")));
    assert!(
        asked.starts_with("CONNECT xmpp.example.org:5223 HTTP/1.1\r\n"),
        "{asked}"
    );
    assert!(asked.contains("Basic bWU6c2VjcmV0"), "{asked}");
}

#[tokio::test]
async fn a_socks_proxy_looks_the_name_up() {
    let authority = authority();
    let (listener, port) = listening().await;
    let destination = proxied(format!("socks5://me:secret@127.0.0.1:{port}"));
    let proxy = async {
        let (asked, tcp) = socks_proxy(&listener).await;
        serve(tcp, &authority).await;
        asked
    };
    let (_, asked) = tokio::join!(speaks(destination, &authority), proxy);
    assert_eq!(asked, "me:secret@xmpp.example.org:5223");
}

#[tokio::test]
async fn a_proxy_that_refuses_is_told() {
    for answer in [
        "HTTP/1.1 407 Proxy Authentication Required\r\n\r\n",
        "HTTP/1.1 403 Forbidden\r\n\r\n",
        "SSH-2.0-x\r\n\r\n",
    ] {
        let (listener, port) = listening().await;
        let destination = proxied(format!("http://me:secret@127.0.0.1:{port}"));
        let (connected, _) = tokio::join!(connect(&destination), connect_proxy(&listener, answer));
        match connected.err() {
            Some(SessionProblem::Unreachable { detail }) => {
                assert!(detail.contains(&format!("127.0.0.1:{port}")), "{detail}");
                assert!(!detail.contains("secret"), "{detail}");
            }
            other => panic!("{answer}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn this_computer_is_reached_past_the_proxy() {
    let authority = authority();
    let (listener, port) = listening().await;
    let destination = Destination {
        proxy: Proxy::Url("http://192.0.2.1:1".to_owned()),
        ..to(
            DOMAIN,
            &format!("xmpps://localhost:{port}"),
            vec![authority.der().clone()],
        )
    };
    let shown = issued(&[DOMAIN], &authority, false);
    let server = async { accept(&listener).await.secured(shown).await.is_ok() };
    let (connected, secured) = tokio::join!(connect(&destination), server);
    assert!(connected.is_ok() && secured);
}

#[test]
fn a_proxys_address_is_checked_before_it_is_used() {
    for good in [
        "socks5://proxy.example:1080",
        "socks5h://proxy.example",
        "http://me:secret@proxy.example:3128",
        "http://[2001:db8::1]:3128",
    ] {
        assert_eq!(check_proxy(&Proxy::Url(good.to_owned())), Ok(()), "{good}");
    }
    for bad in [
        "ftp://proxy.example",
        "https://proxy.example",
        "socks4://x",
        "::",
        "",
    ] {
        assert!(check_proxy(&Proxy::Url(bad.to_owned())).is_err(), "{bad:?}");
    }
    assert_eq!(check_proxy(&Proxy::Direct), Ok(()));
    assert!(passage(&Proxy::Direct, DOMAIN, 1).unwrap().is_none());
    let secret = Proxy::Url("http://me:secret@x".to_owned());
    assert!(!format!("{secret:?}").contains("secret"));
}

/// A desktop that says the same of every address, or nothing at all.
#[derive(Debug)]
struct Desktop {
    says: Option<Vec<&'static str>>,
    asked: Mutex<Vec<String>>,
}

impl Desktop {
    fn saying(says: Option<Vec<&'static str>>) -> Self {
        let asked = Mutex::default();
        Self { says, asked }
    }
}

impl DesktopProxies for Desktop {
    fn lookup(&self, url: String) -> DesktopAnswer {
        self.asked.lock().unwrap().push(url);
        let says = self.says.clone();
        Box::pin(async move { Some(says?.into_iter().map(str::to_owned).collect()) })
    }
}

#[tokio::test]
async fn the_desktop_is_asked_as_for_the_web_and_believed() {
    let url = |url: &str| Proxy::Url(url.to_owned());
    let table = [
        (None, Proxy::System),
        (Some(vec![]), Proxy::System),
        (Some(vec!["direct://"]), Proxy::Direct),
        (
            Some(vec!["http://proxy.example:8080"]),
            url("http://proxy.example:8080"),
        ),
        (Some(vec!["socks://[::1]:1080"]), url("socks5://[::1]:1080")),
        (
            Some(vec!["socks5://me:pw@p:1080"]),
            url("socks5://me:pw@p:1080"),
        ),
        (
            Some(vec!["socks4://p:1080", "HTTP://q:1"]),
            url("HTTP://q:1"),
        ),
        (Some(vec!["socks4://p:1080", "nonsense"]), Proxy::System),
        (Some(vec!["http://p:1", "direct://"]), url("http://p:1")),
    ];
    for (says, proxy) in table {
        let told = format!("{says:?}");
        let desktop = Desktop::saying(says);
        let found = of_desktop(&desktop, "xmpp.example.org", 5223).await;
        assert_eq!(found, proxy, "{told}");
        let asked = desktop.asked.lock().unwrap().clone();
        assert_eq!(asked, ["https://xmpp.example.org:5223/"]);
    }
}

#[derive(Debug)]
struct Mute;

impl DesktopProxies for Mute {
    fn lookup(&self, _: String) -> DesktopAnswer {
        Box::pin(std::future::pending())
    }
}

#[tokio::test(start_paused = true)]
async fn a_desktop_that_hangs_holds_nothing_up_for_long() {
    let begun = tokio::time::Instant::now();
    assert_eq!(of_desktop(&Mute, DOMAIN, 5222).await, Proxy::System);
    assert!(begun.elapsed().as_secs() < 5);
}

#[tokio::test]
async fn the_way_goes_through_the_proxy_that_the_desktop_names() {
    let authority = authority();
    let (listener, port) = listening().await;
    let named: &'static str = format!("http://127.0.0.1:{port}/").leak();
    let desktop = Desktop::saying(Some(vec![named]));
    let proxy = of_desktop(&desktop, "xmpp.example.org", 5223).await;
    let destination = Destination {
        proxy,
        ..proxied(String::new())
    };
    let proxy = async {
        let (asked, tcp) = connect_proxy(&listener, "HTTP/1.1 200 OK\r\n\r\n").await;
        serve(tcp, &authority).await;
        asked
    };
    let (shown, asked) = tokio::join!(speaks(destination, &authority), proxy);
    assert_eq!(shown, Some(format!("127.0.0.1:{port}")));
    assert!(
        asked.starts_with("CONNECT xmpp.example.org:5223 "),
        "{asked}"
    );
}

#[test]
fn what_the_environment_names_goes_before_the_desktop() {
    for (name, value, is) in [
        ("https_proxy", "http://p:1", true),
        ("ALL_PROXY", "socks5://p:1", true),
        ("http_proxy", "http://p:1", true),
        ("https_proxy", "", false),
        ("no_proxy", "*", false),
    ] {
        let read = |asked: &str| (asked == name).then(|| value.into());
        assert_eq!(is_in_environment(read), is, "{name}={value}");
    }
}
