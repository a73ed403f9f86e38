//! What is asked of rooms, as stanzas, and whose answers count.

use super::stage::Stage;
use carillon_core::form::{DataForm, FieldKind, FormField, FormOption};
use carillon_core::room::{Affiliation, NotInvited, Role};
use carillon_core::session::{
    Incoming, Outgoing, RoomEvent, RoomItem, RoomItems, RoomReply, RoomWish, StanzaProblem,
};
use jid::BareJid;
use minidom::Element;

fn den() -> BareJid {
    BareJid::new("den@rooms.example.net").unwrap()
}

fn jid(text: &str) -> BareJid {
    BareJid::new(text).unwrap()
}

async fn asks(stage: &mut Stage, room: BareJid, wish: RoomWish) {
    let wish = Box::new(wish);
    stage
        .ask(Outgoing::Room {
            request: 7,
            room,
            wish,
        })
        .await;
}

/// The iq that a wish becomes, without its id.
async fn written(wish: RoomWish) -> String {
    let mut stage = Stage::online().await;
    asks(&mut stage, den(), wish).await;
    let iq = stage.recv().await;
    assert_eq!(iq.attr("to"), Some("den@rooms.example.net"));
    let payload = iq.children().next().unwrap();
    format!(
        "{} {}",
        iq.attr("type").unwrap(),
        carillon_xml::write(payload)
    )
}

fn id_of(iq: &Element) -> String {
    iq.attr("id").unwrap().to_owned()
}

fn answered(answer: Result<RoomReply, StanzaProblem>) -> Incoming {
    Incoming::RoomAnswer { request: 7, answer }
}

fn result(id: &str, payload: &str) -> String {
    format!("<iq type='result' id='{id}' from='den@rooms.example.net'>{payload}</iq>")
}

async fn inside() -> Stage {
    let mut stage = Stage::online().await;
    let nick = "Ali".to_owned();
    stage
        .ask(Outgoing::JoinRoom {
            room: den(),
            nick,
            history: 0,
            password: "sesame".to_owned(),
        })
        .await;
    stage.recv().await;
    let entering = carillon_xml::write(&stage.recv().await);
    assert!(
        entering.contains("<password>sesame</password>"),
        "{entering}"
    );
    stage.tells(&shows_me("Ali")).await;
    stage
}

fn shows_me(nick: &str) -> String {
    format!(
        "<presence from='den@rooms.example.net/{nick}'><x xmlns='http://jabber.org/protocol/muc#user'>\
         <status code='110'/></x></presence>"
    )
}

#[tokio::test(start_paused = true)]
async fn what_moderators_and_owners_do_is_asked_as_the_standard_says() {
    let admin = "set <query xmlns='http://jabber.org/protocol/muc#admin'>";
    let owner = "set <query xmlns='http://jabber.org/protocol/muc#owner'>";
    let words = String::new;
    let kick = RoomWish::Role {
        nick: "Bob".to_owned(),
        role: None,
        words: "spam".to_owned(),
    };
    let voice = RoomWish::Role {
        nick: "Bob".to_owned(),
        role: Some(Role::Participant),
        words: words(),
    };
    let ban = RoomWish::Affiliation {
        jid: jid("bob@example.net"),
        affiliation: Affiliation::Outcast,
        words: words(),
    };
    let rows = [
        (
            kick,
            format!("{admin}<item nick='Bob' role='none'><reason>spam</reason></item></query>"),
        ),
        (
            voice,
            format!("{admin}<item nick='Bob' role='participant'/></query>"),
        ),
        (
            ban,
            format!("{admin}<item affiliation='outcast' jid='bob@example.net'/></query>"),
        ),
        (
            RoomWish::Open,
            format!("{owner}<x xmlns='jabber:x:data' type='submit'/></query>"),
        ),
        (
            RoomWish::Close { words: words() },
            format!("{owner}<destroy/></query>"),
        ),
        (
            RoomWish::ReadSettings,
            "get <query xmlns='http://jabber.org/protocol/muc#owner'/>".to_owned(),
        ),
    ];
    for (wish, wanted) in rows {
        let said = format!("{wish:?}");
        let one: String = written(wish).await;
        let (kind, xml) = one.split_once(' ').unwrap();
        let (wanted_kind, wanted_xml) = wanted.split_once(' ').unwrap();
        let element = |xml: &str| carillon_xml::parse(xml, &carillon_xml::Limits::STANZA).unwrap();
        assert_eq!(
            (kind, element(xml)),
            (wanted_kind, element(wanted_xml)),
            "{said}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_form_comes_with_all_it_says_and_goes_back_filled_in() {
    let mut stage = Stage::online().await;
    asks(&mut stage, den(), RoomWish::ReadSettings).await;
    let id = id_of(&stage.recv().await);
    let form = "<query xmlns='http://jabber.org/protocol/muc#owner'><x xmlns='jabber:x:data' type='form'>\
        <title>Den</title><instructions>Fill</instructions><instructions>in</instructions>\
        <field var='FORM_TYPE' type='hidden'><value>f</value></field>\
        <field type='fixed'><value>Who</value></field>\
        <field var='who' type='list-single' label='Who'><desc>d</desc><required/>\
        <option label='All'><value>all</value></option><option><value>none</value></option><value>all</value></field>\
        <field var='odd' type='strange'/></x></query>";
    let told = stage.tells(&result(&id, form)).await;
    let field = |var: &str, kind, values: &[&str]| FormField {
        var: var.to_owned(),
        kind,
        values: values.iter().map(|value| (*value).to_owned()).collect(),
        ..FormField::default()
    };
    let option = |label: &str, value: &str| FormOption {
        label: label.to_owned(),
        value: value.to_owned(),
    };
    let mut read = DataForm {
        title: "Den".to_owned(),
        instructions: "Fill\nin".to_owned(),
        fields: vec![
            field("FORM_TYPE", FieldKind::Hidden, &["f"]),
            field("", FieldKind::Fixed, &["Who"]),
            FormField {
                label: "Who".to_owned(),
                description: "d".to_owned(),
                required: true,
                options: vec![option("All", "all"), option("", "none")],
                ..field("who", FieldKind::ListSingle, &["all"])
            },
            field("odd", FieldKind::TextSingle, &[]),
        ],
    };
    assert_eq!(
        told,
        [answered(Ok(RoomReply::Settings(Box::new(read.clone()))))]
    );
    read.fill("who", "none");
    let back = written(RoomWish::SetSettings(read)).await;
    assert!(
        back.contains("<field var='who'><value>none</value></field>"),
        "{back}"
    );
    assert!(
        back.contains("<field var='FORM_TYPE'><value>f</value></field>"),
        "{back}"
    );
    assert!(!back.contains("Who"), "{back}");
}

#[tokio::test(start_paused = true)]
async fn rooms_are_listed_in_parts() {
    let mut stage = Stage::online().await;
    let after = Some("a@rooms.example.net".to_owned());
    asks(&mut stage, den(), RoomWish::Items { after }).await;
    let question = stage.recv().await;
    assert!(carillon_xml::write(&question).contains("<after>a@rooms.example.net</after>"));
    let items = |set: &str| {
        format!(
            "<query xmlns='http://jabber.org/protocol/disco#items'><item jid='b@rooms.example.net' name=' B '/>\
             <item jid='@'/><item jid='c@rooms.example.net'/><item jid='d@rooms.example.net' node='x'/>{set}</query>"
        )
    };
    let set = "<set xmlns='http://jabber.org/protocol/rsm'><first index='1'>b</first><last>c</last><count>9</count></set>";
    let found = |more_behind| {
        let item = |jid: &str, name: &str| RoomItem {
            jid: self::jid(jid),
            name: name.to_owned(),
        };
        let items = vec![
            item("b@rooms.example.net", "B"),
            item("c@rooms.example.net", ""),
        ];
        [answered(Ok(RoomReply::Items(RoomItems {
            items,
            more_behind,
        })))]
    };
    let told = stage.tells(&result(&id_of(&question), &items(set))).await;
    assert_eq!(told, found(Some("c".to_owned())));
    for set in [
        "",
        &set.replace(">9<", ">3<"),
        "<set xmlns='http://jabber.org/protocol/rsm'/>",
    ] {
        asks(&mut stage, den(), RoomWish::Items { after: None }).await;
        let id = id_of(&stage.recv().await);
        assert_eq!(
            stage.tells(&result(&id, &items(set))).await,
            found(None),
            "{set}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_new_nick_is_answered_by_the_room_that_shows_me_so_or_refuses() {
    let mut stage = inside().await;
    asks(&mut stage, den(), RoomWish::Nick("Lis".to_owned())).await;
    assert_eq!(
        stage.recv().await.attr("to"),
        Some("den@rooms.example.net/Lis")
    );
    // Somebody's status in between is no answer.
    assert_eq!(stage.tells(&shows_me("Ali")).await.len(), 1);
    let told = stage.tells(&shows_me("Lis")).await;
    assert!(
        matches!(&told[0], Incoming::Room { event: RoomEvent::Joined { me, .. }, .. } if me.nick == "Lis")
    );
    assert_eq!(told[1..], [answered(Ok(RoomReply::Done))]);

    asks(&mut stage, den(), RoomWish::Nick("Bob".to_owned())).await;
    stage.recv().await;
    let taken = "<presence from='den@rooms.example.net/Bob' type='error'><error type='cancel'>\
        <conflict xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></presence>";
    let told = stage.tells(taken).await;
    assert!(
        matches!(&told[..], [Incoming::RoomAnswer { request: 7, answer: Err(problem) }] if problem.condition == "conflict"),
        "{told:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_topic_is_answered_by_the_room_that_tells_it_or_refuses() {
    let mut stage = inside().await;
    asks(&mut stage, den(), RoomWish::Topic("Tea".to_owned())).await;
    let said = stage.recv().await;
    assert_eq!(
        said.get_child("subject", "jabber:client").unwrap().text(),
        "Tea"
    );
    let by = |nick: &str| {
        format!(
            "<message from='den@rooms.example.net/{nick}' type='groupchat'><subject>Tea</subject></message>"
        )
    };
    assert_eq!(stage.tells(&by("Bob")).await.len(), 1, "that was Bob's");
    assert_eq!(
        stage.tells(&by("Ali")).await[1..],
        [answered(Ok(RoomReply::Done))]
    );

    asks(&mut stage, den(), RoomWish::Topic("Milk".to_owned())).await;
    let id = id_of(&stage.recv().await);
    let refused = format!(
        "<message from='den@rooms.example.net' type='error' id='{id}'><error type='auth'>\
         <forbidden xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>"
    );
    let told = stage.tells(&refused).await;
    assert!(
        matches!(&told[..], [Incoming::RoomAnswer { request: 7, answer: Err(problem) }] if problem.condition == "forbidden"),
        "{told:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn people_are_invited_past_the_room_with_its_password() {
    let mut stage = inside().await;
    stage
        .ask(Outgoing::Invite {
            room: den(),
            to: jid("bob@example.net"),
            words: "Tea".to_owned(),
        })
        .await;
    let past = stage.recv().await;
    assert_eq!(past.attr("to"), Some("bob@example.net"));
    let x = past.get_child("x", "jabber:x:conference").unwrap();
    assert_eq!(x.attr("jid"), Some("den@rooms.example.net"));
    assert_eq!(
        (x.attr("password"), x.attr("reason")),
        (Some("sesame"), Some("Tea"))
    );
}

/// Invites through the room. Gives the ids of the invitations, and that of the question behind them.
async fn invites(stage: &mut Stage, people: &[&str]) -> (Vec<String>, String) {
    let people: Vec<BareJid> = people.iter().map(|person| jid(person)).collect();
    let wish = RoomWish::Invite {
        people: people.clone(),
        words: "Tea".to_owned(),
    };
    asks(stage, den(), wish).await;
    let mut ids = Vec::new();
    for person in &people {
        let through = stage.recv().await;
        assert_eq!(through.attr("to"), Some("den@rooms.example.net"));
        let xml = carillon_xml::write(&through);
        let invited = format!("<invite to='{person}'><reason>Tea</reason></invite>");
        assert!(xml.contains(&invited), "{xml}");
        ids.push(id_of(&through));
    }
    let behind = stage.recv().await;
    assert_eq!(behind.attr("to"), Some("den@rooms.example.net"));
    assert!(behind.has_child("query", "http://jabber.org/protocol/disco#info"));
    (ids, id_of(&behind))
}

fn refusal(from: &str, id: &str, condition: &str, text: &str) -> String {
    format!(
        "<message type='error' from='{from}' id='{id}'>\
         <x xmlns='http://jabber.org/protocol/muc#user'><invite to='zed@example.net'/></x>\
         <error type='auth'><{condition} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>\
         <text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>{text}</text></error></message>"
    )
}

fn not_invited(person: &str, condition: &str, text: &str) -> NotInvited {
    NotInvited {
        jid: jid(person),
        why: StanzaProblem {
            condition: condition.to_owned(),
            text: text.to_owned(),
        },
    }
}

#[tokio::test(start_paused = true)]
async fn whom_a_room_does_not_invite_is_told_with_its_reason() {
    let mut stage = inside().await;
    let people = ["bob@example.net", "carol@example.net", "dora@example.net"];
    let (ids, behind) = invites(&mut stage, &people).await;
    let den = "den@rooms.example.net";
    let long = "Not here. ".repeat(100);
    for (id, why, text) in [
        (&ids[1], "forbidden", "Members only"),
        (&ids[0], "not-allowed", &*long),
    ] {
        assert_eq!(stage.tells(&refusal(den, id, why, text)).await, []);
    }
    // Whom it was for counts by the message's id, whatever the room says of it, and once.
    let again = refusal(den, &ids[1], "gone", "");
    let told = stage.tells(&again).await;
    assert!(
        matches!(&told[..], [Incoming::MessageFailed { .. }]),
        "{told:?}"
    );
    let short: String = long.chars().take(500).collect();
    let refused = vec![
        not_invited("carol@example.net", "forbidden", "Members only"),
        not_invited("bob@example.net", "not-allowed", &short),
    ];
    assert_eq!(
        stage.tells(&result(&behind, "")).await,
        [answered(Ok(RoomReply::Invited(refused)))]
    );
    // Nothing is kept behind the answer.
    let late = stage.tells(&refusal(den, &ids[2], "forbidden", "")).await;
    assert!(
        matches!(&late[..], [Incoming::MessageFailed { .. }]),
        "{late:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_room_that_answers_nothing_of_itself_has_still_passed_on_what_it_did_not_refuse() {
    let mut stage = inside().await;
    let (_, behind) = invites(&mut stage, &["bob@example.net"]).await;
    let failed = format!("<iq type='error' id='{behind}' from='den@rooms.example.net'/>");
    assert_eq!(
        stage.tells(&failed).await,
        [answered(Ok(RoomReply::Invited(Vec::new())))]
    );
}

/// Every wish × whoever could claim to answer it × every way of claiming.
#[tokio::test(start_paused = true)]
async fn nobody_answers_for_a_room() {
    const OTHERS: [&str; 9] = [
        "",
        " from='example.org'",
        " from='rooms.example.net'",
        " from='den@rooms.example.net/Ali'",
        " from='den@rooms.example.net/'",
        " from='DEN@rooms.example.net'",
        " from='den@rooms.evil.example'",
        " from='alice@example.org'",
        " from='bob@example.net/x'",
    ];
    let wishes = [
        RoomWish::Items { after: None },
        RoomWish::Service,
        RoomWish::Open,
        RoomWish::ReadSettings,
        RoomWish::SetSettings(DataForm::default()),
        RoomWish::Close {
            words: String::new(),
        },
    ];
    let mut forged = 0;
    for wish in wishes {
        let mut stage = inside().await;
        asks(&mut stage, den(), wish).await;
        let id = id_of(&stage.recv().await);
        for from in OTHERS {
            for stanza in [
                format!("<iq type='result' id='{id}'{from}/>"),
                format!("<iq type='error' id='{id}'{from}/>"),
                format!("<message type='error' id='{id}'{from}/>"),
            ] {
                let told = stage.tells(&stanza).await;
                let believed = told
                    .iter()
                    .any(|one| matches!(one, Incoming::RoomAnswer { .. }));
                assert!(!believed, "{stanza}: {told:?}");
                forged += 1;
            }
        }
        let told = stage
            .tells(&format!(
                "<iq type='error' id='{id}' from='den@rooms.example.net'/>"
            ))
            .await;
        assert!(
            matches!(
                &told[..],
                [Incoming::RoomAnswer {
                    request: 7,
                    answer: Err(_)
                }]
            ),
            "{told:?}"
        );
    }
    println!("forged answers for a room accepted: 0 of {forged}");
    assert!(forged >= 160, "the table shrank to {forged}");
}
