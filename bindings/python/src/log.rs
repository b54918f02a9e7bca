//! What the core logs, handed to Python's `logging` by a dispatcher thread.
//!
//! Whoever logs is a worker, a thread of FFmpeg's or whisper's, or the host's own: none of them may
//! take the GIL for it. So an event becomes a [`Record`] of plain text, which is posted to the
//! dispatcher thread of an engine; that one calls Python. Where no engine is open, there is nobody
//! to tell.

use std::fmt::{Debug, Write as _};
use std::sync::atomic::{AtomicPtr, AtomicU8, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use tracing::field::{Field, Visit};
use tracing::span;
use tracing::subscriber::Interest;
use tracing::{Event, Level, Metadata, Subscriber};
use ytclipper::engine::DispatcherHandle;

use crate::{exit, stay};

/// Records that wait for a dispatcher at most; what comes beyond is left out and counted.
const MOST_WAITING: usize = 1000;
/// The lowest level of Python's that is of interest.
static LEVEL: AtomicU8 = AtomicU8::new(30);
static WAITING: AtomicUsize = AtomicUsize::new(0);
static LEFT_OUT: AtomicUsize = AtomicUsize::new(0);

/// The dispatchers of open engines. The child of a fork gets a new list: the lock of the old one
/// may be held for ever there.
static DISPATCHERS: AtomicPtr<Mutex<Vec<DispatcherHandle>>> = AtomicPtr::new(std::ptr::null_mut());

/// One line of the log.
struct Record {
    level: u8,
    target: &'static str,
    message: String,
    thread: String,
    /// Seconds since the epoch.
    time: f64,
}

/// Installs the log, once a process; in the child of a fork, begins it anew.
pub(crate) fn install() {
    let list = Box::leak(Box::default());
    DISPATCHERS.store(list, Ordering::Release);
    WAITING.store(0, Ordering::Relaxed);
    // Fails where it is installed already.
    let _ = tracing::subscriber::set_global_default(ToPython);
}

/// Adds an engine, whose dispatcher thread tells what is logged.
pub(crate) fn add(dispatcher: DispatcherHandle) {
    with_dispatchers(|all| all.push(dispatcher));
}

/// Sets the lowest level that is told, in Python's numbers.
#[pyfunction]
pub(crate) fn set_log_level(level: u8) {
    LEVEL.store(level, Ordering::Relaxed);
}

fn with_dispatchers<T>(look: impl FnOnce(&mut Vec<DispatcherHandle>) -> T) -> Option<T> {
    // SAFETY: the pointer is null or comes from `Box::leak` in `install`; what is leaked lives on.
    let list = unsafe { DISPATCHERS.load(Ordering::Acquire).as_ref() }?;
    Some(look(&mut list.lock().unwrap_or_else(PoisonError::into_inner)))
}

/// Posts a record to the first engine that is open; forgets those that are not.
fn tell(record: Record) {
    if WAITING.fetch_add(1, Ordering::Relaxed) >= MOST_WAITING {
        WAITING.fetch_sub(1, Ordering::Relaxed);
        LEFT_OUT.fetch_add(1, Ordering::Relaxed);
        return;
    }
    let record = std::sync::Arc::new(record);
    let posted = with_dispatchers(|all| {
        while let Some(dispatcher) = all.first() {
            let record = std::sync::Arc::clone(&record);
            if dispatcher.post(move || deliver(&record)) {
                return true;
            }
            all.remove(0);
        }
        false
    });
    if posted != Some(true) {
        WAITING.fetch_sub(1, Ordering::Relaxed);
    }
}

/// On the dispatcher thread.
fn deliver(record: &Record) {
    WAITING.fetch_sub(1, Ordering::Relaxed);
    let left_out = LEFT_OUT.swap(0, Ordering::Relaxed);
    exit::call_python(|py| {
        if let Err(error) = emit(py, record, left_out) {
            stay::tell_unraisable(py, error, None);
        }
    });
}

fn emit(py: Python<'_>, record: &Record, left_out: usize) -> PyResult<()> {
    static EMIT: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let emit = EMIT.import(py, "ytclipper_rs._log", "emit")?;
    let arguments = (record.level, record.target, &record.message, &record.thread, record.time, left_out);
    stay::call(emit, &arguments.into_pyobject(py)?)
}

/// Python's number of a level.
fn number(level: Level) -> u8 {
    match level {
        Level::TRACE => 5,
        Level::DEBUG => 10,
        Level::INFO => 20,
        Level::WARN => 30,
        Level::ERROR => 40,
    }
}

/// Takes the events of the core's own and of whisper.cpp; spans and other crates' it leaves alone.
struct ToPython;

impl Subscriber for ToPython {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        let target = metadata.target();
        let ours = metadata.is_event() && (target.starts_with("ytclipper") || target == "whisper");
        // The level may change, so that each event is asked about.
        if ours { Interest::sometimes() } else { Interest::never() }
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_event() && number(*metadata.level()) >= LEVEL.load(Ordering::Relaxed)
    }

    fn event(&self, event: &Event<'_>) {
        let mut text = Text::default();
        event.record(&mut text);
        let metadata = event.metadata();
        tell(Record {
            level: number(*metadata.level()),
            target: metadata.target(),
            message: text.message + &text.fields,
            thread: std::thread::current().name().unwrap_or("unnamed").to_owned(),
            time: SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64()),
        });
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

/// An event as a line: its message, then its fields as `name=value`.
#[derive(Default)]
struct Text {
    message: String,
    fields: String,
}

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        // Writing to a string does not fail.
        let _ = match field.name() {
            "message" => write!(self.message, "{value:?}"),
            name => write!(self.fields, " {name}={value:?}"),
        };
    }
}
