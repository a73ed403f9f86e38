//! Bringing a window to the front, starting one if there is none.

use crate::desktop::window;
use crate::house::House;
use carillon_link::Place;

/// Shows `place` in a window. `token` is the desktop's permission to come to the front.
pub fn present(house: &House, place: Place, token: Option<String>) {
    if house.windows.count() > 0 {
        house.windows.show(place, token);
        return;
    }
    if !house.windows.expect(place) {
        return;
    }
    let theme = house.read_settings(|settings| settings.general.theme);
    match window::open(&house.profile, theme, token.as_deref()) {
        Ok(process) => house.windows.comes(process),
        Err(error) => tracing::error!(%error, "the window could not be started"),
    }
}
