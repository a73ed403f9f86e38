//! Forms (XEP-0004), read and given back.

use super::Build;
use crate::ns;
use carillon_core::form::{DataForm, FieldKind, FormField, FormOption};
use minidom::Element;

/// No form has more; what a server adds beyond it is not shown.
const MOST_FIELDS: usize = 200;
const MOST_OPTIONS: usize = 500;
const MOST_VALUES: usize = 500;
/// Characters of a label, a description, an instruction or a value.
const LONGEST: usize = 4_000;

/// Reads a form that is to be filled in; `None` when this is none.
pub(crate) fn read_form(holder: &Element) -> Option<DataForm> {
    read(holder, "form")
}

/// Reads what a command found out; `None` when this is nothing of the kind.
pub(crate) fn read_result(holder: &Element) -> Option<DataForm> {
    read(holder, "result")
}

fn read(holder: &Element, kind: &str) -> Option<DataForm> {
    let x = holder
        .children()
        .find(|child| child.is("x", ns::DATA_FORMS) && child.attr("type") == Some(kind))?;
    let instructions: Vec<String> = texts(x, "instructions");
    Some(DataForm {
        title: texts(x, "title").into_iter().next().unwrap_or_default(),
        instructions: instructions.join("\n"),
        fields: x
            .children()
            .filter(|child| child.is("field", ns::DATA_FORMS))
            .take(MOST_FIELDS)
            .map(field)
            .collect(),
    })
}

fn field(field: &Element) -> FormField {
    let short = |text: &str| text.chars().take(LONGEST).collect::<String>();
    FormField {
        var: short(field.attr("var").unwrap_or_default()),
        kind: kind(field.attr("type")),
        label: short(field.attr("label").unwrap_or_default()),
        description: texts(field, "desc").into_iter().next().unwrap_or_default(),
        required: field.has_child("required", ns::DATA_FORMS),
        values: texts(field, "value"),
        options: field
            .children()
            .filter(|child| child.is("option", ns::DATA_FORMS))
            .take(MOST_OPTIONS)
            .map(|option| FormOption {
                label: short(option.attr("label").unwrap_or_default()),
                value: texts(option, "value")
                    .into_iter()
                    .next()
                    .unwrap_or_default(),
            })
            .collect(),
    }
}

fn texts(holder: &Element, name: &str) -> Vec<String> {
    holder
        .children()
        .filter(|child| child.is(name, ns::DATA_FORMS))
        .take(MOST_VALUES)
        .map(|child| child.text().chars().take(LONGEST).collect())
        .collect()
}

/// What nobody has defined is a line of text (XEP-0004 §3.3).
fn kind(name: Option<&str>) -> FieldKind {
    match name {
        Some("boolean") => FieldKind::Boolean,
        Some("fixed") => FieldKind::Fixed,
        Some("hidden") => FieldKind::Hidden,
        Some("jid-multi") => FieldKind::JidMulti,
        Some("jid-single") => FieldKind::JidSingle,
        Some("list-multi") => FieldKind::ListMulti,
        Some("list-single") => FieldKind::ListSingle,
        Some("text-multi") => FieldKind::TextMulti,
        Some("text-private") => FieldKind::TextPrivate,
        _ => FieldKind::TextSingle,
    }
}

/// The form as it goes back, filled in: fields with their values, and nothing that is only to be read.
pub(crate) fn submitted(form: &DataForm) -> Element {
    let fields = form
        .fields
        .iter()
        .filter(|field| !field.var.is_empty() && field.kind != FieldKind::Fixed);
    fields.fold(
        Element::new_in(ns::DATA_FORMS, "x").with("type", "submit"),
        |form, field| {
            let element = Element::new_in(ns::DATA_FORMS, "field").with("var", &field.var);
            let element = field.values.iter().fold(element, |element, value| {
                element.holding_text("value", value)
            });
            form.holding(element)
        },
    )
}
