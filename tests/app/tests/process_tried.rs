//! What is tried is only seen and heard: nothing that is done with it reaches anybody.

use carillon_tests_app::Meeting;
use serde_json::json;

#[tokio::test]
async fn an_answer_typed_into_a_tried_popup_is_sent_to_nobody() {
    let meeting = Meeting::on_prosody().await;
    let alice = &meeting.alice_account.jid;
    let mut bob = meeting.bob().await;
    let mut tool = meeting.alice.tool().await;
    let popups = &meeting.alice.desktop.notifications;
    let overview = tool.must("read_overview", json!({})).await;
    let chat = json!({"account": overview["accounts"][0]["id"], "jid": meeting.bob_account.jid});
    let whose = json!({"kind": "chat", "chat": chat});
    tool.must("try_alert", json!({"kind": "message", "whose": whose}))
        .await;
    let sample = popups
        .next_popup("of the sample", |popup| {
            popup.body.contains("This is how it looks")
        })
        .await;
    popups.reply(sample.id, "Not for you").await;

    bob.message(alice, "Tea at five?").await;
    let popup = popups
        .next_popup("of Bob", |popup| popup.body.contains("Tea at five?"))
        .await;
    popups.reply(popup.id, "With pleasure").await;
    bob.expect_message("With pleasure").await;
    let sent = bob.left().iter();
    let sent: Vec<_> = sent.filter(|it| it.text("body") == "Not for you").collect();
    assert!(sent.is_empty(), "{sent:?}");
}
