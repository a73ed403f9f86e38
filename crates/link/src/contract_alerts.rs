//! The commands about alerts: a part of the list in [`crate::contract`], where their types are made.

/// Calls a macro with a list of commands and, behind them, those about alerts.
macro_rules! with_alert_commands {
    ($callback:ident $($others:tt)*) => {
        $callback! {
            $($others)*

            /// The alert settings with every value in force.
            alert_settings = ReadAlertSettings {} -> AlertSettingsView;
            /// All rows of somebody, with every value in force.
            alert_rows = ReadAlertRows {
                /// Whose.
                whose: Whose,
            } -> AlertRowsView;
            /// Sets what the user wants in a row; empty cells inherit.
            set_alert_row = SetAlertRow {
                /// Whose row.
                whose: Whose,
                /// Which row.
                kind: EventKind,
                /// Its cells: they take the place of all that was set in it.
                row: Row,
            } -> ();
            /// Lets all rows of somebody inherit again. Mute, break-through and discretion stay.
            reset_alert_rows = ResetAlertRows {
                /// Whose.
                whose: Whose,
            } -> ();
            /// Sets what holds for an account, a group, a contact or a room beside its rows.
            set_override = SetOverride {
                /// For whom; never everybody or a profile.
                whose: Whose,
                /// No alert until then.
                mute: Option<Mute>,
                /// Whether it passes mutes of weaker scopes, quiet hours and Do Not Disturb; `None` inherits.
                break_through: Option<bool>,
                /// Whether popups never give anything away; `None` inherits.
                discreet: Option<bool>,
            } -> ();
            /// Mutes an account, a group, a contact or a room, or lifts its mute. Says what holds then.
            mute_scope = MuteScope {
                /// Which; never everybody or a profile.
                whose: Whose,
                /// How long.
                until: MuteFor,
            } -> Option<Mute>;
            /// Mutes all alerts, or lifts that mute. Says what holds then.
            mute_all = MuteAll {
                /// How long.
                until: MuteFor,
            } -> Option<Mute>;
            /// What a preset would change in the rows for everybody; nothing changes.
            preset_changes = ReadPresetChanges {
                /// Which.
                preset: Preset,
            } -> Vec<AlertRowChange>;
            /// Puts a preset's rows in the place of all rows for everybody.
            apply_preset = ApplyPreset {
                /// Which.
                preset: Preset,
            } -> ();
            /// The profiles, and which of them holds.
            alert_profiles = ReadAlertProfiles {} -> AlertProfilesView;
            /// Sets all profiles. When the one chosen by hand is not among them, they are chosen by themselves again.
            set_profiles = SetProfiles {
                /// All of them, in the order in which they are asked.
                profiles: Vec<Profile>,
            } -> ();
            /// Chooses the profile that holds.
            choose_profile = ChooseProfile {
                /// `automatic`, `none` or `profile:NAME`.
                choice: ProfileChoice,
            } -> ();
            /// What silences alerts or changes them, for everybody.
            alert_conditions = ReadAlertConditions {} -> AlertConditionsView;
            /// Sets all quiet hours.
            set_quiet_hours = SetQuietHours {
                /// All of them.
                quiet: Vec<QuietHours>,
            } -> ();
            /// Sets the kinds that pass mutes, quiet hours and Do Not Disturb.
            set_break_through_kinds = SetBreakThroughKinds {
                /// All of them.
                kinds: Vec<EventKind>,
            } -> ();
            /// Sets the words that make a room's message a mention.
            set_keywords = SetKeywords {
                /// All of them.
                keywords: Vec<String>,
            } -> ();
            /// Sets how friends who come and go are told.
            set_presence_rules = SetPresenceRules {
                /// All of it.
                presence: PresenceRules,
            } -> ();
            /// Sets what happens while another device of mine is used in the same chat.
            set_other_device = SetOtherDevice {
                /// All of it.
                other_device: OtherDevice,
            } -> ();
            /// Sets how an open window tells alerts by itself.
            set_in_window = SetInWindow {
                /// All of it.
                in_window: InWindow,
            } -> ();
            /// Whom the user waits for.
            watches = ReadWatches {} -> Vec<WatchView>;
            /// Tells when a contact is available. It takes the place of an earlier watch for the same contact.
            add_watch = AddWatch {
                /// Whom to wait for.
                chat: ChatRef,
                /// Ends once it rang.
                once: bool,
                /// Ends then; `None`: never by itself.
                expires: Option<Timestamp>,
                /// Rings only after the contact was away for so many hours; 0: at any time.
                after_hours: u16,
            } -> ();
            /// Waits no longer for a contact.
            remove_watch = RemoveWatch {
                /// Which.
                chat: ChatRef,
            } -> ();
            /// Says what an event would do, and why. Nothing rings, and nothing is remembered.
            explain_alert = ExplainAlert {
                /// Which event.
                kind: EventKind,
                /// Whose doing it would be; `None`: nobody's in particular.
                chat: Option<ChatRef>,
                /// When; `None`: now.
                at: Option<Timestamp>,
                /// My own status; `None`: as it is.
                own: Option<OwnAvailability>,
                /// Whether the chat is in front and has the focus; `None`: as it is.
                in_front: Option<bool>,
                /// Whether the screen is locked; `None`: as it is.
                locked: Option<bool>,
                /// Whether the desktop's Do Not Disturb is on; `None`: as it is.
                do_not_disturb: Option<bool>,
                /// Whether something covers the whole screen; `None`: as it is.
                full_screen: Option<bool>,
                /// To which account it happens where `chat` does not say; `None`: the first.
                account: Option<AccountId>,
                /// For so many milliseconds a contact who comes was away; `None`: not known.
                gone_for: Option<i64>,
            } -> AlertExplanation;
            /// What this desktop can show, play and tell.
            alert_capabilities = ReadAlertCapabilities {} -> Vec<AlertCapability>;
            /// Writes all alert rules into a file of their own.
            export_alerts = ExportAlerts {
                /// Where to; a file that is there is replaced.
                path: String,
            } -> ExportedAlerts;
            /// Reads alert rules from a file and puts them in the place of all that there are. When they cannot be read,
            /// nothing changes.
            import_alerts = ImportAlerts {
                /// Where from.
                path: String,
                /// Only says what would come of it; nothing changes.
                look_only: bool,
            } -> ImportedAlerts;
            /// The sound packs that can be chosen from.
            sound_packs = ReadSoundPacks {} -> Vec<SoundPackView>;
            /// Takes a sound pack over into the profile.
            import_sound_pack = ImportSoundPack {
                /// A folder or a zip file with `pack.toml`.
                path: String,
            } -> SoundPackView;
            /// Takes an imported sound pack out of the profile. Rows that name its sounds are heard as the chime.
            remove_sound_pack = RemoveSoundPack {
                /// Its name.
                name: String,
            } -> ();
            /// Shows a sample of a row through the real path, and says what was decided.
            try_alert = TryAlert {
                /// Which row.
                kind: EventKind,
                /// Whose row, with what is in force there.
                whose: Whose,
            } -> AlertPlan;
            /// Says whether a file can be used as a sound.
            check_sound = CheckSound {
                /// Its path.
                path: String,
            } -> ();
            /// Says whether a file can be used as an icon.
            check_icon = CheckIcon {
                /// Its path.
                path: String,
            } -> ();
        }
    };
}
