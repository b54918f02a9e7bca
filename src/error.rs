//! The one error of the engine: what went wrong, where, and what to do about it.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// Shorthand for a result that carries the engine's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What kind of failure an [`Error`] is. The names are the same in Rust, C, Python and JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ErrorKind {
    /// A request is malformed; the context's `field` names the first fault.
    InvalidSpec,
    /// A file that the request names does not exist.
    NotFound,
    /// A folder stands where a file was expected.
    IsDirectory,
    /// The file is not media that the engine reads, or lacks the stream that the job needs.
    UnsupportedMedia,
    /// The file is media, but broken or empty.
    CorruptMedia,
    /// The input exceeds a limit of the engine (pixels, streams, duration, bytes).
    LimitExceeded,
    /// A download failed; the context's `reason` tells how.
    Download,
    /// A model or the font or tool that a job needs is not installed.
    ModelUnavailable,
    /// The disk is full or a file-size limit was reached.
    NoSpace,
    /// Reading or writing failed for another reason (permissions, an I/O fault).
    Io,
    /// The job was cancelled.
    Cancelled,
    /// A wait or a job ran into its deadline.
    Timeout,
    /// The engine's queue is full; try again later.
    QueueFull,
    /// The engine has been shut down.
    ShutDown,
    /// A worker died while it held the job.
    WorkerCrashed,
    /// The call would wait for itself (for instance a wait inside a callback).
    WouldDeadlock,
    /// The engine was made before a fork and is used in the child.
    EngineForked,
    /// A fault of the engine itself, a panic included.
    Internal,
}

impl ErrorKind {
    /// Every kind, in the order of declaration.
    pub const ALL: [Self; 18] = [
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
    ];

    /// The kind's name in JSON and Python, in snake case.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidSpec => "invalid_spec",
            Self::NotFound => "not_found",
            Self::IsDirectory => "is_directory",
            Self::UnsupportedMedia => "unsupported_media",
            Self::CorruptMedia => "corrupt_media",
            Self::LimitExceeded => "limit_exceeded",
            Self::Download => "download",
            Self::ModelUnavailable => "model_unavailable",
            Self::NoSpace => "no_space",
            Self::Io => "io",
            Self::Cancelled => "cancelled",
            Self::Timeout => "timeout",
            Self::QueueFull => "queue_full",
            Self::ShutDown => "shut_down",
            Self::WorkerCrashed => "worker_crashed",
            Self::WouldDeadlock => "would_deadlock",
            Self::EngineForked => "engine_forked",
            Self::Internal => "internal",
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A failure, cheap to clone so that every waiter of a job can have it.
#[derive(Clone, Serialize, thiserror::Error)]
#[error("{message}")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Error {
    /// What kind of failure it is.
    kind: ErrorKind,
    /// The stage that failed, if one had begun.
    #[serde(skip_serializing_if = "Option::is_none")]
    stage: Option<String>,
    /// What happened and what to do.
    message: String,
    /// Named details: `path`, `field`, `reason`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    context: BTreeMap<String, String>,
    #[serde(skip)]
    source: Option<Arc<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// An error of this kind; the message says what happened and what to do.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, stage: None, message: message.into(), context: BTreeMap::new(), source: None }
    }

    /// A fault in the request, at the named field (`parts[0].end`).
    pub fn invalid(field: impl Into<String>, message: impl fmt::Display) -> Self {
        let field = field.into();
        Self::new(ErrorKind::InvalidSpec, format!("{field}: {message}")).with("field", field)
    }

    /// A cancelled job.
    pub fn cancelled() -> Self {
        Self::new(ErrorKind::Cancelled, "the job was cancelled")
    }

    /// A fault of the engine itself.
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Internal, message)
    }

    /// An I/O failure on `path`, its kind taken from the operating system's error.
    pub fn io(error: io::Error, action: &str, path: &Path) -> Self {
        let kind = match error.kind() {
            io::ErrorKind::NotFound => ErrorKind::NotFound,
            io::ErrorKind::IsADirectory => ErrorKind::IsDirectory,
            io::ErrorKind::StorageFull | io::ErrorKind::FileTooLarge | io::ErrorKind::QuotaExceeded => {
                ErrorKind::NoSpace
            }
            _ => ErrorKind::Io,
        };
        Self::new(kind, format!("cannot {action} {}: {error}", path.display()))
            .with("path", path.display())
            .because(error)
    }

    /// Adds a named detail (`path`, `field`, `reason`).
    #[must_use]
    pub fn with(mut self, key: &str, value: impl fmt::Display) -> Self {
        self.context.insert(key.to_owned(), value.to_string());
        self
    }

    /// Adds the error that caused this one.
    #[must_use]
    pub fn because(mut self, source: impl std::error::Error + Send + Sync + 'static) -> Self {
        self.source = Some(Arc::new(source));
        self
    }

    /// Names the stage that failed, unless one nearer to the fault already did.
    #[must_use]
    pub fn at_stage(mut self, stage: impl fmt::Display) -> Self {
        self.stage.get_or_insert_with(|| stage.to_string());
        self
    }

    /// The kind.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The stage that failed, if one had begun.
    pub fn stage(&self) -> Option<&str> {
        self.stage.as_deref()
    }

    /// What happened and what to do.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Named details.
    pub fn context(&self) -> &BTreeMap<String, String> {
        &self.context
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.kind)?;
        if let Some(stage) = &self.stage {
            write!(f, " in {stage}")?;
        }
        write!(f, ": {}", self.message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_one_name_in_json_and_code() {
        let mut names: Vec<_> = ErrorKind::ALL
            .iter()
            .map(|kind| {
                let json = serde_json::to_string(kind).unwrap();
                assert_eq!(json, format!("\"{kind}\""));
                json
            })
            .collect();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), ErrorKind::ALL.len());
    }

    #[test]
    fn the_first_stage_named_stays() {
        let error = Error::internal("x").at_stage("decoding").at_stage("clipping");
        assert_eq!(error.stage(), Some("decoding"));
    }

    #[test]
    fn a_full_disk_is_no_space() {
        let full = io::Error::from_raw_os_error(libc::ENOSPC);
        assert_eq!(Error::io(full, "write", Path::new("a")).kind(), ErrorKind::NoSpace);
    }
}
