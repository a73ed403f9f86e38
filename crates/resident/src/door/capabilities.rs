//! What this desktop can do and tell, for the settings screen.

use crate::desktop::bus::Bus;
use crate::desktop::popups::Abilities;
use crate::desktop::surroundings::{self, Capabilities, Capability};
use crate::house::House;
use carillon_link::alerts::{Ability, AbilityReason, AlertCapability, Works};
use carillon_link::views::DesktopView;

pub(super) async fn capabilities(house: &House) -> Vec<AlertCapability> {
    let known = house.surroundings.borrow().clone();
    let told = surroundings::capabilities(&Bus::default(), &known).await;
    let found = Found {
        popups: house.ringer.popups(),
        speech: house.ringer.can_speak(),
        desktop: house.desktop.borrow().clone(),
        told,
    };
    found
        .abilities()
        .into_iter()
        .map(|(ability, works)| AlertCapability { ability, works })
        .collect()
}

/// What was found out.
struct Found {
    popups: Option<Abilities>,
    speech: bool,
    desktop: DesktopView,
    told: Capabilities,
}

impl Found {
    fn abilities(&self) -> [(Ability, Works); 12] {
        let there = |there: bool, why| if there { Works::Yes } else { impossible(why) };
        let tray = there(self.desktop.tray, AbilityReason::NoTray);
        let sound = there(self.desktop.sound, AbilityReason::NoSoundDevice);
        let told = &self.told;
        [
            (Ability::Popup, self.popups(|_| true)),
            (Ability::PopupButtons, self.popups(Abilities::has_buttons)),
            (Ability::PopupReply, self.popups(Abilities::has_reply)),
            (Ability::Sound, sound),
            (Ability::Tray, tray),
            (Ability::Attention, tray),
            (Ability::Speech, there(self.speech, AbilityReason::NoSpeech)),
            (Ability::DoNotDisturb, works(told.do_not_disturb)),
            (Ability::Locked, works(told.locked)),
            (Ability::FullScreen, works(told.full_screen)),
            (Ability::Shared, works(told.shared)),
            (Ability::Idle, works(told.idle)),
        ]
    }

    fn popups(&self, can: impl FnOnce(&Abilities) -> bool) -> Works {
        match &self.popups {
            Some(abilities) if can(abilities) => Works::Yes,
            Some(_) => impossible(AbilityReason::ServiceLacksIt),
            None => impossible(AbilityReason::NoNotificationService),
        }
    }
}

const fn works(told: Capability) -> Works {
    match told {
        Capability::Works => Works::Yes,
        Capability::Unknown => Works::Unknown {
            why: AbilityReason::DesktopDoesNotTell,
        },
        Capability::Impossible => impossible(AbilityReason::SystemDoesNotTell),
    }
}

const fn impossible(why: AbilityReason) -> Works {
    Works::Impossible { why }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A desktop that can do nothing and tells nothing.
    fn bare() -> Found {
        Found {
            popups: None,
            speech: false,
            desktop: DesktopView::default(),
            told: Capabilities {
                do_not_disturb: Capability::Unknown,
                locked: Capability::Unknown,
                full_screen: Capability::Unknown,
                shared: Capability::Impossible,
                idle: Capability::Unknown,
            },
        }
    }

    fn service(capabilities: &[&str]) -> Option<Abilities> {
        let capabilities = capabilities.iter().map(|&name| name.to_owned()).collect();
        Some(Abilities::new("service".to_owned(), capabilities))
    }

    fn first_three(found: &Found) -> [Works; 3] {
        let [(_, popup), (_, buttons), (_, reply), ..] = found.abilities();
        [popup, buttons, reply]
    }

    #[test]
    fn a_bare_desktop_says_of_each_what_is_missing() {
        use AbilityReason::{
            DesktopDoesNotTell, NoNotificationService, NoSoundDevice, NoSpeech, NoTray,
            SystemDoesNotTell,
        };
        let unknown = Works::Unknown {
            why: DesktopDoesNotTell,
        };
        assert_eq!(
            bare().abilities(),
            [
                (Ability::Popup, impossible(NoNotificationService)),
                (Ability::PopupButtons, impossible(NoNotificationService)),
                (Ability::PopupReply, impossible(NoNotificationService)),
                (Ability::Sound, impossible(NoSoundDevice)),
                (Ability::Tray, impossible(NoTray)),
                (Ability::Attention, impossible(NoTray)),
                (Ability::Speech, impossible(NoSpeech)),
                (Ability::DoNotDisturb, unknown),
                (Ability::Locked, unknown),
                (Ability::FullScreen, unknown),
                (Ability::Shared, impossible(SystemDoesNotTell)),
                (Ability::Idle, unknown),
            ]
        );
    }

    #[test]
    fn a_service_without_buttons_or_text_fields_lacks_them() {
        let lacks = impossible(AbilityReason::ServiceLacksIt);
        for (can, expected) in [
            (vec!["body"], [Works::Yes, lacks, lacks]),
            (vec!["inline-reply"], [Works::Yes, lacks, lacks]),
            (vec!["actions"], [Works::Yes, Works::Yes, lacks]),
            (vec!["actions", "inline-reply"], [Works::Yes; 3]),
        ] {
            let found = Found {
                popups: service(&can),
                ..bare()
            };
            assert_eq!(first_three(&found), expected, "{can:?}");
        }
    }

    #[test]
    fn where_all_is_there_only_a_shared_screen_is_not_told() {
        let told = Capabilities {
            do_not_disturb: Capability::Works,
            locked: Capability::Works,
            full_screen: Capability::Works,
            shared: Capability::Impossible,
            idle: Capability::Works,
        };
        let found = Found {
            popups: service(&["actions", "inline-reply"]),
            speech: true,
            desktop: DesktopView {
                tray: true,
                sound: true,
                ..DesktopView::default()
            },
            told,
        };
        let missing: Vec<Ability> = found
            .abilities()
            .into_iter()
            .filter(|(_, works)| *works != Works::Yes)
            .map(|(ability, _)| ability)
            .collect();
        assert_eq!(missing, [Ability::Shared]);
    }
}
