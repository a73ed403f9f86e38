//! What is told later: the grace of another device, the end of quiet hours, and repetitions that grow.

use crate::stage::on;
use carillon_core::alerts::{EventKind::*, Known, Later, LaterWhy, escalate};

const REPEAT: &str = "[message]\nrepeat = { times = 3, every = 60 }";
const GROWING: &str = "[message]\nspeak = true\nrepeat = { times = 3, every = 60, escalate = ['popup', 'sound', 'attention'] }";
const TELL: &str = "[[quiet]]\nfrom = '11:00'\nto = '13:00'\ntell_after = true\n";

cases! {
    a_message_waits_while_another_device_is_used: on(Message).other_device(5) => "in 10 s: OtherDevice, badge | OtherDevice";
    a_device_used_a_minute_ago_is_used_no_more: on(Message).other_device(60) => "banner, bell, badge, once";
    a_device_used_just_within_a_minute_counts: on(Message).other_device(59) => "in 10 s: OtherDevice, badge | OtherDevice";
    after_the_grace_it_rings: on(Message).other_device(5).turn(LaterWhy::OtherDevice) => "banner, bell, badge, once";
    after_the_grace_it_is_silent_if_it_was_read: on(Message).other_device(5).turn(LaterWhy::OtherDevice).seen() => "nothing | AlreadySeen";
    after_the_grace_it_obeys_a_mute_set_meanwhile: on(Message).turn(LaterWhy::OtherDevice).muted() => "badge | Muted by settings";
    after_the_grace_the_chat_may_be_in_front: on(Message).turn(LaterWhy::OtherDevice).in_front("bob@example.org") => "nothing | InFront";
    a_mention_waits_too: on(Mention).other_device(5) => "in 10 s: OtherDevice, badge | OtherDevice";
    a_request_does_not_wait: on(ContactRequest).other_device(5) => "sticky, knock, badge, until seen";
    a_friend_who_comes_does_not_wait: on(ContactAvailable).other_device(5) => "banner 5s, rise";
    what_is_silent_does_not_wait: on(Message).other_device(5).muted() => "badge | Muted by settings";
    the_grace_is_mine_to_choose: on(Message).other_device(5).rules("[other_device]\ngrace_seconds = 30") => "in 30 s: OtherDevice, badge | OtherDevice";
    no_grace_waits_for_nothing: on(Message).other_device(5).rules("[other_device]\ngrace_seconds = 0") => "banner, bell, badge, once";
    how_long_a_device_is_used_is_mine_to_choose: on(Message).other_device(5).rules("[other_device]\nactive_seconds = 5") => "banner, bell, badge, once";
    a_clock_set_back_waits_for_nothing: on(Message).other_device(-5) => "banner, bell, badge, once";
    a_sample_waits_for_nothing: on(Message).other_device(5).sample() => "banner, bell, badge, once | Sample";

    what_comes_in_quiet_hours_is_told_after_them_if_i_want: on(Message).rules(TELL) => "in 3600 s: QuietHours, badge | QuietHours 11:00–13:00";
    by_itself_it_is_not: on(Message).rules(&TELL.replace("true", "false")) => "badge | QuietHours 11:00–13:00";
    after_the_quiet_hours_it_rings: on(Message).rules(TELL).at("2026-11-18T13:00:00").turn(LaterWhy::QuietHours) => "banner, bell, badge, once";
    after_the_quiet_hours_it_is_silent_if_it_was_read: on(Message).rules(TELL).at("2026-11-18T13:00:00").turn(LaterWhy::QuietHours).seen() => "nothing | AlreadySeen";
    quiet_hours_that_were_moved_put_it_off_again: on(Message).rules(TELL).turn(LaterWhy::QuietHours) => "in 3600 s: QuietHours, badge | QuietHours 11:00–13:00";
    a_request_is_told_after_them: on(ContactRequest).rules(TELL) => "in 3600 s: QuietHours, badge | QuietHours 11:00–13:00";
    who_came_is_not_told_after_them: on(ContactAvailable).rules(TELL) => "nothing | QuietHours 11:00–13:00";
    what_would_be_silent_is_not_told_after_them: on(RoomMessage).rules(TELL) => "badge";
    what_is_muted_as_well_is_not_told_after_them: on(Message).muted().rules(TELL) => "badge | Muted by settings";
    what_comes_while_busy_is_not_told_after_them: on(Message).busy().rules(TELL) => "badge | OwnBusy";
    what_breaks_through_is_told_at_once: on(Mention).rules(&format!("break_through = ['mention']\n{TELL}")) => "banner, double-bell, badge, once | QuietHours 11:00–13:00, BreakThrough by settings";
    hours_that_run_into_others_end_with_the_last:
        on(Message).rules(&format!("{TELL}[[quiet]]\nfrom = '12:30'\nto = '14:00'\n")) => "in 7200 s: QuietHours, badge | QuietHours 11:00–13:00";

    a_repetition_is_part_of_the_plan: on(Message).rules(REPEAT) => "banner, bell, badge, once, again 3x60s";
    a_repetition_rings_again_right_after_a_sound:
        on(Message).rules(REPEAT).after(Message, "bob@example.org", 1_000).turn(LaterWhy::Repeat { step: 1 }) => "banner, bell, badge, once, again 3x60s";
    a_repetition_ends_when_it_was_seen: on(Message).rules(REPEAT).turn(LaterWhy::Repeat { step: 2 }).seen() => "nothing | AlreadySeen";
    a_repetition_obeys_quiet_hours: on(Message).rules(&format!("{REPEAT}\n[[quiet]]\nfrom = '11:00'\nto = '13:00'\n")).turn(LaterWhy::Repeat { step: 2 }) => "in 3600 s: Repeat { step: 2 }, badge | QuietHours 11:00–13:00";
    a_repetition_goes_on_when_a_mute_ends: on(Message).rules(REPEAT).muted_for(600).turn(LaterWhy::Repeat { step: 2 }) => "in 600 s: Repeat { step: 2 }, badge | Muted by settings";
    a_repetition_waits_for_the_last_of_what_silences_it:
        on(Message).rules(&format!("{REPEAT}\n[[quiet]]\nfrom = '11:00'\nto = '13:00'\n")).muted_for(600).turn(LaterWhy::Repeat { step: 1 }) => "in 3600 s: Repeat { step: 1 }, badge | Muted by settings, QuietHours 11:00–13:00";
    a_repetition_looks_again_where_nobody_knows_the_end: on(Message).rules(REPEAT).busy().turn(LaterWhy::Repeat { step: 3 }) => "in 3600 s: Repeat { step: 3 }, badge | OwnBusy";
    a_repetition_that_breaks_through_does_not_wait:
        on(Message).rules(&format!("break_through = ['message']\n{REPEAT}")).muted().turn(LaterWhy::Repeat { step: 1 }) => "banner, bell, badge, once, again 3x60s | Muted by settings, BreakThrough by settings";
    a_repetition_is_quiet_in_the_chat_in_front: on(Message).rules(REPEAT).in_front("bob@example.org").turn(LaterWhy::Repeat { step: 1 }) => "nothing | InFront";
    repetitions_are_not_put_off_for_another_device: on(Message).rules(REPEAT).other_device(5).turn(LaterWhy::Repeat { step: 1 }) => "banner, bell, badge, once, again 3x60s";
    a_repetition_every_second_is_taken_as_every_five: on(Message).rules("[message]\nrepeat = { times = 1, every = 1 }") => "banner, bell, badge, once, again 1x5s";
    a_repetition_every_day_is_taken_as_every_hour: on(Message).rules("[message]\nrepeat = { times = 1, every = 65000 }") => "banner, bell, badge, once, again 1x3600s";

    at_first_only_the_first_sense_is_reached: on(Message).rules(GROWING) => "banner, voice, badge, again 3x60s | Escalation 0";
    then_the_second_joins: on(Message).rules(GROWING).turn(LaterWhy::Repeat { step: 1 }) => "banner, bell, voice, badge, again 3x60s | Escalation 1";
    then_the_third_joins: on(Message).rules(GROWING).turn(LaterWhy::Repeat { step: 2 }) => "banner, bell, voice, badge, once, again 3x60s";
    then_it_stays_so: on(Message).rules(GROWING).turn(LaterWhy::Repeat { step: 3 }) => "banner, bell, voice, badge, once, again 3x60s";
    growing_gives_no_sense_that_the_row_does_not_have:
        on(Message).rules(&GROWING.replace("speak = true", "sound = 'none'")).turn(LaterWhy::Repeat { step: 3 }) => "banner, badge, once, again 3x60s";
    growing_obeys_the_desktops_wish: on(Message).rules(GROWING).turn(LaterWhy::Repeat { step: 3 }).disturbing(Known::Yes) => "in 3600 s: Repeat { step: 3 }, badge | DesktopDoNotDisturb";
}

#[test]
fn an_alert_comes_again_so_often_and_then_no_more() {
    let mut scene = on(Message).rules(REPEAT);
    let mut steps = Vec::new();
    loop {
        let plan = scene.happen();
        assert!(plan.sound.is_some());
        let Some(later) = escalate(&plan, &scene.event, false, scene.now) else {
            break;
        };
        assert_eq!(later.at, scene.now.plus_millis(60_000));
        steps.push(later.why);
        scene.now = later.at;
        scene.event.turn = Some(later.why);
    }
    let expected = [1, 2, 3].map(|step| LaterWhy::Repeat { step });
    assert_eq!(steps, expected);
}

#[test]
fn what_was_seen_does_not_come_again() {
    let scene = on(Message).rules(REPEAT);
    assert_eq!(
        escalate(&scene.decide(), &scene.event, true, scene.now),
        None
    );
}

#[test]
fn what_waits_does_not_come_again_by_itself() {
    let scene = on(Message).rules(REPEAT).other_device(5);
    assert_eq!(
        escalate(&scene.decide(), &scene.event, false, scene.now),
        None
    );
}

#[test]
fn what_was_silenced_does_not_come_again() {
    let scene = on(Message).rules(REPEAT).muted();
    assert_eq!(
        escalate(&scene.decide(), &scene.event, false, scene.now),
        None
    );
}

#[test]
fn after_its_grace_an_alert_repeats_from_the_beginning() {
    let scene = on(Message).rules(REPEAT).turn(LaterWhy::OtherDevice);
    let again = escalate(&scene.decide(), &scene.event, false, scene.now);
    let why = LaterWhy::Repeat { step: 1 };
    let at = scene.now.plus_millis(60_000);
    assert_eq!(again, Some(Later { at, why }));
}

#[test]
fn an_event_that_waits_can_be_kept_and_read_again() {
    let event = on(Message)
        .turn(LaterWhy::Repeat { step: 2 })
        .gone_for(5)
        .event;
    let kept = serde_json::to_string(&event).unwrap();
    let read: carillon_core::alerts::AlertEvent = serde_json::from_str(&kept).unwrap();
    assert_eq!(read, event);
}
