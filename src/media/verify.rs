//! A finished file is looked at once more before it is shown: a writer that saw no error is no
//! proof.

use std::path::Path;

use super::decode::VideoReader;
use crate::context::Context;
use crate::error::{Error, ErrorKind, Result};

/// Matroska moves the picture behind the AAC encoder's priming of 1024 samples, in seconds.
const PRIMING_S: f64 = 1024.0 / 48_000.0;
/// How much of the end is decoded, in seconds.
const LOOK_BACK_S: f64 = 0.5;

/// Checks that the last pictures of `path` can be decoded and end where they should, `duration`
/// seconds from the begin.
pub fn verify(path: &Path, duration: f64, context: &Context) -> Result<()> {
    let lease = context.threads.lease();
    let mut reader = VideoReader::open(path, lease.threads(), &context.cancel)?;
    reader.skip_deblocking();
    let frame = reader.rate().seconds(1);
    reader.seek((duration - LOOK_BACK_S).max(0.0), frame / 2.0)?;
    let last = reader.picture_at(f64::MAX, 0.0)?.map(|shown| shown.time + frame);
    match last {
        Some(end) if (end - duration).abs() <= frame * 1.5 + PRIMING_S => Ok(()),
        Some(_) | None => {
            let message = format!(
                "the finished file ends at {:.3} s instead of {duration:.3} s; it is not kept",
                last.unwrap_or(0.0)
            );
            Err(Error::new(ErrorKind::Io, message).with("path", path.display()))
        }
    }
}
