//! The stream over TCP: what is read from it, and what ends it.

use super::tcp_server::{Client, HEADER};
use crate::transport::{LinkEnd, Received, Tcp, Transport};
use carillon_xml::{Frame, Limits, parse};
use tokio::io::{DuplexStream, duplex};

const PIPE: usize = 4 << 20;

fn joined() -> (Tcp<DuplexStream>, Client<DuplexStream>) {
    let (client, server) = duplex(PIPE);
    (Tcp::new(client), Client::on(server))
}

async fn opened() -> (Tcp<DuplexStream>, Client<DuplexStream>) {
    let (mut client, mut server) = joined();
    client.open("example.org", None).await.unwrap();
    server.hears("<stream:stream", ">").await;
    server.says(HEADER).await;
    let received = client.receive().await.unwrap();
    assert!(matches!(received, Received::Frame(Frame::Open { .. })));
    (client, server)
}

fn name(received: &Received) -> &str {
    match received {
        Received::Frame(Frame::Stanza(stanza)) => stanza.name(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_stream_is_opened_with_its_header() {
    let (mut client, mut server) = joined();
    client.open("example.org", None).await.unwrap();
    let said = server.hears("<stream:stream", ">").await;
    assert_eq!(
        said,
        "<?xml version='1.0'?><stream:stream xmlns='jabber:client' \
         xmlns:stream='http://etherx.jabber.org/streams' version='1.0' to='example.org'>"
    );
}

#[tokio::test]
async fn stanzas_go_out_in_one_piece_and_come_in_one_by_one() {
    let (mut client, mut server) = opened().await;
    let stanza = |xml| parse(xml, &Limits::STANZA).unwrap();
    let stanzas = [
        stanza("<message xmlns='jabber:client'><body>1</body></message>"),
        stanza("<presence xmlns='jabber:client'/>"),
    ];
    client.send(&stanzas).await.unwrap();
    let said = server.hears("<presence", "/>").await;
    assert!(said.starts_with("<message"), "{said}");
    server
        .says("\n<message><body>a</body></message> <iq/><presence")
        .await;
    assert_eq!(name(&client.receive().await.unwrap()), "message");
    assert_eq!(name(&client.receive().await.unwrap()), "iq");
    server.says("/>").await;
    assert_eq!(name(&client.receive().await.unwrap()), "presence");
}

#[tokio::test]
async fn nothing_is_lost_when_waiting_is_broken_off() {
    let (mut client, mut server) = opened().await;
    let text = "<message><body>slowly</body></message>";
    for byte in text.chars() {
        let waiting = tokio::time::timeout(std::time::Duration::from_millis(1), client.receive());
        assert!(waiting.await.is_err());
        server.says(&byte.to_string()).await;
    }
    assert_eq!(name(&client.receive().await.unwrap()), "message");
}

#[tokio::test]
async fn a_stanza_that_can_not_be_read_is_skipped_and_the_next_is_read() {
    let (mut client, mut server) = opened().await;
    let deep = format!("{}{}", "<a>".repeat(6000), "</a>".repeat(6000));
    for unreadable in [deep.as_str(), "<p:a/>", "<a b='1' b='2'/>"] {
        server.says(unreadable).await;
        let received = client.receive().await.unwrap();
        assert!(matches!(received, Received::Unreadable(_)), "{received:?}");
    }
    server.says("<message/>").await;
    assert_eq!(name(&client.receive().await.unwrap()), "message");
}

#[tokio::test]
async fn what_xmpp_forbids_ends_the_link() {
    let endings = [
        "<!DOCTYPE x>",
        "<a>&evil;</a>",
        "<!-- x -->",
        "<?pi?>",
        "text",
        "<a></b>",
        "<a>\u{0}</a>",
    ];
    for text in endings {
        let (mut client, mut server) = opened().await;
        server.says(text).await;
        let end = client.receive().await;
        assert!(matches!(end, Err(LinkEnd::Protocol(_))), "{text}: {end:?}");
    }
    let (mut client, mut server) = opened().await;
    server.says(&format!("<a>{}", "x".repeat(1 << 20))).await;
    let end = client.receive().await;
    assert!(matches!(end, Err(LinkEnd::Protocol(_))), "{end:?}");
}

#[tokio::test]
async fn a_stream_that_is_opened_anew_forgets_the_one_before() {
    let (mut client, mut server) = opened().await;
    server.says("<success xmlns='urn:x'/>\n ").await;
    assert_eq!(name(&client.receive().await.unwrap()), "success");
    client.open("example.org", None).await.unwrap();
    server.hears("<stream:stream", ">").await;
    server.says(HEADER).await;
    let received = client.receive().await.unwrap();
    assert!(matches!(received, Received::Frame(Frame::Open { .. })));
}

#[tokio::test]
async fn what_was_said_too_early_does_not_count_on_the_next_stream() {
    let (mut client, mut server) = opened().await;
    server
        .says(&format!("<success xmlns='urn:x'/>{HEADER}<message/>"))
        .await;
    assert_eq!(name(&client.receive().await.unwrap()), "success");
    let end = client.open("example.org", None).await;
    assert!(matches!(end, Err(LinkEnd::Protocol(_))), "{end:?}");
}

#[tokio::test]
async fn closing_says_so_and_hears_it() {
    let (mut client, mut server) = opened().await;
    client.close().await.unwrap();
    assert_eq!(server.hears("</", ">").await, "</stream:stream>");
    server.says("<message/></stream:stream>").await;
    assert_eq!(name(&client.receive().await.unwrap()), "message");
    let received = client.receive().await.unwrap();
    assert!(matches!(received, Received::Frame(Frame::Close { .. })));
    client.end().await;
    assert_eq!(server.hears_all().await, "");
}

#[tokio::test]
async fn a_link_that_is_cut_is_broken() {
    let (mut client, server) = opened().await;
    drop(server);
    let end = client.receive().await;
    assert!(matches!(end, Err(LinkEnd::Broken(_))), "{end:?}");
}
