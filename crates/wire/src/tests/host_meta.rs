//! host-meta over HTTPS, with servers that mean it well and others.

use super::issuing::{authority, issued};
use crate::discovery::ask;
use crate::tls::{Trust, trust};
use carillon_core::connection::Proxy;
use rustls::pki_types::CertificateDer;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

const XML: &str = "<XRD xmlns='http://docs.oasis-open.org/ns/xri/xrd-1.0'>\
    <Link rel='urn:xmpp:alt-connections:websocket' href='wss://xml.example.org/'/></XRD>";
const JSON: &str =
    r#"{"links":[{"rel":"urn:xmpp:alt-connections:websocket","href":"wss://json.example.org/"}]}"#;

/// An HTTPS server that answers by path.
struct Web {
    origin: String,
    root: CertificateDer<'static>,
    serving: JoinHandle<()>,
}

impl Drop for Web {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

fn ok(body: &str) -> String {
    format!(
        "HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
}

fn redirect(to: &str) -> String {
    format!(
        "HTTP/1.1 302 Found\r\nlocation: {to}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
    )
}

const NOT_FOUND: &str = "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";

async fn web(names: &[&str], answer: impl Fn(&str, u16) -> String + Send + Sync + 'static) -> Web {
    let authority = authority();
    let acceptor: TlsAcceptor = issued(names, &authority, false).acceptor();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let answer = Arc::new(answer);
    let serving = tokio::spawn(async move {
        while let Ok((tcp, _)) = listener.accept().await {
            let (acceptor, answer) = (acceptor.clone(), Arc::clone(&answer));
            tokio::spawn(async move {
                let Ok(mut tls) = acceptor.accept(tcp).await else {
                    return;
                };
                let mut request = [0; 4096];
                let read = tls.read(&mut request).await.unwrap_or_default();
                let text = String::from_utf8_lossy(&request[..read]);
                let path = text.split(' ').nth(1).unwrap_or_default();
                let _ = tls.write_all(answer(path, port).as_bytes()).await;
                let _ = tls.shutdown().await;
            });
        }
    });
    Web {
        origin: format!("https://localhost:{port}"),
        root: authority.der().clone(),
        serving,
    }
}

impl Web {
    fn trust(&self) -> Trust {
        trust(vec![self.root.clone()], "localhost").unwrap()
    }

    async fn names(&self) -> Vec<String> {
        let tls = self.trust().for_https("localhost").unwrap();
        let found = ask(&self.origin, tls, &Proxy::Direct).await;
        found.into_iter().map(|endpoint| endpoint.url).collect()
    }
}

#[tokio::test]
async fn either_form_is_enough() {
    let json = web(&["localhost"], |path, _| match path {
        "/.well-known/host-meta.json" => ok(JSON),
        _ => NOT_FOUND.to_owned(),
    })
    .await;
    assert_eq!(json.names().await, ["wss://json.example.org/"]);
    let xml = web(&["localhost"], |path, _| match path {
        "/.well-known/host-meta" => ok(XML),
        _ => ok("<html>not here</html>"),
    })
    .await;
    assert_eq!(xml.names().await, ["wss://xml.example.org/"]);
}

#[tokio::test]
async fn a_redirect_is_followed_within_https_only() {
    let inside = web(&["localhost"], |path, port| match path {
        "/.well-known/host-meta.json" => redirect(&format!("https://localhost:{port}/moved")),
        "/moved" => ok(JSON),
        _ => NOT_FOUND.to_owned(),
    })
    .await;
    assert_eq!(inside.names().await, ["wss://json.example.org/"]);

    let asked = Arc::new(AtomicUsize::new(0));
    let plain = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let plain_port = plain.local_addr().unwrap().port();
    let counter = Arc::clone(&asked);
    let listening = tokio::spawn(async move {
        while plain.accept().await.is_ok() {
            counter.fetch_add(1, Ordering::SeqCst);
        }
    });
    let outside = web(&["localhost"], move |_, _| {
        redirect(&format!("http://127.0.0.1:{plain_port}/x"))
    })
    .await;
    assert_eq!(outside.names().await, Vec::<String>::new());
    assert_eq!(asked.load(Ordering::SeqCst), 0);
    listening.abort();

    let round = web(&["localhost"], |path, port| {
        redirect(&format!("https://localhost:{port}{path}"))
    })
    .await;
    assert_eq!(round.names().await, Vec::<String>::new());
}

#[tokio::test]
async fn only_the_domain_itself_speaks_for_it() {
    let evil = web(&["evil.example"], |_, _| ok(JSON)).await;
    assert_eq!(evil.names().await, Vec::<String>::new());
}

#[tokio::test]
async fn an_endless_answer_is_cut_off() {
    let endless = web(&["localhost"], |_, _| {
        let body = format!("{}{JSON}", " ".repeat(1 << 20));
        format!("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{body}")
    })
    .await;
    assert_eq!(endless.names().await, Vec::<String>::new());
}
