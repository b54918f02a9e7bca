//! The one-pass renderer: cuts and joins exact to the frame.

use ytclipper::context::Context;
use ytclipper::media::Renderer;
use ytclipper::outcome::{RenderReport, TimeRange};
use ytclipper::spec::RenderPlan;

use crate::support::{Folder, frame_count, numbered, read_numbers};

pub fn render(plan: &RenderPlan) -> ytclipper::Result<RenderReport> {
    let context = Context::detached();
    Renderer::open(plan, &context)?.run(None, &plan.output, &context)
}

fn cut(folder: &Folder, source: &std::path::Path, start: f64, end: f64) -> Vec<usize> {
    let mut plan = RenderPlan::new(source, folder.path("cut.mp4"));
    plan.parts = vec![TimeRange { start, end }];
    let report = render(&plan).unwrap();
    assert_eq!(report.frames, frame_count(&plan.output));
    read_numbers(&plan.output)
}

#[test]
fn a_cut_is_exact_to_the_frame_whatever_the_gop() {
    let folder = Folder::new();
    for (codec, fps, rate) in [
        ("-c:v libx264 -g 250 -bf 3", "30", 30.0),
        ("-c:v libx264 -g 12", "30000/1001", 30_000.0 / 1001.0),
        ("-c:v libx264 -g 48", "25", 25.0),
    ] {
        let source = numbered(&folder, "numbers.mp4", fps, 12, codec);
        for (first, last) in [(0_usize, 10_usize), (37, 99), (100, 101), (200, 290)] {
            let shown = cut(&folder, &source, first as f64 / rate, last as f64 / rate);
            assert_eq!(shown, (first..last).collect::<Vec<_>>(), "{codec} {fps} {first}..{last}");
        }
    }
}
