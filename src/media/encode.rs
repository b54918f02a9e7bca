//! The encoders of an output: H.264 High by x264, AAC.

use ffmpeg_next as ffmpeg;
use ffmpeg_next::ffi;
use ffmpeg_next::{codec, color, format};

use super::failure::failed;
use super::rate::FrameRate;
use super::soundtrack::SAMPLE_RATE;
use crate::error::{Error, Result};
use crate::spec::{EncodeSpec, Size};

/// Opens x264 for pictures of this size and rate.
pub(super) fn video_encoder(
    spec: &EncodeSpec,
    size: Size,
    rate: FrameRate,
    threads: usize,
) -> Result<codec::encoder::Video> {
    let x264 = codec::encoder::find_by_name("libx264")
        .ok_or_else(|| Error::internal("the linked FFmpeg lacks libx264"))?;
    let mut encoder = codec::Context::new_with_codec(x264)
        .encoder()
        .video()
        .map_err(|error| failed(error, "set up the video encoder"))?;
    encoder.set_width(size.width);
    encoder.set_height(size.height);
    encoder.set_format(format::Pixel::YUV420P);
    encoder.set_time_base(rate.time_base());
    encoder.set_frame_rate(Some(rate.rational()));
    encoder.set_aspect_ratio(ffmpeg::Rational::new(1, 1));
    encoder.set_colorspace(color::Space::BT709);
    encoder.set_color_range(color::Range::MPEG);
    encoder.set_color_primaries(color::Primaries::BT709);
    encoder.set_color_transfer_characteristic(color::TransferCharacteristic::BT709);
    // SAFETY: plain fields of a context that is not yet open. Its flags are added to: x264's default
    // is closed GOPs, so that every key frame can be entered.
    unsafe {
        (*encoder.as_mut_ptr()).flags |= ffi::AV_CODEC_FLAG_GLOBAL_HEADER as i32;
        (*encoder.as_mut_ptr()).thread_count = threads as i32;
        (*encoder.as_mut_ptr()).chroma_sample_location = ffi::AVChromaLocation::AVCHROMA_LOC_LEFT;
    }
    let mut options = ffmpeg::Dictionary::new();
    options.set("preset", spec.preset.as_str());
    options.set("crf", &spec.crf.to_string());
    if spec.crf > 0.0 {
        options.set("profile", "high");
    }
    let opened =
        encoder.open_as_with(x264, options).map_err(|error| failed(error, "open the video encoder"))?;
    Ok(opened)
}

/// Opens the AAC encoder: 48 kHz stereo.
pub(super) fn audio_encoder(bit_rate: u32) -> Result<codec::encoder::Audio> {
    let aac = codec::encoder::find_by_name("aac")
        .ok_or_else(|| Error::internal("the linked FFmpeg lacks its AAC encoder"))?;
    let mut encoder = codec::Context::new_with_codec(aac)
        .encoder()
        .audio()
        .map_err(|error| failed(error, "set up the audio encoder"))?;
    encoder.set_rate(SAMPLE_RATE as i32);
    encoder.set_channel_layout(ffmpeg::ChannelLayout::STEREO);
    encoder.set_format(format::Sample::F32(format::sample::Type::Planar));
    encoder.set_time_base(ffmpeg::Rational::new(1, SAMPLE_RATE as i32));
    // SAFETY: a plain field of a context that is not yet open.
    unsafe { (*encoder.as_mut_ptr()).flags |= ffi::AV_CODEC_FLAG_GLOBAL_HEADER as i32 };
    encoder.set_bit_rate(bit_rate as usize);
    let opened = encoder.open_as(aac).map_err(|error| failed(error, "open the audio encoder"))?;
    Ok(opened)
}
