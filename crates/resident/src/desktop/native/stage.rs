//! The event loop of Windows and macOS, and what lives on it.

use super::{Stage, system};
use crate::desktop::surroundings::Seen;
use crate::desktop::tray::{Begin, Icon};
use crate::desktop::wake::Heard;
use carillon_core::alerts::Surroundings;
use carillon_core::tray::TrayState;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tao::event::{Event, StartCause};
use tao::event_loop::{
    ControlFlow, EventLoop, EventLoopBuilder, EventLoopProxy, EventLoopWindowTarget,
};
use tao::platform::run_return::EventLoopExtRunReturn as _;
use tokio::sync::{mpsc, oneshot, watch};

/// What the loop is told, by the resident or by the system.
pub(crate) enum Order {
    /// From now on there is a tray icon.
    Begin(Begin),
    /// The icon shows something else.
    Show(Box<crate::desktop::tray::TrayView>, TrayState),
    /// The entry with this id was chosen from the menu.
    Chosen(String),
    /// The icon was clicked.
    Clicked,
    /// From now on what the system says of itself is passed on.
    Watch(watch::Sender<Surroundings>),
    /// The system may have something new to say of itself.
    Look,
    /// From now on it is told when the computer wakes or its network changes, for as long as the process lives.
    WatchWakes(mpsc::UnboundedSender<Heard>),
    /// The resident ends.
    End,
}

/// Ends the loop when it is dropped.
pub(super) struct Running {
    proxy: EventLoopProxy<Order>,
}

impl std::fmt::Debug for Running {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Running")
    }
}

impl Running {
    pub(super) fn tell(&self, order: Order) {
        tell(&self.proxy, order);
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.tell(Order::End);
    }
}

/// Tells the loop, from whatever thread.
pub(super) fn tell(proxy: &EventLoopProxy<Order>, order: Order) {
    if proxy.send_event(order).is_err() {
        tracing::debug!("the event loop has ended");
    }
}

/// Runs the loop until the last [`Stage`] is gone.
pub(super) fn play(given: oneshot::Sender<Stage>) {
    #[cfg_attr(
        target_os = "windows",
        expect(unused_mut, reason = "only macOS is told more")
    )]
    let mut events: EventLoop<Order> = EventLoopBuilder::with_user_event().build();
    #[cfg(target_os = "macos")]
    {
        use tao::platform::macos::{ActivationPolicy, EventLoopExtMacOS as _};
        events.set_activation_policy(ActivationPolicy::Accessory);
        events.set_activate_ignoring_other_apps(false);
    }
    play_on(events, given);
}

fn play_on(mut events: EventLoop<Order>, given: oneshot::Sender<Stage>) {
    let proxy = events.create_proxy();
    let running = Running {
        proxy: proxy.clone(),
    };
    let stage = Stage {
        running: Some(Arc::new(running)),
    };
    if given.send(stage).is_err() {
        return;
    }
    system::name_the_app();
    hear_the_tray(&proxy);
    let mut scene = Scene::new(proxy);
    events.run_return(|event, target, flow| {
        scene.hear(event, target);
        *flow = scene.goes_on();
    });
}

/// Clicks come in on this thread; as orders they wait their turn, when no menu is open any more.
fn hear_the_tray(proxy: &EventLoopProxy<Order>) {
    use tray_icon::menu::MenuEvent;
    use tray_icon::{MouseButton, MouseButtonState, TrayIconEvent};
    let told = proxy.clone();
    MenuEvent::set_event_handler(Some(move |event: MenuEvent| {
        tell(&told, Order::Chosen(event.id.0));
    }));
    let told = proxy.clone();
    TrayIconEvent::set_event_handler(Some(move |event: TrayIconEvent| {
        if let TrayIconEvent::Click {
            button: MouseButton::Left,
            button_state: MouseButtonState::Up,
            ..
        } = event
        {
            tell(&told, Order::Clicked);
        }
    }));
}

/// A window that has just come to the front grows to the whole screen only afterwards: so long after a signal the
/// system is asked once more.
const SETTLED: Duration = Duration::from_secs(1);

/// What lives on the loop.
struct Scene {
    proxy: EventLoopProxy<Order>,
    icon: Option<Icon>,
    watched: Option<Watched>,
    look_again: Option<Instant>,
    ended: bool,
}

struct Watched {
    told: watch::Sender<Surroundings>,
    _signals: system::Signals,
}

impl Scene {
    const fn new(proxy: EventLoopProxy<Order>) -> Self {
        Self {
            proxy,
            icon: None,
            watched: None,
            look_again: None,
            ended: false,
        }
    }

    const fn goes_on(&self) -> ControlFlow {
        match self.look_again {
            _ if self.ended => ControlFlow::Exit,
            Some(moment) => ControlFlow::WaitUntil(moment),
            None => ControlFlow::Wait,
        }
    }

    fn hear(&mut self, event: Event<'_, Order>, target: &EventLoopWindowTarget<Order>) {
        match event {
            Event::UserEvent(order) => self.carry_out(order, target),
            Event::NewEvents(StartCause::ResumeTimeReached { .. }) => {
                self.look_again = None;
                self.look();
            }
            // Carillon was opened once more, as by a click on it in the Finder.
            Event::Reopen { .. } => {
                if let Some(icon) = &self.icon {
                    icon.clicked();
                }
            }
            _ => {}
        }
    }

    fn carry_out(&mut self, order: Order, target: &EventLoopWindowTarget<Order>) {
        match order {
            Order::Begin(begin) => self.icon = Some(Icon::new(begin)),
            Order::Show(view, shown) => {
                let Some(icon) = &mut self.icon else { return };
                let called = icon.calls();
                icon.show(*view, shown, pixels(target));
                if called != icon.calls() {
                    system::call_for_attention(icon.calls());
                }
            }
            Order::Chosen(id) => {
                if let Some(icon) = &mut self.icon {
                    icon.chosen(&id);
                }
            }
            Order::Clicked => {
                if let Some(icon) = &self.icon {
                    icon.clicked();
                }
            }
            Order::Watch(told) => {
                self.watched = Some(Watched {
                    told,
                    _signals: system::Signals::begin(&self.proxy),
                });
                self.look();
            }
            Order::Look => {
                self.look();
                self.look_again = Some(Instant::now() + SETTLED);
            }
            Order::WatchWakes(hear) => system::watch_wakes(hear),
            Order::End => {
                self.ended = true;
                self.icon = None;
                self.watched = None;
            }
        }
    }

    fn look(&self) {
        if let Some(watched) = &self.watched {
            let seen: Seen = system::look();
            watched.told.send_if_modified(|known| seen.write(known));
        }
    }
}

/// The tray's place for an icon, in pixels of the first screen.
fn pixels(target: &EventLoopWindowTarget<Order>) -> f64 {
    // SM_CXSMICON at 96 dpi; the height that tray-icon gives an icon in the menu bar.
    let points = if cfg!(target_os = "macos") {
        18.0
    } else {
        16.0
    };
    let scale = target
        .primary_monitor()
        .map_or(1.0, |screen| screen.scale_factor());
    points * scale
}
