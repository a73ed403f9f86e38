//! Names that can be taken for others.

use super::on_desk;
use crate::house::House;
use carillon_core::look_alike::{LookAlike, Looks};
use carillon_engine::NamesKnown;
use carillon_link::contract::{ReadAlikeContacts, ReadLookAlikes};
use carillon_link::{Refusal, RefusalCode};
use jid::BareJid;

/// The most names that are compared at once.
const MOST: usize = 500;

pub(super) async fn look_alikes(
    house: &House,
    ask: ReadLookAlikes,
) -> Result<Vec<LookAlike>, Refusal> {
    if ask.names.len() > MOST {
        return Err(Refusal::new(RefusalCode::BadText, "too many names at once"));
    }
    let (account, room) = (ask.account, ask.room.clone());
    let known = on_desk(house, move |desk| desk.names_known(account, room.as_ref())).await?;
    // Thousands of names are compared in tens of milliseconds, in which nobody else should wait.
    let compared = tokio::task::spawn_blocking(move || match ask.room {
        Some(_) => of_occupants(&known, &ask.names),
        None => of_strangers(&known, &ask.names),
    });
    compared
        .await
        .map_err(|error| Refusal::new(RefusalCode::Internal, error.to_string()))
}

/// So many are told: a list of more would be no help.
const TOLD: usize = 1_000;

pub(super) async fn alike_contacts(
    house: &House,
    ask: ReadAlikeContacts,
) -> Result<Vec<LookAlike>, Refusal> {
    let account = ask.account;
    let known = on_desk(house, move |desk| {
        let people = desk.contacts_by_name(account)?;
        Ok((desk.names_known(account, None)?, people))
    });
    let (known, people) = known.await?;
    let compared = tokio::task::spawn_blocking(move || of_contacts(&known, &people));
    compared
        .await
        .map_err(|error| Refusal::new(RefusalCode::Internal, error.to_string()))
}

/// Contacts: their addresses against all that are known, their names against each other's. Two of one name, however it
/// is written, may be one friend's.
fn of_contacts(known: &NamesKnown, people: &[(BareJid, String)]) -> Vec<LookAlike> {
    let addresses = Looks::of(known.addresses.iter().map(String::as_str));
    let names = Looks::of(known.contacts.iter().map(String::as_str));
    let alike = |(jid, name): &(BareJid, String)| {
        let of_name = names.taken_for_in_any_case(name);
        let of = of_name.or_else(|| addresses.taken_for(jid.as_str()))?;
        Some(LookAlike {
            name: jid.to_string(),
            of: of.to_owned(),
        })
    };
    people.iter().filter_map(alike).take(TOLD).collect()
}

/// Nicks: of each other, and of contacts. A contact may be in a room under the name that I call them.
fn of_occupants(known: &NamesKnown, names: &[String]) -> Vec<LookAlike> {
    let nicks = Looks::of(known.nicks.iter().chain(names).map(String::as_str));
    let contacts = Looks::of(known.contacts.iter().map(String::as_str));
    found(names, |name| {
        let of_contact = contacts.taken_for_in_any_case(name);
        of_contact.or_else(|| nicks.taken_for(name))
    })
}

/// Addresses, and what strangers call themselves: who has a contact's very name is another one all the same.
fn of_strangers(known: &NamesKnown, names: &[String]) -> Vec<LookAlike> {
    let addresses = Looks::of(known.addresses.iter().map(String::as_str));
    let contacts = Looks::of(known.contacts.iter().map(String::as_str));
    found(names, |name| {
        if name.contains('@') {
            return addresses.taken_for(name);
        }
        let same = known.contacts.iter().find(|known| *known == name);
        same.map(String::as_str)
            .or_else(|| contacts.taken_for(name))
    })
}

fn found<'a>(names: &[String], taken_for: impl Fn(&String) -> Option<&'a str>) -> Vec<LookAlike> {
    let alike = |name: &String| {
        taken_for(name).map(|of| LookAlike {
            name: name.clone(),
            of: of.to_owned(),
        })
    };
    names.iter().filter_map(alike).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> NamesKnown {
        NamesKnown {
            addresses: ["bob@harbour.example", "alice@harbour.example"]
                .map(String::from)
                .into(),
            contacts: vec!["Bob".to_owned()],
            nicks: ["alice", "Carla", "Сarla"].map(String::from).into(),
        }
    }

    fn pairs(found: &[LookAlike]) -> Vec<(&str, &str)> {
        found
            .iter()
            .map(|one| (one.name.as_str(), one.of.as_str()))
            .collect()
    }

    #[test]
    fn a_stranger_is_no_contact_whatever_letters_they_use() {
        let asked = [
            "bоb@harbour.example",
            "bob@harbour.example",
            "eve@harbour.example",
            "Bob",
            "Воb",
            "Eve",
        ]
        .map(String::from);
        assert_eq!(
            pairs(&of_strangers(&known(), &asked)),
            [
                ("bоb@harbour.example", "bob@harbour.example"),
                ("Bob", "Bob"),
                ("Воb", "Bob"),
            ]
        );
    }

    #[test]
    fn contacts_who_look_alike_are_both_told_and_one_friend_s_two_addresses_are_not() {
        let people = [
            ("bob@harbour.example", "Bob"),
            ("bob@work.example", "bob"),
            ("bоb@elsewhere.example", "bоb"),
            ("alice@harbour.example", "Alice"),
            ("аlice@harbour.example", "Ali"),
        ]
        .map(|(jid, name)| (jid.parse::<BareJid>().unwrap(), name.to_owned()));
        let known = NamesKnown {
            addresses: people.iter().map(|(jid, _)| jid.to_string()).collect(),
            contacts: people.iter().map(|(_, name)| name.clone()).collect(),
            nicks: Vec::new(),
        };
        let found = of_contacts(&known, &people);
        let told: Vec<_> = found.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(
            told,
            [
                "bob@harbour.example",
                "bob@work.example",
                "bоb@elsewhere.example",
                "alice@harbour.example",
                "аlice@harbour.example",
            ]
        );
        assert_eq!(found[0].of, "bоb");
        assert_eq!(found[3].of, "аlice@harbour.example");
        let apart = of_contacts(&known, &people[..0]);
        assert_eq!(apart, []);
        let (two, names) = (&people[..2], ["Bob", "bob"].map(String::from));
        let alone = NamesKnown {
            addresses: two.iter().map(|(jid, _)| jid.to_string()).collect(),
            contacts: names.into(),
            nicks: Vec::new(),
        };
        assert_eq!(of_contacts(&alone, two), []);
    }

    #[test]
    fn two_of_a_room_who_look_alike_are_both_told() {
        let asked = ["Carla", "Сarla", "bob", "Βob", "Аlice", "Dora"].map(String::from);
        assert_eq!(
            pairs(&of_occupants(&known(), &asked)),
            [
                ("Carla", "Сarla"),
                ("Сarla", "Carla"),
                // The contact may call himself so.
                ("bob", "Βob"),
                ("Βob", "Bob"),
                ("Аlice", "alice"),
            ]
        );
    }
}
