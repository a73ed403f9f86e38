//! Elements, built by chaining.

use crate::ns;
use minidom::Element;
use minidom::rxml::{Namespace, NcName};

/// Builds an element step by step.
pub(crate) trait Build: Sized {
    /// An empty element.
    fn new_in(namespace: &'static str, name: &'static str) -> Self;
    /// A stanza or a part of one.
    fn stanza(name: &'static str) -> Self;
    /// With an attribute. `name` has to be a name of XML.
    fn with(self, name: &'static str, value: &str) -> Self;
    /// With an attribute, if there is a value.
    fn with_some(self, name: &'static str, value: Option<&str>) -> Self;
    /// With a text.
    fn saying(self, text: &str) -> Self;
    /// With a child.
    fn holding(self, child: Element) -> Self;
    /// With a child that holds nothing but a text.
    fn holding_text(self, name: &'static str, text: &str) -> Self;
}

impl Build for Element {
    fn new_in(namespace: &'static str, name: &'static str) -> Self {
        Element::bare(name, namespace)
    }

    fn stanza(name: &'static str) -> Self {
        Element::bare(name, ns::JABBER_CLIENT)
    }

    fn with(mut self, name: &'static str, value: &str) -> Self {
        if let Ok(name) = NcName::try_from(name) {
            self.attrs_mut()
                .insert(Namespace::NONE, name, value.to_owned());
        }
        self
    }

    fn with_some(self, name: &'static str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    fn saying(mut self, text: &str) -> Self {
        self.append_text(text);
        self
    }

    fn holding(mut self, child: Element) -> Self {
        self.append_child(child);
        self
    }

    fn holding_text(self, name: &'static str, text: &str) -> Self {
        let child = Element::bare(name, self.ns()).saying(text);
        self.holding(child)
    }
}
