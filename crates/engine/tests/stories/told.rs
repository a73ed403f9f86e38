//! What the engine gave out, and what a person would see and hear of it.

use carillon_core::alerts::{EventKind, PopupForm};
use carillon_engine::{Output, Ring};

/// What the engine gave out.
#[derive(Debug)]
pub(crate) struct Told(pub(crate) Vec<Output>);

impl Told {
    pub(crate) fn rings(&self) -> Vec<&Ring> {
        self.0
            .iter()
            .filter_map(|one| match one {
                Output::Ring(ring) => Some(&**ring),
                _ => None,
            })
            .collect()
    }

    /// The kinds of those that are seen or heard.
    pub(crate) fn alerted(&self) -> Vec<EventKind> {
        self.rings()
            .into_iter()
            .filter(|ring| !ring.plan.is_silent())
            .map(|ring| ring.event.kind)
            .collect()
    }

    /// The one alert that is seen or heard.
    pub(crate) fn alert(&self) -> &Ring {
        let loud: Vec<_> = self
            .rings()
            .into_iter()
            .filter(|ring| !ring.plan.is_silent())
            .collect();
        assert_eq!(loud.len(), 1, "one alert in {self:#?}");
        loud[0]
    }

    pub(crate) fn summaries(&self) -> Vec<&Ring> {
        self.rings()
            .into_iter()
            .filter(|ring| {
                ring.plan
                    .popup
                    .as_ref()
                    .is_some_and(|popup| popup.form == PopupForm::Summary)
            })
            .collect()
    }

    pub(crate) fn withdrawn(&self) -> Vec<&str> {
        self.0
            .iter()
            .filter_map(|one| match one {
                Output::Withdraw(key) => Some(key.as_str()),
                _ => None,
            })
            .collect()
    }

    pub(crate) fn has(&self, wanted: impl Fn(&Output) -> bool) -> bool {
        self.0.iter().any(wanted)
    }

    /// Where the first such output stands.
    pub(crate) fn place(&self, wanted: impl Fn(&Output) -> bool) -> usize {
        self.0
            .iter()
            .position(wanted)
            .unwrap_or_else(|| panic!("not told: {self:#?}"))
    }
}
