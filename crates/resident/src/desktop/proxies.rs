//! The desktop's settings of proxies, by the portal that passes them on
//! (`org.freedesktop.portal.ProxyResolver`, version 1).
//!
//! GNOME keeps them among its settings and sets no environment. The portal knows hosts that are not to be asked of a
//! proxy, and reads an automatic configuration itself.

use super::bus::Bus;
use carillon_engine::wire::{DesktopAnswer, DesktopProxies, ask_desktop};

const NAME: &str = "org.freedesktop.portal.Desktop";
const PATH: &str = "/org/freedesktop/portal/desktop";
const INTERFACE: &str = "org.freedesktop.portal.ProxyResolver";

/// From now on connections for which no proxy is chosen go by the desktop's settings.
pub fn begin(bus: &Bus) {
    ask_desktop(Box::new(Proxies::on(bus.clone())));
}

/// The desktop's proxies, asked over the session bus.
#[derive(Debug, Clone)]
struct Proxies {
    bus: Bus,
}

impl Proxies {
    const fn on(bus: Bus) -> Self {
        Self { bus }
    }

    async fn ask(self, url: String) -> Option<Vec<String>> {
        let connection = self.bus.session().await.ok()?;
        let asked = connection
            .call_method(Some(NAME), PATH, Some(INTERFACE), "Lookup", &url)
            .await;
        match asked {
            Ok(answer) => answer.body().deserialize().ok(),
            Err(error) => {
                tracing::debug!(%error, "the desktop tells of no proxies");
                None
            }
        }
    }
}

impl DesktopProxies for Proxies {
    fn lookup(&self, url: String) -> DesktopAnswer {
        Box::pin(self.clone().ask(url))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desktop::test_bus::TestBus;
    use std::sync::{Arc, Mutex};

    /// The portal of a desktop whose settings are manual, with hosts that are to be left alone.
    struct Portal(Arc<Mutex<Vec<String>>>);

    #[zbus::interface(name = "org.freedesktop.portal.ProxyResolver")]
    impl Portal {
        fn lookup(&self, uri: &str) -> Vec<String> {
            self.0.lock().unwrap().push(uri.to_owned());
            if uri.contains("intranet.example") {
                vec!["direct://".to_owned()]
            } else {
                vec!["http://proxy.example:8080".to_owned()]
            }
        }
    }

    #[tokio::test]
    async fn the_portal_is_asked_for_each_address() {
        let bus = TestBus::start();
        let asked = Arc::new(Mutex::default());
        let portal = bus.connect().await;
        let object = Portal(Arc::clone(&asked));
        portal.object_server().at(PATH, object).await.unwrap();
        portal.request_name(NAME).await.unwrap();
        let proxies = Proxies::on(bus.bus().await);
        let outside = "https://xmpp.example.org:5223/".to_owned();
        let inside = "https://xmpp.intranet.example:5222/".to_owned();
        let through = proxies.lookup(outside.clone()).await;
        assert_eq!(through, Some(vec!["http://proxy.example:8080".to_owned()]));
        let past = proxies.lookup(inside.clone()).await;
        assert_eq!(past, Some(vec!["direct://".to_owned()]));
        assert_eq!(*asked.lock().unwrap(), [outside, inside]);
    }

    #[tokio::test]
    async fn a_desktop_without_the_portal_tells_nothing() {
        let bus = TestBus::start();
        let proxies = Proxies::on(bus.bus().await);
        assert_eq!(
            proxies.lookup("https://example.org:443/".to_owned()).await,
            None
        );
    }
}
