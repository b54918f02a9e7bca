//! What is in a file.

use std::path::Path;

use ffmpeg_next as ffmpeg;
use ffmpeg_next::ffi;
use ffmpeg_next::media::Type;

use super::decode::frame_rate;
use super::input::{Input, Kind};
use super::picture::{is_hdr, rotation, upright};
use crate::context::CancelToken;
use crate::error::{Error, ErrorKind, Result};
use crate::outcome::{AudioInfo, MediaInfo, VideoInfo};

/// Reads a file's headers.
///
/// Fails with `NotFound`, `IsDirectory`, `CorruptMedia` (empty or broken), `UnsupportedMedia`
/// (not media, or neither picture nor sound), `LimitExceeded`.
pub fn probe(path: &Path, cancel: &CancelToken) -> Result<MediaInfo> {
    let input = Input::open(path, Kind::Media, cancel)?;
    let video =
        input.best(Type::Video).and_then(|index| input.context().stream(index)).map(|s| video_info(&s));
    let audio =
        input.best(Type::Audio).and_then(|index| input.context().stream(index)).map(|s| audio_info(&s));
    let (video, audio) = (video.transpose()?, audio.transpose()?);
    if video.is_none() && audio.is_none() {
        let message = format!("{} has neither picture nor sound", path.display());
        return Err(Error::new(ErrorKind::UnsupportedMedia, message).with("path", path.display()));
    }
    let size_bytes = std::fs::metadata(path).map_err(|error| Error::io(error, "read", path))?.len();
    Ok(MediaInfo {
        path: path.to_owned(),
        container: input.context().format().name().to_owned(),
        duration: input.duration(),
        size_bytes,
        bit_rate: input.context().bit_rate().max(0) as u64,
        video,
        audio,
    })
}

fn video_info(stream: &ffmpeg::Stream<'_>) -> Result<VideoInfo> {
    let decoder = ffmpeg::codec::Context::from_parameters(stream.parameters())
        .and_then(|context| context.decoder().video())
        .map_err(|error| super::failure::failed(error, "open the video decoder"))?;
    let turn = rotation(stream);
    let (width, height) = upright(decoder.width(), decoder.height(), decoder.aspect_ratio(), turn).display();
    let (pixel_format, bit_depth) = pixel_format(decoder.format());
    Ok(VideoInfo {
        codec: codec_name(stream),
        width: width.round() as u32,
        height: height.round() as u32,
        coded_width: decoder.width(),
        coded_height: decoder.height(),
        rotation: turn,
        fps: frame_rate(stream).fps(),
        pixel_format,
        bit_depth,
        hdr: is_hdr(decoder.color_transfer_characteristic()),
    })
}

fn pixel_format(format: ffmpeg::format::Pixel) -> (String, u32) {
    let Some(descriptor) = format.descriptor() else { return ("unknown".to_owned(), 0) };
    // SAFETY: descriptors are static.
    let depth = unsafe { (*descriptor.as_ptr()).comp[0].depth };
    (descriptor.name().to_owned(), depth as u32)
}

fn audio_info(stream: &ffmpeg::Stream<'_>) -> Result<AudioInfo> {
    let decoder = ffmpeg::codec::Context::from_parameters(stream.parameters())
        .and_then(|context| context.decoder().audio())
        .map_err(|error| super::failure::failed(error, "open the audio decoder"))?;
    Ok(AudioInfo {
        codec: codec_name(stream),
        sample_rate: decoder.rate(),
        channels: u32::from(decoder.channels()),
    })
}

fn codec_name(stream: &ffmpeg::Stream<'_>) -> String {
    // SAFETY: the parameters live as long as the stream; the name is a static NUL-ended string.
    unsafe {
        let name = ffi::avcodec_get_name((*(*stream.as_ptr()).codecpar).codec_id);
        std::ffi::CStr::from_ptr(name).to_string_lossy().into_owned()
    }
}
