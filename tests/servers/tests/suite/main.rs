//! One suite, played on each of the three real servers: people with Carillon's engine, its network client and a
//! store each, in one process, without a window.
//!
//! A server is started once, and the scenarios share it, each with people of its own. `SCENARIO=blocking` in the
//! environment plays only those whose name contains the word.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a scenario that does not go as told ends, and the suite says which"
)]

mod accounts;
mod archive;
mod blocking;
mod contacts;
mod csi;
mod devices;
mod files;
mod interop;
mod interop_rooms;
mod messages;
mod moving;
mod own_rooms;
mod peer;
mod person;
mod presence;
mod privacy;
mod profile;
mod reconnect;
mod room_keeping;
mod rooms;
mod stage;
mod streams;
mod typing;

use carillon_tests_servers::Kind;
use stage::{Scenario, Way, play};

/// A scenario under its own name.
macro_rules! scenarios {
    ($($room:ident::$name:ident,)*) => {
        vec![$(Scenario {
            room: stringify!($room),
            name: stringify!($name),
            play: |stage| Box::pin($room::$name(stage)),
        },)*]
    };
}

fn scenarios() -> Vec<Scenario> {
    scenarios![
        messages::a_message_rings_and_is_answered,
        messages::what_waited_is_told_once,
        messages::nobody_is_there_at_that_address,
        presence::a_friend_comes_goes_and_changes,
        presence::friends_who_were_there_all_along_are_silent,
        csi::by_default_who_comes_rings_at_once,
        csi::what_nobody_would_notice_is_held_back_and_comes_with_a_message,
        contacts::a_request_rings_and_is_accepted,
        contacts::a_request_waits_for_who_is_away,
        contacts::a_request_is_declined,
        contacts::a_contact_is_renamed_grouped_and_removed,
        contacts::who_is_invited_is_a_contact_without_a_question,
        contacts::an_unchanged_roster_is_not_sent_again,
        moving::a_contact_takes_over_who_has_moved,
        moving::who_says_that_they_were_alice_is_not_believed,
        privacy::a_stranger_waits_in_requests,
        privacy::a_stranger_is_deleted,
        privacy::nobody_new_is_heard,
        privacy::everyone_is_heard,
        blocking::the_blocked_are_not_heard,
        blocking::a_second_device_learns_of_blocks,
        devices::both_devices_hear_and_one_answers,
        devices::what_is_seen_on_one_is_seen_on_the_other,
        devices::a_request_is_answered_for_all_devices,
        rooms::an_invitation_through_the_room_is_accepted,
        rooms::an_invitation_past_the_room_is_accepted,
        rooms::an_invitation_is_declined,
        rooms::a_room_is_entered_again_after_a_restart,
        rooms::two_in_a_room_talk_alone,
        own_rooms::a_room_is_made_found_kept_in_order_and_closed,
        own_rooms::a_private_room_lets_in_whom_i_invite,
        own_rooms::what_i_saw_in_a_room_is_seen_on_my_other_device,
        own_rooms::what_i_said_on_another_device_is_mine,
        own_rooms::my_account_remembers_the_rooms_that_i_enter,
        room_keeping::a_room_shows_its_picture,
        room_keeping::a_room_s_lists_are_read_and_changed,
        files::a_picture_goes_and_is_seen_once_its_sender_is_trusted,
        accounts::an_account_is_made_and_used,
        accounts::a_taken_name_is_refused,
        accounts::a_wrong_password_is_final,
        archive::a_device_that_was_away_catches_up,
        archive::a_new_device_finds_the_newest_and_scrolls_back,
        streams::a_session_goes_on_after_a_cut,
        streams::a_killed_receiver_loses_nothing,
        streams::cuts_at_any_moment_lose_nothing,
        streams::kills_at_any_moment_lose_nothing,
        typing::a_friend_sees_that_i_type,
        typing::nobody_sees_it_when_i_do_not_want,
        interop::another_make_says_and_hears_everything,
        peer::another_client_becomes_a_friend,
        peer::another_client_is_asked_to_be_a_friend,
        peer::another_client_talks,
        peer::another_client_on_the_web_talks,
    ]
}

/// Those that end the server on the way: one after the other, when nobody else uses it.
fn scenarios_that_end_the_server() -> Vec<Scenario> {
    scenarios![reconnect::a_killed_server_loses_nothing,]
}

async fn plays(kind: Kind, way: Way) {
    play(kind, way, scenarios(), scenarios_that_end_the_server()).await;
}

#[tokio::test]
async fn prosody_plays_the_suite() {
    plays(Kind::Prosody, Way::WebSocket).await;
}

#[tokio::test]
async fn prosody_plays_the_suite_over_tcp() {
    plays(Kind::Prosody, Way::StartTls).await;
}

#[tokio::test]
async fn ejabberd_plays_the_suite() {
    plays(Kind::Ejabberd, Way::WebSocket).await;
}

#[tokio::test]
async fn ejabberd_plays_the_suite_over_tcp() {
    plays(Kind::Ejabberd, Way::DirectTls).await;
}

#[tokio::test]
async fn the_embedded_server_plays_the_suite() {
    plays(Kind::Embedded, Way::WebSocket).await;
}
