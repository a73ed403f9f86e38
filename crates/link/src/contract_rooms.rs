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
            /// With whom in a room a conversation is private, and whether I can write to them; `None`: it is no such
            /// conversation.
            private_chat = ReadPrivateChat {
                /// Which.
                chat: ChatRef,
            } -> Option<PrivateView>;
            /// What I write in a private conversation from now on is for whoever has the nick now.
            begin_private_chat = BeginPrivateChat {
                /// Which: the address is the room's with the nick.
                chat: ChatRef,
            } -> ();
            /// A part of those who are in a room, without me.
            occupants = ReadOccupants {
                /// Which room.
                room: ChatRef,
                /// From behind this nick on; `None`: from the first.
                after: Option<String>,
            } -> OccupantPage;
            /// Which of some names can be taken for those of others (UTS 39).
            look_alikes = ReadLookAlikes {
                /// On which account.
                account: AccountId,
                /// They are nicks in this room; `None`: addresses and nicks of people whom I do not know.
                #[ts(type = "string | null")]
                room: Option<BareJid>,
                /// At most 500.
                names: Vec<String>,
            } -> Vec<LookAlike>;
            /// Which contacts can be taken for others, by their addresses: as they are called, or as their addresses are
            /// written. At most 1,000.
            alike_contacts = ReadAlikeContacts {
                /// On which account.
                account: AccountId,
            } -> Vec<LookAlike>;
            /// Where rooms are on an account's server, and which of them can be found.
            find_rooms = FindRooms {
                /// Whose server.
                account: AccountId,
                /// Where to look; `None`: where the account's own server has rooms.
                #[ts(type = "string | null")]
                service: Option<BareJid>,
                /// From behind here on, as `FoundRooms.more_behind` said; `None`: from the first.
                after: Option<String>,
            } -> FoundRooms;
            /// Where rooms can be searched for by words on an account's server.
            search_services = FindSearchServices {
                /// Whose server.
                account: AccountId,
            } -> Vec<String>;
            /// Searches for rooms by words. The service learns them, and the account's address.
            search_rooms = SearchRooms {
                /// From which account.
                account: AccountId,
                /// Which service searches.
                #[ts(type = "string")]
                service: BareJid,
                /// What the rooms are about.
                words: String,
                /// From behind here on, as `Channels.more_behind` said; `None`: from the first.
                after: Option<String>,
            } -> Channels;
            /// Makes a room and enters it.
            create_room = CreateRoom {
                /// On which account.
                account: AccountId,
                /// Where; `None`: where the account's own server has rooms.
                #[ts(type = "string | null")]
                service: Option<BareJid>,
                /// Its name, 1 to 100 characters.
                name: String,
                /// Everybody may find it and come in; else only who is invited.
                public: bool,
            } -> ChatRef;
            /// Enters a room under a nick of mine, with its password where it asks for one.
            enter_room = EnterRoom {
                /// Which.
                room: ChatRef,
                /// Empty: as before, or else as my address.
                nick: String,
                /// Its password.
                password: Option<Secret>,
            } -> ();
            /// Invites people to a room that I am in. Answers with those whom the room does not invite.
            invite_to_room = InviteToRoom {
                /// Which room.
                room: ChatRef,
                /// Whom, at most 100.
                #[ts(type = "Array<string>")]
                people: Vec<BareJid>,
                /// My words, empty for none.
                words: String,
            } -> Vec<NotInvited>;
            /// Sets a room's topic.
            set_topic = SetTopic {
                /// Of which room.
                room: ChatRef,
                /// Empty for none.
                text: String,
            } -> ();
            /// Changes what I am called in a room.
            set_room_nick = SetRoomNick {
                /// In which room.
                room: ChatRef,
                /// The nick.
                nick: String,
            } -> ();
            /// Says of which messages of a room all of my devices are to tell.
            set_room_notify = SetRoomNotify {
                /// Of which room.
                room: ChatRef,
                /// `None`: as each device has it in its settings.
                notify: Option<RoomNotify>,
            } -> ();
            /// Shows everybody a picture of a room of mine, or none.
            set_room_avatar = SetRoomAvatar {
                /// Of which room.
                room: ChatRef,
                /// In base64, as with `SetAvatar`. `None`: none.
                picture: Option<String>,
            } -> ();
            /// Closes a room of mine for good.
            close_room = CloseRoom {
                /// Which.
                room: ChatRef,
                /// Why, empty for no words.
                words: String,
            } -> ();
            /// Does something with somebody in a room.
            moderate = Moderate {
                /// In which room.
                room: ChatRef,
                /// With whom.
                nick: String,
                /// What.
                act: Moderation,
                /// Why, empty for no words.
                words: String,
            } -> ();
            /// Who is that to a room: its owners, admins, members, or whom it bans. It is asked each time.
            room_people = ReadRoomPeople {
                /// Which room.
                room: ChatRef,
                /// Which list; there is none of those who are nothing to it.
                affiliation: Affiliation,
            } -> AffiliationList;
            /// Makes somebody something to a room, or nothing, or bans them.
            set_affiliation = SetAffiliation {
                /// To which room.
                room: ChatRef,
                /// Whom; a server alone stands for everybody there.
                #[ts(type = "string")]
                jid: BareJid,
                /// As what.
                affiliation: Affiliation,
                /// Why, empty for no words.
                words: String,
            } -> ();
            /// Takes somebody's message in a room back for everybody, as a moderator.
            moderate_message = ModerateMessage {
                /// Which.
                message: MessageId,
                /// Why, empty for no words.
                words: String,
            } -> ();
            /// The settings of a room of mine.
            room_settings = ReadRoomSettings {
                /// Of which room.
                room: ChatRef,
            } -> DataForm;
            /// Changes the settings of a room of mine.
            set_room_settings = SetRoomSettings {
                /// Of which room.
                room: ChatRef,
                /// As they came, filled in.
                form: DataForm,
            } -> ();
        }
    };
}
