//! The counterpart of vibration: the icon alternates for a moment, then keeps the attention drawing.

use carillon_core::tray::TrayState;
use std::time::Duration;
use tokio::time::Instant;

/// One drawing is held for this long: slow enough to harm nobody (WCAG 2.3.1), quick enough to be noticed.
const BEAT: Duration = Duration::from_millis(500);
/// After this the drawing is steady: an icon that never rests wakes the machine and annoys.
pub(crate) const LASTS: Duration = Duration::from_secs(10);

/// What to show `since` attention was asked for, and after how long to look again; `None`: it stays so.
pub(super) fn blink(state: &TrayState, since: Duration) -> (TrayState, Option<Duration>) {
    if !state.attention || since >= LASTS {
        return (state.clone(), None);
    }
    let beats = since.as_millis() / BEAT.as_millis();
    let shown = TrayState {
        attention: beats.is_multiple_of(2),
        ..state.clone()
    };
    let rest = BEAT.saturating_sub(since.saturating_sub(BEAT * u32::try_from(beats).unwrap_or(0)));
    (shown, Some(rest))
}

/// An icon that blinks when it must.
#[derive(Debug, Default)]
pub(super) struct Blinking {
    since: Option<Instant>,
    next: Option<Instant>,
}

impl Blinking {
    /// What to show now.
    pub(super) fn shown(&mut self, state: &TrayState) -> TrayState {
        let now = Instant::now();
        self.since = state.attention.then(|| self.since.unwrap_or(now));
        let since = self
            .since
            .map_or(Duration::MAX, |since| now.duration_since(since));
        let (shown, again) = blink(state, since);
        self.next = again.map(|rest| now + rest);
        shown
    }

    /// Resolves when [`Self::shown`] must be asked again; never while nothing blinks.
    pub(super) async fn beat(&self) {
        match self.next {
            Some(next) => tokio::time::sleep_until(next).await,
            None => std::future::pending().await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ASKING: TrayState = TrayState {
        base: carillon_core::tray::TrayBase::Online,
        count: 1,
        overlay: None,
        attention: true,
        muted: false,
    };

    fn at(millis: u64) -> (bool, Option<Duration>) {
        let (shown, again) = blink(&ASKING, Duration::from_millis(millis));
        (shown.attention, again)
    }

    #[test]
    fn it_alternates_twice_a_second_beginning_with_attention() {
        assert_eq!(at(0), (true, Some(BEAT)));
        assert_eq!(at(500), (false, Some(BEAT)));
        assert_eq!(at(700), (false, Some(Duration::from_millis(300))));
        assert_eq!(at(1000), (true, Some(BEAT)));
    }

    #[test]
    fn after_ten_seconds_it_is_steady_and_no_timer_runs() {
        assert_eq!(at(9_999).1, Some(Duration::from_millis(1)));
        assert_eq!(at(10_000), (true, None));
    }

    #[tokio::test(start_paused = true)]
    async fn a_blink_goes_on_over_other_changes_and_begins_anew_only_after_a_rest() {
        let mut icon = Blinking::default();
        assert!(icon.shown(&ASKING).attention);
        icon.beat().await;
        let more = TrayState { count: 2, ..ASKING };
        assert!(!icon.shown(&more).attention, "the second beat");
        tokio::time::advance(LASTS).await;
        assert!(icon.shown(&more).attention);
        let rests = tokio::time::timeout(LASTS, icon.beat()).await;
        assert!(rests.is_err(), "it is steady");
        let calm = TrayState {
            attention: false,
            ..ASKING
        };
        assert!(!icon.shown(&calm).attention);
        assert!(icon.shown(&ASKING).attention);
        icon.beat().await;
        assert!(!icon.shown(&ASKING).attention, "it blinks again");
    }

    #[test]
    fn without_attention_nothing_blinks() {
        let calm = TrayState {
            attention: false,
            ..ASKING
        };
        assert_eq!(blink(&calm, Duration::ZERO), (calm.clone(), None));
    }
}
