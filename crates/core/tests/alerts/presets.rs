//! Ways to begin.

use crate::stage::{Scene, on};
use carillon_core::alerts::{
    AlertRows, EventKind, EventKind::*, LaterWhy, Preset, RowSentence, Whose,
};

fn with(preset: Preset, kind: EventKind) -> Scene {
    let mut scene = on(kind);
    scene.rules.rows = preset.rows();
    scene
}

cases! {
    quiet_shows_no_message: with(Preset::Quiet, Message) => "badge";
    quiet_shows_no_friend: with(Preset::Quiet, ContactAvailable) => "nothing";
    quiet_still_shows_a_request: with(Preset::Quiet, ContactRequest) => "sticky, badge, until seen";
    quiet_still_shows_an_invitation: with(Preset::Quiet, RoomInvite) => "sticky, badge, until seen";
    quiet_still_shows_an_account_that_needs_me: with(Preset::Quiet, AccountAttention) => "sticky, badge, until seen";
    balanced_is_carillons_default: with(Preset::Balanced, Message) => "banner, bell, badge, once";
    everything_rings_in_rooms: with(Preset::Everything, RoomMessage) => "banner 5s, tick, badge";
    everything_rings_when_a_friend_goes: with(Preset::Everything, ContactUnavailable).turn(LaterWhy::Flapping) => "banner 5s, fall";
    everything_ticks_in_the_chat_in_front: with(Preset::Everything, Message).in_front("bob@example.org") => "tick | InFront";
    everything_shows_a_stranger_but_not_their_words: with(Preset::Everything, StrangerMessage) => "banner 5s sender, chime, badge";
    everything_keeps_what_rings_already: with(Preset::Everything, Message) => "banner, bell, badge, once";
    sound_only_shows_nothing: with(Preset::SoundOnly, Message) => "bell, badge";
    sound_only_tells_a_friend: with(Preset::SoundOnly, ContactAvailable) => "rise";
    sound_only_tells_a_request: with(Preset::SoundOnly, ContactRequest) => "knock, badge";
    sight_only_is_not_heard: with(Preset::SightOnly, Message) => "banner, blink, once";
    sight_only_shows_a_friend: with(Preset::SightOnly, ContactAvailable) => "banner 5s";
    sight_only_shows_a_request: with(Preset::SightOnly, ContactRequest) => "sticky, blink, until seen";
}

#[test]
fn sound_only_is_never_seen_and_sight_only_never_heard() {
    for kind in EventKind::ALL {
        let sound = with(Preset::SoundOnly, kind).decide();
        assert!(sound.popup.is_none(), "{kind:?}");
        let sight = with(Preset::SightOnly, kind).decide();
        assert!(sight.sound.is_none() && !sight.speak, "{kind:?}");
    }
}

#[test]
fn with_everything_each_kind_is_heard_and_with_quiet_none() {
    for kind in EventKind::ALL {
        // Whoever goes is told once they have stayed away.
        let everything = with(Preset::Everything, kind).turn(LaterWhy::Flapping);
        assert!(everything.decide().sound.is_some(), "{kind:?}");
        assert!(
            with(Preset::Quiet, kind).decide().sound.is_none(),
            "{kind:?}"
        );
    }
}

#[test]
fn balanced_sets_nothing() {
    assert_eq!(Preset::Balanced.rows(), AlertRows::default());
}

fn sentence(toml: &str, kind: EventKind) -> RowSentence {
    let scene = on(kind).rules(toml);
    scene.with(|book, _| RowSentence::of(&book.effective(kind, &Whose::default())))
}

#[test]
fn a_sentence_says_what_happens_and_nothing_else() {
    let friend = sentence("", ContactAvailable);
    let popup = friend.popup.unwrap();
    assert_eq!((popup.sticky, popup.seconds), (false, Some(5)));
    assert_eq!(friend.sound.unwrap().volume.per_cent(), 60);
    assert_eq!(
        (friend.tray, friend.attention, friend.repeat),
        (None, None, None)
    );
    let silent = sentence("[generic]\nrepeat = { times = 2, every = 60 }", Reaction);
    assert_eq!(
        (silent.popup, silent.sound, silent.repeat),
        (None, None, None)
    );
}

#[test]
fn a_sentence_says_that_it_comes_again() {
    let row = sentence("[message]\nrepeat = { times = 2, every = 60 }", Message);
    assert_eq!(row.repeat.map(|repeat| repeat.times), Some(2));
}

#[test]
fn a_sticky_popup_has_no_seconds_in_a_sentence() {
    let popup = sentence("[contact_available]\npopup = 'sticky'", ContactAvailable)
        .popup
        .unwrap();
    assert_eq!((popup.sticky, popup.seconds), (true, None));
}
