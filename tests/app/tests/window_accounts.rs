//! Several accounts side by side in one window: what is taken out of one comes into another, and I move.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // in the functions that the tests share

use carillon_tests_app::{Pair, Tour, Window, quoted};
use carillon_tests_servers::{Account, Kind};
use serde_json::{Value, json};

/// Alice and Bob, and an account to which Alice has the password as well.
async fn with_two_accounts(kind: Kind) -> (Pair, Account) {
    let pair = Pair::on(kind).await;
    let second = pair.server.add_account("alice2", "another glass").await;
    pair.alice.add_account(&pair.server, &second).await;
    let mut pair = pair;
    tokio::join!(pair.alice.start(), pair.bob.start());
    tokio::join!(pair.alice.until_online(), pair.bob.until_online());
    (pair, second)
}

/// Alice's accounts, by the numbers that windows know them by.
async fn numbers(window: &Window) -> (i64, i64) {
    let standing = window.ask("standing", json!({})).await;
    let id = |which: usize| standing["accounts"][which]["id"].as_i64().unwrap();
    (id(0), id(1))
}

/// Whose contacts the window knows: the account's number, the address and the name.
async fn contacts(window: &Window) -> Vec<(i64, String, String)> {
    let page = window.ask("contact_page", json!({ "after": null })).await;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let contact = |one: &Value| {
        let account = one["account"].as_i64().unwrap();
        (account, text(&one["jid"]), text(&one["name"]))
    };
    page["contacts"]
        .as_array()
        .unwrap()
        .iter()
        .map(contact)
        .collect()
}

#[tokio::test]
async fn contacts_that_were_taken_out_come_into_another_account() {
    let (pair, alice2) = with_two_accounts(Kind::Prosody).await;
    let window = pair.alice.open_window().await;
    let mut tour = Tour::new(&pair.screen, &pair.alice, &window).await;
    let (first, second) = numbers(&window).await;
    let bob = (pair.bob_account.jid.clone(), "Bob".to_owned());
    let of = |account: i64| (account, bob.0.clone(), bob.1.clone());
    assert_eq!(contacts(&window).await, [of(first)]);

    // The desktop's own dialog asks for the file; what the page does with it is asked here.
    let path = pair.alice.folder().join("contacts.jsonl");
    let path = path.to_str().unwrap();
    let written = window.ask("export_roster", json!({ "path": path })).await;
    assert_eq!(written, 1);
    let source = window
        .ask("look_into_roster", json!({ "path": path }))
        .await;
    assert_eq!(source["accounts"][0]["contacts"], 1);
    window.go_to_sheet("own-data").await;
    window.find("[data-test=roster-import]").await;
    let whose = source["accounts"][0]["account"].clone();
    let ask = json!({ "account": second, "path": path, "whose": whose, "ask": false });
    window.ask("import_roster", ask).await;
    window
        .find("[data-test=roster-import] [data-test=work][data-state=finished]")
        .await;
    window
        .reads(
            "[data-test=roster-import] [data-test=work]",
            "1 contact was",
        )
        .await;
    window.go("contacts").await;
    let both = "return document.querySelectorAll('[data-test=contact-row]').length === 2";
    window.shows("Bob in both accounts", both).await;
    assert_eq!(contacts(&window).await, [of(first), of(second)]);

    let signs =
        "return [...document.querySelectorAll('[data-test=contact-row] [data-test=of-account]')]
        .map((it) => it.title)";
    let mine = [pair.alice_account.jid.clone(), alice2.jid.clone()];
    assert_eq!(
        window.script(signs).await,
        json!(mine),
        "they are told apart"
    );
    tour.see_narrow_too("two-accounts").await;
    let row = format!(
        "[data-test=contact-row]:has([title={}])",
        quoted(&alice2.jid)
    );
    window.click(&row).await;
    window.reads("[data-test=writing-as]", &alice2.jid).await;
    tour.see_narrow_too("two-accounts-chat").await;
    tour.album.finish();
}

#[tokio::test]
async fn i_move_in_my_window_and_bob_takes_me_over_in_his_on_prosody() {
    i_move(Kind::Prosody).await;
}

#[tokio::test]
async fn i_move_in_my_window_and_bob_takes_me_over_in_his_on_ejabberd() {
    i_move(Kind::Ejabberd).await;
}

async fn i_move(kind: Kind) {
    let (pair, second) = with_two_accounts(kind).await;
    let (alice, bob) = tokio::join!(pair.alice.open_window(), pair.bob.open_window());
    alice.go_to_sheet("accounts").await;
    bob.go("contacts").await;
    let mut mine = Tour::over(kind, &pair.screen, &pair.alice, &alice).await;
    let mut theirs = Tour::over(kind, &pair.screen, &pair.bob, &bob).await;
    alice.click("[data-test=move-account]").await;
    alice.find("[data-test=move-to]").await;
    mine.see("move-asked").await;
    alice.click("[data-test=begin-move]").await;
    alice
        .find("[data-test=dialog] [data-test=move][data-state=finished]")
        .await;
    alice.lacks("[data-test=move-troubles]").await;
    mine.see("move-done").await;
    alice.click("[data-test=close-move]").await;

    bob.go("requests").await;
    let address = &second.jid;
    bob.reads(
        "[data-test=request-contact] h2",
        &format!("Alice has moved to {address}"),
    )
    .await;
    theirs.see("move-proven").await;
    bob.click("[data-test=take-over]").await;
    bob.lacks("[data-test=request-contact]").await;
    bob.go("contacts").await;
    bob.contact_is(address, "available").await;
    bob.reads(
        &format!("[data-test=contact-row][data-jid='{address}'] .name"),
        "Alice",
    )
    .await;
    bob.reads(
        &format!(
            "[data-test=contact-row][data-jid='{}']",
            pair.alice_account.jid
        ),
        &format!("Moved to {address}"),
    )
    .await;
    bob.choose_contact(address).await;
    bob.say("Welcome to your new place").await;
    theirs.see("move-taken-over").await;
    alice.go("chats").await;
    alice.find_text("Welcome to your new place").await;
    mine.album.finish();
    theirs.album.finish();
}
