//! Rooms that are searched for by words (XEP-0433). Only the service that was asked answers; what it says of rooms nobody
//! else vouches for.

use super::super::Session;
use super::super::pending::{Answerer, Asked};
use super::Wanted;
use super::answer::more_behind;
use crate::ns;
use crate::stanza::{Build, error_of, read_form, submitted};
use carillon_core::form::{DataForm, FieldKind, FormField};
use carillon_core::room::{Channel, Channels, SearchRefusal};
use carillon_core::session::{Incoming, RoomReply, StanzaProblem};
use jid::BareJid;
use minidom::Element;
use std::collections::HashSet;

/// So many are asked for at once.
const PAGE: &str = "50";
/// No part has more; a service that gives all at once is cut here.
const MOST: usize = 200;
/// Characters of a name, a description and a language's name.
const LONGEST_NAME: usize = 200;
const LONGEST_DESCRIPTION: usize = 500;
const LONGEST_LANGUAGE: usize = 35;

/// A service's form that was asked for, and what is to be searched for by it.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::session) struct AskedForm {
    request: u64,
    service: BareJid,
    words: String,
    after: Option<String>,
}

impl Session {
    /// The form first (§4.2.1): which fields a service knows it alone says.
    pub(super) fn ask_search_form(
        &mut self,
        request: u64,
        service: BareJid,
        words: String,
        after: Option<String>,
    ) {
        let asked = Asked::SearchForm(AskedForm {
            request,
            service: service.clone(),
            words,
            after,
        });
        let empty = Element::new_in(ns::CHANNEL_SEARCH, "search");
        self.ask("get", Answerer::Service(service), asked, empty);
    }

    pub(in crate::session) fn hear_search_form(
        &mut self,
        iq: &Element,
        asked: AskedForm,
        failed: bool,
    ) {
        let request = asked.request;
        let filled = iq
            .get_child("search", ns::CHANNEL_SEARCH)
            .and_then(read_form)
            .and_then(|form| filled_in(form, asked.words));
        let Some(form) = filled.filter(|_| !failed) else {
            let answer = if failed {
                not_searched(iq)
            } else {
                Err(StanzaProblem {
                    condition: "feature-not-implemented".to_owned(),
                    text: "the service does not search by words".to_owned(),
                })
            };
            return self.tell(Incoming::RoomAnswer { request, answer });
        };
        let set = Element::new_in(ns::RSM, "set").holding_text("max", PAGE);
        let set = match asked.after {
            Some(after) => set.holding_text("after", &after),
            None => set,
        };
        let search = Element::new_in(ns::CHANNEL_SEARCH, "search");
        let search = search.holding(set).holding(submitted(&form));
        let wanted = Asked::RoomWish(request, Wanted::Channels);
        self.ask("get", Answerer::Service(asked.service), wanted, search);
    }
}

/// The service's form with these words (§4.2.2), the most visited rooms first where it can; `None` when it searches in
/// another way. What else it chose stays as it is.
fn filled_in(mut form: DataForm, words: String) -> Option<DataForm> {
    let field = |form: &mut DataForm, var: &str| {
        let at = form.fields.iter().position(|field| field.var == var)?;
        Some(form.fields.swap_remove(at))
    };
    field(&mut form, "q")?;
    let order = field(&mut form, "key").map(|key| {
        let by_users = ns::CHANNEL_SEARCH_BY_USERS;
        let offered = key.options.iter().any(|option| option.value == by_users);
        match offered {
            true => vec![by_users.to_owned()],
            false => key.values,
        }
    });
    // Both would contradict each other (§4.2.2).
    field(&mut form, "all");
    field(&mut form, "FORM_TYPE");
    let of = |var: &str, kind, values: Vec<String>| FormField {
        var: var.to_owned(),
        kind,
        values,
        ..FormField::default()
    };
    let kind = vec![ns::CHANNEL_SEARCH_PARAMS.to_owned()];
    let mut fields = vec![
        of("FORM_TYPE", FieldKind::Hidden, kind),
        of("q", FieldKind::TextSingle, vec![words]),
    ];
    fields.extend(order.map(|values| of("key", FieldKind::ListSingle, values)));
    fields.append(&mut form.fields);
    Some(DataForm { fields, ..form })
}

/// What was found.
pub(super) fn channels(iq: &Element) -> Channels {
    let Some(result) = iq.get_child("result", ns::CHANNEL_SEARCH) else {
        return Channels::default();
    };
    let items: Vec<&Element> = result
        .children()
        .filter(|child| child.is("item", ns::CHANNEL_SEARCH))
        .take(MOST)
        .collect();
    let mut seen = HashSet::new();
    let found = items.iter().filter_map(|item| channel(item));
    Channels {
        channels: found
            .filter(|channel| seen.insert(channel.jid.clone()))
            .collect(),
        more_behind: more_behind(result, items.len()),
    }
}

/// A room that can be entered: nothing of another kind (§5.2), and no whole service.
fn channel(item: &Element) -> Option<Channel> {
    let jid = BareJid::new(item.attr("address")?).ok()?;
    let text = |name: &'static str, longest| {
        let text = item.get_child(name, ns::CHANNEL_SEARCH).map(Element::text);
        let text = text.unwrap_or_default();
        text.trim().chars().take(longest).collect::<String>()
    };
    let kind = text("service-type", LONGEST_NAME);
    if jid.node().is_none() || !(kind.is_empty() || kind == "xep-0045") {
        return None;
    }
    let open = item.get_child("is-open", ns::CHANNEL_SEARCH);
    Some(Channel {
        name: text("name", LONGEST_NAME),
        description: text("description", LONGEST_DESCRIPTION),
        language: text("language", LONGEST_LANGUAGE),
        people: text("nusers", 20).parse().ok(),
        // An empty one says yes, as in the document's examples.
        open: open.map(|open| !["false", "0"].contains(&open.text().trim())),
        jid,
    })
}

/// Why a service did not search (§4.2.2).
pub(super) fn not_searched(iq: &Element) -> Result<RoomReply, StanzaProblem> {
    let problem = error_of(iq);
    let said = iq.get_child("error", ns::JABBER_CLIENT);
    let part = |name| said.and_then(|error| error.get_child(name, ns::CHANNEL_SEARCH_ERROR));
    if let Some(limit) = part("rate-limit") {
        let seconds = limit
            .attr("retry-after")
            .and_then(|after| after.parse().ok());
        return Ok(RoomReply::NotSearched(SearchRefusal::TooOften { seconds }));
    }
    if part("invalid-search-terms").is_some() {
        let words = problem.text;
        return Ok(RoomReply::NotSearched(SearchRefusal::BadWords { words }));
    }
    Err(problem)
}
