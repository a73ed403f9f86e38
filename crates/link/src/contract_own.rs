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
            /// Begins to write what was said into a file that only this user may read. How far it is tells `work`; there
            /// is one such work at a time.
            export_history = ExportHistory {
                /// Of which chat; `None`: of all.
                chat: Option<ChatRef>,
                /// How it is written.
                format: ExportFormat,
                /// The file, absolute; one that is there is replaced once the new one is whole.
                path: String,
            } -> ();
            /// Writes all contacts of all accounts into a file of JSON Lines. Answers how many.
            export_roster = ExportRoster {
                /// The file, absolute.
                path: String,
            } -> u32;
            /// Whose contacts a file holds that [`ExportRoster`] has written.
            look_into_roster = LookIntoRoster {
                /// The file, absolute.
                path: String,
            } -> RosterSource;
            /// Begins to take contacts out of such a file into an account. Who is there keeps their name, and gets the
            /// groups besides. How far it is tells `work`.
            import_roster = ImportRoster {
                /// Whose they become. It must be connected.
                account: AccountId,
                /// The file, absolute.
                path: String,
                /// Those of one of the accounts that it holds.
                whose: String,
                /// Those who were seen are asked to be contacts here too.
                ask: bool,
            } -> ();
            /// The histories of other programs that are where these programs keep them.
            found_histories = FindHistories {} -> Vec<HistorySource>;
            /// Whose histories a file or folder holds that the user has chosen.
            look_into_history = LookIntoHistory {
                /// Of which program.
                program: HistoryProgram,
                /// The file or folder, absolute.
                path: String,
            } -> HistorySource;
            /// Begins to take in what was said with another program. Its file is only read; what is here does not come
            /// again, and nothing of it rings. How far it is tells `work`.
            import_history = ImportHistory {
                /// Whose it becomes.
                account: AccountId,
                /// Of which program.
                program: HistoryProgram,
                /// The file or folder, absolute.
                path: String,
                /// One of the accounts that it holds.
                whose: String,
            } -> ();
            /// The export or import that runs or ended last; `None`: there was none.
            work = ReadWork {} -> Option<WorkView>;
            /// Ends the export or import that runs. A file that is not whole is removed; what was taken in stays.
            stop_work = StopWork {} -> ();
        }
    };
}
