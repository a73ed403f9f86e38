//! What is encrypted and cannot be read here.

use super::stage::{FULL, ME, Stage};
use carillon_core::session::{Incoming, IncomingMessage};

const LEGACY: &str = "eu.siacs.conversations.axolotl";
const NOW: &str = "urn:xmpp:omemo:2";
const FALLBACK: &str = "<body>I sent you an OMEMO encrypted message but your client does not seem to support that.</body>";

async fn tells(stage: &mut Stage, rest: &str) -> Option<IncomingMessage> {
    let xml = format!(
        "<message from='bob@example.net/x' to='{FULL}' type='chat' id='m1'>{rest}</message>"
    );
    match stage.tells(&xml).await.pop() {
        Some(Incoming::Message(message)) => Some(message),
        None => None,
        other => panic!("{other:?}"),
    }
}

fn named(namespace: &str, name: &str) -> String {
    format!("<encryption xmlns='urn:xmpp:eme:0' namespace='{namespace}' name='{name}'/>")
}

fn omemo(namespace: &str) -> String {
    format!(
        "<encrypted xmlns='{namespace}'><header sid='1'/><payload>c2VjcmV0</payload></encrypted>"
    )
}

#[tokio::test(start_paused = true)]
async fn what_is_encrypted_says_by_what_and_no_useless_words() {
    let mut stage = Stage::online().await;
    for (rest, by) in [
        (omemo(LEGACY) + &named(LEGACY, "OMEMO") + FALLBACK, "OMEMO"),
        (omemo(LEGACY) + FALLBACK, "OMEMO"),
        (omemo(NOW), "OMEMO"),
        (
            "<x xmlns='jabber:x:encrypted'>hQ</x><body>encrypted</body>".to_owned(),
            "OpenPGP",
        ),
        (
            "<openpgp xmlns='urn:xmpp:openpgp:0'>hQ</openpgp>".to_owned(),
            "OpenPGP",
        ),
        (named("urn:xmpp:otr:0", "") + "<body>?OTR:AAM</body>", "OTR"),
        (
            named("urn:example:future", "Future") + "<body>x</body>",
            "Future",
        ),
        (named("urn:example:future", "") + "<body>x</body>", "?"),
        (
            named("urn:example:future", &"long ".repeat(99)) + "<body>x</body>",
            &"long ".repeat(8),
        ),
        // Whatever it is about is told to those who can read it.
        (
            omemo(NOW) + FALLBACK + "<replace xmlns='urn:xmpp:message-correct:0' id='m0'/>",
            "OMEMO",
        ),
    ] {
        let told = tells(&mut stage, &rest).await.unwrap();
        assert_eq!(told.encryption.as_deref(), Some(by), "{rest}");
        assert_eq!((told.body, told.about), (format!("🔒 {by}"), None));
    }
}

#[tokio::test(start_paused = true)]
async fn keys_alone_are_no_message_and_plain_words_stay_so() {
    let mut stage = Stage::online().await;
    let keys = format!("<encrypted xmlns='{LEGACY}'><header sid='1'/></encrypted>");
    for rest in [
        keys.clone(),
        keys + &named(LEGACY, "OMEMO"),
        named(LEGACY, "OMEMO"),
        named("urn:example:x", "X"),
    ] {
        assert!(tells(&mut stage, &rest).await.is_none(), "{rest}");
    }
    for rest in [
        named(LEGACY, "OMEMO"),
        named("urn:xmpp:otr:0", "OTR"),
        String::new(),
    ] {
        let told = tells(&mut stage, &(rest + "<body>plain</body>"))
            .await
            .unwrap();
        assert_eq!((told.body.as_str(), told.encryption), ("plain", None));
    }
}

#[tokio::test(start_paused = true)]
async fn a_copy_of_what_is_encrypted_is_the_same() {
    let mut stage = Stage::online().await;
    let inner = format!(
        "<message xmlns='jabber:client' from='alice@example.org/other' to='bob@example.net' type='chat' id='m1'>{}</message>",
        omemo(NOW)
    );
    let xml = format!(
        "<message from='{ME}' to='{FULL}'><sent xmlns='urn:xmpp:carbons:2'>\
         <forwarded xmlns='urn:xmpp:forward:0'>{inner}</forwarded></sent></message>"
    );
    let told = stage.tells(&xml).await;
    let Some(Incoming::Message(told)) = told.last() else {
        panic!("{told:?}");
    };
    assert_eq!(told.encryption.as_deref(), Some("OMEMO"));
}
