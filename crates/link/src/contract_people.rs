//! The commands about people: a part of the list in [`crate::contract`], where their types are made.

/// Calls a macro with a list of commands and, behind them, those about invitations about
/// my own card and about moves.
macro_rules! with_people_commands {
    ($callback:ident $($others:tt)*) => {
        $callback! {
            $($others)*

            /// Makes a link by which somebody becomes my contact without a question, or gets an account. The server makes
            /// it where it can (XEP-0401); else this computer does, and honours it (XEP-0379).
            invite_friend = InviteFriend {
                /// Whose contact they become, or on whose server they get an account.
                account: AccountId,
                /// To what they are invited.
                kind: InvitationKind,
            } -> InvitationView;
            /// What my card says, as everybody can read it (XEP-0292, XEP-0054).
            own_card = ReadOwnCard {
                /// Of which account.
                account: AccountId,
            } -> Vec<CardField>;
            /// Publishes what my card says in the lines that people fill in; others that stand there stay.
            set_card = SetCard {
                /// Of which account.
                account: AccountId,
                /// At most 16, each of at most 500 characters; a kind that is missing is taken out.
                fields: Vec<CardField>,
            } -> ();
            /// Begins to move from one account of mine to another (XEP-0283). Both must be connected. It goes on by itself,
            /// also after a restart; how far it is stands in [`AccountView`]. Nothing is taken away from the old account.
            ///
            /// [`AccountView`]: crate::views::AccountView
            begin_move = BeginMove {
                /// Where I come from.
                from: AccountId,
                /// Where I go to.
                to: AccountId,
                /// What is brought along besides the contacts.
                wish: MoveWish,
            } -> ();
            /// Stops a move; what was done stays.
            stop_move = StopMove {
                /// From which account.
                account: AccountId,
            } -> ();
            /// Goes on with a move that was stopped, and tries again what could not be done.
            go_on_with_move = GoOnWithMove {
                /// From which account.
                account: AccountId,
            } -> ();
            /// Has the old account no longer say that I have gone, and forgets the move. What was brought along stays.
            take_back_move = TakeBackMove {
                /// From which account.
                account: AccountId,
            } -> ();
            /// Takes over a contact who has proven that they have moved, at the address from which they ask: with the name
            /// and groups of the old one, which sees me no more.
            take_over = TakeOver {
                /// Who asks.
                contact: ChatRef,
                /// What is set for the old contact's alerts holds for the new one too.
                alerts: bool,
            } -> ();
        }
    };
}
