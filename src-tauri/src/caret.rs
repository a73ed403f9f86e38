//! The caret of all text fields, which comes to rest: a window that waits has nothing to draw.

use std::{
    cell::Cell,
    rc::Rc,
    time::{Duration, Instant},
};

use gtk::{
    Settings,
    glib::{self, Propagation},
    prelude::{GtkSettingsExt as _, WidgetExt as _},
};
use webkit2gtk::WebView;

/// Lets the caret stand still some seconds after the last key or click, as in GTK's own fields: WebKit reads from GTK's
/// settings whether it blinks, but not for how long.
pub(crate) fn rest_between_touches(view: &WebView) {
    if let Some(caret) = Caret::of_user() {
        caret.hear(view);
    }
}

struct Caret {
    settings: Settings,
    patience: Duration,
    touched: Cell<Instant>,
    rests: Cell<bool>,
}

impl Caret {
    /// `None` where the user wants none that blinks, or one that always does.
    fn of_user() -> Option<Rc<Self>> {
        let settings = Settings::default().filter(Settings::is_gtk_cursor_blink)?;
        // Seconds; as good as for ever is its greatest value (GtkSettings, "gtk-cursor-blink-timeout").
        let patience = settings.gtk_cursor_blink_timeout();
        let seconds = u64::try_from(patience)
            .ok()
            .filter(|_| patience < i32::MAX)?;
        let caret = Rc::new(Self {
            settings,
            patience: Duration::from_secs(seconds),
            touched: Cell::new(Instant::now()),
            rests: Cell::new(false),
        });
        caret.clone().rest_in(caret.patience);
        Some(caret)
    }

    fn hear(self: Rc<Self>, view: &WebView) {
        let touched = |caret: &Rc<Self>| {
            let caret = caret.clone();
            move || {
                caret.touch();
                Propagation::Proceed
            }
        };
        let (key, click, focus) = (touched(&self), touched(&self), touched(&self));
        view.connect_key_press_event(move |_, _| key());
        view.connect_button_press_event(move |_, _| click());
        view.connect_focus_in_event(move |_, _| focus());
    }

    fn touch(self: &Rc<Self>) {
        self.touched.set(Instant::now());
        if self.rests.replace(false) {
            self.settings.set_gtk_cursor_blink(true);
            self.clone().rest_in(self.patience);
        }
    }

    fn rest_in(self: Rc<Self>, wait: Duration) {
        glib::timeout_add_local_once(wait, move || {
            let left = self.patience.saturating_sub(self.touched.get().elapsed());
            if left.is_zero() {
                self.rests.set(true);
                self.settings.set_gtk_cursor_blink(false);
            } else {
                self.rest_in(left);
            }
        });
    }
}
