//! Files over real sockets: a place for each, one file in it, and nothing for web pages (XEP-0363).

#![allow(clippy::unwrap_used, clippy::expect_used)] // Helpers of tests are tests.

mod client;

use carillon_server::{Config, Server, start};
use client::Client;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

async fn server() -> (tempfile::TempDir, Server, Client) {
    let folder = tempfile::tempdir().unwrap();
    let server = start(Config::new(folder.path())).await.unwrap();
    server.ensure_account("alice", "pencil").await.unwrap();
    let alice = Client::online(&server, "alice", "pencil", "desk").await;
    (folder, server, alice)
}

/// Where a file of this size goes: the path and the header.
async fn place(alice: &mut Client, name: &str, size: u64) -> (String, String) {
    let answer = alice
        .ask(&format!(
            "<iq xmlns='jabber:client' type='get' id='s' to='upload.localhost'>\
             <request xmlns='urn:xmpp:http:upload:0' filename='{name}' size='{size}'/></iq>"
        ))
        .await;
    let namespace = "urn:xmpp:http:upload:0";
    let put = answer
        .get_child("slot", namespace)
        .unwrap()
        .get_child("put", namespace)
        .unwrap();
    let url = put.attr("url").unwrap();
    let path = url.split_once("//").unwrap().1.split_once('/').unwrap().1;
    (
        format!("/{path}"),
        put.get_child("header", namespace).unwrap().text(),
    )
}

/// One request as it is, and the whole answer.
async fn http(server: &Server, head: &str, body: &[u8]) -> String {
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    // Who is refused early may be cut off.
    let _ = stream.write_all(body).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

async fn put(server: &Server, path: &str, authorization: &str, body: &[u8]) -> String {
    let head = format!(
        "PUT {path} HTTP/1.1\r\nHost: {}\r\nAuthorization: {authorization}\r\nContent-Length: {}\r\n\r\n",
        server.address(),
        body.len()
    );
    http(server, &head, body).await
}

async fn get(server: &Server, path: &str, more: &str) -> String {
    let head = format!(
        "GET {path} HTTP/1.1\r\nHost: {}\r\n{more}\r\n",
        server.address()
    );
    http(server, &head, b"").await
}

#[tokio::test]
async fn a_file_is_put_once_where_it_belongs_and_got_by_who_knows_the_address() {
    let (folder, server, mut alice) = server().await;
    let (path, header) = place(&mut alice, "my photo.png", 3).await;
    assert!(path.ends_with("/my%20photo.png"));
    assert!(get(&server, &path, "").await.starts_with("HTTP/1.1 404"));
    assert!(
        put(&server, &path, "Bearer 0", b"abc")
            .await
            .starts_with("HTTP/1.1 403")
    );
    assert!(
        put(&server, &path, &header, b"abcd")
            .await
            .starts_with("HTTP/1.1 403"),
        "longer than asked for"
    );
    assert!(
        put(&server, &path, &header, b"abc")
            .await
            .starts_with("HTTP/1.1 201")
    );
    assert!(
        put(&server, &path, &header, b"xyz")
            .await
            .starts_with("HTTP/1.1 409")
    );
    let answer = get(&server, &path, "").await;
    assert!(
        answer.starts_with("HTTP/1.1 200") && answer.ends_with("\r\n\r\nabc"),
        "{answer}"
    );
    assert!(answer.contains("content-disposition: attachment\r\nx-content-type-options: nosniff"));
    assert!(
        get(&server, &path, "Origin: https://evil.example\r\n")
            .await
            .starts_with("HTTP/1.1 403")
    );
    for outside in [
        "/files/../server.db",
        "/files/x/../../server.db",
        "/files/%2e%2e/server.db",
    ] {
        assert!(
            !get(&server, outside, "").await.starts_with("HTTP/1.1 200"),
            "{outside}"
        );
    }
    server.shutdown().await.unwrap();
    let server = start(Config::new(folder.path())).await.unwrap();
    assert!(
        get(&server, &path, "").await.starts_with("HTTP/1.1 404"),
        "files go with the server"
    );
}

#[tokio::test]
async fn the_service_is_among_the_servers_parts_and_says_what_it_takes() {
    let (_folder, _server, mut alice) = server().await;
    let items = alice
        .ask("<iq xmlns='jabber:client' type='get' id='i' to='localhost'><query xmlns='http://jabber.org/protocol/disco#items'/></iq>")
        .await;
    let items = items
        .get_child("query", "http://jabber.org/protocol/disco#items")
        .unwrap();
    assert!(
        items
            .children()
            .any(|item| item.attr("jid") == Some("upload.localhost"))
    );
    let info = alice
        .ask("<iq xmlns='jabber:client' type='get' id='i' to='upload.localhost'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>")
        .await;
    let info = info
        .get_child("query", "http://jabber.org/protocol/disco#info")
        .unwrap();
    assert!(
        info.children()
            .any(|child| child.attr("var") == Some("urn:xmpp:http:upload:0"))
    );
    alice
        .send("<iq xmlns='jabber:client' type='get' id='s' to='upload.localhost'><request xmlns='urn:xmpp:http:upload:0' filename='a' size='16777217'/></iq>")
        .await;
    let answer = alice.wait_for(|one| one.attr("id") == Some("s")).await;
    assert_eq!(answer.attr("type"), Some("error"), "larger than it takes");
}
