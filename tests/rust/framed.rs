//! Cut-outs upon sources of every kind: each shows what the framer names, at the place and on the
//! very picture, and an analysis sees the same there. A white box upon black is at one place until
//! 0.5 s and at another from then on.

use std::path::{Path, PathBuf};
use std::process::Command;

use ytclipper::context::{CancelToken, Context};
use ytclipper::media::{PictureReader, Renderer};
use ytclipper::outcome::TimeRange;
use ytclipper::picture::{Framer, Pane, PictureStream, Rect};
use ytclipper::spec::{Fit, Layout, RenderPlan, Size};

use crate::support::{Folder, grey_frames};

/// The whole output.
const WHOLE: Rect = Rect { x: 0.0, y: 0.0, width: 1.0, height: 1.0 };
/// Where the box is before and after its jump: x, y, width and height in parts of the picture.
const BEFORE: Rect = Rect { x: 0.2, y: 0.2, width: 0.2, height: 0.5 };
const AFTER: Rect = Rect { x: 0.6, y: 0.3, width: 0.2, height: 0.5 };
const JUMP: f64 = 0.5;

/// Shows a part of the box, in parts of it, wherever it is.
struct Chase {
    size: (f64, f64),
    part: Rect,
}

fn boxed(time: f64, (width, height): (f64, f64)) -> Rect {
    let parts = if time < JUMP - 1e-3 { BEFORE } else { AFTER };
    Rect {
        x: parts.x * width,
        y: parts.y * height,
        width: parts.width * width,
        height: parts.height * height,
    }
}

impl Framer for Chase {
    fn panes(&mut self, time: f64, panes: &mut Vec<Pane>) {
        let (seen, part) = (boxed(time, self.size), self.part);
        let crop = Rect {
            x: seen.x + part.x * seen.width,
            y: seen.y + part.y * seen.height,
            width: part.width * seen.width,
            height: part.height * seen.height,
        };
        panes.push(Pane { crop, place: WHOLE });
    }
}

/// Draws the box at its two places, `turned` back by so many degrees for a source that says it has
/// to be turned.
fn drawn(turned: u32) -> String {
    let draw = |part: Rect, when: &str| {
        format!(
            "drawbox=x=iw*{}:y=ih*{}:w=iw*{}:h=ih*{}:color=white:t=fill:enable='{when}'",
            part.x, part.y, part.width, part.height
        )
    };
    let turn = match turned {
        90 => ",transpose=cclock",
        180 => ",hflip,vflip",
        _ => "",
    };
    format!("{},{}{turn}", draw(BEFORE, "lt(t,0.499)"), draw(AFTER, "gte(t,0.499)"))
}

/// A source: its picture's size as it is drawn, what follows the drawing, and how it is encoded.
fn source(folder: &Folder, name: &str, size: &str, rate: &str, filters: &str, codec: &str) -> PathBuf {
    let path = folder.path(name);
    let turned = match filters {
        "turned by 90" => 90,
        "turned by 180" => 180,
        _ => 0,
    };
    let after = if turned == 0 { filters } else { "" };
    let graph = format!("color=c=black:s={size}:r={rate}:d=1.2,{}{after}", drawn(turned));
    let made = Command::new("ffmpeg")
        .args(["-nostdin", "-v", "error", "-y", "-f", "lavfi", "-i", &graph])
        .args(codec.split_whitespace())
        .arg(&path)
        .status()
        .unwrap();
    assert!(made.success(), "{name}");
    if turned == 0 { path } else { says_turned(folder, &path, 360 - turned) }
}

/// A viewer turns the picture counterclockwise by so many degrees, as the file says.
fn says_turned(folder: &Folder, path: &Path, rotate: u32) -> PathBuf {
    folder.media(
        &format!("says_{rotate}.mp4"),
        &format!("-i {} -c copy -metadata:s:v:0 rotate={rotate}", path.display()),
    )
}

fn sources(folder: &Folder) -> Vec<(&'static str, PathBuf)> {
    let plain = "-c:v libx264 -pix_fmt yuv420p";
    let hdr = "-c:v libx265 -pix_fmt yuv420p10le -color_primaries bt2020 -color_trc smpte2084 -colorspace \
               bt2020nc -x265-params log-level=none:colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc";
    let make = |name, size, rate, filters, codec: &str| source(folder, name, size, rate, filters, codec);
    vec![
        ("plain", make("plain.mp4", "640x360", "30", "", plain)),
        ("turned by 90", make("turned.mp4", "360x640", "30", "turned by 90", plain)),
        ("turned by 180", make("upside.mp4", "640x360", "30", "turned by 180", plain)),
        ("anamorphic", make("wide.mp4", "320x360", "25", ",setsar=2", plain)),
        ("odd", make("odd.mkv", "641x361", "30", "", "-c:v libx264 -pix_fmt yuv444p")),
        ("full range", make("full.mp4", "640x360", "30", "", "-c:v libx264 -pix_fmt yuvj420p")),
        ("RGB", make("rgb.mkv", "640x360", "30", "", "-c:v libx264rgb -qp 0")),
        ("HDR", make("hdr.mp4", "640x360", "30", "", hdr)),
        ("NTSC", make("ntsc.mkv", "640x360", "30000/1001", "", plain)),
        ("late", make("late.mkv", "640x360", "30", "", &format!("{plain} -output_ts_offset 7.25"))),
        ("transport", make("late.ts", "640x360", "25", "", plain)),
        (
            "uneven",
            make(
                "uneven.mkv",
                "640x360",
                "60",
                ",select='lt(mod(n,7),3)+gt(n,29)*lt(n,33)'",
                &format!("{plain} -fps_mode vfr"),
            ),
        ),
    ]
}

/// Grey pictures of a part of the box, 18 × 32 each.
fn shown(source: &Path, output: &Path, part: Rect) -> Vec<Vec<u8>> {
    let mut plan = RenderPlan::new(source, output);
    plan.overwrite = true;
    plan.layout = Layout { fit: Some(Fit::Cover), ..Layout::fixed() };
    plan.encode.size = Some(Size { width: 180, height: 320 });
    let context = Context::detached();
    let renderer = Renderer::open(&plan, &context).unwrap();
    let (width, height) = renderer.survey().display;
    let framer = Chase { size: (f64::from(width), f64::from(height)), part };
    renderer.run(Some(Box::new(framer)), None, output, &context).unwrap();
    grey_frames(output, 18, 32)
}

#[test]
fn the_cut_out_stands_where_and_when_the_framer_says() {
    let folder = Folder::new();
    let output = folder.path("out.mp4");
    for (name, source) in sources(&folder) {
        let inside = Rect { x: 0.1, y: 0.1, width: 0.8, height: 0.8 };
        let pictures = shown(&source, &output, inside);
        assert!(pictures.len() >= 15, "{name}: {}", pictures.len());
        for (number, picture) in pictures.iter().enumerate() {
            let darkest = picture.iter().min().unwrap();
            assert!(*darkest > 180, "{name}: picture {number} shows what is beside the box: {darkest}");
        }
    }
}

#[test]
fn the_edges_of_a_cut_out_are_where_the_framer_says() {
    let folder = Folder::new();
    let output = folder.path("out.mp4");
    // Centred on the corner of the box: a quarter of the output is white.
    let corner = Rect { x: -0.5, y: -0.5, width: 1.0, height: 1.0 };
    for (name, source) in sources(&folder) {
        let pictures = shown(&source, &output, corner);
        for picture in [&pictures[2], &pictures[pictures.len() - 2]] {
            let at = |x: usize, y: usize| picture[y * 18 + x];
            assert!(at(7, 24) < 90 && at(10, 24) > 160, "{name}: left {} {}", at(7, 24), at(10, 24));
            assert!(at(13, 14) < 90 && at(13, 17) > 160, "{name}: upper {} {}", at(13, 14), at(13, 17));
        }
    }
}

#[test]
fn an_analysis_sees_what_a_render_shows() {
    let folder = Folder::new();
    for (name, source) in sources(&folder) {
        let span = TimeRange { start: 0.0, end: 1.2 };
        let mut reader = PictureReader::open(&source, span, 320, 1, &CancelToken::default()).unwrap();
        let ((width, height), (wide, high)) = (reader.size(), reader.display_size());
        let off = f64::from(width) / f64::from(height) / (f64::from(wide) / f64::from(high)) - 1.0;
        assert!(off.abs() < 0.02, "{name}: {width}x{height} of {wide}x{high}");
        let mut count = 0;
        while let Some(picture) = reader.next_picture().unwrap() {
            let seen = boxed(picture.time, (f64::from(width), f64::from(height)));
            let at = |x: f64, y: f64| picture.planes[0].row(y as usize)[x as usize];
            let (x, y) = seen.centre();
            let white = [(x, y), (seen.x + 4.0, y), (seen.right() - 5.0, y), (x, seen.y + 4.0)];
            let black =
                [(seen.x - 4.0, y), (seen.right() + 3.0, y), (x, seen.y - 4.0), (x, seen.bottom() + 3.0)];
            let time = picture.time;
            assert!(white.iter().all(|&(x, y)| at(x, y) > 160), "{name} at {time}");
            assert!(black.iter().all(|&(x, y)| at(x, y) < 60), "{name} at {time}");
            count += 1;
        }
        assert!(count >= 15, "{name}: {count} pictures");
    }
}
