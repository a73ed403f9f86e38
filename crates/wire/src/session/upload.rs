//! The service that takes files, and places on it (XEP-0363 §3 to §5). It is looked for when the first file is sent:
//! most sessions send none.

use super::Session;
use super::iq::announces;
use super::pending::{Answerer, Asked};
use crate::ns;
use crate::stanza::{Build, error_of};
use carillon_core::files::honoured;
use carillon_core::session::{Incoming, NoSlot, UploadSlot};
use jid::BareJid;
use minidom::Element;

/// A server has fewer parts than this.
const MOST_ITEMS: usize = 24;

/// A file that wants a place.
#[derive(Debug)]
pub(super) struct Wish {
    pub(super) request: u64,
    pub(super) name: String,
    pub(super) size: u64,
    pub(super) media_type: String,
}

/// What is known of the service.
#[derive(Debug, Default)]
pub(super) enum Service {
    /// Nobody has asked.
    #[default]
    Unknown,
    /// So many have still to answer; these wait.
    Asking { open: usize, wishes: Vec<Wish> },
    /// It is there, and takes files up to this many bytes.
    Known { jid: BareJid, most: Option<u64> },
}

impl Session {
    /// Asks for a place, once it is known where.
    pub(super) fn ask_slot(&mut self, wish: Wish) {
        match &mut self.upload {
            Service::Unknown => {
                self.upload = Service::Asking {
                    open: 2,
                    wishes: vec![wish],
                };
                let items = Element::new_in(ns::DISCO_ITEMS, "query");
                self.ask("get", Answerer::Domain, Asked::UploadItems, items);
                // Some servers do it themselves.
                let info = Element::new_in(ns::DISCO_INFO, "query");
                self.ask("get", Answerer::Domain, Asked::UploadInfo(None), info);
            }
            Service::Asking { wishes, .. } => wishes.push(wish),
            Service::Known { jid, most } => {
                let (jid, most) = (jid.clone(), *most);
                self.ask_slot_of(jid, most, &wish);
            }
        }
    }

    fn ask_slot_of(&mut self, service: BareJid, most: Option<u64>, wish: &Wish) {
        if most.is_some_and(|most| wish.size > most) {
            return self.no_slot(wish.request, NoSlot::TooLarge { most });
        }
        let ask = Element::new_in(ns::HTTP_UPLOAD, "request")
            .with("filename", &wish.name)
            .with("size", &wish.size.to_string())
            .with("content-type", &wish.media_type);
        self.ask(
            "get",
            Answerer::Service(service),
            Asked::Slot(wish.request),
            ask,
        );
    }

    fn no_slot(&mut self, request: u64, why: NoSlot) {
        let answer = Box::new(Err(why));
        self.tell(Incoming::Slot { request, answer });
    }

    pub(super) fn hear_upload_items(&mut self, iq: &Element, failed: bool) {
        let query = iq.get_child("query", ns::DISCO_ITEMS).filter(|_| !failed);
        let items: Vec<BareJid> = query
            .into_iter()
            .flat_map(Element::children)
            .filter(|item| item.is("item", ns::DISCO_ITEMS) && item.attr("node").is_none())
            .filter_map(|item| BareJid::new(item.attr("jid")?).ok())
            .filter(|jid| jid.as_str() != self.me.domain())
            .take(MOST_ITEMS)
            .collect();
        if let Service::Asking { open, .. } = &mut self.upload {
            *open += items.len();
        }
        for item in items {
            let info = Element::new_in(ns::DISCO_INFO, "query");
            let asked = Asked::UploadInfo(Some(item.clone()));
            self.ask("get", Answerer::Service(item), asked, info);
        }
        self.one_has_answered();
    }

    /// `None` is the server itself.
    pub(super) fn hear_upload_info(&mut self, iq: &Element, of: Option<BareJid>, failed: bool) {
        if !failed
            && announces(iq, ns::HTTP_UPLOAD)
            && let Service::Asking { wishes, .. } = &mut self.upload
            && let Some(jid) = of.or_else(|| BareJid::new(self.me.domain()).ok())
        {
            let wishes = std::mem::take(wishes);
            let most = largest(iq);
            self.upload = Service::Known {
                jid: jid.clone(),
                most,
            };
            for wish in wishes {
                self.ask_slot_of(jid.clone(), most, &wish);
            }
        }
        self.one_has_answered();
    }

    fn one_has_answered(&mut self) {
        let Service::Asking { open, wishes } = &mut self.upload else {
            return;
        };
        *open = open.saturating_sub(1);
        if *open == 0 {
            let wishes = std::mem::take(wishes);
            // Asked again for the next file: a service may have been away.
            self.upload = Service::Unknown;
            for wish in wishes {
                self.no_slot(wish.request, NoSlot::NoService);
            }
        }
    }

    pub(super) fn hear_slot(&mut self, iq: &Element, request: u64, failed: bool) {
        let answer = if failed {
            Err(why_not(iq))
        } else {
            slot(iq).map_err(|why| NoSlot::Unusable { why })
        };
        let answer = Box::new(answer);
        self.tell(Incoming::Slot { request, answer });
    }
}

fn why_not(iq: &Element) -> NoSlot {
    let error = iq.get_child("error", ns::JABBER_CLIENT);
    let too_large = error.and_then(|error| error.get_child("file-too-large", ns::HTTP_UPLOAD));
    if let Some(too_large) = too_large {
        let most = too_large.get_child("max-file-size", ns::HTTP_UPLOAD);
        let most = most.and_then(|most| most.text().trim().parse().ok());
        return NoSlot::TooLarge { most };
    }
    match error.and_then(|error| error.attr("type")) {
        Some("wait") => NoSlot::NotNow(error_of(iq)),
        _ => NoSlot::Refused(error_of(iq)),
    }
}

fn slot(iq: &Element) -> Result<UploadSlot, String> {
    let part = |name: &str| {
        let slot = iq.get_child("slot", ns::HTTP_UPLOAD)?;
        slot.get_child(name, ns::HTTP_UPLOAD)
    };
    let address = |name: &str| {
        let url = part(name).and_then(|part| part.attr("url"));
        url.map(str::to_owned)
            .ok_or_else(|| format!("it names no address to {name}"))
    };
    let headers: Vec<(String, String)> = part("put")
        .into_iter()
        .flat_map(Element::children)
        .filter(|child| child.is("header", ns::HTTP_UPLOAD))
        .map(|header| {
            (
                header.attr("name").unwrap_or_default().to_owned(),
                header.text(),
            )
        })
        .collect();
    let named = headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()));
    Ok(UploadSlot {
        put: address("put")?,
        get: address("get")?,
        headers: honoured(named).map_err(|bad| bad.to_string())?,
    })
}

/// The size that a service takes, in bytes (§4, XEP-0128).
fn largest(iq: &Element) -> Option<u64> {
    let value = |form: &Element, var: &str| {
        let field = form
            .children()
            .find(|field| field.is("field", ns::DATA_FORMS) && field.attr("var") == Some(var))?;
        Some(field.get_child("value", ns::DATA_FORMS)?.text())
    };
    iq.get_child("query", ns::DISCO_INFO)?
        .children()
        .filter(|child| child.is("x", ns::DATA_FORMS))
        .filter(|form| value(form, "FORM_TYPE").as_deref() == Some(ns::HTTP_UPLOAD))
        .find_map(|form| value(form, "max-file-size")?.trim().parse().ok())
}
