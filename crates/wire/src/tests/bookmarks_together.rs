//! Rooms that an older server keeps in one piece (XEP-0048 in XEP-0049), and which of both places counts.

use super::stage::Stage;
use carillon_core::room::Bookmark;
use carillon_core::session::{Incoming, Outgoing, StanzaProblem};
use jid::BareJid;
use minidom::Element;

const TEA: &str = "tea@rooms.example.net";
const DEN: &str = "den@rooms.example.net";
/// A page, a room with something that nobody here knows, and one without an address.
const PIECE: &str = "<url name='Page' url='https://example.net/'/>\
    <conference jid='den@rooms.example.net' name='Den' autojoin='1' minimize='1'><nick>Ali</nick>\
    <password>sesame</password><x xmlns='some:thing'/></conference><conference name='Nowhere'/>";

fn bookmark(room: &str) -> Bookmark {
    Bookmark {
        room: BareJid::new(room).unwrap(),
        name: String::new(),
        autojoin: true,
        nick: String::new(),
        password: String::new(),
        extensions: String::new(),
        notify: None,
    }
}

fn den() -> Bookmark {
    Bookmark {
        name: "Den".to_owned(),
        nick: "Ali".to_owned(),
        password: "sesame".to_owned(),
        ..bookmark(DEN)
    }
}

fn id_of(iq: &Element) -> String {
    iq.attr("id").unwrap().to_owned()
}

fn error(id: &str, condition: &str) -> String {
    format!(
        "<iq type='error' id='{id}'><error type='cancel'>\
         <{condition} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>"
    )
}

fn single(id: &str, items: &str) -> String {
    format!(
        "<iq type='result' id='{id}'><pubsub xmlns='http://jabber.org/protocol/pubsub'>\
         <items node='urn:xmpp:bookmarks:1'>{items}</items></pubsub></iq>"
    )
}

fn piece(id: &str, content: &str) -> String {
    format!(
        "<iq type='result' id='{id}'><query xmlns='jabber:iq:private'>\
         <storage xmlns='storage:bookmarks'>{content}</storage></query></iq>"
    )
}

/// The list is asked for; the question about rooms one by one is answered so.
async fn asks(answer: impl Fn(&str) -> String) -> Stage {
    let mut stage = Stage::online().await;
    stage.ask(Outgoing::ReadBookmarks).await;
    let question = stage.recv().await;
    assert!(question.has_child("pubsub", "http://jabber.org/protocol/pubsub"));
    stage.send(&answer(&id_of(&question)));
    stage
}

/// The piece is asked for; answers the question's id.
async fn asked_for_piece(stage: &mut Stage) -> String {
    let question = stage.recv().await;
    let query = question.get_child("query", "jabber:iq:private").unwrap();
    assert!(query.has_child("storage", "storage:bookmarks"));
    assert_eq!(
        (question.attr("type"), question.attr("to")),
        (Some("get"), None)
    );
    id_of(&question)
}

/// A stage where rooms lie in one piece.
async fn together() -> Stage {
    let mut stage = asks(|id| error(id, "item-not-found")).await;
    let id = asked_for_piece(&mut stage).await;
    let told = stage.tells(&piece(&id, PIECE)).await;
    assert_eq!(told, [Incoming::Bookmarks(vec![den()])]);
    stage
}

async fn keeps(stage: &Stage, request: u64, bookmark: Bookmark) {
    let bookmark = Box::new(bookmark);
    stage.ask(Outgoing::SetBookmark { request, bookmark }).await;
}

/// The piece as it is given back, and the question's id.
async fn given_back(stage: &mut Stage) -> (String, String) {
    let iq = stage.recv().await;
    assert_eq!((iq.attr("type"), iq.attr("to")), (Some("set"), None));
    let query = iq.get_child("query", "jabber:iq:private").unwrap();
    let storage = query.get_child("storage", "storage:bookmarks").unwrap();
    (carillon_xml::write(storage), id_of(&iq))
}

fn done(request: u64) -> Incoming {
    let result = Ok(());
    Incoming::Outcome { request, result }
}

fn publishes(iq: &Element) -> bool {
    iq.get_child("pubsub", "http://jabber.org/protocol/pubsub")
        .is_some_and(|pubsub| pubsub.has_child("publish", "http://jabber.org/protocol/pubsub"))
}

#[tokio::test(start_paused = true)]
async fn rooms_that_lie_one_by_one_count_and_the_piece_is_not_asked_for() {
    let item =
        format!("<item id='{TEA}'><conference xmlns='urn:xmpp:bookmarks:1' autojoin='1'/></item>");
    let mut stage = asks(|id| single(id, &item)).await;
    let (told, asked) = stage.settled().await;
    assert_eq!(told, [Incoming::Bookmarks(vec![bookmark(TEA)])]);
    assert_eq!(asked, []);
    keeps(&stage, 1, bookmark(DEN)).await;
    let iq = stage.recv().await;
    assert!(publishes(&iq));
    // Refused, it is refused: both places would be at war.
    let (told, asked) = {
        stage.send(&error(&id_of(&iq), "conflict"));
        stage.settled().await
    };
    assert!(matches!(
        &told[..],
        [Incoming::Outcome {
            request: 1,
            result: Err(_)
        }]
    ));
    assert_eq!(asked, []);
}

#[tokio::test(start_paused = true)]
async fn where_none_lies_one_by_one_the_piece_counts() {
    for refusal in [
        "item-not-found",
        "feature-not-implemented",
        "service-unavailable",
    ] {
        let mut stage = asks(|id| error(id, refusal)).await;
        let id = asked_for_piece(&mut stage).await;
        let told = stage.tells(&piece(&id, PIECE)).await;
        assert_eq!(told, [Incoming::Bookmarks(vec![den()])], "{refusal}");
    }
    let mut stage = asks(|id| single(id, "")).await;
    let id = asked_for_piece(&mut stage).await;
    let told = stage.tells(&piece(&id, PIECE)).await;
    assert_eq!(told, [Incoming::Bookmarks(vec![den()])]);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_keeps_neither_is_told_of_and_one_without_a_piece_has_an_empty_list() {
    for (refusal, told) in [
        ("item-not-found", vec![Incoming::Bookmarks(Vec::new())]),
        ("service-unavailable", vec![Incoming::NoBookmarks]),
        ("forbidden", vec![Incoming::NoBookmarks]),
    ] {
        let mut stage = asks(|id| error(id, refusal)).await;
        let id = asked_for_piece(&mut stage).await;
        let answer = error(&id, "service-unavailable");
        assert_eq!(stage.tells(&answer).await, told, "{refusal}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_room_is_changed_in_the_piece_and_all_else_stays() {
    let mut stage = together().await;
    let changed = Bookmark {
        autojoin: false,
        nick: "Lis".to_owned(),
        password: String::new(),
        ..den()
    };
    keeps(&stage, 1, changed).await;
    let id = asked_for_piece(&mut stage).await;
    // Meanwhile another device has added a room, and this one another.
    let more = format!("{PIECE}<conference jid='new@rooms.example.net'/>");
    keeps(&stage, 2, bookmark(TEA)).await;
    stage.settled().await;
    stage.send(&piece(&id, &more));
    let (xml, id) = given_back(&mut stage).await;
    for part in [
        "https://example.net/",
        "new@rooms.example.net",
        "Nowhere",
        "some:thing",
        "<nick>Lis</nick>",
        TEA,
    ] {
        assert!(xml.contains(part), "{part} in {xml}");
    }
    assert_eq!(xml.matches(DEN).count(), 1, "{xml}");
    assert!(!xml.contains("sesame"), "{xml}");
    let told = stage.tells(&format!("<iq type='result' id='{id}'/>")).await;
    assert_eq!(told, [done(1), done(2)]);
}

/// ejabberd 23 does not know an option that a room is kept with: Carillon forgot its rooms there with the device.
#[tokio::test(start_paused = true)]
async fn a_server_that_refuses_a_room_by_itself_gets_it_in_the_piece() {
    let refusals = [
        "conflict",
        "bad-request",
        "feature-not-implemented",
        "resource-constraint",
    ];
    for refusal in refusals {
        let mut stage = asks(|id| single(id, "")).await;
        let id = asked_for_piece(&mut stage).await;
        assert_eq!(
            stage.tells(&piece(&id, "")).await,
            [Incoming::Bookmarks(Vec::new())]
        );
        keeps(&stage, 1, bookmark(TEA)).await;
        let iq = stage.recv().await;
        assert!(publishes(&iq));
        stage.send(&error(&id_of(&iq), refusal));
        let id = asked_for_piece(&mut stage).await;
        stage.send(&piece(&id, ""));
        let (xml, id) = given_back(&mut stage).await;
        assert!(xml.contains(TEA), "{xml}");
        let told = stage.tells(&format!("<iq type='result' id='{id}'/>")).await;
        assert_eq!(told, [done(1)], "{refusal}");
        // From now on there.
        keeps(&stage, 2, bookmark(DEN)).await;
        asked_for_piece(&mut stage).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_takes_the_first_room_by_itself_gets_all_so() {
    let mut stage = asks(|id| single(id, "")).await;
    let id = asked_for_piece(&mut stage).await;
    stage.tells(&piece(&id, "")).await;
    for request in [1, 2] {
        keeps(&stage, request, bookmark(TEA)).await;
        let iq = stage.recv().await;
        assert!(publishes(&iq));
        let taken = format!("<iq type='result' id='{}'/>", id_of(&iq));
        assert_eq!(stage.tells(&taken).await, [done(request)]);
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_only_busy_or_fails_is_told_and_the_next_change_goes_on() {
    let mut stage = together().await;
    for (request, at_reading) in [(1, true), (2, false)] {
        keeps(&stage, request, bookmark(TEA)).await;
        let id = asked_for_piece(&mut stage).await;
        let refused = if at_reading {
            id
        } else {
            stage.send(&piece(&id, PIECE));
            given_back(&mut stage).await.1
        };
        let told = stage.tells(&error(&refused, "internal-server-error")).await;
        let result = Err(StanzaProblem {
            condition: "internal-server-error".to_owned(),
            text: String::new(),
        });
        assert_eq!(told, [Incoming::Outcome { request, result }]);
    }
    keeps(&stage, 3, bookmark(TEA)).await;
    asked_for_piece(&mut stage).await;
}

#[tokio::test(start_paused = true)]
async fn a_piece_that_grows_too_long_is_left_as_it_is() {
    let mut stage = together().await;
    keeps(&stage, 1, bookmark(TEA)).await;
    let id = asked_for_piece(&mut stage).await;
    let long = format!("<url name='{}' url='x'/>", "x".repeat(200_000));
    stage.send(&piece(&id, &long));
    let (told, written) = stage.settled().await;
    assert!(
        matches!(&told[..], [Incoming::Outcome { request: 1, result: Err(problem) }] if problem.condition == "policy-violation"),
        "{told:?}"
    );
    assert_eq!(written, []);
}

#[tokio::test(start_paused = true)]
async fn rooms_of_a_piece_are_bounded_and_each_is_taken_once() {
    let mut stage = asks(|id| error(id, "item-not-found")).await;
    let id = asked_for_piece(&mut stage).await;
    let many: String = (0..1_500)
        .map(|number| format!("<conference jid='r{number}@x.net'/><conference jid='r{number}@x.net' autojoin='1'/>"))
        .collect();
    let told = stage.tells(&piece(&id, &many)).await;
    let [Incoming::Bookmarks(all)] = &told[..] else {
        panic!("{told:?}");
    };
    assert_eq!(all.len(), 1_000);
    assert!(all.iter().all(|one| !one.autojoin));
}

/// Every kind of claim × everybody who could make it.
#[tokio::test(start_paused = true)]
async fn only_my_own_account_says_what_lies_in_the_piece() {
    const OTHERS: [&str; 7] = [
        " from='alice@example.org/phone'",
        " from='ALICE@example.org'",
        " from='example.org'",
        " from='bob@example.net'",
        " from='bob@example.net/x'",
        " from='den@rooms.example.net'",
        " from='alice@example.org.evil.example'",
    ];
    let event = |from: &str| {
        format!(
            "<message type='headline'{from}><event xmlns='http://jabber.org/protocol/pubsub#event'>\
             <items node='storage:bookmarks'><item id='current'><storage xmlns='storage:bookmarks'>{PIECE}</storage>\
             </item></items></event></message>"
        )
    };
    let mut forged = 0;
    let mut stage = asks(|id| error(id, "item-not-found")).await;
    let id = asked_for_piece(&mut stage).await;
    for from in OTHERS {
        let claim = piece(&id, PIECE).replace("<iq ", &format!("<iq{from} "));
        assert_eq!(stage.tells(&claim).await, [], "{claim}");
        forged += 1;
    }
    stage.tells(&piece(&id, PIECE)).await;
    for from in OTHERS {
        assert_eq!(stage.tells(&event(from)).await, [], "{from}");
        forged += 1;
    }
    println!("forged pieces accepted: 0 of {forged}");
    assert!(forged >= 14, "the table shrank to {forged}");
    let honest = event(" from='alice@example.org'");
    assert_eq!(
        stage.tells(&honest).await,
        [Incoming::Bookmarks(vec![den()])]
    );
}

#[tokio::test(start_paused = true)]
async fn where_rooms_lie_one_by_one_the_piece_s_changes_are_none_of_mine() {
    let item =
        format!("<item id='{TEA}'><conference xmlns='urn:xmpp:bookmarks:1' autojoin='1'/></item>");
    let mut stage = asks(|id| single(id, &item)).await;
    stage.settled().await;
    let event = format!(
        "<message type='headline' from='alice@example.org'><event xmlns='http://jabber.org/protocol/pubsub#event'>\
         <items node='storage:bookmarks'><item id='current'><storage xmlns='storage:bookmarks'>{PIECE}</storage>\
         </item></items></event></message>"
    );
    assert_eq!(stage.tells(&event).await, []);

    let mut stage = asks(|id| single(id, "")).await;
    let id = asked_for_piece(&mut stage).await;
    stage.tells(&piece(&id, "")).await;
    let empty = event.replace(PIECE, "");
    assert_eq!(stage.tells(&empty).await, []);
    // Another device was the first to keep one.
    assert_eq!(
        stage.tells(&event).await,
        [Incoming::Bookmarks(vec![den()])]
    );
    keeps(&stage, 1, bookmark(TEA)).await;
    asked_for_piece(&mut stage).await;
}

#[tokio::test(start_paused = true)]
async fn a_room_that_is_entered_before_it_is_known_where_rooms_are_kept_is_kept_where_they_can_be()
{
    let mut stage = Stage::online().await;
    keeps(&stage, 1, bookmark(TEA)).await;
    let publish = stage.recv().await;
    stage.send(&error(&id_of(&publish), "conflict"));
    let id = asked_for_piece(&mut stage).await;
    stage.send(&piece(&id, ""));
    let (given, id) = given_back(&mut stage).await;
    assert!(given.contains(TEA), "{given}");
    let told = stage.tells(&format!("<iq type='result' id='{id}'/>")).await;
    assert_eq!(told, [done(1)]);
}
