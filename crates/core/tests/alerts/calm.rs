//! What keeps much from being told often: the chat in front, lively chats, floods, bursts and flapping.

use crate::stage::on;
use carillon_core::alerts::{EventKind::*, Known, LaterWhy};

const BOB: &str = "bob@example.org";
const GOING: &str = "[contact_unavailable]\npopup = 'banner'";
const SUMMARY: &str = "[presence]\nburst_summary = true";

cases! {
    the_chat_in_front_is_quiet: on(Message).in_front(BOB) => "nothing | InFront";
    another_chat_in_front_changes_nothing: on(Message).in_front("eve@example.org") => "banner, bell, badge, once";
    the_same_contact_of_another_account_is_not_in_front: on(Message).on_account(2).in_front(BOB) => "banner, bell, badge, once";
    a_tick_can_be_chosen_for_the_chat_in_front: on(Message).in_front(BOB).rules("[message_in_front]\nsound = 'builtin:tick'") => "tick | InFront";
    a_file_in_front_is_quiet: on(FileReceived).in_front(BOB) => "nothing | InFront";
    a_mention_in_front_is_quiet: on(Mention).in_front(BOB) => "nothing | InFront";
    a_buzz_in_front_is_told_all_the_same: on(Attention).in_front(BOB) => "sticky, buzz, badge, until seen";
    a_friend_who_comes_while_in_front_is_told: on(ContactAvailable).in_front(BOB) => "banner 5s, rise";
    a_mute_takes_the_tick_in_front: on(Message).in_front(BOB).muted().rules("[message_in_front]\nsound = 'builtin:tick'") => "nothing | InFront, Muted by settings";
    ticks_in_front_are_not_put_off_for_another_device:
        on(Message).in_front(BOB).other_device(1).rules("[message_in_front]\nsound = 'builtin:tick'") => "tick | InFront";
    a_lively_chat_in_front_ticks_once:
        on(Message).in_front(BOB).rules("[message_in_front]\nsound = 'builtin:tick'").after(Message, BOB, 1_000) => "nothing | InFront, FollowUp";

    a_second_message_updates_the_popup: on(Message).after(Message, BOB, 1_000) => "banner, badge | FollowUp";
    a_second_message_a_moment_before_five_seconds_is_quiet: on(Message).after(Message, BOB, 4_999) => "banner, badge | FollowUp";
    a_second_message_after_five_seconds_rings: on(Message).after(Message, BOB, 5_000) => "banner, bell, badge, once";
    a_message_of_somebody_else_rings: on(Message).after(Message, "eve@example.org", 1_000) => "banner, bell, badge, once";
    a_file_right_after_a_message_is_a_followup: on(FileReceived).after(Message, BOB, 1_000) => "banner, badge | FollowUp";
    a_message_after_a_silent_one_rings: on(Message).after(RoomMessage, BOB, 1_000) => "banner, bell, badge, once";
    a_mention_right_after_a_message_rings: on(Mention).after(Message, BOB, 1_000) => "banner, double-bell, badge, once";
    a_mention_right_after_a_mention_does_not: on(Mention).after(Mention, BOB, 1_000) => "banner, badge | FollowUp";
    a_room_message_after_a_mention_shows_no_more_than_its_row: on(RoomMessage).after(Mention, BOB, 1_000) => "badge";
    a_buzz_right_after_a_message_rings: on(Attention).after(Message, BOB, 1_000) => "sticky, buzz, badge, until seen";
    a_second_buzz_stays_without_a_sound: on(Attention).after(Attention, BOB, 1_000) => "sticky, badge | FollowUp";
    a_second_failure_in_the_same_chat_is_not_heard: on(MessageFailed).after(MessageFailed, BOB, 1_000) => "banner, badge | FollowUp";
    a_followup_can_have_a_sound_after_a_second:
        on(Message).rules("[message_followup]\nsound = 'builtin:tick'").after(Message, BOB, 1_000) => "banner, tick, badge | FollowUp";
    a_followups_sound_is_not_heard_within_a_second:
        on(Message).rules("[message_followup]\nsound = 'builtin:tick'").after(Message, BOB, 999) => "banner, badge | FollowUp";
    a_followup_is_read_aloud_where_messages_are:
        on(Message).rules("[generic]\nspeak = true").after(Message, BOB, 1_000) => "banner, voice, badge | FollowUp";
    a_followup_is_read_aloud_within_a_second_too:
        on(Message).rules("[generic]\nspeak = true").after(Message, BOB, 100) => "banner, voice, badge | FollowUp";
    a_followup_of_a_contact_who_is_read_aloud_is_read_too:
        on(Message).rules("[[override]]\nscope = 'chat'\naccount = 'me@example.org'\nchat = 'bob@example.org'\nrows.generic.speak = true").after(Message, BOB, 1_000) => "banner, voice, badge | FollowUp";
    a_followup_that_is_not_to_be_read_is_not:
        on(Message).rules("[generic]\nspeak = true\n[message_followup]\nspeak = false").after(Message, BOB, 1_000) => "banner, badge | FollowUp";
    a_clock_set_back_silences_nothing: on(Message).after(Message, BOB, -3_600_000) => "banner, bell, badge, once";

    five_popups_are_no_flood: on(Message).after_messages_of(4) => "banner, bell, badge, once";
    the_sixth_popup_is_a_summary: on(Message).after_messages_of(5) => "banner summary, badge, once | Flood";
    a_chat_that_is_shown_already_is_updated_in_a_flood: on(Message).of("friend2@example.org").after_messages_of(5) => "banner, badge | FollowUp";
    a_flood_ends_after_three_seconds: on(Message).after_messages_of(6).later(3_000) => "banner, bell, badge, once";
    a_mention_in_a_flood_is_part_of_the_summary: on(Mention).after_messages_of(5) => "banner summary, badge, once | Flood";
    a_file_in_a_flood_is_part_of_the_summary: on(FileReceived).after_messages_of(5) => "banner summary, badge, once | Flood";
    a_friend_who_comes_in_a_flood_is_left_out: on(ContactAvailable).after_messages_of(5) => "nothing | Flood";
    a_request_in_a_flood_keeps_its_popup: on(ContactRequest).after_messages_of(20) => "sticky, knock, badge, until seen";
    an_invitation_in_a_flood_keeps_its_popup: on(RoomInvite).after_messages_of(20) => "sticky, knock-knock, badge, until seen";
    a_buzz_in_a_flood_keeps_its_popup: on(Attention).after_messages_of(20) => "sticky, buzz, badge, until seen";
    a_sixth_request_at_once_only_counts: on(ContactRequest).after_requests_of(5) => "badge, until seen | Flood";
    a_fifth_request_at_once_is_shown: on(ContactRequest).after_requests_of(4) => "sticky, knock, badge, until seen";
    a_summary_does_not_repeat: on(Message).rules("[message]\nrepeat = { times = 3, every = 60 }").after_messages_of(5) => "banner summary, badge, once | Flood";
    a_silent_message_in_a_flood_is_silent: on(Message).muted().after_messages_of(5) => "badge | Muted by settings";

    the_burst_after_signing_in_is_silent: on(ContactAvailable).unsettled() => "nothing | PresenceBurst";
    a_contacts_words_in_the_burst_are_silent: on(ContactStatus).unsettled().rules("[contact_status]\npopup = 'banner'") => "nothing | PresenceBurst";
    a_message_in_the_burst_rings: on(Message).unsettled() => "banner, bell, badge, once";
    a_request_in_the_burst_rings: on(ContactRequest).unsettled() => "sticky, knock, badge, until seen";
    the_summary_of_the_burst_is_off_by_itself: on(ContactAvailable).event(|it| it.burst_summary = true) => "nothing | BurstSummary";
    the_summary_of_the_burst_can_be_switched_on: on(ContactAvailable).rules(SUMMARY).event(|it| it.burst_summary = true) => "banner 5s friends, rise | BurstSummary";
    the_summary_of_the_burst_obeys_a_mute: on(ContactAvailable).rules(SUMMARY).muted().event(|it| it.burst_summary = true) => "nothing | Muted by settings";
    the_summary_of_the_burst_is_shown_in_a_flood: on(ContactAvailable).rules(SUMMARY).after_messages_of(6).event(|it| it.burst_summary = true) => "banner 5s friends, rise | BurstSummary";

    a_friend_gone_for_a_moment_is_not_told: on(ContactAvailable).gone_for(119) => "nothing | Flapping";
    a_friend_gone_for_two_minutes_is_told: on(ContactAvailable).gone_for(120) => "banner 5s, rise";
    a_friend_never_seen_before_is_told: on(ContactAvailable) => "banner 5s, rise";
    the_minutes_of_flapping_are_mine_to_choose: on(ContactAvailable).gone_for(599).rules("[presence]\nflap_minutes = 10") => "nothing | Flapping";
    after_my_minutes_of_flapping_a_friend_is_told: on(ContactAvailable).gone_for(600).rules("[presence]\nflap_minutes = 10") => "banner 5s, rise";
    no_minutes_of_flapping_tell_always: on(ContactAvailable).gone_for(0).rules("[presence]\nflap_minutes = 0") => "banner 5s, rise";
    a_clock_set_back_is_no_flapping: on(ContactAvailable).gone_for(-1) => "banner 5s, rise";
    who_goes_may_be_back_in_a_moment: on(ContactUnavailable).rules(GOING) => "in 120 s: Flapping | Flapping";
    who_has_stayed_away_is_told: on(ContactUnavailable).rules(GOING).turn(LaterWhy::Flapping) => "banner";
    who_came_back_meanwhile_is_not_told: on(ContactUnavailable).rules(GOING).turn(LaterWhy::Flapping).seen() => "nothing | AlreadySeen";
    who_goes_silently_is_not_put_off: on(ContactUnavailable) => "nothing";
    no_minutes_of_flapping_put_nobody_off: on(ContactUnavailable).rules(&format!("{GOING}\n[presence]\nflap_minutes = 0")) => "banner";
    the_locked_screens_chat_is_not_in_front: on(Message).in_front(BOB).around(|it| it.locked = Known::Yes) => "banner discreet, bell, badge, once | ScreenPrivate";
    a_screen_of_which_nobody_tells_may_have_a_chat_in_front: on(Message).in_front(BOB).around(|it| it.locked = Known::Unknown) => "nothing | InFront";
}
