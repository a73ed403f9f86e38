//! Each kind's own row, as Carillon sets it.

use crate::stage::{icon_name, on};
use carillon_core::alerts::{EventKind, EventKind::*};

cases! {
    a_message_rings_the_bell_with_a_banner: on(Message) => "banner, bell, badge, once";
    a_followup_shown_by_itself_updates_the_popup_only: on(MessageFollowup) => "banner, badge";
    a_message_in_front_is_quiet_by_its_row: on(MessageInFront) => "nothing";
    missed_messages_ring_like_a_message: on(Missed) => "banner, bell, badge, once";
    a_mention_rings_twice: on(Mention) => "banner, double-bell, badge, once";
    a_room_message_only_counts: on(RoomMessage) => "badge";
    a_reaction_is_silent: on(Reaction) => "nothing";
    a_file_rings_like_a_message: on(FileReceived) => "banner, bell, badge, once";
    a_buzz_stays_until_it_is_seen: on(Attention) => "sticky, buzz, badge, until seen";
    a_friend_coming_rises_for_five_seconds: on(ContactAvailable) => "banner 5s, rise";
    a_friend_going_is_silent: on(ContactUnavailable) => "nothing";
    a_friends_new_words_are_silent: on(ContactStatus) => "nothing";
    a_contact_request_knocks_and_stays: on(ContactRequest) => "sticky, knock, badge, until seen";
    an_accepted_request_is_told: on(RequestAccepted) => "banner, accept, once";
    a_room_invitation_knocks_twice_and_stays: on(RoomInvite) => "sticky, knock-knock, badge, until seen";
    a_strangers_message_only_counts: on(StrangerMessage) => "badge";
    a_sent_message_is_silent: on(MessageSent) => "nothing";
    a_failed_message_is_told: on(MessageFailed) => "banner, fail, badge, once";
    a_lost_connection_is_silent: on(ConnectionLost) => "nothing";
    a_restored_connection_is_silent: on(ConnectionRestored) => "nothing";
    an_account_that_needs_me_stays: on(AccountAttention) => "sticky, warning, badge, until seen";
    the_generic_row_chimes: on(Generic) => "banner, chime, badge, once";
}

#[test]
fn a_strangers_popup_would_give_nothing_away_even_if_it_were_switched_on() {
    let scene = on(StrangerMessage).rules("[stranger_message]\npopup = 'banner'");
    assert_eq!(scene.told(), "banner discreet, badge");
}

#[test]
fn every_kind_has_its_own_sign() {
    let sign = |kind| icon_name(&on(kind).decide());
    assert_eq!(sign(Message), "avatar");
    assert_eq!(sign(MessageFollowup), "avatar");
    assert_eq!(sign(MessageSent), "message");
    assert_eq!(sign(Generic), "new");
    let own = EventKind::ALL
        .into_iter()
        .filter(|kind| ![Message, MessageFollowup, MessageSent, Generic].contains(kind));
    for kind in own {
        assert_eq!(sign(kind), kind.name());
    }
}

#[test]
fn no_two_kinds_that_ask_for_an_answer_sound_alike() {
    let sound = |kind| on(kind).decide().sound.unwrap().sound;
    let kinds = [
        Message,
        Mention,
        Attention,
        ContactAvailable,
        ContactRequest,
        RoomInvite,
        MessageFailed,
        AccountAttention,
    ];
    let sounds: std::collections::HashSet<_> = kinds.into_iter().map(sound).collect();
    assert_eq!(sounds.len(), kinds.len());
}

#[test]
fn what_is_said_in_a_chat_shares_one_popup_and_presence_another() {
    let key = |kind| on(kind).event.replace_key();
    for kind in EventKind::ALL.into_iter().filter(|kind| kind.is_said()) {
        assert_eq!(key(kind), key(Message));
    }
    assert_eq!(key(ContactAvailable), key(ContactUnavailable));
    assert_eq!(key(ConnectionLost), key(ConnectionRestored));
    assert_ne!(key(ContactRequest), key(RoomInvite));
    assert_ne!(key(Message), key(ContactAvailable));
}

#[test]
fn another_account_has_a_popup_of_its_own() {
    let key = |account| on(Message).on_account(account).event.replace_key();
    assert_ne!(key(1), key(2));
}
