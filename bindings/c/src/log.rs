//! The library's messages for the host.

use std::ffi::{CString, c_char, c_void};
use std::fmt::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::Interest;
use tracing::{Event, Level, Metadata, Subscriber, callsite};
use ytclipper::Error;

use crate::boundary::{Out, boundary, guarded};
use crate::callbacks::{Userdata, ytc_free_fn};
use crate::error::ytc_error;
use crate::handle;
use crate::status::{Fault, ytc_status};
use crate::text;

/// How grave a message is.
///
/// Since: 0.1
#[repr(i32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ytc_log_level {
    /// Nothing, for `ytc_set_log`.
    Off = 0,
    /// Something went wrong.
    Error = 1,
    /// Something is not as it should be.
    Warn = 2,
    /// What is being done.
    Info = 3,
    /// What helps to find faults.
    Debug = 4,
    /// Everything, that of whisper.cpp included.
    Trace = 5,
}

/// Handed a message of the library: its level, where it comes from, and what it says. The texts are
/// UTF-8 and live until the function returns.
///
/// Since: 0.1
pub type ytc_log_fn = Option<
    unsafe extern "C" fn(
        userdata: *mut c_void,
        level: ytc_log_level,
        target: *const c_char,
        message: *const c_char,
    ),
>;

/// The host's function.
pub(crate) struct Sink {
    call: unsafe extern "C" fn(*mut c_void, ytc_log_level, *const c_char, *const c_char),
    userdata: Userdata,
}

static LEVEL: AtomicU8 = AtomicU8::new(0);

/// Hands the library's messages to a function, in place of the one before. Without one, the library
/// says nothing; it never writes to the standard streams but for the report of a panic. In a child
/// of a fork it says nothing until this is called there.
///
/// - `max_level`: the last `ytc_log_level` that is wanted; `YTC_LOG_LEVEL_OFF` for none.
/// - `callback`: the function, or NULL for none. It is called on any thread of the library, also
///   two at once and under its locks: it must be quick, and must not call this library.
/// - `userdata`: handed to `callback` as it is.
/// - `userdata_free`: called exactly once with `userdata`, after the last call of `callback`, also
///   where this call fails; or NULL.
/// - `error`: receives why it failed, or NULL if that is not wanted.
///
/// Returns: `YTC_STATUS_OK`, else the status of `error`.
/// Ownership: `userdata` belongs to the library until `userdata_free`.
/// Thread: any but inside `callback`.
/// Errors: `YTC_STATUS_INVALID_ARGUMENT`; `YTC_STATUS_INTERNAL` where a program that links the static
/// library has another subscriber of Rust's `tracing`.
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ytc_set_log(
    max_level: i32,
    callback: ytc_log_fn,
    userdata: *mut c_void,
    userdata_free: ytc_free_fn,
    error: *mut *mut ytc_error,
) -> ytc_status {
    // SAFETY: the host passes NULL or a pointer that may be written to.
    let error = unsafe { Out::handle(error) };
    let userdata = Userdata::new(userdata, userdata_free);
    boundary("ytc_set_log", error, move || {
        let level = u8::try_from(max_level).ok().filter(|level| *level <= 5);
        let level = level.ok_or_else(|| Fault::argument("max_level", "is no ytc_log_level"))?;
        let sink = callback.map(|call| Arc::new(Sink { call, userdata }));
        let mut place = handle::log_sink();
        install()?;
        LEVEL.store(if sink.is_some() { level } else { 0 }, Ordering::Relaxed);
        let before = std::mem::replace(&mut *place, sink);
        drop(place);
        callsite::rebuild_interest_cache();
        drop(before);
        Ok(())
    })
}

/// Puts our subscriber into its place, once. The caller holds the lock of the sink.
fn install() -> Result<(), Fault> {
    static INSTALLED: AtomicBool = AtomicBool::new(false);
    if !INSTALLED.load(Ordering::Acquire) {
        tracing::subscriber::set_global_default(Forwarder)
            .map_err(|error| Error::internal(format!("cannot log: {error}")))?;
        INSTALLED.store(true, Ordering::Release);
    }
    Ok(())
}

/// Turns the core's events into calls of the host's function.
struct Forwarder;

fn number(level: Level) -> u8 {
    match level {
        Level::ERROR => 1,
        Level::WARN => 2,
        Level::INFO => 3,
        Level::DEBUG => 4,
        Level::TRACE => 5,
    }
}

fn named(level: Level) -> ytc_log_level {
    match level {
        Level::ERROR => ytc_log_level::Error,
        Level::WARN => ytc_log_level::Warn,
        Level::INFO => ytc_log_level::Info,
        Level::DEBUG => ytc_log_level::Debug,
        Level::TRACE => ytc_log_level::Trace,
    }
}

impl Subscriber for Forwarder {
    fn register_callsite(&self, _: &'static Metadata<'static>) -> Interest {
        Interest::sometimes()
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_event() && number(*metadata.level()) <= LEVEL.load(Ordering::Relaxed)
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        let level = [Level::ERROR, Level::WARN, Level::INFO, Level::DEBUG, Level::TRACE]
            .into_iter()
            .find(|level| number(*level) == LEVEL.load(Ordering::Relaxed));
        Some(level.map_or(LevelFilter::OFF, LevelFilter::from_level))
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let sink = handle::log_sink().clone();
        if let Some(sink) = sink {
            // A panic on the way must not reach the thread that had something to say.
            let _ = guarded("on_log", || sink.tell(event));
        }
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

impl Sink {
    fn tell(&self, event: &Event<'_>) {
        let mut line = Line::default();
        event.record(&mut line);
        let target: CString = text::to_c(event.metadata().target());
        let message = text::to_c(&(line.message + &line.fields));
        let level = named(*event.metadata().level());
        // SAFETY: the host's function keeps its contract; both texts live through the call.
        unsafe { (self.call)(self.userdata.pointer(), level, target.as_ptr(), message.as_ptr()) }
    }
}

/// An event's message, and its other fields behind it.
#[derive(Default)]
struct Line {
    message: String,
    fields: String,
}

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        // Writing to a string does not fail.
        let _ = if field.name() == "message" {
            write!(self.message, "{value:?}")
        } else {
            write!(self.fields, " {}={value:?}", field.name())
        };
    }
}
