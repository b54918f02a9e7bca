//! Scheduling priority of workers.

/// Lowers the calling thread's priority by `steps` of niceness (0 to 19). Threads that it starts
/// afterwards inherit it. Only Linux has a priority for each thread.
#[cfg(target_os = "linux")]
pub fn lower_priority(steps: i32) -> std::io::Result<()> {
    const CALLING_THREAD: libc::id_t = 0;
    if steps == 0 {
        return Ok(());
    }
    // SAFETY: takes and returns plain numbers. -1 may be a priority or an error; as an error it
    // makes the sum below wrong by one, which no caller can come to harm from.
    let now = unsafe { libc::getpriority(libc::PRIO_PROCESS, CALLING_THREAD) };
    let nice = (now + steps).min(19);
    // SAFETY: takes and returns plain numbers.
    let failed = unsafe { libc::setpriority(libc::PRIO_PROCESS, CALLING_THREAD, nice) } != 0;
    if failed { Err(std::io::Error::last_os_error()) } else { Ok(()) }
}

/// Other systems have no priority for each thread.
#[cfg(not(target_os = "linux"))]
pub fn lower_priority(_steps: i32) -> std::io::Result<()> {
    Ok(())
}
