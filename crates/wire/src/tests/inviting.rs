//! Invitations that the server makes, and what shows that somebody was invited.

use super::stage::Stage;
use carillon_core::ids::Timestamp;
use carillon_core::invitation::{InvitationKind, ServerInvitation};
use carillon_core::session::{Incoming, Outgoing, SubscriptionStep, Wish};
use jid::BareJid;
use minidom::Element;

const BOTH: &str = "<item jid='example.org' node='urn:xmpp:invite#invite'/>\
    <item jid='example.org' node='urn:xmpp:invite#create-account'/>";
const URI: &str = "xmpp:alice@example.org?roster;preauth=x;ibr=y";

fn bob() -> BareJid {
    BareJid::new("bob@example.net").unwrap()
}

fn id(iq: &Element) -> &str {
    iq.attr("id").unwrap()
}

/// Asks for an invitation and hears which commands there are. Gives what is told then, and asked.
async fn asks(
    stage: &mut Stage,
    kind: InvitationKind,
    commands: &str,
) -> (Vec<Incoming>, Vec<Element>) {
    let request = 4;
    stage.ask(Outgoing::Invitation { request, kind }).await;
    let asked = stage.recv().await;
    assert_eq!(asked.attr("to"), Some("example.org"));
    let answer = format!(
        "<iq type='result' id='{}' from='example.org'><query xmlns='http://jabber.org/protocol/disco#items' \
         node='http://jabber.org/protocol/commands'>{commands}</query></iq>",
        id(&asked)
    );
    stage.send(&answer);
    stage.settled().await
}

fn result(id: &str, fields: &[(&str, &str)]) -> String {
    answer(id, "result", fields)
}

fn answer(id: &str, kind: &str, fields: &[(&str, &str)]) -> String {
    let fields: String = fields
        .iter()
        .map(|(var, value)| format!("<field var='{var}'><value>{value}</value></field>"))
        .collect();
    format!(
        "<iq type='result' id='{id}' from='example.org'><command xmlns='http://jabber.org/protocol/commands' \
         node='x' status='completed'><x xmlns='jabber:x:data' type='{kind}'>{fields}</x></command></iq>"
    )
}

fn made(told: &[Incoming]) -> Result<ServerInvitation, String> {
    match told {
        [Incoming::Invitation { request: 4, answer }] => {
            answer.clone().map_err(|problem| problem.condition)
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn the_server_makes_an_invitation() {
    let mut stage = Stage::online().await;
    let (told, asked) = asks(&mut stage, InvitationKind::Contact, BOTH).await;
    assert_eq!(told, []);
    let asked = &asked[0];
    let command = asked.children().next().unwrap();
    assert_eq!(
        (command.attr("node"), command.attr("action")),
        (Some("urn:xmpp:invite#invite"), Some("execute"))
    );
    let fields = [
        ("uri", URI),
        ("landing-url", "https://example.org/i/#x"),
        ("expire", "2017-11-06T02:56:15Z"),
    ];
    let told = stage.tells(&result(id(asked), &fields)).await;
    let wanted = ServerInvitation {
        uri: URI.to_owned(),
        page: Some("https://example.org/i/#x".to_owned()),
        expires: Some(Timestamp(1_509_936_975_000)),
        makes_accounts: true,
    };
    assert_eq!(made(&told), Ok(wanted));
}

#[tokio::test(start_paused = true)]
async fn a_server_without_the_command_is_not_asked_for_it() {
    for commands in [
        "",
        "<item jid='example.org' node='urn:xmpp:invite#create-account'/>",
    ] {
        let mut stage = Stage::online().await;
        let (told, asked) = asks(&mut stage, InvitationKind::Contact, commands).await;
        assert_eq!(asked, []);
        assert_eq!(made(&told), Err("feature-not-implemented".to_owned()));
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_no_address_of_xmpp_is_no_invitation_and_what_is_no_safe_page_is_none() {
    for (uri, page, good) in [
        ("https://example.org/", "https://example.org/", false),
        ("javascript:alert(1)", "", false),
        ("", "https://example.org/", false),
        (URI, "http://example.org/", true),
        (URI, "javascript:alert(1)", true),
    ] {
        let mut stage = Stage::online().await;
        let (_, asked) = asks(&mut stage, InvitationKind::Contact, BOTH).await;
        let asked = &asked[0];
        let fields = [("uri", uri), ("landing-url", page)];
        let told = stage.tells(&result(id(asked), &fields)).await;
        let answer = made(&told).map(|made| made.page);
        assert_eq!(answer.ok(), good.then_some(None), "{uri} {page}");
    }
}

/// What comes of the form that a server wants filled in before it makes an account's invitation.
async fn filled_in(fields: &str) -> Result<Element, Vec<Incoming>> {
    let mut stage = Stage::online().await;
    let (_, asked) = asks(&mut stage, InvitationKind::Account, BOTH).await;
    let form = format!(
        "<iq type='result' id='{}' from='example.org'><command xmlns='http://jabber.org/protocol/commands' \
         node='urn:xmpp:invite#create-account' sessionid='s1' status='executing'>\
         <x xmlns='jabber:x:data' type='form'>{fields}</x></command></iq>",
        id(&asked[0])
    );
    stage.send(&form);
    let (told, mut asked) = stage.settled().await;
    asked.pop().ok_or(told)
}

#[tokio::test(start_paused = true)]
async fn who_gets_an_account_chooses_the_name_and_becomes_my_contact() {
    let fields = "<field var='username' type='text-single'/><field var='roster-subscription' type='boolean'/>";
    let given = filled_in(fields).await.unwrap();
    let command = given.children().next().unwrap();
    assert_eq!(command.attr("sessionid"), Some("s1"));
    let form = command.get_child("x", "jabber:x:data").unwrap();
    let vars: Vec<_> = form
        .children()
        .map(|field| {
            (
                field.attr("var").unwrap(),
                field.children().next().unwrap().text(),
            )
        })
        .collect();
    assert_eq!(vars, [("roster-subscription", "1".to_owned())]);
}

#[tokio::test(start_paused = true)]
async fn a_form_that_wants_to_know_more_is_not_guessed_at() {
    let fields = "<field var='username' type='text-single'><required/></field>";
    let told = filled_in(fields).await.unwrap_err();
    assert_eq!(made(&told), Err("not-acceptable".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn a_token_and_an_old_address_travel_with_a_wish_both_ways() {
    let wish = Wish {
        token: "1tMFqYDdKhfe2pwp".to_owned(),
        moved_from: Some(BareJid::new("juliet@im.example.net").unwrap()),
        ..Wish::default()
    };
    let inside = "<preauth xmlns='urn:xmpp:pars:0' token='1tMFqYDdKhfe2pwp'/>\
        <moved xmlns='urn:xmpp:moved:1'><old-jid>juliet@im.example.net</old-jid></moved>";
    let mut stage = Stage::online().await;
    let told = stage
        .tells(&format!(
            "<presence from='bob@example.net' type='subscribe'>{inside}</presence>"
        ))
        .await;
    let step = SubscriptionStep::Subscribe(wish);
    assert_eq!(
        told,
        [Incoming::Subscription {
            from: bob(),
            step: step.clone()
        }]
    );
    stage.ask(Outgoing::Subscription { to: bob(), step }).await;
    stage
        .expect(&format!(
            "<presence to='bob@example.net' type='subscribe'>{inside}</presence>"
        ))
        .await;
}

#[tokio::test(start_paused = true)]
async fn what_makes_no_sense_beside_a_wish_is_as_if_it_were_not_there() {
    let long = "x".repeat(257);
    for inside in [
        "<preauth xmlns='urn:xmpp:pars:0'/>".to_owned(),
        "<preauth xmlns='urn:xmpp:pars:1' token='x'/>".to_owned(),
        format!("<preauth xmlns='urn:xmpp:pars:0' token='{long}'/>"),
        "<moved xmlns='urn:xmpp:moved:1'><old-jid>a@b/c</old-jid></moved>".to_owned(),
        "<moved xmlns='urn:xmpp:moved:1'><new-jid>a@b</new-jid></moved>".to_owned(),
        "<old-jid xmlns='urn:xmpp:moved:1'>a@b</old-jid>".to_owned(),
    ] {
        let mut stage = Stage::online().await;
        let told = stage
            .tells(&format!(
                "<presence from='bob@example.net' type='subscribe'>{inside}</presence>"
            ))
            .await;
        let step = SubscriptionStep::Subscribe(Wish::default());
        assert_eq!(
            told,
            [Incoming::Subscription { from: bob(), step }],
            "{inside}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn an_invitation_that_prosody_gives_as_a_form_is_one() {
    let mut stage = Stage::online().await;
    let (_, asked) = asks(&mut stage, InvitationKind::Contact, BOTH).await;
    let told = stage
        .tells(&answer(id(&asked[0]), "form", &[("uri", URI)]))
        .await;
    assert_eq!(made(&told).map(|made| made.uri), Ok(URI.to_owned()));
}
