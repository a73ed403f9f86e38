//! How WebKit draws the page: in one piece, with the processor, as long as nothing in it needs more.
//!
//! A page that goes through OpenGL costs a third of an open window's memory more where there is no graphics card, and
//! all of the page is composed again for each blink of the caret.

use std::ffi::{CStr, c_char, c_void};

use gtk::glib::translate::{IntoGlib as _, ToGlibPtr as _};
use tracing::warn;
use webkit2gtk::{
    HardwareAccelerationPolicy, Settings, SettingsExt as _, WebView, WebViewExt, ffi,
};

/// By WebKit's name for it: each scrolled box would be a layer of its own, so that OpenGL would be needed at once.
const LAYERS_TO_SCROLL: &CStr = c"AsyncOverflowScrolling";

/// To be called before the view is shown.
pub(crate) fn in_one_piece(view: &WebView) {
    let Some(settings) = WebViewExt::settings(view) else {
        return;
    };
    settings.set_hardware_acceleration_policy(HardwareAccelerationPolicy::OnDemand);
    if !switch_off(&settings, LAYERS_TO_SCROLL) {
        warn!("this WebKit knows no {LAYERS_TO_SCROLL:?}: the window will take more memory");
    }
}

/// Whether there is such a feature. It could be said without `unsafe` by `WebKitFeatureList`, which the bindings do not have.
#[allow(unsafe_code)]
fn switch_off(settings: &Settings, wanted: &CStr) -> bool {
    #[repr(C)]
    struct Features(c_void);
    #[repr(C)]
    struct Feature(c_void);

    unsafe extern "C" {
        fn webkit_settings_get_all_features() -> *mut Features;
        fn webkit_feature_list_get_length(features: *mut Features) -> usize;
        fn webkit_feature_list_get(features: *mut Features, index: usize) -> *mut Feature;
        fn webkit_feature_list_unref(features: *mut Features);
        fn webkit_feature_get_identifier(feature: *mut Feature) -> *const c_char;
        fn webkit_settings_set_feature_enabled(
            settings: *mut ffi::WebKitSettings,
            feature: *mut Feature,
            enabled: gtk::glib::ffi::gboolean,
        );
    }

    // SAFETY: the functions are WebKitGTK's since 2.42, with these types (WebKitFeature.h, WebKitSettings.h). The list
    // is ours until it is given back, and holds its features; a feature's name ends with a zero and lives as long as
    // the feature. `settings` outlives the call.
    unsafe {
        let features = webkit_settings_get_all_features();
        let found = (0..webkit_feature_list_get_length(features))
            .map(|index| webkit_feature_list_get(features, index))
            .find(|feature| CStr::from_ptr(webkit_feature_get_identifier(*feature)) == wanted);
        if let Some(feature) = found {
            let settings = settings.to_glib_none().0;
            webkit_settings_set_feature_enabled(settings, feature, false.into_glib());
        }
        webkit_feature_list_unref(features);
        found.is_some()
    }
}
