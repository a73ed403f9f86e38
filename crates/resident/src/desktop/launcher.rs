//! The count and the call for attention on the launcher's icon (docks of Ubuntu, KDE, elementary and others).

use super::bus::Bus;

/// Tells launchers; nobody need listen.
#[derive(Debug, Clone)]
pub struct Launcher {
    #[cfg_attr(
        not(target_os = "linux"),
        expect(dead_code, reason = "only Linux has launchers on a bus")
    )]
    bus: Bus,
}

impl Launcher {
    /// Speaks over the shared connection.
    #[must_use]
    pub const fn new(bus: Bus) -> Self {
        Self { bus }
    }

    /// Shows a count, 0 for none, and whether something urgently wants to be seen. Returns once it is said.
    #[cfg(target_os = "linux")]
    pub async fn show(&self, count: u32, urgent: bool) {
        use std::collections::HashMap;
        use zbus::Variant;
        let Ok(connection) = self.bus.session().await else {
            return;
        };
        let facts: HashMap<&str, Variant<'_>> = HashMap::from([
            ("count", Variant::from(i64::from(count))),
            ("count-visible", Variant::from(count > 0)),
            ("urgent", Variant::from(urgent)),
        ]);
        let said = connection
            .emit_signal(
                None::<&str>,
                "/im/carillon/Carillon",
                "com.canonical.Unity.LauncherEntry",
                "Update",
                &("application://im.carillon.Carillon.desktop", facts),
            )
            .await;
        if let Err(error) = said {
            tracing::debug!(%error, "the launcher was not told");
        }
    }

    /// Here launchers have no such place.
    #[cfg(not(target_os = "linux"))]
    #[expect(clippy::unused_async, reason = "as on Linux")]
    pub async fn show(&self, _count: u32, _urgent: bool) {}
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use super::*;
    use crate::desktop::test_bus::TestBus;
    use futures_util::StreamExt as _;
    use std::collections::HashMap;
    use zbus::{MatchRule, MessageStream, OwnedVariant};

    #[tokio::test]
    async fn a_launcher_hears_count_and_urgency() {
        let bus = TestBus::start();
        let listener = bus.connect().await;
        let rule = MatchRule::builder()
            .interface("com.canonical.Unity.LauncherEntry")
            .build()
            .unwrap();
        let mut heard = MessageStream::for_match_rule(rule, &listener, None)
            .await
            .unwrap();
        Launcher::new(bus.bus().await).show(3, true).await;
        let body = heard.next().await.unwrap().unwrap().body();
        let (app, facts): (String, HashMap<String, OwnedVariant>) = body.deserialize().unwrap();
        assert_eq!(app, "application://im.carillon.Carillon.desktop");
        assert_eq!(i64::try_from(&*facts["count"]), Ok(3));
        assert_eq!(bool::try_from(&*facts["urgent"]), Ok(true));
    }
}
