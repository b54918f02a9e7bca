//! The two filter chains of a render: from the source's picture to the output's, and what is
//! drawn upon it.

use std::path::Path;

use ffmpeg_next as ffmpeg;
use ffmpeg_next::color;
use ffmpeg_next::frame::Video;

use super::geometry::Geometry;
use super::graph::{Chain, ChainBuilder, FilterOption, video_source};
use super::picture::{is_hdr, is_rgb};
use crate::error::Result;
use crate::spec::{Corner, Size, Watermark};

/// Height from which pictures without a colour tag count as BT.709, as broadcasters have it.
const HD_HEIGHT: u32 = 720;

/// Rotates, cuts, scales and converts pictures like `like` to 8-bit 4:2:0 BT.709.
pub(super) fn picture_chain(
    like: &Video,
    geometry: &Geometry,
    rotation: u32,
    time_base: ffmpeg::Rational,
    threads: usize,
) -> Result<Chain> {
    let mut chain = ChainBuilder::video(like, time_base, threads)?;
    rotate(&mut chain, rotation)?;
    if is_hdr(like.color_transfer_characteristic()) {
        tone_map(&mut chain, like)?;
    }
    chain.then(
        "crop",
        &[
            ("w", geometry.crop.width.to_string()),
            ("h", geometry.crop.height.to_string()),
            ("x", geometry.crop_x.to_string()),
            ("y", geometry.crop_y.to_string()),
        ],
    )?;
    chain.then("scale", &scale_options(like, geometry.scaled))?;
    chain.then("format", &[("pix_fmts", "yuv420p".to_owned())])?;
    if geometry.scaled != geometry.output {
        pad(&mut chain, geometry)?;
    }
    chain.then("setsar", &[("sar", "1".to_owned())])?;
    chain.finish("buffersink")
}

/// Turns pictures clockwise by `rotation` degrees: 0, 90, 180 or 270.
pub(super) fn rotate(chain: &mut ChainBuilder, rotation: u32) -> Result<()> {
    match rotation {
        90 => chain.then("transpose", &[("dir", "clock".to_owned())])?,
        180 => chain.then("hflip", &[])?.then("vflip", &[])?,
        270 => chain.then("transpose", &[("dir", "cclock".to_owned())])?,
        _ => return Ok(()),
    };
    Ok(())
}

/// HDR to SDR: linear light, BT.709 primaries, Hable's curve, BT.709 transfer. What pictures like
/// `like` do not tell of their colours is BT.2020.
pub(super) fn tone_map(chain: &mut ChainBuilder, like: &Video) -> Result<()> {
    let text = str::to_owned;
    let mut told = Vec::new();
    if like.color_primaries() == color::Primaries::Unspecified {
        told.push(("color_primaries", text("bt2020")));
    }
    if like.color_space() == color::Space::Unspecified {
        told.push(("colorspace", text("bt2020nc")));
    }
    if like.color_range() == color::Range::Unspecified {
        told.push(("range", text("tv")));
    }
    chain
        .then("setparams", &told)?
        .then("zscale", &[("transfer", text("linear")), ("npl", text("100"))])?
        .then("format", &[("pix_fmts", text("gbrpf32le"))])?
        .then("zscale", &[("primaries", text("bt709"))])?
        .then("tonemap", &[("tonemap", text("hable")), ("desat", text("0"))])?
        .then("zscale", &[("transfer", text("bt709")), ("matrix", text("bt709")), ("range", text("tv"))])?
        .then("format", &[("pix_fmts", text("yuv420p"))])?;
    Ok(())
}

fn scale_options(like: &Video, scaled: Size) -> Vec<FilterOption<'static>> {
    let mut options = vec![
        ("w", scaled.width.to_string()),
        ("h", scaled.height.to_string()),
        ("flags", "bicubic".to_owned()),
    ];
    // After tone mapping pictures are BT.709 already.
    if is_hdr(like.color_transfer_characteristic()) {
        return options;
    }
    match matrix(like) {
        // Naming the matrices of BT.709 pictures would force a conversion that changes nothing.
        Some("bt709") => {}
        Some(matrix) => options.extend(color_matrices(Some(matrix), "bt709")),
        None => options.extend(color_matrices(None, "bt709")),
    }
    if like.color_range() == color::Range::JPEG {
        options.push(("in_range", "pc".to_owned()));
        options.push(("out_range", "tv".to_owned()));
    }
    options
}

/// Options of `scale` that bring pictures from one YUV matrix (RGB: none) to another.
pub(super) fn color_matrices(from: Option<&str>, to: &str) -> Vec<FilterOption<'static>> {
    let from = from.map(|matrix| ("in_color_matrix", matrix.to_owned()));
    from.into_iter().chain([("out_color_matrix", to.to_owned())]).collect()
}

/// The YUV matrix of a picture, by FFmpeg's name; `None` for RGB. Untagged ones are BT.709 from
/// HD on, BT.601 below.
pub(super) fn matrix(like: &Video) -> Option<&'static str> {
    if is_rgb(like) {
        return None;
    }
    match like.color_space() {
        color::Space::BT709 => Some("bt709"),
        color::Space::BT2020NCL | color::Space::BT2020CL => Some("bt2020"),
        color::Space::SMPTE240M => Some("smpte240m"),
        color::Space::FCC => Some("fcc"),
        color::Space::BT470BG | color::Space::SMPTE170M => Some("bt601"),
        _ if like.height() >= HD_HEIGHT || like.width() >= HD_HEIGHT * 16 / 9 => Some("bt709"),
        _ => Some("bt601"),
    }
}

fn pad(chain: &mut ChainBuilder, geometry: &Geometry) -> Result<()> {
    let (x, y) = geometry.pad_offset();
    chain.then(
        "pad",
        &[
            ("width", geometry.output.width.to_string()),
            ("height", geometry.output.height.to_string()),
            ("x", x.to_string()),
            ("y", y.to_string()),
            ("color", "black".to_owned()),
        ],
    )?;
    Ok(())
}

/// What is drawn on the finished picture.
pub(super) struct Drawing<'a> {
    /// An ASS file that the engine wrote.
    pub ass: Option<&'a Path>,
    /// A picture in a corner.
    pub image: Option<(&'a Watermark, &'a Video)>,
}

/// Draws on pictures like `like`; `None` where there is nothing to draw.
pub(super) fn drawing_chain(
    like: &Video,
    drawing: &Drawing<'_>,
    time_base: ffmpeg::Rational,
    threads: usize,
) -> Result<Option<Chain>> {
    if drawing.ass.is_none() && drawing.image.is_none() {
        return Ok(None);
    }
    let mut builder = ChainBuilder::video(like, time_base, threads)?;
    let mut image_source = None;
    if let Some((watermark, image)) = drawing.image {
        let source = add_image(&mut builder, watermark, image, like, time_base)?;
        image_source = Some((source, image));
    }
    if let Some(path) = drawing.ass {
        builder.then("ass", &[("filename", path.to_string_lossy().into_owned())])?;
    }
    builder.then("format", &[("pix_fmts", "yuv420p".to_owned())])?;
    let chain = builder.finish("buffersink")?;
    if let Some((source, image)) = image_source {
        source.only(image)?;
    }
    Ok(Some(chain))
}

fn add_image(
    builder: &mut ChainBuilder,
    watermark: &Watermark,
    image: &Video,
    like: &Video,
    time_base: ffmpeg::Rational,
) -> Result<super::graph::SecondSource> {
    let size = image_size(watermark, image, like);
    let (x, y) = image_corner(watermark, size, like);
    let branch = [
        (
            "scale",
            vec![
                ("w", size.width.to_string()),
                ("h", size.height.to_string()),
                ("out_color_matrix", "bt709".to_owned()),
            ],
        ),
        ("format", vec![("pix_fmts", "yuva420p".to_owned())]),
        ("lutyuv", vec![("a", format!("val*{:.4}", watermark.opacity))]),
    ];
    let overlay = [
        ("x", x.to_string()),
        ("y", y.to_string()),
        ("format", "yuv420".to_owned()),
        ("eof_action", "repeat".to_owned()),
    ];
    builder.join("overlay", &overlay, &video_source(image, time_base), &branch)
}

/// Size of a watermark picture in the output, never larger than the output.
fn image_size(watermark: &Watermark, image: &Video, like: &Video) -> Size {
    let (width, height) = (f64::from(image.width()), f64::from(image.height()));
    let wanted = watermark.image_width.map_or(width, |share| share * f64::from(like.width()));
    let scale = (wanted / width).min(f64::from(like.width()) / width).min(f64::from(like.height()) / height);
    let pixels = |side: f64| ((side * scale).round() as u32).max(1);
    Size { width: pixels(width), height: pixels(height) }
}

fn image_corner(watermark: &Watermark, size: Size, like: &Video) -> (u32, u32) {
    let gap = (watermark.gap * f64::from(like.width().min(like.height())) / 1080.0).round() as u32;
    let far_x = like.width().saturating_sub(size.width).saturating_sub(gap);
    let far_y = like.height().saturating_sub(size.height).saturating_sub(gap);
    let near_x = gap.min(like.width().saturating_sub(size.width));
    let near_y = gap.min(like.height().saturating_sub(size.height));
    match watermark.position {
        Corner::TopLeft => (near_x, near_y),
        Corner::TopRight => (far_x, near_y),
        Corner::BottomLeft => (near_x, far_y),
        Corner::BottomRight => (far_x, far_y),
    }
}

/// Reads a watermark's picture.
pub(super) fn read_image(path: &Path, cancel: &crate::context::CancelToken) -> Result<Video> {
    super::thumbnail::first_picture(path, super::input::Kind::Picture, cancel)
}
