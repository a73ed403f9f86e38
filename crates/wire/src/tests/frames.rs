//! WebSocket frames as RFC 7395 wants them, and as nobody wants them.

use crate::transport::{LinkEnd, Received, Transport, WebSocket, handshake};
use carillon_core::session::SessionProblem;
use carillon_xml::Frame;
use futures_util::{SinkExt, StreamExt};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio_tungstenite::tungstenite::handshake::server::{Request, Response};
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::protocol::frame::Frame as RawFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Message};
use tokio_tungstenite::{WebSocketStream, accept_hdr_async};

const URL: &str = "ws://localhost/xmpp-websocket";
/// More than any message here.
const PIPE: usize = 4 << 20;

async fn serving(
    protocol: Option<&'static str>,
    link: DuplexStream,
) -> WebSocketStream<DuplexStream> {
    #[allow(clippy::result_large_err)]
    let answer = |request: &Request, mut response: Response| {
        assert_eq!(request.headers()["sec-websocket-protocol"], "xmpp");
        if let Some(protocol) = protocol {
            let name = HeaderValue::from_static(protocol);
            response
                .headers_mut()
                .insert("sec-websocket-protocol", name);
        }
        Ok(response)
    };
    accept_hdr_async(link, answer).await.unwrap()
}

async fn joined() -> (WebSocket<DuplexStream>, WebSocketStream<DuplexStream>) {
    let (client, server) = duplex(PIPE);
    let (client, server) = tokio::join!(handshake(URL, client), serving(Some("xmpp"), server));
    (client.unwrap(), server)
}

#[tokio::test]
async fn a_websocket_that_does_not_speak_xmpp_is_refused() {
    for protocol in [None, Some("mqtt"), Some("XMPP")] {
        let (client, server) = duplex(PIPE);
        // A protocol that was not asked for makes tungstenite's server refuse by itself.
        let answer = tokio::spawn(async move { serving(protocol, server).await });
        let problem = handshake(URL, client).await.unwrap_err();
        assert!(
            matches!(problem, SessionProblem::NotXmpp { .. }),
            "{problem:?}"
        );
        answer.abort();
    }
}

#[tokio::test]
async fn what_is_no_websocket_is_told_with_what_it_is() {
    let answers = [
        ("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n", "404"),
        (
            "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 6\r\n\r\n<html>",
            "200",
        ),
        (
            "HTTP/1.1 302 Found\r\nlocation: ws://evil.example/\r\ncontent-length: 0\r\n\r\n",
            "302",
        ),
        ("220 mail.example ESMTP\r\n\r\n", ""),
        ("<stream:stream>\r\n\r\n", ""),
    ];
    for (answer, said) in answers {
        let (client, mut server) = duplex(PIPE);
        let serve = async {
            let mut request = [0; 4096];
            let _ = server.read(&mut request).await.unwrap();
            server.write_all(answer.as_bytes()).await.unwrap();
            server
        };
        let (problem, _server) = tokio::join!(handshake(URL, client), serve);
        match problem {
            Err(SessionProblem::NotXmpp { detail }) => assert!(detail.contains(said), "{detail}"),
            other => panic!("{answer}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn a_gateway_whose_server_is_away_is_tried_again() {
    for status in [
        "502 Bad Gateway",
        "503 Service Unavailable",
        "429 Too Many Requests",
    ] {
        let (client, mut server) = duplex(PIPE);
        let serve = async {
            let _ = server.read(&mut [0; 4096]).await.unwrap();
            let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n");
            server.write_all(answer.as_bytes()).await.unwrap();
        };
        let (problem, ()) = tokio::join!(handshake(URL, client), serve);
        assert!(
            matches!(problem, Err(SessionProblem::Unreachable { .. })),
            "{status}: {problem:?}"
        );
    }
}

async fn receives(message: Message) -> Result<Received, LinkEnd> {
    let (mut client, mut server) = joined().await;
    server.send(message).await.unwrap();
    client.receive().await
}

#[tokio::test]
async fn a_text_frame_is_one_element() {
    let received = receives(Message::text("<message xmlns='jabber:client'/>"))
        .await
        .unwrap();
    assert!(matches!(received, Received::Frame(Frame::Stanza(_))));
}

#[tokio::test]
async fn a_binary_frame_ends_the_link() {
    let end = receives(Message::binary(
        "<message xmlns='jabber:client'/>".as_bytes(),
    ))
    .await;
    assert!(matches!(end, Err(LinkEnd::Protocol(_))), "{end:?}");
}

#[tokio::test]
async fn what_can_not_be_read_is_skipped_by_itself() {
    let unreadable = [
        "",
        " <message xmlns='jabber:client'/>",
        "<message",
        "<a/><b/>",
        "<a></b>",
        "<p:a/>",
        "<!DOCTYPE x><a/>",
        "<?php x?><a/>",
        "<a>&evil;</a>",
        "<a><!-- x --></a>",
        "<a b='1' b='2'/>",
        "<other xmlns='urn:ietf:params:xml:ns:xmpp-framing'/>",
        "hello",
    ];
    let (mut client, mut server) = joined().await;
    for text in unreadable {
        server.send(Message::text(text)).await.unwrap();
        let received = client.receive().await.unwrap();
        assert!(
            matches!(received, Received::Unreadable(_)),
            "{text}: {received:?}"
        );
    }
    let nested = format!("{}{}", "<a>".repeat(6000), "</a>".repeat(6000));
    server.send(Message::text(nested)).await.unwrap();
    assert!(matches!(
        client.receive().await.unwrap(),
        Received::Unreadable(_)
    ));
    server.send(Message::text("<a/>")).await.unwrap();
    assert!(matches!(
        client.receive().await.unwrap(),
        Received::Frame(_)
    ));
    println!("unreadable frames skipped: {}", unreadable.len() + 1);
}

#[tokio::test]
async fn pieces_of_a_frame_are_put_together_and_pings_answered() {
    let (mut client, mut server) = joined().await;
    let piece = |text: &'static str, kind, last| {
        Message::Frame(RawFrame::message(text, OpCode::Data(kind), last))
    };
    server
        .send(piece("<mess", Data::Text, false))
        .await
        .unwrap();
    server.send(Message::Ping("?".into())).await.unwrap();
    server
        .send(piece("age/>", Data::Continue, true))
        .await
        .unwrap();
    let received = client.receive().await.unwrap();
    assert!(matches!(received, Received::Frame(Frame::Stanza(e)) if e.name() == "message"));
    client.send(&[]).await.unwrap();
    assert_eq!(
        server.next().await.unwrap().unwrap(),
        Message::Pong("?".into())
    );
}

#[tokio::test]
async fn a_message_over_the_limit_ends_the_link_before_it_is_there() {
    let text = "x".repeat((1 << 20) + 1);
    let end = receives(Message::text(text)).await;
    assert!(matches!(end, Err(LinkEnd::Protocol(_))), "{end:?}");
    // In pieces that are each allowed.
    let (mut client, mut server) = joined().await;
    for (kind, last) in [
        (Data::Text, false),
        (Data::Continue, false),
        (Data::Continue, true),
    ] {
        let piece = RawFrame::message("x".repeat(400_000), OpCode::Data(kind), last);
        server.send(Message::Frame(piece)).await.unwrap();
    }
    let end = client.receive().await;
    assert!(matches!(end, Err(LinkEnd::Protocol(_))), "{end:?}");
    // A header alone that promises 65 MiB.
    let (mut client, server) = joined().await;
    let mut raw = server.into_inner();
    raw.write_all(&[0x81, 127, 0, 0, 0, 0, 4, 16, 0, 0])
        .await
        .unwrap();
    let end = client.receive().await;
    assert!(matches!(end, Err(LinkEnd::Protocol(_))), "{end:?}");
}

#[tokio::test]
async fn text_that_is_not_utf8_ends_the_link() {
    let (mut client, server) = joined().await;
    let mut raw = server.into_inner();
    raw.write_all(&[0x81, 4, b'<', b'a', 0xff, b'>'])
        .await
        .unwrap();
    let end = client.receive().await;
    assert!(matches!(end, Err(LinkEnd::Protocol(_))), "{end:?}");
}

#[tokio::test]
async fn a_closed_websocket_is_a_broken_link() {
    let close = Message::Close(Some(CloseFrame {
        code: 1001.into(),
        reason: "going away".into(),
    }));
    match receives(close).await {
        Err(LinkEnd::Broken(words)) => assert!(words.contains("going away"), "{words}"),
        other => panic!("{other:?}"),
    }
    let (mut client, server) = joined().await;
    drop(server);
    let end = client.receive().await;
    assert!(matches!(end, Err(LinkEnd::Broken(_))), "{end:?}");
}

#[tokio::test]
async fn closing_says_so_in_xmpp_and_in_websocket() {
    let (mut client, mut server) = joined().await;
    client.close().await.unwrap();
    client.end().await;
    let said = server.next().await.unwrap().unwrap();
    assert_eq!(
        said,
        Message::text("<close xmlns='urn:ietf:params:xml:ns:xmpp-framing'/>")
    );
    assert!(server.next().await.unwrap().unwrap().is_close());
}
