//! Numbers of what can go wrong, and the fault that carries one.

use std::any::Any;

use ytclipper::{Error, ErrorKind};

/// How a call ended. A number is never given to anything else, also where its meaning is dropped;
/// new ones may be added.
///
/// Since: 0.1
#[repr(i32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ytc_status {
    /// It worked.
    Ok = 0,
    /// A request is malformed; the error's context `field` names the first fault.
    InvalidSpec = 1,
    /// A file that the request names does not exist.
    NotFound = 2,
    /// A folder stands where a file was expected.
    IsDirectory = 3,
    /// The file is not media that the engine reads, or lacks the stream that the job needs.
    UnsupportedMedia = 4,
    /// The file is media, but broken or empty.
    CorruptMedia = 5,
    /// The input exceeds a limit of the engine, or there are too many handles.
    LimitExceeded = 6,
    /// A download failed; the error's context `reason` tells how.
    Download = 7,
    /// A model, font or tool that the job needs is not installed.
    ModelUnavailable = 8,
    /// The disk is full or a file-size limit was reached.
    NoSpace = 9,
    /// Reading or writing failed for another reason.
    Io = 10,
    /// The job was cancelled.
    Cancelled = 11,
    /// A wait or a job ran into its deadline.
    Timeout = 12,
    /// The engine's queue is full; try again later.
    QueueFull = 13,
    /// The engine has been shut down.
    ShutDown = 14,
    /// A worker died while it held the job.
    WorkerCrashed = 15,
    /// The call would wait for itself, as a wait inside a callback does.
    WouldDeadlock = 16,
    /// The object was made before a fork and is used in the child.
    EngineForked = 17,
    /// A fault of the library itself, a panic included.
    Internal = 18,
    /// An argument is NULL, not UTF-8, not a number or out of range; the error's context `argument`
    /// names it.
    InvalidArgument = 100,
    /// A handle was freed, is of another type, or was never one; the error's context `argument`
    /// names it.
    InvalidHandle = 101,
    /// The job is not over yet.
    NotFinished = 102,
}

/// What becomes of the jobs when an engine is shut down. Each mode is stricter than the one before.
///
/// Since: 0.1
#[repr(i32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ytc_shutdown_mode {
    /// All jobs are finished.
    Drain = 0,
    /// Running jobs are finished, queued ones cancelled.
    FinishRunning = 1,
    /// All jobs are cancelled.
    Now = 2,
}

impl ytc_status {
    /// Every status, in the order of their numbers.
    pub(crate) const ALL: [Self; 22] = [
        Self::Ok,
        Self::InvalidSpec,
        Self::NotFound,
        Self::IsDirectory,
        Self::UnsupportedMedia,
        Self::CorruptMedia,
        Self::LimitExceeded,
        Self::Download,
        Self::ModelUnavailable,
        Self::NoSpace,
        Self::Io,
        Self::Cancelled,
        Self::Timeout,
        Self::QueueFull,
        Self::ShutDown,
        Self::WorkerCrashed,
        Self::WouldDeadlock,
        Self::EngineForked,
        Self::Internal,
        Self::InvalidArgument,
        Self::InvalidHandle,
        Self::NotFinished,
    ];

    /// The name: that of the error's kind in Rust, Python and JSON where there is one.
    pub(crate) const fn name(self) -> &'static std::ffi::CStr {
        match self {
            Self::Ok => c"ok",
            Self::InvalidSpec => c"invalid_spec",
            Self::NotFound => c"not_found",
            Self::IsDirectory => c"is_directory",
            Self::UnsupportedMedia => c"unsupported_media",
            Self::CorruptMedia => c"corrupt_media",
            Self::LimitExceeded => c"limit_exceeded",
            Self::Download => c"download",
            Self::ModelUnavailable => c"model_unavailable",
            Self::NoSpace => c"no_space",
            Self::Io => c"io",
            Self::Cancelled => c"cancelled",
            Self::Timeout => c"timeout",
            Self::QueueFull => c"queue_full",
            Self::ShutDown => c"shut_down",
            Self::WorkerCrashed => c"worker_crashed",
            Self::WouldDeadlock => c"would_deadlock",
            Self::EngineForked => c"engine_forked",
            Self::Internal => c"internal",
            Self::InvalidArgument => c"invalid_argument",
            Self::InvalidHandle => c"invalid_handle",
            Self::NotFinished => c"not_finished",
        }
    }
}

impl From<ErrorKind> for ytc_status {
    fn from(kind: ErrorKind) -> Self {
        match kind {
            ErrorKind::InvalidSpec => Self::InvalidSpec,
            ErrorKind::NotFound => Self::NotFound,
            ErrorKind::IsDirectory => Self::IsDirectory,
            ErrorKind::UnsupportedMedia => Self::UnsupportedMedia,
            ErrorKind::CorruptMedia => Self::CorruptMedia,
            ErrorKind::LimitExceeded => Self::LimitExceeded,
            ErrorKind::Download => Self::Download,
            ErrorKind::ModelUnavailable => Self::ModelUnavailable,
            ErrorKind::NoSpace => Self::NoSpace,
            ErrorKind::Io => Self::Io,
            ErrorKind::Cancelled => Self::Cancelled,
            ErrorKind::Timeout => Self::Timeout,
            ErrorKind::QueueFull => Self::QueueFull,
            ErrorKind::ShutDown => Self::ShutDown,
            ErrorKind::WorkerCrashed => Self::WorkerCrashed,
            ErrorKind::WouldDeadlock => Self::WouldDeadlock,
            ErrorKind::EngineForked => Self::EngineForked,
            ErrorKind::Internal => Self::Internal,
        }
    }
}

/// Why a call failed: an error of the core, or one of this crate's own with a status that the core
/// does not know.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) status: ytc_status,
    pub(crate) error: Error,
}

impl Fault {
    /// An argument that cannot be used.
    pub(crate) fn argument(name: &str, message: &str) -> Self {
        let error = Error::invalid(name, message).with("argument", name);
        Self { status: ytc_status::InvalidArgument, error }
    }

    /// A handle that is none, or not any more.
    pub(crate) fn handle(name: &str, message: String) -> Self {
        let error = Error::new(ErrorKind::InvalidSpec, format!("{name}: {message}")).with("argument", name);
        Self { status: ytc_status::InvalidHandle, error }
    }

    /// A question that only a finished job can answer.
    pub(crate) fn not_finished(id: impl std::fmt::Display) -> Self {
        let error = Error::new(ErrorKind::Internal, format!("job {id} is not over yet"));
        Self { status: ytc_status::NotFinished, error }
    }

    /// A panic inside the library.
    pub(crate) fn panicked(function: &str, payload: &(dyn Any + Send)) -> Self {
        let text = payload.downcast_ref::<&str>().copied();
        let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
        let text = text.unwrap_or("no message");
        Error::internal(format!("{function} panicked: {text}")).with("function", function).into()
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self { status: error.kind().into(), error }
    }
}

impl ytc_shutdown_mode {
    /// The mode of a number.
    pub(crate) fn from_number(mode: i32) -> Result<ytclipper::engine::ShutdownMode, Fault> {
        use ytclipper::engine::ShutdownMode;
        match mode {
            0 => Ok(ShutdownMode::Drain),
            1 => Ok(ShutdownMode::FinishRunning),
            2 => Ok(ShutdownMode::Now),
            _ => Err(Fault::argument("mode", "is no ytc_shutdown_mode")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The numbers as they were published. A line may be added, never changed.
    const PUBLISHED: &str = "0 ok, 1 invalid_spec, 2 not_found, 3 is_directory, 4 unsupported_media, \
        5 corrupt_media, 6 limit_exceeded, 7 download, 8 model_unavailable, 9 no_space, 10 io, \
        11 cancelled, 12 timeout, 13 queue_full, 14 shut_down, 15 worker_crashed, 16 would_deadlock, \
        17 engine_forked, 18 internal, 100 invalid_argument, 101 invalid_handle, 102 not_finished";

    #[test]
    fn numbers_stay_as_published() {
        let now =
            ytc_status::ALL.map(|status| format!("{} {}", status as i32, status.name().to_str().unwrap()));
        assert_eq!(now.join(", "), PUBLISHED);
    }

    #[test]
    fn every_kind_has_a_status_of_its_name() {
        for kind in ErrorKind::ALL {
            assert_eq!(ytc_status::from(kind).name().to_str().unwrap(), kind.as_str());
        }
    }
}
