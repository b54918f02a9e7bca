//! FFmpeg's error codes as errors of the engine.

use ffmpeg_next as ffmpeg;

use crate::error::{Error, ErrorKind};

/// `code` (negative) as an error; `doing` completes "cannot …".
pub(super) fn failed(error: ffmpeg::Error, doing: &str) -> Error {
    let kind = match error {
        ffmpeg::Error::Exit => return Error::cancelled(),
        ffmpeg::Error::InvalidData | ffmpeg::Error::Eof => ErrorKind::CorruptMedia,
        ffmpeg::Error::DecoderNotFound | ffmpeg::Error::DemuxerNotFound | ffmpeg::Error::PatchWelcome => {
            ErrorKind::UnsupportedMedia
        }
        ffmpeg::Error::Other { errno: libc::ENOSPC | libc::EFBIG | libc::EDQUOT } => ErrorKind::NoSpace,
        ffmpeg::Error::Other { errno: libc::ENOENT } => ErrorKind::NotFound,
        ffmpeg::Error::Other { errno: libc::EACCES | libc::EPERM | libc::EIO | libc::EROFS } => ErrorKind::Io,
        _ => ErrorKind::Internal,
    };
    let mut reason = error.to_string();
    if reason.trim().is_empty() {
        reason = format!("{error:?}");
    }
    Error::new(kind, format!("cannot {doing}: {reason}")).because(error)
}

/// `code` of a C call as an error when it is negative.
pub(super) fn check(code: i32, doing: &str) -> Result<i32, Error> {
    if code < 0 { Err(failed(ffmpeg::Error::from(code), doing)) } else { Ok(code) }
}
