//! Captions: words placed on the output's timeline, grouped into cues, and written as ASS, SRT,
//! WebVTT or JSON.
//!
//! Text is only text: nothing that a speaker said or a user typed is ever read as an instruction
//! by what draws it.

mod ass;
mod debug;
mod files;
mod group;
mod remap;
mod text;

use serde::Serialize;

use crate::outcome::{TimeRange, Word};

pub use ass::{AssScene, ass_document};
pub use debug::{DebugPicture, debug_document};
pub use files::{json, srt, vtt};
pub use group::group;
pub use remap::remap;

/// Text that is shown for a while.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Cue {
    /// When it appears on the output's timeline, in seconds.
    pub start: f64,
    /// When it is gone, in seconds; after `start`, not after the next cue's start.
    pub end: f64,
    /// What is shown: one line, in the letter case of its style.
    pub text: String,
    /// Its words as they were said.
    pub words: Vec<Word>,
}

/// A span of the source, and where it begins in the output.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PlacedPart {
    /// The span in source time, in seconds.
    pub range: TimeRange,
    /// Its begin on the output's timeline, in seconds.
    pub offset: f64,
}
