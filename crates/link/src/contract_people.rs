//! The commands about people: a part of the list in [`crate::contract`], where their types are made.

/// Calls a macro with a list of commands and, behind them, those about invitations and
/// about my own card.
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
        }
    };
}
