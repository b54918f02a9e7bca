//! Child processes and their groups.

use std::io;
use std::os::unix::process::CommandExt;
use std::process::Command;

/// Asks the kernel to kill the child that `command` starts as soon as the starting thread ends,
/// so that it does not outlive a host that was killed. The starting thread must therefore stay
/// until the child has ended. It reaches the child only, not the child's own children.
pub fn die_with_parent(command: &mut Command) {
    // SAFETY: getpid has no preconditions.
    let parent = unsafe { libc::getpid() };
    let prepare = move || {
        // SAFETY: prctl and getppid touch no memory of ours; both may be called between fork and
        // exec.
        let (set, now) =
            unsafe { (libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL, 0, 0, 0), libc::getppid()) };
        match set {
            0 if now == parent => Ok(()),
            // The parent died before the call took hold.
            0 => Err(io::Error::from_raw_os_error(libc::ESRCH)),
            _ => Err(io::Error::last_os_error()),
        }
    };
    // SAFETY: `prepare` allocates nothing, takes no lock and only makes system calls.
    unsafe { command.pre_exec(prepare) };
}

/// A signal to a process group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// Ask to end.
    Terminate,
    /// End.
    Kill,
}

/// Sends `signal` to every process of the group that `leader` leads. The leader must not have
/// been reaped, else the number may be another's. Nothing happens where no process is left.
pub fn signal_group(leader: u32, signal: Signal) {
    let Ok(leader) = libc::pid_t::try_from(leader) else { return };
    // 0 would mean our own group, and 1 every process.
    if leader > 1 {
        let number = match signal {
            Signal::Terminate => libc::SIGTERM,
            Signal::Kill => libc::SIGKILL,
        };
        // SAFETY: killpg touches no memory of ours.
        unsafe { libc::killpg(leader, number) };
    }
}

/// Whether a child has ended; it is not reaped by the look, so its number stays its own.
pub fn has_exited(child: u32) -> bool {
    // SAFETY: an all-zero siginfo_t is a valid value of this plain C struct.
    let mut info: libc::siginfo_t = unsafe { std::mem::zeroed() };
    let flags = libc::WEXITED | libc::WNOHANG | libc::WNOWAIT;
    // SAFETY: `info` outlives the call and is writable.
    let result = unsafe { libc::waitid(libc::P_PID, child, &raw mut info, flags) };
    // SAFETY: waitid filled `info`, or left it zero where the child still runs.
    result != 0 || unsafe { info.si_pid() } != 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Stdio;

    #[test]
    fn a_group_is_killed_with_the_leaders_children() {
        let mut command = Command::new("sh");
        command.args(["-c", "sleep 1000 & echo $!; wait"]).stdout(Stdio::piped()).process_group(0);
        die_with_parent(&mut command);
        let mut child = command.spawn().unwrap();
        let mut grandchild = String::new();
        let mut out = std::io::BufReader::new(child.stdout.take().unwrap());
        std::io::BufRead::read_line(&mut out, &mut grandchild).unwrap();
        assert!(!has_exited(child.id()));
        signal_group(child.id(), Signal::Kill);
        // The pipe closes only when the last process that holds it is gone.
        std::io::Read::read_to_end(&mut out, &mut Vec::new()).unwrap();
        assert!(!child.wait().unwrap().success());
        assert!(has_exited(child.id()), "a reaped child counts as ended");
    }
}
