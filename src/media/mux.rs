//! Writing an output file, every write checked.

use std::ffi::{CString, c_void};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use ffmpeg_next as ffmpeg;
use ffmpeg_next::{codec, ffi};

use super::failure::{check, failed};
use super::input::interrupted;
use crate::context::CancelToken;
use crate::error::{Error, Result};

/// A file under construction. Dropping it closes the file; whoever made the path removes it.
pub(super) struct Muxer {
    context: *mut ffi::AVFormatContext,
    time_bases: Vec<(ffmpeg::Rational, ffmpeg::Rational)>,
    cancel: Arc<AtomicBool>,
}

impl Muxer {
    /// Opens `path` for writing; its ending tells the container.
    pub(super) fn create(path: &Path, cancel: &CancelToken) -> Result<Self> {
        let doing = format!("write {}", path.display());
        let url = CString::new([b"file:", path.as_os_str().as_bytes()].concat())
            .map_err(|_| Error::invalid("output", "must not contain NUL bytes"))?;
        let flag = Arc::clone(cancel.flag());
        let mut muxer = Self { context: ptr::null_mut(), time_bases: Vec::new(), cancel: flag };
        // SAFETY: the context is allocated by the first call and owned by `muxer` from then on;
        // the callback's flag lives as long as `muxer`.
        unsafe {
            let code = ffi::avformat_alloc_output_context2(
                &raw mut muxer.context,
                ptr::null_mut(),
                ptr::null(),
                url.as_ptr(),
            );
            check(code, &doing)?;
            let callback = ffi::AVIOInterruptCB {
                callback: Some(interrupted),
                opaque: Arc::as_ptr(&muxer.cancel) as *mut c_void,
            };
            (*muxer.context).interrupt_callback = callback;
            let code = ffi::avio_open2(
                &raw mut (*muxer.context).pb,
                url.as_ptr(),
                ffi::AVIO_FLAG_WRITE,
                &raw const callback,
                ptr::null_mut(),
            );
            check(code, &doing)?;
        }
        Ok(muxer)
    }

    /// Adds the stream of an open encoder and returns its index.
    pub(super) fn add(&mut self, encoder: &codec::Context) -> Result<usize> {
        // SAFETY: the context is alive and not yet started; the encoder is open.
        unsafe {
            let stream = ffi::avformat_new_stream(self.context, ptr::null());
            if stream.is_null() {
                return Err(Error::internal("cannot add a stream to the output"));
            }
            check(
                ffi::avcodec_parameters_from_context((*stream).codecpar, encoder.as_ptr()),
                "add a stream",
            )?;
            (*stream).time_base = (*encoder.as_ptr()).time_base;
            (*stream).avg_frame_rate = (*encoder.as_ptr()).framerate;
            (*stream).sample_aspect_ratio = (*encoder.as_ptr()).sample_aspect_ratio;
            self.time_bases.push((encoder.time_base(), encoder.time_base()));
            Ok((*stream).index as usize)
        }
    }

    /// Writes the header, with the index to be moved to the front of MP4 files at the end.
    pub(super) fn start(&mut self) -> Result<()> {
        // SAFETY: the context is complete; the dictionary is taken back and freed; stream
        // pointers are valid for the streams that were added.
        unsafe {
            let mut options = ptr::null_mut();
            if !(*(*self.context).oformat).name.is_null() {
                let name = std::ffi::CStr::from_ptr((*(*self.context).oformat).name).to_bytes();
                if name == b"mp4" || name == b"mov" || name == b"ipod" {
                    ffi::av_dict_set(&raw mut options, c"movflags".as_ptr(), c"+faststart".as_ptr(), 0);
                }
            }
            let code = ffi::avformat_write_header(self.context, &raw mut options);
            ffi::av_dict_free(&raw mut options);
            check(code, "write the output's header")?;
            for (index, bases) in self.time_bases.iter_mut().enumerate() {
                bases.1 = (**(*self.context).streams.add(index)).time_base.into();
            }
        }
        Ok(())
    }

    /// Writes a packet of stream `index`.
    pub(super) fn write(&mut self, packet: &mut ffmpeg::Packet, index: usize) -> Result<()> {
        use ffmpeg::packet::Mut;
        let (from, to) = self.time_bases[index];
        packet.set_stream(index);
        packet.rescale_ts(from, to);
        // SAFETY: the header is written; the packet is valid and is left empty by the call.
        let code = unsafe { ffi::av_interleaved_write_frame(self.context, packet.as_mut_ptr()) };
        check(code, "write the output")?;
        self.check_writer()
    }

    /// A buffered write that failed is told by the writer only.
    fn check_writer(&self) -> Result<()> {
        // SAFETY: the writer is open until `finish`.
        let code = unsafe { (*(*self.context).pb).error };
        check(code, "write the output").map(|_| ())
    }

    /// Writes the trailer, flushes and closes the file.
    pub(super) fn finish(mut self) -> Result<()> {
        // SAFETY: the header is written; the writer is open, and closed once: `close` clears it.
        unsafe {
            check(ffi::av_write_trailer(self.context), "finish the output")?;
            ffi::avio_flush((*self.context).pb);
        }
        self.check_writer()?;
        self.close().map_err(|error| failed(error, "close the output"))
    }

    fn close(&mut self) -> Result<(), ffmpeg::Error> {
        // SAFETY: closes the writer if it is open and sets it to null.
        let code = unsafe { ffi::avio_closep(&raw mut (*self.context).pb) };
        if code < 0 { Err(ffmpeg::Error::from(code)) } else { Ok(()) }
    }
}

impl Drop for Muxer {
    fn drop(&mut self) {
        if self.context.is_null() {
            return;
        }
        let _ = self.close();
        // SAFETY: owned by this value, freed once.
        unsafe { ffi::avformat_free_context(self.context) };
    }
}
