//! Reading properties, and hearing of their changes.

use futures_util::stream::{Stream, StreamExt as _};
use std::collections::HashMap;
use zbus::{Connection, MatchRule, Message, MessageStream, OwnedVariant, message};

const PROPERTIES: &str = "org.freedesktop.DBus.Properties";

/// A place on a bus where properties or signals are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) name: &'a str,
    pub(super) path: &'a str,
    pub(super) interface: &'a str,
}

impl Place<'_> {
    /// The property's value; `None` when nobody has it. Does not start a service.
    pub(super) async fn get<T>(&self, connection: &Connection, property: &str) -> Option<T>
    where
        T: TryFrom<OwnedVariant>,
    {
        let arguments = (self.interface, property);
        let answer = connection
            .call_method(
                Some(self.name),
                self.path,
                Some(PROPERTIES),
                "Get",
                &arguments,
            )
            .await;
        let value: OwnedVariant = answer.ok()?.body().deserialize().ok()?;
        T::try_from(value).ok()
    }

    /// Every `PropertiesChanged` of this place.
    pub(super) async fn changes(
        &self,
        connection: &Connection,
    ) -> zbus::Result<impl Stream<Item = Changed> + use<>> {
        let rule = MatchRule::builder()
            .msg_type(message::Type::Signal)
            .sender(self.name)
            .path(self.path)
            .interface(PROPERTIES)
            .member("PropertiesChanged")
            .add_arg(self.interface)
            .build()?;
        let stream = MessageStream::for_match_rule(rule, connection, None).await?;
        Ok(stream.filter_map(|signal| {
            std::future::ready(signal.ok().and_then(|signal| changed(&signal)))
        }))
    }

    /// Every signal `member` of this place's name and interface, on any path.
    pub(super) async fn signals(
        &self,
        connection: &Connection,
        member: &str,
    ) -> zbus::Result<impl Stream<Item = Message> + use<>> {
        let rule = MatchRule::builder()
            .msg_type(message::Type::Signal)
            .sender(self.name)
            .interface(self.interface)
            .member(member)
            .build()?;
        let stream = MessageStream::for_match_rule(rule, connection, None).await?;
        Ok(stream.filter_map(|signal| std::future::ready(signal.ok())))
    }

    /// Each time the name gets an owner (true) or loses it (false).
    pub(super) async fn owners(
        &self,
        connection: &Connection,
    ) -> zbus::Result<impl Stream<Item = bool> + use<>> {
        let daemon = "org.freedesktop.DBus";
        let rule = MatchRule::builder()
            .msg_type(message::Type::Signal)
            .sender(daemon)
            .interface(daemon)
            .member("NameOwnerChanged")
            .add_arg(self.name)
            .build()?;
        let stream = MessageStream::for_match_rule(rule, connection, None).await?;
        Ok(stream.filter_map(|signal| {
            let owned = signal.ok().and_then(|signal| {
                let (_, _, owner): (String, String, String) = signal.body().deserialize().ok()?;
                Some(!owner.is_empty())
            });
            std::future::ready(owned)
        }))
    }

    /// Whether somebody owns the name now.
    pub(super) async fn is_owned(&self, connection: &Connection) -> bool {
        let daemon = "org.freedesktop.DBus";
        let answer = connection
            .call_method(
                Some(daemon),
                "/org/freedesktop/DBus",
                Some(daemon),
                "NameHasOwner",
                &self.name,
            )
            .await;
        answer.is_ok_and(|answer| answer.body().deserialize().unwrap_or(false))
    }
}

/// The values that came with a change, by name.
pub(super) type Changed = HashMap<String, OwnedVariant>;

fn changed(signal: &Message) -> Option<Changed> {
    let (_, values, _): (String, Changed, Vec<String>) = signal.body().deserialize().ok()?;
    Some(values)
}

/// A boolean out of a change.
pub(super) fn flag(changed: &Changed, property: &str) -> Option<bool> {
    bool::try_from(&**changed.get(property)?).ok()
}
