//! Forms that a server has somebody fill in (XEP-0004).

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A form.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
pub struct DataForm {
    /// What it is, empty when it does not say.
    pub title: String,
    /// How to fill it in, empty when it does not say.
    pub instructions: String,
    /// Its fields, in their order.
    pub fields: Vec<FormField>,
}

/// A field of a form.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
pub struct FormField {
    /// What the server calls it; empty for text that only stands there.
    pub var: String,
    /// What goes into it.
    pub kind: FieldKind,
    /// What a person calls it, empty when there is no word for it.
    pub label: String,
    /// More about it, empty when there is nothing.
    pub description: String,
    /// It must not be left empty.
    pub required: bool,
    /// What is in it: one for most, any number for those of several values and lines.
    pub values: Vec<String>,
    /// What can be chosen, for lists.
    pub options: Vec<FormOption>,
}

/// What can be chosen in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FormOption {
    /// What a person reads, empty when the value is to be read.
    pub label: String,
    /// What goes into the field.
    pub value: String,
}

/// What goes into a field (XEP-0004 §3.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum FieldKind {
    /// Yes or no.
    Boolean,
    /// Nothing: it is to be read.
    Fixed,
    /// What the server put there: it is given back as it is, and not shown.
    Hidden,
    /// Addresses.
    JidMulti,
    /// An address.
    JidSingle,
    /// Some of the options.
    ListMulti,
    /// One of the options.
    ListSingle,
    /// Lines of text.
    TextMulti,
    /// A password.
    TextPrivate,
    /// A line of text.
    #[default]
    TextSingle,
}

impl DataForm {
    /// Fills a field in, where the form has it.
    pub fn fill(&mut self, var: &str, value: &str) {
        if let Some(field) = self.fields.iter_mut().find(|field| field.var == var) {
            field.values = vec![value.to_owned()];
        }
    }

    /// What is in a field of one value; `None` where there is no such field, or nothing in it.
    #[must_use]
    pub fn value(&self, var: &str) -> Option<&str> {
        let field = self.fields.iter().find(|field| field.var == var)?;
        field.values.first().map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_field_that_is_there_is_filled_in() {
        let mut form = DataForm {
            fields: vec![FormField {
                var: "name".to_owned(),
                ..FormField::default()
            }],
            ..DataForm::default()
        };
        form.fill("name", "Tea");
        form.fill("other", "x");
        assert_eq!(form.value("name"), Some("Tea"));
        assert_eq!((form.value("other"), form.fields.len()), (None, 1));
    }
}
