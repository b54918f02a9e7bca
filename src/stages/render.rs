//! `render`: a plan becomes a finished file.

use std::path::{Path, PathBuf};
use std::time::Instant;

use super::Resources;
use super::captions::{ass_file, placed};
use super::framing::{self, Files, Framed, debug_plan};
use crate::captions::{PlacedPart, debug_document};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::media::{Renderer, verify};
use crate::outcome::RenderReport;
use crate::spec::RenderPlan;

/// Part of the progress in which the framing is found.
const FRAMED: f64 = 0.15;
/// Part of the progress at which the clip is done where a debug video follows.
const RENDERED: f64 = 0.7;

/// Renders a plan. The output appears under its name when it is whole, verified and on disk.
pub(super) fn run(plan: &RenderPlan, resources: &Resources, context: &Context) -> Result<RenderReport> {
    let files = Files::create(plan)?;
    let stage = context.progress.stage();
    let framed = framing::prepare(plan, resources, &context.window(stage, 0.0, FRAMED))?;
    let begun = if framed.as_ref().is_some_and(|framed| framed.seconds > 0.0) { FRAMED } else { 0.0 };
    render(plan, files, framed.as_ref(), &context.window(stage, begun, 1.0)).map(|(report, _)| report)
}

/// Renders a plan whose framing is known and tells where its parts lie in the output.
pub(super) fn render(
    plan: &RenderPlan,
    files: Files,
    framed: Option<&Framed>,
    context: &Context,
) -> Result<(RenderReport, Vec<PlacedPart>)> {
    let begun = Instant::now();
    let stage = context.progress.stage();
    let rendered = if files.debug.is_some() { RENDERED } else { 1.0 };
    let (mut report, parts) =
        clip(plan, framed, files.video.temp_path(), &context.window(stage, 0.0, rendered))?;
    if let (Some(file), Some(framed)) = (&files.debug, framed) {
        debug(plan, framed, file.temp_path(), &context.window(stage, rendered, 1.0))?;
    }
    report.notes.extend(framed.into_iter().flat_map(|framed| framed.notes.clone()));
    if let Some(framed) = framed.filter(|_| plan.layout.is_framed()) {
        report.framing = Some(framed.framing.report.clone());
        report.timings.insert("framing".to_owned(), framed.seconds);
    }
    let waited = framed.map_or(0.0, |framed| framed.waited);
    report.elapsed_s = waited + begun.elapsed().as_secs_f64();
    report.realtime_factor = report.duration / report.elapsed_s.max(1e-6);
    context.cancel.check()?;
    files.commit(framed, &mut report)?;
    Ok((report, parts))
}

fn clip(
    plan: &RenderPlan,
    framed: Option<&Framed>,
    output: &Path,
    context: &Context,
) -> Result<(RenderReport, Vec<PlacedPart>)> {
    let renderer = Renderer::open(plan, context)?;
    let timeline = &renderer.survey().timeline;
    let (parts, duration) = (placed(timeline), timeline.duration());
    let ass = ass_file(plan, &renderer, context)?;
    let framer = framed.and_then(|framed| framed.framer(&plan.layout));
    let report = renderer.run(framer, ass.as_deref(), output, context)?;
    verify(output, duration, context)?;
    Ok((report, parts))
}

/// Renders the whole picture with what was found drawn upon it.
fn debug(plan: &RenderPlan, framed: &Framed, output: &Path, context: &Context) -> Result<()> {
    let whole = debug_plan(plan);
    let renderer = Renderer::open(&whole, context)?;
    let duration = renderer.survey().timeline.duration();
    let ass = debug_file(plan, framed, &renderer, context)?;
    renderer.run(None, Some(&ass), output, context)?;
    verify(output, duration, context)
}

fn debug_file(
    plan: &RenderPlan,
    framed: &Framed,
    renderer: &Renderer<'_>,
    context: &Context,
) -> Result<PathBuf> {
    let survey = renderer.survey();
    let pictures = framed.debug_pictures(&plan.layout, survey);
    let path = context.workspace.path()?.join("debug.ass");
    std::fs::write(&path, debug_document(survey.size().width, survey.size().height, &pictures))
        .map_err(|error| Error::io(error, "write", &path))?;
    Ok(path)
}
