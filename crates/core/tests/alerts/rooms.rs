//! Of which messages of a room I want to hear: that says whether, rows say how.

use crate::stage::on;
use carillon_core::alerts::EventKind::*;
use carillon_core::room::RoomNotify::{Always, Never, OnMention};

const BOB: &str = "bob@example.org";
const ROW: &str = "[[override]]\nscope = 'chat'\naccount = 'me@example.org'\nchat = 'bob@example.org'\n\
                   [override.rows.room_message]\nsound = 'builtin:tick'";
const THROUGH: &str = "[[override]]\nscope = 'chat'\naccount = 'me@example.org'\nchat = 'bob@example.org'\nbreak_through = true";

cases! {
    a_room_that_tells_of_all_is_told_as_a_chat: on(RoomMessage).notify(Always) => "banner, bell, badge, once | RoomNotify always";
    its_mentions_stay_mentions: on(Mention).notify(Always) => "banner, double-bell, badge, once";
    a_row_of_its_own_says_how: on(RoomMessage).notify(Always).rules(ROW) => "tick, badge";
    it_is_lively_as_a_chat_is: on(RoomMessage).notify(Always).after(Message, BOB, 1_000) => "banner, badge | RoomNotify always, FollowUp";
    in_front_it_is_quiet: on(RoomMessage).notify(Always).in_front(BOB) => "nothing | InFront";
    muted_it_is_silent: on(RoomMessage).notify(Always).muted() => "badge | RoomNotify always, Muted by settings";

    a_room_that_tells_of_mentions_tells_of_nothing_else: on(RoomMessage).notify(OnMention).rules(ROW) => "badge | RoomNotify on-mention";
    it_tells_of_mentions: on(Mention).notify(OnMention) => "banner, double-bell, badge, once";

    a_room_that_tells_of_nothing_is_silent: on(RoomMessage).notify(Never).rules(ROW) => "badge | RoomNotify never";
    nor_does_it_tell_of_mentions: on(Mention).notify(Never) => "badge | RoomNotify never";
    an_invitation_to_it_is_told: on(RoomInvite).notify(Never) => "sticky, knock-knock, badge, until seen";
    a_kind_that_breaks_through_passes_it: on(Mention).notify(Never).rules("break_through = ['mention']") => "banner, double-bell, badge, once | RoomNotify never, BreakThrough by settings";
    the_rooms_own_mark_passes_only_what_is_weaker: on(Mention).notify(Never).rules(THROUGH) => "badge | RoomNotify never";
}
