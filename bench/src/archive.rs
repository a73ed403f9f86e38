//! A server's archive, filled for somebody who is away, and read by a bare client.

use std::time::{Duration, Instant};

use carillon_tests_servers::{BareStream, TestServer};
use rusqlite::Connection;

use crate::away::FIRST;

/// Copies the first message's row so many times in the stopped Prosody's own archive, each under an id, a key and a
/// text of its own, as if all had come one after the other. Answers the first message's key, behind which they lie.
pub(crate) fn fill(server: &TestServer, messages: usize) -> String {
    let archive = Connection::open(server.folder().join("archive.sqlite")).expect("the archive");
    let (row, key): (i64, String) = archive
        .query_row(
            "SELECT sort_id, key FROM prosodyarchive
             WHERE user = 'bob' AND store = 'archive' AND value LIKE '%' || ?1 || '%'",
            [FIRST],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .expect("the first message");
    let filled = archive
        .execute(
            r#"WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?2)
               INSERT INTO prosodyarchive (host, user, store, key, "when", "with", type, value)
               SELECT host, user, store, key || '-' || i, "when", "with", type, replace(value, ?3, 'bench-' || i)
               FROM n, prosodyarchive WHERE sort_id = ?1 ORDER BY i"#,
            (row, i64::try_from(messages).expect("not so many"), FIRST),
        )
        .expect("the archive filled");
    assert_eq!(filled, messages);
    key
}

/// What a bare client has read.
#[derive(Debug)]
pub(crate) struct Read {
    pub(crate) took: Duration,
    /// The archive's id of the last entry.
    pub(crate) last: String,
    pub(crate) entries: usize,
}

/// Asks for the pages that Carillon asks for, from behind `after`, until `atleast` entries came, looks only for where
/// the next page begins, and acknowledges whatever the server asks about.
pub(crate) async fn read(mut stream: BareStream, after: &str, atleast: usize) -> Read {
    let begun = Instant::now();
    let (mut last, mut entries, mut page) = (after.to_owned(), 0, 0);
    while entries < atleast {
        page += 1;
        stream.send(&question(page, &last)).await.expect("asked");
        loop {
            let frame = stream.receive().await.expect("an answer");
            if frame.starts_with("<message") {
                entries += 1;
            } else if frame.starts_with("<r ") {
                stream
                    .send(&format!(
                        "<a xmlns='urn:xmpp:sm:3' h='{}'/>",
                        entries + page - 1
                    ))
                    .await
                    .expect("answered");
            } else if frame.starts_with("<iq") {
                last = between(&frame, "<last>", "</last>").to_owned();
                break;
            }
        }
    }
    Read {
        took: begun.elapsed(),
        last,
        entries,
    }
}

fn question(page: usize, after: &str) -> String {
    format!(
        "<iq xmlns='jabber:client' type='set' id='page{page}'><query xmlns='urn:xmpp:mam:2' queryid='page{page}'>\
         <x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE' type='hidden'>\
         <value>urn:xmpp:mam:2</value></field></x>\
         <set xmlns='http://jabber.org/protocol/rsm'><max>100</max><after>{after}</after></set></query></iq>"
    )
}

fn between<'text>(text: &'text str, before: &str, behind: &str) -> &'text str {
    text.split_once(before)
        .and_then(|(_, rest)| rest.split_once(behind))
        .map(|(found, _)| found)
        .unwrap_or_else(|| panic!("{before} is missing: {text}"))
}
