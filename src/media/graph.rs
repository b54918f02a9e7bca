//! Filter chains whose options are set through FFmpeg's API: no text is ever parsed as a graph.

use std::ffi::CString;
use std::ptr;

use ffmpeg_next as ffmpeg;
use ffmpeg_next::ffi;

use super::failure::check;
use crate::error::{Error, Result};

/// One option of a filter.
pub(super) type FilterOption<'a> = (&'a str, String);

/// A chain of filters under construction.
pub(super) struct ChainBuilder {
    graph: ffmpeg::filter::Graph,
    source: *mut ffi::AVFilterContext,
    last: *mut ffi::AVFilterContext,
    count: usize,
}

impl ChainBuilder {
    /// A chain that begins with a source of this name (`buffer`, `abuffer`), its filters running
    /// on `threads` threads.
    pub(super) fn new(source: &str, options: &[FilterOption<'_>], threads: usize) -> Result<Self> {
        super::input::quiet();
        let mut graph = ffmpeg::filter::Graph::new();
        // SAFETY: a plain field of a graph without filters.
        unsafe { (*graph.as_mut_ptr()).nb_threads = threads as i32 };
        let mut builder = Self { graph, source: ptr::null_mut(), last: ptr::null_mut(), count: 0 };
        builder.source = builder.make(source, options)?;
        builder.last = builder.source;
        Ok(builder)
    }

    /// A video chain for pictures like `like`, timed in `time_base`.
    pub(super) fn video(
        like: &ffmpeg::frame::Video,
        time_base: ffmpeg::Rational,
        threads: usize,
    ) -> Result<Self> {
        Self::new("buffer", &video_source(like, time_base), threads)
    }

    /// Appends a filter.
    pub(super) fn then(&mut self, filter: &str, options: &[FilterOption<'_>]) -> Result<&mut Self> {
        let context = self.make(filter, options)?;
        link(self.last, context, 0)?;
        self.last = context;
        Ok(self)
    }

    /// Appends a filter that takes a second input, which a second source supplies: `branch` are
    /// the filters on the way from there. Returns that source.
    pub(super) fn join(
        &mut self,
        filter: &str,
        options: &[FilterOption<'_>],
        second: &[FilterOption<'_>],
        branch: &[(&str, Vec<FilterOption<'_>>)],
    ) -> Result<SecondSource> {
        let source = self.make("buffer", second)?;
        let mut end = source;
        for (name, options) in branch {
            let context = self.make(name, options)?;
            link(end, context, 0)?;
            end = context;
        }
        self.then(filter, options)?;
        link(end, self.last, 1)?;
        Ok(SecondSource(source))
    }

    fn make(&mut self, filter: &str, options: &[FilterOption<'_>]) -> Result<*mut ffi::AVFilterContext> {
        self.count += 1;
        let name = CString::new(format!("{filter}{}", self.count)).map_err(nul)?;
        let kind = CString::new(filter).map_err(nul)?;
        let mut dictionary = Dictionary::new(options)?;
        // SAFETY: the graph is alive and owns the context; the strings end in NUL; the dictionary
        // is freed by its owner.
        unsafe {
            let definition = ffi::avfilter_get_by_name(kind.as_ptr());
            if definition.is_null() {
                return Err(Error::internal(format!("the linked FFmpeg lacks the filter {filter}")));
            }
            let context =
                ffi::avfilter_graph_alloc_filter(self.graph.as_mut_ptr(), definition, name.as_ptr());
            if context.is_null() {
                return Err(Error::internal(format!("cannot allocate the filter {filter}")));
            }
            check(
                ffi::avfilter_init_dict(context, &raw mut dictionary.0),
                &format!("set up the filter {filter}"),
            )?;
            dictionary.all_used(filter)?;
            Ok(context)
        }
    }

    /// Ends the chain in a sink of this name (`buffersink`, `abuffersink`) and connects it.
    pub(super) fn finish(mut self, sink: &str) -> Result<Chain> {
        self.then(sink, &[])?;
        // SAFETY: the graph is complete.
        let code = unsafe { ffi::avfilter_graph_config(self.graph.as_mut_ptr(), ptr::null_mut()) };
        check(code, "connect the filters")?;
        Ok(Chain { _graph: self.graph, source: self.source, sink: self.last })
    }
}

/// The second source of a chain. Valid as long as the chain that it was made for.
pub(super) struct SecondSource(*mut ffi::AVFilterContext);

impl SecondSource {
    /// Gives the source its only picture, which the filter then repeats.
    pub(super) fn only(&self, frame: &ffmpeg::Frame) -> Result<()> {
        // SAFETY: the source belongs to a live chain; the frame is valid, and its planes shared.
        unsafe {
            let flags = ffi::AV_BUFFERSRC_FLAG_KEEP_REF as i32;
            check(
                ffi::av_buffersrc_add_frame_flags(self.0, frame.as_ptr().cast_mut(), flags),
                "filter a picture",
            )?;
            check(ffi::av_buffersrc_add_frame_flags(self.0, ptr::null_mut(), 0), "filter a picture")?;
        }
        Ok(())
    }
}

/// Filters that are ready to run.
pub(super) struct Chain {
    _graph: ffmpeg::filter::Graph,
    source: *mut ffi::AVFilterContext,
    sink: *mut ffi::AVFilterContext,
}

impl Chain {
    /// Gives the chain a frame and its planes; `None` ends its input.
    pub(super) fn push(&mut self, frame: Option<&mut ffmpeg::Frame>) -> Result<()> {
        // SAFETY: the source belongs to the graph that this value owns; the frame is valid.
        let code = unsafe {
            let raw = frame.map_or(ptr::null_mut(), |frame| frame.as_mut_ptr());
            ffi::av_buffersrc_add_frame_flags(self.source, raw, 0)
        };
        check(code, "filter a frame").map(|_| ())
    }

    /// Takes the next finished frame into `frame`; false when there is none yet, or none any more.
    pub(super) fn pull(&mut self, frame: &mut ffmpeg::Frame) -> Result<bool> {
        // SAFETY: the sink belongs to the graph that this value owns; the frame is emptied before.
        let code = unsafe {
            ffi::av_frame_unref(frame.as_mut_ptr());
            ffi::av_buffersink_get_frame(self.sink, frame.as_mut_ptr())
        };
        if code == ffi::AVERROR(libc::EAGAIN) || code == ffi::AVERROR_EOF {
            return Ok(false);
        }
        check(code, "filter a frame").map(|_| true)
    }
}

/// Options of a `buffer` source for pictures like `like`.
pub(super) fn video_source(
    like: &ffmpeg::frame::Video,
    time_base: ffmpeg::Rational,
) -> Vec<FilterOption<'static>> {
    let format = like.format().descriptor().map_or("none", |descriptor| descriptor.name());
    let aspect = like.aspect_ratio();
    vec![
        ("width", like.width().to_string()),
        ("height", like.height().to_string()),
        ("pix_fmt", format.to_owned()),
        ("time_base", format!("{}/{}", time_base.numerator(), time_base.denominator())),
        ("pixel_aspect", format!("{}/{}", aspect.numerator(), aspect.denominator().max(1))),
    ]
}

fn link(from: *mut ffi::AVFilterContext, to: *mut ffi::AVFilterContext, pad: u32) -> Result<()> {
    // SAFETY: both contexts belong to the same live graph.
    check(unsafe { ffi::avfilter_link(from, 0, to, pad) }, "connect two filters").map(|_| ())
}

fn nul(_: std::ffi::NulError) -> Error {
    Error::internal("a filter option holds a NUL byte")
}

/// An option dictionary, freed on drop.
struct Dictionary(*mut ffi::AVDictionary);

impl Dictionary {
    fn new(options: &[FilterOption<'_>]) -> Result<Self> {
        let mut dictionary = Self(ptr::null_mut());
        for (key, value) in options {
            let (key, value) = (CString::new(*key).map_err(nul)?, CString::new(value.as_str()).map_err(nul)?);
            // SAFETY: the dictionary is null or owned by this value; the strings end in NUL.
            let code = unsafe { ffi::av_dict_set(&raw mut dictionary.0, key.as_ptr(), value.as_ptr(), 0) };
            check(code, "set an option")?;
        }
        Ok(dictionary)
    }

    /// What the filter did not take would be silently lost.
    fn all_used(&self, filter: &str) -> Result<()> {
        // SAFETY: the dictionary is null or owned by this value.
        let left = unsafe { ffi::av_dict_count(self.0) };
        if left == 0 {
            Ok(())
        } else {
            Err(Error::internal(format!("the filter {filter} ignored an option")))
        }
    }
}

impl Drop for Dictionary {
    fn drop(&mut self) {
        // SAFETY: null or owned by this value.
        unsafe { ffi::av_dict_free(&raw mut self.0) };
    }
}
