//! What docs/servers.md says about serving people is done here, line by line, to the configurations of the tests;
//! then Carillon makes an account over TLS and signs in.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a guide that does not hold ends the test"
)]

#[path = "guide/files.rs"]
mod files;

use std::time::Duration;

use carillon_core::connection::Proxy;
use carillon_core::session::Incoming;
use carillon_engine::wire::{
    CertificateDer, ConnectConfig, RegisterConfig, RegisterProblem, Secret, register, run,
};
use carillon_tests_servers::{
    DEADLINE, Process, ejabberd_command, free_port, prosody_command, until_started,
};
use files::{DOMAIN, certified, changed, own};
use jid::BareJid;
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};

/// Alice makes an account as soon as the server is there, and signs in.
async fn alice_moves_in(server: &mut Process, url: &str, authority: CertificateDer<'static>) {
    let alice: BareJid = format!("alice@{DOMAIN}").parse().unwrap();
    let password = Secret::new("through the looking-glass".to_owned());
    until_started("an account over TLS", async || {
        server.assert_running();
        let made = register(RegisterConfig {
            token: None,
            account: alice.clone(),
            password: password.clone(),
            url: Some(url.to_owned()),
            proxy: Proxy::Direct,
            extra_roots: vec![authority.clone()],
        })
        .await;
        match made {
            Ok(()) => Some(()),
            // A server that is starting may listen before it serves.
            Err(RegisterProblem::Session(problem)) if !problem.is_final() => {
                sleep(Duration::from_millis(50)).await;
                None
            }
            Err(problem) => panic!("{problem}\n{}", server.output()),
        }
    })
    .await;
    alice_signs_in(url, authority).await;
}

/// Alice, whose account is there, signs in over TLS.
async fn alice_signs_in(url: &str, authority: CertificateDer<'static>) {
    let alice: BareJid = format!("alice@{DOMAIN}").parse().unwrap();
    let password = Secret::new("through the looking-glass".to_owned());
    let config = ConnectConfig {
        url: Some(url.to_owned()),
        proxy: Proxy::Direct,
        extra_roots: vec![authority],
        ..ConnectConfig::new(alice, password)
    };
    let (_say, outgoing) = mpsc::channel(1);
    let (incoming, mut hear) = mpsc::channel(64);
    let session = tokio::spawn(run(config, outgoing, incoming));
    let mut next = async || timeout(DEADLINE, hear.recv()).await.expect("an answer");
    let first = next().await;
    let Some(Incoming::Connected(connection)) = first else {
        panic!("{first:?}");
    };
    assert!(connection.tls.is_some(), "{connection:?}");
    let second = next().await;
    assert!(
        matches!(second, Some(Incoming::Online { .. })),
        "{second:?}"
    );
    session.abort();
}

#[tokio::test]
async fn prosody_serves_people_as_the_guide_says() {
    let folder = tempfile::tempdir().unwrap();
    let (http, c2s, certified) = (free_port(), free_port(), certified());
    let here = folder.path().to_string_lossy();
    // The machine's places and ports become the test's, and the test may run as root.
    let config = changed(&own("prosody.cfg.lua"), "diff prosody.cfg.lua")
        .replace("/var/lib/prosody", &here)
        .replace("/run/prosody", &here)
        .replace("{ 5222 }", &format!("{{ {c2s} }}"))
        .replace("{ 5223 }", &format!("{{ {} }}", free_port()))
        .replace("{ 5281 }", &format!("{{ {http} }}"));
    let file = folder.path().join("prosody.cfg.lua");
    std::fs::write(
        &file,
        format!("run_as_root = true\ns2s_ports = {{ }}\n{config}"),
    )
    .unwrap();
    let certificates = folder.path().join("certs");
    std::fs::create_dir(&certificates).unwrap();
    std::fs::write(certificates.join("https.crt"), &certified.chain).unwrap();
    std::fs::write(certificates.join("https.key"), &certified.key).unwrap();

    let mut server = Process::spawn("prosody", folder.path(), prosody_command(&file));
    let url = format!("wss://127.0.0.1:{http}/xmpp-websocket");
    alice_moves_in(&mut server, &url, certified.authority).await;
}

#[tokio::test]
async fn ejabberd_serves_people_as_the_guide_says() {
    let folder = tempfile::tempdir().unwrap();
    let (http, c2s, tls) = (free_port(), free_port(), free_port());
    let certified = certified();
    let here = folder.path().to_string_lossy();
    let config = changed(&own("ejabberd.yml"), "diff ejabberd.yml")
        .replace("/var/lib/ejabberd", &here)
        .replace("/etc/ejabberd", &here)
        .replace("5222", &c2s.to_string())
        .replace("5223", &tls.to_string())
        .replace("5443", &http.to_string());
    let file = folder.path().join("ejabberd.yml");
    std::fs::write(&file, config).unwrap();
    let both = format!("{}{}", certified.chain, certified.key);
    std::fs::write(folder.path().join("ejabberd.pem"), both).unwrap();

    let command = ejabberd_command(folder.path(), &file);
    let mut server = Process::spawn("ejabberd", folder.path(), command);
    let url = format!("wss://127.0.0.1:{http}/ws");
    alice_moves_in(&mut server, &url, certified.authority.clone()).await;
    for url in [
        format!("xmpp://127.0.0.1:{c2s}"),
        format!("xmpps://127.0.0.1:{tls}"),
    ] {
        alice_signs_in(&url, certified.authority.clone()).await;
    }
}
