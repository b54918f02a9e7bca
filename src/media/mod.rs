//! The only room that names FFmpeg: looking into files, decoding, filtering, encoding, muxing.
//!
//! FFmpeg's objects stay on the thread that made them. Files are opened with whitelisted formats
//! and protocols, and every option reaches FFmpeg through its API, never as part of a filter
//! string.

mod audio;
mod clock;
mod compose;
mod decode;
mod drawer;
mod encode;
mod fade;
mod failure;
mod feed;
mod geometry;
mod graph;
mod growing;
mod input;
mod insert;
mod listen;
mod loudness;
mod mux;
mod output;
mod overlay;
mod picture;
mod plain;
mod pool;
mod probe;
mod queue;
mod rate;
mod reframe;
mod render;
mod resample;
mod shaped;
mod soundtrack;
mod survey;
mod thumbnail;
mod timeline;
mod verify;
mod watch;
mod writer;

pub use growing::{GrowingFile, Growth};
pub use insert::check_insert;
pub use listen::AudioReader;
pub use probe::probe;
pub use rate::FrameRate;
pub use render::Renderer;
pub use survey::Survey;
pub use thumbnail::thumbnail;
pub use timeline::{PlacedPart, Timeline};
pub use verify::verify;
pub use watch::PictureReader;

/// The linked FFmpeg libraries, as `name major.minor.micro`.
pub fn versions() -> Vec<String> {
    let text = |name: &str, v: u32| format!("{name} {}.{}.{}", v >> 16, (v >> 8) & 0xff, v & 0xff);
    vec![
        text("libavcodec", ffmpeg_next::codec::version()),
        text("libavformat", ffmpeg_next::format::version()),
        text("libavfilter", ffmpeg_next::filter::version()),
    ]
}
