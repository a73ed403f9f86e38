//! TLS: only to the one who is meant.

use super::issuing::{Shown, authority, issued, self_signed};
use super::reaching::to;
use crate::connect::connect;
use carillon_core::session::SessionProblem;
use futures_util::StreamExt;
use rustls::pki_types::CertificateDer;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_tungstenite::tungstenite::handshake::server::{Request, Response};
use tokio_tungstenite::tungstenite::http::HeaderValue;

const DOMAIN: &str = "example.org";

/// A server with TLS that counts who got through its handshake.
struct Server {
    port: u16,
    connections: Arc<AtomicUsize>,
    serving: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn serve(shown: Shown) -> Server {
    let acceptor = shown.acceptor();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let connections = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&connections);
    let serving = tokio::spawn(async move {
        while let Ok((tcp, _)) = listener.accept().await {
            let Ok(tls) = acceptor.accept(tcp).await else {
                continue;
            };
            #[allow(clippy::result_large_err)]
            let answer = |_: &Request, mut response: Response| {
                let name = HeaderValue::from_static("xmpp");
                response
                    .headers_mut()
                    .insert("sec-websocket-protocol", name);
                Ok(response)
            };
            if let Ok(mut socket) = tokio_tungstenite::accept_hdr_async(tls, answer).await {
                counter.fetch_add(1, Ordering::SeqCst);
                let _ = socket.next().await;
            }
        }
    });
    Server {
        port,
        connections,
        serving,
    }
}

async fn connecting(
    server: &Server,
    roots: Vec<CertificateDer<'static>>,
) -> Result<(), SessionProblem> {
    let url = format!("wss://localhost:{}/ws", server.port);
    connect(&to(DOMAIN, &url, roots)).await.map(drop)
}

#[tokio::test]
async fn a_certificate_for_the_accounts_domain_fits_wherever_the_server_lives() {
    let authority = authority();
    let server = serve(issued(&[DOMAIN], &authority, false)).await;
    assert_eq!(
        connecting(&server, vec![authority.der().clone()]).await,
        Ok(())
    );
}

#[tokio::test]
async fn a_certificate_for_the_host_that_the_user_named_fits() {
    let authority = authority();
    let server = serve(issued(&["localhost"], &authority, false)).await;
    assert_eq!(
        connecting(&server, vec![authority.der().clone()]).await,
        Ok(())
    );
}

#[tokio::test]
async fn no_connection_is_made_with_a_certificate_that_does_not_fit() {
    let ours = authority();
    let theirs = authority();
    let shown = [
        ("another name", issued(&["evil.example"], &ours, false)),
        ("a name below", issued(&["xmpp.example.org"], &ours, false)),
        (
            "a wildcard beside",
            issued(&["*.example.org"], &ours, false),
        ),
        ("an address", issued(&["127.0.0.1"], &ours, false)),
        ("expired", issued(&[DOMAIN, "localhost"], &ours, true)),
        ("self-signed", self_signed(DOMAIN)),
        ("self-signed for the host", self_signed("localhost")),
        (
            "an unknown authority",
            issued(&[DOMAIN, "localhost"], &theirs, false),
        ),
    ];
    let tried = shown.len();
    let mut made = 0;
    for (what, shown) in shown {
        let server = serve(shown).await;
        match connecting(&server, vec![ours.der().clone()]).await {
            Err(SessionProblem::Certificate { domain, detail }) => {
                assert_eq!(domain, DOMAIN);
                assert!(!detail.is_empty());
            }
            other => panic!("{what}: {other:?}"),
        }
        made += server.connections.load(Ordering::SeqCst);
    }
    assert_eq!(made, 0);
    println!("connections with a wrong certificate: 0 of {tried}");
}

#[tokio::test]
async fn a_server_without_tls_is_not_spoken_to() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let serving = tokio::spawn(async move {
        use tokio::io::AsyncWriteExt;
        let (mut tcp, _) = listener.accept().await.unwrap();
        let _ = tcp.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        tcp
    });
    let root = authority().der().clone();
    let url = format!("wss://localhost:{port}/");
    let problem = connect(&to(DOMAIN, &url, vec![root])).await.err();
    assert!(
        matches!(problem, Some(SessionProblem::NotXmpp { .. })),
        "{problem:?}"
    );
    drop(serving.await);
}

/// Somebody with an authority of his own tells the system of it, and needs no setting for it here.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_authority_is_trusted_if_the_system_trusts_it() {
    let (ours, theirs) = (authority(), authority());
    let server = serve(issued(&[DOMAIN], &ours, false)).await;
    for (name, authority, fits) in [("ours", &ours, true), ("theirs", &theirs, false)] {
        let file = std::env::temp_dir().join(format!("carillon-{}-{name}.pem", std::process::id()));
        std::fs::write(&file, authority.pem()).unwrap();
        let mut asked = std::process::Command::new(std::env::current_exe().unwrap());
        asked
            .args(["--exact", "--ignored", "--test-threads=1"])
            .arg("tests::certificates::asked_with_what_the_system_trusts")
            .env("SSL_CERT_FILE", &file)
            .env("CARILLON_TEST_PORT", server.port.to_string())
            .env("CARILLON_TEST_FITS", fits.to_string());
        let output = tokio::task::spawn_blocking(move || asked.output()).await;
        let output = output.unwrap().unwrap();
        std::fs::remove_file(&file).unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{name}: {said}");
        assert!(said.contains("1 passed"), "{said}");
    }
    assert_eq!(server.connections.load(Ordering::SeqCst), 1);
}

#[cfg(target_os = "linux")]
#[tokio::test]
#[ignore = "run by another test, with authorities of its own"]
async fn asked_with_what_the_system_trusts() {
    let port = std::env::var("CARILLON_TEST_PORT").unwrap();
    let fits = std::env::var("CARILLON_TEST_FITS").unwrap() == "true";
    let url = format!("wss://localhost:{port}/ws");
    match connect(&to(DOMAIN, &url, Vec::new())).await {
        Ok(_) => assert!(fits),
        Err(SessionProblem::Certificate { .. }) => assert!(!fits),
        Err(other) => panic!("{other:?}"),
    }
}
