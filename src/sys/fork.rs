//! Looking at something from a forked child, for tests.

/// Longest life of a child, in seconds; the kernel ends one that hangs.
const LIMIT_S: u32 = 20;

/// Whether `check` returns and holds in a forked child.
pub fn holds_in_child(check: impl FnOnce() -> bool) -> bool {
    // SAFETY: the child only runs `check` and leaves by `_exit`. glibc keeps its allocator usable
    // in a child of a process with threads.
    let child = unsafe { libc::fork() };
    assert!(child >= 0, "fork failed");
    if child == 0 {
        // SAFETY: sets a timer of this process.
        unsafe { libc::alarm(LIMIT_S) };
        let held = std::panic::catch_unwind(std::panic::AssertUnwindSafe(check)).unwrap_or(false);
        // SAFETY: ends the child without running what belongs to the parent.
        unsafe { libc::_exit(i32::from(!held)) };
    }
    let mut status = 0;
    // SAFETY: `child` is ours and `status` outlives the call.
    let waited = unsafe { libc::waitpid(child, &raw mut status, 0) };
    waited == child && status == 0
}
