//! Bringing a window to the front, starting one if there is none.

use crate::desktop::window;
use crate::house::House;
use carillon_link::{Event, Place};

/// Shows `place` in a window. `token` is the desktop's permission to come to the front.
pub fn present(house: &House, place: Place, token: Option<String>) {
    if house.windows.count() > 0 {
        house.windows.tell(&Event::Show { place, token });
        return;
    }
    house.windows.expect(place);
    if let Err(error) = window::open(&house.profile, token.as_deref()) {
        tracing::error!(%error, "the window could not be started");
    }
}
