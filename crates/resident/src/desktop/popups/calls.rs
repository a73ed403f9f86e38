//! The calls to `org.freedesktop.Notifications`, and its signals.

use super::message::{Arguments, Message};
use super::{Abilities, PopupError};
use futures_util::stream::{BoxStream, StreamExt as _};
use zbus::names::OwnedUniqueName;
use zbus::{Connection, MatchRule, Message as Answer, MessageStream, message};

pub(super) const NAME: &str = "org.freedesktop.Notifications";
pub(super) const PATH: &str = "/org/freedesktop/Notifications";

/// A popup on the screen.
#[derive(Debug)]
pub(super) struct Shown {
    pub(super) id: u32,
    /// Ids mean something only to the process that gave them.
    pub(super) by: OwnedUniqueName,
    /// Told before the click that it belongs to.
    pub(super) token: Option<String>,
}

/// The service's signals, and its coming and going.
pub(super) async fn listen(connection: &Connection) -> zbus::Result<BoxStream<'static, Answer>> {
    let popups = MatchRule::builder()
        .msg_type(message::Type::Signal)
        .sender(NAME)
        .path(PATH)
        .interface(NAME)
        .build()?;
    let owner = MatchRule::builder()
        .msg_type(message::Type::Signal)
        .sender("org.freedesktop.DBus")
        .interface("org.freedesktop.DBus")
        .member("NameOwnerChanged")
        .add_arg(NAME)
        .build()?;
    let popups = MessageStream::for_match_rule(popups, connection, None).await?;
    let owner = MessageStream::for_match_rule(owner, connection, None).await?;
    let both = futures_util::stream::select(popups, owner);
    Ok(both
        .filter_map(|signal| std::future::ready(signal.ok()))
        .boxed())
}

/// What the service can do; starts it where the desktop knows how.
pub(super) async fn abilities(connection: Connection) -> Result<Abilities, PopupError> {
    let ask =
        |member: &'static str| connection.call_method(Some(NAME), PATH, Some(NAME), member, &());
    // Both at once: a slow service is waited for once.
    let (capabilities, about) =
        futures_util::future::join(ask("GetCapabilities"), ask("GetServerInformation")).await;
    let capabilities: Vec<String> = capabilities
        .and_then(|answer| answer.body().deserialize())
        .map_err(|error| refused(&error))?;
    let name = about
        .and_then(|answer| {
            answer
                .body()
                .deserialize::<(String, String, String, String)>()
        })
        .map(|(name, ..)| name)
        .unwrap_or_default();
    Ok(Abilities::new(name, capabilities))
}

/// Shows a popup, in the stead of `replaces` unless that is 0.
pub(super) async fn notify(
    connection: Connection,
    message: Message,
    replaces: u32,
) -> Result<Shown, PopupError> {
    let shown = async {
        let arguments: Arguments<'_> = message.arguments(replaces);
        let answer = connection
            .call_method(Some(NAME), PATH, Some(NAME), "Notify", &arguments)
            .await?;
        let id: u32 = answer.body().deserialize()?;
        let by = answer
            .header()
            .sender()
            .ok_or(zbus::Error::MissingField)?
            .to_owned()
            .into();
        Ok(Shown {
            id,
            by,
            token: None,
        })
    };
    shown.await.map_err(|error: zbus::Error| refused(&error))
}

/// Takes a popup away. One that closed by itself a moment ago is an error to some services, and no loss.
pub(super) async fn close(connection: Connection, id: u32) {
    if let Err(error) = connection
        .call_method(Some(NAME), PATH, Some(NAME), "CloseNotification", &id)
        .await
    {
        tracing::debug!(%error, "a popup could not be withdrawn");
    }
}

fn refused(error: &zbus::Error) -> PopupError {
    match error {
        zbus::Error::MethodError(name, detail, _) => {
            let detail = detail.clone().unwrap_or_else(|| name.to_string());
            if name.as_str().starts_with("org.freedesktop.DBus.Error.") {
                PopupError::NoService(detail)
            } else {
                PopupError::Refused(detail)
            }
        }
        other => PopupError::NoService(other.to_string()),
    }
}
