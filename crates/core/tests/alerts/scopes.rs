//! Where a cell's value comes from: the strongest scope that has an opinion.

use crate::stage::{icon_name, on, source_name, tokyo, told};
use carillon_core::alerts::{EventKind::*, LaterWhy, Level, Preset, RuleBook, Whose};
use carillon_core::contact::Availability;
use carillon_core::ids::AccountId;
use std::sync::Arc;

const GENERIC_BUZZ: &str = "[generic]\nsound = 'builtin:buzz'";
const MESSAGE_TICK: &str = "[message]\nsound = 'builtin:tick'";
const MESSAGE_NONE: &str = "[message]\nsound = 'none'";

/// A sound for a row in each scope that is named, from weakest to strongest.
const ALL_SCOPES: &str = "
active_profile = 'profile:Work'
[message]
sound = 'file:/settings'
[[profile]]
name = 'Work'
rows.message.sound = 'file:/profile'
[[override]]
scope = 'account'
account = 'me@example.org'
rows.message.sound = 'file:/account'
[[override]]
scope = 'group'
group = 'Family'
rows.message.sound = 'file:/group'
[[override]]
scope = 'chat'
account = 'me@example.org'
chat = 'bob@example.org'
rows.message.sound = 'file:/chat'
";

/// Bob's generic row, and no other.
const BOB: &str = "
[[override]]
scope = 'chat'
account = 'me@example.org'
chat = 'bob@example.org'
rows.generic.sound = 'builtin:buzz'
rows.generic.speak = true
rows.generic.popup = 'sticky'
rows.generic.tray = 'blink'
rows.generic.attention = 'until_seen'
rows.generic.preview = 'sender'
rows.generic.volume = 20
";

const BOBS_MESSAGES: &str = "
[[override]]
scope = 'chat'
account = 'me@example.org'
chat = 'bob@example.org'
rows.message.sound = 'builtin:buzz'
";

const TWO_GROUPS: &str = "
[[override]]
scope = 'group'
group = 'Work'
rows.message.sound = 'builtin:tick'
[[override]]
scope = 'group'
group = 'Family'
rows.message.sound = 'builtin:buzz'
";

const PROFILE_GENERIC: &str = "
active_profile = 'profile:Meeting'
[message]
sound = 'builtin:tick'
[[profile]]
name = 'Meeting'
rows.generic.sound = 'none'
";

sounds! {
    nobody_said_anything: on(Message) => "bell from default / message";
    a_row_of_my_own_outweighs_the_default: on(Message).rules(MESSAGE_TICK) => "tick from settings / message";
    none_is_an_opinion: on(Message).rules(MESSAGE_NONE) => "none from settings / message";
    a_rows_default_outweighs_my_generic_row: on(Message).rules(GENERIC_BUZZ) => "bell from default / message";
    a_row_without_a_default_takes_my_generic_row: on(Generic).rules(GENERIC_BUZZ) => "buzz from settings / generic";
    a_file_takes_the_messages_default: on(FileReceived) => "bell from default / message";
    a_file_takes_my_messages_sound: on(FileReceived).rules(MESSAGE_TICK) => "tick from settings / message";
    a_file_of_its_own_outweighs_my_messages_sound:
        on(FileReceived).rules("[message]\nsound = 'builtin:tick'\n[file_received]\nsound = 'builtin:rise'") => "rise from settings / file_received";
    a_silenced_message_silences_files_too: on(FileReceived).rules(MESSAGE_NONE) => "none from settings / message";
    missed_takes_my_messages_sound: on(Missed).rules(MESSAGE_TICK) => "tick from settings / message";
    a_followup_does_not_take_my_messages_sound: on(MessageFollowup).rules(MESSAGE_TICK) => "none from default / message_followup";
    a_followup_can_have_a_sound_of_its_own:
        on(MessageFollowup).rules("[message_followup]\nsound = 'builtin:tick'") => "tick from settings / message_followup";

    of_all_scopes_the_chat_wins: on(Message).rules(ALL_SCOPES).groups(&["Family"]) => "file:/chat from chat bob@example.org / message";
    without_the_chat_the_group_wins: on(Message).of("eve@example.org").rules(ALL_SCOPES).groups(&["Family"]) => "file:/group from group Family / message";
    without_the_group_the_account_wins: on(Message).of("eve@example.org").rules(ALL_SCOPES) => "file:/account from account 1 / message";
    on_another_account_the_profile_wins: on(Message).on_account(2).rules(ALL_SCOPES) => "file:/profile from profile Work / message";
    without_a_profile_the_settings_win:
        on(Message).on_account(2).rules(&ALL_SCOPES.replace("profile:Work", "none")) => "file:/settings from settings / message";
    a_group_of_another_name_has_no_say: on(Message).of("eve@example.org").rules(ALL_SCOPES).groups(&["family"]) => "file:/account from account 1 / message";
    bob_on_another_account_is_somebody_else: on(Message).on_account(2).rules(BOB) => "bell from default / message";

    bobs_sound_is_for_his_messages: on(Message).rules(BOB) => "buzz from chat bob@example.org / generic";
    bobs_sound_is_for_his_coming: on(ContactAvailable).rules(BOB) => "buzz from chat bob@example.org / generic";
    bobs_sound_is_not_for_his_going: on(ContactUnavailable).rules(BOB) => "none from default / contact_unavailable";
    bobs_sound_is_not_for_his_reactions: on(Reaction).rules(BOB) => "none from default / reaction";
    bobs_sound_is_not_for_his_chat_in_front: on(Message).rules(BOB).in_front("bob@example.org") => "none from default / message_in_front";
    bobs_silence_is_for_what_i_made_ring:
        on(Reaction).rules("[reaction]\nsound = 'builtin:tick'\n[[override]]\nscope = 'chat'\naccount = 'me@example.org'\nchat = 'bob@example.org'\nrows.generic.sound = 'none'") => "none from chat bob@example.org / generic";
    bobs_message_sound_is_for_his_files: on(FileReceived).rules(BOBS_MESSAGES) => "buzz from chat bob@example.org / message";
    bobs_message_sound_is_for_what_was_missed: on(Missed).rules(BOBS_MESSAGES) => "buzz from chat bob@example.org / message";
    bobs_message_sound_is_not_for_followups:
        on(Message).rules(BOBS_MESSAGES).after(Message, "bob@example.org", 1_000) => "none from default / message_followup";
    bobs_message_sound_is_not_for_his_coming: on(ContactAvailable).rules(BOBS_MESSAGES) => "rise from default / contact_available";
    bobs_going_can_ring_when_its_own_row_says_so:
        on(ContactUnavailable).turn(LaterWhy::Flapping).rules(&format!("{BOB}rows.contact_unavailable.sound = 'builtin:fall'")) => "fall from chat bob@example.org / contact_unavailable";
    somebody_elses_messages_are_as_ever: on(Message).of("eve@example.org").rules(BOB) => "bell from default / message";

    of_two_groups_the_first_in_the_file_is_asked: on(Message).rules(TWO_GROUPS).groups(&["Family", "Work"]) => "tick from group Work / message";
    a_group_counts_on_any_account: on(Message).on_account(2).rules(TWO_GROUPS).groups(&["Family"]) => "buzz from group Family / message";
    a_group_of_one_account_counts_there_only:
        on(Message).on_account(2).groups(&["Family"]).rules("[[override]]\nscope = 'group'\ngroup = 'Family'\naccount = 'me@example.org'\nrows.message.sound = 'builtin:buzz'") => "bell from default / message";
    a_group_of_one_account_counts_there:
        on(Message).groups(&["Family"]).rules("[[override]]\nscope = 'group'\ngroup = 'Family'\naccount = 'me@example.org'\nrows.message.sound = 'builtin:buzz'") => "buzz from group Family / message";
    a_group_of_an_account_that_is_gone_has_no_say:
        on(Message).groups(&["Family"]).rules("[[override]]\nscope = 'group'\ngroup = 'Family'\naccount = 'gone@example.org'\nrows.message.sound = 'builtin:buzz'") => "bell from default / message";
    what_is_set_for_an_account_that_is_gone_has_no_say:
        on(Message).rules("[[override]]\nscope = 'account'\naccount = 'gone@example.org'\nrows.message.sound = 'builtin:buzz'") => "bell from default / message";
    of_two_overrides_of_the_same_contact_the_first_holds:
        on(Message).rules(&format!("{BOBS_MESSAGES}{}", BOBS_MESSAGES.replace("buzz", "tick"))) => "buzz from chat bob@example.org / message";
    an_account_can_silence_its_messages:
        on(Message).rules("[[override]]\nscope = 'account'\naccount = 'me@example.org'\nrows.message.sound = 'none'") => "none from account 1 / message";
    a_contact_can_ring_on_a_silenced_account:
        on(Message).rules(&format!("[[override]]\nscope = 'account'\naccount = 'me@example.org'\nrows.message.sound = 'none'\n{BOBS_MESSAGES}")) => "buzz from chat bob@example.org / message";

    a_profiles_generic_row_outweighs_my_message_row: on(Message).rules(PROFILE_GENERIC) => "none from profile Meeting / generic";
    a_profile_that_is_not_chosen_has_no_say: on(Message).rules(&PROFILE_GENERIC.replace("profile:Meeting", "profile:Other")) => "tick from settings / message";
    a_profile_by_hand_does_not_hold_by_itself: on(Message).rules(&PROFILE_GENERIC.replace("profile:Meeting", "automatic")) => "tick from settings / message";
}

const BY_STATUS: &str = "
[[profile]]
name = 'Out'
when = { kind = 'own_status', shows = ['away', 'extended_away'] }
rows.message.sound = 'builtin:buzz'
";
const BY_SCHEDULE: &str = "
[[profile]]
name = 'Work'
when = { kind = 'schedule', hours = [{ days = ['mon', 'tue', 'wed'], from = '09:00', to = '17:00' }] }
rows.message.sound = 'builtin:tick'
";

sounds! {
    a_profile_holds_while_i_show_its_status: on(Message).rules(BY_STATUS).own(Availability::Away) => "buzz from profile Out / message";
    a_profile_ends_with_its_status: on(Message).rules(BY_STATUS) => "bell from default / message";
    a_profile_holds_in_its_hours: on(Message).rules(BY_SCHEDULE) => "tick from profile Work / message";
    a_profile_ends_with_its_hours: on(Message).rules(BY_SCHEDULE).at("2026-11-18T17:00:00") => "bell from default / message";
    a_profile_begins_with_its_hours: on(Message).rules(BY_SCHEDULE).at("2026-11-18T09:00:00") => "tick from profile Work / message";
    a_profile_holds_on_its_days_only: on(Message).rules(BY_SCHEDULE).at("2026-11-19T12:00:00") => "bell from default / message";
    a_schedule_is_in_the_time_of_the_place: on(Message).zone(tokyo()).rules(BY_SCHEDULE) => "bell from default / message";
    of_two_profiles_that_fit_the_first_holds:
        on(Message).rules(&format!("{BY_STATUS}{BY_SCHEDULE}")).own(Availability::Away) => "buzz from profile Out / message";
    the_one_chosen_by_hand_outweighs_those_that_fit:
        on(Message).own(Availability::Away).rules(&format!("active_profile = 'profile:Work'\n{BY_STATUS}{BY_SCHEDULE}")) => "tick from profile Work / message";
    none_chosen_by_hand_outweighs_those_that_fit:
        on(Message).own(Availability::Away).rules(&format!("active_profile = 'none'\n{BY_STATUS}{BY_SCHEDULE}")) => "bell from default / message";
}

cases! {
    all_of_bobs_cells_hold_for_his_messages: on(Message).rules(BOB) => "sticky sender, buzz 20%, voice, blink, until seen";
    none_of_bobs_cells_hold_for_his_going: on(ContactUnavailable).rules(BOB) => "nothing";
    bobs_coming_blinks_nothing_that_its_default_sets_to_none: on(ContactAvailable).rules(BOB) => "sticky sender, buzz 20%, voice";
    a_volume_of_mine_holds_for_every_kind: on(RoomInvite).rules("[generic]\nvolume = 10") => "sticky, knock-knock 10%, badge, until seen";
    my_preview_holds_for_every_kind: on(ContactRequest).rules("[generic]\npreview = 'sender'") => "sticky sender, knock, badge, until seen";
    a_stranger_stays_discreet_whatever_the_account_says:
        on(StrangerMessage).rules("[stranger_message]\npopup = 'banner'\n[[override]]\nscope = 'account'\naccount = 'me@example.org'\nrows.generic.preview = 'full'") => "banner discreet, badge";
    a_sticky_popup_has_no_seconds: on(ContactAvailable).rules("[contact_available]\npopup = 'sticky'") => "sticky, rise";
    seconds_are_mine_to_choose: on(Message).rules("[message]\nseconds = 30") => "banner 30s, bell, badge, once";
    a_voice_can_be_switched_on: on(Message).rules("[message]\nspeak = true") => "banner, bell, voice, badge, once";
    a_voice_for_everything_reads_no_silent_kind: on(Reaction).rules("[generic]\nspeak = true") => "nothing";
    a_repetition_can_be_switched_on: on(Message).rules("[message]\nrepeat = { times = 3, every = 60 }") => "banner, bell, badge, once, again 3x60s";
    a_repetition_for_everything_repeats_no_presence_that_is_silent: on(ContactUnavailable).rules("[generic]\nrepeat = { times = 3, every = 60 }") => "nothing";
    a_repetition_switched_off_for_a_kind_is_an_opinion:
        on(Message).rules("[generic]\nrepeat = { times = 3, every = 60 }\n[message]\nrepeat = { times = 0 }") => "banner, bell, badge, once";
}

#[test]
fn an_icon_of_mine_stands_for_bobs_messages_only() {
    let toml = "[[override]]\nscope = 'chat'\naccount = 'me@example.org'\nchat = 'bob@example.org'\nrows.message.icon = 'file:/bob.png'";
    assert_eq!(icon_name(&on(Message).rules(toml).decide()), "/bob.png");
    assert_eq!(
        icon_name(&on(ContactAvailable).rules(toml).decide()),
        "contact_available"
    );
}

#[test]
fn the_settings_screen_sees_each_scope_by_itself() {
    let scene = on(Message).rules(ALL_SCOPES);
    let book = RuleBook::new(Arc::new(scene.rules.clone()), &crate::stage::accounts());
    let groups = [String::from("Family")];
    let bob = crate::stage::jid("bob@example.org");
    let everybody = Whose::default();
    let account = Whose {
        account: Some(AccountId(1)),
        ..everybody
    };
    let group = Whose {
        groups: &groups,
        ..account
    };
    let profile = Whose {
        profile: book.profile_named("Work"),
        ..everybody
    };
    let chat = Whose {
        jid: Some(&bob),
        ..group
    };
    let from = |whose: &Whose<'_>| source_name(&book.effective(Message, whose).sound.source);
    assert_eq!(from(&everybody), "settings / message");
    assert_eq!(from(&profile), "profile Work / message");
    assert_eq!(from(&account), "account 1 / message");
    assert_eq!(from(&group), "group Family / message");
    assert_eq!(from(&chat), "chat bob@example.org / message");
}

#[test]
fn a_preset_is_outweighed_by_what_is_set_for_a_contact() {
    let mut scene = on(Message).rules(BOBS_MESSAGES);
    scene.rules.rows = Preset::Quiet.rows();
    let plan = scene.decide();
    assert_eq!(told(&plan, scene.now), "buzz, badge");
    let levels = plan.trace.iter().filter_map(|step| match &step.rule {
        carillon_core::alerts::Rule::Row { source, .. } => Some(source.level.clone()),
        _ => None,
    });
    assert!(
        levels
            .into_iter()
            .any(|level| matches!(level, Level::Chat { .. }))
    );
}
