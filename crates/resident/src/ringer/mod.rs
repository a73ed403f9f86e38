//! Carries out a plan: the popup's words and buttons, the picture, the sound, the tray and attention.

pub mod compose;
mod face;
pub mod pictures;
mod remembered;

use crate::avatars::Album;
use crate::desktop::popups::{Abilities, PopupRequest, Popups, Urgency};
use crate::desktop::sound::{Clip, Play, Player, carried_by_popups};
use crate::desktop::speech::Speech;
use crate::words::Words;
use carillon_core::alerts::{
    Attention, EventKind, PopupForm, PopupPlan, Preview, Sound, SoundPlan,
};
use carillon_core::ids::{ChatRef, InviteId, TransferId};
use carillon_engine::Ring;
use face::Face;
use pictures::Pictures;
use remembered::Remembered;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// What a click on a popup is about. Popups hold opaque ids only; this stays here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// What rang.
    pub kind: EventKind,
    /// Where a click leads.
    pub chat: Option<ChatRef>,
    /// The invitation, for Join and Decline.
    pub invite: Option<InviteId>,
    /// The file that was given up.
    pub transfer: Option<TransferId>,
    /// The message, for Mark as read and Try again.
    pub message: Option<carillon_core::ids::MessageId>,
    /// A sample: its buttons do nothing.
    pub sample: bool,
}

/// Shows and plays.
pub struct Ringer {
    popups: Popups,
    player: Player,
    speech: Speech,
    pictures: Pictures,
    shown: Mutex<Remembered>,
    /// People have no colours of their own (XEP-0392 §6).
    plain: AtomicBool,
}

impl Ringer {
    /// A ringer over the desktop's popups and loudspeakers.
    #[must_use]
    pub fn new(popups: Popups, player: Player) -> Self {
        Self {
            popups,
            player,
            speech: Speech::default(),
            pictures: Pictures::default(),
            shown: Mutex::default(),
            plain: AtomicBool::new(false),
        }
    }

    /// The same ringer, which shows people by their pictures.
    #[must_use]
    pub fn with_avatars(self, avatars: Album) -> Self {
        let pictures = self.pictures.with_avatars(avatars);
        Self { pictures, ..self }
    }

    /// Whether people's initials have colours of their own.
    pub fn colour_people(&self, coloured: bool) {
        self.plain.store(!coloured, Ordering::Relaxed);
    }

    /// Shows the popup and plays the sound of a plan. Waits for neither.
    pub fn ring(&self, ring: &Ring, words: &Words) {
        // The popup goes first: it is never delayed for the sound.
        let mut carried = None;
        if let Some(popup) = &ring.plan.popup {
            carried = ring
                .plan
                .sound
                .as_ref()
                .and_then(|sound| self.carried_sound(sound));
            self.show(ring, popup, carried.clone(), words);
        }
        if let Some(sound) = ring.plan.sound.as_ref().filter(|_| carried.is_none()) {
            self.play(ring, sound);
        }
        if ring.plan.speak {
            self.speech
                .say(ring.plan.kind, &compose::aloud(ring, words));
        }
    }

    fn play(&self, ring: &Ring, plan: &SoundPlan) {
        // A built-in that this version does not have is still heard as the chime; of files the player sees to it.
        let chime = || Clip::of(&Sound::Builtin("chime".to_owned()));
        let clip = match Clip::of(&plan.sound).or_else(|_| chime()) {
            Ok(Some(clip)) => clip,
            Ok(None) => return,
            Err(problem) => {
                tracing::warn!(%problem, "a sound could not be found");
                return;
            }
        };
        if plan.volume.per_cent() == 0 {
            return;
        }
        let turn = if ring.event.sample {
            Some(self.player.sample_turn())
        } else {
            self.player.turn(ring.plan.kind, Instant::now())
        };
        let Some(turn) = turn else {
            return;
        };
        let play = Play {
            key: ring.plan.replace_key.clone(),
            clip,
            volume: plan.volume.per_cent(),
        };
        let player = self.player.clone();
        // In a task of its own, which has its turn after the popup's: raising the player's thread takes longer than
        // sending the popup. The player itself says what went wrong; nobody here waits for it.
        tokio::spawn(async move { drop(player.play(turn, play)) });
    }

    /// The sound that the popup brings along, if it can and it is to be heard.
    fn carried_sound(&self, plan: &SoundPlan) -> Option<String> {
        (plan.volume.per_cent() > 0)
            .then(|| carried_by_popups(&plan.sound, self.player.shelf()))
            .flatten()
    }

    fn show(&self, ring: &Ring, plan: &PopupPlan, sound: Option<String>, words: &Words) {
        let text = compose::compose(ring, plan, words);
        let key = ring.plan.replace_key.clone();
        self.remember(&key, ring, plan.sticky);
        let request = PopupRequest {
            key,
            summary: text.summary,
            body: text.body,
            picture: self.picture(ring, plan),
            actions: text.actions,
            reply: text.reply,
            default_label: words.say("popup-open"),
            sticky: plan.sticky,
            seconds: plan.seconds,
            urgency: urgency(ring),
            sound,
            category: Some(category(ring.plan.kind).to_owned()),
        };
        if let Err(error) = self.popups.show(request) {
            tracing::warn!(%error, "a popup could not be shown");
        }
    }

    /// The contact's face gives the contact away: it is shown only where their name is.
    fn picture(&self, ring: &Ring, plan: &PopupPlan) -> Option<PathBuf> {
        let named = plan.form == PopupForm::Single && plan.preview != Preview::Nothing;
        let jid = ring.event.jid.as_ref().filter(|_| named);
        let face = jid.map(|jid| Face {
            name: &ring.content.name,
            jid,
            avatar: ring.content.avatar,
            plain: self.plain.load(Ordering::Relaxed),
        });
        self.pictures
            .for_popup(&ring.plan.icon, ring.plan.kind, face)
    }

    fn remember(&self, key: &str, ring: &Ring, sticky: bool) {
        let shown = Shown {
            kind: ring.event.kind,
            chat: ring.event.chat(),
            invite: ring.content.invite,
            transfer: ring.content.transfer,
            message: ring.content.message,
            sample: ring.event.sample,
        };
        self.remembered().put(key, shown, sticky);
    }

    fn remembered(&self) -> MutexGuard<'_, Remembered> {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What a popup with this key was about.
    #[must_use]
    pub fn shown(&self, key: &str) -> Option<Shown> {
        self.remembered().get(key).cloned()
    }

    /// A popup is no longer on the screen, or never came there.
    pub fn is_gone(&self, key: &str) {
        self.remembered().is_gone(key);
    }

    /// Takes a popup away.
    pub fn withdraw(&self, key: &str) {
        let known = self.remembered().is_gone(key);
        if known && let Err(error) = self.popups.withdraw(key) {
            tracing::debug!(%error, "a popup could not be withdrawn");
        }
    }

    /// Takes all popups away and stops all sounds.
    pub fn silence(&self) {
        self.remembered().clear();
        if let Err(error) = self.popups.withdraw_all() {
            tracing::debug!(%error, "popups could not be withdrawn");
        }
        self.stop_sounds();
    }

    /// Stops all sounds, and what is read aloud.
    pub fn stop_sounds(&self) {
        self.player.stop_all();
        self.speech.stop_all();
    }

    /// What popups can do here; `None` while nobody shows any.
    #[must_use]
    pub fn popups(&self) -> Option<Abilities> {
        self.popups.service().borrow().clone()
    }

    /// Whether alerts can be read aloud here.
    #[must_use]
    pub fn can_speak(&self) -> bool {
        self.speech.works()
    }
}

/// Critical passes the desktop's own Do Not Disturb: only what the user marked so asks for it. Presence need not be
/// seen.
const fn urgency(ring: &Ring) -> Urgency {
    match ring.plan.kind {
        _ if ring.plan.breaks_through => Urgency::Critical,
        kind if kind.is_presence() => Urgency::Low,
        _ => Urgency::Normal,
    }
}

/// The categories of the Desktop Notifications Specification.
const fn category(kind: EventKind) -> &'static str {
    match kind {
        EventKind::ContactAvailable => "presence.online",
        EventKind::ContactUnavailable => "presence.offline",
        EventKind::MessageFailed => "im.error",
        EventKind::AccountAttention => "network.error",
        EventKind::ConnectionLost => "network.disconnected",
        EventKind::ConnectionRestored => "network.connected",
        EventKind::Message
        | EventKind::MessageFollowup
        | EventKind::MessageInFront
        | EventKind::Missed
        | EventKind::Mention
        | EventKind::RoomMessage
        | EventKind::Reaction
        | EventKind::FileReceived
        | EventKind::StrangerMessage => "im.received",
        EventKind::Generic
        | EventKind::Attention
        | EventKind::ContactStatus
        | EventKind::ContactRequest
        | EventKind::RequestAccepted
        | EventKind::RoomInvite
        | EventKind::MessageSent => "im",
    }
}

/// Whether a plan asks for the desktop's attention, and until when.
#[must_use]
pub const fn attention(ring: &Ring) -> Option<bool> {
    match ring.plan.attention {
        // A flash is the window's own.
        Attention::None | Attention::Flash => None,
        Attention::Once => Some(false),
        Attention::UntilSeen => Some(true),
    }
}
