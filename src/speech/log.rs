//! whisper.cpp's messages become `tracing` events; nothing reaches stderr.

use std::ffi::{CStr, c_char, c_void};
use std::panic::catch_unwind;
use std::sync::Once;

use whisper_rs::GGMLLogLevel;

static INSTALLED: Once = Once::new();

/// Routes the messages, once a process.
pub(super) fn install() {
    INSTALLED.call_once(|| {
        // SAFETY: `forward` is safe to call from C on any thread: it takes no state and no panic
        // leaves it.
        unsafe { whisper_rs::set_log_callback(Some(forward), std::ptr::null_mut()) }
    });
}

/// Hands one message on. What whisper.cpp calls information is of interest to those who debug it
/// only, so all but faults are traces.
unsafe extern "C" fn forward(level: std::ffi::c_uint, text: *const c_char, _: *mut c_void) {
    if text.is_null() {
        return;
    }
    // A subscriber's panic must not unwind into C.
    let _ = catch_unwind(|| {
        // SAFETY: ggml hands a NUL-ended string that lives through the call.
        let text = unsafe { CStr::from_ptr(text) }.to_string_lossy();
        let text = text.trim();
        match GGMLLogLevel::from(level) {
            _ if text.is_empty() => {}
            GGMLLogLevel::Error => tracing::debug!(target: "whisper", "{text}"),
            _ => tracing::trace!(target: "whisper", "{text}"),
        }
    });
}
