//! The common jobs by their own functions: what a job needs are arguments, the rest is a JSON object
//! of further fields of the same request.

use std::ffi::c_char;
use std::sync::Arc;

use serde_json::{Map, Value, json};
use ytclipper::Error;
use ytclipper::engine::SubmitOptions;
use ytclipper::spec::JobSpec;

use crate::boundary::{Out, boundary};
use crate::callbacks::{Host, ytc_callbacks};
use crate::engine::ytc_engine;
use crate::error::ytc_error;
use crate::handle;
use crate::job::ytc_job;
use crate::status::{Fault, ytc_status};
use crate::text;

/// A span of a source, in seconds.
///
/// Since: 0.1
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct ytc_range {
    /// Begin, 0 or more.
    pub start: f64,
    /// End, after the begin.
    pub end: f64,
}

/// What is wrong with an option that is an argument.
const GIVEN_TWICE: &str = "is an argument and must not be among the options";

/// A request that is being put together.
struct Request(Map<String, Value>);

impl Request {
    /// One of this kind, with the fields of `options_json`.
    ///
    /// # Safety
    /// `options_json` is NULL or a NUL-ended text.
    unsafe fn new(kind: &str, options_json: *const c_char) -> Result<Self, Fault> {
        // SAFETY: the caller promises the same.
        let options = unsafe { text::optional(options_json, "options_json")? }.unwrap_or("{}");
        let fields = serde_json::from_str::<Map<String, Value>>(options)
            .map_err(|error| Error::invalid("options_json", format_args!("is no JSON object: {error}")))?;
        let mut request = Self(fields);
        request.put("kind", kind)?;
        Ok(request)
    }

    /// Sets a field, which the options must not have.
    fn put(&mut self, field: &str, value: impl Into<Value>) -> Result<(), Fault> {
        if self.0.insert(field.to_owned(), value.into()).is_none() {
            return Ok(());
        }
        Err(Error::invalid(field, GIVEN_TWICE).into())
    }

    /// Sets a field within an object that the options may have.
    fn put_within(&mut self, object: &str, field: &str, value: &str) -> Result<(), Fault> {
        let place = self.0.entry(object).or_insert_with(|| json!({}));
        let place = place.as_object_mut().ok_or_else(|| Error::invalid(object, "must be an object"))?;
        if place.insert(field.to_owned(), value.into()).is_none() {
            return Ok(());
        }
        Err(Error::invalid(format!("{object}.{field}"), GIVEN_TWICE).into())
    }

    fn submit(
        self,
        engine: *mut ytc_engine,
        host: Option<Arc<Host>>,
        job: &Out<*mut ytc_job>,
    ) -> Result<(), Fault> {
        let object = handle::lookup(engine, "engine")?;
        let spec = JobSpec::from_json(&Value::Object(self.0).to_string())?;
        object.submit(spec, &SubmitOptions::default(), host, job)
    }
}

/// A plan that renders `source` into `output`.
///
/// # Safety
/// All are NULL or NUL-ended texts.
unsafe fn plan(
    source: *const c_char,
    output: *const c_char,
    options_json: *const c_char,
) -> Result<Request, Fault> {
    // SAFETY: the caller promises the same.
    let (source, output) = unsafe { (text::required(source, "source")?, text::required(output, "output")?) };
    // SAFETY: the caller promises the same.
    let mut request = unsafe { Request::new("render", options_json)? };
    request.put("source", source)?;
    request.put("output", output)?;
    Ok(request)
}

/// Runs a helper: outputs, callbacks and boundary are the same for all of them.
///
/// # Safety
/// The pointers are NULL or what their names say.
unsafe fn help(
    name: &'static str,
    engine: *mut ytc_engine,
    callbacks: *const ytc_callbacks,
    job: *mut *mut ytc_job,
    error: *mut *mut ytc_error,
    request: impl FnOnce() -> Result<Request, Fault>,
) -> ytc_status {
    // SAFETY: the caller promises that they may be written to.
    let (job, error) = unsafe { (Out::handle(job), Out::handle(error)) };
    // SAFETY: the caller promises functions that keep their contract.
    let host = unsafe { Host::take(callbacks) };
    boundary(name, error, move || request()?.submit(engine, host, &job))
}

/// Tells what is in a file. The result: streams, length, rotation.
///
/// - `engine`: the engine.
/// - `source`: path of the file. Copied.
/// - `callbacks`: as for `ytc_engine_submit`, or NULL.
/// - `job`: receives the job, or NULL if that is not wanted.
/// - `error`: receives why it failed, or NULL if that is not wanted.
///
/// Returns: `YTC_STATUS_OK`, else the status of `error`.
/// Ownership: as for `ytc_engine_submit`.
/// Thread: any, also inside a callback.
/// Errors: as for `ytc_engine_submit`.
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ytc_probe(
    engine: *mut ytc_engine,
    source: *const c_char,
    callbacks: *const ytc_callbacks,
    job: *mut *mut ytc_job,
    error: *mut *mut ytc_error,
) -> ytc_status {
    // SAFETY: the host passes NULL or what the arguments' names say.
    unsafe {
        help("ytc_probe", engine, callbacks, job, error, || {
            let mut request = Request::new("probe", std::ptr::null())?;
            request.put("source", text::required(source, "source")?)?;
            Ok(request)
        })
    }
}

/// Fetches a video, or looks at a local one. The result: its path, title, length.
///
/// - `engine`: the engine.
/// - `url`: an http(s) URL, or a path. Copied.
/// - `dir`: folder for the file, made where it is missing; NULL for `./Downloads`. Copied.
/// - `options_json`: further fields of a `download` request, or NULL. Copied.
/// - `callbacks`: as for `ytc_engine_submit`, or NULL.
/// - `job`: receives the job, or NULL if that is not wanted.
/// - `error`: receives why it failed, or NULL if that is not wanted.
///
/// Returns: `YTC_STATUS_OK`, else the status of `error`.
/// Ownership: as for `ytc_engine_submit`.
/// Thread: any, also inside a callback.
/// Errors: as for `ytc_engine_submit`.
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ytc_download(
    engine: *mut ytc_engine,
    url: *const c_char,
    dir: *const c_char,
    options_json: *const c_char,
    callbacks: *const ytc_callbacks,
    job: *mut *mut ytc_job,
    error: *mut *mut ytc_error,
) -> ytc_status {
    // SAFETY: the host passes NULL or what the arguments' names say.
    unsafe {
        help("ytc_download", engine, callbacks, job, error, || {
            let mut request = Request::new("download", options_json)?;
            request.put("url", text::required(url, "url")?)?;
            if let Some(dir) = text::optional(dir, "dir")? {
                request.put("dir", dir)?;
            }
            Ok(request)
        })
    }
}

/// Turns speech into words with times. The result: segments, words, `ytc_result_text`.
///
/// - `engine`: the engine.
/// - `source`: path of a video or sound file. Copied.
/// - `model`: name of an installed model or path of a ggml file; NULL for `base`. Copied.
/// - `language`: ISO 639-1 code, as `en`; NULL to detect it. Copied.
/// - `options_json`: further fields of a `transcribe` request, or NULL. Copied.
/// - `callbacks`: as for `ytc_engine_submit`, or NULL.
/// - `job`: receives the job, or NULL if that is not wanted.
/// - `error`: receives why it failed, or NULL if that is not wanted.
///
/// Returns: `YTC_STATUS_OK`, else the status of `error`.
/// Ownership: as for `ytc_engine_submit`.
/// Thread: any, also inside a callback.
/// Errors: as for `ytc_engine_submit`.
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ytc_transcribe(
    engine: *mut ytc_engine,
    source: *const c_char,
    model: *const c_char,
    language: *const c_char,
    options_json: *const c_char,
    callbacks: *const ytc_callbacks,
    job: *mut *mut ytc_job,
    error: *mut *mut ytc_error,
) -> ytc_status {
    // SAFETY: the host passes NULL or what the arguments' names say.
    unsafe {
        help("ytc_transcribe", engine, callbacks, job, error, || {
            let mut request = Request::new("transcribe", options_json)?;
            request.put("source", text::required(source, "source")?)?;
            if let Some(model) = text::optional(model, "model")? {
                request.put("model", model)?;
            }
            if let Some(language) = text::optional(language, "language")? {
                request.put("language", language)?;
            }
            Ok(request)
        })
    }
}

/// Cuts one span, exact to the frame.
///
/// - `engine`: the engine.
/// - `source`: path of the source. Copied.
/// - `start`: begin in seconds, 0 or more.
/// - `end`: end in seconds, after the begin; clamped to the source's end.
/// - `output`: path of the finished file: .mp4, .m4v, .mov or .mkv. Copied.
/// - `options_json`: further fields of a `render` request (`layout`, `captions`, `watermark`,
///   `audio`, `encode`, `overwrite`), or NULL. Copied.
/// - `callbacks`: as for `ytc_engine_submit`, or NULL.
/// - `job`: receives the job, or NULL if that is not wanted.
/// - `error`: receives why it failed, or NULL if that is not wanted.
///
/// Returns: `YTC_STATUS_OK`, else the status of `error`.
/// Ownership: as for `ytc_engine_submit`.
/// Thread: any, also inside a callback.
/// Errors: as for `ytc_engine_submit`.
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ytc_clip(
    engine: *mut ytc_engine,
    source: *const c_char,
    start: f64,
    end: f64,
    output: *const c_char,
    options_json: *const c_char,
    callbacks: *const ytc_callbacks,
    job: *mut *mut ytc_job,
    error: *mut *mut ytc_error,
) -> ytc_status {
    // SAFETY: the host passes NULL or what the arguments' names say.
    unsafe {
        help("ytc_clip", engine, callbacks, job, error, || {
            let mut request = plan(source, output, options_json)?;
            request.put("parts", spans(&[ytc_range { start, end }])?)?;
            Ok(request)
        })
    }
}

/// Spans as the request wants them. JSON has no infinity, so that is refused here.
fn spans(ranges: &[ytc_range]) -> Result<Value, Fault> {
    if ranges.iter().any(|range| !range.start.is_finite() || !range.end.is_finite()) {
        return Err(Fault::argument("start, end", "must be finite numbers"));
    }
    Ok(ranges.iter().map(|range| json!({ "start": range.start, "end": range.end })).collect())
}

/// Joins several spans with cross-fades.
///
/// - `engine`: the engine.
/// - `source`: path of the source. Copied.
/// - `parts`: the spans, joined in this order. Copied.
/// - `part_count`: how many there are, 1 to 500.
/// - `output`: path of the finished file: .mp4, .m4v, .mov or .mkv. Copied.
/// - `transition_s`: length of the cross-fades in seconds, 0 to 5; 0 is a hard cut.
/// - `options_json`: further fields of a `render` request, or NULL. Copied.
/// - `callbacks`: as for `ytc_engine_submit`, or NULL.
/// - `job`: receives the job, or NULL if that is not wanted.
/// - `error`: receives why it failed, or NULL if that is not wanted.
///
/// Returns: `YTC_STATUS_OK`, else the status of `error`.
/// Ownership: as for `ytc_engine_submit`.
/// Thread: any, also inside a callback.
/// Errors: as for `ytc_engine_submit`.
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ytc_stitch(
    engine: *mut ytc_engine,
    source: *const c_char,
    parts: *const ytc_range,
    part_count: usize,
    output: *const c_char,
    transition_s: f64,
    options_json: *const c_char,
    callbacks: *const ytc_callbacks,
    job: *mut *mut ytc_job,
    error: *mut *mut ytc_error,
) -> ytc_status {
    // SAFETY: the host passes NULL or what the arguments' names say.
    unsafe {
        help("ytc_stitch", engine, callbacks, job, error, || {
            let mut request = plan(source, output, options_json)?;
            request.put("parts", spans(ranges(parts, part_count)?)?)?;
            if !transition_s.is_finite() {
                return Err(Fault::argument("transition_s", "must be a finite number"));
            }
            request.put("transition", json!({ "duration": transition_s }))?;
            Ok(request)
        })
    }
}

/// Most spans that a call is looked at for; the request allows fewer.
const MAX_RANGES: usize = 10_000;

/// The host's spans.
///
/// # Safety
/// `parts` is NULL or points to `count` spans.
unsafe fn ranges<'a>(parts: *const ytc_range, count: usize) -> Result<&'a [ytc_range], Fault> {
    if parts.is_null() {
        return Err(Fault::argument("parts", "must not be NULL"));
    }
    if count == 0 || count > MAX_RANGES {
        return Err(Fault::argument("part_count", "must be 1 to 500"));
    }
    // SAFETY: the caller promises so many; not NULL and few enough was seen just now.
    Ok(unsafe { std::slice::from_raw_parts(parts, count) })
}

/// Makes another shape of a whole video, following whoever speaks.
///
/// - `engine`: the engine.
/// - `source`: path of the source. Copied.
/// - `output`: path of the finished file: .mp4, .m4v, .mov or .mkv. Copied.
/// - `mode`: `vertical`, `stacked` or `original`; NULL for `vertical`. Copied.
/// - `options_json`: further fields of a `render` request, among them `layout` without its mode, or
///   NULL. Copied.
/// - `callbacks`: as for `ytc_engine_submit`, or NULL.
/// - `job`: receives the job, or NULL if that is not wanted.
/// - `error`: receives why it failed, or NULL if that is not wanted.
///
/// Returns: `YTC_STATUS_OK`, else the status of `error`.
/// Ownership: as for `ytc_engine_submit`.
/// Thread: any, also inside a callback.
/// Errors: as for `ytc_engine_submit`.
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ytc_reframe(
    engine: *mut ytc_engine,
    source: *const c_char,
    output: *const c_char,
    mode: *const c_char,
    options_json: *const c_char,
    callbacks: *const ytc_callbacks,
    job: *mut *mut ytc_job,
    error: *mut *mut ytc_error,
) -> ytc_status {
    // SAFETY: the host passes NULL or what the arguments' names say.
    unsafe {
        help("ytc_reframe", engine, callbacks, job, error, || {
            let mut request = plan(source, output, options_json)?;
            request.put_within("layout", "mode", text::optional(mode, "mode")?.unwrap_or("vertical"))?;
            Ok(request)
        })
    }
}

/// Draws words on a whole video.
///
/// - `engine`: the engine.
/// - `source`: path of the source. Copied.
/// - `words_json`: what is said: the result of a `transcribe` job as it is, or a JSON list of words
///   (`word`, `start`, `end` in seconds). Copied.
/// - `output`: path of the finished file: .mp4, .m4v, .mov or .mkv. Copied.
/// - `style_json`: look of the captions (`docs/c-api.md`), or NULL for the default. Copied.
/// - `options_json`: further fields of a `render` request, or NULL. Copied.
/// - `callbacks`: as for `ytc_engine_submit`, or NULL.
/// - `job`: receives the job, or NULL if that is not wanted.
/// - `error`: receives why it failed, or NULL if that is not wanted.
///
/// Returns: `YTC_STATUS_OK`, else the status of `error`.
/// Ownership: as for `ytc_engine_submit`.
/// Thread: any, also inside a callback.
/// Errors: as for `ytc_engine_submit`.
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ytc_burn_captions(
    engine: *mut ytc_engine,
    source: *const c_char,
    words_json: *const c_char,
    output: *const c_char,
    style_json: *const c_char,
    options_json: *const c_char,
    callbacks: *const ytc_callbacks,
    job: *mut *mut ytc_job,
    error: *mut *mut ytc_error,
) -> ytc_status {
    // SAFETY: the host passes NULL or what the arguments' names say.
    unsafe {
        help("ytc_burn_captions", engine, callbacks, job, error, || {
            let mut request = plan(source, output, options_json)?;
            let words = words(text::required(words_json, "words_json")?)?;
            let style = json_of(text::optional(style_json, "style_json")?.unwrap_or("{}"), "style_json")?;
            request.put("captions", json!({ "words": words, "style": style }))?;
            Ok(request)
        })
    }
}

fn json_of(text: &str, name: &str) -> Result<Value, Fault> {
    let value = serde_json::from_str(text);
    Ok(value.map_err(|error| Error::invalid(name, format_args!("is not JSON: {error}")))?)
}

/// The words of a list of words, or of a transcript.
fn words(json: &str) -> Result<Value, Fault> {
    let value = json_of(json, "words_json")?;
    if value.is_array() {
        return Ok(value);
    }
    let segments = value.get("segments").and_then(Value::as_array);
    let segments = segments.ok_or_else(|| {
        Error::invalid("words_json", "must be a list of words, or a transcript with segments")
    })?;
    let words = segments.iter().filter_map(|segment| segment.get("words")?.as_array());
    Ok(words.flatten().cloned().collect())
}

/// Draws a text or a picture in a corner of a whole video.
///
/// - `engine`: the engine.
/// - `source`: path of the source. Copied.
/// - `output`: path of the finished file: .mp4, .m4v, .mov or .mkv. Copied.
/// - `text`: the line to draw; NULL where the options name a picture. Copied.
/// - `options_json`: further fields of a `render` request, among them `watermark` without its text,
///   or NULL. Copied.
/// - `callbacks`: as for `ytc_engine_submit`, or NULL.
/// - `job`: receives the job, or NULL if that is not wanted.
/// - `error`: receives why it failed, or NULL if that is not wanted.
///
/// Returns: `YTC_STATUS_OK`, else the status of `error`.
/// Ownership: as for `ytc_engine_submit`.
/// Thread: any, also inside a callback.
/// Errors: as for `ytc_engine_submit`.
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ytc_watermark(
    engine: *mut ytc_engine,
    source: *const c_char,
    output: *const c_char,
    text: *const c_char,
    options_json: *const c_char,
    callbacks: *const ytc_callbacks,
    job: *mut *mut ytc_job,
    error: *mut *mut ytc_error,
) -> ytc_status {
    // SAFETY: the host passes NULL or what the arguments' names say.
    unsafe {
        help("ytc_watermark", engine, callbacks, job, error, || {
            let mut request = plan(source, output, options_json)?;
            if let Some(text) = text::optional(text, "text")? {
                request.put_within("watermark", "text", text)?;
            } else if !request.0.contains_key("watermark") {
                return Err(Fault::argument(
                    "text",
                    "must not be NULL without a watermark among the options",
                ));
            }
            Ok(request)
        })
    }
}

/// The main job: finds the best moments of a video and makes finished clips of them, in a project
/// folder.
///
/// - `engine`: the engine.
/// - `source`: an http(s) URL, or a path. Copied.
/// - `output_dir`: folder that project folders go into; NULL for `./ToUpload`. Copied.
/// - `format`: `original`, `vertical_9x16`, `stacked_photo` or `stacked_video`; NULL for `original`.
///   Copied.
/// - `options_json`: further fields of a `process` request (`clips`, `selection`, `watermark` and
///   more), or NULL. Copied.
/// - `callbacks`: as for `ytc_engine_submit`, or NULL.
/// - `job`: receives the job, or NULL if that is not wanted.
/// - `error`: receives why it failed, or NULL if that is not wanted.
///
/// Returns: `YTC_STATUS_OK`, else the status of `error`.
/// Ownership: as for `ytc_engine_submit`.
/// Thread: any, also inside a callback.
/// Errors: as for `ytc_engine_submit`.
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ytc_process(
    engine: *mut ytc_engine,
    source: *const c_char,
    output_dir: *const c_char,
    format: *const c_char,
    options_json: *const c_char,
    callbacks: *const ytc_callbacks,
    job: *mut *mut ytc_job,
    error: *mut *mut ytc_error,
) -> ytc_status {
    // SAFETY: the host passes NULL or what the arguments' names say.
    unsafe {
        help("ytc_process", engine, callbacks, job, error, || {
            let mut request = Request::new("process", options_json)?;
            request.put("source", text::required(source, "source")?)?;
            if let Some(dir) = text::optional(output_dir, "output_dir")? {
                request.put("output_dir", dir)?;
            }
            if let Some(format) = text::optional(format, "format")? {
                request.put("format", format)?;
            }
            Ok(request)
        })
    }
}
