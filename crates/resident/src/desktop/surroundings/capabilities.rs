//! Which conditions this desktop tells of.

use crate::desktop::bus::Bus;
use carillon_core::alerts::{Known, Surroundings};

/// Whether a condition can be known here. What is not known never counts as true.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Capability {
    /// Somebody tells it.
    Works,
    /// Nobody on this desktop tells it, or not yet; on another one, or later, somebody may.
    Unknown,
    /// No desktop of this system tells it to programs.
    Impossible,
}

/// What can be known of the user's surroundings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Capabilities {
    /// The desktop's own Do Not Disturb.
    pub do_not_disturb: Capability,
    /// The lock.
    pub locked: Capability,
    /// A window that covers the whole screen.
    pub full_screen: Capability,
    /// A screen that is shared or recorded.
    pub shared: Capability,
    /// That nobody is at the desk.
    pub idle: Capability,
}

/// What can be known here, of what is known now. Asks the bus: for a screen of the settings, not on the way of an
/// alert.
pub async fn capabilities(bus: &Bus, known: &Surroundings) -> Capabilities {
    of(known, super::IdleWatch::is_possible(bus).await, SYSTEM)
}

/// What the system leaves open at all; what is told anyway works.
#[derive(Debug, Clone, Copy)]
struct System {
    do_not_disturb: Capability,
}

#[cfg(not(target_os = "macos"))]
const SYSTEM: System = System {
    do_not_disturb: Capability::Unknown,
};
/// macOS tells nobody of its Focus; its notification centre heeds it by itself.
#[cfg(target_os = "macos")]
const SYSTEM: System = System {
    do_not_disturb: Capability::Impossible,
};

fn of(known: &Surroundings, idle: bool, system: System) -> Capabilities {
    let told = |known, otherwise| match known {
        Known::Unknown => otherwise,
        Known::No | Known::Yes => Capability::Works,
    };
    Capabilities {
        do_not_disturb: told(known.do_not_disturb, system.do_not_disturb),
        locked: told(known.locked, Capability::Unknown),
        full_screen: told(known.full_screen, Capability::Unknown),
        // Neither X11, Wayland's portals, Windows nor macOS tell a program that others record the screen.
        shared: told(known.shared, Capability::Impossible),
        idle: if idle {
            Capability::Works
        } else {
            Capability::Unknown
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPEN: System = System {
        do_not_disturb: Capability::Unknown,
    };

    #[test]
    fn what_is_told_works_whatever_it_says() {
        for known in [Known::No, Known::Yes] {
            let surroundings = Surroundings {
                do_not_disturb: known,
                locked: known,
                full_screen: known,
                ..Surroundings::default()
            };
            let all = of(&surroundings, true, OPEN);
            let works = [all.do_not_disturb, all.locked, all.full_screen, all.idle];
            assert_eq!(works, [Capability::Works; 4]);
        }
    }

    #[test]
    fn what_nobody_tells_is_unknown_and_what_nobody_could_tell_is_impossible() {
        let all = of(&Surroundings::default(), false, OPEN);
        let unknown = [all.do_not_disturb, all.locked, all.full_screen, all.idle];
        assert_eq!(unknown, [Capability::Unknown; 4]);
        assert_eq!(all.shared, Capability::Impossible);
        let mac = System {
            do_not_disturb: Capability::Impossible,
        };
        let all = of(&Surroundings::default(), false, mac);
        assert_eq!(all.do_not_disturb, Capability::Impossible);
    }
}
