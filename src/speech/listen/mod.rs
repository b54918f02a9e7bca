//! From a stream of sound to words.

mod decode;
mod guard;
mod lanes;
mod segments;
mod timing;
mod transcribe;
mod vad;
mod window;
mod words;

pub use transcribe::{Wish, transcribe};
pub(super) use vad::{FRAME, FRAME_SECONDS, Frame, RATE, frames, speech};
