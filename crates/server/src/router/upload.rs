//! Places for files (XEP-0363), where the server keeps some.

use std::sync::Arc;

use jid::Jid;
use minidom::Element;

use super::{Router, disco_info};
use crate::files::{Files, LARGEST, NUMBER};
use crate::ns;
use crate::stanza::{Build, Condition, el};

impl Router {
    /// Files are kept from now on.
    pub(crate) fn keep_files(&mut self, files: Arc<Files>) {
        self.files = Some(files);
    }

    /// The address of the service.
    fn upload_domain(&self) -> String {
        format!("upload.{}", self.domain)
    }

    pub(super) fn is_upload(&self, to: &Jid) -> bool {
        self.files.is_some() && to.as_str() == self.upload_domain()
    }

    /// What is said of it among the server's parts.
    pub(super) fn upload_item(&self) -> Option<Element> {
        self.files.as_ref()?;
        Some(
            el("item", ns::DISCO_ITEMS)
                .set("jid", self.upload_domain())
                .set("name", "Files"),
        )
    }

    /// A request to the service.
    pub(super) fn upload_iq(&mut self, iq: &Element) -> Result<Option<Element>, Condition> {
        let payload = iq.children().next().ok_or(Condition::BadRequest)?;
        let get = iq.attr("type") == Some("get");
        if get && payload.is("query", ns::DISCO_INFO) {
            return Ok(Some(about()));
        }
        if get && payload.is("query", ns::DISCO_ITEMS) {
            return Ok(Some(el("query", ns::DISCO_ITEMS)));
        }
        if !get || !payload.is("request", ns::UPLOAD) {
            return Err(Condition::ServiceUnavailable);
        }
        let name = payload.attr("filename").filter(|name| !name.is_empty());
        let size = payload.attr("size").and_then(|size| size.parse().ok());
        let (Some(name), Some(size)) = (name, size) else {
            return Err(Condition::BadRequest);
        };
        if size > LARGEST {
            return Err(Condition::NotAcceptable);
        }
        let mut number = [0; NUMBER];
        (self.random)(&mut number);
        let files = self.files.as_ref().ok_or(Condition::ServiceUnavailable)?;
        let slot = files.slot(number, name, size);
        let header = el("header", ns::UPLOAD)
            .set("name", "Authorization")
            .say(&slot.authorization);
        let put = el("put", ns::UPLOAD).set("url", &slot.address).put(header);
        let get = el("get", ns::UPLOAD).set("url", &slot.address);
        Ok(Some(el("slot", ns::UPLOAD).put(put).put(get)))
    }
}

fn about() -> Element {
    let field = |var: &str, value: &str| {
        el("field", ns::DATA)
            .set("var", var)
            .put(el("value", ns::DATA).say(value))
    };
    let form = el("x", ns::DATA)
        .set("type", "result")
        .put(field("FORM_TYPE", ns::UPLOAD).set("type", "hidden"))
        .put(field("max-file-size", &LARGEST.to_string()));
    disco_info(
        "store",
        "file",
        Some("Files"),
        &[ns::DISCO_INFO, ns::UPLOAD],
    )
    .put(form)
}
