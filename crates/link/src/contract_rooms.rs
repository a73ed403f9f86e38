//! The commands about rooms: a part of the list in [`crate::contract`], where their types are made.

/// Calls a macro with a list of commands and, behind them, those about rooms.
macro_rules! with_room_commands {
    ($callback:ident $($others:tt)*) => {
        $callback! {
            $($others)*

            /// Where I stand in a room, and what it is like; `None`: it is none of mine.
            room = ReadRoom {
                /// Which.
                room: ChatRef,
            } -> Option<RoomView>;
            /// A part of those who are in a room, without me.
            occupants = ReadOccupants {
                /// Which room.
                room: ChatRef,
                /// From behind this nick on; `None`: from the first.
                after: Option<String>,
            } -> OccupantPage;
        }
    };
}
