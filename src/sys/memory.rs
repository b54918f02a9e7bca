//! How much memory the process takes.

/// Memory of the process that is in RAM, in bytes; `None` where the system does not tell (it is
/// not Linux).
pub fn resident_bytes() -> Option<u64> {
    // Sizes in pages: all, resident, shared (proc(5)).
    let sizes = std::fs::read_to_string("/proc/self/statm").ok()?;
    let pages: u64 = sizes.split_whitespace().nth(1)?.parse().ok()?;
    // SAFETY: takes and returns plain numbers.
    let page = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    pages.checked_mul(u64::try_from(page).ok()?)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    /// Counted in a process of its own: what other tests give back meanwhile would hide it.
    #[test]
    fn memory_that_is_written_to_is_counted() {
        let alone = "sys::memory::tests::alone";
        let counted = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", alone, "--ignored", "--test-threads", "1"])
            .output()
            .unwrap();
        let told = String::from_utf8_lossy(&counted.stdout);
        assert!(counted.status.success() && told.contains("1 passed"), "{told}");
    }

    #[test]
    #[ignore = "run by the test above"]
    fn alone() {
        const SIZE: usize = 64 << 20;
        let before = resident_bytes().unwrap();
        let written = std::hint::black_box(vec![1u8; SIZE]);
        let after = resident_bytes().unwrap();
        assert!(after > before + SIZE as u64 / 2, "{before} {after}");
        drop(written);
    }
}
