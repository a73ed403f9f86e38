//! Quiet hours on the wall clock: midnight, days of the week, summer time and travelling.

use crate::stage::{Scene, berlin, kathmandu, moment, new_york, on, tokyo};
use carillon_core::alerts::{EventKind::Message, Hours, RuleBook};

const NIGHT: &str = "[[quiet]]\nfrom = '22:00'\nto = '07:00'\n";
const FRIDAY_NIGHT: &str = "[[quiet]]\ndays = ['fri']\nfrom = '22:00'\nto = '07:00'\n";
const SUNDAY: &str = "[[quiet]]\ndays = ['sun']\nfrom = '00:00'\nto = '00:00'\n";
const OFFICE: &str = "[[quiet]]\ndays = ['mon', 'tue', 'wed', 'thu', 'fri']\nfrom = '09:00'\nto = '12:00'\n[[quiet]]\ndays = ['mon', 'tue', 'wed', 'thu', 'fri']\nfrom = '13:00'\nto = '17:00'\n";

fn night() -> Scene {
    on(Message).rules(NIGHT)
}

fn in_berlin(toml: &str, moment: &str) -> Scene {
    on(Message).zone(berlin()).rules(toml).at_moment(moment)
}

const RINGS: &str = "banner, bell, badge, once";
const QUIET: &str = "badge | QuietHours 22:00–07:00";

cases! {
    before_the_night_it_rings: night().at("2026-11-18T21:59:59") => RINGS;
    the_night_begins_on_the_minute: night().at("2026-11-18T22:00:00") => QUIET;
    the_night_holds_before_midnight: night().at("2026-11-18T23:59:59") => QUIET;
    the_night_holds_at_midnight: night().at("2026-11-19T00:00:00") => QUIET;
    the_night_holds_to_its_last_second: night().at("2026-11-19T06:59:59") => QUIET;
    the_night_ends_on_the_minute: night().at("2026-11-19T07:00:00") => RINGS;
    the_night_holds_over_the_new_year: night().at("2027-01-01T00:30:00") => QUIET;
    the_night_holds_over_a_leap_day: night().at("2028-02-29T23:00:00") => QUIET;

    friday_night_begins_on_friday: on(Message).rules(FRIDAY_NIGHT).at("2026-11-20T22:00:00") => QUIET;
    friday_night_reaches_into_saturday: on(Message).rules(FRIDAY_NIGHT).at("2026-11-21T06:59:00") => QUIET;
    friday_night_ends_on_saturday: on(Message).rules(FRIDAY_NIGHT).at("2026-11-21T07:00:00") => RINGS;
    friday_morning_is_no_friday_night: on(Message).rules(FRIDAY_NIGHT).at("2026-11-20T06:59:00") => RINGS;
    saturday_night_is_no_friday_night: on(Message).rules(FRIDAY_NIGHT).at("2026-11-21T22:00:00") => RINGS;

    a_whole_sunday_begins_at_midnight: on(Message).rules(SUNDAY).at("2026-11-22T00:00:00") => "badge | QuietHours 00:00–00:00";
    a_whole_sunday_ends_at_midnight: on(Message).rules(SUNDAY).at("2026-11-23T00:00:00") => RINGS;
    a_whole_sunday_is_no_saturday: on(Message).rules(SUNDAY).at("2026-11-21T23:59:59") => RINGS;
    a_whole_sunday_of_25_hours_is_one: in_berlin(SUNDAY, "2026-10-25T22:59:59Z") => "badge | QuietHours 00:00–00:00";
    a_whole_sunday_of_23_hours_is_one: in_berlin(SUNDAY, "2026-03-29T21:59:59Z") => "badge | QuietHours 00:00–00:00";
    after_a_sunday_of_23_hours_it_rings: in_berlin(SUNDAY, "2026-03-29T22:00:00Z") => RINGS;

    of_two_hours_the_first_holds: on(Message).rules(OFFICE).at("2026-11-18T11:59:00") => "badge | QuietHours 09:00–12:00";
    between_two_hours_it_rings: on(Message).rules(OFFICE).at("2026-11-18T12:30:00") => RINGS;
    of_two_hours_the_second_holds: on(Message).rules(OFFICE).at("2026-11-18T13:00:00") => "badge | QuietHours 13:00–17:00";
    on_other_days_neither_holds: on(Message).rules(OFFICE).at("2026-11-21T11:00:00") => RINGS;

    in_spring_the_night_is_an_hour_shorter: in_berlin(NIGHT, "2026-03-29T04:59:59Z") => QUIET;
    in_spring_the_night_ends_on_the_wall_clock: in_berlin(NIGHT, "2026-03-29T05:00:00Z") => RINGS;
    in_autumn_the_night_is_an_hour_longer: in_berlin(NIGHT, "2026-10-25T05:59:59Z") => QUIET;
    in_autumn_the_night_ends_on_the_wall_clock: in_berlin(NIGHT, "2026-10-25T06:00:00Z") => RINGS;
    an_end_that_is_left_out_comes_so_much_later: in_berlin("[[quiet]]\nfrom = '22:00'\nto = '02:30'\n", "2026-03-29T01:29:59Z") => "badge | QuietHours 22:00–02:30";
    an_end_that_is_left_out_comes_all_the_same: in_berlin("[[quiet]]\nfrom = '22:00'\nto = '02:30'\n", "2026-03-29T01:30:00Z") => RINGS;
    a_beginning_that_is_left_out_comes_so_much_later: in_berlin("[[quiet]]\nfrom = '02:30'\nto = '05:00'\n", "2026-03-29T01:29:59Z") => RINGS;
    a_beginning_that_is_left_out_comes_all_the_same: in_berlin("[[quiet]]\nfrom = '02:30'\nto = '05:00'\n", "2026-03-29T01:30:00Z") => "badge | QuietHours 02:30–05:00";
    hours_that_lie_in_the_gap_last_as_long: in_berlin("[[quiet]]\nfrom = '02:10'\nto = '02:50'\n", "2026-03-29T01:30:00Z") => "badge | QuietHours 02:10–02:50";
    an_end_that_comes_twice_counts_the_first_time: in_berlin("[[quiet]]\nfrom = '22:00'\nto = '02:30'\n", "2026-10-25T00:30:00Z") => RINGS;
    an_end_that_comes_twice_does_not_begin_again: in_berlin("[[quiet]]\nfrom = '22:00'\nto = '02:30'\n", "2026-10-25T01:15:00Z") => RINGS;
    a_beginning_that_comes_twice_counts_the_first_time: in_berlin("[[quiet]]\nfrom = '02:30'\nto = '05:00'\n", "2026-10-25T01:15:00Z") => "badge | QuietHours 02:30–05:00";

    at_this_moment_it_is_night_in_berlin: on(Message).zone(berlin()).rules(NIGHT).at_moment("2026-11-18T21:30:00Z") => QUIET;
    at_this_moment_it_is_day_in_new_york: on(Message).zone(new_york()).rules(NIGHT).at_moment("2026-11-18T21:30:00Z") => RINGS;
    at_this_moment_it_is_early_in_tokyo: on(Message).zone(tokyo()).rules(NIGHT).at_moment("2026-11-18T21:30:00Z") => QUIET;
    at_this_moment_it_is_early_in_kathmandu: on(Message).zone(kathmandu()).rules(NIGHT).at_moment("2026-11-18T21:30:00Z") => QUIET;
    a_quarter_of_an_hour_in_kathmandu_counts: on(Message).zone(kathmandu()).rules(NIGHT).at_moment("2026-11-18T16:14:59Z") => RINGS;
    a_day_of_the_week_is_that_of_the_place: on(Message).zone(tokyo()).rules(SUNDAY).at_moment("2026-11-21T15:00:00Z") => "badge | QuietHours 00:00–00:00";
}

#[test]
fn the_end_of_the_night_is_told_as_a_moment() {
    let until =
        |scene: Scene| scene.with(|book, context| book.quiet_until(context.now, context.zone));
    let spring = in_berlin(NIGHT, "2026-03-28T22:00:00Z");
    assert_eq!(until(spring), Some(moment("2026-03-29T05:00:00Z")));
    let autumn = in_berlin(NIGHT, "2026-10-24T22:00:00Z");
    assert_eq!(until(autumn), Some(moment("2026-10-25T06:00:00Z")));
    assert_eq!(until(night().at("2026-11-18T12:00:00")), None);
}

#[test]
fn hours_that_never_end_are_answered_all_the_same() {
    let always = on(Message).rules("[[quiet]]\nfrom = '00:00'\nto = '00:00'\ntell_after = true");
    let until = always.with(|book: &RuleBook, context| book.quiet_until(context.now, context.zone));
    assert!(until.is_some_and(|end| end > always.now));
}

#[test]
fn moments_at_the_ends_of_time_are_no_trouble() {
    let hours: Hours = serde_json::from_str(r#"{"from":"22:00","to":"07:00"}"#).unwrap();
    for at in [
        i64::MIN,
        -377_705_116_800_000,
        0,
        253_402_207_200_000,
        i64::MAX,
    ] {
        let _ = hours.end_at(carillon_core::ids::Timestamp(at), &berlin());
    }
}
