//! What silences, what only hides, and what passes.

use crate::stage::on;
use carillon_core::alerts::{EventKind::*, Known};
use carillon_core::contact::Availability;

const QUIET: &str = "[[quiet]]\nfrom = '11:00'\nto = '13:00'\n";

fn chat(extra: &str) -> String {
    format!(
        "[[override]]\nscope = 'chat'\naccount = 'me@example.org'\nchat = 'bob@example.org'\n{extra}\n"
    )
}

fn group(extra: &str) -> String {
    format!("[[override]]\nscope = 'group'\ngroup = 'Family'\n{extra}\n")
}

fn account(extra: &str) -> String {
    format!("[[override]]\nscope = 'account'\naccount = 'me@example.org'\n{extra}\n")
}

const THROUGH: &str = "break_through = true";
const MUTED: &str = "mute = { kind = 'forever' }";

cases! {
    what_was_seen_never_rings_nor_counts: on(Message).seen() => "nothing | AlreadySeen";
    history_never_rings_nor_counts: on(Message).history() => "nothing | History";
    a_request_from_history_is_silent_too: on(ContactRequest).history() => "nothing | History";
    what_was_seen_is_not_told_even_if_it_breaks_through: on(Mention).rules("break_through = ['mention']").seen() => "nothing | AlreadySeen";

    a_mute_leaves_the_badge: on(Message).muted() => "badge | Muted by settings";
    a_mute_holds_until_its_moment: on(Message).muted_for(1) => "badge | Muted by settings";
    a_mute_that_has_run_out_is_none: on(Message).muted_for(0) => "banner, bell, badge, once";
    a_mute_silences_requests: on(ContactRequest).muted() => "badge | Muted by settings";
    a_mute_silences_a_buzz: on(Attention).muted() => "badge | Muted by settings";
    a_mute_stops_voices_and_repetitions:
        on(Message).muted().rules("[message]\nspeak = true\nrepeat = { times = 3, every = 60 }") => "badge | Muted by settings";
    a_muted_chat_is_silent: on(Message).rules(&chat(MUTED)) => "badge | Muted by chat bob@example.org";
    a_muted_chat_is_that_chat_only: on(Message).of("eve@example.org").rules(&chat(MUTED)) => "banner, bell, badge, once";
    a_muted_chat_is_silent_when_bob_comes: on(ContactAvailable).rules(&chat(MUTED)) => "nothing | Muted by chat bob@example.org";
    a_chat_is_muted_until_a_moment: on(Message).rules(&chat("mute = { kind = 'until', at = 1795003200001 }")) => "badge | Muted by chat bob@example.org";
    a_chats_mute_runs_out: on(Message).rules(&chat("mute = { kind = 'until', at = 1795003200000 }")) => "banner, bell, badge, once";
    a_muted_group_is_silent: on(Message).groups(&["Family"]).rules(&group(MUTED)) => "badge | Muted by group Family";
    a_muted_group_is_its_members_only: on(Message).rules(&group(MUTED)) => "banner, bell, badge, once";
    a_muted_account_is_silent: on(Message).rules(&account(MUTED)) => "badge | Muted by account 1";
    a_muted_account_is_that_account_only: on(Message).on_account(2).rules(&account(MUTED)) => "banner, bell, badge, once";
    two_mutes_are_as_silent_as_one: on(Message).muted().rules(&chat(MUTED)) => "badge | Muted by settings";

    busy_is_silent: on(Message).busy() => "badge | OwnBusy";
    away_is_not_silent: on(Message).own(Availability::Away) => "banner, bell, badge, once";
    extended_away_is_not_silent: on(Message).own(Availability::ExtendedAway) => "banner, bell, badge, once";
    offline_is_not_silent: on(MessageFailed).own(Availability::Offline) => "banner, fail, badge, once";
    busy_silences_what_needs_me_too: on(AccountAttention).busy() => "badge | OwnBusy";

    quiet_hours_are_silent: on(Message).rules(QUIET) => "badge | QuietHours 11:00–13:00";
    quiet_hours_silence_an_invitation: on(RoomInvite).rules(QUIET) => "badge | QuietHours 11:00–13:00";
    quiet_hours_that_are_off_are_none: on(Message).rules(&format!("{QUIET}off = true")) => "banner, bell, badge, once";

    the_desktops_wish_takes_the_sound_and_leaves_the_popup_to_it: on(Message).disturbing(Known::Yes) => "banner, badge | DesktopDoNotDisturb";
    the_desktops_wish_takes_the_voice: on(Message).disturbing(Known::Yes).rules("[message]\nspeak = true") => "banner, badge | DesktopDoNotDisturb";
    the_desktops_wish_takes_the_repetition:
        on(Message).disturbing(Known::Yes).rules("[message]\nrepeat = { times = 3, every = 60 }") => "banner, badge | DesktopDoNotDisturb";
    a_desktop_that_does_not_wish_it_changes_nothing: on(Message).disturbing(Known::No) => "banner, bell, badge, once";
    a_desktop_that_does_not_say_changes_nothing: on(Message).disturbing(Known::Unknown) => "banner, bell, badge, once";

    a_locked_screen_shows_nothing_of_it: on(Message).around(|it| it.locked = Known::Yes) => "banner discreet, bell, badge, once | ScreenPrivate";
    a_full_screen_shows_nothing_of_it: on(Message).around(|it| it.full_screen = Known::Yes) => "banner discreet, bell, badge, once | ScreenPrivate";
    a_shared_screen_shows_nothing_of_it: on(Message).around(|it| it.shared = Known::Yes) => "banner discreet, bell, badge, once | ScreenPrivate";
    a_screen_that_may_be_locked_counts_as_open: on(Message).around(|it| it.locked = Known::Unknown) => "banner, bell, badge, once";
    a_screen_that_may_be_shared_counts_as_mine: on(Message).around(|it| it.shared = Known::Unknown) => "banner, bell, badge, once";
    a_screen_that_is_not_full_is_mine: on(Message).around(|it| it.full_screen = Known::No) => "banner, bell, badge, once";
    a_request_on_a_locked_screen_gives_nothing_away: on(ContactRequest).around(|it| it.locked = Known::Yes) => "sticky discreet, knock, badge, until seen | ScreenPrivate";
    a_locked_screen_needs_no_word_where_there_is_no_popup: on(RoomMessage).around(|it| it.locked = Known::Yes) => "badge";

    a_discreet_contact_never_gives_anything_away: on(Message).rules(&chat("discreet = true")) => "banner discreet, bell, badge, once | Discreet by chat bob@example.org";
    a_discreet_group_never_gives_anything_away: on(Message).groups(&["Family"]).rules(&group("discreet = true")) => "banner discreet, bell, badge, once | Discreet by group Family";
    a_discreet_account_never_gives_anything_away: on(Message).rules(&account("discreet = true")) => "banner discreet, bell, badge, once | Discreet by account 1";
    a_contact_can_be_open_in_a_discreet_group:
        on(Message).groups(&["Family"]).rules(&format!("{}{}", group("discreet = true"), chat("discreet = false"))) => "banner, bell, badge, once";
    discreet_outweighs_a_chosen_preview: on(Message).rules(&chat("discreet = true\nrows.message.preview = 'full'")) => "banner discreet, bell, badge, once | Discreet by chat bob@example.org";

    a_marked_contact_passes_the_mute_of_all: on(Message).muted().rules(&chat(THROUGH)) => "banner, bell, badge, once | Muted by settings, BreakThrough by chat bob@example.org";
    a_marked_contact_passes_busy: on(Message).busy().rules(&chat(THROUGH)) => "banner, bell, badge, once | OwnBusy, BreakThrough by chat bob@example.org";
    a_marked_contact_passes_quiet_hours: on(Message).rules(&format!("{QUIET}{}", chat(THROUGH))) => "banner, bell, badge, once | QuietHours 11:00–13:00, BreakThrough by chat bob@example.org";
    a_marked_contact_passes_the_desktops_wish: on(Message).disturbing(Known::Yes).rules(&chat(THROUGH)) => "banner, bell, badge, once, through | DesktopDoNotDisturb, BreakThrough by chat bob@example.org";
    a_marked_contact_passes_the_accounts_mute: on(Message).rules(&format!("{}{}", account(MUTED), chat(THROUGH))) => "banner, bell, badge, once | Muted by account 1, BreakThrough by chat bob@example.org";
    a_marked_contact_passes_the_groups_mute:
        on(Message).groups(&["Family"]).rules(&format!("{}{}", group(MUTED), chat(THROUGH))) => "banner, bell, badge, once | Muted by group Family, BreakThrough by chat bob@example.org";
    a_marked_contact_does_not_pass_a_mute_of_its_own: on(Message).rules(&chat(&format!("{THROUGH}\n{MUTED}"))) => "badge | Muted by chat bob@example.org";
    a_marked_group_passes_the_mute_of_all: on(Message).muted().groups(&["Family"]).rules(&group(THROUGH)) => "banner, bell, badge, once | Muted by settings, BreakThrough by group Family";
    a_marked_group_does_not_pass_a_contacts_mute:
        on(Message).groups(&["Family"]).rules(&format!("{}{}", group(THROUGH), chat(MUTED))) => "badge | Muted by chat bob@example.org";
    a_marked_account_passes_the_mute_of_all: on(Message).muted().rules(&account(THROUGH)) => "banner, bell, badge, once | Muted by settings, BreakThrough by account 1";
    a_contact_can_be_taken_out_of_a_marked_group:
        on(Message).muted().groups(&["Family"]).rules(&format!("{}{}", group(THROUGH), chat("break_through = false"))) => "badge | Muted by settings";
    a_marked_contact_who_is_not_silenced_needs_no_mark: on(Message).rules(&chat(THROUGH)) => "banner, bell, badge, once";
    a_mark_gives_no_sound_that_the_row_does_not_have: on(RoomMessage).muted().rules(&chat(THROUGH)) => "badge | Muted by settings, BreakThrough by chat bob@example.org";
    a_marked_kind_passes_the_mute_of_all: on(Mention).muted().rules("break_through = ['mention']") => "banner, double-bell, badge, once | Muted by settings, BreakThrough by settings";
    a_marked_kind_passes_a_chats_own_mute: on(Mention).rules(&format!("break_through = ['mention']\n{}", chat(MUTED))) => "banner, double-bell, badge, once | Muted by chat bob@example.org, BreakThrough by settings";
    a_marked_kind_is_that_kind_only: on(Message).muted().rules("break_through = ['mention']") => "badge | Muted by settings";
    a_mark_on_messages_is_for_files_too: on(FileReceived).muted().rules("break_through = ['message']") => "banner, bell, badge, once | Muted by settings, BreakThrough by settings";
    a_mark_on_everything_is_for_every_kind: on(ContactRequest).busy().rules("break_through = ['generic']") => "sticky, knock, badge, until seen | OwnBusy, BreakThrough by settings";
    a_mark_passes_all_that_silences_at_once:
        on(Message).muted().busy().disturbing(Known::Yes).rules(&format!("{QUIET}{}", chat(THROUGH))) =>
        "banner, bell, badge, once, through | Muted by settings, OwnBusy, QuietHours 11:00–13:00, DesktopDoNotDisturb, BreakThrough by chat bob@example.org";
    a_mark_does_not_pass_a_locked_screen: on(Message).around(|it| it.locked = Known::Yes).rules(&chat(THROUGH)) => "banner discreet, bell, badge, once | ScreenPrivate";
    a_mark_does_not_pass_history: on(Message).history().rules(&chat(THROUGH)) => "nothing | History";
    a_mark_does_not_pass_flapping: on(ContactAvailable).gone_for(10).rules(&chat(THROUGH)) => "nothing | Flapping";
    a_mark_does_not_pass_the_burst: on(ContactAvailable).unsettled().rules(&chat(THROUGH)) => "nothing | PresenceBurst";

    a_sample_rings_while_muted: on(RoomInvite).muted().sample() => "sticky, knock-knock, badge, until seen | Sample";
    a_sample_rings_while_busy_and_in_quiet_hours: on(Message).busy().rules(QUIET).sample() => "banner, bell, badge, once | Sample";
    a_sample_rings_though_the_chat_is_in_front: on(Message).in_front("bob@example.org").sample() => "banner, bell, badge, once | Sample";
    a_sample_rings_right_after_another: on(Message).after(Message, "bob@example.org", 100).sample() => "banner, bell, badge, once | Sample";
    a_sample_does_not_repeat: on(Message).rules("[message]\nrepeat = { times = 3, every = 60 }").sample() => "banner, bell, badge, once | Sample";
    a_sample_of_a_silent_row_is_silent: on(Reaction).sample() => "nothing | Sample";
}
