//! What this desktop can do and tell, for the settings screen.

use crate::house::House;
use carillon_core::alerts::Known;
use carillon_link::alerts::{Ability, AbilityReason, AlertCapability, Works};

pub(super) fn capabilities(house: &House) -> Vec<AlertCapability> {
    let desktop = house.desktop.borrow().clone();
    let popup = if desktop.notifications.is_some() {
        Works::Yes
    } else {
        impossible(AbilityReason::NoNotificationService)
    };
    let there = |there: bool, why| if there { Works::Yes } else { impossible(why) };
    let told = |known: Known| match known {
        Known::Unknown => Works::Unknown {
            why: AbilityReason::DesktopDoesNotTell,
        },
        Known::No | Known::Yes => Works::Yes,
    };
    let surroundings = house.surroundings.borrow();
    let not_tried = Works::Unknown {
        why: AbilityReason::NotTriedYet,
    };
    let abilities = [
        (Ability::Popup, popup),
        (Ability::PopupButtons, popup),
        (Ability::PopupReply, not_tried),
        (
            Ability::Sound,
            there(desktop.sound, AbilityReason::NoSoundDevice),
        ),
        (Ability::Tray, there(desktop.tray, AbilityReason::NoTray)),
        (
            Ability::Attention,
            there(desktop.tray, AbilityReason::NoTray),
        ),
        (
            Ability::Speech,
            there(house.ringer.can_speak(), AbilityReason::NoSpeech),
        ),
        (Ability::DoNotDisturb, told(surroundings.do_not_disturb)),
        (Ability::Locked, told(surroundings.locked)),
        (Ability::FullScreen, told(surroundings.full_screen)),
        (Ability::Shared, told(surroundings.shared)),
    ];
    abilities
        .into_iter()
        .map(|(ability, works)| AlertCapability { ability, works })
        .collect()
}

const fn impossible(why: AbilityReason) -> Works {
    Works::Impossible { why }
}
