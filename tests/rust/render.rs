//! The one-pass renderer: cuts and joins exact to the frame.

use ytclipper::context::Context;
use ytclipper::media::Renderer;
use ytclipper::outcome::{RenderReport, TimeRange};
use ytclipper::spec::RenderPlan;

use crate::support::{Folder, frame_count, grey_frames, numbered, read_numbers, samples};

pub fn render(plan: &RenderPlan) -> ytclipper::Result<RenderReport> {
    let context = Context::detached();
    Renderer::open(plan, &context)?.run(None, None, &plan.output, &context)
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

fn ranges(count: usize) -> Vec<TimeRange> {
    // Whole frames, out of order, at 30 frames a second.
    let starts = [240_usize, 30, 120, 60, 180, 90];
    starts[..count]
        .iter()
        .map(|&s| TimeRange { start: s as f64 / 30.0, end: (s + 24) as f64 / 30.0 })
        .collect()
}

#[test]
fn joins_of_one_to_six_parts_are_exact_to_the_frame() {
    let folder = Folder::new();
    let source = numbered(&folder, "numbers.mp4", "30", 10, "-c:v libx264 -g 250 -bf 3");
    for count in 1..=6 {
        let mut plan = RenderPlan::new(&source, folder.path("joined.mp4"));
        plan.parts = ranges(count);
        let report = render(&plan).unwrap();
        let shown = read_numbers(&plan.output);
        assert_eq!(shown.len(), 24 * count - 3 * (count - 1), "{count} parts");
        assert_eq!(report.encodes, 1);
        for (k, part) in plan.parts.iter().enumerate() {
            let first = (part.start * 30.0).round() as usize;
            let (begin, end) =
                (k * 21 + if k > 0 { 3 } else { 0 }, k * 21 + if k + 1 < count { 21 } else { 24 });
            for (at, &number) in shown.iter().enumerate().take(end).skip(begin) {
                assert_eq!(number, first + at - k * 21, "{count} parts, frame {at}");
            }
        }
    }
}

#[test]
fn a_hard_cut_joins_without_a_fade() {
    let folder = Folder::new();
    let source = numbered(&folder, "numbers.mp4", "30", 10, "-c:v libx264 -g 250");
    let mut plan = RenderPlan::new(&source, folder.path("joined.mp4"));
    plan.parts = ranges(2);
    plan.transition.duration = 0.0;
    render(&plan).unwrap();
    assert_eq!(read_numbers(&plan.output), (240..264).chain(30..54).collect::<Vec<_>>());
}

/// Times at which something begins: `loud` holds, but did not for the 5 values before.
fn onsets(loud: &[bool], rate: f64) -> Vec<f64> {
    let quiet_before = |at: usize| loud[at.saturating_sub((rate * 0.3) as usize)..at].iter().all(|on| !on);
    (0..loud.len()).filter(|&at| loud[at] && quiet_before(at)).map(|at| at as f64 / rate).collect()
}

#[test]
fn sound_meets_picture_within_20_ms_at_every_join() {
    let folder = Folder::new();
    for (name, codecs) in [
        ("flash.mp4", "-c:v libx264 -g 250 -bf 3 -c:a aac"),
        ("flash.mkv", "-c:v libx264 -g 60 -c:a libopus -ar 48000"),
        ("flash.ts", "-c:v libx264 -g 60 -c:a mp2 -ar 44100"),
    ] {
        let source = folder.media(
            name,
            &format!(
                "-f lavfi -i color=c=black:s=160x90:r=30:d=14,format=gray,geq=lum='255*eq(mod(N\\,30)\\,0)' \
                 -f lavfi -i aevalsrc=exprs='0.8*lt(mod(t\\,1)\\,0.03)*sin(6283*t)':s=48000:d=14 \
                 -pix_fmt yuv420p {codecs}"
            ),
        );
        let mut plan = RenderPlan::new(&source, folder.path("joined.mp4"));
        plan.overwrite = true;
        // Each part holds one flash; the begins lie off the frame grid.
        plan.parts = [9.52, 2.37, 5.61, 1.44, 11.30, 7.55]
            .iter()
            .map(|&start| TimeRange { start, end: start + 1.0 })
            .collect();
        render(&plan).unwrap();
        let bright: Vec<_> = grey_frames(&plan.output, 8, 8).iter().map(|frame| frame[0] > 128).collect();
        let loud: Vec<_> = samples(&plan.output).iter().map(|sample| sample.abs() > 0.15).collect();
        let (flashes, beeps) = (onsets(&bright, 30.0), onsets(&loud, 48_000.0));
        assert_eq!((flashes.len(), beeps.len()), (6, 6), "{name} {flashes:?} {beeps:?}");
        for (flash, beep) in flashes.iter().zip(&beeps) {
            assert!((flash - beep).abs() <= 0.020, "{name}: flash at {flash}, beep at {beep}");
        }
    }
}

/// Integrated loudness by ffmpeg's own meter.
fn lufs(path: &std::path::Path) -> f64 {
    let output = std::process::Command::new("ffmpeg")
        .args(["-nostdin", "-hide_banner", "-i"])
        .arg(path)
        .args(["-af", "ebur128", "-f", "null", "-"])
        .output()
        .unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    let summary = told.rsplit_once("Integrated loudness:").unwrap().1;
    summary.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[test]
fn loudness_is_brought_to_the_target_without_clipping() {
    let folder = Folder::new();
    let source = folder.media(
        "quiet.mp4",
        "-f lavfi -i testsrc=s=160x90:r=30:d=6 -f lavfi -i sine=f=700:d=6,volume=0.2 -c:v libx264 -c:a aac -shortest",
    );
    let mut plan = RenderPlan::new(&source, folder.path("loud.mp4"));
    plan.audio.loudness = Some(ytclipper::spec::Loudness::default());
    let report = render(&plan).unwrap();
    assert!(report.loudness_lufs.unwrap() < -25.0, "the source must be quiet: {report:?}");
    let heard = lufs(&plan.output);
    assert!((heard + 14.0).abs() < 0.5, "{heard} LUFS, {report:?}");
    // Where the target would clip, the gain stops at the true peak.
    plan.audio.loudness = Some(ytclipper::spec::Loudness { integrated_lufs: -5.0, true_peak_db: -6.0 });
    plan.overwrite = true;
    render(&plan).unwrap();
    let peak = samples(&plan.output).iter().fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
    assert!((0.4..0.56).contains(&peak), "peak {peak}");
}

#[test]
fn a_cancelled_render_stops_with_cancelled() {
    let folder = Folder::new();
    let source = numbered(&folder, "numbers.mp4", "30", 10, "-c:v libx264");
    let plan = RenderPlan::new(&source, folder.path("never.mp4"));
    let mut context = Context::detached();
    let cancel = context.cancel.clone();
    context.progress = ytclipper::context::ProgressSink::new(
        ytclipper::outcome::Stage::Clipping,
        std::sync::Arc::new(move |_| cancel.cancel()),
    );
    let error = Renderer::open(&plan, &context).unwrap().run(None, None, &plan.output, &context).unwrap_err();
    assert_eq!(error.kind(), ytclipper::ErrorKind::Cancelled);
}
