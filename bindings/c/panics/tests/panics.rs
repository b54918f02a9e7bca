//! No panic crosses the border: one is planted in every export and callback, one after the other.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::collections::BTreeSet;
use std::ffi::{CStr, c_char, c_void};
use std::ptr::{null, null_mut};
use std::sync::atomic::{AtomicUsize, Ordering};

use ytclipper_c_panics::*;

#[path = "../../../../tests/rust/support/proof.rs"]
mod proof;

const HEADER: &str = include_str!("../../../../include/ytclipper.h");

/// Runs an export with a panic planted in it, and gives its status back.
type Call = fn(error: *mut *mut ytc_error) -> ytc_status;

/// Each export that returns a status. NULL will do: the panic comes before anything is looked at.
fn exports() -> Vec<(&'static str, Call)> {
    macro_rules! calls {
        ($($name:ident($($argument:expr),*)),* $(,)?) => {
            // SAFETY: NULL is allowed everywhere, and the error may be written to.
            vec![$((stringify!($name), (|error| unsafe { $name($($argument,)* error) }) as Call)),*]
        };
    }
    calls![
        ytc_engine_new(null(), null_mut()),
        ytc_engine_shutdown(null_mut(), 0, 0.0),
        ytc_engine_stats(null(), null_mut()),
        ytc_engine_submit(null_mut(), null(), null(), null_mut()),
        ytc_engine_submit_with(null_mut(), null(), null(), null(), null_mut()),
        ytc_engine_pause(null_mut()),
        ytc_engine_resume(null_mut()),
        ytc_engine_metrics(null(), null_mut()),
        ytc_engine_job(null_mut(), 0, null_mut()),
        ytc_engine_event_fd(null_mut(), null_mut()),
        ytc_engine_next_event(null_mut(), null_mut()),
        ytc_job_state(null(), null_mut()),
        ytc_job_poll(null(), null_mut()),
        ytc_job_progress(null(), null_mut()),
        ytc_job_events(null(), 0, null_mut()),
        ytc_job_wait(null(), 0.0),
        ytc_job_result(null(), null_mut()),
        ytc_job_error(null(), null_mut()),
        ytc_job_cancel(null_mut(), null_mut()),
        ytc_job_subscribe(null_mut(), 0, null(), null_mut()),
        ytc_capabilities(null(), null_mut()),
        ytc_spec_check(null(), null_mut()),
        ytc_set_log(0, None, null_mut(), None),
        ytc_probe(null_mut(), null(), null(), null_mut()),
        ytc_download(null_mut(), null(), null(), null(), null(), null_mut()),
        ytc_transcribe(null_mut(), null(), null(), null(), null(), null(), null_mut()),
        ytc_clip(null_mut(), null(), 0.0, 1.0, null(), null(), null(), null_mut()),
        ytc_stitch(null_mut(), null(), null(), 0, null(), 0.0, null(), null(), null_mut()),
        ytc_reframe(null_mut(), null(), null(), null(), null(), null(), null_mut()),
        ytc_burn_captions(null_mut(), null(), null(), null(), null(), null(), null(), null_mut()),
        ytc_watermark(null_mut(), null(), null(), null(), null(), null(), null_mut()),
        ytc_process(null_mut(), null(), null(), null(), null(), null(), null_mut()),
    ]
}

/// Runs an export without an `error`, and tells whether it answered as it does after a panic.
type Ask = fn() -> bool;

/// Each of these exports.
#[allow(clippy::cmp_null, reason = "one comparison for pointers and numbers")]
fn plain_exports() -> Vec<(&'static str, Ask)> {
    macro_rules! calls {
        ($($name:ident($($argument:expr),*) == $answer:expr),* $(,)?) => {
            // SAFETY: NULL is allowed everywhere.
            vec![$((stringify!($name), (|| unsafe { $name($($argument),*) == $answer }) as Ask)),*]
        };
    }
    calls![
        ytc_version() == null(),
        ytc_status_name(0) == null(),
        ytc_string_free(null_mut()) == ytc_status::Internal,
        ytc_engine_free(null_mut()) == ytc_status::Internal,
        ytc_job_free(null_mut()) == ytc_status::Internal,
        ytc_subscription_free(null_mut()) == ytc_status::Internal,
        ytc_result_free(null_mut()) == ytc_status::Internal,
        ytc_error_free(null_mut()) == ytc_status::Internal,
        ytc_error_status(null()) == ytc_status::InvalidHandle,
        ytc_error_message(null()) == null(),
        ytc_error_stage(null()) == null(),
        ytc_error_context(null(), null()) == null(),
        ytc_error_json(null()) == null(),
        ytc_job_id(null()) == 0,
        ytc_job_kind(null()) == null(),
        ytc_result_json(null()) == null(),
        ytc_result_output_count(null()) == 0,
        ytc_result_output(null(), 0) == null(),
        ytc_result_text(null()) == null(),
        ytc_result_duration(null()) == 0.0,
    ]
}

/// Names of the functions that the header declares.
fn declared() -> BTreeSet<&'static str> {
    let code = HEADER.lines().filter(|line| !line.starts_with([' ', '*', '/', '#', '}', '{']));
    let names = code.filter(|line| !line.starts_with("typedef") && line.contains('(')).filter_map(|line| {
        let before = line.split('(').next()?;
        Some(&before[before.rfind("ytc_")?..])
    });
    names.collect()
}

fn message(error: *mut ytc_error) -> String {
    // SAFETY: the error is live, and so is its text.
    unsafe { CStr::from_ptr(ytc_error_message(error)).to_str().unwrap().to_owned() }
}

fn no_panic_leaves_an_export() {
    for (name, call) in exports() {
        failpoint::arm(name);
        let mut error = null_mut();
        assert_eq!(call(&raw mut error), ytc_status::Internal, "{name}");
        assert_eq!(message(error), format!("{name} panicked: failpoint {name}"));
        // SAFETY: the error is live.
        assert_eq!(unsafe { ytc_error_free(error) }, ytc_status::Ok);
        let mut error = null_mut();
        call(&raw mut error);
        assert!(error.is_null() || !message(error).contains("panicked"), "{name} panics no more");
        // SAFETY: the error is live, or NULL.
        unsafe { ytc_error_free(error) };
    }
    for (name, call) in plain_exports() {
        failpoint::arm(name);
        assert!(call(), "{name}");
    }
}

static DONE: AtomicUsize = AtomicUsize::new(0);
static FREED: AtomicUsize = AtomicUsize::new(0);
static LOGGED: AtomicUsize = AtomicUsize::new(0);

unsafe extern "C" fn on_progress(_: *mut c_void, _: *mut ytc_job, _: *const ytc_progress) {}

unsafe extern "C" fn on_done(_: *mut c_void, _: *mut ytc_job) {
    DONE.fetch_add(1, Ordering::SeqCst);
}

unsafe extern "C" fn on_free(_: *mut c_void) {
    FREED.fetch_add(1, Ordering::SeqCst);
}

unsafe extern "C" fn on_log(_: *mut c_void, _: ytc_log_level, _: *const c_char, _: *const c_char) {
    LOGGED.fetch_add(1, Ordering::SeqCst);
}

/// Runs a job that fails, on an engine of its own, with panics planted in callbacks; returns the
/// status of the job.
fn job_with_panics_in(callbacks: &[&str]) -> ytc_status {
    for callback in callbacks {
        failpoint::arm(callback);
    }
    let callbacks = ytc_callbacks {
        on_progress: Some(on_progress),
        on_done: Some(on_done),
        userdata: null_mut(),
        userdata_free: Some(on_free),
    };
    let (mut engine, mut job, mut result, mut error) = (null_mut(), null_mut(), null_mut(), null_mut());
    // SAFETY: all outputs may be written to, and what they give is live.
    unsafe {
        assert_eq!(ytc_engine_new(null(), &raw mut engine, &raw mut error), ytc_status::Ok);
        let submitted =
            ytc_probe(engine, c"/nonexistent".as_ptr(), &raw const callbacks, &raw mut job, &raw mut error);
        assert_eq!(submitted, ytc_status::Ok);
        assert_eq!(ytc_engine_shutdown(engine, 0, -1.0, null_mut()), ytc_status::Ok);
        let status = ytc_job_result(job, &raw mut result, null_mut());
        ytc_job_free(job);
        ytc_engine_free(engine);
        status
    }
}

fn no_panic_in_a_callback_changes_the_job() {
    // SAFETY: the function may be called at any time.
    unsafe { ytc_set_log(5, Some(on_log), null_mut(), Some(on_free), null_mut()) };
    // The dispatcher logs a panic of a callback, and so the log is called.
    let rounds: [&[&str]; 4] =
        [&["on_progress"], &["on_progress", "on_log"], &["userdata_free"], &["on_done"]];
    for (round, callbacks) in rounds.into_iter().enumerate() {
        assert_eq!(job_with_panics_in(callbacks), ytc_status::NotFound, "{callbacks:?}");
        assert_eq!(FREED.load(Ordering::SeqCst), round + 1, "{callbacks:?}: userdata is freed once");
        let done = if callbacks == ["on_done"] { round } else { round + 1 };
        assert_eq!(DONE.load(Ordering::SeqCst), done, "{callbacks:?}");
    }
    assert!(LOGGED.load(Ordering::SeqCst) > 0, "the dispatcher reports panics of callbacks");
    // SAFETY: NULL is allowed.
    unsafe { ytc_set_log(0, None, null_mut(), None, null_mut()) };
    assert_eq!(FREED.load(Ordering::SeqCst), 5);
}

/// One test, because failpoints are the process's.
#[test]
fn no_panic_crosses_the_border_and_none_is_left_out() {
    std::panic::set_hook(Box::new(|_| {}));
    no_panic_leaves_an_export();
    no_panic_in_a_callback_changes_the_job();
    let _ = std::panic::take_hook();

    let called: BTreeSet<_> = exports()
        .into_iter()
        .map(|(name, _)| name)
        .chain(plain_exports().into_iter().map(|(name, _)| name))
        .collect();
    assert_eq!(called, declared(), "the test and the header differ");
    let callbacks = ["on_done", "on_log", "on_progress", "userdata_free"];
    let expected: BTreeSet<_> = called.iter().copied().chain(callbacks).collect();
    assert_eq!(failpoint::hits(), expected, "not every failpoint was hit");
    let (exports, all) = (called.len(), declared().len());
    let found = format!(
        "a panic in {exports} exports and {} callbacks, each told as it should be, the process lives",
        callbacks.len()
    );
    proof::tell(10, &found, &format!("the header's {all} exports, all"), exports == all);
}

extern "C" fn without_boundary() {
    panic!("planted");
}

/// What keeps the test above honest.
#[test]
fn a_panic_that_no_boundary_catches_ends_the_process() {
    const CHILD: &str = "YTC_TEST_WITHOUT_BOUNDARY";
    if std::env::var_os(CHILD).is_some() {
        return without_boundary();
    }
    let mut child = std::process::Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "a_panic_that_no_boundary_catches_ends_the_process"]).env(CHILD, "1");
    let status =
        child.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null()).status().unwrap();
    assert_eq!(std::os::unix::process::ExitStatusExt::signal(&status), Some(6), "{status}");
}
