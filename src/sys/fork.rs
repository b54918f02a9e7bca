//! Looking at something from a forked child, for tests.

/// Longest life of a child, in seconds; the kernel ends one that hangs.
const LIMIT_S: u32 = 20;

/// After how many seconds a child counts as hung that is expected to hang.
const HUNG_S: u32 = 2;

/// Whether `check` returns and holds in a forked child.
pub fn holds_in_child(check: impl FnOnce() -> bool) -> bool {
    status_of_child(LIMIT_S, check) == Some(0)
}

/// Whether `call` does not return in a forked child.
pub fn hangs_in_child<T>(call: impl FnOnce() -> T) -> bool {
    let status = status_of_child(HUNG_S, || {
        call();
        true
    });
    status.is_some_and(|status| libc::WIFSIGNALED(status) && libc::WTERMSIG(status) == libc::SIGALRM)
}

fn status_of_child(limit_s: u32, check: impl FnOnce() -> bool) -> Option<libc::c_int> {
    // SAFETY: the child only runs `check` and leaves by `_exit`. glibc keeps its allocator usable
    // in a child of a process with threads.
    let child = unsafe { libc::fork() };
    assert!(child >= 0, "fork failed");
    if child == 0 {
        // SAFETY: sets a timer of this process.
        unsafe { libc::alarm(limit_s) };
        let held = std::panic::catch_unwind(std::panic::AssertUnwindSafe(check)).unwrap_or(false);
        // SAFETY: ends the child without running what belongs to the parent.
        unsafe { libc::_exit(i32::from(!held)) };
    }
    let mut status = 0;
    // SAFETY: `child` is ours and `status` outlives the call.
    let waited = unsafe { libc::waitpid(child, &raw mut status, 0) };
    (waited == child).then_some(status)
}
