//! The commands about what is stored here: a part of the list in [`crate::contract`], where their types are made.

/// Calls a macro with a list of commands and, behind them, those about finding, deleting, taking out and taking in what
/// is stored.
macro_rules! with_own_commands {
    ($callback:ident $($others:tt)*) => {
        $callback! {
            $($others)*

            /// Looks in everything that was said. A search ends the one before, of whatever window, which is answered as
            /// superseded.
            search = Search {
                /// For what.
                query: SearchQuery,
                /// The last message of the page before; `None`: from the first.
                before: Option<MessageId>,
                /// At most so many, never more than 100.
                limit: u32,
            } -> SearchPage;
            /// The newest thousand messages of a chat in which words stand, in the chat's order.
            find_in_chat = FindInChat {
                /// Which chat.
                chat: ChatRef,
                /// As in [`SearchQuery::words`].
                words: String,
            } -> FoundInChat;
            /// Deletes a conversation here with all that was said in it; a room is left first.
            delete_chat = DeleteChat {
                /// Which.
                chat: ChatRef,
            } -> ();
        }
    };
}
