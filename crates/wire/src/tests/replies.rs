//! Messages that answer another one.

use super::changes::{ROOM, copied, in_room, message};
use super::stage::{ME, Stage};
use carillon_core::chat::Author;
use carillon_core::reply::{Answered, ReplyTo};
use carillon_core::session::Outgoing;
use jid::BareJid;

const BOB: &str = "from='bob@example.net/x' type='chat' id='b2'";

fn reply(attributes: &str) -> String {
    format!("<reply xmlns='urn:xmpp:reply:0' {attributes}/>")
}

fn fallback(ranges: &str) -> String {
    format!("<fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:reply:0'>{ranges}</fallback>")
}

fn range(start: &str, end: &str) -> String {
    fallback(&format!("<body start='{start}' end='{end}'/>"))
}

fn said(attributes: &str, body: &str, beside: &str) -> String {
    format!("<message {attributes}><body>{body}</body>{beside}</message>")
}

fn to(target: &str, mine: Option<bool>) -> Option<ReplyTo> {
    Some(ReplyTo {
        target: target.to_owned(),
        mine,
    })
}

#[tokio::test(start_paused = true)]
async fn an_answer_tells_what_it_answers_and_only_its_own_words() {
    let mut stage = Stage::online().await;
    // Eight code points with the line's end, one of them of four bytes.
    let body = "&gt; Hé 🎉!\nYes";
    let of = reply("to='alice@example.org/desk' id='m1'");
    let answer = said(BOB, body, &(of + &range("0", "8")));
    let told = message(&mut stage, &answer).await;
    assert_eq!(
        (told.body.as_str(), told.reply),
        ("Yes", to("m1", Some(true)))
    );
    let kept = said(BOB, body, &(reply("id='m1'") + &range("0", "7")));
    let told = message(&mut stage, &kept).await;
    assert_eq!((told.body.as_str(), told.reply), ("Yes", to("m1", None)));
    let behind = "Yes\n&gt; Hello";
    let kept = said(
        BOB,
        behind,
        &(reply("to='bob@example.net' id='b1'") + &range("3", "11")),
    );
    let told = message(&mut stage, &kept).await;
    assert_eq!(
        (told.body.as_str(), told.reply),
        ("Yes", to("b1", Some(false)))
    );
    let sent = copied(
        "sent",
        &said(
            "from='alice@example.org/other' to='bob@example.net' type='chat' id='a1'",
            body,
            &(reply("to='bob@example.net/x' id='b1'") + &range("0", "8")),
        ),
    );
    let told = message(&mut stage, &sent).await;
    assert_eq!(
        (told.author, told.body.as_str(), told.reply),
        (Author::Me, "Yes", to("b1", Some(false)))
    );
    let correction = "<replace xmlns='urn:xmpp:message-correct:0' id='b0'/>".to_owned();
    let beside = correction + &reply("id='m1'") + &range("0", "8");
    let told = message(&mut stage, &said(BOB, body, &beside)).await;
    assert_eq!((told.body.as_str(), told.reply), ("Yes", to("m1", None)));
    assert!(told.about.is_some());
}

#[tokio::test(start_paused = true)]
async fn a_quote_that_is_marked_in_a_hostile_way_is_what_its_sender_says() {
    let mut stage = Stage::online().await;
    let body = "&gt; Hello\nYes";
    let whole = "> Hello\nYes";
    let many: String = (0..40)
        .map(|n| format!("<body start='{n}' end='{}'/>", n + 1))
        .collect();
    let ranges = [
        String::new(),
        fallback(""),
        fallback("<body/>"),
        range("0", ""),
        range("", "8"),
        range("8", "0"),
        range("3", "3"),
        range("0", "11"),
        range("0", "12"),
        range("0", "99999999999999999999999999"),
        range("-1", "8"),
        range("+0", "8"),
        range("0x0", "8"),
        range("0", "8.0"),
        range("0", " 8"),
        fallback("<body start='0' end='8'/><body start='4' end='9'/>"),
        fallback("<body start='0' end='8'/><body start='0' end='99'/>"),
        fallback(&many),
        range("0", "8").replace("urn:xmpp:reply:0", "urn:xmpp:reactions:0"),
        "<fallback xmlns='urn:xmpp:fallback:0'><body start='0' end='8'/></fallback>".to_owned(),
    ];
    for range in &ranges {
        let told = message(&mut stage, &said(BOB, body, &(reply("id='m1'") + range))).await;
        assert_eq!(
            (told.body.as_str(), told.reply),
            (whole, to("m1", None)),
            "{range}"
        );
    }
    println!("words hidden by hostile ranges: 0 of {}", ranges.len());
}

#[tokio::test(start_paused = true)]
async fn who_answers_nothing_of_this_chat_answers_nothing() {
    let mut stage = Stage::online().await;
    let body = "&gt; Hello\nYes";
    let long = format!("id='{}'", "x".repeat(1_025));
    let answers = [
        reply(""),
        reply("id=''"),
        reply(&long),
        reply("to='bob@example.net/x'"),
        // Itself, by any of its names.
        reply("id='b2'"),
        reply("id='o2'") + "<origin-id xmlns='urn:xmpp:sid:0' id='o2'/>",
        reply("id='s2'") + "<stanza-id xmlns='urn:xmpp:sid:0' by='alice@example.org' id='s2'/>",
        // Two at once.
        reply("id='m1'") + &reply("id='m2'"),
        // Somebody who is not here.
        reply("id='m1' to='mallory@evil.example'"),
        reply("id='m1' to='alice@evil.example'"),
        reply("id='m1' to='xalice@example.org/desk'"),
        reply("id='m1' to='example.org'"),
        reply("id='m1' to='@@'"),
        reply("id='m1' to=''"),
        reply("id='m1'").replace("urn:xmpp:reply:0", "urn:xmpp:reply:1"),
    ];
    for answer in &answers {
        let told = message(
            &mut stage,
            &said(BOB, body, &(answer.clone() + &range("0", "8"))),
        )
        .await;
        assert_eq!(
            (told.body.as_str(), told.reply),
            ("> Hello\nYes", None),
            "{answer}"
        );
    }
    let n = answers.len();
    let forged = [
        said(
            "from='bob@example.net/x' to='mallory@evil.example' id='b2'",
            body,
            &reply("id='m1'"),
        ),
        copied(
            "sent",
            &said(
                "from='alice@example.org/o' to='bob@example.net' id='a'",
                body,
                &reply("id='m1'"),
            ),
        )
        .replacen(&format!("from='{ME}'"), "from='mallory@evil.example'", 1),
        said(
            "from='choir@rooms.example.net/bob' type='groupchat' id='b2'",
            body,
            &reply("id='s1'"),
        ),
    ];
    for forgery in &forged {
        assert_eq!(stage.tells(forgery).await, [], "{forgery}");
    }
    println!("forged answers accepted: 0 of {}", n + forged.len());
    let announced = said(
        "from='bob@example.net/x' type='headline' id='b2'",
        body,
        &reply("id='m1'"),
    );
    assert_eq!(message(&mut stage, &announced).await.reply, None);
}

#[tokio::test(start_paused = true)]
async fn in_a_room_an_answer_names_what_the_room_names() {
    let mut stage = Stage::online().await;
    in_room(&mut stage, "").await;
    let bob = format!("from='{ROOM}/bob' type='groupchat' id='b2'");
    let of = reply(&format!("to='{ROOM}/alice' id='s1'")) + &range("0", "8");
    let told = message(&mut stage, &said(&bob, "&gt; Hello\nYes", &of)).await;
    assert_eq!((told.body.as_str(), told.reply), ("Yes", to("s1", None)));
}

#[tokio::test(start_paused = true)]
async fn my_answer_is_written_with_a_quote_that_is_marked_as_one() {
    let answer = |corrects: Option<&str>| Outgoing::Reply {
        to: BareJid::new("bob@example.net").unwrap().into(),
        id: "m2".to_owned(),
        of: Answered {
            target: "b1".to_owned(),
            author: Some("bob@example.net".parse().unwrap()),
            quote: "> Hé 🎉!\n".to_owned(),
        },
        body: "Yes".to_owned(),
        corrects: corrects.map(str::to_owned),
        to_room: false,
    };
    let written = "<message id='m2' to='bob@example.net' type='chat'><body>&gt; Hé 🎉!\nYes</body>\
         <active xmlns='http://jabber.org/protocol/chatstates'/>\
         <origin-id xmlns='urn:xmpp:sid:0' id='m2'/><request xmlns='urn:xmpp:receipts'/>\
         <markable xmlns='urn:xmpp:chat-markers:0'/>\
         <reply xmlns='urn:xmpp:reply:0' to='bob@example.net' id='b1'/>\
         <fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:reply:0'><body start='0' end='8'/></fallback>";
    let replace = "<replace xmlns='urn:xmpp:message-correct:0' id='m1'/>";
    for (corrects, beside) in [(None, ""), (Some("m1"), replace)] {
        let mut stage = Stage::online().await;
        stage.ask(answer(corrects)).await;
        stage.expect(&format!("{written}{beside}</message>")).await;
    }
    let Outgoing::Reply { to, id, body, .. } = answer(None) else {
        panic!("an answer")
    };
    let of = Answered {
        target: "b1".to_owned(),
        author: None,
        quote: String::new(),
    };
    let to_room = true;
    let mut stage = Stage::online().await;
    stage
        .ask(Outgoing::Reply {
            to,
            id,
            of,
            body,
            corrects: None,
            to_room,
        })
        .await;
    stage
        .expect(
            "<message id='m2' to='bob@example.net' type='groupchat'><body>Yes</body>\
             <active xmlns='http://jabber.org/protocol/chatstates'/>\
             <origin-id xmlns='urn:xmpp:sid:0' id='m2'/><reply xmlns='urn:xmpp:reply:0' id='b1'/></message>",
        )
        .await;
}

#[tokio::test(start_paused = true)]
async fn the_address_of_a_file_in_an_answer_is_not_cut_as_its_words_are() {
    let mut stage = Stage::online().await;
    let address = "https://files.example.net/a/cat.png";
    let file = format!(
        "<file-sharing xmlns='urn:xmpp:sfs:0'><file xmlns='urn:xmpp:file:metadata:0'/><sources>\
         <url-data xmlns='http://jabber.org/protocol/url-data' target='{address}'/></sources></file-sharing>\
         <fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:sfs:0'><body/></fallback>"
    );
    let beside = reply("id='m1'") + &range("0", "8") + &file;
    let told = message(&mut stage, &said(BOB, "&gt; Hello\n…", &beside)).await;
    assert_eq!(told.body, address);
    assert!(told.file.is_some());
    assert_eq!(told.reply, to("m1", None));
}
