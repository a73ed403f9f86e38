//! The commands about files: a part of the list in [`crate::contract`], where their types are made.

/// Calls a macro with a list of commands and, behind them, those about files.
macro_rules! with_file_commands {
    ($callback:ident $($others:tt)*) => {
        $callback! {
            $($others)*

            /// What the user is about to send: its size, and for a picture how it looks and how it would be made smaller.
            look_at_file = LookAtFile {
                /// What.
                file: FileToSend,
            } -> LookedAt;
            /// Takes a copy of a file and sends it, at once or when the account is connected again. The same `id` given
            /// twice is one file.
            send_file = SendFile {
                /// To which chat.
                chat: ChatRef,
                /// A UUID made by the window: the id of the message that will hand it over.
                id: String,
                /// Where it is.
                path: String,
                /// A picture is made smaller before.
                #[serde(default)]
                smaller: bool,
            } -> ();
            /// The same with what was pasted.
            send_pasted = SendPasted {
                /// To which chat.
                chat: ChatRef,
                /// A UUID made by the window.
                id: String,
                /// What it shall be called.
                name: String,
                /// What is in it, as base64; at most 11 MiB of it.
                bytes: String,
                /// A picture is made smaller before.
                #[serde(default)]
                smaller: bool,
            } -> ();
            /// The files of a chat that are not sent yet, the oldest first.
            transfers = ReadTransfers {
                /// Which chat.
                chat: ChatRef,
            } -> Vec<TransferView>;
            /// Forgets a file that was to be sent.
            cancel_transfer = CancelTransfer {
                /// Which.
                transfer: TransferId,
            } -> ();
            /// Sends a file again that was given up.
            retry_transfer = RetryTransfer {
                /// Which.
                transfer: TransferId,
            } -> ();
            /// The files that messages hand over; those that hand over none are left out.
            files = ReadFiles {
                /// Which messages, at most 200.
                messages: Vec<MessageId>,
            } -> Vec<FileView>;
            /// A message with a picture is on screen: it is fetched if its sender's pictures are shown.
            show_file = ShowFile {
                /// Which message.
                message: MessageId,
            } -> ();
            /// Says whether a contact's pictures are shown, now and later.
            choose_pictures = ChoosePictures {
                /// Whose.
                chat: ChatRef,
                /// Or only named.
                shown: bool,
            } -> ();
            /// Fetches a file, if it is not here yet, and copies it to where the user chose. What lies there is replaced.
            save_file = SaveFile {
                /// Of which message.
                message: MessageId,
                /// Where to.
                path: String,
            } -> ();
            /// Fetches a file no further.
            cancel_fetch = CancelFetch {
                /// Of which message.
                message: MessageId,
            } -> ();
            /// Opens the microphone and records a voice message; what was recorded before and not sent is thrown away.
            begin_recording = BeginRecording {} -> ();
            /// How the recording stands; `None` where there is none.
            recording = ReadRecording {} -> Option<RecordingView>;
            /// Closes the microphone; what was recorded is kept as long as the window is there.
            stop_recording = StopRecording {} -> ();
            /// Closes the microphone and keeps nothing.
            cancel_recording = CancelRecording {} -> ();
            /// Ends the recording and sends it as a file.
            send_recording = SendRecording {
                /// To which chat.
                chat: ChatRef,
                /// A UUID made by the window: the id of the message that will hand it over.
                id: String,
            } -> ();
            /// Plays a sound that a message hands over, and fetches it first if it is not here. What plays ends.
            play_file = PlayFile {
                /// Of which message.
                message: MessageId,
                /// From where on, in milliseconds.
                #[ts(type = "number")]
                from: u64,
                /// How fast, in percent, at the same pitch: 50 to 300.
                speed: u16,
            } -> ();
            /// Holds what plays where it is.
            pause_playing = PausePlaying {} -> ();
            /// What plays or is held; `None` when it has been heard.
            playing = ReadPlaying {} -> Option<PlayingView>;
            /// Where a picture is that may be shown; for the window itself, not for its page.
            find_picture = FindPicture {
                /// Of which message.
                message: MessageId,
            } -> PictureFile;
        }
    };
}
