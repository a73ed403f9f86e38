//! What a panic means.

use crate::avatars::is_unpacking;
use crate::desktop::sound::is_decoding;

/// From now on a panic ends the process at once: half a resident would look alive and ring for nobody, while a new one
/// goes on where this one was. Only a decoder of sounds or pictures may panic: what it was given is damaged, and nothing else is.
pub fn end_on_panic() {
    let tell = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if !is_decoding() && !is_unpacking() {
            tell(panic);
            std::process::abort();
        }
    }));
}
