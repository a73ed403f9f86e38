//! Before a window that is walked through in several looks.

use carillon_tests_servers::Kind;

use crate::{Album, LOOKS, Look, Person, Screen, Walk, Window, quoted, take_axe_in};

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
    /// Nothing is photographed.
    blind: bool,
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
            blind: false,
        }
    }

    /// As [`Tour::new`], in a story that is told over several servers: it is photographed over Prosody alone, since the
    /// screens are the same over each.
    ///
    /// # Panics
    /// As [`Tour::new`].
    pub async fn over(kind: Kind, screen: &'a Screen, person: &Person, window: &'a Window) -> Self {
        let mut tour = Self::new(screen, person, window).await;
        tour.blind = kind != Kind::Prosody;
        tour
    }

    /// Photographs nothing: the screens are those of another story.
    #[must_use]
    pub fn blind(mut self) -> Self {
        self.blind = true;
        self
    }

    /// Walks in this look.
    pub async fn walk(&self, look: &Look) -> Walk<'a> {
        Walk::new(self.screen, self.process, self.window, *look).await
    }

    /// Photographs what is shown in the wide looks, dark and German, then light and English, as the window is afterwards.
    pub async fn see(&mut self, screen: &str) {
        self.see_in(&[&LOOKS[1], &LOOKS[0]], screen).await;
    }

    /// As [`Tour::see`], and in a narrow window in between.
    pub async fn see_narrow_too(&mut self, screen: &str) {
        self.see_in(&[&LOOKS[1], &LOOKS[2], &LOOKS[0]], screen)
            .await;
    }

    async fn see_in(&mut self, looks: &[&Look], screen: &str) {
        if self.blind {
            return;
        }
        for look in looks {
            let mut walk = self.walk(look).await;
            walk.see(screen).await;
            self.album.add(walk);
        }
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
