//! A file that somebody else still writes, read from its begin to its end as the bytes come.

use std::ffi::{c_int, c_void};
use std::fs::File;
use std::io::{ErrorKind as IoErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use ffmpeg_next::ffi;

use crate::context::CancelToken;
use crate::error::{Error, Result};

/// How often a reader that has all there is looks for more.
const LOOK: Duration = Duration::from_millis(20);
/// Bytes that FFmpeg asks for at a time, as of its own files.
const BUFFER: usize = 32 << 10;

/// A file that grows. It may be renamed or removed meanwhile: it is open.
#[derive(Debug)]
pub struct GrowingFile {
    path: PathBuf,
    file: File,
    whole: Arc<AtomicBool>,
}

/// Held by whoever knows that a file grows. Dropping it says that the file is whole: only then its
/// reader finds an end.
#[derive(Debug)]
pub struct Growth(Arc<AtomicBool>);

impl Drop for Growth {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Release);
    }
}

impl GrowingFile {
    /// Opens the file at `path`. `NotFound` or `Io` where that is not possible.
    pub fn open(path: &Path) -> Result<(Self, Growth)> {
        let file = File::open(path).map_err(|error| Error::io(error, "open", path))?;
        let whole = Arc::<AtomicBool>::default();
        let growth = Growth(Arc::clone(&whole));
        Ok((Self { path: path.to_owned(), file, whole }, growth))
    }

    /// Where it stood when it was opened.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Fills the front of `room` and tells how much; waits where nothing is there yet. 0 at the end.
    fn read(&mut self, room: &mut [u8], cancelled: &AtomicBool) -> Result<usize, c_int> {
        loop {
            // Asked before reading: what was written before the file became whole is found.
            let whole = self.whole.load(Ordering::Acquire);
            if cancelled.load(Ordering::Relaxed) {
                return Err(ffi::AVERROR_EXIT);
            }
            match self.file.read(room) {
                Ok(0) if !whole => thread::sleep(LOOK),
                Ok(count) => return Ok(count),
                Err(error) if error.kind() == IoErrorKind::Interrupted => {}
                Err(_) => return Err(ffi::AVERROR(libc::EIO)),
            }
        }
    }
}

/// A growing file as FFmpeg reads it: in order, without seeking, so that no demuxer looks for an
/// end that is not there yet.
pub(super) struct GrowingIo {
    io: *mut ffi::AVIOContext,
    _source: Box<Source>,
}

struct Source {
    file: GrowingFile,
    cancelled: Arc<AtomicBool>,
}

// SAFETY: the context is used and freed by whoever owns this value, on one thread at a time.
unsafe impl Send for GrowingIo {}

impl GrowingIo {
    /// Reads `file` until it is whole and at its end, or `cancel` is raised.
    pub(super) fn new(file: GrowingFile, cancel: &CancelToken) -> Result<Self> {
        let mut source = Box::new(Source { file, cancelled: Arc::clone(cancel.flag()) });
        let opaque: *mut Source = &raw mut *source;
        // SAFETY: the buffer is FFmpeg's own and goes to the context, or back where there is none;
        // `opaque` points into the box, which lives as long as the context does.
        let io = unsafe {
            let buffer = ffi::av_mallocz(BUFFER);
            let io = ffi::avio_alloc_context(
                buffer.cast(),
                BUFFER as c_int,
                0,
                opaque.cast(),
                Some(read),
                None,
                None,
            );
            if io.is_null() {
                ffi::av_free(buffer);
            }
            io
        };
        if io.is_null() {
            Err(Error::internal("no memory to read with"))
        } else {
            Ok(Self { io, _source: source })
        }
    }

    /// The context, for an `AVFormatContext` that is closed before this value drops.
    pub(super) fn as_ptr(&self) -> *mut ffi::AVIOContext {
        self.io
    }
}

impl Drop for GrowingIo {
    fn drop(&mut self) {
        // SAFETY: the context is this value's; the buffer is the one that it holds now, which need
        // not be the first.
        unsafe {
            ffi::av_freep((&raw mut (*self.io).buffer).cast());
            ffi::avio_context_free(&raw mut self.io);
        }
    }
}

/// Called by FFmpeg for the next bytes.
extern "C" fn read(source: *mut c_void, buffer: *mut u8, size: c_int) -> c_int {
    // SAFETY: `source` is the box of the `GrowingIo` that FFmpeg reads through, which nobody else
    // touches meanwhile; `buffer` has room for `size` bytes, and a file only writes to it.
    let (source, room) = unsafe {
        (&mut *source.cast::<Source>(), std::slice::from_raw_parts_mut(buffer, size.max(0) as usize))
    };
    match source.file.read(room, &source.cancelled) {
        Ok(0) => ffi::AVERROR_EOF,
        Ok(count) => count as c_int,
        Err(code) => code,
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn growing() -> (tempfile::NamedTempFile, GrowingFile, Growth) {
        let written = tempfile::NamedTempFile::new().unwrap();
        let (file, growth) = GrowingFile::open(written.path()).unwrap();
        (written, file, growth)
    }

    #[test]
    fn the_end_is_found_only_when_the_file_is_whole() {
        let (mut written, mut file, growth) = growing();
        let writer = thread::spawn(move || {
            for piece in ["ab", "c"] {
                written.write_all(piece.as_bytes()).unwrap();
                thread::sleep(2 * LOOK);
            }
            std::fs::remove_file(written.path()).unwrap();
            drop(growth);
        });
        let (mut all, mut room, free) = (Vec::<u8>::new(), [0; 8], AtomicBool::new(false));
        loop {
            let count = file.read(&mut room, &free).unwrap();
            all.extend(&room[..count]);
            if count == 0 {
                break;
            }
        }
        writer.join().unwrap();
        assert_eq!(all, b"abc");
    }

    #[test]
    fn a_cancel_ends_the_waiting() {
        let (_written, mut file, _growth) = growing();
        assert_eq!(file.read(&mut [0; 8], &AtomicBool::new(true)), Err(ffi::AVERROR_EXIT));
    }
}
