//! "Tell me when Bob is available."

use crate::stage::on;
use carillon_core::alerts::EventKind::*;

fn watch(extra: &str) -> String {
    format!("[[watch]]\naccount = 'me@example.org'\ncontact = 'bob@example.org'\n{extra}\n")
}

const ONCE: &str = "once = true";
const OFF: &str = "[contact_available]\npopup = 'none'\nsound = 'none'\n";

cases! {
    a_flood_does_not_swallow_a_watch_that_rings_once: on(ContactAvailable).rules(&watch("once = true")).after_messages_of(9) => "sticky, rise, once, ends watch";
    a_lasting_watch_is_calmed_by_a_flood: on(ContactAvailable).rules(&watch("")).after_messages_of(9) => "nothing | Flood";
    whom_i_wait_for_stays_on_screen: on(ContactAvailable).rules(&watch("")) => "sticky, rise, once";
    a_watch_for_once_ends_when_it_rang: on(ContactAvailable).rules(&watch(ONCE)) => "sticky, rise, once, ends watch";
    a_watch_is_seen_though_coming_is_off: on(ContactAvailable).rules(&format!("{OFF}{}", watch(ONCE))) => "sticky, once, ends watch";
    a_watch_can_have_a_sound_of_its_own: on(ContactAvailable).rules(&format!("{OFF}{}", watch("row.sound = 'builtin:buzz'"))) => "sticky, buzz, once";
    a_watch_can_be_a_banner: on(ContactAvailable).rules(&watch("row.popup = 'banner'")) => "banner 5s, rise, once";
    a_watch_is_for_one_contact: on(ContactAvailable).of("eve@example.org").rules(&watch(ONCE)) => "banner 5s, rise";
    a_watch_is_for_one_account: on(ContactAvailable).on_account(2).rules(&watch(ONCE)) => "banner 5s, rise";
    a_watch_is_for_coming_only: on(Message).rules(&watch(ONCE)) => "banner, bell, badge, once";
    a_watch_is_not_for_going: on(ContactUnavailable).rules(&watch(ONCE)) => "nothing";
    a_watch_that_has_run_out_is_none: on(ContactAvailable).rules(&watch("expires = 1795003200000")) => "banner 5s, rise";
    a_watch_holds_until_it_runs_out: on(ContactAvailable).rules(&watch("expires = 1795003200001")) => "sticky, rise, once";
    a_watch_after_hours_away_needs_them: on(ContactAvailable).gone_for(3_599).rules(&watch("after_hours = 1")) => "banner 5s, rise";
    a_watch_after_hours_away_rings_then: on(ContactAvailable).gone_for(3_600).rules(&watch("after_hours = 1")) => "sticky, rise, once";
    a_watch_after_hours_away_does_not_guess: on(ContactAvailable).rules(&watch("after_hours = 1")) => "banner 5s, rise";
    whom_i_wait_for_once_rings_in_the_burst: on(ContactAvailable).unsettled().rules(&watch(ONCE)) => "sticky, rise, once, ends watch";
    whom_i_wait_for_once_rings_after_a_moment_away: on(ContactAvailable).gone_for(5).rules(&watch(ONCE)) => "sticky, rise, once, ends watch";
    whom_i_wait_for_always_is_silent_in_the_burst: on(ContactAvailable).unsettled().rules(&watch("")) => "nothing | PresenceBurst";
    whom_i_wait_for_always_may_flap: on(ContactAvailable).gone_for(5).rules(&watch("")) => "nothing | Flapping";
    a_watch_obeys_a_mute_and_goes_on: on(ContactAvailable).muted().rules(&watch(ONCE)) => "nothing | Muted by settings";
    a_watch_obeys_quiet_hours_and_goes_on: on(ContactAvailable).rules(&format!("{}[[quiet]]\nfrom = '11:00'\nto = '13:00'\n", watch(ONCE))) => "nothing | QuietHours 11:00–13:00";
    a_watch_passes_with_a_marked_contact:
        on(ContactAvailable).busy().rules(&format!("{}[[override]]\nscope = 'chat'\naccount = 'me@example.org'\nchat = 'bob@example.org'\nbreak_through = true", watch(ONCE))) => "sticky, rise, once, ends watch | OwnBusy, BreakThrough by chat bob@example.org";
    what_was_seen_ends_no_watch: on(ContactAvailable).seen().rules(&watch(ONCE)) => "nothing | AlreadySeen";
    a_sample_ends_no_watch: on(ContactAvailable).sample().rules(&watch(ONCE)) => "banner 5s, rise | Sample";
    of_two_watches_one_that_fits_is_taken: on(ContactAvailable).rules(&format!("{}{}", watch("expires = 1"), watch(ONCE))) => "sticky, rise, once, ends watch";
    a_watch_outweighs_what_is_set_for_the_contact:
        on(ContactAvailable).rules(&format!("{}[[override]]\nscope = 'chat'\naccount = 'me@example.org'\nchat = 'bob@example.org'\nrows.contact_available.popup = 'none'", watch(""))) => "sticky, rise, once";
}
