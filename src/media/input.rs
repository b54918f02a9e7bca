//! Opening a file without letting it reach anything else.

use std::ffi::{CString, c_int, c_void};
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::ptr;
use std::sync::Arc;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

use ffmpeg_next as ffmpeg;
use ffmpeg_next::ffi;
use ffmpeg_next::media::Type;

use super::failure::{check, failed};
use super::growing::{GrowingFile, GrowingIo};
use crate::context::CancelToken;
use crate::error::{Error, ErrorKind, Result};

/// Containers that the engine reads, by the names of their demuxers. Playlists and lists that
/// name other files (HLS, DASH, concat, image sequences) are not among them.
const MEDIA_FORMATS: &str = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,mpegts,mpeg,avi,flv,ogg,asf,\
                             wav,mp3,aac,flac,aiff,amr,h264,hevc,ivf,mxf,nut,y4m,yuv4mpegpipe";
/// Pictures that a watermark may be.
const PICTURE_FORMATS: &str = "png_pipe,jpeg_pipe,webp_pipe,bmp_pipe";
/// Largest picture that is decoded, in pixels: twice 8K.
pub(super) const MAX_PIXELS: i64 = 7680 * 4320 * 2;
/// Most streams that a file may have.
const MAX_STREAMS: u32 = 64;
/// Broken packets in a row after which reading stops.
const MAX_BROKEN_READS: usize = 1000;
/// Longest source, in seconds.
pub(super) const MAX_DURATION_S: f64 = 48.0 * 3600.0;

/// Probing scores up to this one (of 100) are mere guesses: FFmpeg's `AVPROBE_SCORE_RETRY`.
const PROBE_SCORE_GUESS: c_int = 25;

/// What a file is opened as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A video or sound file.
    Media,
    /// A still picture.
    Picture,
}

impl Kind {
    fn formats(self) -> &'static str {
        match self {
            Self::Media => MEDIA_FORMATS,
            Self::Picture => PICTURE_FORMATS,
        }
    }
}

/// An open file. Field order matters: the context reads the flag, and through `_io` where that is
/// there, until it is closed.
pub(super) struct Input {
    context: ffmpeg::format::context::Input,
    _io: Option<GrowingIo>,
    /// Length that was measured where the container does not tell it, in seconds.
    measured: f64,
    _cancel: Arc<AtomicBool>,
}

impl Input {
    /// Opens `path` and reads its streams' headers.
    ///
    /// Fails with `NotFound`, `IsDirectory`, `Io`, `CorruptMedia` (empty or broken),
    /// `UnsupportedMedia` (not media, or a container that is not whitelisted), `LimitExceeded`.
    pub(super) fn open(path: &Path, kind: Kind, cancel: &CancelToken) -> Result<Self> {
        check_file(path)?;
        let mut input = Self::look_into(path, kind, None, cancel)?;
        if kind == Kind::Media && input.duration() == 0.0 {
            input.measure()?;
            input.check_limits(path)?;
        }
        Ok(input)
    }

    /// The same with media that are still being written: they are read once, in order, and where
    /// they end is not known.
    pub(super) fn open_growing(file: GrowingFile, cancel: &CancelToken) -> Result<Self> {
        let path = file.path().to_owned();
        Self::look_into(&path, Kind::Media, Some(GrowingIo::new(file, cancel)?), cancel)
    }

    fn look_into(path: &Path, kind: Kind, io: Option<GrowingIo>, cancel: &CancelToken) -> Result<Self> {
        quiet();
        let flag = Arc::clone(cancel.flag());
        let context =
            open_context(path, kind, io.as_ref(), &flag).map_err(|error| explain(error, path, kind))?;
        let mut input = Self { context, _io: io, measured: 0.0, _cancel: flag };
        input.check_limits(path)?;
        input.find_streams().map_err(|error| explain(error, path, kind))?;
        input.check_limits(path)?;
        if input.context.nb_streams() == 0 {
            return Err(explain(ffmpeg::Error::InvalidData, path, kind));
        }
        Ok(input)
    }

    /// Reads all packets for the end of the last one: recordings of browsers and cut-off streams
    /// tell no length.
    fn measure(&mut self) -> Result<()> {
        let mut packet = ffmpeg::Packet::empty();
        while self.read(&mut packet)? {
            let base =
                self.context.stream(packet.stream()).map_or(0.0, |stream| f64::from(stream.time_base()));
            if let Some(pts) = packet.pts() {
                let end = (pts + packet.duration().max(0)) as f64 * base - self.origin();
                self.measured = self.measured.max(end);
            }
        }
        self.rewind(0)
    }

    fn find_streams(&mut self) -> Result<(), ffmpeg::Error> {
        let mut options = StreamOptions::new(self.context.nb_streams() as usize);
        // SAFETY: the context is open; `options` holds one dictionary for each stream that the
        // header told, which is what the call reads.
        let code =
            unsafe { ffi::avformat_find_stream_info(self.context.as_mut_ptr(), options.0.as_mut_ptr()) };
        if code < 0 { Err(ffmpeg::Error::from(code)) } else { Ok(()) }
    }

    fn check_limits(&self, path: &Path) -> Result<()> {
        let limit = |what: String| {
            Err(Error::new(ErrorKind::LimitExceeded, format!("{}: {what}", path.display()))
                .with("path", path.display()))
        };
        if self.context.nb_streams() > MAX_STREAMS {
            return limit(format!("{} streams, at most {MAX_STREAMS} are read", self.context.nb_streams()));
        }
        for stream in self.context.streams() {
            // SAFETY: a stream's parameters live as long as the context, which is borrowed here.
            let (width, height) = unsafe {
                let parameters = (*stream.as_ptr()).codecpar;
                (i64::from((*parameters).width), i64::from((*parameters).height))
            };
            if width.saturating_mul(height) > MAX_PIXELS {
                return limit(format!(
                    "a picture of {width}×{height}, at most {MAX_PIXELS} pixels are decoded"
                ));
            }
        }
        if self.duration() > MAX_DURATION_S {
            return limit(format!("{:.0} s long, at most {MAX_DURATION_S} s are read", self.duration()));
        }
        Ok(())
    }

    /// The FFmpeg context.
    pub(super) fn context(&self) -> &ffmpeg::format::context::Input {
        &self.context
    }

    /// Length in seconds, 0 where neither the container nor its packets tell.
    pub(super) fn duration(&self) -> f64 {
        let duration = self.context.duration();
        if duration > 0 { duration as f64 / f64::from(ffi::AV_TIME_BASE) } else { self.measured }
    }

    /// The time that the container calls its begin, in seconds; positions count from there.
    pub(super) fn origin(&self) -> f64 {
        // SAFETY: a plain field of an open context.
        let start = unsafe { (*self.context.as_ptr()).start_time };
        if start == ffi::AV_NOPTS_VALUE {
            0.0
        } else {
            (start as f64 / f64::from(ffi::AV_TIME_BASE)).max(0.0)
        }
    }

    /// Index of the best stream of a type; cover pictures do not count as video.
    pub(super) fn best(&self, medium: Type) -> Option<usize> {
        let stream = self.context.streams().best(medium)?;
        let cover = stream.disposition().contains(ffmpeg::format::stream::Disposition::ATTACHED_PIC);
        (!cover).then(|| stream.index())
    }

    /// Reads packets of this stream only.
    pub(super) fn only(&mut self, index: usize) {
        for mut stream in self.context.streams_mut() {
            let keep = stream.index() == index;
            // SAFETY: sets a plain field of a stream of the open context.
            unsafe {
                (*stream.as_mut_ptr()).discard =
                    if keep { ffi::AVDiscard::AVDISCARD_DEFAULT } else { ffi::AVDiscard::AVDISCARD_ALL };
            }
        }
    }

    /// The next packet of any stream that is read, or `None` at the end.
    pub(super) fn read(&mut self, packet: &mut ffmpeg::Packet) -> Result<bool> {
        for _ in 0..MAX_BROKEN_READS {
            match packet.read(&mut self.context) {
                Ok(()) => return Ok(true),
                Err(ffmpeg::Error::Eof) => return Ok(false),
                // A demuxer resynchronises past a broken packet.
                Err(ffmpeg::Error::InvalidData) => {}
                Err(error) => return Err(failed(error, "read the source")),
            }
        }
        Err(Error::new(ErrorKind::CorruptMedia, "the source is broken and cannot be read on"))
    }

    /// Goes to the last key frame of a stream at or before `time` (seconds from the origin).
    /// Containers without an index may land behind it.
    pub(super) fn seek(&mut self, index: usize, time: f64) -> Result<()> {
        let base = self.context.stream(index).map_or(1.0, |stream| f64::from(stream.time_base()));
        let target = ((time + self.origin()) / base).floor() as i64;
        self.seek_to(index as c_int, target, ffi::AVSEEK_FLAG_BACKWARD)
    }

    /// Goes to the very begin: by position in containers that are searched for timestamps
    /// (transport streams), by time in all others.
    pub(super) fn rewind(&mut self, index: usize) -> Result<()> {
        if self.seek_to(-1, 0, ffi::AVSEEK_FLAG_BYTE).is_ok() {
            return Ok(());
        }
        self.seek_to(index as c_int, i64::MIN / 2, 0).or_else(|_| self.seek(index, 0.0))
    }

    fn seek_to(&mut self, index: c_int, target: i64, flags: c_int) -> Result<()> {
        let by_byte = flags & ffi::AVSEEK_FLAG_BYTE != 0;
        // Only streams without a file header can be entered at a byte.
        if by_byte
            && !matches!(self.context.format().name(), "mpegts" | "mpeg" | "h264" | "hevc" | "mp3" | "aac")
        {
            return Err(Error::internal("this container is not searched by bytes"));
        }
        if index >= self.context.nb_streams() as c_int {
            return Err(Error::internal("there is no such stream to seek in"));
        }
        // SAFETY: the context is open and the stream index is one of its own, or -1 for any.
        let code = unsafe { ffi::av_seek_frame(self.context.as_mut_ptr(), index, target, flags) };
        check(code, "seek in the source").map(|_| ())
    }
}

/// One option dictionary a stream, freed on drop.
struct StreamOptions(Vec<*mut ffi::AVDictionary>);

impl StreamOptions {
    fn new(streams: usize) -> Self {
        let mut options = Self(vec![ptr::null_mut(); streams]);
        for slot in &mut options.0 {
            // SAFETY: `slot` is a null dictionary, which the call allocates; the strings end in NUL.
            unsafe { ffi::av_dict_set_int(slot, c"max_pixels".as_ptr(), MAX_PIXELS, 0) };
        }
        options
    }
}

impl Drop for StreamOptions {
    fn drop(&mut self) {
        for slot in &mut self.0 {
            // SAFETY: each slot is null or a dictionary that this value owns.
            unsafe { ffi::av_dict_free(slot) };
        }
    }
}

fn open_context(
    path: &Path,
    kind: Kind,
    io: Option<&GrowingIo>,
    flag: &Arc<AtomicBool>,
) -> Result<ffmpeg::format::context::Input, ffmpeg::Error> {
    let invalid = |_| ffmpeg::Error::InvalidData;
    let url = CString::new([b"file:", path.as_os_str().as_bytes()].concat()).map_err(invalid)?;
    let mut options = ffmpeg::Dictionary::new();
    options.set("format_whitelist", kind.formats());
    options.set("protocol_whitelist", "file");
    // By its name, a picture may be one of a numbered sequence, or as likely that as itself.
    let format = match kind {
        Kind::Media => ptr::null(),
        Kind::Picture => sniff(path, kind).map_or(ptr::null(), |(format, _)| format),
    };
    // SAFETY: the context is freshly allocated and given to the call, which frees it on failure;
    // the interrupt callback reads the flag, which `Input` keeps alive until the context is closed,
    // as it does with `io`, which stays its own.
    unsafe {
        let mut context = ffi::avformat_alloc_context();
        if context.is_null() {
            return Err(ffmpeg::Error::Other { errno: libc::ENOMEM });
        }
        (*context).interrupt_callback =
            ffi::AVIOInterruptCB { callback: Some(interrupted), opaque: Arc::as_ptr(flag) as *mut c_void };
        (*context).max_streams = MAX_STREAMS as c_int;
        if let Some(io) = io {
            (*context).pb = io.as_ptr();
        }
        let mut raw = options.disown();
        let code = ffi::avformat_open_input(&raw mut context, url.as_ptr(), format.cast_mut(), &raw mut raw);
        drop(ffmpeg::Dictionary::own(raw));
        if code < 0 {
            Err(ffmpeg::Error::from(code))
        } else {
            Ok(ffmpeg::format::context::Input::wrap(context))
        }
    }
}

/// Asked by FFmpeg during reads and writes: not 0 stops them.
pub(super) extern "C" fn interrupted(flag: *mut c_void) -> c_int {
    // SAFETY: `flag` is the `AtomicBool` that the owner of the context keeps alive.
    c_int::from(unsafe { &*flag.cast::<AtomicBool>() }.load(Ordering::Relaxed))
}

/// FFmpeg's own log goes nowhere: what matters comes back as errors.
pub(super) fn quiet() {
    static ONCE: Once = Once::new();
    // SAFETY: sets one process-wide level; safe at any time.
    ONCE.call_once(|| unsafe { ffi::av_log_set_level(ffi::AV_LOG_QUIET) });
}

fn check_file(path: &Path) -> Result<()> {
    let meta = fs::metadata(path).map_err(|error| Error::io(error, "open", path))?;
    if meta.is_dir() {
        let message = format!("{} is a folder, not a file", path.display());
        return Err(Error::new(ErrorKind::IsDirectory, message).with("path", path.display()));
    }
    if !meta.is_file() {
        let message = format!("{} is not a regular file", path.display());
        return Err(Error::new(ErrorKind::UnsupportedMedia, message).with("path", path.display()));
    }
    if meta.len() == 0 {
        let message = format!("{} is empty", path.display());
        return Err(Error::new(ErrorKind::CorruptMedia, message).with("path", path.display()));
    }
    fs::File::open(path).map_err(|error| Error::io(error, "open", path)).map(drop)
}

/// Tells "not media" from "broken media", which FFmpeg reports alike.
fn explain(error: ffmpeg::Error, path: &Path, kind: Kind) -> Error {
    let shown = path.display();
    let wrong = || {
        let message =
            format!("{shown} is not media that ytclipper reads (mp4, mov, mkv, webm, ts and the like)");
        Error::new(ErrorKind::UnsupportedMedia, message)
    };
    let explained = match error {
        ffmpeg::Error::InvalidData | ffmpeg::Error::Eof if looks_like_media(path, kind) => {
            Error::new(ErrorKind::CorruptMedia, format!("{shown} is broken or cut off: {error}"))
        }
        ffmpeg::Error::InvalidData
        | ffmpeg::Error::Eof
        | ffmpeg::Error::DemuxerNotFound
        | ffmpeg::Error::Other { errno: libc::EINVAL } => wrong(),
        _ => return failed(error, &format!("open {shown}")).with("path", shown),
    };
    explained.because(error).with("path", shown)
}

/// Whether the file's first bytes are those of a whitelisted container.
fn looks_like_media(path: &Path, kind: Kind) -> bool {
    sniff(path, kind).is_some_and(|(_, score)| score > PROBE_SCORE_GUESS)
}

/// The whitelisted container that a file's first bytes are most like, whatever its name, and how
/// much they are.
fn sniff(path: &Path, kind: Kind) -> Option<(*const ffi::AVInputFormat, c_int)> {
    use std::io::Read;
    let mut head = Vec::new();
    fs::File::open(path).and_then(|file| file.take(64 * 1024).read_to_end(&mut head)).ok()?;
    let size = head.len();
    head.resize(size + ffi::AVPROBE_PADDING_SIZE as usize, 0);
    let mut data = ffi::AVProbeData {
        filename: c"".as_ptr(),
        buf: head.as_mut_ptr(),
        buf_size: size as c_int,
        mime_type: ptr::null(),
    };
    let mut score = 0;
    // SAFETY: `data` points at `size` bytes and the padding that probing may read; the returned
    // format is static, and its name a NUL-ended string.
    let (format, name) = unsafe {
        let format = ffi::av_probe_input_format3(&raw mut data, 1, &raw mut score);
        if format.is_null() {
            return None;
        }
        (format, std::ffi::CStr::from_ptr((*format).name).to_string_lossy())
    };
    let known = name.split(',').any(|one| kind.formats().split(',').any(|known| known == one));
    known.then_some((format, score))
}
