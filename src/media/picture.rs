//! Frames: sharing their planes, and what a stream says of its pictures.

use ffmpeg_next as ffmpeg;
use ffmpeg_next::ffi;
use ffmpeg_next::frame::Video;

use super::failure::check;
use super::geometry::SourcePicture;
use crate::error::Result;

/// Another handle on the same planes, without copying them.
pub(super) fn share(frame: &Video) -> Result<Video> {
    let mut shared = Video::empty();
    // SAFETY: both frames are valid; the target is empty.
    check(unsafe { ffi::av_frame_ref(shared.as_mut_ptr(), frame.as_ptr()) }, "share a frame")?;
    Ok(shared)
}

/// Makes the frame's planes its own, so that they can be written to.
pub(super) fn make_writable(frame: &mut Video) -> Result<()> {
    // SAFETY: the frame is valid and has planes.
    check(unsafe { ffi::av_frame_make_writable(frame.as_mut_ptr()) }, "copy a frame").map(|_| ())
}

/// Clockwise turn that a viewer applies to a stream's pictures: 0, 90, 180 or 270 degrees.
pub(super) fn rotation(stream: &ffmpeg::Stream<'_>) -> u32 {
    let matrix =
        stream.side_data().find(|side| side.kind() == ffmpeg::codec::packet::side_data::Type::DisplayMatrix);
    matrix.as_ref().map_or(0, |matrix| clockwise(matrix.data()))
}

/// Clockwise turn that a viewer applies to a photo, as its EXIF tells: 0, 90, 180 or 270 degrees.
pub(super) fn turn(photo: &Video) -> u32 {
    let matrix = photo.side_data(ffmpeg::frame::side_data::Type::DisplayMatrix);
    matrix.map_or(0, |matrix| clockwise(matrix.data()))
}

/// The turn of a display matrix: nine numbers of four bytes.
fn clockwise(data: &[u8]) -> u32 {
    if data.len() < 36 {
        return 0;
    }
    let mut matrix = [0_i32; 9];
    for (cell, bytes) in matrix.iter_mut().zip(data.chunks_exact(4)) {
        *cell = i32::from_ne_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
    }
    // SAFETY: the call reads nine integers.
    let counter_clockwise = unsafe { ffi::av_display_rotation_get(matrix.as_ptr()) };
    if counter_clockwise.is_nan() {
        0
    } else {
        (-(counter_clockwise / 90.0).round() * 90.0).rem_euclid(360.0) as u32
    }
}

/// A stream's picture as it stands after rotation.
pub(super) fn upright(
    width: u32,
    height: u32,
    sample_aspect: ffmpeg::Rational,
    rotation: u32,
) -> SourcePicture {
    let aspect = f64::from(sample_aspect);
    let aspect = if aspect.is_finite() && (0.1..=10.0).contains(&aspect) { aspect } else { 1.0 };
    if rotation.is_multiple_of(180) {
        SourcePicture { width, height, pixel_aspect: aspect }
    } else {
        SourcePicture { width: height, height: width, pixel_aspect: 1.0 / aspect }
    }
}

/// Whether pictures are HDR: PQ (SMPTE 2084) or HLG.
pub(super) fn is_hdr(transfer: ffmpeg::color::TransferCharacteristic) -> bool {
    use ffmpeg::color::TransferCharacteristic as Transfer;
    matches!(transfer, Transfer::SMPTE2084 | Transfer::ARIB_STD_B67)
}

/// Whether a frame's planes are red, green and blue.
pub(super) fn is_rgb(frame: &Video) -> bool {
    let Some(descriptor) = frame.format().descriptor() else { return false };
    // SAFETY: descriptors are static.
    unsafe { (*descriptor.as_ptr()).flags & u64::from(ffi::AV_PIX_FMT_FLAG_RGB as u32) != 0 }
}
