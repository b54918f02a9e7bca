//! `ytc_result`: what a finished job left.

use std::ffi::{CString, c_char};
use std::path::PathBuf;
use std::ptr;

use ytclipper::outcome::Outcome;

use crate::boundary::{Out, accessor, boundary};
use crate::handle::{self, Handle};
use crate::status::{Fault, ytc_status};
use crate::text;

/// What a finished job left. It never changes.
///
/// Since: 0.1
pub struct ytc_result {
    _opaque: (),
}

impl Handle for ytc_result {
    type Object = ResultObject;
    const TAG: u64 = 4;
    const NAME: &'static str = "ytc_result";
}

/// A result, with its texts as C wants them.
pub(crate) struct ResultObject {
    json: CString,
    outputs: Vec<CString>,
    text: Option<CString>,
    duration: f64,
}

impl ResultObject {
    pub(crate) fn new(outcome: &Outcome) -> Result<Self, Fault> {
        Ok(Self {
            json: text::to_c(&text::to_json(outcome)?),
            outputs: outputs(outcome).iter().map(|path| text::to_c(&path.to_string_lossy())).collect(),
            text: spoken(outcome).map(text::to_c),
            duration: duration(outcome),
        })
    }
}

/// The media files that a job made, or fetched.
fn outputs(outcome: &Outcome) -> Vec<PathBuf> {
    match outcome {
        Outcome::Probe(_) | Outcome::Transcribe(_) | Outcome::Analyze(_) => Vec::new(),
        Outcome::Download(download) => vec![download.video_path.clone()],
        Outcome::Render(report) => vec![report.output.clone()],
        Outcome::Thumbnail(picture) => vec![picture.output.clone()],
        Outcome::Process(project) => project.clips.iter().map(|clip| clip.path.clone()).collect(),
        Outcome::InstallModel(model) => vec![model.path.clone()],
    }
}

fn spoken(outcome: &Outcome) -> Option<&str> {
    match outcome {
        Outcome::Transcribe(transcript) => Some(&transcript.full_text),
        Outcome::Analyze(analysis) => Some(&analysis.transcript.full_text),
        Outcome::Probe(_)
        | Outcome::Download(_)
        | Outcome::Render(_)
        | Outcome::Thumbnail(_)
        | Outcome::Process(_)
        | Outcome::InstallModel(_) => None,
    }
}

fn duration(outcome: &Outcome) -> f64 {
    match outcome {
        Outcome::Probe(media) => media.duration,
        Outcome::Download(download) => download.duration,
        Outcome::Transcribe(transcript) => transcript.duration,
        Outcome::Analyze(analysis) => analysis.transcript.duration,
        Outcome::Render(report) => report.duration,
        Outcome::Process(project) => project.clips.iter().map(|clip| clip.report.duration).sum(),
        Outcome::Thumbnail(_) | Outcome::InstallModel(_) => 0.0,
    }
}

/// The whole result as a JSON object, whose `kind` is that of the job.
///
/// - `result`: the result.
///
/// Returns: a UTF-8 text; NULL where `result` is no live result.
/// Ownership: the text belongs to the result and lives until `ytc_result_free`.
/// Thread: any, at any time.
/// Errors: none but the above.
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ytc_result_json(result: *const ytc_result) -> *const c_char {
    accessor("ytc_result_json", ptr::null(), || Ok(handle::lookup(result, "result")?.json.as_ptr()))
}

/// How many files the job made or fetched: videos, a picture, a model.
///
/// - `result`: the result.
///
/// Returns: their number; 0 for jobs that make none, and where `result` is no live result.
/// Ownership: nothing changes hands.
/// Thread: any, at any time.
/// Errors: none but the above.
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ytc_result_output_count(result: *const ytc_result) -> usize {
    accessor("ytc_result_output_count", 0, || Ok(handle::lookup(result, "result")?.outputs.len()))
}

/// The path of a file that the job made or fetched.
///
/// - `result`: the result.
/// - `index`: which one, from 0, in the order of the clips.
///
/// Returns: a UTF-8 text; NULL where there is no such file or `result` is no live result.
/// Ownership: the text belongs to the result and lives until `ytc_result_free`.
/// Thread: any, at any time.
/// Errors: none but the above.
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ytc_result_output(result: *const ytc_result, index: usize) -> *const c_char {
    accessor("ytc_result_output", ptr::null(), || {
        let object = handle::lookup(result, "result")?;
        Ok(object.outputs.get(index).map_or(ptr::null(), |path| path.as_ptr()))
    })
}

/// All that was said, of a job that transcribes or analyses.
///
/// - `result`: the result.
///
/// Returns: a UTF-8 text; NULL for other jobs, and where `result` is no live result.
/// Ownership: the text belongs to the result and lives until `ytc_result_free`.
/// Thread: any, at any time.
/// Errors: none but the above.
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ytc_result_text(result: *const ytc_result) -> *const c_char {
    accessor("ytc_result_text", ptr::null(), || {
        let object = handle::lookup(result, "result")?;
        Ok(object.text.as_ref().map_or(ptr::null(), |text| text.as_ptr()))
    })
}

/// Length of what was looked at or made, in seconds: of all clips together where there are several.
///
/// - `result`: the result.
///
/// Returns: seconds; 0 where the job has no such length, and where `result` is no live result.
/// Ownership: nothing changes hands.
/// Thread: any, at any time.
/// Errors: none but the above.
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ytc_result_duration(result: *const ytc_result) -> f64 {
    accessor("ytc_result_duration", 0.0, || Ok(handle::lookup(result, "result")?.duration))
}

/// Frees a result and its texts; the files stay.
///
/// - `result`: the result, or NULL, which is fine.
///
/// Returns: `YTC_STATUS_OK`, or why nothing was freed; it may be ignored.
/// Ownership: the handle is stale from here on.
/// Thread: any; not while another thread uses one of the result's texts.
/// Errors: `YTC_STATUS_INVALID_HANDLE`, `YTC_STATUS_ENGINE_FORKED`.
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ytc_result_free(result: *mut ytc_result) -> ytc_status {
    boundary("ytc_result_free", Out::unwanted(), || handle::release(result, "result").map(drop))
}
