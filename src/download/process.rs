//! A child process with all that it starts: fed nothing, read line by line, watched, and gone at
//! the end whatever happens.

use std::cell::Cell;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};

use super::explain::fault;
use crate::context::Context;
use crate::error::{Error, ErrorKind, Result};
use crate::sys::{self, Signal};

/// How often the watch looks at the job's cancel flag.
const LOOK: Duration = Duration::from_millis(20);
/// How often it adds up the sizes of the files.
const MEASURE: Duration = Duration::from_millis(200);
/// How long a child may take to end when asked; after that it is killed.
const GRACE: Duration = Duration::from_millis(200);
/// How long pipes may stay open after the group is dead, for what has left the group.
const LINGER: Duration = Duration::from_millis(500);
/// Lines of standard error that are kept.
const KEPT_LINES: usize = 50;

/// What the child may use up.
pub(super) struct Limits<'a> {
    /// Longest line of output in bytes; a longer one arrives in pieces.
    pub line: usize,
    /// Longest time without a line of output or a byte in the folder.
    pub stall: Duration,
    /// The child's folder.
    pub folder: &'a Path,
    /// Most bytes that it may add to that folder; the reader of its lines may change that.
    pub bytes: &'a Cell<u64>,
}

/// How a child ended.
pub(super) struct Ended {
    /// Its exit status.
    pub status: ExitStatus,
    /// The end of what it wrote to standard error, by lines.
    pub stderr: Vec<String>,
}

/// Runs `command` to its end; each line of its output and its errors goes to `on_line`.
///
/// # Errors
/// `Cancelled`; `Download` when the command is missing or stalls; `LimitExceeded` when it writes
/// more than it may; in each case with no process of the group left.
pub(super) fn run(
    mut command: Command,
    limits: &Limits,
    ctx: &Context,
    mut on_line: impl FnMut(&str),
) -> Result<Ended> {
    ctx.cancel.check()?;
    let (mut group, lines) = Group::spawn(&mut command, limits.line)?;
    let mut watch = Watch::new(limits);
    let mut stderr = Vec::new();
    loop {
        match lines.recv_timeout(LOOK) {
            Ok(Line::Out(line)) => {
                watch.stir();
                on_line(&line);
            }
            Ok(Line::Err(line)) => {
                watch.stir();
                on_line(&line);
                stderr.push(line);
                if stderr.len() > KEPT_LINES {
                    stderr.remove(0);
                }
            }
            Err(RecvTimeoutError::Disconnected) if group.has_exited() => break,
            // It closed its pipes and works on.
            Err(RecvTimeoutError::Disconnected) => thread::sleep(LOOK),
            Err(RecvTimeoutError::Timeout) => {
                if group.is_over() {
                    break;
                }
                ctx.cancel.check()?;
                watch.look()?;
                continue;
            }
        }
        ctx.cancel.check()?;
        watch.look()?;
    }
    Ok(Ended { status: group.end()?, stderr })
}

/// A line of the child's output.
enum Line {
    Out(String),
    Err(String),
}

/// A child and its process group. Dropping it ends and reaps them.
struct Group {
    child: Child,
    exited: Option<Instant>,
    reaped: bool,
}

impl Group {
    fn spawn(command: &mut Command, longest: usize) -> Result<(Self, Receiver<Line>)> {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
        sys::die_with_parent(command);
        let child = command.spawn().map_err(|error| not_started(command, error))?;
        let mut group = Self { child, exited: None, reaped: false };
        // Bounded, so that a child that floods its pipe waits for us.
        let (send, lines) = bounded(256);
        if let Some(stdout) = group.child.stdout.take() {
            read_lines(stdout, longest, Line::Out, send.clone())?;
        }
        if let Some(stderr) = group.child.stderr.take() {
            read_lines(stderr, longest, Line::Err, send)?;
        }
        Ok((group, lines))
    }

    fn has_exited(&self) -> bool {
        sys::has_exited(self.child.id())
    }

    /// Whether the child has ended although somebody still holds its pipes: then the group is
    /// killed, and after a while nobody is waited for any more.
    fn is_over(&mut self) -> bool {
        if !self.has_exited() {
            return false;
        }
        if self.exited.is_none() {
            sys::signal_group(self.child.id(), Signal::Kill);
        }
        self.exited.get_or_insert_with(Instant::now).elapsed() > LINGER
    }

    /// Kills what is left of the group, then reaps the child. In this order: as long as the child
    /// is not reaped, its number cannot be another's.
    fn end(&mut self) -> Result<ExitStatus> {
        sys::signal_group(self.child.id(), Signal::Kill);
        let status = self.child.wait();
        self.reaped = true;
        status.map_err(|error| Error::internal(format!("cannot wait for a child process: {error}")))
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if self.reaped {
            return;
        }
        sys::signal_group(self.child.id(), Signal::Terminate);
        let asked = Instant::now();
        while !self.has_exited() && asked.elapsed() < GRACE {
            thread::sleep(Duration::from_millis(5));
        }
        // A child that cannot be waited for is not ours any more; there is nobody to tell.
        let _ = self.end();
    }
}

fn not_started(command: &Command, error: std::io::Error) -> Error {
    let program = command.get_program().to_string_lossy().into_owned();
    let message = match error.kind() {
        std::io::ErrorKind::NotFound => format!("{program} is not installed; run: pip install yt-dlp"),
        _ => format!("{program} cannot be started: {error}"),
    };
    fault("yt_dlp_missing", message).because(error)
}

/// Sends the lines of a pipe until it closes or nobody listens. The thread ends by itself: the
/// pipe closes with the group.
fn read_lines(
    pipe: impl Read + Send + 'static,
    longest: usize,
    wrap: fn(String) -> Line,
    send: Sender<Line>,
) -> Result<()> {
    let read = move || {
        let mut pipe = BufReader::new(pipe);
        loop {
            let mut line = Vec::new();
            match pipe.by_ref().take(longest as u64).read_until(b'\n', &mut line) {
                Ok(0) | Err(_) => break,
                Ok(_) => {}
            }
            let text = String::from_utf8_lossy(&line).trim_end_matches(['\r', '\n']).to_owned();
            if send.send(wrap(text)).is_err() {
                break;
            }
        }
    };
    let spawned = thread::Builder::new().name("ytc-pipe".to_owned()).spawn(read);
    spawned.map(|_| ()).map_err(|error| Error::internal(format!("cannot start a thread: {error}")))
}

/// Looks after time and space.
struct Watch<'a> {
    limits: &'a Limits<'a>,
    stirred: Instant,
    measured: Instant,
    /// Bytes that were in the folder before, and that were added.
    before: u64,
    added: u64,
}

impl<'a> Watch<'a> {
    fn new(limits: &'a Limits<'a>) -> Self {
        let before = folder_size(limits.folder);
        Self { limits, stirred: Instant::now(), measured: Instant::now(), before, added: 0 }
    }

    /// The child gave a sign of life.
    fn stir(&mut self) {
        self.stirred = Instant::now();
    }

    fn look(&mut self) -> Result<()> {
        if self.measured.elapsed() >= MEASURE {
            self.measured = Instant::now();
            self.measure()?;
        }
        if self.stirred.elapsed() > self.limits.stall {
            let seconds = self.limits.stall.as_secs_f64();
            let message = format!("the download failed: nothing came for {seconds:.0} s; try again later");
            return Err(fault("timeout", message));
        }
        Ok(())
    }

    fn measure(&mut self) -> Result<()> {
        let added = folder_size(self.limits.folder).saturating_sub(self.before);
        if added > self.limits.bytes.get() {
            return Err(too_large(self.limits.bytes.get()));
        }
        if added != self.added {
            self.added = added;
            self.stir();
        }
        Ok(())
    }
}

/// The error of a download that is larger than allowed.
pub(super) fn too_large(limit: u64) -> Error {
    let message = format!("the video is larger than the {limit} bytes that a download may have");
    Error::new(ErrorKind::LimitExceeded, message).with("reason", "max_bytes").with("limit", limit)
}

/// Bytes of the files in a folder; files that vanish meanwhile count as nothing.
fn folder_size(folder: &Path) -> u64 {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    entries.filter_map(|entry| entry.ok()?.metadata().ok()).map(|file| file.len()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(folder: &Path) -> Limits<'_> {
        let bytes = Box::leak(Box::new(Cell::new(1 << 20)));
        Limits { line: 1000, stall: Duration::from_secs(20), folder, bytes }
    }

    fn sh(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    fn lines_of(script: &str, limits: &Limits) -> Result<(Vec<String>, Ended)> {
        let mut lines = Vec::new();
        let ended = run(sh(script), limits, &Context::detached(), |line| lines.push(line.to_owned()))?;
        Ok((lines, ended))
    }

    #[test]
    fn output_arrives_by_lines_and_the_status_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let (mut lines, ended) =
            lines_of("echo a; echo b; echo oh >&2; exit 3", &limits(folder.path())).unwrap();
        lines.sort();
        assert_eq!(lines, ["a", "b", "oh"]);
        assert_eq!((ended.status.code(), ended.stderr), (Some(3), vec!["oh".to_owned()]));
    }

    #[test]
    fn an_endless_line_comes_in_pieces() {
        let folder = tempfile::tempdir().unwrap();
        let script = "head -c 2500 /dev/zero | tr '\\0' x";
        let (lines, _) = lines_of(script, &limits(folder.path())).unwrap();
        assert_eq!(lines.iter().map(String::len).collect::<Vec<_>>(), [1000, 1000, 500]);
    }

    #[test]
    fn a_silent_child_is_ended_and_told_as_a_timeout() {
        let folder = tempfile::tempdir().unwrap();
        let limits = Limits { stall: Duration::from_millis(300), ..limits(folder.path()) };
        for script in ["sleep 1000", "exec >&- 2>&-; sleep 1000"] {
            let error = lines_of(script, &limits).err().unwrap();
            assert_eq!(error.context()["reason"], "timeout", "{script}");
        }
    }

    #[test]
    fn a_growing_file_is_a_sign_of_life_until_it_is_too_large() {
        let folder = tempfile::tempdir().unwrap();
        let bytes = Cell::new(250_000);
        let limits = Limits { stall: Duration::from_millis(900), bytes: &bytes, ..limits(folder.path()) };
        let script = format!(
            "cd '{}' && while :; do head -c 20000 /dev/zero >> f; sleep 0.1; done",
            folder.path().display()
        );
        let begun = Instant::now();
        let error = lines_of(&script, &limits).err().unwrap();
        assert_eq!(error.kind(), ErrorKind::LimitExceeded);
        assert!(begun.elapsed() > limits.stall, "it lived longer than a silent child may");
    }

    #[test]
    fn a_child_that_ignores_the_polite_signal_is_killed() {
        let folder = tempfile::tempdir().unwrap();
        let ctx = Context::detached();
        let cancel = ctx.cancel.clone();
        let mut asked = None;
        let script = "trap '' TERM; echo ready; while :; do sleep 0.05; done";
        let result = run(sh(script), &limits(folder.path()), &ctx, |_| {
            cancel.cancel();
            asked = Some(Instant::now());
        });
        assert_eq!(result.err().unwrap().kind(), ErrorKind::Cancelled);
        assert!(asked.unwrap().elapsed() < Duration::from_secs(1));
    }

    #[test]
    fn a_grandchild_that_holds_the_pipe_does_not_hold_us() {
        let folder = tempfile::tempdir().unwrap();
        let (lines, ended) = lines_of("sleep 1000 & echo done", &limits(folder.path())).unwrap();
        assert!(ended.status.success());
        assert_eq!(lines, ["done"]);
    }

    #[test]
    fn a_missing_program_is_named_with_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let command = Command::new("no-such-yt-dlp");
        let error = run(command, &limits(folder.path()), &Context::detached(), |_| {}).err().unwrap();
        assert_eq!(error.context()["reason"], "yt_dlp_missing");
        assert!(error.message().contains("pip install"), "{error}");
    }
}
