//! A still picture as a JPEG file.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use ffmpeg_next as ffmpeg;
use ffmpeg_next::frame::Video;
use ffmpeg_next::media::Type;
use ffmpeg_next::{codec, ffi, format};

use super::decode::{VideoReader, open_decoder};
use super::failure::failed;
use super::geometry::SourcePicture;
use super::graph::ChainBuilder;
use super::input::{Input, Kind};
use super::overlay::{color_matrices, matrix, rotate, tone_map};
use super::picture::is_hdr;
use crate::context::CancelToken;
use crate::error::{Error, ErrorKind, Result};
use crate::outcome::Thumbnail;
use crate::spec::ThumbnailSpec;

/// Quantiser of the JPEG encoder, 2 (best) to 31.
const QUALITY: i32 = 3;

/// Writes the picture shown at `spec.time` to `temporary`, a path that the caller renames.
pub fn thumbnail(spec: &ThumbnailSpec, temporary: &Path, cancel: &CancelToken) -> Result<Thumbnail> {
    let mut reader = VideoReader::open(&spec.source, 1, cancel)?;
    let last = (reader.duration() - reader.rate().seconds(1)).max(0.0);
    let time = spec.time.min(last);
    let tolerance = reader.rate().seconds(1) / 2.0;
    reader.seek(time, tolerance)?;
    let (picture, rotation) = (reader.picture(), reader.rotation());
    let shown = reader.picture_at(time, tolerance)?.ok_or_else(no_picture)?;
    let at = shown.time;
    let still = scale_to_jpeg(&shown.frame, picture, rotation, spec.max_side)?;
    let bytes = encode(&still)?;
    File::create(temporary)
        .and_then(|mut file| file.write_all(&bytes))
        .map_err(|error| Error::io(error, "write", temporary))?;
    Ok(Thumbnail { output: spec.output.clone(), width: still.width(), height: still.height(), time: at })
}

/// Decodes the first picture of a file.
pub(super) fn first_picture(path: &Path, kind: Kind, cancel: &CancelToken) -> Result<Video> {
    let mut input = Input::open(path, kind, cancel)?;
    let stream = input.best(Type::Video).ok_or_else(no_picture)?;
    let mut decoder = {
        let found = input.context().stream(stream).ok_or_else(no_picture)?;
        open_decoder(&found, 1)?
    };
    let mut packet = ffmpeg::Packet::empty();
    let mut frame = Video::empty();
    while input.read(&mut packet)? {
        if packet.stream() != stream {
            continue;
        }
        decoder.send_packet(&packet).map_err(|error| failed(error, "decode the picture"))?;
        if decoder.receive_frame(&mut frame).is_ok() {
            return Ok(frame);
        }
    }
    decoder.send_eof().map_err(|error| failed(error, "decode the picture"))?;
    decoder.receive_frame(&mut frame).map_err(|error| failed(error, "decode the picture"))?;
    Ok(frame)
}

fn no_picture() -> Error {
    Error::new(ErrorKind::CorruptMedia, "the source has no picture that can be decoded")
}

fn scale_to_jpeg(frame: &Video, picture: SourcePicture, rotation: u32, max_side: u32) -> Result<Video> {
    let (width, height) = picture.display();
    let scale = (f64::from(max_side) / width.max(height)).min(1.0);
    let side = |length: f64| (((length * scale).round() as u32) & !1).max(2).to_string();
    let mut chain = ChainBuilder::video(frame, ffmpeg::Rational::new(1, 1000), 1)?;
    rotate(&mut chain, rotation)?;
    let hdr = is_hdr(frame.color_transfer_characteristic());
    if hdr {
        tone_map(&mut chain, frame)?;
    }
    let mut options = vec![("w", side(width)), ("h", side(height)), ("out_range", "pc".to_owned())];
    // JPEG is BT.601 in full range.
    options.extend(color_matrices(if hdr { Some("bt709") } else { matrix(frame) }, "bt601"));
    chain
        .then("scale", &options)?
        .then("format", &[("pix_fmts", "yuvj420p".to_owned())])?
        .then("setsar", &[("sar", "1".to_owned())])?;
    let mut chain = chain.finish("buffersink")?;
    let mut input = super::picture::share(frame)?;
    chain.push(Some(&mut input))?;
    chain.push(None)?;
    let mut still = Video::empty();
    if chain.pull(&mut still)? { Ok(still) } else { Err(no_picture()) }
}

fn encode(still: &Video) -> Result<Vec<u8>> {
    let jpeg = codec::encoder::find(codec::Id::MJPEG)
        .ok_or_else(|| Error::internal("the linked FFmpeg lacks its JPEG encoder"))?;
    let mut encoder = codec::Context::new_with_codec(jpeg)
        .encoder()
        .video()
        .map_err(|error| failed(error, "set up the JPEG encoder"))?;
    encoder.set_width(still.width());
    encoder.set_height(still.height());
    encoder.set_format(format::Pixel::YUVJ420P);
    encoder.set_time_base(ffmpeg::Rational::new(1, 25));
    encoder.set_flags(codec::Flags::QSCALE);
    encoder.set_global_quality(QUALITY * ffi::FF_QP2LAMBDA);
    let mut encoder = encoder.open_as(jpeg).map_err(|error| failed(error, "open the JPEG encoder"))?;
    let mut frame = super::picture::share(still)?;
    frame.set_pts(Some(0));
    // SAFETY: a plain field of a valid frame.
    unsafe { (*frame.as_mut_ptr()).quality = QUALITY * ffi::FF_QP2LAMBDA };
    let mut packet = ffmpeg::Packet::empty();
    encoder
        .send_frame(&frame)
        .and_then(|()| encoder.send_eof())
        .and_then(|()| encoder.receive_packet(&mut packet))
        .map_err(|error| failed(error, "encode the JPEG"))?;
    packet.data().map(<[u8]>::to_vec).ok_or_else(|| Error::internal("the JPEG encoder gave nothing"))
}
