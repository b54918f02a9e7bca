//! One clip of a project: the video, its captions as files, its info, its picture.

use std::path::Path;

use crate::captions::{self, group, remap};
use crate::context::Context;
use crate::error::Result;
use crate::outcome::{Clip, ClipCandidate, Download, TimeRange};
use crate::publish::{ClipInfo, ClipPaths, write_atomic};
use crate::spec::{CaptionSpec, Layout, OutputFormat, ProcessSpec, RenderPlan, ThumbnailSpec};
use crate::stages::{render, thumbnail};

/// Renders a clip into its project folder and writes the files beside it.
pub(super) fn make(
    spec: &ProcessSpec,
    candidate: &ClipCandidate,
    source: &Download,
    folder: &Path,
    context: &Context,
) -> Result<Clip> {
    let paths = ClipPaths::create(folder, spec.format, candidate.clip_number)?;
    let plan = plan(spec, candidate, source, paths.video());
    let (report, parts) = render::render(&plan, context)?;
    let words = remap(&candidate.words, &parts);
    if spec.caption_files && !words.is_empty() {
        let cues = group(&words, &spec.caption_style);
        write_atomic(&paths.beside("srt"), captions::srt(&cues).as_bytes(), false)?;
        write_atomic(&paths.beside("vtt"), captions::vtt(&cues).as_bytes(), false)?;
        write_atomic(&paths.captions_json(), captions::json(&cues).as_bytes(), false)?;
    }
    let picture = paths.beside("jpg");
    thumbnail::run(&ThumbnailSpec::new(paths.video(), &picture, report.duration / 2.0), context)?;
    let info = ClipInfo { candidate, source, format: spec.format, duration: report.duration };
    write_atomic(&paths.info(), info.json().as_bytes(), false)?;
    Ok(Clip {
        candidate: candidate.clone(),
        path: paths.video().to_owned(),
        info_path: paths.info(),
        thumbnail_path: Some(picture),
        words,
        report,
    })
}

fn plan(spec: &ProcessSpec, candidate: &ClipCandidate, source: &Download, output: &Path) -> RenderPlan {
    let mut plan = RenderPlan::new(&source.video_path, output);
    plan.parts = if candidate.parts.is_empty() {
        vec![TimeRange { start: candidate.start, end: candidate.end }]
    } else {
        candidate.parts.clone()
    };
    plan.layout = match spec.format {
        OutputFormat::Original => Layout::default(),
        OutputFormat::Vertical9x16 => Layout::vertical(),
    };
    plan.captions = spec
        .burn_captions
        .then(|| CaptionSpec { words: candidate.words.clone(), style: spec.caption_style.clone() });
    plan.watermark.clone_from(&spec.watermark);
    (plan.transition, plan.audio, plan.encode) = (spec.transition, spec.audio, spec.encode);
    plan
}
