//! `render`: a plan becomes a finished file.

use super::captions::{ass_file, placed};
use crate::captions::PlacedPart;
use crate::context::Context;
use crate::error::Result;
use crate::media::{Renderer, verify};
use crate::outcome::RenderReport;
use crate::publish::AtomicFile;
use crate::spec::RenderPlan;

/// Renders a plan. The output appears under its name when it is whole, verified and on disk.
pub(super) fn run(plan: &RenderPlan, context: &Context) -> Result<RenderReport> {
    render(plan, context).map(|(report, _)| report)
}

/// Renders a plan and tells where its parts lie in the output.
pub(super) fn render(plan: &RenderPlan, context: &Context) -> Result<(RenderReport, Vec<PlacedPart>)> {
    let renderer = Renderer::open(plan, context)?;
    let parts = placed(renderer.timeline());
    let duration = renderer.timeline().duration();
    let ass = ass_file(plan, &renderer, context)?;
    let file = AtomicFile::create(&plan.output, plan.overwrite)?;
    let report = renderer.run(ass.as_deref(), file.temp_path(), context)?;
    verify(file.temp_path(), duration, context)?;
    context.cancel.check()?;
    file.commit()?;
    Ok((report, parts))
}
