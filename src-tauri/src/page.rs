//! Where the page is to be led, from before it has loaded on.

use carillon_link::Place;

/// Whether the page can be led to a place, or has to be told when it asks.
#[derive(Debug)]
pub(crate) enum Page {
    /// Not yet; the newest place that it shall begin with.
    Loads(Option<Place>),
    /// It hears events.
    Listens,
}

impl Page {
    /// The page listens from now on; answers where it shall begin.
    pub(crate) fn listens(&mut self) -> Option<Place> {
        match std::mem::replace(self, Self::Listens) {
            Self::Loads(place) => place,
            Self::Listens => None,
        }
    }

    /// The page shall go to `place`; gives it back when the page can be told at once.
    pub(crate) fn lead(&mut self, place: Place) -> Option<Place> {
        match self {
            Self::Listens => Some(place),
            Self::Loads(first) => {
                *first = Some(place);
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_click_before_the_page_has_loaded_is_not_lost() {
        let mut page = Page::Loads(None);
        assert_eq!(page.lead(Place::Settings), None);
        assert_eq!(page.lead(Place::Requests), None);
        assert_eq!(page.listens(), Some(Place::Requests));
    }

    #[test]
    fn a_page_that_listens_is_led_at_once() {
        let mut page = Page::Loads(Some(Place::Activity));
        assert_eq!(page.listens(), Some(Place::Activity));
        assert_eq!(page.lead(Place::Settings), Some(Place::Settings));
    }

    #[test]
    fn a_page_that_was_loaded_again_begins_as_it_was() {
        let mut page = Page::Loads(Some(Place::Activity));
        page.listens();
        assert_eq!(page.listens(), None);
    }
}
