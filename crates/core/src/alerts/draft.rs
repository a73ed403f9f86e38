//! A plan in the making, with its trace.

use super::cells::{Attention, Popup, Preview, Sound, TrayAction};
use super::kinds::EventKind;
use super::lookup::{Candidates, SourceRef};
use super::plan::{AlertPlan, Later, Outcome, PopupForm, PopupPlan, SoundPlan};
use super::repeat::Sense;
use super::trace::{Cell, Effect, Rule, TraceStep};

pub(super) struct Draft {
    pub(super) plan: AlertPlan,
}

impl Draft {
    /// The plan as the rows give it.
    pub(super) fn from_rows(rows: &Candidates<'_>, replace_key: String) -> Self {
        let (popup, popup_from) = rows.popup();
        let (preview, preview_from) = rows.preview();
        let (sound, sound_from) = rows.sound();
        let (icon, icon_from) = rows.icon();
        let (tray, tray_from) = rows.tray();
        let (attention, attention_from) = rows.attention();
        let (speak, speak_from) = rows.speak();
        let (repeat, repeat_from) = rows.repeat();
        let seconds = *rows.seconds().0;
        let plan = AlertPlan {
            kind: rows.kind,
            outcome: Outcome::Now,
            popup: (*popup != Popup::None).then(|| PopupPlan {
                sticky: *popup == Popup::Sticky,
                // What stays until it is handled has no end of its own.
                seconds: (seconds > 0 && *popup == Popup::Banner).then_some(seconds),
                preview: *preview,
                form: PopupForm::Single,
            }),
            sound: (*sound != Sound::None).then(|| SoundPlan {
                sound: sound.clone(),
                volume: *rows.volume().0,
            }),
            icon: icon.clone(),
            tray: *tray,
            attention: *attention,
            speak: *speak,
            preview: *preview,
            repeat: (!repeat.is_off()).then(|| repeat.clone()),
            breaks_through: false,
            ends_watch: None,
            replace_key,
            trace: Vec::with_capacity(8),
        };
        let mut draft = Self { plan };
        draft.gave(Cell::Popup, rows.kind, popup_from);
        draft.gave(Cell::Preview, rows.kind, preview_from);
        draft.gave(Cell::Sound, rows.kind, sound_from);
        draft.gave(Cell::Icon, rows.kind, icon_from);
        draft.gave(Cell::Tray, rows.kind, tray_from);
        draft.gave(Cell::Attention, rows.kind, attention_from);
        // What is off because nobody ever asked for it needs no line.
        if *speak || !speak_from.is_built_in() {
            draft.gave(Cell::Speak, rows.kind, speak_from);
        }
        if !repeat.is_off() || !repeat_from.is_built_in() {
            draft.gave(Cell::Repeat, rows.kind, repeat_from);
        }
        draft
    }

    fn gave(&mut self, cell: Cell, row: EventKind, from: SourceRef<'_>) {
        let source = from.source();
        self.say(cell, Effect::Gave, Rule::Row { row, source });
    }

    pub(super) fn say(&mut self, cell: Cell, effect: Effect, rule: Rule) {
        self.plan.trace.push(TraceStep { cell, effect, rule });
    }

    fn took(&mut self, cell: Cell, rule: &Rule) {
        self.say(cell, Effect::Took, rule.clone());
    }

    pub(super) fn drop_popup(&mut self, rule: &Rule) {
        if self.plan.popup.take().is_some() {
            self.took(Cell::Popup, rule);
        }
    }

    /// Not played; it may be read aloud.
    pub(super) fn drop_ring(&mut self, rule: &Rule) {
        if self.plan.sound.take().is_some() {
            self.took(Cell::Sound, rule);
        }
    }

    /// Neither played nor read aloud.
    pub(super) fn drop_sound(&mut self, rule: &Rule) {
        self.drop_ring(rule);
        if std::mem::take(&mut self.plan.speak) {
            self.took(Cell::Speak, rule);
        }
    }

    pub(super) fn drop_attention(&mut self, rule: &Rule) {
        if self.plan.attention != Attention::None {
            self.plan.attention = Attention::None;
            self.took(Cell::Attention, rule);
        }
    }

    pub(super) fn drop_repeat(&mut self, rule: &Rule) {
        if self.plan.repeat.take().is_some() {
            self.took(Cell::Repeat, rule);
        }
    }

    /// Nothing is seen or heard, now or again; the tray still counts.
    pub(super) fn silence(&mut self, rule: &Rule) {
        self.drop_popup(rule);
        self.drop_sound(rule);
        self.drop_attention(rule);
        self.drop_repeat(rule);
    }

    /// Nothing is seen, heard or counted.
    pub(super) fn silence_all(&mut self, rule: Rule) {
        self.clear();
        self.plan.tray = TrayAction::None;
        self.say(Cell::Everything, Effect::Took, rule);
    }

    pub(super) fn put_off(&mut self, later: Later, rule: Rule) {
        self.clear();
        self.plan.outcome = Outcome::Later(later);
        self.say(Cell::Everything, Effect::Delayed, rule);
    }

    fn clear(&mut self) {
        self.plan.popup = None;
        self.plan.sound = None;
        self.plan.attention = Attention::None;
        self.plan.speak = false;
        self.plan.repeat = None;
    }

    pub(super) fn give_nothing_away(&mut self, rule: Rule) {
        let before = std::mem::replace(&mut self.plan.preview, Preview::Nothing);
        if let Some(popup) = &mut self.plan.popup {
            popup.preview = Preview::Nothing;
        }
        if before != Preview::Nothing && (self.plan.popup.is_some() || self.plan.speak) {
            self.say(Cell::Preview, Effect::Changed, rule);
        }
    }

    /// Leaves out the senses that join only with a later repetition.
    pub(super) fn escalate(&mut self, step: u8) {
        let Some(repeat) = self.plan.repeat.clone() else {
            return;
        };
        let rule = Rule::Escalation { step };
        if !repeat.takes_part(Sense::Popup, step) {
            self.drop_popup(&rule);
        }
        if !repeat.takes_part(Sense::Sound, step) {
            self.drop_ring(&rule);
        }
        if !repeat.takes_part(Sense::Speech, step) && std::mem::take(&mut self.plan.speak) {
            self.took(Cell::Speak, &rule);
        }
        if !repeat.takes_part(Sense::Attention, step) {
            self.drop_attention(&rule);
        }
    }
}
