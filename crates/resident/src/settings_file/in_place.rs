//! Values taken from the tree where they stand: with ten thousand overrides, a copy of each part would take longer than
//! reading the file does.

use serde::de::value::{
    BorrowedStrDeserializer, Error, MapAccessDeserializer, MapDeserializer, SeqDeserializer,
};
use serde::de::{DeserializeOwned, Deserializer, Error as _, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;
use toml_edit::{Item, TableLike, Value};

/// What an item says.
///
/// # Errors
/// What the type expects instead, in words.
pub(super) fn from_item<T: DeserializeOwned>(item: &Item) -> Result<T, String> {
    read(Node::Item(item))
}

/// What a value says; errors as in [`from_item`].
pub(super) fn from_value<T: DeserializeOwned>(value: &Value) -> Result<T, String> {
    read(Node::Value(value))
}

/// What these keys of a table say together, the others left out; errors as in [`from_item`].
pub(super) fn from_keys<T: DeserializeOwned>(
    table: &dyn TableLike,
    keys: &[&str],
) -> Result<T, String> {
    read(Node::Keys(table, Some(keys)))
}

fn read<T: DeserializeOwned>(node: Node<'_>) -> Result<T, String> {
    T::deserialize(node).map_err(|error| error.to_string())
}

/// A place in the tree.
#[derive(Clone, Copy)]
enum Node<'a> {
    Item(&'a Item),
    Value(&'a Value),
    /// These keys of a table, or all.
    Keys(&'a dyn TableLike, Option<&'a [&'a str]>),
}

impl<'a> IntoDeserializer<'a, Error> for Node<'a> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

/// A table's entries, as serde asks for them.
fn entries<'a>(
    table: &'a dyn TableLike,
    keys: Option<&'a [&'a str]>,
) -> MapDeserializer<'a, impl Iterator<Item = (&'a str, Node<'a>)>, Error> {
    let wanted = move |key: &str| keys.is_none_or(|keys| keys.contains(&key));
    let entries = table.iter().filter(move |(key, _)| wanted(key));
    MapDeserializer::new(entries.map(|(key, item)| (key, Node::Item(item))))
}

impl<'de> Deserializer<'de> for Node<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self {
            Self::Item(Item::Value(value)) | Self::Value(value) => match value {
                Value::String(text) => visitor.visit_borrowed_str(text.value()),
                Value::Integer(number) => visitor.visit_i64(*number.value()),
                Value::Float(number) => visitor.visit_f64(*number.value()),
                Value::Boolean(yes) => visitor.visit_bool(*yes.value()),
                Value::Datetime(_) => Err(Error::custom("a date and time is not expected here")),
                Value::Array(values) => {
                    visitor.visit_seq(SeqDeserializer::new(values.iter().map(Node::Value)))
                }
                Value::InlineTable(table) => visitor.visit_map(entries(table, None)),
            },
            Self::Item(Item::Table(table)) => visitor.visit_map(entries(table, None)),
            Self::Item(Item::ArrayOfTables(tables)) => {
                let tables = tables.iter().map(|table| Node::Keys(table, None));
                visitor.visit_seq(SeqDeserializer::new(tables))
            }
            Self::Item(Item::None) => Err(Error::custom("it must be a value")),
            Self::Keys(table, keys) => visitor.visit_map(entries(table, keys)),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    /// A word is a variant without content, a table one with the variant as its key.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self {
            Self::Item(Item::Value(Value::String(word))) | Self::Value(Value::String(word)) => {
                visitor.visit_enum(BorrowedStrDeserializer::new(word.value()))
            }
            Self::Item(Item::Value(Value::InlineTable(table)))
            | Self::Value(Value::InlineTable(table)) => {
                visitor.visit_enum(MapAccessDeserializer::new(entries(table, None)))
            }
            Self::Item(Item::Table(table)) => {
                visitor.visit_enum(MapAccessDeserializer::new(entries(table, None)))
            }
            other => other.deserialize_any(visitor),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq
        tuple tuple_struct map struct identifier ignored_any
    }
}
