//! What Windows says, and what it is asked for.

use super::stage::{Order, tell};
use crate::desktop::surroundings::{Seen, of_windows};
use crate::desktop::wake::{Heard, before_sleep};
use std::cell::RefCell;
use std::ffi::c_void;
use std::sync::OnceLock;
use std::time::Duration;
use tao::event_loop::EventLoopProxy;
use tokio::sync::mpsc;
use windows_sys::Win32::Foundation::HWND;
use windows_sys::Win32::NetworkManagement::IpHelper::{
    MIB_NOTIFICATION_TYPE, MIB_UNICASTIPADDRESS_ROW, MibAddInstance, MibDeleteInstance,
    NotifyUnicastIpAddressChange,
};
use windows_sys::Win32::Networking::WinSock::AF_UNSPEC;
use windows_sys::Win32::System::Console::{FreeConsole, GetConsoleProcessList};
use windows_sys::Win32::System::Power::{
    DEVICE_NOTIFY_SUBSCRIBE_PARAMETERS, PowerRegisterSuspendResumeNotification,
};
use windows_sys::Win32::System::SystemInformation::GetTickCount;
use windows_sys::Win32::UI::Accessibility::{HWINEVENTHOOK, SetWinEventHook, UnhookWinEvent};
use windows_sys::Win32::UI::Input::KeyboardAndMouse::{GetLastInputInfo, LASTINPUTINFO};
use windows_sys::Win32::UI::Shell::SHQueryUserNotificationState;
use windows_sys::Win32::UI::WindowsAndMessaging::{
    ASFW_ANY, AllowSetForegroundWindow, DEVICE_NOTIFY_CALLBACK, EVENT_SYSTEM_DESKTOPSWITCH,
    EVENT_SYSTEM_FOREGROUND, PBT_APMRESUMEAUTOMATIC, PBT_APMSUSPEND, WINEVENT_OUTOFCONTEXT,
};

/// The key under which Windows keeps what it must know of an app to show its popups. A program without a package
/// that does not stand there is shown none.
const APP: &str = r"Software\Classes\AppUserModelId\im.carillon.Carillon";

/// Tells Windows the name that stands over popups.
pub(super) fn name_the_app() {
    let named = windows_registry::CURRENT_USER
        .create(APP)
        .and_then(|key| key.set_string("DisplayName", "Carillon"));
    if let Err(error) = named {
        tracing::warn!(%error, "Windows does not know Carillon's name, and may show no popups");
    }
}

/// See [`super::let_come_forward`].
pub(super) fn let_come_forward(process: Option<u32>) {
    // SAFETY: takes a number and keeps nothing.
    let allowed = unsafe { AllowSetForegroundWindow(process.unwrap_or(ASFW_ANY)) };
    if allowed == 0 {
        // Another program has had the user's last input: then its window stays in front, and the taskbar flashes.
        tracing::debug!("Windows does not let the window come to the front");
    }
}

/// See [`super::leave_own_console`].
pub(super) fn leave_own_console() {
    let mut one = [0_u32; 1];
    // SAFETY: writes at most one number into the place for one; freeing a console that is not there only fails.
    unsafe {
        if GetConsoleProcessList(one.as_mut_ptr(), 1) == 1 {
            FreeConsole();
        }
    }
}

/// Here an open window flashes by itself, and without one the icon in the tray blinks.
pub(super) const fn call_for_attention(_on: bool) {}

/// What Windows says of its user now.
pub(super) fn look() -> Seen {
    let mut state = 0;
    // SAFETY: writes one number into a place of our own.
    let done = unsafe { SHQueryUserNotificationState(&raw mut state) };
    of_windows((done >= 0).then_some(state))
}

/// For how long there has been no input.
#[expect(
    clippy::cast_possible_truncation,
    reason = "the size of a small structure"
)]
pub(crate) fn idle_for() -> Option<Duration> {
    let mut last = LASTINPUTINFO {
        cbSize: size_of::<LASTINPUTINFO>() as u32,
        dwTime: 0,
    };
    // SAFETY: fills a structure of our own that tells its size; the second takes and keeps nothing.
    let (told, now) = unsafe { (GetLastInputInfo(&raw mut last), GetTickCount()) };
    // The counter begins anew every 49.7 days.
    (told != 0).then(|| Duration::from_millis(now.wrapping_sub(last.dwTime).into()))
}

thread_local! {
    /// A hook's callback is given nothing of ours; it is called on the thread that set the hook.
    static TOLD: RefCell<Option<EventLoopProxy<Order>>> = const { RefCell::new(None) };
}

/// Windows tells when it may say something else of its user: another window comes to the front (one on the whole
/// screen, or the panel in which Do Not Disturb was switched), or another desktop (locked, unlocked).
pub(super) struct Signals {
    hooks: [HWINEVENTHOOK; 2],
}

impl Signals {
    pub(super) fn begin(proxy: &EventLoopProxy<Order>) -> Self {
        TOLD.set(Some(proxy.clone()));
        let hooks = [EVENT_SYSTEM_FOREGROUND, EVENT_SYSTEM_DESKTOPSWITCH].map(|event| {
            // SAFETY: the callback is a function of this program, which lives as long as it; out of context it is
            // called by this thread's own message loop.
            unsafe {
                SetWinEventHook(
                    event,
                    event,
                    std::ptr::null_mut(),
                    Some(changed),
                    0,
                    0,
                    WINEVENT_OUTOFCONTEXT,
                )
            }
        });
        Self { hooks }
    }
}

impl Drop for Signals {
    fn drop(&mut self) {
        for hook in self.hooks {
            // SAFETY: a hook of this thread, or null, which is refused.
            unsafe { UnhookWinEvent(hook) };
        }
        TOLD.set(None);
    }
}

unsafe extern "system" fn changed(
    _hook: HWINEVENTHOOK,
    _event: u32,
    _window: HWND,
    _object: i32,
    _child: i32,
    _thread: u32,
    _time: u32,
) {
    TOLD.with_borrow(|told| {
        if let Some(proxy) = told {
            tell(proxy, Order::Look);
        }
    });
}

/// The callbacks are called on threads of Windows' own.
static WAKES: OnceLock<mpsc::UnboundedSender<Heard>> = OnceLock::new();

fn hear(what: Heard) {
    if let Some(hear) = WAKES.get() {
        // Nobody listens any more once the resident ends.
        let _ = hear.send(what);
    }
}

/// Has Windows tell when the computer is about to sleep and when it has woken, and when an address of its comes or goes.
pub(super) fn watch_wakes(hear: mpsc::UnboundedSender<Heard>) {
    if WAKES.set(hear).is_err() {
        return;
    }
    let recipient = Box::leak(Box::new(DEVICE_NOTIFY_SUBSCRIBE_PARAMETERS {
        Callback: Some(power_changed),
        Context: std::ptr::null_mut(),
    }));
    let (mut power, mut addresses) = (std::ptr::null_mut(), std::ptr::null_mut());
    // SAFETY: the callbacks are functions of this program, which lives as long as it, as does the recipient; the
    // handles are written into places of our own, and never taken back.
    let refused = unsafe {
        [
            PowerRegisterSuspendResumeNotification(
                DEVICE_NOTIFY_CALLBACK,
                (&raw mut *recipient).cast(),
                &raw mut power,
            ),
            NotifyUnicastIpAddressChange(
                AF_UNSPEC,
                Some(address_changed),
                std::ptr::null(),
                false,
                &raw mut addresses,
            ),
        ]
    };
    if refused != [0, 0] {
        tracing::debug!(?refused, "Windows does not tell of sleep or networks");
    }
}

unsafe extern "system" fn power_changed(
    _context: *const c_void,
    what: u32,
    _setting: *const c_void,
) -> u32 {
    match what {
        // It waits for two seconds until this returns.
        PBT_APMSUSPEND => {
            if let Some(hear) = WAKES.get() {
                before_sleep(hear);
            }
        }
        PBT_APMRESUMEAUTOMATIC => hear(Heard::Woke),
        _ => {}
    }
    0
}

/// A lifetime that is renewed is no change.
unsafe extern "system" fn address_changed(
    _context: *const c_void,
    _row: *const MIB_UNICASTIPADDRESS_ROW,
    what: MIB_NOTIFICATION_TYPE,
) {
    if what == MibAddInstance || what == MibDeleteInstance {
        hear(Heard::Network);
    }
}
