//! What macOS says, and what it is asked for.

use super::stage::{Order, tell};
use crate::desktop::surroundings::Seen;
use crate::desktop::wake::{Heard, before_sleep};
use block2::RcBlock;
use carillon_core::alerts::Known;
use objc2::MainThreadMarker;
use objc2::rc::Retained;
use objc2::runtime::{NSObjectProtocol, ProtocolObject};
use objc2_app_kit::{
    NSApplication, NSApplicationPresentationOptions, NSRequestUserAttentionType, NSWorkspace,
    NSWorkspaceActiveSpaceDidChangeNotification, NSWorkspaceDidActivateApplicationNotification,
    NSWorkspaceDidWakeNotification, NSWorkspaceWillSleepNotification,
};
use objc2_core_foundation::CFString;
use objc2_core_graphics::{
    CGEventSource, CGEventSourceStateID, CGEventType, CGSessionCopyCurrentDictionary,
};
use objc2_foundation::{
    NSDistributedNotificationCenter, NSNotification, NSNotificationCenter, NSString,
};
use std::ptr::NonNull;
use std::time::Duration;
use system_configuration::core_foundation::array::CFArray;
use system_configuration::core_foundation::runloop::{CFRunLoop, kCFRunLoopCommonModes};
use system_configuration::core_foundation::string::CFString as Key;
use system_configuration::dynamic_store::{
    SCDynamicStore, SCDynamicStoreBuilder, SCDynamicStoreCallBackContext,
};
use tao::event_loop::EventLoopProxy;
use tokio::sync::mpsc;

/// Popups carry the name and the icon of the bundle with this id.
pub(super) fn name_the_app() {
    if let Err(error) = notify_rust::set_application("im.carillon.Carillon") {
        // Outside a bundle, as a developer runs it.
        tracing::debug!(%error, "popups carry another name");
    }
}

/// Bounces the Dock's icon, where there is one, until something of Carillon's is brought to the front.
pub(super) fn call_for_attention(on: bool) {
    let Some(thread) = MainThreadMarker::new() else {
        return;
    };
    if on {
        let app = NSApplication::sharedApplication(thread);
        // What this answers would take the call back; macOS does so itself as soon as the user comes.
        app.requestUserAttention(NSRequestUserAttentionType::CriticalRequest);
    }
}

/// What macOS says of its user now. Focus it tells nobody: its notification centre heeds it by itself.
pub(super) fn look() -> Seen {
    Seen {
        do_not_disturb: Known::Unknown,
        locked: locked(),
        full_screen: full_screen(),
    }
}

/// The key is there only while the screen is locked.
fn locked() -> Known {
    let Some(session) = CGSessionCopyCurrentDictionary() else {
        return Known::Unknown;
    };
    let key = CFString::from_static_str("CGSSessionScreenIsLocked");
    let key: *const CFString = &*key;
    // SAFETY: a dictionary with strings for keys, which compares the key by what it points to.
    known(unsafe { session.contains_ptr_key(key.cast()) })
}

/// Whoever is in front has put the menu bar away, as an app on the whole screen does.
fn full_screen() -> Known {
    let Some(thread) = MainThreadMarker::new() else {
        return Known::Unknown;
    };
    let options = NSApplication::sharedApplication(thread).currentSystemPresentationOptions();
    let whole = NSApplicationPresentationOptions::FullScreen
        | NSApplicationPresentationOptions::HideMenuBar;
    known(options.intersects(whole))
}

const fn known(is: bool) -> Known {
    if is { Known::Yes } else { Known::No }
}

/// For how long there has been no input.
pub(crate) fn idle_for() -> Option<Duration> {
    let any_input = CGEventType(u32::MAX);
    let seconds = CGEventSource::seconds_since_last_event_type(
        CGEventSourceStateID::CombinedSessionState,
        any_input,
    );
    Duration::try_from_secs_f64(seconds).ok()
}

/// Has macOS tell when the computer is about to sleep, when it has woken, and when its network changes.
pub(super) fn watch_wakes(hear: mpsc::UnboundedSender<Heard>) {
    watch_network(hear.clone());
    let center = NSWorkspace::sharedWorkspace().notificationCenter();
    let woken = {
        let hear = hear.clone();
        RcBlock::new(move |_: NonNull<NSNotification>| {
            // Nobody listens any more once the resident ends.
            let _ = hear.send(Heard::Woke);
        })
    };
    // It sleeps when everybody who was told has returned, and waits for half a minute.
    let sleeps = RcBlock::new(move |_: NonNull<NSNotification>| before_sleep(&hear));
    // SAFETY: constants of AppKit. No object and no queue are named; the blocks may be called from any thread. The
    // center keeps what it gives here, and it is never taken back.
    unsafe {
        for (name, block) in [
            (NSWorkspaceDidWakeNotification, &woken),
            (NSWorkspaceWillSleepNotification, &sleeps),
        ] {
            center.addObserverForName_object_queue_usingBlock(Some(name), None, None, block);
        }
    }
}

/// What configd keeps of the way into the network: it changes with the default route and its address.
const WAYS: &str = "State:/Network/Global/IPv[46]";

/// Has macOS tell, on this thread's loop, when the way into the network is another one.
fn watch_network(hear: mpsc::UnboundedSender<Heard>) {
    let store = SCDynamicStoreBuilder::new("Carillon")
        .callback_context(SCDynamicStoreCallBackContext {
            callout: network_changed,
            info: hear,
        })
        .build();
    let watched = store.and_then(|store| {
        let nothing = CFArray::from_CFTypes(&[] as &[Key]);
        let ways = CFArray::from_CFTypes(&[Key::from_static_string(WAYS)]);
        let told = store.set_notification_keys(&nothing, &ways);
        told.then(|| store.create_run_loop_source()).flatten()
    });
    let Some(source) = watched else {
        return tracing::debug!("macOS does not tell of networks");
    };
    // SAFETY: a constant of Core Foundation.
    let modes = unsafe { kCFRunLoopCommonModes };
    // The loop keeps the source, and the source the store.
    CFRunLoop::get_current().add_source(&source, modes);
}

#[expect(clippy::needless_pass_by_value, reason = "the shape of a callback")]
fn network_changed(
    _store: SCDynamicStore,
    _keys: CFArray<Key>,
    hear: &mut mpsc::UnboundedSender<Heard>,
) {
    // Nobody listens any more once the resident ends.
    let _ = hear.send(Heard::Network);
}

type Observer = Retained<ProtocolObject<dyn NSObjectProtocol>>;

/// macOS tells when it may say something else of its user: the screen is locked or unlocked, another space or
/// another app comes to the front.
pub(super) struct Signals {
    observers: Vec<(Retained<NSNotificationCenter>, Observer)>,
}

impl Signals {
    pub(super) fn begin(proxy: &EventLoopProxy<Order>) -> Self {
        let spaces = NSWorkspace::sharedWorkspace().notificationCenter();
        let all = NSDistributedNotificationCenter::defaultCenter().into_super();
        let locks =
            ["com.apple.screenIsLocked", "com.apple.screenIsUnlocked"].map(NSString::from_str);
        // SAFETY: constants of AppKit.
        let moves = unsafe {
            [
                NSWorkspaceActiveSpaceDidChangeNotification,
                NSWorkspaceDidActivateApplicationNotification,
            ]
        };
        let observers = moves
            .into_iter()
            .map(|name| (spaces.clone(), observe(&spaces, name, proxy)))
            .chain(
                locks
                    .iter()
                    .map(|name| (all.clone(), observe(&all, name, proxy))),
            )
            .collect();
        Self { observers }
    }
}

impl Drop for Signals {
    fn drop(&mut self) {
        for (center, observer) in &self.observers {
            let observer: &ProtocolObject<dyn NSObjectProtocol> = observer;
            // SAFETY: what this center gave for the observer.
            unsafe { center.removeObserver(observer.as_ref()) };
        }
    }
}

fn observe(
    center: &NSNotificationCenter,
    name: &NSString,
    proxy: &EventLoopProxy<Order>,
) -> Observer {
    let proxy = proxy.clone();
    let block = RcBlock::new(move |_: NonNull<NSNotification>| tell(&proxy, Order::Look));
    // SAFETY: no object and no queue are named; the block may be called from any thread.
    unsafe { center.addObserverForName_object_queue_usingBlock(Some(name), None, None, &block) }
}
