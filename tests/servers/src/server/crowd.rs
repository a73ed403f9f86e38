//! Many contacts at once, laid where Prosody looks for them: making them one by one would take minutes.

use std::fmt::Write as _;
use std::path::Path;

use super::{Account, Kind, TestServer};

impl TestServer {
    /// Makes `count` accounts with one password, each a contact of `of` and `of` of each; all are offline. Whatever
    /// `of` had in its contact list before is gone.
    ///
    /// # Panics
    /// On another server than Prosody.
    pub async fn crowd(&self, of: &Account, count: usize) -> Vec<Account> {
        assert_eq!(self.kind, Kind::Prosody, "only Prosody keeps plain files");
        let first = self.add_account("friend0", "all together now").await;
        let data = self.folder.path().join("carillon%2etest");
        let key = std::fs::read(data.join("accounts/friend0.dat")).expect("the first account");
        let friends: Vec<Account> = (0..count)
            .map(|n| self.account(&format!("friend{n}"), &first.password))
            .collect();
        std::fs::create_dir_all(data.join("roster")).expect("a folder for contact lists");
        for friend in &friends {
            // The same password and salt make the same key.
            let account = data.join(format!("accounts/{}.dat", friend.name));
            std::fs::write(account, &key).expect("an account");
            write_roster(&data, &friend.name, &[of]);
        }
        write_roster(&data, &of.name, &friends.iter().collect::<Vec<_>>());
        friends
    }
}

fn write_roster(data: &Path, owner: &str, contacts: &[&Account]) {
    let mut roster = String::from("return {\n\t[false] = { version = 1; pending = {}; };\n");
    for contact in contacts {
        let _infallible = writeln!(
            roster,
            "\t[\"{}\"] = {{ subscription = \"both\"; groups = {{}}; name = \"{}\"; }};",
            contact.jid, contact.name
        );
    }
    roster.push_str("};\n");
    let file = data.join(format!("roster/{owner}.dat"));
    std::fs::write(file, roster).expect("a contact list");
}
