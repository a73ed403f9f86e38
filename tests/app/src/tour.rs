//! Before a window that is walked through in several looks.

use crate::{Album, Look, Person, Screen, Walk, Window, quoted, take_axe_in};

/// A window that is walked through.
#[derive(Debug)]
pub struct Tour<'a> {
    /// Where the window stands.
    pub screen: &'a Screen,
    /// The window.
    pub window: &'a Window,
    /// Its process.
    pub process: u32,
    /// What was photographed.
    pub album: Album,
}

impl<'a> Tour<'a> {
    /// Begins before an open window.
    ///
    /// # Panics
    /// When the person has no window.
    pub async fn new(screen: &'a Screen, person: &Person, window: &'a Window) -> Self {
        take_axe_in(window).await;
        Self {
            screen,
            window,
            process: person.window_process().expect("an open window"),
            album: Album::default(),
        }
    }

    /// Walks in this look.
    pub async fn walk(&self, look: &Look) -> Walk<'a> {
        Walk::new(self.screen, self.process, self.window, *look).await
    }
}

/// Fills in a form's fields at once, as soon as they are there.
///
/// # Panics
/// When the page gets no such field.
pub async fn fill(window: &Window, fields: &[(&str, &str)]) {
    for (name, value) in fields {
        let field = format!("[name={name}]");
        window.find(&field).await;
        let script = format!(
            "const field = document.querySelector({});
             field.value = {};
             field.dispatchEvent(new Event('input', {{ bubbles: true }}))",
            quoted(&field),
            quoted(value)
        );
        window.script(&script).await;
    }
}
