//! What stands in the file about accounts is never lost, whether it is understood or not.

use super::*;
use carillon_core::connection::Proxy;

/// The accounts of a file and whether each signs in.
fn accounts(file: &SettingsFile) -> Vec<(String, bool)> {
    let accounts = file.settings().accounts.iter();
    accounts
        .map(|account| (account.jid.to_string(), account.enabled))
        .collect()
}

/// Saves after the user has added an account.
fn add_bob(file: &mut SettingsFile) {
    let mut settings = file.settings().clone();
    let bob = AccountSettings::new("bob@example.org".parse().unwrap());
    settings.accounts.push(bob);
    file.save(settings).unwrap();
}

fn trouble(notices: &[Notice]) -> &str {
    let [Notice::SettingsSetAside { detail, .. }] = notices else {
        panic!("{notices:?}");
    };
    detail
}

#[test]
fn one_bad_key_of_an_account_costs_neither_the_account_nor_its_other_keys() {
    let text = "[[account]]\njid = \"alice@example.org\"\nsecret = 7 # why\nproxy = \"direct\"\n";
    let desk = desk(text);
    let (mut file, notices) = desk.load();
    assert!(trouble(&notices).contains("alice@example.org: secret"));
    let alice = &file.settings().accounts[0];
    assert_eq!((alice.enabled, &alice.proxy), (true, &Proxy::Direct));
    add_bob(&mut file);
    assert!(desk.text().starts_with(text), "{}", desk.text());
    assert_eq!(accounts(&desk.load().0).len(), 2);
}

#[test]
fn a_date_and_time_is_no_text() {
    let value: toml_edit::Value = "1979-05-27T07:32:00Z".parse().unwrap();
    let read = in_place::from_value::<String>(&value);
    assert_eq!(read.unwrap_err(), "a date and time is not expected here");
}

#[test]
fn an_account_whose_way_is_not_understood_does_not_go_another_way() {
    for bad in ["proxy = 9050", "connect = [1]", "enabled = \"perhaps\""] {
        let text = format!("[[account]]\njid = \"alice@example.org\"\n{bad}\n");
        let desk = desk(&text);
        let (mut file, notices) = desk.load();
        assert!(!trouble(&notices).is_empty());
        let alice = ("alice@example.org".to_owned(), false);
        assert_eq!(accounts(&file), [alice], "{bad}");
        add_bob(&mut file);
        assert!(desk.text().contains(bad), "{}", desk.text());
    }
}

#[test]
fn an_account_without_an_address_stays_in_the_file() {
    let text = "[[account]]\njid = \"@@\"\n# mine\nproxy = \"direct\"\n\n[[account]]\njid = \"alice@example.org\"\n";
    let desk = desk(text);
    let (mut file, _) = desk.load();
    assert_eq!(accounts(&file).len(), 1);
    let mut settings = file.settings().clone();
    settings.accounts[0].enabled = false;
    file.save(settings).unwrap();
    for kept in ["\"@@\"", "# mine", "enabled = false"] {
        assert!(desk.text().contains(kept), "{kept}: {}", desk.text());
    }
}

#[test]
fn an_account_that_the_user_removed_leaves_the_file_wherever_it_stands() {
    let twice = "[[account]]\njid = \"alice@example.org\"\n".repeat(2);
    let desk = desk(&twice.replacen("alice", "Alice", 1));
    let (mut file, _) = desk.load();
    assert_eq!(accounts(&file).len(), 1);
    let mut settings = file.settings().clone();
    settings.accounts.clear();
    file.save(settings).unwrap();
    assert!(!desk.text().contains("example.org"), "{}", desk.text());
}

#[test]
fn accounts_that_are_no_tables_are_told_and_kept_until_they_change() {
    let desk = desk("account = [1, 2]\n");
    let (mut file, notices) = desk.load();
    assert!(trouble(&notices).contains("tables"));
    let mut settings = file.settings().clone();
    settings.privacy.send_typing = false;
    file.save(settings).unwrap();
    assert!(desk.text().contains("account = [1, 2]"), "{}", desk.text());
}
